/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as users write them: "host:port", "[::1]:port", "10.0.0.0/8". No name is
 * looked up. */
#include <stdlib.h>
#include <string.h>

#include "conf_address.h"
#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"
#include "lookout/net/address.h"

bool conf_address_is_loopback(const char *host)
{
    static const uint8_t v6[16] = {[15] = 1};
    struct address a = {0};
    if (text_equal_fold(host, "localhost"))
        return true;
    if (!address_parse(host, &a))
        return false;
    return a.version == 4 ? a.bytes[0] == 127 : memcmp(a.bytes, v6, sizeof v6) == 0;
}

bool conf_address_is_ip(const char *host)
{
    struct address address;
    return address_parse(host, &address);
}

/* Whether the text is a name of RFC 1123 (an underscore is allowed) and does not look
 * like a broken address. */
bool conf_address_is_host(const char *host)
{
    size_t n = strlen(host), label = 0;
    bool has_letter = false;
    if (n == 0 || n > 253)
        return false;
    for (const char *s = host; *s != '\0'; s++) {
        bool is_letter =
            (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_';
        if (*s == '.' ? label == 0
                      : !is_letter && !(*s >= '0' && *s <= '9') && (*s != '-' || !label))
            return false;
        has_letter = has_letter || is_letter;
        label = *s == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return has_letter;
}

bool conf_address_split(const char *text, size_t n, char ret_host[CONF_HOST_BYTES],
                        uint16_t *ret_port)
{
    const char *end = text + n;
    const char *begin = text, *behind = memchr(text, ':', n);
    if (n > 0 && text[0] == '[') {
        begin = text + 1;
        behind = memchr(text, ']', n);
        if (behind == NULL || memchr(begin, ':', (size_t)(behind - begin)) == NULL)
            return false;
    } else if (behind != NULL && memchr(behind + 1, ':', (size_t)(end - behind - 1))) {
        return false; /* an IPv6 address without brackets */
    }
    if (behind == NULL)
        behind = end;
    size_t length = (size_t)(behind - begin);
    if (length == 0 || length >= CONF_HOST_BYTES)
        return false;
    if (behind < end && *behind == ']')
        behind++;
    int64_t port = 0;
    if (behind < end &&
        (*behind != ':' ||
         units_parse_int(behind + 1, (size_t)(end - behind - 1), 1, 65535, &port) != 0))
        return false;
    memcpy(ret_host, begin, length);
    ret_host[length] = '\0';
    *ret_port = (uint16_t)port;
    return true;
}

void conf_address_judge(struct conf_reader *r, const struct conf_node *node,
                        const char *host)
{
    /* AWS, Azure, Google and most others; AWS over version 6; Alibaba; Oracle */
    static const char *const metadata[] = {"169.254.169.254", "fd00:ec2::254",
                                           "100.100.100.200", "192.0.0.192"};
    struct address address = {0}, known = {0};
    if (!address_parse(host, &address))
        return;
    for (size_t i = 0; i < CONF_COUNT(metadata); i++)
        if (address_parse(metadata[i], &known) && address_is_equal(&address, &known)) {
            conf_report_error(
                r, node, NULL,
                "%s is the metadata service of a cloud, which gives out the machine's "
                "credentials: no alert or report may go there",
                host);
            return;
        }
    if (address_is_link_local(&address))
        conf_report_warning(r, node,
                            "%s is a link-local address: it works only on its own "
                            "network segment, and may belong to another machine later",
                            host);
}

/* Split a value into the host without brackets and the port; false, without a message,
 * when it is not such a value. */
static bool parse_place(const char *text, char ret_host[CONF_HOST_BYTES],
                        uint16_t *ret_port)
{
    return conf_address_split(text, strlen(text), ret_host, ret_port) && *ret_port > 0 &&
           (text[0] != '[' || strchr(ret_host, ':') != NULL);
}

bool conf_address_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, char **ret_host, uint16_t *ret_port)
{
    char host[CONF_HOST_BYTES];
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return false;
    if (!parse_place(text, host, ret_port) || !conf_address_is_ip(host)) {
        conf_accepts_error_text(r, node, key, "is not an address and port");
        return false;
    }
    if (*ret_port < 1024)
        conf_report_warning(r, node,
                            "port %u is below 1024: only root, or a service with "
                            "CAP_NET_BIND_SERVICE, may open it",
                            (unsigned)*ret_port);
    conf_memory_set(r, ret_host, host);
    return *ret_host != NULL;
}

bool conf_address_read_host(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, char **ret_host, uint16_t *ret_port)
{
    char host[CONF_HOST_BYTES];
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return false;
    if (!parse_place(text, host, ret_port) ||
        (!conf_address_is_ip(host) && !conf_address_is_host(host))) {
        conf_accepts_error_text(r, node, key, "is not a host and port");
        return false;
    }
    conf_memory_set(r, ret_host, host);
    return *ret_host != NULL;
}

static bool has_host_bits(const struct conf_cidr *cidr)
{
    size_t total = cidr->family == 4 ? 32 : 128;
    for (size_t bit = cidr->prefix; bit < total; bit++)
        if (cidr->bytes[bit / 8] >> (7 - bit % 8) & 1)
            return true;
    return false;
}

bool conf_address_read_cidr(struct conf_reader *r, const struct conf_node *node,
                            struct conf_cidr *ret_cidr)
{
    static const struct key network = {
        .type = KEY_TEXT,
        .accepts = "an address or network, such as \"10.1.2.3\", \"10.0.0.0/8\" or "
                   "\"fd00::/8\""};
    char address[64];
    const char *text = NULL;
    if (!conf_value_text(r, node, &network, &text))
        return false;
    size_t n = strcspn(text, "/");
    text_copy(address, n < sizeof address ? n + 1 : sizeof address, text);
    struct address parsed = {0};
    bool is_good = n < sizeof address && address_parse(address, &parsed);
    struct conf_cidr cidr = {.family = parsed.version};
    memcpy(cidr.bytes, parsed.bytes, sizeof cidr.bytes);
    int most = cidr.family == 4 ? 32 : 128;
    int64_t prefix = most;
    if (is_good && text[n] == '/')
        is_good =
            units_parse_int(text + n + 1, strlen(text + n + 1), 0, most, &prefix) == 0;
    cidr.prefix = (uint8_t)prefix;
    if (!is_good)
        conf_accepts_error_text(r, node, &network, "is not an address or network");
    else if ((is_good = !has_host_bits(&cidr)) == false)
        conf_accepts_error_text(r, node, &network, "has bits set after its prefix");
    if (is_good)
        *ret_cidr = cidr;
    return is_good;
}
