/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings: libuv's workers read them in slices (a disk may be slow, unpacking costs
 * time), and the loop feeds the slices to the input while the merge wants more. A pipe on
 * standard input is polled instead. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file_int.h"
#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

static bool is_stdin(const struct feed *feed)
{
    return strcmp(feed->conf.address, "-") == 0;
}

/* --- reading --- */

/* Runs in a worker, or on the loop after poll() said that a pipe is readable. */
static void read_chunk(struct file_feed *file)
{
    struct file_chunk *chunk = file->filling;
    chunk->n = 0;
    chunk->is_last = false;
    file->code = recording_read(file->recording, chunk->bytes, sizeof chunk->bytes,
                                &chunk->n, &file->err);
    if (file->code == 0)
        chunk->is_last = recording_is_ended(file->recording);
    if (file->feed->conf.follow)
        file_follow_check(file);
}

static void on_follow(uv_timer_t *timer);

/* The chunk just read becomes the one to be fed. */
static void chunk_read(struct file_feed *file)
{
    struct feed *feed = file->feed;
    file->is_reading = false;
    if (feed->is_closing)
        return;
    if (file->code != 0) {
        log_error("feed", feed->conf.id, "%s: %s", feed->conf.address, file->err.text);
        file->filling->n = 0;
        file->filling->is_last = true;
    }
    file->read_at += file->filling->n;
    file_follow_note(file);
    if (feed->conf.follow && file->code == 0 &&
        (file->filling->is_last || file->turn.is_cut)) {
        uv_timer_start(&file->timer, on_follow, feed->feeds->limits.follow_ms, 0);
        file->filling->is_last = false;
        file->is_waiting = true;
        file_follow_rest(file);
        return;
    }
    if (file->filling->is_last && recording_is_cut(file->recording))
        log_warning("feed", feed->conf.id, "%s: the archive is cut short",
                    feed->conf.address);
    file->looks = 0;
    struct file_chunk *chunk = file->ready;
    file->ready = file->filling;
    file->filling = chunk;
    file->has_ready = true;
    feed_path_wake(feed->feeds);
}

static void on_work(uv_work_t *work)
{
    read_chunk(work->data);
}

static void on_work_done(uv_work_t *work, int status)
{
    struct file_feed *file = work->data;
    struct feed *feed = file->feed;
    if (status == 0)
        chunk_read(file);
    else
        file->is_reading = false;
    feeds_release(feed);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct file_feed *file = poll->data;
    (void)status; /* an error shows when it is read */
    (void)events;
    uv_poll_stop(poll);
    read_chunk(file);
    chunk_read(file);
}

/* Begin to read the next chunk, unless a read is under way or the end was reached. */
static void read_ahead(struct file_feed *file)
{
    struct feed *feed = file->feed;
    if (file->is_reading || file->has_ready || file->is_waiting || file->is_through ||
        feed->is_closing)
        return;
    file->is_reading = true;
    if (file->poll != NULL) {
        if (uv_poll_start(file->poll, UV_READABLE, on_readable) != 0)
            file->is_reading = false;
        return;
    }
    file->work.data = file;
    if (uv_queue_work(feed->feeds->loop, &file->work, on_work, on_work_done) == 0)
        feeds_hold(feed);
    else
        file->is_reading = false;
}

static void on_follow(uv_timer_t *timer)
{
    struct file_feed *file = timer->data;
    struct feed *feed = file->feed;
    file->is_waiting = false;
    if (!file_follow_look(file)) {
        file->is_waiting = true;
        uv_timer_start(&file->timer, on_follow, feed->feeds->limits.follow_ms, 0);
        return;
    }
    if (!feed->feeds->is_paused)
        read_ahead(file);
}

/* --- feeding --- */

static bool may_feed(const struct file_feed *file)
{
    const struct feed *feed = file->feed;
    enum {
        LOOKAHEAD = 4
    }; /* feeds_pace.c tells a wrong time from a gap by what comes next */
    if (feed->conf.pace > 0)
        return file->count < LOOKAHEAD;
    return merge_wants(feed->feeds->merge, feed->source) ||
           merge_pending(feed->feeds->merge, feed->source) < FILE_PENDING_BYTES;
}

/* While warming up, bytes before the first line's begin are left out. */
static size_t skip_to_line(struct file_feed *file, const char *bytes, size_t n)
{
    size_t skip = 0;
    if (!file->is_skipping)
        return 0;
    const char *end = memchr(bytes, '\n', n);
    skip = end == NULL ? n : (size_t)(end - bytes) + 1;
    if (file->at + skip >=
        file->skip_to) /* no line end before: a line's begin is needed */
        skip = (size_t)(file->skip_to - file->at);
    if (end != NULL || skip < n || file->at + skip == file->skip_to) {
        file->is_skipping = false;
        input_seek(file->feed->input, file->at + skip);
    }
    return skip;
}

static void feed_chunk(struct file_feed *file)
{
    struct feed *feed = file->feed;
    const struct file_chunk *chunk = file->ready;
    file->has_ready = false;
    if (!chunk->is_last)
        read_ahead(file); /* into the other chunk, while this one is parsed */
    size_t skip = skip_to_line(file, chunk->bytes, chunk->n);
    file->at += chunk->n;
    if (chunk->n > 0)
        file->is_line_end = chunk->bytes[chunk->n - 1] == '\n';
    if (chunk->n > skip)
        feed_path_bytes(feed, feed->input, chunk->bytes + skip, chunk->n - skip);
    if (!chunk->is_last)
        return;
    file->is_through = true;
    if (input_finish(feed->input, 0) != 0)
        log_error("feed", feed->conf.id, "the last line is lost: out of memory");
}

bool feed_file_pump(struct feed *feed)
{
    struct file_feed *file = feed->state;
    bool has_fed = false;
    if (file == NULL || feed->is_ended)
        return false;
    if (file->has_ready && may_feed(file)) {
        feed_chunk(file);
        has_fed = true;
    }
    if (file->is_through && file->count == 0)
        feed_path_end(feed);
    else if (may_feed(file))
        read_ahead(file);
    return has_fed;
}

/* --- reports --- */

static void hand_on(struct file_feed *file, const struct report *report)
{
    if (file_resume_note(file, report) != 0)
        log_repeated(LOG_LEVEL_ERROR, "feed", file->feed->conf.id, "place",
                     "cannot keep the place in the recording: out of memory");
    feed_path_push(file->feed, report);
}

static void file_report(struct feed *feed, const struct report *report)
{
    struct file_feed *file = feed->state;
    if (file_resume_skips(file, report)) {
        merge_seen(feed->feeds->merge, report);
        return;
    }
    if (feed->conf.pace <= 0 || report->time_ms == TIME_NONE) {
        hand_on(file, report);
        return;
    }
    if (file->head > 0 && file->head + file->count == file->room) {
        memmove(file->queue, file->queue + file->head, file->count * sizeof *file->queue);
        file->head = 0;
    }
    if (array_grow(&file->queue, &file->room, file->head + file->count + 1,
                   sizeof *file->queue) != 0) {
        log_repeated(LOG_LEVEL_ERROR, "feed", feed->conf.id, "push",
                     "lost a report reason=\"%s\"", err_text(ERR_NOMEM));
        return;
    }
    file->queue[file->head + file->count++] = *report;
}

const struct report *feed_file_head(const struct feed *feed, size_t ahead)
{
    const struct file_feed *file = feed->state;
    return ahead < file->count ? &file->queue[file->head + ahead] : NULL;
}

int64_t feed_file_pushed_ms(const struct feed *feed)
{
    const struct file_feed *file = feed->state;
    return file->pushed_ms;
}

bool feed_file_is_reading(const struct feed *feed)
{
    const struct file_feed *file = feed->state;
    return file->is_reading || file->has_ready;
}

void feed_file_pass(struct feed *feed)
{
    struct file_feed *file = feed->state;
    const struct report *report = &file->queue[file->head];
    file->pushed_ms = report->time_ms;
    hand_on(file, report);
    file->head++;
    if (--file->count == 0)
        file->head = 0;
}

/* --- life --- */

/* Go on from the record, if it belongs to this file. */
static bool take_record(struct file_feed *file)
{
    struct feed *feed = file->feed;
    struct recording_identity now;
    if (feed->record.length == 0)
        return false;
    int rc = file_resume_read(&feed->record, &file->resume);
    buf_finish(&feed->record);
    if (rc != 0) {
        log_warning("feed", feed->conf.id,
                    "the recording begins again: the saved place is %s", err_text(rc));
        return false;
    }
    const struct recording_identity *saved = &file->resume.identity;
    bool is_same = file->keeps_place &&
                   recording_identify(file->recording, saved, &now) == 0 &&
                   memcmp(&now, saved, sizeof now) == 0;
    if (!is_same && !(file->keeps_place && file_follow_resume(file))) {
        log_warning("feed", feed->conf.id,
                    "the recording begins again: %s is not the same file as before",
                    feed->conf.address);
        file_resume_finish(&file->resume);
        return false;
    }
    return true;
}

static int open_poll(struct file_feed *file, struct err *err)
{
    struct feed *feed = file->feed;
    uv_poll_t *poll = calloc(1, sizeof *poll);
    int rc = poll == NULL ? UV_ENOMEM
                          : uv_poll_init(feed->feeds->loop, poll,
                                         recording_descriptor(file->recording));
    if (rc == UV_EPERM) { /* /dev/null and its like: never block, so a worker may read */
        free(poll);
        return 0;
    }
    if (rc != 0) {
        free(poll);
        return err_set(err, ERR_IO, "%s: cannot be polled: %s", feed->conf.address,
                       uv_strerror(rc));
    }
    poll->data = file;
    file->poll = poll;
    feeds_hold(feed);
    return 0;
}

static int file_open(struct feed *feed, struct err *err)
{
    struct file_feed *file = calloc(1, sizeof *file);
    if (file == NULL)
        return ERR_NOMEM;
    feed->state = file;
    file->feed = feed;
    file->pushed_ms = TIME_NONE;
    file->is_line_end = true;
    uv_timer_init(feed->feeds->loop, &file->timer);
    file->timer.data = file;
    feeds_hold(feed);
    file->filling = malloc(sizeof *file->filling);
    file->ready = malloc(sizeof *file->ready);
    if (file->filling == NULL || file->ready == NULL)
        return ERR_NOMEM;
    int rc = recording_open(feed->conf.address, &file->recording, err);
    if (rc == 0 && !recording_is_regular(file->recording))
        rc = open_poll(file, err);
    if (rc == 0 && recording_is_regular(file->recording))
        rc = recording_identify(file->recording, NULL, &file->identity);
    if (rc != 0)
        return rc;
    file->keeps_place = recording_is_regular(file->recording) && !is_stdin(feed);
    if (take_record(file)) {
        rc = file_resume_begin(file, err);
        file->read_at = file->at;
        log_info("feed", feed->conf.id, "the recording continues: %s offset=%" PRIu64,
                 feed->conf.address, file->resume.floor);
    }
    feed->is_open = rc == 0;
    return rc;
}

static void file_pause(struct feed *feed, bool paused)
{
    struct file_feed *file = feed->state;
    /* the pump is stopped for all; only a poll must be stopped */
    if (file->poll == NULL || !file->is_reading)
        return;
    if (paused)
        uv_poll_stop(file->poll);
    else
        uv_poll_start(file->poll, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle)
{
    struct file_feed *file = handle->data;
    if (handle == (uv_handle_t *)file->poll) {
        free(file->poll);
        file->poll = NULL;
    }
    feeds_release(file->feed);
}

static void file_close(struct feed *feed)
{
    struct file_feed *file = feed->state;
    if (file == NULL)
        return;
    if (file->is_reading && file->poll == NULL)
        uv_cancel((uv_req_t *)&file->work); /* or its result is dropped */
    if (file->poll != NULL)
        uv_close((uv_handle_t *)file->poll, on_closed);
    uv_close((uv_handle_t *)&file->timer, on_closed);
}

static void file_destroy(struct feed *feed)
{
    struct file_feed *file = feed->state;
    if (file == NULL)
        return;
    recording_close(file->recording);
    file_follow_finish(file);
    file_resume_finish(&file->resume);
    free(file->filling);
    free(file->ready);
    free(file->queue);
    free(file->pushed);
    free(file);
}

static int file_record(struct feed *feed, struct buf *out)
{
    struct file_feed *file = feed->state;
    return file->keeps_place ? file_resume_write(file, out) : ERR_NOT_FOUND;
}

const struct feed_ops feed_file = {
    .name = "file",
    .open = file_open,
    .pause = file_pause,
    .close = file_close,
    .destroy = file_destroy,
    .report = file_report,
    .record = file_record,
};
