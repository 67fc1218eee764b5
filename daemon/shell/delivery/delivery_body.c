/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the body that a webhook wants from the CloudEvents bodies of one or several
 * alerts: unchanged, flat, for people, or by a template. */
#include "body_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/delivery/delivery.h"
#include "lookout/rules/template.h"

#define BODY_FLAGS                                                                       \
    (JSON_COMPACT | JSON_REAL_PRECISION(10)) /* as the alert was written                 \
                                              */

/* --- flat --- */

/* The envelope's members and those of data in one object. Where both have a member of one
 * name, that of data is taken. */
static json_t *flatten_event(json_t *event)
{
    json_t *flat = json_copy(event);
    json_t *data = json_object_get(flat, "data");
    if (data == NULL)
        return flat;
    json_incref(data);
    if (json_object_del(flat, "data") != 0 || json_object_update(flat, data) != 0) {
        json_decref(flat);
        flat = NULL;
    }
    json_decref(data);
    return flat;
}

/* --- for people --- */

static const char *event_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static struct body_fact *add_fact(struct body_view *view, const char *name)
{
    struct body_fact *fact = &view->facts[view->fact_count++];
    fact->name = name;
    return fact;
}

static void view_vessel(const json_t *vessel, struct body_view *view)
{
    if (vessel == NULL)
        return;
    const char *name = event_text(vessel, "name"), *flag = event_text(vessel, "flag");
    json_int_t imo = json_integer_value(json_object_get(vessel, "imo"));
    json_int_t mmsi = json_integer_value(json_object_get(vessel, "mmsi"));
    char numbers[64] = "";
    if (imo != 0)
        snprintf(numbers, sizeof numbers, "IMO %" JSON_INTEGER_FORMAT ", ", imo);
    struct body_fact *fact = add_fact(view, "Vessel");
    snprintf(fact->value, sizeof fact->value, "%s%s%sMMSI %09" JSON_INTEGER_FORMAT "%s%s",
             name != NULL ? name : "", name != NULL ? ", " : "", numbers, mmsi,
             flag != NULL ? ", flag " : "", flag != NULL ? flag : "");
}

static void view_position(const json_t *data, struct body_view *view)
{
    const json_t *at = json_object_get(json_object_get(data, "position"), "coordinates");
    const json_t *lon = json_array_get(at, 0), *lat = json_array_get(at, 1);
    if (!json_is_number(lon) || !json_is_number(lat))
        return;
    double y = json_number_value(lat), x = json_number_value(lon);
    const json_t *sog = json_object_get(data, "sog_kn");
    char speed[32] = "";
    if (json_is_number(sog))
        snprintf(speed, sizeof speed, ", %.1f kn", json_number_value(sog));
    struct body_fact *fact = add_fact(view, "Position");
    snprintf(fact->value, sizeof fact->value, "%.4f %c, %.4f %c%s", y < 0 ? -y : y,
             y < 0 ? 'S' : 'N', x < 0 ? -x : x, x < 0 ? 'W' : 'E', speed);
}

static void view_text(struct body_view *view, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        text_copy(add_fact(view, name)->value, sizeof view->facts[0].value, value);
}

void delivery_body_view(const json_t *event, struct body_view *ret_view)
{
    static const struct {
        const char *severity, *mark;
    } marks[] = {
        {"info", "\xf0\x9f\x94\xb5"},     /* blue circle */
        {"warning", "\xf0\x9f\x9f\xa0"},  /* orange circle */
        {"critical", "\xf0\x9f\x94\xb4"}, /* red circle */
    };
    const json_t *data = json_object_get(event, "data");
    const char *severity = event_text(data, "severity"),
               *type = event_text(event, "type");
    const char *summary = event_text(data, "summary");
    memset(ret_view, 0, sizeof *ret_view);
    ret_view->severity = severity != NULL ? severity : "info";
    ret_view->mark = marks[0].mark;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strcmp(ret_view->severity, marks[i].severity) == 0)
            ret_view->mark = marks[i].mark;
    ret_view->summary = type != NULL ? type : "alert";
    if (summary != NULL)
        ret_view->summary = summary;
    ret_view->link = event_text(data, "link");
    view_vessel(json_object_get(data, "vessel"), ret_view);
    if (type != NULL && strncmp(type, "lookoutd.", 9) == 0)
        type += 9;
    view_text(ret_view, "What", type);
    view_text(ret_view, "Severity", ret_view->severity);
    view_text(ret_view, "Rule", event_text(data, "rule"));
    view_text(ret_view, "Time", event_text(event, "time"));
    view_position(data, ret_view);
    view_text(ret_view, "Source", event_text(event, "source"));
}

/* --- by format --- */

static json_t *flatten_all(const struct body_events *events)
{
    if (!events->is_list)
        return flatten_event(events->items[0]);
    json_t *list = json_array();
    for (size_t i = 0; i < events->count; i++)
        if (json_array_append_new(list, flatten_event(events->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *of_views(const struct body_events *events,
                        json_t *(*one)(const struct body_view *view),
                        json_t *(*several)(const struct body_view *views, size_t count))
{
    struct body_view *views = calloc(events->count, sizeof *views);
    if (views == NULL)
        return NULL;
    for (size_t i = 0; i < events->count; i++)
        delivery_body_view(events->items[i], &views[i]);
    json_t *made = events->count == 1 ? one(views) : several(views, events->count);
    free(views);
    return made;
}

static json_t *slack_of(const struct body_events *events)
{
    return of_views(events, body_chat_slack, body_chat_slack_list);
}

static json_t *teams_of(const struct body_events *events)
{
    return of_views(events, body_chat_teams, body_chat_teams_list);
}

#define BATCH_TYPE "application/cloudevents-batch+json; charset=utf-8"
static const struct {
    json_t *(*make)(const struct body_events *events); /* NULL: unchanged */
    const char *content_type;
    size_t most; /* alerts in a request */
} formats[] = {
    /* clang-format off */
    [CONF_FORMAT_CLOUDEVENTS] = {NULL,        "application/cloudevents+json; charset=utf-8", 100}, /* CloudEvents HTTP binding 3.2 */
    [CONF_FORMAT_JSON]        = {flatten_all, "application/json; charset=utf-8",             100},
    [CONF_FORMAT_SLACK]       = {slack_of,    "application/json; charset=utf-8",             BODY_CHAT_MOST},
    [CONF_FORMAT_TEAMS]       = {teams_of,    "application/json; charset=utf-8",             BODY_CHAT_MOST},
    /* clang-format on */
};

size_t delivery_body_most(const struct conf_webhook *webhook)
{
    return webhook->body != NULL ? BODY_CHAT_MOST : formats[webhook->format].most;
}

/* CloudEvents, JSON batch format (HTTP binding 3.3): an array of them. */
static int join_events(const struct conf_webhook *webhook,
                       const struct delivery_event *events, size_t count, struct buf *out)
{
    bool is_list = webhook->group.is_on;
    int rc = is_list ? buf_add_char(out, '[') : 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = i > 0 ? buf_add_char(out, ',') : 0;
        if (rc == 0)
            rc = buf_add(out, events[i].body, events[i].bytes);
    }
    return rc == 0 && is_list ? buf_add_char(out, ']') : rc;
}

static int make_body(const struct conf_webhook *webhook, const struct body_events *events,
                     struct buf *out)
{
    if (webhook->body != NULL)
        return template_fill(webhook->body, template_kind_of(webhook->content_type),
                             (const struct json_t *const *)events->items, events->count,
                             events->is_list, out);
    json_t *made = formats[webhook->format].make(events);
    char *text = made != NULL ? json_dumps(made, BODY_FLAGS) : NULL;
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    json_decref(made);
    return rc;
}

static void finish_events(struct body_events *parsed)
{
    for (size_t i = 0; i < parsed->count; i++)
        json_decref(parsed->items[i]);
    free(parsed->items);
}

static int parse_events(const struct delivery_event *events, size_t count, bool is_list,
                        struct body_events *ret_parsed)
{
    struct body_events *parsed = ret_parsed;
    parsed->is_list = is_list;
    parsed->items = calloc(count, sizeof *parsed->items);
    if (parsed->items == NULL)
        return ERR_NOMEM;
    for (; parsed->count < count; parsed->count++) {
        const struct delivery_event *e = &events[parsed->count];
        parsed->items[parsed->count] = json_loadb(e->body, e->bytes, 0, NULL);
        if (parsed->items[parsed->count] == NULL)
            return ERR_SYNTAX;
    }
    return 0;
}

int delivery_body(const struct conf_webhook *webhook, const struct delivery_event *events,
                  size_t count, struct buf *out, const char **ret_content_type)
{
    bool is_list = webhook->group.is_on;
    if (webhook->body == NULL && formats[webhook->format].make == NULL) {
        *ret_content_type = is_list ? BATCH_TYPE : formats[webhook->format].content_type;
        return join_events(webhook, events, count, out);
    }
    *ret_content_type = webhook->body != NULL ? webhook->content_type
                                              : formats[webhook->format].content_type;
    struct body_events parsed = {0};
    int rc = parse_events(events, count, is_list, &parsed);
    if (rc == 0)
        rc = make_body(webhook, &parsed, out);
    finish_events(&parsed);
    return rc;
}

int delivery_body_mail(const struct delivery_event *events, size_t count,
                       const struct body_mail *frame, struct buf *out)
{
    struct body_events parsed = {0};
    struct body_view *views = calloc(count, sizeof *views);
    int rc = parse_events(events, count, true, &parsed);
    if (views == NULL)
        rc = ERR_NOMEM;
    for (size_t i = 0; i < parsed.count && rc == 0; i++)
        delivery_body_view(parsed.items[i], &views[i]);
    if (rc == 0)
        rc = body_mail_make(frame, &parsed, views, out);
    free(views);
    finish_events(&parsed);
    return rc;
}
