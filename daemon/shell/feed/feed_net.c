/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, senders and waits, for the transports on sockets. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/sys/log.h"

int feed_net_address(const char *text, uint16_t port,
                     struct sockaddr_storage *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (text[0] == '\0' || strcmp(text, "*") == 0)
        text = "0.0.0.0";
    if (strcmp(text, "localhost") == 0)
        text = "127.0.0.1";
    if (uv_ip4_addr(text, port, (struct sockaddr_in *)ret_address) == 0 ||
        uv_ip6_addr(text, port, (struct sockaddr_in6 *)ret_address) == 0)
        return 0;
    return ERR_INVALID;
}

void feed_net_clear_port(struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)(void *)address)->sin_port = 0;
    else if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = 0;
}

uint16_t feed_net_port(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
}

/* The bytes of an address; an IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) counts as
 * IPv4. Returns 4 or 6; 0 for other families. */
static unsigned address_bytes(const struct sockaddr *address, unsigned char ret_bytes[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        memcpy(ret_bytes, &in.sin_addr, 4);
        return 4;
    }
    if (address->sa_family != AF_INET6)
        return 0;
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof in6);
    memcpy(ret_bytes, &in6.sin6_addr, 16);
    if (memcmp(ret_bytes, mapped, sizeof mapped) != 0)
        return 6;
    memmove(ret_bytes, ret_bytes + 12, 4);
    return 4;
}

bool feed_net_contains(const struct conf_cidr *cidr, const struct sockaddr *address)
{
    unsigned char bytes[16];
    if (address_bytes(address, bytes) != cidr->family)
        return false;
    unsigned whole = cidr->prefix / 8;
    unsigned rest = cidr->prefix % 8;
    unsigned length = cidr->family == 4 ? 4 : 16;
    if (whole > length || memcmp(bytes, cidr->bytes, whole) != 0)
        return false;
    if (rest == 0 || whole == length)
        return true;
    return ((bytes[whole] ^ cidr->bytes[whole]) >> (8 - rest)) == 0;
}

bool feed_net_accepts(struct feed *feed, const struct sockaddr *address)
{
    if (feed->conf.from_count == 0)
        return true;
    for (size_t i = 0; i < feed->conf.from_count; i++)
        if (feed_net_contains(&feed->conf.from[i], address))
            return true;
    feed->refused_senders++;
    char text[INET6_ADDRSTRLEN] = "?";
    unsigned char bytes[16];
    unsigned family = address_bytes(address, bytes);
    if (family != 0)
        inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
    log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "refused",
                 "refused a sender that `from` does not name address=%s", text);
    return false;
}

/* --- connections to a server --- */

int feed_net_open_peer(struct feed *feed, const struct peer_sink *sink,
                       struct peer **ret_peer)
{
    const struct tls_files tls = {.ca_file = feed->conf.tls.ca_file,
                                  .client_cert = feed->conf.tls.client_cert,
                                  .client_key = feed->conf.tls.client_key};
    const struct peer_conf conf = {.host = feed->conf.address,
                                   .port = feed->conf.port,
                                   .tls = feed->conf.is_tls ? &tls : NULL,
                                   .connect_ms = feed->feeds->limits.connect_ms};
    int rc = peer_open(feed->feeds->loop, &conf, sink, ret_peer);
    if (rc != 0)
        return rc;
    feeds_hold(feed);
    peer_pause(*ret_peer, feed_path_is_paused(feed));
    return 0;
}

void feed_net_connected(struct feed *feed)
{
    feed->is_open = true;
    feed->connects++;
    feed->error[0] = '\0';
    log_info("feed", feed->conf.id, "connected address=%s port=%u", feed->conf.address,
             (unsigned)feed->conf.port);
}

void feed_net_fail(struct feed *feed, const char *what, const char *why, uint64_t wait_ms)
{
    feed->wait_ms = wait_ms;
    size_t begin = strlen(what) + 2;
    snprintf(feed->error, sizeof feed->error, "%s: %s", what, why);
    feed_redact_secrets(feed, feed->error + begin);
    log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, what,
                 "%s reason=\"%s\" address=%s port=%u next_attempt_ms=%llu", what,
                 feed->error + begin, feed->conf.address, (unsigned)feed->conf.port,
                 (unsigned long long)wait_ms);
}

uint64_t feed_net_backoff(const struct feeds *f, uint64_t *wait_ms)
{
    uint32_t random = 0;
    uint64_t wait =
        *wait_ms < f->limits.backoff_min_ms ? f->limits.backoff_min_ms : *wait_ms;
    if (wait > f->limits.backoff_max_ms)
        wait = f->limits.backoff_max_ms;
    *wait_ms = wait * 2;
    if (uv_random(NULL, NULL, &random, sizeof random, 0, NULL) != 0)
        random = (uint32_t)uv_hrtime();
    return wait * 3 / 4 + wait * random / UINT32_MAX / 2;
}
