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

#define CONF_HOST_BYTES 256
/* "host", "host:port", "[v6]:port" of n bytes; port 0 when there is none. */
bool conf_split_host_port(const char *text, size_t n, char ret_host[CONF_HOST_BYTES],
                          uint16_t *ret_port);
bool conf_is_address(const char *host);
bool conf_is_host(const char *host);
bool conf_cidr_read(struct conf_reader *r, const struct conf_node *node,
                    struct conf_cidr *ret_cidr);

#endif
