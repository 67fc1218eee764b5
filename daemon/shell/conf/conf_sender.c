/* SPDX-License-Identifier: Apache-2.0 */
/* webhooks: where one sends to, by exactly one key of several, and what goes with it. */
#include <stdio.h>
#include <string.h>

#include "conf_int.h"
#include "conf_mqtt.h"
#include "conf_peer.h"

/* clang-format off */
static const char *const sender_words[] = {"url", "mail", "mqtt"}; /* enum conf_sender: a webhook has one of these keys */
#define URL  (1u << CONF_SENDER_URL)
#define MQTT (1u << CONF_SENDER_MQTT)
/* The keys that go with some of them only. */
static const struct {
    const char *key;
    unsigned senders;
    const char *words;
} only_with[] = {
    {"secret",        URL, "url"},
    {"authorization", URL, "url"},
    {"headers",       URL | MQTT, "url, mqtt"},
    {"format",        URL | MQTT, "url, mqtt"},
    {"body",          URL | MQTT, "url, mqtt"},
    {"content_type",  URL | MQTT, "url, mqtt"},
    {"topic",         MQTT, "mqtt"},
    {"retain",        MQTT, "mqtt"},
    {"user",          MQTT, "mqtt"},
    {"password",      MQTT, "mqtt"},
    {"client_id",     MQTT, "mqtt"},
    {"keepalive",     MQTT, "mqtt"},
};
/* clang-format on */

void conf_sender_read_url(struct conf_reader *r, const struct conf_node *node,
                          const struct key *key, void *base)
{
    static const struct conf_scheme schemes[] = {
        {"https", 443, true}, {"http", 80, false}, {0}};
    struct conf_webhook *webhook = base;
    struct conf_secret secret = {0};
    struct conf_url url = {0};
    const char *text = NULL;
    if (node->kind == CONF_NODE_MAPPING) {
        if (!conf_secret_read(r, node, "https://not-read.invalid/", &secret))
            return;
        text = secret.text;
    } else if (!conf_value_text(r, node, key, &text)) {
        return;
    }
    const char *fault = conf_peer_parse_url(text, schemes, &url);
    if (fault != NULL)
        conf_accepts_error_value(r, node, key, "%s", fault);
    else
        conf_memory_set(r, &webhook->url, text);
    if (fault == NULL)
        conf_address_judge(r, node, url.host);
    if (fault == NULL && !url.scheme->is_tls && !conf_address_is_loopback(url.host))
        conf_report_warning(
            r, node,
            "plain http to %s: anyone on the network path can read and change the alerts",
            url.host);
    conf_memory_wipe_free(secret.text, secret.length);
}

static void error_senders(struct conf_reader *r, const struct conf_node *node,
                          const struct conf_node *first, const struct conf_node *second)
{
    char accepted[80] = "";
    for (size_t i = 0; i < CONF_COUNT(sender_words); i++)
        snprintf(accepted + strlen(accepted), sizeof accepted - strlen(accepted), "%s%s",
                 i == 0 ? CONF_COUNT(sender_words) > 1 ? "one of " : "" : ", ",
                 sender_words[i]);
    if (second == NULL)
        conf_report_error(r, node, accepted, "the webhook does not say where to send");
    else
        conf_report_error_key(r, second, accepted,
                              "a webhook has one receiver, and this one has %s too",
                              first->key);
}

/* Find the sender; false when there is not exactly one. */
static bool find_sender(struct conf_reader *r, const struct conf_node *node,
                        enum conf_sender *ret_sender)
{
    const struct conf_node *first = NULL;
    for (size_t i = 0; i < CONF_COUNT(sender_words); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, sender_words[i]);
        if (item != NULL && first != NULL) {
            error_senders(r, node, first, item);
            return false;
        }
        if (item != NULL) {
            first = item;
            *ret_sender = (enum conf_sender)i;
        }
    }
    if (first == NULL)
        error_senders(r, node, NULL, NULL);
    return first != NULL;
}

static void check_sender_keys(struct conf_reader *r, const struct conf_node *node,
                              enum conf_sender sender)
{
    for (size_t i = 0; i < CONF_COUNT(only_with); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, only_with[i].key);
        if (item != NULL && !(only_with[i].senders >> sender & 1))
            conf_report_error_key(r, item, NULL,
                                  "goes with %s only, and this webhook has %s",
                                  only_with[i].words, sender_words[sender]);
    }
}

bool conf_sender_read(struct conf_reader *r, const struct conf_node *node,
                      struct conf_webhook *webhook)
{
    if (!find_sender(r, node, &webhook->sender))
        return false;
    check_sender_keys(r, node, webhook->sender);
    if (webhook->sender == CONF_SENDER_MAIL)
        conf_mail_group(node, webhook);
    if (webhook->sender == CONF_SENDER_MQTT)
        conf_mqtt_check_webhook(r, node, webhook);
    return true;
}
