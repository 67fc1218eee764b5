/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of zone_watch share. */
#ifndef LOOKOUT_ZONE_WATCH_INT_H
#define LOOKOUT_ZONE_WATCH_INT_H

#include "lookout/rule_run.h"

/* One fix on its way through the zones. */
struct zone_step {
    struct zone_watch *w;
    const struct zone_set *zones;
    const struct rule_limits *limits;
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
/* Is the fix so far from the boundary? */
bool zone_step_is_deep(const struct zone_step *s, uint32_t zone, double depth_m);
/* Did the ship lie still from there to the fix? What moved is then its antenna or the
 * error of its position. */
bool zone_step_is_still(const struct zone_step *s, const struct track_fix *from);

/* The crossings of a gate on the step's path. */
void zone_gate_step(struct zone_step *s, const struct zone_cuts *cuts);
/* Tell the crossings of ships that lay still on a gate and are off it now. */
void zone_gate_settle(struct zone_step *s);

/* Whatever is kept of that zone, confirmed or not; NULL: nothing. */
struct zone_presence *zone_watch_find(const struct zone_watch *w, uint32_t zone);

#endif
