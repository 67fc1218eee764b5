/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of JSON lines, and the members they are made of. */
#ifndef LOOKOUT_STORE_QUERY_INT_H
#define LOOKOUT_STORE_QUERY_INT_H

#include "reader_int.h"

#define QUERY_PAGE 256

/* What query_write_alert reads; a alerts, n seen, k acknowledgements. */
#define QUERY_ALERT_COLUMNS                                                              \
    "SELECT a.row, a.id, a.type, a.rule, a.severity, a.mark, a.mmsi, a.imo,"             \
    " a.time_ms, a.detected_ms, a.body, a.why, k.who, k.at_ms, k.verdict, k.note"        \
    " FROM alerts a LEFT JOIN seen n ON n.alert = a.row"                                 \
    " LEFT JOIN acknowledgements k ON k.row = n.acknowledgement"
/* What query_calls_write reads, of both kinds. */
#define QUERY_CALL_COLUMNS                                                               \
    "SELECT since_ms AS at, 0 AS is_voyage, row, mmsi, imo, name, port, port_name,"      \
    " NULL, NULL, entered_ms, arrived_ms, departed_ms, left_ms, kind, confidence,"       \
    " lat_e7, lon_e7, draught_dm, 0, NULL, NULL, NULL FROM calls"
#define QUERY_VOYAGE_COLUMNS                                                             \
    "SELECT departed_ms AS at, 1 AS is_voyage, row, mmsi, imo, name, from_port,"         \
    " from_name, to_port, to_name, NULL, arrived_ms, departed_ms, NULL, NULL, NULL,"     \
    " NULL, NULL, draught_departure_dm, draught_arrival_dm, distance_m,"                 \
    " longest_gap_ms, destinations FROM voyages"

struct query_page {
    struct buf text; /* lines, each with its NUL */
    size_t count;
    size_t line; /* the beginning of the line that is being written */
    size_t at[QUERY_PAGE];
    int64_t row[QUERY_PAGE];
};
void query_page_finish(struct query_page *p);
/* End the line that is being written. */
MUST_CHECK int query_page_add(struct query_page *p, int64_t row);
/* Give out the lines until one is refused, and empty the page. */
MUST_CHECK int query_page_emit(struct query_page *p, store_line line, void *context);

/* A JSON string with its quotes. */
MUST_CHECK int query_text(struct buf *b, const char *text);
/* Members of the object that is open; an empty text, a 0 of _known and a NULL column are
 * left out. */
MUST_CHECK int query_member_text(struct buf *b, const char *name, const char *text);
MUST_CHECK int query_member_int(struct buf *b, const char *name, int64_t value);
MUST_CHECK int query_member_known(struct buf *b, const char *name, int64_t value);
MUST_CHECK int query_member_time(struct buf *b, const char *name, sqlite3_stmt *s,
                                 int column);
/* value / 10^decimals */
MUST_CHECK int query_member_fixed(struct buf *b, const char *name, int64_t value,
                                  int decimals);
/* Append the row as an object. `deliveries` is scratch. */
MUST_CHECK int query_write_alert(struct store_reader *r, sqlite3_stmt *s, struct buf *out,
                                 struct buf *deliveries);
/* Append its member `acknowledged`, where there is one. */
MUST_CHECK int query_write_seen(struct buf *b, sqlite3_stmt *s);
MUST_CHECK int query_calls_write(sqlite3_stmt *s, struct buf *out);
/* The requested vessels as a JSON array: numbers (MMSI or IMO) and names. */
MUST_CHECK int query_vessels(const struct store_filter *f, struct buf *out);

#endif
