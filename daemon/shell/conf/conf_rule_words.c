/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a rule: a hash that changes with its behaviour, whether it watches
 * everything, and its words for `check`. */
#include <stdio.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/track/vessel_type.h"
#include "lookout/voyage/ports.h"

static const struct port_set *ports_at_key(const struct rule *rule, const struct key *key)
{
    return ((const struct rule_ports *)rule_setting(rule, key))->set;
}

static const struct route *route_at_key(const struct rule *rule, const struct key *key)
{
    return *(struct route *const *)rule_setting(rule, key);
}

/* --- definition --- */

static uint64_t hash_double(double value, uint64_t h)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return hash_u64(bits, h);
}

static uint64_t hash_filter(const struct vessel_filter *f, uint64_t h)
{
    h = hash_u64(f->is_watched_only, h);
    h = hash_u64(f->type_mask, h);
    h = hash_double(f->min_length_m, h);
    h = hash_u64(f->flag_count, h);
    for (size_t i = 0; i < f->flag_count; i++)
        h = hash_text(f->flags[i], h);
    h = hash_u64(f->tag_count, h);
    for (size_t i = 0; i < f->tag_count; i++)
        h = hash_text(f->tags[i], h);
    return f->except != NULL ? hash_filter(f->except, hash_u64(1, h)) : hash_u64(0, h);
}

static uint64_t hash_zone(const struct zone_set *set, uint32_t zone, uint64_t h)
{
    const struct zone_info *info = zone_set_info(set, zone);
    return hash_u64(info->geometry, hash_text(info->id, h));
}

static uint64_t hash_zones(const struct rule *rule, const struct key *key,
                           const struct zone_set *set, uint64_t h)
{
    const struct rule_zones *named = rule_setting(rule, key);
    const uint32_t *zones = named->items;
    enum zone_shape shape = key->type == KEY_GATES ? ZONE_GATE : ZONE_AREA;
    for (size_t i = 0; zones != NULL && i < named->count; i++)
        h = hash_zone(set, zones[i], h);
    /* Left out it means all of them, or what the key says. */
    bool is_all = zones == NULL && key->otherwise == NULL;
    for (uint32_t i = 0; is_all && i < zone_set_count(set); i++)
        if (zone_set_info(set, i)->shape == shape)
            h = hash_zone(set, i, h);
    return hash_u64(zones != NULL, h);
}

static uint64_t hash_route(const struct route *route, const struct engine_conf *engine,
                           uint64_t h)
{
    h = hash_text(route->text, h);
    for (uint32_t i = 0; i < route->step_count; i++) {
        const struct route_step *step = &route->steps[i];
        if (step->ports != NULL)
            h = hash_u64(port_set_hash(engine->ports, step->ports), h);
        for (uint32_t j = 0; j < step->zone_count; j++)
            h = hash_zone(engine->zones, step->zones[j], h);
        h = hash_u64((uint64_t)step->is_optional << 1 | step->is_adjacent, h);
    }
    return h;
}

static uint64_t hash_key(const struct rule *rule, const struct key *key,
                         const struct engine_conf *engine, uint64_t h)
{
    if (key->type == KEY_PORTS) {
        const struct port_set *ports = ports_at_key(rule, key);
        return hash_u64(ports != NULL ? port_set_hash(engine->ports, ports) : 0, h);
    }
    if (key->type == KEY_ZONES || key->type == KEY_GATES)
        return hash_zones(rule, key, engine->zones, h);
    if (key->type == KEY_ROUTE) {
        const struct route *route = route_at_key(rule, key);
        return route != NULL ? hash_route(route, engine, h) : h;
    }
    if (key->type == KEY_VESSELS)
        return hash_filter(rule_setting(rule, key), h);
    if (key->type == KEY_MAPPING) {
        for (const struct key *k = key->sub; k->name != NULL; k++)
            h = hash_key(rule, k, engine, h);
        return h;
    }
    if (key->type == KEY_TEXT || key->type == KEY_ID) {
        const char *text = *(char *const *)rule_setting(rule, key);
        return hash_text(text != NULL ? text : "", h);
    }
    return hash_bytes(rule_setting(rule, key), key->size, h);
}

/* Whether the key's value is that of a rule in which it is left out. */
static bool is_left_out(const struct rule *rule, const struct key *key,
                        const struct rule *plain)
{
    if (key->type == KEY_PORTS)
        return ports_at_key(rule, key) == NULL;
    if (key->type == KEY_ZONES || key->type == KEY_GATES)
        return ((const struct rule_zones *)rule_setting(rule, key))->items == NULL;
    if (key->type == KEY_TEXT || key->type == KEY_ID)
        return *(char *const *)rule_setting(rule, key) == NULL;
    bool is_same = true;
    if (key->type == KEY_MAPPING)
        for (const struct key *k = key->sub; k->name != NULL; k++)
            is_same = is_same && is_left_out(rule, k, plain);
    else
        is_same =
            memcmp(rule_setting(rule, key), rule_setting(plain, key), key->size) == 0;
    return is_same;
}

int conf_rule_words_definition(const struct rule *rule, const struct engine_conf *engine,
                               uint64_t *ret_definition)
{
    struct rule plain;
    if (engine->ports == NULL || engine->zones == NULL)
        return 0;
    if (rule_init(&plain, rule->kind) != 0)
        return ERR_NOMEM;
    uint64_t h = hash_text(rule->kind->name, 0);
    h = hash_filter(&rule->vessels, h);
    h = hash_u64(rule->events, h);
    h = hash_u64(rule->at_start, h);
    for (const struct key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++)
        if (!key->is_later || !is_left_out(rule, key, &plain))
            h = hash_key(rule, key, engine, hash_text(key->name, h));
    rule_finish(&plain);
    *ret_definition = h;
    return 0;
}

/* --- everything --- */

static bool set_is_all(const struct port_set *set, const struct engine_conf *engine)
{
    return set == NULL || port_set_count(set) == ports_count(engine->ports);
}

static bool route_is_all(const struct route *route, const struct engine_conf *engine)
{
    for (uint32_t i = 0; i < route->step_count; i++)
        if (route->steps[i].ports == NULL || !set_is_all(route->steps[i].ports, engine))
            return false;
    return true;
}

bool conf_rule_words_watches_all(const struct rule *rule,
                                 const struct engine_conf *engine)
{
    const struct vessel_filter *f = &rule->vessels;
    if (rule_kind_is_of_devices(rule->kind) || f->is_watched_only || f->type_mask != 0 ||
        f->min_length_m > 0 || f->flag_count > 0 || f->tag_count > 0 ||
        engine->ports == NULL)
        return false;
    for (const struct key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++) {
        if (key->type == KEY_PORTS && key->otherwise == NULL &&
            !set_is_all(ports_at_key(rule, key), engine))
            return false;
        if ((key->type == KEY_ZONES || key->type == KEY_GATES) &&
            ((const struct rule_zones *)rule_setting(rule, key))->items != NULL)
            return false;
        const struct route *route =
            key->type == KEY_ROUTE ? route_at_key(rule, key) : NULL;
        /* NULL: its fault is reported elsewhere. */
        if (key->type == KEY_ROUTE && (route == NULL || !route_is_all(route, engine)))
            return false;
    }
    return true;
}

/* --- words --- */

static int add_list(struct buf *out, const char *before, char *const *texts, size_t count)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = buf_printf(out, "%s%s", i == 0 ? before : " or ", texts[i]);
    return rc;
}

/* A ship of unknown type or length is included; `not` does not exclude it. */
static int add_conditions(const struct vessel_filter *f, bool is_except, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    const char *separator = "";
    int rc = 0;
    for (unsigned i = 0; i < VESSEL_TYPES && rc == 0; i++)
        if (f->type_mask >> i & 1) {
            rc = buf_printf(out, "%s%s", separator, vessel_type_names[i]);
            separator = " or ";
        }
    if (rc == 0 && f->type_mask != 0 && !is_except)
        rc = buf_add_text(out, " (or of unknown type)");
    separator = f->type_mask != 0 ? ", " : "";
    if (rc == 0 && f->min_length_m > 0) {
        rc = buf_printf(out, "%sat least %s long%s", separator,
                        units_format_distance(f->min_length_m, text),
                        is_except ? "" : " (or of unknown length)");
        separator = ", ";
    }
    if (rc == 0 && f->flag_count > 0 && (rc = buf_add_text(out, separator)) == 0) {
        rc = add_list(out, "flag ", f->flags, f->flag_count);
        separator = ", ";
    }
    if (rc == 0 && f->tag_count > 0 && (rc = buf_add_text(out, separator)) == 0)
        rc = add_list(out, "tag ", f->tags, f->tag_count);
    return rc;
}

int conf_rule_words_filter(const struct vessel_filter *filter, struct buf *out)
{
    bool is_narrowed = filter->type_mask != 0 || filter->min_length_m > 0 ||
                       filter->flag_count > 0 || filter->tag_count > 0;
    const char *who = is_narrowed ? "vessels: " : "every vessel";
    if (filter->is_watched_only)
        who = "watched vessels";
    int rc = buf_add_text(out, who);
    if (rc == 0 && is_narrowed)
        rc = add_conditions(filter, false, out);
    if (rc == 0 && filter->except != NULL && (rc = buf_add_text(out, "; but not: ")) == 0)
        rc = add_conditions(filter->except, true, out);
    return rc;
}

static int add_zones(const struct rule *rule, const struct key *key,
                     const struct zone_set *set, struct buf *out)
{
    const struct rule_zones *named = rule_setting(rule, key);
    const uint32_t *zones = named->items;
    size_t count = named->count;
    if (zones == NULL)
        return buf_printf(out, "; %s: %s", key->name,
                          key->otherwise != NULL ? key->otherwise : "all");
    int rc = buf_printf(out, "; %s: ", key->name);
    for (size_t i = 0; i < count && i < 20 && rc == 0; i++)
        rc = buf_printf(out, "%s%s", i > 0 ? ", " : "", zone_set_info(set, zones[i])->id);
    if (rc == 0 && count > 20)
        rc = buf_printf(out, " and %zu more", count - 20);
    return rc;
}

/* Whether the key only serves an event of the same name, which is not wanted. */
static bool key_is_idle(const struct rule *rule, const struct key *key)
{
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        if (strcmp(rule->kind->events[i].name, key->name) == 0)
            return !(rule->events >> i & 1);
    return false;
}

/* A quantity in the form of the configuration; "" for one that is off. */
static const char *add_quantity(const struct rule *rule, const struct key *key,
                                char ret_text[UNITS_TEXT_BYTES])
{
    const void *setting = rule_setting(rule, key);
    ret_text[0] = '\0';
    if (key->type == KEY_DURATION && *(const int64_t *)setting > 0)
        units_format_duration(*(const int64_t *)setting, ret_text);
    if (key->type == KEY_DISTANCE)
        units_format_distance(*(const double *)setting, ret_text);
    if (key->type == KEY_SPEED && *(const double *)setting > 0)
        snprintf(ret_text, UNITS_TEXT_BYTES, "%gkn", *(const double *)setting);
    if (key->type == KEY_NUMBER)
        snprintf(ret_text, UNITS_TEXT_BYTES, "%.10g", *(const double *)setting);
    return ret_text;
}

/* Of KEY_INTEGER, KEY_WORD and KEY_WORDS. */
static unsigned whole_at_key(const struct rule *rule, const struct key *key)
{
    const void *setting = rule_setting(rule, key);
    if (key->size == 1)
        return *(const uint8_t *)setting;
    return key->size == 2 ? *(const uint16_t *)setting : *(const uint32_t *)setting;
}

/* "; approach within 60min or 10nm": the first of its keys by name, the others by name,
 * too. */
static int add_mapping(const struct rule *rule, const struct key *key, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    int rc = buf_printf(out, "; %s", key->name);
    for (const struct key *k = key->sub; k->name != NULL && rc == 0; k++)
        rc = buf_printf(out, " %s %s", k->name, add_quantity(rule, k, text));
    return rc;
}

static int add_ports(const struct rule_ports *ports, const struct key *key,
                     struct buf *out)
{
    if (ports->set == NULL)
        return buf_printf(out, "; %s: %s", key->name,
                          key->otherwise != NULL ? key->otherwise : "all");
    return buf_printf(out, "; %s: %s (%zu ports)", key->name,
                      ports->text != NULL ? ports->text : "", port_set_count(ports->set));
}

/* "; where: sea, silence" */
static int add_word_list(const struct rule *rule, const struct key *key, struct buf *out)
{
    unsigned set = whole_at_key(rule, key);
    const char *separator = "";
    int rc = buf_printf(out, "; %s: ", key->name);
    for (unsigned i = 0; key->words[i] != NULL && rc == 0; i++) {
        if ((set >> i & 1u) == 0)
            continue;
        rc = buf_printf(out, "%s%s", separator, key->words[i]);
        separator = ", ";
    }
    return rc;
}

/* A route has its own line. */
static int add_rule_key(const struct rule *rule, const struct key *key,
                        const struct engine_conf *engine, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    const void *setting = rule_setting(rule, key);
    if (key->type == KEY_PORTS)
        return add_ports(setting, key, out);
    if (key->type == KEY_ZONES || key->type == KEY_GATES)
        return add_zones(rule, key, engine->zones, out);
    if (key->type == KEY_VESSELS) {
        int rc = buf_printf(out, "; %s ", key->name);
        return rc == 0 ? conf_rule_words_filter(setting, out) : rc;
    }
    if (key->type == KEY_MAPPING)
        return add_mapping(rule, key, out);
    if (key->type == KEY_INTEGER)
        return buf_printf(out, "; %s %u", key->name, whole_at_key(rule, key));
    if (key->type == KEY_WORD)
        return buf_printf(out, "; %s %s", key->name, key->words[whole_at_key(rule, key)]);
    if (key->type == KEY_WORDS)
        return add_word_list(rule, key, out);
    if (key->type == KEY_TEXT || key->type == KEY_ID) {
        const char *words = *(char *const *)setting;
        return words != NULL ? buf_printf(out, "; %s '%s'", key->name, words) : 0;
    }
    if (key->type == KEY_FLAG)
        return buf_printf(out, "; %s %s", key->name,
                          *(const bool *)setting ? "true" : "false");
    if (add_quantity(rule, key, text)[0] == '\0')
        return 0;
    return buf_printf(out, "; %s %s", key->name, text);
}

static int add_route(const struct rule *rule, const struct key *key,
                     const struct engine_conf *engine, struct buf *out)
{
    const struct route *route = key->type == KEY_ROUTE ? route_at_key(rule, key) : NULL;
    if (route == NULL)
        return 0;
    int rc = buf_printf(out, "\n      route %s\n      that is: ", route->text);
    if (rc == 0)
        rc = route_describe(route, engine->ports, engine->zones, out);
    return rc;
}

/* Whether the event needs a duration of the same name, which is not given. */
static bool event_is_idle(const struct rule *rule, const char *event)
{
    for (const struct key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++) {
        if (key->type == KEY_DURATION && strcmp(key->name, event) == 0)
            return *(const int64_t *)rule_setting(rule, key) == 0;
    }
    return false;
}

static int add_events(const struct rule *rule, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    int rc = buf_add_text(out, "\n      alerts: ");
    const char *separator = "";
    for (uint32_t i = 0; i < rule->kind->event_count && rc == 0; i++) {
        if (!(rule->events >> i & 1) || event_is_idle(rule, rule->kind->events[i].name))
            continue;
        const struct rule_event *event = &rule->kind->events[i];
        bool is_alone = rule_kind_has_alone(rule->kind, i);
        rc = buf_printf(out, "%s%s%s%s (%s)", separator, event->type, is_alone ? "" : " ",
                        is_alone ? "" : event->name,
                        severity_name((enum severity)rule->severity[i]));
        separator = ", ";
    }
    if (rc == 0 && rule->repeat_ms > 0)
        rc = buf_printf(out, "; at most one of a kind within %s",
                        units_format_duration(rule->repeat_ms, text));
    return rc;
}

/* What the rule does not tell of: what its kind and its flags leave out. */
static int add_left_out(const struct rule *rule, struct buf *out)
{
    const char *before = "\n      left out: ";
    int rc = 0;
    if (rule->kind->leaves_out != NULL) {
        rc = buf_printf(out, "%s%s", before, rule->kind->leaves_out);
        before = "; ";
    }
    for (const struct key *key = rule->kind->keys; key->name != NULL && rc == 0; key++)
        if (key->left_out != NULL && !*(const bool *)rule_setting(rule, key)) {
            rc = buf_printf(out, "%s%s", before, key->left_out);
            before = "; ";
        }
    return rc;
}

int conf_rule_words_describe(const struct rule *rule, const struct engine_conf *engine,
                             struct buf *out)
{
    int rc = buf_printf(out, "    %s: %s - %s\n      ", rule->id, rule->kind->name,
                        rule->kind->doc);
    if (rc == 0)
        rc = rule_kind_is_of_devices(rule->kind)
                 ? buf_add_text(out, "every device")
                 : conf_rule_words_filter(&rule->vessels, out);
    for (const struct key *key = rule->kind->keys;
         key != NULL && key->name != NULL && rc == 0; key++)
        if (!key_is_idle(rule, key))
            rc = add_rule_key(rule, key, engine, out);
    for (const struct key *key = rule->kind->keys;
         key != NULL && key->name != NULL && rc == 0; key++)
        rc = add_route(rule, key, engine, out);
    if (rc == 0)
        rc = add_events(rule, out);
    if (rc == 0)
        rc = add_left_out(rule, out);
    return rc == 0 ? buf_add_char(out, '\n') : rc;
}
