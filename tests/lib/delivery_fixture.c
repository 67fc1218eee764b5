/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/delivery_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/store_fixture.h"
#include "lookout/base/text.h"

static void give_up(const char *what)
{
    fprintf(stderr, "delivery fixture: %s\n", what);
    abort();
}

static void on_commit(void *context)
{
    struct sender *s = context;
    pthread_mutex_lock(&s->mutex);
    if (s->delivery != NULL)
        delivery_wake(s->delivery);
    pthread_mutex_unlock(&s->mutex);
}

void sender_init(struct sender *s)
{
    struct err err = {0};
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->mutex, NULL);
    text_copy(s->directory, sizeof s->directory, fixture_directory());
    struct store_options options = {
        .directory = s->directory, .commit_ms = 5, .on_commit = on_commit, .context = s};
    if (store_open(&options, &s->store, &err) != 0 ||
        store_reader_open(s->directory, &s->reader, &err) != 0)
        give_up(err.text);
    s->tuning.poll_ms = 50;
}

struct conf_webhook *sender_webhook(struct sender *s, const char *id, const char *host,
                                    uint16_t port)
{
    struct conf_webhook *w = &s->webhooks[s->webhook_count];
    char *url = s->urls[s->webhook_count++];
    snprintf(url, sizeof s->urls[0], "http://%s:%u/hook/%s", host, port, id);
    *w = (struct conf_webhook){
        .id = strdup(id),
        .url = url,
        .ordered = true,
        .in_flight = 8,
        .timeout_ms = 5000,
        .retry = {.waits_ms = {20, 40, 80}, .wait_count = 3, .retry_for_ms = 60000},
        .definition = 1,
    };
    return w;
}

void sender_start(struct sender *s)
{
    struct err err = {0};
    struct delivery *d = NULL;
    const struct delivery_setting setting = {.store = s->store,
                                             .directory = s->directory,
                                             .random_seed = 7,
                                             .tuning = s->tuning};
    if (delivery_start_tuned(s->webhooks, s->webhook_count, &setting, &d, &err) != 0)
        give_up(err.text);
    pthread_mutex_lock(&s->mutex);
    s->delivery = d;
    pthread_mutex_unlock(&s->mutex);
}

void sender_stop(struct sender *s, int64_t grace_ms)
{
    pthread_mutex_lock(&s->mutex);
    struct delivery *d = s->delivery;
    s->delivery = NULL;
    pthread_mutex_unlock(&s->mutex);
    delivery_stop(d, grace_ms);
}

void sender_finish(struct sender *s)
{
    sender_stop(s, 0);
    store_reader_close(s->reader);
    store_close(s->store);
    for (size_t i = 0; i < s->webhook_count; i++)
        free(s->webhooks[i].id);
    fixture_remove(s->directory);
    pthread_mutex_destroy(&s->mutex);
}

void sender_id(uint64_t n, char ret_id[HASH_ID_BYTES])
{
    fixture_id(n, ret_id);
}

static void put(struct sender *s, struct store_batch *b, uint64_t n, uint32_t mmsi,
                enum severity severity)
{
    char body[400];
    const char *ids[4];
    struct alert a = {.severity = (uint8_t)severity, .mmsi = mmsi, .time_ms = (int64_t)n};
    sender_id(n, a.id);
    text_copy(a.type, sizeof a.type, "lookoutd.zone.entered");
    text_copy(a.rule, sizeof a.rule, "box");
    if (s->rules > 0)
        snprintf(a.rule, sizeof a.rule, "r%u", (unsigned)(n % s->rules));
    snprintf(body, sizeof body,
             "{\"specversion\":\"1.0\",\"id\":\"%s\",\"type\":\"%s\",\"n\":%" PRIu64
             ",\"data\":{\"vessel\":{\"mmsi\":%" PRIu32 "},\"summary\":\"number %" PRIu64
             "\"}}",
             a.id, a.type, n, mmsi, n);
    a.body = body;
    a.body_bytes = strlen(body);
    for (size_t i = 0; i < s->webhook_count; i++)
        ids[i] = s->webhooks[i].id;
    if (store_batch_alert(b, &a, ids, s->webhook_count, moment_now().wall_ms) != 0)
        give_up("store_batch_alert");
}

static void submit(struct sender *s, struct store_batch *b)
{
    if (store_submit(s->store, b) != 0 || !store_flush(s->store, 10000))
        give_up("store_submit");
}

void sender_alert(struct sender *s, uint64_t n, uint32_t mmsi, enum severity severity)
{
    struct store_batch *b = store_batch_create();
    put(s, b, n, mmsi, severity);
    submit(s, b);
}

void sender_alerts(struct sender *s, uint64_t from, size_t count, unsigned vessels)
{
    struct store_batch *b = store_batch_create();
    for (uint64_t n = from; n < from + count; n++)
        put(s, b, n, 445000001 + (uint32_t)(n % vessels), SEVERITY_INFO);
    submit(s, b);
}

struct store_counts sender_counts(struct sender *s, const char *webhook)
{
    struct store_counts c = {0};
    if (store_reader_counts(s->reader, webhook, &c) != 0)
        give_up("store_reader_counts");
    return c;
}

/* The database tells nobody when it changes; look every 5 ms. */
static bool wait_counts(struct sender *s, const char *webhook, uint64_t n, bool is_dead)
{
    struct timespec pause = {.tv_nsec = 5000000};
    for (int i = 0; i < 3000; i++) {
        struct store_counts c = sender_counts(s, webhook);
        if ((is_dead ? c.dead : c.pending) == n)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

bool sender_wait_pending(struct sender *s, const char *webhook, uint64_t n)
{
    return wait_counts(s, webhook, n, false);
}

bool sender_wait_dead(struct sender *s, const char *webhook, uint64_t n)
{
    return wait_counts(s, webhook, n, true);
}

struct wanted {
    const char *id, *attempts;
    bool is_found;
};

static int on_line(void *context, int64_t row, const char *json)
{
    struct wanted *wanted = context;
    (void)row;
    if (strstr(json, wanted->id) != NULL && strstr(json, wanted->attempts) != NULL)
        wanted->is_found = true;
    return 0;
}

bool sender_wait_attempts(struct sender *s, const char *id, unsigned n)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    const struct store_filter all = {.since_ms = INT64_MIN};
    char attempts[32];
    snprintf(attempts, sizeof attempts, "\"attempts\":%u,", n);
    struct wanted wanted = {.id = id, .attempts = attempts};
    for (int i = 0; i < 3000 && !wanted.is_found; i++) {
        if (query_alerts(s->reader, &all, on_line, &wanted) != 0)
            give_up("store_reader_alerts");
        if (!wanted.is_found)
            nanosleep(&pause, NULL);
    }
    return wanted.is_found;
}
