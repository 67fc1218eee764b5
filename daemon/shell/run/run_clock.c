/* SPDX-License-Identifier: Apache-2.0 */
/* The wall clock, which people and time servers set. Event time goes on from where the
 * clock is put; everything else of the daemon goes by the monotonic clock. */
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"
#include "run_int.h"

/* A time server moves the clock by less without a step; ships' clocks differ by more. */
#define STEP_MS (10 * SECOND_MS)
/* Reports may be 60 s ahead of the clock, and so is what was stored of them. */
#define AHEAD_MS (2 * MINUTE_MS)
/* Event time has moved again when it is so far behind a step. */
#define SETTLED_MS MINUTE_MS

/* Before 2020 nobody could run this: a machine without a battery begins there. */
#define CLOCK_LEAST_MS INT64_C(1577836800000)

static bool is_clock_set(int64_t now_ms)
{
    return now_ms >= CLOCK_LEAST_MS;
}

/* Event time by the clock at now_ms: that of the feed with the least lateness. */
static int64_t find_event_time(const struct run *r, int64_t now_ms)
{
    int64_t least_ms = INT64_MAX;
    for (size_t i = 0; i < r->conf->feed_count; i++)
        if (r->conf->feeds[i].lateness_ms < least_ms)
            least_ms = r->conf->feeds[i].lateness_ms;
    return r->conf->feed_count != 0 ? now_ms - least_ms : now_ms;
}

/* Ahead, the engine hears of it before time goes on; back, after what came by the old
 * clock. */
static int move_event_time(struct run *r, int64_t from_ms, int64_t to_ms)
{
    struct pipeline *p = &r->pipeline;
    int64_t from = find_event_time(r, from_ms), to = find_event_time(r, to_ms);
    int rc = to > from ? engine_clock_step(p->engine, from, to) : 0;
    merge_clock_set(p->merge, to_ms);
    if (rc == 0)
        rc = pipeline_drain(p);
    if (rc == 0 && to < from)
        rc = engine_clock_step(p->engine, from, to);
    return rc;
}

static void tell_step(struct run *r, int64_t from_ms, int64_t to_ms)
{
    char by[UNITS_TEXT_BYTES], from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
    units_format_duration(status_clock_step(to_ms - from_ms), by);
    time_format(from_ms / SECOND_MS * SECOND_MS, from);
    time_format(to_ms / SECOND_MS * SECOND_MS, to);
    if (!is_clock_set(to_ms))
        run_trouble(
            r, "clock",
            "The clock was set back by %s, from %s to %s, which cannot be. Event time "
            "stands until it is right.",
            by, from, to);
    else if (to_ms > from_ms)
        run_trouble(
            r, "clock",
            "The clock went ahead by %s, from %s to %s: it was set, or the machine "
            "was suspended. No timer is due for that time.",
            by, from, to);
    else
        run_trouble(
            r, "clock",
            "The clock was set back by %s, from %s to %s. What is stored ahead of it "
            "counts as of then; vessels go on.",
            by, from, to);
}

static void take_step(struct run *r, int64_t from_ms, int64_t to_ms)
{
    struct run_clock *c = &r->clock;
    int rc = r->is_live && is_clock_set(to_ms) ? move_event_time(r, from_ms, to_ms) : 0;
    if (rc != 0) {
        run_fail(r, "event time cannot follow the clock", rc);
        return;
    }
    c->step_ms = to_ms - from_ms;
    c->stepped_ms = to_ms;
    int64_t begin_ms = c->steady_ms;
    if (r->is_live)
        begin_ms = is_clock_set(to_ms) ? find_event_time(r, to_ms)
                                       : engine_now(r->pipeline.engine);
    c->settled_ms = begin_ms + SETTLED_MS;
    r->pruned_ms = c->steady_ms; /* a clock that is wrong for minutes ages no row */
    tell_step(r, from_ms, to_ms);
}

void run_clock_begin(struct run *r)
{
    struct run_clock *c = &r->clock;
    r->pipeline.clock_ms = clock_wall_ms();
    c->steady_ms = clock_monotonic_ms();
    c->offset_ms = r->pipeline.clock_ms - c->steady_ms;
}

void run_clock_look(struct run *r)
{
    struct run_clock *c = &r->clock;
    r->pipeline.clock_ms = clock_wall_ms();
    c->steady_ms = clock_monotonic_ms();
    int64_t offset_ms = r->pipeline.clock_ms - c->steady_ms;
    int64_t step_ms = offset_ms - c->offset_ms;
    c->offset_ms = offset_ms;
    if (step_ms >= STEP_MS || step_ms <= -STEP_MS)
        take_step(r, r->pipeline.clock_ms - step_ms, r->pipeline.clock_ms);
}

void run_clock_resume(struct run *r)
{
    run_clock_begin(r);
    int64_t stored_ms = engine_now(r->pipeline.engine), now_ms = r->pipeline.clock_ms;
    if (!run_is_live(r->conf) || stored_ms == TIME_NONE)
        return;
    int64_t event_ms = find_event_time(r, now_ms);
    if (stored_ms <= event_ms + AHEAD_MS) {
        silence_add_outage(r->pipeline.engine, stored_ms, event_ms);
        return;
    }
    r->is_live = true;
    take_step(r, now_ms + (stored_ms - event_ms), now_ms);
}

bool run_clock_is_settled(const struct run *r)
{
    const struct run_clock *c = &r->clock;
    int64_t now_ms = r->is_live ? engine_now(r->pipeline.engine) : c->steady_ms;
    return c->step_ms == 0 || now_ms >= c->settled_ms;
}
