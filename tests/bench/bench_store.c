/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts a second into the outbox, fsynced: 700 B and 4 KB, one webhook. A JSON line per
 * figure. The bodies are made before the clock starts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/store_fixture.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Batches of `per_batch` alerts, as the loop hands them over; waits while the queue is
 * full. Returns alerts a second until all is durable. */
static double run(uint64_t alerts, uint64_t per_batch, size_t body_bytes)
{
    char directory[512];
    snprintf(directory, sizeof directory, "%s", fixture_directory());
    struct store *s = fixture_open(directory);
    struct alert *made = calloc(alerts, sizeof *made);
    if (made == NULL)
        abort();
    for (uint64_t i = 0; i < alerts; i++)
        fixture_alert(i, body_bytes, &made[i]);
    static const char *const webhooks[] = {"desk"};
    double begin = now_s();
    int code = 0;
    for (uint64_t i = 0; i < alerts;) {
        struct store_batch *b = store_batch_create();
        for (uint64_t k = 0; b != NULL && k < per_batch && i < alerts; k++, i++)
            code |= store_batch_alert(b, &made[i], webhooks, 1, made[i].time_ms);
        if (b == NULL || code != 0)
            abort();
        while (store_queued_bytes(s) > 16u << 20)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        code |= store_submit(s, b);
    }
    if (code != 0 || !store_flush(s, 600000))
        abort();
    double seconds = now_s() - begin;
    struct store_health health;
    store_health(s, &health);
    fprintf(stderr, "%zu B: %.2f s, %llu commits\n", body_bytes, seconds,
            (unsigned long long)health.commits);
    store_close(s);
    for (uint64_t i = 0; i < alerts; i++)
        free(made[i].body);
    free(made);
    fixture_remove(directory);
    return (double)alerts / seconds;
}

int main(int argc, char **argv)
{
    uint64_t alerts = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
    double small = run(alerts, 50, 700);
    double full = run(alerts / 4, 50, 4096);
    printf("{\"bench\":\"outbox_700B\",\"value\":%.0f,\"unit\":\"alerts/s\","
           "\"must\":50000,\"aim\":100000}\n",
           small);
    printf("{\"bench\":\"outbox_4KB\",\"value\":%.0f,\"unit\":\"alerts/s\","
           "\"must\":10000,\"aim\":20000}\n",
           full);
    return 0;
}
