/* SPDX-License-Identifier: Apache-2.0 */
/* The runs of a route whose time is over. */
#include "lookout/base/time.h"
#include "route_run_int.h"

int64_t route_expire_deadline(const struct route_state *s)
{
    int64_t due = INT64_MAX;
    for (uint32_t i = 0; i < s->run_count; i++)
        if (s->runs[i].expires_ms != TIME_NONE && s->runs[i].expires_ms < due)
            due = s->runs[i].expires_ms;
    return due;
}

/* Whether a second call in a row at its last port may give the run more time. Runs of one
 * stop begin anew with that call instead. */
static bool may_go_on(const struct route_run *run)
{
    return run->stop_count > 1 && !run->is_lapsed && !run->has_foreign_call &&
           route_run_last(run)->port != PORT_NONE && run->until_ms != TIME_NONE &&
           run->until_ms > run->expires_ms;
}

int route_expire_runs(struct route_state *s, int64_t now_ms, route_sink sink,
                      void *context)
{
    for (uint32_t i = 0; i < s->run_count;) {
        struct route_run *run = &s->runs[i];
        if (run->expires_ms == TIME_NONE || run->expires_ms > now_ms) {
            i++;
            continue;
        }
        struct route_output out = {ROUTE_LAPSED, run->expires_ms, *run};
        bool is_news = route_run_has_to_lapse(run);
        if (may_go_on(run)) {
            run->is_lapsed = run->is_forecast = true; /* nor forecast meanwhile */
            run->expires_ms = run->until_ms;
        } else {
            route_run_remove(s, i);
        }
        int rc = is_news ? sink(context, &out) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}
