/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a broker's messages. Each goes to the engine at once. With QoS 1 it also
 * goes to the journal, a batch at a time, and the broker is told of it when it is on
 * disk: from then on the broker forgets it. After kill -9 the journal's messages that the
 * stored state lacks are taken again, and the broker sends again what was not
 * acknowledged; what is taken twice is not newer than what is known of its ship, and
 * counts for nothing. */
#include "broker_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/wire.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

enum {
    RECORD_VERSION = 1,
    WAITING_BYTES_MAX = 1 << 20, /* not on disk yet */
    AGAIN_MS = 1000
};
#define JOURNAL_BYTES_MAX ((uint64_t)256 << 20) /* the store is far behind */
/* Numbers that are left out at each beginning: after a reload the feed's former self may
 * still be writing a batch, whose messages are not acknowledged. */
#define NUMBERS_APART (UINT64_C(1) << 20)

/* --- to the engine --- */

/* A topic that can stand before JSON on one line. */
static bool is_plain_topic(const char *topic, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (topic[i] <= ' ' || topic[i] > '~' || strchr("\"[]{}!$\\", topic[i]) != NULL)
            return false;
    return n > 0;
}

/* JSON has its topic before it: where it names no ship, the topic may. */
static int write_line(struct buf *line, const struct journal_message *m)
{
    size_t at = 0;
    buf_clear(line);
    while (at < m->payload_bytes && strchr(" \t\r\n", m->payload[at]) != NULL)
        at++;
    bool is_json =
        at < m->payload_bytes && (m->payload[at] == '{' || m->payload[at] == '[');
    int rc = 0;
    if (is_json && is_plain_topic(m->topic, m->topic_bytes)) {
        rc = buf_add(line, m->topic, m->topic_bytes);
        if (rc == 0)
            rc = buf_add_char(line, ' ');
    }
    return rc == 0 ? buf_add(line, m->payload + at, m->payload_bytes - at) : rc;
}

static void give_to_engine(struct broker_keep *k, const struct journal_message *m)
{
    if (write_line(&k->line, m) != 0)
        log_repeated(LOG_LEVEL_ERROR, "feed", k->feed->conf.id, "line",
                     "lost a message reason=\"%s\"", err_text(ERR_NOMEM));
    else
        feed_path_message(k->feed, &k->line, m->arrival_ms);
}

/* Note where the message ends in the feed's input. */
static int note_kept(struct broker_keep *k, uint64_t number)
{
    if (k->kept_first > 0 && k->kept_first + k->kept_count == k->kept_room) {
        memmove(k->kept, k->kept + k->kept_first, k->kept_count * sizeof *k->kept);
        k->kept_first = 0;
    }
    size_t end = k->kept_first + k->kept_count;
    if (array_grow(&k->kept, &k->kept_room, end + 1, sizeof *k->kept) != 0)
        return ERR_NOMEM;
    k->kept[end] = (struct broker_kept){input_counts(k->feed->input)->bytes, number};
    k->kept_count++;
    return 0;
}

/* The lowest number whose reports have not all left the merge. */
static uint64_t find_floor(struct broker_keep *k)
{
    const struct feed *feed = k->feed;
    uint64_t needed = input_needed_offset(feed->input);
    uint64_t waiting = merge_needed_offset(feed->feeds->merge, feed->source);
    needed = waiting < needed ? waiting : needed;
    while (k->kept_count > 0 && k->kept[k->kept_first].end <= needed) {
        k->kept_first++;
        k->kept_count--;
    }
    return k->kept_count > 0 ? k->kept[k->kept_first].number : k->next;
}

/* --- the journal --- */

static void start_work(struct broker_keep *k);

static void clear_batch(struct broker_batch *b)
{
    buf_clear(&b->records);
    b->count = 0;
}

/* On a worker: only `writing`, `journal`, `cut` and `fault` are touched. */
static void on_work(uv_work_t *work)
{
    struct broker_keep *k = work->data;
    k->has_failed =
        k->writing.records.length > 0 &&
        journal_write(k->journal, k->writing.first, &k->writing.records, &k->fault) != 0;
    journal_cut(k->journal, k->cut_done);
}

static void on_again(uv_timer_t *timer)
{
    start_work(timer->data);
}

static void on_work_done(uv_work_t *work, int status)
{
    struct broker_keep *k = work->data;
    struct feed *feed = k->feed;
    k->is_working = false;
    if (status == 0 && k->has_failed) {
        log_repeated(LOG_LEVEL_ERROR, "feed", feed->conf.id, "journal",
                     "messages cannot be kept, and wait at the broker: %s",
                     k->fault.text);
        if (!feed->is_closing)
            uv_timer_start(&k->again, on_again, AGAIN_MS, 0);
    } else if (status == 0 && !feed->is_closing) {
        k->on_kept(feed, &k->writing);
        clear_batch(&k->writing);
        start_work(k);
    }
    feeds_release(feed);
}

/* Write what waits, or what could not be written before. */
static void start_work(struct broker_keep *k)
{
    if (k->is_working || k->journal == NULL || k->feed->is_closing)
        return;
    if (k->writing.records.length == 0) {
        struct broker_batch empty = k->writing;
        k->writing = k->waiting;
        k->waiting = empty;
    }
    if (k->writing.records.length == 0 && k->cut_done == k->cut)
        return;
    k->cut_done = k->cut;
    k->work.data = k;
    if (uv_queue_work(k->feed->feeds->loop, &k->work, on_work, on_work_done) != 0)
        return;
    k->is_working = true;
    feeds_hold(k->feed);
}

static int add_to_batch(struct broker_batch *b, const struct journal_message *m,
                        uint16_t id, unsigned session)
{
    size_t before = b->records.length;
    if (b->count > 0 && b->session != session)
        b->count = 0; /* ids of a connection that is gone; their records stay */
    int rc = array_grow(&b->ids, &b->room, b->count + 1, sizeof *b->ids);
    if (rc == 0)
        rc = journal_encode(m, &b->records);
    if (rc != 0)
        return rc;
    if (before == 0)
        b->first = m->number;
    b->session = session;
    b->ids[b->count++] = id;
    return 0;
}

bool broker_keep_take(struct broker_keep *k, const struct mqtt_message *message,
                      unsigned session)
{
    struct journal_message m = {.number = k->next,
                                .arrival_ms = clock_wall_ms(),
                                .topic = message->topic,
                                .topic_bytes = message->topic_bytes,
                                .payload = message->payload,
                                .payload_bytes = message->payload_bytes};
    give_to_engine(k, &m);
    if (k->journal == NULL || message->id == 0)
        return false;
    int rc = note_kept(k, m.number);
    if (rc == 0)
        rc = add_to_batch(&k->waiting, &m, message->id, session);
    if (rc != 0) /* without an acknowledgement the broker sends it again */
        log_repeated(LOG_LEVEL_ERROR, "feed", k->feed->conf.id, "keep",
                     "a message is not kept reason=\"%s\"", err_text(rc));
    k->next++;
    start_work(k);
    return true;
}

bool broker_keep_is_full(const struct broker_keep *k)
{
    return k->waiting.records.length > WAITING_BYTES_MAX ||
           (k->journal != NULL && !k->is_working &&
            journal_bytes(k->journal) > JOURNAL_BYTES_MAX);
}

/* --- commits --- */

int broker_keep_record(struct broker_keep *k, struct buf *out)
{
    if (k->journal == NULL)
        return ERR_NOT_FOUND;
    struct wire_writer w = {.out = out};
    k->recorded = find_floor(k);
    wire_put_u64(&w, RECORD_VERSION);
    wire_put_u64(&w, k->recorded);
    return w.failed ? ERR_NOMEM : 0;
}

void broker_keep_mark(struct broker_keep *k)
{
    k->marked = k->recorded;
}

void broker_keep_stored(struct broker_keep *k)
{
    k->cut = k->marked;
    start_work(k);
}

/* --- beginning and end --- */

static int take_again(void *context, const struct journal_message *m)
{
    struct broker_keep *k = context;
    if (m->number < k->next)
        return 0; /* the state has it */
    give_to_engine(k, m);
    k->next = m->number + 1;
    return note_kept(k, m->number);
}

static uint64_t read_floor(const struct buf *record)
{
    struct wire_reader r;
    if (record->length == 0)
        return 1;
    wire_reader_init(&r, record->data, record->length);
    uint64_t version = wire_get_u64(&r), floor = wire_get_u64(&r);
    return version == RECORD_VERSION && !r.failed ? floor : 1;
}

int broker_keep_init(struct broker_keep *k, struct feed *feed, struct err *err)
{
    const char *directory = feed->feeds->directory;
    const struct journal_reader reader = {.each = take_again, .context = k};
    char name[128];
    *k = (struct broker_keep){.feed = feed, .on_kept = k->on_kept};
    k->next = read_floor(&feed->record);
    if (directory == NULL || feed->conf.mqtt.qos == 0)
        return 0;
    snprintf(name, sizeof name, "mqtt-%s", feed->conf.id);
    int rc = journal_open(directory, name, &reader, &k->journal, err);
    if (rc != 0)
        return rc;
    if (k->kept_count > 0)
        log_info("feed", feed->conf.id,
                 "messages of before the stop are taken again: %zu", k->kept_count);
    k->next += NUMBERS_APART;
    uv_timer_init(feed->feeds->loop, &k->again);
    k->again.data = k;
    k->is_again_open = true;
    feeds_hold(feed);
    return 0;
}

static void on_again_closed(uv_handle_t *handle)
{
    struct broker_keep *k = handle->data;
    feeds_release(k->feed);
}

void broker_keep_close(struct broker_keep *k)
{
    if (k->is_again_open)
        uv_close((uv_handle_t *)&k->again, on_again_closed);
    k->is_again_open = false;
    if (k->is_working)
        (void)uv_cancel((uv_req_t *)&k->work); /* its callback is still called */
}

void broker_keep_finish(struct broker_keep *k)
{
    journal_close(k->journal);
    buf_finish(&k->line);
    buf_finish(&k->waiting.records);
    buf_finish(&k->writing.records);
    free(k->waiting.ids);
    free(k->writing.ids);
    free(k->kept);
}
