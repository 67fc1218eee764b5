/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of connections to MQTT brokers. */
#include "conf_mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_peer.h"
#include "lookout/net/mqtt.h"

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
    feed->address = conf_memory_copy(r, url.host);
    feed->port = url.port;
    feed->is_tls = url.scheme->is_tls;
    if (is_websocket(&url)) {
        size_t n = strlen(url.path);
        feed->path = conf_memory_alloc(r, n + 2, 1);
        if (feed->path != NULL)
            snprintf(feed->path, n + 2, "%s%s", url.path[0] == '/' ? "" : "/", url.path);
    }
    warn_of_plain(r, node, &url, "reports");
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
