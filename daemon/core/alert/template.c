/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with fields of an alert: what a field is called, where it lies in the event, and
 * how its value is written into JSON, a form, XML or plain text. */
#include "lookout/alert/template.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"

#define VALUE_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10))

/* Examples, to see whether what comes out is JSON. */
#define TEXT "\"A \\\"B\\\" c\""
#define NUMBER "1.5"
#define TRUTH "true"
#define LIST "[\"a\",\"b\"]"
#define OBJECT "{\"id\":\"a\"}"

/* clang-format off */
/* name, path in the event (an index in an array as a digit), example */
#define FIELDS(ROW) \
    /* the alert */ \
    ROW("summary",              "data.summary",                 TEXT)   \
    ROW("severity",             "data.severity",                TEXT)   \
    ROW("id",                   "id",                           TEXT)   \
    ROW("type",                 "type",                         TEXT)   \
    ROW("subject",              "subject",                      TEXT)   \
    ROW("source",               "source",                       TEXT)   \
    ROW("time",                 "time",                         TEXT)   \
    ROW("detected_at",          "data.detected_at",             TEXT)   \
    ROW("rule",                 "data.rule",                    TEXT)   \
    ROW("case",                 "data.case",                    TEXT)   \
    ROW("link",                 "data.link",                    TEXT)   \
    ROW("since",                "data.since",                   TEXT)   \
    ROW("event",                "",                             OBJECT) \
    ROW("count",                NULL,                           NUMBER) \
    /* the vessel */ \
    ROW("mmsi",                 "data.vessel.mmsi",             NUMBER) \
    ROW("imo",                  "data.vessel.imo",              NUMBER) \
    ROW("vessel.mmsi",          "data.vessel.mmsi",             NUMBER) \
    ROW("vessel.imo",           "data.vessel.imo",              NUMBER) \
    ROW("vessel.name",          "data.vessel.name",             TEXT)   \
    ROW("vessel.callsign",      "data.vessel.callsign",         TEXT)   \
    ROW("vessel.flag",          "data.vessel.flag",             TEXT)   \
    ROW("vessel.type",          "data.vessel.type",             NUMBER) \
    ROW("vessel.length_m",      "data.vessel.length_m",         NUMBER) \
    ROW("vessel.destination",   "data.vessel.destination",      TEXT)   \
    ROW("vessel.watched",       "data.vessel.watched",          TRUTH)  \
    ROW("vessel.matched_by",    "data.vessel.matched_by",       TEXT)   \
    ROW("vessel.tags",          "data.vessel.tags",             LIST)   \
    ROW("vessel.watch_id",      "data.vessel.watch_id",         TEXT)   \
    ROW("vessel.note",          "data.vessel.note",             TEXT)   \
    /* where */ \
    ROW("lat",                  "data.position.coordinates.1",  NUMBER) \
    ROW("lon",                  "data.position.coordinates.0",  NUMBER) \
    ROW("sog_kn",               "data.sog_kn",                  NUMBER) \
    ROW("cog_deg",              "data.cog_deg",                 NUMBER) \
    /* what it is about */ \
    ROW("port.locode",          "data.port.locode",             TEXT)   \
    ROW("port.name",            "data.port.name",               TEXT)   \
    ROW("call.entered_at",      "data.call.entered_at",         TEXT)   \
    ROW("call.arrived_at",      "data.call.arrived_at",         TEXT)   \
    ROW("call.departed_at",     "data.call.departed_at",        TEXT)   \
    ROW("call.left_at",         "data.call.left_at",            TEXT)   \
    ROW("call.kind",            "data.call.kind",               TEXT)   \
    ROW("call.confidence",      "data.call.confidence",         NUMBER) \
    ROW("voyage.from.locode",   "data.voyage.from.locode",      TEXT)   \
    ROW("voyage.from.name",     "data.voyage.from.name",        TEXT)   \
    ROW("voyage.to.locode",     "data.voyage.to.locode",        TEXT)   \
    ROW("voyage.to.name",       "data.voyage.to.name",          TEXT)   \
    ROW("voyage.departed_at",   "data.voyage.departed_at",      TEXT)   \
    ROW("voyage.arrived_at",    "data.voyage.arrived_at",       TEXT)   \
    ROW("voyage.distance_nm",   "data.voyage.distance_nm",      NUMBER) \
    ROW("voyage.longest_gap_h", "data.voyage.longest_gap_h",    NUMBER) \
    ROW("voyage.destinations",  "data.voyage.destinations",     LIST)   \
    ROW("route.pattern",        "data.route.pattern",           TEXT)   \
    ROW("route.step",           "data.route.step",              NUMBER) \
    ROW("route.steps",          "data.route.steps",             NUMBER) \
    ROW("route.awaits",         "data.route.awaits",            LIST)   \
    ROW("route.until",          "data.route.until",             TEXT)   \
    ROW("forecast.port.locode", "data.forecast.port.locode",    TEXT)   \
    ROW("forecast.port.name",   "data.forecast.port.name",      TEXT)   \
    ROW("forecast.eta",         "data.forecast.eta",            TEXT)   \
    ROW("forecast.reasons",     "data.forecast.reasons",        LIST)   \
    ROW("zone.id",              "data.zone.id",                 TEXT)   \
    ROW("zone.name",            "data.zone.name",               TEXT)   \
    ROW("zone.kind",            "data.zone.kind",               TEXT)   \
    ROW("zone.certainty",       "data.zone.certainty",          TEXT)   \
    ROW("zone.present",         "data.zone.present",            TRUTH)  \
    ROW("zone.since",           "data.zone.since",              TEXT)   \
    ROW("zone.last_seen",       "data.zone.last_seen",          TEXT)   \
    ROW("zone.eta",             "data.zone.eta",                TEXT)   \
    ROW("gate.id",              "data.gate.id",                 TEXT)   \
    ROW("gate.name",            "data.gate.name",               TEXT)   \
    ROW("gate.direction",       "data.gate.direction",          TEXT)   \
    ROW("gate.certainty",       "data.gate.certainty",          TEXT)   \
    ROW("gap.last_seen",        "data.gap.last_seen",           TEXT)   \
    ROW("gap.hours",            "data.gap.hours",               NUMBER) \
    ROW("gap.others_heard",     "data.gap.others_heard",        NUMBER) \
    ROW("gap.distance_nm",      "data.gap.distance_nm",         NUMBER) \
    ROW("gap.implied_kn",       "data.gap.implied_kn",          NUMBER) \
    ROW("feed.id",              "data.feed.id",                 TEXT)   \
    ROW("feed.since",           "data.feed.since",              TEXT)

#define NAME(name, path, example) name,
#define PLACE(name, path, example) {path, example},
static const char *const names[] = {FIELDS(NAME) NULL};
static const struct field {
    const char *path; /* "": the whole event; NULL: how many they are */
    const char *example;
} fields[] = {FIELDS(PLACE)};
/* clang-format on */
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

const char *const *template_names(void)
{
    return names;
}

static bool ends_with(const char *text, size_t n, const char *end)
{
    size_t k = strlen(end);
    return n >= k && memcmp(text + n - k, end, k) == 0;
}

enum template_kind template_kind_of(const char *content_type)
{
    char type[80];
    text_copy(type, sizeof type, content_type);
    text_upper(type);
    size_t n = strcspn(type, "; \t");
    if (ends_with(type, n, "/JSON") || ends_with(type, n, "+JSON"))
        return TEMPLATE_JSON;
    if (ends_with(type, n, "/XML") || ends_with(type, n, "+XML") ||
        ends_with(type, n, "/HTML"))
        return TEMPLATE_XML;
    return ends_with(type, n, "/X-WWW-FORM-URLENCODED") ? TEMPLATE_FORM : TEMPLATE_PLAIN;
}

/* --- reading --- */

/* A literal run or a field. */
struct piece {
    const char *text;
    size_t n;
    bool is_field; /* then text is its name */
};
struct scan {
    const char *at;
    bool has_escapes; /* "{{" and "}}" are braces */
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.';
}

/* "{name}" at `at`, blanks allowed inside. */
static bool read_field(const char *at, struct piece *ret_piece, const char **ret_end)
{
    const char *begin = at + 1 + strspn(at + 1, " ");
    const char *end = begin;
    if (*at != '{' || (*begin >= '0' && *begin <= '9'))
        return false;
    while (is_name(*end))
        end++;
    const char *close = end + strspn(end, " ");
    if (end == begin || *close != '}')
        return false;
    *ret_piece = (struct piece){begin, (size_t)(end - begin), true};
    *ret_end = close + 1;
    return true;
}

static bool next(struct scan *s, struct piece *ret_piece)
{
    const char *begin = s->at, *p = begin;
    if (*p == '\0')
        return false;
    for (; *p != '\0'; p++) {
        bool is_double = s->has_escapes && (*p == '{' || *p == '}') && p[1] == *p;
        struct piece field;
        const char *end;
        if (is_double) { /* the first of them ends the run, the second is left out */
            *ret_piece = (struct piece){begin, (size_t)(p + 1 - begin), false};
            s->at = p + 2;
            return true;
        }
        if (!read_field(p, &field, &end))
            continue;
        if (p > begin)
            break;
        *ret_piece = field;
        s->at = end;
        return true;
    }
    *ret_piece = (struct piece){begin, (size_t)(p - begin), false};
    s->at = p;
    return true;
}

static int field_of(const struct piece *piece)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (strlen(names[i]) == piece->n && memcmp(names[i], piece->text, piece->n) == 0)
            return i;
    return -1;
}

/* --- values --- */

/* Borrowed; NULL: the alert has no such member. */
static const json_t *look_up(const json_t *event, const char *path)
{
    while (*path != '\0' && event != NULL) {
        char name[40];
        size_t n = strcspn(path, ".");
        text_copy(name, n + 1 < sizeof name ? n + 1 : sizeof name, path);
        event = json_is_array(event) ? json_array_get(event, (size_t)(name[0] - '0'))
                                     : json_object_get(event, name);
        path += n + (path[n] == '.');
    }
    return json_is_null(event) ? NULL : event;
}

static int add_value_text(const json_t *value, struct buf *out)
{
    if (json_is_string(value))
        return buf_add_text(out, json_string_value(value));
    if (json_is_array(value) && json_is_string(json_array_get(value, 0))) {
        int rc = 0;
        for (size_t i = 0; i < json_array_size(value) && rc == 0; i++) {
            rc = i > 0 ? buf_add_text(out, ", ") : 0;
            if (rc == 0)
                rc = add_value_text(json_array_get(value, i), out);
        }
        return rc;
    }
    char *text = json_dumps(value, VALUE_FLAGS);
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    return rc;
}

static bool is_among(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), value))
            return true;
    return false;
}

/* What the alerts say, each value once. New; NULL: out of memory. */
static json_t *values_of(const struct json_t *const *events, size_t count,
                         const char *path)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count && list != NULL; i++) {
        const json_t *value = look_up(events[i], path);
        if (value == NULL || is_among(list, value))
            continue;
        if (json_array_append_new(list, json_deep_copy(value)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *highest(const json_t *severities)
{
    static const char *const order[] = {"critical", "warning", "info"};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (size_t i = 0; i < json_array_size(severities); i++)
            if (strcmp(json_string_value(json_array_get(severities, i)), order[k]) == 0)
                return json_string(order[k]);
    return json_null();
}

/* Several values as one text. */
static json_t *joined(const json_t *list, const char *between)
{
    struct buf text = {0};
    int rc = 0;
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        rc = i > 0 ? buf_add_text(&text, between) : 0;
        if (rc == 0)
            rc = add_value_text(json_array_get(list, i), &text);
    }
    json_t *value = rc == 0 ? json_stringn(buf_text(&text), text.length) : NULL;
    buf_finish(&text);
    return value;
}

struct filling {
    const struct json_t *const *events;
    size_t count;
    bool is_list;
};

/* New; JSON's null: unknown. NULL: out of memory. */
static json_t *value_of(const struct filling *f, int field)
{
    const char *path = fields[field].path;
    if (path == NULL)
        return json_integer((json_int_t)f->count);
    json_t *list = values_of(f->events, f->count, path), *value;
    if (list == NULL)
        return NULL;
    if (*path == '\0' && f->is_list)
        return list;
    if (json_array_size(list) == 0)
        value = json_null();
    else if (json_array_size(list) == 1)
        value = json_incref(json_array_get(list, 0));
    else if (strcmp(names[field], "severity") == 0)
        value = highest(list);
    else
        value = joined(list, strcmp(names[field], "summary") == 0 ? "\n" : ", ");
    json_decref(list);
    return value;
}

/* --- writing --- */

/* A text's form inside JSON's quotes. */
static int add_json_text(const char *text, size_t n, struct buf *out)
{
    json_t *value = json_stringn(text, n);
    char *dump = value != NULL ? json_dumps(value, VALUE_FLAGS) : NULL;
    int rc = dump != NULL ? buf_add(out, dump + 1, strlen(dump) - 2) : ERR_NOMEM;
    free(dump);
    json_decref(value);
    return rc;
}

static int add_form_text(const char *text, size_t n, struct buf *out)
{
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
        rc = is_plain ? buf_add_char(out, (char)c) : buf_printf(out, "%%%02X", c);
    }
    return rc;
}

static int add_xml_text(const char *text, size_t n, struct buf *out)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *entity = NULL;
        for (size_t k = 0; k < sizeof entities / sizeof entities[0]; k++)
            if (text[i] == entities[k].character)
                entity = entities[k].entity;
        rc = entity != NULL ? buf_add_text(out, entity) : buf_add_char(out, text[i]);
    }
    return rc;
}

static int add_field(const json_t *value, enum template_kind kind, bool is_in_string,
                     struct buf *out)
{
    if (kind == TEMPLATE_JSON && !is_in_string) {
        char *dump = json_dumps(value, VALUE_FLAGS);
        int rc = dump != NULL ? buf_add_text(out, dump) : ERR_NOMEM;
        free(dump);
        return rc;
    }
    struct buf text = {0};
    int rc = json_is_null(value) ? 0 : add_value_text(value, &text);
    if (rc == 0 && kind == TEMPLATE_JSON)
        rc = add_json_text(buf_text(&text), text.length, out);
    else if (rc == 0 && kind == TEMPLATE_FORM)
        rc = add_form_text(buf_text(&text), text.length, out);
    else if (rc == 0 && kind == TEMPLATE_XML)
        rc = add_xml_text(buf_text(&text), text.length, out);
    else if (rc == 0)
        rc = buf_add(out, buf_text(&text), text.length);
    buf_finish(&text);
    return rc;
}

/* Is the end of this run inside a string of JSON? */
static bool ends_in_string(const struct piece *run, bool is_in_string)
{
    for (size_t i = 0; i < run->n; i++)
        if (run->text[i] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && run->text[i] == '\\')
            i++;
    return is_in_string;
}

/* One text by another: what each field gives comes from `value`. */
static int fill(const char *text, enum template_kind kind,
                json_t *(*value)(const struct filling *f, int field),
                const struct filling *f, struct buf *out)
{
    struct scan scan = {text, strstr(text, "{{") != NULL};
    struct piece piece;
    bool is_in_string = false;
    int rc = 0;
    while (rc == 0 && next(&scan, &piece)) {
        int field = piece.is_field ? field_of(&piece) : -1;
        if (field < 0) {
            rc = buf_add(out, piece.text, piece.n);
            is_in_string = ends_in_string(&piece, is_in_string);
            continue;
        }
        json_t *v = value(f, field);
        rc = v != NULL ? add_field(v, kind, is_in_string, out) : ERR_NOMEM;
        json_decref(v);
    }
    return rc;
}

int template_fill(const char *text, enum template_kind kind,
                  const struct json_t *const *events, size_t count, bool is_list,
                  struct buf *out)
{
    const struct filling f = {events, count, is_list};
    return fill(text, kind, value_of, &f, out);
}

/* --- checking --- */

static json_t *example_of(const struct filling *f, int field)
{
    (void)f;
    return json_loads(fields[field].example, JSON_DECODE_ANY, NULL);
}

static json_t *nothing_of(const struct filling *f, int field)
{
    (void)f;
    (void)field;
    return json_null();
}

static int check_json(const char *text,
                      json_t *(*value)(const struct filling *f, int field),
                      struct err *err)
{
    struct buf out = {0};
    json_error_t fault;
    int rc = fill(text, TEMPLATE_JSON, value, NULL, &out);
    if (rc == 0) {
        json_t *json = json_loadb(buf_text(&out), out.length, JSON_DECODE_ANY, &fault);
        if (json == NULL)
            rc = err_set(err, ERR_SYNTAX, "%s", fault.text);
        json_decref(json);
    }
    buf_finish(&out);
    return rc;
}

int template_check(const char *text, enum template_kind kind,
                   char ret_name[TEMPLATE_NAME_BYTES], struct err *err)
{
    struct scan scan = {text, strstr(text, "{{") != NULL};
    struct piece piece;
    while (next(&scan, &piece)) {
        if (!piece.is_field || field_of(&piece) >= 0)
            continue;
        size_t size = piece.n + 1;
        text_copy(ret_name, size < TEMPLATE_NAME_BYTES ? size : TEMPLATE_NAME_BYTES,
                  piece.text);
        return err_set(err, ERR_NOT_FOUND, "there is no such field");
    }
    if (kind != TEMPLATE_JSON)
        return 0;
    int rc = check_json(text, example_of, err);
    return rc == 0 ? check_json(text, nothing_of, err) : rc;
}
