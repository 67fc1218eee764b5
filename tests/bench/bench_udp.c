/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence a datagram over loopback, from a paced sender to the feed and through the
 * merge: what arrives, what the kernel dropped, what is not accounted for. One JSON line
 * a rate. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lookout/base/time.h"
#include "lookout/feed/feed.h"

enum { SECONDS = 2, SENTENCES = 4096 };

struct sender {
    uint16_t port;
    unsigned rate; /* a second */
    uint64_t sent;
};

struct receiver {
    struct merge *merge;
    struct feeds *feeds;
    uv_timer_t timer;
    uint64_t passed;
    uint64_t last_datagrams;
    int quiet;
    const struct sender *sender;
};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *send_all(void *context)
{
    struct sender *s = context;
    static char texts[SENTENCES][AISGEN_TEXT_BYTES / 8];
    static size_t lengths[SENTENCES];
    for (unsigned i = 0; i < SENTENCES; i++) {
        struct aisgen_bits bits;
        char text[AISGEN_TEXT_BYTES];
        aisgen_position(&(struct aisgen_position){.type = 1,
                                                  .mmsi = 431000000 + i,
                                                  .lat = 35.1,
                                                  .lon = 129.0,
                                                  .sog = 12.3,
                                                  .cog = 231.0,
                                                  .heading = 230,
                                                  .second = 60},
                        &bits);
        aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
        lengths[i] = strlen(text);
        memcpy(texts[i], text, lengths[i]);
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        return NULL;
    double begin = seconds_now();
    uint64_t total = (uint64_t)s->rate * SECONDS;
    while (s->sent < total) {
        uint64_t due = (uint64_t)((seconds_now() - begin) * s->rate);
        for (; s->sent < due && s->sent < total; s->sent++)
            (void)!send(fd, texts[s->sent % SENTENCES], lengths[s->sent % SENTENCES], 0);
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    close(fd);
    return NULL;
}

static void on_data(void *context)
{
    struct receiver *r = context;
    while (merge_next(r->merge) != NULL)
        r->passed++;
}

static void on_closed(void *context)
{
    struct receiver *r = context;
    uv_close((uv_handle_t *)&r->timer, NULL);
}

/* Through when everything is accounted for, or nothing came for half a second. */
static void on_timer(uv_timer_t *timer)
{
    struct receiver *r = timer->data;
    struct feed_status status;
    feeds_status(r->feeds, 0, &status);
    r->quiet = status.datagrams == r->last_datagrams ? r->quiet + 1 : 0;
    r->last_datagrams = status.datagrams;
    uint64_t total = (uint64_t)r->sender->rate * SECONDS;
    if (status.datagrams + status.kernel_drops < total && r->quiet < 50)
        return;
    printf("{\"bench\":\"udp\",\"rate_per_s\":%u,\"sent\":%llu,\"received\":%llu,"
           "\"kernel_drops\":%llu,\"unaccounted\":%lld,\"lost\":%lld,\"%s\":0}\n",
           r->sender->rate, (unsigned long long)total,
           (unsigned long long)status.datagrams, (unsigned long long)status.kernel_drops,
           (long long)(total - status.datagrams - status.kernel_drops),
           (long long)(total - status.datagrams),
           r->sender->rate <= 50000 ? "most" : "aim");
    uv_timer_stop(timer);
    feeds_close(r->feeds, on_closed, r);
}

static int run_metrics_rate(unsigned rate)
{
    uv_loop_t loop;
    struct sender sender = {.rate = rate};
    struct receiver r = {.merge = merge_create(), .sender = &sender};
    char id[] = "bench", address[] = "127.0.0.1";
    struct conf_feed conf = {.id = id,
                             .transport = CONF_FEED_UDP,
                             .address = address,
                             .start_ms = TIME_NONE,
                             .silent_after_ms = HOUR_MS};
    struct feeds_sink sink = {.on_data = on_data, .context = &r};
    struct err err = {0};
    uv_loop_init(&loop);
    if (r.merge == NULL ||
        feeds_create(&loop, &conf, 1, r.merge, &sink, &r.feeds, &err) != 0 ||
        feeds_open(r.feeds, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct feed_status status;
    feeds_status(r.feeds, 0, &status);
    sender.port = status.port;
    uv_timer_init(&loop, &r.timer);
    r.timer.data = &r;
    uv_timer_start(&r.timer, on_timer, 10, 10);
    pthread_t thread;
    if (pthread_create(&thread, NULL, send_all, &sender) != 0)
        return 1;
    uv_run(&loop, UV_RUN_DEFAULT);
    pthread_join(thread, NULL);
    merge_destroy(r.merge);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}

int main(void)
{
    static const unsigned rates[] = {20000, 50000, 100000};
    int status = 0;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        status = run_metrics_rate(rates[i]) != 0 ? 1 : status;
    return status;
}
