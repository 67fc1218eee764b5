/* SPDX-License-Identifier: Apache-2.0 */
/* Reading beside the writer: one connection for one thread, with short reads, so that the
 * write-ahead log is never blocked. It follows the database when a damaged one was set
 * aside. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "query_int.h"
#include "reader_int.h"

/* The columns as fill_pending reads them. */
#define PENDING_COLUMNS                                                                  \
    "SELECT o.row, a.id, a.type, a.rule, a.mmsi, a.severity, o.attempts,"                \
    " a.accepted_ms, o.next_ms, a.body, o.begun_ms, o.bundle, o.at_ms,"                  \
    " a.sum <> lookout_sum(a.id, a.type, a.rule, a.case_id, a.severity, a.mark, a.mmsi," \
    " a.imo, a.time_ms, a.detected_ms, a.accepted_ms, a.body, a.why, a.hooks)"
#define WEBHOOK_ROW "(SELECT row FROM webhooks WHERE id = ?1)"

static const char *const sql[READER_STATEMENTS] = {
    [READER_SQL_VERSION] = "PRAGMA data_version",
    [READER_SQL_REQUEUES] = "SELECT value FROM numbers WHERE name = 'requeues'",
    [READER_SQL_PENDING] = PENDING_COLUMNS
    " FROM outbox o JOIN alerts a ON a.row = o.row / 65536"
    " WHERE o.webhook = (SELECT row FROM webhooks WHERE id = ?1) AND o.state = 0"
    " AND o.row > ?2 ORDER BY o.row LIMIT ?3",
    /* ?1 webhook ?2 after ?3 limit ?4 critical_after ?5 is_ordered. CROSS JOIN: in this
     * order, from the few critical ones to their vessels' rows. */
    [READER_SQL_URGENT] = PENDING_COLUMNS
    " FROM (SELECT DISTINCT c.mmsi AS mmsi FROM alerts c CROSS JOIN outbox p"
    "  ON p.row = c.row * 65536 + " WEBHOOK_ROW
    "  WHERE c.severity = 2 AND c.row >= ?4 / 65536 AND p.row > ?4 AND p.state = 0) v"
    " CROSS JOIN alerts a ON a.mmsi = v.mmsi AND a.row >= ?2 / 65536"
    " CROSS JOIN outbox o ON o.row = a.row * 65536 + " WEBHOOK_ROW
    " WHERE o.state = 0 AND o.row > ?2"
    " AND (?5 OR (a.severity = 2 AND o.row > ?4)) ORDER BY o.row LIMIT ?3",
    [READER_SQL_GONE] = "SELECT 1 FROM webhooks WHERE id = ?1 AND gone_ms IS NOT NULL",
    [READER_SQL_VESSELS] =
        "SELECT mmsi, record, sum <> lookout_sum(" STORE_SUM_VESSEL ") FROM vessels"
        " ORDER BY mmsi",
    [READER_SQL_ENGINE] =
        "SELECT record, sum <> lookout_sum(" STORE_SUM_ENGINE ") FROM engine"
        " WHERE row = 1",
    [READER_SQL_FEED] = "SELECT record, sum <> lookout_sum(" STORE_SUM_FEED ") FROM feeds"
                        " WHERE id = ?1",
    [READER_SQL_LISTS] = "SELECT " STORE_SUM_LIST ", entries FROM lists"
                         " WHERE sum = lookout_sum(" STORE_SUM_LIST ") ORDER BY row",
    [READER_SQL_MUTES] =
        ("SELECT id, vessel, meant, rule, zone, feed, from_ms, until_ms, why, who, at_ms,"
         " ended_ms FROM mutes ORDER BY row"),
    [READER_SQL_WATCHES] = "SELECT row, name, token, at_ms, alert, handover FROM watches"
                           " WHERE row < ?1 AND (?2 IS NULL OR token = ?2)"
                           " ORDER BY row DESC LIMIT ?3",
    /* mark: 0 is for people, 1 is muted */
    [READER_SQL_HANDOVER] =
        "SELECT a.severity, sum(a.row > ?1 AND a.mark = 0), sum(a.row > ?1 AND a.mark ="
        " 1), sum(a.mark = 0 AND n.alert IS NULL) FROM alerts a LEFT JOIN seen n"
        " ON n.alert = a.row GROUP BY a.severity",
    [READER_SQL_FIX_SPAN] =
        "SELECT (SELECT min(row) FROM fixes), (SELECT max(row) FROM fixes)",
    [READER_SQL_FIXES] =
        "SELECT pack, sum <> lookout_sum(" STORE_SUM_FIXES ") FROM fixes WHERE row = ?1",
    [READER_SQL_ALERT_COUNT] = "SELECT count(*) FROM alerts",
    [READER_SQL_LAST_ALERT] = "SELECT coalesce(max(row), 0) FROM alerts",
    [READER_SQL_STATE_COUNT] =
        "SELECT (SELECT count(*) FROM outbox WHERE state = 0 AND webhook = w.row),"
        " (SELECT count(*) FROM outbox WHERE state = 2 AND webhook = w.row), w.delivered,"
        " (SELECT min(row) FROM outbox WHERE state = 0 AND webhook = w.row)"
        " FROM webhooks w WHERE ?1 IS NULL OR w.id = ?1",
    /* At most some thousand rows, so that a million rows take no longer. */
    [READER_SQL_ANSWER] =
        "SELECT status, reason, at_ms FROM"
        " (SELECT * FROM outbox ORDER BY row DESC LIMIT 5000)"
        " WHERE webhook = (SELECT row FROM webhooks WHERE id = ?1) AND at_ms NOT NULL"
        " ORDER BY at_ms DESC LIMIT 1",
    [READER_SQL_OLDEST] = "SELECT accepted_ms FROM alerts WHERE row = ?1 / 65536",
    /* ?1 after ?2 since ?3 rule ?4 states (1 pending, 2 dead) ?5 limit ?6 vessels ?7 with
     * mentions: in the types whose body names other ships; ?8 unacknowledged. */
    [READER_SQL_ALERTS] = QUERY_ALERT_COLUMNS
    " WHERE a.row > ?1 AND (NOT ?8 OR (a.mark = 0 AND n.alert IS NULL))"
    " AND (?2 IS NULL OR a.time_ms >= ?2) AND (?3 IS NULL OR a.rule = ?3)"
    " AND (?4 = 0 OR EXISTS (SELECT 1 FROM outbox o WHERE o.row"
    "  BETWEEN a.row * 65536 AND a.row * 65536 + 65535"
    "  AND (((?4 & 1) != 0 AND o.state = 0) OR ((?4 & 2) != 0 AND o.state = 2))))"
    " AND (?6 IS NULL OR EXISTS (SELECT 1 FROM json_each(?6) v WHERE"
    "  CASE v.type WHEN 'integer' THEN v.value IN (a.mmsi, a.imo)"
    "   OR (?7 AND substr(a.type, 10, 6) IN ('encoun', 'loiter', 'distre', 'identi')"
    "    AND instr(a.body, v.value))"
    "  ELSE instr(upper(CASE WHEN json_valid(a.body)"
    "   THEN json_extract(a.body, '$.data.vessel.name') END), upper(v.value)) END))"
    " ORDER BY a.row LIMIT ?5",
    [READER_SQL_DELIVERIES] =
        "SELECT w.id, o.state, o.attempts, o.next_ms, o.status, o.reason, o.at_ms"
        " FROM outbox o JOIN webhooks w ON w.row = o.webhook"
        " WHERE o.row BETWEEN ?1 * 65536 AND ?1 * 65536 + 65535 ORDER BY o.row",
    /* ?1 ?2 ?3 the last row's time, kind and number ?4 since ?5 vessels ?6 port ?7 limit.
     * `since` keeps what ended at or after it, or is still open. */
    [READER_SQL_CALLS] = QUERY_CALL_COLUMNS
    " WHERE since_ms >= ?1 AND (since_ms, 0, row) > (?1, ?2, ?3)"
    " AND (?4 IS NULL OR coalesce(left_ms, departed_ms, ?4) >= ?4)"
    " AND (?6 IS NULL OR port GLOB ?6 OR instr(upper(port_name), ?6))"
    " AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(?5) v WHERE"
    "  CASE v.type WHEN 'integer' THEN v.value IN (mmsi, imo)"
    "  ELSE instr(upper(name), upper(v.value)) END))"
    " UNION ALL " QUERY_VOYAGE_COLUMNS " WHERE departed_ms >= ?1"
    " AND (departed_ms, 1, row) > (?1, ?2, ?3)"
    " AND (?4 IS NULL OR arrived_ms >= ?4)"
    " AND (?6 IS NULL OR from_port GLOB ?6 OR to_port GLOB ?6"
    "  OR instr(upper(from_name), ?6) OR instr(upper(to_name), ?6))"
    " AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(?5) v WHERE"
    "  CASE v.type WHEN 'integer' THEN v.value IN (mmsi, imo)"
    "  ELSE instr(upper(name), upper(v.value)) END))"
    " ORDER BY 1, 2, 3 LIMIT ?7",
};

static void shut_reader(struct store_reader *r)
{
    for (int i = 0; i < READER_STATEMENTS; i++) {
        sqlite3_finalize(r->statements[i]);
        r->statements[i] = NULL;
    }
    sqlite3_close(r->handle);
    r->handle = NULL;
}

static int open_now(struct store_reader *r, struct err *err)
{
    struct stat st;
    if (stat(r->place.database, &st) != 0) {
        if (errno == ENOENT)
            return err_set(err, ERR_NOT_FOUND, "there is no database in %s",
                           r->place.directory);
        return err_set(err, ERR_IO, "%s: %s", r->place.database, strerror(errno));
    }
    int rc = store_schema_open_existing(r->place.database, false, &r->handle, err);
    if (rc != 0)
        return rc;
    r->device = st.st_dev;
    r->inode = st.st_ino;
    r->generation++;
    return 0;
}

int store_reader_open(const char *directory, struct store_reader **ret_reader,
                      struct err *err)
{
    struct store_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    int rc = store_place_init(&r->place, directory, err);
    if (rc == 0)
        rc = open_now(r, err);
    if (rc != 0) {
        store_reader_close(r);
        return rc;
    }
    *ret_reader = r;
    return 0;
}

void store_reader_close(struct store_reader *r)
{
    if (r == NULL)
        return;
    shut_reader(r);
    store_place_finish(&r->place);
    free(r);
}

sqlite3_stmt *store_reader_statement(struct store_reader *r, enum reader_statement which,
                                     int *ret_code)
{
    struct stat st;
    if (r->handle != NULL && (stat(r->place.database, &st) != 0 ||
                              st.st_dev != r->device || st.st_ino != r->inode))
        shut_reader(r);
    int code = r->handle == NULL ? open_now(r, NULL) : 0;
    if (code == 0 && r->statements[which] == NULL) {
        int rc = sqlite3_prepare_v3(r->handle, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                    &r->statements[which], NULL);
        if (rc != SQLITE_OK)
            code = store_schema_fault(NULL, r->handle, rc, "");
    }
    *ret_code = code;
    return code == 0 ? r->statements[which] : NULL;
}

int store_reader_end(struct store_reader *r, sqlite3_stmt *statement, int rc)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (rc == SQLITE_DONE || rc == SQLITE_ROW || rc == SQLITE_OK)
        return 0;
    return store_schema_fault(NULL, r->handle, rc, "");
}

/* The single number that a statement gives; -1 on failure. */
static int64_t number_of(struct store_reader *r, enum reader_statement which)
{
    int rc = 0;
    sqlite3_stmt *s = store_reader_statement(r, which, &rc);
    if (s == NULL)
        return -1;
    int64_t value = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;
    sqlite3_reset(s);
    return value;
}

int64_t store_reader_version(struct store_reader *r)
{
    int64_t version = number_of(r, READER_SQL_VERSION);
    return version < 0 ? -1 : (r->generation << 40) + version;
}

int64_t store_reader_requeues(struct store_reader *r)
{
    int64_t requeues = number_of(r, READER_SQL_REQUEUES);
    return requeues < 0 ? -1 : (r->generation << 40) + requeues;
}

int64_t store_reader_last_alert(struct store_reader *r)
{
    return number_of(r, READER_SQL_LAST_ALERT);
}

static void fill_pending(sqlite3_stmt *s, char id[HASH_ID_BYTES], const char *webhook,
                         struct store_pending *p)
{
    store_db_column_id(s, 1, id);
    *p = (struct store_pending){
        .outbox = sqlite3_column_int64(s, 0),
        .id = id,
        .webhook = webhook,
        .type = (const char *)sqlite3_column_text(s, 2),
        .rule = (const char *)sqlite3_column_text(s, 3),
        .mmsi = (uint32_t)sqlite3_column_int64(s, 4),
        .severity = (uint8_t)sqlite3_column_int(s, 5),
        .attempts = (uint32_t)sqlite3_column_int64(s, 6),
        .accepted_ms = sqlite3_column_int64(s, 7),
        .next_attempt_ms = sqlite3_column_int64(s, 8),
        .body = (const char *)sqlite3_column_text(s, 9),
        .begun_ms = sqlite3_column_int64(s, 10),
        .bundle = sqlite3_column_int64(s, 11),
        .tried_ms = sqlite3_column_int64(s, 12),
        .is_damaged = sqlite3_column_int(s, 13) != 0,
    };
    p->body_bytes = (size_t)sqlite3_column_bytes(s, 9);
}

/* The parameters from the fourth on are already bound. */
static int read_pending(struct store_reader *r, sqlite3_stmt *s,
                        const struct store_urgent *which, store_pending_row row,
                        void *context)
{
    int64_t limit = which->limit < INT64_MAX ? (int64_t)which->limit : INT64_MAX;
    int code = 0;
    int rc = sqlite3_bind_text(s, 1, which->webhook, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 2, which->after);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(s, 3, limit);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        char id[HASH_ID_BYTES];
        struct store_pending p;
        fill_pending(s, id, which->webhook, &p);
        if (p.type == NULL || p.rule == NULL || p.body == NULL) {
            rc = SQLITE_NOMEM;
            break;
        }
        code = row(context, &p);
        if (code != 0)
            break;
        rc = SQLITE_OK;
    }
    int end = store_reader_end(r, s, rc);
    return code != 0 ? code : end;
}

int store_reader_pending(struct store_reader *r, const char *webhook, int64_t after,
                         size_t limit, store_pending_row row, void *context)
{
    const struct store_urgent all = {.webhook = webhook, .after = after, .limit = limit};
    int rc = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_PENDING, &rc);
    return s == NULL ? rc : read_pending(r, s, &all, row, context);
}

int store_reader_urgent(struct store_reader *r, const struct store_urgent *which,
                        store_pending_row row, void *context)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_URGENT, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_int64(s, 4, which->critical_after);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 5, which->is_ordered);
    return rc == SQLITE_OK ? read_pending(r, s, which, row, context)
                           : store_reader_end(r, s, rc);
}

int store_reader_webhook_is_gone(struct store_reader *r, const char *webhook,
                                 bool *ret_is_gone)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_GONE, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_text(s, 1, webhook, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    *ret_is_gone = rc == SQLITE_ROW;
    return store_reader_end(r, s, rc);
}

int store_reader_vessels(struct store_reader *r, store_record row, void *context)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_VESSELS, &code);
    if (s == NULL)
        return code;
    int rc = SQLITE_OK;
    while (code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const void *record = sqlite3_column_blob(s, 1);
        size_t n = (size_t)sqlite3_column_bytes(s, 1);
        n = sqlite3_column_int(s, 2) != 0 ? 0 : n;
        code = record == NULL && n != 0
                   ? ERR_NOMEM
                   : row(context, (uint32_t)sqlite3_column_int64(s, 0), record, n);
    }
    int end = store_reader_end(r, s, rc);
    return code != 0 ? code : end;
}

static int read_record(struct store_reader *r, sqlite3_stmt *s, int rc, struct buf *out)
{
    int code = ERR_NOT_FOUND;
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const void *record = sqlite3_column_blob(s, 0);
        size_t n = (size_t)sqlite3_column_bytes(s, 0);
        code = sqlite3_column_int(s, 1) != 0 ? ERR_CORRUPT : 0;
        if (n != 0 && code == 0)
            code = record == NULL ? ERR_NOMEM : buf_add(out, record, n);
    }
    int end = store_reader_end(r, s, rc);
    return end != 0 ? end : code;
}

int store_reader_engine(struct store_reader *r, struct buf *out)
{
    int rc = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_ENGINE, &rc);
    return s == NULL ? rc : read_record(r, s, SQLITE_OK, out);
}

int store_reader_feed(struct store_reader *r, const char *feed, struct buf *out)
{
    int rc = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_FEED, &rc);
    if (s == NULL)
        return rc;
    return read_record(r, s, sqlite3_bind_text(s, 1, feed, -1, SQLITE_STATIC), out);
}

/* The sums over the requested webhooks; *ret_first: the lowest pending outbox row, 0
 * none. */
static int count_states(struct store_reader *r, const char *webhook,
                        struct store_counts *counts, int64_t *ret_first)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_STATE_COUNT, &code);
    if (s == NULL)
        return code;
    int64_t first = 0;
    int rc = webhook != NULL ? sqlite3_bind_text(s, 1, webhook, -1, SQLITE_STATIC)
                             : sqlite3_bind_null(s, 1);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        counts->pending += (uint64_t)sqlite3_column_int64(s, 0);
        counts->dead += (uint64_t)sqlite3_column_int64(s, 1);
        counts->delivered += (uint64_t)sqlite3_column_int64(s, 2);
        int64_t row = sqlite3_column_int64(s, 3);
        if (row != 0 && (first == 0 || row < first))
            first = row;
        rc = SQLITE_OK;
    }
    *ret_first = first;
    return store_reader_end(r, s, rc);
}

static int oldest_alert_ms(struct store_reader *r, int64_t outbox, int64_t *ret_ms)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_OLDEST, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_int64(s, 1, outbox);
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
        *ret_ms = sqlite3_column_int64(s, 0);
    return store_reader_end(r, s, rc);
}

int store_reader_counts(struct store_reader *r, const char *webhook,
                        struct store_counts *ret_counts)
{
    struct store_counts counts = {.oldest_pending_ms = TIME_NONE};
    int64_t first = 0;
    int rc = count_states(r, webhook, &counts, &first);
    if (rc == 0 && first != 0)
        rc = oldest_alert_ms(r, first, &counts.oldest_pending_ms);
    if (rc != 0)
        return rc;
    int64_t alerts = number_of(r, READER_SQL_ALERT_COUNT);
    if (alerts < 0)
        return ERR_IO;
    counts.alerts = (uint64_t)alerts;
    struct stat st;
    if (stat(r->place.database, &st) == 0)
        counts.database_bytes = (uint64_t)st.st_size;
    if (stat(r->place.wal, &st) == 0)
        counts.wal_bytes = (uint64_t)st.st_size;
    *ret_counts = counts;
    return 0;
}

int store_reader_answer(struct store_reader *r, const char *webhook,
                        struct store_answer *ret_answer)
{
    int code = 0;
    struct store_answer answer = {.at_ms = TIME_NONE};
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_ANSWER, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_text(s, 1, webhook, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const unsigned char *reason = sqlite3_column_text(s, 1);
        answer.status = sqlite3_column_int(s, 0);
        answer.at_ms = sqlite3_column_int64(s, 2);
        if (reason != NULL)
            text_copy(answer.reason, sizeof answer.reason, (const char *)reason);
        rc = SQLITE_DONE;
    }
    code = store_reader_end(r, s, rc);
    if (code == 0)
        *ret_answer = answer;
    return code;
}

int store_reader_lists(struct store_reader *r, store_list_row row, void *context)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_LISTS, &code);
    if (s == NULL)
        return code;
    int rc = SQLITE_DONE;
    while (code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const struct store_list list = {
            .id = (const char *)sqlite3_column_text(s, 0),
            .file = (const char *)sqlite3_column_text(s, 1),
            .format = (const char *)sqlite3_column_text(s, 2),
            .sha256 = (const char *)sqlite3_column_text(s, 3),
            .published = (const char *)sqlite3_column_text(s, 4),
            .read_ms = sqlite3_column_int64(s, 5),
            .ships = (uint64_t)sqlite3_column_int64(s, 6),
            .entries = sqlite3_column_blob(s, 7),
            .entries_bytes = (size_t)sqlite3_column_bytes(s, 7),
        };
        code = list.published != NULL ? row(context, &list) : ERR_NOMEM;
    }
    int end = store_reader_end(r, s, code == 0 ? rc : SQLITE_DONE);
    return code != 0 ? code : end;
}
