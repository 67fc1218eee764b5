/* SPDX-License-Identifier: Apache-2.0 */
/* The gates that a track crosses, and the crossings that are told: one in each direction
 * until the ship was clear of the gate, so that a ship that zigzags along it raises one
 * alert. For a ship that lies still on the gate, none is told before two fixes lie off
 * it, or the ship has lain long on the other side. */
#include <stdlib.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "zone_watch_int.h"

static struct gate_memory *gate_memory(struct zone_step *s, uint32_t gate)
{
    struct zone_watch *w = s->w;
    for (uint32_t i = 0; i < w->gate_count; i++)
        if (w->gates[i].gate == gate)
            return &w->gates[i];
    if (w->gate_count == w->gate_room) {
        uint32_t more = w->gate_room != 0 ? w->gate_room : 2;
        if (array_extend(&w->gates, w->gate_room, more, sizeof *w->gates) != 0) {
            s->rc = ERR_NOMEM;
            return NULL;
        }
        w->gate_room += more;
    }
    struct gate_memory *m = &w->gates[w->gate_count++];
    *m = (struct gate_memory){.gate = gate, .last_ms = TIME_NONE};
    return m;
}

static void tell_crossing(struct zone_step *s, struct gate_memory *m,
                          struct zone_event *e)
{
    m->last_ms = e->time_ms;
    uint8_t way = e->is_left_to_right ? GATE_LEFT_TO_RIGHT : GATE_RIGHT_TO_LEFT;
    if ((m->told & way) != 0)
        return;
    e->is_repeat = m->told != 0;
    m->told |= way;
    zone_step_tell(s, e);
}

/* A ship that lies still has crossed when it leaves, by the side to which it leaves. */
static void defer_crossing(struct zone_step *s, struct gate_memory *m,
                           struct zone_event *e, bool is_still)
{
    if (m->has_deferred && m->deferred.is_left_to_right != e->is_left_to_right) {
        m->has_deferred = false;
    } else if (is_still) {
        m->has_deferred = true;
        m->is_far = false;
        m->deferred = *e;
    } else {
        if (m->has_deferred)
            tell_crossing(s, m, &m->deferred);
        m->has_deferred = false;
        tell_crossing(s, m, e);
    }
}

/* Pairs of crossings back and forth between which the path stays near the line are
 * dropped: a great circle that runs along the line makes them. */
static uint32_t leave_out_grazes(const struct zone_step *s, struct zone_cuts *cuts)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cuts->count; i++) {
        if (kept > 0 && cuts->left_to_right[kept - 1] != cuts->left_to_right[i]) {
            double middle = (cuts->fraction[kept - 1] + cuts->fraction[i]) / 2;
            struct geo_pos at = geo_interpolate(s->from->pos, s->fix->pos, middle);
            if (zone_distance_boundary_m(s->zones, cuts->zone, at) <
                s->limits->zone_enter_depth_m) {
                kept--;
                continue;
            }
        }
        cuts->fraction[kept] = cuts->fraction[i];
        cuts->left_to_right[kept++] = cuts->left_to_right[i];
    }
    return kept;
}

void zone_gate_step(struct zone_step *s, const struct zone_cuts *all)
{
    struct zone_cuts cuts = *all;
    uint32_t count = leave_out_grazes(s, &cuts);
    struct gate_memory *m = count != 0 ? gate_memory(s, cuts.zone) : NULL;
    if (m == NULL)
        return;
    bool is_still = zone_step_is_still(s, s->from);
    for (uint32_t i = 0; i < count; i++) {
        struct zone_event e = zone_step_crossing(s, s->from, cuts.zone, cuts.fraction[i]);
        e.what = ZONE_CROSSED;
        e.is_left_to_right = cuts.left_to_right[i];
        if (s->fix->time_ms - s->from->time_ms > s->limits->zone_possible_ms)
            e.certainty = ZONE_POSSIBLE;
        defer_crossing(s, m, &e, is_still);
    }
}

/* Whether a ship that lay still when it crossed has gone to the other side: with this fix
 * and the one before, or on the way. */
static bool has_gone(struct zone_step *s, struct gate_memory *m)
{
    bool was_far = m->is_far;
    m->is_far = zone_step_is_deep(s, m->gate, s->limits->zone_rest_m);
    if (m->is_far && (was_far || !zone_step_is_still(s, s->from)))
        return true;
    return zone_step_has_lain(s, &m->deferred);
}

void zone_gate_settle(struct zone_step *s)
{
    for (uint32_t i = 0; i < s->w->gate_count; i++) {
        struct gate_memory *m = &s->w->gates[i];
        if (m->has_deferred && has_gone(s, m)) {
            m->has_deferred = false;
            tell_crossing(s, m, &m->deferred);
        }
        if (m->told != 0 && !m->has_deferred &&
            zone_step_is_deep(s, m->gate, s->limits->gate_clear_m))
            m->told = 0;
    }
}
