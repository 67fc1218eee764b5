/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams to one address or a multicast group (IEC 61162-450 sends AIS to 239.192.0.4).
 * Datagrams that the kernel dropped because we were too slow are counted. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifdef __linux__
#include <asm/socket.h>
#include <linux/sock_diag.h>
#endif

#include "feed_int.h"
#include "lookout/net/inherit.h"
#include "lookout/sys/log.h"

/* Twenty thousand datagrams of one sentence (the kernel counts about 800 bytes each). */
enum { RECEIVE_BUFFER_BYTES = 16 << 20 };

/* Each sender has its own input, so that the parts of its messages do not mix with those
 * of others. When there are more senders than this, the one heard longest ago is dropped.
 */
enum { SENDERS = 64 };

/* A script may send each line from a new socket, and so from a new port (`nc -u`, the
 * shell's /dev/udp). When this many ports of a host in a row were new, its next new ports
 * share one input, so that the parts of messages find each other. A port that comes back
 * gets its own input. */
enum { LOOSE_LEAST = 8, LOOSE_PORTS = 2 * SENDERS };

struct udp_sender {
    struct sockaddr_storage address;
    struct input *input; /* owned */
    uint64_t heard;      /* number of the feed's datagram */
};

struct udp_feed {
    uv_udp_t handle;
    struct udp_sender senders[SENDERS];
    size_t count;
    size_t last;                        /* index of the sender of the last datagram */
    struct input *loose;                /* owned; for ports that come once; NULL: none */
    struct sockaddr_storage loose_host; /* the host of these ports */
    in_port_t loose_ports[LOOSE_PORTS]; /* a ring */
    uint64_t loose_count;               /* new ports in a row */
    uint32_t drops_seen;                /* the kernel's counter wraps at 2^32 */
    uint64_t drops;                     /* ours does not */
    bool is_open;                       /* the handle */
};

/* Count the datagrams that were dropped since the last look because the socket's buffer
 * was full. */
static void count_drops(struct udp_feed *udp)
{
#if defined SO_MEMINFO
    uv_os_fd_t fd;
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t n = sizeof memory;
    if (!udp->is_open || uv_fileno((uv_handle_t *)&udp->handle, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &n) != 0)
        return;
    udp->drops += memory[SK_MEMINFO_DROPS] - udp->drops_seen;
    udp->drops_seen = memory[SK_MEMINFO_DROPS];
#else
    (void)udp;
#endif
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    struct feed *feed = handle->data;
    (void)suggested;
    *ret_buf = uv_buf_init(feed->feeds->scratch, FEED_SCRATCH_BYTES);
}

static bool is_same_host(const struct sockaddr_storage *a, const struct sockaddr *b)
{
    if (a->ss_family != b->sa_family)
        return false;
    if (b->sa_family == AF_INET) {
        const struct sockaddr_in *x = (const struct sockaddr_in *)a;
        const struct sockaddr_in *y = (const struct sockaddr_in *)b;
        return x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a;
    const struct sockaddr_in6 *y = (const struct sockaddr_in6 *)b;
    return x->sin6_scope_id == y->sin6_scope_id &&
           memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

static in_port_t port_bound_to(const struct sockaddr *address)
{
    return address->sa_family == AF_INET
               ? ((const struct sockaddr_in *)address)->sin_port
               : ((const struct sockaddr_in6 *)address)->sin6_port;
}

static bool is_same_address(const struct sockaddr_storage *a, const struct sockaddr *b)
{
    return is_same_host(a, b) &&
           port_bound_to((const struct sockaddr *)a) == port_bound_to(b);
}

static void copy_address(struct sockaddr_storage *to, const struct sockaddr *from)
{
    memcpy(to, from,
           from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                      : sizeof(struct sockaddr_in6));
}

/* Note a new port; true: the ports of its host come once. */
static bool is_loose(struct udp_feed *udp, const struct sockaddr *address)
{
    in_port_t port = port_bound_to(address);
    if (!is_same_host(&udp->loose_host, address)) {
        copy_address(&udp->loose_host, address);
        udp->loose_count = 0;
    }
    for (size_t i = 0; i < LOOSE_PORTS && i < udp->loose_count; i++)
        if (udp->loose_ports[i] == port) /* the port came back: its sender stays */
            return false;
    udp->loose_ports[udp->loose_count++ % LOOSE_PORTS] = port;
    return udp->loose_count > LOOSE_LEAST;
}

/* The sender's input; NULL: out of memory. */
static struct input *input_of(struct feed *feed, const struct sockaddr *address)
{
    struct udp_feed *udp = feed->state;
    size_t i = udp->last;
    if (i >= udp->count || !is_same_address(&udp->senders[i].address, address))
        for (i = 0; i < udp->count; i++)
            if (is_same_address(&udp->senders[i].address, address))
                break;
    if (i == udp->count && is_loose(udp, address)) {
        if (udp->loose == NULL)
            udp->loose = feed_path_create_input(feed);
        return udp->loose;
    }
    if (i == udp->count) {
        struct input *input = feed_path_create_input(feed);
        if (input == NULL)
            return NULL;
        if (udp->count < SENDERS)
            udp->count++;
        else
            for (size_t j = i = 0; j < SENDERS; j++)
                if (udp->senders[j].heard < udp->senders[i].heard)
                    i = j;
        feed_path_retire_input(feed, udp->senders[i].input);
        udp->senders[i].input = input;
        copy_address(&udp->senders[i].address, address);
    }
    udp->senders[i].heard = feed->datagrams;
    udp->last = i;
    return udp->senders[i].input;
}

static void on_datagram(uv_udp_t *handle, ssize_t n, const uv_buf_t *buf,
                        const struct sockaddr *address, unsigned flags)
{
    struct feed *feed = handle->data;
    if (n < 0)
        log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "receive",
                     "receiving failed reason=\"%s\"", uv_strerror((int)n));
    if (n < 0 || address == NULL) { /* the batch has ended */
        feed_path_flush(feed->feeds);
        return;
    }
    if ((flags & UV_UDP_PARTIAL) != 0 || feed->is_closing ||
        !feed_net_accepts(feed, address))
        return;
    struct input *input = input_of(feed, address);
    if (input != NULL)
        feed_path_datagram(feed, input, buf->base, (size_t)n);
    else
        log_repeated(LOG_LEVEL_ERROR, "feed", feed->conf.id, "input",
                     "lost a datagram reason=\"%s\"", err_text(ERR_NOMEM));
}

static bool is_multicast(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return (ntohl(in->sin_addr.s_addr) >> 28) == 0xe;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    return IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
}

/* As much as the kernel allows; more than net.core.rmem_max needs CAP_NET_ADMIN. */
static void enlarge_buffer(struct feed *feed, uv_udp_t *handle)
{
    int wanted = RECEIVE_BUFFER_BYTES;
    int have = 0;
    uv_os_fd_t fd;
    uv_recv_buffer_size((uv_handle_t *)handle, &wanted);
#if defined SO_RCVBUFFORCE
    wanted = RECEIVE_BUFFER_BYTES;
    if (uv_fileno((uv_handle_t *)handle, &fd) == 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted);
#else
    (void)fd;
#endif
    uv_recv_buffer_size((uv_handle_t *)handle, &have);
    log_debug("feed", feed->conf.id, "listens receive_buffer_bytes=%d", have);
}

static int udp_open(struct feed *feed, struct err *err)
{
    struct sockaddr_storage address;
    if (feed_net_address(feed->conf.address, feed->conf.port, &address) != 0)
        return err_set(err, ERR_INVALID, "'%s' is not an IP address", feed->conf.address);
    struct udp_feed *udp = calloc(1, sizeof *udp);
    if (udp == NULL)
        return ERR_NOMEM;
    feed->state = udp;
    bool is_group = is_multicast(&address);
    int inherited = inherit_socket((const struct sockaddr *)&address, SOCK_DGRAM);
    unsigned family = inherited >= 0 ? AF_UNSPEC : (unsigned)address.ss_family;
    int rc = uv_udp_init_ex(feed->feeds->loop, &udp->handle, family | UV_UDP_RECVMMSG);
    if (rc == 0) {
        udp->is_open = true;
        udp->handle.data = feed;
        feeds_hold(feed);
        rc = inherited >= 0 ? uv_udp_open(&udp->handle, inherited)
                            : uv_udp_bind(&udp->handle, (const struct sockaddr *)&address,
                                          is_group ? UV_UDP_REUSEADDR : 0);
    }
    if (rc == 0 && is_group)
        rc = uv_udp_set_membership(&udp->handle, feed->conf.address, NULL, UV_JOIN_GROUP);
    if (rc == 0)
        rc = uv_udp_recv_start(&udp->handle, on_alloc, on_datagram);
    if (rc != 0)
        return err_set(err, ERR_IO, "cannot receive on %s port %u: %s",
                       feed->conf.address, (unsigned)feed->conf.port, uv_strerror(rc));
    enlarge_buffer(feed, &udp->handle);
    feed->is_open = true;
    return 0;
}

static void udp_pause(struct feed *feed, bool paused)
{
    struct udp_feed *udp = feed->state;
    if (paused)
        uv_udp_recv_stop(&udp->handle);
    else
        uv_udp_recv_start(&udp->handle, on_alloc, on_datagram);
}

static void on_closed(uv_handle_t *handle)
{
    struct feed *feed = handle->data;
    struct udp_feed *udp = feed->state;
    for (size_t i = 0; i < udp->count; i++)
        feed_path_retire_input(feed, udp->senders[i].input);
    udp->count = 0;
    feed_path_retire_input(feed, udp->loose);
    udp->loose = NULL;
    feeds_release(feed);
}

static void udp_close(struct feed *feed)
{
    struct udp_feed *udp = feed->state;
    if (udp == NULL || !udp->is_open)
        return;
    count_drops(udp);
    udp->is_open = false;
    uv_close((uv_handle_t *)&udp->handle, on_closed);
}

static void udp_status(const struct feed *feed, struct feed_status *status)
{
    struct udp_feed *udp = feed->state;
    struct sockaddr_storage address;
    int n = sizeof address;
    count_drops(udp);
    status->kernel_drops = udp->drops;
    status->clients = (uint32_t)udp->count;
    for (size_t i = 0; i < udp->count; i++)
        feed_path_add_counts(&status->input, input_counts(udp->senders[i].input));
    if (udp->loose != NULL)
        feed_path_add_counts(&status->input, input_counts(udp->loose));
    if (udp->is_open &&
        uv_udp_getsockname(&udp->handle, (struct sockaddr *)&address, &n) == 0)
        status->port = feed_net_port(&address);
}

const struct feed_ops feed_udp = {
    .name = "udp",
    .open = udp_open,
    .pause = udp_pause,
    .close = udp_close,
    .status = udp_status,
};
