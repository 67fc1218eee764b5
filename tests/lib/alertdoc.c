/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/alertdoc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_watched.h"

static json_t *reference(const char *definition)
{
    char path[80];
    snprintf(path, sizeof path, "#/$defs/%s", definition);
    return json_pack("{s:s}", "$ref", path);
}

/* --- members --- */

static json_t *object_schema(const struct body_field *fields);

static json_t *text_schema(const struct body_field *field)
{
    if (field->words == NULL)
        return json_pack("{s:s}", "type", "string");
    json_t *words = json_array();
    for (size_t i = 0; field->words[i] != NULL; i++)
        json_array_append_new(words, json_string(field->words[i]));
    return json_pack("{s:o}", "enum", words);
}

static json_t *list_schema(json_t *items, int least)
{
    json_t *list = json_pack("{s:s,s:o}", "type", "array", "items", items);
    if (least > 0)
        json_object_set_new(list, "minItems", json_integer(least));
    return list;
}

static json_t *integer_schema(const struct body_field *field)
{
    json_t *o = json_pack("{s:s,s:i}", "type", "integer", "minimum", field->least);
    if (field->most > 0)
        json_object_set_new(o, "maximum", json_integer(field->most));
    return o;
}

static json_t *field_schema(const struct body_field *field)
{
    switch (field->type) {
    case BODY_TEXT:
        return text_schema(field);
    case BODY_NUMBER:
        return json_pack("{s:s,s:i}", "type", "number", "minimum", 0);
    case BODY_INTEGER:
        return integer_schema(field);
    case BODY_TRUTH:
        return json_pack("{s:s}", "type", "boolean");
    case BODY_TIME:
        return reference("time");
    case BODY_PORT:
        return reference("port");
    case BODY_VALUE:
        return json_pack("{s:[s,s]}", "type", "string", "integer");
    case BODY_POINT:
        return reference("point");
    case BODY_POINTS:
        return list_schema(reference("point"), field->least);
    case BODY_TEXTS:
        return list_schema(text_schema(field), field->least);
    case BODY_OBJECT:
        return object_schema(field->fields);
    case BODY_OBJECTS:
        return list_schema(object_schema(field->fields), field->least);
    case BODY_NUMBERS:
        return list_schema(json_pack("{s:s,s:i}", "type", "number", "minimum", 0),
                           field->least);
    case BODY_VESSEL:
        return reference("vessel");
    case BODY_FEATURE:
        return reference("evidence");
    }
    return NULL;
}

static json_t *object_schema(const struct body_field *fields)
{
    json_t *properties = json_object(), *required = json_array();
    for (; fields->name != NULL; fields++) {
        json_object_set_new(properties, fields->name, field_schema(fields));
        if (!fields->is_optional)
            json_array_append_new(required, json_string(fields->name));
    }
    return json_pack("{s:s,s:o,s:b,s:o}", "type", "object", "required", required,
                     "additionalProperties", 0, "properties", properties);
}

static bool is_taken(const json_t *definitions, const char *name, const json_t *schema)
{
    const json_t *known = json_object_get(definitions, name);
    return known != NULL && !json_equal(known, schema);
}

/* A definition for each table of fields: by the member's name, with its kind's name where
 * another kind has a member of that name, by the event's type where the kind has two. */
static json_t *member_reference(json_t *definitions, const char *kind,
                                const struct rule_event *event,
                                const struct body_field *field)
{
    char name[64];
    if (field->type != BODY_OBJECT)
        return field_schema(field);
    json_t *schema = object_schema(field->fields);
    snprintf(name, sizeof name, "%s", field->name);
    if (is_taken(definitions, name, schema))
        snprintf(name, sizeof name, "%s.%s", kind, field->name);
    if (is_taken(definitions, name, schema))
        snprintf(name, sizeof name, "%s", event->type);
    json_object_set_new(definitions, name, schema);
    return reference(name);
}

/* --- types --- */

static void append_words(json_t *list, const char *words)
{
    while (words != NULL && *words != '\0') {
        size_t n = strcspn(words, " ");
        json_array_append_new(list, json_stringn(words, n));
        words += n + strspn(words + n, " ");
    }
}

/* A member as this event has it. */
static json_t *event_member(json_t *definitions, const char *kind,
                            const struct rule_event *event,
                            const struct rule_member *member)
{
    json_t *schema = member_reference(definitions, kind, event, member->field);
    if (member->needs == NULL)
        return schema;
    json_t *needs = json_array();
    append_words(needs, member->needs);
    json_object_set_new(schema, "required", needs);
    return schema;
}

/* Every member of some kind's alerts is not there. */
static json_t *no_members(void)
{
    json_t *properties = json_object();
    const struct rule_member *member;
    for (size_t i = 0; (member = rule_member_at(i)) != NULL; i++)
        json_object_set_new(properties, member->field->name, json_false());
    return properties;
}

static json_t *event_schema(json_t *definitions, const struct rule_kind *kind,
                            const struct rule_event *event)
{
    json_t *required = json_array(), *properties = no_members();
    char type[64];
    append_words(required,
                 event->is_nowhere != NULL ? "vessel" : "vessel position evidence");
    if (strcmp(event->type, rule_watched.kind->events[0].type) != 0)
        append_words(required, "rule"); /* that is told without a rule, too */
    json_object_set_new(properties, "feed", json_false());
    json_object_set_new(properties, "trouble", json_false());
    json_object_set_new(properties, "list", json_false());
    if (kind->has_case)
        append_words(required, "case");
    else
        json_object_set_new(properties, "case", json_false());
    for (const struct rule_member *m = event->members; m != NULL && m->field != NULL;
         m++) {
        json_object_set_new(properties, m->field->name,
                            event_member(definitions, kind->name, event, m));
        if (!m->field->is_optional)
            json_array_append_new(required, json_string(m->field->name));
    }
    snprintf(type, sizeof type, "lookoutd.%s", event->type);
    return json_pack("{s:{s:{s:{s:s}}},s:{s:{s:{s:o,s:o}}}}", "if", "properties", "type",
                     "const", type, "then", "properties", "data", "required", required,
                     "properties", properties);
}

static bool has_text(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
            return true;
    return false;
}

/* Events of one type have the same members. */
static void add_kind(json_t *schema, json_t *types, const struct rule_kind *kind)
{
    json_t *definitions = json_object_get(schema, "$defs");
    json_t *rules = json_object_get(schema, "allOf");
    for (uint32_t i = 0; i < kind->event_count; i++) {
        char type[64];
        snprintf(type, sizeof type, "lookoutd.%s", kind->events[i].type);
        if (has_text(types, type))
            continue;
        json_array_append_new(types, json_string(type));
        json_array_append_new(rules, event_schema(definitions, kind, &kind->events[i]));
    }
}

int alertdoc_schema(const char *common, struct buf *out)
{
    json_t *schema = json_load_file(common, 0, NULL), *types, *data;
    const struct rule_member *member;
    if (json_unpack(schema, "{s:{s:{s:o},s:{s:o}}}", "properties", "type", "enum", &types,
                    "data", "properties", &data) != 0) {
        json_decref(schema);
        return ERR_INVALID;
    }
    for (size_t k = 0; rule_kinds[k] != NULL; k++)
        add_kind(schema, types, rule_kinds[k]);
    json_t *shell = json_array();
    append_words(shell, "lookoutd.feed.silent lookoutd.feed.recovered lookoutd.trouble "
                        "lookoutd.test lookoutd.summary lookoutd.vessel.listed "
                        "lookoutd.vessel.delisted lookoutd.list.refused");
    json_array_append_new(json_object_get(schema, "allOf"),
                          json_pack("{s:{s:{s:{s:o}}},s:{s:{s:{s:o}}}}", "if",
                                    "properties", "type", "enum", shell, "then",
                                    "properties", "data", "properties", no_members()));
    for (size_t i = 0; (member = rule_member_at(i)) != NULL; i++)
        json_object_set_new(data, member->field->name, json_true());
    char *text = json_dumps(schema, JSON_INDENT(1));
    int rc = text != NULL ? buf_printf(out, "%s\n", text) : ERR_NOMEM;
    free(text);
    json_decref(schema);
    return rc;
}
