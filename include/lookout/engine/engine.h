/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: takes reports in the order of event time and gives vessels, calls, voyages
 * and alerts. Pure: no clock, file, socket or random source. Several engines can live in
 * one process. */
#ifndef LOOKOUT_ENGINE_H
#define LOOKOUT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/alert/alert.h"
#include "lookout/base/err.h"
#include "lookout/detect/limits.h"
#include "lookout/detect/reach.h"
#include "lookout/track/track.h"
#include "lookout/voyage/call.h"

struct buf;
struct json_t;
struct ports;
struct report;
struct rule;
struct shore;
struct watch;
struct water;
struct water_field;
struct zone_set;

struct engine_mute {
    char *rule;       /* owned; NULL: every rule */
    char *zone;       /* owned: alerts that name it; NULL: every place */
    char *feed;       /* owned: what is told of the feed itself; NULL: alerts of ships */
    char *why;        /* owned; "" or NULL */
    uint32_t vessel;  /* MMSI or IMO number; 0: every vessel */
    uint32_t mmsi;    /* beside an IMO number: of a ship that sends none; 0 */
    int64_t from_ms;  /* event time, as are these; TIME_NONE or 0: from the beginning */
    int64_t until_ms; /* TIME_NONE: for ever */
    int64_t ended_ms; /* taken back; TIME_NONE */
};
/* Those that people added. */
struct engine_mutes {
    struct engine_mute *items; /* owned */
    size_t count;
};

struct engine_conf {
    char *site; /* owned; CloudEvents source */
    char *link; /* owned; URL with {mmsi} {imo} {id}; NULL: none */
    struct engine_timezone timezone;
    struct track_conf track;
    struct call_conf call;
    struct detect_limits limits;
    struct reach_conf reach;
    struct reach_ports reach_ports; /* that the rules ask about; their fields are below */
    uint32_t vessels_max;   /* 200000; those that matter least are forgotten beyond it */
    struct ports *ports;    /* owned, never NULL */
    struct zone_set *zones; /* owned, never NULL */
    struct watch *watch;    /* owned, never NULL */
    struct rule *rules;     /* owned */
    size_t rule_count;
    struct engine_mute *mutes; /* owned */
    size_t mute_count;
    struct water *water; /* held; NULL: distances over water are not known */
    struct water_field *
        *fields; /* owned array, each held: of the routes' steps and of reach_ports */
    size_t field_count;
    struct shore *shore; /* held; NULL: distances from the shore are not known */
};
/* Free all that it owns, but not the struct; it may be half-built. */
void engine_conf_finish(struct engine_conf *conf);

struct engine_call {
    uint32_t mmsi, imo;
    const char *name; /* borrowed */
    uint32_t track;
    enum call_event event;
    struct call call;
    const struct port *port; /* borrowed */
};
struct engine_voyage {
    uint32_t mmsi, imo;
    const char *name;
    uint32_t track;
    struct voyage voyage;
    const struct port *from, *to;
};
struct engine_fix {
    uint32_t mmsi, track;
    const struct track_fix *fix; /* borrowed */
};
/* All arguments are borrowed for the time of the call. A callback that fails (non-zero)
 * makes the engine's call return its value. */
struct engine_sink {
    /* Each believed fix, in the order in which they come to be believed; NULL: none. */
    int (*on_fix)(void *context, const struct engine_fix *fix);
    int (*on_alert)(void *context, const struct alert *alert);
    int (*on_call)(void *context, const struct engine_call *call);
    int (*on_voyage)(void *context, const struct engine_voyage *voyage);
    void *context;
};

/* What a ship was that made room for another. */
enum engine_forgot {
    ENGINE_FORGOT_STRANGER, /* heard for less than half an hour */
    ENGINE_FORGOT_KNOWN,    /* the one heard longest ago */
    ENGINE_FORGOT_OPEN,     /* with a run, call, gap or alert open: a second limit */
    ENGINE_FORGOT_REASONS
};
const char *engine_forgot_name(enum engine_forgot why);

struct engine_counts {
    uint64_t reports, fixes, statics;
    uint64_t old;          /* not newer than its vessel's last */
    uint64_t not_a_ship;   /* base stations, aids to navigation, search and rescue */
    uint64_t distress;     /* distress devices */
    uint64_t no_position;  /* 0 N 0 E exactly */
    uint64_t implausible;  /* fixes on tracks that are not confirmed */
    uint64_t tracks_split; /* second tracks that were confirmed */
    uint64_t vessels_forgotten;
    uint64_t forgotten[ENGINE_FORGOT_REASONS]; /* the same by reason */
    uint64_t meetings_refused;                 /* beyond those kept of one ship */
    uint64_t calls, voyages, alerts, alerts_muted, alerts_folded, runs_evicted;
};

struct engine;
/* conf is taken over on success and must not be changed. */
MUST_CHECK int engine_create(struct engine_conf *conf, const struct engine_sink *sink,
                             struct engine **ret_engine, struct err *err);
void engine_destroy(struct engine *e);
const struct engine_conf *engine_conf(const struct engine *e);

/* Take a report at or after the engine's time; timers due up to its time fire first. */
MUST_CHECK int engine_report(struct engine *e, const struct report *report);
/* This report will come after a few others: prefetch the memory that it needs, one step
 * at each call. Changes nothing else. */
void engine_expect(struct engine *e, const struct report *report);
/* Set the event time to now_ms: due timers fire. The time never goes back. */
MUST_CHECK int engine_tick(struct engine *e, int64_t now_ms);
/* A copy of a ship's report was heard by that source, of what was sent at time_ms: where
 * that is late, the ship's silence waits for the source. */
void engine_clock_note_copy(struct engine *e, uint32_t mmsi, uint16_t source,
                            int64_t time_ms);
/* The clock that event time goes by was set from from_ms to to_ms. Ahead: no timer is due
 * for it. Back: what is stored ahead of to_ms is cut to it, and event time goes on from
 * there. */
MUST_CHECK int engine_clock_step(struct engine *e, int64_t from_ms, int64_t to_ms);
/* The clock of that feed, a recording, had been ahead and came back to to_ms: what is
 * stored of its ships ahead of that is cut to it. */
MUST_CHECK int engine_clock_back(struct engine *e, uint16_t source, int64_t to_ms);
/* The clock of that feed, a recording, was set by by_ms, and no time passed: everything
 * that is stored of its ships moves by as much, so that they go on as if nothing had
 * happened. ERR_NOMEM */
MUST_CHECK int engine_clock_shift(struct engine *e, uint16_t source, int64_t by_ms);
/* The time when engine_tick has something to do; INT64_MAX when no timer waits. */
int64_t engine_deadline(const struct engine *e);
int64_t
engine_now(const struct engine *e); /* TIME_NONE before the first report or tick */
/* A source (by index) fell silent or came back (live feeds), or the daemon was down from
 * since_ms to until_ms. In such a time the silence of ships means nothing. */
void silence_set_source(struct engine *e, uint16_t source, bool is_silent);
void silence_add_outage(struct engine *e, int64_t since_ms, int64_t until_ms);
/* Change the configuration: the state of unchanged rules stays, changed routes drop their
 * runs, changed zones are entered again silently, removed zones raise no event. conf is
 * taken over on success; after a failure the old one stays. */
MUST_CHECK int engine_reconfigure(struct engine *e, struct engine_conf *conf,
                                  struct err *err);
/* The same without a pause: `fresh`, which engine_create made on any thread, takes over
 * the state of e, `most` ships at a time, while e goes on between the calls. */
void engine_reconfigure_follow(struct engine *fresh, struct engine *e);
MUST_CHECK int engine_reconfigure_follow_some(struct engine *fresh, struct engine *e,
                                              size_t most, bool *ret_is_done);
/* Finish the move: e has the new configuration, and fresh holds the old state, for
 * engine_destroy on any thread. After a failure e is unchanged and fresh is useless. */
MUST_CHECK int engine_reconfigure_end_following(struct engine *fresh, struct engine *e);
/* Abandon the move: fresh will be destroyed. */
void engine_reconfigure_stop_following(struct engine *e);
const struct engine_counts *engine_counts(const struct engine *e);
size_t engine_vessel_count(const struct engine *e);

/* Alerts of the shell itself (feed.silent, feed.recovered, trouble, test) get their
 * identity and body here as well. */
MUST_CHECK int engine_feed_alert(const struct engine_conf *conf, bool is_silent,
                                 const char *feed, int64_t since_ms, int64_t now_ms,
                                 struct alert *ret_alert);
/* Append a copy, texts and all. ERR_NOMEM */
MUST_CHECK int engine_mute_add(struct engine_mutes *mutes,
                               const struct engine_mute *mute);
void engine_mute_finish(struct engine_mutes *mutes);
/* Put these in force in place of those that people had added before; they are taken over.
 * They outlive a reconfiguration, and are not saved with the engine's state. */
void engine_mute_set(struct engine *e, struct engine_mutes *mutes);
size_t engine_mute_count(const struct engine *e);
/* The number by which a ship is muted over its MMSIs: the IMO number that is known of it,
 * else the number itself. */
uint32_t engine_mute_ship(const struct engine *e, uint32_t vessel);
/* Mark an alert about a feed as muted where one of the added mutes names the feed. */
void engine_mute_feed(const struct engine *e, const char *feed, struct alert *a);
MUST_CHECK int engine_trouble_alert(const struct engine_conf *conf, const char *what,
                                    const char *text, int64_t now_ms,
                                    struct alert *ret_alert);
MUST_CHECK int engine_test_alert(const struct engine_conf *conf, int64_t now_ms,
                                 struct alert *ret_alert);

/* Make an alert of each ship that a list of the configuration in force adds or drops
 * against `before` and that was heard, or is on another list. `take` is given all but the
 * body, and the reference of its `data`, for alert_list_seal. */
typedef int (*engine_listing_take)(void *context, const struct alert *alert,
                                   struct json_t *data);
MUST_CHECK int engine_listings(const struct engine *e, const struct watch *before,
                               int64_t read_ms, engine_listing_take take, void *context);
MUST_CHECK int engine_listings_refused(const struct engine_conf *conf,
                                       const struct alert_refusal *refusal,
                                       struct alert *ret_alert);

/* The closing summary of a replay as an event: `facts` (borrowed) becomes data.replay.
 * Times: of the first and the last event; TIME_NONE: there was none. */
MUST_CHECK int engine_summary_alert(const struct engine_conf *conf, int64_t from_ms,
                                    int64_t to_ms, struct json_t *facts,
                                    struct alert *ret_alert);

/* --- saved state --- */

/* Rows changed since the last call, as (MMSI, record): forgotten vessels with n == 0,
 * vessels, distress devices, each in ascending order of MMSI. `all`: every vessel. Marks
 * them clean. A callback's non-zero ends the walk and is returned. */
typedef int (*engine_row)(void *context, uint32_t mmsi, const void *record, size_t n);
MUST_CHECK int engine_wire_save(struct engine *e, bool all, engine_row row,
                                void *context);
/* The engine's own record: time, versions. */
MUST_CHECK int engine_wire_save_self(const struct engine *e, struct buf *out);
/* To be called before the first report: first the engine's own record, then the rows in
 * any order. ERR_CORRUPT: the row is refused, others may go on. The state of rules whose
 * definition changed is left out. */
MUST_CHECK int engine_wire_load_self(struct engine *e, const void *record, size_t n);
MUST_CHECK int engine_wire_load(struct engine *e, uint32_t mmsi, const void *record,
                                size_t n);

/* Append what is known of one vessel, for the `vessels` command: a JSON object (one
 * line); ERR_NOT_FOUND. */
MUST_CHECK int engine_describe(const struct engine *e, uint32_t mmsi, struct buf *out);
/* Append each open run of a vessel's routes: {rule, mmsi, name, case, step, steps, calls,
 * awaits, by}. */
MUST_CHECK int engine_describe_runs(const struct engine *e, uint32_t mmsi,
                                    struct json_t *list);
/* How many runs of routes are open. */
size_t engine_describe_run_count(const struct engine *e);
/* List every known MMSI, ascending; returns how many there are, and fills up to room. */
size_t engine_vessels(const struct engine *e, uint32_t *ret_mmsi, size_t room);

#endif
