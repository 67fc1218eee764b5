/* SPDX-License-Identifier: Apache-2.0 */
/* SIGHUP: what a restart with the changed file would do, without closing what did not
 * change. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/run/config.h"
#include "lookout/sys/log.h"
#include "lookout/sys/notify.h"
#include "run_int.h"

static bool is_same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

/* What only a restart can change is said and left. */
static void warn_fixed(const struct conf *old, const struct conf *fresh)
{
    if (!is_same_text(old->state, fresh->state))
        log_warning("run", NULL, "state: changed in the file; takes a restart");
}

static int open_api(struct run *r, struct err *err)
{
    return r->conf->api_address == NULL ? 0 : run_open_api(r, err);
}

/* The loop has let go of the old API, and its address is free. */
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

/* The API goes where the configuration in force says. The new address may be the old one
 * in other words, so the old one goes first; one that could not be opened is tried again.
 */
static int follow_api(struct run *r, const struct conf *old, struct err *err)
{
    bool is_same = is_same_text(old->api_address, r->conf->api_address) &&
                   old->api_port == r->conf->api_port;
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

/* A daemon does not start with a recording that is not there; so neither does it reload.
 * Those it has opened already may be gone by now. */
static bool can_follow(const struct conf *old, const struct conf *fresh)
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
        log_error("run", NULL, "feed %s: %s: %s", feed->id, feed->address,
                  strerror(errno));
        can = false;
    }
    return can;
}

/* The engine refused: fresh is the caller's still. Else it is in force, whatever else
 * failed, and *fresh is NULL. */
static int apply(struct run *r, struct conf **ret_fresh, struct err *err)
{
    struct conf *fresh = *ret_fresh;
    int rc = engine_reconfigure(r->pipeline.engine, &fresh->engine, err);
    if (rc != 0)
        return rc;
    *ret_fresh = NULL;
    for (size_t i = 0; i < fresh->webhook_count && rc == 0; i++)
        rc = store_webhook_enable(r->store, fresh->webhooks[i].id);
    if (rc == 0)
        rc = delivery_reconfigure(r->delivery, fresh->webhooks, fresh->webhook_count);
    if (rc == 0)
        rc = feeds_reconfigure(r->feeds, fresh->feeds, fresh->feed_count, err);
    if (rc != 0 && err->text[0] == '\0')
        err_set(err, rc, "%s", err_text(rc));
    struct conf *old = r->conf;
    warn_fixed(old, fresh);
    r->conf = fresh;
    r->pipeline.conf = fresh;
    if (!r->is_live && run_is_live(fresh))
        engine_outage(r->pipeline.engine, engine_now(r->pipeline.engine), r->reloaded_ms);
    r->is_live = run_is_live(fresh);
    log_set_level((enum log_level)fresh->log);
    struct err why = {0};
    int api_rc = follow_api(r, old, rc == 0 ? err : &why);
    if (why.text[0] != '\0')
        log_error("run", NULL, "%s", why.text);
    conf_destroy(old);
    return rc != 0 ? rc : api_rc;
}

void run_reload(struct run *r)
{
    struct conf *fresh = NULL;
    struct err err = {0};
    notify_reloading();
    r->reloaded_ms = pipeline_clock_ms();
    r->is_reload_good = false;
    if (config_load(r->options->file, &(struct config_options){0}, &fresh) != 0 ||
        !can_follow(r->conf, fresh)) {
        conf_destroy(fresh);
        log_error("run", NULL, "%s is refused; the configuration in force stays",
                  r->options->file);
        notify_ready("reload refused: faulty configuration");
        return;
    }
    if (!config_water(fresh, engine_conf(r->pipeline.engine), true)) {
        log_error("run", NULL, "reload: %s", err_text(ERR_NOMEM));
        conf_destroy(fresh);
        notify_ready("reload failed");
        return;
    }
    /* What was learned under the old configuration is kept first, and each feed's place
     * with it. */
    int rc = pipeline_drain(&r->pipeline);
    if (rc == 0)
        rc = pipeline_commit(&r->pipeline, false);
    if (rc == 0)
        rc = apply(r, &fresh, &err);
    bool is_in_force = fresh == NULL;
    conf_destroy(fresh);
    if (rc != 0) {
        log_error("run", NULL, "reload: %s%s",
                  is_in_force ? "the changed file is in force, but for this: " : "",
                  err.text[0] != '\0' ? err.text : err_text(rc));
        notify_ready("reload failed");
        return;
    }
    r->is_reload_good = true;
    log_info("run", NULL, "reloaded: feeds=%zu rules=%zu webhooks=%zu",
             r->conf->feed_count, engine_conf(r->pipeline.engine)->rule_count,
             r->conf->webhook_count);
    notify_ready("watching");
}
