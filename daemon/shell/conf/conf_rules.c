/* SPDX-License-Identifier: Apache-2.0 */
/* rules and mutes. The keys that all rules have stand here, those of a kind in the kind's
 * own table. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/timefmt.h"
#include "lookout/rules/rule.h"
#include "lookout/track/vessel.h"

static void when_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void severity_read(struct conf_reader *r, const struct conf_node *node,
                          void *base);
static void events_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void at_start_read(struct conf_reader *r, const struct conf_node *node,
                          void *base);
static void mute_vessel_read(struct conf_reader *r, const struct conf_node *node,
                             void *base);
static void mute_rule_read(struct conf_reader *r, const struct conf_node *node,
                           void *base);

/* clang-format off */
static const char *const severity_words[] = {"info", "warning", "critical", NULL}; /* enum severity */
static const char *const at_start_words[] = {"watched", "all", "none", NULL}; /* enum rule_at_start */

#define OTHER .type = CONF_TYPE_OTHER
const struct conf_key conf_rule_keys[] = {
    {"id",       .type = CONF_TYPE_ID, CONF_AT(rule, id), .is_required = true, .doc = "its name in alerts"},
    {"when",     OTHER, .read = when_read, .is_required = true, .accepts = "a kind of rule", .doc = "the kind of rule"},
    {"vessels",  OTHER, .read = conf_filter_read, .sub = conf_filter_keys, .accepts = "all | watched | a mapping of types, min_length, flags, tags, not", .initial = "all", .doc = "the ships it is about"},
    {"severity", OTHER, .read = severity_read, .accepts = "info | warning | critical, or a mapping of events to them", .doc = "how grave: one word, or one for each event"},
    {"repeat",   .type = CONF_TYPE_DURATION, CONF_AT(rule, repeat_ms), .least = SECOND_MS, .most = 365.0 * DAY_MS, .doc = "folds further alerts of one type for one vessel and object within this time"},
    {"events",   OTHER, .read = events_read, .accepts = "a list of events", .initial = "all", .doc = "only these events"},
    {"at_start", OTHER, .read = at_start_read, .accepts = "watched | all | none", .initial = "watched", .doc = "whose being there is told when they are first heard in a zone or port"},
    {0},
};
#define MUTE_VESSEL_ACCEPTS "an MMSI of nine digits or an IMO number of seven"
const struct conf_key conf_mute_keys[] = {
    {"vessel",   OTHER, .read = mute_vessel_read, .accepts = MUTE_VESSEL_ACCEPTS, .initial = "every vessel", .doc = "its MMSI or IMO number"},
    {"rule",     OTHER, .read = mute_rule_read, .accepts = "a rule's id", .initial = "every rule", .doc = "the rule"},
    {"until",    .type = CONF_TYPE_TIME, CONF_AT(engine_mute, until_ms), .initial = "for ever", .doc = "event time at which the mute ends"},
    {"why",      .type = CONF_TYPE_TEXT, CONF_AT(engine_mute, why), .most = 500, .doc = "for the reader"},
    {0},
};
/* clang-format on */

/* --- common keys --- */

static void when_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    (void)node;
    (void)base; /* read before all others */
}

static int find_event(const struct rule_kind *kind, const char *name)
{
    for (uint32_t i = 0; i < kind->event_count; i++)
        if (strcmp(kind->events[i].name, name) == 0)
            return (int)i;
    return -1;
}

static int find_severity_key(const struct rule_kind *kind, const char *name)
{
    for (uint32_t i = 0; i < kind->event_count; i++)
        if (strcmp(kind->events[i].severity_key, name) == 0)
            return (int)i;
    return find_event(kind, name);
}

static void severity_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct rule *rule = base;
    const char *names[RULE_EVENTS_MAX];
    unsigned severity = 0;
    if (rule->kind == NULL)
        return;
    if (node->kind == CONF_NODE_SCALAR) {
        if (conf_word(r, node, severity_words, &severity))
            memset(rule->severity, (int)severity, sizeof rule->severity);
        return;
    }
    if (!conf_is_mapping(r, node, conf_key_find(conf_rule_keys, "severity")->accepts))
        return;
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        names[i] = rule->kind->events[i].severity_key;
    for (size_t i = 0; i < node->count; i++) {
        int event = find_severity_key(rule->kind, node->items[i]->key);
        if (event < 0)
            conf_error_unknown_key(r, node->items[i], names, rule->kind->event_count);
        else if (conf_word(r, node->items[i], severity_words, &severity))
            rule->severity[event] = (uint8_t)severity;
    }
}

static void events_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct rule *rule = base;
    const char *names[RULE_EVENTS_MAX];
    uint32_t mask = 0;
    if (rule->kind == NULL || !conf_is_list(r, node, 1, "a list of events"))
        return;
    struct conf_names known = {
        .what = "event", .names = names, .count = rule->kind->event_count};
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        names[i] = rule->kind->events[i].name;
    for (size_t i = 0; i < node->count; i++) {
        const char *name = NULL;
        if (!conf_text(r, node->items[i], "an event's name", &name))
            continue;
        int event = find_event(rule->kind, name);
        if (event < 0)
            conf_error_unknown(r, node->items[i], name, &known);
        else if (mask >> event & 1)
            conf_error(r, node->items[i], NULL, "is named twice");
        else
            mask |= UINT32_C(1) << event;
    }
    if (mask != 0)
        rule->events = mask;
}

static void at_start_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct rule *rule = base;
    unsigned word = 0;
    if (conf_word(r, node, at_start_words, &word))
        rule->at_start = (uint8_t)word;
}

/* --- one rule --- */

static const struct rule_kind *read_kind(struct conf_reader *r,
                                         const struct conf_node *node)
{
    const char *names[32];
    struct conf_names known = {.what = "kind of rule", .names = names};
    const struct conf_node *when = conf_node_get(node, "when");
    const char *name = NULL;
    for (; rule_kinds[known.count] != NULL && known.count < CONF_COUNT(names);
         known.count++)
        names[known.count] = rule_kinds[known.count]->name;
    if (when == NULL || !conf_text(r, when, "a kind of rule", &name))
        return NULL;
    const struct rule_kind *kind = rule_kind_find(name);
    if (kind == NULL)
        conf_error_unknown(r, when, name, &known);
    return kind;
}

static void set_defaults(struct rule *rule)
{
    rule->at_start = RULE_AT_START_WATCHED;
    rule->min_confidence = 2;
    if (rule->kind == NULL)
        return;
    rule->events = (UINT32_C(1) << rule->kind->event_count) - 1;
    for (uint32_t i = 0; i < rule->kind->event_count; i++)
        rule->severity[i] = (uint8_t)rule->kind->events[i].severity;
    if (rule->kind->set_defaults != NULL)
        rule->kind->set_defaults(rule);
}

static const struct rule_key *find_kind_key(const struct rule_kind *kind,
                                            const char *name)
{
    for (const struct rule_key *key = kind->keys; key != NULL && key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

static void error_unknown_key(struct conf_reader *r, const struct conf_node *item,
                              const struct rule_kind *kind)
{
    const char *names[64];
    size_t count = 0;
    for (const struct conf_key *key = conf_rule_keys; key->name != NULL; key++)
        names[count++] = key->name;
    for (const struct rule_key *key = kind->keys;
         key != NULL && key->name != NULL && count < CONF_COUNT(names); key++)
        names[count++] = key->name;
    conf_error_unknown_key(r, item, names, count);
}

static void read_item(struct conf_reader *r, const struct conf_node *item,
                      struct rule *rule)
{
    const struct rule_key *own =
        rule->kind != NULL ? find_kind_key(rule->kind, item->key) : NULL;
    const struct conf_key *common = conf_key_find(conf_rule_keys, item->key);
    if (item->is_duplicate)
        return;
    if (own != NULL)
        conf_rule_key_read(r, item, own, rule);
    else if (common != NULL)
        conf_read_key(r, item, common, rule);
    else if (rule->kind != NULL)
        error_unknown_key(r, item, rule->kind);
}

static void check_required(struct conf_reader *r, const struct conf_node *node,
                           const struct rule_kind *kind)
{
    for (const struct conf_key *key = conf_rule_keys; key->name != NULL; key++)
        if (key->is_required && conf_node_get(node, key->name) == NULL)
            conf_error(r, node, key->doc, "the key '%s' is missing", key->name);
    for (const struct rule_key *key = kind != NULL ? kind->keys : NULL;
         key != NULL && key->name != NULL; key++)
        if (key->is_required && conf_node_get(node, key->name) == NULL)
            conf_error(r, node, key->doc, "the key '%s' is missing", key->name);
}

static bool names_event(const struct conf_node *events, const char *name)
{
    bool is_named = false;
    for (size_t i = 0; i < events->count && !is_named; i++)
        is_named =
            events->items[i]->text != NULL && strcmp(events->items[i]->text, name) == 0;
    return is_named;
}

/* An event that is asked for but waits for a duration of the same name that is not given.
 */
static void check_events(struct conf_reader *r, const struct conf_node *node,
                         const struct rule *rule)
{
    const struct conf_node *events = conf_node_get(node, "events");
    for (const struct rule_key *key = rule->kind->keys;
         events != NULL && key != NULL && key->name != NULL; key++) {
        int event =
            key->type == RULE_KEY_DURATION ? find_event(rule->kind, key->name) : -1;
        if (event >= 0 && names_event(events, key->name) &&
            conf_node_get(node, key->name) == NULL)
            conf_error(r, events, key->doc, "'%s' needs the key '%s'", key->name,
                       key->name);
    }
}

/* All areas, or all gates, of which there is none. */
static void warn_of_nothing(struct conf_reader *r, const struct conf_node *node,
                            const struct rule *rule)
{
    const struct zone_set *zones = r->conf->engine.zones;
    for (const struct rule_key *key = rule->kind->keys;
         zones != NULL && key != NULL && key->name != NULL; key++) {
        enum zone_shape shape = key->type == RULE_KEY_GATES ? ZONE_GATE : ZONE_AREA;
        bool is_there = (key->type != RULE_KEY_ZONES && key->type != RULE_KEY_GATES) ||
                        conf_node_get(node, key->name) != NULL;
        for (uint32_t i = 0; i < zone_count(zones) && !is_there; i++)
            is_there = zone_info(zones, i)->shape == shape;
        if (!is_there)
            conf_warning(r, node, "there are no %s: rule '%s' never raises anything",
                         key->name, rule->id);
    }
}

static void rule_read(struct conf_reader *r, const struct conf_node *node,
                      struct rule *rule)
{
    if (!conf_is_mapping(r, node, "a rule: a mapping of id, when, ..."))
        return;
    size_t errors = r->faults.errors;
    rule->kind = read_kind(r, node);
    set_defaults(rule);
    for (size_t i = 0; i < node->count && r->code == 0; i++)
        read_item(r, node->items[i], rule);
    check_required(r, node, rule->kind);
    if (rule->kind != NULL)
        check_events(r, node, rule);
    if (errors != r->faults.errors || r->code != 0)
        return;
    warn_of_nothing(r, node, rule);
    rule->definition = conf_rule_definition(rule, &r->conf->engine);
    if (conf_rule_watches_all(rule, &r->conf->engine))
        conf_warning(r, node,
                     "rule '%s' watches every vessel everywhere: narrow it by `vessels`"
                     " or by what it is about, or expect very many alerts",
                     rule->id);
}

void conf_rules_read(struct conf_reader *r, const struct conf_node *node)
{
    struct engine_conf *engine = &r->conf->engine;
    if (node == NULL || !conf_is_list(r, node, 0, "a list of rules"))
        return;
    if (node->count > 10000) {
        conf_error(r, node, "at most 10000", "%zu rules", node->count);
        return;
    }
    engine->rules = conf_alloc(r, node->count, sizeof *engine->rules);
    if (engine->rules == NULL)
        return;
    engine->rule_count = node->count;
    for (size_t i = 0; i < node->count && r->code == 0; i++)
        rule_read(r, node->items[i], &engine->rules[i]);
    for (size_t i = 1; i < node->count; i++)
        for (size_t j = 0; j < i; j++)
            if (engine->rules[i].id != NULL && engine->rules[j].id != NULL &&
                strcmp(engine->rules[i].id, engine->rules[j].id) == 0) {
                conf_error(r, conf_node_get(node->items[i], "id"), NULL,
                           "the id is taken by the rule in line %d",
                           node->items[j]->line);
                break;
            }
}

/* --- mutes --- */

static void mute_vessel_read(struct conf_reader *r, const struct conf_node *node,
                             void *base)
{
    struct engine_mute *mute = base;
    const struct conf_bounds bounds = {1000000, 999999999, MUTE_VESSEL_ACCEPTS};
    int64_t value = 0;
    if (!conf_int(r, node, &bounds, &value))
        return;
    uint32_t number = (uint32_t)value;
    if (number <= 9999999 ? vessel_imo_is_valid(number)
                          : number >= 100000000 && vessel_is_ship(number))
        mute->vessel = number;
    else
        conf_error(r, node, MUTE_VESSEL_ACCEPTS, "%s is no ship's number", node->text);
}

static void mute_rule_read(struct conf_reader *r, const struct conf_node *node,
                           void *base)
{
    struct engine_mute *mute = base;
    const struct engine_conf *engine = &r->conf->engine;
    const char *id = NULL;
    if (!conf_text(r, node, "a rule's id", &id))
        return;
    const char **ids = conf_alloc(r, engine->rule_count, sizeof *ids);
    struct conf_names known = {.what = "rule", .names = ids};
    bool is_known = false;
    for (size_t i = 0; i < engine->rule_count && ids != NULL; i++)
        if (engine->rules[i].id != NULL) {
            ids[known.count++] = engine->rules[i].id;
            is_known = is_known || strcmp(engine->rules[i].id, id) == 0;
        }
    if (!is_known && ids != NULL)
        conf_error_unknown(r, node, id, &known);
    free(ids);
    free(mute->rule);
    mute->rule = conf_copy(r, id);
}

void conf_mutes_read(struct conf_reader *r, const struct conf_node *node)
{
    struct engine_conf *engine = &r->conf->engine;
    if (node == NULL || !conf_is_list(r, node, 0, "a list of mutes"))
        return;
    engine->mutes = conf_alloc(r, node->count, sizeof *engine->mutes);
    if (engine->mutes == NULL)
        return;
    for (size_t i = 0; i < node->count && r->code == 0; i++) {
        struct engine_mute *mute = &engine->mutes[engine->mute_count++];
        mute->until_ms = TIME_NONE;
        if (!conf_read_mapping(r, node->items[i], conf_mute_keys, mute))
            continue;
        if (conf_node_get(node->items[i], "vessel") == NULL &&
            conf_node_get(node->items[i], "rule") == NULL)
            conf_error(r, node->items[i], "vessel, rule or both",
                       "the mute says neither which vessel nor which rule");
        if (mute->why == NULL)
            mute->why = conf_copy(r, "");
    }
}
