/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of connections to MQTT brokers, for feeds and for webhooks. Private to the
 * configuration reader. */
#ifndef LOOKOUT_CONF_MQTT_H
#define LOOKOUT_CONF_MQTT_H

#include "conf_int.h"

/* The rows of the login, in a struct that has `struct conf_mqtt` as a member. */
/* clang-format off */
#define CONF_MQTT_KEYS(owner, member, with) \
    {.name = "user",         .type = KEY_TEXT, KEY_AT(owner, member.user), .least = 1, .most = 1024, .doc = with "the user's name"}, \
    {.name = "password",     .type = KEY_OWN, KEY_AT(owner, member.password), .read = conf_mqtt_read_password, .sub = conf_secret_keys, .accepts = "{file: PATH} or {credential: NAME}", .schema = "%", .doc = with "the user's password"}, \
    {.name = "client_id",    .type = KEY_TEXT, KEY_AT(owner, member.client_id), .least = 1, .most = 256, .otherwise = "lookoutd- and 16 digits; a feed's are kept in the state", .doc = with "the name of this client at the broker, which allows one connection a name"}, \
    {.name = "keepalive",    .type = KEY_DURATION, KEY_AT(owner, member.keepalive_ms), .least = SECOND_MS, .most = 18.0 * HOUR_MS, .initial = "60s", .doc = with "the broker is asked for a sign of life after this time, and given up 30 s later"}
/* clang-format on */

conf_read conf_mqtt_read_feed;     /* into struct conf_feed */
conf_read conf_mqtt_read_webhook;  /* into struct conf_webhook */
conf_read conf_mqtt_read_password; /* into the key's member */
const char *conf_mqtt_filter_fault(const void *text);
const char *conf_mqtt_topic_fault(const void *text);
/* Report what a feed lacks, and what does not go together. */
void conf_mqtt_check_feed(struct conf_reader *r, const struct conf_node *node,
                          const struct conf_feed *feed);
void conf_mqtt_check_webhook(struct conf_reader *r, const struct conf_node *node,
                             const struct conf_webhook *webhook);
MUST_CHECK int conf_mqtt_copy_topics(const struct conf_mqtt *from,
                                     struct conf_mqtt *ret_to);

#endif
