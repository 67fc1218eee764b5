/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's connection: prepared statements, the numbers of webhooks, and the form of
 * alert ids. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "store_int.h"

static const char *const sql[STORE_STATEMENTS] = {
    [STORE_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_SQL_COMMIT] = "COMMIT",
    [STORE_SQL_ROLLBACK] = "ROLLBACK",
    [STORE_SQL_VESSEL] = "INSERT INTO vessels (mmsi, record, sum)"
                         " VALUES (?1, ?2, lookout_sum(?1, ?2))"
                         " ON CONFLICT (mmsi) DO UPDATE SET record = excluded.record,"
                         " sum = excluded.sum",
    [STORE_SQL_VESSEL_DELETE] = "DELETE FROM vessels WHERE mmsi = ?1",
    [STORE_SQL_ENGINE] =
        "INSERT INTO engine (row, record, sum) VALUES (1, ?1, lookout_sum(?1))"
        " ON CONFLICT (row) DO UPDATE SET record = excluded.record,"
        " sum = excluded.sum",
    [STORE_SQL_FEED] =
        "INSERT INTO feeds (id, record, sum) VALUES (?1, ?2, lookout_sum(?1, ?2))"
        " ON CONFLICT (id) DO UPDATE SET record = excluded.record,"
        " sum = excluded.sum",
    [STORE_SQL_CALL] =
        "INSERT INTO calls (mmsi, imo, name, track, port, port_name, since_ms,"
        " entered_ms, arrived_ms, departed_ms, left_ms, kind, confidence, lat_e7, lon_e7,"
        " draught_dm, recorded_ms, sum)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,"
        " lookout_sum(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16))"
        " ON CONFLICT (mmsi, track, port, since_ms) DO UPDATE SET imo = excluded.imo,"
        " name = excluded.name, port_name = excluded.port_name,"
        " entered_ms = excluded.entered_ms, arrived_ms = excluded.arrived_ms,"
        " departed_ms = excluded.departed_ms, left_ms = excluded.left_ms,"
        " kind = excluded.kind, confidence = excluded.confidence,"
        " lat_e7 = excluded.lat_e7, lon_e7 = excluded.lon_e7,"
        " draught_dm = excluded.draught_dm, sum = excluded.sum",
    [STORE_SQL_VOYAGE] =
        "INSERT INTO voyages (mmsi, imo, name, track, from_port, from_name, to_port,"
        " to_name, departed_ms, arrived_ms, distance_m, longest_gap_ms,"
        " draught_departure_dm, draught_arrival_dm, destinations, recorded_ms, sum)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
        " lookout_sum(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15))"
        " ON CONFLICT (mmsi, track, departed_ms, arrived_ms) DO UPDATE SET"
        " imo = excluded.imo, name = excluded.name, from_port = excluded.from_port,"
        " from_name = excluded.from_name, to_port = excluded.to_port,"
        " to_name = excluded.to_name, distance_m = excluded.distance_m,"
        " longest_gap_ms = excluded.longest_gap_ms,"
        " draught_departure_dm = excluded.draught_departure_dm,"
        " draught_arrival_dm = excluded.draught_arrival_dm,"
        " destinations = excluded.destinations, sum = excluded.sum",
    [STORE_SQL_ALERT] =
        "INSERT OR IGNORE INTO alerts (row, id, type, rule, case_id, severity, mark,"
        " mmsi, imo, time_ms, detected_ms, accepted_ms, body, why, hooks, sum)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
        " lookout_sum(?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15))",
    [STORE_SQL_OUTBOX] = "REPLACE INTO outbox (row, webhook, state, attempts, next_ms,"
                         " status, sum)"
                         " VALUES (?1, ?2, 0, 0, ?3, 0, lookout_sum(?1, ?2, 0))",
    [STORE_SQL_OUTCOME] = "UPDATE outbox SET state = ?2, attempts = ?3, next_ms = ?4,"
                          " status = ?5, reason = ?6, at_ms = ?7, bundle = ?8,"
                          " sum = lookout_sum(row, webhook, ?2) WHERE row = ?1"
                          " AND (?2 = 1 OR coalesce(begun_ms, 0) = ?9)",
    [STORE_SQL_DELIVERED] =
        "UPDATE webhooks SET delivered = delivered + 1 WHERE row = ?1",
    [STORE_SQL_WEBHOOK] = "INSERT INTO webhooks (row, id) VALUES (?1, ?2)",
    [STORE_SQL_LIST] =
        ("INSERT INTO lists (list, file, format, sha256, published, read_ms, ships, sum,"
         " entries) VALUES (?1,?2,?3,?4,?5,?6,?7, lookout_sum(?1,?2,?3,?4,?5,?6,?7),"
         " ?8)"),
    [STORE_SQL_LIST_OLD] = "UPDATE lists SET entries = NULL WHERE list = ?1",
    /* ?1 the least row: see store_apply.c */
    [STORE_SQL_ACKNOWLEDGE] =
        ("INSERT INTO acknowledgements (row, alert, at_ms, who, verdict, note, is_case,"
         " is_undone) SELECT max(?1, coalesce((SELECT max(row) FROM acknowledgements), 0)"
         " + 1), row, ?3, ?4, ?5, ?6, ?7, ?8 FROM alerts WHERE id = ?2"),
    /* ?1 id ?2 all of its case */
    [STORE_SQL_SEEN] =
        ("REPLACE INTO seen (alert, acknowledgement) SELECT row, (SELECT max(row) FROM"
         " acknowledgements) FROM alerts WHERE id = ?1 OR (?2 AND case_id ="
         " (SELECT case_id FROM alerts WHERE id = ?1))"),
    [STORE_SQL_UNSEEN] =
        ("DELETE FROM seen WHERE alert IN (SELECT row FROM alerts WHERE id = ?1 OR (?2"
         " AND case_id = (SELECT case_id FROM alerts WHERE id = ?1)))"),
    [STORE_SQL_MUTE] =
        ("INSERT OR IGNORE INTO mutes (id, rule, zone, feed, why, who, vessel, meant,"
         " from_ms, until_ms, at_ms) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"),
    [STORE_SQL_UNMUTE] =
        "UPDATE mutes SET ended_ms = ?2 WHERE id = ?1 AND ended_ms IS NULL",
    [STORE_SQL_WATCH] =
        "INSERT INTO watches (name, token, handover, at_ms, alert) VALUES (?1, ?2, ?3,"
        " ?4, (SELECT coalesce(max(row), 0) FROM alerts))",
    [STORE_SQL_PACK] =
        "SELECT pack, sum <> lookout_sum(" STORE_SUM_FIXES ") FROM fixes WHERE row = ?1",
    [STORE_SQL_PACK_PUT] =
        "INSERT INTO fixes (row, pack, sum) VALUES (?1, ?2, lookout_sum(?1, ?2))"
        " ON CONFLICT (row) DO UPDATE SET pack = excluded.pack, sum = excluded.sum",
    [STORE_SQL_GONE] = "UPDATE webhooks SET gone_ms = ?2 WHERE row = ?1",
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int store_db_bind_id(sqlite3_stmt *statement, int column, const char *id)
{
    unsigned char bytes[16];
    size_t n = strlen(id);
    for (size_t i = 0; n == 32 && i < 16; i++) {
        int high = hex_digit(id[2 * i]), low = hex_digit(id[2 * i + 1]);
        if (high < 0 || low < 0)
            n = 0;
        else
            bytes[i] = (unsigned char)(high * 16 + low);
    }
    if (n == 32)
        return sqlite3_bind_blob(statement, column, bytes, 16, SQLITE_TRANSIENT);
    return sqlite3_bind_text(statement, column, id, -1, SQLITE_TRANSIENT);
}

void store_db_column_id(sqlite3_stmt *statement, int column, char ret_id[HASH_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    ret_id[0] = '\0';
    const unsigned char *bytes = sqlite3_column_blob(statement, column);
    size_t n = (size_t)sqlite3_column_bytes(statement, column);
    if (bytes == NULL)
        return;
    if (sqlite3_column_type(statement, column) == SQLITE_BLOB && n == 16) {
        for (size_t i = 0; i < 16; i++) {
            ret_id[2 * i] = digits[bytes[i] >> 4];
            ret_id[2 * i + 1] = digits[bytes[i] & 15];
        }
        ret_id[32] = '\0';
        return;
    }
    n = n < HASH_ID_BYTES ? n : HASH_ID_BYTES - 1;
    memcpy(ret_id, bytes, n);
    ret_id[n] = '\0';
}

int store_db_run(sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    while (rc == SQLITE_ROW)
        rc = sqlite3_step(statement);
    int end = sqlite3_reset(statement);
    return rc == SQLITE_DONE ? end : rc;
}

void store_db_forget_webhooks(struct store_db *db, size_t from)
{
    while (db->webhook_count > from)
        free(db->webhooks[--db->webhook_count]);
}

static int remember_webhook(struct store_db *db, int64_t number, const char *id)
{
    size_t n = (size_t)number;
    if (n > db->webhook_count) {
        size_t more = n - db->webhook_count;
        if (array_extend(&db->webhooks, db->webhook_count, more, sizeof *db->webhooks) !=
            0)
            return SQLITE_NOMEM;
        while (db->webhook_count < n)
            db->webhooks[db->webhook_count++] = NULL;
    }
    char *copy = strdup(id);
    if (copy == NULL)
        return SQLITE_NOMEM;
    free(db->webhooks[n - 1]);
    db->webhooks[n - 1] = copy;
    return SQLITE_OK;
}

/* What the connection remembers of the tables. */
static int recall_webhooks(struct store_db *db)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "SELECT row, id FROM webhooks", -1, &s, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t number = sqlite3_column_int64(s, 0);
        const char *id = (const char *)sqlite3_column_text(s, 1);
        if (id == NULL)
            rc = SQLITE_NOMEM;
        else if (number < 1 || number > STORE_WEBHOOKS_MAX)
            rc = SQLITE_CORRUPT;
        else
            rc = remember_webhook(db, number, id);
    }
    sqlite3_finalize(s);
    if (rc != SQLITE_DONE)
        return rc;
    rc = sqlite3_prepare_v2(db->handle, "SELECT coalesce(max(row), 0) FROM alerts", -1,
                            &s, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW)
        db->last_alert = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

int64_t store_db_webhook(struct store_db *db, const char *id, int *ret_rc)
{
    for (size_t i = 0; i < db->webhook_count; i++)
        if (db->webhooks[i] != NULL && strcmp(db->webhooks[i], id) == 0)
            return (int64_t)i + 1;
    int64_t number = (int64_t)db->webhook_count + 1;
    if (number > STORE_WEBHOOKS_MAX) {
        *ret_rc = SQLITE_TOOBIG;
        return 0;
    }
    sqlite3_stmt *s = db->statements[STORE_SQL_WEBHOOK];
    int rc = sqlite3_bind_int64(s, 1, number);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = store_db_run(s);
    if (rc == SQLITE_OK)
        rc = remember_webhook(db, number, id);
    *ret_rc = rc;
    return rc == SQLITE_OK ? number : 0;
}

static int on_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    struct store_db *db = context;
    db->wal_bytes = (int64_t)pages * STORE_PAGE_BYTES;
    return SQLITE_OK;
}

bool store_db_is_moved(const struct store_db *db, const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || st.st_dev != db->device || st.st_ino != db->inode;
}

int store_db_open(struct store_db *db, const char *path, int *ret_rc, struct err *err)
{
    *db = (struct store_db){0};
    int code = store_schema_open(path, &db->handle, ret_rc, err);
    if (code != 0)
        return code;
    int rc = recall_webhooks(db);
    for (int i = 0; i < STORE_STATEMENTS && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(db->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &db->statements[i], NULL);
    if (rc == SQLITE_ERROR) /* its schema has changed */
        rc = SQLITE_CORRUPT;
    struct stat st;
    if (rc == SQLITE_OK && stat(path, &st) != 0)
        rc = SQLITE_CANTOPEN;
    *ret_rc = rc;
    if (rc == SQLITE_OK) {
        db->device = st.st_dev;
        db->inode = st.st_ino;
        sqlite3_wal_hook(db->handle, on_wal, db);
        db->wal_bytes = 1; /* the log of an earlier run is checkpointed when idle */
        return 0;
    }
    code = store_schema_fault(err, db->handle, rc, path);
    store_db_close(db);
    return code;
}

void store_db_close(struct store_db *db)
{
    for (int i = 0; i < STORE_STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    store_db_forget_webhooks(db, 0);
    free(db->webhooks);
    sqlite3_close(db->handle);
    *db = (struct store_db){0};
}
