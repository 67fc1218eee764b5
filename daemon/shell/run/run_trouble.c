/* SPDX-License-Identifier: Apache-2.0 */
/* Reports faults of the daemon itself as alerts of the type lookoutd.trouble. */
#include <inttypes.h>
#include <stdarg.h>

#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"
#include "run_int.h"

void run_trouble(struct run *r, const char *what, const char *format, ...)
{
    char text[400];
    struct alert alert;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_warning("run", NULL, "%s", text);
    int rc = engine_trouble_alert(engine_conf(r->pipeline.engine), what, text,
                                  clock_wall_ms(), &alert);
    run_alert(r, rc, &alert);
}

static enum run_limit find_limit(const struct engine *e)
{
    size_t known = engine_vessel_count(e), most = engine_conf(e)->vessels_max;
    if (most == 0)
        return LIMIT_FAR;
    if (engine_counts(e)->forgotten[ENGINE_FORGOT_OPEN] != 0)
        return LIMIT_SECOND;
    if (known >= most)
        return LIMIT_REACHED;
    return known >= most / 10 * 9 ? LIMIT_NEAR : LIMIT_FAR;
}

void run_trouble_limits(struct run *r)
{
    static const char *const says[] = {
        [LIMIT_FAR] = "",
        [LIMIT_NEAR] = "it will soon be reached",
        [LIMIT_REACHED] =
            "strangers and those heard longest ago are forgotten; none that "
            "is watched or has something open",
        [LIMIT_SECOND] = "all others are forgotten, and vessels with open runs, calls or "
                         "alerts, too; no watched one",
    };
    const struct engine *e = r->pipeline.engine;
    const struct engine_counts *c = engine_counts(e);
    enum run_limit limit = find_limit(e);
    if (limit > r->limit_told)
        run_trouble(r, "limit", "%zu vessels are known, limits.vessels is %u: %s.",
                    engine_vessel_count(e), (unsigned)engine_conf(e)->vessels_max,
                    says[limit]);
    if (limit > r->limit_told || limit == LIMIT_FAR)
        r->limit_told = limit;
    if (c->vessels_forgotten == r->forgotten_told)
        return;
    r->forgotten_told = c->vessels_forgotten;
    log_repeated(LOG_LEVEL_INFO, "run", NULL, "forgotten",
                 "vessels are forgotten: stranger=%" PRIu64 " known=%" PRIu64
                 " open=%" PRIu64,
                 c->forgotten[ENGINE_FORGOT_STRANGER], c->forgotten[ENGINE_FORGOT_KNOWN],
                 c->forgotten[ENGINE_FORGOT_OPEN]);
}

void run_trouble_database(struct run *r)
{
    enum { LOOK_MS = 5000 };
    struct store_health health;
    if (uv_now(&r->loop) - r->looked_ms < LOOK_MS)
        return;
    r->looked_ms = uv_now(&r->loop);
    bool was_displaced = r->is_displaced, was_unreadable = r->is_unreadable;
    r->is_displaced = store_is_displaced(r->store);
    r->is_unreadable = store_reader_last_alert(r->reader) < 0;
    store_health(r->store, &health);
    if (health.replaced != r->replaced_told) {
        r->replaced_told = health.replaced;
        /* The new database does not contain vessels that do not change, so all vessels
         * are written to it. */
        int rc = pipeline_commit(&r->pipeline, true);
        if (rc != 0)
            run_fail(r, "the state cannot be kept", rc);
        else
            run_trouble(r, "disk",
                        "The database was removed or damaged; a new one goes on.");
    }
    if (r->is_displaced)
        log_repeated(LOG_LEVEL_ERROR, "store", NULL, "displaced",
                     "%s or the lock in it was removed under the daemon: restart it",
                     r->conf->state);
    if (r->is_displaced && !was_displaced)
        run_trouble(r, "disk", "The state directory or its lock was removed.");
    if (r->is_unreadable && !was_unreadable)
        run_trouble(r, "disk", "The database cannot be read.");
}
