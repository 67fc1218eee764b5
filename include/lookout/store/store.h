/* SPDX-License-Identifier: Apache-2.0 */
/* The database: SQLite, WAL, synchronous=FULL, one writer thread. A batch is one
 * consistent cut of the engine and the feeds: vessel rows, calls, voyages, alerts with
 * their outbox rows and the feeds' offsets become durable together or not at all. */
#ifndef LOOKOUT_STORE_H
#define LOOKOUT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/alert/alert.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"

struct store;
struct store_batch;

struct store_options {
    const char *directory;    /* created 0700 when absent */
    bool read_only;           /* for commands beside a running daemon */
    bool is_in_doubt;         /* look through all of it first, however large it is */
    bool exclusive;           /* the daemon: refuse a second one on the same directory */
    int64_t commit_ms;        /* group commit: 1..20 ms apart; 0: 20 */
    size_t queue_bytes;       /* store_submit says ERR_LIMIT beyond; 0: 64 MiB */
    int64_t checkpoint_bytes; /* the write-ahead log is folded back at; 0: 32 MiB */
    int64_t quota_bytes;      /* store_prune keeps the database below; 0: 8 GiB */
    /* Called on the store's thread after each commit that held outbox rows or outcomes,
     * and after a failed one. */
    void (*on_commit)(void *context);
    void (*on_error)(void *context,
                     const char *text); /* disk full, damaged: text names it; the batch is
                                           kept and tried again */
    void *context;
};

/* Open or create the database (schema, migrations) and start the writer thread unless
 * read_only. A damaged file is set aside as NAME.damaged-<time>, its readable rows are
 * copied into a new one, and on_error reports it, from this call (ERR_CORRUPT is returned
 * only when setting aside fails too). ERR_EXISTS: another daemon has the directory;
 * ERR_UNSUPPORTED: a newer schema, another program's file, or not a local file system. */
MUST_CHECK int store_open(const struct store_options *options, struct store **ret_store,
                          struct err *err);
/* Write the queue, end the thread, close. */
void store_close(struct store *s);

/* --- writing: loop thread --- */

struct store_batch *store_batch_create(void);
void store_batch_destroy(struct store_batch *b);
/* All functions copy their arguments. */
MUST_CHECK int store_batch_vessel(struct store_batch *b, uint32_t mmsi,
                                  const void *record, size_t n); /* n == 0: delete */
MUST_CHECK int store_batch_engine(struct store_batch *b, const void *record, size_t n);
/* The resume record of a file feed, made by the feed. */
MUST_CHECK int store_batch_feed(struct store_batch *b, const char *feed,
                                const void *record, size_t n);
MUST_CHECK int store_batch_call(
    struct store_batch *b,
    const struct engine_call *call); /* upsert by (mmsi, track, port, since) */
MUST_CHECK int store_batch_voyage(struct store_batch *b,
                                  const struct engine_voyage *voyage);
/* A believed fix, which is kept with the others of its vessel and hour: at most one a
 * second of a track. */
MUST_CHECK int store_batch_fix(struct store_batch *b, const struct engine_fix *fix);
/* An alert and an outbox row for each named webhook; an alert whose id is stored already
 * is left unchanged, its outbox rows too. */
MUST_CHECK int store_batch_alert(struct store_batch *b, const struct alert *alert,
                                 const char *const *webhooks, size_t webhook_count,
                                 int64_t now_ms);
/* A version of a list of ships that was read. */
struct store_list {
    const char *id, *file, *format, *sha256;
    const char *published; /* "" unknown */
    int64_t read_ms;       /* clock */
    uint64_t ships;
    const void *entries; /* as watch_roll_save has them; only of the newest version */
    size_t entries_bytes;
};
MUST_CHECK int store_batch_list(struct store_batch *b, const struct store_list *list);
/* A person has seen an alert, or (is_case) all alerts of its case so far; or takes that
 * back. No effect where no such alert is stored. */
struct store_seen {
    const char *id, *who;
    const char *verdict, *note; /* NULL: none */
    bool is_case, is_undone;
    int64_t at_ms; /* clock */
};
MUST_CHECK int store_batch_seen(struct store_batch *b, const struct store_seen *seen);
enum { STORE_NOTE_MOST = 1000 /* bytes of a note */ };
/* Whether it is one of the verdicts: confirmed, explained, false. */
bool store_batch_is_verdict(const char *verdict);
/* Events of the record are numbered: alert `row` has row times this, and what people did
 * behind it has the numbers up to the next. */
#define STORE_EVENTS_AN_ALERT (INT64_C(1) << 20)
/* A mute that a person added. */
struct store_mute {
    const char *id, *why, *who;
    const char *rule, *zone, *feed; /* NULL: any */
    uint32_t vessel;                /* IMO number or MMSI; 0: any */
    uint32_t meant;                 /* as the person gave it */
    int64_t from_ms, until_ms;      /* event time; from_ms TIME_NONE: at once */
    int64_t at_ms;                  /* clock */
    int64_t ended_ms;               /* event time; TIME_NONE: not taken back */
};
MUST_CHECK int store_batch_mute(struct store_batch *b, const struct store_mute *mute);
MUST_CHECK int store_batch_unmute(struct store_batch *b, const char *id,
                                  int64_t ended_ms);
/* Somebody begins a watch. */
struct store_watch {
    const char *name, *token;
    const char *handover; /* JSON: what the watch before handed over; NULL */
    int64_t at_ms;        /* clock */
    int64_t row, alert;   /* read only: alert is the last one's row when it began */
};
MUST_CHECK int store_batch_watch(struct store_batch *b, const struct store_watch *watch);
bool store_batch_is_empty(const struct store_batch *b);
size_t store_batch_bytes(const struct store_batch *b);
/* Submit the batch, which is taken over, also on failure. Never waits for the disk.
 * ERR_LIMIT: the batch is queued, but more than queue_bytes is waiting (full disk): the
 * caller stops reading its feeds until store_queued_bytes falls. ERR_NOMEM: at four times
 * that size the batch is refused, and lost. */
MUST_CHECK int store_submit(struct store *s, struct store_batch *b);
size_t store_queued_bytes(const struct store *s);
/* Wait until all submitted batches are durable; false after timeout_ms. */
bool store_flush(struct store *s, int64_t timeout_ms);
/* The mark of all batches submitted so far; and whether all up to a mark are durable. Any
 * thread. */
uint64_t store_mark(const struct store *s);
bool store_is_durable(const struct store *s, uint64_t mark);
/* Ask the writer's thread for a sign of life; and whether it has given the last one that
 * was asked for. It does not while it waits for the disk. */
void store_ask(struct store *s);
bool store_has_answered(const struct store *s);
/* Change the size below which store_prune keeps the database. */
void store_set_quota(struct store *s, int64_t bytes);
/* Ask for pruning, for example once an hour. Rows older by the clock than `retain`, and
 * the oldest rows while the database is over its quota, are deleted in small steps when
 * the writer is idle. Waiting deliveries and their alerts are never deleted; given-up
 * ones are deleted by age only. Returns at once. */
void store_prune(struct store *s, const struct conf_retain *retain, int64_t now_ms);

struct store_health {
    /* Grows when the database was replaced while running (damaged or removed); the caller
     * then saves all vessels again. */
    uint64_t replaced;
    bool is_failing;           /* the last commit failed and is tried again */
    bool is_full;              /* more than queue_bytes is queued */
    char text[ERR_TEXT_BYTES]; /* why it fails; "" */
    uint64_t commits;          /* group commits */
    uint64_t failures;         /* failed tries */
    uint64_t refused;          /* batches lost to a full queue */
    int64_t last_commit_ms;    /* of the monotonic clock; TIME_NONE: none yet */
    size_t queued_bytes;
};
/* For readiness and metrics; any thread. */
void store_health(const struct store *s, struct store_health *ret_health);

/* The state directory, or the lock in it, was removed under the daemon. */
bool store_is_displaced(const struct store *s);

/* --- delivery's side: any thread --- */

enum store_state { STORE_PENDING, STORE_DELIVERED, STORE_DEAD };

struct store_outcome {
    int64_t outbox; /* row id */
    enum store_state state;
    uint32_t attempts;
    int64_t next_attempt_ms; /* clock; PENDING only */
    int status;              /* last HTTP status, 0 none */
    char reason[96];         /* of the last failure, without secrets; "" */
    int64_t at_ms;           /* clock */
    int64_t begun_ms;        /* of the row when read; put back since, it stays pending */
    int64_t bundle;          /* of the row from now on; 0 none */
};
/* Queue outcomes for the writer. */
MUST_CHECK int store_outcomes(struct store *s, const struct store_outcome *outcomes,
                              size_t n);
/* Remember that a webhook answered 410, until store_webhook_enable (a reload). */
MUST_CHECK int store_webhook_gone(struct store *s, const char *webhook, int64_t at_ms);
MUST_CHECK int store_webhook_enable(struct store *s, const char *webhook);

/* --- reading: a connection of one's own, for one thread --- */

struct store_reader;
MUST_CHECK int store_reader_open(const char *directory, struct store_reader **ret_reader,
                                 struct err *err);
void store_reader_close(struct store_reader *r);
/* Changes whenever another connection commits (PRAGMA data_version). */
int64_t store_reader_version(struct store_reader *r);
/* Grows with every `redeliver`: rows before a sender's place in the outbox may be pending
 * again, so it reads from the start. */
int64_t store_reader_requeues(struct store_reader *r);

struct store_pending {
    int64_t outbox; /* row id, ascending in order of acceptance */
    const char *id; /* alert id; all texts are borrowed for the call */
    const char *webhook, *type, *rule;
    uint32_t mmsi; /* 0: no vessel */
    uint8_t severity;
    uint32_t attempts;
    int64_t accepted_ms;     /* clock */
    int64_t begun_ms;        /* clock: when `redeliver` put it back; 0: never */
    int64_t next_attempt_ms; /* clock */
    int64_t tried_ms;        /* clock: the last attempt; 0: none */
    int64_t bundle;          /* the bundle: sent in one request; 0 none */
    const char *body;
    size_t body_bytes;
    bool is_damaged; /* it is not what was written */
};
typedef int (*store_pending_row)(void *context, const struct store_pending *row);
/* Pending rows of one webhook with row id > after, in order, at most `limit`. */
MUST_CHECK int store_reader_pending(struct store_reader *r, const char *webhook,
                                    int64_t after, size_t limit, store_pending_row row,
                                    void *context);
/* Of these rows only the critical ones with row id > critical_after and, with is_ordered,
 * all rows of their vessels. */
struct store_urgent {
    const char *webhook;
    int64_t after, critical_after;
    bool is_ordered;
    size_t limit;
};
MUST_CHECK int store_reader_urgent(struct store_reader *r,
                                   const struct store_urgent *which,
                                   store_pending_row row, void *context);
MUST_CHECK int store_reader_webhook_is_gone(struct store_reader *r, const char *webhook,
                                            bool *ret_is_gone);

typedef int (*store_record)(void *context, uint32_t mmsi, const void *record, size_t n);
/* A record that is not what was written is given as one of no bytes. */
MUST_CHECK int store_reader_vessels(struct store_reader *r, store_record row,
                                    void *context);
/* ERR_NOT_FOUND when there is none, ERR_CORRUPT; appended to out. */
MUST_CHECK int store_reader_engine(struct store_reader *r, struct buf *out);
MUST_CHECK int store_reader_feed(struct store_reader *r, const char *feed,
                                 struct buf *out);

/* The versions of lists on record, the oldest first; those that are not what was written
 * are left out. All texts are borrowed for the call. */
typedef int (*store_list_row)(void *context, const struct store_list *list);
MUST_CHECK int store_reader_lists(struct store_reader *r, store_list_row row,
                                  void *context);

/* One JSON object per line for the commands; fields of a filter that are 0 or NULL mean
 * all. */
struct store_filter {
    int64_t since_ms; /* TIME_NONE: all */
    const char *rule, *port;
    const char *const *vessels; /* MMSI, IMO number or name (folded, whole or part) */
    size_t vessel_count;
    bool pending, dead;  /* alerts: only those with such a delivery */
    bool unacknowledged; /* alerts: only those that people should see, and have not */
    /* alerts: also those of other ships that name one of the vessels, by its MMSI */
    bool with_mentions;
    int64_t after; /* row id, for --follow */
};
typedef int (*store_line)(void *context, int64_t row_id, const char *json);
MUST_CHECK int query_alerts(struct store_reader *r, const struct store_filter *f,
                            store_line line, void *context);
MUST_CHECK int query_calls(struct store_reader *r, const struct store_filter *f,
                           store_line line, void *context);

/* The mutes that people added, the newest last. All texts are borrowed for the call. */
typedef int (*store_mute_row)(void *context, const struct store_mute *mute);
MUST_CHECK int query_mutes_walk(struct store_reader *r, store_mute_row row,
                                void *context);

/* Watches with row id < before, the newest first, of a token or (NULL) of all. */
typedef int (*store_watch_row)(void *context, const struct store_watch *watch);
struct query_watches {
    const char *token;
    int64_t before; /* INT64_MAX: none yet */
    uint32_t limit;
};
MUST_CHECK int query_watches_walk(struct store_reader *r, const struct query_watches *q,
                                  store_watch_row row, void *context);
/* By severity: alerts for people stored behind the row `alert`, muted ones behind it, and
 * all that nobody has acknowledged. */
struct query_handover {
    int64_t fresh[SEVERITIES], muted[SEVERITIES], open[SEVERITIES];
};
MUST_CHECK int query_watches_sum(struct store_reader *r, int64_t alert,
                                 struct query_handover *ret);

/* The fixes that are kept of a vessel, in the order of time. */
struct query_fixes {
    uint32_t mmsi;
    int64_t since_ms, until_ms; /* event time, until it; TIME_NONE: all */
};
typedef int (*query_fix_row)(void *context, const struct engine_fix *fix);
/* *ret_damaged: so many hours of the vessel are not what was written; they are left out,
 * or end where the damage begins. Stops at a callback's non-zero and returns it.
 * ERR_NOT_FOUND: no fixes are kept, of any vessel. */
MUST_CHECK int query_fixes_walk(struct store_reader *r, const struct query_fixes *q,
                                query_fix_row row, void *context, uint64_t *ret_damaged);

/* Fixes as GeoJSON. */
struct query_tracks {
    struct query_tracks_fix {
        uint32_t track;
        int64_t time_ms;
        struct geo_pos pos;
    } * fixes; /* owned */
    size_t count, room;
};
void query_tracks_finish(struct query_tracks *t);
MUST_CHECK int query_tracks_add(struct query_tracks *t, const struct engine_fix *fix);
/* Append a Feature for each track, with commas between them; the fixes are put in order
 * of tracks. mmsi 0: it is not written. */
MUST_CHECK int query_tracks_write(struct query_tracks *t, uint32_t mmsi, bool is_complete,
                                  struct buf *out);

/* A part of a list, the newest first. Texts that are NULL and numbers that are 0, unless
 * said otherwise, mean all. */
/* QUERY_TOLD: acknowledged or not, but neither muted nor folded nor of history. */
enum query_seen { QUERY_SEEN_ANY, QUERY_SEEN, QUERY_UNSEEN, QUERY_TOLD };
struct query_ask {
    int64_t since_ms, until_ms; /* event time; TIME_NONE: all */
    const char *rule, *type;    /* type: with or without "lookoutd." */
    const char *vessel;         /* MMSI, IMO number, name or part of one */
    const char *zone, *port, *case_id, *id;
    const char *state; /* the state of an alert's line */
    int severity;      /* enum severity; -1: all */
    enum query_seen seen;
    bool is_ascending; /* alerts alone */
    int64_t behind;    /* alerts alone: rows behind this one */
    uint32_t limit;
    /* The last row given out; {INT64_MAX, INT64_MAX}: none yet. Alerts have the row id
     * alone; calls and voyages their time and row id. */
    int64_t after[2];
};
typedef int (*query_row)(void *context, const int64_t place[2], const char *json);
MUST_CHECK int query_list_alerts(struct store_reader *r, const struct query_ask *ask,
                                 query_row row, void *context);
MUST_CHECK int query_list_calls(struct store_reader *r, bool is_voyages,
                                const struct query_ask *ask, query_row row,
                                void *context);

/* Calls and voyages as one table. A column and its members of the JSON lines. */
struct query_column {
    const char *name, *call, *voyage;
    const char *heading; /* on a terminal; NULL: not there */
};
extern const struct query_column query_csv_columns[];
extern const int query_csv_count;
struct json_t;
/* The value of a row in that column, instead of what the buffer held. */
MUST_CHECK int query_csv_cell(const struct json_t *row, int column, struct buf *cell);
/* Append a line of RFC 4180, without its end. */
MUST_CHECK int query_csv_head(struct buf *out);
MUST_CHECK int query_csv_row(const struct json_t *row, struct buf *out);

/* Of each rule: alerts in the last day and week before now_ms (event time), of the week
 * the muted ones, and those that people called false. */
struct query_rule {
    const char *rule;
    int64_t day, week, muted, wrong;
};
typedef int (*query_rule_row)(void *context, const struct query_rule *rule);
MUST_CHECK int query_list_rules(struct store_reader *r, int64_t now_ms,
                                query_rule_row row, void *context);

/* What was stored behind event number `after`, in order, at most `limit` events: an alert
 * as a line, an acknowledgement as {id, case, acknowledged}. */
struct query_event {
    int64_t number;
    bool is_alert;
    uint32_t mmsi; /* 0: of no vessel */
    const char *json;
};
typedef int (*query_event_row)(void *context, const struct query_event *event);
MUST_CHECK int query_list_events(struct store_reader *r, int64_t after, size_t limit,
                                 query_event_row row, void *context);
/* Number of the last event; -1 unknown. */
int64_t query_list_last_event(struct store_reader *r);
/* How many alerts of each vessel and severity nobody has seen, and when each vessel was
 * alerted last. */
typedef int (*query_open_row)(void *context, uint32_t mmsi, int severity, uint64_t open,
                              const char *case_id, int64_t time_ms);
MUST_CHECK int query_list_open(struct store_reader *r, int64_t mmsi, query_open_row row,
                               void *context); /* mmsi < 0: every vessel */

/* The row id of the last alert accepted; 0 none, -1 unknown. */
int64_t store_reader_last_alert(struct store_reader *r);

struct store_counts {
    uint64_t alerts, pending, dead; /* on record now; alerts: of all webhooks */
    uint64_t delivered;             /* since the database was made */
    int64_t oldest_pending_ms;      /* when it was accepted, clock; TIME_NONE */
    uint64_t database_bytes, wal_bytes;
};
MUST_CHECK int
store_reader_counts(struct store_reader *r, const char *webhook,
                    struct store_counts *ret_counts); /* webhook NULL: all */

/* The last answer of a webhook, among its newest alerts. */
struct store_answer {
    int64_t at_ms;   /* clock; TIME_NONE: no answer among them */
    int status;      /* HTTP, 0: none came */
    char reason[96]; /* why it failed; "" */
};
MUST_CHECK int store_reader_answer(struct store_reader *r, const char *webhook,
                                   struct store_answer *ret_answer);

/* Put deliveries back in the queue (`redeliver`), also beside a running daemon, which
 * notices it. Returns how many, or an error. */
MUST_CHECK int64_t store_redeliver(const char *directory, const char *const *ids,
                                   size_t n, bool all_dead, const char *webhook,
                                   struct err *err);

#endif
