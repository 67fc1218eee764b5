/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd replay: recordings through the configured rules, as fast as the machine goes.
 * The configuration's feeds are not opened; nothing is posted unless --deliver. */
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd_conf.h"
#include "cmd_words.h"
#include "lookout/ais/input.h"
#include "lookout/base/timefmt.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/reader.h"
#include "replay.h"

static const char help[] =
    "usage: lookoutd replay -c FILE [options] INPUT...\n"
    "\n"
    "Recordings through the rules of a configuration, merged by event time; alerts go to "
    "stdout as\n"
    "JSON lines, a summary to stderr. INPUT is a path or - ; .gz and .zst are read as "
    "they are.\n"
    "\n"
    "  -c FILE          the configuration; its feeds are not opened\n"
    "  --start TIME     event time of lines before the first one with a time of its own "
    "(RFC 3339)\n"
    "  --format F       auto, nmea, jsonl or csv instead of recognising it\n"
    "  --alerts FILE    alerts to FILE instead of stdout\n"
    "  --state DIR      keep what was learned in the database of DIR, so that `run` "
    "starts warm; its\n"
    "                   alerts are marked history\n"
    "  --deliver        post the alerts to the configured webhooks and wait until all "
    "are settled\n";

enum { SLICE = 1 << 16 };

/* --- words
 * -----------------------------------------------------------------------------------------
 */

static int read_format(const struct cmd_words *words, const char *word,
                       enum input_format *ret_format)
{
    static const char *const names[] = {"auto", "nmea", "jsonl", "csv"};
    char near[64];
    for (int i = 0; i < 4; i++) {
        if (strcmp(word, names[i]) == 0) {
            *ret_format = (enum input_format)i;
            return CMD_GO_ON;
        }
    }
    cmd_words_nearest(word, "", names, 4, near, sizeof near);
    return cmd_words_refuse(words, "--format '%s': it takes auto, nmea, jsonl or csv%s",
                            word, near);
}

static int check_words(const struct cmd_words *words, const struct replay *r)
{
    int standard_inputs = 0;
    for (int i = 1; i < words->argc; i++)
        standard_inputs += strcmp(words->argv[i], "-") == 0;
    if (r->conf_file == NULL)
        return cmd_words_refuse(words, "which configuration? (-c FILE)");
    if (words->argc <= 1)
        return cmd_words_refuse(words, "no INPUT is given");
    if (standard_inputs > 1)
        return cmd_words_refuse(words, "standard input (-) can be read once only");
    return CMD_GO_ON;
}

static int read_words(struct cmd_words *words, struct replay *r)
{
    const char *start = NULL, *format = "auto";
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &r->conf_file},
        {.name = "start", .argument = "TIME", .value = &start},
        {.name = "format", .argument = "F", .value = &format},
        {.name = "alerts", .argument = "FILE", .value = &r->alerts_file},
        {.name = "state", .argument = "DIR", .value = &r->state},
        {.name = "deliver", .is_given = &r->deliver},
    };
    int status = cmd_words_read(words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON)
        status = read_format(words, format, &r->format);
    if (status == CMD_GO_ON && start != NULL &&
        time_parse(start, strlen(start), &r->start_ms) != 0)
        status = cmd_words_refuse(
            words, "--start '%s': it takes a time like 2024-03-24T00:00:00Z", start);
    return status == CMD_GO_ON ? check_words(words, r) : status;
}

/* --- setting up
 * ---------------------------------------------------------------------------------------
 */

static void on_report(void *context, const struct report *report)
{
    struct pipeline *p = context;
    int rc = merge_push(p->merge, report);
    if (rc != 0 && p->rc == 0)
        p->rc = rc;
}

/* All of them before anything that takes time. */
static int open_readers(struct replay *r, int count, char **names)
{
    struct err err = {0};
    r->sources = calloc((size_t)count, sizeof *r->sources);
    if (r->sources == NULL)
        return CMD_FAILED;
    for (int i = 0; i < count; i++) {
        struct replay_source *s = &r->sources[r->source_count++];
        s->name = names[i];
        if (reader_open(s->name, &s->reader, &err) != 0) {
            fprintf(stderr, "lookoutd replay: %s\n", err.text);
            return CMD_FAILED;
        }
    }
    return CMD_DONE;
}

static int open_source(struct replay *r, struct replay_source *s)
{
    struct merge_source_conf merge_conf = {.is_live = false};
    int index = merge_add(r->pipeline.merge, &merge_conf);
    if (index < 0)
        return CMD_FAILED;
    s->index = (uint16_t)index;
    struct input_conf conf = {
        .format = r->format, .start_ms = r->start_ms, .source = s->index};
    struct input_sink sink = {.on_report = on_report, .context = &r->pipeline};
    s->input = input_create(&conf, &sink);
    return s->input != NULL ? CMD_DONE : CMD_FAILED;
}

static int count_alert(void *context, const struct alert *alert)
{
    struct replay *r = context;
    return tally_add(&r->tally, alert);
}

static void on_commit(void *context)
{
    struct replay *r = context;
    wake_delivery(&r->wake);
}

static void say_store_error(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "lookoutd replay: store: %s\n", text);
}

static int open_store(struct replay *r)
{
    struct err err = {0};
    const char *directory = r->state;
    if (directory == NULL && !r->deliver)
        return CMD_DONE;
    if (directory == NULL) {
        const char *tmp = getenv("TMPDIR");
        snprintf(r->scratch, sizeof r->scratch, "%.40s/lookoutd-XXXXXX",
                 tmp != NULL ? tmp : "/tmp");
        directory = mkdtemp(r->scratch);
        if (directory == NULL) {
            fprintf(stderr, "lookoutd replay: no directory for the outbox: %s\n",
                    strerror(errno));
            r->scratch[0] = '\0';
            return CMD_FAILED;
        }
    }
    struct store_options options = {.directory = directory,
                                    .exclusive = true,
                                    .on_commit = on_commit,
                                    .on_error = say_store_error,
                                    .context = r};
    if (store_open(&options, &r->store, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return CMD_FAILED;
    }
    if (r->state != NULL)
        cmd_conf_note(r->conf_file, r->state);
    r->pipeline.store = r->store;
    r->pipeline.is_history = !r->deliver;
    size_t refused = 0;
    if (pipeline_load(&r->pipeline, directory, &refused, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return CMD_FAILED;
    }
    if (refused != 0)
        fprintf(stderr,
                "lookoutd replay: %zu stored vessels could not be read and start anew\n",
                refused);
    if (r->deliver &&
        delivery_start(r->conf->webhooks, r->conf->webhook_count, r->store, directory,
                       (uint64_t)pipeline_clock_ms(), &r->delivery, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return CMD_FAILED;
    }
    wake_set(&r->wake, r->delivery);
    return CMD_DONE;
}

/* --- going through
 * ---------------------------------------------------------------------------------------
 */

static void feed_source(struct replay *r, struct replay_source *s)
{
    static char bytes[SLICE];
    struct err err = {0};
    ssize_t n = reader_read(s->reader, bytes, sizeof bytes, &err);
    if (n < 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        r->damaged++;
        n = 0;
    }
    int rc =
        n > 0 ? input_feed(s->input, bytes, (size_t)n, 0) : input_finish(s->input, 0);
    if (rc == 0 && n == 0) {
        s->is_ended = true;
        rc = merge_end(r->pipeline.merge, s->index);
    }
    if (rc != 0 && r->pipeline.rc == 0)
        r->pipeline.rc = rc;
}

enum { COMMIT_BYTES = 4 << 20, QUEUE_BYTES = 32 << 20 };

static int go_through(struct replay *r)
{
    struct pipeline *p = &r->pipeline;
    bool is_going = true;
    while (is_going && p->rc == 0) {
        is_going = false;
        for (size_t i = 0; i < r->source_count && p->rc == 0; i++) {
            struct replay_source *s = &r->sources[i];
            if (s->is_ended)
                continue;
            is_going = true;
            if (merge_wants(p->merge, s->index) ||
                merge_pending(p->merge, s->index) < SLICE)
                feed_source(r, s);
        }
        p->clock_ms = pipeline_clock_ms();
        if (pipeline_drain(p) == 0 && store_batch_bytes(p->batch) > COMMIT_BYTES &&
            pipeline_commit(p, false) == 0 && store_queued_bytes(r->store) > QUEUE_BYTES)
            store_flush(r->store, 60000);
        replay_progress(r, false);
    }
    r->tally.first_ms = p->first_ms;
    r->tally.last_ms = engine_now(p->engine);
    replay_progress(r, true);
    return p->rc != 0 ? p->rc : pipeline_commit(p, false);
}

/* Wait until every delivery is settled, one way or the other. */
static int wait_for_delivery(struct replay *r)
{
    const char *directory = r->state != NULL ? r->state : r->scratch;
    struct store_reader *reader = NULL;
    struct err err = {0};
    struct store_counts counts = {.pending = 1};
    if (!store_flush(r->store, 60000) || store_reader_open(directory, &reader, &err) != 0)
        return CMD_FAILED;
    while (store_reader_counts(reader, NULL, &counts) == 0 && counts.pending != 0) {
        struct timespec pause = {0, 50000000};
        nanosleep(&pause, NULL);
    }
    store_reader_close(reader);
    fprintf(stderr, "delivered %llu, dead %llu\n", (unsigned long long)counts.delivered,
            (unsigned long long)counts.dead);
    return counts.dead == 0 ? CMD_DONE : CMD_FAILED;
}

/* Untimed recordings: nothing could be placed in time. */
static bool needs_start(const struct replay *r)
{
    for (size_t i = 0; i < r->source_count; i++) {
        const struct input_counts *c = input_counts(r->sources[i].input);
        if (c->reports == 0 && c->rejects[INPUT_REJECT_NO_TIME] != 0) {
            fprintf(stderr,
                    "lookoutd replay: %s has no times of its own: give --start TIME\n",
                    r->sources[i].name);
            return true;
        }
    }
    return false;
}

/* --- the command
 * ------------------------------------------------------------------------------------------------
 */

static int open_all(struct replay *r, int argc, char **argv)
{
    struct err err = {0};
    if (r->deliver && r->conf->webhook_count == 0) {
        fputs("lookoutd replay: --deliver: the configuration has no webhooks\n", stderr);
        return CMD_USAGE;
    }
    int status = open_readers(r, argc, argv);
    if (status != CMD_DONE)
        return status;
    if (!cmd_conf_water(r->conf, NULL, false) ||
        pipeline_init(&r->pipeline, r->conf, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return CMD_FAILED;
    }
    r->pipeline.alerts = stdout;
    r->pipeline.on_alert = count_alert;
    r->pipeline.context = r;
    for (size_t i = 0; i < r->source_count && status == CMD_DONE; i++)
        status = open_source(r, &r->sources[i]);
    if (status != CMD_DONE)
        return status;
    if (r->alerts_file != NULL) {
        r->pipeline.alerts = fopen(r->alerts_file, "w");
        if (r->pipeline.alerts == NULL) {
            fprintf(stderr, "lookoutd replay: %s: %s\n", r->alerts_file, strerror(errno));
            return CMD_FAILED;
        }
    }
    return open_store(r);
}

static int replay(struct replay *r)
{
    int rc = go_through(r);
    if (rc != 0)
        fprintf(stderr, "lookoutd replay: stopped: %s\n", err_text(rc));
    int status = rc == 0 ? CMD_DONE : CMD_FAILED;
    if (status == CMD_DONE && r->delivery != NULL)
        status = wait_for_delivery(r);
    replay_summary(r);
    if (fflush(r->pipeline.alerts) != 0 && status == CMD_DONE) {
        fprintf(stderr, "lookoutd replay: alerts could not be written: %s\n",
                strerror(errno));
        status = CMD_FAILED;
    }
    if (needs_start(r))
        status = CMD_USAGE;
    return status == CMD_DONE && r->damaged != 0 ? CMD_FAILED : status;
}

static void remove_scratch(const struct replay *r)
{
    static const char *const files[] = {"lookout.db", "lookout.db-wal", "lookout.db-shm",
                                        "lock"};
    char path[128];
    if (r->scratch[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", r->scratch, files[i]);
        unlink(path);
    }
    rmdir(r->scratch);
}

static void close_all(struct replay *r)
{
    wake_set(&r->wake, NULL);
    if (r->delivery != NULL)
        delivery_stop(r->delivery, 5000);
    if (r->store != NULL)
        store_close(r->store);
    if (r->alerts_file != NULL && r->pipeline.alerts != NULL &&
        r->pipeline.alerts != stdout)
        fclose(r->pipeline.alerts);
    for (size_t i = 0; i < r->source_count; i++) {
        reader_close(r->sources[i].reader);
        input_destroy(r->sources[i].input);
    }
    free(r->sources);
    pipeline_finish(&r->pipeline);
    tally_finish(&r->tally);
    conf_destroy(r->conf);
    wake_finish(&r->wake);
    remove_scratch(r);
}

int cmd_replay(int argc, char **argv)
{
    struct replay r = {.start_ms = TIME_NONE};
    struct cmd_words words = {"replay", help, argv, argc};
    int status = read_words(&words, &r);
    if (status != CMD_GO_ON)
        return status;
    status = r.deliver ? cmd_conf_load(r.conf_file, &r.conf)
                       : cmd_conf_load_secretless(r.conf_file, &r.conf);
    if (status != CMD_DONE)
        return status;
    tally_init(&r.tally);
    wake_init(&r.wake);
    signal(SIGPIPE, SIG_IGN);
    status = open_all(&r, words.argc - 1, argv + 1);
    if (status == CMD_DONE)
        status = replay(&r);
    close_all(&r);
    return status;
}
