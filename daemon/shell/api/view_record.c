/* SPDX-License-Identifier: Apache-2.0 */
/* What is on record: alerts, cases, calls and voyages; and acknowledging. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "desk.h"
#include "live.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "tail.h"
#include "view.h"

enum { CASE_ALERTS_MOST = 1000 };

/* --- lists --- */

struct listing {
    struct buf *out;
    uint32_t count, limit;
    int64_t last[2];
    bool has_more;
};

static int list_row(void *context, const int64_t place[2], const char *json)
{
    struct listing *l = context;
    if (l->count == l->limit) {
        l->has_more = true;
        return 0;
    }
    int rc = l->count++ != 0 ? buf_add_char(l->out, ',') : 0;
    memcpy(l->last, place, sizeof l->last);
    return rc != 0 ? rc : buf_add_text(l->out, json);
}

static int end_list(struct listing *l, size_t numbers)
{
    char text[ASK_CURSOR_BYTES];
    const struct ask_cursor next = {.numbers = {l->last[0], l->last[1]},
                                    .count = numbers};
    int rc = buf_add_char(l->out, ']');
    if (rc == 0 && l->has_more)
        rc = buf_printf(l->out, ",\"next\":\"%s\"", ask_format_cursor(&next, text));
    return rc != 0 ? rc : buf_add_char(l->out, '}');
}

/* False: `after` is none of ours. */
static bool take_ask(const struct desk_task *task, size_t numbers, struct query_ask *ret)
{
    static const enum query_seen seen_of[] = {
        [ASK_ANY] = QUERY_SEEN_ANY, [ASK_TRUE] = QUERY_SEEN, [ASK_FALSE] = QUERY_UNSEEN};
    const struct ask_values *v = &task->q->values;
    struct ask_cursor after = {.numbers = {INT64_MAX, INT64_MAX}};
    if (v->after != NULL && !ask_parse_cursor(v->after, numbers, &after))
        return false;
    *ret = (struct query_ask){
        .since_ms = ask_moment(v->since_ms, v->is_since_back, task->event_ms),
        .until_ms = ask_moment(v->until_ms, v->is_until_back, task->event_ms),
        .rule = v->rule,
        .type = v->type,
        .vessel = v->vessel,
        .zone = v->zone,
        .port = v->port,
        .case_id = v->case_id,
        .state = v->state,
        .severity = v->severity,
        .seen = seen_of[v->acknowledged],
        .limit = v->limit + 1,
        .after = {after.numbers[0], after.numbers[1]}};
    return true;
}

static int refuse_after(struct desk_task *task)
{
    return desk_refuse(task, MHD_HTTP_BAD_REQUEST,
                       "after: this is not accepted (accepted: the `next` of an answer)");
}

static int work_alerts(struct desk_task *task, struct store_reader *reader)
{
    struct query_ask ask;
    struct listing l = {.out = &task->q->reply.body, .limit = task->q->values.limit};
    if (!take_ask(task, 1, &ask))
        return refuse_after(task);
    int rc = buf_add_text(l.out, "{\"alerts\":[");
    if (rc == 0)
        rc = query_list_alerts(reader, &ask, list_row, &l);
    return rc != 0 ? rc : end_list(&l, 1);
}

int view_record_alerts(struct request *q)
{
    return desk_ask(q, work_alerts, NULL);
}

static int list_csv_row(void *context, const int64_t place[2], const char *json)
{
    struct listing *l = context;
    if (l->count++ == l->limit)
        return 0;
    (void)place;
    json_t *row = json_loads(json, 0, NULL);
    int rc = row != NULL ? query_csv_row(row, l->out) : ERR_NOMEM;
    json_decref(row);
    return rc != 0 ? rc : buf_add_text(l->out, "\r\n");
}

/* A table has no `next`: its reader asks with until for what is older. */
static int write_csv(struct desk_task *task, struct store_reader *reader, bool is_voyages,
                     const struct query_ask *ask)
{
    struct listing l = {.out = &task->q->reply.body, .limit = task->q->values.limit};
    task->content_type = "text/csv; charset=utf-8";
    int rc = query_csv_head(l.out);
    if (rc == 0)
        rc = buf_add_text(l.out, "\r\n");
    return rc != 0 ? rc : query_list_calls(reader, is_voyages, ask, list_csv_row, &l);
}

static int work_calls_of(struct desk_task *task, struct store_reader *reader,
                         bool is_voyages)
{
    struct query_ask ask;
    struct listing l = {.out = &task->q->reply.body, .limit = task->q->values.limit};
    if (!take_ask(task, 2, &ask))
        return refuse_after(task);
    if (task->q->values.format == ASK_FORMAT_GEOJSON)
        return desk_refuse(task, MHD_HTTP_BAD_REQUEST,
                           "format: 'geojson' is not accepted (accepted: json, csv)");
    if (task->q->values.format == ASK_FORMAT_CSV)
        return write_csv(task, reader, is_voyages, &ask);
    int rc = buf_add_text(l.out, is_voyages ? "{\"voyages\":[" : "{\"calls\":[");
    if (rc == 0)
        rc = query_list_calls(reader, is_voyages, &ask, list_row, &l);
    return rc != 0 ? rc : end_list(&l, 2);
}

static int work_calls(struct desk_task *task, struct store_reader *reader)
{
    return work_calls_of(task, reader, false);
}

static int work_voyages(struct desk_task *task, struct store_reader *reader)
{
    return work_calls_of(task, reader, true);
}

int view_record_calls(struct request *q)
{
    return desk_ask(q, work_calls, NULL);
}

int view_record_voyages(struct request *q)
{
    return desk_ask(q, work_voyages, NULL);
}

/* --- one alert, one case --- */

static bool is_id(const char *text)
{
    size_t n = strlen(text);
    return n >= 16 && n <= 32 && strspn(text, "0123456789abcdef") == n;
}

/* The alert of the path into the answer; ERR_NOT_FOUND. */
static int find_alert(struct desk_task *task, struct store_reader *reader)
{
    struct listing l = {.out = &task->q->reply.body, .limit = 1};
    const struct query_ask ask = {.since_ms = TIME_NONE,
                                  .until_ms = TIME_NONE,
                                  .severity = -1,
                                  .id = task->q->words[0],
                                  .limit = 1,
                                  .after = {INT64_MAX, 0}};
    buf_clear(l.out);
    int rc = query_list_alerts(reader, &ask, list_row, &l);
    return rc == 0 && l.count == 0 ? ERR_NOT_FOUND : rc;
}

static int work_alert(struct desk_task *task, struct store_reader *reader)
{
    int rc = is_id(task->q->words[0]) ? find_alert(task, reader) : ERR_NOT_FOUND;
    if (rc == ERR_NOT_FOUND)
        return desk_refuse(task, MHD_HTTP_NOT_FOUND, "there is no alert %.64s on record",
                           task->q->words[0]);
    return rc;
}

int view_record_alert(struct request *q)
{
    return desk_ask(q, work_alert, NULL);
}

static int take_case_row(void *context, const int64_t place[2], const char *json)
{
    json_t *alert = json_loads(json, 0, NULL);
    (void)place;
    return alert == NULL ? ERR_NOMEM : json_array_append_new(context, alert) != 0;
}

/* What the last alert of the run says of it. */
static json_t *case_json(const char *id, json_t *alerts)
{
    json_t *last = json_array_get(alerts, json_array_size(alerts) - 1);
    json_t *data = json_object_get(json_object_get(last, "event"), "data");
    json_t *route = json_object_get(data, "route"), *value = NULL;
    const char *key = NULL;
    json_t *o = json_object();
    json_object_set_new(o, "case", json_string(id));
    json_object_set(o, "rule", json_object_get(last, "rule"));
    json_object_foreach(route, key, value)
    {
        json_object_set(o, key, value);
    }
    if (json_object_get(last, "acknowledged") != NULL)
        json_object_set(o, "acknowledged", json_object_get(last, "acknowledged"));
    json_object_set(o, "alerts", alerts);
    return o;
}

static int work_case(struct desk_task *task, struct store_reader *reader)
{
    const char *id = task->q->words[0];
    const struct query_ask ask = {.since_ms = TIME_NONE,
                                  .until_ms = TIME_NONE,
                                  .severity = -1,
                                  .case_id = id,
                                  .is_ascending = true,
                                  .limit = CASE_ALERTS_MOST,
                                  .after = {0, 0}};
    json_t *alerts = json_array();
    int rc = is_id(id) ? query_list_alerts(reader, &ask, take_case_row, alerts) : 0;
    if (rc == 0 && json_array_size(alerts) == 0)
        desk_refuse(task, MHD_HTTP_NOT_FOUND, "there is no case %.64s on record", id);
    json_t *o = rc == 0 && task->status == 0 ? case_json(id, alerts) : NULL;
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    if (text != NULL)
        rc = buf_add_text(&task->q->reply.body, text);
    else if (o != NULL)
        rc = ERR_NOMEM;
    free(text);
    json_decref(o);
    json_decref(alerts);
    return rc;
}

int view_record_case(struct request *q)
{
    return desk_ask(q, work_case, NULL);
}

/* --- acknowledging --- */

const char *view_record_body_fault(const json_t *body)
{
    const char *key = NULL,
               *verdict = json_string_value(json_object_get(body, "verdict"));
    json_t *value = NULL;
    bool is_known = verdict == NULL || store_batch_is_verdict(verdict);
    if (!json_is_object(body))
        return "the body is an object: {note?, verdict?, case?}";
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        bool is_text =
            json_is_string(value) && json_string_length(value) <= STORE_NOTE_MOST;
        bool is_good = false;
        if (strcmp(key, "case") == 0)
            is_good = json_is_boolean(value);
        else if (strcmp(key, "note") == 0 || strcmp(key, "verdict") == 0 ||
                 strcmp(key, "by") == 0)
            is_good = is_text;
        if (!is_good)
            return "the body is {note?: a text of at most 1000 bytes, verdict?: "
                   "\"confirmed\", \"explained\" or \"false\", case?: true}";
    }
    return is_known ? NULL : "verdict is one of: confirmed, explained, false";
}

static json_t *read_body(const struct request *q)
{
    return q->body.length != 0
               ? json_loadb(q->body.data, q->body.length, JSON_REJECT_DUPLICATES, NULL)
               : json_object();
}

/* Only a command on this machine says for whom. */
static int find_who(struct desk_task *task, struct store_reader *reader,
                    const json_t *body, char ret_by[VIEW_WATCH_BY_BYTES])
{
    const char *who = json_string_value(json_object_get(body, "by"));
    ret_by[0] = '\0';
    if (who != NULL && task->q->api->path != NULL)
        text_clean(who, strlen(who), ret_by, VIEW_WATCH_BY_BYTES);
    return ret_by[0] != '\0' ? 0 : view_watch_by(task, reader, ret_by);
}

static int store_seen_by(struct desk_task *task, const json_t *body, const char *by)
{
    char note[STORE_NOTE_MOST + 1];
    const char *given = json_string_value(json_object_get(body, "note"));
    text_clean(given != NULL ? given : "", given != NULL ? strlen(given) : 0, note,
               sizeof note);
    const struct store_seen seen = {
        .id = task->q->words[0],
        .who = by,
        .verdict = json_string_value(json_object_get(body, "verdict")),
        .note = note,
        .is_case = json_is_true(json_object_get(body, "case")),
        .is_undone = strcmp(task->q->route->method, "DELETE") == 0,
        .at_ms = clock_wall_ms()};
    task->batch = store_batch_create();
    int rc = task->batch != NULL ? store_batch_seen(task->batch, &seen) : ERR_NOMEM;
    return rc != 0 ? rc : desk_store(task);
}

static int work_seen(struct desk_task *task, struct store_reader *reader)
{
    char by[VIEW_WATCH_BY_BYTES];
    int rc = work_alert(task, reader);
    if (rc != 0 || task->status != 0)
        return rc;
    json_t *body = read_body(task->q);
    rc = find_who(task, reader, body, by);
    if (rc == 0)
        rc = store_seen_by(task, body, by);
    json_decref(body);
    return rc != 0 ? rc : find_alert(task, reader);
}

static int take_seen(struct request *q)
{
    json_t *body = read_body(q);
    const char *fault = view_record_body_fault(body);
    json_decref(body);
    return fault != NULL ? reply_problem(q, MHD_HTTP_BAD_REQUEST, "%s", fault)
                         : desk_ask(q, work_seen, NULL);
}

int view_record_acknowledge(struct request *q)
{
    return take_seen(q);
}

int view_record_take_back(struct request *q)
{
    return take_seen(q);
}
