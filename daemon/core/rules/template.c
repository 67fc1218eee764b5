/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with fields of an alert: finds the value of a field in the event, and writes it
 * into JSON, a form, XML or plain text. */
#include "lookout/rules/template.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "template_field_int.h"

#define VALUE_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10))

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
static bool read_template_field(const char *at, struct piece *ret_piece,
                                const char **ret_end)
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

static bool next_piece(struct scan *s, struct piece *ret_piece)
{
    const char *begin = s->at, *p = begin;
    if (*p == '\0')
        return false;
    for (; *p != '\0'; p++) {
        bool is_double = s->has_escapes && (*p == '{' || *p == '}') && p[1] == *p;
        struct piece field;
        const char *end;
        if (is_double) { /* the first brace ends the run, the second is left out */
            *ret_piece = (struct piece){begin, (size_t)(p + 1 - begin), false};
            s->at = p + 2;
            return true;
        }
        if (!read_template_field(p, &field, &end))
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

/* --- values --- */

/* Borrowed; NULL: the alert has no such member. */
static const json_t *look_up_path(const json_t *event, const char *path)
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

static bool is_value_among(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), value))
            return true;
    return false;
}

/* The values of all alerts, each value once. A new reference; NULL: out of memory. */
static json_t *values_of(const struct json_t *const *events, size_t count,
                         const char *path)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count && list != NULL; i++) {
        const json_t *value = look_up_path(events[i], path);
        if (value == NULL || is_value_among(list, value))
            continue;
        if (json_array_append_new(list, json_deep_copy(value)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *highest_severity(const json_t *severities)
{
    static const char *const order[] = {"critical", "warning", "info"};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (size_t i = 0; i < json_array_size(severities); i++)
            if (strcmp(json_string_value(json_array_get(severities, i)), order[k]) == 0)
                return json_string(order[k]);
    return json_null();
}

/* The severity as services count it: "severity.grade" 1 (critical), 3, 5, as Opsgenie and
 * ServiceNow do; "severity.priority" 5 (critical), 4, 3, as ntfy does. */
static json_t *count_severity(const json_t *severity, const char *name)
{
    static const struct {
        const char *word;
        int grade, priority;
    } rows[] = {{"critical", 1, 5}, {"warning", 3, 4}, {"info", 5, 3}};
    const char *word = json_string_value(severity);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && word != NULL; i++)
        if (strcmp(word, rows[i].word) == 0)
            return json_integer(strcmp(name, "severity.grade") == 0 ? rows[i].grade
                                                                    : rows[i].priority);
    return json_null();
}

/* Several values as one text. */
static json_t *join_list(const json_t *list, const char *between)
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

/* A new reference; JSON's null: unknown. NULL: out of memory. */
static json_t *value_of(const struct filling *f, const struct template_field *field)
{
    const char *path = field->path;
    if (field->is_count)
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
    else if (strcmp(path, "data.severity") == 0)
        value = highest_severity(list);
    else
        value = join_list(list, strcmp(path, "data.summary") == 0 ? "\n" : ", ");
    json_decref(list);
    if (value != NULL && field->type == BODY_INTEGER &&
        strcmp(path, "data.severity") == 0) {
        json_t *number = count_severity(value, field->name);
        json_decref(value);
        return number;
    }
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

static int add_template_field(const json_t *value, enum template_kind kind,
                              bool is_in_string, struct buf *out)
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

/* Whether the end of this run is inside a string of JSON. */
static bool ends_in_string(const struct piece *run, bool is_in_string)
{
    for (size_t i = 0; i < run->n; i++)
        if (run->text[i] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && run->text[i] == '\\')
            i++;
    return is_in_string;
}

/* Fill in a text; `value` gives the value of each field. */
static int fill_fields(const char *text, enum template_kind kind,
                       json_t *(*value)(const struct filling *f,
                                        const struct template_field *field),
                       const struct filling *f, struct buf *out)
{
    struct scan scan = {text, strstr(text, "{{") != NULL};
    struct piece piece;
    bool is_in_string = false;
    int rc = 0;
    while (rc == 0 && next_piece(&scan, &piece)) {
        struct template_field field;
        if (!piece.is_field || !template_field_find(piece.text, piece.n, &field)) {
            rc = buf_add(out, piece.text, piece.n);
            is_in_string = ends_in_string(&piece, is_in_string);
            continue;
        }
        json_t *v = value(f, &field);
        rc = v != NULL ? add_template_field(v, kind, is_in_string, out) : ERR_NOMEM;
        json_decref(v);
    }
    return rc;
}

int template_fill(const char *text, enum template_kind kind,
                  const struct json_t *const *events, size_t count, bool is_list,
                  struct buf *out)
{
    const struct filling f = {events, count, is_list};
    return fill_fields(text, kind, value_of, &f, out);
}

/* --- checking --- */

static json_t *example_of(const struct filling *f, const struct template_field *field)
{
    (void)f;
    switch (field->type) {
    case BODY_NUMBER:
    case BODY_INTEGER:
        return json_real(1.5);
    case BODY_TRUTH:
        return json_true();
    case BODY_TEXTS:
        return json_pack("[s,s]", "a", "b");
    case BODY_OBJECT:
    case BODY_OBJECTS:
    case BODY_NUMBERS:
    case BODY_VESSEL:
    case BODY_FEATURE:
    case BODY_PORT:
    case BODY_POINT:
    case BODY_POINTS:
        return json_pack("{s:s}", "id", "a");
    case BODY_TEXT:
    case BODY_VALUE:
    case BODY_TIME:
        break;
    }
    return json_string("A \"B\" c");
}

static json_t *nothing_of(const struct filling *f, const struct template_field *field)
{
    (void)f;
    (void)field;
    return json_null();
}

static int check_json(const char *text,
                      json_t *(*value)(const struct filling *f,
                                       const struct template_field *field),
                      struct err *err)
{
    struct buf out = {0};
    json_error_t fault;
    int rc = fill_fields(text, TEMPLATE_JSON, value, NULL, &out);
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
    while (next_piece(&scan, &piece)) {
        struct template_field field;
        if (!piece.is_field || template_field_find(piece.text, piece.n, &field))
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
