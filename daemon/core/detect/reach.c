/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a silent ship could have called at a port. */
#include "lookout/detect/reach.h"

#include <math.h>
#include <stdlib.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"

const char *const reach_verdicts[] = {"impossible", "unknown", "possible", NULL};

struct reach_conf reach_conf_default(void)
{
    return (struct reach_conf){
        .factor = 0.93, .own_kn = 12, .own_least_kn = 8, .radius_m = 2000 * NM_M};
}

/* --- the ports --- */

static bool has_reach_port(const struct reach_ports *reach, uint32_t port)
{
    for (size_t i = 0; i < reach->count; i++)
        if (reach->items[i].port == port)
            return true;
    return false;
}

int reach_ports_add(struct reach_ports *reach, const struct ports *ports,
                    const struct port_set *set)
{
    for (uint32_t p = port_set_next(set, 0); p != PORT_NONE;
         p = port_set_next(set, p + 1)) {
        uint32_t head = ports_get(ports, p)->same;
        if (has_reach_port(reach, head))
            continue;
        if (reach->count == REACH_PORTS_MAX)
            return ERR_LIMIT;
        reach->items[reach->count++] = (struct reach_port){.port = head};
    }
    return 0;
}

int reach_ports_places(const struct ports *ports, uint32_t port,
                       struct geo_pos **ret_places, size_t *ret_count)
{
    size_t count = 0, n = 0;
    uint32_t i = port;
    do {
        count += 1 + ports_get(ports, i)->place_count;
        i = ports_get(ports, i)->next_same;
    } while (i != port);
    struct geo_pos *places = malloc(count * sizeof *places);
    if (places == NULL)
        return ERR_NOMEM;
    do {
        const struct port *p = ports_get(ports, i);
        places[n++] = p->pos;
        for (size_t k = 0; k < p->place_count; k++)
            places[n++] = p->places[k].pos;
        i = p->next_same;
    } while (i != port);
    *ret_places = places;
    *ret_count = n;
    return 0;
}

/* --- the bounds --- */

static bool is_charted(const struct water *water, struct geo_pos pos)
{
    return water != NULL && water_is_near(water, pos);
}

/* Whether the grid knows the water at every place of the port. */
static bool is_port_charted(const struct reach_world *w, uint32_t port)
{
    uint32_t i = port;
    do {
        const struct port *p = ports_get(w->ports, i);
        if (!is_charted(w->water, p->pos))
            return false;
        for (size_t k = 0; k < p->place_count; k++)
            if (!is_charted(w->water, p->places[k].pos))
                return false;
        i = p->next_same;
    } while (i != port);
    return true;
}

/* The way in the time, in metres. */
static double run_m(double kn, int64_t ms)
{
    return kn * KN_MPS * ((double)ms / 1000.0);
}

/* In whole seconds. */
static int64_t run_ms(double way_m, double kn)
{
    return (int64_t)(way_m / (kn * KN_MPS)) * SECOND_MS;
}

/* A field of least ways is right but for half a cell where it begins: over 70 ports of
 * all coasts, 5.8 km at worst against the best ways from corner to corner. */
static const double GRID_SLACK_M = 8000;

double reach_way_m(const struct reach_world *w, const struct reach_port *port,
                   struct geo_pos pos)
{
    double m = port->field != NULL ? water_field_distance_m(port->field, pos) : -1;
    return m < 0 ? m
                 : fmax(m - GRID_SLACK_M, ports_distance_m(w->ports, port->port, pos));
}

void reach_judge(const struct reach_world *w, const struct reach_port *port,
                 const struct reach_ask *ask, struct reach_answer *ret)
{
    double straight_m = ports_distance_m(w->ports, port->port, ask->from) +
                        ports_distance_m(w->ports, port->port, ask->to);
    double there_m = reach_way_m(w, port, ask->from);
    double back_m = reach_way_m(w, port, ask->to);
    int64_t time_ms = ask->to_ms - ask->from_ms - ask->stay_ms;
    bool is_known = there_m >= 0 && back_m >= 0;
    struct reach_answer a = {.port = port->port,
                             .verdict = REACH_UNKNOWN,
                             .way_m = is_known ? there_m + back_m : -1,
                             .needed_kn = -1,
                             .earliest_ms = TIME_NONE,
                             .latest_ms = TIME_NONE};
    if (is_known) {
        a.earliest_ms = ask->from_ms + run_ms(there_m, ask->own_kn);
        a.latest_ms = ask->to_ms - run_ms(back_m, ask->own_kn);
        if (time_ms > 0)
            a.needed_kn = a.way_m / ((double)time_ms / 1000.0) / KN_MPS;
    }
    double most_m = run_m(ask->max_kn, time_ms);
    bool is_bound = is_known && is_charted(w->water, ask->from) &&
                    is_charted(w->water, ask->to) && is_port_charted(w, port->port);
    if (time_ms <= 0 || straight_m > most_m ||
        (is_bound && w->conf->factor * a.way_m > most_m))
        a.verdict = REACH_IMPOSSIBLE;
    else if (is_known && a.way_m <= run_m(ask->own_kn, time_ms))
        a.verdict = REACH_POSSIBLE;
    *ret = a;
}

/* --- of several ports --- */

/* Of two equal ways the one of the lower code. */
static bool is_shorter(const struct reach_answer *a, const struct reach_answer *b)
{
    if ((a->way_m < 0) != (b->way_m < 0))
        return b->way_m < 0;
    return a->way_m < b->way_m || (a->way_m <= b->way_m && a->port < b->port);
}

/* Insert by the way; returns the new count. */
static size_t insert_answer(struct reach_answer *list, size_t count,
                            const struct reach_answer *answer)
{
    size_t at = count;
    for (; at > 0 && is_shorter(answer, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = *answer;
    return count + 1;
}

size_t reach_judge_all(const struct reach_world *w, const struct port_set *set,
                       const struct reach_ask *ask,
                       struct reach_answer ret[REACH_PORTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < w->reach->count; i++) {
        const struct reach_port *port = &w->reach->items[i];
        struct reach_answer answer;
        if (!port_set_has(set, port->port) ||
            ports_within_entry(w->ports, port->port, ask->from) ||
            ports_within_entry(w->ports, port->port, ask->to))
            continue;
        reach_judge(w, port, ask, &answer);
        count = insert_answer(ret, count, &answer);
    }
    return count;
}

size_t reach_judge_ahead(const struct reach_world *w, const struct port_set *set,
                         const struct reach_ask *ask,
                         struct reach_answer ret[REACH_PORTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < w->reach->count; i++) {
        const struct reach_port *port = &w->reach->items[i];
        double way_m =
            port_set_has(set, port->port) ? reach_way_m(w, port, ask->from) : -1;
        if (way_m < 0 || ports_within_entry(w->ports, port->port, ask->from))
            continue;
        struct reach_answer answer = {
            .port = port->port,
            .way_m = way_m,
            .earliest_ms = ask->from_ms + run_ms(way_m, ask->own_kn),
            .latest_ms = TIME_NONE,
        };
        count = insert_answer(ret, count, &answer);
    }
    return count;
}
