/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which time a report gets. The rule in words is in lookout/input.h. */
#include "input_int.h"

#include "lookout/base/time.h"
#include "timestamp_int.h"

/* A live report's own time may be this far ahead of its arrival. */
#define AHEAD_LIMIT_MS (60 * SECOND_MS)
/* So far behind it is worth a word: no network takes so long. */
#define BEHIND_LATE_MS (5 * MINUTE_MS)
/* A receiver's clock with the wrong date, or a backlog of yesterday. */
#define BEHIND_LIMIT_MS DAY_MS
/* Half a minute: the AIS second tells no minute. */
#define SNAP_LIMIT_MS (30 * SECOND_MS)
/* an own time farther ahead moves the fragment clock only when it comes three times */
#define LEAP_MS (60 * SECOND_MS)
#define LEAPS_TO_BELIEVE 3

/* Steps of a clock from line to line, and what no recording leaves out. */
#define STEP_MS (10 * MINUTE_MS)
#define GAP_MS DAY_MS
/* A message is logged so long after its UTC second, or before it by a bad clock. */
#define LATE_S 15
#define EARLY_S 3
#define DRIFT_S 8 /* how the delay may differ between two messages */
#define SCORE_MOST 4

bool input_time_is_good(struct input *in, int64_t time_ms)
{
    if (timestamp_is_sane(time_ms))
        return true;
    input_reject(in, INPUT_REJECT_UNUSED_TIME);
    return false;
}

uint8_t input_time_lack(const struct input *in, const struct record *r, int64_t own_ms)
{
    bool has_unit = (r->unknown_units & ~r->given & UINT64_C(1) << RECORD_TIME) == 0;
    if (own_ms != TIME_NONE && timestamp_is_sane(own_ms))
        return 0;
    if (r->is_unordered)
        return INPUT_REJECT_DATE_ORDER;
    bool is_bad = own_ms != TIME_NONE || r->has_bad_time;
    if (in->conf.is_live || (is_bad ? input_time_has_other(in) && !r->needs_time
                                    : has_unit && !r->needs_time))
        return 0;
    return is_bad ? INPUT_REJECT_BAD_TIME : INPUT_REJECT_NO_OWN_TIME;
}

bool input_time_has_other(const struct input *in)
{
    return in->conf.is_live || in->last_ms != TIME_NONE || in->start_ms != TIME_NONE;
}

int64_t input_time_note(struct input *in, int64_t own_ms)
{
    if (in->conf.is_live)
        return in->arrival_ms;
    if (own_ms == TIME_NONE)
        return in->clock_ms;
    if (in->cell == NULL)
        in->last_ms = own_ms;
    bool is_leap = in->clock_ms != TIME_NONE && own_ms > in->clock_ms + LEAP_MS;
    in->leaps = is_leap ? in->leaps + 1 : 0;
    if (in->clock_ms == TIME_NONE ||
        (own_ms > in->clock_ms && (!is_leap || in->leaps >= LEAPS_TO_BELIEVE)))
        in->clock_ms = own_ms;
    if (is_leap && in->clock_ms == own_ms)
        fragment_follow(&in->fragments, own_ms);
    return in->clock_ms;
}

/* ms of the minute. */
static int64_t in_minute(int64_t t_ms)
{
    int64_t rest = t_ms % MINUTE_MS;
    return rest < 0 ? rest + MINUTE_MS : rest;
}

/* The nearest time to t_ms with that UTC second; the earlier one of two that are equally
 * near. */
static int64_t snap_to_second(int64_t t_ms, unsigned second)
{
    int64_t step = (int64_t)second * SECOND_MS - in_minute(t_ms);
    if (step >= SNAP_LIMIT_MS)
        step -= MINUTE_MS;
    else if (step < -SNAP_LIMIT_MS)
        step += MINUTE_MS;
    return t_ms + step;
}

/* False: too far behind. */
static bool note_behind(struct input *in, int64_t behind_ms)
{
    int64_t most_ms =
        in->conf.lateness_ms > BEHIND_LIMIT_MS ? in->conf.lateness_ms : BEHIND_LIMIT_MS;
    in->counts.behind_ms = behind_ms > 0 ? behind_ms : 0;
    in->counts.late += behind_ms > BEHIND_LATE_MS;
    return behind_ms <= most_ms;
}

static bool set_live(struct input *in, struct report *r, int64_t own_ms, uint8_t source)
{
    r->arrival_ms = in->arrival_ms;
    r->time_ms = in->arrival_ms;
    r->time_source = REPORT_TIME_ARRIVAL;
    if (own_ms != TIME_NONE && own_ms > in->arrival_ms + AHEAD_LIMIT_MS) {
        in->counts.time_replaced++;
        r->time_source = REPORT_TIME_REPLACED;
    } else if (own_ms != TIME_NONE) {
        r->time_ms = own_ms;
        r->time_source = source;
        return note_behind(in, in->arrival_ms - own_ms);
    } else if ((r->has & HAS_UTC_SECOND) != 0) {
        r->time_ms = snap_to_second(in->arrival_ms, r->utc_second);
    }
    return true;
}

/* A recording without any time: from start_ms on, the AIS second moves the time forward
 * by up to half a minute; a second that lies before belongs to a late report. */
static int64_t move_start(struct input *in, const struct report *r)
{
    if ((r->has & HAS_UTC_SECOND) != 0) {
        int64_t t = snap_to_second(in->start_ms, r->utc_second);
        if (t > in->start_ms)
            in->start_ms = t;
    }
    return in->start_ms;
}

bool input_time_set(struct input *in, struct report *r, int64_t own_ms, uint8_t source)
{
    if (in->conf.is_live)
        return set_live(in, r, own_ms, source);
    r->time_source = REPORT_TIME_ARRIVAL;
    if (own_ms != TIME_NONE) {
        r->time_ms = own_ms;
        r->time_source = source;
    } else if (in->last_ms != TIME_NONE) {
        r->time_ms = in->last_ms;
    } else if (in->start_ms != TIME_NONE) {
        r->time_ms = move_start(in, r);
    } else {
        r->time_ms = TIME_NONE;
    }
    r->arrival_ms = r->time_ms;
    return r->time_ms != TIME_NONE;
}

/* --- counters --- */

/* The seconds that a lies behind b on the dial of a minute, 0..59. */
static int64_t seconds_behind(int64_t a, int64_t b)
{
    return ((a - b) % 60 + 60) % 60;
}

/* What the step from the number before says: more or less of a clock. second: the
 * message's UTC second, -1: none. */
static int weigh_step(const struct input_counter *c, int64_t time_ms, int second,
                      bool is_near)
{
    int64_t step_ms = time_ms - c->time_ms;
    int before = c->second, score = c->score;
    if (step_ms < -GAP_MS || step_ms > GAP_MS)
        return -2;
    if (second < 0 || before < 0)
        return 0;
    int64_t drift = seconds_behind(step_ms / SECOND_MS, second - before);
    bool is_steady = drift <= DRIFT_S || drift >= 60 - DRIFT_S;
    if (step_ms == 0)
        return is_steady ? 0 : -1;
    if (step_ms >= -STEP_MS && step_ms <= STEP_MS)
        return is_steady ? 1 : -1;
    /* So long apart anything may agree by chance: what is no clock stays none. */
    if (is_near)
        return score >= 0 ? 1 : 0;
    return -2;
}

bool input_time_is_clock(struct input *in, int64_t time_ms, int utc_second)
{
    struct input_counter *c = &in->counter;
    int64_t late = seconds_behind(time_ms / SECOND_MS, utc_second);
    bool is_near = utc_second >= 0 && (late <= LATE_S || late >= 60 - EARLY_S);
    if (c->time_ms != TIME_NONE)
        c->score += weigh_step(c, time_ms, utc_second, is_near);
    else if (utc_second >= 0 && !is_near)
        c->score = -1;
    if (c->score > SCORE_MOST)
        c->score = SCORE_MOST;
    if (c->score < -SCORE_MOST)
        c->score = -SCORE_MOST;
    c->time_ms = time_ms;
    c->second = utc_second;
    return c->score > 0 || (c->score == 0 && (is_near || utc_second < 0));
}
