/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a group: equal for alerts that share the values the webhook groups by.
 * Alerts without a zone (or port) share that lack. */
#include <jansson.h>

#include "delivery_int.h"

static const char *id_of(const json_t *data, const char *object, const char *member)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(data, object), member));
    return text != NULL ? text : "";
}

uint64_t group_key(const struct conf_group *conf, const struct store_pending *row)
{
    uint64_t key = hash_u64(conf->by, 1);
    if (conf->by & 1u << CONF_GROUP_RULE)
        key = hash_text(row->rule, key);
    if (conf->by & 1u << CONF_GROUP_TYPE)
        key = hash_text(row->type, key);
    if (conf->by & 1u << CONF_GROUP_VESSEL)
        key = hash_u64(row->mmsi, key);
    if (conf->by & 1u << CONF_GROUP_SEVERITY)
        key = hash_u64(row->severity, key);
    if ((conf->by & (1u << CONF_GROUP_ZONE | 1u << CONF_GROUP_PORT)) == 0)
        return key;
    json_t *event = json_loadb(row->body, row->body_bytes, 0, NULL);
    const json_t *data = json_object_get(event, "data");
    if (conf->by & 1u << CONF_GROUP_ZONE)
        key = hash_text(id_of(data, "gate", "id"),
                        hash_text(id_of(data, "zone", "id"), key));
    if (conf->by & 1u << CONF_GROUP_PORT)
        key = hash_text(id_of(data, "port", "locode"), key);
    json_decref(event);
    return key;
}
