/* SPDX-License-Identifier: Apache-2.0 */
/* Copies the readable rows of a damaged database into the new one: alerts with their
 * deliveries, calls and voyages row by row, from both ends. The state of engine, vessels
 * and feeds is copied only as a whole, because half a state would be wrong. The damaged
 * file is opened for reading only and is not changed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store_int.h"

/* The number of rows in a transaction. */
#define GROUP 5000

struct copy {
    sqlite3 *from, *to;
    sqlite3_stmt *insert;
    int64_t last; /* row id read last in the ascending walk */
    uint64_t rows;
    bool is_whole;  /* one transaction for all */
    bool has_fault; /* something could not be read */
};

static int copy_row(struct copy *c, sqlite3_stmt *row)
{
    int columns = sqlite3_column_count(row) - 1;         /* the first is the row id */
    int known = sqlite3_bind_parameter_count(c->insert); /* fewer in an older schema */
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

/* Read a table in one direction. *ret_read is the code that ended the reading; the return
 * value is 0 or the code of a fault in writing. */
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
    c->has_fault = c->has_fault || rc != SQLITE_OK || read != SQLITE_DONE;
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

/* Copy the state of engine, vessels and feeds in one transaction: all of it or none. */
static bool copy_state(struct copy *c, uint64_t *ret_damaged)
{
    static const struct {
        const char *select, *insert;
    } tables[] = {
        {"SELECT 0, * FROM engine", "INSERT INTO engine VALUES (?,?,?)"},
        {"SELECT 0, * FROM vessels", "INSERT INTO vessels VALUES (?,?,?)"},
        {"SELECT 0, * FROM feeds", "INSERT INTO feeds VALUES (?,?,?)"},
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
    /* A vessel whose row differs from the row that was written starts anew. When the
     * state of the engine or of the feeds is lost, all vessels start anew. */
    uint64_t vessels = 0, engine = 0, feeds = 0;
    if (rc == SQLITE_OK)
        rc = store_sum_drop(c->to, "vessels", &vessels);
    if (rc == SQLITE_OK)
        rc = store_sum_drop(c->to, "engine", &engine);
    if (rc == SQLITE_OK)
        rc = store_sum_drop(c->to, "feeds", &feeds);
    if (rc == SQLITE_OK && engine + feeds != 0)
        rc = SQLITE_CORRUPT;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, "COMMIT", NULL, NULL, NULL);
    if (!sqlite3_get_autocommit(c->to))
        sqlite3_exec(c->to, "ROLLBACK", NULL, NULL, NULL);
    *ret_damaged += vessels + engine + feeds;
    return rc == SQLITE_OK;
}

/* Find the number of a webhook, and make a new one if it was lost. */
static int64_t find_webhook(sqlite3 *db, const char *id)
{
    sqlite3_stmt *s = NULL;
    int64_t number = 0;
    for (int i = 0; i < 2 && number == 0; i++) {
        int rc = sqlite3_prepare_v2(db, "SELECT row FROM webhooks WHERE id = ?1", -1, &s,
                                    NULL);
        if (rc == SQLITE_OK &&
            sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC) == SQLITE_OK &&
            sqlite3_step(s) == SQLITE_ROW)
            number = sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
        if (number != 0 || i != 0)
            break;
        rc = sqlite3_prepare_v2(db,
                                "INSERT INTO webhooks (row, id) SELECT"
                                " coalesce(max(row), 0) + 1, ?1 FROM webhooks",
                                -1, &s, NULL);
        if (rc == SQLITE_OK &&
            sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC) == SQLITE_OK)
            (void)store_db_run(s);
        sqlite3_finalize(s);
    }
    return number <= STORE_WEBHOOKS_MAX ? number : 0;
}

/* Make lost deliveries again. When an alert is kept and its delivery is lost, the alert
 * may not have been sent; so it is sent at least once. */
static int renew_deliveries(sqlite3 *db, uint64_t *ret_made)
{
    sqlite3_stmt *alerts = NULL, *insert = NULL;
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db,
                                "SELECT row, accepted_ms, hooks FROM alerts"
                                " WHERE mark = 0 AND length(hooks) > 0 ORDER BY row",
                                -1, &alerts, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(
            db,
            "INSERT OR IGNORE INTO outbox (row, webhook, state,"
            " attempts, next_ms, status, sum) VALUES (?1, ?2, 0, 0, ?3, 0,"
            " lookout_sum(?1, ?2, 0))",
            -1, &insert, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(alerts)) == SQLITE_ROW) {
        const char *id = sqlite3_column_blob(alerts, 2), *at = id;
        const char *end = id + sqlite3_column_bytes(alerts, 2);
        rc = SQLITE_OK;
        for (; at != NULL && at < end && rc == SQLITE_OK; at += strlen(at) + 1) {
            int64_t webhook =
                memchr(at, '\0', (size_t)(end - at)) != NULL ? find_webhook(db, at) : 0;
            if (webhook == 0)
                break;
            sqlite3_bind_int64(
                insert, 1, store_outbox_row(sqlite3_column_int64(alerts, 0), webhook));
            sqlite3_bind_int64(insert, 2, webhook);
            sqlite3_bind_int64(insert, 3, sqlite3_column_int64(alerts, 1));
            rc = store_db_run(insert);
            *ret_made += (uint64_t)sqlite3_changes(db);
        }
    }
    sqlite3_finalize(alerts);
    sqlite3_finalize(insert);
    return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
}

/* clang-format off */
static const struct {
    const char *table;
    int columns;
    size_t count; /* index of its counter */
} tables[] = {
    {"webhooks", 4,  offsetof(struct store_salvage, webhooks)},
    {"alerts",   16, offsetof(struct store_salvage, alerts)},
    {"outbox",   11, offsetof(struct store_salvage, deliveries)},
    {"calls",    19, offsetof(struct store_salvage, calls)},
    {"voyages",  18, offsetof(struct store_salvage, calls)},
    {"lists",    10, offsetof(struct store_salvage, lists)},
    {"acknowledgements", 8, offsetof(struct store_salvage, acts)},
    {"seen",     2,  offsetof(struct store_salvage, acts)},
    {"mutes",    13, offsetof(struct store_salvage, acts)},
    {"watches",  6,  offsetof(struct store_salvage, acts)},
    {"fixes",    3,  offsetof(struct store_salvage, packs)}, /* the most by far */
};
/* clang-format on */
enum { TABLES = sizeof tables / sizeof tables[0] };

static uint64_t *count_salvaged(struct store_salvage *s, size_t table)
{
    return (void *)((char *)s + tables[table].count);
}

/* Copy the rows of one source that earlier sources did not have. True: everything could
 * be read. */
static bool copy_all(struct copy *c, struct store_salvage *s)
{
    c->has_fault = c->is_whole = false;
    for (size_t i = 0; i < TABLES; i++) {
        uint64_t dropped = 0;
        /* A missing table does not mean that other tables are missing. */
        c->has_fault = copy_table(c, tables[i].table, tables[i].columns,
                                  count_salvaged(s, i)) != SQLITE_OK ||
                       c->has_fault;
        (void)!store_sum_drop(c->to, tables[i].table, &dropped);
        *count_salvaged(s, i) -= dropped;
        s->damaged += dropped;
    }
    c->is_whole = true;
    s->has_state = s->has_state || copy_state(c, &s->damaged);
    return !c->has_fault && s->has_state;
}

void store_salvage(const char *damaged, sqlite3 *to, struct store_salvage *ret_salvage)
{
    static const char orphans[] =
        "DELETE FROM outbox WHERE webhook NOT IN (SELECT row FROM webhooks)"
        " OR row / 65536 NOT IN (SELECT row FROM alerts)";
    struct store_salvage result = {0};
    struct copy c = {.to = to};
    bool is_all = false;
    if (store_schema_open_damaged(damaged, &c.from) == 0) {
        is_all = copy_all(&c, &result);
        sqlite3_close(c.from);
    }
    for (int way = 0; way < STORE_REPAIR_WAYS && !is_all; way++) {
        char *copy = NULL;
        if (store_repair_open(damaged, way, &c.from, &copy) != 0)
            continue;
        uint64_t before = result.alerts + result.calls;
        is_all = copy_all(&c, &result);
        result.is_repaired = result.is_repaired || result.alerts + result.calls > before;
        sqlite3_close(c.from);
        store_repair_finish(copy);
    }
    /* Deliveries whose alert or webhook is lost are useless and are deleted. */
    if (sqlite3_exec(to, orphans, NULL, NULL, NULL) == SQLITE_OK)
        result.deliveries -= (uint64_t)sqlite3_changes64(to);
    (void)!renew_deliveries(to, &result.made_anew);
    *ret_salvage = result;
}

void store_salvage_say(const struct store_replaced *r, struct err *ret_text)
{
    const struct store_salvage *s = &r->salvage;
    err_set(ret_text, ERR_CORRUPT,
            "damaged database set aside as %s; going on with a new one, with %" PRIu64
            " alerts, %" PRIu64 " deliveries (%" PRIu64 " lost ones made anew), %" PRIu64
            " calls and voyages of it, without %" PRIu64 " damaged rows, %s",
            r->name, s->alerts, s->deliveries, s->made_anew, s->calls, s->damaged,
            s->has_state ? "and the state of vessels and feeds"
                         : "without the state of vessels and feeds");
}
