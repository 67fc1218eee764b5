/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own metrics: how often each path was asked, streams, what is open, and how
 * long a step of it took. */
#include <stdio.h>
#include <time.h>

#include "api_int.h"
#include "live.h"
#include "request.h"

void api_metrics_count(struct api *api, const struct api_route *route, unsigned status)
{
    size_t at = route != NULL ? (size_t)(route - route_table) : route_count;
    struct api_count *counts = &api->counts[at * API_CODES];
    for (size_t i = 0; i < API_CODES; i++)
        if (counts[i].status == status || counts[i].status == 0) {
            counts[i].status = status;
            counts[i].count++;
            return;
        }
}

static int write_live_metrics(const struct live *l, struct buf *out)
{
    static const char open[] = "lookoutd_alerts_unacknowledged";
    static const char streams[] = "lookoutd_api_streams";
    static const char resyncs[] = "lookoutd_api_stream_resyncs_total";
    int rc = metric_family(out, open, "gauge", "Alerts that nobody has acknowledged.");
    for (unsigned s = 0; s < SEVERITIES && rc == 0; s++)
        rc = metric_sample(out, open, "severity", severity_name((enum severity)s),
                           (double)l->marks.open[s]);
    if (rc == 0)
        rc = metric_family(out, streams, "gauge", "Live streams open.");
    if (rc == 0)
        rc = metric_sample(out, streams, NULL, NULL, (double)l->stream_count);
    if (rc == 0)
        rc = metric_family(out, resyncs, "counter",
                           "Backlogs of slow readers that were dropped.");
    return rc != 0 ? rc : metric_sample(out, resyncs, NULL, NULL, (double)l->resyncs);
}

int api_metrics_write(struct api *api, struct buf *out)
{
    static const char name[] = "lookoutd_api_requests_total";
    char code[16];
    int rc = metric_family(out, name, "counter",
                           "Requests answered, by path and status; other: no such path, "
                           "or a file.");
    for (size_t i = 0; i < (route_count + 1) * API_CODES && rc == 0; i++) {
        const struct api_count *c = &api->counts[i];
        size_t route = i / API_CODES;
        snprintf(code, sizeof code, "%u", c->status);
        if (c->count != 0)
            rc =
                metric_sample2(out, name, "path",
                               route < route_count ? route_table[route].pattern : "other",
                               "code", code, (double)c->count);
    }
    if (rc == 0 && api->live != NULL)
        rc = write_live_metrics(api->live, out);
    if (rc == 0)
        rc = metric_family(out, "lookoutd_api_longest_step_seconds", "gauge",
                           "The longest step of the API on the loop since the last look, "
                           "in processor time.");
    if (rc == 0)
        rc = metric_sample(out, "lookoutd_api_longest_step_seconds", NULL, NULL,
                           (double)api->longest_ns / 1e9);
    api->longest_ns = 0;
    return rc;
}

int64_t api_metrics_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void api_metrics_step(struct api *api, int64_t begin_ns)
{
    int64_t took_ns = api_metrics_cpu_ns() - begin_ns;
    if (took_ns > api->longest_ns)
        api->longest_ns = took_ns;
}
