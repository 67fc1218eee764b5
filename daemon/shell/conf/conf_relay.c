/* SPDX-License-Identifier: Apache-2.0 */
/* relays: where what is heard of chosen vessels is told on. */
#include <stdlib.h>
#include <string.h>

#include "conf_address.h"
#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static conf_read relay_listen_read, relay_udp_read;

#define UDP_ACCEPTS                                                                      \
    "\"address:port\", such as \"192.0.2.9:10110\" or \"[2001:db8::9]:10110\", the "     \
    "port "                                                                              \
    "from 1 to 65535"
/* clang-format off */
#define RELAY(member) KEY_AT(conf_relay, member)
const struct key conf_relay_keys[] = {
    {.name = "id",          .type = KEY_ID, RELAY(id), .is_required = true, .is_unique = true, .doc = "the relay's name in metrics and messages"},
    {.name = "listen",      .type = KEY_OWN, .read = relay_listen_read, .accepts = CONF_ADDRESS_ACCEPTS, .doc = "let readers connect over TCP at this address"},
    {.name = "udp",         .type = KEY_OWN, .read = relay_udp_read, .accepts = UDP_ACCEPTS, .doc = "send datagrams to this address, a sentence each; it may be a broadcast address"},
    {.name = "vessels",     .type = KEY_VESSELS, RELAY(vessels), .least = 1, .otherwise = "all", .doc = "the vessels, as in rules"},
    {.name = "alerted",     .type = KEY_DURATION, RELAY(alerted_ms), .least = MINUTE_MS, .most = 400.0 * DAY_MS, .otherwise = "all of them", .doc = "of these only the ones that an alert was told of within this time, and all distress devices"},
    {.name = "every",       .type = KEY_DURATION, RELAY(every_ms), .least = 0, .most = DAY_MS, .initial = "10s", .doc = "a vessel's position is told at most once in this time"},
    {.name = "max_clients", .type = KEY_INTEGER, RELAY(max_clients), .least = 1, .most = 1024, .initial = "16", .doc = "listen: how many readers may be connected at a time"},
    {0},
};
/* clang-format on */

static void relay_listen_read(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, void *base)
{
    struct conf_relay *relay = base;
    if (conf_address_read(r, node, key, &relay->address, &relay->port) &&
        !conf_address_is_loopback(relay->address))
        conf_report_warning(r, node,
                            "%s is not loopback: anyone who can reach it can read which "
                            "vessels are chosen and where they are",
                            relay->address);
}

static void relay_udp_read(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    struct conf_relay *relay = base;
    relay->is_udp = true;
    if (!conf_address_read_host(r, node, key, &relay->address, &relay->port))
        return;
    if (!conf_address_is_ip(relay->address))
        conf_accepts_error_text(r, node, key, "is not an address and port");
    else
        conf_address_judge(r, node, relay->address);
}

static void check_same_place(struct conf_reader *r, const struct conf_node *node,
                             const struct conf_relay *relay)
{
    for (const struct conf_relay *other = r->conf->relays; other < relay; other++)
        if (other->address != NULL && other->is_udp == relay->is_udp &&
            other->port == relay->port && strcmp(other->address, relay->address) == 0 &&
            !relay->is_udp)
            conf_report_error(r, node, NULL, "listens at the same address as relay '%s'",
                              other->id != NULL ? other->id : "");
}

void conf_relay_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct conf_relay *relay = base;
    if (!conf_keys_read(r, node, key->sub, relay))
        return;
    const struct conf_node *listen = conf_yaml_node_get(node, "listen");
    const struct conf_node *udp = conf_yaml_node_get(node, "udp");
    const struct conf_node *clients = conf_yaml_node_get(node, "max_clients");
    if ((listen == NULL) == (udp == NULL))
        conf_report_error(r, node, "one of listen, udp",
                          listen == NULL ? "the relay has no place to tell things to"
                                         : "a relay has one place, and this one has two");
    else if (udp != NULL && clients != NULL)
        conf_report_error_key(r, clients, NULL,
                              "goes with listen only, and this relay is udp");
    if (relay->address != NULL)
        check_same_place(r, node, relay);
}

void conf_relay_describe(const struct conf_relay *relay, FILE *out)
{
    char text[UNITS_TEXT_BYTES];
    struct buf who = {0};
    bool is_v6 = strchr(relay->address, ':') != NULL;
    fprintf(out, "    %s: %s ", relay->id,
            relay->is_udp ? "datagrams to" : "readers connect at");
    fprintf(out, is_v6 ? "[%s]:%u" : "%s:%u", relay->address, (unsigned)relay->port);
    if (!relay->is_udp)
        fprintf(out, ", %u at a time", (unsigned)relay->max_clients);
    if (conf_rule_words_filter(&relay->vessels, &who) == 0)
        fprintf(out, "\n      %s", buf_text(&who));
    buf_finish(&who);
    if (relay->alerted_ms > 0)
        fprintf(out, "; only those alerted within %s",
                units_format_duration(relay->alerted_ms, text));
    if (relay->every_ms > 0)
        fprintf(out, "; a position each at most every %s\n",
                units_format_duration(relay->every_ms, text));
    else
        fputs("; every position\n", out);
}

void conf_relay_finish(struct conf_relay *relay)
{
    free(relay->id);
    free(relay->address);
    vessel_filter_finish(&relay->vessels);
}
