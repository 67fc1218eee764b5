/* SPDX-License-Identifier: Apache-2.0 */
/* When a far track makes a ship misplaced, and which ships tell of disturbed positions.
 */
#include "lookout/detect/position.h"

#include <string.h>

#include "lookout/base/time.h"

#define FAR_MS HOUR_MS
enum { FAR_FIXES = 3 };

void position_init(struct position_far *p)
{
    memset(p, 0, sizeof *p);
    p->since_ms = p->until_ms = TIME_NONE;
}

/* A new far track: what was kept of the one before is over, but for its memory. */
static void begin_far(struct position_far *p, const struct track_fix *believed,
                      const struct track *far)
{
    p->from = *believed;
    p->first = far->first;
    p->track = far->id;
    p->is_misplaced = p->is_settled = p->is_over = false;
}

/* The hour ends at a fix. If the next fix is due soon after the hour, wait for that fix.
 */
static int64_t find_hold_end(const struct track *far)
{
    int64_t hour_ms = far->begun_ms + FAR_MS;
    int64_t due_ms = far->last.time_ms + 2 * track_interval_ms(far, 0);
    int64_t most_ms = hour_ms + FAR_MS;
    due_ms = due_ms < most_ms ? due_ms : most_ms;
    return due_ms > hour_ms ? due_ms : hour_ms;
}

bool position_hear_far(struct position_far *p, const struct track_fix *believed,
                       const struct track *far)
{
    bool is_other = p->is_over || p->track != far->id;
    /* Misplaced already: the ship is heard at one more place. */
    if (is_other && !(p->is_misplaced && !p->is_over))
        begin_far(p, believed, far);
    p->track = far->id;
    p->last = far->last;
    p->hold_ms = find_hold_end(far);
    if (p->is_misplaced) {
        p->until_ms = far->last.time_ms;
        return false;
    }
    if (far->fixes < FAR_FIXES || far->last.time_ms - far->begun_ms < FAR_MS)
        return false;
    p->is_misplaced = true;
    p->since_ms = far->begun_ms;
    p->until_ms = far->last.time_ms;
    p->near = p->from.pos;
    return true;
}

void position_clamp(struct position_far *p, int64_t now_ms)
{
    time_clamp(&p->from.time_ms, now_ms);
    time_clamp(&p->first.time_ms, now_ms);
    time_clamp(&p->last.time_ms, now_ms);
    time_clamp(&p->since_ms, now_ms);
    time_clamp(&p->until_ms, now_ms);
}

bool position_is_near(const struct position_far *p, const struct detect_limits *limits,
                      struct geo_pos pos, int64_t now_ms)
{
    return p->until_ms != TIME_NONE && p->until_ms >= now_ms - limits->far_span_ms &&
           geo_distance_m(p->near, pos) <= limits->far_within_m;
}

/* --- saved state --- */

enum { FLAG_MISPLACED = 1, FLAG_SETTLED = 2, FLAG_OVER = 4, FLAGS = 7 };

void position_save(const struct position_far *p, struct wire_writer *w)
{
    wire_put_u64(w, (p->is_misplaced ? FLAG_MISPLACED : 0u) |
                        (p->is_settled ? FLAG_SETTLED : 0u) |
                        (p->is_over ? FLAG_OVER : 0u));
    wire_put_u64(w, p->track);
    track_wire_save_fix(&p->from, w);
    track_wire_save_fix(&p->first, w);
    track_wire_save_fix(&p->last, w);
    wire_put_i64(w, p->hold_ms);
    wire_put_i64(w, p->since_ms);
    wire_put_i64(w, p->until_ms);
    track_wire_save_pos(p->near, w);
}

int position_load(struct position_far *p, struct wire_reader *r)
{
    position_init(p);
    uint64_t flags = wire_get_limited(r, FLAGS);
    p->is_misplaced = (flags & FLAG_MISPLACED) != 0;
    p->is_settled = (flags & FLAG_SETTLED) != 0;
    p->is_over = (flags & FLAG_OVER) != 0;
    p->track = (uint32_t)wire_get_limited(r, UINT32_MAX);
    track_wire_load_fix(&p->from, r);
    track_wire_load_fix(&p->first, r);
    track_wire_load_fix(&p->last, r);
    p->hold_ms = wire_get_time(r);
    p->since_ms = wire_get_time(r);
    p->until_ms = wire_get_time(r);
    p->near = track_wire_load_pos(r);
    return r->failed || p->last.time_ms < p->first.time_ms ? ERR_CORRUPT : 0;
}
