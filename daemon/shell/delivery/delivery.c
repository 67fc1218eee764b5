/* SPDX-License-Identifier: Apache-2.0 */
/* The delivery thread: its loop, what it is told from other threads, and the outcomes it
 * hands to the store. What is sent when is hook.c's. */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/base/timefmt.h"
#include "lookout/sys/log.h"

enum {
    POLL_MS = 1000,      /* how soon another process's redeliver is noticed */
    OUTCOMES_MOST = 512, /* handed over at a time */
    SETTLE_MS = 30,      /* waiting for the disk before reading the outbox again */
    STOP_SETTLE_MS = 2000,
    CONNECTIONS_LEAST = 8,
    CONNECTIONS_MOST = 1024
};

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

int delivery_init_curl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, init_curl) == 0 ? 0 : ERR_NOMEM;
}

/* --- for the hooks --- */

double delivery_random(struct delivery *d)
{
    d->random = hash_u64(d->random, 0x9e3779b97f4a7c15u);
    return (double)(d->random >> 11) / 9007199254740992.0; /* 2^53 */
}

void delivery_hand_over(struct delivery *d)
{
    if (d->outcome_count == 0)
        return;
    if (store_outcomes(d->store, d->outcomes, d->outcome_count) == 0)
        d->outcome_count = 0;
    else
        log_repeated(LOG_LEVEL_ERROR, "delivery", NULL, "outcomes",
                     "outcomes wait for memory count=%zu", d->outcome_count);
}

void delivery_outcome(struct delivery *d, const struct store_outcome *outcome)
{
    if (d->outcome_count >= OUTCOMES_MOST)
        delivery_hand_over(d);
    if (d->outcome_count == d->outcome_capacity) {
        size_t capacity = d->outcome_capacity * 2;
        struct store_outcome *more = realloc(d->outcomes, capacity * sizeof *more);
        if (more == NULL) { /* at least once: it is sent again after a restart */
            log_error("delivery", NULL, "out of memory: an outcome is lost");
            return;
        }
        d->outcomes = more;
        d->outcome_capacity = capacity;
    }
    d->outcomes[d->outcome_count++] = *outcome;
}

bool delivery_is_settled(struct delivery *d)
{
    delivery_hand_over(d);
    return d->outcome_count == 0 && store_flush(d->store, SETTLE_MS);
}

static void on_prepare(uv_prepare_t *prepare)
{
    delivery_hand_over(prepare->data);
}

/* --- the end --- */

static void close_all(struct delivery *d)
{
    if (d->is_closing)
        return;
    d->is_closing = true;
    for (struct hook *h = d->hooks; h != NULL; h = h->next)
        hook_close(h);
    client_close(d->client, NULL, NULL);
    d->client = NULL;
    uv_close((uv_handle_t *)&d->async, NULL);
    uv_close((uv_handle_t *)&d->poll, NULL);
    uv_close((uv_handle_t *)&d->grace, NULL);
    uv_close((uv_handle_t *)&d->prepare, NULL);
}

static void on_grace(uv_timer_t *timer)
{
    close_all(timer->data);
}

void delivery_ended(struct delivery *d)
{
    if (!d->is_stopping || d->is_closing)
        return;
    for (const struct hook *h = d->hooks; h != NULL; h = h->next)
        if (h->under_way > 0)
            return;
    /* Not from within a callback of the client's: the timer comes from the loop. */
    uv_timer_start(&d->grace, on_grace, 0, 0);
}

static void stop(struct delivery *d, int64_t grace_ms)
{
    if (d->is_stopping)
        return;
    d->is_stopping = true;
    uv_timer_start(&d->grace, on_grace, (uint64_t)(grace_ms > 0 ? grace_ms : 0), 0);
    delivery_ended(d);
}

/* --- a reload --- */

static struct hook *hook_find(struct delivery *d, const char *id)
{
    struct hook *h = d->hooks;
    while (h != NULL && (h->is_closed || strcmp(h->conf.id, id) != 0))
        h = h->next;
    return h;
}

static int add_hook(struct delivery *d, const struct conf_webhook *conf)
{
    struct hook *h = NULL;
    int rc = hook_create(d, conf, &h);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&d->mutex);
    h->next = d->hooks;
    d->hooks = h;
    pthread_mutex_unlock(&d->mutex);
    return 0;
}

static void set_connections(struct delivery *d)
{
    long most = CONNECTIONS_LEAST;
    for (const struct hook *h = d->hooks; h != NULL && most < CONNECTIONS_MOST;
         h = h->next)
        most += (long)h->conf.in_flight;
    client_set_connections(d->client, most < CONNECTIONS_MOST ? most : CONNECTIONS_MOST);
}

static bool is_among(const char *id, const struct conf_webhook *webhooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(webhooks[i].id, id) == 0)
            return true;
    return false;
}

static void reconfigure(struct delivery *d, const struct conf_webhook *webhooks,
                        size_t count)
{
    int rc = 0;
    struct hook *next;
    for (struct hook *h = d->hooks; h != NULL; h = next) {
        next = h->next;
        if (!h->is_closed && !is_among(h->conf.id, webhooks, count))
            rc = hook_change(h, NULL) != 0 ? ERR_NOMEM : rc;
    }
    for (size_t i = 0; i < count; i++) {
        struct hook *h = hook_find(d, webhooks[i].id);
        if (h != NULL)
            hook_lift(h);
        if (h == NULL)
            rc = add_hook(d, &webhooks[i]) != 0 ? ERR_NOMEM : rc;
        else if (h->has_fresh || h->conf.definition != webhooks[i].definition)
            rc = hook_change(h, &webhooks[i]) != 0 ? ERR_NOMEM : rc;
    }
    if (rc != 0)
        log_error("delivery", NULL, "the reload is incomplete: %s", err_text(rc));
    set_connections(d);
}

/* --- what comes from elsewhere --- */

static void wake_all(struct delivery *d)
{
    struct hook *next;
    for (struct hook *h = d->hooks; h != NULL; h = next) {
        next = h->next;
        hook_wake(h);
    }
}

static void on_async(uv_async_t *async)
{
    struct delivery *d = async->data;
    pthread_mutex_lock(&d->mutex);
    bool stop_wanted = d->stop_wanted, has_fresh = d->has_fresh;
    int64_t grace_ms = d->stop_grace_ms;
    struct conf_webhook *fresh = d->fresh;
    size_t count = d->fresh_count;
    d->fresh = NULL;
    d->fresh_count = 0;
    d->has_fresh = false;
    pthread_mutex_unlock(&d->mutex);
    if (has_fresh) {
        if (!d->is_stopping)
            reconfigure(d, fresh, count);
        webhooks_free(fresh, count);
    }
    if (stop_wanted)
        stop(d, grace_ms);
    if (!d->is_stopping)
        wake_all(d);
}

/* Somebody else may have put deliveries back. */
static void on_poll(uv_timer_t *timer)
{
    struct delivery *d = timer->data;
    if (d->is_stopping)
        return;
    int64_t version = store_reader_version(d->reader);
    bool is_changed = version != d->version || version < 0;
    d->version = version;
    int64_t requeues = is_changed ? store_reader_requeues(d->reader) : d->requeues;
    if (requeues != d->requeues && requeues >= 0) {
        d->requeues = requeues;
        for (struct hook *h = d->hooks; h != NULL; h = h->next)
            hook_rewind(h);
        is_changed = true;
    } else if (requeues < 0) {
        d->version = -1; /* unknown: asked again */
    }
    struct hook *next;
    for (struct hook *h = d->hooks; h != NULL; h = next) {
        next = h->next;
        if (is_changed || h->wants_rewind || h->is_unread)
            hook_wake(h);
    }
}

static void *run(void *context)
{
    struct delivery *d = context;
    sigset_t all;
    sigfillset(&all); /* signals are the main thread's; a broken pipe is an error code */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    wake_all(d);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    delivery_hand_over(d);
    return NULL;
}

/* --- other threads --- */

static void destroy(struct delivery *d)
{
    store_reader_close(d->reader);
    webhooks_free(d->fresh, d->fresh_count);
    free(d->outcomes);
    pthread_mutex_destroy(&d->mutex);
    free(d);
}

static int init_loop(struct delivery *d)
{
    if (uv_loop_init(&d->loop) != 0)
        return ERR_NOMEM;
    if (uv_async_init(&d->loop, &d->async, on_async) != 0) {
        uv_loop_close(&d->loop);
        return ERR_NOMEM;
    }
    uv_timer_init(&d->loop, &d->poll);
    uv_timer_init(&d->loop, &d->grace);
    uv_prepare_init(&d->loop, &d->prepare);
    d->async.data = d->poll.data = d->grace.data = d->prepare.data = d;
    uv_prepare_start(&d->prepare, on_prepare);
    uint64_t poll_ms = d->tuning.poll_ms > 0 ? (uint64_t)d->tuning.poll_ms : POLL_MS;
    uv_timer_start(&d->poll, on_poll, poll_ms, poll_ms);
    return 0;
}

static int init_hooks(struct delivery *d, const struct conf_webhook *webhooks,
                      size_t count)
{
    int rc = client_create(&d->loop, &d->tuning.client, &d->client);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = add_hook(d, &webhooks[i]);
    for (struct hook *h = d->hooks; h != NULL && rc == 0; h = h->next) {
        rc = store_reader_webhook_is_gone(d->reader, h->conf.id, &h->is_gone);
        h->counts.is_gone = h->is_gone;
        if (h->is_gone)
            log_warning("delivery", h->conf.id,
                        "stays switched off since its 410, until a reload");
    }
    if (rc == 0)
        set_connections(d);
    return rc;
}

/* A start that failed half way: close what there is. */
static void abandon(struct delivery *d)
{
    if (d->client != NULL) {
        close_all(d);
    } else {
        d->is_closing = true;
        uv_close((uv_handle_t *)&d->async, NULL);
        uv_close((uv_handle_t *)&d->poll, NULL);
        uv_close((uv_handle_t *)&d->grace, NULL);
        uv_close((uv_handle_t *)&d->prepare, NULL);
    }
    uv_run(&d->loop, UV_RUN_DEFAULT);
    uv_loop_close(&d->loop);
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
    pthread_mutex_init(&d->mutex, NULL);
    d->store = setting->store;
    d->tuning = setting->tuning;
    d->random = setting->random_seed;
    d->outcome_capacity = OUTCOMES_MOST;
    d->outcomes = calloc(d->outcome_capacity, sizeof *d->outcomes);
    rc = store_reader_open(setting->directory, &d->reader, err);
    if (rc != 0 || d->outcomes == NULL || init_loop(d) != 0) {
        rc = rc != 0 ? rc : err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        destroy(d);
        return rc;
    }
    d->version = store_reader_version(d->reader);
    d->requeues = store_reader_requeues(d->reader);
    rc = init_hooks(d, webhooks, count);
    if (rc == 0 && pthread_create(&d->thread, NULL, run, d) != 0)
        rc = ERR_LIMIT;
    if (rc != 0) {
        abandon(d);
        destroy(d);
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

int delivery_reconfigure(struct delivery *d, const struct conf_webhook *webhooks,
                         size_t count)
{
    struct conf_webhook *fresh = NULL;
    int rc = webhooks_copy(webhooks, count, &fresh);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&d->mutex);
    struct conf_webhook *stale = d->fresh;
    size_t stale_count = d->fresh_count;
    d->fresh = fresh;
    d->fresh_count = count;
    d->has_fresh = true;
    pthread_mutex_unlock(&d->mutex);
    webhooks_free(stale, stale_count);
    uv_async_send(&d->async);
    return 0;
}

void delivery_stop(struct delivery *d, int64_t grace_ms)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->mutex);
    d->stop_wanted = true;
    d->stop_grace_ms = grace_ms;
    pthread_mutex_unlock(&d->mutex);
    uv_async_send(&d->async);
    pthread_join(d->thread, NULL);
    uv_loop_close(&d->loop);
    /* The last outcomes' commit calls delivery_wake by way of the owner. */
    (void)store_flush(d->store, STOP_SETTLE_MS);
    destroy(d);
}

bool delivery_counts(struct delivery *d, const char *webhook,
                     struct delivery_counts *ret_counts)
{
    pthread_mutex_lock(&d->mutex);
    const struct hook *h = d->hooks;
    while (h != NULL && (h->is_closed || strcmp(h->conf.id, webhook) != 0))
        h = h->next;
    if (h != NULL)
        *ret_counts = h->counts;
    pthread_mutex_unlock(&d->mutex);
    return h != NULL;
}
