/* SPDX-License-Identifier: Apache-2.0 */
/* Who is connected to the API, and for how long it has kept a request waiting. The
 * library's own timeout starts anew with every byte: a client that sends one now and then
 * holds its connection for ever, and some dozens of them hide the monitoring. So a
 * request has a deadline as a whole, an address may have so many connections, and where
 * places are few the one that has been at its request for longest makes room. */
#include "api_int.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct api_client {
    int fd;          /* the library's */
    bool is_waiting; /* its request is not whole yet, or it has not begun one */
    bool is_stream;
    bool is_shut;      /* by us; the library closes it soon */
    uint64_t since_ms; /* of the request under way */
    unsigned char address[16];
    struct api_client *next; /* newer */
};

static void take_client_address(const struct sockaddr *from,
                                unsigned char ret_address[16])
{
    memset(ret_address, 0, 16);
    if (from->sa_family == AF_INET)
        memcpy(ret_address, &((const struct sockaddr_in *)(const void *)from)->sin_addr,
               4);
    else if (from->sa_family == AF_INET6)
        memcpy(ret_address, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr,
               16);
}

/* The library finds the end of it and closes it. */
static void shut_client(struct api_client *c)
{
    c->is_shut = true;
    shutdown(c->fd, SHUT_RDWR);
}

/* The one that waits for longest, of that address or (NULL) of all. */
static struct api_client *find_slowest(struct api_clients *list,
                                       const unsigned char *address)
{
    struct api_client *slowest = NULL;
    for (struct api_client *c = list->first; c != NULL; c = c->next)
        if (c->is_waiting && !c->is_shut &&
            (address == NULL || memcmp(c->address, address, 16) == 0) &&
            (slowest == NULL || c->since_ms < slowest->since_ms))
            slowest = c;
    return slowest;
}

static unsigned count_clients(const struct api_clients *list,
                              const unsigned char *address)
{
    unsigned count = 0;
    for (const struct api_client *c = list->first; c != NULL; c = c->next)
        count += !c->is_shut && !c->is_stream &&
                 (address == NULL || memcmp(c->address, address, 16) == 0);
    return count;
}

struct api_client *api_clients_add(struct api_clients *list, int fd,
                                   const struct sockaddr *from, uint64_t now_ms)
{
    struct api_client *c = calloc(1, sizeof *c);
    struct api_client **at = &list->first;
    if (c == NULL)
        return NULL;
    c->fd = fd;
    c->since_ms = now_ms;
    c->is_waiting = true;
    take_client_address(from, c->address);
    /* A socket in the file system is its owner's alone. */
    bool is_net = from->sa_family == AF_INET || from->sa_family == AF_INET6;
    struct api_client *slow = NULL;
    if (is_net && count_clients(list, c->address) >= API_PER_ADDRESS)
        slow = find_slowest(list, c->address);
    else if (api_clients_are_many(list))
        slow = find_slowest(list, NULL);
    if (slow != NULL)
        shut_client(slow);
    else if (count_clients(list, NULL) >= API_CONNECTIONS)
        shut_client(c);
    while (*at != NULL)
        at = &(*at)->next;
    *at = c;
    return c;
}

const unsigned char *api_clients_address(const struct api_client *c)
{
    return c->address;
}

bool api_clients_are_many(const struct api_clients *list)
{
    return count_clients(list, NULL) > API_CONNECTIONS - API_KEPT;
}

void api_clients_remove(struct api_clients *list, struct api_client *c)
{
    for (struct api_client **at = &list->first; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            free(c);
            return;
        }
}

void api_clients_stream(struct api_client *c)
{
    c->is_stream = true;
}

void api_clients_answer(struct api_client *c)
{
    c->is_waiting = false;
}

void api_clients_begin(struct api_client *c, uint64_t now_ms)
{
    c->is_waiting = true;
    c->is_stream = false;
    c->since_ms = now_ms;
}

void api_clients_sweep(struct api_clients *list, uint64_t now_ms, uint64_t deadline_ms)
{
    for (struct api_client *c = list->first; c != NULL; c = c->next)
        if (!c->is_shut && !c->is_stream && now_ms - c->since_ms >= deadline_ms)
            shut_client(c);
}
