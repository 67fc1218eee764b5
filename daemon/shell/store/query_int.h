/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of JSON lines, and the members they are made of. */
#ifndef LOOKOUT_STORE_QUERY_INT_H
#define LOOKOUT_STORE_QUERY_INT_H

#include "reader_int.h"

#define QUERY_PAGE 256

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
/* The requested vessels as a JSON array: numbers (MMSI or IMO) and names. */
MUST_CHECK int query_vessels(const struct store_filter *f, struct buf *out);

#endif
