/* SPDX-License-Identifier: Apache-2.0 */
/* Lists with `refresh`: a worker looks at each when it is due. What it reads anew is
 * offered to a reload, or refused and told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/sys/log.h"
#include "run_int.h"

/* What the worker is to look at; a copy, because the configuration may change meanwhile.
 */
struct look {
    uint64_t definition;
    char *path, *id;             /* owned */
    char *headers[LIST_COLUMNS]; /* owned */
    struct list_options options;
    enum list_format found;
    char in_force[LIST_SHA256_BYTES]; /* digest of the version that is in force */
    char together[LIST_SHA256_BYTES]; /* "" unknown: it could not be read */
    struct list *content;             /* owned: what was read, unless it is the same */
    struct list_trouble trouble;
    int rc;
};

struct due {
    uint64_t at_ms;                  /* of the loop's time */
    char refused[LIST_SHA256_BYTES]; /* the version that was refused last */
    bool is_unread;                  /* that it could not be read was told */
};
struct run_lists {
    uv_timer_t timer;
    uv_work_t work;
    bool is_looking;
    struct look look;
    struct due *due; /* owned: of each list of the configuration */
    size_t count;
};

static void finish_look(struct look *k)
{
    free(k->path);
    free(k->id);
    for (size_t i = 0; i < LIST_COLUMNS; i++)
        free(k->headers[i]);
    list_release(k->content);
    memset(k, 0, sizeof *k);
}

/* --- on the worker --- */

static void look_at_list(uv_work_t *work)
{
    struct look *k = &((struct run *)work->data)->lists->look;
    k->rc = list_file_digest(k->path, k->found, k->together);
    if (k->rc == 0 && strcmp(k->together, k->in_force) == 0)
        return;
    if (k->rc != 0)
        k->together[0] = '\0';
    k->rc = list_file_read(k->path, &k->options, &k->content, &k->trouble);
    if (k->rc == 0)
        memcpy(k->together, k->content->together, sizeof k->together);
}

/* --- on the loop --- */

static void lists_schedule(struct run *r);

static size_t find_list(const struct run *r, uint64_t definition)
{
    for (size_t i = 0; i < r->conf->list_count; i++)
        if (r->conf->lists[i].definition == definition)
            return i;
    return SIZE_MAX;
}

static void refuse_list(struct run *r, const struct conf_list *list, const struct look *k,
                        const char *reason)
{
    const struct list *content = k->content;
    const struct alert_refusal refusal = {
        .id = list->id,
        .file = list->file,
        .sha256 = content != NULL ? content->sha256 : "",
        .in_force = list->sha256,
        .reason = reason,
        .ships = content != NULL ? conf_list_ships_count(list, content) : 0,
        .ships_before = list->ships,
        .read_ms = r->pipeline.clock_ms,
    };
    struct alert alert;
    log_error("run", NULL, "list %s: %s is refused: %s", list->id, list->file, reason);
    int rc = engine_listings_refused(engine_conf(r->pipeline.engine), &refusal, &alert);
    run_alert(r, rc, &alert);
}

/* Why the list is not taken; NULL: it is. */
static const char *find_reason(const struct conf_list *list, const struct look *k,
                               char text[300])
{
    if (k->rc != 0)
        return k->trouble.text[0] != '\0' ? k->trouble.text : err_text(k->rc);
    if (k->content->is_cut)
        return "the file ends in the middle of a row";
    size_t ships = conf_list_ships_count(list, k->content);
    if ((double)ships >= list->shrink * (double)list->ships)
        return NULL;
    snprintf(text, 300, "it has %zu ship%s, fewer than %g%% of the %zu that the list had",
             ships, ships == 1 ? "" : "s", list->shrink * 100, list->ships);
    return text;
}

/* A refused version is told once. */
static bool is_refusal_told(const struct due *due, const struct look *k)
{
    return k->together[0] != '\0' ? strcmp(due->refused, k->together) == 0
                                  : due->is_unread;
}

static void settle_look(struct run *r, size_t i)
{
    struct conf_list *list = &r->conf->lists[i];
    struct due *due = &r->lists->due[i];
    struct look *k = &r->lists->look;
    char text[300];
    if (k->content == NULL && k->rc == 0) {
        due->refused[0] = '\0';
        due->is_unread = false;
        return;
    }
    const char *reason = find_reason(list, k, text);
    if (reason != NULL) {
        if (!is_refusal_told(due, k))
            refuse_list(r, list, k, reason);
        memcpy(due->refused, k->together, sizeof due->refused);
        due->is_unread = k->together[0] == '\0';
        return;
    }
    log_info("run", NULL, "list %s: %s has changed: ships=%zu before=%zu", list->id,
             list->file, conf_list_ships_count(list, k->content), list->ships);
    list_release(list->offered);
    list->offered = k->content;
    k->content = NULL;
    run_reload_ask_lists(r);
}

static void on_looked(uv_work_t *work, int status)
{
    struct run *r = work->data;
    struct run_lists *l = r->lists;
    (void)status;
    l->is_looking = false;
    size_t i = find_list(r, l->look.definition);
    /* While a reload reads, the configuration must not change; the next look is soon. */
    bool is_free = !r->is_stopping && r->reload.phase == RELOAD_NONE;
    if (is_free && i < l->count) {
        l->due[i].at_ms = uv_now(&r->loop) + (uint64_t)r->conf->lists[i].refresh_ms;
        settle_look(r, i);
    }
    finish_look(&l->look);
    if (!r->is_stopping)
        lists_schedule(r);
}

static bool copy_look(struct look *k, const struct conf_list *list)
{
    bool is_whole = true;
    k->definition = list->definition;
    k->path = strdup(list->path);
    k->id = strdup(list->id);
    for (size_t i = 0; i < LIST_COLUMNS; i++) {
        k->headers[i] = list->headers[i] != NULL ? strdup(list->headers[i]) : NULL;
        is_whole = is_whole && (k->headers[i] != NULL) == (list->headers[i] != NULL);
    }
    k->options = (struct list_options){.format = list->format,
                                       .has_names = list->has_names,
                                       .columns = (const char *const *)k->headers};
    k->found = list->found;
    memcpy(k->in_force, list->together, sizeof k->in_force);
    return is_whole && k->path != NULL && k->id != NULL;
}

static void on_due(uv_timer_t *timer)
{
    struct run *r = timer->data;
    struct run_lists *l = r->lists;
    size_t i = 0;
    while (i < l->count &&
           (r->conf->lists[i].refresh_ms == 0 || l->due[i].at_ms > uv_now(&r->loop)))
        i++;
    if (i == l->count || l->is_looking || r->reload.phase != RELOAD_NONE) {
        lists_schedule(r);
        return;
    }
    /* If it cannot be looked at now, it is looked at next time. */
    l->due[i].at_ms = uv_now(&r->loop) + (uint64_t)r->conf->lists[i].refresh_ms;
    l->is_looking = copy_look(&l->look, &r->conf->lists[i]) &&
                    uv_queue_work(&r->loop, &l->work, look_at_list, on_looked) == 0;
    if (!l->is_looking) {
        finish_look(&l->look);
        lists_schedule(r);
    }
}

/* The next list that is due; a list that waits for a reload's end is looked at soon. */
static void lists_schedule(struct run *r)
{
    enum { LEAST_MS = 100 };
    struct run_lists *l = r->lists;
    uint64_t now_ms = uv_now(&r->loop), next_ms = UINT64_MAX;
    for (size_t i = 0; i < l->count; i++)
        if (r->conf->lists[i].refresh_ms != 0 && l->due[i].at_ms < next_ms)
            next_ms = l->due[i].at_ms;
    if (next_ms == UINT64_MAX)
        return;
    uint64_t left_ms = next_ms > now_ms ? next_ms - now_ms : 0;
    uv_timer_start(&l->timer, on_due, left_ms > LEAST_MS ? left_ms : LEAST_MS, 0);
}

void run_lists_follow(struct run *r)
{
    struct run_lists *l = r->lists;
    struct due *due = calloc(r->conf->list_count + 1, sizeof *due);
    if (due == NULL) {
        log_warning("run", NULL, "no memory to look at lists");
        return;
    }
    free(l->due);
    l->due = due;
    l->count = r->conf->list_count;
    for (size_t i = 0; i < l->count; i++)
        l->due[i].at_ms = uv_now(&r->loop) + (uint64_t)r->conf->lists[i].refresh_ms;
    uv_timer_stop(&l->timer);
    lists_schedule(r);
}

bool run_lists_init(struct run *r)
{
    r->lists = calloc(1, sizeof *r->lists);
    if (r->lists == NULL)
        return false;
    uv_timer_init(&r->loop, &r->lists->timer);
    r->lists->timer.data = r->lists->work.data = r;
    return true;
}

void run_lists_stop(struct run *r)
{
    if (r->lists != NULL)
        uv_close((uv_handle_t *)&r->lists->timer, NULL);
}

void run_lists_finish(struct run *r)
{
    if (r->lists == NULL)
        return;
    finish_look(&r->lists->look);
    free(r->lists->due);
    free(r->lists);
    r->lists = NULL;
}
