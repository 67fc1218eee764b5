/* SPDX-License-Identifier: Apache-2.0 */
/* Internet addresses, and which of them names from outside must not lead us to. Pure. */
#ifndef LOOKOUT_DELIVERY_ADDRESS_H
#define LOOKOUT_DELIVERY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
    uint8_t bytes[16]; /* network order; the first four for version 4 */
    uint8_t version;   /* 4 or 6 */
};

#define ADDRESS_TEXT_BYTES 46
/* Read an address without brackets. */
bool address_parse(const char *text, struct address *ret_address);
/* false: neither version 4 nor 6. */
bool address_from_sockaddr(const struct sockaddr *sa, struct address *ret_address);
const char *address_format(const struct address *a, char ret_text[ADDRESS_TEXT_BYTES]);
bool address_is_equal(const struct address *a, const struct address *b);
/* Whether the address is in a loopback, private, link-local, shared (CGNAT), cloud
 * metadata, multicast, documentation or reserved range; also a version 4 address inside a
 * version 6 one. */
bool address_is_private(const struct address *a);
/* 169.254.0.0/16, fe80::/10. */
bool address_is_link_local(const struct address *a);

#endif
