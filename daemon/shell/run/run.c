/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: one loop for feeds, engine and API; the store and the
 * delivery have threads of their own. */
#include "run_int.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/run/config.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"
#include "lookout/sys/notify.h"

enum {
    TICK_MS = 100,
    COMMIT_MS = 5000, /* live feeds: at most so much is lost by kill -9 */
    COMMIT_FIRST_MS = 100,
    PRUNE_MS = 3600 * 1000,
    SWEEP_MS = 250, /* --once: how often the outbox is read */
    STOP_FLUSH_MS = 3000,
    DELIVERY_GRACE_MS = 1000,
    QUEUE_HIGH = 32 << 20,
    QUEUE_LOW = 8 << 20
};

/* --- the path of the data --- */

void run_fail(struct run *r, const char *what, int rc)
{
    log_error("run", NULL, "%s: %s", what, err_text(rc));
    run_stop(r, rc);
}

void run_commit(struct run *r)
{
    int rc = pipeline_commit(&r->pipeline, false);
    r->committed_ms = r->clock.steady_ms;
    if (rc != 0)
        run_fail(r, "the state cannot be kept", rc);
}

void run_alert(struct run *r, int rc, struct alert *alert)
{
    if (rc == 0)
        rc = pipeline_alert(&r->pipeline, alert);
    if (rc != 0)
        run_fail(r, "an alert cannot be made", rc);
    else
        run_commit(r);
}

/* What comes first is stored at once, and what follows it at growing intervals: a crash
 * loop that leaves no five seconds must not blind the daemon. */
static bool is_commit_due(struct run *r)
{
    if (r->pipeline.has_alerts)
        return true;
    if (engine_counts(r->pipeline.engine)->reports == 0)
        return r->clock.steady_ms - r->committed_ms >= COMMIT_MS;
    if (r->commit_wait_ms != 0 &&
        r->clock.steady_ms - r->committed_ms < r->commit_wait_ms)
        return false;
    r->commit_wait_ms = r->commit_wait_ms == 0 ? COMMIT_FIRST_MS : 2 * r->commit_wait_ms;
    if (r->commit_wait_ms > COMMIT_MS)
        r->commit_wait_ms = COMMIT_MS;
    return true;
}

/* A store that is behind slows the feeds, not the memory. */
static void balance_store(struct run *r)
{
    size_t queued = store_queued_bytes(r->store);
    bool is_paused = r->is_paused ? queued > QUEUE_LOW : queued > QUEUE_HIGH;
    if (is_paused == r->is_paused)
        return;
    r->is_paused = is_paused;
    feeds_pause(r->feeds, is_paused);
    log_warning("store", NULL,
                is_paused ? "the disk is behind: feeds are read slower"
                          : "the disk has caught up");
}

void run_drain(struct run *r)
{
    if (r->is_stopping)
        return;
    run_clock_look(r);
    if (r->is_stopping)
        return;
    if (r->is_live)
        merge_clock(r->pipeline.merge, r->pipeline.clock_ms);
    int rc = pipeline_drain(&r->pipeline);
    relays_flush(r->relays);
    if (rc != 0) {
        run_fail(r, "a report cannot be taken in", rc);
        return;
    }
    if (is_commit_due(r))
        run_commit(r);
    balance_store(r);
}

static void on_data(void *context)
{
    run_drain(context);
}

static void on_silence(void *context, size_t feed, bool is_silent, int64_t since_ms)
{
    struct run *r = context;
    struct alert alert;
    run_drain(r);
    silence_set_source(r->pipeline.engine, (uint16_t)feed, is_silent);
    struct feed_status status;
    feeds_status(r->feeds, feed, &status);
    const char *id = status.id;
    /* By the clock, like since_ms: event time may run ahead with a ship's clock, and is
     * behind by the feeds' lateness. */
    int rc = engine_feed_alert(engine_conf(r->pipeline.engine), is_silent, id, since_ms,
                               r->pipeline.clock_ms, &alert);
    if (rc == 0)
        engine_mute_feed(r->pipeline.engine, id, &alert);
    run_alert(r, rc, &alert);
}

/* A recording of sentences without times: all of it was refused. */
static void warn_of_no_time(const struct run *r)
{
    for (size_t i = 0; i < feeds_count(r->feeds); i++) {
        struct feed_status s;
        feeds_status(r->feeds, i, &s);
        if (s.input.reports == 0 && s.input.rejects[INPUT_REJECT_NO_TIME] != 0)
            log_warning("feed", s.id,
                        "the recording has no times: give the feed a `start`");
    }
}

/* A recording's clock jumped. */
static void on_step(void *context, const struct merge_step *step)
{
    const struct run *r = context;
    struct feed_status s;
    char text[PIPELINE_STEP_BYTES];
    pipeline_say_step(step, text, sizeof text);
    feeds_status(r->feeds, step->source, &s);
    log_warning("feed", s.id, "%s", text);
}

static void on_end(void *context)
{
    struct run *r = context;
    run_drain(r);
    if (r->is_stopping)
        return;
    run_commit(r);
    r->is_ended = true;
    r->ended_ms = uv_now(&r->loop);
    warn_of_no_time(r);
    log_info("feed", NULL, "the recordings have ended: %zu vessels, %llu alerts",
             engine_vessel_count(r->pipeline.engine),
             (unsigned long long)engine_counts(r->pipeline.engine)->alerts);
    notify_status("the recordings are through");
}

/* --once: no delivery is waiting, or the waiting time is over. */
static void sweep_store(struct run *r)
{
    struct store_counts counts = {0};
    int64_t now_ms = r->clock.steady_ms;
    if (!r->options->is_once || !r->is_ended || now_ms - r->swept_ms < SWEEP_MS)
        return;
    r->swept_ms = now_ms;
    if (store_queued_bytes(r->store) != 0 ||
        store_reader_counts(r->reader, NULL, &counts) != 0)
        return;
    if (counts.pending == 0) {
        run_stop(r, counts.dead > r->dead_before ? ERR_LIMIT : 0);
        return;
    }
    if (uv_now(&r->loop) - r->ended_ms < (uint64_t)r->options->wait_ms)
        return;
    log_error(
        "run", NULL, "not all alerts were delivered in time: pending=%llu wait_s=%lld",
        (unsigned long long)counts.pending, (long long)(r->options->wait_ms / SECOND_MS));
    run_stop(r, ERR_LIMIT);
}

static void on_tick(uv_timer_t *timer)
{
    struct run *r = timer->data;
    run_drain(r);
    if (r->is_stopping)
        return;
    if (r->clock.steady_ms - r->pruned_ms >= PRUNE_MS) {
        r->pruned_ms = r->clock.steady_ms;
        store_set_quota(r->store, (int64_t)r->conf->database_mb << 20);
        store_prune(r->store, &r->conf->retain, r->pipeline.clock_ms);
    }
    run_metrics_rate(r);
    run_trouble_limits(r);
    run_trouble_database(r);
    run_water_look(r);
    run_watchdog_look(r);
    sweep_store(r);
}

/* --- the store's thread --- */

static void on_commit(void *context)
{
    struct run *r = context;
    wake_delivery(&r->wake);
}

static void on_store_error(void *context, const char *text)
{
    (void)context;
    log_repeated(LOG_LEVEL_ERROR, "store", NULL, text, "%s", text);
}

/* --- ending --- */

static void on_api_closed(void *context)
{
    (void)context;
}

static void on_feeds_closed(void *context)
{
    struct run *r = context;
    r->feeds = NULL;
    r->pipeline.feeds = NULL;
}

void run_stop(struct run *r, int rc)
{
    if (r->is_stopping)
        return;
    notify_stopping();
    if (r->pipeline.rc == 0 && r->feeds != NULL) {
        r->pipeline.clock_ms = clock_wall_ms();
        int last_rc = pipeline_drain(&r->pipeline);
        if (last_rc == 0)
            last_rc = pipeline_commit(&r->pipeline, false);
        if (last_rc != 0)
            log_error("run", NULL, "the last state cannot be stored: %s",
                      err_text(last_rc));
    }
    r->is_stopping = true;
    r->rc = rc;
    if (r->feeds != NULL)
        feeds_close(r->feeds, on_feeds_closed, r);
    if (r->api != NULL)
        api_stop(r->api, on_api_closed, r);
    r->api = NULL;
    if (r->local != NULL)
        api_stop(r->local, on_api_closed, r);
    r->local = NULL;
    run_relay_stop(r);
    run_reload_stop(r);
    run_lists_stop(r);
    uv_close((uv_handle_t *)&r->turn, NULL);
    uv_close((uv_handle_t *)&r->tick, NULL);
    uv_close((uv_handle_t *)&r->on_term, NULL);
    uv_close((uv_handle_t *)&r->on_int, NULL);
    uv_close((uv_handle_t *)&r->on_hup, NULL);
    signal(SIGHUP, SIG_IGN); /* its default would kill the process during its end */
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *r = handle->data;
    if (number == SIGHUP) {
        run_reload_ask(r);
        return;
    }
    log_info("run", NULL, "signal %d: ending", number);
    run_stop(r, 0);
}

/* --- beginning --- */

bool run_is_live(const struct conf *conf)
{
    for (size_t i = 0; i < conf->feed_count; i++)
        if (conf->feeds[i].transport != CONF_FEED_FILE)
            return true;
    return false;
}

static int open_store(struct run *r, struct err *err)
{
    size_t refused = 0;
    struct store_options options = {.directory = r->conf->state,
                                    .exclusive = true,
                                    .on_commit = on_commit,
                                    .on_error = on_store_error,
                                    .context = r};
    int rc = store_open(&options, &r->store, err);
    if (rc == 0)
        rc = store_reader_open(r->conf->state, &r->reader, err);
    if (rc == 0)
        rc = pipeline_init(&r->pipeline, r->conf, err);
    if (rc == 0)
        rc = pipeline_load(&r->pipeline, r->conf->state, &refused, err);
    if (rc == 0)
        rc = run_mutes_load(r);
    if (rc != 0)
        return rc;
    struct store_counts counts = {0};
    if (store_reader_counts(r->reader, NULL, &counts) == 0)
        r->dead_before = counts.dead;
    r->pipeline.store = r->store;
    config_note(r->options->file, r->conf->state);
    if (refused != 0)
        log_warning("store", NULL, "%zu stored vessels cannot be read and begin again",
                    refused);
    run_clock_resume(r);
    return r->pipeline.rc;
}

static int open_feeds(struct run *r, struct err *err)
{
    struct feeds_sink sink = {
        .on_data = on_data, .on_silence = on_silence, .on_end = on_end, .context = r};
    struct buf record = {0};
    int rc = feeds_create(&r->loop, r->conf->feeds, r->conf->feed_count,
                          r->pipeline.merge, &sink, &r->feeds, err);
    if (rc == 0)
        rc = feeds_keep(r->feeds, r->conf->state);
    for (size_t i = 0; i < r->conf->feed_count && rc == 0; i++) {
        buf_clear(&record);
        if (store_reader_feed(r->reader, r->conf->feeds[i].id, &record) == 0)
            feeds_resume(r->feeds, r->conf->feeds[i].id, record.data, record.length);
    }
    buf_finish(&record);
    r->pipeline.feeds = r->feeds;
    r->pipeline.on_step = on_step;
    r->pipeline.context = r;
    r->is_live = run_is_live(r->conf);
    return rc != 0 ? rc : feeds_open(r->feeds, err);
}

static int start_parts(struct run *r, struct err *err)
{
    run_clock_begin(r);
    r->started_ms = r->reloaded_ms = r->pipeline.clock_ms;
    r->committed_ms = r->pruned_ms = r->clock.steady_ms;
    r->is_reload_good = true;
    int rc = open_store(r, err);
    if (rc == 0)
        rc = delivery_start(r->conf->webhooks, r->conf->webhook_count, r->store,
                            r->conf->state, (uint64_t)r->started_ms * 2654435761u,
                            &r->delivery, err);
    wake_set(&r->wake, r->delivery);
    if (rc == 0)
        rc = run_relay_open(r, err);
    if (rc == 0)
        rc = open_feeds(r, err);
    if (rc == 0 && r->conf->api.address != NULL)
        rc = run_api_open(r, err);
    if (rc != 0)
        return rc;
    run_api_open_local(r);
    run_lists_follow(r);
    return run_listings_begin(r);
}

/* New data waited at most this long: the loop's time without its idle time. */
static void on_turn(uv_prepare_t *turn)
{
    struct run *r = turn->data;
    struct run_turns *t = &r->turns;
    uint64_t now_ns = uv_hrtime(), idle_ns = uv_metrics_idle_time(&r->loop);
    uint64_t busy_ns = now_ns - t->at_ns - (idle_ns - t->idle_ns);
    uint64_t minute = now_ns / 60000000000u;
    if (minute != t->minute) {
        t->longest_ns[1] = minute == t->minute + 1 ? t->longest_ns[0] : 0;
        t->longest_ns[0] = 0;
        t->minute = minute;
    }
    if (t->at_ns != 0 && busy_ns > t->longest_ns[0])
        t->longest_ns[0] = busy_ns;
    t->at_ns = now_ns;
    t->idle_ns = idle_ns;
}

static void init_handles(struct run *r)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    uv_signal_t *const handles[] = {&r->on_term, &r->on_int, &r->on_hup};
    uv_loop_init(&r->loop);
    uv_loop_configure(&r->loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(&r->loop, &r->turn);
    r->turn.data = r;
    uv_prepare_start(&r->turn, on_turn);
    uv_timer_init(&r->loop, &r->tick);
    r->tick.data = r;
    run_reload_init(r);
    for (int i = 0; i < 3; i++) {
        uv_signal_init(&r->loop, handles[i]);
        handles[i]->data = r;
        uv_signal_start(handles[i], on_signal, numbers[i]);
    }
}

static void finish_run(struct run *r)
{
    wake_set(&r->wake, NULL);
    if (r->delivery != NULL)
        delivery_stop(r->delivery, DELIVERY_GRACE_MS);
    if (r->store != NULL) {
        /* A failing disk gets its last try when the store closes. */
        struct store_health health;
        store_health(r->store, &health);
        if (!store_flush(r->store, health.is_failing ? 0 : STOP_FLUSH_MS)) {
            log_error("store", NULL, "some data could not be written before the end");
            r->rc = ERR_IO;
        }
        store_close(r->store);
    }
    store_reader_close(r->reader);
    run_water_stop(r);
    pipeline_finish(&r->pipeline);
    conf_destroy(r->conf);
    run_lists_finish(r);
    run_listings_finish(r);
    free(r->rates);
    wake_finish(&r->wake);
    uv_loop_close(&r->loop);
}

static int run_loop(struct run *r)
{
    struct err err = {0};
    signal(SIGPIPE, SIG_IGN);
    log_set_level((enum log_level)r->conf->log);
    struct water_fields_options water = {
        .cache = r->conf->state, .is_writing = true, .later = &r->water};
    int rc = config_water(r->conf, &water) ? 0 : ERR_NOMEM;
    init_handles(r);
    if (!run_lists_init(r) || !run_listings_init(r))
        rc = ERR_NOMEM;
    if (run_signal_has_hup())
        run_reload_ask(r);
    wake_init(&r->wake);
    if (rc == 0)
        rc = start_parts(r, &err);
    if (rc != 0) {
        log_error("run", NULL, "%s", err.text[0] != '\0' ? err.text : err_text(rc));
        run_stop(r, rc);
    } else {
        uv_timer_start(&r->tick, on_tick, TICK_MS, TICK_MS);
        log_info("run", NULL,
                 "watching: feeds=%zu rules=%zu webhooks=%zu vessels=%zu version=%s",
                 r->conf->feed_count, engine_conf(r->pipeline.engine)->rule_count,
                 r->conf->webhook_count, engine_vessel_count(r->pipeline.engine),
                 LOOKOUT_VERSION);
        notify_ready("watching");
    }
    uv_run(&r->loop, UV_RUN_DEFAULT);
    finish_run(r);
    return r->rc;
}

int run_daemon(const struct run_options *options)
{
    struct run r = {.options = options};
    run_signal_begin();
    int rc = config_load(options->file, &(struct config_options){0}, &r.conf, NULL);
    if (rc != 0)
        return rc;
    if (r.conf->feed_count == 0) {
        fprintf(stderr, "lookoutd run: %s: no feeds are configured\n", options->file);
        conf_destroy(r.conf);
        return ERR_INVALID;
    }
    return run_loop(&r);
}
