/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as users write them; private to the configuration reader. */
#ifndef LOOKOUT_CONF_ADDRESS_H
#define LOOKOUT_CONF_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/conf/conf.h"

struct conf_node;
struct conf_reader;
struct key;

#define CONF_ADDRESS_ACCEPTS                                                             \
    "\"address:port\", such as \"127.0.0.1:10110\" or \"[::1]:10110\", the port from 1 " \
    "to 65535"
#define CONF_HOST_ACCEPTS                                                                \
    "\"host:port\", such as \"ais.example.org:4001\", the port from 1 to 65535"
/* Read an owned host without brackets and a port. The host is an address; for
 * conf_address_read_host it may also be a name. */
bool conf_address_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, char **ret_host, uint16_t *ret_port);
bool conf_address_read_host(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, char **ret_host, uint16_t *ret_port);
bool conf_address_is_loopback(const char *host);
/* Report a host that is an unsuitable address: a cloud's metadata service is an error, a
 * link-local address a warning. */
void conf_address_judge(struct conf_reader *r, const struct conf_node *node,
                        const char *host);

#define CONF_HOST_BYTES 256
/* "host", "host:port", "[v6]:port" of n bytes; port 0 when there is none. */
bool conf_address_split(const char *text, size_t n, char ret_host[CONF_HOST_BYTES],
                        uint16_t *ret_port);
bool conf_address_is_ip(const char *host);
bool conf_address_is_host(const char *host);
bool conf_address_read_cidr(struct conf_reader *r, const struct conf_node *node,
                            struct conf_cidr *ret_cidr);

#endif
