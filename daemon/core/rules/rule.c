/* SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of rule share: their table, severities, vessel filters, raising. */
#include "lookout/rules/rule.h"

#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/rules/rule_run.h"

/* A kind of rule: one file beside this one and one row here. */
const struct rule_kind *const rule_kinds[] = {
    &kind_route,  &kind_zone,    &kind_gate, &kind_port_call,
    &kind_voyage, &kind_sighted, &kind_gap,  NULL,
};

const struct rule_kind *rule_kind_find(const char *name)
{
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        if (strcmp(rule_kinds[i]->name, name) == 0)
            return rule_kinds[i];
    return NULL;
}

const char *severity_name(enum severity s)
{
    static const char *const names[SEVERITIES] = {"info", "warning", "critical"};
    return s < SEVERITIES ? names[s] : "info";
}

/* --- vessel types: ITU-R M.1371-5 table 53 --- */

/* clang-format off */
const char *const vessel_type_names[VESSEL_TYPES] = {
    [VESSEL_FISHING] = "fishing",       [VESSEL_TUG] = "tug",             [VESSEL_DREDGER] = "dredger",
    [VESSEL_DIVING] = "diving",         [VESSEL_MILITARY] = "military",   [VESSEL_SAILING] = "sailing",
    [VESSEL_PLEASURE] = "pleasure",     [VESSEL_HIGH_SPEED] = "high-speed", [VESSEL_PILOT] = "pilot",
    [VESSEL_SAR] = "sar",               [VESSEL_PORT_TENDER] = "port-tender",
    [VESSEL_LAW_ENFORCEMENT] = "law-enforcement", [VESSEL_PASSENGER] = "passenger",
    [VESSEL_CARGO] = "cargo",           [VESSEL_TANKER] = "tanker",       [VESSEL_OTHER] = "other",
};
static const struct { uint8_t low, high; enum vessel_type type; } type_rows[] = {
    {30, 30, VESSEL_FISHING},   {31, 32, VESSEL_TUG},       {33, 33, VESSEL_DREDGER},  {34, 34, VESSEL_DIVING},
    {35, 35, VESSEL_MILITARY},  {36, 36, VESSEL_SAILING},   {37, 37, VESSEL_PLEASURE}, {40, 49, VESSEL_HIGH_SPEED},
    {50, 50, VESSEL_PILOT},     {51, 51, VESSEL_SAR},       {52, 52, VESSEL_TUG},      {53, 53, VESSEL_PORT_TENDER},
    {55, 55, VESSEL_LAW_ENFORCEMENT}, {60, 69, VESSEL_PASSENGER}, {70, 79, VESSEL_CARGO}, {80, 89, VESSEL_TANKER},
};
/* clang-format on */

int vessel_type_of(uint8_t ship_type)
{
    if (ship_type == 0)
        return -1;
    for (size_t i = 0; i < sizeof type_rows / sizeof type_rows[0]; i++)
        if (ship_type >= type_rows[i].low && ship_type <= type_rows[i].high)
            return (int)type_rows[i].type;
    return VESSEL_OTHER;
}

/* --- filters --- */

static bool has_text(char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static bool has_any_tag(const struct vessel_filter *f, const struct watch_entry *watch)
{
    for (size_t i = 0; watch != NULL && i < watch->tag_count; i++)
        if (has_text(f->tags, f->tag_count, watch->tags[i]))
            return true;
    return false;
}

/* `unknown` is what an unknown type or length counts as: inside when including, outside
 * when excluding. */
static bool matches(const struct vessel_filter *f, const struct rule_subject *s,
                    bool unknown)
{
    if (f->is_watched_only && s->watch == NULL)
        return false;
    int type = vessel_type_of(s->info->ship_type);
    if (f->type_mask != 0 && !(type < 0 ? unknown : (f->type_mask >> type & 1u) != 0))
        return false;
    uint16_t length = s->info->length_m;
    if (f->min_length_m > 0 && !(length == 0 ? unknown : length >= f->min_length_m))
        return false;
    if (f->flag_count != 0 && !has_text(f->flags, f->flag_count, vessel_flag(s->mmsi)))
        return false;
    return f->tag_count == 0 || has_any_tag(f, s->watch);
}

bool vessel_filter_matches(const struct vessel_filter *f, const struct rule_subject *s)
{
    return matches(f, s, true) && (f->except == NULL || !matches(f->except, s, false));
}

bool vessel_filter_is_all(const struct vessel_filter *f)
{
    return !f->is_watched_only && f->type_mask == 0 && f->min_length_m <= 0 &&
           f->flag_count == 0 && f->tag_count == 0 && f->except == NULL;
}

static void texts_free(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void vessel_filter_finish(struct vessel_filter *f)
{
    texts_free(f->flags, f->flag_count);
    texts_free(f->tags, f->tag_count);
    if (f->except != NULL)
        vessel_filter_finish(f->except);
    free(f->except);
    memset(f, 0, sizeof *f);
}

void rule_finish(struct rule *rule)
{
    free(rule->id);
    vessel_filter_finish(&rule->vessels);
    port_set_destroy(rule->ports);
    port_set_destroy(rule->from);
    port_set_destroy(rule->to);
    free(rule->zones);
    free(rule->gates);
    route_destroy(rule->route);
    free(rule->ports_text);
    free(rule->from_text);
    free(rule->to_text);
    memset(rule, 0, sizeof *rule);
}

/* --- for the kinds --- */

bool rule_has_index(const uint32_t *list, size_t count, uint32_t index)
{
    if (list == NULL)
        return true;
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle] < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && list[low] == index;
}

int rule_raise(const struct rule_look *look, const struct finding *finding)
{
    if (!look->is_covered || (look->rule->events >> finding->event & 1u) == 0)
        return 0;
    return look->raise(look->context, look, finding);
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
