/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of ships that authorities and others publish: OFAC's and the UK's CSV,
 * OpenSanctions' maritime.csv, FollowTheMoney's JSON lines, and any CSV with a header. A
 * reader takes a list's bytes in any chunks and keeps nothing of them but its ships. */
#ifndef LOOKOUT_LIST_H
#define LOOKOUT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

enum list_format {
    LIST_AUTO, /* by the content */
    LIST_CSV,
    LIST_OFAC,
    LIST_UK,
    LIST_OPENSANCTIONS,
    LIST_FTM,
    LIST_FORMATS
};
/* "auto", "csv", ... */
const char *list_format_name(enum list_format format);

/* --- what was read --- */

struct list_texts {
    char **items; /* owned array of owned texts */
    size_t count;
};
/* A text that is not known is NULL. */
struct list_ship {
    char *entry; /* owned, as all texts: its id in the list */
    char *id;    /* of LIST_CSV: the user's own */
    char *name, *callsign, *flag, *note;
    struct list_texts aliases, programs, owners, topics;
    uint32_t imo;    /* 0 unknown */
    uint32_t *mmsis; /* owned */
    size_t mmsi_count;
};

/* Why a row is left out. */
enum list_left {
    LIST_LEFT_FAULTY,  /* it cannot be read, or its numbers are wrong and it has no others
                        */
    LIST_LEFT_KEYLESS, /* neither IMO number, MMSI nor call sign with name */
    LIST_LEFT_REASONS
};

#define LIST_SHA256_BYTES 65
struct list {
    enum list_format format;
    char published[32];               /* the date that the file itself bears; "" none */
    char sha256[LIST_SHA256_BYTES];   /* of the file; "" when only bytes were read */
    char together[LIST_SHA256_BYTES]; /* the same with the files beside it */
    struct list_ship *ships;          /* owned, in the order of the file */
    size_t count;
    uint64_t left_out[LIST_LEFT_REASONS];
    uint64_t wrong_numbers; /* IMO numbers and MMSIs that were left out */
    bool is_cut;            /* the file ends in the middle of a row */
};
/* Several may hold a list, in several threads; the last one frees it. */
struct list *list_hold(struct list *list);
void list_release(struct list *list); /* takes NULL */

/* --- reading --- */

/* The columns of LIST_CSV. */
enum list_column {
    LIST_COLUMN_ID,
    LIST_COLUMN_ENTRY,
    LIST_COLUMN_NAME,
    LIST_COLUMN_IMO,
    LIST_COLUMN_MMSI,
    LIST_COLUMN_CALLSIGN,
    LIST_COLUMN_PROGRAM,
    LIST_COLUMN_OWNER,
    LIST_COLUMN_NOTE,
    LIST_COLUMNS
};
extern const char *const list_columns[LIST_COLUMNS]; /* our names of them */

#define LIST_IMO_ACCEPTS "an IMO number of seven digits whose last is the check digit"
#define LIST_MMSI_ACCEPTS "a ship's MMSI of nine digits"

/* What is wrong with a list as a whole, in words. */
struct list_trouble {
    char text[400];
    const char *accepted; /* what would be right; a static text, NULL: nothing to say */
};
struct list_options {
    enum list_format format;
    bool has_names; /* ships of a name alone are taken */
    const char *const
        *columns; /* a header for each column, NULL: our name; NULL: all so */
    /* A row, or a number of it, is left out; lines from 1. NULL: nobody is told. */
    void (*on_fault)(void *context, int line, const char *text);
    /* A header in `columns` that the file lacks; what it has. NULL: as on_fault. */
    void (*on_header)(void *context, enum list_column column, const char *const *headers,
                      size_t count);
    void *context;
};

struct list_reader;
/* NULL: out of memory. The options are borrowed. */
struct list_reader *list_reader_create(const struct list_options *options);
void list_reader_destroy(struct list_reader *r);
/* The texts of the two files that OFAC puts beside its list, borrowed until the end of
 * reading; NULL: there is none. To be called before the first bytes. */
void list_reader_beside(struct list_reader *r, const struct buf *comments,
                        const struct buf *aliases);
/* ERR_INVALID: *ret_trouble says why the list is of no use; ERR_NOMEM. */
MUST_CHECK int list_reader_feed(struct list_reader *r, const char *bytes, size_t n,
                                struct list_trouble *ret_trouble);
/* The end of the bytes. *ret_is_done: false when all bytes are to be fed once more. */
MUST_CHECK int list_reader_end(struct list_reader *r, bool *ret_is_done,
                               struct list_trouble *ret_trouble);
/* What was read, held by the caller; NULL: nothing was, or it was taken already. */
struct list *list_reader_take(struct list_reader *r);

/* Read a file, with those beside it. ERR_INVALID, ERR_NOMEM. */
MUST_CHECK int list_file_read(const char *path, const struct list_options *options,
                              struct list **ret_list, struct list_trouble *ret_trouble);
/* SHA-256 of a file, as `together` has it: of a list with the files beside it. */
MUST_CHECK int list_file_digest(const char *path, enum list_format format,
                                char ret_together[LIST_SHA256_BYTES]);

#endif
