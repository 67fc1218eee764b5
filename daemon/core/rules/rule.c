/* SPDX-License-Identifier: Apache-2.0 */
/* The code that all kinds of rules share: their table, their settings, raising alerts. */
#include "lookout/rules/rule.h"
#include "lookout/base/array.h"

#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule_run.h"

#define ADDRESS(name) &kind_##name,
const struct rule_kind *const rule_kinds[] = {KINDS(ADDRESS) NULL};

const struct rule_kind *rule_kind_find(const char *name)
{
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        if (strcmp(rule_kinds[i]->name, name) == 0)
            return rule_kinds[i];
    return NULL;
}

bool rule_kind_is_of_devices(const struct rule_kind *kind)
{
    return kind->hooks->on_distress != NULL;
}

bool rule_kind_has_alone(const struct rule_kind *kind, uint32_t event)
{
    for (uint32_t i = 0; i < kind->event_count; i++)
        if (i != event && strcmp(kind->events[i].type, kind->events[event].type) == 0)
            return false;
    return true;
}

const char *rule_event_word(const struct rule_event *event)
{
    return strrchr(event->type, '.') + 1;
}

/* Whether it is the first of its name. */
static bool is_first(const struct rule_member *member)
{
    for (size_t k = 0; rule_kinds[k] != NULL; k++)
        for (uint32_t i = 0; i < rule_kinds[k]->event_count; i++)
            for (const struct rule_member *m = rule_kinds[k]->events[i].members;
                 m != NULL && m->field != NULL; m++)
                if (strcmp(m->field->name, member->field->name) == 0)
                    return m == member;
    return true;
}

const struct rule_member *rule_member_at(size_t index)
{
    for (size_t k = 0; rule_kinds[k] != NULL; k++)
        for (uint32_t i = 0; i < rule_kinds[k]->event_count; i++) {
            const struct rule_event *event = &rule_kinds[k]->events[i];
            const struct rule_member *m = event->members;
            if (i > 0 && m == event[-1].members)
                continue;
            for (; m != NULL && m->field != NULL; m++)
                if (is_first(m) && index-- == 0)
                    return m;
        }
    return NULL;
}

/* --- settings --- */

int rule_init(struct rule *rule, const struct rule_kind *kind)
{
    memset(rule, 0, sizeof *rule);
    rule->at_start = RULE_AT_START_WATCHED;
    rule->kind = kind;
    if (kind == NULL)
        return 0;
    for (uint32_t i = 0; i < kind->event_count; i++) {
        rule->events |= kind->events[i].is_asked_for ? 0 : UINT32_C(1) << i;
        rule->severity[i] = (uint8_t)kind->events[i].severity;
    }
    rule->settings = calloc(1, kind->settings_bytes + 1);
    if (rule->settings == NULL)
        return ERR_NOMEM;
    int rc = key_set_initials(kind->keys, rule->settings);
    if (rc == 0 && kind->set_defaults != NULL)
        kind->set_defaults(rule->settings);
    return rc;
}

void *rule_setting(const struct rule *rule, const struct key *key)
{
    return (char *)rule->settings + key->offset;
}

static void finish_ports(struct rule_ports *ports)
{
    port_set_destroy(ports->set);
    free(ports->text);
}

static void finish_settings(struct rule *rule)
{
    const struct key *key = rule->kind->keys;
    for (; key != NULL && key->name != NULL; key++) {
        void *setting = rule_setting(rule, key);
        if (key->type == KEY_PORTS)
            finish_ports(setting);
        else if (key->type == KEY_ZONES || key->type == KEY_GATES)
            free(((struct rule_zones *)setting)->items);
        else if (key->type == KEY_ROUTE)
            route_destroy(*(struct route **)setting);
        else if (key->type == KEY_VESSELS)
            vessel_filter_finish(setting);
        else if (key->type == KEY_TEXT || key->type == KEY_ID)
            free(*(char **)setting);
    }
    free(rule->settings);
}

void rule_finish(struct rule *rule)
{
    free(rule->id);
    vessel_filter_finish(&rule->vessels);
    if (rule->settings != NULL)
        finish_settings(rule);
    memset(rule, 0, sizeof *rule);
}

bool rule_zones_has(const struct rule_zones *zones, uint32_t zone)
{
    if (zones->items == NULL)
        return true;
    size_t at = array_find_u32(zones->items, zones->count, zone);
    return at < zones->count && zones->items[at] == zone;
}

/* --- for the kinds --- */

int rule_raise(const struct rule_look *look, const struct finding *finding)
{
    if (!look->is_covered || (look->rule->events >> finding->event & 1u) == 0)
        return 0;
    return look->raise(look->context, look, finding);
}

void *rule_state_of_ship(const struct rule_look *look)
{
    void *state = *look->state;
    for (uint32_t i = 0; i < TRACKS_MAX && state == NULL; i++)
        state = look->sibling(look->context, look, i);
    return state;
}

unsigned rule_asks_keeping(const struct rule *rule)
{
    (void)rule;
    return RULE_ASKS_KEEPING;
}

bool rule_tells_at_start(const struct rule_look *look)
{
    switch ((enum rule_at_start)look->rule->at_start) {
    case RULE_AT_START_ALL:
        return true;
    case RULE_AT_START_NONE:
        return false;
    case RULE_AT_START_WATCHED:
        break;
    }
    return look->subject->watch != NULL;
}
