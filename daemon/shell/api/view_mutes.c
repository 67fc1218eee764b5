/* SPDX-License-Identifier: Apache-2.0 */
/* Mutes: the list of all, and adding and ending those of people. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "desk.h"
#include "lookout/api/mute_form.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "view.h"

/* --- the list --- */

struct mutes {
    json_t *list;
    int64_t now_ms;
};

static int add_mute(void *context, const struct store_mute *m)
{
    const struct mutes *mutes = context;
    json_t *o = mute_form_json(m, mutes->now_ms);
    return json_array_insert_new(mutes->list, 0, o) != 0 ? ERR_NOMEM : 0;
}

/* Behind the mute of that id, whatever was added before it; -1: there is none. */
static json_int_t find_mute_place(const json_t *list, const char *id)
{
    size_t i = 0;
    json_t *o = NULL;
    if (id == NULL)
        return 0;
    json_array_foreach(list, i, o)
    {
        if (strcmp(json_string_value(json_object_get(o, "id")), id) == 0)
            return (json_int_t)i + 1;
    }
    return -1;
}

/* The answer holds those of the configuration. */
static int work_mutes(struct desk_task *task, struct store_reader *reader)
{
    const struct ask_values *v = &task->q->values;
    struct buf *out = &task->q->reply.body;
    struct mutes mutes = {json_array(), task->event_ms};
    json_t *conf = json_loads(buf_text(out), 0, NULL), *part = json_array();
    int rc = query_mutes_walk(reader, add_mute, &mutes);
    json_array_extend(mutes.list, conf);
    json_int_t begin = find_mute_place(mutes.list, v->after);
    size_t i = begin >= 0 ? (size_t)begin : 0, end = i + v->limit;
    for (; i < json_array_size(mutes.list) && i < end; i++)
        json_array_append(part, json_array_get(mutes.list, i));
    json_t *o = json_object();
    json_object_set_new(o, "mutes", part);
    if (i < json_array_size(mutes.list))
        json_object_set(o, "next",
                        json_object_get(json_array_get(mutes.list, i - 1), "id"));
    if (rc == 0 && begin < 0)
        rc = desk_refuse(task, MHD_HTTP_BAD_REQUEST,
                         "after: this is not accepted (accepted: the `next` of an "
                         "answer)");
    else if (rc == 0)
        rc = view_dump(out, o);
    json_decref(o);
    json_decref(conf);
    json_decref(mutes.list);
    return rc;
}

int view_mutes(struct request *q)
{
    struct api_look look;
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    const struct engine_conf *conf = engine_conf(look.engine);
    json_t *list = json_array();
    for (size_t i = 0; i < conf->mute_count; i++)
        json_array_append_new(
            list, mute_form_conf_json(&conf->mutes[i], i, engine_now(look.engine)));
    int rc = view_dump(&q->reply.body, list);
    json_decref(list);
    return rc != 0 ? rc : desk_ask(q, work_mutes, NULL);
}

/* --- the answer to a change --- */

/* The request's body holds the id. */
static int find_mute(void *context, const struct store_mute *m)
{
    struct desk_task *task = context;
    if (strcmp(m->id, buf_text(&task->q->body)) != 0)
        return 0;
    json_t *o = mute_form_json(m, task->event_ms);
    int rc = view_dump(&task->q->reply.body, o);
    json_decref(o);
    return rc;
}

static int work_added(struct desk_task *task, struct store_reader *reader)
{
    int rc = desk_store(task);
    task->is_mute = true;
    return rc != 0 ? rc : query_mutes_walk(reader, find_mute, task);
}

static int work_ended(struct desk_task *task, struct store_reader *reader)
{
    int rc = query_mutes_walk(reader, find_mute, task);
    if (rc == 0 && task->q->reply.body.length == 0)
        return desk_refuse(task, MHD_HTTP_NOT_FOUND, "there is no mute %.64s",
                           buf_text(&task->q->body));
    return rc != 0 ? rc : work_added(task, reader);
}

/* The batch is taken over; NULL: out of memory. */
static int ask_change(struct request *q, const char *id, struct store_batch *batch,
                      desk_work *work)
{
    char kept[MUTE_FORM_ID_BYTES];
    snprintf(kept, sizeof kept, "%s", id);
    buf_clear(&q->body);
    int rc = batch != NULL ? buf_add_text(&q->body, kept) : ERR_NOMEM;
    if (rc == 0)
        return desk_ask(q, work, batch);
    store_batch_destroy(batch);
    return rc;
}

/* --- adding and ending --- */

static int store_draft(struct request *q, struct mute_form *form)
{
    struct store_batch *batch = store_batch_create();
    if (batch != NULL && store_batch_mute(batch, &form->mute) != 0) {
        store_batch_destroy(batch);
        batch = NULL;
    }
    return ask_change(q, form->id, batch, work_added);
}

int view_mutes_add(struct request *q)
{
    struct api_look look;
    struct mute_form form;
    struct err err = {0};
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    json_t *body = json_loadb(q->body.data != NULL ? q->body.data : "", q->body.length,
                              JSON_REJECT_DUPLICATES, NULL);
    /* Only a command on this machine says for whom. */
    const char *by =
        q->api->path != NULL ? json_string_value(json_object_get(body, "by")) : NULL;
    const struct mute_form_world world = {look.engine, look.conf,
                                          by != NULL ? by : q->guest.id};
    int rc = mute_form_read(body, &world, &form, &err);
    if (rc == ERR_INVALID)
        rc = reply_problem(q, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    else if (rc == ERR_LIMIT)
        rc = reply_problem(q, MHD_HTTP_CONFLICT, "%s", err.text);
    else if (rc == 0)
        rc = store_draft(q, &form);
    json_decref(body);
    return rc;
}

int view_mutes_end(struct request *q)
{
    struct api_look look;
    const char *id = q->words[0];
    if (!api_look(q->api, &look))
        return ERR_INVALID;
    if (strlen(id) >= MUTE_FORM_ID_BYTES)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "there is no mute %.64s", id);
    if (strncmp(id, MUTE_FORM_OF_CONF, strlen(MUTE_FORM_OF_CONF)) == 0)
        return reply_problem(q, MHD_HTTP_CONFLICT,
                             "%s is a mute of the configuration: it ends in the file, "
                             "by a reload",
                             id);
    struct store_batch *batch = store_batch_create();
    if (batch != NULL && store_batch_unmute(batch, id, mute_form_now(look.engine)) != 0) {
        store_batch_destroy(batch);
        batch = NULL;
    }
    return ask_change(q, id, batch, work_ended);
}
