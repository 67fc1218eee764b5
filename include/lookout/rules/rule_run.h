/* SPDX-License-Identifier: Apache-2.0 */
/* How the engine runs rules: the data of a ship for a rule, the hooks of a kind, and the
 * findings. */
#ifndef LOOKOUT_RULE_RUN_H
#define LOOKOUT_RULE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/detect/coverage.h"
#include "lookout/detect/meet.h"
#include "lookout/detect/position.h"
#include "lookout/detect/reach.h"
#include "lookout/detect/zone_watch.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/rule.h"
#include "lookout/track/track.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/call.h"
#include "lookout/voyage/ports.h"

struct alert;
struct alert_context;
struct body_ship;
struct distress_event;
struct identity;
struct identity_event;
struct report;
struct shore;
struct water;
struct water_field;

/* --- the data for a rule --- */

struct rule_world {
    const struct ports *ports;
    const struct zone_set *zones;
    const struct detect_limits *limits;
    const struct track_conf *track;
    const struct call_conf *call; /* what is a stop */
    const uint32_t
        *zones_watched; /* areas named by zone rules, ascending: for zones_ahead */
    size_t zones_watched_count;
    const struct water *water; /* NULL: distances over water are not known */
    struct reach_world reach;  /* for what a silent ship can have done */
    const struct shore *shore; /* NULL: distances from the shore are not known */
};

struct rule_subject {
    uint32_t mmsi;
    const struct vessel_static *info;
    const struct track
        *track; /* of a distress device NULL while its place is not known */
    const struct call_state *call;   /* of a distress device NULL */
    const struct zone_watch *zones;  /* of a distress device NULL */
    const struct watch_entry *watch; /* NULL: not watched */
    enum watch_by matched_by;
    uint32_t declared;  /* port of the declared destination, PORT_NONE */
    int64_t silence_ms; /* the time since the last fix in which its source was silent, or
                           the ship was heard where it cannot be */
    const struct position_far *far;            /* NULL: it is heard where it can be */
    const struct identity *identity;           /* NULL: it has said nothing of note */
    struct position_interference interference; /* of an alert: of the ships near it */
    bool is_source_silent;                     /* right now */
    bool is_split;    /* two confirmed tracks: two ships send under the MMSI */
    bool is_in_place; /* this first fix of the track replaces a lone one that was
                         believed: the ship was heard before */
};

/* --- findings --- */

struct finding {
    uint32_t event;      /* index in the kind's events */
    int64_t time_ms;     /* the alert's `time` */
    int64_t evidence_ms; /* evidence from here on; TIME_NONE: the last six hours */
    struct geo_pos pos;
    uint64_t object;      /* what `repeat` folds by: a zone, a port, ... */
    char occurrence[256]; /* identifies this occurrence: part of the alert's identity */
    const uint64_t
        *case_id;       /* borrowed: the same for all alerts of one case; NULL: none */
    const void *detail; /* borrowed: the kind's own, for its events' functions */
};

/* Ships near a place. */
struct rule_near_ask {
    struct geo_pos pos;
    double within_m;
    int64_t since_ms; /* heard at or after */
    int64_t until_ms; /* and last heard before; 0: any time. Then no watched one comes
                         last in place of a nearer one */
};
struct rule_near {
    uint32_t mmsi;
    uint32_t imo;     /* 0: unknown */
    const char *name; /* borrowed; "" unknown */
    bool is_watched;
    double distance_m;
    double bearing_deg; /* of the place, from the ship */
    int64_t heard_ms;   /* her last position */
};

/* A look of one rule at one track. */
struct rule_look {
    const struct rule *rule;
    const struct rule_world *world;
    const struct rule_subject *subject;
    int64_t now_ms;
    void **state; /* the kind's state for this rule and track: made when needed, freed by
                     forget */
    bool is_covered; /* the rule's vessel filter includes this ship */
    int (*raise)(void *context, const struct rule_look *look,
                 const struct finding *finding);
    /* The other vessels that were heard since since_ms within gap_nearby_m of a fix of
     * the track, and what that says of coverage. */
    struct coverage_heard (*heard)(void *context, const struct track_fix *from,
                                   int64_t since_ms);
    /* The ships nearest to a place, `room` of them at most, the nearest first; where none
     * of those is watched, the nearest that is stands last. How many. */
    size_t (*nearest)(void *context, const struct rule_near_ask *ask,
                      struct rule_near *ret, size_t room);
    /* The state that the rule keeps of the ship's track of that index, up to TRACKS_MAX;
     * NULL: it keeps none, there is no such track, or it is the one looked at. */
    void *(*sibling)(void *context, const struct rule_look *look, uint32_t index);
    /* When the ship was heard last before it was forgotten while the rule kept its mark;
     * TIME_NONE: nothing of the kind is known. */
    int64_t (*heard_before)(void *context, const struct rule_look *look);
    void *context;
};

/* The fixes for which on_fix is called. */
enum rule_asks {
    RULE_ASKS_KEEPING = 1, /* of tracks of which the rule keeps a state */
    RULE_ASKS_COVERED = 2  /* of ships that it covers, while it keeps none */
};

/* A message with static data (AIS 5, 19, 24, or their like in other forms). What the ship
 * says of itself after the message is the subject's `info`. */
struct rule_static {
    const struct report *report;        /* borrowed: the message itself */
    const struct vessel_static *before; /* borrowed: what was known before it */
};

/* A distance field that a rule wants. */
struct rule_water {
    const struct port_set *ports;
    int64_t within_ms;                /* not farther than a ship can sail in that time */
    const struct water_field **field; /* where the field goes; borrowed by the rule */
};

/* Every hook may be NULL. Hooks that return int give 0 or a negative error. */
struct rule_hooks {
    /* The state is but a mark that something was told: nothing is open, so that the ship
     * may be forgotten; that it had the mark is remembered. */
    bool keeps_marks;
    /* The state goes on where the ship goes on under a new MMSI; that of other kinds is
     * the MMSI's. */
    bool goes_on;
    /* Its deadlines mark the end of a silence. They wait until it is known whether the
     * ship is heard at another place. */
    bool counts_silence;
    /* A mask of enum rule_asks; NULL: both. */
    unsigned (*asks)(const struct rule *rule);
    /* The deadline after a fix comes at this time at the earliest. NULL: deadlines of
     * this kind change only with its state, with the other hooks while it keeps one, and
     * with the zones of the track. */
    int64_t (*deadline_least_ms)(const struct rule *rule);
    /* The least silence in ms that the rule is told of; NULL: none. */
    int64_t (*silence_least_ms)(const struct rule *rule);
    /* The last fix ends a silence that began with `before`; called before the zone and
     * call events of the fix. subject->silence_ms of it are not the ship's own. */
    int (*on_silence)(struct rule_look *look, const struct track_fix *before);
    int (*on_zone)(struct rule_look *look, const struct zone_event *event);
    int (*on_call)(struct rule_look *look, const struct call_output *event);
    int (*on_voyage)(struct rule_look *look, const struct voyage *voyage);
    /* The track's slow spell went on by a tick, or is over. */
    int (*on_slow)(struct rule_look *look, const struct slow_event *event);
    /* The track and one of a higher MMSI are near at a tick, or their meeting is over.
     * `other` is a look at that track, NULL where it is gone; its state is of no use. */
    int (*on_meet)(struct rule_look *look, struct rule_look *other,
                   const struct meet_event *event);
    /* A message with static data, at the ship's current track; not of ships that have no
     * believed fix yet. */
    int (*on_static)(struct rule_look *look, const struct rule_static *event);
    /* A value of the ship's static data changed, its MMSI did, or it shares something
     * with another MMSI; at its current track, before on_static of the same message. */
    int (*on_identity)(struct rule_look *look, const struct identity_event *event);
    /* A message of a distress device, which is no ship: of all hooks only this one, save,
     * load and forget know it. */
    int (*on_distress)(struct rule_look *look, const struct distress_event *event);
    /* The ship is heard where it cannot be, and no longer where it is believed to be; or
     * there again. */
    int (*on_position)(struct rule_look *look, const struct position_event *event);
    /* A believed fix, after its zone and call events; `before` is the track's fix before
     * it, NULL for the first. */
    int (*on_fix)(struct rule_look *look, const struct track_fix *before);
    /* The rule's filter began to cover the ship after it was heard: tell the events that
     * still hold. */
    int (*on_covered)(struct rule_look *look);
    /* A covered ship became watched: its place when first heard may be told now. */
    int (*on_watched)(struct rule_look *look);
    int64_t (*deadline)(struct rule_look *look); /* INT64_MAX: none */
    int (*on_time)(struct rule_look *look);      /* now_ms is at or after its deadline */
    void (*save)(const struct rule_look *look, struct wire_writer *out);
    int (*load)(struct rule_look *look, struct wire_reader *in);
    void (*forget)(void *state); /* free it */
    /* Whether the rule watches that area, so that a forecast names it when it lies ahead.
     */
    bool (*watches_area)(const struct rule *rule, uint32_t zone);
    /* The index-th set of ports to which the rule needs distances over water; false when
     * there are no more. */
    bool (*wants_water)(const struct rule *rule, uint32_t index, struct rule_water *ret);
    /* The index-th set of ports of which the rule asks whether a silent ship could have
     * called there; NULL when there are no more. */
    const struct port_set *(*wants_reach)(const struct rule *rule, uint32_t index);
    /* Whether the rule asks how far places are from the shore. NULL: it does not. */
    bool (*wants_shore)(const struct rule *rule);
    /* Whether the rule measures single ways over water. NULL: it does not. */
    bool (*wants_ways)(const struct rule *rule);
    /* One line for `vessels`: a JSON value, appended; leaves out alone when there is
     * nothing to say. */
    int (*describe)(const struct rule_look *look, struct buf *out);
};

/* Raise an alert, unless the event is not wanted or the ship is not covered. */
MUST_CHECK int rule_raise(const struct rule_look *look, const struct finding *finding);
/* Make the alert of a finding: identity, summary, body. The caller finishes it.
 * ERR_NOMEM. */
MUST_CHECK int rule_alert_make(const struct alert_context *context,
                               const struct rule_look *look,
                               const struct finding *finding, struct alert *ret_alert);
/* The ship as alerts show it; borrows from the subject. */
struct body_ship rule_alert_ship(const struct rule_subject *subject);
/* at_start: whether something that already held when the ship was first heard may be
 * told. */
bool rule_tells_at_start(const struct rule_look *look);
/* The state that the rule keeps of any track of the ship, its own before others: of what
 * is the ship's, such as its static data. NULL: none. */
void *rule_state_of_ship(const struct rule_look *look);
/* An `asks` for kinds that need fixes only while they keep a state. */
unsigned rule_asks_keeping(const struct rule *rule);

#endif
