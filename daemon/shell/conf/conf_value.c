/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one value by its row: the form of each type, the report of a fault, and the
 * member for the value. */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

/* --- the kind of node --- */

static bool is_nothing(const struct conf_node *node)
{
    return node->kind == CONF_NODE_SCALAR && node->is_plain &&
           conf_plain_of(node->text) == CONF_PLAIN_NULL;
}

/* Whether the node is of the wanted kind. */
static bool is_of_kind(struct conf_reader *r, const struct conf_node *node,
                       enum conf_node_kind wanted, const struct key *key)
{
    static const char *const names[] = {
        [CONF_NODE_SCALAR] = "a single value",
        [CONF_NODE_LIST] = "a list",
        [CONF_NODE_MAPPING] = "a mapping",
    };
    if (is_nothing(node))
        conf_accepts_error_value(r, node, key, "has no value");
    else if (node->kind == wanted)
        return true;
    else if (node->kind == CONF_NODE_SCALAR)
        conf_accepts_error_text(r, node, key, "is not %s", names[wanted]);
    else
        conf_accepts_error_value(r, node, key, "is %s, not %s", names[node->kind],
                                 names[wanted]);
    return false;
}

bool conf_value_is_list(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key)
{
    if (!is_of_kind(r, node, CONF_NODE_LIST, key))
        return false;
    double n = (double)node->count;
    if (n < key->least)
        conf_accepts_error_value(r, node, key,
                                 "the list is too short: %zu of at least %.0f",
                                 node->count, key->least);
    else if (key->most > 0 && n > key->most)
        conf_accepts_error_value(r, node, key,
                                 "the list is too long: %zu of at most %.0f", node->count,
                                 key->most);
    else
        return true;
    return false;
}

bool conf_value_is_mapping(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key)
{
    if (!is_of_kind(r, node, CONF_NODE_MAPPING, key))
        return false;
    if ((double)node->count >= key->least)
        return true;
    conf_accepts_error_value(r, node, key, "the mapping is empty");
    return false;
}

/* --- texts --- */

bool conf_value_text(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, const char **ret_text)
{
    static const char *const names[] = {
        [CONF_PLAIN_TEXT] = "a text",
        [CONF_PLAIN_INT] = "a number, not a text",
        [CONF_PLAIN_NUMBER] = "a number, not a text",
        [CONF_PLAIN_BOOL] = "a truth value, not a text",
        [CONF_PLAIN_NULL] = "nothing, not a text",
        [CONF_PLAIN_DATE] = "a date in YAML 1.1",
        [CONF_PLAIN_UNLIKE] = "read differently by YAML 1.1 and 1.2",
    };
    if (!is_of_kind(r, node, CONF_NODE_SCALAR, key))
        return false;
    enum conf_plain plain = node->is_plain ? conf_plain_of(node->text) : CONF_PLAIN_TEXT;
    if (plain != CONF_PLAIN_TEXT) {
        conf_accepts_error_text(
            r, node, key, "is %s: put it in quotes if a text is meant", names[plain]);
        return false;
    }
    *ret_text = node->text;
    return true;
}

static bool id_is_well_formed(const char *s)
{
    size_t n = strlen(s);
    if (n == 0 || n >= CONF_ID_BYTES)
        return false;
    for (; *s != '\0'; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
              (*s >= '0' && *s <= '9') || *s == '.' || *s == '_' || *s == '-'))
            return false;
    return true;
}

/* A copy of a text in the form of the type; NULL after a fault. For a list, the node is
 * one item and the row that of the list. */
static char *copy_text(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, enum key_type type)
{
    static const double most_bytes = 4096;
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return NULL;
    bool is_list = type != key->type;
    bool is_path = type == KEY_PATH || type == KEY_FILE;
    double n = (double)strlen(text);
    double least = is_list ? 0 : key->least;
    double most = is_list || key->most <= 0 ? most_bytes : key->most;
    const char *fault = key->check != NULL ? key->check(text) : NULL;
    if (type == KEY_ID && !id_is_well_formed(text))
        fault = "is not an id";
    else if (n == 0 && (is_path || least > 0))
        fault = "is empty";
    else if (n < least || n > most)
        fault = n > most ? "is too long" : "is too short";
    if (fault != NULL)
        conf_accepts_error_text(r, node, key, "%s", fault);
    else if (type == KEY_PATH)
        return conf_memory_path(r, text);
    else if (type == KEY_FILE)
        return conf_memory_path_shown(r, text);
    else
        return conf_memory_copy(r, text);
    return NULL;
}

static bool read_scalar_text(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *member)
{
    char **at = member;
    char *copy = copy_text(r, node, key, key->type);
    if (copy == NULL)
        return false;
    free(*at);
    *at = copy;
    return true;
}

/* Read a list of texts as an owned array; unchanged when an item has a fault. */
static bool read_texts(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *member)
{
    char ***at = member;
    size_t *counter = (void *)((char *)member - key->offset + key->also);
    enum key_type type = KEY_TEXT;
    if (key->type == KEY_IDS || key->type == KEY_FILES)
        type = key->type == KEY_IDS ? KEY_ID : KEY_FILE;
    if (!conf_value_is_list(r, node, key))
        return false;
    char **texts = conf_memory_alloc(r, node->count, sizeof *texts);
    size_t count = 0;
    for (size_t i = 0; i < node->count && texts != NULL; i++)
        if ((texts[count] = copy_text(r, node->items[i], key, type)) != NULL)
            count++;
    bool is_good = texts != NULL && count == node->count;
    if (is_good) {
        conf_memory_texts_free(*at, *counter);
        *at = texts;
        *counter = count;
    } else if (texts != NULL) {
        conf_memory_texts_free(texts, count);
    }
    return is_good;
}

bool conf_value_read_texts(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, struct conf_texts *ret_texts)
{
    struct key as_texts = *key;
    as_texts.offset = offsetof(struct conf_texts, items);
    as_texts.also = offsetof(struct conf_texts, count);
    return read_texts(r, node, &as_texts, ret_texts);
}

/* --- quantities --- */

/* Parse the number of a text, with or without a unit: 0 or an error code. */
static int parse_quantity(const struct conf_node *node, enum key_type type,
                          double *ret_value)
{
    const char *text = node->text;
    size_t n = strlen(text);
    enum conf_plain plain = node->is_plain ? conf_plain_of(text) : CONF_PLAIN_TEXT;
    int64_t whole = 0;
    int rc = ERR_SYNTAX;
    if (type == KEY_DISTANCE)
        return units_parse_distance(text, n, ret_value);
    if (type == KEY_SPEED)
        return units_parse_speed(text, n, ret_value);
    if (type == KEY_NUMBER)
        return plain == CONF_PLAIN_INT || plain == CONF_PLAIN_NUMBER
                   ? units_parse_number(text, n, ret_value)
                   : ERR_SYNTAX;
    if (type == KEY_DURATION)
        rc = units_parse_duration(text, n, &whole);
    else if (plain == CONF_PLAIN_INT)
        rc = units_parse_int(text, n, -INT64_MAX, INT64_MAX, &whole);
    *ret_value = (double)whole;
    return rc;
}

/* A hint why a text that looks like a number is not accepted, or "". */
static const char *quantity_hint(const struct conf_node *node, enum key_type type)
{
    bool is_bare = type == KEY_INTEGER || type == KEY_NUMBER;
    enum conf_plain plain = conf_plain_of(node->text);
    if (plain == CONF_PLAIN_UNLIKE && is_bare)
        return ": numbers are decimal, without leading zeros";
    if (plain != CONF_PLAIN_INT && plain != CONF_PLAIN_NUMBER)
        return "";
    if (is_bare)
        return node->is_plain ? "" : ": it is in quotes";
    return ": its unit is missing";
}

static bool read_quantity(struct conf_reader *r, const struct conf_node *node,
                          const struct key *key, void *member)
{
    static const char *const names[] = {
        [KEY_DURATION] = "a duration",    [KEY_DISTANCE] = "a distance",
        [KEY_SPEED] = "a speed",          [KEY_NUMBER] = "a number",
        [KEY_INTEGER] = "a whole number",
    };
    double value = 0;
    if (!is_of_kind(r, node, CONF_NODE_SCALAR, key))
        return false;
    int rc = parse_quantity(node, key->type, &value);
    if (rc == ERR_RANGE || (rc == 0 && (value < key->least || value > key->most))) {
        conf_accepts_error_text(r, node, key, "is out of range");
    } else if (rc != 0) {
        conf_accepts_error_text(r, node, key, "is not %s%s", names[key->type],
                                quantity_hint(node, key->type));
    } else {
        if (key->type == KEY_DURATION || key->type == KEY_INTEGER)
            key_store_whole(key, (int64_t)value, member);
        else
            *(double *)member = value;
        return true;
    }
    return false;
}

/* --- words, truth, times --- */

static bool find_word(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, int *ret_index)
{
    size_t count = 0;
    if (!is_of_kind(r, node, CONF_NODE_SCALAR, key))
        return false;
    while (key->words[count] != NULL)
        count++;
    *ret_index = conf_accepts_find_name(node->text, key->words, count);
    if (*ret_index >= 0)
        return true;
    const char *near = text_nearest(node->text, key->words, count);
    conf_accepts_error_text(r, node, key, "is not one of the words%s%s%s",
                            near ? ", did you mean '" : "", near ? near : "",
                            near ? "'?" : "");
    return false;
}

static bool read_word(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *member)
{
    int word = 0;
    if (!find_word(r, node, key, &word))
        return false;
    key_store_whole(key, word, member);
    return true;
}

static bool read_words(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *member)
{
    uint32_t mask = 0;
    int word = 0;
    bool is_good = conf_value_is_list(r, node, key);
    for (size_t i = 0; i < node->count && node->kind == CONF_NODE_LIST; i++) {
        if (find_word(r, node->items[i], key, &word))
            mask |= UINT32_C(1) << word;
        else
            is_good = false;
    }
    if (is_good)
        *(uint32_t *)member = mask;
    return is_good;
}

static bool read_flag(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *member)
{
    if (!is_of_kind(r, node, CONF_NODE_SCALAR, key))
        return false;
    if (!node->is_plain || conf_plain_of(node->text) != CONF_PLAIN_BOOL) {
        conf_accepts_error_text(r, node, key, "is not true or false");
        return false;
    }
    *(bool *)member = node->text[0] == 't';
    return true;
}

static bool read_time(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *member)
{
    if (!is_of_kind(r, node, CONF_NODE_SCALAR, key))
        return false;
    if (time_parse(node->text, strlen(node->text), member) == 0)
        return true;
    conf_accepts_error_text(r, node, key, "is not a date or time");
    return false;
}

/* --- any --- */

/* The reader of each type. Types that are not here are not single values. */
static bool (*const readers[KEY_OWN + 1])(struct conf_reader *r,
                                          const struct conf_node *node,
                                          const struct key *key, void *member) = {
    [KEY_TEXT] = read_scalar_text,  [KEY_ID] = read_scalar_text,
    [KEY_PATH] = read_scalar_text,  [KEY_FILE] = read_scalar_text,
    [KEY_DURATION] = read_quantity, [KEY_DISTANCE] = read_quantity,
    [KEY_SPEED] = read_quantity,    [KEY_NUMBER] = read_quantity,
    [KEY_INTEGER] = read_quantity,  [KEY_FLAG] = read_flag,
    [KEY_WORD] = read_word,         [KEY_WORDS] = read_words,
    [KEY_TIME] = read_time,         [KEY_IDS] = read_texts,
    [KEY_TEXTS] = read_texts,       [KEY_FILES] = read_texts,
};

/* The fault of a number by the row's check. Texts are checked before they are taken. */
static const char *number_fault(const struct key *key, const void *base)
{
    bool is_number = key->type >= KEY_DURATION && key->type <= KEY_INTEGER;
    return is_number && key->check != NULL ? key->check((const char *)base + key->offset)
                                           : NULL;
}

bool conf_value_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    if (readers[key->type] == NULL ||
        !readers[key->type](r, node, key, (char *)base + key->offset))
        return false;
    const char *fault = number_fault(key, base);
    if (fault != NULL)
        conf_accepts_error_text(r, node, key, "%s", fault);
    return fault == NULL;
}

void conf_value_warn_unquoted(struct conf_reader *r, const struct conf_node *node,
                              bool is_route)
{
    char quoted[TEXT_QUOTE_BYTES];
    if (node->kind == CONF_NODE_SCALAR && node->is_plain &&
        (is_route || strpbrk(node->text, "$*") != NULL))
        conf_report_warning(r, node,
                            "%s is not quoted: put patterns and routes in quotes, "
                            "because their signs have a meaning in YAML",
                            text_quote(node->text, quoted));
}
