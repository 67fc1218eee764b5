/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server behind `lookoutd listen`. */
#ifndef LOOKOUT_LISTEN_SERVER_H
#define LOOKOUT_LISTEN_SERVER_H

#include <stdbool.h>
#include <stdint.h>

enum { LISTEN_RESET = -1, LISTEN_HANG = -2 }; /* beside HTTP statuses */

struct listen_options {
    char host[64]; /* an address */
    uint16_t port; /* 0: any */
    const char *secret_file;
    int fail;           /* status, LISTEN_*; 0: none */
    int64_t fail_count; /* the first this many requests; -1: all */
    int64_t delay_ms;
    bool json;
};

struct listen_server;
/* Start the server; prints the address on stderr, or why it cannot listen. Returns an
 * enum cmd_exit. Signals that the caller waits for must be blocked. */
int listen_server_start(const struct listen_options *options,
                        struct listen_server **ret_server);
/* CMD_FAILED when something could not be printed. */
int listen_server_stop(struct listen_server *s);

#endif
