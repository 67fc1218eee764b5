/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in words with how often they told, and mutes. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "desk.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "view.h"

/* --- rules --- */

static json_t *rule_json(const struct rule *rule, const struct engine_conf *conf)
{
    struct buf words = {0};
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(rule->id));
    json_object_set_new(o, "when", json_string(rule->kind->name));
    if (conf_describe_rule(rule, conf, &words) == 0) {
        while (words.length != 0 && strchr(" \n", words.data[words.length - 1]) != NULL)
            words.data[--words.length] = '\0';
        const char *text = buf_text(&words);
        json_object_set_new(o, "words", json_string(text + strspn(text, " ")));
    }
    buf_finish(&words);
    json_object_set_new(o, "alerts", json_pack("{s:i,s:i}", "24h", 0, "7d", 0));
    json_object_set_new(o, "muted", json_integer(0));
    json_object_set_new(o, "false", json_integer(0));
    return o;
}

static int count_rule(void *context, const struct query_rule *of)
{
    json_t *rule = json_object_get(context, of->rule);
    json_t *alerts = json_object_get(rule, "alerts");
    if (rule == NULL)
        return 0;
    json_object_set_new(alerts, "24h", json_integer(of->day));
    json_object_set_new(alerts, "7d", json_integer(of->week));
    json_object_set_new(rule, "muted", json_integer(of->muted));
    json_object_set_new(rule, "false", json_integer(of->wrong));
    return 0;
}

static int dump_into(struct buf *out, json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10));
    buf_clear(out);
    int rc = text != NULL ? buf_add_text(out, text) : ERR_NOMEM;
    free(text);
    return rc;
}

/* The answer holds the rules without their counts. */
static int work_rules(struct desk_task *task, struct store_reader *reader)
{
    struct buf *out = &task->q->reply.body;
    json_t *o = json_loads(buf_text(out), 0, NULL), *by_id = json_object(), *rule = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(o, "rules"), i, rule)
    {
        json_object_set(by_id, json_string_value(json_object_get(rule, "id")), rule);
    }
    int rc = task->event_ms != TIME_NONE
                 ? query_list_rules(reader, task->event_ms, count_rule, by_id)
                 : 0;
    if (rc == 0)
        rc = dump_into(out, o);
    json_decref(by_id);
    json_decref(o);
    return rc;
}

int view_rules(struct request *q)
{
    struct api_look look;
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    const struct engine_conf *conf = engine_conf(look.engine);
    struct ask_cursor after = {.numbers = {0}};
    if (q->values.after != NULL &&
        (!ask_parse_cursor(q->values.after, 1, &after) || after.numbers[0] < 0))
        return reply_problem(q, MHD_HTTP_BAD_REQUEST,
                             "after: this is not accepted (accepted: the `next` of an "
                             "answer)");
    json_t *o = json_object(), *list = json_array();
    size_t i = (size_t)after.numbers[0], end = i + q->values.limit;
    for (; i < conf->rule_count && i < end; i++)
        json_array_append_new(list, rule_json(&conf->rules[i], conf));
    json_object_set_new(o, "rules", list);
    if (i < conf->rule_count)
        json_object_set_new(o, "next", json_sprintf("%zu", i));
    int rc = dump_into(&q->reply.body, o);
    json_decref(o);
    return rc != 0 ? rc : desk_ask(q, work_rules, NULL);
}

/* --- mutes --- */

static json_t *conf_mute_json(const struct engine_mute *m, size_t index, int64_t now_ms)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_sprintf("conf-%zu", index + 1));
    if (m->vessel != 0)
        json_object_set_new(o, "vessel", json_integer((json_int_t)m->vessel));
    if (m->rule != NULL)
        json_object_set_new(o, "rule", json_string(m->rule));
    view_set_time(o, "until", m->until_ms);
    if (m->why[0] != '\0')
        json_object_set_new(o, "why", json_string(m->why));
    json_object_set_new(o, "by", json_string("configuration"));
    json_object_set_new(o, "ended",
                        json_boolean(m->until_ms != TIME_NONE && now_ms != TIME_NONE &&
                                     m->until_ms <= now_ms));
    return o;
}

struct mutes {
    json_t *list;
    int64_t now_ms;
};

static void set_known_text(json_t *o, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(o, name, json_string(text));
}

static int add_mute(void *context, const struct store_mute *m)
{
    const struct mutes *mutes = context;
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(m->id));
    if (m->meant != 0)
        json_object_set_new(o, "vessel", json_integer((json_int_t)m->meant));
    set_known_text(o, "rule", m->rule);
    set_known_text(o, "zone", m->zone);
    set_known_text(o, "feed", m->feed);
    view_set_time(o, "from", m->from_ms);
    view_set_time(o, "until", m->until_ms);
    set_known_text(o, "why", m->why);
    set_known_text(o, "by", m->who);
    bool is_past = mutes->now_ms != TIME_NONE && m->until_ms <= mutes->now_ms;
    json_object_set_new(o, "ended", json_boolean(is_past || m->ended_ms != TIME_NONE));
    return json_array_insert_new(mutes->list, 0, o) != 0 ? ERR_NOMEM : 0;
}

/* The answer holds those of the configuration. */
static int work_mutes(struct desk_task *task, struct store_reader *reader)
{
    const struct ask_values *v = &task->q->values;
    struct buf *out = &task->q->reply.body;
    struct ask_cursor after = {.numbers = {0}};
    struct mutes mutes = {json_array(), task->event_ms};
    if (v->after != NULL &&
        (!ask_parse_cursor(v->after, 1, &after) || after.numbers[0] < 0)) {
        json_decref(mutes.list);
        return desk_refuse(task, MHD_HTTP_BAD_REQUEST,
                           "after: this is not accepted (accepted: the `next` of an "
                           "answer)");
    }
    json_t *conf = json_loads(buf_text(out), 0, NULL), *part = json_array();
    int rc = query_mutes_walk(reader, add_mute, &mutes);
    json_array_extend(mutes.list, conf);
    size_t i = (size_t)after.numbers[0], end = i + v->limit;
    for (; i < json_array_size(mutes.list) && i < end; i++)
        json_array_append(part, json_array_get(mutes.list, i));
    json_t *o = json_object();
    json_object_set_new(o, "mutes", part);
    if (i < json_array_size(mutes.list))
        json_object_set_new(o, "next", json_sprintf("%zu", i));
    if (rc == 0)
        rc = dump_into(out, o);
    json_decref(o);
    json_decref(conf);
    json_decref(mutes.list);
    return rc;
}

int view_rules_mutes(struct request *q)
{
    struct api_look look;
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    const struct engine_conf *conf = engine_conf(look.engine);
    json_t *list = json_array();
    for (size_t i = 0; i < conf->mute_count; i++)
        json_array_append_new(
            list, conf_mute_json(&conf->mutes[i], i, engine_now(look.engine)));
    int rc = dump_into(&q->reply.body, list);
    json_decref(list);
    return rc != 0 ? rc : desk_ask(q, work_mutes, NULL);
}
