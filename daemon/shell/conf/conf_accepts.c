/* SPDX-License-Identifier: Apache-2.0 */
/* The accepted values in words: by a row's type and bounds, or by the known names. */
#include "conf_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/units.h"

/* --- by a row --- */

struct example {
    double value; /* ms, m */
    const char *text;
};
static const struct example durations[] = {
    {30e3, "30s"}, {600e3, "10min"}, {43200e3, "12h"}, {604800e3, "7d"}};
static const struct example distances[] = {
    {500, "500m"}, {10000, "10km"}, {22224, "12nm"}};

/* Append ", such as 30s, 10min or 7d": the examples within the bounds. */
static int add_examples(const struct key *key, const struct example *examples,
                        size_t count, struct buf *out)
{
    const char *shown[4];
    size_t n = 0;
    for (size_t i = 0; i < count && n < CONF_COUNT(shown); i++)
        if (examples[i].value >= key->least && examples[i].value <= key->most)
            shown[n++] = examples[i].text;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *before = i == n - 1 ? " or " : ", ";
        rc = buf_printf(out, "%s%s", i == 0 ? ", such as " : before, shown[i]);
    }
    return rc;
}

static int add_duration(const struct key *key, struct buf *out)
{
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES];
    int rc = buf_printf(out, "a duration from %s to %s",
                        units_format_duration((int64_t)key->least, least),
                        units_format_duration((int64_t)key->most, most));
    return rc == 0 ? add_examples(key, durations, CONF_COUNT(durations), out) : rc;
}

static int add_distance(const struct key *key, struct buf *out)
{
    char least[UNITS_TEXT_BYTES], most[UNITS_TEXT_BYTES];
    int rc = buf_printf(out, "a distance from %s to %s",
                        units_format_distance(key->least, least),
                        units_format_distance(key->most, most));
    return rc == 0 ? add_examples(key, distances, CONF_COUNT(distances), out) : rc;
}

static int add_words(const char *const *words, struct buf *out)
{
    int rc = 0;
    for (size_t i = 0; words[i] != NULL && rc == 0; i++)
        rc = buf_printf(out, "%s%s", i > 0 ? " | " : "", words[i]);
    return rc;
}

static int add_key_names(const struct key *keys, struct buf *out)
{
    int rc = buf_add_text(out, "a mapping of ");
    for (size_t i = 0; keys[i].name != NULL && rc == 0; i++)
        rc = buf_printf(out, "%s%s", i > 0 ? ", " : "", keys[i].name);
    return rc;
}

int conf_accepts_key(const struct key *key, struct buf *out)
{
    static const char *const by_type[] = {
        /* clang-format off */
        [KEY_TEXT]  = "a text",
        [KEY_ID]    = "a word of up to 63 letters, digits, '.', '_' and '-'", /* CONF_ID_BYTES */
        [KEY_PATH]  = "a path, relative to the file or absolute",
        [KEY_FILE]  = "a file",
        [KEY_FLAG]  = "true | false, without quotes",
        [KEY_TIME]  = "a date or time in UTC, such as 2027-01-31 or 2027-01-31T12:00:00Z",
        [KEY_IDS]   = "a list of words",
        [KEY_TEXTS] = "a list of texts",
        [KEY_FILES] = "a list of files",
        [KEY_PORTS] = "a list of ports: a UN/LOCODE (RUVVO), a country (\"KP*\"), a group (\"$name\"), any (\"*\")",
        [KEY_ZONES] = "a list of zones' ids",
        [KEY_GATES] = "a list of gates' ids",
        [KEY_ROUTE] = "a route in quotes, such as \"$dprk >> CNSHD >> RU*\"",
        [KEY_VESSELS] = "all | watched | a mapping of types, min_length, flags, tags, not",
        [KEY_LIST]  = "a list of mappings",
        [KEY_OWN]   = "a value",
        /* clang-format on */
    };
    if (key->accepts != NULL)
        return buf_add_text(out, key->accepts);
    if (key->type == KEY_DURATION)
        return add_duration(key, out);
    if (key->type == KEY_DISTANCE)
        return add_distance(key, out);
    if (key->type == KEY_SPEED)
        return buf_printf(out, "a speed from %.10gkn to %.10gkn, such as 1.5kn",
                          key->least, key->most);
    if (key->type == KEY_NUMBER || key->type == KEY_INTEGER)
        return buf_printf(out, "%s from %.10g to %.10g",
                          key->type == KEY_NUMBER ? "a number" : "a whole number",
                          key->least, key->most);
    if (key->type == KEY_MAPPING)
        return add_key_names(key->sub, out);
    if (key->type == KEY_WORD)
        return add_words(key->words, out);
    if (key->type == KEY_WORDS) {
        int rc = buf_add_text(out, "a list of ");
        return rc == 0 ? add_words(key->words, out) : rc;
    }
    return buf_add_text(out, by_type[key->type]);
}

static void __attribute__((format(printf, 5, 0)))
add_value_error(struct conf_reader *r, const struct conf_node *node,
                const struct key *key, const char *quoted, const char *format,
                va_list args)
{
    struct buf what = {0}, accepts = {0};
    if (buf_add_text(&what, quoted) != 0 || buf_vprintf(&what, format, args) != 0 ||
        conf_accepts_key(key, &accepts) != 0)
        conf_report_nomem(r);
    conf_report_error(r, node, buf_text(&accepts), "%s", buf_text(&what));
    buf_finish(&what);
    buf_finish(&accepts);
}

void conf_accepts_error_value(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_value_error(r, node, key, "", format, args);
    va_end(args);
}

void conf_accepts_error_text(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, const char *format, ...)
{
    char quoted[TEXT_QUOTE_BYTES + 1];
    va_list args;
    text_quote(node->text, quoted);
    memcpy(quoted + strlen(quoted), " ", 2);
    va_start(args, format);
    add_value_error(r, node, key, quoted, format, args);
    va_end(args);
}

/* --- by names --- */

int conf_accepts_find_name(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    return -1;
}

static int add_names(const struct conf_names *known, struct buf *out)
{
    const size_t shown = 100;
    int rc = known->count == 0 ? buf_add_text(out, "none is defined") : 0;
    for (size_t i = 0; i < known->count && i < shown && rc == 0; i++)
        rc = buf_printf(out, "%s%.64s", i > 0 ? ", " : "", known->names[i]);
    return rc == 0 && known->count > shown ? buf_add_text(out, ", ...") : rc;
}

/* Append ", did you mean 'x'?" if one of the names is near. */
static int add_nearest(const char *given, const struct conf_names *known, struct buf *out)
{
    char quoted[TEXT_QUOTE_BYTES];
    const char *near = text_nearest(given, known->names, known->count);
    if (near == NULL)
        return 0;
    return buf_printf(out, ", did you mean %s?", text_quote(near, quoted));
}

void conf_accepts_error_key(struct conf_reader *r, const struct conf_node *node,
                            const char *const *names, size_t count)
{
    const struct conf_names known = {.names = names, .count = count};
    struct buf accepts = {0}, hint = {0};
    if (add_names(&known, &accepts) != 0 || add_nearest(node->key, &known, &hint) != 0)
        conf_report_nomem(r);
    conf_report_error_key(r, node, buf_text(&accepts), "unknown key%s", buf_text(&hint));
    buf_finish(&accepts);
    buf_finish(&hint);
}

void conf_accepts_error_unknown(struct conf_reader *r, const struct conf_node *node,
                                const char *given, const struct conf_names *known)
{
    char quoted[TEXT_QUOTE_BYTES];
    struct buf accepts = {0}, hint = {0};
    if (add_names(known, &accepts) != 0 || add_nearest(given, known, &hint) != 0)
        conf_report_nomem(r);
    conf_report_error(r, node, buf_text(&accepts), "there is no %s %s%s", known->what,
                      text_quote(given, quoted), buf_text(&hint));
    buf_finish(&accepts);
    buf_finish(&hint);
}
