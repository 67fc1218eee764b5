/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a text may name: those of alerts of all types, and the members of the
 * kinds of rules by their tables. */
#include "template_field_int.h"

#include <stdio.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/template.h"

/* clang-format off */
/* The fields of alerts of all types; the members of a kind follow by their own names. */
static const struct template_field common[] = {
    /* the alert */
    {"summary",            "data.summary",                BODY_TEXT,    false},
    {"severity",           "data.severity",               BODY_TEXT,    false},
    {"severity.grade",     "data.severity",               BODY_INTEGER, false},
    {"severity.priority",  "data.severity",               BODY_INTEGER, false},
    {"id",                 "id",                          BODY_TEXT,    false},
    {"type",               "type",                        BODY_TEXT,    false},
    {"subject",            "subject",                     BODY_TEXT,    false},
    {"source",             "source",                      BODY_TEXT,    false},
    {"time",               "time",                        BODY_TIME,    false},
    {"detected_at",        "data.detected_at",            BODY_TIME,    false},
    {"rule",               "data.rule",                   BODY_TEXT,    false},
    {"case",               "data.case",                   BODY_TEXT,    false},
    {"link",               "data.link",                   BODY_TEXT,    false},
    {"event",              "",                            BODY_OBJECT,  false},
    {"count",              "",                            BODY_INTEGER, true},
    /* the vessel */
    {"mmsi",               "data.vessel.mmsi",            BODY_INTEGER, false},
    {"imo",                "data.vessel.imo",             BODY_INTEGER, false},
    {"vessel.mmsi",        "data.vessel.mmsi",            BODY_INTEGER, false},
    {"vessel.imo",         "data.vessel.imo",             BODY_INTEGER, false},
    {"vessel.name",        "data.vessel.name",            BODY_TEXT,    false},
    {"vessel.callsign",    "data.vessel.callsign",        BODY_TEXT,    false},
    {"vessel.flag",        "data.vessel.flag",            BODY_TEXT,    false},
    {"vessel.type",        "data.vessel.type",            BODY_INTEGER, false},
    {"vessel.length_m",    "data.vessel.length_m",        BODY_INTEGER, false},
    {"vessel.destination", "data.vessel.destination",     BODY_TEXT,    false},
    {"vessel.watched",     "data.vessel.watched",         BODY_TRUTH,   false},
    {"vessel.matched_by",  "data.vessel.matched_by",      BODY_TEXT,    false},
    {"vessel.tags",        "data.vessel.tags",            BODY_TEXTS,   false},
    {"vessel.watch_id",    "data.vessel.watch_id",        BODY_TEXT,    false},
    {"vessel.note",        "data.vessel.note",            BODY_TEXT,    false},
    /* where */
    {"lat",                "data.position.coordinates.1", BODY_NUMBER,  false},
    {"lon",                "data.position.coordinates.0", BODY_NUMBER,  false},
    {"sog_kn",             "data.sog_kn",                 BODY_NUMBER,  false},
    {"cog_deg",            "data.cog_deg",                BODY_NUMBER,  false},
    /* of a feed */
    {"feed.id",            "data.feed.id",                BODY_TEXT,    false},
    {"feed.since",         "data.feed.since",             BODY_TIME,    false},
};
/* clang-format on */
enum { COMMON = sizeof common / sizeof common[0] };

static const struct body_field port_fields[] = {
    {.name = "locode", .type = BODY_TEXT}, {.name = "name", .type = BODY_TEXT}, {0}};

static const struct body_field *fields_below(const struct body_field *field)
{
    if (field->type == BODY_PORT)
        return port_fields;
    return field->type == BODY_OBJECT ? field->fields : NULL;
}

/* --- the names of all fields --- */

/* Lists of objects, places, vessels and tracks cannot be written as a text. */
static bool is_text(const struct body_field *field)
{
    return field->type != BODY_OBJECTS && field->type != BODY_POINT &&
           field->type != BODY_POINTS && field->type != BODY_NUMBERS &&
           field->type != BODY_VESSEL && field->type != BODY_FEATURE;
}

struct naming {
    int (*each)(void *context, const char *name);
    void *context;
};

/* The field `name`, or its fields. */
static int name_field(const struct naming *n, const char *before,
                      const struct body_field *field)
{
    char name[TEMPLATE_NAME_BYTES];
    const struct body_field *below = fields_below(field);
    int rc = 0;
    if (!is_text(field))
        return 0;
    snprintf(name, sizeof name, "%s%s%s", before, before[0] != '\0' ? "." : "",
             field->name);
    if (below == NULL)
        return n->each(n->context, name);
    for (; below->name != NULL && rc == 0; below++)
        rc = name_field(n, name, below);
    return rc;
}

int template_field_each_name(int (*each)(void *context, const char *name), void *context)
{
    const struct naming naming = {each, context};
    const struct rule_member *member;
    int rc = 0;
    for (size_t i = 0; i < COMMON && rc == 0; i++)
        rc = each(context, common[i].name);
    for (size_t i = 0; rc == 0 && (member = rule_member_at(i)) != NULL; i++)
        rc = name_field(&naming, "", member->field);
    return rc;
}

/* --- finding one --- */

/* The field of that name among `fields`, or below one of them. */
static const struct body_field *find_below(const struct body_field *fields,
                                           const char *name)
{
    size_t n = strcspn(name, ".");
    for (; fields != NULL && fields->name != NULL; fields++)
        if (strlen(fields->name) == n && memcmp(fields->name, name, n) == 0)
            return name[n] == '.' ? find_below(fields_below(fields), name + n + 1)
                                  : fields;
    return NULL;
}

static const struct body_field *find_member(const char *name)
{
    const struct body_field *found = NULL;
    const struct rule_member *member;
    for (size_t i = 0; found == NULL && (member = rule_member_at(i)) != NULL; i++) {
        const struct body_field one[] = {*member->field, {0}};
        found = find_below(one, name);
        if (found == one)
            found = member->field;
    }
    return found;
}

bool template_field_find(const char *text, size_t n, struct template_field *ret)
{
    char name[TEMPLATE_NAME_BYTES];
    if (n >= sizeof name)
        return false;
    text_copy(name, n + 1, text);
    for (size_t i = 0; i < COMMON; i++)
        if (strcmp(common[i].name, name) == 0) {
            *ret = common[i];
            return true;
        }
    const struct body_field *field = find_member(name);
    if (field == NULL || !is_text(field) || fields_below(field) != NULL)
        return false;
    *ret = (struct template_field){.name = field->name, .type = field->type};
    snprintf(ret->path, sizeof ret->path, "data.%s", name);
    return true;
}
