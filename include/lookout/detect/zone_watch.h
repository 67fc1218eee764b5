/* SPDX-License-Identifier: Apache-2.0 */
/* What one track does in zones and at gates, whatever the rules: enters, leaves, is lost,
 * crosses. */
#ifndef LOOKOUT_ZONE_WATCH_H
#define LOOKOUT_ZONE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/detect/limits.h"
#include "lookout/geo/zone.h"
#include "lookout/track/track.h"

/* --- zones and gates of one track --- */

enum zone_certainty { ZONE_OBSERVED, ZONE_INFERRED, ZONE_POSSIBLE };
const char *zone_state_certainty_name(enum zone_certainty c);

enum zone_happening { ZONE_ENTERED, ZONE_EXITED, ZONE_LOST, ZONE_CROSSED };

/* An event of a track at a zone or gate, whatever the rules. */
struct zone_event {
    enum zone_happening what;
    enum zone_certainty certainty;
    uint32_t zone;
    bool is_present;       /* entered: it was inside when first heard */
    bool is_left_to_right; /* crossed */
    bool is_repeat;        /* crossed: in the other direction than just before */
    int64_t time_ms;       /* of the crossing; lost: last fix + 60 min */
    int64_t since_ms;      /* exited, lost: when it entered */
    int64_t last_seen_ms;  /* last fix inside */
    struct geo_pos pos;    /* of the crossing, or the fix */
};

enum zone_phase {
    ZONE_PHASE_ENTERING, /* outside, one shallow fix inside, or beside */
    ZONE_PHASE_INSIDE,
    ZONE_PHASE_LEAVING /* inside, one fix just outside */
};

/* A zone in which the track is, or may be. */
struct zone_presence {
    uint32_t zone;
    uint8_t phase; /* enum zone_phase */
    bool is_present, is_lost;
    int64_t since_ms;
    int64_t last_inside_ms;
    struct zone_event pending; /* the event that a second fix would confirm */
    struct track_fix base;     /* the last fix before the pending one */
    bool has_base;
    bool is_beside; /* entering, inside: lay still when it was seen on the other side, of
                       which `pending` tells */
    bool is_far;    /* and its last fix there is farther off than positions jitter */
};
struct gate_memory {
    uint32_t gate;
    uint8_t told;    /* ways in which it was crossed since the ship was last clear of
                        it; enum
                        gate_way */
    int64_t last_ms; /* the latest crossing, told or not */
    bool has_deferred;
    bool is_far; /* of a deferred one: the last fix lay farther off than positions
                    jitter */
    struct zone_event deferred; /* of a ship that lies still: told when it is off the
                                   gate, unless it goes back */
};
enum gate_way { GATE_LEFT_TO_RIGHT = 1, GATE_RIGHT_TO_LEFT = 2 };
struct zone_watch {
    struct zone_presence *items; /* owned, ascending zone */
    struct gate_memory *gates;   /* owned */
    uint32_t count, room, gate_count, gate_room;
    struct track_fix last;
    bool has_last;
};
struct zone_event_sink {
    int (*take)(void *context, const struct zone_event *event);
    void *context;
};
void zone_state_init(struct zone_watch *w);
void zone_state_finish(struct zone_watch *w);
/* Take a believed fix; the events go to the sink in the order of time. A non-zero result
 * of the sink ends the step and is returned. ERR_NOMEM. */
MUST_CHECK int zone_watch_fix(struct zone_watch *w, const struct zone_set *zones,
                              const struct detect_limits *limits,
                              const struct track_fix *fix,
                              const struct zone_event_sink *sink);
/* The time when a zone will be lost, or crossed by a ship at rest: INT64_MAX for never.
 * `silence_ms` of the silence since the last fix do not count. */
int64_t zone_state_deadline(const struct zone_watch *w,
                            const struct detect_limits *limits, int64_t silence_ms);
MUST_CHECK int zone_state_time(struct zone_watch *w, const struct detect_limits *limits,
                               int64_t now_ms, int64_t silence_ms,
                               const struct zone_event_sink *sink);
/* The clock was set back to now_ms: times ahead of it are cut to it. */
void zone_state_clamp(struct zone_watch *w, int64_t now_ms);
/* The presence in that area if the track is confirmed to be in it now, else NULL. */
const struct zone_presence *zone_state_inside(const struct zone_watch *w, uint32_t zone);
/* True while that zone awaits a second fix. */
bool zone_state_is_pending(const struct zone_watch *w, uint32_t zone);
void zone_wire_save(const struct zone_watch *w, const struct zone_set *zones,
                    struct wire_writer *out);
/* Zones that are gone or changed are left out; changed zones are entered again silently
 * at the next fix, because `last` stays. */
MUST_CHECK int zone_wire_load(struct zone_watch *w, const struct zone_set *zones,
                              struct wire_reader *in);

#endif
