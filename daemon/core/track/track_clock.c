/* SPDX-License-Identifier: Apache-2.0 */
/* Tracks after a clock was set back: what lies ahead of the new time is cut to it, in the
 * order in which it was. */
#include "lookout/base/time.h"
#include "track_int.h"

static void clamp_track(struct track *t, int64_t now_ms)
{
    int64_t before_ms = t->fixes > 1 ? now_ms - 1 : now_ms;
    time_clamp(&t->begun_ms, before_ms);
    time_clamp(&t->first.time_ms, before_ms);
    time_clamp(&t->before.time_ms, before_ms);
    time_clamp(&t->last.time_ms, now_ms);
    time_clamp(&t->heard_ms, now_ms);
    for (uint32_t i = 0; i < t->path_count; i++)
        time_clamp(&t->path[i].time_ms, now_ms);
    /* Of the points ahead only the newest keeps a time of its own. */
    while (t->path_count > 1 &&
           t->path[t->path_count - 2].time_ms >= t->path[t->path_count - 1].time_ms)
        track_path_remove(t, t->path_count - 2);
}

void track_clock_clamp(struct tracks *t, int64_t now_ms)
{
    for (uint32_t i = 0; i < t->count; i++) {
        struct track *track = t->items[i];
        bool is_ahead = track->heard_ms > now_ms || track->last.time_ms > now_ms;
        if (is_ahead)
            clamp_track(track, now_ms);
        if (is_ahead && track->hold != NULL) {
            track->hold->is_apart = true; /* a hold counts time, which is not known */
            track->hold->count = 0;
        }
    }
}
