/* SPDX-License-Identifier: Apache-2.0 */
/* The store's front: opening and closing, and the data that other threads give to the
 * writer. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "writer_int.h"

/* A database up to this size is checked at every start (some 1 GB/s); in a larger one,
 * damage shows when the page is read. */
#define CHECK_BYTES ((off_t)256 << 20)
#define QUOTA_BYTES ((int64_t)8 << 30)

struct store {
    struct store_place place;
    struct store_queue queue;
    struct writer writer;
    bool has_writer;
};

static int open_for_writing(struct store *s, const struct store_options *o,
                            struct err *err)
{
    bool is_new = false;
    int rc = store_place_prepare(&s->place, &is_new, err);
    if (rc == 0 && o->exclusive)
        rc = store_place_lock(&s->place, err);
    if (rc != 0)
        return rc;
    struct stat st;
    bool is_small = o->is_in_doubt ||
                    (stat(s->place.database, &st) == 0 && st.st_size <= CHECK_BYTES);
    struct store_replaced replaced = {0};
    rc = store_open_or_replace(&s->place, is_small ? STORE_IN_DOUBT : STORE_TRUSTED,
                               &s->writer.db, &replaced, err);
    if (replaced.name != NULL && o->on_error != NULL) {
        struct err said;
        store_salvage_say(&replaced, &said);
        o->on_error(o->context, said.text);
    }
    free(replaced.name);
    if (rc != 0)
        return rc;
    rc = store_writer_queue_init(&s->queue, o->commit_ms, o->queue_bytes);
    if (rc != 0) {
        store_db_close(&s->writer.db);
        return err_set(err, rc, "%s", err_text(rc));
    }
    s->writer.queue = &s->queue;
    s->writer.place = &s->place;
    s->writer.options = *o;
    s->writer.quota_bytes = o->quota_bytes > 0 ? o->quota_bytes : QUOTA_BYTES;
    rc = store_writer_start(&s->writer);
    if (rc != 0) {
        store_writer_queue_finish(&s->queue);
        store_db_close(&s->writer.db);
        return err_set(err, rc, "the store's thread does not start");
    }
    s->has_writer = true;
    return 0;
}

int store_open(const struct store_options *options, struct store **ret_store,
               struct err *err)
{
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    int rc = store_place_init(&s->place, options->directory, err);
    if (rc == 0 && !options->read_only)
        rc = open_for_writing(s, options, err);
    struct stat st;
    if (rc == 0 && options->read_only && stat(s->place.database, &st) != 0)
        rc =
            err_set(err, ERR_NOT_FOUND, "there is no database in %s", options->directory);
    if (rc != 0) {
        store_place_finish(&s->place);
        free(s);
        return rc;
    }
    *ret_store = s;
    return 0;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->has_writer) {
        store_writer_stop(&s->writer);
        store_db_close(&s->writer.db);
        store_writer_queue_finish(&s->queue);
    }
    store_place_finish(&s->place);
    free(s);
}

int store_submit(struct store *s, struct store_batch *b)
{
    if (!s->has_writer) {
        store_batch_destroy(b);
        return ERR_UNSUPPORTED;
    }
    return store_writer_queue_put(&s->queue, b);
}

/* the queue is only read, but its mutex is needed */
static struct store_queue *queue_of(const struct store *s)
{
    union {
        const struct store_queue *given;
        struct store_queue *taken;
    } q = {.given = &s->queue};
    return q.taken;
}

size_t store_queued_bytes(const struct store *s)
{
    if (!s->has_writer)
        return 0;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    size_t bytes = q->queued_bytes;
    pthread_mutex_unlock(&q->mutex);
    return bytes;
}

void store_health(const struct store *s, struct store_health *ret_health)
{
    *ret_health = (struct store_health){.last_commit_ms = TIME_NONE};
    if (!s->has_writer)
        return;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    *ret_health = q->health;
    ret_health->queued_bytes = q->queued_bytes;
    ret_health->refused = q->refused;
    ret_health->is_full = q->queued_bytes > q->limit_bytes;
    pthread_mutex_unlock(&q->mutex);
}

bool store_is_displaced(const struct store *s)
{
    return store_place_is_lost(&s->place);
}

bool store_flush(struct store *s, int64_t timeout_ms)
{
    return !s->has_writer || store_writer_queue_flush(&s->queue, timeout_ms);
}

void store_ask(struct store *s)
{
    if (!s->has_writer)
        return;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    q->asked++;
    pthread_cond_signal(&q->wake);
    pthread_mutex_unlock(&q->mutex);
}

bool store_has_answered(const struct store *s)
{
    if (!s->has_writer)
        return true;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    bool has_answered = q->answered == q->asked;
    pthread_mutex_unlock(&q->mutex);
    return has_answered;
}

uint64_t store_mark(const struct store *s)
{
    if (!s->has_writer)
        return 0;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    uint64_t mark = q->submitted;
    pthread_mutex_unlock(&q->mutex);
    return mark;
}

bool store_is_durable(const struct store *s, uint64_t mark)
{
    if (!s->has_writer)
        return true;
    struct store_queue *q = queue_of(s);
    pthread_mutex_lock(&q->mutex);
    bool is_durable = q->durable >= mark;
    pthread_mutex_unlock(&q->mutex);
    return is_durable;
}

void store_set_quota(struct store *s, int64_t bytes)
{
    if (!s->has_writer)
        return;
    pthread_mutex_lock(&s->queue.mutex);
    s->queue.quota_bytes = bytes;
    pthread_mutex_unlock(&s->queue.mutex);
}

void store_prune(struct store *s, const struct conf_retain *retain, int64_t now_ms)
{
    if (!s->has_writer)
        return;
    pthread_mutex_lock(&s->queue.mutex);
    s->queue.prune_is_wanted = true;
    s->queue.prune_retain = *retain;
    s->queue.prune_now_ms = now_ms;
    pthread_cond_signal(&s->queue.wake);
    pthread_mutex_unlock(&s->queue.mutex);
}

/* A small batch of the store itself, submitted when it was built without failure.
 * Outcomes are accepted over the limit too: without them, delivered alerts would be sent
 * again. */
static int hand_over_batch(struct store *s, struct store_batch *b, int code)
{
    if (code != 0) {
        store_batch_destroy(b);
        return code;
    }
    code = store_submit(s, b);
    return code == ERR_LIMIT ? 0 : code;
}

int store_outcomes(struct store *s, const struct store_outcome *outcomes, size_t n)
{
    struct store_batch *b = store_batch_create();
    if (b == NULL)
        return ERR_NOMEM;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = store_batch_outcome(b, &outcomes[i]);
    return hand_over_batch(s, b, rc);
}

int store_webhook_gone(struct store *s, const char *webhook, int64_t at_ms)
{
    struct store_batch *b = store_batch_create();
    if (b == NULL)
        return ERR_NOMEM;
    return hand_over_batch(s, b, store_batch_gone(b, webhook, at_ms));
}

int store_webhook_enable(struct store *s, const char *webhook)
{
    return store_webhook_gone(s, webhook, TIME_NONE);
}
