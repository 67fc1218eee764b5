/* SPDX-License-Identifier: Apache-2.0 */
/* The NFA of a route over one ship's calls.
 *
 * A run is a chain of matched stops. A stop that a run's next step accepts makes an
 * advanced copy. The run itself also stays, as long as a later stop could still serve
 * (after a later departure `leg` lasts longer); this makes the search complete. A case is
 * all runs with the same first stop. Each event is told once: a step once in a case, a
 * step once at a stop (for the oldest case), and for a case that takes several steps at
 * once only the last. A completed case removes all its runs, except optional steps that
 * may still follow.
 *
 * Calls in a row at one port are one call: the runs there wait for the next departure,
 * also runs whose `leg` was over. */
#include "lookout/rules/route.h"

#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "route_run_int.h"

void route_run_init(struct route_state *s)
{
    memset(s, 0, sizeof *s);
    s->last_port = PORT_NONE;
}

/* Whether other calls may lie between a stop at step `from` and one at step j. */
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

static void set_expiry(struct route_run *run, const struct route_limits *limits)
{
    int64_t first = run->stops[0].departed_ms, last = route_run_last(run)->departed_ms;
    run->expires_ms = last == TIME_NONE ? TIME_NONE : last + limits->leg_ms;
    run->until_ms = first == TIME_NONE ? TIME_NONE : first + limits->within_ms;
    if (first != TIME_NONE && last != TIME_NONE && run->until_ms < run->expires_ms)
        run->expires_ms = run->until_ms;
}

static bool is_in_time(const struct route_run *run, const struct route_limits *limits,
                       int64_t arrived_ms)
{
    int64_t first = run->stops[0].departed_ms, last = route_run_last(run)->departed_ms;
    if (last != TIME_NONE && arrived_ms - last > limits->leg_ms)
        return false;
    return first == TIME_NONE || arrived_ms - first <= limits->within_ms;
}

/* Whether a later stop could still advance this run. */
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

/* One stop that is applied to the runs. */
struct arrival {
    const struct route *route;
    const struct route_limits *limits;
    const struct ports *ports;
    const struct route_stop *stop; /* NULL: a silence, with in */
    const struct route_stop *dark; /* each step its own */
    route_sink sink;
    void *context;
    bool is_repeat; /* a second call in a row at one port */
    uint32_t made_count;
    struct route_run made[MADE_MAX];
};

/* A run has at most one stop for each step, so stops never overflow: ROUTE_CALLS_MAX >=
 * ROUTE_STEPS_MAX. */
_Static_assert(ROUTE_CALLS_MAX >= ROUTE_STEPS_MAX, "a run holds a stop for every step");

/* The stop, if the step accepts it; NULL. */
static const struct route_stop *find_taken(const struct arrival *a, uint32_t step)
{
    if (a->stop == NULL)
        return a->dark[step].port != PORT_NONE ? &a->dark[step] : NULL;
    return step_accepts(&a->route->steps[step], a->stop) ? a->stop : NULL;
}

static void make_run(struct arrival *a, const struct route_run *from, uint32_t step,
                     uint64_t case_id)
{
    const struct route_stop *stop = find_taken(a, step);
    struct route_run *run = &a->made[a->made_count++];
    if (from != NULL)
        *run = *from;
    else
        memset(run, 0, sizeof *run);
    run->stops[run->stop_count] = *stop;
    run->stops[run->stop_count].step = (uint8_t)step;
    run->stop_count++;
    run->step = (uint8_t)step;
    run->has_foreign_call = false;
    /* A zone or gate on the way does not end a forecast, which stays with the run. */
    if (stop->port != PORT_NONE || !run->is_forecast || run->is_lapsed) {
        run->is_forecast = false;
        run->forecast_port = PORT_NONE;
    }
    run->is_lapsed = false;
    run->case_id = case_id;
    set_expiry(run, a->limits);
}

/* Make copies of `run` advanced by the stop; true when there was one. */
static bool advance_run(struct arrival *a, const struct route_run *run)
{
    uint32_t first, last;
    bool has_advanced = false;
    if (!route_awaits(a->route, run, &first, &last))
        return false;
    for (uint32_t j = first; j <= last; j++) {
        const struct route_stop *stop = find_taken(a, j);
        bool is_open = !run->has_foreign_call || allows_between(a->route, run->step, j);
        if (is_open && stop != NULL && is_in_time(run, a->limits, stop->arrived_ms)) {
            make_run(a, run, j, run->case_id);
            has_advanced = true;
        }
    }
    return has_advanced;
}

/* The case of a run that begins with this stop: its id is made of the arrival and the
 * place, which is the port's code or the zone's id. A call that goes on is of the case of
 * the first call. */
static uint64_t make_case(const struct route_state *s, const struct arrival *a,
                          uint32_t index, uint64_t seed)
{
    const struct route_step *step = &a->route->steps[index];
    const struct route_stop *stop = find_taken(a, index);
    int64_t arrived_ms = a->is_repeat ? s->last_ms : stop->arrived_ms;
    uint32_t port = a->is_repeat ? s->last_port : stop->port;
    uint64_t place = seed;
    if (port != PORT_NONE)
        place = hash_text(ports_get(a->ports, port)->locode, seed);
    for (uint32_t i = 0; port == PORT_NONE && i < step->zone_count; i++)
        if (step->zones[i] == stop->zone)
            place = hash_u64(step->zone_keys[i], seed);
    return hash_u64((uint64_t)arrived_ms, place);
}

/* Whether a run that began with the call under way still waits for its departure. */
static bool has_begun(const struct route_state *s, const struct arrival *a, uint32_t step)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        const struct route_run *run = &s->runs[i];
        if (run->stop_count == 1 && run->step == step && !run->has_foreign_call &&
            run->stops[0].port != PORT_NONE && !run->stops[0].is_dark &&
            ports_are_same(a->ports, run->stops[0].port, a->stop->port))
            return true;
    }
    return false;
}

/* The number of steps with which a run may begin. */
static uint32_t first_steps(const struct route *route)
{
    uint32_t n = 1;
    while (n < route->step_count && route->steps[n - 1].is_optional)
        n++;
    return n;
}

/* Whether this one stop completes the route. */
static bool is_route_whole(const struct arrival *a)
{
    for (uint32_t j = 0; j < first_steps(a->route); j++)
        if (find_taken(a, j) != NULL && route_is_complete(a->route, j))
            return true;
    return false;
}

/* Begin runs with this stop. A call that goes on begins none, except those whose time was
 * over, because they would have waited for it. */
static void start_runs(const struct route_state *s, struct arrival *a, uint64_t seed)
{
    bool is_standing = a->stop != NULL && a->stop->is_standing;
    if (is_standing || (a->is_repeat && s->is_spent))
        return;
    bool was_whole = a->is_repeat && is_route_whole(a);
    for (uint32_t j = 0; j < first_steps(a->route); j++) {
        bool is_due = !a->is_repeat || (!has_begun(s, a, j) &&
                                        (!was_whole || route_is_complete(a->route, j)));
        if (is_due && find_taken(a, j) != NULL)
            make_run(a, NULL, j, make_case(s, a, j, seed));
    }
}

/* Whether the event is not told. A match is told once at a stop, for the oldest case. A
 * step is told unless this case was as far before, or an older case takes the same step
 * now. When a case takes several steps at once, only the last is told. */
static bool is_told(const struct route_state *s, const struct arrival *a, uint32_t index)
{
    const struct route_run *run = &a->made[index];
    bool is_done = route_is_complete(a->route, run->step);
    for (uint32_t i = 0; i < s->run_count && !is_done; i++)
        if (s->runs[i].case_id == run->case_id && s->runs[i].step >= run->step)
            return true;
    for (uint32_t i = 0; i < a->made_count; i++) {
        const struct route_run *other = &a->made[i];
        bool is_mine = other->case_id == run->case_id;
        bool is_older = i < index;
        if (is_mine ? other->step > run->step || (other->step == run->step && is_older)
                    : is_older && (other->step == run->step ||
                                   (is_done && route_is_complete(a->route, other->step))))
            return true;
    }
    return false;
}

void route_run_remove(struct route_state *s, uint32_t index)
{
    memmove(&s->runs[index], &s->runs[index + 1],
            (s->run_count - index - 1) * sizeof s->runs[0]);
    s->run_count--;
}

/* Whether each stop that advances the one also advances the other, which may wait longer.
 */
static bool is_outlived(const struct route_run *run, const struct route_run *other)
{
    const struct route_stop *a = &run->stops[0], *b = &other->stops[0];
    return run->step == other->step && a->arrived_ms <= b->arrived_ms &&
           route_run_last(run)->arrived_ms <= route_run_last(other)->arrived_ms &&
           (run->has_foreign_call || !other->has_foreign_call);
}

/* The run that makes room: one that is not the oldest of its step and does not outlive
 * all others there; else the least advanced, oldest. */
static uint32_t choose_victim(const struct route_state *s)
{
    uint32_t least = 0;
    for (uint32_t i = 0; i < s->run_count; i++) {
        bool has_elder = false, has_heir = false;
        for (uint32_t k = 0; k < s->run_count; k++) {
            has_elder = has_elder || (k < i && s->runs[k].step == s->runs[i].step);
            has_heir = has_heir || (k > i && is_outlived(&s->runs[i], &s->runs[k]));
        }
        if (has_elder && has_heir)
            return i;
        if (s->runs[i].step < s->runs[least].step)
            least = i;
    }
    return least;
}

static void keep_run(struct route_state *s, const struct route_run *run)
{
    if (s->run_count == ROUTE_RUNS_MAX) {
        route_run_remove(s, choose_victim(s));
        s->evicted++;
    }
    s->runs[s->run_count++] = *run;
}

/* Whether the run is at the port of the call before, with no other stop since. */
static bool run_stands_at(const struct route_run *run, uint32_t port,
                          const struct ports *ports)
{
    const struct route_stop *stop = route_run_last(run);
    return !run->has_foreign_call && stop->port != PORT_NONE && !stop->is_dark &&
           port != PORT_NONE && ports_are_same(ports, stop->port, port);
}

/* The call goes on: the runs there wait for its next departure. */
static void go_on(struct route_state *s, const struct arrival *a)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        struct route_run *run = &s->runs[i];
        if (!run_stands_at(run, a->stop->port, a->ports))
            continue;
        if (run->is_lapsed)
            run->is_lapsed = run->is_forecast = false;
        run->stops[run->stop_count - 1].departed_ms = TIME_NONE;
        if (run->stop_count == 1)
            run->stops[0].departed_ms = TIME_NONE;
        set_expiry(run, a->limits);
    }
}

/* Whether the run's last stop lies in a silence since the last call. A call that goes on
 * is then a call after it. */
static bool has_dark_end(const struct route_run *run)
{
    return route_run_last(run)->is_dark && !run->has_foreign_call;
}

/* The stop passes the existing runs; runs that can wait no longer break. */
static int pass_runs(struct route_state *s, struct arrival *a)
{
    for (uint32_t i = 0; i < s->run_count;) {
        struct route_run *run = &s->runs[i];
        if (a->is_repeat && !has_dark_end(run)) {
            i++;
            continue;
        }
        if (advance_run(a, run))
            run->is_forecast = false;
        if (a->stop->port != PORT_NONE)
            run->has_foreign_call = true;
        if (has_future(a->route, run) && !(run->is_lapsed && run->has_foreign_call)) {
            i++;
            continue;
        }
        struct route_output out = {ROUTE_LAPSED, a->stop->arrived_ms, *run};
        route_run_remove(s, i);
        int rc = route_run_has_to_lapse(&out.run) ? a->sink(a->context, &out) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int tell_made(const struct route_state *s, struct arrival *a)
{
    int rc = 0;
    for (uint32_t i = 0; i < a->made_count && rc == 0; i++) {
        const struct route_run *run = &a->made[i];
        bool is_done = route_is_complete(a->route, run->step);
        bool is_news = run->stop_count > 1 || (is_done && !a->is_repeat);
        if (!is_news || is_told(s, a, i))
            continue;
        struct route_output out = {is_done ? ROUTE_MATCHED : ROUTE_PROGRESSED,
                                   route_run_last(run)->arrived_ms, *run};
        rc = a->sink(a->context, &out);
    }
    return rc;
}

/* A completed case removes its runs. */
static void end_case(struct route_state *s, const struct route_run *run)
{
    for (uint32_t k = s->run_count; k-- > 0;)
        if (s->runs[k].case_id == run->case_id)
            route_run_remove(s, k);
    if (run->stop_count > 1 && run->stops[0].port != PORT_NONE &&
        !run->stops[0].is_dark && run->stops[0].arrived_ms >= s->last_ms)
        s->is_spent = true;
}

static bool is_ended(const struct arrival *a, uint64_t case_id)
{
    for (uint32_t i = 0; i < a->made_count; i++)
        if (a->made[i].case_id == case_id && route_is_complete(a->route, a->made[i].step))
            return true;
    return false;
}

/* Tell the new runs, then keep those that may go on: of completed cases only those with
 * optional steps left. */
static int settle_arrival(struct route_state *s, struct arrival *a)
{
    int rc = tell_made(s, a);
    for (uint32_t i = 0; i < a->made_count; i++)
        if (route_is_complete(a->route, a->made[i].step))
            end_case(s, &a->made[i]);
    for (uint32_t i = 0; i < a->made_count; i++) {
        const struct route_run *run = &a->made[i];
        if (run->step + 1u < a->route->step_count &&
            (route_is_complete(a->route, run->step) || !is_ended(a, run->case_id)))
            keep_run(s, run);
    }
    return rc;
}

/* `made` is left as it is: it is long, and made_count says what is in use. */
static void begin_arrival(struct arrival *a, const struct route_way *way,
                          const struct route_stop *stop, const struct route_stop *dark)
{
    a->route = way->route;
    a->limits = way->limits;
    a->ports = way->ports;
    a->stop = stop;
    a->dark = dark;
    a->sink = way->sink;
    a->context = way->context;
    a->is_repeat = false;
    a->made_count = 0;
}

/* Remember of this stop what the next one needs. */
static void remember_stop(struct route_state *s, const struct route_stop *stop,
                          const struct arrival *a)
{
    if (stop->is_standing || a->is_repeat)
        return;
    s->last_port = stop->port;
    s->last_ms = stop->arrived_ms;
    s->is_spent = false;
}

int route_run_arrive(struct route_state *s, const struct route_way *way,
                     const struct route_stop *stop)
{
    struct arrival a;
    begin_arrival(&a, way, stop, NULL);
    a.is_repeat = stop->port != PORT_NONE && s->last_port != PORT_NONE &&
                  ports_are_same(a.ports, s->last_port, stop->port);
    if (a.is_repeat)
        go_on(s, &a);
    int rc = pass_runs(s, &a);
    if (rc != 0)
        return rc;
    start_runs(s, &a, way->seed);
    remember_stop(s, stop, &a);
    return settle_arrival(s, &a);
}

int route_run_arrive_dark(struct route_state *s, const struct route_way *way,
                          const struct route_stop stops[ROUTE_STEPS_MAX])
{
    struct arrival a;
    begin_arrival(&a, way, NULL, stops);
    for (uint32_t i = 0; i < s->run_count; i++)
        if (advance_run(&a, &s->runs[i]))
            s->runs[i].is_forecast = false;
    start_runs(s, &a, way->seed);
    return settle_arrival(s, &a);
}

bool route_run_awaits(const struct route_state *s, const struct route *route,
                      uint32_t step)
{
    uint32_t first, last;
    for (uint32_t i = 0; s != NULL && i < s->run_count; i++)
        if (route_awaits(route, &s->runs[i], &first, &last) && step >= first &&
            step <= last)
            return true;
    return step < first_steps(route);
}

void route_run_depart(struct route_state *s, const struct route_limits *limits,
                      const struct ports *ports, const struct route_stop *left)
{
    for (uint32_t i = 0; i < s->run_count; i++) {
        struct route_run *run = &s->runs[i];
        for (uint8_t k = 0; k < run->stop_count; k++) {
            struct route_stop *stop = &run->stops[k];
            bool is_same = left->port == PORT_NONE
                               ? stop->port == PORT_NONE && stop->zone == left->zone
                               : stop->port != PORT_NONE &&
                                     ports_are_same(ports, stop->port, left->port);
            if (!is_same || stop->departed_ms != TIME_NONE)
                continue;
            stop->departed_ms = left->departed_ms;
            if (left->confidence > stop->confidence)
                stop->confidence = left->confidence;
        }
        if (!run->is_lapsed)
            set_expiry(run, limits);
    }
}

bool route_run_is_idle(const struct route_state *s, const struct route *route)
{
    if (s->run_count != 0)
        return false;
    for (uint32_t j = 0; s->last_port != PORT_NONE && j < first_steps(route); j++)
        if (route->steps[j].ports != NULL &&
            port_set_has(route->steps[j].ports, s->last_port))
            return false;
    return true;
}
