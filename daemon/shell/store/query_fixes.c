/* SPDX-License-Identifier: Apache-2.0 */
/* The fixes that are kept of a vessel, an hour after the other. */
#include <stdlib.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "query_int.h"

/* An hour of the vessel. */
struct hour {
    struct fix_pack_fix *fixes; /* owned */
    size_t count, room;
};

static int compare_fixes(const void *left, const void *right)
{
    const struct fix_pack_fix *a = left, *b = right;
    if (a->fix.time_ms != b->fix.time_ms)
        return a->fix.time_ms < b->fix.time_ms ? -1 : 1;
    return a->track < b->track ? -1 : a->track > b->track;
}

/* The first and the last hour on record; false: there is none. */
static bool find_hours(struct store_reader *r, int64_t *ret_first, int64_t *ret_last,
                       int *ret_code)
{
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_FIX_SPAN, ret_code);
    if (s == NULL)
        return false;
    int rc = sqlite3_step(s);
    bool is_there = rc == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL;
    if (is_there) {
        *ret_first = sqlite3_column_int64(s, 0) >> STORE_FIX_BITS;
        *ret_last = sqlite3_column_int64(s, 1) >> STORE_FIX_BITS;
    }
    *ret_code = store_reader_end(r, s, rc);
    return is_there && *ret_code == 0;
}

static int take_pack(struct hour *h, int64_t hour, sqlite3_stmt *s, bool *ret_is_damaged)
{
    struct fix_pack p;
    struct fix_pack_fix fix;
    int rc = 0;
    *ret_is_damaged = sqlite3_column_int(s, 1) != 0;
    if (*ret_is_damaged)
        return 0;
    fix_pack_begin(&p, hour, sqlite3_column_blob(s, 0),
                   (size_t)sqlite3_column_bytes(s, 0));
    while (rc == 0 && fix_pack_next(&p, &fix)) {
        rc = array_grow(&h->fixes, &h->room, h->count + 1, sizeof h->fixes[0]);
        if (rc == 0)
            h->fixes[h->count++] = fix;
    }
    *ret_is_damaged = p.failed;
    return rc;
}

static int load_hour(struct store_reader *r, int64_t hour, uint32_t mmsi, struct hour *h,
                     uint64_t *damaged)
{
    int code = 0;
    bool is_damaged = false;
    h->count = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_FIXES, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_int64(s, 1, store_fix_row(hour, mmsi));
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
        code = take_pack(h, hour, s, &is_damaged);
    *damaged += is_damaged;
    int end = store_reader_end(r, s, rc);
    if (code == 0 && end == 0 && h->count > 1)
        qsort(h->fixes, h->count, sizeof h->fixes[0], compare_fixes);
    return code != 0 ? code : end;
}

static int give_hour(const struct hour *h, const struct query_fixes *q, query_fix_row row,
                     void *context)
{
    int rc = 0;
    for (size_t i = 0; i < h->count && rc == 0; i++) {
        const struct engine_fix fix = {
            .mmsi = q->mmsi, .track = h->fixes[i].track, .fix = &h->fixes[i].fix};
        if ((q->since_ms == TIME_NONE || fix.fix->time_ms >= q->since_ms) &&
            (q->until_ms == TIME_NONE || fix.fix->time_ms < q->until_ms))
            rc = row(context, &fix);
    }
    return rc;
}

int query_fixes_walk(struct store_reader *r, const struct query_fixes *q,
                     query_fix_row row, void *context, uint64_t *ret_damaged)
{
    struct hour h = {0};
    int64_t at = 0, last = 0;
    int rc = 0;
    *ret_damaged = 0;
    if (!find_hours(r, &at, &last, &rc))
        return rc != 0 ? rc : ERR_NOT_FOUND;
    if (q->since_ms != TIME_NONE && fix_pack_hour(q->since_ms) > at)
        at = fix_pack_hour(q->since_ms);
    if (q->until_ms != TIME_NONE && fix_pack_hour(q->until_ms) < last)
        last = fix_pack_hour(q->until_ms);
    for (; at <= last && rc == 0; at++) {
        rc = load_hour(r, at, q->mmsi, &h, ret_damaged);
        if (rc == 0)
            rc = give_hour(&h, q, row, context);
    }
    free(h.fixes);
    return rc;
}
