/* SPDX-License-Identifier: Apache-2.0 */
/* The relays of the daemon: they hear of every report that the engine has taken in, and
 * of every alert. */
#include <stdio.h>

#include "lookout/alert/severity.h"
#include "lookout/sys/log.h"
#include "run_int.h"

/* One that is told can be found in the journal by its vessel, rule and id. */
static int tell_relays_alert(void *context, const struct alert *alert)
{
    struct run *r = context;
    char vessel[16];
    snprintf(vessel, sizeof vessel, "%09u", alert->mmsi);
    const struct log_about about = {.vessel = alert->mmsi != 0 ? vessel : NULL,
                                    .rule = alert->rule,
                                    .alert = alert->id};
    relays_alert(r->relays, alert);
    if (alert->is_muted || alert->is_folded)
        return 0;
    log_set_about(&about);
    log_to_journal("alert", alert->rule, "%s severity=%s vessel=%s id=%s", alert->type,
                   severity_name((enum severity)alert->severity),
                   alert->mmsi != 0 ? vessel : "none", alert->id);
    log_set_about(NULL);
    return 0;
}

static void tell_relays_report(void *context, const struct report *report)
{
    struct run *r = context;
    relays_report(r->relays, r->pipeline.engine, report);
}

int run_relay_open(struct run *r, struct err *err)
{
    r->relays = relays_create(&r->loop);
    if (r->relays == NULL)
        return ERR_NOMEM;
    r->pipeline.on_alert = tell_relays_alert;
    r->pipeline.on_report = tell_relays_report;
    r->pipeline.context = r;
    return run_relay_follow(r, err);
}

int run_relay_follow(struct run *r, struct err *err)
{
    return relays_reconfigure(r->relays, r->conf->relays, r->conf->relay_count,
                              engine_conf(r->pipeline.engine)->site, err);
}

void run_relay_stop(struct run *r)
{
    if (r->relays == NULL)
        return;
    relays_flush(r->relays);
    relays_close(r->relays);
    r->relays = NULL;
    r->pipeline.on_alert = NULL;
    r->pipeline.on_report = NULL;
}

/* --- metrics --- */

enum relay_figure {
    RELAY_CLIENTS,
    RELAY_CONNECTS,
    RELAY_REFUSED,
    RELAY_SLOW,
    RELAY_SENTENCES,
    RELAY_BYTES,
    RELAY_FAILED,
    RELAY_FIGURES
};

int run_relay_metrics(const struct run *r, struct buf *out)
{
    /* clang-format off */
    static const struct {
        const char *name, *type, *text;
    } rows[RELAY_FIGURES] = {
        [RELAY_CLIENTS]   = {"lookoutd_relay_clients", "gauge", "Readers connected."},
        [RELAY_CONNECTS]  = {"lookoutd_relay_connects_total", "counter", "Readers that came."},
        [RELAY_REFUSED]   = {"lookoutd_relay_refused_total", "counter", "Readers beyond max_clients."},
        [RELAY_SLOW]      = {"lookoutd_relay_slow_total", "counter", "Readers put out because they did not read."},
        [RELAY_SENTENCES] = {"lookoutd_relay_sentences_total", "counter", "Sentences made."},
        [RELAY_BYTES]     = {"lookoutd_relay_bytes_total", "counter", "Bytes of these sentences."},
        [RELAY_FAILED]    = {"lookoutd_relay_datagrams_lost_total", "counter", "Datagrams that could not be sent."},
    };
    /* clang-format on */
    int rc = 0;
    size_t count = r->relays != NULL ? relays_count(r->relays) : 0;
    for (int f = 0; f < RELAY_FIGURES && rc == 0; f++) {
        rc = metric_family(out, rows[f].name, rows[f].type, rows[f].text);
        for (size_t i = 0; i < count && rc == 0; i++) {
            struct relay_status s;
            relays_status(r->relays, i, &s);
            const uint64_t figures[RELAY_FIGURES] = {
                s.clients, s.connects, s.refused, s.slow, s.sentences, s.bytes, s.failed};
            rc = metric_sample(out, rows[f].name, "relay", s.id, (double)figures[f]);
        }
    }
    return rc;
}
