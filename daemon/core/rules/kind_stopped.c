/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind stopped: a vessel lies at rest outside every port, and leaves that place.
 *
 * The rule keeps a stop for each covered ship that is in no port's area. A stay in a port
 * belongs to the rule kind port_call. A stop is told once, by the fix that shows that it
 * has lasted for `for`. No timer tells a stop, because the ship may have left without
 * being heard. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/voyage/stop.h"
#include "rule_where_int.h"

enum { EVENT_STARTED, EVENT_ENDED };

struct settings {
    int64_t for_ms; /* 6 h */
    struct rule_where where;
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "for",    .type = KEY_DURATION, KEY_AT(settings, for_ms), .least = MINUTE_MS, .most = 365.0 * DAY_MS, .initial = "6h", .doc = "tell of a ship that has been at rest so long"},
    {.name = "zones",  .type = KEY_ZONES, RULE_ZONES(settings, where.zones), .otherwise = "everywhere", .doc = "only in these areas"},
    {.name = "except", .type = KEY_ZONES, RULE_ZONES(settings, where.except), .otherwise = "areas of kind anchorage", .doc = "not in these areas, and never in one of kind anchorage that zones does not name"},
    {0},
};
/* clang-format on */

static const struct settings *settings_of(const struct rule_look *look)
{
    return look->rule->settings;
}

/* The state of a stop outside every port. */
enum stay {
    STAY_YOUNG,
    STAY_TOLD,
    STAY_LEFT_OUT,
    STAY_SHARED, /* another track of the ship told it, see find_twin */
    STAY_OVER,   /* told, and its end by another track */
    STAYS
};
struct state {
    struct stop stop;
    uint8_t stay;      /* enum stay */
    int64_t exempt_ms; /* time, up to the last fix, without reception */
};
/* `detail` of a finding. */
struct stop_told {
    const struct state *state; /* borrowed */
    int64_t until_ms;
    uint32_t nearest; /* port; PORT_NONE: there are none */
    double nearest_m;
};

/* --- what is told --- */

static void say_nearest_port(struct say_writer *w, const struct rule_look *look,
                             const struct stop_told *told)
{
    if (told->nearest == PORT_NONE)
        return;
    say_text(w, "; the nearest port, ");
    say_port(w, ports_get(look->world->ports, told->nearest));
    say_text(w, ", is %.0f nm away", told->nearest_m / NM_M);
}

static void say_stay_started(struct say_writer *w, const struct rule_look *look,
                             const struct finding *f)
{
    const struct stop_told *told = f->detail;
    bool was_there = f->time_ms == look->subject->track->begun_ms;
    say_text(w, " has been at rest outside every port since ");
    say_text(w, "%s", was_there ? "before " : "");
    say_time(w, f->time_ms);
    say_text(w, ": ");
    say_span(w, told->until_ms - f->time_ms);
    say_text(w, " at ");
    say_time(w, told->until_ms);
    if (told->state->stop.said != 0)
        say_text(w, stop_is_anchored(&told->state->stop)
                        ? "; it reports that it is at anchor or moored"
                        : "; it does not report that it is at anchor");
    say_nearest_port(w, look, told);
    say_text(w, ".");
}

static void say_stay_ended(struct say_writer *w, const struct rule_look *look,
                           const struct finding *f)
{
    const struct stop_told *told = f->detail;
    say_text(w, " left the place where it lay outside every port ");
    say_time(w, f->time_ms);
    say_text(w, " after ");
    say_span(w, told->until_ms - told->state->stop.begin.time_ms);
    say_text(w, " at rest");
    say_nearest_port(w, look, told);
    say_text(w, ".");
}

static const struct body_field nearest_fields[] = {
    {.name = "locode", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "distance_nm", .type = BODY_NUMBER},
    {0},
};
static const struct body_field stop_fields[] = {
    {.name = "since", .type = BODY_TIME},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "nearest",
     .type = BODY_OBJECT,
     .is_optional = true,
     .fields = nearest_fields},
    {.name = "anchored", .type = BODY_TRUTH, .is_optional = true},
    {0},
};
static const struct body_field stop_field = {
    .name = "stop", .type = BODY_OBJECT, .fields = stop_fields};

static json_t *make_nearest(const struct rule_look *look, const struct stop_told *told)
{
    if (told->nearest == PORT_NONE)
        return NULL;
    json_t *o = body_port(ports_get(look->world->ports, told->nearest));
    body_put(o, "distance_nm", body_rounded(told->nearest_m / NM_M, 0.1));
    return o;
}

static json_t *make_rest(const struct rule_look *look, const struct finding *f)
{
    const struct stop_told *told = f->detail;
    int64_t since_ms = told->state->stop.begin.time_ms;
    json_t *o = json_object();
    body_put(o, "since", body_time(since_ms));
    body_put(o, "hours",
             body_rounded((double)(told->until_ms - since_ms) / (double)HOUR_MS, 0.01));
    body_put(o, "nearest", make_nearest(look, told));
    if (told->state->stop.said != 0)
        body_put(o, "anchored", json_boolean(stop_is_anchored(&told->state->stop)));
    return o;
}

static const struct rule_member members[] = {{&stop_field, make_rest, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_STARTED] = {"start", "stop.started", SEVERITY_WARNING, .say = say_stay_started, .members = members},
    [EVENT_ENDED]   = {"end",   "stop.ended",   SEVERITY_WARNING, .say = say_stay_ended,   .members = members},
};
/* clang-format on */

static int tell_stop(struct rule_look *look, uint32_t event, int64_t until_ms)
{
    const struct state *state = *look->state;
    const struct track_fix *begin = &state->stop.begin;
    struct stop_told told = {.state = state, .until_ms = until_ms};
    told.nearest = ports_nearest(look->world->ports, begin->pos, &told.nearest_m);
    struct finding f = {
        .event = event,
        .time_ms = event == EVENT_STARTED ? begin->time_ms : until_ms,
        .evidence_ms = begin->time_ms - HOUR_MS,
        .pos = begin->pos,
        .detail = &told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)begin->time_ms);
    return rule_raise(look, &f);
}

/* --- one stop in two tracks --- */

/* The stop that another track of the ship told at this place. A ship that swings wildly
 * at anchor makes steps that her reported speeds cannot make, so she has two tracks,
 * which are at rest by turns. NULL: there is none. */
static struct state *find_twin(const struct rule_look *look, const struct state *state)
{
    for (uint32_t i = 0; i < TRACKS_MAX; i++) {
        struct state *other = look->sibling(look->context, look, i);
        if (other != NULL && other->stay == STAY_TOLD &&
            geo_distance_m(state->stop.begin.pos, other->stop.begin.pos) <=
                look->world->call->stop_move_m)
            return other;
    }
    return NULL;
}

/* Go on with a stop that another track told, if that track was not heard since since_ms.
 */
static void take_over(struct state *state, struct state *twin, int64_t since_ms)
{
    if (twin->stop.last_ms >= since_ms)
        return;
    state->stop.begin.time_ms = twin->stop.begin.time_ms;
    state->stay = STAY_TOLD;
    twin->stay = STAY_OVER;
}

/* --- a stop's way --- */

static void drop_state(struct rule_look *look)
{
    free(*look->state);
    *look->state = NULL;
}

static int64_t full_ms(const struct rule_look *look, const struct state *s)
{
    return s->stop.begin.time_ms + settings_of(look)->for_ms + s->exempt_ms;
}

/* Tell the start of a stop that has lasted for `for`. */
static int tell_started(struct rule_look *look)
{
    struct state *state = *look->state;
    const struct settings *settings = settings_of(look);
    bool is_told = false;
    if (find_twin(look, state) != NULL) {
        state->stay = STAY_SHARED;
        return 0;
    }
    double unasked_m = -1;
    int rc = rule_where_holds(look, &settings->where, state->stop.begin.pos, &unasked_m,
                              &is_told);
    state->stay = is_told ? STAY_TOLD : STAY_LEFT_OUT;
    return rc == 0 && is_told ? tell_stop(look, EVENT_STARTED, look->now_ms) : rc;
}

/* Between two fixes a day apart, it is unknown whether the ship lay still. So this time
 * does not start a stop. It also does not end a stop that was told, if the ship is still
 * in the same place. */
static bool is_unknown(const struct state *s, const struct track_fix *before,
                       const struct track_fix *fix)
{
    return s->stay != STAY_TOLD && fix->time_ms - before->time_ms > DAY_MS;
}

/* Process the next fix of a stop. The stop is dropped when it is over, or when the ship
 * is in a port. */
static int step_stop(struct rule_look *look, const struct track_fix *before)
{
    struct state *state = *look->state;
    const struct rule_subject *subject = look->subject;
    const struct track_fix *fix = &subject->track->last;
    bool is_in_port = subject->call->current.port != PORT_NONE;
    struct state *twin = state->stay == STAY_SHARED ? find_twin(look, state) : NULL;
    int rc = 0;
    if (state->stay == STAY_OVER || (state->stay == STAY_SHARED && twin == NULL)) {
        drop_state(look);
        return 0;
    }
    state->exempt_ms += subject->silence_ms;
    if (stop_fix(&state->stop, look->world->call, before, fix, subject->call->speed_kn)) {
        int64_t fast_ms = state->stop.fast_since_ms;
        if (twin != NULL)
            take_over(state, twin, fast_ms != TIME_NONE ? fast_ms : fix->time_ms);
        if (state->stay == STAY_TOLD)
            rc = tell_stop(look, EVENT_ENDED, stop_end_ms(&state->stop));
        drop_state(look);
    } else if (is_unknown(state, before, fix) ||
               (is_in_port && state->stay != STAY_TOLD)) {
        drop_state(look);
    } else {
        if (twin != NULL)
            take_over(state, twin, fix->time_ms - DAY_MS);
        bool is_full = state->stop.last_ms >= full_ms(look, state);
        if (is_full && state->stay == STAY_YOUNG && look->is_covered)
            rc = tell_started(look);
    }
    return rc;
}

static int keep_stop(struct rule_look *look)
{
    const struct rule_subject *subject = look->subject;
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    stop_begin(&state->stop, &subject->track->last);
    *look->state = state;
    return 0;
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    const struct call_state *call = look->subject->call;
    int rc = *look->state != NULL && before != NULL ? step_stop(look, before) : 0;
    bool is_stop = stop_is_slow(look->world->call, call->speed_kn) &&
                   call->current.port == PORT_NONE;
    if (rc == 0 && *look->state == NULL && look->is_covered && is_stop)
        rc = keep_stop(look);
    return rc;
}

/* --- saved --- */

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *s = *look->state;
    stop_save(&s->stop, out);
    wire_put_u64(out, s->stay);
    wire_put_u64(out, (uint64_t)s->exempt_ms);
    wire_put_u64(out, s->stop.said);
    wire_put_u64(out, s->stop.anchored);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    struct state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ERR_NOMEM;
    stop_load(&s->stop, in);
    s->stay = (uint8_t)wire_get_limited(in, STAYS - 1);
    s->exempt_ms = (int64_t)wire_get_limited(in, INT64_MAX / 2);
    s->stop.said = (uint32_t)wire_get_limited(in, UINT32_MAX);
    s->stop.anchored = (uint32_t)wire_get_limited(in, s->stop.said);
    *look->state = s;
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .goes_on = true,
    .on_fix = on_fix,
    .save = save_state,
    .load = load_state,
    .forget = free,
};

const struct rule_kind kind_stopped = {
    .name = "stopped",
    .doc = "a vessel lies at rest outside every port",
    .leaves_out = "stops in ports, of which port calls tell",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
