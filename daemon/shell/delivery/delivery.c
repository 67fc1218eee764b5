/* SPDX-License-Identifier: Apache-2.0 */
/* The delivery thread: its loop, and the requests of other threads to it. hook.c decides
 * what is sent and when. */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/base/time.h"
#include "lookout/sys/log.h"

enum {
    POLL_MS = 1000, /* how often `redeliver` is looked for */
    STOP_SETTLE_MS = 2000,
    CONNECTIONS_LEAST = 8,
    CONNECTIONS_MOST = 1024
};

struct delivery {
    struct hook_site site; /* must be first: on_idle casts it */
    pthread_t thread;
    uv_async_t async;
    uv_timer_t poll, grace;
    uv_prepare_t prepare;
    int64_t version, requeues;
    bool is_closing;
    /* Requests of other threads, under the mutex. */
    bool stop_wanted, has_fresh;
    uint64_t asked, answered; /* signs of life */
    int64_t stop_grace_ms;
    struct conf_webhook *fresh; /* owned: from a reload */
    size_t fresh_count;
};

static void free_webhooks(struct conf_webhook *webhooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        conf_webhook_finish(&webhooks[i]);
    free(webhooks);
}

static int copy_webhooks(const struct conf_webhook *from, size_t count,
                         struct conf_webhook **ret_to)
{
    struct conf_webhook *to = calloc(count > 0 ? count : 1, sizeof *to);
    int rc = to != NULL ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = conf_webhook_copy(&from[i], &to[i]);
    if (rc == 0)
        *ret_to = to;
    else if (to != NULL)
        free_webhooks(to, count);
    return rc;
}

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

int delivery_init_curl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, init_curl) == 0 ? 0 : ERR_NOMEM;
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct delivery *d = prepare->data;
    outcomes_hand_over(&d->site.outcomes);
}

/* --- the end --- */

static void close_hooks(struct delivery *d)
{
    if (d->is_closing)
        return;
    d->is_closing = true;
    for (struct hook *h = d->site.hooks; h != NULL; h = h->next)
        hook_close(h);
    if (d->site.client != NULL)
        client_close(d->site.client);
    d->site.client = NULL;
    uv_close((uv_handle_t *)&d->async, NULL);
    uv_close((uv_handle_t *)&d->poll, NULL);
    uv_close((uv_handle_t *)&d->grace, NULL);
    uv_close((uv_handle_t *)&d->prepare, NULL);
}

static void on_grace(uv_timer_t *timer)
{
    close_hooks(timer->data);
}

/* A request has ended: a stop need not wait longer when it was the last. */
static void on_idle(struct hook_site *site)
{
    struct delivery *d = (struct delivery *)site;
    if (!site->is_stopping || d->is_closing)
        return;
    for (const struct hook *h = site->hooks; h != NULL; h = h->next)
        if (h->under_way > 0)
            return;
    /* The client's callback must return first, so a timer closes the hooks. */
    uv_timer_start(&d->grace, on_grace, 0, 0);
}

static void begin_ending(struct delivery *d, int64_t grace_ms)
{
    if (d->site.is_stopping)
        return;
    d->site.is_stopping = true;
    uv_timer_start(&d->grace, on_grace, (uint64_t)(grace_ms > 0 ? grace_ms : 0), 0);
    on_idle(&d->site);
}

/* --- a reload --- */

static int add_hook(struct delivery *d, const struct conf_webhook *conf)
{
    struct hook *h = NULL;
    int rc = hook_create(&d->site, conf, &h);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&d->site.mutex);
    h->next = d->site.hooks;
    d->site.hooks = h;
    pthread_mutex_unlock(&d->site.mutex);
    return 0;
}

static void set_connections(struct delivery *d)
{
    long most = CONNECTIONS_LEAST;
    for (const struct hook *h = d->site.hooks; h != NULL && most < CONNECTIONS_MOST;
         h = h->next)
        most += (long)h->conf.in_flight;
    client_set_connections(d->site.client,
                           most < CONNECTIONS_MOST ? most : CONNECTIONS_MOST);
}

static bool is_hook_among(const char *id, const struct conf_webhook *webhooks,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(webhooks[i].id, id) == 0)
            return true;
    return false;
}

static void take_webhooks(struct delivery *d, const struct conf_webhook *webhooks,
                          size_t count)
{
    int rc = 0;
    for (struct hook *h = d->site.hooks; h != NULL; h = h->next)
        if (h->state != HOOK_CLOSED && !is_hook_among(h->conf.id, webhooks, count))
            rc = hook_change(h, NULL) != 0 ? ERR_NOMEM : rc;
    for (size_t i = 0; i < count; i++) {
        struct hook *h = hook_find(&d->site, webhooks[i].id);
        if (h != NULL)
            hook_lift(h);
        if (h == NULL)
            rc = add_hook(d, &webhooks[i]) != 0 ? ERR_NOMEM : rc;
        else if (h->state != HOOK_WORKS || h->conf.definition != webhooks[i].definition)
            rc = hook_change(h, &webhooks[i]) != 0 ? ERR_NOMEM : rc;
    }
    if (rc != 0)
        log_error("delivery", NULL, "the webhooks are reloaded only in part: %s",
                  err_text(rc));
    set_connections(d);
}

/* --- events of the loop --- */

static void wake_all(struct delivery *d)
{
    for (struct hook *h = d->site.hooks; h != NULL; h = h->next)
        hook_wake(h);
}

static void on_async(uv_async_t *async)
{
    struct delivery *d = async->data;
    pthread_mutex_lock(&d->site.mutex);
    bool stop_wanted = d->stop_wanted, has_fresh = d->has_fresh;
    int64_t grace_ms = d->stop_grace_ms;
    struct conf_webhook *fresh = d->fresh;
    size_t count = d->fresh_count;
    d->fresh = NULL;
    d->fresh_count = 0;
    d->has_fresh = false;
    d->answered = d->asked;
    pthread_mutex_unlock(&d->site.mutex);
    if (has_fresh) {
        if (!d->site.is_stopping)
            take_webhooks(d, fresh, count);
        free_webhooks(fresh, count);
    }
    if (stop_wanted)
        begin_ending(d, grace_ms);
    if (!d->site.is_stopping)
        wake_all(d);
}

/* Another process may have put deliveries back. */
static void on_poll(uv_timer_t *timer)
{
    struct delivery *d = timer->data;
    if (d->site.is_stopping)
        return;
    int64_t version = store_reader_version(d->site.reader);
    bool is_changed = version != d->version || version < 0;
    d->version = version;
    int64_t requeues = is_changed ? store_reader_requeues(d->site.reader) : d->requeues;
    if (requeues != d->requeues && requeues >= 0) {
        d->requeues = requeues;
        for (struct hook *h = d->site.hooks; h != NULL; h = h->next)
            hook_rewind(h);
        is_changed = true;
    } else if (requeues < 0) {
        d->version = -1; /* unknown: ask again */
    }
    for (struct hook *h = d->site.hooks; h != NULL; h = h->next)
        if (is_changed || h->rewind_to != 0 || h->is_unread)
            hook_wake(h);
}

static void *run_thread(void *context)
{
    struct delivery *d = context;
    sigset_t all;
    sigfillset(&all); /* the main thread takes signals, EPIPE is enough here */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    wake_all(d);
    uv_run(&d->site.loop, UV_RUN_DEFAULT);
    outcomes_hand_over(&d->site.outcomes);
    return NULL;
}

/* --- other threads --- */

static void destroy_delivery(struct delivery *d)
{
    store_reader_close(d->site.reader);
    free_webhooks(d->fresh, d->fresh_count);
    outcomes_finish(&d->site.outcomes);
    pthread_mutex_destroy(&d->site.mutex);
    free(d);
}

static int init_loop(struct delivery *d)
{
    if (uv_loop_init(&d->site.loop) != 0)
        return ERR_NOMEM;
    if (uv_async_init(&d->site.loop, &d->async, on_async) != 0) {
        uv_loop_close(&d->site.loop);
        return ERR_NOMEM;
    }
    uv_timer_init(&d->site.loop, &d->poll);
    uv_timer_init(&d->site.loop, &d->grace);
    uv_prepare_init(&d->site.loop, &d->prepare);
    d->async.data = d->poll.data = d->grace.data = d->prepare.data = d;
    uv_prepare_start(&d->prepare, on_prepare);
    uint64_t poll_ms =
        d->site.tuning.poll_ms > 0 ? (uint64_t)d->site.tuning.poll_ms : POLL_MS;
    uv_timer_start(&d->poll, on_poll, poll_ms, poll_ms);
    return 0;
}

static int init_hooks(struct delivery *d, const struct conf_webhook *webhooks,
                      size_t count)
{
    int rc = client_create(&d->site.loop, &d->site.tuning.client, &d->site.client);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_hook(d, &webhooks[i]);
    for (struct hook *h = d->site.hooks; h != NULL && rc == 0; h = h->next) {
        rc = store_reader_webhook_is_gone(d->site.reader, h->conf.id, &h->is_gone);
        h->counts.is_gone = h->is_gone;
        if (h->is_gone)
            log_warning(
                "delivery", h->conf.id,
                "the webhook is still switched off since its 410, until a reload");
    }
    if (rc == 0)
        set_connections(d);
    return rc;
}

/* The start failed: close the handles that exist. */
static void abandon_start(struct delivery *d)
{
    close_hooks(d);
    uv_run(&d->site.loop, UV_RUN_DEFAULT);
    uv_loop_close(&d->site.loop);
}

int delivery_start_tuned(const struct conf_webhook *webhooks, size_t count,
                         const struct delivery_setting *setting,
                         struct delivery **ret_delivery, struct err *err)
{
    struct delivery *d = calloc(1, sizeof *d);
    int rc = d == NULL ? ERR_NOMEM : delivery_init_curl();
    if (rc != 0) {
        free(d);
        return err_set(err, rc, "delivery: %s", err_text(rc));
    }
    pthread_mutex_init(&d->site.mutex, NULL);
    d->site.store = setting->store;
    d->site.tuning = setting->tuning;
    d->site.random = setting->random_seed;
    d->site.on_idle = on_idle;
    rc = store_reader_open(setting->directory, &d->site.reader, err);
    if (rc != 0 || outcomes_init(&d->site.outcomes, setting->store) != 0 ||
        init_loop(d) != 0) {
        rc = rc != 0 ? rc : err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        destroy_delivery(d);
        return rc;
    }
    d->version = store_reader_version(d->site.reader);
    d->requeues = store_reader_requeues(d->site.reader);
    rc = init_hooks(d, webhooks, count);
    if (rc == 0 && pthread_create(&d->thread, NULL, run_thread, d) != 0)
        rc = ERR_LIMIT;
    if (rc != 0) {
        abandon_start(d);
        destroy_delivery(d);
        return err_set(err, rc, "delivery: %s", err_text(rc));
    }
    *ret_delivery = d;
    return 0;
}

int delivery_start(const struct conf_webhook *webhooks, size_t count, struct store *store,
                   const char *directory, uint64_t random_seed,
                   struct delivery **ret_delivery, struct err *err)
{
    const struct delivery_setting setting = {
        .store = store, .directory = directory, .random_seed = random_seed};
    return delivery_start_tuned(webhooks, count, &setting, ret_delivery, err);
}

void delivery_wake(struct delivery *d)
{
    uv_async_send(&d->async);
}

void delivery_ask(struct delivery *d)
{
    pthread_mutex_lock(&d->site.mutex);
    d->asked++;
    pthread_mutex_unlock(&d->site.mutex);
    uv_async_send(&d->async);
}

bool delivery_has_answered(struct delivery *d)
{
    pthread_mutex_lock(&d->site.mutex);
    bool has_answered = d->answered == d->asked;
    pthread_mutex_unlock(&d->site.mutex);
    return has_answered;
}

int delivery_reconfigure(struct delivery *d, const struct conf_webhook *webhooks,
                         size_t count)
{
    struct conf_webhook *fresh = NULL;
    int rc = copy_webhooks(webhooks, count, &fresh);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&d->site.mutex);
    struct conf_webhook *stale = d->fresh;
    size_t stale_count = d->fresh_count;
    d->fresh = fresh;
    d->fresh_count = count;
    d->has_fresh = true;
    pthread_mutex_unlock(&d->site.mutex);
    free_webhooks(stale, stale_count);
    uv_async_send(&d->async);
    return 0;
}

void delivery_stop(struct delivery *d, int64_t grace_ms)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->site.mutex);
    d->stop_wanted = true;
    d->stop_grace_ms = grace_ms;
    pthread_mutex_unlock(&d->site.mutex);
    uv_async_send(&d->async);
    pthread_join(d->thread, NULL);
    uv_loop_close(&d->site.loop);
    /* The commit of the last outcomes calls delivery_wake through the owner. */
    (void)store_flush(d->site.store, STOP_SETTLE_MS);
    destroy_delivery(d);
}

bool delivery_counts(struct delivery *d, const char *webhook,
                     struct delivery_counts *ret_counts)
{
    pthread_mutex_lock(&d->site.mutex);
    const struct hook *h = hook_find(&d->site, webhook);
    if (h != NULL)
        *ret_counts = h->counts;
    pthread_mutex_unlock(&d->site.mutex);
    return h != NULL;
}
