/* SPDX-License-Identifier: Apache-2.0 */
/* Makes distance fields in threads, in the order in which they are listed, but first
 * those of which somebody asks something. */
#include "lookout/water/water_maker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/water/water_fields.h"
#include "water_int.h"

enum { THREADS_MAX = 8 };

struct water_maker {
    struct water *water;      /* held */
    struct water_wants wants; /* owned, with their fields */
    char *cache;              /* owned; NULL: none */
    bool is_writing;
    atomic_bool is_stopped;
    const atomic_bool *is_ended; /* is_stopped, or the caller's */
    pthread_t threads[THREADS_MAX];
    int thread_count;
    pthread_mutex_t mutex; /* of what follows, and of the steps of the wants */
    pthread_cond_t is_news;
    size_t left; /* not done yet */
    struct water_fields_counts counts;
    int code; /* the first failure */
};

static void end_step(struct water_maker *m, struct water_want *want, enum water_step step)
{
    want->step = step;
    m->left -= step == WATER_DONE;
    pthread_cond_broadcast(&m->is_news);
}

/* Of a want that this thread began; under the mutex, which is free meanwhile. */
static void make_one(struct water_maker *m, struct water_want *want)
{
    struct water_field *field = want->field;
    pthread_mutex_unlock(&m->mutex);
    int rc = atomic_load(m->is_ended) ? ERR_LIMIT : 0;
    bool is_read = rc == 0 && m->cache != NULL && water_cache_read(m->cache, field);
    if (rc == 0 && !is_read)
        rc = water_field_fill(field, m->is_ended);
    if (rc != 0)
        water_field_give_up(field);
    pthread_mutex_lock(&m->mutex);
    bool is_new = rc == 0 && !is_read;
    m->counts.cached += is_read;
    m->counts.made += is_new;
    m->counts.bytes += water_field_bytes(field);
    m->code = m->code == 0 ? rc : m->code;
    bool is_kept = is_new && m->cache != NULL && m->is_writing;
    end_step(m, want, is_kept ? WATER_MADE : WATER_DONE);
}

/* Write what was made to the cache; under the mutex, which is free meanwhile. */
static void keep_one(struct water_maker *m, struct water_want *want)
{
    want->step = WATER_BEGUN;
    pthread_mutex_unlock(&m->mutex);
    bool is_kept = water_cache_write(m->cache, want->field);
    pthread_mutex_lock(&m->mutex);
    m->counts.not_kept += !is_kept;
    end_step(m, want, WATER_DONE);
}

/* The next one at that step; of `field`, if that is not NULL. NULL: none is. */
static struct water_want *find_one(struct water_maker *m, enum water_step step,
                                   const struct water_field *field)
{
    for (size_t i = 0; i < m->wants.count; i++) {
        struct water_want *want = &m->wants.items[i];
        if (want->step == step && (field == NULL || want->field == field))
            return want;
    }
    return NULL;
}

/* Work until all is done: what the thread that asks has made is written here, for that
 * thread never waits for a disk. */
static void *make_fields(void *context)
{
    struct water_maker *m = context;
    pthread_mutex_lock(&m->mutex);
    while (m->left > 0 && !atomic_load(&m->is_stopped)) {
        struct water_want *made = find_one(m, WATER_MADE, NULL);
        struct water_want *open = made == NULL ? find_one(m, WATER_OPEN, NULL) : NULL;
        if (made != NULL) {
            keep_one(m, made);
        } else if (open != NULL) {
            open->step = WATER_BEGUN;
            make_one(m, open);
        } else {
            pthread_cond_wait(&m->is_news, &m->mutex);
        }
    }
    pthread_mutex_unlock(&m->mutex);
    return NULL;
}

void water_maker_wait(void *context, const struct water_field *field)
{
    struct water_maker *m = context;
    pthread_mutex_lock(&m->mutex);
    struct water_want *open = find_one(m, WATER_OPEN, field);
    if (open != NULL) {
        open->step = WATER_BEGUN;
        make_one(m, open);
    }
    while (!water_field_is_made(field))
        pthread_cond_wait(&m->is_news, &m->mutex);
    pthread_mutex_unlock(&m->mutex);
}

struct water_maker *water_maker_create(struct water *water,
                                       const struct water_fields_options *options)
{
    struct water_maker *m = calloc(1, sizeof *m);
    char *cache = options->cache != NULL ? strdup(options->cache) : NULL;
    if (m == NULL || (options->cache != NULL && cache == NULL)) {
        free(m);
        free(cache);
        return NULL;
    }
    m->water = water_hold(water);
    m->cache = cache;
    m->is_writing = options->is_writing;
    atomic_init(&m->is_stopped, false);
    m->is_ended = options->is_ended != NULL ? options->is_ended : &m->is_stopped;
    pthread_mutex_init(&m->mutex, NULL);
    pthread_cond_init(&m->is_news, NULL);
    return m;
}

void water_maker_begin(struct water_maker *m, struct water_wants *wants,
                       const struct water_fields_counts *counts, int threads)
{
    m->wants = *wants;
    *wants = (struct water_wants){0};
    m->counts = *counts;
    for (size_t i = 0; i < m->wants.count; i++)
        m->left += m->wants.items[i].step != WATER_DONE;
    while (m->thread_count < THREADS_MAX && m->thread_count < threads &&
           (size_t)m->thread_count < m->left &&
           pthread_create(&m->threads[m->thread_count], NULL, make_fields, m) == 0)
        m->thread_count++;
}

static void join_threads(struct water_maker *m)
{
    for (int i = 0; i < m->thread_count; i++)
        pthread_join(m->threads[i], NULL);
    m->thread_count = 0;
}

size_t water_maker_left(struct water_maker *m, struct water_fields_counts *ret_counts)
{
    pthread_mutex_lock(&m->mutex);
    size_t left = m->left;
    *ret_counts = m->counts;
    pthread_mutex_unlock(&m->mutex);
    return left;
}

struct water_wants *water_maker_wants(struct water_maker *m)
{
    return &m->wants;
}

int water_maker_finish(struct water_maker *m, struct water_fields_counts *ret_counts)
{
    make_fields(m);
    join_threads(m);
    (void)water_maker_left(m, ret_counts);
    return m->code;
}

void water_maker_drop_wants(struct water_wants *wants)
{
    for (size_t i = 0; i < wants->count; i++) {
        free(wants->items[i].sources);
        water_field_release(wants->items[i].field);
    }
    free(wants->items);
    *wants = (struct water_wants){0};
}

/* What is made already is kept. */
static void give_rest_up(struct water_maker *m)
{
    for (size_t i = 0; i < m->wants.count; i++) {
        struct water_want *want = &m->wants.items[i];
        if (want->step == WATER_MADE)
            (void)water_cache_write(m->cache, want->field);
        else if (want->step == WATER_OPEN && want->field != NULL)
            water_field_give_up(want->field);
    }
}

void water_maker_destroy(struct water_maker *m)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->mutex);
    atomic_store(&m->is_stopped, true);
    pthread_cond_broadcast(&m->is_news);
    pthread_mutex_unlock(&m->mutex);
    join_threads(m);
    give_rest_up(m);
    if (m->cache != NULL && m->is_writing && m->left == 0 && m->code == 0)
        water_cache_sweep(m->cache, &m->wants);
    water_maker_drop_wants(&m->wants);
    water_release(m->water);
    pthread_cond_destroy(&m->is_news);
    pthread_mutex_destroy(&m->mutex);
    free(m->cache);
    free(m);
}
