/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that the service manager opened and handed over (sd_listen_fds(3), a .socket
 * unit): over a restart they stay open, so that no connection is refused. */
#ifndef LOOKOUT_INHERIT_H
#define LOOKOUT_INHERIT_H

#include <sys/socket.h>

/* A descriptor of its own of the socket of that type (SOCK_STREAM: it listens;
 * SOCK_DGRAM) that is bound to exactly that address; it does not block. -1: none was
 * handed over. The socket itself stays for the next who asks, after a reload. */
int inherit_socket(const struct sockaddr *address, int type);

#endif
