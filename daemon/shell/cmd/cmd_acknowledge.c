/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd acknowledge: marks alerts as seen, by the running daemon, else in its
 * database. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_state.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"

/* --- who and what --- */

static int refuse_words(const struct cmd_args *args)
{
    if (args->word_count == 0)
        return cmd_refuse(args, "name alerts by ID");
    if (args->verdict != NULL && !store_batch_is_verdict(args->verdict))
        return cmd_refuse(args, "--verdict '%s' is none of: confirmed, explained, false",
                          args->verdict);
    if (args->note != NULL && strlen(args->note) > STORE_NOTE_MOST)
        return cmd_refuse(args, "--note has %zu bytes (accepted: at most %d)",
                          strlen(args->note), STORE_NOTE_MOST);
    if (args->is_undone && (args->note != NULL || args->verdict != NULL))
        return cmd_refuse(args, "--undo takes neither --note nor --verdict");
    return CMD_DONE;
}

static int note_found(void *context, const int64_t place[2], const char *json)
{
    (void)place;
    (void)json;
    *(bool *)context = true;
    return 0;
}

/* All alerts are on record; prints which is not. */
static int find_alerts(const struct cmd_args *args, const char *directory)
{
    struct store_reader *reader = NULL;
    struct err err = {0};
    int rc = store_reader_open(directory, &reader, &err);
    for (size_t i = 0; i < args->word_count && rc == 0; i++) {
        const struct query_ask ask = {.since_ms = TIME_NONE,
                                      .until_ms = TIME_NONE,
                                      .severity = -1,
                                      .id = args->words[i],
                                      .limit = 1,
                                      .after = {INT64_MAX, 0}};
        bool is_found = false;
        rc = query_list_alerts(reader, &ask, note_found, &is_found);
        if (rc == 0 && !is_found)
            rc = err_set(&err, ERR_NOT_FOUND, "there is no alert %s on record",
                         args->words[i]);
    }
    store_reader_close(reader);
    if (rc != 0)
        fprintf(stderr, "lookoutd acknowledge: %s\n",
                err.text[0] != '\0' ? err.text : err_text(rc));
    return rc == 0 ? CMD_DONE : CMD_FAILED;
}

/* --- by the daemon --- */

static char *make_seen_body(const struct cmd_args *args, const char *name)
{
    json_t *o = json_pack("{s:s, s:s*, s:s*, s:b}", "by", name, "note", args->note,
                          "verdict", args->verdict, "case", args->is_case);
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    return text;
}

static int mark_by_daemon(const char *directory, const char *id, const char *body,
                          bool is_undone, struct err *err)
{
    char target[128];
    const struct api_local_question q = {
        .method = is_undone ? "DELETE" : "POST", .target = target, .body = body};
    struct buf answer = {0};
    unsigned status = 0;
    snprintf(target, sizeof target, "/api/v1/alerts/%.64s/acknowledgement", id);
    int rc = cmd_state_ask(directory, &q, &status, &answer, err);
    if (rc == 0 && status != 200) {
        json_t *o = json_loads(buf_text(&answer), 0, NULL);
        const char *why = json_string_value(json_object_get(o, "detail"));
        rc = err_set(err, ERR_INVALID, "the daemon refuses: %s",
                     why != NULL ? why : "it gives no reason");
        json_decref(o);
    }
    buf_finish(&answer);
    return rc;
}

/* --- without it --- */

static int write_seen(const struct cmd_args *args, const char *directory,
                      const char *name)
{
    struct store_batch *batch = store_batch_create();
    int rc = batch != NULL ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < args->word_count && rc == 0; i++) {
        const struct store_seen seen = {.id = args->words[i],
                                        .who = name,
                                        .verdict = args->verdict,
                                        .note = args->note,
                                        .is_case = args->is_case,
                                        .is_undone = args->is_undone,
                                        .at_ms = clock_wall_ms()};
        rc = store_batch_seen(batch, &seen);
    }
    if (rc == 0)
        return cmd_state_write(args, directory, batch);
    store_batch_destroy(batch);
    fprintf(stderr, "lookoutd acknowledge: %s\n", err_text(rc));
    return CMD_FAILED;
}

static int mark_alerts(const struct cmd_args *args, const char *directory,
                       const char *name)
{
    struct err err = {0};
    char *body = make_seen_body(args, name);
    int rc = body != NULL ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < args->word_count && rc == 0; i++)
        rc = mark_by_daemon(directory, args->words[i], body, args->is_undone, &err);
    free(body);
    if (rc == ERR_NOT_FOUND)
        return write_seen(args, directory, name);
    if (rc != 0)
        fprintf(stderr, "lookoutd acknowledge: %s\n",
                err.text[0] != '\0' ? err.text : err_text(rc));
    return rc == 0 ? CMD_DONE : CMD_FAILED;
}

int cmd_acknowledge(const struct cmd_args *args)
{
    char login[CMD_STATE_NAME_BYTES], name[CMD_STATE_NAME_BYTES],
        note[STORE_NOTE_MOST + 1];
    struct cmd_args cleaned = *args;
    char *directory = NULL;
    int status = refuse_words(args);
    if (status != CMD_DONE)
        return status;
    const char *who = args->by != NULL ? args->by : cmd_state_login(login);
    text_clean(who, strlen(who), name, sizeof name);
    if (args->note != NULL) {
        text_clean(args->note, strlen(args->note), note, sizeof note);
        cleaned.note = note;
    }
    status = cmd_state_directory(args, &directory);
    if (status == CMD_DONE)
        status = find_alerts(args, directory);
    if (status == CMD_DONE)
        status = mark_alerts(&cleaned, directory, name);
    for (size_t i = 0; i < args->word_count && status == CMD_DONE; i++)
        printf("%s%s %s by %s\n", args->words[i], args->is_case ? " and its case" : "",
               args->is_undone ? "taken back" : "acknowledged", name);
    free(directory);
    if (status != CMD_DONE)
        return status;
    return fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
