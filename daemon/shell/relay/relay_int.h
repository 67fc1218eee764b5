/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the relays: relays.c chooses what is told and makes the sentences,
 * relay_socket.c sends them. */
#ifndef LOOKOUT_RELAY_INT_H
#define LOOKOUT_RELAY_INT_H

#include "lookout/base/buf.h"
#include "lookout/base/map.h"
#include "lookout/relay/relay.h"

struct relay_reader; /* relay_socket.c: one that is connected */

/* The socket of a relay. It outlives the relay until its handles are closed. */
struct relay_socket {
    const char *id; /* borrowed from the relay; NULL: it is gone */
    bool is_udp, is_open;
    struct sockaddr_storage address;
    uint32_t max_clients, clients;
    union {
        uv_handle_t any;
        uv_tcp_t tcp;
        uv_udp_t udp;
    } handle;
    struct relay_reader *readers; /* owned by their handles */
    unsigned open_handles;        /* its memory is freed behind the last */
    unsigned arrivals;            /* of readers: those who came want names, too */
    struct relay_status counts;
};

/* What was told of a vessel; times are event times, 0 never. */
struct relay_ship {
    int64_t position_ms; /* the first member, as sweep_told wants it */
    int64_t static_ms;
    uint64_t hash; /* of its static data as told */
    unsigned arrivals;
};

struct relay {
    const struct conf_relay *conf; /* borrowed */
    char *id;                      /* owned: outlives the configuration */
    struct relay_socket *socket;   /* owned */
    struct map ships;              /* MMSI -> struct relay_ship *, owned */
    size_t sweep_at;               /* so many ships: forget the old ones */
    unsigned sequence;             /* of messages in several sentences */
    struct buf out;                /* to be sent: whole sentences */
};

struct relays {
    uv_loop_t *loop;
    struct relay **items; /* owned */
    size_t count;
    const char *site;   /* borrowed */
    int64_t alerted_ms; /* the longest time that a relay asks for; 0: none does */
    struct map told;    /* MMSI -> int64_t *, owned: the last alert since the start */
    size_t sweep_at;
};

/* Open the socket at the place that the configuration names. */
MUST_CHECK int relay_socket_open(uv_loop_t *loop, const struct conf_relay *conf,
                                 const char *id, struct relay_socket **ret_socket,
                                 struct err *err);
/* Whether anybody reads it; not of NULL. */
bool relay_socket_is_read(const struct relay_socket *s);
/* Send whole sentences, a datagram each, or to all readers at once. */
void relay_socket_send(struct relay_socket *s, const struct buf *sentences);
void relay_socket_status(const struct relay_socket *s, struct relay_status *ret);
void relay_socket_close(struct relay_socket *s);

#endif
