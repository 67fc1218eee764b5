/* SPDX-License-Identifier: Apache-2.0 */
/* Finds among the sockets that were handed over the one at an address. */
#include "lookout/net/inherit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "lookout/net/address.h"
static uint16_t port_in(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)(const void *)address)->sin6_port;
    return ((const struct sockaddr_in *)(const void *)address)->sin_port;
}

static bool is_at(int fd, const struct sockaddr *address, int type)
{
    struct sockaddr_storage own;
    struct address a, b;
    socklen_t n = sizeof own;
    int own_type = 0, listens = 0;
    socklen_t bytes = sizeof own_type;
    if (getsockname(fd, (struct sockaddr *)&own, &n) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &own_type, &bytes) != 0 || own_type != type ||
        !address_from_sockaddr((const struct sockaddr *)&own, &a) ||
        !address_from_sockaddr(address, &b))
        return false;
    bytes = sizeof listens;
    if (type == SOCK_STREAM &&
        (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &bytes) != 0 || !listens))
        return false;
    return address_is_equal(&a, &b) &&
           port_in((const struct sockaddr *)&own) == port_in(address);
}

int inherit_socket(const struct sockaddr *address, int type)
{
    int count = sd_listen_fds(0); /* also closes them on exec */
    for (int i = 0; i < count; i++) {
        int fd = SD_LISTEN_FDS_START + i;
        if (!is_at(fd, address, type))
            continue;
        int own = fcntl(fd, F_DUPFD_CLOEXEC, SD_LISTEN_FDS_START);
        if (own >= 0)
            (void)fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
        return own;
    }
    return -1;
}
