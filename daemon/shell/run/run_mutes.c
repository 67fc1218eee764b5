/* SPDX-License-Identifier: Apache-2.0 */
/* The mutes that people added: from the record into the engine. They hold by event times
 * that are on record, so a restart repeats them. */
#include "lookout/base/time.h"
#include "lookout/sys/log.h"
#include "run_int.h"

struct gathering {
    const struct run *r;
    struct engine_mutes mutes;
};

static char *as_text(const char *text)
{
    return (char *)(uintptr_t)text; /* copied at once */
}

/* One that is over for good is left out. */
static int gather_mute(void *context, const struct store_mute *row)
{
    struct gathering *g = context;
    const struct engine *engine = g->r->pipeline.engine;
    int64_t now_ms = engine_now(engine);
    bool is_ended = row->ended_ms != TIME_NONE && row->ended_ms < row->until_ms;
    int64_t end_ms = is_ended ? row->ended_ms : row->until_ms;
    const struct engine_mute mute = {.rule = as_text(row->rule),
                                     .zone = as_text(row->zone),
                                     .feed = as_text(row->feed),
                                     .why = as_text(row->why),
                                     .vessel = row->vessel == row->meant
                                                   ? engine_mute_ship(engine, row->vessel)
                                                   : row->vessel,
                                     .mmsi = row->meant > 9999999 ? row->meant : 0,
                                     .from_ms = row->from_ms,
                                     .until_ms = row->until_ms,
                                     .ended_ms = row->ended_ms};
    if (now_ms != TIME_NONE && end_ms <= now_ms)
        return 0;
    return engine_mute_add(&g->mutes, &mute);
}

int run_mutes_load(struct run *r)
{
    struct gathering g = {.r = r};
    int rc = query_mutes_walk(r->reader, gather_mute, &g);
    if (rc == 0)
        engine_mute_set(r->pipeline.engine, &g.mutes);
    engine_mute_finish(&g.mutes);
    return rc;
}

void run_mutes_changed(void *context)
{
    struct run *r = context;
    int rc = run_mutes_load(r);
    if (rc != 0)
        log_error("run", NULL, "the mutes cannot be read: %s", err_text(rc));
    api_mutes_changed(r->api);
}
