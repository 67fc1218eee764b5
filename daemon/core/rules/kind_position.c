/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind position: a vessel is heard for an hour where it cannot be and not where it
 * is believed to be, and is heard there again. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/water.h"
#include "lookout/rules/rule_run.h"

enum { EVENT_MISPLACED, EVENT_RETURNED };

static const struct key keys[] = {{0}};

/* --- what is told --- */

/* The step from one fix to one that cannot be reached from it; `far` is the one of both
 * that is not believed. */
struct anomaly {
    struct track_fix from, to, far;
    int64_t far_ms; /* it was heard on the far track for that time */
};

static double needed_kn(const struct anomaly *a)
{
    double hours = (double)(a->to.time_ms - a->from.time_ms) / (double)HOUR_MS;
    return hours > 0 ? geo_distance_exact_m(a->from.pos, a->to.pos) / NM_M / hours : -1;
}

static double far_hours(const struct anomaly *a)
{
    return (double)a->far_ms / (double)HOUR_MS;
}

static void say_far_step(struct say_writer *w, const struct rule_look *look,
                         const struct anomaly *a)
{
    say_text(w, "%.0f nm from its position at ",
             geo_distance_exact_m(a->from.pos, a->to.pos) / NM_M);
    say_time(w, a->from.time_ms);
    if (look->world->water != NULL && !water_is_wet(look->world->water, a->far.pos))
        say_text(w, ", on land");
    if (needed_kn(a) >= 0)
        say_text(w, ": it would have needed %.0f kn", needed_kn(a));
}

static void say_misplaced(struct say_writer *w, const struct rule_look *look,
                          const struct finding *f)
{
    const struct anomaly *a = f->detail;
    say_text(w, " has been heard since ");
    say_time(w, f->time_ms);
    say_text(w, " where it cannot be: ");
    say_far_step(w, look, a);
    say_text(w, ". Since then it was not heard at its last believed position.");
}

static void say_returned(struct say_writer *w, const struct rule_look *look,
                         const struct finding *f)
{
    const struct anomaly *a = f->detail;
    (void)look;
    say_text(w, " is heard at a possible position again at ");
    say_time(w, f->time_ms);
    say_text(w, ". For %.1f h it was heard %.0f nm away, where it cannot have been.",
             far_hours(a), geo_distance_exact_m(a->from.pos, a->to.pos) / NM_M);
}

static const struct body_field anomaly_fields[] = {
    {.name = "from", .type = BODY_POINT},
    {.name = "to", .type = BODY_POINT},
    {.name = "distance_nm", .type = BODY_NUMBER},
    {.name = "needed_kn", .type = BODY_NUMBER, .is_optional = true},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "on_land", .type = BODY_TRUTH, .is_optional = true},
    {0},
};
static const struct body_field anomaly_field = {
    .name = "anomaly", .type = BODY_OBJECT, .fields = anomaly_fields};

static json_t *make_anomaly(const struct rule_look *look, const struct finding *f)
{
    const struct anomaly *a = f->detail;
    const struct water *water = look->world->water;
    json_t *o = json_object();
    body_put(o, "from", body_point(a->from.pos));
    body_put(o, "to", body_point(a->to.pos));
    body_put(o, "distance_nm",
             body_rounded(geo_distance_exact_m(a->from.pos, a->to.pos) / NM_M, 0.1));
    if (needed_kn(a) >= 0)
        body_put(o, "needed_kn", body_rounded(needed_kn(a), 0.1));
    body_put(o, "hours", body_rounded(far_hours(a), 0.01));
    if (water != NULL)
        body_put(o, "on_land", json_boolean(!water_is_wet(water, a->far.pos)));
    return o;
}

static const struct rule_member members[] = {{&anomaly_field, make_anomaly, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_MISPLACED] = {"misplaced", "position.misplaced", SEVERITY_WARNING, .say = say_misplaced, .members = members},
    [EVENT_RETURNED]  = {"returned",  "position.returned",  SEVERITY_INFO,    .say = say_returned,  .members = members},
};
/* clang-format on */

/* --- what is kept --- */

/* The ship was told to be misplaced. */
struct position_state {
    int64_t since_ms; /* first fix of the far track */
};

static int tell_anomaly(struct rule_look *look, uint32_t event, const struct anomaly *a,
                        int64_t since_ms)
{
    struct finding f = {
        .event = event,
        .time_ms = a->to.time_ms,
        .evidence_ms = a->from.time_ms - HOUR_MS,
        .pos = a->to.pos,
        .detail = a,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)since_ms);
    return rule_raise(look, &f);
}

static int tell_misplaced(struct rule_look *look, const struct position_far *far)
{
    struct position_state *state = *look->state;
    if (!look->is_covered || state != NULL)
        return 0;
    state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->since_ms = far->first.time_ms;
    *look->state = state;
    const struct anomaly a = {far->from, far->first, far->first,
                              far->last.time_ms - far->first.time_ms};
    return tell_anomaly(look, EVENT_MISPLACED, &a, state->since_ms);
}

static int on_position(struct rule_look *look, const struct position_event *event)
{
    const struct position_far *far = event->far;
    struct position_state *state = *look->state;
    if (event->what == POSITION_MISPLACED)
        return tell_misplaced(look, far);
    if (state == NULL)
        return 0;
    const struct anomaly a = {far->last, event->fix, far->last,
                              far->last.time_ms - far->first.time_ms};
    int rc = tell_anomaly(look, EVENT_RETURNED, &a, state->since_ms);
    free(state);
    *look->state = NULL;
    return rc;
}

/* A ship that is known only now may be misplaced already. */
static int on_covered(struct rule_look *look)
{
    const struct position_far *far = look->subject->far;
    bool is_misplaced =
        far != NULL && far->is_misplaced && !far->is_over && !far->is_settled;
    return is_misplaced ? tell_misplaced(look, far) : 0;
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct position_state *state = *look->state;
    wire_put_i64(out, state->since_ms);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    struct position_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->since_ms = wire_get_time(in);
    *look->state = state;
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .on_position = on_position,
    .on_covered = on_covered,
    .save = save_state,
    .load = load_state,
    .forget = free,
};

const struct rule_kind kind_position = {
    .name = "position",
    .doc = "a vessel is heard where it cannot be, and where it can be again",
    .keys = keys,
    .settings_bytes = 0,
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
