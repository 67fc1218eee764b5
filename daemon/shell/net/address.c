/* SPDX-License-Identifier: Apache-2.0 */
/* Internet addresses, and which of them names from outside must not lead us to. */
#include "lookout/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* Not globally reachable by the registries of RFC 6890 (IANA special-purpose addresses),
 * and multicast. Cloud metadata services lie in 169.254.0.0/16 and fd00::/8. */
static const struct {
    uint8_t bytes[16];
    uint8_t version, prefix;
} ranges[] = {
    /* clang-format off */
    {{0},                                        4,   8}, /* "this network", RFC 791 */
    {{10},                                       4,   8}, /* private use, RFC 1918 */
    {{100, 64},                                  4,  10}, /* shared (CGNAT), RFC 6598 */
    {{127},                                      4,   8}, /* loopback, RFC 1122 */
    {{169, 254},                                 4,  16}, /* link-local, RFC 3927; metadata 169.254.169.254 */
    {{172, 16},                                  4,  12}, /* private use, RFC 1918 */
    {{192, 0, 0},                                4,  24}, /* protocol assignments, RFC 6890 */
    {{192, 0, 2},                                4,  24}, /* documentation, RFC 5737 */
    {{192, 88, 99},                              4,  24}, /* 6to4 relay, RFC 7526 */
    {{192, 168},                                 4,  16}, /* private use, RFC 1918 */
    {{198, 18},                                  4,  15}, /* benchmarking, RFC 2544 */
    {{198, 51, 100},                             4,  24}, /* documentation, RFC 5737 */
    {{203, 0, 113},                              4,  24}, /* documentation, RFC 5737 */
    {{224},                                      4,   4}, /* multicast, RFC 5771 */
    {{240},                                      4,   4}, /* reserved and broadcast, RFC 1112 */
    {{0},                                        6, 127}, /* unspecified and loopback, RFC 4291 */
    {{0x01, 0x00},                               6,  64}, /* discard only, RFC 6666 */
    {{0x20, 0x01, 0x0d, 0xb8},                   6,  32}, /* documentation, RFC 3849 */
    {{0x20, 0x01},                               6,  23}, /* protocol assignments (Teredo), RFC 2928 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01},       6,  48}, /* local translation, RFC 8215 */
    {{0xfc},                                     6,   7}, /* unique local, RFC 4193; metadata fd00:ec2::254 */
    {{0xfe, 0x80},                               6,  10}, /* link-local, RFC 4291 */
    {{0xfe, 0xc0},                               6,  10}, /* site-local, RFC 3879 */
    {{0xff},                                     6,   8}, /* multicast, RFC 4291 */
    /* clang-format on */
};

/* Version 6 prefixes that carry a version 4 address, and at which byte. */
static const struct {
    uint8_t bytes[16];
    uint8_t prefix, at;
} wrappings[] = {
    /* clang-format off */
    {{[10] = 0xff, [11] = 0xff},                    96, 12}, /* IPv4-mapped, RFC 4291 */
    {{0},                                           96, 12}, /* IPv4-compatible, RFC 4291 */
    {{[8] = 0xff, [9] = 0xff},                      96, 12}, /* IPv4-translated, RFC 2765 */
    {{0x00, 0x64, 0xff, 0x9b},                      96, 12}, /* NAT64, RFC 6052 */
    {{0x20, 0x02},                                  16,  2}, /* 6to4, RFC 3056 */
    /* clang-format on */
};

bool address_parse(const char *text, struct address *ret_address)
{
    struct address a = {.version = 4};
    if (inet_pton(AF_INET, text, a.bytes) != 1) {
        a.version = 6;
        if (inet_pton(AF_INET6, text, a.bytes) != 1)
            return false;
    }
    *ret_address = a;
    return true;
}

bool address_from_sockaddr(const struct sockaddr *sa, struct address *ret_address)
{
    struct address a = {0};
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        a.version = 4;
        memcpy(a.bytes, &in.sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof in6);
        a.version = 6;
        memcpy(a.bytes, &in6.sin6_addr, 16);
    } else {
        return false;
    }
    *ret_address = a;
    return true;
}

const char *address_format(const struct address *a, char ret_text[ADDRESS_TEXT_BYTES])
{
    if (inet_ntop(a->version == 4 ? AF_INET : AF_INET6, a->bytes, ret_text,
                  ADDRESS_TEXT_BYTES) == NULL)
        ret_text[0] = '\0';
    return ret_text;
}

bool address_is_equal(const struct address *a, const struct address *b)
{
    return a->version == b->version &&
           memcmp(a->bytes, b->bytes, a->version == 4 ? 4 : 16) == 0;
}

static bool has_prefix(const uint8_t *bytes, const uint8_t *range, unsigned prefix)
{
    if (memcmp(bytes, range, prefix / 8) != 0)
        return false;
    unsigned rest = prefix % 8;
    return rest == 0 || ((bytes[prefix / 8] ^ range[prefix / 8]) >> (8 - rest)) == 0;
}

static bool is_listed(const struct address *a)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (ranges[i].version == a->version &&
            has_prefix(a->bytes, ranges[i].bytes, ranges[i].prefix))
            return true;
    return false;
}

bool address_is_private(const struct address *a)
{
    if (is_listed(a))
        return true;
    if (a->version == 4)
        return false;
    for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
        if (!has_prefix(a->bytes, wrappings[i].bytes, wrappings[i].prefix))
            continue;
        struct address inner = {.version = 4};
        memcpy(inner.bytes, a->bytes + wrappings[i].at, 4);
        return is_listed(&inner);
    }
    return false;
}

bool address_is_link_local(const struct address *a)
{
    static const uint8_t v4[] = {169, 254}, v6[] = {0xfe, 0x80};
    return a->version == 4 ? has_prefix(a->bytes, v4, 16) : has_prefix(a->bytes, v6, 10);
}
