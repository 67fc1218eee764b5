/* SPDX-License-Identifier: Apache-2.0 */
/* SIGHUP has the effect of a restart with the changed file, without closing what did not
 * change and without a pause of the loop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/run/config.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"
#include "lookout/sys/notify.h"
#include "run_int.h"

enum {
    QUIET_MS = 200,       /* after the last signal of a burst */
    BURST_MOST_MS = 2000, /* after the first */
    STEP_SHIPS = 100      /* some milliseconds */
};

static bool is_same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

/* Changes that need a restart are logged and ignored. */
static void warn_fixed(const struct conf *old, const struct conf *fresh)
{
    if (!is_same_text(old->state, fresh->state))
        log_warning("run", NULL, "state: changed in the file; takes a restart");
}

static int open_api(struct run *r, struct err *err)
{
    return r->conf->api.address == NULL ? 0 : run_api_open(r, err);
}

/* The old API is closed, and its address is free. */
static void on_api_closed(void *context)
{
    struct run *r = context;
    struct err err = {0};
    r->is_api_closing = false;
    if (r->is_stopping || open_api(r, &err) == 0)
        return;
    log_error("run", NULL, "%s", err.text);
    r->is_reload_good = false;
}

/* Open the API at the address of the configuration. The new address may be the old one in
 * other words, so the old API closes first; one that could not be opened is tried again.
 */
static int follow_api(struct run *r, const struct conf *old, struct err *err)
{
    bool is_same = is_same_text(old->api.address, r->conf->api.address) &&
                   old->api.port == r->conf->api.port;
    if (r->is_api_closing)
        return 0;
    if (r->api == NULL)
        return open_api(r, err);
    if (is_same)
        return 0;
    r->is_api_closing = true;
    api_stop(r->api, on_api_closed, r);
    r->api = NULL;
    return 0;
}

/* A daemon does not start when a recording is missing, so it does not reload either.
 * Recordings that are open already may be missing by now. */
static bool can_follow(const struct conf *old, const struct conf *fresh, struct err *err)
{
    bool can = true;
    for (size_t i = 0; i < fresh->feed_count; i++) {
        const struct conf_feed *feed = &fresh->feeds[i];
        bool is_open = false;
        for (size_t j = 0; j < old->feed_count && !is_open; j++)
            is_open = strcmp(old->feeds[j].id, feed->id) == 0 &&
                      old->feeds[j].definition == feed->definition;
        if (is_open || feed->transport != CONF_FEED_FILE ||
            strcmp(feed->address, "-") == 0 || access(feed->address, R_OK) == 0)
            continue;
        err_set(err, ERR_IO, "feed %s: %s: %s", feed->id, feed->address, strerror(errno));
        log_error("run", NULL, "%s", err->text);
        can = false;
    }
    return can;
}

/* --- on the worker --- */

static int read_fresh(struct run *r, struct reload *l)
{
    const struct config_options how = {.is_reload = true,
                                       .again = l->is_of_lists ? r->conf : NULL};
    int rc = config_load(r->options->file, &how, &l->conf, &l->err);
    if (rc != 0)
        return rc;
    if (!can_follow(r->conf, l->conf, &l->err))
        return ERR_INVALID;
    struct water_fields_options water = {.old = engine_conf(r->pipeline.engine),
                                         .cache = l->conf->state,
                                         .is_writing = true,
                                         .is_ended = &l->is_ended};
    if (!config_water(l->conf, &water))
        return err_set(&l->err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    struct engine_sink sink = pipeline_sink(&r->pipeline);
    return engine_create(&l->conf->engine, &sink, &l->engine, &l->err);
}

static void on_read(uv_work_t *work)
{
    struct run *r = work->data;
    r->reload.rc = read_fresh(r, &r->reload);
}

static void on_free(uv_work_t *work)
{
    struct run *r = work->data;
    engine_destroy(r->reload.engine);
    conf_destroy(r->reload.conf);
    r->reload.engine = NULL;
    r->reload.conf = NULL;
}

/* --- on the loop --- */

static void reload_schedule(struct run *r);

static void on_freed(uv_work_t *work, int status)
{
    struct run *r = work->data;
    (void)status;
    r->reload.phase = RELOAD_NONE;
    if (r->reload.is_wanted || r->reload.is_lists_wanted)
        reload_schedule(r);
}

static void reload_free(struct run *r)
{
    r->reload.phase = RELOAD_FREEING;
    if (uv_queue_work(&r->loop, &r->reload.work, on_free, on_freed) == 0)
        return;
    on_free(&r->reload.work);
    on_freed(&r->reload.work, 0);
}

/* The status shows the fault until a reload succeeds. */
static void reload_refuse(struct run *r)
{
    r->is_reload_good = false;
    const char *why =
        r->reload.err.text[0] != '\0' ? r->reload.err.text : err_text(r->reload.rc);
    log_error("run", NULL, "%s is refused; the configuration in force stays",
              r->options->file);
    notify_ready_format("reload refused, the configuration in force stays: %s", why);
    reload_free(r);
}

static void reload_report(struct run *r, int rc)
{
    const char *why = r->reload.err.text;
    r->is_reload_good = rc == 0;
    if (rc != 0) {
        why = why[0] != '\0' ? why : err_text(rc);
        log_error("run", NULL, "reload: the changed file is in force, except: %s", why);
        notify_ready_format("reloaded, but: %s", why);
        return;
    }
    log_info("run", NULL, "reloaded: feeds=%zu rules=%zu webhooks=%zu",
             r->conf->feed_count, engine_conf(r->pipeline.engine)->rule_count,
             r->conf->webhook_count);
    notify_ready("watching");
}

/* The new engine is in force. All other parts follow, even if one of them fails. */
static int reload_apply(struct run *r, struct conf *fresh, struct err *err)
{
    struct conf *old = r->conf;
    int rc = 0;
    for (size_t i = 0; i < fresh->webhook_count && rc == 0; i++)
        rc = store_webhook_enable(r->store, fresh->webhooks[i].id);
    if (rc == 0)
        rc = delivery_reconfigure(r->delivery, fresh->webhooks, fresh->webhook_count);
    if (rc == 0)
        rc = feeds_reconfigure(r->feeds, fresh->feeds, fresh->feed_count, err);
    if (rc != 0 && err->text[0] == '\0')
        err_set(err, rc, "%s", err_text(rc));
    warn_fixed(old, fresh);
    r->conf = fresh;
    r->pipeline.conf = fresh;
    if (!r->is_live && run_is_live(fresh))
        silence_add_outage(r->pipeline.engine, engine_now(r->pipeline.engine),
                           r->reloaded_ms);
    r->is_live = run_is_live(fresh);
    log_set_level((enum log_level)fresh->log);
    api_reloaded(r->api);
    struct err why = {0};
    int relay_rc = run_relay_follow(r, rc == 0 ? err : &why);
    if (rc == 0)
        rc = relay_rc;
    int api_rc = follow_api(r, old, rc == 0 ? err : &why);
    if (why.text[0] != '\0')
        log_error("run", NULL, "%s", why.text);
    return rc != 0 ? rc : api_rc;
}

/* The state under the old configuration is stored first, with each feed's place. */
static void reload_finish(struct run *r)
{
    struct reload *l = &r->reload;
    int rc = pipeline_commit(&r->pipeline, false);
    if (rc != 0) {
        run_fail(r, "the state cannot be kept", rc);
        return;
    }
    l->rc = engine_reconfigure_end_following(l->engine, r->pipeline.engine);
    if (l->rc != 0) {
        reload_refuse(r);
        return;
    }
    struct conf *old = r->conf;
    rc = reload_apply(r, l->conf, &l->err);
    l->conf = old;
    reload_report(r, rc);
    run_lists_follow(r);
    run_listings_compare(r, engine_conf(l->engine)->watch);
    reload_free(r);
}

static void on_step(uv_idle_t *step)
{
    struct run *r = step->data;
    bool is_done = false;
    run_drain(r);
    if (r->is_stopping)
        return;
    r->reload.rc = engine_reconfigure_follow_some(r->reload.engine, r->pipeline.engine,
                                                  STEP_SHIPS, &is_done);
    if (r->reload.rc == 0 && !is_done)
        return;
    uv_idle_stop(step);
    if (r->reload.rc == 0) {
        reload_finish(r);
        return;
    }
    engine_reconfigure_stop_following(r->pipeline.engine);
    reload_refuse(r);
}

static void on_was_read(uv_work_t *work, int status)
{
    struct run *r = work->data;
    (void)status;
    if (r->is_stopping) {
        on_free(work);
    } else if (r->reload.rc != 0) {
        reload_refuse(r);
    } else {
        r->reload.phase = RELOAD_FOLLOWING;
        engine_reconfigure_follow(r->reload.engine, r->pipeline.engine);
        uv_idle_start(&r->reload.step, on_step);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct run *r = timer->data;
    struct reload *l = &r->reload;
    if (l->phase != RELOAD_NONE)
        return; /* its end asks again */
    l->is_of_lists = !l->is_wanted;
    l->is_wanted = l->is_lists_wanted = false;
    l->err = (struct err){0};
    l->phase = RELOAD_READING;
    r->reloaded_ms = clock_wall_ms();
    notify_reloading();
    /* l->rc is the worker's from here on. */
    if (uv_queue_work(&r->loop, &l->work, on_read, on_was_read) == 0)
        return;
    l->rc = ERR_NOMEM;
    reload_refuse(r);
}

/* Signals that follow each other closely are one reload, up to a time limit. */
static void reload_schedule(struct run *r)
{
    uint64_t waited_ms = uv_now(&r->loop) - r->reload.wanted_ms;
    uint64_t left_ms = waited_ms < BURST_MOST_MS ? BURST_MOST_MS - waited_ms : 0;
    uv_timer_start(&r->reload.timer, on_timer, left_ms < QUIET_MS ? left_ms : QUIET_MS,
                   0);
}

void run_reload_ask(struct run *r)
{
    if (!r->reload.is_wanted)
        r->reload.wanted_ms = uv_now(&r->loop);
    r->reload.is_wanted = true;
    reload_schedule(r);
}

void run_reload_ask_lists(struct run *r)
{
    if (!r->reload.is_wanted && !r->reload.is_lists_wanted)
        r->reload.wanted_ms = uv_now(&r->loop);
    r->reload.is_lists_wanted = true;
    reload_schedule(r);
}

void run_reload_init(struct run *r)
{
    uv_timer_init(&r->loop, &r->reload.timer);
    uv_idle_init(&r->loop, &r->reload.step);
    r->reload.timer.data = r->reload.step.data = r->reload.work.data = r;
    atomic_init(&r->reload.is_ended, false);
}

void run_reload_stop(struct run *r)
{
    atomic_store(&r->reload.is_ended, true);
    uv_close((uv_handle_t *)&r->reload.timer, NULL);
    uv_close((uv_handle_t *)&r->reload.step, NULL);
    if (r->reload.phase != RELOAD_FOLLOWING)
        return;
    engine_reconfigure_stop_following(r->pipeline.engine);
    on_free(&r->reload.work);
}
