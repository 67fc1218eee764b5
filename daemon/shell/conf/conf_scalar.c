/* SPDX-License-Identifier: Apache-2.0 */
/* Single values: what each type must look like, and what is said of one that does not. */
#include "conf_int.h"

#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"

static const char *kind_name(const struct conf_node *node)
{
    if (node->kind == CONF_NODE_LIST)
        return "a list";
    return node->kind == CONF_NODE_MAPPING ? "a mapping" : "a single value";
}

static bool is_nothing(const struct conf_node *node)
{
    return node->kind == CONF_NODE_SCALAR && node->is_plain &&
           conf_plain_of(node->text) == CONF_PLAIN_NULL;
}

bool conf_is_list(struct conf_reader *r, const struct conf_node *node, size_t least,
                  const char *accepts)
{
    char quoted[CONF_QUOTE_BYTES];
    if (node->kind == CONF_NODE_LIST && node->count >= least)
        return true;
    if (node->kind == CONF_NODE_LIST)
        conf_error(r, node, accepts, "the list is too short: %zu of at least %zu",
                   node->count, least);
    else if (is_nothing(node))
        conf_error(r, node, accepts, "has no value");
    else if (node->kind == CONF_NODE_SCALAR)
        conf_error(r, node, accepts, "%s is not a list", conf_quote(node->text, quoted));
    else
        conf_error(r, node, accepts, "is a mapping, not a list");
    return false;
}

bool conf_is_mapping(struct conf_reader *r, const struct conf_node *node,
                     const char *accepts)
{
    char quoted[CONF_QUOTE_BYTES];
    if (node->kind == CONF_NODE_MAPPING)
        return true;
    if (is_nothing(node))
        conf_error(r, node, accepts, "has no value");
    else if (node->kind == CONF_NODE_SCALAR)
        conf_error(r, node, accepts, "%s is not a mapping",
                   conf_quote(node->text, quoted));
    else
        conf_error(r, node, accepts, "is a list, not a mapping");
    return false;
}

static bool is_scalar(struct conf_reader *r, const struct conf_node *node,
                      const char *accepts)
{
    if (node->kind != CONF_NODE_SCALAR) {
        conf_error(r, node, accepts, "is %s, not a single value", kind_name(node));
        return false;
    }
    if (is_nothing(node))
        conf_error(r, node, accepts, "has no value");
    return !is_nothing(node);
}

static const char *const plain_names[] = {
    [CONF_PLAIN_TEXT] = "a text",
    [CONF_PLAIN_INT] = "a number, not a text",
    [CONF_PLAIN_NUMBER] = "a number, not a text",
    [CONF_PLAIN_BOOL] = "a truth value, not a text",
    [CONF_PLAIN_NULL] = "nothing, not a text",
    [CONF_PLAIN_DATE] = "a date to some readers of YAML",
    [CONF_PLAIN_UNLIKE] = "not the same to every reader of YAML",
};

bool conf_text(struct conf_reader *r, const struct conf_node *node, const char *accepts,
               const char **ret_text)
{
    char quoted[CONF_QUOTE_BYTES];
    if (!is_scalar(r, node, accepts))
        return false;
    enum conf_plain plain = node->is_plain ? conf_plain_of(node->text) : CONF_PLAIN_TEXT;
    if (plain != CONF_PLAIN_TEXT) {
        conf_error(r, node, accepts, "%s is %s: put it in quotes where it is meant so",
                   conf_quote(node->text, quoted), plain_names[plain]);
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

bool conf_id(struct conf_reader *r, const struct conf_node *node, const char **ret_text)
{
    static const char accepts[] = "a word of up to 63 letters, digits, '.', '_' and '-'";
    char quoted[CONF_QUOTE_BYTES];
    if (!conf_text(r, node, accepts, ret_text))
        return false;
    if (id_is_well_formed(*ret_text))
        return true;
    conf_error(r, node, accepts, "%s is not an id", conf_quote(*ret_text, quoted));
    return false;
}

/* The number behind a text, with or without its unit: 0 or an error's code; what it
 * should have been in *ret_what. */
static int parse_quantity(const struct conf_node *node, enum conf_type type,
                          double *ret_value, const char **ret_what)
{
    const char *text = node->text;
    size_t n = strlen(text);
    enum conf_plain plain = node->is_plain ? conf_plain_of(text) : CONF_PLAIN_TEXT;
    int64_t whole = 0;
    int code = ERR_SYNTAX;
    if (type == CONF_TYPE_DURATION) {
        *ret_what = "a duration";
        code = units_parse_duration(text, n, &whole);
        *ret_value = (double)whole;
    } else if (type == CONF_TYPE_DISTANCE) {
        *ret_what = "a distance";
        code = units_parse_distance(text, n, ret_value);
    } else if (type == CONF_TYPE_SPEED) {
        *ret_what = "a speed";
        code = units_parse_speed(text, n, ret_value);
    } else if (type == CONF_TYPE_U32) {
        *ret_what = "a whole number";
        if (plain == CONF_PLAIN_INT)
            code = units_parse_int(text, n, -INT64_MAX, INT64_MAX, &whole);
        *ret_value = (double)whole;
    } else {
        *ret_what = "a number";
        if (plain == CONF_PLAIN_INT || plain == CONF_PLAIN_NUMBER)
            code = units_parse_number(text, n, ret_value);
    }
    return code;
}

/* Why a text that looks like a number is none here, or "". */
static const char *quantity_hint(const struct conf_node *node, enum conf_type type)
{
    bool is_bare = type == CONF_TYPE_U32 || type == CONF_TYPE_NUMBER;
    enum conf_plain plain = conf_plain_of(node->text);
    if (plain == CONF_PLAIN_UNLIKE && is_bare)
        return ": numbers are decimal, without leading zeros";
    if (plain != CONF_PLAIN_INT && plain != CONF_PLAIN_NUMBER)
        return "";
    if (is_bare)
        return node->is_plain ? "" : ": it is in quotes";
    return ": its unit is missing";
}

/* One reader for all that is written as a number. */
bool conf_read_quantity(struct conf_reader *r, const struct conf_node *node,
                        const struct conf_key *key, double *ret_value)
{
    char quoted[CONF_QUOTE_BYTES];
    const char *what = "";
    double value = 0;
    struct buf accepts = {0};
    if (conf_key_accepts(key, &accepts) != 0)
        conf_reader_nomem(r);
    bool is_good = is_scalar(r, node, buf_text(&accepts));
    if (is_good) {
        int code = parse_quantity(node, key->type, &value, &what);
        bool is_out =
            code == ERR_RANGE || (code == 0 && (value < key->least || value > key->most));
        if (is_out)
            conf_error(r, node, buf_text(&accepts), "%s is out of range",
                       conf_quote(node->text, quoted));
        else if (code != 0)
            conf_error(r, node, buf_text(&accepts), "%s is not %s%s",
                       conf_quote(node->text, quoted), what,
                       quantity_hint(node, key->type));
        is_good = code == 0 && !is_out;
    }
    buf_finish(&accepts);
    if (is_good)
        *ret_value = value;
    return is_good;
}

bool conf_duration(struct conf_reader *r, const struct conf_node *node, int64_t least,
                   int64_t most, int64_t *ret_ms)
{
    const struct conf_key key = {
        .type = CONF_TYPE_DURATION, .least = (double)least, .most = (double)most};
    double value = 0;
    if (!conf_read_quantity(r, node, &key, &value))
        return false;
    *ret_ms = (int64_t)value;
    return true;
}

bool conf_distance(struct conf_reader *r, const struct conf_node *node, double least,
                   double most, double *ret_m)
{
    const struct conf_key key = {
        .type = CONF_TYPE_DISTANCE, .least = least, .most = most};
    return conf_read_quantity(r, node, &key, ret_m);
}

bool conf_int(struct conf_reader *r, const struct conf_node *node,
              const struct conf_bounds *bounds, int64_t *ret_value)
{
    const struct conf_key key = {.type = CONF_TYPE_U32,
                                 .least = (double)bounds->least,
                                 .most = (double)bounds->most,
                                 .accepts = bounds->accepts};
    double value = 0;
    if (!conf_read_quantity(r, node, &key, &value))
        return false;
    *ret_value = (int64_t)value;
    return true;
}

bool conf_number(struct conf_reader *r, const struct conf_node *node, double least,
                 double most, double *ret_value)
{
    const struct conf_key key = {.type = CONF_TYPE_NUMBER, .least = least, .most = most};
    return conf_read_quantity(r, node, &key, ret_value);
}

bool conf_word(struct conf_reader *r, const struct conf_node *node,
               const char *const *words, unsigned *ret_index)
{
    char accepts[200], quoted[CONF_QUOTE_BYTES];
    conf_join_words(words, accepts, sizeof accepts);
    if (!is_scalar(r, node, accepts))
        return false;
    const char *text = node->text;
    size_t count = 0;
    for (; words[count] != NULL; count++)
        if (strcmp(words[count], text) == 0) {
            *ret_index = (unsigned)count;
            return true;
        }
    const char *near = text_nearest(text, words, count);
    conf_error(r, node, accepts, "%s is not one of the words%s%s%s",
               conf_quote(text, quoted), near != NULL ? ", did you mean '" : "",
               near != NULL ? near : "", near != NULL ? "'?" : "");
    return false;
}

bool conf_read_bool(struct conf_reader *r, const struct conf_node *node, bool *ret_value)
{
    static const char accepts[] = "true | false, without quotes";
    char quoted[CONF_QUOTE_BYTES];
    if (!is_scalar(r, node, accepts))
        return false;
    if (!node->is_plain || conf_plain_of(node->text) != CONF_PLAIN_BOOL) {
        conf_error(r, node, accepts, "%s is not true or false",
                   conf_quote(node->text, quoted));
        return false;
    }
    *ret_value = node->text[0] == 't';
    return true;
}

bool conf_read_time(struct conf_reader *r, const struct conf_node *node, int64_t *ret_ms)
{
    static const char accepts[] =
        "a date or time in UTC, such as 2027-01-31 or 2027-01-31T12:00:00Z";
    char quoted[CONF_QUOTE_BYTES];
    if (!is_scalar(r, node, accepts))
        return false;
    if (time_parse(node->text, strlen(node->text), ret_ms) == 0)
        return true;
    conf_error(r, node, accepts, "%s is not a date or time",
               conf_quote(node->text, quoted));
    return false;
}

bool conf_read_text(struct conf_reader *r, const struct conf_node *node,
                    const struct conf_key *key, const char **ret_text)
{
    const char *accepts = key->accepts != NULL ? key->accepts : "a text";
    if (key->type == CONF_TYPE_ID)
        return conf_id(r, node, ret_text);
    if (!conf_text(r, node, accepts, ret_text))
        return false;
    double n = (double)strlen(*ret_text);
    double most = key->most > 0 ? key->most : 4096;
    if (n >= key->least && n <= most && (n > 0 || key->type != CONF_TYPE_PATH))
        return true;
    char quoted[CONF_QUOTE_BYTES];
    conf_error(r, node, accepts, "%s is too %s", conf_quote(*ret_text, quoted),
               n > most ? "long" : "short");
    return false;
}

void conf_warn_unquoted(struct conf_reader *r, const struct conf_node *node,
                        bool is_route)
{
    char quoted[CONF_QUOTE_BYTES];
    if (node->kind == CONF_NODE_SCALAR && node->is_plain &&
        (is_route || strpbrk(node->text, "$*") != NULL))
        conf_warning(r, node,
                     "%s is not quoted: patterns and routes stand in quotes, so that "
                     "YAML never takes their signs for its own",
                     conf_quote(node->text, quoted));
}
