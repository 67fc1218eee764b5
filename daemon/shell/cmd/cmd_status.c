/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd status: prints the status on one screen, from the running daemon by its
 * socket, else from its database. */
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd_grid.h"
#include "cmd_state.h"
#include "lookout/api/api.h"
#include "lookout/base/time.h"
#include "lookout/run/pipeline.h"
#include "lookout/run/status.h"
#include "lookout/sys/clock.h"

enum { WATCH_MS = 2000 };

/* --- the sources --- */

/* Ships and runs are known after their rows are read. */
static int ask_database(const char *directory, struct conf *conf, struct buf *out,
                        struct err *err)
{
    struct status_source source = {.conf = conf, .now_ms = clock_wall_ms()};
    struct pipeline p = {0};
    size_t refused = 0;
    int rc = store_reader_open(directory, &source.reader, err);
    if (rc == 0 && conf != NULL) {
        rc = pipeline_init(&p, conf, err);
        if (rc == 0)
            rc = pipeline_load(&p, directory, &refused, err);
        source.engine = p.engine;
    }
    if (rc == 0)
        rc = status_json(&source, out);
    if (p.engine != NULL)
        pipeline_finish(&p);
    store_reader_close(source.reader);
    return rc;
}

static int ask_daemon(const struct cmd_args *args, struct buf *out)
{
    struct conf *conf = NULL;
    struct err err = {0};
    char path[4096];
    int status = cmd_state_known(args, &conf);
    if (status != CMD_DONE)
        return status;
    const char *directory = args->state != NULL ? args->state : conf->state;
    snprintf(path, sizeof path, "%s/%s", directory, STATUS_SOCKET);
    int rc = api_local_get(path, "/status", out, &err);
    if (rc != 0)
        rc = ask_database(directory, conf, out, &err);
    if (rc != 0)
        fprintf(stderr, "lookoutd status: %s\n",
                err.text[0] != '\0' ? err.text : err_text(rc));
    conf_destroy(conf);
    return rc == 0 ? CMD_DONE : CMD_FAILED;
}

/* --- on one screen --- */

static const char *text_of_member(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text != NULL ? text : "";
}

static int64_t count_of(const json_t *o, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(o, name));
}

struct cell {
    char text[160];
};

static const char *put_count(struct cell *c, const json_t *o, const char *name)
{
    c->text[0] = '\0';
    if (json_object_get(o, name) != NULL)
        snprintf(c->text, sizeof c->text, "%" PRId64, count_of(o, name));
    return c->text;
}

/* "12 s ago"; "" when it is not known. */
static const char *put_age(struct cell *c, const json_t *o, const char *name,
                           int64_t now_ms)
{
    const char *text = text_of_member(o, name);
    char span[CMD_GRID_TEXT_BYTES];
    int64_t at_ms = 0;
    c->text[0] = '\0';
    if (time_parse(text, strlen(text), &at_ms) != 0)
        return c->text;
    snprintf(c->text, sizeof c->text, "%s ago",
             cmd_grid_span(now_ms > at_ms ? now_ms - at_ms : 0, span));
    return c->text;
}

static const char *put_refused(struct cell *c, const json_t *feed)
{
    const char *name = NULL;
    json_t *refused = json_object_get(feed, "refused"), *value = NULL;
    size_t n = 0;
    c->text[0] = '\0';
    json_object_foreach(refused, name, value)
    {
        int more = snprintf(c->text + n, sizeof c->text - n, "%s%s %" PRId64,
                            n > 0 ? ", " : "", name, (int64_t)json_integer_value(value));
        n = more > 0 && n + (size_t)more < sizeof c->text ? n + (size_t)more : n;
    }
    return c->text;
}

static int print_feeds(const json_t *all, int64_t now_ms)
{
    static const char *const names[] = {"~FEED", "STATE",  ">LINES/S", ">REPORTS",
                                        "LAST",  ">DELAY", "~REFUSED"};
    struct cmd_grid g;
    size_t i = 0;
    json_t *feeds = json_object_get(all, "feeds"), *f = NULL;
    int rc = 0;
    cmd_grid_init(&g, names, 7);
    json_array_foreach(feeds, i, f)
    {
        struct cell rate, reports, last, delay = {""}, refused;
        snprintf(rate.text, sizeof rate.text, "%.1f",
                 json_number_value(json_object_get(f, "lines_per_s")));
        if (json_object_get(f, "delay_s") != NULL)
            snprintf(delay.text, sizeof delay.text, "%" PRId64 " s",
                     count_of(f, "delay_s"));
        const char *cells[] = {text_of_member(f, "id"),
                               text_of_member(f, "state"),
                               rate.text,
                               put_count(&reports, f, "reports"),
                               put_age(&last, f, "last_report", now_ms),
                               delay.text,
                               put_refused(&refused, f)};
        rc = rc == 0 ? cmd_grid_add(&g, cells) : rc;
    }
    if (json_array_size(feeds) > 0)
        putchar('\n');
    cmd_grid_print(&g);
    cmd_grid_finish(&g);
    return rc;
}

static int print_webhooks(const json_t *all, int64_t now_ms)
{
    static const char *const names[] = {"~WEBHOOK",   ">PENDING", ">DEAD",
                                        ">DELIVERED", "ANSWERED", "~LAST ANSWER"};
    struct cmd_grid g;
    size_t i = 0;
    json_t *hooks = json_object_get(all, "webhooks"), *h = NULL;
    int rc = 0;
    cmd_grid_init(&g, names, 6);
    json_array_foreach(hooks, i, h)
    {
        struct cell pending, dead, delivered, age, answer = {""};
        if (count_of(h, "last_status") != 0 &&
            text_of_member(h, "last_reason")[0] == '\0')
            put_count(&answer, h, "last_status");
        else
            snprintf(answer.text, sizeof answer.text, "%s",
                     text_of_member(h, "last_reason"));
        const char *cells[] = {text_of_member(h, "id"),
                               put_count(&pending, h, "pending"),
                               put_count(&dead, h, "dead"),
                               put_count(&delivered, h, "delivered"),
                               put_age(&age, h, "last_answer", now_ms),
                               answer.text};
        rc = rc == 0 ? cmd_grid_add(&g, cells) : rc;
    }
    if (json_array_size(hooks) > 0)
        putchar('\n');
    cmd_grid_print(&g);
    cmd_grid_finish(&g);
    return rc;
}

static void print_problems(const json_t *all)
{
    size_t i = 0;
    json_t *problems = json_object_get(all, "problems"), *p = NULL;
    if (json_array_size(problems) == 0)
        puts("all is well");
    json_array_foreach(problems, i, p)
    {
        printf("! %s\n", json_string_value(p));
    }
}

static int print_screen(const struct buf *text)
{
    json_t *all = json_loads(buf_text(text), 0, NULL);
    const char *now = text_of_member(all, "now");
    int64_t now_ms = 0;
    struct cell since;
    if (all == NULL || time_parse(now, strlen(now), &now_ms) != 0) {
        json_decref(all);
        return ERR_CORRUPT;
    }
    print_problems(all);
    put_age(&since, all, "started_at", now_ms);
    char at[CMD_GRID_TEXT_BYTES];
    printf("\nlookoutd %s at %s UTC%s%s\n", text_of_member(all, "version"),
           cmd_grid_time(now, at), since.text[0] != '\0' ? ", started " : "", since.text);
    if (json_object_get(all, "vessels") != NULL)
        printf("vessels %" PRId64 ", open runs of routes %" PRId64 "\n",
               count_of(all, "vessels"), count_of(all, "open_runs"));
    const json_t *db = json_object_get(all, "database");
    printf("database %.1f MB, log %.1f MB, alerts %" PRId64 "\n",
           (double)count_of(db, "bytes") / 1e6, (double)count_of(db, "wal_bytes") / 1e6,
           count_of(db, "alerts"));
    int rc = print_feeds(all, now_ms);
    if (rc == 0)
        rc = print_webhooks(all, now_ms);
    json_decref(all);
    return rc;
}

/* Wait for the next look; false when nobody reads our output. */
static bool nap_awhile(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, WATCH_MS) <= 0 || (out.revents & (POLLERR | POLLNVAL)) == 0;
}

int cmd_status(const struct cmd_args *args)
{
    bool is_table = cmd_grid_is_wanted(args);
    int status;
    if ((args->config != NULL) == (args->state != NULL))
        return cmd_refuse(args, "one of -c FILE and --state DIR is needed");
    do {
        struct buf text = {0};
        status = ask_daemon(args, &text);
        if (status == CMD_DONE && args->is_watching && is_table)
            fputs("\033[H\033[2J", stdout);
        if (status == CMD_DONE && !is_table)
            puts(buf_text(&text));
        else if (status == CMD_DONE && print_screen(&text) != 0)
            status = CMD_FAILED;
        buf_finish(&text);
        if (fflush(stdout) != 0)
            status = CMD_FAILED;
    } while (status == CMD_DONE && args->is_watching && nap_awhile());
    return status;
}
