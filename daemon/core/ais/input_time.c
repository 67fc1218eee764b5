/* SPDX-License-Identifier: Apache-2.0 */
/* Which time a report gets: the one place for it. The rule, in words, is in
 * lookout/input.h. */
#include "input_int.h"

#include "lookout/base/time.h"
#include "timestamp_int.h"

/* A live report's own time may be this far ahead of its arrival. */
#define AHEAD_LIMIT_MS (60 * SECOND_MS)
/* Half a minute: the AIS second tells no minute. */
#define SNAP_LIMIT_MS (30 * SECOND_MS)
/* An own time farther ahead than this moves the fragment clock only when it comes
 * thrice. */
#define LEAP_MS (60 * SECOND_MS)
#define LEAPS_TO_BELIEVE 3

bool input_time_is_good(struct input *in, int64_t time_ms)
{
    if (timestamp_is_sane(time_ms))
        return true;
    input_reject(in, INPUT_REJECT_BAD_TIME);
    return false;
}

int64_t input_time_note(struct input *in, int64_t own_ms)
{
    if (in->conf.is_live)
        return in->arrival_ms;
    if (own_ms == TIME_NONE)
        return in->clock_ms;
    in->last_ms = own_ms;
    bool is_leap = in->clock_ms != TIME_NONE && own_ms > in->clock_ms + LEAP_MS;
    in->leaps = is_leap ? in->leaps + 1 : 0;
    if (in->clock_ms == TIME_NONE ||
        (own_ms > in->clock_ms && (!is_leap || in->leaps >= LEAPS_TO_BELIEVE)))
        in->clock_ms = own_ms;
    return in->clock_ms;
}

/* ms of the minute. */
static int64_t in_minute(int64_t t_ms)
{
    int64_t rest = t_ms % MINUTE_MS;
    return rest < 0 ? rest + MINUTE_MS : rest;
}

/* The nearest time to t_ms with that UTC second; of two as near the earlier one. */
static int64_t snap_to_second(int64_t t_ms, unsigned second)
{
    int64_t step = (int64_t)second * SECOND_MS - in_minute(t_ms);
    if (step >= SNAP_LIMIT_MS)
        step -= MINUTE_MS;
    else if (step < -SNAP_LIMIT_MS)
        step += MINUTE_MS;
    return t_ms + step;
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
    } else if ((r->has & HAS_UTC_SECOND) != 0) {
        r->time_ms = snap_to_second(in->arrival_ms, r->utc_second);
    }
    return true;
}

/* A recording without any time: from start_ms on, the AIS second moves it forward by up
 * to half a minute; a second that lies behind is a report that came late. */
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
