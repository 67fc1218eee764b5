/* SPDX-License-Identifier: Apache-2.0 */
/* vessels: of a rule, which ships it is about. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/rules/rule.h"
#include "lookout/track/vessel.h"

static void types_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void flags_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void not_read(struct conf_reader *r, const struct conf_node *node, void *base);

#define FILTER_ACCEPTS "all | watched | a mapping of types, min_length, flags, tags, not"
/* clang-format off */
#define OTHER .type = CONF_TYPE_OTHER
#define COMMON_KEYS \
    {"types",      OTHER, .read = types_read, .accepts = "a list of ship types, such as [cargo, tanker]", .doc = "of one of these types; a ship that does not say is included"}, \
    {"min_length", .type = CONF_TYPE_DISTANCE, CONF_AT(vessel_filter, min_length_m), .least = 1, .most = 1000, .doc = "at least so long; a ship that does not say is included"}, \
    {"flags",      OTHER, .read = flags_read, .accepts = "a list of countries of two letters, such as [KP]", .doc = "of one of these flags, by the MMSI's first digits"}, \
    {"tags",       OTHER, .read = tags_read, .accepts = "a list of tags of watched vessels", .doc = "watched, with one of these tags"}
static const struct conf_key not_keys[] = {
    COMMON_KEYS,
    {0},
};
const struct conf_key conf_filter_keys[] = {
    COMMON_KEYS,
    {"not",        OTHER, .read = not_read, .sub = not_keys, .accepts = "a mapping of types, min_length, flags, tags", .doc = "but none of these"},
    {0},
};
/* clang-format on */

static void types_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct vessel_filter *filter = base;
    const char *words[VESSEL_TYPES + 1] = {0};
    memcpy(words, vessel_type_names, sizeof vessel_type_names);
    if (!conf_is_list(r, node, 1, conf_key_find(conf_filter_keys, "types")->accepts))
        return;
    for (size_t i = 0; i < node->count; i++) {
        unsigned type = 0;
        if (conf_word(r, node->items[i], words, &type))
            filter->type_mask |= UINT32_C(1) << type;
    }
}

/* Is there an MMSI of that flag? */
static bool flag_is_known(const char *flag)
{
    for (uint32_t mid = 201; mid <= 775; mid++)
        if (strcmp(vessel_flag(mid * 1000000), flag) == 0)
            return flag[0] != '\0';
    return false;
}

static void flags_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    static const char accepts[] =
        "the two letters of ISO 3166 of a country that gives out MMSIs, such as KP";
    struct vessel_filter *filter = base;
    char quoted[CONF_QUOTE_BYTES];
    if (!conf_texts(r, node, accepts, &filter->flags, &filter->flag_count))
        return;
    for (size_t i = 0; i < node->count; i++)
        if (!flag_is_known(node->items[i]->text))
            conf_error(r, node->items[i], accepts, "no MMSI has the flag %s",
                       conf_quote(node->items[i]->text, quoted));
}

static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct vessel_filter *filter = base;
    char quoted[CONF_QUOTE_BYTES];
    if (!conf_texts(r, node, "a list of tags", &filter->tags, &filter->tag_count))
        return;
    for (size_t i = 0; i < node->count; i++) {
        size_t known = 0;
        while (known < r->tag_count && strcmp(r->tags[known], node->items[i]->text) != 0)
            known++;
        if (known == r->tag_count)
            conf_warning(r, node->items[i], "no watched vessel has the tag %s",
                         conf_quote(node->items[i]->text, quoted));
    }
}

static void not_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct vessel_filter *filter = base;
    if (filter->except == NULL)
        filter->except = conf_alloc(r, 1, sizeof *filter->except);
    if (filter->except != NULL && conf_read_mapping(r, node, not_keys, filter->except) &&
        node->count == 0)
        conf_error(r, node, "types, min_length, flags or tags", "the mapping is empty");
}

void conf_filter_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    static const char *const words[] = {"all", "watched", NULL};
    struct rule *rule = base;
    unsigned word = 0;
    if (node->kind == CONF_NODE_MAPPING) {
        (void)conf_read_mapping(r, node, conf_filter_keys, &rule->vessels);
        if (node->count == 0)
            conf_error(r, node, FILTER_ACCEPTS, "the mapping is empty");
    } else if (node->kind == CONF_NODE_LIST) {
        conf_error(r, node, FILTER_ACCEPTS, "is a list, not a word or mapping");
    } else if (conf_word(r, node, words, &word)) {
        rule->vessels.is_watched_only = word == 1;
        if (word == 1 && watch_count(r->conf->engine.watch) == 0)
            conf_warning(r, node, "no vessel is watched: the rule never raises anything");
    }
}
