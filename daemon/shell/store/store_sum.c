/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums of rows. SQLite knows when a page has lost its shape, but not when a bit of
 * what stands in it was flipped. Each row carries the CRC-32 of its values, made and
 * compared by an SQL function of every connection, lookout_sum(value, ...). Rows of an
 * older schema have none. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store_int.h"

/* clang-format off */
static const struct {
    const char *table, *columns;
} tables[] = {
    {"alerts",   STORE_SUM_ALERT},
    {"outbox",   STORE_SUM_OUTBOX},
    {"calls",    STORE_SUM_CALL},
    {"voyages",  STORE_SUM_VOYAGE},
    {"vessels",  STORE_SUM_VESSEL},
    {"engine",   STORE_SUM_ENGINE},
    {"feeds",    STORE_SUM_FEED},
    {"lists",    STORE_SUM_LIST},
    {"fixes",    STORE_SUM_FIXES},
};
/* clang-format on */
enum { TABLES = sizeof tables / sizeof tables[0] };

/* A number that is 0 in a sound database. A table, column or index that cannot be found
 * is damage, too. */
static int check_zero(sqlite3 *db, const char *sql, const char *table, struct err *err)
{
    int64_t damaged = 0;
    int rc = store_schema_number(db, sql, &damaged);
    if (rc == SQLITE_ERROR)
        return err_set(err, ERR_CORRUPT, "%s: %s", table, sqlite3_errmsg(db));
    if (rc != SQLITE_OK)
        return store_schema_fault(err, db, rc, "check");
    return damaged == 0 ? 0
                        : err_set(err, ERR_CORRUPT, "rows of %s have changed: %" PRId64,
                                  table, damaged);
}

int store_sum_check(sqlite3 *db, struct err *err)
{
    /* What is not in its index is not sent. */
    static const char index[] =
        "SELECT (SELECT coalesce(sum(lookout_sum(webhook, row)), 0) FROM outbox"
        "  INDEXED BY outbox_pending WHERE state = 0)"
        " <> (SELECT coalesce(sum(lookout_sum(webhook, row)), 0) FROM outbox"
        "  NOT INDEXED WHERE state = 0)";
    int rc = check_zero(db, index, "outbox", err);
    for (size_t i = 0; i < TABLES && rc == 0; i++) {
        char sql[400];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE sum <> lookout_sum(%s)",
                 tables[i].table, tables[i].columns);
        rc = check_zero(db, sql, tables[i].table, err);
    }
    return rc;
}

int store_sum_drop(sqlite3 *db, const char *table, uint64_t *ret_dropped)
{
    for (size_t i = 0; i < TABLES; i++) {
        char sql[400];
        if (strcmp(tables[i].table, table) != 0)
            continue;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE sum <> lookout_sum(%s)", table,
                 tables[i].columns);
        int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
        *ret_dropped = rc == SQLITE_OK ? (uint64_t)sqlite3_changes64(db) : 0;
        return rc;
    }
    *ret_dropped = 0;
    return SQLITE_OK;
}
