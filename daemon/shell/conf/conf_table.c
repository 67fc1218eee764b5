/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings read by tables: one row a key. Unknown and missing keys, and what a value of
 * each type must look like. */
#include "conf_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"

/* --- what is accepted, in words --- */

void conf_join_words(const char *const *words, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (size_t used = 0; *words != NULL && used < size; words++) {
        int n =
            snprintf(ret_text + used, size - used, "%s%s", used > 0 ? " | " : "", *words);
        if (n < 0)
            return;
        used += (size_t)n;
    }
}

static void number_text(double value, char ret_text[UNITS_TEXT_BYTES])
{
    snprintf(ret_text, UNITS_TEXT_BYTES, "%.10g", value);
}

struct example {
    double value; /* ms, m */
    const char *text;
};
static const struct example durations[] = {
    {30e3, "30s"}, {600e3, "10min"}, {43200e3, "12h"}, {604800e3, "7d"}};
static const struct example distances[] = {
    {500, "500m"}, {10000, "10km"}, {22224, "12nm"}};

/* ", such as 30s, 10min or 7d": those within the bounds. */
static int add_examples(const struct conf_key *key, const struct example *examples,
                        size_t count, struct buf *out)
{
    const char *shown[4];
    size_t n = 0;
    for (size_t i = 0; i < count && n < CONF_COUNT(shown); i++)
        if (examples[i].value >= key->least && examples[i].value <= key->most)
            shown[n++] = examples[i].text;
    int code = 0;
    for (size_t i = 0; i < n && code == 0; i++)
        code = buf_printf(out, "%s%s",
                          i == 0       ? ", such as "
                          : i == n - 1 ? " or "
                                       : ", ",
                          shown[i]);
    return code;
}

static int accepts_quantity(const struct conf_key *key, struct buf *out)
{
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES];
    if (key->accepts != NULL)
        return buf_add_text(out, key->accepts);
    int code = 0;
    if (key->type == CONF_TYPE_DURATION) {
        code = buf_printf(out, "a duration from %s to %s",
                          units_format_duration((int64_t)key->least, least),
                          units_format_duration((int64_t)key->most, most));
        return code == 0 ? add_examples(key, durations, CONF_COUNT(durations), out)
                         : code;
    }
    if (key->type == CONF_TYPE_DISTANCE) {
        code = buf_printf(out, "a distance from %s to %s",
                          units_format_distance(key->least, least),
                          units_format_distance(key->most, most));
        return code == 0 ? add_examples(key, distances, CONF_COUNT(distances), out)
                         : code;
    }
    number_text(key->least, least);
    number_text(key->most, most);
    if (key->type == CONF_TYPE_SPEED)
        return buf_printf(out, "a speed from %skn to %skn, such as 1.5kn", least, most);
    return buf_printf(out, "%s from %s to %s",
                      key->type == CONF_TYPE_U32 ? "a whole number" : "a number", least,
                      most);
}

static int accepts_names(const struct conf_key *keys, struct buf *out)
{
    int code = buf_add_text(out, "a mapping of ");
    for (size_t i = 0; keys[i].name != NULL && code == 0; i++)
        code = buf_printf(out, "%s%s", i > 0 ? ", " : "", keys[i].name);
    return code;
}

int conf_key_accepts(const struct conf_key *key, struct buf *out)
{
    char words[200];
    switch (key->type) {
    case CONF_TYPE_TEXT:
        return buf_add_text(out, key->accepts != NULL ? key->accepts : "a text");
    case CONF_TYPE_ID:
        return buf_printf(out, "a word of up to %d letters, digits, '.', '_' and '-'",
                          CONF_ID_BYTES - 1);
    case CONF_TYPE_PATH:
        return buf_add_text(out, "a path, relative to the file or absolute");
    case CONF_TYPE_DURATION:
    case CONF_TYPE_DISTANCE:
    case CONF_TYPE_SPEED:
    case CONF_TYPE_NUMBER:
    case CONF_TYPE_U32:
        return accepts_quantity(key, out);
    case CONF_TYPE_BOOL:
        return buf_add_text(out, "true | false");
    case CONF_TYPE_WORD:
        conf_join_words(key->words, words, sizeof words);
        return buf_add_text(out, words);
    case CONF_TYPE_TIME:
        return buf_add_text(out, "a date or time in UTC, such as 2027-01-31 or "
                                 "2027-01-31T12:00:00Z");
    case CONF_TYPE_MAPPING:
        return accepts_names(key->sub, out);
    case CONF_TYPE_OTHER:
        return buf_add_text(out, key->accepts);
    }
    return 0;
}

/* --- mappings --- */

static void store_text(struct conf_reader *r, const char *text,
                       const struct conf_key *key, void *member)
{
    char *copy = key->type == CONF_TYPE_PATH ? conf_path(r, text) : conf_copy(r, text);
    char *old = NULL;
    memcpy(&old, member, sizeof old);
    free(old);
    memcpy(member, &copy, sizeof copy);
}

static void store_number(const struct conf_key *key, double value, void *member)
{
    if (key->type == CONF_TYPE_DURATION) {
        int64_t ms = (int64_t)value;
        memcpy(member, &ms, sizeof ms);
    } else if (key->type == CONF_TYPE_U32) {
        uint32_t whole = (uint32_t)value;
        memcpy(member, &whole, sizeof whole);
    } else {
        memcpy(member, &value, sizeof value);
    }
}

void conf_read_key(struct conf_reader *r, const struct conf_node *node,
                   const struct conf_key *key, void *base)
{
    void *member = (char *)base + key->offset;
    const char *text = NULL;
    double value = 0;
    unsigned word = 0;
    bool truth = false;
    int64_t time_ms = 0;
    if (r->on_key != NULL)
        r->on_key(r->on_key_context, key);
    switch (key->type) {
    case CONF_TYPE_TEXT:
    case CONF_TYPE_ID:
    case CONF_TYPE_PATH:
        if (conf_read_text(r, node, key, &text))
            store_text(r, text, key, member);
        break;
    case CONF_TYPE_DURATION:
    case CONF_TYPE_DISTANCE:
    case CONF_TYPE_SPEED:
    case CONF_TYPE_NUMBER:
    case CONF_TYPE_U32:
        if (conf_read_quantity(r, node, key, &value))
            store_number(key, value, member);
        break;
    case CONF_TYPE_BOOL:
        if (conf_read_bool(r, node, &truth))
            memcpy(member, &truth, sizeof truth);
        break;
    case CONF_TYPE_WORD:
        if (conf_word(r, node, key->words, &word))
            memcpy(member, &word, sizeof word);
        break;
    case CONF_TYPE_TIME:
        if (conf_read_time(r, node, &time_ms))
            memcpy(member, &time_ms, sizeof time_ms);
        break;
    case CONF_TYPE_MAPPING:
        conf_read_mapping(r, node, key->sub, base);
        break;
    case CONF_TYPE_OTHER:
        if (key->read != NULL)
            key->read(r, node, base);
        break;
    }
}

const struct conf_key *conf_key_find(const struct conf_key *keys, const char *name)
{
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

static int names_text(const char *const *names, size_t count, struct buf *out)
{
    const size_t shown = 100;
    int code = count == 0 ? buf_add_text(out, "none is defined") : 0;
    for (size_t i = 0; i < count && i < shown && code == 0; i++)
        code = buf_printf(out, "%s%.64s", i > 0 ? ", " : "", names[i]);
    return code == 0 && count > shown ? buf_add_text(out, ", ...") : code;
}

#define HINT_BYTES (CONF_QUOTE_BYTES + 24)
static const char *hint_text(const char *given, const char *const *names, size_t count,
                             char ret_text[HINT_BYTES])
{
    char quoted[CONF_QUOTE_BYTES];
    const char *near = text_nearest(given, names, count);
    ret_text[0] = '\0';
    if (near != NULL)
        snprintf(ret_text, HINT_BYTES, ", did you mean %s?", conf_quote(near, quoted));
    return ret_text;
}

void conf_error_unknown_key(struct conf_reader *r, const struct conf_node *node,
                            const char *const *names, size_t count)
{
    char hint[HINT_BYTES];
    struct buf accepts = {0};
    if (names_text(names, count, &accepts) != 0)
        conf_reader_nomem(r);
    conf_error_key(r, node, buf_text(&accepts), "unknown key%s",
                   hint_text(node->key, names, count, hint));
    buf_finish(&accepts);
}

void conf_error_unknown(struct conf_reader *r, const struct conf_node *node,
                        const char *given, const struct conf_names *known)
{
    char quoted[CONF_QUOTE_BYTES], hint[HINT_BYTES];
    struct buf accepts = {0};
    if (names_text(known->names, known->count, &accepts) != 0)
        conf_reader_nomem(r);
    conf_error(r, node, buf_text(&accepts), "there is no %s %s%s", known->what,
               conf_quote(given, quoted),
               hint_text(given, known->names, known->count, hint));
    buf_finish(&accepts);
}

static void error_unknown_key(struct conf_reader *r, const struct conf_node *node,
                              const struct conf_key *keys)
{
    const char *names[64];
    size_t count = 0;
    for (; keys[count].name != NULL && count < CONF_COUNT(names); count++)
        names[count] = keys[count].name;
    conf_error_unknown_key(r, node, names, count);
}

static void check_required(struct conf_reader *r, const struct conf_node *node,
                           const struct conf_key *keys)
{
    for (; keys->name != NULL; keys++) {
        if (!keys->is_required || conf_node_get(node, keys->name) != NULL)
            continue;
        struct buf accepts = {0};
        if (conf_key_accepts(keys, &accepts) != 0)
            conf_reader_nomem(r);
        conf_error(r, node, buf_text(&accepts), "the key '%s' is missing", keys->name);
        buf_finish(&accepts);
    }
}

bool conf_read_mapping(struct conf_reader *r, const struct conf_node *node,
                       const struct conf_key *keys, void *base)
{
    struct buf accepts = {0};
    if (accepts_names(keys, &accepts) != 0)
        conf_reader_nomem(r);
    bool is_mapping = conf_is_mapping(r, node, buf_text(&accepts));
    buf_finish(&accepts);
    if (!is_mapping)
        return false;
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        const struct conf_key *key = conf_key_find(keys, item->key);
        if (item->is_duplicate)
            continue;
        if (key == NULL)
            error_unknown_key(r, item, keys);
        else
            conf_read_key(r, item, key, base);
    }
    check_required(r, node, keys);
    return true;
}
