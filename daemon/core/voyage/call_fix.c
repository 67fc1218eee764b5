/* SPDX-License-Identifier: Apache-2.0 */
/* Translates fixes into happenings: where a fix lies, whether the ship is stopped, and
 * what a silence before it counts for. The table in call.c decides what follows. */
#include "call_int.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/voyage/stop.h"

/* another port must be nearer by this to take a ship that has not stopped */
#define SWITCH_MARGIN_M 2000.0
/* shorter legs give no speed: 15 m of noise are 0.25 kn here */
#define SPEED_LEG_MS (2 * MINUTE_MS)

static bool is_confirmed(const struct call_state *s)
{
    return s->current.confidence >= 2;
}

/* --- times --- */

/* The time in ms to sail distance_m at kn, at most `limit_ms`. */
static int64_t sailing_ms(double distance_m, double kn, int64_t limit_ms)
{
    double ms = distance_m <= 0 ? 0.0 : distance_m / (kn * KN_MPS) * 1000.0;
    return ms < (double)limit_ms ? (int64_t)ms : limit_ms;
}

/* The part of the time since the stop was last counted that was still stop, when the ship
 * is here now: without the time that it took to come here. */
static int64_t credit_before(const struct call_step *c)
{
    const struct call_state *s = c->s;
    int64_t ms = c->fix->time_ms - s->counted_ms - s->exempt_ms;
    int64_t dt = c->fix->time_ms - s->last.time_ms;
    if (ms <= 0 || dt <= 0)
        return 0;
    double run_m = geo_distance_m(s->last.pos, c->fix->pos);
    double kn = run_m / ((double)dt / 1000.0) / KN_MPS;
    if (kn < c->speed_kn)
        kn = c->speed_kn;
    return kn > 0 ? ms - sailing_ms(run_m, kn, ms) : ms;
}

static bool is_lying_still(const struct call_step *c, const struct track_fix *fix)
{
    return (fix->has & FIX_SOG) != 0 && fix->sog_dkn / 10.0 <= c->conf->stop_begin_kn;
}

static bool is_under_way(const struct call_step *c, const struct track_fix *fix)
{
    return (fix->has & FIX_SOG) != 0 && fix->sog_dkn / 10.0 >= c->conf->stop_end_kn;
}

/* A ship that was under way before and after the silence may have sailed on all the time:
 * no stop is counted for it. */
static bool has_sailed_on(const struct call_step *c)
{
    return is_under_way(c, &c->s->last) && is_under_way(c, c->fix);
}

/* The speed in kn at which the ship came or went: the reported one if it was under way.
 */
static double way_kn(const struct call_step *c)
{
    const struct track_fix *ends[] = {&c->s->last, c->fix};
    double kn = 0;
    for (size_t i = 0; i < 2; i++)
        if (is_under_way(c, ends[i]) && ends[i]->sog_dkn / 10.0 > kn)
            kn = ends[i]->sog_dkn / 10.0;
    return kn > 0 ? kn : c->conf->way_kn;
}

/* The part of a silence between the last fix and this one that counts as a stop inside;
 * `outside` of it lies outside the port. Nothing when the ship lay still outside, because
 * it spent the silence there. */
static int64_t dark_leftover(const struct call_step *c, const struct track_fix *outside)
{
    const struct call_state *s = c->s;
    if (c->silent_ms < c->conf->gap_ms || is_lying_still(c, outside) || has_sailed_on(c))
        return 0;
    double way_m = geo_distance_m(s->last.pos, c->fix->pos);
    int64_t left_ms = c->silent_ms - sailing_ms(way_m, way_kn(c), c->silent_ms);
    return left_ms >= c->conf->confirm_ms ? left_ms : 0;
}

/* --- place --- */

static bool is_in_area(const struct call_state *s)
{
    return s->phase == CALL_AREA || s->phase == CALL_STOPPED;
}

/* Whether the ship is still in the same area. Moves on within a same-group. */
static bool is_still_in(struct call_step *c)
{
    struct call_state *s = c->s;
    if (c->at != PORT_NONE && ports_are_same(c->ports, c->at, s->current.port)) {
        s->member = c->at;
        return true;
    }
    return ports_within_exit(c->ports, s->member, c->fix->pos);
}

/* Whether another port than that of the call holds the fix, and better. */
static bool is_better_elsewhere(const struct call_step *c)
{
    const struct call_state *s = c->s;
    if (c->at == PORT_NONE || ports_are_same(c->ports, c->at, s->current.port))
        return false;
    if (c->declared != PORT_NONE && ports_are_same(c->ports, c->at, c->declared))
        return true;
    bool is_in_its_area = ports_get(c->ports, c->at)->area != NULL;
    bool has_area = ports_get(c->ports, s->member)->area != NULL;
    if (is_in_its_area && !has_area)
        return true;
    return ports_distance_m(c->ports, c->at, c->fix->pos) + SWITCH_MARGIN_M <=
           ports_distance_m(c->ports, s->member, c->fix->pos);
}

/* Beyond the exit: ends the stop under way or the silence, then the call. Returns the
 * rest of a silence, for the port where the ship may be now. */
static int64_t leave_area(struct call_step *c)
{
    struct call_state *s = c->s;
    int64_t left_ms = dark_leftover(c, c->fix);
    int64_t onward_ms = dark_leftover(c, &s->last);
    bool is_dark = c->silent_ms >= c->conf->gap_ms;
    bool is_slow = stop_is_slow(c->conf, c->speed_kn);
    int64_t until_ms = s->last.time_ms + left_ms;
    if (s->phase == CALL_STOPPED) {
        bool was_fast = s->fast_since_ms != TIME_NONE;
        c->stop_end_ms = was_fast ? s->fast_since_ms : c->fix->time_ms;
        c->stop_credit_ms = was_fast ? s->fast_credit_ms : credit_before(c);
        if (is_dark && !was_fast) {
            c->stop_end_ms = until_ms;
            c->stop_credit_ms = left_ms;
        }
        onward_ms = was_fast ? onward_ms : 0;
        call_happens(c, CALL_MOVES);
    } else if (left_ms > 0 && (c->at == PORT_NONE || !(is_confirmed(s) || is_slow))) {
        c->stop_begin_ms = s->last.time_ms;
        c->stop_end_ms = until_ms;
        c->stop_credit_ms = left_ms;
        onward_ms = 0;
        call_happens(c, CALL_DARK);
    }
    call_happens(c, CALL_LEAVES);
    return onward_ms;
}

static void enter_area(struct call_step *c, int64_t left_ms)
{
    call_happens(c, CALL_ENTERS);
    if (left_ms <= 0)
        return;
    c->stop_begin_ms = c->stop_end_ms = c->fix->time_ms;
    c->stop_credit_ms = left_ms;
    call_happens(c, CALL_DARK);
}

/* The place of the fix: out of the area, into one, or within one after a long silence. */
static void step_place(struct call_step *c)
{
    struct call_state *s = c->s;
    if (!is_in_area(s)) {
        int64_t left_ms = s->has_last ? dark_leftover(c, &s->last) : 0;
        if (c->at != PORT_NONE)
            enter_area(c, left_ms);
        else if (s->phase == CALL_UNHEARD)
            call_happens(c, CALL_HEARD);
        return;
    }
    if (!is_still_in(c)) {
        int64_t left_ms = leave_area(c);
        if (c->at != PORT_NONE)
            enter_area(c, left_ms);
        return;
    }
    if (s->phase == CALL_AREA && c->silent_ms >= c->conf->gap_ms && !has_sailed_on(c)) {
        c->stop_begin_ms = s->last.time_ms;
        c->stop_end_ms = c->fix->time_ms;
        c->stop_credit_ms = c->silent_ms;
        call_happens(c, CALL_DARK);
    }
    bool has_stopped = s->phase == CALL_STOPPED || s->here.first_ms != TIME_NONE;
    if (!has_stopped && is_better_elsewhere(c))
        call_happens(c, CALL_SWITCHES);
}

/* --- motion --- */

/* A ship that is slow in an area: a stop begins, at the port where it lies. */
static void begin_stop(struct call_step *c)
{
    struct call_state *s = c->s;
    uint32_t port = s->current.port;
    if (is_better_elsewhere(c)) {
        if (!is_confirmed(s))
            call_happens(c, CALL_SWITCHES);
        port = ports_get(c->ports, c->at)->same;
    }
    if (port != s->stop_port)
        call_no_stops(&s->other);
    s->stop_port = port;
    call_happens(c, CALL_STOPS);
}

/* Note a fast fix within a stop; true when the speed has been held long enough. */
static bool is_speed_held(struct call_step *c)
{
    struct call_state *s = c->s;
    bool has_hole = c->fix->time_ms - s->last.time_ms > STOP_HOLE_MS;
    if (s->fast_since_ms == TIME_NONE || has_hole) {
        s->fast_since_ms = c->fix->time_ms;
        s->fast_credit_ms = credit_before(c);
    }
    return c->fix->time_ms - s->fast_since_ms >= c->conf->stop_end_ms;
}

static void step_stopped(struct call_step *c)
{
    struct call_state *s = c->s;
    bool has_moved = stop_has_moved(c->conf, s->stop_pos, &s->last, c->fix);
    bool is_held = false;
    if (c->speed_kn >= c->conf->stop_end_kn)
        is_held = is_speed_held(c);
    else if (c->speed_kn >= 0)
        s->fast_since_ms = TIME_NONE;
    if (!has_moved && !is_held) {
        if (s->fast_since_ms == TIME_NONE)
            call_happens(c, CALL_STAYS);
        return;
    }
    bool is_fast = s->fast_since_ms != TIME_NONE;
    c->stop_end_ms = is_fast ? s->fast_since_ms : c->fix->time_ms;
    c->stop_credit_ms = is_fast ? s->fast_credit_ms : credit_before(c);
    /* Not heard for hours between two fixes inside: it lay somewhere in the port. */
    if (c->silent_ms >= c->conf->gap_ms && c->stop_end_ms == c->fix->time_ms)
        c->stop_credit_ms = c->fix->time_ms - s->counted_ms - s->exempt_ms;
    call_happens(c, CALL_MOVES);
}

static void step_motion(struct call_step *c)
{
    struct call_state *s = c->s;
    if (s->phase == CALL_STOPPED)
        step_stopped(c);
    if (s->phase == CALL_AREA && stop_is_slow(c->conf, c->speed_kn))
        begin_stop(c);
}

/* The speed of this fix: its SOG, else that over a leg long enough to tell. */
static void find_speed(struct call_step *c)
{
    struct call_state *s = c->s;
    c->legs_from = c->fix->time_ms;
    c->speed_kn = -1.0;
    bool has_sog = (c->fix->has & FIX_SOG) != 0;
    if (has_sog || !s->has_last) {
        s->speed_from = *c->fix;
        c->speed_kn = has_sog ? c->fix->sog_dkn / 10.0 : -1.0;
        return;
    }
    if (c->fix->time_ms - s->speed_from.time_ms < SPEED_LEG_MS)
        return;
    c->speed_kn = tracks_speed_kn(&s->speed_from, c->fix);
    /* The whole leg was slow, so the ship was slow at its begin too, if it was here then.
     */
    bool was_in = s->phase == CALL_AREA &&
                  ports_within_exit(c->ports, s->member, s->speed_from.pos);
    if (was_in)
        c->legs_from = s->speed_from.time_ms;
    s->speed_from = *c->fix;
}

size_t call_fix_step(struct call_state *s, const struct call_conf *conf,
                     const struct ports *ports, const struct track_fix *fix,
                     uint32_t declared, int64_t silence_ms,
                     struct call_output ret[CALL_OUTPUTS_MAX])
{
    struct call_step c = {.s = s,
                          .conf = conf,
                          .ports = ports,
                          .fix = fix,
                          .out = ret,
                          .declared = declared};
    c.at = ports_index_at(ports, fix->pos, declared);
    if (s->has_last) {
        int64_t dt = fix->time_ms - s->last.time_ms;
        c.exempt_ms = silence_ms < dt ? silence_ms : dt;
        c.silent_ms = dt - c.exempt_ms;
        s->exempt_ms += c.exempt_ms;
    }
    find_speed(&c);
    if (c.speed_kn > conf->stop_begin_kn)
        s->is_unmoved = false;
    step_place(&c);
    step_motion(&c);
    s->speed_kn = c.speed_kn;
    s->last = *fix;
    s->has_last = true;
    return c.count;
}
