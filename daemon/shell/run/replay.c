/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings through the configured rules, as fast as the machine goes.
 * The configuration's feeds are not opened; nothing is posted unless --deliver. */
#include "lookout/water/water_maker.h"
#include "replay_facts_int.h"
#include "replay_int.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookout/ais/input.h"
#include "lookout/base/time.h"
#include "lookout/delivery/delivery.h"
#include "lookout/feed/reader.h"
#include "lookout/run/config.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/owner.h"

enum { SLICE = 1 << 16 };

/* --- setting up --- */

static void on_report(void *context, const struct report *report)
{
    struct pipeline *p = ((struct replay_source *)context)->pipeline;
    int rc = merge_push(p->merge, report);
    if (rc != 0 && p->rc == 0)
        p->rc = rc;
}

/* What cannot be shown is a dot. */
static void note_refused(void *context, const struct input_refused *refused)
{
    struct replay_source *s = context;
    struct replay_refused *first = &s->refused[refused->reason];
    if (first->is_noted)
        return;
    first->is_noted = true;
    first->line = refused->line;
    first->column = refused->column;
    for (size_t i = 0; i < refused->n && i + 1 < sizeof first->example; i++) {
        char c = refused->text[i];
        first->example[i] = c >= 0x20 && c < 0x7f ? c : '.';
    }
}

/* All of them before anything that takes time. */
static int open_readers(struct replay *r)
{
    struct err err = {0};
    r->sources = calloc(r->options->input_count, sizeof *r->sources);
    if (r->sources == NULL)
        return ERR_IO;
    for (size_t i = 0; i < r->options->input_count; i++) {
        struct replay_source *s = &r->sources[r->source_count++];
        s->name = r->options->inputs[i];
        if (reader_open(s->name, &s->reader, &err) != 0) {
            fprintf(stderr, "lookoutd replay: %s\n", err.text);
            return ERR_IO;
        }
    }
    return 0;
}

static int open_source(struct replay *r, struct replay_source *s)
{
    struct merge_source_conf merge_conf = {.is_whole = true};
    int index = merge_add(r->pipeline.merge, &merge_conf);
    if (index < 0)
        return ERR_IO;
    s->index = (uint16_t)index;
    struct input_conf conf = {.format = r->options->format,
                              .start_ms = r->options->start_ms,
                              .columns = r->options->columns,
                              .fields = r->options->columns,
                              .source = s->index};
    s->pipeline = &r->pipeline;
    struct input_sink sink = {
        .on_report = on_report, .on_reject = note_refused, .context = s};
    s->input = input_create(&conf, &sink);
    return s->input != NULL ? 0 : ERR_IO;
}

static int count_alert(void *context, const struct alert *alert)
{
    struct replay *r = context;
    return tally_add(&r->tally, alert);
}

static int tally_one_call(void *context, const struct engine_call *call)
{
    struct replay *r = context;
    return tally_add_call(&r->tally, call);
}

static void note_clock_step(void *context, const struct merge_step *step)
{
    const struct replay *r = context;
    char text[PIPELINE_STEP_BYTES];
    if (step->source >= r->source_count)
        return;
    struct replay_source *s = &r->sources[step->source];
    if (s->step_count < REPLAY_STEPS)
        s->steps[s->step_count] = *step;
    s->step_count++;
    s->righted += step->kind == MERGE_STEP_RIGHTED || step->kind == MERGE_STEP_BESIDE
                      ? step->reports
                      : 0;
    pipeline_say_step(step, text, sizeof text);
    fprintf(stderr, "lookoutd replay: %s: %s\n", s->name, text);
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

/* The directory to fill; NULL: no state is kept. */
static const char *state_directory(const struct replay *r)
{
    const char *state = r->options->state;
    return state != NULL && state[0] == '\0' ? r->conf->state : state;
}

static int open_state(struct replay *r)
{
    struct err err = {0};
    const char *directory = state_directory(r);
    if (directory == NULL && !r->options->is_delivering)
        return 0;
    if (directory == NULL) {
        const char *tmp = getenv("TMPDIR");
        snprintf(r->scratch, sizeof r->scratch, "%.40s/lookoutd-XXXXXX",
                 tmp != NULL ? tmp : "/tmp");
        directory = mkdtemp(r->scratch);
        if (directory == NULL) {
            fprintf(stderr, "lookoutd replay: no directory for the outbox: %s\n",
                    strerror(errno));
            r->scratch[0] = '\0';
            return ERR_IO;
        }
    }
    struct store_options options = {.directory = directory,
                                    .exclusive = true,
                                    .on_commit = on_commit,
                                    .on_error = say_store_error,
                                    .context = r};
    if (store_open(&options, &r->store, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return ERR_IO;
    }
    if (r->options->state != NULL) {
        config_note(r->options->file, state_directory(r));
        owner_give(state_directory(r));
    }
    r->pipeline.store = r->store;
    r->pipeline.is_history = !r->options->is_delivering;
    size_t refused = 0;
    if (pipeline_load(&r->pipeline, directory, &refused, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return ERR_IO;
    }
    if (refused != 0)
        fprintf(stderr,
                "lookoutd replay: %zu stored vessels could not be read and begin again\n",
                refused);
    if (r->options->is_delivering &&
        delivery_start(r->conf->webhooks, r->conf->webhook_count, r->store, directory,
                       (uint64_t)clock_wall_ms(), &r->delivery, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return ERR_IO;
    }
    wake_set(&r->wake, r->delivery);
    return 0;
}

/* --- reading the recordings --- */

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
        p->clock_ms = clock_wall_ms();
        if (pipeline_drain(p) == 0 && store_batch_bytes(p->batch) > COMMIT_BYTES &&
            pipeline_commit(p, false) == 0 && store_queued_bytes(r->store) > QUEUE_BYTES)
            store_flush(r->store, 60000);
        replay_summary_progress(r, false);
    }
    r->tally.first_ms = p->first_ms;
    r->tally.last_ms = engine_now(p->engine);
    replay_summary_progress(r, true);
    return p->rc != 0 ? p->rc : pipeline_commit(p, false);
}

/* Wait until every delivery is delivered or given up. */
static int wait_for_delivery(struct replay *r)
{
    const char *kept = state_directory(r), *directory = kept != NULL ? kept : r->scratch;
    struct store_reader *reader = NULL;
    struct err err = {0};
    struct store_counts counts = {.pending = 1};
    if (!store_flush(r->store, 60000) || store_reader_open(directory, &reader, &err) != 0)
        return ERR_IO;
    while (store_reader_counts(reader, NULL, &counts) == 0 && counts.pending != 0) {
        struct timespec pause = {0, 50000000};
        nanosleep(&pause, NULL);
    }
    store_reader_close(reader);
    fprintf(stderr, "delivered %llu, dead %llu\n", (unsigned long long)counts.delivered,
            (unsigned long long)counts.dead);
    return counts.dead == 0 ? 0 : ERR_IO;
}

/* Recordings without times: no report has a time. */
static bool needs_start(const struct replay *r)
{
    for (size_t i = 0; i < r->source_count; i++) {
        const struct input_counts *c = input_counts(r->sources[i].input);
        if (c->reports == 0 && c->rejects[INPUT_REJECT_NO_TIME] != 0) {
            const char *columns = input_header_unknown(r->sources[i].input);
            bool is_table = columns[0] != '\0';
            fprintf(stderr,
                    "lookoutd replay: %s has no times%s%s%s: give --start TIME%s\n",
                    r->sources[i].name, is_table ? " (columns that are not known: " : "",
                    columns, is_table ? ")" : "",
                    is_table ? ", or name the time's column in `columns`" : "");
            return true;
        }
    }
    return false;
}

/* Inputs of which nothing was understood. */
static bool has_nothing(const struct replay *r)
{
    bool is_found = false;
    for (size_t i = 0; i < r->source_count; i++) {
        const struct input_counts *c = input_counts(r->sources[i].input);
        if (!input_counts_nothing(c))
            continue;
        fprintf(stderr,
                "lookoutd replay: %s: nothing in it was understood: no AIS message in "
                "%llu line%s\n",
                r->sources[i].name, (unsigned long long)c->lines,
                c->lines == 1 ? "" : "s");
        is_found = true;
    }
    return is_found;
}

/* --- the command --- */

static void print_forgotten(const struct engine_counts *c)
{
    if (c->vessels_forgotten != 0)
        fprintf(stderr,
                "limits.vessels made %llu vessels forgotten, %llu of them with something "
                "open\n",
                (unsigned long long)c->vessels_forgotten,
                (unsigned long long)c->forgotten[ENGINE_FORGOT_OPEN]);
}

static int open_all(struct replay *r)
{
    struct err err = {0};
    if (r->options->is_delivering && r->conf->webhook_count == 0) {
        fputs("lookoutd replay: --deliver: the configuration has no webhooks\n", stderr);
        return ERR_INVALID;
    }
    int rc = open_readers(r);
    if (rc != 0)
        return rc;
    struct water_fields_options water = {.cache = r->conf->state, .later = &r->water};
    if (!config_water(r->conf, &water) ||
        pipeline_init(&r->pipeline, r->conf, &err) != 0) {
        fprintf(stderr, "lookoutd replay: %s\n", err.text);
        return ERR_IO;
    }
    r->pipeline.alerts = stdout;
    r->pipeline.on_alert = count_alert;
    r->pipeline.on_call = tally_one_call;
    r->pipeline.on_step = note_clock_step;
    r->pipeline.context = r;
    for (size_t i = 0; i < r->source_count && rc == 0; i++)
        rc = open_source(r, &r->sources[i]);
    if (rc != 0)
        return rc;
    if (r->options->alerts_file != NULL) {
        r->pipeline.alerts = fopen(r->options->alerts_file, "w");
        if (r->pipeline.alerts == NULL) {
            fprintf(stderr, "lookoutd replay: %s: %s\n", r->options->alerts_file,
                    strerror(errno));
            return ERR_IO;
        }
    }
    return open_state(r);
}

/* On stderr, and where --summary says as one event. */
static int tell_summary(const struct replay *r)
{
    const char *file = r->options->summary_file;
    json_t *facts = replay_facts(r);
    struct alert alert = {0};
    replay_summary(facts);
    print_forgotten(engine_counts(r->pipeline.engine));
    int rc = 0;
    if (file != NULL)
        rc = engine_summary_alert(engine_conf(r->pipeline.engine), r->tally.first_ms,
                                  r->tally.last_ms, facts, &alert);
    json_decref(facts);
    if (file == NULL || rc != 0)
        return rc;
    FILE *out = fopen(file, "w");
    bool is_bad = out == NULL || fprintf(out, "%s\n", alert.body) < 0;
    is_bad = (out != NULL && fclose(out) != 0) || is_bad;
    if (is_bad)
        fprintf(stderr, "lookoutd replay: %s: %s\n", file, strerror(errno));
    alert_finish(&alert);
    return is_bad ? ERR_IO : 0;
}

static int replay_inputs(struct replay *r)
{
    int rc = go_through(r);
    if (rc != 0)
        fprintf(stderr, "lookoutd replay: stopped: %s\n", err_text(rc));
    if (rc == 0 && r->delivery != NULL)
        rc = wait_for_delivery(r);
    int summary_rc = tell_summary(r);
    rc = rc == 0 ? summary_rc : rc;
    if (fflush(r->pipeline.alerts) != 0 && rc == 0) {
        fprintf(stderr, "lookoutd replay: alerts could not be written: %s\n",
                strerror(errno));
        rc = ERR_IO;
    }
    if (needs_start(r))
        rc = ERR_INVALID;
    bool is_bad = has_nothing(r) || r->damaged != 0;
    return rc == 0 && is_bad ? ERR_IO : rc;
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
    if (r->options->alerts_file != NULL && r->pipeline.alerts != NULL &&
        r->pipeline.alerts != stdout)
        fclose(r->pipeline.alerts);
    for (size_t i = 0; i < r->source_count; i++) {
        reader_close(r->sources[i].reader);
        input_destroy(r->sources[i].input);
    }
    free(r->sources);
    water_maker_destroy(r->water);
    pipeline_finish(&r->pipeline);
    tally_finish(&r->tally);
    if (r->options->state != NULL)
        owner_give(state_directory(r));
    conf_destroy(r->conf);
    wake_finish(&r->wake);
    remove_scratch(r);
}

int replay_run(const struct replay_options *options)
{
    struct replay r = {.options = options};
    struct config_options how = {.without_secrets = !options->is_delivering};
    int rc = config_load(options->file, &how, &r.conf, NULL);
    if (rc != 0)
        return rc;
    tally_init(&r.tally);
    wake_init(&r.wake);
    signal(SIGPIPE, SIG_IGN);
    rc = open_all(&r);
    if (rc == 0)
        rc = replay_inputs(&r);
    close_all(&r);
    return rc;
}
