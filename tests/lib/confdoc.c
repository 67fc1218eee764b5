/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration's tables as a man page and as a JSON Schema. */
#include "lib/confdoc.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"
#include "daemon/shell/conf/conf_rules.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/template.h"

/* --- the man page --- */

/* A text for roff: its own marks made harmless. */
static int add_roff(struct buf *out, const char *text)
{
    int code = 0;
    bool is_begin = true;
    for (; *text != '\0' && code == 0; text++) {
        if (*text == '\\' || *text == '-')
            code = buf_printf(out, *text == '-' ? "\\-" : "\\e");
        else if (is_begin && (*text == '.' || *text == '\''))
            code = buf_printf(out, "\\&%c", *text);
        else
            code = buf_add_char(out, *text);
        is_begin = *text == '\n';
    }
    return code;
}

static int add_entry(struct buf *out, const char *name, const char *accepts,
                     const char *doc)
{
    int code = buf_printf(out, ".TP\n.B %s\n", name);
    if (code == 0)
        code = add_roff(out, doc);
    if (code == 0 && accepts != NULL)
        code = buf_add_text(out, ".\n.br\nAccepted: ");
    if (code == 0 && accepts != NULL)
        code = add_roff(out, accepts);
    return code == 0 ? buf_add_text(out, ".\n") : code;
}

static int add_key_entry(struct buf *out, const struct key *key)
{
    struct buf accepts = {0}, doc = {0};
    int code = 0;
    if (key->sub == NULL)
        code = conf_accepts_key(key, &accepts);
    if (code == 0)
        code = buf_add_text(&doc, key->doc);
    if (code == 0 && key->is_required)
        code = buf_add_text(&doc, " (required)");
    const char *initial = key->initial != NULL ? key->initial : key->otherwise;
    if (code == 0 && initial != NULL)
        code = buf_printf(&doc, ". Default: %s", initial);
    if (code == 0)
        code = add_entry(out, key->name, key->sub == NULL ? buf_text(&accepts) : NULL,
                         buf_text(&doc));
    buf_finish(&accepts);
    buf_finish(&doc);
    return code;
}

static int add_tables(struct buf *out, const struct key *keys, const char *path)
{
    int code = 0;
    if (path[0] != '\0')
        code = buf_printf(out, ".SS %s\n", path);
    for (const struct key *key = keys; key->name != NULL && code == 0; key++)
        code = add_key_entry(out, key);
    for (const struct key *key = keys; key->name != NULL && code == 0; key++) {
        char sub[200];
        if (key->sub == NULL)
            continue;
        bool is_list =
            key->type == KEY_LIST ||
            (key->schema != NULL && strstr(key->schema, "array") == key->schema + 10);
        snprintf(sub, sizeof sub, "%.150s%s%s%s", path, path[0] != '\0' ? "." : "",
                 key->name, is_list ? "[]" : "");
        code = add_tables(out, key->sub, sub);
    }
    return code;
}

static int add_kind(struct buf *out, const struct rule_kind *kind)
{
    int code = buf_printf(out, ".SS rules[] when: %s\n", kind->name);
    if (code == 0)
        code = add_roff(out, kind->doc);
    if (code == 0)
        code = buf_add_text(out, ".\nEvents (and their default severity): ");
    for (uint32_t i = 0; i < kind->event_count && code == 0; i++)
        code = buf_printf(out, "%s%s (%s%s)", i > 0 ? ", " : "", kind->events[i].name,
                          severity_name(kind->events[i].severity),
                          kind->events[i].is_asked_for ? ", only where asked for" : "");
    if (code == 0)
        code = buf_add_text(out, ".\n");
    for (const struct key *key = kind->keys; key->name != NULL && code == 0; key++)
        code = add_key_entry(out, key);
    return code;
}

struct field_list {
    struct buf *out;
    bool is_first;
};

static int add_field_name(void *context, const char *name)
{
    struct field_list *list = context;
    int code = buf_printf(list->out, "%s%s", list->is_first ? "" : ", ", name);
    list->is_first = false;
    return code;
}

/* The fields of a webhook's `body`. */
static int add_fields(struct buf *out)
{
    int code = buf_add_text(
        out,
        ".SH FIELDS OF A BODY\n"
        "The text of webhooks[].body may hold fields. A\n"
        ".B {field}\n"
        "is replaced by the alert's member of that name; braces around another text are "
        "left as they are. When the text contains {{, the pairs {{ and }} mean single "
        "braces. Values are escaped for content_type: JSON (a field inside a string is a "
        "text; elsewhere it is a value, or null when the alert has none), XML and HTML, "
        "a form; for other types they are not escaped.\n"
        ".B event\n"
        "is the whole CloudEvent. With a group, a field holds the values of all its "
        "alerts: each text once, one summary per line, the highest severity.\n"
        ".B count\n"
        "is the number of alerts. For services that count severities,\n"
        ".B severity.grade\n"
        "is 1 for critical, 3 for warning, 5 for info, and\n"
        ".B severity.priority\n"
        "5, 4 and 3.\n"
        ".PP\n");
    struct field_list list = {out, true};
    if (code == 0)
        code = template_field_each_name(add_field_name, &list);
    return code == 0 ? buf_add_text(out, ".\n") : code;
}

int confdoc_man(struct buf *out)
{
    static const char head[] =
        ".\\\" SPDX-License-Identifier: Apache-2.0\n"
        ".\\\" Made from the tables of daemon/shell/conf by build/conf_doc man.\n"
        ".TH LOOKOUTD.YAML 5 \"\" \"lookoutd\" \"File formats\"\n"
        ".SH NAME\n"
        "lookoutd.yaml \\- configuration of lookoutd\n"
        ".SH DESCRIPTION\n"
        "One YAML file names the sources of AIS data, the rules, and the receivers of "
        "alerts.\n"
        "The file is read strictly. An unknown key, a duplicate, a wrong type, a value "
        "out of range or a reference to an unknown name is an error;\n"
        ".B lookoutd check\n"
        "reports all errors with line and column. Only YAML that means the same in "
        "versions 1.1 and 1.2 is accepted: bare\n"
        "on, off, yes and no are errors, and so are anchors, aliases and tags. Patterns "
        "and routes stand in quotes.\n"
        ".PP\n"
        "Quantities have a unit: 500m 10km 12nm; 500ms 10s 60min 12h 30d; 0.5kn. "
        "Numbers are decimal, without leading zeros. Times are UTC. Relative paths are "
        "relative to the file.\n"
        ".PP\n"
        "A port pattern is a UN/LOCODE (RUVVO), a country "
        "(\"KP*\"), a group (\"$dprk\"), any (\"*\").\n"
        ".SH KEYS\n";
    static const char tail[] = ".SH FILES\n"
                               "An annotated example with every key, lookoutd.yaml, is "
                               "installed with lookoutd.\n"
                               ".SH SEE ALSO\n"
                               ".BR lookoutd (1)\n";
    int code = buf_add_text(out, head);
    if (code == 0)
        code = add_tables(out, conf_root_keys, "");
    for (size_t i = 0; rule_kinds[i] != NULL && code == 0; i++)
        code = add_kind(out, rule_kinds[i]);
    if (code == 0)
        code = add_fields(out);
    return code == 0 ? buf_add_text(out, tail) : code;
}

/* --- the schema --- */

static json_t *object_of(const struct key *keys);

static json_t *words_of(const char *const *words)
{
    json_t *list = json_array();
    for (; *words != NULL; words++)
        json_array_append_new(list, json_string(*words));
    return json_pack("{s:o}", "enum", list);
}

/* The row's own schema with its "%" filled in. */
static json_t *own_schema(const struct key *key)
{
    struct buf text = {0};
    char *filling = NULL;
    if (key->sub != NULL) {
        json_t *object = object_of(key->sub);
        filling = json_dumps(object, JSON_COMPACT);
        json_decref(object);
    }
    int code = 0;
    for (const char *s = key->schema; *s != '\0' && code == 0; s++)
        code = *s == '%' && filling != NULL ? buf_add_text(&text, filling)
                                            : buf_add_char(&text, *s);
    json_t *json = code == 0 ? json_loads(buf_text(&text), 0, NULL) : NULL;
    free(filling);
    buf_finish(&text);
    return json;
}

static json_t *list_of(json_t *items, double least)
{
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", items);
    if (least > 0)
        json_object_set_new(list, "minItems", json_integer((json_int_t)least));
    return list;
}

static json_t *value_of(const struct key *key)
{
    if (key->schema != NULL)
        return own_schema(key);
    switch (key->type) {
    case KEY_NUMBER:
        return json_pack("{s:s, s:f, s:f}", "type", "number", "minimum", key->least,
                         "maximum", key->most);
    case KEY_INTEGER:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
                         (json_int_t)key->least, "maximum", (json_int_t)key->most);
    case KEY_VESSELS:
        return own_schema(conf_keys_find(conf_rule_keys, "vessels"));
    case KEY_FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case KEY_WORD:
        return words_of(key->words);
    case KEY_WORDS:
        return list_of(words_of(key->words), key->least);
    case KEY_MAPPING:
        return object_of(key->sub);
    case KEY_LIST:
        return list_of(object_of(key->sub), key->least);
    case KEY_IDS:
    case KEY_TEXTS:
    case KEY_FILES:
    case KEY_PORTS:
    case KEY_ZONES:
    case KEY_GATES:
        return list_of(json_pack("{s:s}", "type", "string"), key->least);
    case KEY_TEXT:
    case KEY_ID:
    case KEY_PATH:
    case KEY_FILE:
    case KEY_DURATION:
    case KEY_DISTANCE:
    case KEY_SPEED:
    case KEY_TIME:
    case KEY_ROUTE:
    case KEY_OWN:
        break;
    }
    return json_pack("{s:s}", "type", "string");
}

/* Rules take the keys of every kind: which goes with which is the reader's to say. */
static void add_kinds(json_t *properties)
{
    json_t *kinds = json_array();
    for (size_t i = 0; rule_kinds[i] != NULL; i++) {
        json_array_append_new(kinds, json_string(rule_kinds[i]->name));
        for (const struct key *key = rule_kinds[i]->keys; key->name != NULL; key++) {
            json_t *value = value_of(key);
            json_object_set_new(value, "description", json_string(key->doc));
            if (json_object_get(properties, key->name) == NULL)
                json_object_set_new(properties, key->name, value);
            else
                json_decref(value);
        }
    }
    json_object_set_new(json_object_get(properties, "when"), "enum", kinds);
}

static json_t *object_of(const struct key *keys)
{
    json_t *properties = json_object(), *required = json_array();
    for (const struct key *key = keys; key->name != NULL; key++) {
        json_t *value = value_of(key);
        json_object_set_new(value, "description", json_string(key->doc));
        json_object_set_new(properties, key->name, value);
        if (key->is_required)
            json_array_append_new(required, json_string(key->name));
    }
    if (keys == conf_rule_keys)
        add_kinds(properties);
    json_t *object = json_pack("{s:s, s:o, s:b}", "type", "object", "properties",
                               properties, "additionalProperties", 0);
    if (json_array_size(required) > 0)
        json_object_set(object, "required", required);
    json_decref(required);
    return object;
}

int confdoc_schema(struct buf *out)
{
    json_t *schema = json_pack(
        "{s:s, s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
        "title", "lookoutd.yaml", "description",
        "Configuration of lookoutd, for editors; `lookoutd check` says more.");
    json_t *root = object_of(conf_root_keys);
    json_object_update(schema, root);
    char *text = json_dumps(schema, JSON_INDENT(1));
    int code = text != NULL ? buf_printf(out, "%s\n", text) : ERR_NOMEM;
    free(text);
    json_decref(root);
    json_decref(schema);
    return code;
}
