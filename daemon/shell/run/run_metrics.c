/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of /metrics, /healthz and /readyz. Base units, one prefix, no MMSI in a
 * label. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"
#include "run_int.h"

static double to_seconds(int64_t ms)
{
    return ms != TIME_NONE ? (double)ms / 1000.0 : 0;
}

/* One family with one sample. */
static int write_single(struct buf *out, const char *name, const char *type,
                        const char *text, double value)
{
    int rc = metric_family(out, name, type, text);
    return rc != 0 ? rc : metric_sample(out, name, NULL, NULL, value);
}

/* --- feeds --- */

enum feed_figure {
    FEED_OPEN,
    FEED_SILENT,
    FEED_BYTES,
    FEED_SENTENCES,
    FEED_MESSAGES,
    FEED_REPORTS,
    FEED_CONNECTS,
    FEED_DROPS,
    FEED_LAST,
    FEED_REFUSED,
    FEED_TAG_VOID,
    FEED_REPLACED,
    FEED_BEHIND,
    FEED_LATE,
    FEED_DUPLICATES,
    FEED_FIGURES
};

static const struct {
    const char *name, *type, *text;
} feed_rows[FEED_FIGURES] = {
    /* clang-format off */
    [FEED_OPEN]       = {"lookoutd_feed_open", "gauge", "Whether the feed is bound, connected or readable."},
    [FEED_SILENT]     = {"lookoutd_feed_silent", "gauge", "Whether the feed was silent for silent_after."},
    [FEED_BYTES]      = {"lookoutd_feed_received_bytes_total", "counter", "Bytes received."},
    [FEED_SENTENCES]  = {"lookoutd_feed_sentences_total", "counter", "AIS sentences with a good checksum."},
    [FEED_MESSAGES]   = {"lookoutd_feed_messages_total", "counter", "Whole messages decoded."},
    [FEED_REPORTS]    = {"lookoutd_feed_reports_total", "counter", "Reports of ships passed to the engine."},
    [FEED_CONNECTS]   = {"lookoutd_feed_connects_total", "counter", "Connections made or accepted."},
    [FEED_DROPS]      = {"lookoutd_feed_kernel_drops_total", "counter", "Datagrams the kernel dropped."},
    [FEED_LAST]       = {"lookoutd_feed_last_report_timestamp_seconds", "gauge", "Clock time of the last report."},
    [FEED_REFUSED]    = {"lookoutd_feed_senders_refused_total", "counter", "Datagrams and connections refused by from or max_clients."},
    [FEED_TAG_VOID]   = {"lookoutd_feed_tag_blocks_void_total", "counter", "Tag blocks ignored because of a bad checksum."},
    [FEED_REPLACED]   = {"lookoutd_feed_times_replaced_total", "counter", "Times too far ahead of the clock, replaced by the arrival time."},
    [FEED_BEHIND]     = {"lookoutd_feed_behind_seconds", "gauge", "How far the last report with a time of its own was behind the clock."},
    [FEED_LATE]       = {"lookoutd_feed_late_reports_total", "counter", "Reports more than 5 min behind the clock."},
    [FEED_DUPLICATES] = {"lookoutd_feed_duplicates_total", "counter", "Reports dropped as copies of an earlier one."},
    /* clang-format on */
};

static double feed_figure(const struct run *r, size_t i, enum feed_figure figure)
{
    struct feed_status s;
    feeds_status(r->feeds, i, &s);
    switch (figure) {
    case FEED_OPEN:
        return s.is_open;
    case FEED_SILENT:
        return s.is_silent;
    case FEED_BYTES:
        return (double)s.bytes;
    case FEED_SENTENCES:
        return (double)s.input.sentences;
    case FEED_MESSAGES:
        return (double)s.input.messages;
    case FEED_REPORTS:
        return (double)s.input.reports;
    case FEED_CONNECTS:
        return (double)s.connects;
    case FEED_DROPS:
        return (double)s.kernel_drops;
    case FEED_LAST:
        return to_seconds(s.input.last_heard_ms);
    case FEED_REFUSED:
        return (double)s.refused_senders;
    case FEED_TAG_VOID:
        return (double)s.input.tag_void;
    case FEED_REPLACED:
        return (double)s.input.time_replaced;
    case FEED_BEHIND:
        return (double)s.input.behind_ms / 1000.0;
    case FEED_LATE:
        return (double)s.input.late;
    case FEED_DUPLICATES:
        return (double)merge_counts(r->pipeline.merge, (uint16_t)i)->duplicates;
    case FEED_FIGURES:
        break;
    }
    return 0;
}

static int reject_metrics(const struct run *r, struct buf *out, const char *name,
                          const char *text, bool is_note)
{
    int rc = metric_family(out, name, "counter", text);
    for (size_t i = 0; i < feeds_count(r->feeds) && rc == 0; i++) {
        struct feed_status s;
        feeds_status(r->feeds, i, &s);
        for (int k = 0; k < INPUT_REJECTS && rc == 0 && !s.is_gone; k++)
            if (input_reject_is_note((enum input_reject)k) == is_note)
                rc = metric_sample2(out, name, "feed", s.id, "reason",
                                    input_reject_name((enum input_reject)k),
                                    (double)s.input.rejects[k]);
    }
    return rc;
}

static int feed_metrics(const struct run *r, struct buf *out)
{
    int rc = 0;
    size_t count = feeds_count(r->feeds);
    for (int f = 0; f < FEED_FIGURES && rc == 0; f++) {
        rc = metric_family(out, feed_rows[f].name, feed_rows[f].type, feed_rows[f].text);
        for (size_t i = 0; i < count && rc == 0; i++) {
            struct feed_status s;
            feeds_status(r->feeds, i, &s);
            /* A feed that a reload removed may have a successor with its name. */
            if (!s.is_gone)
                rc = metric_sample(out, feed_rows[f].name, "feed", s.id,
                                   feed_figure(r, i, (enum feed_figure)f));
        }
    }
    if (rc == 0)
        rc = reject_metrics(r, out, "lookoutd_feed_rejects_total",
                            "Input refused, by reason.", false);
    if (rc == 0)
        rc = reject_metrics(r, out, "lookoutd_feed_passed_over_total",
                            "Values and columns of used input that are not used, by "
                            "reason.",
                            true);
    return rc;
}

/* --- the engine --- */

static int engine_metrics(const struct run *r, struct buf *out)
{
    const struct engine_counts *c = engine_counts(r->pipeline.engine);
    const struct {
        const char *name, *text;
        uint64_t value;
    } rows[] = {
        /* clang-format off */
        {"lookoutd_reports_total", "Reports processed by the engine.", c->reports},
        {"lookoutd_fixes_total", "Positions processed by the engine.", c->fixes},
        {"lookoutd_fixes_old_total", "Positions not newer than their vessel's last.", c->old},
        {"lookoutd_fixes_implausible_total", "Positions on tracks that are not confirmed.", c->implausible},
        {"lookoutd_not_a_ship_total", "Reports of stations, aids and aircraft.", c->not_a_ship},
        {"lookoutd_distress_total", "Reports of distress devices.", c->distress},
        {"lookoutd_tracks_split_total", "Second tracks of an MMSI that were confirmed.", c->tracks_split},
        {"lookoutd_port_calls_total", "Port calls confirmed.", c->calls},
        {"lookoutd_voyages_total", "Voyages completed.", c->voyages},
        {"lookoutd_alerts_total", "Alerts raised, including muted and folded ones.", c->alerts},
        {"lookoutd_alerts_muted_total", "Alerts muted.", c->alerts_muted},
        {"lookoutd_alerts_folded_total", "Alerts folded by repeat.", c->alerts_folded},
        /* clang-format on */
    };
    int rc = write_single(out, "lookoutd_vessels", "gauge", "Vessels known.",
                          (double)engine_vessel_count(r->pipeline.engine));
    if (rc == 0)
        rc = write_single(out, "lookoutd_event_timestamp_seconds", "gauge",
                          "Event time of the engine.",
                          to_seconds(engine_now(r->pipeline.engine)));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && rc == 0; i++)
        rc = write_single(out, rows[i].name, "counter", rows[i].text,
                          (double)rows[i].value);
    if (rc == 0)
        rc = metric_family(out, "lookoutd_vessels_forgotten_total", "counter",
                           "Vessels that made room for others, by what they were.");
    for (int i = 0; i < ENGINE_FORGOT_REASONS && rc == 0; i++)
        rc = metric_sample(out, "lookoutd_vessels_forgotten_total", "reason",
                           engine_forgot_name((enum engine_forgot)i),
                           (double)c->forgotten[i]);
    return rc;
}

/* --- store and webhooks --- */

static int store_metrics(const struct run *r, struct buf *out)
{
    struct store_health h;
    struct store_counts c = {0};
    store_health(r->store, &h);
    int rc = write_single(out, "lookoutd_store_failing", "gauge",
                          "Whether the last commit failed.", h.is_failing);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_queued_bytes", "gauge",
                          "Bytes waiting to be committed.", (double)h.queued_bytes);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_commits_total", "counter",
                          "Group commits.", (double)h.commits);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_failures_total", "counter",
                          "Failed commits.", (double)h.failures);
    int64_t silence_ms = watchdog_silence_ms(&r->watchdog.store, clock_monotonic_ms());
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_silence_seconds", "gauge",
                          "For how long the disk has not ended a write, up to now.",
                          (double)(silence_ms > 0 ? silence_ms : 0) / 1000.0);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_readable", "gauge",
                          "Whether the database can be read.", !r->is_unreadable);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_replaced_total", "counter",
                          "Databases that gave way to new ones: damaged, or removed.",
                          (double)h.replaced);
    if (rc != 0 || store_reader_counts(r->reader, NULL, &c) != 0)
        return rc;
    rc = write_single(out, "lookoutd_store_database_bytes", "gauge",
                      "Size of the database.", (double)c.database_bytes);
    if (rc == 0)
        rc = write_single(out, "lookoutd_store_wal_bytes", "gauge",
                          "Size of the write-ahead log.", (double)c.wal_bytes);
    return rc;
}

enum hook_figure {
    HOOK_PENDING,
    HOOK_DEAD,
    HOOK_ATTEMPTS,
    HOOK_DELIVERED,
    HOOK_FAILED,
    HOOK_IN_FLIGHT,
    HOOK_OPEN,
    HOOK_GONE,
    HOOK_LAST,
    HOOK_FIGURES
};

static const struct {
    const char *name, *type, *text;
} hook_rows[HOOK_FIGURES] = {
    /* clang-format off */
    [HOOK_PENDING]   = {"lookoutd_webhook_pending", "gauge", "Deliveries waiting."},
    [HOOK_DEAD]      = {"lookoutd_webhook_dead", "gauge", "Deliveries given up."},
    [HOOK_ATTEMPTS]  = {"lookoutd_webhook_attempts_total", "counter", "Attempts since the start."},
    [HOOK_DELIVERED] = {"lookoutd_webhook_delivered_total", "counter", "Deliveries since the start."},
    [HOOK_FAILED]    = {"lookoutd_webhook_failures_total", "counter", "Failed attempts since the start."},
    [HOOK_IN_FLIGHT] = {"lookoutd_webhook_in_flight", "gauge", "Requests under way."},
    [HOOK_OPEN]      = {"lookoutd_webhook_breaker_open", "gauge", "Whether the circuit breaker is open."},
    [HOOK_GONE]      = {"lookoutd_webhook_gone", "gauge", "Whether the webhook answered 410 and is switched off."},
    [HOOK_LAST]      = {"lookoutd_webhook_last_success_timestamp_seconds", "gauge", "Clock time of the last delivery."},
    /* clang-format on */
};

static double hook_figure(const struct run *r, const char *id, enum hook_figure figure)
{
    struct delivery_counts d = {.last_success_ms = TIME_NONE};
    struct store_counts c = {0};
    delivery_counts(r->delivery, id, &d);
    switch (figure) {
    case HOOK_PENDING:
    case HOOK_DEAD:
        if (store_reader_counts(r->reader, id, &c) != 0)
            return 0;
        return (double)(figure == HOOK_PENDING ? c.pending : c.dead);
    case HOOK_ATTEMPTS:
        return (double)d.attempts;
    case HOOK_DELIVERED:
        return (double)d.delivered;
    case HOOK_FAILED:
        return (double)d.failed;
    case HOOK_IN_FLIGHT:
        return d.in_flight;
    case HOOK_OPEN:
        return d.is_open;
    case HOOK_GONE:
        return d.is_gone;
    case HOOK_LAST:
        return to_seconds(d.last_success_ms);
    case HOOK_FIGURES:
        break;
    }
    return 0;
}

static int hook_metrics(const struct run *r, struct buf *out)
{
    int rc = 0;
    for (int f = 0; f < HOOK_FIGURES && rc == 0; f++) {
        rc = metric_family(out, hook_rows[f].name, hook_rows[f].type, hook_rows[f].text);
        for (size_t i = 0; i < r->conf->webhook_count && rc == 0; i++)
            rc = metric_sample(
                out, hook_rows[f].name, "webhook", r->conf->webhooks[i].id,
                hook_figure(r, r->conf->webhooks[i].id, (enum hook_figure)f));
    }
    return rc;
}

static int write_metrics(void *context, struct buf *out)
{
    const struct run *r = context;
    int rc = metric_family(out, "lookoutd_build_info", "gauge", "Version.");
    if (rc == 0)
        rc = metric_sample(out, "lookoutd_build_info", "version", LOOKOUT_VERSION, 1);
    if (rc == 0)
        rc = write_single(out, "lookoutd_start_timestamp_seconds", "gauge",
                          "When the daemon started.", to_seconds(r->started_ms));
    if (rc == 0)
        rc = write_single(out, "lookoutd_config_last_reload_successful", "gauge",
                          "Whether the last reload of the configuration succeeded.",
                          r->is_reload_good);
    if (rc == 0)
        rc = write_single(out, "lookoutd_config_last_reload_timestamp_seconds", "gauge",
                          "When the configuration was last read.",
                          to_seconds(r->reloaded_ms));
    uint64_t turn_ns = r->turns.longest_ns[0] > r->turns.longest_ns[1]
                           ? r->turns.longest_ns[0]
                           : r->turns.longest_ns[1];
    if (rc == 0)
        rc = write_single(out, "lookoutd_loop_longest_turn_seconds", "gauge",
                          "The longest time, in the last minutes, that the event loop "
                          "spent on one task.",
                          (double)turn_ns / 1e9);
    if (rc == 0)
        rc = write_single(out, "lookoutd_water_fields_pending", "gauge",
                          "Fields of distances over water that are not made yet: a "
                          "forecast that needs one waits.",
                          (double)run_water_left(r));
    if (rc == 0)
        rc = feed_metrics(r, out);
    if (rc == 0)
        rc = engine_metrics(r, out);
    if (rc == 0)
        rc = store_metrics(r, out);
    if (rc == 0)
        rc = hook_metrics(r, out);
    if (rc == 0)
        rc = run_relay_metrics(r, out);
    if (rc == 0 && r->api != NULL)
        rc = api_metrics_write(r->api, out);
    return rc != 0 ? rc : run_process_metrics(out);
}

/* --- health --- */

static bool is_healthy(void *context, struct buf *why)
{
    const struct run *r = context;
    if (r->pipeline.rc == 0)
        return true;
    if (buf_printf(why, "the engine stopped: %s\n", err_text(r->pipeline.rc)) != 0)
        buf_clear(why);
    return false;
}

static struct status_source source_of(const struct run *r)
{
    return (struct status_source){
        .conf = r->conf,
        .reader = r->reader,
        .engine = r->pipeline.engine,
        .merge = r->pipeline.merge,
        .feeds = r->feeds,
        .rates = r->rates,
        .rate_count = r->rate_count,
        .delivery = r->delivery,
        .store = r->store,
        .is_displaced = r->is_displaced,
        .is_unreadable = r->is_unreadable,
        .is_reload_refused = !r->is_reload_good && r->reload.phase == RELOAD_NONE,
        .clock_step_ms = run_clock_is_settled(r) ? 0 : r->clock.step_ms,
        .clock_stepped_ms = r->clock.stepped_ms,
        .started_ms = r->started_ms,
        .now_ms = clock_wall_ms(),
    };
}

/* Ready: a feed is open or read to its end, and the store accepts data. Other problems
 * are listed, but the daemon is still ready. */
static bool is_ready(void *context, struct buf *why)
{
    const struct run *r = context;
    struct status_source source = source_of(r);
    struct store_health h;
    bool has_feed = false;
    store_health(r->store, &h);
    for (size_t i = 0; i < feeds_count(r->feeds); i++) {
        struct feed_status s;
        feeds_status(r->feeds, i, &s);
        has_feed = has_feed || (!s.is_gone && (s.is_open || s.is_ended));
    }
    bool is_good =
        has_feed && !h.is_failing && !h.is_full && !r->is_displaced && !r->is_unreadable;
    return buf_printf(why, "%s\n", is_good ? "ready" : "not ready") == 0 &&
           status_problems(&source, why) == 0 && is_good;
}

static int give_status(void *context, struct buf *out)
{
    struct status_source source = source_of(context);
    return status_json(&source, out);
}

void run_metrics_rate(struct run *r)
{
    enum { RATE_MS = 5000 };
    uint64_t now_ms = uv_now(&r->loop);
    size_t count = feeds_count(r->feeds);
    if (r->rated_ms == 0)
        r->rated_ms = now_ms;
    if (now_ms - r->rated_ms < RATE_MS)
        return;
    double seconds = (double)(now_ms - r->rated_ms) / 1000.0;
    if (count > r->rate_count) {
        size_t more = count - r->rate_count;
        if (array_extend(&r->rates, r->rate_count, more, sizeof *r->rates) != 0)
            return;
        memset(r->rates + r->rate_count, 0, more * sizeof *r->rates);
        r->rate_count = count;
    }
    for (size_t i = 0; i < count; i++) {
        struct feed_status s;
        feeds_status(r->feeds, i, &s);
        r->rates[i].lines_per_s = (double)(s.input.lines - r->rates[i].lines) / seconds;
        r->rates[i].lines = s.input.lines;
    }
    r->rated_ms = now_ms;
}

struct api_sink run_metrics_sink(struct run *r)
{
    return (struct api_sink){.metrics = write_metrics,
                             .is_healthy = is_healthy,
                             .is_ready = is_ready,
                             .status = give_status,
                             .context = r};
}
