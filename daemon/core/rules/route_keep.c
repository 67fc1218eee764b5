/* SPDX-License-Identifier: Apache-2.0 */
/* The state that a rule of kind route keeps of one track: its memory and its saved form.
 */
#include "route_keep_int.h"

#include <stddef.h>
#include <stdlib.h>

#include "lookout/base/time.h"
#include "route_settings_int.h"

struct route_keep *route_keep_obtain(struct rule_look *look)
{
    struct route_keep *state = *look->state;
    bool is_new = state == NULL;
    if (!is_new && state->room == ROUTE_RUNS_MAX)
        return state;
    state = realloc(state, sizeof *state);
    if (state == NULL)
        return NULL;
    *look->state = state;
    state->room = ROUTE_RUNS_MAX;
    if (!is_new)
        return state;
    route_run_init(&state->runs);
    state->counted_ms = state->told_ms = TIME_NONE;
    state->fixes_ms[0] = state->fixes_ms[1] = TIME_NONE;
    return state;
}

/* Shrink the memory to the runs; when that fails it stays as it is. */
static void cut_down(struct rule_look *look)
{
    struct route_keep *state = *look->state;
    uint32_t count = state->runs.run_count;
    if (count == state->room)
        return;
    size_t bytes = offsetof(struct route_keep, runs) +
                   offsetof(struct route_state, runs) +
                   count * sizeof state->runs.runs[0];
    state = realloc(state, bytes);
    if (state == NULL)
        return;
    state->room = count;
    *look->state = state;
}

void route_keep_tidy(struct rule_look *look)
{
    struct route_keep *state = *look->state;
    if (state == NULL)
        return;
    if (!route_run_is_idle(&state->runs, route_settings(look->rule)->route)) {
        cut_down(look);
        return;
    }
    free(state);
    *look->state = NULL;
}

void route_keep_save(const struct rule_look *look, struct wire_writer *out)
{
    const struct route_keep *state = *look->state;
    wire_put_i64(out, state->counted_ms);
    wire_put_i64(out, state->told_ms);
    for (int i = 0; i < 2; i++)
        wire_put_i64(out, state->fixes_ms[i]);
    route_wire_save(&state->runs, look->world->ports, look->world->zones, out);
}

int route_keep_load(struct rule_look *look, struct wire_reader *in)
{
    struct route_keep *state = route_keep_obtain(look);
    if (state == NULL)
        return ERR_NOMEM;
    state->counted_ms = wire_get_time(in);
    if (!wire_reader_is_before(in, 3))
        state->told_ms = wire_get_time(in);
    for (int i = 0; i < 2 && !wire_reader_is_before(in, 2); i++)
        state->fixes_ms[i] = wire_get_time(in);
    int rc = route_wire_load(&state->runs, look->world->ports, look->world->zones, in);
    for (uint32_t i = 0; rc == 0 && i < state->runs.run_count; i++)
        if (state->runs.runs[i].step >= route_settings(look->rule)->route->step_count)
            rc = ERR_CORRUPT;
    cut_down(look);
    return rc;
}
