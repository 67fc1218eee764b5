/* SPDX-License-Identifier: Apache-2.0 */
/* Puts deliveries back in the queue from another process than the daemon's, in one short
 * transaction. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "lookout/sys/clock.h"
#include "store_int.h"

static int prepare_sql(sqlite3 *db, const char *sql, sqlite3_stmt **ret_statement,
                       struct err *err)
{
    int rc = sqlite3_prepare_v2(db, sql, -1, ret_statement, NULL);
    return rc == SQLITE_OK ? 0 : store_schema_fault(err, db, rc, "redeliver");
}

/* The number that a statement gives for a text; ERR_NOT_FOUND when it gives none. */
static int look_up_key(sqlite3 *db, const char *sql, const char *key, bool is_id,
                       int64_t *ret_value, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = prepare_sql(db, sql, &s, err);
    if (code != 0)
        return code;
    int rc = is_id ? store_db_bind_id(s, 1, key)
                   : sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(s, 0);
    else if (rc == SQLITE_DONE)
        code = ERR_NOT_FOUND;
    else
        code = store_schema_fault(err, db, rc, "redeliver");
    sqlite3_finalize(s);
    return code;
}

struct request {
    sqlite3 *db;
    int64_t webhook; /* 0: any */
    const char *webhook_id;
    int64_t now_ms;
    struct err *err;
};

/* A delivery that is put back gets a whole new schedule. A waiting one stays in its
 * bundle. */
#define REQUEUE                                                                          \
    "UPDATE outbox SET state = 0, attempts = 0, next_ms = ?1, begun_ms = ?1,"            \
    " bundle = CASE state WHEN 0 THEN bundle END, sum = lookout_sum(row, webhook, 0)"

/* Run one of the two updates; low and high are the range of rows, 0 for the update
 * without one. Returns how many rows became pending. */
static int64_t requeue_rows(const struct request *q, const char *sql, int64_t low,
                            int64_t high)
{
    sqlite3_stmt *s = NULL;
    int code = prepare_sql(q->db, sql, &s, q->err);
    if (code != 0)
        return code;
    int rc = sqlite3_bind_int64(s, 1, q->now_ms);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 2, q->webhook);
    if (rc == SQLITE_OK && low != 0)
        rc = sqlite3_bind_int64(s, 3, low);
    if (rc == SQLITE_OK && low != 0)
        rc = sqlite3_bind_int64(s, 4, high);
    if (rc == SQLITE_OK)
        rc = store_db_run(s);
    int64_t count = sqlite3_changes64(q->db);
    if (rc != SQLITE_OK)
        count = store_schema_fault(q->err, q->db, rc, "redeliver");
    sqlite3_finalize(s);
    return count;
}

static int64_t requeue_alert(const struct request *q, const char *id)
{
    int64_t alert = 0;
    int rc = look_up_key(q->db, "SELECT row FROM alerts WHERE id = ?1", id, true, &alert,
                         q->err);
    if (rc == ERR_NOT_FOUND)
        return err_set(q->err, rc, "there is no alert %s on record", id);
    if (rc != 0)
        return rc;
    int64_t count = requeue_rows(
        q, REQUEUE " WHERE row BETWEEN ?3 AND ?4 AND ?2 IN (0, webhook)",
        store_outbox_row(alert, 0), store_outbox_row(alert, STORE_WEBHOOKS_MAX));
    if (count == 0)
        return err_set(q->err, ERR_NOT_FOUND, "alert %s has no delivery%s%s on record",
                       id, q->webhook != 0 ? " to webhook " : "",
                       q->webhook != 0 ? q->webhook_id : "");
    return count;
}

static int64_t requeue_all(const struct request *q, const char *const *ids, size_t n,
                           bool all_dead)
{
    int64_t total = 0;
    if (all_dead)
        total = requeue_rows(q, REQUEUE " WHERE state = 2 AND ?2 IN (0, webhook)", 0, 0);
    for (size_t i = 0; i < n && total >= 0; i++) {
        int64_t count = requeue_alert(q, ids[i]);
        total = count < 0 ? count : total + count;
    }
    return total;
}

static int execute_sql(sqlite3 *db, const char *sql, struct err *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_BUSY)
        return err_set(err, ERR_IO,
                       "the daemon is writing without a pause; nothing was changed, try "
                       "again");
    return rc == SQLITE_OK ? 0 : store_schema_fault(err, db, rc, "redeliver");
}

static int64_t redeliver_request(struct request *q, const char *const *ids, size_t n,
                                 bool all_dead)
{
    int64_t total = execute_sql(q->db, "BEGIN IMMEDIATE", q->err);
    if (total != 0)
        return total;
    if (q->webhook_id != NULL) {
        total = look_up_key(q->db, "SELECT row FROM webhooks WHERE id = ?1",
                            q->webhook_id, false, &q->webhook, q->err);
        if (total == ERR_NOT_FOUND)
            err_set(q->err, ERR_NOT_FOUND, "no delivery to a webhook %s is on record",
                    q->webhook_id);
    }
    if (total == 0)
        total = requeue_all(q, ids, n, all_dead);
    if (total > 0) {
        int rc = execute_sql(
            q->db, "UPDATE numbers SET value = value + 1 WHERE name = 'requeues'",
            q->err);
        if (rc == 0)
            rc = execute_sql(q->db, "COMMIT", q->err);
        if (rc != 0)
            total = rc;
    }
    if (!sqlite3_get_autocommit(q->db))
        sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
    return total;
}

int64_t store_redeliver(const char *directory, const char *const *ids, size_t n,
                        bool all_dead, const char *webhook, struct err *err)
{
    struct store_place place;
    int rc = store_place_init(&place, directory, err);
    if (rc != 0)
        return rc;
    struct stat st;
    struct request q = {.webhook_id = webhook, .now_ms = clock_wall_ms(), .err = err};
    int64_t total = 0;
    if (stat(place.database, &st) != 0 && errno == ENOENT)
        total = err_set(err, ERR_NOT_FOUND, "there is no database in %s", directory);
    else
        total = store_schema_open_existing(place.database, true, &q.db, err);
    if (total == 0)
        total = redeliver_request(&q, ids, n, all_dead);
    sqlite3_close(q.db);
    store_place_finish(&place);
    return total;
}
