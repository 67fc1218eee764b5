/* SPDX-License-Identifier: Apache-2.0 */
/* Scenes of the delivery's tests, apart from the sender, which a benchmark links without
 * the test library. */
#include <stdlib.h>
#include <string.h>

#include "lib/delivery_fixture.h"

int scene_set_up(void **state)
{
    struct scene *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    sender_init(&t->sender);
    receiver_start(&t->receiver, 0);
    t->receiver.context = t;
    t->status = 500;
    *state = t;
    return 0;
}

int scene_tear_down(void **state)
{
    struct scene *t = *state;
    sender_finish(&t->sender);
    receiver_stop(&t->receiver);
    free(t);
    return 0;
}

struct conf_webhook *scene_desk(struct scene *t)
{
    return sender_webhook(&t->sender, "desk", "127.0.0.1", t->receiver.port);
}

void scene_say(struct scene *t, int status)
{
    pthread_mutex_lock(&t->receiver.mutex);
    t->status = status;
    pthread_mutex_unlock(&t->receiver.mutex);
}

void scene_fail(void *context, const struct receiver_request *request,
                struct receiver_act *act)
{
    const struct scene *t = context;
    (void)request;
    act->status = t->status;
}

void scene_fail_0(void *context, const struct receiver_request *request,
                  struct receiver_act *act)
{
    const struct scene *t = context;
    if (!scene_holds(request, 0))
        return;
    act->status = t->status;
    act->body = "no such member: /hook/desk and a\tline";
}

void scene_fail_at_random(void *context, const struct receiver_request *request,
                          struct receiver_act *act)
{
    static const enum receiver_manner manners[] = {RECEIVER_RESET, RECEIVER_HALF_CLOSE,
                                                   RECEIVER_GARBAGE};
    struct scene *t = context;
    uint64_t die = test_random_below(&t->random, 9);
    (void)request;
    act->delay_ms = (int64_t)test_random_below(&t->random, 4);
    if (die == 0)
        act->status = 500;
    else if (die == 1)
        act->manner = manners[test_random_below(&t->random, 3)];
}

struct scene_numbers scene_numbers_of(const struct receiver_request *q)
{
    struct scene_numbers numbers = {0};
    for (const char *at = q->body; (at = strstr(at, "\"n\":")) != NULL; at++)
        numbers.n[numbers.count++] = strtoull(at + 4, NULL, 10);
    return numbers;
}

bool scene_holds(const struct receiver_request *q, uint64_t n)
{
    struct scene_numbers numbers = scene_numbers_of(q);
    for (size_t i = 0; i < numbers.count; i++)
        if (numbers.n[i] == n)
            return true;
    return false;
}
