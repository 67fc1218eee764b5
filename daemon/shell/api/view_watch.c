/* SPDX-License-Identifier: Apache-2.0 */
/* Who is on watch, and handing over to the next. A watch is of the token that began it.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "desk.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "view.h"

enum {
    NAME_MOST = 60,
    HANDED_MOST = 50 /* alerts of each list, and runs: the counts tell of all */
};

struct last {
    char name[NAME_MOST + 1];
    int64_t row, alert, at_ms; /* row 0: none */
};

static int take_last(void *context, const struct store_watch *watch)
{
    struct last *last = context;
    text_copy(last->name, sizeof last->name, watch->name);
    last->row = watch->row;
    last->alert = watch->alert;
    last->at_ms = watch->at_ms;
    return 0;
}

static int find_last(struct store_reader *reader, const char *token, struct last *ret)
{
    const struct query_watches q = {.token = token, .before = INT64_MAX, .limit = 1};
    *ret = (struct last){.row = 0};
    return query_watches_walk(reader, &q, take_last, ret);
}

int view_watch_by(const struct desk_task *task, struct store_reader *reader,
                  char ret_by[VIEW_WATCH_BY_BYTES])
{
    struct last last;
    const char *token = task->q->guest.id;
    int rc = find_last(reader, token, &last);
    if (rc == 0)
        snprintf(ret_by, VIEW_WATCH_BY_BYTES, "%s%s%s", token, last.row != 0 ? "/" : "",
                 last.name);
    return rc;
}

/* --- the list --- */

struct watches {
    json_t *list;
    uint32_t limit;
    int64_t last; /* row */
    bool has_more;
};

static int take_watch(void *context, const struct store_watch *watch)
{
    struct watches *w = context;
    if (json_array_size(w->list) == w->limit) {
        w->has_more = true;
        return 0;
    }
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(watch->name));
    json_object_set_new(o, "by", json_string(watch->token));
    view_set_time(o, "since", watch->at_ms);
    json_t *handover =
        watch->handover != NULL ? json_loads(watch->handover, 0, NULL) : NULL;
    if (handover != NULL)
        json_object_set_new(o, "handover", handover);
    w->last = watch->row;
    return json_array_append_new(w->list, o) == 0 ? 0 : ERR_NOMEM;
}

static int put_json(struct buf *out, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    buf_clear(out);
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    return rc;
}

static int work_list(struct desk_task *task, struct store_reader *reader)
{
    struct ask_cursor after = {.numbers = {INT64_MAX}};
    if (task->q->values.after != NULL &&
        !ask_parse_cursor(task->q->values.after, 1, &after))
        return desk_refuse(task, MHD_HTTP_BAD_REQUEST,
                           "after: this is not accepted (accepted: the `next` of an "
                           "answer)");
    struct watches w = {.list = json_array(), .limit = task->q->values.limit};
    const struct query_watches q = {.before = after.numbers[0], .limit = w.limit + 1};
    int rc = query_watches_walk(reader, &q, take_watch, &w);
    json_t *o = json_object();
    json_object_set_new(o, "watches", w.list);
    if (w.has_more)
        json_object_set_new(o, "next", json_sprintf("%lld", (long long)w.last));
    if (rc == 0)
        rc = put_json(&task->q->reply.body, o);
    json_decref(o);
    return rc;
}

int view_watch_list(struct request *q)
{
    return desk_ask(q, work_list, NULL);
}

/* --- handing over --- */

static json_t *counts_json(const int64_t counts[SEVERITIES])
{
    json_t *o = json_object();
    for (unsigned s = SEVERITIES; s-- > 0;)
        json_object_set_new(o, severity_name((enum severity)s), json_integer(counts[s]));
    return o;
}

/* What a sheet of paper says of an alert. */
static int hand_alert(void *context, const int64_t place[2], const char *json)
{
    static const char *const members[] = {"id",   "type", "rule", "severity",
                                          "mmsi", "time", "case"};
    json_t *line = json_loads(json, 0, NULL), *o = json_object();
    json_t *data = json_object_get(json_object_get(line, "event"), "data");
    (void)place;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *value = json_object_get(line, members[i]);
        if (value == NULL)
            value = json_object_get(data, members[i]);
        if (value != NULL)
            json_object_set(o, members[i], value);
    }
    if (json_object_get(data, "summary") != NULL)
        json_object_set(o, "summary", json_object_get(data, "summary"));
    int rc = line != NULL ? 0 : ERR_NOMEM;
    json_decref(line);
    return json_array_append_new(context, o) != 0 ? ERR_NOMEM : rc;
}

/* The newest alerts of each kind that is counted. */
static int add_alerts(json_t *o, struct store_reader *reader, const struct last *last)
{
    const struct {
        const char *name, *state;
        enum query_seen seen;
        int64_t behind;
    } lists[] = {{"new", NULL, QUERY_TOLD, last->alert},
                 {"unacknowledged", NULL, QUERY_UNSEEN, 0},
                 {"muted", "muted", QUERY_SEEN_ANY, last->alert}};
    json_t *alerts = json_object();
    int rc = 0;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && rc == 0; i++) {
        json_t *list = json_array();
        const struct query_ask ask = {.since_ms = TIME_NONE,
                                      .until_ms = TIME_NONE,
                                      .severity = -1,
                                      .state = lists[i].state,
                                      .seen = lists[i].seen,
                                      .behind = lists[i].behind,
                                      .limit = HANDED_MOST,
                                      .after = {INT64_MAX, 0}};
        rc = query_list_alerts(reader, &ask, hand_alert, list);
        json_object_set_new(alerts, lists[i].name, list);
    }
    json_object_set_new(o, "alerts", alerts);
    return rc;
}

/* `o` has what the loop knows: silent, open, runs and the next name. */
static int add_counts(json_t *o, struct store_reader *reader, const struct last *last)
{
    struct query_handover sum;
    int rc = query_watches_sum(reader, last->alert, &sum);
    if (rc != 0)
        return rc;
    json_object_set_new(o, "from", json_string(last->name));
    view_set_time(o, "since", last->at_ms);
    json_object_set_new(o, "new", counts_json(sum.fresh));
    json_object_set_new(o, "muted", counts_json(sum.muted));
    json_object_set_new(o, "unacknowledged", counts_json(sum.open));
    return add_alerts(o, reader, last);
}

static int store_next(struct desk_task *task, const char *name, const char *handover)
{
    const struct store_watch watch = {.name = name,
                                      .token = task->q->guest.id,
                                      .handover = handover,
                                      .at_ms = task->now_ms};
    task->batch = store_batch_create();
    int rc = task->batch != NULL ? store_batch_watch(task->batch, &watch) : ERR_NOMEM;
    return rc != 0 ? rc : desk_store(task);
}

/* The watch that began, as it is on record. */
static int put_begun(struct desk_task *task, struct store_reader *reader)
{
    struct watches w = {.list = json_array(), .limit = 1};
    const struct query_watches q = {
        .token = task->q->guest.id, .before = INT64_MAX, .limit = 1};
    int rc = query_watches_walk(reader, &q, take_watch, &w);
    if (rc == 0 && json_array_size(w.list) == 1)
        rc = put_json(&task->q->reply.body, json_array_get(w.list, 0));
    json_decref(w.list);
    return rc;
}

static int work_watch(struct desk_task *task, struct store_reader *reader)
{
    struct last last;
    char name[NAME_MOST + 1], *handover = NULL;
    json_t *o = json_loads(buf_text(&task->q->reply.body), 0, NULL);
    text_copy(name, sizeof name, json_string_value(json_object_get(o, "name")));
    json_object_del(o, "name");
    int rc = find_last(reader, task->q->guest.id, &last);
    if (rc == 0 && last.row != 0) {
        rc = add_counts(o, reader, &last);
        handover = json_dumps(o, JSON_COMPACT);
        rc = rc == 0 && handover == NULL ? ERR_NOMEM : rc;
    }
    if (rc == 0)
        rc = store_next(task, name, handover);
    free(handover);
    json_decref(o);
    return rc != 0 ? rc : put_begun(task, reader);
}

static json_t *silent_json(json_t *feeds)
{
    json_t *silent = json_array(), *feed = NULL;
    size_t i = 0;
    json_array_foreach(feeds, i, feed)
    {
        if (json_is_true(json_object_get(feed, "silent")))
            json_array_append(silent, json_object_get(feed, "id"));
    }
    return silent;
}

static void take_watch_name(const struct request *q, char ret_name[NAME_MOST + 1])
{
    json_t *body = json_loadb(q->body.data != NULL ? q->body.data : "", q->body.length,
                              JSON_REJECT_DUPLICATES, NULL);
    const char *given = json_string_value(json_object_get(body, "name"));
    ret_name[0] = '\0';
    if (given != NULL && json_object_size(body) == 1 && strlen(given) <= NAME_MOST)
        text_clean(given, strlen(given), ret_name, NAME_MOST + 1);
    json_decref(body);
}

/* What the loop knows, for the desk. */
static int ask_watch(struct request *q, const json_t *runs)
{
    char name[NAME_MOST + 1];
    json_t *o = json_object(), *feeds = json_array(), *handed = json_array();
    int rc = 0;
    take_watch_name(q, name);
    if (q->api->sink.feeds != NULL)
        rc = q->api->sink.feeds(q->api->sink.context, feeds);
    for (size_t i = 0; i < json_array_size(runs) && i < HANDED_MOST; i++)
        json_array_append(handed, json_array_get(runs, i));
    json_object_set_new(o, "runs", handed);
    json_object_set_new(o, "name", json_string(name));
    json_object_set_new(o, "silent", silent_json(feeds));
    json_object_set_new(o, "open", json_integer((json_int_t)json_array_size(runs)));
    if (rc == 0)
        rc = put_json(&q->reply.body, o);
    json_decref(o);
    json_decref(feeds);
    return rc != 0 ? rc : desk_ask(q, work_watch, NULL);
}

int view_watch(struct request *q)
{
    char name[NAME_MOST + 1];
    take_watch_name(q, name);
    if (name[0] == '\0')
        return reply_problem(q, MHD_HTTP_BAD_REQUEST,
                             "the body is {\"name\": a text of 1 to %d bytes}",
                             NAME_MOST);
    return view_places_walk_runs(q, ask_watch);
}
