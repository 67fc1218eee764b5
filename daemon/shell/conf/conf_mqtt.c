/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of connections to MQTT brokers. */
#include "conf_mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf_peer.h"
#include "lookout/net/mqtt.h"
#include "lookout/rules/topic.h"

/* The ports are those that IANA and the brokers' documentations give. */
static const struct conf_scheme schemes[] = {{"mqtts", 8883, true},
                                             {"mqtt", 1883, false},
                                             {"wss", 443, true},
                                             {"ws", 80, false},
                                             {0}};

static bool is_websocket(const struct conf_url *url)
{
    return url->scheme->name[0] == 'w';
}

static void warn_of_plain(struct conf_reader *r, const struct conf_node *node,
                          const struct conf_url *url, const char *what)
{
    conf_address_judge(r, node, url->host);
    if (!url->scheme->is_tls && !conf_address_is_loopback(url->host))
        conf_report_warning(r, node,
                            "plain %s to %s: anyone on the network path can read and "
                            "change the %s",
                            url->scheme->name, url->host, what);
}

void conf_mqtt_read_feed(struct conf_reader *r, const struct conf_node *node,
                         const struct key *key, void *base)
{
    struct conf_feed *feed = base;
    struct conf_url url;
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return;
    const char *fault = conf_peer_parse_url(text, schemes, &url);
    if (fault == NULL && !is_websocket(&url) && url.path[0] != '\0' &&
        strcmp(url.path, "/") != 0)
        fault = "the URL has a path: what is subscribed to stands in `topics`";
    if (fault != NULL) {
        conf_accepts_error_value(r, node, key, "%s", fault);
        return;
    }
    conf_memory_set(r, &feed->address, url.host);
    feed->port = url.port;
    feed->is_tls = url.scheme->is_tls;
    if (is_websocket(&url))
        conf_peer_set_path(r, &url, &feed->path);
    warn_of_plain(r, node, &url, "reports");
}

/* Where the topic begins behind "mqtt://host:port/"; NULL: the URL has none. */
static const char *find_topic(const char *text)
{
    const char *host = strstr(text, "://");
    const char *slash = host != NULL ? strchr(host + 3, '/') : NULL;
    bool is_websocket_url = text[0] == 'w' || text[0] == 'W';
    return slash != NULL && slash[1] != '\0' && !is_websocket_url ? slash + 1 : NULL;
}

void conf_mqtt_read_webhook(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    struct conf_url url;
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return;
    const char *topic = find_topic(text);
    char *broker = conf_memory_copy(r, text);
    if (broker == NULL)
        return;
    if (topic != NULL)
        broker[topic - text - 1] = '\0';
    const char *fault = conf_peer_parse_url(broker, schemes, &url);
    if (fault == NULL && topic != NULL)
        fault = topic_fault(topic);
    if (fault == NULL && topic != NULL &&
        conf_yaml_node_get(node->parent, "topic") != NULL)
        fault = "the URL has a path, and `topic` is given too";
    if (fault != NULL) {
        conf_accepts_error_value(r, node, key, "%s", fault);
        free(broker);
        return;
    }
    free(webhook->url);
    webhook->url = broker;
    if (topic != NULL)
        webhook->mqtt.topic = conf_memory_copy(r, topic);
    warn_of_plain(r, node, &url, "alerts");
}

const char *conf_mqtt_topic_fault(const void *text)
{
    return topic_fault(text) == NULL ? NULL
                                     : "is not a topic: + # and blanks cannot stand in "
                                       "one, and of fields only those named";
}

void conf_mqtt_read_password(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    struct conf_secret *secret = (void *)((char *)base + key->offset);
    (void)conf_secret_read(r, node, "not-read", secret);
}

const char *conf_mqtt_filter_fault(const void *text)
{
    return mqtt_is_filter(text) ? NULL
                                : "is not a topic filter: + stands for a whole level, # "
                                  "for all levels from the last on";
}

static void check_login(struct conf_reader *r, const struct conf_node *node)
{
    const struct conf_node *password = conf_yaml_node_get(node, "password");
    if (password != NULL && conf_yaml_node_get(node, "user") == NULL)
        conf_report_error_key(r, password, "a user too",
                              "MQTT 3.1.1 has no password without a user");
}

void conf_mqtt_check_feed(struct conf_reader *r, const struct conf_node *node,
                          const struct conf_feed *feed)
{
    const struct conf_node *headers = conf_yaml_node_get(node, "headers");
    if (conf_yaml_node_get(node, "topics") == NULL)
        conf_report_error(r, node, "a list of topic filters, such as [\"ais/#\"]",
                          "the feed has no `topics`");
    if (headers != NULL && feed->address != NULL && feed->path == NULL)
        conf_report_error_key(r, headers, "a ws or wss URL",
                              "headers are of a WebSocket, and this feed has none");
    check_login(r, node);
}

void conf_mqtt_check_webhook(struct conf_reader *r, const struct conf_node *node,
                             const struct conf_webhook *webhook)
{
    static const char *const keys[] = {"ca_file", "client_cert", "client_key"};
    const struct conf_node *headers = conf_yaml_node_get(node, "headers");
    const char *url = webhook->url;
    check_login(r, node);
    if (url == NULL)
        return;
    if (webhook->mqtt.topic == NULL && conf_yaml_node_get(node, "topic") == NULL)
        conf_report_error(
            r, conf_yaml_node_get(node, "mqtt"),
            "a path such as /lookoutd/{rule}/{mmsi}, or with ws and wss `topic`",
            "the webhook has no topic");
    if (headers != NULL && strncasecmp(url, "ws", 2) != 0)
        conf_report_error_key(r, headers, "a ws or wss URL",
                              "headers are of a WebSocket, and this webhook has none");
    for (size_t i = 0; i < CONF_COUNT(keys); i++) {
        const struct conf_node *item = conf_yaml_node_get(node, keys[i]);
        if (item != NULL && strncasecmp(url, "mqtts:", 6) != 0 &&
            strncasecmp(url, "wss:", 4) != 0)
            conf_report_error_key(r, item, "an mqtts or wss URL",
                                  "certificates are of TLS, and this webhook has none");
    }
}

int conf_mqtt_copy_topics(const struct conf_mqtt *from, struct conf_mqtt *ret_to)
{
    if (from->topic_count == 0)
        return 0;
    ret_to->topics = calloc(from->topic_count, sizeof *ret_to->topics);
    for (; ret_to->topics != NULL && ret_to->topic_count < from->topic_count;
         ret_to->topic_count++) {
        char *copy = strdup(from->topics[ret_to->topic_count]);
        if (copy == NULL)
            return ERR_NOMEM;
        ret_to->topics[ret_to->topic_count] = copy;
    }
    return ret_to->topics != NULL ? 0 : ERR_NOMEM;
}
