/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a kind of rule, read by the table in the kind's own file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/voyage/ports.h"

#define PORTS_ACCEPTS                                                                    \
    "a list of ports: a UN/LOCODE (RUVVO), a country (\"KP*\"), a group (\"$name\"), "   \
    "any (\"*\")"

static void *member_at(struct rule *rule, size_t offset)
{
    return (char *)rule + offset;
}

/* --- ports --- */

static void report_patterns(struct conf_reader *r, const struct conf_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        const char *pattern = node->items[i]->text;
        struct port_set *set = NULL;
        struct err err = {0};
        int code = port_set_create(r->conf->engine.ports, &pattern, 1, &set, &err);
        if (code != 0)
            conf_error(r, node->items[i], PORTS_ACCEPTS, "%s", err.text);
        port_set_destroy(set);
    }
}

/* The patterns as written, for `check`. */
static char *joined(struct conf_reader *r, char *const *texts, size_t count)
{
    struct buf out = {0};
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = buf_printf(&out, "%s%s", i > 0 ? ", " : "", texts[i]);
    char *text = code == 0 ? buf_take(&out) : NULL;
    if (text == NULL)
        conf_reader_nomem(r);
    buf_finish(&out);
    return text;
}

static void read_ports(struct conf_reader *r, const struct conf_node *node,
                       const struct rule_key *key, struct rule *rule)
{
    char **patterns = NULL;
    size_t count = 0;
    struct port_set *set = NULL;
    struct err err = {0};
    if (!conf_texts(r, node, PORTS_ACCEPTS, &patterns, &count))
        return;
    for (size_t i = 0; i < node->count; i++)
        conf_warn_unquoted(r, node->items[i], false);
    if (r->conf->engine.ports != NULL) {
        int code = port_set_create(r->conf->engine.ports, (const char *const *)patterns,
                                   count, &set, &err);
        if (code == ERR_NOMEM)
            conf_reader_nomem(r);
        else if (code != 0)
            report_patterns(r, node);
    }
    if (set != NULL) {
        char *text = joined(r, patterns, count);
        memcpy(member_at(rule, key->offset), &set, sizeof set);
        memcpy(member_at(rule, key->offset2), &text, sizeof text);
    }
    conf_texts_free(patterns, count);
}

/* --- zones and gates --- */

static void report_unknown_zone(struct conf_reader *r, const struct conf_node *node,
                                const char *id, enum zone_shape shape)
{
    const struct zone_set *zones = r->conf->engine.zones;
    size_t total = zone_count(zones);
    const char **ids = conf_alloc(r, total, sizeof *ids);
    struct conf_names known = {.what = shape == ZONE_GATE ? "gate" : "zone",
                               .names = ids};
    for (uint32_t i = 0; i < total && ids != NULL; i++)
        if (zone_info(zones, i)->shape == shape)
            ids[known.count++] = zone_info(zones, i)->id;
    if (ids != NULL)
        conf_error_unknown(r, node, id, &known);
    free(ids);
}

/* Is a zone of that id missing only because its own fault has been told? */
static bool zone_is_lost(struct conf_reader *r, const char *id)
{
    struct buf mark = {0};
    if (r->has_lost_zones || r->faulty_zones.length == 0)
        return r->has_lost_zones;
    if (buf_printf(&mark, "(id \"%s\")", id) != 0)
        conf_reader_nomem(r);
    bool is_lost = strstr(buf_text(&r->faulty_zones), buf_text(&mark)) != NULL;
    buf_finish(&mark);
    return is_lost;
}

/* The index of the zone or gate that an item names, or -1. */
static int64_t find_zone(struct conf_reader *r, const struct conf_node *node,
                         enum zone_shape shape)
{
    const struct zone_set *zones = r->conf->engine.zones;
    char quoted[CONF_QUOTE_BYTES];
    const char *id = NULL;
    if (!conf_text(r, node, shape == ZONE_GATE ? "a gate's id" : "a zone's id", &id) ||
        zones == NULL)
        return -1;
    int64_t zone = zone_find(zones, id);
    if (zone < 0) {
        if (!zone_is_lost(r, id))
            report_unknown_zone(r, node, id, shape);
    } else if (zone_info(zones, (uint32_t)zone)->shape != shape) {
        conf_error(r, node, shape == ZONE_GATE ? "a LineString" : "a Polygon", "%s is %s",
                   conf_quote(id, quoted),
                   shape == ZONE_GATE ? "an area, not a gate" : "a gate, not an area");
        return -1;
    }
    return zone;
}

/* Insert in ascending order; false when it is there already. */
static bool insert(uint32_t *zones, size_t *count, uint32_t zone)
{
    size_t at = *count;
    while (at > 0 && zones[at - 1] > zone)
        at--;
    if (at > 0 && zones[at - 1] == zone)
        return false;
    memmove(zones + at + 1, zones + at, (*count - at) * sizeof *zones);
    zones[at] = zone;
    ++*count;
    return true;
}

static void read_zones(struct conf_reader *r, const struct conf_node *node,
                       const struct rule_key *key, struct rule *rule)
{
    enum zone_shape shape = key->type == RULE_KEY_GATES ? ZONE_GATE : ZONE_AREA;
    size_t count = 0;
    if (!conf_is_list(r, node, 1,
                      shape == ZONE_GATE ? "a list of gates' ids"
                                         : "a list of zones' ids"))
        return;
    uint32_t *zones = conf_alloc(r, node->count, sizeof *zones);
    for (size_t i = 0; i < node->count && zones != NULL; i++) {
        int64_t zone = find_zone(r, node->items[i], shape);
        if (zone >= 0 && !insert(zones, &count, (uint32_t)zone))
            conf_error(r, node->items[i], NULL, "is named twice");
    }
    memcpy(member_at(rule, key->offset), &zones, sizeof zones);
    memcpy(member_at(rule, key->offset2), &count, sizeof count);
}

/* --- the others --- */

static bool is_about_lost_zone(struct conf_reader *r, const struct err *err)
{
    char id[sizeof err->text];
    return sscanf(err->text, "there is no zone or gate '%511[^']'", id) == 1 &&
           zone_is_lost(r, id);
}

static void read_route(struct conf_reader *r, const struct conf_node *node,
                       const struct rule_key *key, struct rule *rule)
{
    static const char accepts[] = "a route in quotes, such as \"$dprk >> CNSHD >> RU*\"";
    const struct engine_conf *engine = &r->conf->engine;
    struct route *route = NULL;
    struct err err = {0};
    const char *text = NULL;
    if (!conf_text(r, node, accepts, &text) || engine->ports == NULL ||
        engine->zones == NULL)
        return;
    conf_warn_unquoted(r, node, true);
    int code = route_compile(engine->ports, engine->zones, text, &route, &err);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    else if (code != 0 && !is_about_lost_zone(r, &err)) {
        struct conf_node at = *node; /* the place within the text, where it is known */
        if (err.col > 0)
            at.col += err.col - 1;
        conf_error(r, &at, accepts, "%s", err.text);
    }
    if (route != NULL)
        memcpy(member_at(rule, key->offset), &route, sizeof route);
}

static void read_approach(struct conf_reader *r, const struct conf_node *node,
                          struct rule *rule)
{
    static const char accepts[] = "a mapping such as {within: 3h, or: 12nm}";
    static const char *const names[] = {"within", "or"};
    if (!conf_is_mapping(r, node, accepts))
        return;
    if (node->count == 0)
        conf_error(r, node, accepts, "the mapping is empty");
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        if (strcmp(item->key, "within") == 0)
            (void)conf_duration(r, item, MINUTE_MS, 7 * DAY_MS,
                                &rule->approach_within_ms);
        else if (strcmp(item->key, "or") == 0)
            (void)conf_distance(r, item, 0, 2000 * NM_M, &rule->approach_or_m);
        else
            conf_error_unknown_key(r, item, names, CONF_COUNT(names));
    }
}

static void read_number(struct conf_reader *r, const struct conf_node *node,
                        const struct rule_key *key, struct rule *rule)
{
    int64_t value = 0;
    unsigned word = 0;
    uint8_t small = 0;
    if (key->type == RULE_KEY_DURATION) {
        if (conf_duration(r, node, key->least, key->most, &value))
            memcpy(member_at(rule, key->offset), &value, sizeof value);
        return;
    }
    if (key->type == RULE_KEY_INT) {
        const struct conf_bounds bounds = {key->least, key->most, NULL};
        if (!conf_int(r, node, &bounds, &value))
            return;
        small = (uint8_t)value;
    } else {
        if (!conf_word(r, node, key->words, &word))
            return;
        small = (uint8_t)word;
    }
    memcpy(member_at(rule, key->offset), &small, sizeof small);
}

void conf_rule_key_read(struct conf_reader *r, const struct conf_node *node,
                        const struct rule_key *key, struct rule *rule)
{
    if (r->on_key != NULL)
        r->on_key(r->on_key_context, key);
    switch (key->type) {
    case RULE_KEY_DURATION:
    case RULE_KEY_INT:
    case RULE_KEY_WORD:
        read_number(r, node, key, rule);
        break;
    case RULE_KEY_PORTS:
        read_ports(r, node, key, rule);
        break;
    case RULE_KEY_ZONES:
    case RULE_KEY_GATES:
        read_zones(r, node, key, rule);
        break;
    case RULE_KEY_ROUTE:
        read_route(r, node, key, rule);
        break;
    case RULE_KEY_APPROACH:
        read_approach(r, node, rule);
        break;
    }
}

int conf_rule_key_accepts(const struct rule_key *key, struct buf *out)
{
    char words[200];
    struct conf_key as = {.least = (double)key->least, .most = (double)key->most};
    switch (key->type) {
    case RULE_KEY_DURATION:
        as.type = CONF_TYPE_DURATION;
        return conf_key_accepts(&as, out);
    case RULE_KEY_INT:
        as.type = CONF_TYPE_U32;
        return conf_key_accepts(&as, out);
    case RULE_KEY_WORD:
        conf_join_words(key->words, words, sizeof words);
        return buf_add_text(out, words);
    case RULE_KEY_PORTS:
        return buf_add_text(out, PORTS_ACCEPTS);
    case RULE_KEY_ZONES:
        return buf_add_text(out, "a list of zones' ids");
    case RULE_KEY_GATES:
        return buf_add_text(out, "a list of gates' ids");
    case RULE_KEY_ROUTE:
        return buf_add_text(out, "a route in quotes");
    case RULE_KEY_APPROACH:
        return buf_add_text(out, "a mapping of within (a duration) and or (a distance)");
    }
    return 0;
}
