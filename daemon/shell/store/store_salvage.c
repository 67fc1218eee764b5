/* SPDX-License-Identifier: Apache-2.0 */
/* Copies the readable rows of a damaged database into the new one: alerts with their
 * deliveries, calls and voyages row by row, from both ends. The state of engine, vessels
 * and feeds is copied only as a whole, because half a state would be wrong. The damaged
 * file is opened for reading only and is not changed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store_int.h"

/* Rows of a transaction. */
#define GROUP 5000

struct copy {
    sqlite3 *from, *to;
    sqlite3_stmt *insert;
    int64_t last; /* row id read last in the ascending walk */
    uint64_t rows;
    bool is_whole; /* one transaction for all */
};

static int copy_row(struct copy *c, sqlite3_stmt *row)
{
    int columns = sqlite3_column_count(row) - 1;         /* the first is the row id */
    int known = sqlite3_bind_parameter_count(c->insert); /* an older schema has fewer */
    columns = columns < known ? columns : known;
    int rc = SQLITE_OK;
    for (int i = 0; i < columns && rc == SQLITE_OK; i++)
        rc = sqlite3_bind_value(c->insert, i + 1, sqlite3_column_value(row, i + 1));
    if (rc == SQLITE_OK)
        rc = store_db_run(c->insert);
    if (rc != SQLITE_OK)
        return rc;
    c->rows += (uint64_t)sqlite3_changes(c->to);
    if (c->is_whole || c->rows % GROUP != GROUP - 1)
        return SQLITE_OK;
    return sqlite3_exec(c->to, "COMMIT; BEGIN IMMEDIATE", NULL, NULL, NULL);
}

/* Read in one direction; *ret_read is the code that ended the reading, the return value a
 * fault of writing. */
static int walk_table(struct copy *c, const char *table, bool is_ascending, int *ret_read)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT rowid, * FROM %s WHERE rowid > ?1 ORDER BY rowid%s",
             table, is_ascending ? "" : " DESC");
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(c->from, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 1, c->last);
    int written = SQLITE_OK;
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (is_ascending)
            c->last = sqlite3_column_int64(s, 0);
        written = copy_row(c, s);
        rc = written;
    }
    sqlite3_finalize(s);
    *ret_read = written == SQLITE_OK ? rc : SQLITE_DONE;
    return written;
}

/* Copy a table whose rows are independent. */
static int copy_table(struct copy *c, const char *table, int columns, uint64_t *ret_rows)
{
    char sql[160];
    int n = snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO %s VALUES (?", table);
    for (int i = 1; i < columns; i++)
        n += snprintf(sql + n, sizeof sql - (size_t)n, ",?");
    snprintf(sql + n, sizeof sql - (size_t)n, ")");
    c->last = INT64_MIN;
    c->rows = 0;
    int rc = sqlite3_prepare_v2(c->to, sql, -1, &c->insert, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    int read = SQLITE_DONE;
    if (rc == SQLITE_OK)
        rc = walk_table(c, table, true, &read);
    if (rc == SQLITE_OK && read != SQLITE_DONE)
        rc = walk_table(c, table, false, &read);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "COMMIT", NULL, NULL, NULL);
    if (!sqlite3_get_autocommit(c->to))
        sqlite3_exec(c->to, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_finalize(c->insert);
    c->insert = NULL;
    *ret_rows += c->rows;
    return rc;
}

/* Copy engine, vessels and feeds in one transaction, or none of them. */
static bool copy_state(struct copy *c)
{
    static const struct {
        const char *select, *insert;
    } tables[] = {
        {"SELECT 0, * FROM engine", "INSERT INTO engine VALUES (?,?)"},
        {"SELECT 0, * FROM vessels", "INSERT INTO vessels VALUES (?,?)"},
        {"SELECT 0, * FROM feeds", "INSERT INTO feeds VALUES (?,?)"},
    };
    int rc = sqlite3_exec(c->to, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (size_t i = 0; i < 3 && rc == SQLITE_OK; i++) {
        sqlite3_stmt *s = NULL;
        rc = sqlite3_prepare_v2(c->to, tables[i].insert, -1, &c->insert, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_prepare_v2(c->from, tables[i].select, -1, &s, NULL);
        while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
            rc = copy_row(c, s);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
        sqlite3_finalize(s);
        sqlite3_finalize(c->insert);
        c->insert = NULL;
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "COMMIT", NULL, NULL, NULL);
    if (!sqlite3_get_autocommit(c->to))
        sqlite3_exec(c->to, "ROLLBACK", NULL, NULL, NULL);
    return rc == SQLITE_OK;
}

void store_salvage(const char *damaged, sqlite3 *to, struct store_salvage *ret_salvage)
{
    static const struct {
        const char *table;
        int columns;
        size_t count; /* where it is counted */
    } tables[] = {
        /* clang-format off */
        {"webhooks", 4,  offsetof(struct store_salvage, webhooks)},
        {"alerts",   14, offsetof(struct store_salvage, alerts)},
        {"outbox",   10, offsetof(struct store_salvage, deliveries)},
        {"calls",    18, offsetof(struct store_salvage, calls)},
        {"voyages",  17, offsetof(struct store_salvage, calls)},
        /* clang-format on */
    };
    static const char orphans[] =
        "DELETE FROM outbox WHERE webhook NOT IN (SELECT row FROM webhooks)"
        " OR row / 65536 NOT IN (SELECT row FROM alerts)";
    struct store_salvage result = {0};
    struct copy c = {.to = to};
    if (store_schema_open_damaged(damaged, &c.from) == 0) {
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
            void *count = (char *)&result + tables[i].count;
            if (copy_table(&c, tables[i].table, tables[i].columns, count) != SQLITE_OK)
                break;
        }
        /* Delete deliveries whose alert or webhook is lost. */
        if (sqlite3_exec(to, orphans, NULL, NULL, NULL) == SQLITE_OK)
            result.deliveries -= (uint64_t)sqlite3_changes64(to);
        c.is_whole = true;
        result.has_state = copy_state(&c);
        sqlite3_close(c.from);
    }
    *ret_salvage = result;
}

void store_salvage_say(const struct store_replaced *r, struct err *ret_text)
{
    const struct store_salvage *s = &r->salvage;
    err_set(ret_text, ERR_CORRUPT,
            "damaged database set aside as %s; going on with a new one, with %" PRIu64
            " alerts, %" PRIu64 " deliveries, %" PRIu64 " calls and voyages of it, %s",
            r->name, s->alerts, s->deliveries, s->calls,
            s->has_state ? "and the state of vessels and feeds"
                         : "without the state of vessels and feeds");
}
