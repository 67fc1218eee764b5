/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share: ships, their tracks, sources, and the engine
 * itself.
 *
 * Circle: device, engine*, look, ship*: a report changes a ship, rules look at the ship,
 * and their findings, timers and rows change it again. ship.c and look.c are the middle:
 * the other files use them, and they call a file of the others where a ship begins,
 * changes or goes. */
#ifndef LOOKOUT_ENGINE_INT_H
#define LOOKOUT_ENGINE_INT_H

#include "lookout/ais/report.h"
#include "lookout/base/buf.h"
#include "lookout/base/heap.h"
#include "lookout/base/map.h"
#include "lookout/detect/coverage.h"
#include "lookout/detect/distress.h"
#include "lookout/detect/meet.h"
#include "lookout/detect/position.h"
#include "lookout/engine/engine.h"
#include "lookout/geo/water.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/vessel.h"

struct ship_identity; /* ship_identity_int.h */

/* All that is kept of one track of a ship. */
struct ship_track {
    uint32_t id;
    struct track *track; /* borrowed from the ship's tracks */
    uint64_t *kept; /* a bit a rule that has a state: kept_few where 64 are enough, else
                       behind the slots */
    uint64_t kept_few;
    void **slots; /* owned: the state of each rule of the configuration, NULL where there
                     is none */
    struct zone_watch zones;
    struct call_state call;
    struct voyage_state voyage;
    struct slow_watch *slow; /* owned; NULL: no rule asks, or no fix came yet */
    bool has_called; /* it has had an event of a call; being in a port when it was first
                        heard is none */
};

/* The last alert told of a rule's type and object, for `repeat`. */
struct fold {
    uint32_t rule;
    uint32_t event;
    uint64_t object;
    int64_t time_ms;
};
struct folds {
    struct fold *items; /* owned */
    uint32_t count;
};

/* What every fix needs stands first: the fewer lines of memory it touches, the better. */
struct ship {
    uint32_t mmsi;
    bool is_dirty;
    bool is_changed; /* in the engine's changes */
    bool has_cell;
    bool is_news, was_watched; /* see ship_watch.c */
    bool is_stranger;          /* these three: see ship_forget.c */
    bool is_guarded;
    bool is_shared;   /* another MMSI holds its IMO number: see ship_identity.c */
    uint8_t standing; /* enum ship_standing */
    uint8_t track_count;
    uint8_t matched_by; /* enum watch_by */
    uint32_t settled;  /* engine's outage_epoch as its timer was set; 0: to be set anew */
    uint32_t declared; /* port, PORT_NONE */
    uint32_t cell;
    const struct watch_entry
        *watch; /* borrowed from the configuration; NULL: not watched */
    uint64_t *
        covered; /* a bit a rule: covered_few where 64 are enough, else behind the ship */
    uint64_t covered_few;
    int64_t touched_ms;   /* event time at which it was heard last */
    uint16_t late_source; /* the feed that hears the ship late; SOURCES_MAX: none */
    int64_t late_ms;      /* engine's time when it heard the ship last */
    int64_t lag_ms; /* how far the ship's last report was behind the engine's time */
    struct heap_node timer;
    struct tracks tracks;
    struct ship_track *items[TRACKS_MAX];     /* owned; only confirmed tracks have one */
    struct ship *dirty_previous, *dirty_next; /* while is_dirty */
    struct ship *cell_previous, *cell_next;
    struct heap_node age; /* due: touched_ms, or what it was some time ago */
    int64_t first_ms;     /* event time at which it was heard first */
    int64_t listed_ms;    /* when it came to stand among the strangers */
    int64_t told_ms;      /* its last alert, of event time; TIME_NONE */
    int64_t alerted_ms;   /* that, or the last of a rule that tells of all that come */
    uint32_t guard;       /* the entry of the watch list that counts it, and one; or 0 */
    struct vessel_static info;
    struct folds folds;
    struct ship_far *far;           /* owned; NULL: it is heard where it can be */
    struct ship_identity *identity; /* owned; NULL: it has said nothing of note */
    uint32_t moved; /* the engine's `move` that last copied it unchanged */
    bool is_stale;  /* changed or came since the move began, and is not copied */
    struct ship *stale_previous, *stale_next; /* while is_stale */
};

/* A ship that was watched as it was before, whatever it sent, and is not by the list that
 * was read anew; and its entry. */
struct ship_left {
    uint32_t mmsi;
    struct watch_entry entry; /* numbers, name and call sign, owned */
};

/* A ship that is or was heard where it cannot be. */
struct ship_far {
    struct position_far it;
    uint32_t mmsi;
    struct ship_far *previous, *next; /* of all such ships */
};

/* A distress device: no ship, and seen by rules with the hook for it alone. */
struct device {
    uint32_t mmsi;
    bool is_dirty;
    struct distress_device said;
    struct tracks tracks; /* one track: every position is believed */
    struct vessel_static info;
    struct folds folds;
    void **slots; /* owned: as of a track of a ship */
};

/* Where a ship waits to be forgotten. */
enum ship_standing { SHIP_UNPLACED, SHIP_LISTED, SHIP_AGED, SHIP_ASIDE };
/* Ships heard for the first time lately, in that order. Some of them have gone since. */
struct stranger {
    int64_t listed_ms;
    uint32_t mmsi;
};
struct strangers {
    struct stranger *items; /* owned; those from begin to end */
    size_t room, begin, end;
    size_t ships; /* that are still listed */
    bool is_unsorted;
};
/* What is remembered of forgotten ships: those known, those strange, two maps each. */
enum { SHIP_MARKS = 4 };

enum { OUTAGES_MAX = 16, SOURCES_MAX = 64 };

struct span {
    int64_t begin_ms, end_ms;
};
/* One input, and the times when it was silent. The silence of ships then means nothing.
 */
struct source {
    bool is_known, is_silent;
    bool is_late;     /* its last report was far behind the engine's time */
    int64_t heard_ms; /* event time of its last report */
    struct span outages[OUTAGES_MAX];
    uint32_t outage_count; /* number of outages ever; the ring holds the newest */
};

/* A ring of ships that will be heard soon. Each step prefetches more: the place in the
 * map, the ship, its tracks, the ends of their paths. */
enum { EXPECT_RING = 8, EXPECT_SHIP = 2, EXPECT_TRACK = 4, EXPECT_PATH = 6 };
struct expected {
    uint32_t mmsi[EXPECT_RING];
    bool is_static[EXPECT_RING];
    struct ship *ships[EXPECT_RING]; /* NULL: not looked up yet, or unknown */
    unsigned at;
};

/* Ships that came, changed or went, for a picture of them. */
struct changes {
    uint32_t *items; /* owned: MMSIs */
    size_t count, room;
    bool is_kept; /* somebody takes them */
    bool is_lost; /* any ship may have changed */
};

struct engine {
    struct engine_conf conf;
    struct engine_sink sink;
    struct engine_counts counts;
    struct engine_mutes added; /* mutes that people added, owned */
    struct alert_context alert;
    struct rule_world world;
    uint32_t *zones_watched; /* owned */
    uint64_t *asks_covered,
        *asks_keeping;         /* owned: one bit for each rule, as enum rule_asks */
    uint64_t *timed;           /* owned: the rules whose kinds have a deadline */
    size_t rule_words;         /* of 64 such bits */
    int64_t deadline_least_ms; /* no deadline after a fix comes earlier than this */
    int64_t silence_least_ms;  /* the least silence that a rule is told of */
    uint32_t outage_epoch;     /* counts the outages, from 1 */
    int64_t now_ms;
    struct map ships;   /* MMSI -> struct ship *, owned */
    struct map cells;   /* cell -> first struct ship * in it */
    struct map devices; /* MMSI -> struct device *, owned */
    struct map holders; /* IMO number -> first struct ship_identity * that holds it */
    struct expected expected;
    bool asks_slow;        /* a rule asks for slow spells or meetings */
    bool asks_static;      /* a rule asks for messages with static data */
    bool asks_identity;    /* a rule asks for the values that are held */
    struct meet_grid grid; /* the places of slow ships */
    struct heap timers;
    struct strangers strangers;   /* these five: see ship_forget.c */
    struct heap ages;             /* of ships that are known */
    struct heap open;             /* of ships set aside because something is open */
    struct map marks[SHIP_MARKS]; /* MMSI and rule -> seconds since 1970 */
    uint32_t *guarded;            /* owned: by entry of the watch list, how many */
    struct ship_left *left; /* owned: ships that were watched as before, and are not */
    size_t left_count, left_room;
    uint32_t *news; /* owned: MMSIs of ships that a list changed */
    size_t news_count, news_room;
    size_t kept_watched;  /* ships that are watched as they were before */
    struct ship_far *far; /* the first of the ships heard where they cannot be */
    struct changes changes;
    struct ship *dirty;  /* those whose rows are to be saved */
    uint32_t *forgotten; /* owned: MMSIs whose rows are to be deleted */
    size_t forgotten_count, forgotten_room;
    uint16_t source_count; /* the highest known source, plus one */
    struct source sources[SOURCES_MAX];
    struct source daemon;  /* times when all sources were silent */
    struct source skipped; /* time that a step of the clock left out */
    uint32_t move, moves;  /* the number of the move to a successor under way; of all */
    size_t unmoved;        /* ships that are to be copied yet */
    size_t stale_count;    /* those of them that are stale */
    struct ship *stale;    /* the first of these */
    struct engine *successor; /* borrowed: while a move is under way */
    size_t move_cursor;       /* of a successor: in the map of the one before */
    uint32_t vessels_most;    /* of a successor: its vessels_max, meanwhile none */
};

/* --- engine_mute.c: mark what a mute holds for; `other`: a second ship, NULL --- */
void engine_mute_apply(const struct engine *e, const struct rule_subject *other,
                       struct alert *a);

/* --- engine_vessel.c: a ship goes, or has changed --- */
void engine_vessel_note(struct engine *e, uint32_t mmsi);

/* --- ship.c: lifetime --- */
struct ship *ship_find(const struct engine *e, uint32_t mmsi);
/* The ship, made when it is new; another makes room. NULL: out of memory. */
struct ship *ship_obtain(struct engine *e, uint32_t mmsi);
void ship_destroy(struct engine *e, struct ship *s);
/* Its row is to be saved; or is saved. */
void ship_mark(struct engine *e, struct ship *s);
void ship_unmark(struct engine *e, struct ship *s);
/* Heard now, and its row is to be saved. */
void ship_touch(struct engine *e, struct ship *s);
void ship_destroy_all(struct engine *e);
/* Every ship, in no order of use: start with *cursor = 0; NULL at the end. */
struct ship *ship_next(const struct engine *e, size_t *cursor);
struct ship_track *ship_track_find(const struct ship *s, uint32_t id);
/* The believed track with the newest fix; NULL: none. */
struct ship_track *ship_track_current(const struct ship *s);
/* NULL: out of memory. */
struct ship_track *ship_track_add(struct engine *e, struct ship *s, struct track *track);
void ship_track_drop(struct engine *e, struct ship *s, uint32_t id);
/* Update what the configuration says of the ship: whether it is watched, its declared
 * port, the rules that cover it. `tell`: rules that newly cover the ship are told. */
MUST_CHECK int ship_identify(struct engine *e, struct ship *s, bool tell);
/* The rules that cover the ship where it is watched as that entry; those that newly do,
 * and those for which it is newly watched, are told. */
enum ship_tell { SHIP_TELL_NOTHING, SHIP_TELL_COVERED, SHIP_TELL_WATCHED };
MUST_CHECK int ship_cover(struct engine *e, struct ship *s,
                          const struct watch_entry *watch, enum ship_tell tell);

/* --- ship_watch.c: as which entry of the watch list it is watched --- */
/* Find the entry by what the ship sends, or as what it was before. */
void ship_watch_match(struct engine *e, struct ship *s);
/* Another ship that was watched before may not be that entry's any more. */
MUST_CHECK int ship_watch_release(struct engine *e, struct ship *s);
/* The ship was another MMSI before: it stays that entry's. */
MUST_CHECK int ship_watch_inherit(struct engine *e, struct ship *s,
                                  const struct ship *before);
/* The ships that are newly watched since they were saved: tell the rules. */
MUST_CHECK int ship_watch_tell_news(struct engine *e);
/* The entry as which the ship was watched "before", and is not any more; NULL: none. */
const struct watch_entry *ship_watch_left(const struct engine *e, uint32_t mmsi);
void ship_watch_finish(struct engine *e);
void ship_watch_save(const struct engine *e, const struct ship *s, struct wire_writer *w);
MUST_CHECK int ship_watch_load(struct engine *e, struct ship *s, struct wire_reader *r);

/* --- engine_reconfigure.c: the move to a successor --- */
/* While a move is under way: a ship came or changed; is copied, or goes. */
void engine_reconfigure_note(struct engine *e, struct ship *s);
void engine_reconfigure_unnote(struct engine *e, struct ship *s);
/* A ship goes: its copy goes, too. */
void engine_reconfigure_forget(struct engine *e, struct ship *s);

/* --- ship_forget.c --- */
/* The one that matters least makes room; none where all matter. ERR_NOMEM */
MUST_CHECK int ship_forget_one(struct engine *e);
/* Its row goes with the next save. ERR_NOMEM */
MUST_CHECK int ship_forget_note(struct engine *e, uint32_t mmsi);
/* A ship that was made or loaded takes its place among those to be forgotten; one that
 * goes leaves it. ERR_NOMEM */
MUST_CHECK int ship_forget_list(struct engine *e, struct ship *s, int64_t now_ms);
/* It is set aside: strangers before all others, the newest first. ERR_NOMEM */
MUST_CHECK int ship_forget_open(struct engine *e, struct ship *s);
void ship_forget_remove(struct engine *e, struct ship *s);
/* A stranger was heard: perhaps for long enough not to be one. */
void ship_forget_know(struct engine *e, struct ship *s);
/* One set aside has changed. */
void ship_forget_return(struct engine *e, struct ship *s);
/* Watched as that entry, unless too many are; not watched any more. */
void ship_forget_guard(struct engine *e, struct ship *s, size_t entry);
void ship_forget_unguard(struct engine *e, struct ship *s);
/* When a ship of that MMSI was heard last, which was forgotten while the rule kept a mark
 * of it; TIME_NONE: no such thing is known. */
int64_t ship_forget_heard_before(const struct engine *e, const struct ship *s,
                                 const struct rule *rule);

/* The ship goes on under another MMSI: it goes with its row. ERR_NOMEM */
MUST_CHECK int ship_forget_close(struct engine *e, struct ship *s);

/* --- ship_far.c: ships heard where they cannot be --- */
/* A track that is not confirmed has a new fix: it may be far. */
MUST_CHECK int ship_far_hear(struct engine *e, struct ship *s, const struct track *far);
/* A ship of which a far track is kept has a believed fix. */
MUST_CHECK int ship_far_believe(struct engine *e, struct ship *s,
                                struct ship_track *item);
void ship_far_forget(struct engine *e, struct ship *s);
/* The time in which a misplaced ship was heard on the far track; NULL: none. */
const struct span *ship_far_span(const struct ship *s, const struct ship_track *item,
                                 struct span *ret_span);
/* No silence of the ship is told before that time; INT64_MIN. */
int64_t ship_far_hold_ms(const struct ship *s);
/* The other ships near the place whose positions are disturbed. */
struct position_interference ship_far_interference(const struct engine *e, uint32_t mmsi,
                                                   struct geo_pos pos);
void ship_far_save(const struct engine *e, const struct ship *s, struct wire_writer *w);
MUST_CHECK int ship_far_load(struct engine *e, struct ship *s, struct wire_reader *r);

/* --- ship_parts.c: what stands at the end of a ship's row --- */
MUST_CHECK int ship_parts_save(const struct engine *e, const struct ship *s,
                               struct wire_writer *w);
MUST_CHECK int ship_parts_load(struct engine *e, struct ship *s, struct wire_reader *r);

/* --- engine_expect.c --- */
/* The ship is removed: do not prefetch it. */
void engine_expect_forget(struct engine *e, const struct ship *s);

/* --- look.c: a rule looking at a track --- */
struct look_frame {
    struct engine *engine;
    struct ship *ship;       /* NULL: a distress device, */
    struct ship_track *item; /* so NULL, too */
    void **slots;
    struct folds *folds;
    struct rule_subject subject;
    struct rule_look look;
    int64_t behind_ms; /* the ship's clock behind the engine's, for a timer */
};
/* The silence is counted from since_ms. */
void look_begin(struct look_frame *f, struct engine *e, struct ship *s,
                struct ship_track *item, int64_t since_ms);
/* At a distress device. */
void look_begin_device(struct look_frame *f, struct engine *e, struct device *d);
/* Let the look be that of one rule. */
struct rule_look *look_at(struct look_frame *f, size_t rule);
/* To be called after each hook that may change the rule's state or deadline; returns rc.
 */
int look_done(struct look_frame *f, size_t rule, int rc);
/* The rules of word `word` that may have a deadline: they cover the ship or keep a state
 * of the track. */
uint64_t look_timed(const struct look_frame *f, size_t word);
/* The rules of word `word` that look at each fix of this track. */
uint64_t look_asked(const struct look_frame *f, size_t word);
/* Give a zone event to every rule: for a zone_event_sink whose context is a frame. */
int look_zone(void *frame, const struct zone_event *event);
bool look_is_covered(const struct ship *s, size_t rule);

/* --- ship_fix.c: a report's way through a ship --- */
MUST_CHECK int ship_fix_static(struct engine *e, struct ship *s, const struct report *r);
MUST_CHECK int ship_fix(struct engine *e, struct ship *s, const struct report *r);
/* The track's last fix ends a silence that began with `before`: tell the rules. */
MUST_CHECK int ship_fix_silence(struct look_frame *frame, const struct track_fix *before);
/* What a fix is to calls and voyages; silence counts from since_ms. */
MUST_CHECK int ship_fix_calls(struct look_frame *frame, const struct track_fix *fix,
                              int64_t since_ms);

/* --- ship_slow.c: slow spells and meetings --- */
/* The track's fix, to be called if the engine asks_slow; `before` as that of on_fix. */
MUST_CHECK int ship_slow_fix(struct look_frame *frame, const struct track_fix *before);
/* The track's timer of ship_slow_deadline is due at due_ms. */
MUST_CHECK int ship_slow_time(struct look_frame *frame, int64_t due_ms);
/* A part of the ship's record. */
void ship_slow_save(const struct engine *e, const struct ship *s, struct wire_writer *w);
MUST_CHECK int ship_slow_load(struct engine *e, struct ship *s, struct wire_reader *r);

/* --- engine_time.c: timers --- */
/* After a fix of that track: make sure that nothing is due before the ship's timer. */
bool engine_time_is_settled(const struct engine *e, const struct ship *s,
                            const struct ship_track *item);
MUST_CHECK int engine_time_schedule(struct engine *e, struct ship *s);
MUST_CHECK int engine_time_advance(struct engine *e, int64_t now_ms);

/* Before a report of time_ms from a ship whose timers wait for a late feed: those that
 * are due by then need not, where the late feed has got nearly as far. */
MUST_CHECK int engine_time_before(struct engine *e, struct ship *s, int64_t time_ms);

/* --- engine_clock.c: late feeds, and clocks that are set --- */
/* That feed heard the ship at time_ms by the feed's own clock. */
void engine_clock_note_ship(struct engine *e, struct ship *s, uint16_t source,
                            int64_t time_ms);
/* A late feed hears the ship, beside others. */
bool engine_clock_is_held(const struct engine *e, const struct ship *s);
/* Of the time from since_ms to due_ms the late feed has told nearly all it knows. */
bool engine_clock_is_known(const struct engine *e, const struct ship *s, int64_t since_ms,
                           int64_t due_ms);
/* How far the clock of the feeds that hear the ship is behind the engine's, in ms. */
int64_t engine_clock_behind(const struct engine *e, const struct ship *s);

/* --- silence.c --- */
void silence_heard(struct engine *e, uint16_t source, int64_t time_ms);
/* The clock was set: what was noted ahead of now_ms is cut to it. */
void silence_clamp(struct engine *e, int64_t now_ms);
/* Time from since_ms to until_ms was left out by a step of the clock: no feed was silent
 * then, and no ship lay still. */
void silence_skip(struct engine *e, int64_t since_ms, int64_t until_ms);
/* The time in ms of [since_ms, now] in which the source (or the daemon) was silent, or
 * the ship was heard on a far track (NULL: on none). */
int64_t silence_of(const struct engine *e, uint16_t source, int64_t since_ms,
                   const struct span *far);
/* The time in which every source was silent, or the ship was heard on a far track. */
int64_t silence_of_all(const struct engine *e, int64_t since_ms, const struct span *far);
bool silence_is_now(const struct engine *e, uint16_t source);
/* Every time noted of that source, or of all, moves by by_ms. */
void silence_shift(struct engine *e, uint16_t source, bool is_all, int64_t by_ms);
void silence_save(const struct engine *e, struct wire_writer *w);
MUST_CHECK int silence_load(struct engine *e, struct wire_reader *r); /* ERR_CORRUPT */

/* --- nearby.c --- */
MUST_CHECK int nearby_move(struct engine *e, struct ship *s, struct geo_pos pos);
void nearby_remove(struct engine *e, struct ship *s);
uint32_t nearby_count(const struct engine *e, const struct ship *except,
                      struct geo_pos pos, int64_t since_ms);
/* Others that were heard since since_ms near a fix of a track of that ship. */
struct coverage_heard nearby_heard(const struct engine *e, const struct ship *s,
                                   const struct track *track,
                                   const struct track_fix *from, int64_t since_ms);
/* As `nearest` of a rule's look. */
size_t nearby_nearest(const struct engine *e, const struct rule_near_ask *ask,
                      struct rule_near *ret, size_t room);

/* --- device.c: distress devices --- */
struct device *device_find(const struct engine *e, uint32_t mmsi);
/* Iterate over the devices, in no particular order: start with *cursor = 0; NULL at the
 * end. */
struct device *device_next(const struct engine *e, size_t *cursor);
MUST_CHECK int device_report(struct engine *e, const struct report *r);
void device_destroy_all(struct engine *e);
/* The rows of those that changed, or of all: as engine_wire_save. */
MUST_CHECK int device_save(struct engine *e, bool all, engine_row row, void *context);
MUST_CHECK int device_load(struct engine *e, uint32_t mmsi, const void *record, size_t n);
/* The clock was set by by_ms: every time stored moves as much. ERR_NOMEM */
MUST_CHECK int device_shift_all(struct engine *e, int64_t by_ms);
/* All of them as they are into a fresh engine. ERR_NOMEM */
MUST_CHECK int device_move_all(struct engine *from, struct engine *to);

/* --- engine_wire.c --- */
MUST_CHECK int engine_wire_save_ship(const struct engine *e, const struct ship *s,
                                     struct buf *out);
MUST_CHECK int engine_wire_load_ship(struct engine *e, uint32_t mmsi, const void *record,
                                     size_t n);
/* The same, every time in it moved by shift_ms. */
MUST_CHECK int engine_wire_load_shifted(struct engine *e, uint32_t mmsi,
                                        const void *record, size_t n, int64_t shift_ms);
/* The rules' own states, and what `repeat` folds into. ERR_NOMEM, ERR_CORRUPT */
MUST_CHECK int engine_wire_save_slots(const struct engine *e,
                                      const struct rule_subject *subject, void **slots,
                                      struct wire_writer *w);
MUST_CHECK int engine_wire_load_slots(struct look_frame *frame, struct wire_reader *r);
void engine_wire_save_folds(const struct engine *e, const struct folds *folds,
                            struct wire_writer *w);
MUST_CHECK int engine_wire_load_folds(const struct engine *e, struct folds *folds,
                                      struct wire_reader *r);

#endif
