/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the keys that name ports, zones, gates or routes. Each named one must exist. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/voyage/ports.h"

/* --- ports --- */

static void report_patterns(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key)
{
    for (size_t i = 0; i < node->count; i++) {
        const char *pattern = node->items[i]->text;
        struct port_set *set = NULL;
        struct err err = {0};
        if (port_set_create(r->conf->engine.ports, &pattern, 1, &set, &err) != 0)
            conf_accepts_error_value(r, node->items[i], key, "%s", err.text);
        port_set_destroy(set);
    }
}

/* Join the patterns as the user wrote them, for the output of `check`. */
static char *join_texts(struct conf_reader *r, const struct conf_texts *texts)
{
    struct buf out = {0};
    int rc = 0;
    for (size_t i = 0; i < texts->count && rc == 0; i++)
        rc = buf_printf(&out, "%s%s", i > 0 ? ", " : "", texts->items[i]);
    char *text = rc == 0 ? buf_take(&out) : NULL;
    if (text == NULL)
        conf_report_nomem(r);
    buf_finish(&out);
    return text;
}

static void read_ports(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct port_set **member = (void *)((char *)base + key->offset);
    char **written = (void *)((char *)base + key->also);
    const struct ports *ports = r->conf->engine.ports;
    struct conf_texts patterns = {0};
    struct err err = {0};
    if (!conf_value_read_texts(r, node, key, &patterns))
        return;
    for (size_t i = 0; i < node->count; i++)
        conf_value_warn_unquoted(r, node->items[i], false);
    if (ports != NULL) {
        int rc = port_set_create(ports, (const char *const *)patterns.items,
                                 patterns.count, member, &err);
        if (rc == 0)
            *written = join_texts(r, &patterns);
        else if (rc == ERR_NOMEM)
            conf_report_nomem(r);
        else
            report_patterns(r, node, key);
    }
    conf_memory_texts_free(patterns.items, patterns.count);
}

/* --- zones and gates --- */

static void report_unknown_zone(struct conf_reader *r, const struct conf_node *node,
                                const char *id, enum zone_shape shape)
{
    const struct zone_set *zones = r->conf->engine.zones;
    size_t total = zone_set_count(zones);
    const char **ids = conf_memory_alloc(r, total, sizeof *ids);
    struct conf_names known = {.what = shape == ZONE_GATE ? "gate" : "zone",
                               .names = ids};
    for (uint32_t i = 0; i < total && ids != NULL; i++)
        if (zone_set_info(zones, i)->shape == shape)
            ids[known.count++] = zone_set_info(zones, i)->id;
    if (ids != NULL)
        conf_accepts_error_unknown(r, node, id, &known);
    free(ids);
}

/* Whether a zone of that id is missing only because its own fault was reported. */
static bool zone_is_lost(struct conf_reader *r, const char *id)
{
    struct buf mark = {0};
    if (r->has_lost_zones || r->faulty_zones.length == 0)
        return r->has_lost_zones;
    if (buf_printf(&mark, "(id \"%s\")", id) != 0)
        conf_report_nomem(r);
    bool is_lost = strstr(buf_text(&r->faulty_zones), buf_text(&mark)) != NULL;
    buf_finish(&mark);
    return is_lost;
}

static void report_other_shape(struct conf_reader *r, const struct conf_node *node,
                               const struct zone_info *zone)
{
    char quoted[TEXT_QUOTE_BYTES];
    text_quote(zone->id, quoted);
    if (zone->shape == ZONE_GATE)
        conf_report_error(r, node, "a Polygon, or a LineString with a width",
                          "%s is a gate, not an area", quoted);
    else if (zone->width_m > 0)
        conf_report_error(r, node, "a LineString without a width",
                          "%s is a corridor, not a gate", quoted);
    else
        conf_report_error(r, node, "a LineString", "%s is an area, not a gate", quoted);
}

/* The index of the zone or gate that an item names, or -1. */
static int64_t find_zone(struct conf_reader *r, const struct conf_node *node,
                         enum zone_shape shape)
{
    static const struct key zone_id = {.type = KEY_TEXT, .accepts = "a zone's id"};
    static const struct key gate_id = {.type = KEY_TEXT, .accepts = "a gate's id"};
    const struct zone_set *zones = r->conf->engine.zones;
    const char *id = NULL;
    if (!conf_value_text(r, node, shape == ZONE_GATE ? &gate_id : &zone_id, &id) ||
        zones == NULL)
        return -1;
    int64_t zone = zone_set_find(zones, id);
    if (zone < 0) {
        if (!zone_is_lost(r, id))
            report_unknown_zone(r, node, id, shape);
    } else if (zone_set_info(zones, (uint32_t)zone)->shape != shape) {
        report_other_shape(r, node, zone_set_info(zones, (uint32_t)zone));
        return -1;
    }
    return zone;
}

/* Insert in ascending order; false when the zone is already in the list. */
static bool insert_zone(uint32_t *zones, size_t *count, uint32_t zone)
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
                       const struct key *key, void *base)
{
    uint32_t **member = (void *)((char *)base + key->offset);
    size_t *count = (void *)((char *)base + key->also);
    enum zone_shape shape = key->type == KEY_GATES ? ZONE_GATE : ZONE_AREA;
    if (!conf_value_is_list(r, node, key) ||
        (*member = conf_memory_alloc(r, node->count, sizeof **member)) == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        int64_t zone = find_zone(r, node->items[i], shape);
        if (zone >= 0 && !insert_zone(*member, count, (uint32_t)zone))
            conf_report_error(r, node->items[i], NULL, "is named twice");
    }
}

/* --- routes --- */

static bool is_about_lost_zone(struct conf_reader *r, const struct err *err)
{
    char id[sizeof err->text];
    return sscanf(err->text, "there is no zone or gate '%511[^']'", id) == 1 &&
           zone_is_lost(r, id);
}

static void read_route(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct route **member = (void *)((char *)base + key->offset);
    const struct engine_conf *engine = &r->conf->engine;
    struct err err = {0};
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text) || engine->ports == NULL ||
        engine->zones == NULL)
        return;
    conf_value_warn_unquoted(r, node, true);
    int rc = route_compile(engine->ports, engine->zones, text, member, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0 && !is_about_lost_zone(r, &err)) {
        struct conf_node at = *node; /* for its place in the text */
        if (err.col > 0)
            at.col += err.col - 1;
        conf_accepts_error_value(r, &at, key, "%s", err.text);
    }
}

void conf_places_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    if (key->type == KEY_PORTS)
        read_ports(r, node, key, base);
    else if (key->type == KEY_ROUTE)
        read_route(r, node, key, base);
    else
        read_zones(r, node, key, base);
}
