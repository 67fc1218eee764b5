/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of the API share. */
#ifndef LOOKOUT_API_INT_H
#define LOOKOUT_API_INT_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

enum {
    API_CONNECTIONS = 64,
    API_KEPT = 3, /* of these, places for the monitoring paths */
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
/* Its request is whole, and answered; or the next one begins. */
void api_clients_answer(struct api_client *c);
void api_clients_begin(struct api_client *c, uint64_t now_ms);
/* No more than the places that are kept are left. */
bool api_clients_are_many(const struct api_clients *list);
/* Whoever has been at one request, or idle, for so long goes. */
void api_clients_sweep(struct api_clients *list, uint64_t now_ms, uint64_t deadline_ms);

struct api;
/* For tests: how long a request may take as a whole, head, body and answer. */
void api_set_deadline(struct api *api, uint64_t deadline_ms);

/* A descriptor that listens on a socket in the file system, for its owner alone; -1 with
 * errno. */
int api_local_listen(const char *path);

#endif
