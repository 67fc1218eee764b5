/* SPDX-License-Identifier: Apache-2.0 */
/* rules and mutes. The keys of all rules are here, the keys of a kind in the kind's own
 * table. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/vessel.h"

static conf_read when_read, severity_read, disturbed_read, events_read, mute_rule_read;
static const char *mute_vessel_fault(const void *member);

/* clang-format off */
static const char *const severity_words[] = {"info", "warning", "critical", NULL}; /* enum severity */
static const char *const at_start_words[] = {"watched", "all", "none", NULL}; /* enum rule_at_start */

#define RULE(member) KEY_AT(rule, member)
const struct key conf_rule_keys[] = {
    {.name = "id",       .type = KEY_ID, RULE(id), .is_required = true, .is_unique = true, .doc = "the rule's name in alerts"},
    {.name = "when",     .type = KEY_OWN, .read = when_read, .is_required = true, .accepts = "a kind of rule", .doc = "the kind of rule"},
    {.name = "vessels",  .is_of_vessels = true, .type = KEY_OWN, .read = conf_filter_read, .least = 1, .sub = conf_filter_keys, .accepts = "all | watched | a mapping of types, min_length, flags, tags, not", .otherwise = "all", .schema = "{\"anyOf\": [{\"enum\": [\"all\", \"watched\"]}, %]}", .doc = "the vessels of the rule"},
    {.name = "severity", .type = KEY_OWN, .read = severity_read, .accepts = "info | warning | critical, or a mapping of events to them", .schema = "{\"anyOf\": [{\"enum\": [\"info\", \"warning\", \"critical\"]}, {\"type\": \"object\"}]}", .doc = "the severity: one word, or one word for each event"},
    {.name = "disturbed", .is_of_vessels = true, .type = KEY_OWN, .read = disturbed_read, .accepts = "info | warning | critical", .otherwise = "the severity as ever", .schema = "{\"enum\": [\"info\", \"warning\", \"critical\"]}", .doc = "the severity where positions of ships near the vessel are disturbed"},
    {.name = "repeat",   .type = KEY_DURATION, RULE(repeat_ms), .least = SECOND_MS, .most = 365.0 * DAY_MS, .doc = "within this time, further alerts of the same type for the same vessel and object are folded"},
    {.name = "events",   .type = KEY_OWN, .read = events_read, .least = 1, .accepts = "a list of events", .otherwise = "all but those only told where asked for", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}", .doc = "the events that raise alerts"},
    {.name = "at_start", .is_of_vessels = true, .type = KEY_WORD, RULE(at_start), .words = at_start_words, .initial = "watched", .doc = "which vessels raise an alert when they are already in a zone or port when first heard"},
    {0},
};
#define MUTE(member) KEY_AT(engine_mute, member)
const struct key conf_mute_keys[] = {
    {.name = "vessel",   .type = KEY_INTEGER, MUTE(vessel), .least = 1000000, .most = 999999999, .check = mute_vessel_fault, .accepts = "an MMSI of nine digits or an IMO number of seven", .otherwise = "every vessel", .doc = "the vessel's MMSI or IMO number"},
    {.name = "rule",     .type = KEY_OWN, .read = mute_rule_read, .accepts = "a rule's id", .otherwise = "every rule", .doc = "the rule"},
    {.name = "until",    .type = KEY_TIME, MUTE(until_ms), .otherwise = "for ever", .doc = "the event time at which the mute ends"},
    {.name = "why",      .type = KEY_TEXT, MUTE(why), .most = 500, .doc = "a note for the reader"},
    {0},
};
/* clang-format on */

/* --- common keys --- */

static void when_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    const char *names[32];
    struct conf_names known = {.what = "kind of rule", .names = names};
    struct rule *rule = base;
    const char *name = NULL;
    for (; rule_kinds[known.count] != NULL && known.count < CONF_COUNT(names);
         known.count++)
        names[known.count] = rule_kinds[known.count]->name;
    if (!conf_value_text(r, node, key, &name))
        return;
    rule->kind = rule_kind_find(name);
    if (rule->kind == NULL)
        conf_accepts_error_unknown(r, node, name, &known);
}

static int find_event(const struct rule_kind *kind, const char *name)
{
    for (uint32_t i = 0; i < kind->event_count; i++)
        if (strcmp(kind->events[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* The events that a key of `severity` means: those of that type's last word, or the one
 * of that name. A bit each. */
static uint32_t find_severity_key(const struct rule_kind *kind, const char *name)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < kind->event_count; i++)
        if (strcmp(rule_event_word(&kind->events[i]), name) == 0)
            found |= UINT32_C(1) << i;
    int event = found == 0 ? find_event(kind, name) : -1;
    return event >= 0 ? UINT32_C(1) << event : found;
}

static void severity_read(struct conf_reader *r, const struct conf_node *node,
                          const struct key *key, void *base)
{
    static const struct key word = {
        .type = KEY_WORD, .size = sizeof(uint8_t), .words = severity_words};
    struct rule *rule = base;
    const char *names[RULE_EVENTS_MAX];
    uint8_t severity = 0;
    if (rule->kind == NULL)
        return;
    if (node->kind == CONF_NODE_SCALAR) {
        if (conf_value_read(r, node, &word, &severity))
            memset(rule->severity, severity, sizeof rule->severity);
        return;
    }
    if (!conf_value_is_mapping(r, node, key))
        return;
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        names[i] = rule_kind_has_alone(rule->kind, i)
                       ? rule_event_word(&rule->kind->events[i])
                       : rule->kind->events[i].name;
    for (size_t i = 0; i < node->count; i++) {
        uint32_t found = find_severity_key(rule->kind, node->items[i]->key);
        if (found == 0)
            conf_accepts_error_key(r, node->items[i], names, rule->kind->event_count);
        else if (conf_value_read(r, node->items[i], &word, &severity))
            for (; found != 0; found &= found - 1)
                rule->severity[__builtin_ctz(found)] = severity;
    }
}

static void disturbed_read(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    static const struct key word = {
        .type = KEY_WORD, .size = sizeof(uint8_t), .words = severity_words};
    struct rule *rule = base;
    uint8_t severity = 0;
    (void)key;
    if (conf_value_read(r, node, &word, &severity))
        rule->disturbed = (uint8_t)(severity + 1);
}

static void events_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    static const struct key event_name = {.type = KEY_TEXT, .accepts = "an event's name"};
    struct rule *rule = base;
    const char *names[RULE_EVENTS_MAX];
    uint32_t mask = 0;
    if (rule->kind == NULL || !conf_value_is_list(r, node, key))
        return;
    struct conf_names known = {
        .what = "event", .names = names, .count = rule->kind->event_count};
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        names[i] = rule->kind->events[i].name;
    for (size_t i = 0; i < node->count; i++) {
        const char *name = NULL;
        if (!conf_value_text(r, node->items[i], &event_name, &name))
            continue;
        int event = find_event(rule->kind, name);
        if (event < 0)
            conf_accepts_error_unknown(r, node->items[i], name, &known);
        else if (mask >> event & 1)
            conf_report_error(r, node->items[i], NULL, "is named twice");
        else
            mask |= UINT32_C(1) << event;
    }
    if (mask != 0)
        rule->events = mask;
}

/* --- keys of a kind --- */

static void read_kind_keys(struct conf_reader *r, const struct conf_node *node,
                           struct rule *rule)
{
    conf_keys_check_required(r, node, rule->kind->keys);
    for (const struct key *own = rule->kind->keys; own->name != NULL; own++) {
        const struct conf_node *item = conf_yaml_node_get(node, own->name);
        if (item != NULL)
            conf_keys_read_one(r, item, own, rule->settings);
    }
}

/* A device is not a vessel: its alerts depend neither on the place where it is first
 * heard nor on disturbed positions. */
static bool is_for_kind(const struct key *key, const struct rule_kind *kind)
{
    return kind == NULL || !key->is_of_vessels || !rule_kind_is_of_devices(kind);
}

/* List the names of the common keys and of the kind's keys; when the kind is unknown, of
 * every kind's keys. */
static size_t list_names(const struct rule_kind *kind, const char **ret_names,
                         size_t room)
{
    size_t count = 0;
    for (const struct key *key = conf_rule_keys; key->name != NULL; key++)
        if (is_for_kind(key, kind))
            ret_names[count++] = key->name;
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        for (const struct key *own = rule_kinds[i]->keys;
             own->name != NULL && count < room; own++)
            if ((kind == NULL || kind == rule_kinds[i]) &&
                conf_accepts_find_name(own->name, ret_names, count) < 0)
                ret_names[count++] = own->name;
    return count;
}

/* --- one rule --- */

static void read_keys(struct conf_reader *r, const struct conf_node *node,
                      struct rule *rule)
{
    const struct key *when = conf_keys_find(conf_rule_keys, "when");
    const char *names[128];
    if (conf_yaml_node_get(node, "when") != NULL)
        conf_keys_read_one(r, conf_yaml_node_get(node, "when"), when, rule);
    conf_keys_check_known(r, node, names,
                          list_names(rule->kind, names, CONF_COUNT(names)));
    if (rule_init(rule, rule->kind) != 0) {
        conf_report_nomem(r);
        return;
    }
    conf_keys_default(r, conf_rule_keys, rule);
    for (const struct key *key = conf_rule_keys; key->name != NULL; key++) {
        const struct conf_node *item = conf_yaml_node_get(node, key->name);
        if (item != NULL && key != when)
            conf_keys_read_one(r, item, key, rule);
    }
    conf_keys_check_required(r, node, conf_rule_keys);
    if (rule->kind != NULL)
        read_kind_keys(r, node, rule);
}

static bool names_event(const struct conf_node *events, const char *name)
{
    bool is_named = false;
    for (size_t i = 0; i < events->count && !is_named; i++)
        is_named =
            events->items[i]->text != NULL && strcmp(events->items[i]->text, name) == 0;
    return is_named;
}

/* Report an event that is wanted but needs a duration of the same name that is not given.
 */
static void check_events(struct conf_reader *r, const struct conf_node *node,
                         const struct rule *rule)
{
    const struct conf_node *events = conf_yaml_node_get(node, "events");
    for (const struct key *key = rule->kind->keys;
         events != NULL && key != NULL && key->name != NULL; key++) {
        int event = key->type == KEY_DURATION ? find_event(rule->kind, key->name) : -1;
        if (event >= 0 && names_event(events, key->name) &&
            conf_yaml_node_get(node, key->name) == NULL)
            conf_report_error(r, events, key->doc, "'%s' needs the key '%s'", key->name,
                              key->name);
    }
}

static void check_whole_rule(struct conf_reader *r, const struct conf_node *node,
                             const struct rule *rule)
{
    const struct rule_kind *kind = rule->kind;
    const char *fault =
        kind->find_fault != NULL ? kind->find_fault(rule->settings) : NULL;
    if (fault != NULL)
        conf_report_error(r, node, NULL, "%s", fault);
}

/* Warn when a rule means all areas or all gates and there are none. */
static void warn_of_nothing(struct conf_reader *r, const struct conf_node *node,
                            const struct rule *rule)
{
    const struct zone_set *zones = r->conf->engine.zones;
    for (const struct key *key = rule->kind->keys;
         zones != NULL && key != NULL && key->name != NULL; key++) {
        enum zone_shape shape = key->type == KEY_GATES ? ZONE_GATE : ZONE_AREA;
        bool is_there = (key->type != KEY_ZONES && key->type != KEY_GATES) ||
                        key->otherwise != NULL ||
                        conf_yaml_node_get(node, key->name) != NULL;
        for (uint32_t i = 0; i < zone_set_count(zones) && !is_there; i++)
            is_there = zone_set_info(zones, i)->shape == shape;
        if (!is_there)
            conf_report_warning(r, node,
                                "there are no %s: rule '%s' never raises an alert",
                                key->name, rule->id);
    }
}

/* Collect the ports of which the rule asks whether a silent ship could have called there.
 */
static void collect_reach(struct conf_reader *r, const struct conf_node *node,
                          const struct rule *rule)
{
    struct engine_conf *engine = &r->conf->engine;
    const struct rule_hooks *hooks = rule->kind->hooks;
    const struct port_set *set = NULL;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && hooks->wants_reach != NULL &&
                         (set = hooks->wants_reach(rule, i)) != NULL;
         i++)
        rc = reach_ports_add(&engine->reach_ports, engine->ports, set);
    if (rc != 0)
        conf_report_error(r, node, NULL,
                          "with rule '%s', the rules name more than %d ports at which a "
                          "silent vessel may have called",
                          rule->id, REACH_PORTS_MAX);
}

void conf_rules_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    static const struct key mapping = {.type = KEY_MAPPING,
                                       .accepts = "a rule: a mapping of id, when, ..."};
    struct rule *rule = base;
    size_t errors = r->faults.errors;
    (void)key;
    if (!conf_value_is_mapping(r, node, &mapping))
        return;
    read_keys(r, node, rule);
    if (rule->settings != NULL) {
        check_events(r, node, rule);
        /* Not where a setting is faulty: as a whole they would be faulty by that. */
        if (errors == r->faults.errors)
            check_whole_rule(r, node, rule);
    }
    if (errors != r->faults.errors || r->code != 0)
        return;
    collect_reach(r, node, rule);
    warn_of_nothing(r, node, rule);
    if (conf_rule_words_definition(rule, &r->conf->engine, &rule->definition) != 0)
        conf_report_nomem(r);
    if (conf_rule_words_watches_all(rule, &r->conf->engine))
        conf_report_warning(r, node,
                            "rule '%s' watches every vessel everywhere: restrict it with "
                            "`vessels` or by its "
                            "places, or expect very many alerts",
                            rule->id);
}

/* --- mutes --- */

static const char *mute_vessel_fault(const void *member)
{
    return vessel_is_number(*(const uint32_t *)member) ? NULL : "is not a ship's number";
}

void conf_rules_check_id(struct conf_reader *r, const struct conf_node *node,
                         const char *id)
{
    const struct conf_node *rules = conf_yaml_node_get(r->root, "rules");
    size_t most = rules != NULL ? rules->count : 0;
    const char **ids = conf_memory_alloc(r, most, sizeof *ids);
    struct conf_names known = {.what = "rule", .names = ids};
    for (size_t i = 0; i < most && ids != NULL; i++) {
        const struct conf_node *item = conf_yaml_node_get(rules->items[i], "id");
        if (item != NULL && item->kind == CONF_NODE_SCALAR)
            ids[known.count++] = item->text;
    }
    if (ids != NULL && conf_accepts_find_name(id, ids, known.count) < 0)
        conf_accepts_error_unknown(r, node, id, &known);
    free(ids);
}

static void mute_rule_read(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    struct engine_mute *mute = base;
    const char *id = NULL;
    if (!conf_value_text(r, node, key, &id))
        return;
    conf_rules_check_id(r, node, id);
    mute->rule = conf_memory_copy(r, id);
}

void conf_rules_read_mute(struct conf_reader *r, const struct conf_node *node,
                          const struct key *key, void *base)
{
    struct engine_mute *mute = base;
    mute->from_ms = mute->until_ms = mute->ended_ms = TIME_NONE;
    if (conf_keys_read(r, node, key->sub, mute) &&
        conf_yaml_node_get(node, "vessel") == NULL &&
        conf_yaml_node_get(node, "rule") == NULL)
        conf_report_error(r, node, "vessel, rule or both",
                          "the mute names neither a vessel nor a rule");
    if (mute->why == NULL)
        mute->why = conf_memory_copy(r, "");
}
