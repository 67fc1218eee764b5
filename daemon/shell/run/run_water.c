/* SPDX-License-Identifier: Apache-2.0 */
/* The distances over water are made while the daemon runs: forecasts and silences that
 * need one wait for it, all else goes on. */
#include "run_int.h"

#include "lookout/run/config.h"
#include "lookout/water/water_maker.h"

/* A reload under way may hold and release fields in its own thread. */
void run_water_look(struct run *r)
{
    struct water_fields_counts counts;
    if (r->water == NULL || r->reload.phase != RELOAD_NONE ||
        water_maker_left(r->water, &counts) != 0)
        return;
    config_tell_water(r->conf, &counts);
    run_water_stop(r);
}

size_t run_water_left(const struct run *r)
{
    struct water_fields_counts counts;
    return r->water != NULL ? water_maker_left(r->water, &counts) : 0;
}

void run_water_stop(struct run *r)
{
    water_maker_destroy(r->water);
    r->water = NULL;
}
