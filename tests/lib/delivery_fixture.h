/* SPDX-License-Identifier: Apache-2.0 */
/* What the delivery's tests share: a store, the sender on it, alerts of invented ships.
 */
#ifndef LOOKOUT_TEST_DELIVERY_FIXTURE_H
#define LOOKOUT_TEST_DELIVERY_FIXTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/shell/delivery/delivery_int.h"
#include "lib/receiver.h"
#include "lib/testlib.h"
#include "lookout/store/store.h"

struct sender {
    char directory[512];
    struct store *store;
    struct delivery *delivery;
    struct delivery_tuning tuning; /* set before sender_start */
    struct conf_webhook webhooks[4];
    char urls[4][128];
    size_t webhook_count;
    unsigned rules; /* alert n is of rule "r<n % rules>"; 0: all of "box" */
    struct store_reader *reader;
    pthread_mutex_t mutex; /* the store's thread wakes while we start and stop */
};

/* An empty store, no webhooks yet. */
void sender_init(struct sender *s);
/* A webhook with short waits (20 ms, 40 ms, then 80 ms; 60 s in all), to be changed
 * before sender_start. */
struct conf_webhook *sender_webhook(struct sender *s, const char *id, const char *host,
                                    uint16_t port);
void sender_start(struct sender *s);
void sender_stop(struct sender *s, int64_t grace_ms);
/* Stop, close, remove. */
void sender_finish(struct sender *s);
/* Alert `n` of a vessel, to all webhooks, durable when it returns. */
void sender_alert(struct sender *s, uint64_t n, uint32_t mmsi, enum severity severity);
/* The same for many at once: from, from + 1, ... of `vessels` vessels in turn. */
void sender_alerts(struct sender *s, uint64_t from, size_t count, unsigned vessels);
void sender_id(uint64_t n, char ret_id[HASH_ID_BYTES]);
/* Rows of a webhook (NULL: all) that are in these states now, as the database says. */
struct store_counts sender_counts(struct sender *s, const char *webhook);
/* Until the database says pending == n, or dead == n; false after 15 s. */
bool sender_wait_pending(struct sender *s, const char *webhook, uint64_t n);
bool sender_wait_dead(struct sender *s, const char *webhook, uint64_t n);
/* Until the database says that the alert was tried n times. */
bool sender_wait_attempts(struct sender *s, const char *id, unsigned n);

#define LONG_MS 40000 /* no test waits so long unless it fails */

/* A sender and a receiver, set up and taken down around each test; the receiver's context
 * is the scene. */
struct scene {
    struct sender sender;
    struct receiver receiver;
    struct test_random random;
    int status; /* what a receiver that fails says; 500 at first */
};
int scene_set_up(void **state);
int scene_tear_down(void **state);
#define TEST_IN_SCENE(name) TEST_WITH(name, scene_set_up, scene_tear_down)
/* The webhook "desk", whose receiver is the scene's. */
struct conf_webhook *scene_desk(struct scene *t);
/* From now on the receiver that fails says this. */
void scene_say(struct scene *t, int status);
/* For receiver.decide: fails always; with alert 0 in the request, and a text; now and
 * then, in one of many ways, by t->random. */
void scene_fail(void *context, const struct receiver_request *request,
                struct receiver_act *act);
void scene_fail_0(void *context, const struct receiver_request *request,
                  struct receiver_act *act);
void scene_fail_at_random(void *context, const struct receiver_request *request,
                          struct receiver_act *act);
/* The numbers of the alerts in a request, in order. */
struct scene_numbers {
    size_t count;
    uint64_t n[512];
};
struct scene_numbers scene_numbers_of(const struct receiver_request *q);
bool scene_holds(const struct receiver_request *q, uint64_t n);

#endif
