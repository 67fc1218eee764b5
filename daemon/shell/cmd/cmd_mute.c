/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd mute: adds, ends and lists mutes, by the running daemon, else in its
 * database. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_grid.h"
#include "cmd_ship.h"
#include "cmd_state.h"
#include "lookout/api/mute_form.h"
#include "lookout/engine/engine.h"
#include "lookout/run/pipeline.h"

/* --- by the daemon --- */

/* The daemon's answer, a new reference; ERR_NOT_FOUND: none runs. */
static int ask_mutes(const char *directory, const struct api_local_question *q,
                     json_t **ret_answer, struct err *err)
{
    struct buf answer = {0};
    unsigned status = 0;
    int rc = cmd_state_ask(directory, q, &status, &answer, err);
    json_t *o = rc == 0 ? json_loads(buf_text(&answer), 0, NULL) : NULL;
    const char *why = json_string_value(json_object_get(o, "detail"));
    buf_finish(&answer);
    if (rc == 0 && (status != 200 || o == NULL))
        rc = err_set(err, ERR_INVALID, "%s", why != NULL ? why : "no reason was given");
    if (rc == 0)
        *ret_answer = o;
    else
        json_decref(o);
    return rc;
}

/* --- without it --- */

/* The state and the configuration that filled it. */
struct stored {
    const struct cmd_args *args;
    const char *directory, *who;
    struct pipeline pipeline;
    struct conf *conf;
    json_t *list;
    const char *ended; /* the id to be ended; is_found: it is on record */
    bool is_found;
};

static int gather_stored(void *context, const struct store_mute *m)
{
    struct stored *s = context;
    s->is_found = s->is_found || (s->ended != NULL && strcmp(s->ended, m->id) == 0);
    return json_array_insert_new(s->list, 0,
                                 mute_form_json(m, engine_now(s->pipeline.engine))) != 0
               ? ERR_NOMEM
               : 0;
}

static int list_stored(struct stored *s, struct err *err)
{
    struct store_reader *reader = NULL;
    const struct engine_conf *conf = engine_conf(s->pipeline.engine);
    int rc = store_reader_open(s->directory, &reader, err);
    if (rc == 0)
        rc = query_mutes_walk(reader, gather_stored, s);
    store_reader_close(reader);
    for (size_t i = 0; i < conf->mute_count; i++)
        json_array_append_new(
            s->list,
            mute_form_conf_json(&conf->mutes[i], i, engine_now(s->pipeline.engine)));
    return rc;
}

static int write_mute(struct stored *s, const json_t *body, json_t **ret_answer,
                      struct err *err)
{
    struct mute_form form;
    const struct mute_form_world world = {s->pipeline.engine, s->conf, s->who};
    struct store_batch *batch = store_batch_create();
    int rc = batch == NULL ? ERR_NOMEM : mute_form_read(body, &world, &form, err);
    if (rc == 0)
        rc = store_batch_mute(batch, &form.mute);
    if (rc != 0) {
        store_batch_destroy(batch);
        return rc;
    }
    if (cmd_state_write(s->args, s->directory, batch) != CMD_DONE)
        return ERR_IO;
    *ret_answer = mute_form_json(&form.mute, engine_now(s->pipeline.engine));
    return 0;
}

static int write_end(struct stored *s, json_t **ret_answer, struct err *err)
{
    s->ended = s->args->end;
    int rc = list_stored(s, err);
    if (rc == 0 && !s->is_found)
        rc = err_set(err, ERR_NOT_FOUND, "there is no mute %.64s that was added",
                     s->ended);
    struct store_batch *batch = rc == 0 ? store_batch_create() : NULL;
    if (rc == 0)
        rc = batch == NULL
                 ? ERR_NOMEM
                 : store_batch_unmute(batch, s->ended, mute_form_now(s->pipeline.engine));
    if (rc != 0) {
        store_batch_destroy(batch);
        return rc;
    }
    *ret_answer = json_pack("{s:s, s:b}", "id", s->ended, "ended", 1);
    return cmd_state_write(s->args, s->directory, batch) == CMD_DONE ? 0 : ERR_IO;
}

static int open_stored(struct stored *s, struct err *err)
{
    size_t refused = 0;
    if (cmd_state_known(s->args, &s->conf) != CMD_DONE || s->conf == NULL)
        return err_set(err, ERR_NOT_FOUND,
                       "no daemon runs, and the configuration is needed: -c FILE");
    int rc = pipeline_init(&s->pipeline, s->conf, err);
    return rc != 0 ? rc : pipeline_load(&s->pipeline, s->directory, &refused, err);
}

static int act_stored(struct stored *s, const json_t *body, json_t **ret_answer,
                      struct err *err)
{
    s->list = json_array();
    int rc = open_stored(s, err);
    if (rc == 0 && s->args->is_list) {
        rc = list_stored(s, err);
        *ret_answer = json_pack("{s:O}", "mutes", s->list);
    } else if (rc == 0) {
        rc = body != NULL ? write_mute(s, body, ret_answer, err)
                          : write_end(s, ret_answer, err);
    }
    if (s->pipeline.engine != NULL)
        pipeline_finish(&s->pipeline);
    conf_destroy(s->conf);
    json_decref(s->list);
    return rc;
}

/* --- the command --- */

static int refuse_mute(const struct cmd_args *args)
{
    bool is_adding = !args->is_list && args->end == NULL;
    if (args->is_list && args->end != NULL)
        return cmd_refuse(args, "--list and --end do not go together");
    if (!is_adding && (args->word_count != 0 || args->rule != NULL ||
                       args->until != NULL || args->why != NULL))
        return cmd_refuse(args, "--list and --end stand alone");
    if (is_adding && args->word_count + (args->rule != NULL) == 0)
        return cmd_refuse(args, "name a vessel, a rule (--rule ID) or both");
    if (is_adding && (args->until == NULL || args->why == NULL))
        return cmd_refuse(args, "--until TIME and --why TEXT are needed");
    if (args->word_count > 1)
        return cmd_refuse(args, "one vessel a mute; a mute ends by itself");
    return CMD_DONE;
}

/* vessel 0: the rule alone. */
static json_t *make_mute_body(const struct cmd_args *args, const char *who,
                              uint32_t vessel)
{
    json_t *o = json_pack("{s:s*, s:s*, s:s*, s:s}", "rule", args->rule, "until",
                          args->until, "why", args->why, "by", who);
    if (vessel != 0)
        json_object_set_new(o, "vessel", json_integer((json_int_t)vessel));
    return o;
}

static int ask_or_act(struct stored *s, json_t *body, json_t **ret_answer,
                      struct err *err)
{
    char target[128] = "/api/v1/mutes";
    const struct cmd_args *args = s->args;
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct api_local_question q = {
        .method = args->is_list ? "GET" : "POST", .target = target, .body = text};
    if (args->is_list)
        snprintf(target, sizeof target, "/api/v1/mutes?limit=1000");
    if (args->end != NULL) {
        q.method = "DELETE";
        snprintf(target, sizeof target, "/api/v1/mutes/%.64s", args->end);
    }
    int rc = ask_mutes(s->directory, &q, ret_answer, err);
    free(text);
    if (rc != ERR_NOT_FOUND)
        return rc;
    *err = (struct err){0};
    return act_stored(s, body, ret_answer, err);
}

/* --- what is printed --- */

/* What a mute is for, in words. */
static const char *say_mute_target(const json_t *mute, char text[160])
{
    static const char *const members[] = {"rule", "zone", "feed"};
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        const char *id = json_string_value(json_object_get(mute, members[i]));
        if (id != NULL && n < 100)
            n += (size_t)snprintf(text + n, 160 - n, "%s%s %.40s", n > 0 ? ", " : "",
                                  members[i], id);
    }
    return text;
}

static int add_mute_row(struct cmd_grid *g, const json_t *mute)
{
    char until[CMD_GRID_TEXT_BYTES], vessel[24] = "", what[160];
    json_int_t number = json_integer_value(json_object_get(mute, "vessel"));
    if (number != 0)
        snprintf(vessel, sizeof vessel, "%lld", (long long)number);
    const char *cells[] = {
        json_string_value(json_object_get(mute, "id")),
        vessel,
        say_mute_target(mute, what),
        cmd_grid_time(json_string_value(json_object_get(mute, "until")), until),
        json_is_true(json_object_get(mute, "ended")) ? "ended" : "",
        json_string_value(json_object_get(mute, "by")),
        json_string_value(json_object_get(mute, "why"))};
    return cmd_grid_add(g, cells);
}

static int print_mute_table(const json_t *list)
{
    static const char *const names[] = {"ID", ">VESSEL", "OF",  "UNTIL",
                                        "",   "~BY",     "~WHY"};
    struct cmd_grid grid;
    int rc = 0;
    cmd_grid_init(&grid, names, 7);
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++)
        rc = add_mute_row(&grid, json_array_get(list, i));
    if (rc == 0)
        cmd_grid_print(&grid);
    cmd_grid_finish(&grid);
    return rc;
}

static void print_mutes(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "mutes");
    size_t count = list != NULL ? json_array_size(list) : 1;
    for (size_t i = 0; i < count; i++) {
        char *line = json_dumps(list != NULL ? json_array_get(list, i) : answer,
                                JSON_COMPACT | JSON_ENSURE_ASCII);
        if (line != NULL)
            puts(line);
        free(line);
    }
}

int cmd_mute(const struct cmd_args *args)
{
    char *directory = NULL, login[CMD_STATE_NAME_BYTES];
    uint32_t vessel = 0;
    json_t *answer = NULL;
    struct err err = {0};
    int status = refuse_mute(args);
    if (status == CMD_DONE)
        status = cmd_state_directory(args, &directory);
    if (status == CMD_DONE && args->word_count != 0)
        status = cmd_ship_find(args, directory, args->words[0], &vessel);
    if (status != CMD_DONE) {
        free(directory);
        return status;
    }
    struct stored s = {.args = args,
                       .directory = directory,
                       .who = args->by != NULL ? args->by : cmd_state_login(login)};
    bool is_adding = !args->is_list && args->end == NULL;
    json_t *body = is_adding ? make_mute_body(args, s.who, vessel) : NULL;
    int rc = ask_or_act(&s, body, &answer, &err);
    if (rc == 0 && args->is_list && cmd_grid_is_wanted(args))
        rc = print_mute_table(json_object_get(answer, "mutes"));
    else if (rc == 0)
        print_mutes(answer);
    if (rc != 0)
        fprintf(stderr, "lookoutd mute: %s\n",
                err.text[0] != '\0' ? err.text : err_text(rc));
    json_decref(answer);
    json_decref(body);
    free(directory);
    return rc == 0 && fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
