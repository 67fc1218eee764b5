/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of the store share: the layout of a batch in memory, the
 * writer's connection, the place on disk. */
#ifndef LOOKOUT_STORE_INT_H
#define LOOKOUT_STORE_INT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/base/hash.h"
#include "lookout/store/store.h"
#include "lookout/track/fix_pack.h"
#include "lookout/voyage/call.h"
#include "lookout/voyage/ports.h"

#define STORE_FILE "lookout.db"
#define STORE_PAGE_BYTES 8192
/* Caches of pages, as config/README.md counts them: of the writer, of each reader. */
#define STORE_WRITER_KIB 32768
#define STORE_READER_KIB 4096
#define STORE_BUSY_MS 5000 /* how long a connection waits for another's lock */

/* Outbox rows are clustered by alert: the row id is the alert's row with the webhook's
 * number in the low bits. So rows ascend in the order of acceptance, and an alert's
 * deliveries are one range without an index. */
#define STORE_WEBHOOK_BITS 16
#define STORE_WEBHOOKS_MAX ((1 << STORE_WEBHOOK_BITS) - 1)
static inline int64_t store_outbox_row(int64_t alert, int64_t webhook)
{
    return alert * (1 << STORE_WEBHOOK_BITS) + webhook;
}

/* Why an alert has no deliveries; the first reason counts. */
enum store_mark {
    STORE_MARK_NONE,
    STORE_MARK_MUTED,
    STORE_MARK_FOLDED,
    STORE_MARK_HISTORY
};

/* --- store_place.c: directory, file names, lock, setting a damaged database aside --- */

struct store_place {
    char *directory, *database, *wal, *shm, *lock; /* owned paths */
    int lock_fd;                                   /* -1: not held */
};
MUST_CHECK int store_place_init(struct store_place *p, const char *directory,
                                struct err *err);
void store_place_finish(struct store_place *p);
/* Create the directory (0700) and an empty database (0600) if they are missing;
 * *ret_is_new. */
MUST_CHECK int store_place_prepare(const struct store_place *p, bool *ret_is_new,
                                   struct err *err);
/* Take the lock. ERR_EXISTS: another daemon holds it. */
MUST_CHECK int store_place_lock(struct store_place *p, struct err *err);
/* The lock that is held stands in the directory no more: it or the directory was removed,
 * or is another's. */
bool store_place_is_lost(const struct store_place *p);
/* Renames the database with its -wal and -shm to NAME.damaged-<time>, a name that is
 * free; ret_name (owned by the caller) is the new path. No connection may be open. */
MUST_CHECK int store_place_set_aside(const struct store_place *p, int64_t now_ms,
                                     char **ret_name, struct err *err);

/* --- store_schema.c --- */

/* Fill err from the connection's last fault (db NULL: from rc only); returns our code for
 * it. */
int store_schema_fault(struct err *err, sqlite3 *db, int rc, const char *what);
bool store_schema_is_damage(int rc);
/* Open a connection for writing, with pragmas set and the schema up to date. */
MUST_CHECK int store_schema_open(const char *path, sqlite3 **ret_db, int *ret_rc,
                                 struct err *err);
/* Open a connection beside a daemon's to an existing database, which is not changed;
 * ERR_UNSUPPORTED when the schema is not ours. */
MUST_CHECK int store_schema_open_existing(const char *path, bool is_writer,
                                          sqlite3 **ret_db, struct err *err);
/* The same for a damaged database of any schema. */
MUST_CHECK int store_schema_open_damaged(const char *path, sqlite3 **ret_db);
/* Get the first number that a statement gives; an SQLite code. */
int store_schema_number(sqlite3 *db, const char *sql, int64_t *ret_value);
/* Run SQLite's own check: ERR_CORRUPT when it finds a fault, other errors when it cannot
 * run. */
MUST_CHECK int store_schema_check(sqlite3 *db, struct err *err);

/* --- store_sum.c: checksums of rows --- */

/* What is summed of each table. */
#define STORE_SUM_ALERT                                                                  \
    "id, type, rule, case_id, severity, mark, mmsi, imo, time_ms, detected_ms,"          \
    " accepted_ms, body, why, hooks"
/* What decides whether it is sent. */
#define STORE_SUM_OUTBOX "row, webhook, state"
#define STORE_SUM_CALL                                                                   \
    "mmsi, imo, name, track, port, port_name, since_ms, entered_ms, arrived_ms,"         \
    " departed_ms, left_ms, kind, confidence, lat_e7, lon_e7, draught_dm"
#define STORE_SUM_VOYAGE                                                                 \
    "mmsi, imo, name, track, from_port, from_name, to_port, to_name, departed_ms,"       \
    " arrived_ms, distance_m, longest_gap_ms, draught_departure_dm,"                     \
    " draught_arrival_dm, destinations"
#define STORE_SUM_VESSEL "mmsi, record"
#define STORE_SUM_ENGINE "record"
#define STORE_SUM_FEED "id, record"
#define STORE_SUM_FIXES "row, pack"
#define STORE_SUM_LIST "list, file, format, sha256, published, read_ms, ships"
/* The SQL function lookout_sum; an SQLite code. */
int store_crc_register(sqlite3 *db);
/* ERR_CORRUPT when a row is not what was written. */
MUST_CHECK int store_sum_check(sqlite3 *db, struct err *err);
/* Deletes such rows of one table; an SQLite code. */
int store_sum_drop(sqlite3 *db, const char *table, uint64_t *ret_dropped);

/* --- store_repair.c --- */

enum { STORE_REPAIR_WAYS = 4 };
/* A copy of a database that cannot be read, mended in one way of STORE_REPAIR_WAYS, and
 * open for reading. The caller closes it, and gives the copy to store_repair_finish. */
MUST_CHECK int store_repair_open(const char *damaged, int way, sqlite3 **ret_db,
                                 char **ret_copy);
void store_repair_finish(char *copy); /* takes NULL */

/* --- store_salvage.c --- */

struct store_salvage {
    uint64_t webhooks, alerts, deliveries, calls; /* rows; calls: voyages, too */
    uint64_t lists;                               /* versions of lists */
    uint64_t packs;                               /* of fixes: of a vessel and an hour */
    uint64_t acts;                                /* acknowledgements and mutes */
    uint64_t made_anew; /* deliveries that were lost, of alerts that are kept */
    uint64_t damaged;   /* rows that are not what was written, and left out */
    bool is_repaired;   /* on a copy */
    bool has_state;     /* of engine, vessels and feeds */
};
/* Copy the readable rows of a damaged database into a new one. */
void store_salvage(const char *damaged, sqlite3 *to, struct store_salvage *ret_salvage);

/* A damaged database was replaced by a new one. */
struct store_replaced {
    char *name; /* owned: its new name; NULL: nothing was replaced */
    struct store_salvage salvage;
};
/* Write the sentence for the log. */
void store_salvage_say(const struct store_replaced *r, struct err *ret_text);

/* --- store_batch.c: a batch is a sequence of operations in one block --- */

enum store_op_kind {
    STORE_OP_VESSEL,
    STORE_OP_ENGINE,
    STORE_OP_FEED,
    STORE_OP_CALL,
    STORE_OP_VOYAGE,
    STORE_OP_ALERT,
    STORE_OP_OUTCOME,
    STORE_OP_GONE,
    STORE_OP_LIST,
    STORE_OP_SEEN,
    STORE_OP_MUTE,
    STORE_OP_UNMUTE,
    STORE_OP_WATCH
};

struct store_op {
    enum store_op_kind kind;
    size_t bytes; /* of the whole operation */
};
struct store_op_record { /* vessel, engine, feed */
    struct store_op op;
    uint32_t mmsi;
    size_t key_bytes; /* feed: its id, before the record */
    size_t record_bytes;
    char data[];
};
struct store_op_call {
    struct store_op op;
    uint32_t mmsi, imo, track;
    struct call call;
    char locode[LOCODE_BYTES];
    char texts[]; /* name, port name */
};
struct store_op_voyage {
    struct store_op op;
    uint32_t mmsi, imo, track;
    struct voyage voyage;
    char from[LOCODE_BYTES], to[LOCODE_BYTES];
    char texts[]; /* name, from name, to name */
};
struct store_op_alert {
    struct store_op op;
    uint8_t severity, mark;
    uint32_t mmsi, imo;
    int64_t time_ms, detected_ms, accepted_ms;
    char id[HASH_ID_BYTES], case_id[HASH_ID_BYTES];
    size_t webhook_count;
    size_t body_bytes;
    char texts[]; /* type, rule, why, the webhooks, then the body */
};
struct store_op_outcome {
    struct store_op op;
    struct store_outcome outcome;
};
struct store_op_gone {
    struct store_op op;
    int64_t at_ms; /* TIME_NONE: enabled again */
    char webhook[];
};

struct store_op_list {
    struct store_op op;
    int64_t read_ms, ships;
    size_t entries_bytes;
    char texts[]; /* id, file, format, sha256, published, then the entries */
};

struct store_op_seen {
    struct store_op op;
    char id[HASH_ID_BYTES];
    bool is_case, is_undone;
    int64_t at_ms;
    char texts[]; /* who, verdict, note */
};
struct store_op_mute {
    struct store_op op;
    uint32_t vessel, meant;
    int64_t from_ms, until_ms, at_ms;
    char texts[]; /* id, rule, zone, feed, why, who */
};
struct store_op_unmute {
    struct store_op op;
    int64_t ended_ms;
    char id[];
};

struct store_op_watch {
    struct store_op op;
    int64_t at_ms;
    char texts[]; /* name, token, handover */
};

/* Fixes of a vessel and an hour are one row: in the order of hours, so that the oldest
 * are one range. */
#define STORE_FIX_BITS 30 /* of an MMSI */
#define STORE_FIX_MMSI ((INT64_C(1) << STORE_FIX_BITS) - 1)
static inline int64_t store_fix_row(int64_t hour, uint32_t mmsi)
{
    return hour * (INT64_C(1) << STORE_FIX_BITS) + (mmsi & STORE_FIX_MMSI);
}
struct store_fix {
    int64_t row;
    struct fix_pack_fix item;
};

struct store_batch {
    struct buf ops;
    struct store_fix *fixes; /* owned */
    size_t fix_count, fix_room;
    bool wakes;               /* it has outbox rows, outcomes or a webhook's state */
    uint64_t seq;             /* given by store_submit */
    struct store_batch *next; /* owned by the queue */
};
MUST_CHECK int store_batch_outcome(struct store_batch *b, const struct store_outcome *o);
MUST_CHECK int store_batch_gone(struct store_batch *b, const char *webhook,
                                int64_t at_ms);

/* --- store_apply.c: the writer's connection and its prepared statements --- */

enum store_statement {
    STORE_SQL_BEGIN,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_VESSEL,
    STORE_SQL_VESSEL_DELETE,
    STORE_SQL_ENGINE,
    STORE_SQL_FEED,
    STORE_SQL_CALL,
    STORE_SQL_VOYAGE,
    STORE_SQL_ALERT,
    STORE_SQL_OUTBOX,
    STORE_SQL_OUTCOME,
    STORE_SQL_DELIVERED,
    STORE_SQL_WEBHOOK,
    STORE_SQL_GONE,
    STORE_SQL_LIST,
    STORE_SQL_LIST_OLD,
    STORE_SQL_ACKNOWLEDGE,
    STORE_SQL_SEEN,
    STORE_SQL_UNSEEN,
    STORE_SQL_MUTE,
    STORE_SQL_UNMUTE,
    STORE_SQL_WATCH,
    STORE_SQL_PACK,
    STORE_SQL_PACK_PUT,
    STORE_STATEMENTS
};

struct store_db {
    sqlite3 *handle;
    sqlite3_stmt *statements[STORE_STATEMENTS];
    char **webhooks; /* owned; [i] has number i + 1; NULL: none has it */
    size_t webhook_count;
    int64_t last_alert; /* highest row in use */
    int64_t wal_bytes;  /* of the write-ahead log after the last commit */
    dev_t device;       /* of the file that is open */
    ino_t inode;
};
MUST_CHECK int store_db_open(struct store_db *db, const char *path, int *ret_rc,
                             struct err *err);
void store_db_close(struct store_db *db);
/* Whether the file was removed or replaced. In WAL mode SQLite would go on writing into a
 * file that nobody can open again. */
bool store_db_is_moved(const struct store_db *db, const char *path);
/* Apply the batches from `first` to the end of the list in one transaction. Returns an
 * SQLite code; on any code but SQLITE_OK nothing is stored. */
int store_apply_commit(struct store_db *db, const struct store_batch *first);
/* Add the fixes of these batches to the packs of their vessels and hours, in the open
 * transaction. An SQLite code. */
int store_fixes_apply(struct store_db *db, const struct store_batch *first);
/* Step the statement to the end and reset it; SQLITE_OK or the fault. */
int store_db_run(sqlite3_stmt *statement);
/* The number of a webhook; a new one gets a number. 0 and *ret_rc on failure. */
int64_t store_db_webhook(struct store_db *db, const char *id, int *ret_rc);
/* Forget the numbers above `from`, which were rolled back. */
void store_db_forget_webhooks(struct store_db *db, size_t from);

/* Bind an alert id: 32 hex digits as 16 bytes, any other id as text. */
int store_db_bind_id(sqlite3_stmt *statement, int column, const char *id);
/* Read an alert id from a result column. */
void store_db_column_id(sqlite3_stmt *statement, int column, char ret_id[HASH_ID_BYTES]);

#endif
