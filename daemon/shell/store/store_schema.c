/* SPDX-License-Identifier: Apache-2.0 */
/* The database's schema and the set-up of a connection: migrations, pragmas, the texts of
 * its faults. Knows no rows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store_int.h"

#define TEXT_OF(x) TEXT_OF_(x)
#define TEXT_OF_(x) #x
#define APPLICATION_ID 0x4c4b4f54 /* "LKOT" */

/* Step i changes user_version i to i + 1. A released step is never edited; a change of
 * the schema is a new step at the end. */
static const char *const migrations[] = {
    /* Webhooks are never deleted: their numbers are part of outbox row ids.
     * alerts.row ascends in order of acceptance; accepted_ms is the clock's, the other
     * times of an alert are event time. mark: enum store_mark. id: 16 bytes.
     * outbox.row: see store_outbox_row. recorded_ms: the clock at the first writing. */
    "CREATE TABLE webhooks (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    "  gone_ms INTEGER, delivered INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE alerts (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,"
    "  type TEXT NOT NULL, rule TEXT NOT NULL, case_id BLOB, severity INTEGER NOT NULL,"
    "  mark INTEGER NOT NULL, mmsi INTEGER NOT NULL, imo INTEGER NOT NULL,"
    "  time_ms INTEGER, detected_ms INTEGER, accepted_ms INTEGER NOT NULL,"
    "  body TEXT NOT NULL);"
    "CREATE TABLE outbox (row INTEGER PRIMARY KEY, webhook INTEGER NOT NULL,"
    "  state INTEGER NOT NULL, attempts INTEGER NOT NULL, next_ms INTEGER,"
    "  status INTEGER NOT NULL, reason TEXT, at_ms INTEGER);"
    "CREATE INDEX outbox_pending ON outbox (webhook) WHERE state = 0;"
    "CREATE INDEX outbox_dead ON outbox (webhook) WHERE state = 2;"
    "CREATE TABLE vessels (mmsi INTEGER PRIMARY KEY, record BLOB NOT NULL);"
    "CREATE TABLE engine (row INTEGER PRIMARY KEY CHECK (row = 1),"
    "  record BLOB NOT NULL);"
    "CREATE TABLE feeds (id TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE calls (row INTEGER PRIMARY KEY, mmsi INTEGER NOT NULL,"
    "  imo INTEGER NOT NULL, name TEXT NOT NULL, track INTEGER NOT NULL,"
    "  port TEXT NOT NULL, port_name TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    "  entered_ms INTEGER, arrived_ms INTEGER, departed_ms INTEGER, left_ms INTEGER,"
    "  kind INTEGER NOT NULL, confidence INTEGER NOT NULL, lat_e7 INTEGER NOT NULL,"
    "  lon_e7 INTEGER NOT NULL, draught_dm INTEGER NOT NULL,"
    "  recorded_ms INTEGER NOT NULL, UNIQUE (mmsi, track, port, since_ms));"
    "CREATE INDEX calls_since ON calls (since_ms);"
    "CREATE TABLE voyages (row INTEGER PRIMARY KEY, mmsi INTEGER NOT NULL,"
    "  imo INTEGER NOT NULL, name TEXT NOT NULL, track INTEGER NOT NULL,"
    "  from_port TEXT NOT NULL, from_name TEXT NOT NULL, to_port TEXT NOT NULL,"
    "  to_name TEXT NOT NULL, departed_ms INTEGER NOT NULL, arrived_ms INTEGER NOT NULL,"
    "  distance_m REAL NOT NULL, longest_gap_ms INTEGER NOT NULL,"
    "  draught_departure_dm INTEGER NOT NULL, draught_arrival_dm INTEGER NOT NULL,"
    "  destinations TEXT NOT NULL, recorded_ms INTEGER NOT NULL,"
    "  UNIQUE (mmsi, track, departed_ms, arrived_ms));"
    "CREATE INDEX voyages_departed ON voyages (departed_ms);"
    /* requeues grows with every redeliver, for senders that look on. */
    "CREATE TABLE numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO numbers VALUES ('requeues', 0);",
    /* begun_ms: the clock when a delivery was put back, from which its schedule counts;
     * NULL: from the alert's acceptance. bundle: deliveries that go in one request have
     * the same number, the row of the last of them. why: an alert is not delivered. */
    "ALTER TABLE outbox ADD COLUMN begun_ms INTEGER;"
    "ALTER TABLE outbox ADD COLUMN bundle INTEGER;"
    "ALTER TABLE alerts ADD COLUMN why TEXT;",
    /* A critical alert is sent before all waiting alerts except its vessel's. */
    ("CREATE INDEX alerts_vessel ON alerts (mmsi);"
     "CREATE INDEX alerts_critical ON alerts (severity) WHERE severity = 2;"),
    /* sum: see store_sum.c. hooks: the ids of the webhooks that an alert is for, each
     * with its NUL, so that a lost delivery can be made anew. numbers.schema says what
     * user_version says, lest a flipped bit there passes for another version. */
    ("ALTER TABLE alerts ADD COLUMN hooks BLOB; ALTER TABLE alerts ADD COLUMN sum "
     "INTEGER;"
     "ALTER TABLE calls ADD COLUMN sum INTEGER; ALTER TABLE voyages ADD COLUMN sum "
     "INTEGER;"
     "ALTER TABLE vessels ADD COLUMN sum INTEGER; ALTER TABLE engine ADD COLUMN sum "
     "INTEGER;"
     "ALTER TABLE outbox ADD COLUMN sum INTEGER;ALTER TABLE feeds ADD COLUMN sum "
     "INTEGER;"),
    /* Each version of a list that was read. read_ms: the clock. entries: its ships, of
     * the newest version alone, so that a later one can be compared with it. */
    ("CREATE TABLE lists (row INTEGER PRIMARY KEY, list TEXT NOT NULL, file TEXT NOT "
     "NULL, format TEXT NOT NULL, sha256 TEXT NOT NULL, published TEXT NOT NULL,"
     "  read_ms INTEGER NOT NULL, ships INTEGER NOT NULL, sum INTEGER, entries BLOB);"
     "CREATE INDEX lists_list ON lists (list);"),
    /* What people did. acknowledgements: each on record, row: see store_apply.c; seen:
     * the alerts that are acknowledged now. mutes: those that people added, by the event
     * time that they count in; ended_ms: taken back. */
    ("CREATE TABLE acknowledgements (row INTEGER PRIMARY KEY, alert INTEGER NOT NULL,"
     "  at_ms INTEGER NOT NULL, who TEXT NOT NULL, verdict TEXT, note TEXT,"
     "  is_case INTEGER NOT NULL, is_undone INTEGER NOT NULL);"
     "CREATE TABLE seen (alert INTEGER PRIMARY KEY, acknowledgement INTEGER NOT NULL);"
     "CREATE TABLE mutes (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, vessel "
     "INTEGER"
     " NOT NULL, meant INTEGER NOT NULL, rule TEXT, zone TEXT, feed TEXT, from_ms "
     "INTEGER,"
     "  until_ms INTEGER NOT NULL, why TEXT NOT NULL, who TEXT NOT NULL,"
     "  at_ms INTEGER NOT NULL, ended_ms INTEGER);"
     "CREATE INDEX alerts_case ON alerts (case_id) WHERE case_id IS NOT NULL;"
     "CREATE INDEX alerts_when ON alerts (mmsi, time_ms);"
     "CREATE TRIGGER alerts_gone AFTER DELETE ON alerts BEGIN"
     "  DELETE FROM seen WHERE alert = old.row; END;"),
    /* Who was on watch. alert: the last one when it began; handover: JSON. */
    ("CREATE TABLE watches (row INTEGER PRIMARY KEY, name TEXT NOT NULL, token TEXT"
     "  NOT NULL, at_ms INTEGER NOT NULL, alert INTEGER NOT NULL, handover TEXT);"),
    /* The believed fixes of a vessel in an hour. row: see store_fix_row; pack: see
     * fix_pack.h. */
    ("CREATE TABLE fixes (row INTEGER PRIMARY KEY, pack BLOB NOT NULL, sum INTEGER);"),
    /* One ship's lists, by her IMO number: of a million rows 4 ms instead of 1.2 s. */
    ("CREATE INDEX alerts_imo ON alerts (imo); CREATE INDEX calls_imo ON calls (imo);"
     "CREATE INDEX voyages_imo ON voyages (imo);"),
};
enum { VERSION = sizeof migrations / sizeof migrations[0] };

bool store_schema_is_damage(int rc)
{
    return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

static int err_code_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
        return 0;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    default:
        return ERR_IO;
    }
}

int store_schema_fault(struct err *err, sqlite3 *db, int rc, const char *what)
{
    const char *text = db != NULL ? sqlite3_errmsg(db) : NULL;
    /* After a fault of ours the connection says "not an error". */
    if (text == NULL || (sqlite3_errcode(db) & 0xff) != (rc & 0xff))
        text = sqlite3_errstr(rc);
    int fault = db != NULL ? sqlite3_system_errno(db) : 0;
    bool is_file = (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN;
    if (is_file && fault != 0)
        return err_set(err, err_code_of(rc), "%s: %s (%s)", what, text, strerror(fault));
    return err_set(err, err_code_of(rc), "%s: %s", what, text);
}

int store_schema_number(sqlite3 *db, const char *sql, int64_t *ret_value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW) {
        *ret_value = sqlite3_column_int64(statement, 0);
        rc = SQLITE_OK;
    } else if (rc == SQLITE_DONE) {
        rc = SQLITE_ERROR;
    }
    int end = sqlite3_finalize(statement);
    return rc != SQLITE_OK ? rc : end;
}

/* SQLite file format, 1.3: what never changes in a database of ours, but for the
 * application id. */
static bool has_our_header(const unsigned char header[100])
{
    static const unsigned char nothing[20] = {0};
    return memcmp(header, "SQLite format 3", 16) == 0 &&
           header[16] * 256 + header[17] == STORE_PAGE_BYTES &&
           header[18] == header[19] && (header[18] == 1 || header[18] == 2) &&
           header[20] == 0 && header[21] == 64 && header[22] == 32 && header[23] == 32 &&
           memcmp(header + 44, "\0\0\0\4", 4) == 0 &&
           memcmp(header + 56, "\0\0\0\1", 4) == 0 &&
           memcmp(header + 72, nothing, 20) == 0;
}

static bool has_our_tables(sqlite3 *db)
{
    int64_t count = 0;
    return store_schema_number(db,
                               "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                               " AND name IN ('alerts', 'outbox', 'vessels', 'engine')",
                               &count) == SQLITE_OK &&
           count == 4;
}

/* A database that cannot be opened, of ours, with a header that nobody wrote. Another
 * program's, or a newer lookoutd's, is none of these. */
static bool is_header_damaged(sqlite3 *db)
{
    unsigned char header[100];
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK)
        return false;
    int64_t application =
        (int64_t)header[68] << 24 | header[69] << 16 | header[70] << 8 | header[71];
    if (!has_our_header(header))
        return application == APPLICATION_ID;
    if (!has_our_tables(db))
        return false;
    int64_t version = 0, schema = 0;
    int rc = store_schema_number(db, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK &&
        store_schema_number(db, "SELECT value FROM numbers WHERE name = 'schema'",
                            &schema) != SQLITE_OK)
        schema = 0;
    return rc == SQLITE_OK &&
           (application != APPLICATION_ID || (schema != 0 && schema != version));
}

/* 0 when the database is empty or of ours and not newer than we are. */
static int check_version(sqlite3 *db, const char *path, int64_t *ret_version, int *ret_rc,
                         struct err *err)
{
    int64_t application = 0, version = 0, tables = 0;
    int rc = store_schema_number(db, "PRAGMA application_id", &application);
    if (rc == SQLITE_OK)
        rc = store_schema_number(db, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK)
        rc = store_schema_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
    *ret_rc = rc;
    if (rc != SQLITE_OK)
        return store_schema_fault(err, db, rc, path);
    if (application != APPLICATION_ID && (tables != 0 || application != 0))
        return err_set(err, ERR_UNSUPPORTED, "%s is another program's database", path);
    if (version < 0 || version > VERSION)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s was written by a newer lookoutd (schema %" PRId64
                       ", this one knows up to %d)",
                       path, version, (int)VERSION);
    *ret_version = version;
    return 0;
}

/* All steps in one transaction: other processes, and a start after a crash, find the old
 * schema or the newest. */
static int migrate_schema(sqlite3 *db, int64_t version)
{
    if (version == VERSION)
        return SQLITE_OK;
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (; version < VERSION && rc == SQLITE_OK; version++)
        rc = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
    char stamp[160];
    snprintf(stamp, sizeof stamp,
             "REPLACE INTO numbers VALUES ('schema', %d);"
             "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             (int)VERSION, APPLICATION_ID, (int)VERSION);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, stamp, NULL, NULL, NULL);
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static int open_connection(const char *path, int flags, sqlite3 **ret_db, struct err *err)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_extended_result_codes(db, 1);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db, STORE_BUSY_MS);
    if (rc == SQLITE_OK)
        rc = store_crc_register(db);
    if (rc != SQLITE_OK) {
        int code = store_schema_fault(err, db, rc, path);
        sqlite3_close(db);
        return code;
    }
    *ret_db = db;
    return 0;
}

/* FULL: a commit is on the disk when it returns. The writer itself makes checkpoints at
 * moments of its choice. Deleted rows are not overwritten: a user who may read the file
 * may know all of it. */
static const char pragmas[] = "PRAGMA page_size = " TEXT_OF(
    STORE_PAGE_BYTES) ";"
                      "PRAGMA auto_vacuum = INCREMENTAL;"
                      "PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL;"
                      "PRAGMA wal_autocheckpoint = 0;"
                      "PRAGMA journal_size_limit = 67108864;"
                      "PRAGMA cache_size = -" TEXT_OF(
                          STORE_WRITER_KIB) ";"
                                            "PRAGMA secure_delete = OFF;"
                                            "PRAGMA temp_store = MEMORY;"
                                            "PRAGMA foreign_keys = OFF;"
                                            "PRAGMA trusted_schema = OFF;";

static bool is_wal(sqlite3 *db, int *ret_rc)
{
    sqlite3_stmt *statement = NULL;
    bool answer = false;
    int rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *mode = (const char *)sqlite3_column_text(statement, 0);
        answer = mode != NULL && strcmp(mode, "wal") == 0;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    *ret_rc = rc;
    return answer;
}

int store_schema_open(const char *path, sqlite3 **ret_db, int *ret_rc, struct err *err)
{
    sqlite3 *db = NULL;
    *ret_rc = SQLITE_OK;
    int code = open_connection(path, SQLITE_OPEN_READWRITE, &db, err);
    if (code != 0)
        return code;
    int64_t version = 0;
    int rc = SQLITE_OK;
    /* A close changes the files only after store_house_at_end: a damaged database stays
     * as it was found. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    code = check_version(db, path, &version, &rc, err);
    if (code != 0)
        goto fail;
    rc = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
    if (rc == SQLITE_OK && !is_wal(db, &rc)) {
        code = rc == SQLITE_OK
                   ? err_set(err, ERR_UNSUPPORTED,
                             "%s: the file system cannot hold a write-ahead log; the "
                             "state directory must be on a local disk",
                             path)
                   : store_schema_fault(err, db, rc, path);
        goto fail;
    }
    if (rc == SQLITE_OK)
        rc = migrate_schema(db, version);
    if (rc != SQLITE_OK) {
        code = store_schema_fault(err, db, rc, path);
        goto fail;
    }
    *ret_db = db;
    return 0;
fail:
    if (!store_schema_is_damage(rc) && is_header_damaged(db)) {
        rc = SQLITE_CORRUPT;
        code = err_set(err, ERR_CORRUPT, "%s: its header is damaged", path);
    }
    *ret_rc = rc;
    sqlite3_close(db);
    return code;
}

/* *ret_version 0: empty. */
static int open_as_it_is(const char *path, bool is_writer, sqlite3 **ret_db,
                         int64_t *ret_version, struct err *err)
{
    sqlite3 *db = NULL;
    int code = open_connection(
        path, is_writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, &db, err);
    if (code != 0)
        return code;
    int rc = SQLITE_OK;
    code = check_version(db, path, ret_version, &rc, err);
    if (code != 0 && !is_writer && (rc & 0xff) == SQLITE_READONLY) {
        /* A crash while the database was created, before it had its log, left a journal
         * that only a writer can roll back. */
        sqlite3_close(db);
        code = open_connection(path, SQLITE_OPEN_READWRITE, &db, err);
        if (code != 0)
            return code;
        code = check_version(db, path, ret_version, &rc, err);
        if (code == 0)
            sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL);
    }
    if (code == 0)
        sqlite3_exec(db, "PRAGMA cache_size = -" TEXT_OF(STORE_READER_KIB), NULL, NULL,
                     NULL);
    if (code == 0 && *ret_version == 0)
        code = err_set(err, ERR_NOT_FOUND, "%s is empty: nothing was stored yet", path);
    if (code == 0)
        *ret_db = db;
    else
        sqlite3_close(db);
    return code;
}

int store_schema_open_existing(const char *path, bool is_writer, sqlite3 **ret_db,
                               struct err *err)
{
    sqlite3 *db = NULL;
    int64_t version = 0;
    int rc = open_as_it_is(path, is_writer, &db, &version, err);
    if (rc != 0)
        return rc;
    if (version == VERSION) {
        *ret_db = db;
        return 0;
    }
    sqlite3_close(db);
    return err_set(err, ERR_UNSUPPORTED,
                   "%s has an older schema; `lookoutd run` brings it up to date", path);
}

int store_schema_open_damaged(const char *path, sqlite3 **ret_db)
{
    static const int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE};
    int64_t rows = 0;
    int rc = SQLITE_OK;
    /* A log that was left by a crash may need a writer. */
    for (int i = 0; i < 2; i++) {
        sqlite3 *db = NULL;
        int code = open_connection(path, flags[i], &db, NULL);
        if (code != 0)
            return code;
        rc = store_schema_number(db, "SELECT count(*) FROM alerts WHERE row < 0", &rows);
        if (rc == SQLITE_OK) {
            sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL);
            *ret_db = db;
            return 0;
        }
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_close(db);
    }
    return ERR_CORRUPT;
}

int store_schema_check(sqlite3 *db, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    int code = 0;
    if (rc != SQLITE_ROW) {
        code = store_schema_fault(err, db, rc, "check");
    } else {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (text == NULL)
            code = err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        else if (strcmp(text, "ok") != 0)
            code = err_set(err, ERR_CORRUPT, "%s", text);
    }
    sqlite3_finalize(statement);
    return code;
}
