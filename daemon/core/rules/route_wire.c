/* SPDX-License-Identifier: Apache-2.0 */
/* Saved form of a ship's runs: ports by code, zones by id, so that it survives a changed
 * gazetteer or zone file. */
#include "lookout/rules/route.h"

#include "lookout/base/time.h"

/* bits beside the confidence, which is 1 to 4 */
#define ARRIVAL_UNKNOWN 8u
#define DARK 16u

static void save_port(const struct ports *ports, uint32_t port, struct wire_writer *w)
{
    wire_put_text(w, port != PORT_NONE ? ports_get(ports, port)->locode : "");
}

static void save_stop(const struct route_stop *stop, const struct ports *ports,
                      const struct zone_set *zones, struct wire_writer *w)
{
    save_port(ports, stop->port, w);
    wire_put_text(w, stop->port == PORT_NONE ? zone_set_info(zones, stop->zone)->id : "");
    wire_put_u64(w, stop->step);
    wire_put_u64(w, stop->confidence | (stop->is_arrival_unknown ? ARRIVAL_UNKNOWN : 0u) |
                        (stop->is_dark ? DARK : 0u));
    wire_put_i64(w, stop->arrived_ms);
    wire_put_i64(w, stop->departed_ms);
    wire_put_i64(w, stop->pos.lat_e7);
    wire_put_i64(w, stop->pos.lon_e7);
    if (stop->is_dark) {
        wire_put_i64(w, stop->silent_from_ms);
        wire_put_i64(w, stop->silent_to_ms);
    }
}

void route_wire_save(const struct route_state *s, const struct ports *ports,
                     const struct zone_set *zones, struct wire_writer *w)
{
    save_port(ports, s->last_port, w);
    wire_put_i64(w, s->last_ms);
    wire_put_u64(w, s->is_spent);
    wire_put_u64(w, s->run_count);
    for (uint32_t i = 0; i < s->run_count; i++) {
        const struct route_run *run = &s->runs[i];
        wire_put_u64(w, run->stop_count);
        for (uint8_t k = 0; k < run->stop_count; k++)
            save_stop(&run->stops[k], ports, zones, w);
        wire_put_u64(w, run->step);
        wire_put_u64(w, run->has_foreign_call);
        wire_put_u64(w, run->is_forecast);
        wire_put_u64(w, run->is_lapsed);
        wire_put_i64(w, run->forecast_ms);
        save_port(ports, run->is_forecast ? run->forecast_port : PORT_NONE, w);
        wire_put_u64(w, run->case_id);
        wire_put_i64(w, run->expires_ms);
        wire_put_i64(w, run->until_ms);
    }
}

static uint32_t load_port(const struct ports *ports, struct wire_reader *r)
{
    char code[LOCODE_BYTES];
    wire_get_text(r, code, sizeof code);
    return code[0] != '\0' ? ports_find(ports, code) : PORT_NONE;
}

static int load_stop(struct route_stop *stop, const struct ports *ports,
                     const struct zone_set *zones, struct wire_reader *r)
{
    char id[256];
    stop->port = load_port(ports, r);
    wire_get_text(r, id, sizeof id);
    int64_t zone = id[0] != '\0' ? zone_set_find(zones, id) : -1;
    stop->zone = zone >= 0 ? (uint32_t)zone : UINT32_MAX;
    stop->step = (uint8_t)wire_get_u64(r);
    uint64_t confidence = wire_get_u64(r);
    stop->confidence = (uint8_t)(confidence & (ARRIVAL_UNKNOWN - 1));
    stop->is_arrival_unknown = (confidence & ARRIVAL_UNKNOWN) != 0;
    stop->is_dark = (confidence & DARK) != 0;
    stop->arrived_ms = wire_get_time(r);
    stop->departed_ms = wire_get_time(r);
    stop->pos.lat_e7 = (int32_t)wire_get_i64(r);
    stop->pos.lon_e7 = (int32_t)wire_get_i64(r);
    if (stop->is_dark) {
        stop->silent_from_ms = wire_get_time(r);
        stop->silent_to_ms = wire_get_time(r);
    }
    bool is_known = (stop->port == PORT_NONE) != (stop->zone == UINT32_MAX);
    return !r->failed && is_known ? 0 : ERR_CORRUPT;
}

static int load_run(struct route_run *run, const struct ports *ports,
                    const struct zone_set *zones, struct wire_reader *r)
{
    uint64_t stops = wire_get_u64(r);
    if (r->failed || stops == 0 || stops > ROUTE_CALLS_MAX)
        return ERR_CORRUPT;
    for (uint64_t k = 0; k < stops; k++) {
        int rc = load_stop(&run->stops[k], ports, zones, r);
        if (rc != 0)
            return rc;
    }
    run->stop_count = (uint8_t)stops;
    uint64_t step = wire_get_u64(r);
    run->step = (uint8_t)step;
    run->has_foreign_call = wire_get_u64(r) != 0;
    run->is_forecast = wire_get_u64(r) != 0;
    run->is_lapsed = wire_get_u64(r) != 0;
    run->forecast_ms = wire_get_time(r);
    run->forecast_port = load_port(ports, r);
    run->case_id = wire_get_u64(r);
    run->expires_ms = wire_get_time(r);
    run->until_ms = wire_get_time(r);
    return !r->failed && step < ROUTE_STEPS_MAX ? 0 : ERR_CORRUPT;
}

int route_wire_load(struct route_state *s, const struct ports *ports,
                    const struct zone_set *zones, struct wire_reader *r)
{
    route_run_init(s);
    s->last_port = load_port(ports, r);
    s->last_ms = wire_get_time(r);
    s->is_spent = wire_get_u64(r) != 0;
    uint64_t count = wire_get_u64(r);
    if (r->failed || count > ROUTE_RUNS_MAX)
        return ERR_CORRUPT;
    for (uint64_t i = 0; i < count; i++) {
        int rc = load_run(&s->runs[i], ports, zones, r);
        if (rc != 0)
            return rc;
        s->run_count++;
    }
    return 0;
}
