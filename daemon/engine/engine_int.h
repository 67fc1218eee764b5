/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share: ships, their tracks, sources, and the engine
 * itself. */
#ifndef LOOKOUT_ENGINE_INT_H
#define LOOKOUT_ENGINE_INT_H

#include "lookout/engine.h"
#include "lookout/heap.h"
#include "lookout/map.h"
#include "lookout/rule_run.h"

/* All that is kept of one track of a ship. */
struct ship_track {
    uint32_t id;
    struct track *track; /* borrowed from the ship's tracks */
    struct call_state call;
    struct voyage_state voyage;
    struct zone_watch zones;
    void **slots; /* owned: the state of each rule of the configuration, NULL where there
                     is none */
};

/* The last alert told of a rule's type and object, for `repeat`. */
struct ship_fold {
    uint32_t rule;
    uint32_t event;
    uint64_t object;
    int64_t time_ms;
};

struct ship {
    uint32_t mmsi;
    bool is_dirty;
    bool has_cell;
    uint8_t track_count;
    uint8_t matched_by; /* enum watch_by */
    uint32_t declared;  /* port, PORT_NONE */
    uint32_t cell;
    uint32_t fold_count;
    const struct watch_entry
        *watch; /* borrowed from the configuration; NULL: not watched */
    struct vessel_static info;
    struct tracks tracks;
    struct ship_track *items[TRACKS_MAX]; /* owned; only confirmed tracks have one */
    struct heap_node timer;
    struct ship_fold *folds;    /* owned */
    uint64_t *covered;          /* owned: a bit a rule */
    struct ship *older, *newer; /* by when they were heard */
    struct ship *cell_previous, *cell_next;
    struct ship *dirty_previous, *dirty_next; /* while is_dirty */
};

enum { OUTAGES_MAX = 16, SOURCES_MAX = 64 };

struct span {
    int64_t begin_ms, end_ms;
};
/* One input: when it was silent, so that the silence of ships means nothing. */
struct source {
    bool is_known, is_silent;
    int64_t heard_ms; /* event time of its last report */
    struct span outages[OUTAGES_MAX];
    uint32_t outage_count; /* ever; the ring holds the newest */
};

struct engine {
    struct engine_conf conf;
    struct engine_sink sink;
    struct engine_counts counts;
    struct alert_context alert;
    struct rule_world world;
    uint32_t *zones_watched; /* owned */
    uint32_t *fix_rules,
        *timed_rules; /* owned: the rules whose kinds have on_fix; a deadline */
    size_t fix_rule_count, timed_rule_count;
    int64_t now_ms;
    struct map ships; /* MMSI -> struct ship *, owned */
    struct map cells; /* cell -> first struct ship * in it */
    struct heap timers;
    struct ship *oldest, *newest;
    struct ship *dirty;  /* those whose rows are to be saved */
    uint32_t *forgotten; /* owned: MMSIs whose rows are to be deleted */
    size_t forgotten_count, forgotten_room;
    uint16_t source_count; /* the highest source heard of, and one */
    struct source sources[SOURCES_MAX];
    struct source daemon; /* outages of all sources at once */
};

/* --- ship.c: lifetime --- */
struct ship *ship_find(const struct engine *e, uint32_t mmsi);
/* The ship, made when it is new; the one heard longest ago makes room. NULL: out of
 * memory. */
struct ship *ship_obtain(struct engine *e, uint32_t mmsi);
void ship_destroy(struct engine *e, struct ship *s);
/* Its row is to be saved; or is saved. */
void ship_mark(struct engine *e, struct ship *s);
void ship_unmark(struct engine *e, struct ship *s);
/* Heard now: last in the order of forgetting, and its row is to be saved. */
void ship_touch(struct engine *e, struct ship *s);
struct ship_track *ship_track_find(const struct ship *s, uint32_t id);
/* NULL: out of memory. */
struct ship_track *ship_track_add(struct engine *e, struct ship *s, struct track *track);
void ship_track_drop(struct engine *e, struct ship *s, uint32_t id);
/* Who it is to the configuration: watched, declared port, which rules cover it. `tell`:
 * rules it newly comes under hear of it. */
MUST_CHECK int ship_identify(struct engine *e, struct ship *s, bool tell);

/* --- look.c: a rule looking at a track --- */
struct look_frame {
    struct engine *engine;
    struct ship *ship;
    struct ship_track *item;
    struct rule_subject subject;
    struct rule_look look;
};
/* Silence is counted from since_ms. */
void look_begin(struct look_frame *f, struct engine *e, struct ship *s,
                struct ship_track *item, int64_t since_ms);
/* Point it at one rule. */
struct rule_look *look_at(struct look_frame *f, size_t rule);
/* Nothing to ask of the rule: it does not cover the ship and keeps nothing of the track.
 */
bool look_is_idle(const struct look_frame *f, size_t rule);
/* A zone event to every rule: a zone_event_sink whose context is a frame. */
int look_zone(void *frame, const struct zone_event *event);
bool ship_is_covered(const struct ship *s, size_t rule);

/* --- ship_fix.c: a report's way through a ship --- */
MUST_CHECK int ship_static(struct engine *e, struct ship *s, const struct report *r);
MUST_CHECK int ship_fix(struct engine *e, struct ship *s, const struct report *r);

/* --- ship_time.c: timers --- */
MUST_CHECK int ship_schedule(struct engine *e, struct ship *s);
MUST_CHECK int engine_advance(struct engine *e, int64_t now_ms);

/* --- silence.c --- */
void silence_heard(struct engine *e, uint16_t source, int64_t time_ms);
/* How much of [since_ms, now] the source (or the daemon) was silent, in ms. */
int64_t silence_of(const struct engine *e, uint16_t source, int64_t since_ms);
/* How much of it every source was. */
int64_t silence_of_all(const struct engine *e, int64_t since_ms);
bool silence_is_now(const struct engine *e, uint16_t source);

/* --- nearby.c --- */
MUST_CHECK int nearby_move(struct engine *e, struct ship *s, struct geo_pos pos);
void nearby_remove(struct engine *e, struct ship *s);
uint32_t nearby_count(const struct engine *e, const struct ship *except,
                      struct geo_pos pos, int64_t since_ms);

/* --- save.c --- */
MUST_CHECK int ship_save(const struct engine *e, const struct ship *s, struct buf *out);
MUST_CHECK int ship_load(struct engine *e, uint32_t mmsi, const void *record, size_t n);

#endif
