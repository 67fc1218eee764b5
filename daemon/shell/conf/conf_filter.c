/* SPDX-License-Identifier: Apache-2.0 */
/* vessels: of a rule, the ships that it covers. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_rules.h"
#include "lookout/base/text.h"
#include "lookout/rules/rule.h"
#include "lookout/track/vessel.h"
#include "lookout/track/vessel_type.h"

static conf_read types_read, read_filter_tags, not_read;
static const char *flag_fault(const void *text);

#define TEXTS_SCHEMA "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"
/* clang-format off */
#define FILTER(member) KEY_AT(vessel_filter, member)
#define COMMON_KEYS \
    {.name = "types",      .type = KEY_OWN, FILTER(type_mask), .read = types_read, .least = 1, .accepts = "a list of ship types, such as [cargo, tanker]", .schema = TEXTS_SCHEMA, .doc = "vessels of these types; a vessel of unknown type is included"}, \
    {.name = "min_length", .type = KEY_DISTANCE, FILTER(min_length_m), .least = 1, .most = 1000, .doc = "vessels of at least this length; a vessel of unknown length is included"}, \
    {.name = "flags",      .type = KEY_TEXTS, KEY_LIST_AT(vessel_filter, flags, flag_count), .least = 1, .check = flag_fault, .accepts = "a list of countries of two letters (ISO 3166) that give out MMSIs, such as [KP]; or none", .doc = "vessels of these flags, by the first digits of the MMSI; none: of an MMSI whose digits no country has"}, \
    {.name = "tags",       .type = KEY_OWN, KEY_LIST_AT(vessel_filter, tags, tag_count), .read = read_filter_tags, .least = 1, .accepts = "a list of tags of watched vessels", .schema = TEXTS_SCHEMA, .doc = "watched vessels with one of these tags"}
static const struct key not_keys[] = {
    COMMON_KEYS,
    {0},
};
const struct key conf_filter_keys[] = {
    COMMON_KEYS,
    {.name = "not",        .type = KEY_OWN, FILTER(except), .read = not_read, .least = 1, .sub = not_keys, .accepts = "a mapping of types, min_length, flags, tags", .schema = "%", .doc = "vessels that are left out: those that match any of these keys"},
    {0},
};
/* clang-format on */

static void types_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    const char *words[VESSEL_TYPES + 1] = {0};
    struct key as_words = *key;
    memcpy(words, vessel_type_names, sizeof vessel_type_names);
    as_words.type = KEY_WORDS;
    as_words.words = words;
    as_words.accepts = NULL;
    (void)conf_value_read(r, node, &as_words, base);
}

/* The fault when no MMSI has that flag. */
static const char *flag_fault(const void *text)
{
    const char *flag = text;
    if (strcmp(flag, VESSEL_FILTER_NO_FLAG) == 0)
        return NULL;
    for (uint32_t mid = 201; mid <= 775 && flag[0] != '\0'; mid++)
        if (strcmp(vessel_flag(mid * 1000000), flag) == 0)
            return NULL;
    return "is not the flag of any MMSI";
}

static void read_filter_tags(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    struct key as_texts = *key;
    char quoted[TEXT_QUOTE_BYTES];
    as_texts.type = KEY_TEXTS;
    if (!conf_value_read(r, node, &as_texts, base))
        return;
    for (size_t i = 0; i < node->count; i++)
        if (conf_accepts_find_name(node->items[i]->text, (const char *const *)r->tags,
                                   r->tag_count) < 0)
            conf_report_warning(r, node->items[i], "no watched vessel has the tag %s",
                                text_quote(node->items[i]->text, quoted));
}

static void not_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct vessel_filter *filter = base;
    filter->except = conf_memory_alloc(r, 1, sizeof *filter->except);
    if (filter->except != NULL && conf_value_is_mapping(r, node, key))
        (void)conf_keys_read(r, node, key->sub, filter->except);
}

/* `filter` is the member; `key` says what is accepted. */
static void read_filter(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, struct vessel_filter *filter)
{
    static const char *const words[] = {"all", "watched", NULL};
    uint8_t word = 0;
    const struct key as_word = {
        .type = KEY_WORD, .size = sizeof word, .words = words, .accepts = key->accepts};
    if (node->kind == CONF_NODE_MAPPING) {
        if (conf_value_is_mapping(r, node, key))
            (void)conf_keys_read(r, node, conf_filter_keys, filter);
    } else if (node->kind == CONF_NODE_LIST) {
        conf_accepts_error_value(r, node, key, "is a list, not a word or mapping");
    } else if (conf_value_read(r, node, &as_word, &word)) {
        filter->is_watched_only = word == 1;
        if (word == 1 && watch_count(r->conf->engine.watch) == 0)
            conf_report_warning(r, node, "no vessel is watched: nothing is told of any");
    }
}

void conf_filter_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct rule *rule = base;
    read_filter(r, node, key, &rule->vessels);
}

void conf_filter_read_member(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    read_filter(r, node, key, (void *)((char *)base + key->offset));
}
