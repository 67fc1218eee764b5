/* SPDX-License-Identifier: Apache-2.0 */
/* Who was on watch, and what one watch hands over to the next. */
#include <string.h>

#include "query_int.h"

int query_watches_walk(struct store_reader *r, const struct query_watches *q,
                       store_watch_row row, void *context)
{
    int code = 0, rc = SQLITE_OK;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_WATCHES, &code);
    if (s == NULL)
        return code;
    rc = sqlite3_bind_int64(s, 1, q->before);
    if (rc == SQLITE_OK && q->token != NULL)
        rc = sqlite3_bind_text(s, 2, q->token, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 3, q->limit);
    bool is_bound = rc == SQLITE_OK;
    while (is_bound && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const struct store_watch watch = {
            .row = sqlite3_column_int64(s, 0),
            .name = (const char *)sqlite3_column_text(s, 1),
            .token = (const char *)sqlite3_column_text(s, 2),
            .at_ms = sqlite3_column_int64(s, 3),
            .alert = sqlite3_column_int64(s, 4),
            .handover = (const char *)sqlite3_column_text(s, 5)};
        code = watch.name == NULL || watch.token == NULL ? ERR_CORRUPT
                                                         : row(context, &watch);
    }
    int end = store_reader_end(r, s, rc);
    return code != 0 ? code : end;
}

int query_watches_sum(struct store_reader *r, int64_t alert, struct query_handover *ret)
{
    int code = 0;
    struct query_handover sum;
    memset(&sum, 0, sizeof sum);
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_HANDOVER, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_int64(s, 1, alert);
    bool is_bound = rc == SQLITE_OK;
    while (is_bound && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        int severity = sqlite3_column_int(s, 0);
        if (severity < 0 || severity >= SEVERITIES)
            continue;
        sum.fresh[severity] = sqlite3_column_int64(s, 1);
        sum.muted[severity] = sqlite3_column_int64(s, 2);
        sum.open[severity] = sqlite3_column_int64(s, 3);
    }
    code = store_reader_end(r, s, rc);
    if (code == 0)
        *ret = sum;
    return code;
}
