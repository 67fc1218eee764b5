/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule amounts to: a hash that changes when its behaviour does, whether it watches
 * everything, and the words of `check`. */
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/voyage/ports.h"

static const void *member_at(const struct rule *rule, size_t offset)
{
    return (const char *)rule + offset;
}

static const struct port_set *ports_at_key(const struct rule *rule,
                                           const struct rule_key *key)
{
    struct port_set *set = NULL;
    memcpy(&set, member_at(rule, key->offset), sizeof set);
    return set;
}

static const uint32_t *zones_at_key(const struct rule *rule, const struct rule_key *key,
                                    size_t *ret_count)
{
    uint32_t *zones = NULL;
    memcpy(&zones, member_at(rule, key->offset), sizeof zones);
    memcpy(ret_count, member_at(rule, key->offset2), sizeof *ret_count);
    return zones;
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
    const struct zone_info *info = zone_info(set, zone);
    return hash_u64(info->geometry, hash_text(info->id, h));
}

static uint64_t hash_zones(const struct rule *rule, const struct rule_key *key,
                           const struct zone_set *set, uint64_t h)
{
    size_t count = 0;
    const uint32_t *zones = zones_at_key(rule, key, &count);
    enum zone_shape shape = key->type == RULE_KEY_GATES ? ZONE_GATE : ZONE_AREA;
    for (size_t i = 0; zones != NULL && i < count; i++)
        h = hash_zone(set, zones[i], h);
    for (uint32_t i = 0; zones == NULL && i < zone_count(set); i++)
        if (zone_info(set, i)->shape == shape)
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

static uint64_t hash_key(const struct rule *rule, const struct rule_key *key,
                         const struct engine_conf *engine, uint64_t h)
{
    const struct port_set *ports = NULL;
    switch (key->type) {
    case RULE_KEY_PORTS:
        ports = ports_at_key(rule, key);
        return hash_u64(ports != NULL ? port_set_hash(engine->ports, ports) : 0, h);
    case RULE_KEY_ZONES:
    case RULE_KEY_GATES:
        return hash_zones(rule, key, engine->zones, h);
    case RULE_KEY_ROUTE:
        return rule->route != NULL ? hash_route(rule->route, engine, h) : h;
    case RULE_KEY_DURATION:
        return hash_bytes(member_at(rule, key->offset), sizeof(int64_t), h);
    case RULE_KEY_INT:
    case RULE_KEY_WORD:
        return hash_bytes(member_at(rule, key->offset), sizeof(uint8_t), h);
    case RULE_KEY_APPROACH:
        return hash_double(rule->approach_or_m,
                           hash_u64((uint64_t)rule->approach_within_ms, h));
    }
    return h;
}

uint64_t conf_rule_definition(const struct rule *rule, const struct engine_conf *engine)
{
    if (engine->ports == NULL || engine->zones == NULL)
        return 0;
    uint64_t h = hash_text(rule->kind->name, 0);
    h = hash_filter(&rule->vessels, h);
    h = hash_u64(rule->events, h);
    h = hash_u64(rule->at_start, h);
    for (const struct rule_key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++)
        h = hash_key(rule, key, engine, hash_text(key->name, h));
    return h;
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

bool conf_rule_watches_all(const struct rule *rule, const struct engine_conf *engine)
{
    const struct vessel_filter *f = &rule->vessels;
    size_t count = 0;
    if (f->is_watched_only || f->type_mask != 0 || f->min_length_m > 0 ||
        f->flag_count > 0 || f->tag_count > 0 || engine->ports == NULL)
        return false;
    for (const struct rule_key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++) {
        if (key->type == RULE_KEY_PORTS && !set_is_all(ports_at_key(rule, key), engine))
            return false;
        if ((key->type == RULE_KEY_ZONES || key->type == RULE_KEY_GATES) &&
            zones_at_key(rule, key, &count) != NULL)
            return false;
        if (key->type == RULE_KEY_ROUTE &&
            (rule->route == NULL || !route_is_all(rule->route, engine)))
            return false;
    }
    return true;
}

/* --- words --- */

static int add_list(struct buf *out, const char *before, char *const *texts, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = buf_printf(out, "%s%s", i == 0 ? before : " or ", texts[i]);
    return code;
}

/* A ship that does not say its type or length is included; by `not` it is not excluded.
 */
static int add_conditions(const struct vessel_filter *f, bool is_except, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    const char *separator = "";
    int code = 0;
    for (unsigned i = 0; i < VESSEL_TYPES && code == 0; i++)
        if (f->type_mask >> i & 1) {
            code = buf_printf(out, "%s%s", separator, vessel_type_names[i]);
            separator = " or ";
        }
    if (code == 0 && f->type_mask != 0 && !is_except)
        code = buf_add_text(out, " (or of unknown type)");
    separator = f->type_mask != 0 ? ", " : "";
    if (code == 0 && f->min_length_m > 0) {
        code = buf_printf(out, "%sat least %s long%s", separator,
                          units_format_distance(f->min_length_m, text),
                          is_except ? "" : " (or of unknown length)");
        separator = ", ";
    }
    if (code == 0 && f->flag_count > 0 && (code = buf_add_text(out, separator)) == 0) {
        code = add_list(out, "flag ", f->flags, f->flag_count);
        separator = ", ";
    }
    if (code == 0 && f->tag_count > 0 && (code = buf_add_text(out, separator)) == 0)
        code = add_list(out, "tag ", f->tags, f->tag_count);
    return code;
}

int conf_filter_describe(const struct vessel_filter *filter, struct buf *out)
{
    bool is_narrowed = filter->type_mask != 0 || filter->min_length_m > 0 ||
                       filter->flag_count > 0 || filter->tag_count > 0;
    int code = buf_add_text(out, filter->is_watched_only ? "watched vessels"
                                 : is_narrowed           ? "vessels: "
                                                         : "every vessel");
    if (code == 0 && is_narrowed)
        code = add_conditions(filter, false, out);
    if (code == 0 && filter->except != NULL &&
        (code = buf_add_text(out, "; but not: ")) == 0)
        code = add_conditions(filter->except, true, out);
    return code;
}

static int add_zones(const struct rule *rule, const struct rule_key *key,
                     const struct zone_set *set, struct buf *out)
{
    size_t count = 0;
    const uint32_t *zones = zones_at_key(rule, key, &count);
    if (zones == NULL)
        return buf_printf(out, "; %s: all", key->name);
    int code = buf_printf(out, "; %s: ", key->name);
    for (size_t i = 0; i < count && i < 20 && code == 0; i++)
        code = buf_printf(out, "%s%s", i > 0 ? ", " : "", zone_info(set, zones[i])->id);
    if (code == 0 && count > 20)
        code = buf_printf(out, " and %zu more", count - 20);
    return code;
}

/* A key that only serves an event of its name, which is not wanted. */
static bool key_is_idle(const struct rule *rule, const struct rule_key *key)
{
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        if (strcmp(rule->kind->events[i].name, key->name) == 0)
            return !(rule->events >> i & 1);
    return false;
}

static int add_key(const struct rule *rule, const struct rule_key *key,
                   const struct engine_conf *engine, struct buf *out)
{
    char text[UNITS_TEXT_BYTES], distance[UNITS_TEXT_BYTES];
    const struct port_set *ports = NULL;
    char *written = NULL;
    int64_t ms = 0;
    uint8_t small = 0;
    switch (key->type) {
    case RULE_KEY_PORTS:
        ports = ports_at_key(rule, key);
        memcpy(&written, member_at(rule, key->offset2), sizeof written);
        if (ports == NULL)
            return buf_printf(out, "; %s: all", key->name);
        return buf_printf(out, "; %s: %s (%zu ports)", key->name,
                          written != NULL ? written : "", port_set_count(ports));
    case RULE_KEY_ZONES:
    case RULE_KEY_GATES:
        return add_zones(rule, key, engine->zones, out);
    case RULE_KEY_DURATION:
        memcpy(&ms, member_at(rule, key->offset), sizeof ms);
        if (ms <= 0)
            return 0;
        return buf_printf(out, "; %s %s", key->name, units_format_duration(ms, text));
    case RULE_KEY_INT:
    case RULE_KEY_WORD:
        memcpy(&small, member_at(rule, key->offset), sizeof small);
        if (key->type == RULE_KEY_INT)
            return buf_printf(out, "; %s %u", key->name, (unsigned)small);
        return buf_printf(out, "; %s %s", key->name, key->words[small]);
    case RULE_KEY_APPROACH:
        return buf_printf(out, "; approach within %s or %s",
                          units_format_duration(rule->approach_within_ms, text),
                          units_format_distance(rule->approach_or_m, distance));
    case RULE_KEY_ROUTE:
        break;
    }
    return 0;
}

static int add_route(const struct rule *rule, const struct engine_conf *engine,
                     struct buf *out)
{
    int code = buf_printf(out, "\n      route %s\n      that is: ", rule->route->text);
    if (code == 0)
        code = route_describe(rule->route, engine->ports, engine->zones, out);
    return code;
}

/* An event that waits for a duration of its name, which is not given. */
static bool event_is_idle(const struct rule *rule, const char *event)
{
    for (const struct rule_key *key = rule->kind->keys; key != NULL && key->name != NULL;
         key++) {
        int64_t ms = 0;
        if (key->type != RULE_KEY_DURATION || strcmp(key->name, event) != 0)
            continue;
        memcpy(&ms, member_at(rule, key->offset), sizeof ms);
        return ms == 0;
    }
    return false;
}

static int add_events(const struct rule *rule, struct buf *out)
{
    char text[UNITS_TEXT_BYTES];
    int code = buf_add_text(out, "\n      alerts: ");
    const char *separator = "";
    for (uint32_t i = 0; i < rule->kind->event_count && code == 0; i++) {
        if (!(rule->events >> i & 1) || event_is_idle(rule, rule->kind->events[i].name))
            continue;
        code = buf_printf(out, "%s%s (%s)", separator, rule->kind->events[i].type,
                          severity_name((enum severity)rule->severity[i]));
        separator = ", ";
    }
    if (code == 0 && rule->repeat_ms > 0)
        code = buf_printf(out, "; at most one of a kind within %s",
                          units_format_duration(rule->repeat_ms, text));
    return code;
}

int conf_rule_describe(const struct rule *rule, const struct engine_conf *engine,
                       struct buf *out)
{
    int code = buf_printf(out, "    %s: %s - %s\n      ", rule->id, rule->kind->name,
                          rule->kind->doc);
    if (code == 0)
        code = conf_filter_describe(&rule->vessels, out);
    for (const struct rule_key *key = rule->kind->keys;
         key != NULL && key->name != NULL && code == 0; key++)
        if (!key_is_idle(rule, key))
            code = add_key(rule, key, engine, out);
    if (code == 0 && rule->route != NULL)
        code = add_route(rule, engine, out);
    if (code == 0)
        code = add_events(rule, out);
    return code == 0 ? buf_add_char(out, '\n') : code;
}
