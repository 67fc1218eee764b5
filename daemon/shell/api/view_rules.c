/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in words, with how often they told. */
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
        rc = view_dump(out, o);
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
    int rc = view_dump(&q->reply.body, o);
    json_decref(o);
    return rc != 0 ? rc : desk_ask(q, work_rules, NULL);
}
