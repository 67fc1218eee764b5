/* SPDX-License-Identifier: Apache-2.0 */
/* Housekeeping on the writer's thread: checkpoints, pruning by age and by size, giving
 * free pages back. The steps are so small that a new batch waits some milliseconds at
 * most. A step that fails is left for later: no data are lost, and a real fault shows at
 * the next commit. */

#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "writer_int.h"

/* the log is checkpointed at this size at the latest */
#define CHECKPOINT_BYTES ((int64_t)32 << 20)
#define LONG_MS (60 * MINUTE_MS)
/* rows that a step reads, pages that a step gives back */
#define STEP_ROWS 100
#define STEP_PAGES 128
/* free pages to give back: at least this many and this part of the file */
#define FREE_PAGES 1024
#define FREE_PART 4
/* a writer that is never idle prunes at this interval */
#define BUSY_STEP_MS 500

/* --- pruning --- */

static bool is_over_quota(const struct writer *w)
{
    int64_t size = 0, pages = 0, unused = 0;
    sqlite3 *db = w->db.handle;
    return store_schema_number(db, "PRAGMA page_size", &size) == SQLITE_OK &&
           store_schema_number(db, "PRAGMA page_count", &pages) == SQLITE_OK &&
           store_schema_number(db, "PRAGMA freelist_count", &unused) == SQLITE_OK &&
           (pages - unused) * size > w->quota_bytes;
}

/* Rows recorded before this time may be deleted by age; INT64_MIN: none. */
static int64_t cutoff_ms(const struct store_prune *p, int64_t keep_ms)
{
    return keep_ms > 0 && p->now_ms > INT64_MIN + keep_ms ? p->now_ms - keep_ms
                                                          : INT64_MIN;
}

static int delete_rows(sqlite3 *db, const char *sql, int64_t row)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 1, row);
    if (rc == SQLITE_OK)
        rc = store_db_run(s);
    sqlite3_finalize(s);
    return rc;
}

/* One kind of row that is pruned. `select` gives the row, the time of recording, the
 * number of waiting and of given-up deliveries. ?1 is the row to begin after, ?2 the row
 * to end before (the newest alert stays, because row numbers must never be used again),
 * ?3 the number of rows. */
struct kind {
    const char *select;
    const char *delete[2];
};
/* The first to go for room are fixes. Their age is counted from the newest hour that does
 * not lie ahead of the clock, ?4: those of a recording are old by the clock. */
static const struct kind kinds[] = {
    {"SELECT row, ?4 - (coalesce((SELECT max(row) FROM fixes WHERE row <"
     "  (?4 / 3600000 + 1) * 1073741824) / 1073741824, 0) - row / 1073741824) * 3600000,"
     " 0, 0 FROM fixes WHERE row > ?1 AND ?2 > 0 ORDER BY row LIMIT ?3",
     {"DELETE FROM fixes WHERE row = ?1", NULL}},
    {"SELECT row, accepted_ms,"
     " (SELECT count(*) FROM outbox o WHERE o.row BETWEEN a.row * 65536"
     "  AND a.row * 65536 + 65535 AND o.state = 0),"
     " (SELECT count(*) FROM outbox o WHERE o.row BETWEEN a.row * 65536"
     "  AND a.row * 65536 + 65535 AND o.state = 2)"
     " FROM alerts a WHERE row > ?1 AND row < ?2 ORDER BY row LIMIT ?3",
     {"DELETE FROM outbox WHERE row BETWEEN ?1 * 65536 AND ?1 * 65536 + 65535",
      "DELETE FROM alerts WHERE row = ?1"}},
    {"SELECT row, recorded_ms, 0, 0 FROM calls WHERE row > ?1 AND ?2 > 0 ORDER BY row"
     " LIMIT ?3",
     {"DELETE FROM calls WHERE row = ?1", NULL}},
    {"SELECT row, recorded_ms, 0, 0 FROM voyages WHERE row > ?1 AND ?2 > 0 ORDER BY row"
     " LIMIT ?3",
     {"DELETE FROM voyages WHERE row = ?1", NULL}},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* The rows of one step that may be deleted. */
struct choice {
    int64_t row[STEP_ROWS];
    size_t count;
    int64_t last;   /* row looked at last */
    bool is_at_end; /* the other rows are too young, or there are none */
};

static int choose_rows(const struct writer *w, int64_t before_ms, bool is_over,
                       struct choice *choice)
{
    const struct store_prune *p = &w->prune;
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(w->db.handle, kinds[p->kind].select, -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 1, p->after);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 2, w->db.last_alert > 0 ? w->db.last_alert : 1);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 3, STEP_ROWS);
    if (rc == SQLITE_OK && sqlite3_bind_parameter_count(s) > 3)
        rc = sqlite3_bind_int64(s, 4, p->now_ms);
    size_t seen = 0;
    choice->last = p->after;
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        bool is_old = sqlite3_column_int64(s, 1) < before_ms;
        if (!is_old && !is_over) {
            choice->is_at_end = true;
            break;
        }
        seen++;
        choice->last = sqlite3_column_int64(s, 0);
        bool waits = sqlite3_column_int64(s, 2) != 0;
        bool is_dead = sqlite3_column_int64(s, 3) != 0;
        if (!waits && (is_old || !is_dead))
            choice->row[choice->count++] = choice->last;
    }
    sqlite3_finalize(s);
    if (seen < STEP_ROWS)
        choice->is_at_end = true;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int delete_chosen(struct writer *w, const struct choice *choice)
{
    const struct kind *kind = &kinds[w->prune.kind];
    int rc = store_db_run(w->db.statements[STORE_SQL_BEGIN]);
    for (size_t i = 0; i < choice->count && rc == SQLITE_OK; i++)
        for (int k = 0; k < 2 && rc == SQLITE_OK && kind->delete[k] != NULL; k++)
            rc = delete_rows(w->db.handle, kind->delete[k], choice->row[i]);
    if (rc == SQLITE_OK)
        rc = store_db_run(w->db.statements[STORE_SQL_COMMIT]);
    if (!sqlite3_get_autocommit(w->db.handle))
        store_db_run(w->db.statements[STORE_SQL_ROLLBACK]);
    return rc;
}

static void prune_step(struct writer *w)
{
    struct store_prune *p = &w->prune;
    /* Fixes that the configuration does not keep are deleted. */
    const int64_t fixes_ms = p->retain.fixes_ms > 0 ? p->retain.fixes_ms : HOUR_MS;
    const int64_t keep_ms[KINDS] = {fixes_ms, p->retain.alerts_ms, p->retain.calls_ms,
                                    p->retain.voyages_ms};
    struct choice choice = {0};
    p->last_step_ms = clock_monotonic_ms();
    int rc = choose_rows(w, cutoff_ms(p, keep_ms[p->kind]), is_over_quota(w), &choice);
    if (rc == SQLITE_OK && choice.count != 0)
        rc = delete_chosen(w, &choice);
    if (rc != SQLITE_OK) {
        p->is_running = false; /* the next store_prune begins anew */
        return;
    }
    p->after = choice.last;
    if (choice.is_at_end) {
        p->kind++;
        p->after = 0;
        p->is_running = p->kind < KINDS;
    }
}

static void begin_pruning(struct writer *w)
{
    struct store_queue *q = w->queue;
    pthread_mutex_lock(&q->mutex);
    if (q->prune_is_wanted) {
        q->prune_is_wanted = false;
        if (q->quota_bytes > 0)
            w->quota_bytes = q->quota_bytes;
        w->prune = (struct store_prune){
            .is_running = true, .retain = q->prune_retain, .now_ms = q->prune_now_ms};
    }
    pthread_mutex_unlock(&q->mutex);
}

/* --- giving pages back, checkpoints --- */

/* true: there are more pages to give back. */
static bool vacuum_step(struct writer *w)
{
    int64_t pages = 0, unused = 0;
    sqlite3 *db = w->db.handle;
    if (store_schema_number(db, "PRAGMA page_count", &pages) != SQLITE_OK ||
        store_schema_number(db, "PRAGMA freelist_count", &unused) != SQLITE_OK)
        return false;
    if (unused < FREE_PAGES || unused < pages / FREE_PART)
        return false;
    char sql[48];
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", STEP_PAGES);
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The writer never waits for a reader's snapshot. */
static int checkpoint_log(struct writer *w, int mode)
{
    sqlite3_busy_timeout(w->db.handle, 0);
    int rc = sqlite3_wal_checkpoint_v2(w->db.handle, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(w->db.handle, STORE_BUSY_MS);
    return rc;
}

void store_house_after_commit(struct writer *w)
{
    if (w->db.handle == NULL)
        return;
    int64_t most = w->options.checkpoint_bytes;
    if (w->db.wal_bytes >= (most > 0 ? most : CHECKPOINT_BYTES))
        checkpoint_log(w, SQLITE_CHECKPOINT_PASSIVE);
    begin_pruning(w);
    if (w->prune.is_running &&
        clock_monotonic_ms() - w->prune.last_step_ms >= BUSY_STEP_MS)
        prune_step(w);
}

void store_house_step(struct writer *w)
{
    begin_pruning(w);
    w->idle_ms = LONG_MS;
    if (w->db.handle == NULL)
        return;
    if (w->prune.is_running) {
        prune_step(w);
        w->idle_ms = 0;
    } else if (vacuum_step(w)) {
        w->idle_ms = 0;
    } else if (w->db.wal_bytes > 0) {
        int rc = checkpoint_log(w, SQLITE_CHECKPOINT_TRUNCATE);
        if (rc == SQLITE_OK)
            w->db.wal_bytes = 0;
        else
            w->idle_ms = STORE_IDLE_MS;
    }
}

void store_house_at_end(struct writer *w)
{
    if (w->db.handle == NULL)
        return;
    checkpoint_log(w, SQLITE_CHECKPOINT_TRUNCATE);
    sqlite3_db_config(w->db.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
}
