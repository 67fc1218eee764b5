/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of the API share.
 *
 * Circle: api*, live, reply, request, stream*, tail: api.c owns the server and hands
 * requests to request.c; each way of answering asks the server what it is to look at,
 * and streams wake it. */
#ifndef LOOKOUT_API_INT_H
#define LOOKOUT_API_INT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/api/api.h"

struct sockaddr;

enum {
    API_CONNECTIONS = 64,   /* and streams beside them */
    API_STREAMS_MOST = 256, /* as api.streams */
    API_KEPT = 3,           /* of these, places for the monitoring paths */
    API_PER_ADDRESS = 16
};

/* api_clients.c: who is connected, the oldest first. */
struct api_client;
struct api_clients {
    struct api_client *first; /* owned, each */
};
/* One more; where places are few, or its address has many, the slowest goes. NULL: out of
 * memory. */
struct api_client *api_clients_add(struct api_clients *list, int fd,
                                   const struct sockaddr *from, uint64_t now_ms);
void api_clients_remove(struct api_clients *list, struct api_client *c);
/* It reads a stream: it has no deadline, and is not counted. */
void api_clients_stream(struct api_client *c);
/* Its request is whole, and answered; or the next one begins. */
void api_clients_answer(struct api_client *c);
void api_clients_begin(struct api_client *c, uint64_t now_ms);
/* No more than the places that are kept are left. */
bool api_clients_are_many(const struct api_clients *list);
/* Whoever has been at one request, or idle, for so long goes. */
void api_clients_sweep(struct api_clients *list, uint64_t now_ms, uint64_t deadline_ms);

/* The address: 16 bytes, of version 4 the first four and then zeros. */
const unsigned char *api_clients_address(const struct api_client *c);

/* The answers of a route, by status. */
enum { API_CODES = 12 };
struct api_count {
    unsigned status; /* 0: none yet */
    uint64_t count;
};

struct door;
struct live;
struct tail;
struct worker;
struct MHD_Daemon;
struct request;
struct api_route;
struct api {
    struct MHD_Daemon *daemon; /* owned */
    uv_poll_t poll;
    uv_timer_t timer;
    uv_timer_t sweep; /* while somebody is connected: deadlines */
    struct api_clients clients;
    uint64_t deadline_ms;
    struct api_sink sink;
    struct door *door;        /* owned */
    struct live *live;        /* owned; NULL: monitoring alone, or a socket */
    struct tail *tail;        /* owned; the same */
    struct worker *desk;      /* owned; NULL: monitoring alone */
    struct worker *clerk;     /* owned: for changes, which wait for no list; the same */
    struct api_count *counts; /* owned: API_CODES of each route, and of what has none */
    uint16_t port;
    char *path; /* owned: of a socket in the file system; NULL */
    unsigned open_handles;
    char complaint[256]; /* the library's last message, for a failed start */
    bool is_started;
    int64_t longest_ns; /* the longest step, in processor time */
    void (*on_closed)(void *context);
    void *closed_context;
};
/* What the owner has now; false: it serves monitoring alone. */
bool api_look(const struct api *api, struct api_look *ret);
/* Whether the path is one for monitoring; then it is answered. */
bool api_answer_monitor(struct request *q, const char *path, const char *method,
                        int *ret_rc);
void api_metrics_count(struct api *api, const struct api_route *route, unsigned status);
/* The library has something to do, at the loop's next turn. */
void api_wake(struct api *api);

/* Processor time of this thread; and a step of the API that began at begin_ns is over. */
int64_t api_metrics_cpu_ns(void);
void api_metrics_step(struct api *api, int64_t begin_ns);

/* For tests: how long a request may take as a whole, head, body and answer. */
void api_set_deadline(struct api *api, uint64_t deadline_ms);

/* A descriptor that listens on a socket in the file system, for its owner alone; -1 with
 * errno. */
int api_local_listen(const char *path);

#endif
