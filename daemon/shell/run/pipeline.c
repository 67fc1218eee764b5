/* SPDX-License-Identifier: Apache-2.0 */
/* The code that run and replay share: feeds reports to the engine, and cuts of its state
 * to the store. */
#include "lookout/run/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/sys/log.h"

static int keep_alert(struct pipeline *p, const struct alert *alert)
{
    const struct conf *conf = p->conf;
    const char **webhooks = calloc(conf->webhook_count + 1, sizeof *webhooks);
    size_t count = 0;
    if (webhooks == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < conf->webhook_count; i++)
        if (conf_webhook_wants(&conf->webhooks[i], alert->rule,
                               (enum severity)alert->severity))
            webhooks[count++] = conf->webhooks[i].id;
    p->has_alerts = true;
    int rc = store_batch_alert(p->batch, alert, webhooks, count, p->clock_ms);
    free(webhooks);
    return rc;
}

static int on_alert(void *context, const struct alert *alert)
{
    struct pipeline *p = context;
    struct alert marked = *alert;
    marked.is_history = p->is_history;
    int rc = p->store != NULL ? keep_alert(p, &marked) : 0;
    if (p->alerts != NULL && !alert->is_muted && !alert->is_folded &&
        (fwrite(alert->body, 1, alert->body_bytes, p->alerts) != alert->body_bytes ||
         fputc('\n', p->alerts) == EOF))
        return ERR_IO;
    if (rc == 0 && p->on_alert != NULL)
        rc = p->on_alert(p->context, &marked);
    return rc;
}

static int on_fix(void *context, const struct engine_fix *fix)
{
    struct pipeline *p = context;
    return p->store != NULL && p->conf->retain.fixes_ms != 0
               ? store_batch_fix(p->batch, fix)
               : 0;
}

static int on_call(void *context, const struct engine_call *call)
{
    struct pipeline *p = context;
    int rc = p->store != NULL ? store_batch_call(p->batch, call) : 0;
    return rc == 0 && p->on_call != NULL ? p->on_call(p->context, call) : rc;
}

static int on_voyage(void *context, const struct engine_voyage *voyage)
{
    struct pipeline *p = context;
    return p->store != NULL ? store_batch_voyage(p->batch, voyage) : 0;
}

static void on_copy(void *context, const struct report *copy, int64_t first_ms)
{
    struct pipeline *p = context;
    engine_clock_note_copy(p->engine, copy->mmsi, copy->source, first_ms);
}

/* The ships of the recording move, and of those that it goes on from. */
static int shift_ships(struct pipeline *p, const struct merge_step *step)
{
    uint16_t source = step->source;
    int rc = engine_clock_shift(p->engine, source, step->by_ms);
    while (rc == 0 && merge_begin_before(p->merge, source, &source))
        rc = engine_clock_shift(p->engine, source, step->by_ms);
    return rc;
}

/* A recording's clock made a step. */
static void on_step(void *context, const struct merge_step *step)
{
    struct pipeline *p = context;
    int rc = 0;
    if (step->kind == MERGE_STEP_AHEAD)
        rc = engine_clock_step(p->engine, step->from_ms, step->to_ms);
    else if (step->kind == MERGE_STEP_SHIFTED)
        rc = shift_ships(p, step);
    else if (step->kind == MERGE_STEP_BACK)
        rc = engine_clock_back(p->engine, step->source, step->to_ms);
    if (p->rc == 0)
        p->rc = rc;
    bool is_moved = step->kind == MERGE_STEP_SHIFTED || step->kind == MERGE_STEP_AHEAD;
    if (is_moved && p->first_ms != TIME_NONE && p->first_source == step->source)
        p->first_ms += step->by_ms; /* no time passed */
    if (p->on_step != NULL)
        p->on_step(p->context, step);
}

/* clang-format off */
static const struct {
    const char *what, *then;
    bool is_counted;         /* then: what is done with so many reports */
} step_words[] = {
    [MERGE_STEP_RIGHTED] = {"the recording's clock was off by", "their times are put right", true},
    [MERGE_STEP_SHIFTED] = {"the recording's clock was set by", "no time passed, and what is known of its ships moves with it", false},
    [MERGE_STEP_REFUSED] = {"the recording's clock jumped and came back: by", "they are refused", true},
    [MERGE_STEP_AHEAD]   = {"the recording's clock was wrong before and was set by", "no timer is due for what lies between", false},
    [MERGE_STEP_BACK]    = {"the recording's clock was ahead before and came back by", "what is stored ahead of that counts as of then", false},
    [MERGE_STEP_BESIDE]  = {"two clocks go on side by side, one by", "their times are put right", true},
    [MERGE_STEP_FAR]     = {"lone times are far from the others, the first by", "they are refused", true},
    [MERGE_STEP_LATE]    = {NULL, NULL, true},
};
/* clang-format on */

static void say_late(const struct merge_step *step, const char *by, char *ret_text,
                     size_t room)
{
    snprintf(
        ret_text, room,
        "the recording is not in the order of time: %llu of %llu reports are older "
        "than one before them, by up to %s: sort it by time; a report not newer than "
        "what is known of its ship counts for nothing",
        (unsigned long long)step->reports, (unsigned long long)step->of_reports, by);
}

void pipeline_say_step(const struct merge_step *step, char *ret_text, size_t room)
{
    char by[UNITS_TEXT_BYTES], from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES];
    char count[64] = "";
    int64_t by_ms = step->by_ms < 0 ? -step->by_ms : step->by_ms;
    size_t n = 0;
    if (step->kind == MERGE_STEP_LATE && by_ms > HOUR_MS) /* not to the second */
        by_ms = by_ms / MINUTE_MS * MINUTE_MS;
    units_format_duration((by_ms + SECOND_MS / 2) / SECOND_MS * SECOND_MS, by);
    time_format(step->from_ms, from);
    time_format(step->to_ms, to);
    if (step->line != 0)
        n = (size_t)snprintf(ret_text, room, "line %u: ", step->line);
    if (step->kind == MERGE_STEP_LATE) {
        say_late(step, by, ret_text + n, room - n);
        return;
    }
    if (step_words[step->kind].is_counted)
        snprintf(count, sizeof count, "for %llu reports; ",
                 (unsigned long long)step->reports);
    snprintf(ret_text + n, room - n, "%s %s %s, from %s to %s: %s%s",
             step_words[step->kind].what, by, step->by_ms < 0 ? "back" : "ahead", from,
             to, count, step_words[step->kind].then);
}

struct engine_sink pipeline_sink(struct pipeline *p)
{
    return (struct engine_sink){.on_fix = on_fix,
                                .on_alert = on_alert,
                                .on_call = on_call,
                                .on_voyage = on_voyage,
                                .context = p};
}

int pipeline_init(struct pipeline *p, struct conf *conf, struct err *err)
{
    struct engine_sink sink = pipeline_sink(p);
    memset(p, 0, sizeof *p);
    p->conf = conf;
    p->first_ms = TIME_NONE;
    p->merge = merge_create();
    p->batch = store_batch_create();
    if (p->merge == NULL || p->batch == NULL) {
        pipeline_finish(p);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    merge_tell(p->merge, &(struct merge_sink){
                             .on_copy = on_copy, .on_step = on_step, .context = p});
    int rc = engine_create(&conf->engine, &sink, &p->engine, err);
    if (rc != 0)
        pipeline_finish(p);
    return rc;
}

void pipeline_finish(struct pipeline *p)
{
    engine_destroy(p->engine);
    merge_destroy(p->merge);
    store_batch_destroy(p->batch);
    memset(p, 0, sizeof *p);
}

struct loading {
    struct engine *engine;
    size_t refused;
};

static int load_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct loading *l = context;
    int rc = engine_wire_load(l->engine, mmsi, record, n);
    if (rc == ERR_CORRUPT) {
        l->refused++;
        return 0;
    }
    return rc;
}

int pipeline_load(struct pipeline *p, const char *directory, size_t *ret_refused,
                  struct err *err)
{
    struct store_reader *reader = NULL;
    struct loading loading = {.engine = p->engine};
    struct buf self = {0};
    int rc = store_reader_open(directory, &reader, err);
    if (rc != 0)
        return rc;
    rc = store_reader_engine(reader, &self);
    if (rc == 0)
        rc = engine_wire_load_self(p->engine, self.data, self.length);
    if (rc == ERR_CORRUPT) /* event time begins anew */
        loading.refused++;
    if (rc == ERR_NOT_FOUND || rc == ERR_CORRUPT)
        rc = 0;
    if (rc == 0)
        rc = store_reader_vessels(reader, load_row, &loading);
    buf_finish(&self);
    store_reader_close(reader);
    *ret_refused = loading.refused;
    return rc != 0 ? err_set(err, rc, "the stored state cannot be read: %s", err_text(rc))
                   : 0;
}

static void note_first_report(struct pipeline *p, const struct report *report)
{
    p->first_ms = report->time_ms;
    p->first_source = report->source;
}

int pipeline_drain(struct pipeline *p)
{
    const struct report *report;
    while (p->rc == 0 && (report = merge_next(p->merge)) != NULL) {
        if (p->first_ms == TIME_NONE)
            note_first_report(p, report);
        const struct report *ahead;
        while ((ahead = merge_ahead(p->merge)) != NULL)
            engine_expect(p->engine, ahead);
        p->rc = engine_report(p->engine, report);
        if (p->on_report != NULL)
            p->on_report(p->context, report);
    }
    int64_t time_ms = merge_time(p->merge);
    if (p->rc == 0 && time_ms != TIME_NONE)
        p->rc = engine_tick(p->engine, time_ms);
    return p->rc;
}

static int save_row(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct pipeline *p = context;
    return store_batch_vessel(p->batch, mmsi, record, n);
}

static int add_feeds(struct pipeline *p)
{
    struct buf record = {0};
    int rc = 0;
    for (size_t i = 0; p->feeds != NULL && i < feeds_count(p->feeds) && rc == 0; i++) {
        struct feed_status status;
        feeds_status(p->feeds, i, &status);
        if (status.is_gone)
            continue;
        buf_clear(&record);
        int code = feeds_record(p->feeds, i, &record);
        if (code == 0)
            rc = store_batch_feed(p->batch, status.id, record.data, record.length);
        else if (code != ERR_NOT_FOUND)
            rc = code;
    }
    buf_finish(&record);
    return rc;
}

/* The feeds may forget what the commit that was marked holds. */
static void tell_feeds_stored(struct pipeline *p)
{
    if (p->feeds == NULL || (p->is_marked && !store_is_durable(p->store, p->mark)))
        return;
    if (p->is_marked)
        feeds_stored(p->feeds);
    feeds_mark(p->feeds);
    p->mark = store_mark(p->store);
    p->is_marked = true;
}

int pipeline_commit(struct pipeline *p, bool all)
{
    if (p->store == NULL || p->rc != 0)
        return p->rc;
    struct buf self = {0};
    int rc = engine_wire_save(p->engine, all, save_row, p);
    if (rc == 0)
        rc = engine_wire_save_self(p->engine, &self);
    if (rc == 0)
        rc = store_batch_engine(p->batch, self.data, self.length);
    buf_finish(&self);
    if (rc == 0)
        rc = add_feeds(p);
    if (rc != 0) {
        p->rc = rc;
        return rc;
    }
    struct store_batch *batch = p->batch;
    p->batch = store_batch_create();
    p->has_alerts = false;
    rc = store_submit(p->store, batch);
    if (rc == ERR_LIMIT)
        rc = 0; /* queued; the caller then reads slower */
    if (rc == 0)
        tell_feeds_stored(p);
    if (rc == 0 && p->batch == NULL)
        rc = ERR_NOMEM;
    p->rc = rc;
    return rc;
}

int pipeline_alert(struct pipeline *p, struct alert *alert)
{
    int rc = on_alert(p, alert);
    alert_finish(alert);
    return rc;
}
