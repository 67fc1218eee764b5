/* SPDX-License-Identifier: Apache-2.0 */
/* One webhook: sends what is due, as much at a time as it may, and draws the consequences
 * of each answer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/sys/log.h"

enum {
    BREAKER_FAILURES = 5, /* in a row, then only probes go out */
    CRITICAL_WAIT_MS = 60000,
    WINDOW_ROWS = 4096,
    LANE_ROWS = 1024,
    WINDOW_BYTES = 8 << 20, /* of bodies, held for one webhook */
    TIMER_MOST_MS = 30000   /* a changed clock is noticed so soon */
};

/* --- the breaker --- */

/* No answer, too many requests, or a fault on their side: others would fare no better. */
static bool is_outage(const struct retry_answer *answer)
{
    return answer->status == 0 || answer->status == 429 || answer->status >= 500;
}

static void note_outage(struct hook *h, const struct item *item, int64_t now)
{
    bool was_probe = h->probe == item;
    if (++h->failures < BREAKER_FAILURES)
        return;
    if (h->is_open && !was_probe)
        return; /* it was sent before */
    char wait[UNITS_TEXT_BYTES];
    if (!h->is_open)
        log_warning("delivery", h->conf.id, "does not take alerts: %s; probing every %s",
                    item->request.reason,
                    units_format_duration(h->conf.retry.waits_ms[0], wait));
    h->is_open = true;
    h->probe_at_ms = now + h->conf.retry.waits_ms[0];
}

/* It answers, if only to refuse. */
static void note_answer(struct hook *h)
{
    h->failures = 0;
    if (!h->is_open)
        return;
    h->is_open = false;
    log_info("delivery", h->conf.id, "takes alerts again");
    window_release(&h->window, h->conf.retry.waits_ms[0]);
}

/* --- an attempt's end --- */

static void count(struct hook *h, const struct item *item, enum retry_verdict verdict,
                  int64_t now)
{
    struct delivery *d = h->delivery;
    uint64_t alerts = item->request.event_count;
    pthread_mutex_lock(&d->mutex);
    struct delivery_counts *c = &h->counts;
    c->attempts++;
    if (verdict == RETRY_DELIVERED) {
        c->delivered += alerts;
        c->last_success_ms = now;
        c->last_latency_s = item->request.latency_s;
    } else {
        c->failed++;
    }
    c->dead += verdict == RETRY_DEAD ? alerts : 0;
    c->is_open = h->is_open;
    c->is_gone = h->is_gone;
    c->in_flight = h->under_way;
    pthread_mutex_unlock(&d->mutex);
}

static void switch_off(struct hook *h, int64_t now)
{
    if (h->is_gone)
        return;
    h->is_gone = true;
    log_error("delivery", h->conf.id,
              "answered 410 Gone: switched off until the configuration is reloaded; its "
              "alerts queue");
    if (store_webhook_gone(h->delivery->store, h->conf.id, now) != 0)
        log_error("delivery", h->conf.id, "out of memory");
}

static void log_failure(const struct hook *h, const struct item *item,
                        enum retry_verdict verdict)
{
    const struct client_request *r = &item->request;
    if (verdict == RETRY_DEAD)
        log_warning("delivery", h->conf.id,
                    "alert given up id=%s alerts=%zu attempts=%" PRIu32 " reason=%s",
                    r->id, r->event_count, item->attempts, r->reason);
    if (verdict != RETRY_LATER)
        return;
    char status[16]; /* what the receiver says is not for telling reasons apart */
    snprintf(status, sizeof status, "%d", r->answer.status);
    log_repeated(LOG_LEVEL_INFO, "delivery", h->conf.id,
                 r->answer.status != 0 ? status : r->reason,
                 "attempt failed id=%s attempts=%" PRIu32 " reason=%s", r->id,
                 item->attempts, r->reason);
}

/* retry_for counts from the youngest of a bundle: none is given up before its time. */
static int64_t begun(const struct item *item)
{
    int64_t begun_ms = 0;
    for (const struct item *i = item; i != NULL; i = i->with) {
        int64_t own_ms = i->begun_ms != 0 ? i->begun_ms : i->accepted_ms;
        begun_ms = own_ms > begun_ms ? own_ms : begun_ms;
    }
    return begun_ms;
}

void hook_record(struct hook *h, const struct item *item, struct store_outcome *outcome)
{
    for (const struct item *i = item; i != NULL; i = i->with) {
        outcome->outbox = i->outbox;
        outcome->begun_ms = i->begun_ms;
        delivery_outcome(h->delivery, outcome);
    }
}

/* A bundle that is refused is taken apart: one bad alert, or too many of them, cost no
 * other. */
static bool is_to_split(const struct item *item, enum retry_verdict verdict)
{
    return verdict == RETRY_DEAD && item->request.event_count > 1 &&
           retry_is_refusal(item->request.answer.status);
}

/* The verdict on an attempt that has ended, to the store and to the window. */
static void settle(struct hook *h, struct item *item)
{
    struct delivery *d = h->delivery;
    int64_t now = client_clock_ms(), next = now;
    enum retry_verdict verdict =
        retry_judge(&h->conf.retry, &item->request.answer, ++item->attempts, begun(item),
                    now, delivery_random(d), &next);
    bool is_split = is_to_split(item, verdict);
    if (is_split) {
        verdict = RETRY_LATER;
        item->attempts = 0;
        next = now;
    }
    struct store_outcome outcome = {
        .attempts = item->attempts,
        .status = item->request.answer.status,
        .at_ms = now,
        .next_attempt_ms = next,
        .bundle = is_split ? 0 : item->bundle,
        .state = verdict == RETRY_DELIVERED ? STORE_DELIVERED
                 : verdict == RETRY_DEAD    ? STORE_DEAD
                                            : STORE_PENDING,
    };
    if (verdict != RETRY_DELIVERED)
        text_copy(outcome.reason, sizeof outcome.reason, item->request.reason);
    if (verdict == RETRY_GONE)
        switch_off(h, now);
    else if (is_outage(&item->request.answer))
        note_outage(h, item, now);
    else
        note_answer(h);
    if (h->probe == item)
        h->probe = NULL;
    count(h, item, verdict, now);
    log_failure(h, item, verdict);
    hook_record(h, item, &outcome);
    free(item->events);
    item->events = NULL;
    item->tried_ms = now;
    item->next_ms = next;
    item->is_outage = verdict == RETRY_LATER && is_outage(&item->request.answer) &&
                      item->request.answer.retry_after_ms < 0;
    if (item->failing_since_ms == 0)
        item->failing_since_ms = now;
    int rc = is_split                         ? window_split(&h->window, item, now)
             : outcome.state == STORE_PENDING ? window_again(&h->window, item)
                                              : window_remove(&h->window, item);
    if (rc != 0) /* what the window lost, the outbox still has */
        hook_rewind(h);
}

static void take_fresh(struct hook *h);
static void send_due(struct hook *h);

static void on_end(struct client_request *request)
{
    struct item *item = request->owner;
    struct hook *h = item->hook;
    struct delivery *d = h->delivery;
    h->under_way--;
    settle(h, item);
    if (h->under_way == 0 && h->has_fresh)
        take_fresh(h);
    else
        hook_look(h);
    delivery_ended(d);
}

/* --- sending --- */

/* false: it has ended already. */
static bool begin(struct hook *h, struct item *item)
{
    window_take(&h->window, item);
    item->hook = h;
    item->request = (struct client_request){.webhook = &h->conf,
                                            .target = &h->target,
                                            .id = item->id,
                                            .events = &item->event,
                                            .event_count = 1,
                                            .on_end = on_end,
                                            .owner = item};
    const char *fault = h->target_fault;
    if (h->conf.group.is_on && hook_prepare_bundle(item) != 0)
        fault = err_text(ERR_NOMEM);
    if (fault[0] != '\0') {
        item->request.answer = (struct retry_answer){.retry_after_ms = -1};
        text_copy(item->request.reason, sizeof item->request.reason, fault);
        return false;
    }
    return client_send(h->delivery->client, &item->request) == 0;
}

static bool may_send(const struct hook *h)
{
    return !h->is_gone && !h->has_fresh && !h->is_closed && !h->delivery->is_stopping &&
           h->under_way < h->conf.in_flight;
}

static void on_timer(uv_timer_t *timer)
{
    hook_look(timer->data);
}

static void set_timer(struct hook *h, int64_t due_ms)
{
    int64_t wait = due_ms - client_clock_ms();
    wait = wait < 0 ? 0 : wait > TIMER_MOST_MS ? TIMER_MOST_MS : wait;
    uv_timer_start(&h->timer, on_timer, (uint64_t)wait, 0);
}

static void send_due(struct hook *h)
{
    uv_timer_stop(&h->timer);
    hook_look_saved(h);
    while (may_send(h)) {
        int64_t now = client_clock_ms(), due = 0;
        struct item *item = window_next(&h->window, now, hook_may_form(h, now), &due);
        if (due == INT64_MAX)
            return;
        if (h->is_open && h->probe != NULL)
            return; /* one at a time */
        if (h->is_open && due < h->probe_at_ms)
            due = h->probe_at_ms;
        if (due > now) {
            set_timer(h, due);
            return;
        }
        if (item == NULL) {
            hook_form(h, now);
            continue;
        }
        if (item->is_saving)
            hook_unlist(h, item);
        if (h->is_open)
            h->probe = item;
        h->under_way++;
        if (begin(h, item))
            continue;
        h->under_way--;
        settle(h, item);
    }
}

static void read_more(struct hook *h)
{
    int64_t row = 0;
    if (!h->wants_rewind && window_wants_rewind(&h->window, &row)) {
        h->wants_rewind = true;
        h->rewind_to = row;
    }
    if (h->wants_rewind || !window_wants_more(&h->window))
        return;
    int rc = window_load(&h->window, h->delivery->reader, h->conf.id);
    h->is_unread = rc != 0;
    if (rc != 0)
        log_repeated(LOG_LEVEL_ERROR, "delivery", h->conf.id, "outbox",
                     "the outbox cannot be read: %s", err_text(rc));
}

void hook_look(struct hook *h)
{
    if (h->is_closed || h->is_gone || h->has_fresh || h->delivery->is_stopping)
        return;
    read_more(h);
    send_due(h);
    pthread_mutex_lock(&h->delivery->mutex);
    h->counts.in_flight = h->under_way;
    pthread_mutex_unlock(&h->delivery->mutex);
}

void hook_wake(struct hook *h)
{
    if (h->wants_rewind && delivery_is_settled(h->delivery)) {
        window_rewind(&h->window, h->rewind_to);
        h->wants_rewind = false;
    }
    h->window.has_more = true;
    hook_look(h);
}

void hook_rewind(struct hook *h)
{
    h->wants_rewind = true;
    h->rewind_to = 1;
}

void hook_lift(struct hook *h)
{
    if (!h->is_gone)
        return;
    h->is_gone = false;
    pthread_mutex_lock(&h->delivery->mutex);
    h->counts.is_gone = false;
    pthread_mutex_unlock(&h->delivery->mutex);
}

/* --- beginning, change and end --- */

static void set_window(struct hook *h)
{
    const struct delivery_tuning *tuning = &h->delivery->tuning;
    struct window *w = &h->window;
    w->rows_most = tuning->window_rows > 0 ? tuning->window_rows : WINDOW_ROWS;
    w->lane_most = tuning->lane_rows > 0 ? tuning->lane_rows : LANE_ROWS;
    w->critical_wait_ms =
        tuning->critical_wait_ms > 0 ? tuning->critical_wait_ms : CRITICAL_WAIT_MS;
    w->bytes_most = WINDOW_BYTES;
    w->is_ordered = h->conf.ordered;
    w->group = h->conf.group;
    w->bundle_most = delivery_body_most(&h->conf);
}

static void set_target(struct hook *h)
{
    struct err err = {0};
    target_finish(&h->target);
    h->target_fault[0] = '\0';
    if (target_parse(h->conf.url, &h->target, &err) != 0)
        text_copy(h->target_fault, sizeof h->target_fault, err.text);
}

int hook_create(struct delivery *d, const struct conf_webhook *conf,
                struct hook **ret_hook)
{
    struct hook *h = calloc(1, sizeof *h);
    if (h == NULL || webhook_copy(conf, &h->conf) != 0) {
        free(h);
        return ERR_NOMEM;
    }
    h->delivery = d;
    h->counts.last_success_ms = TIME_NONE;
    uv_timer_init(&d->loop, &h->timer);
    h->timer.data = h;
    window_init(&h->window);
    set_window(h);
    set_target(h);
    hook_rewind(h); /* what an earlier one of this id settled may not be on disk yet */
    *ret_hook = h;
    return 0;
}

/* Nothing is under way: the new definition, or the end. */
static void take_fresh(struct hook *h)
{
    h->has_fresh = false;
    if (h->is_removed) {
        hook_close(h);
        return;
    }
    pthread_mutex_lock(&h->delivery->mutex); /* others look for the id */
    webhook_finish(&h->conf);
    h->conf = h->fresh;
    memset(&h->fresh, 0, sizeof h->fresh);
    pthread_mutex_unlock(&h->delivery->mutex);
    window_clear(&h->window);
    h->saving = NULL;
    h->saving_count = 0;
    set_window(h);
    set_target(h);
    h->failures = 0;
    h->is_open = false;
    pthread_mutex_lock(&h->delivery->mutex);
    h->counts.is_open = false;
    pthread_mutex_unlock(&h->delivery->mutex);
    /* What has just been settled must not be read as pending. */
    hook_rewind(h);
    hook_wake(h);
}

int hook_change(struct hook *h, const struct conf_webhook *conf)
{
    struct conf_webhook fresh = {0};
    if (conf != NULL && webhook_copy(conf, &fresh) != 0)
        return ERR_NOMEM;
    webhook_finish(&h->fresh);
    h->fresh = fresh;
    h->is_removed = conf == NULL;
    h->has_fresh = true;
    uv_timer_stop(&h->timer);
    if (h->under_way == 0)
        take_fresh(h);
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct hook *h = handle->data;
    struct delivery *d = h->delivery;
    pthread_mutex_lock(&d->mutex);
    for (struct hook **at = &d->hooks; *at != NULL; at = &(*at)->next)
        if (*at == h) {
            *at = h->next;
            break;
        }
    pthread_mutex_unlock(&d->mutex);
    window_finish(&h->window);
    webhook_finish(&h->conf);
    webhook_finish(&h->fresh);
    target_finish(&h->target);
    free(h);
}

void hook_close(struct hook *h)
{
    if (h->is_closed)
        return;
    pthread_mutex_lock(&h->delivery->mutex);
    h->is_closed = true;
    pthread_mutex_unlock(&h->delivery->mutex);
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&h->window.items, &cursor, &key, &value)) {
        struct item *item = value;
        client_cancel(h->delivery->client, &item->request);
    }
    uv_close((uv_handle_t *)&h->timer, on_closed);
}
