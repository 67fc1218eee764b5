/* SPDX-License-Identifier: Apache-2.0 */
/* The NFA of a route over one ship's calls.
 *
 * A run is a chain of matched stops. A stop that a run's next step accepts makes an
 * advanced copy; the run itself stays where it was as long as a later stop could still
 * serve (a later departure keeps within `leg` for longer), which makes the search
 * complete. What is told is told once: a step once in a case (the runs of one first
 * stop), a stop once among cases, the oldest first. A completed case takes all its runs
 * with it. */
#include "lookout/route.h"

#include <string.h>

#include "lookout/hash.h"
#include "lookout/timefmt.h"

void route_state_init(struct route_state *s)
{
    memset(s, 0, sizeof *s);
    s->last_port = PORT_NONE;
}

bool route_awaits(const struct route *route, const struct route_run *run,
                  uint32_t *ret_first, uint32_t *ret_last)
{
    uint32_t first = (uint32_t)run->step + 1, last = first;
    if (first >= route->step_count)
        return false;
    while (last + 1 < route->step_count && route->steps[last].is_optional)
        last++;
    *ret_first = first;
    *ret_last = last;
    return true;
}

/* May other calls lie between a stop at step `from` and one at step j? */
static bool allows_between(const struct route *route, uint32_t from, uint32_t j)
{
    for (uint32_t k = from + 1; k <= j; k++)
        if (!route->steps[k].is_adjacent)
            return true;
    return false;
}

static bool step_accepts(const struct route_step *step, const struct route_stop *stop)
{
    if (stop->port != PORT_NONE)
        return step->ports != NULL && port_set_has(step->ports, stop->port);
    for (uint32_t i = 0; i < step->zone_count; i++)
        if (step->zones[i] == stop->zone)
            return true;
    return false;
}

/* Complete: nothing but optional steps is left. */
static bool is_complete(const struct route *route, uint32_t step)
{
    for (uint32_t k = step + 1; k < route->step_count; k++)
        if (!route->steps[k].is_optional)
            return false;
    return true;
}

static const struct route_stop *last_stop(const struct route_run *run)
{
    return &run->stops[run->stop_count - 1];
}

static void set_expiry(struct route_run *run, const struct route_limits *limits)
{
    int64_t first = run->stops[0].departed_ms, last = last_stop(run)->departed_ms;
    run->expires_ms = last == TIME_NONE ? TIME_NONE : last + limits->leg_ms;
    if (first != TIME_NONE && last != TIME_NONE &&
        first + limits->within_ms < run->expires_ms)
        run->expires_ms = first + limits->within_ms;
}

static bool is_in_time(const struct route_run *run, const struct route_limits *limits,
                       int64_t arrived_ms)
{
    int64_t first = run->stops[0].departed_ms, last = last_stop(run)->departed_ms;
    if (last != TIME_NONE && arrived_ms - last > limits->leg_ms)
        return false;
    return first == TIME_NONE || arrived_ms - first <= limits->within_ms;
}

/* Could any later stop still advance this run? */
static bool has_future(const struct route *route, const struct route_run *run)
{
    uint32_t first, last;
    if (!route_awaits(route, run, &first, &last))
        return false;
    if (!run->has_foreign_call)
        return true;
    return allows_between(route, run->step, last);
}

enum { MADE_MAX = ROUTE_RUNS_MAX * ROUTE_STEPS_MAX + ROUTE_STEPS_MAX };

/* One stop on its way through the runs. */
struct arrival {
    const struct route *route;
    const struct route_limits *limits;
    const struct ports *ports;
    const struct route_stop *stop;
    route_sink sink;
    void *context;
    uint32_t made_count;
    struct route_run made[MADE_MAX];
};

/* A run is at most one stop a step, so stops never overflow: ROUTE_CALLS_MAX >=
 * ROUTE_STEPS_MAX. */
_Static_assert(ROUTE_CALLS_MAX >= ROUTE_STEPS_MAX, "a run holds a stop for every step");

static void make_run(struct arrival *a, const struct route_run *from, uint32_t step,
                     uint64_t case_id)
{
    struct route_run *run = &a->made[a->made_count++];
    if (from != NULL)
        *run = *from;
    else
        memset(run, 0, sizeof *run);
    run->stops[run->stop_count] = *a->stop;
    run->stops[run->stop_count].step = (uint8_t)step;
    run->stop_count++;
    run->step = (uint8_t)step;
    run->has_foreign_call = false;
    /* A zone or gate on the way does not end a forecast: it goes on with the run. */
    if (a->stop->port != PORT_NONE || !run->is_forecast) {
        run->is_forecast = false;
        run->forecast_port = PORT_NONE;
    }
    run->case_id = case_id;
    set_expiry(run, a->limits);
}

/* Copies of `run` advanced by the stop; true when there was one. */
static bool advance(struct arrival *a, const struct route_run *run)
{
    uint32_t first, last;
    bool has_advanced = false;
    if (!route_awaits(a->route, run, &first, &last) ||
        !is_in_time(run, a->limits, a->stop->arrived_ms))
        return false;
    for (uint32_t j = first; j <= last; j++) {
        bool is_open = !run->has_foreign_call || allows_between(a->route, run->step, j);
        if (is_open && step_accepts(&a->route->steps[j], a->stop)) {
            make_run(a, run, j, run->case_id);
            has_advanced = true;
        }
    }
    return has_advanced;
}

static void start(struct arrival *a, uint64_t seed)
{
    uint64_t place = a->stop->port != PORT_NONE
                         ? hash_text(ports_get(a->ports, a->stop->port)->locode, seed)
                         : seed;
    uint64_t id = hash_u64((uint64_t)a->stop->arrived_ms, place);
    for (uint32_t j = 0; j < a->route->step_count; j++) {
        if (step_accepts(&a->route->steps[j], a->stop))
            make_run(a, NULL, j, id);
        if (!a->route->steps[j].is_optional)
            break;
    }
}

static bool is_same_stop(const struct route_stop *a, const struct route_stop *b)
{
    return a->port == b->port && a->zone == b->zone && a->arrived_ms == b->arrived_ms;
}

/* Told already: this step (or a later one) of this case before, or this stop by an older
 * run now? */
static bool is_told(const struct route_state *s, const struct arrival *a, uint32_t index)
{
    const struct route_run *run = &a->made[index];
    for (uint32_t i = 0; i < s->run_count; i++)
        if (s->runs[i].case_id == run->case_id && s->runs[i].step >= run->step)
            return true;
    for (uint32_t i = 0; i < index; i++)
        if (a->made[i].step == run->step || a->made[i].case_id == run->case_id)
            return true;
    return false;
}

static void remove_run(struct route_state *s, uint32_t index)
{
    memmove(&s->runs[index], &s->runs[index + 1],
            (s->run_count - index - 1) * sizeof s->runs[0]);
    s->run_count--;
}

/* Keep the oldest and the newest start for each (step, stop); when full the least
 * advanced, oldest goes. */
static void keep_run(struct route_state *s, const struct route_run *run)
{
    uint32_t twins = 0, newest = 0;
    for (uint32_t i = 0; i < s->run_count; i++) {
        if (s->runs[i].step != run->step ||
            !is_same_stop(last_stop(&s->runs[i]), last_stop(run)))
            continue;
        twins++;
        newest = i;
    }
    if (twins >= 2)
        remove_run(s, newest);
    if (s->run_count == ROUTE_RUNS_MAX) {
        uint32_t worst = 0;
        for (uint32_t i = 1; i < s->run_count; i++)
            if (s->runs[i].step < s->runs[worst].step)
                worst = i;
        remove_run(s, worst);
        s->evicted++;
    }
    s->runs[s->run_count++] = *run;
}

/* A second call in a row at the run's last port: the run is there again, nothing else. */
static bool rejoin(struct arrival *a, struct route_run *run, bool is_repeat)
{
    struct route_stop *stop = &run->stops[run->stop_count - 1];
    if (!is_repeat || stop->port == PORT_NONE ||
        !ports_are_same(a->ports, stop->port, a->stop->port))
        return false;
    stop->departed_ms = TIME_NONE;
    set_expiry(run, a->limits);
    return true;
}

/* The stop passes the runs there are; those that can wait no longer break. */
static int pass_runs(struct route_state *s, struct arrival *a, bool is_repeat)
{
    for (uint32_t i = 0; i < s->run_count;) {
        struct route_run *run = &s->runs[i];
        if (rejoin(a, run, is_repeat)) {
            i++;
            continue;
        }
        if (advance(a, run))
            run->is_forecast = false;
        if (a->stop->port != PORT_NONE)
            run->has_foreign_call = true;
        if (has_future(a->route, run)) {
            i++;
            continue;
        }
        struct route_output out = {ROUTE_LAPSED, a->stop->arrived_ms, *run};
        remove_run(s, i);
        int rc = out.run.is_forecast ? a->sink(a->context, &out) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Tell what was made, then keep what may go on: completed cases take their runs with
 * them. */
static int settle(struct route_state *s, struct arrival *a)
{
    int rc = 0;
    for (uint32_t i = 0; i < a->made_count && rc == 0; i++) {
        const struct route_run *run = &a->made[i];
        bool is_done = is_complete(a->route, run->step);
        if ((run->stop_count > 1 || is_done) && !is_told(s, a, i)) {
            struct route_output out = {is_done ? ROUTE_MATCHED : ROUTE_PROGRESSED,
                                       a->stop->arrived_ms, *run};
            rc = a->sink(a->context, &out);
        }
    }
    for (uint32_t i = 0; i < a->made_count; i++)
        if (is_complete(a->route, a->made[i].step))
            for (uint32_t k = s->run_count; k-- > 0;)
                if (s->runs[k].case_id == a->made[i].case_id)
                    remove_run(s, k);
    for (uint32_t i = 0; i < a->made_count; i++)
        if (a->made[i].step + 1u < a->route->step_count)
            keep_run(s, &a->made[i]);
    return rc;
}

int route_arrive(struct route_state *s, const struct route *route,
                 const struct route_limits *limits, const struct ports *ports,
                 const struct route_stop *stop, uint64_t seed, route_sink sink,
                 void *context)
{
    struct arrival a;
    a.route = route;
    a.limits = limits;
    a.ports = ports;
    a.stop = stop;
    a.sink = sink;
    a.context = context;
    a.made_count = 0;
    bool is_call = stop->port != PORT_NONE;
    bool is_repeat = is_call && s->last_port != PORT_NONE &&
                     ports_are_same(ports, s->last_port, stop->port);
    int rc = pass_runs(s, &a, is_repeat);
    if (rc != 0)
        return rc;
    if (!is_repeat && !stop->is_standing)
        start(&a, seed);
    if (is_call)
        s->last_port = stop->port;
    return settle(s, &a);
}

void route_depart(struct route_state *s, const struct route_limits *limits,
                  const struct ports *ports, uint32_t port, int64_t departed_ms)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        struct route_run *run = &s->runs[i];
        struct route_stop *stop = &run->stops[run->stop_count - 1];
        if (stop->port == PORT_NONE || stop->departed_ms != TIME_NONE ||
            !ports_are_same(ports, stop->port, port))
            continue;
        stop->departed_ms = departed_ms;
        set_expiry(run, limits);
    }
}

int64_t route_deadline(const struct route_state *s)
{
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < s->run_count; i++)
        if (s->runs[i].expires_ms != TIME_NONE && s->runs[i].expires_ms < due)
            due = s->runs[i].expires_ms;
    return due;
}

int route_expire(struct route_state *s, int64_t now_ms, route_sink sink, void *context)
{
    for (uint32_t i = 0; i < s->run_count;) {
        const struct route_run *run = &s->runs[i];
        if (run->expires_ms == TIME_NONE || run->expires_ms > now_ms) {
            i++;
            continue;
        }
        struct route_output out = {ROUTE_LAPSED, run->expires_ms, *run};
        remove_run(s, i);
        int rc = out.run.is_forecast ? sink(context, &out) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}
