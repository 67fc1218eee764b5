/* SPDX-License-Identifier: Apache-2.0 */
/* The set of feeds: opening, status and closing. What differs by transport is behind
 * struct feed_ops; the path of the reports is in feed_path.c. */
#include <stdlib.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

static const struct feed_ops *const transports[] = {
    [CONF_FEED_UDP] = &feed_udp,
    [CONF_FEED_TCP] = &feed_tcp,
    [CONF_FEED_LISTEN] = &feed_listen,
    [CONF_FEED_SERIAL] = &feed_serial,
    [CONF_FEED_FILE] = &feed_file,
    [CONF_FEED_WEBSOCKET] = &feed_websocket,
    [CONF_FEED_AISSTREAM] = &feed_aisstream,
    [CONF_FEED_MQTT] = &feed_mqtt,
};

static const struct feeds_limits default_limits = {
    .connect_ms = 10000,
    .backoff_min_ms = 1000,
    .backoff_max_ms = 60000,
    .refused_ms = 5 * MINUTE_MS,
    .busy_min_ms = MINUTE_MS,
    .busy_max_ms = 15 * MINUTE_MS,
    .retry_after_max_ms = 2 * HOUR_MS,
    .close_ms = SECOND_MS,
    .follow_ms = 500,
    .rest_looks = 20, /* 10 s */
    .mute_ms = 10000,
    .live_pending_bytes = 64 << 20,
    .hold_ms = 100,
};

/* --- lives --- */

static void feed_destroy(struct feed *feed)
{
    if (feed == NULL)
        return;
    if (feed->ops != NULL && feed->ops->destroy != NULL)
        feed->ops->destroy(feed);
    else
        free(feed->state);
    input_destroy(feed->input);
    buf_finish(&feed->record);
    conf_feed_finish(&feed->conf);
    free(feed);
}

static int add_feed(struct feeds *f, const struct conf_feed *conf, struct feed **ret_feed)
{
    if (array_extend(&f->feeds, f->count, 1, sizeof(struct feed *)) != 0)
        return ERR_NOMEM;
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return ERR_NOMEM;
    feed->feeds = f;
    feed->ops = NULL; /* nothing of the transport's to destroy yet */
    int rc = conf_feed_copy(conf, &feed->conf);
    if (rc == 0) {
        feed->past.last_heard_ms = TIME_NONE;
        bool is_live = feed_path_is_live(feed);
        bool is_timely = conf->follow || conf->pace > 0;
        bool is_stdin = !is_live && strcmp(conf->address, "-") == 0;
        struct merge_source_conf source = {.is_live = is_live,
                                           .lateness_ms = conf->lateness_ms,
                                           .is_timely = is_timely,
                                           .is_whole =
                                               !is_live && !is_timely && !is_stdin};
        rc = merge_add(f->merge, &source);
    }
    if (rc >= 0 && (size_t)rc != f->count)
        rc = ERR_INVALID; /* the merge has other sources than ours */
    if (rc < 0) {
        feed_destroy(feed);
        return rc;
    }
    feed->source = (uint16_t)rc;
    feed->ops = transports[conf->transport];
    f->feeds[f->count++] = feed;
    *ret_feed = feed;
    return 0;
}

static void destroy_feeds(struct feeds *f)
{
    for (size_t i = 0; i < f->count; i++)
        feed_destroy(f->feeds[i]);
    free(f->feeds);
    free(f->scratch);
    free(f->directory);
    free(f);
}

int feeds_create(uv_loop_t *loop, const struct conf_feed *feeds, size_t count,
                 struct merge *merge, const struct feeds_sink *sink,
                 struct feeds **ret_feeds, struct err *err)
{
    struct feeds *f = calloc(1, sizeof *f);
    int rc = f == NULL ? ERR_NOMEM : 0;
    if (f != NULL) {
        f->loop = loop;
        f->merge = merge;
        f->sink = *sink;
        f->limits = default_limits;
        f->scratch = malloc(FEED_SCRATCH_BYTES);
        if (f->scratch == NULL)
            rc = ERR_NOMEM;
        struct feed *feed;
        for (size_t i = 0; i < count && rc == 0; i++)
            rc = add_feed(f, &feeds[i], &feed);
    }
    if (rc != 0) {
        if (f != NULL)
            destroy_feeds(f);
        return err_set(err, rc, "feeds: %s", err_text(rc));
    }
    uv_timer_init(loop, &f->silence);
    uv_timer_init(loop, &f->pace);
    uv_timer_init(loop, &f->hold);
    uv_timer_init(loop, &f->refusal);
    uv_idle_init(loop, &f->pump);
    f->silence.data = f->pace.data = f->hold.data = f->pump.data = f;
    f->refusal.data = f;
    f->own_holds = 5;
    *ret_feeds = f;
    return 0;
}

static int open_feed(struct feed *feed, struct err *err)
{
    feed->heard_loop_ms = uv_now(feed->feeds->loop);
    feed->heard_ms = clock_wall_ms();
    if (feed->conf.transport != CONF_FEED_LISTEN &&
        feed->conf.transport != CONF_FEED_UDP) {
        feed->input = feed_path_create_input(feed);
        if (feed->input == NULL)
            return err_set(err, ERR_NOMEM, "feed %s: out of memory", feed->conf.id);
    }
    struct err why = {0};
    int rc = feed->ops->open(feed, &why);
    if (rc != 0)
        return err_set(err, rc, "feed %s: %s", feed->conf.id,
                       why.text[0] != '\0' ? why.text : err_text(rc));
    if (feed->feeds->is_paused)
        feed->ops->pause(feed, true);
    return 0;
}

int feeds_open(struct feeds *f, struct err *err)
{
    uv_update_time(f->loop);
    f->opened_loop_ms = uv_now(f->loop);
    f->is_open = true;
    for (size_t i = 0; i < f->count; i++) {
        int rc = open_feed(f->feeds[i], err);
        if (rc != 0)
            return rc;
    }
    feed_path_arm_silence(f);
    feed_path_wake(f);
    return 0;
}

void feeds_pause(struct feeds *f, bool paused)
{
    if (f->is_paused == paused || f->is_closing)
        return;
    f->is_paused = paused;
    f->is_dirty = f->is_dirty || !paused; /* what waits in the merge goes on */
    for (size_t i = 0; i < f->count; i++)
        if (f->feeds[i]->state != NULL && !f->feeds[i]->is_closing &&
            !f->feeds[i]->is_held)
            f->feeds[i]->ops->pause(f->feeds[i], paused);
    feed_path_wake(f);
}

void feeds_resume(struct feeds *f, const char *feed, const void *record, size_t n)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->feeds[i]->conf.id, feed) == 0) {
            buf_clear(&f->feeds[i]->record);
            if (buf_add(&f->feeds[i]->record, record, n) != 0)
                log_error("feed", feed, "cannot resume: out of memory");
        }
}

size_t feeds_count(const struct feeds *f)
{
    return f->count;
}

int feeds_record(struct feeds *f, size_t feed, struct buf *out)
{
    struct feed *x = f->feeds[feed];
    if (x->ops->record == NULL || x->state == NULL || x->is_closing)
        return ERR_NOT_FOUND;
    return x->ops->record(x, out);
}

void feeds_mark(struct feeds *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct feed *x = f->feeds[i];
        if (x->ops->mark != NULL && x->state != NULL && !x->is_closing)
            x->ops->mark(x);
    }
}

void feeds_stored(struct feeds *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct feed *x = f->feeds[i];
        if (x->ops->stored != NULL && x->state != NULL && !x->is_closing)
            x->ops->stored(x);
    }
}

int feeds_keep(struct feeds *f, const char *directory)
{
    free(f->directory);
    f->directory = strdup(directory);
    return f->directory != NULL ? 0 : ERR_NOMEM;
}

void feeds_status(const struct feeds *f, size_t feed, struct feed_status *ret_status)
{
    const struct feed *x = f->feeds[feed];
    *ret_status = (struct feed_status){
        .id = x->conf.id,
        .transport = x->ops->name,
        .is_open = x->is_open,
        .is_silent = x->is_silent,
        .is_ended = x->is_ended,
        .is_gone = x->is_closing,
        .bytes = x->bytes,
        .datagrams = x->datagrams,
        .connects = x->connects,
        .disconnects = x->disconnects,
        .refused_senders = x->refused_senders,
        .input = x->past,
    };
    text_copy(ret_status->error, sizeof ret_status->error, x->error);
    if (x->input != NULL)
        feed_path_add_counts(&ret_status->input, input_counts(x->input));
    if (x->ops->status != NULL && x->state != NULL)
        x->ops->status(x, ret_status);
    ret_status->is_behind = ret_status->input.behind_ms > FEED_BEHIND_MS &&
                            ret_status->input.behind_ms > x->conf.lateness_ms;
}

/* --- closing --- */

static void close_if_done(struct feeds *f)
{
    if (!f->is_closing || f->own_holds > 0)
        return;
    for (size_t i = 0; i < f->count; i++)
        if (f->feeds[i]->holds > 0)
            return;
    void (*on_closed)(void *context) = f->on_closed;
    void *context = f->closed_context;
    destroy_feeds(f);
    if (on_closed != NULL)
        on_closed(context);
}

void feeds_hold(struct feed *feed)
{
    feed->holds++;
}

/* The last handle of a feed that was taken out by a reload. */
static void retire_feed(struct feed *feed)
{
    feed->is_gone = true;
    feed_path_retire_input(feed, feed->input);
    feed->input = NULL;
}

void feeds_release(struct feed *feed)
{
    feed->holds--;
    if (feed->holds > 0 || !feed->is_closing)
        return;
    retire_feed(feed);
    close_if_done(feed->feeds);
}

static void close_feed(struct feed *feed)
{
    if (feed->is_closing)
        return;
    feed->is_closing = true;
    feed->is_open = false;
    feed->holds++; /* so that `close` cannot free it meanwhile */
    feed->ops->close(feed);
    feed->holds--;
    if (feed->holds == 0)
        retire_feed(feed);
}

static void on_own_closed(uv_handle_t *handle)
{
    struct feeds *f = handle->data;
    f->own_holds--;
    close_if_done(f);
}

void feeds_close(struct feeds *f, void (*on_closed)(void *context), void *context)
{
    refused_tell(f);
    f->is_closing = true;
    f->on_closed = on_closed;
    f->closed_context = context;
    for (size_t i = 0; i < f->count; i++)
        close_feed(f->feeds[i]);
    uv_close((uv_handle_t *)&f->silence, on_own_closed);
    uv_close((uv_handle_t *)&f->pace, on_own_closed);
    uv_close((uv_handle_t *)&f->hold, on_own_closed);
    uv_close((uv_handle_t *)&f->refusal, on_own_closed);
    uv_close((uv_handle_t *)&f->pump, on_own_closed);
}

/* --- reload --- */

static bool is_same(const struct feed *feed, const struct conf_feed *conf)
{
    return !feed->is_closing && !feed->has_failed &&
           strcmp(feed->conf.id, conf->id) == 0 &&
           feed->conf.definition == conf->definition;
}

/* Close the feeds that the new configuration lacks or changes. The place of a recording
 * is kept, because it may go on under the same id. Its reports that wait in the merge
 * pass now; when they are read again, they are copies. */
static int take_out(struct feeds *f, struct feed *feed)
{
    log_info("feed", feed->conf.id,
             "the feed is closed: the new configuration lacks or changes it");
    buf_clear(&feed->record);
    if ((feed->is_open || feed_path_is_live(feed)) &&
        feeds_record(f, feed->source, &feed->record) == ERR_NOMEM)
        log_error("feed", feed->conf.id,
                  "the place in the recording is lost: out of memory");
    close_feed(feed);
    return merge_end(f->merge, feed->source);
}

/* The place of the feed that had this id until now. */
static void take_over_place(struct feeds *f, struct feed *feed)
{
    for (size_t i = f->count; i-- > 0;) {
        struct feed *old = f->feeds[i];
        if (old == feed || !old->is_closing || strcmp(old->conf.id, feed->conf.id) != 0)
            continue;
        struct buf none = feed->record;
        feed->record = old->record;
        old->record = none;
        return;
    }
}

/* Open a feed that the new configuration brings. */
static int bring_in(struct feeds *f, const struct conf_feed *conf, struct err *why)
{
    struct feed *feed = NULL;
    int rc = add_feed(f, conf, &feed);
    if (rc != 0)
        return rc;
    if (!feed_path_is_live(feed)) {
        take_over_place(f, feed);
        f->has_pace_base = false; /* paced feeds begin again together */
        f->opened_loop_ms = uv_now(f->loop);
    }
    rc = f->is_open ? open_feed(feed, why) : 0;
    if (rc == 0)
        return 0;
    /* The next reload tries it again. A live feed is reported as silent meanwhile; the
     * others must not wait for a recording. */
    feed->has_failed = true;
    if (feed_path_is_live(feed))
        return rc;
    close_feed(feed);
    int ended = merge_end(f->merge, feed->source);
    return ended != 0 ? ended : rc;
}

int feeds_reconfigure(struct feeds *f, const struct conf_feed *feeds, size_t count,
                      struct err *err)
{
    /* Removed feeds first, so that new ones may use their addresses. */
    for (size_t i = 0; i < f->count; i++) {
        bool stays = f->feeds[i]->is_closing;
        for (size_t j = 0; j < count && !stays; j++)
            stays = is_same(f->feeds[i], &feeds[j]);
        if (stays)
            continue;
        int rc = take_out(f, f->feeds[i]);
        if (rc != 0)
            return err_set(err, rc, "feeds: %s", err_text(rc));
    }
    int result = 0;
    size_t before = f->count;
    for (size_t j = 0; j < count; j++) {
        bool is_there = false;
        for (size_t i = 0; i < before && !is_there; i++)
            is_there = is_same(f->feeds[i], &feeds[j]);
        if (is_there)
            continue;
        struct err why = {0};
        int rc = bring_in(f, &feeds[j], &why);
        if (rc != 0) {
            if (why.text[0] == '\0')
                err_set(&why, rc, "feed %s: %s", feeds[j].id, err_text(rc));
            log_error("feed", NULL, "%s", why.text);
            result = err_set(err, rc, "%s", why.text);
        }
    }
    f->has_ended = false;
    feed_path_arm_silence(f);
    f->is_dirty = true;
    feed_path_wake(f);
    return result;
}

void feeds_set_limits(struct feeds *f, const struct feeds_limits *limits)
{
    f->limits = *limits;
}
