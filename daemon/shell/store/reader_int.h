/* SPDX-License-Identifier: Apache-2.0 */
/* A reading connection with its statements. */
#ifndef LOOKOUT_STORE_READER_INT_H
#define LOOKOUT_STORE_READER_INT_H

#include "store_int.h"

enum reader_statement {
    READER_SQL_VERSION,
    READER_SQL_REQUEUES,
    READER_SQL_PENDING,
    READER_SQL_URGENT,
    READER_SQL_GONE,
    READER_SQL_VESSELS,
    READER_SQL_ENGINE,
    READER_SQL_FEED,
    READER_SQL_ALERT_COUNT,
    READER_SQL_LAST_ALERT,
    READER_SQL_STATE_COUNT,
    READER_SQL_OLDEST,
    READER_SQL_ANSWER,
    READER_SQL_ALERTS,
    READER_SQL_DELIVERIES,
    READER_SQL_CALLS,
    READER_SQL_LISTS,
    READER_SQL_MUTES,
    READER_SQL_WATCHES,
    READER_SQL_HANDOVER,
    READER_SQL_FIX_SPAN,
    READER_SQL_FIXES,
    READER_STATEMENTS
};

struct store_reader {
    struct store_place place;
    sqlite3 *handle; /* NULL: must be opened again */
    dev_t device;    /* of the open file; a damaged one is replaced */
    ino_t inode;
    int64_t generation; /* counts the replacements, so that versions differ */
    sqlite3_stmt *statements[READER_STATEMENTS];
};

/* The statement, ready to be bound; opens or reopens the database if needed. NULL and
 * *ret_code on failure. */
sqlite3_stmt *store_reader_statement(struct store_reader *r, enum reader_statement which,
                                     int *ret_code);
/* End a query: reset the statement, and translate SQLite's code into ours (DONE and ROW
 * are fine). */
int store_reader_end(struct store_reader *r, sqlite3_stmt *statement, int rc);

#endif
