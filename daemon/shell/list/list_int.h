/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of lists share.
 *
 *   rows    cuts bytes into rows, or lines, each whole (list_rows.c)
 *   draft   a ship while its row is read (list_draft.c)
 *   kind    one format: how it is recognised, and what becomes of its rows */
#ifndef LOOKOUT_LIST_INT_H
#define LOOKOUT_LIST_INT_H

#include <stdatomic.h>

#include "lookout/base/csv.h"
#include "lookout/base/map.h"
#include "lookout/list/list.h"

/* --- list_rows.c --- */

enum {
    LIST_ROW_BYTES_MAX = 1 << 20,  /* of CSV: beyond it a quote was not closed */
    LIST_LINE_BYTES_MAX = 16 << 20 /* of JSON */
};

/* What is known of a row. */
enum list_row {
    LIST_ROW_WHOLE,
    LIST_ROW_LAST, /* the bytes ended without a line end */
    LIST_ROW_OPEN, /* the first line of a row whose quote is not closed */
    LIST_ROW_LONG  /* a line that is too long; there is no text */
};
typedef int (*list_rows_take)(void *context, const char *text, size_t n,
                              enum list_row state);
struct list_rows {
    struct buf pending; /* owned: the row that is not complete */
    char separator;     /* of CSV; '\0': lines of JSON */
    uint8_t quoting;    /* enum list_quoting, at the end of pending */
    bool is_skipping;   /* a line that is too long */
    bool is_plain;      /* too many open quotes: every line is a row */
    unsigned open;      /* rows whose quote was not closed */
    int line, rows;     /* of the row that is given out; lines of it */
    list_rows_take take;
    void *context;
};
void list_rows_init(struct list_rows *rows, list_rows_take take, void *context);
void list_rows_finish(struct list_rows *rows);
MUST_CHECK int list_rows_feed(struct list_rows *rows, const char *bytes, size_t n);
MUST_CHECK int list_rows_end(struct list_rows *rows);

/* --- the reader --- */

enum { LIST_IMOS_MAX = 8, LIST_WRONG_MAX = 8 };

struct list_draft {
    struct list_ship ship; /* owned content */
    uint32_t imos[LIST_IMOS_MAX];
    size_t imo_count;
    struct list_wrong {
        char text[40];
        bool is_imo;
    } wrong[LIST_WRONG_MAX];
    size_t wrong_count;
    int rc; /* the first failure */
};

struct list_kind;
/* A list while it grows. */
struct list_whole {
    struct list list;
    atomic_uint holders;
    size_t room;
};

struct list_reader {
    const struct list_options *options;  /* borrowed */
    const struct buf *comments, *others; /* borrowed: OFAC's further files; NULL */
    const struct list_kind *kind;        /* NULL: not yet known */
    struct list_whole *whole;            /* owned until it is taken */
    struct map by_entry; /* hashes of entries -> index of a ship, and one */
    struct buf head;     /* owned: the first bytes, while kind is NULL */
    struct list_rows rows;
    struct csv csv; /* the row, of CSV */
    struct list_draft draft;
    struct list_trouble trouble; /* with ERR_INVALID */
    unsigned pass;               /* from 0 */
    bool has_header;             /* it was read */
    size_t columns;              /* of the header */
    size_t places[16];           /* of the kind's columns, SIZE_MAX: not there */
    void *own;                   /* owned: the kind's state */
};

/* The first rows of a file. */
struct list_head {
    const char *text; /* borrowed */
    size_t n;
};
struct list_kind {
    enum list_format format;
    const char *name;
    const char *looks; /* what a file of that format is, in words */
    bool has_lines;    /* rows are lines, and no CSV */
    bool (*recognise)(const struct list_head *head);
    int (*begin)(struct list_reader *r); /* NULL: nothing to do */
    /* A row: r->csv has its fields, or the line. ERR_INVALID with the trouble. */
    int (*row)(struct list_reader *r, const char *text, size_t n);
    /* The end of a pass; whether another one is needed. NULL: none. */
    int (*end)(struct list_reader *r, bool *ret_is_done);
    void (*finish)(struct list_reader *r); /* frees r->own; NULL */
};
extern const struct list_kind list_csv_kind, list_ofac_kind, list_uk_kind,
    list_opensanctions_kind, list_ftm_kind;

/* --- list_format.c --- */

/* The kind of the file; NULL with the trouble when it can be none. */
const struct list_kind *list_format_find(enum list_format asked,
                                         const struct list_head *head,
                                         struct list_trouble *ret_trouble);
/* Whether a header has these columns. */
bool list_format_has_columns(const struct list_head *head, const char *const *names,
                             size_t count);
/* The place of a column in the row that r->csv has; letters and digits count. SIZE_MAX */
size_t list_format_find_column(const struct csv *csv, const char *name);

/* --- list_draft.c --- */

void list_draft_begin(struct list_reader *r);
/* Set a text, cleaned; an empty one leaves it as it was. */
void list_draft_set(struct list_reader *r, char **member, const char *text);
void list_draft_add(struct list_reader *r, struct list_texts *texts, const char *text);
/* Add the parts of a text that stand between any of these characters. */
void list_draft_split(struct list_reader *r, struct list_texts *texts, const char *text,
                      const char *separators);
/* Add the numbers of a text: "IMO 9999993"; "445000001; 445000002", "1: .. 2: ..". */
void list_draft_imo(struct list_reader *r, const char *text);
void list_draft_mmsi(struct list_reader *r, const char *text);
/* The row is complete: its ship goes to the list, or is left out. */
MUST_CHECK int list_draft_end(struct list_reader *r);
void list_draft_finish(struct list_reader *r);

/* --- list.c --- */

struct list_whole *list_make(void);
void list_free_ship(struct list_ship *ship);
/* Append a copy unless it is there. ERR_NOMEM */
MUST_CHECK int list_add_text(struct list_texts *texts, const char *text);
MUST_CHECK int list_add_texts(struct list_texts *texts, const struct list_texts *from);
/* Take over the content of the ship; rows of one entry and IMO number are one ship. */
MUST_CHECK int list_add_ship(struct list_reader *r, struct list_ship *ship);
/* The first ship of that entry; SIZE_MAX. */
size_t list_find_entry(const struct list_reader *r, const char *entry);

/* --- list_reader.c --- */

void list_row_fault(struct list_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A row that cannot be read is left out. */
void list_row_leave(struct list_reader *r, const char *why);
int list_row_fail(struct list_reader *r, const char *accepted, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Field of the row; "" when there is no such place. */
const char *list_row_field(const struct list_reader *r, size_t place);

#endif
