/* SPDX-License-Identifier: Apache-2.0 */
/* A webhook receiver that fails in every way, inside the test: plain sockets, a thread
 * for each connection, so that it shares no code with what it tests. */
#ifndef LOOKOUT_TEST_RECEIVER_H
#define LOOKOUT_TEST_RECEIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum receiver_manner {
    RECEIVER_ANSWER,
    RECEIVER_RESET,       /* RST after the request */
    RECEIVER_HANG,        /* no answer until the end */
    RECEIVER_DRIP_HEADER, /* a byte every 50 ms of the header, never whole */
    RECEIVER_DRIP_BODY,   /* the header whole, the body as slowly */
    RECEIVER_HALF_CLOSE,  /* shuts its sending side without a word */
    RECEIVER_GARBAGE      /* something that is no HTTP */
};

struct receiver_request {
    char id[40]; /* webhook-id */
    char path[64];
    uint32_t mmsi;   /* from the body; 0 */
    int64_t at_ms;   /* monotonic */
    int status;      /* answered; 0 none */
    unsigned repeat; /* of this id: 0 for the first */
    char head[2048]; /* request line and headers */
    char *body;      /* owned by the receiver */
};

struct receiver_act {
    enum receiver_manner manner;
    int status;          /* 200 */
    const char *headers; /* lines with their ends; "" */
    const char *body;    /* "" */
    int64_t delay_ms;
};

enum { RECEIVER_CONNECTIONS = 256 };

struct receiver {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int fd;
    uint16_t port;
    pthread_t thread;
    bool is_stopping;
    void (*decide)(void *context, const struct receiver_request *request,
                   struct receiver_act *act); /* NULL: 200; under the mutex */
    void *context;
    struct receiver_request *requests; /* owned, in order of arrival */
    size_t count, capacity;
    unsigned connections, under_way, most_under_way;
    bool had_two_of_a_vessel;
    uint32_t busy[64];             /* vessels under way */
    int fds[RECEIVER_CONNECTIONS]; /* open connections; 0 */
};

/* On 127.0.0.1, port 0: any. */
void receiver_start(struct receiver *r, uint16_t port);
void receiver_stop(struct receiver *r);
/* Until done(r) under the mutex, or false after timeout_ms. */
bool receiver_wait(struct receiver *r, bool (*done)(const struct receiver *r, size_t n),
                   size_t n, int64_t timeout_ms);
/* For receiver_wait: at least n requests, at least n answered with 2xx. */
bool receiver_has(const struct receiver *r, size_t n);
bool receiver_took(const struct receiver *r, size_t n);
int64_t receiver_clock_ms(void);
/* A port on which nobody listens. */
uint16_t receiver_free_port(void);

#endif
