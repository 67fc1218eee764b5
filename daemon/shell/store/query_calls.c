/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls and voyages on record as JSON lines, in order of their beginning. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "query_int.h"

/* Columns of READER_SQL_CALLS, the same for both kinds of row. */
enum {
    AT,
    IS_VOYAGE,
    ROW,
    MMSI,
    IMO,
    NAME,
    PORT,
    PORT_NAME,
    TO,
    TO_NAME,
    ENTERED,
    ARRIVED,
    DEPARTED,
    LEFT,
    KIND,
    CONFIDENCE,
    LAT,
    LON,
    DRAUGHT,
    DRAUGHT_TO,
    DISTANCE,
    GAP,
    DESTINATIONS
};

static const char *column_text(sqlite3_stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s, column);
}

static int add_ship(struct buf *b, sqlite3_stmt *s)
{
    int rc = query_member_int(b, "mmsi", sqlite3_column_int64(s, MMSI));
    if (rc == 0)
        rc = query_member_known(b, "imo", sqlite3_column_int64(s, IMO));
    return rc != 0 ? rc : query_member_text(b, "name", column_text(s, NAME));
}

static int add_draught(struct buf *b, const char *name, sqlite3_stmt *s, int column)
{
    int64_t dm = sqlite3_column_int64(s, column);
    return dm == 0 ? 0 : query_member_fixed(b, name, dm, 1);
}

/* Five decimals: a metre. */
static int add_degrees(struct buf *b, const char *name, int64_t e7)
{
    return query_member_fixed(b, name, (e7 + (e7 < 0 ? -50 : 50)) / 100, 5);
}

static int add_call(struct buf *b, sqlite3_stmt *s)
{
    static const struct {
        const char *name;
        int column;
    } times[] = {
        {"entered_at", ENTERED},
        {"arrived_at", ARRIVED},
        {"departed_at", DEPARTED},
        {"left_at", LEFT},
    };
    int rc = query_member_text(b, "locode", column_text(s, PORT));
    if (rc == 0)
        rc = query_member_text(b, "port", column_text(s, PORT_NAME));
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = query_member_time(b, times[i].name, s, times[i].column);
    int kind = sqlite3_column_int(s, KIND);
    if (rc == 0 && kind >= CALL_KIND_UNKNOWN && kind <= CALL_KIND_BERTH)
        rc = query_member_text(b, "kind", call_kind_name((enum call_kind)kind));
    if (rc == 0)
        rc = query_member_int(b, "confidence", sqlite3_column_int64(s, CONFIDENCE));
    if (rc == 0)
        rc = add_degrees(b, "lat", sqlite3_column_int64(s, LAT));
    if (rc == 0)
        rc = add_degrees(b, "lon", sqlite3_column_int64(s, LON));
    return rc != 0 ? rc : add_draught(b, "draught_m", s, DRAUGHT);
}

/* Stored one a line. */
static int add_destinations(struct buf *b, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    int rc = buf_add_text(b, ",\"destinations\":[");
    for (bool is_first = true; rc == 0 && *text != '\0'; is_first = false) {
        size_t n = strcspn(text, "\n");
        char one[64];
        text_copy(one, n < sizeof one ? n + 1 : sizeof one, text);
        if (!is_first)
            rc = buf_add_char(b, ',');
        if (rc == 0)
            rc = query_text(b, one);
        text += n + (text[n] == '\n');
    }
    return rc != 0 ? rc : buf_add_char(b, ']');
}

static int add_voyage(struct buf *b, sqlite3_stmt *s)
{
    double distance_nm = sqlite3_column_double(s, DISTANCE) / NM_M;
    double gap_h = (double)sqlite3_column_int64(s, GAP) / (double)HOUR_MS;
    int rc = query_member_text(b, "from", column_text(s, PORT));
    if (rc == 0)
        rc = query_member_text(b, "from_name", column_text(s, PORT_NAME));
    if (rc == 0)
        rc = query_member_text(b, "to", column_text(s, TO));
    if (rc == 0)
        rc = query_member_text(b, "to_name", column_text(s, TO_NAME));
    if (rc == 0)
        rc = query_member_time(b, "departed_at", s, DEPARTED);
    if (rc == 0)
        rc = query_member_time(b, "arrived_at", s, ARRIVED);
    if (rc == 0 && distance_nm >= 0 && distance_nm < 1e9)
        rc = query_member_fixed(b, "distance_nm", llround(distance_nm * 10), 1);
    if (rc == 0)
        rc = query_member_fixed(b, "longest_gap_h", llround(gap_h * 10), 1);
    if (rc == 0)
        rc = add_draught(b, "draught_departure_m", s, DRAUGHT);
    if (rc == 0)
        rc = add_draught(b, "draught_arrival_m", s, DRAUGHT_TO);
    return rc != 0 ? rc : add_destinations(b, column_text(s, DESTINATIONS));
}

int query_calls_write(sqlite3_stmt *s, struct buf *b)
{
    bool is_voyage = sqlite3_column_int(s, IS_VOYAGE) != 0;
    int rc = buf_add_char(b, '{');
    if (rc == 0)
        rc = query_member_text(b, "record", is_voyage ? "voyage" : "call");
    if (rc == 0)
        rc = add_ship(b, s);
    if (rc == 0)
        rc = is_voyage ? add_voyage(b, s) : add_call(b, s);
    return rc != 0 ? rc : buf_add_char(b, '}');
}

static int add_call_row(sqlite3_stmt *s, struct query_page *p)
{
    int rc = query_calls_write(s, &p->text);
    return rc != 0 ? rc : query_page_add(p, sqlite3_column_int64(s, ROW));
}

/* the last row given out; the next page begins after it */
struct place {
    int64_t at, is_voyage, row;
};

static int bind_filter(sqlite3_stmt *s, const struct store_filter *f,
                       const struct place *after, const char *vessels, const char *port)
{
    int rc = sqlite3_bind_int64(s, 1, after->at);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 2, after->is_voyage);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 3, after->row);
    if (rc == SQLITE_OK && f->since_ms != TIME_NONE)
        rc = sqlite3_bind_int64(s, 4, f->since_ms);
    if (rc == SQLITE_OK && f->vessel_count != 0)
        rc = sqlite3_bind_text(s, 5, vessels, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK && port[0] != '\0')
        rc = sqlite3_bind_text(s, 6, port, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 7, QUERY_PAGE);
    return rc;
}

static int fill_page(struct store_reader *r, const struct store_filter *f,
                     struct place *after, struct query_page *p)
{
    int code = 0;
    char port[128];
    text_copy(port, sizeof port, f->port != NULL ? f->port : "");
    text_upper(port);
    struct buf vessels = {0};
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_CALLS, &code);
    if (s == NULL)
        return code;
    code = query_vessels(f, &vessels);
    int rc = code == 0 ? bind_filter(s, f, after, buf_text(&vessels), port) : SQLITE_OK;
    while (code == 0 && rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        *after = (struct place){sqlite3_column_int64(s, AT),
                                sqlite3_column_int64(s, IS_VOYAGE),
                                sqlite3_column_int64(s, ROW)};
        code = add_call_row(s, p);
    }
    int end = store_reader_end(r, s, rc);
    buf_finish(&vessels);
    return code != 0 ? code : end;
}

int query_calls(struct store_reader *r, const struct store_filter *f, store_line line,
                void *context)
{
    struct query_page *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    struct place after = {INT64_MIN, 0, 0};
    int rc = 0;
    for (bool is_last = false; rc == 0 && !is_last;) {
        rc = fill_page(r, f, &after, p);
        is_last = p->count < QUERY_PAGE;
        if (rc == 0)
            rc = query_page_emit(p, line, context);
    }
    query_page_finish(p);
    free(p);
    return rc;
}
