/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of zone_watch share. */
#ifndef LOOKOUT_ZONE_WATCH_INT_H
#define LOOKOUT_ZONE_WATCH_INT_H

#include "lookout/detect/zone_list.h"
#include "lookout/detect/zone_watch.h"

/* One fix that is handled for the zones. */
struct zone_step {
    struct zone_watch *w;
    const struct zone_set *zones;
    const struct detect_limits *limits;
    const struct track_fix *from; /* NULL: the first fix */
    const struct track_fix *fix;
    struct zone_event *events; /* owned */
    size_t count, room;
    int rc;
};
void zone_step_tell(struct zone_step *s, const struct zone_event *event);
/* The crossing at `fraction` of the path from -> fix. */
struct zone_event zone_step_crossing(const struct zone_step *s,
                                     const struct track_fix *from, uint32_t zone,
                                     double fraction);
/* Whether the fix is at least this far from the boundary. */
bool zone_step_is_deep(const struct zone_step *s, uint32_t zone, double depth_m);
/* Whether the ship lay still from there to the fix. Then only its antenna or the error of
 * its position moved. */
bool zone_step_is_still(const struct zone_step *s, const struct track_fix *from);
/* Whether a ship that lies still has been on this side for long enough since the fix
 * after that crossing, so that it has crossed. */
bool zone_step_has_lain(const struct zone_step *s, const struct zone_event *since);

/* Remove that presence. */
void zone_step_drop(struct zone_watch *w, struct zone_presence *p);
/* The presence begins or ends with that crossing; when it ends, `p` is removed. */
void zone_step_enter(struct zone_step *s, struct zone_presence *p,
                     const struct zone_event *e);
void zone_step_leave(struct zone_step *s, struct zone_presence *p,
                     const struct zone_event *e);
/* By time. */
void zone_step_sort(struct zone_step *s);

/* Handle the crossings of a gate on the step's path. */
void zone_gate_step(struct zone_step *s, const struct zone_cuts *cuts);
/* Tell the crossings of a ship that lay still on a gate and is off it now, or has lain
 * long on the other side. */
void zone_gate_settle(struct zone_step *s);

/* The presence in that zone, confirmed or not; NULL: none. */
struct zone_presence *zone_state_find(const struct zone_watch *w, uint32_t zone);

#endif
