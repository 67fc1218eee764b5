/* SPDX-License-Identifier: Apache-2.0 */
/* One webhook: sends its due bundles, at most `in_flight` at a time, and handles each
 * answer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/sys/log.h"

enum {
    CRITICAL_WAIT_MS = 60000,
    WINDOW_ROWS = 4096,
    LANE_ROWS = 1024,
    WINDOW_BYTES = 8 << 20 /* of bodies, held for one webhook */
};

static struct moment now_at(const struct hook_site *site)
{
    struct moment now = moment_now();
    if (site->tuning.wall_step_ms != NULL)
        now.wall_ms += *site->tuning.wall_step_ms;
    return now;
}

/* 0 <= x < 1 */
static double draw_random(struct hook_site *site)
{
    site->random = hash_u64(site->random, 0x9e3779b97f4a7c15u);
    return (double)(site->random >> 11) / 9007199254740992.0; /* 2^53 */
}

/* --- the end of an attempt --- */

/* Update the counts that other threads read. */
static void tell_state(struct hook *h)
{
    pthread_mutex_lock(&h->site->mutex);
    h->counts.is_open = h->breaker.is_open;
    h->counts.is_gone = h->is_gone;
    h->counts.in_flight = h->under_way;
    pthread_mutex_unlock(&h->site->mutex);
}

static void count_attempt(struct hook *h, const struct client_request *r,
                          enum retry_verdict verdict, int64_t wall_ms)
{
    struct delivery_counts *c = &h->counts;
    pthread_mutex_lock(&h->site->mutex);
    c->attempts++;
    if (verdict == RETRY_DELIVERED) {
        c->delivered += r->event_count;
        c->last_success_ms = wall_ms;
        c->last_latency_s = r->latency_s;
    } else {
        c->failed++;
    }
    c->dead += verdict == RETRY_DEAD ? r->event_count : 0;
    pthread_mutex_unlock(&h->site->mutex);
    tell_state(h);
}

static void switch_off(struct hook *h, int64_t wall_ms)
{
    if (h->is_gone)
        return;
    h->is_gone = true;
    log_error("delivery", h->conf.id,
              "the receiver answered 410 Gone: the webhook is switched off until the "
              "configuration is reloaded; its alerts wait");
    if (store_webhook_gone(h->site->store, h->conf.id, wall_ms) != 0)
        log_error("delivery", h->conf.id, "out of memory");
}

static void log_failure(const struct hook *h, const struct bundle *b,
                        enum retry_verdict verdict, int64_t wait_ms)
{
    const struct client_request *r = &b->request;
    char status[16], wait[UNITS_TEXT_BYTES];
    const struct log_about about = {.alert = b->first->id};
    log_set_about(&about);
    if (verdict == RETRY_DEAD)
        log_warning("delivery", h->conf.id,
                    "an alert is given up: %s id=%s alerts=%zu attempts=%" PRIu32,
                    r->reason, r->id, r->event_count, b->attempts);
    /* The receiver's own words do not tell reasons apart; they may change each time. */
    snprintf(status, sizeof status, "%d", r->answer.status);
    if (verdict == RETRY_LATER)
        log_repeated(LOG_LEVEL_WARNING, "delivery", h->conf.id,
                     r->answer.status != 0 ? status : r->reason,
                     "an attempt failed: %s; the next is in %s id=%s attempts=%" PRIu32,
                     r->reason, units_format_duration(wait_ms, wait), r->id, b->attempts);
    log_set_about(NULL);
}

/* Whether the receiver is dead or alive, by this answer. */
static void note_answer(struct hook *h, const struct bundle *b, int64_t now_ms,
                        int64_t next_ms)
{
    const struct client_request *r = &b->request;
    const int64_t first_wait_ms = h->conf.retry.waits_ms[0];
    char wait[UNITS_TEXT_BYTES];
    if (breaker_is_outage(&r->answer)) {
        bool is_hinted = retry_is_hinted(&r->answer);
        int64_t probe_at_ms = is_hinted ? next_ms : now_ms + first_wait_ms;
        if (breaker_end_dead(&h->breaker, b, probe_at_ms, is_hinted))
            log_warning("delivery", h->conf.id,
                        "the receiver does not take alerts: %s; one probe every %s",
                        r->reason, units_format_duration(first_wait_ms, wait));
    } else if (breaker_end_alive(&h->breaker, b) && !h->is_gone) {
        log_info("delivery", h->conf.id, "the receiver takes alerts again");
        bundle_release_all(&h->window, first_wait_ms);
    }
}

/* `number`: the bundle to which the alerts belong from now on; 0: none. */
static void record_outcome(struct hook *h, const struct bundle *b, enum store_state state,
                           int64_t number, const struct moment *now)
{
    const struct retry_answer *answer = &b->request.answer;
    struct store_outcome outcome = {
        .attempts = b->attempts,
        .status = answer->protocol != RETRY_MQTT ? answer->status : 0,
        .at_ms = now->wall_ms,
        .next_attempt_ms = now->wall_ms + b->due_ms - now->steady_ms,
        .bundle = h->conf.group.is_on ? number : 0,
        .state = state,
    };
    if (state != STORE_DELIVERED)
        text_copy(outcome.reason, sizeof outcome.reason, b->request.reason);
    outcomes_add(&h->site->outcomes, b, &outcome);
}

/* A refused bundle is split, so that one bad alert, or too many alerts, cost no other. */
static int split_bundle(struct hook *h, struct bundle *b, const struct moment *now)
{
    b->attempts = 0;
    b->due_ms = now->steady_ms;
    record_outcome(h, b, STORE_PENDING, 0, now);
    return window_split_bundle(&h->window, b, now->steady_ms);
}

static int retry_bundle(struct hook *h, struct bundle *b, int64_t next_ms,
                        const struct moment *now)
{
    const struct retry_answer *answer = &b->request.answer;
    b->due_ms = next_ms;
    b->tried_ms = now->steady_ms;
    b->fails_by_outage = breaker_is_outage(answer) && !retry_is_hinted(answer);
    if (b->failing_since_ms == 0)
        b->failing_since_ms = now->steady_ms;
    record_outcome(h, b, STORE_PENDING, b->number, now);
    return window_retry(&h->window, b);
}

/* Judge an attempt that has ended, and tell the store and the window. */
static void settle_attempt(struct hook *h, struct bundle *b)
{
    const struct moment now = now_at(h->site);
    const struct client_request *r = &b->request;
    int64_t next_ms = now.steady_ms;
    enum retry_verdict verdict =
        retry_judge(&h->conf.retry, &r->answer, ++b->attempts, bundle_begun_ms(b),
                    now.steady_ms, draw_random(h->site), &next_ms);
    bool is_split =
        verdict == RETRY_DEAD && r->event_count > 1 && retry_is_refusal(&r->answer);
    if (is_split)
        verdict = RETRY_LATER;
    if (verdict == RETRY_GONE)
        switch_off(h, now.wall_ms);
    note_answer(h, b, now.steady_ms, next_ms);
    count_attempt(h, r, verdict, now.wall_ms);
    log_failure(h, b, verdict, next_ms - now.steady_ms);
    int rc;
    if (is_split) {
        rc = split_bundle(h, b, &now);
    } else if (verdict == RETRY_DELIVERED || verdict == RETRY_DEAD) {
        record_outcome(h, b, verdict == RETRY_DEAD ? STORE_DEAD : STORE_DELIVERED,
                       b->number, &now);
        rc = window_remove(&h->window, b);
    } else {
        rc = retry_bundle(h, b, next_ms, &now);
    }
    if (rc != 0) /* the outbox still has what the window lost */
        hook_rewind(h);
}

/* --- sending --- */

static void take_change(struct hook *h);
static void look_on(struct hook *h);

static void on_end(struct client_request *request)
{
    struct bundle *b = request->owner;
    struct hook *h = b->hook;
    struct hook_site *site = h->site;
    h->under_way--;
    settle_attempt(h, b);
    if (h->under_way == 0 && (h->state == HOOK_CHANGES || h->state == HOOK_LEAVES))
        take_change(h);
    else
        look_on(h);
    site->on_idle(site);
}

/* false: the attempt has ended already. */
static bool begin_attempt(struct hook *h, struct bundle *b)
{
    if (b->state == BUNDLE_RECORDING)
        hook_record_end(h, b);
    window_take(&h->window, b);
    breaker_begin(&h->breaker, b);
    b->hook = h;
    b->request = (struct client_request){.webhook = &h->conf,
                                         .target = &h->target,
                                         .id = b->first->id,
                                         .event_count = b->count,
                                         .on_end = on_end,
                                         .owner = b};
    const char *fault = h->target_fault;
    if (bundle_prepare(b, h->conf.group.is_on) != 0)
        fault = err_text(ERR_NOMEM);
    if (fault[0] == '\0')
        return client_send(h->site->client, &b->request) == 0;
    b->request.answer = (struct retry_answer){.retry_after_ms = -1};
    text_copy(b->request.reason, sizeof b->request.reason, fault);
    return false;
}

static bool is_working(const struct hook *h)
{
    return h->state == HOOK_WORKS && !h->is_gone && !h->site->is_stopping;
}

static void on_timer(uv_timer_t *timer)
{
    look_on(timer->data);
}

static void form_bundle(struct hook *h, const struct moment *now)
{
    struct bundle *b = group_form(&h->window, now->steady_ms);
    if (b != NULL && h->conf.group.is_on)
        hook_record_begin(h, b, now);
}

static void send_due(struct hook *h)
{
    uv_timer_stop(&h->timer);
    hook_record_look(h);
    while (is_working(h) && h->under_way < h->conf.in_flight) {
        const struct moment now = now_at(h->site);
        bool may_form = hook_record_has_room(h, now.steady_ms);
        int64_t due_ms = 0;
        struct bundle *b = window_next(&h->window, now.steady_ms, may_form, &due_ms);
        if (due_ms != INT64_MAX)
            due_ms = breaker_allows_at(&h->breaker, due_ms);
        if (due_ms == INT64_MAX)
            return;
        if (due_ms > now.steady_ms) {
            uv_timer_start(&h->timer, on_timer, (uint64_t)(due_ms - now.steady_ms), 0);
            return;
        }
        if (b == NULL) {
            form_bundle(h, &now);
            continue;
        }
        h->under_way++;
        if (begin_attempt(h, b))
            continue;
        h->under_way--;
        settle_attempt(h, b);
    }
}

static void note_reading(struct hook *h, int rc)
{
    h->is_unread = rc != 0;
    if (rc != 0)
        log_repeated(LOG_LEVEL_ERROR, "delivery", h->conf.id, "outbox",
                     "cannot read the outbox: %s", err_text(rc));
}

static void read_more(struct hook *h)
{
    int64_t row = 0;
    const struct moment now = now_at(h->site);
    if (h->rewind_to == 0 && window_wants_rewind(&h->window, &row))
        h->rewind_to = row;
    if (h->rewind_to == 0 && window_wants_more(&h->window))
        note_reading(h, window_load(&h->window, h->site->reader, h->conf.id, &now));
}

/* Read more rows where there is room, and send the due bundles. */
static void look_on(struct hook *h)
{
    if (!is_working(h))
        return;
    read_more(h);
    send_due(h);
    tell_state(h);
}

void hook_wake(struct hook *h)
{
    const struct moment now = now_at(h->site);
    if (h->rewind_to != 0 && outcomes_are_settled(&h->site->outcomes)) {
        window_rewind(&h->window, h->rewind_to);
        h->rewind_to = 0;
    }
    h->window.has_more = true;
    if (!is_working(h))
        return;
    read_more(h);
    if (h->rewind_to == 0 && !h->is_unread)
        note_reading(h,
                     window_load_urgent(&h->window, h->site->reader, h->conf.id, &now));
    send_due(h);
    tell_state(h);
}

void hook_rewind(struct hook *h)
{
    h->rewind_to = 1;
}

void hook_lift(struct hook *h)
{
    h->is_gone = false;
    tell_state(h);
}

/* --- beginning, change and end --- */

static void set_window(struct hook *h)
{
    const struct delivery_tuning *tuning = &h->site->tuning;
    struct window *w = &h->window;
    w->rows_most = tuning->window_rows > 0 ? tuning->window_rows : WINDOW_ROWS;
    w->lane_most = tuning->lane_rows > 0 ? tuning->lane_rows : LANE_ROWS;
    w->critical_wait_ms =
        tuning->critical_wait_ms > 0 ? tuning->critical_wait_ms : CRITICAL_WAIT_MS;
    w->longest_wait_ms = retry_longest_wait(&h->conf.retry);
    w->bytes_most = WINDOW_BYTES;
    w->is_ordered = h->conf.ordered;
    w->group = h->conf.group.is_on ? h->conf.group : (struct conf_group){0};
    w->bundle_most = h->conf.group.is_on ? delivery_body_most(&h->conf) : 1;
}

static void set_target(struct hook *h)
{
    struct err err = {0};
    h->target_fault[0] = '\0';
    if (target_parse(&h->conf, &h->target, &err) != 0)
        text_copy(h->target_fault, sizeof h->target_fault, err.text);
}

int hook_create(struct hook_site *site, const struct conf_webhook *conf,
                struct hook **ret_hook)
{
    struct hook *h = calloc(1, sizeof *h);
    if (h == NULL || conf_webhook_copy(conf, &h->conf) != 0) {
        free(h);
        return ERR_NOMEM;
    }
    h->site = site;
    h->counts.last_success_ms = TIME_NONE;
    uv_timer_init(&site->loop, &h->timer);
    h->timer.data = h;
    window_init(&h->window);
    set_window(h);
    set_target(h);
    hook_rewind(h); /* outcomes of an earlier hook of this id may not be on disk */
    *ret_hook = h;
    return 0;
}

/* No request is under way: take the new definition, or close. */
static void take_change(struct hook *h)
{
    if (h->state == HOOK_LEAVES) {
        hook_close(h);
        return;
    }
    client_forget(h->site->client, &h->conf);
    pthread_mutex_lock(&h->site->mutex); /* other threads look for the id */
    conf_webhook_finish(&h->conf);
    h->conf = h->fresh;
    memset(&h->fresh, 0, sizeof h->fresh);
    h->state = HOOK_WORKS;
    pthread_mutex_unlock(&h->site->mutex);
    window_clear(&h->window);
    h->recording = NULL;
    h->recording_count = 0;
    h->breaker = (struct breaker){0};
    set_window(h);
    set_target(h);
    tell_state(h);
    /* Alerts that have just got an outcome must not be read as pending. */
    hook_rewind(h);
    hook_wake(h);
}

int hook_change(struct hook *h, const struct conf_webhook *conf)
{
    struct conf_webhook fresh = {0};
    if (conf != NULL && conf_webhook_copy(conf, &fresh) != 0)
        return ERR_NOMEM;
    conf_webhook_finish(&h->fresh);
    h->fresh = fresh;
    h->state = conf == NULL ? HOOK_LEAVES : HOOK_CHANGES;
    uv_timer_stop(&h->timer);
    if (h->under_way == 0)
        take_change(h);
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct hook *h = handle->data;
    pthread_mutex_lock(&h->site->mutex);
    struct hook **at = &h->site->hooks;
    while (*at != NULL && *at != h)
        at = &(*at)->next;
    if (*at != NULL)
        *at = h->next;
    pthread_mutex_unlock(&h->site->mutex);
    window_clear(&h->window);
    conf_webhook_finish(&h->conf);
    conf_webhook_finish(&h->fresh);
    free(h);
}

void hook_close(struct hook *h)
{
    if (h->state == HOOK_CLOSED)
        return;
    pthread_mutex_lock(&h->site->mutex);
    h->state = HOOK_CLOSED;
    pthread_mutex_unlock(&h->site->mutex);
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&h->window.bundles, &cursor, &key, &value))
        client_cancel(h->site->client, &((struct bundle *)value)->request);
    if (h->site->client != NULL)
        client_forget(h->site->client, &h->conf);
    uv_close((uv_handle_t *)&h->timer, on_closed);
}

struct hook *hook_find(const struct hook_site *site, const char *id)
{
    struct hook *h = site->hooks;
    while (h != NULL && (h->state == HOOK_CLOSED || strcmp(h->conf.id, id) != 0))
        h = h->next;
    return h;
}
