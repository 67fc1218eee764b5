/* SPDX-License-Identifier: Apache-2.0 */
/* The mutes that people added. */
#include "lookout/base/time.h"
#include "query_int.h"

static const char *text_of_column(sqlite3_stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s, column);
}

static int64_t time_of_column(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL
               ? TIME_NONE
               : sqlite3_column_int64(s, column);
}

int query_mutes_walk(struct store_reader *r, store_mute_row row, void *context)
{
    int code = 0, rc = SQLITE_OK;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_MUTES, &code);
    while (code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct store_mute mute = {.id = text_of_column(s, 0),
                                  .vessel = (uint32_t)sqlite3_column_int64(s, 1),
                                  .meant = (uint32_t)sqlite3_column_int64(s, 2),
                                  .rule = text_of_column(s, 3),
                                  .zone = text_of_column(s, 4),
                                  .feed = text_of_column(s, 5),
                                  .from_ms = time_of_column(s, 6),
                                  .until_ms = sqlite3_column_int64(s, 7),
                                  .why = text_of_column(s, 8),
                                  .who = text_of_column(s, 9),
                                  .at_ms = sqlite3_column_int64(s, 10),
                                  .ended_ms = time_of_column(s, 11)};
        code = mute.id == NULL || mute.why == NULL || mute.who == NULL
                   ? ERR_CORRUPT
                   : row(context, &mute);
    }
    if (s == NULL)
        return code;
    int end = store_reader_end(r, s, rc);
    return code != 0 ? code : end;
}
