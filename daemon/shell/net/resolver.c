/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up names on separate threads. A thread shares only a mailbox with the loop. The
 * mailbox is freed when both have ended: getaddrinfo cannot be cancelled, and waiting for
 * its thread is what freezes libcurl. */
#include "lookout/net/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/text.h"

enum {
    BUCKETS = 64,
    HOSTS_MOST = 4096,
    THREADS_MOST = 64,
    FRESH_MS = 60000,     /* how long an answer is used */
    ABANDON_MS = 30000,   /* after this, a second look-up may start */
    DEADLINE_TICK_MS = 25 /* how exact a deadline is */
};

struct job {
    struct mailbox *mailbox; /* a reference */
    struct job *next;
    resolve_lookup lookup;
    void *context;
    char host[RESOLVE_HOST_BYTES];
    struct resolve_answer answer;
};

struct mailbox {
    pthread_mutex_t mutex;
    struct job *done;  /* owned */
    uv_async_t *async; /* borrowed from the resolver; NULL once it is closed */
    unsigned references;
    unsigned threads; /* running */
};

struct resolve_host {
    struct resolve_host *next;
    char name[RESOLVE_HOST_BYTES];
    struct resolve_answer answer;
    uint64_t fresh_until_ms; /* the loop's time */
    uint64_t asked_ms;       /* when the last thread was started */
    bool is_pending;
    struct resolve_question *questions;
};

struct resolver {
    uv_async_t async;
    uv_timer_t timer;
    unsigned open_handles;
    struct mailbox *mailbox; /* a reference */
    resolve_lookup lookup;
    void *context;
    struct resolve_host *buckets[BUCKETS]; /* owned */
    size_t host_count;
    size_t question_count;
};

/* --- the thread's side --- */

static void mailbox_release(struct mailbox *m)
{
    pthread_mutex_lock(&m->mutex);
    bool is_last = --m->references == 0;
    struct job *done = is_last ? m->done : NULL;
    pthread_mutex_unlock(&m->mutex);
    if (!is_last)
        return;
    while (done != NULL) {
        struct job *next = done->next;
        free(done);
        done = next;
    }
    pthread_mutex_destroy(&m->mutex);
    free(m);
}

static void *run_lookup(void *context)
{
    struct job *job = context;
    struct mailbox *m = job->mailbox;
    job->lookup(job->context, job->host, &job->answer);
    pthread_mutex_lock(&m->mutex);
    m->threads--;
    job->next = m->done;
    m->done = job;
    if (m->async != NULL)
        uv_async_send(m->async);
    pthread_mutex_unlock(&m->mutex);
    mailbox_release(m);
    return NULL;
}

static void ask_system(const char *host, int flags, struct resolve_answer *ret_answer)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *list = NULL;
    int rc = getaddrinfo(host, NULL, &hints, &list);
    if (rc != 0) {
        text_copy(ret_answer->reason, sizeof ret_answer->reason, gai_strerror(rc));
        return;
    }
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next)
        if (ret_answer->count < RESOLVE_ADDRESSES &&
            address_from_sockaddr(a->ai_addr, &ret_answer->addresses[ret_answer->count]))
            ret_answer->count++;
    freeaddrinfo(list);
    if (ret_answer->count == 0)
        text_copy(ret_answer->reason, sizeof ret_answer->reason, "has no address");
}

void resolver_lookup_system(void *context, const char *host,
                            struct resolve_answer *ret_answer)
{
    (void)context;
    ask_system(host, AI_ADDRCONFIG, ret_answer);
}

void resolver_lookup_all(void *context, const char *host,
                         struct resolve_answer *ret_answer)
{
    (void)context;
    ask_system(host, 0, ret_answer);
}

/* --- the loop's side --- */

static struct resolve_host **bucket_of(struct resolver *r, const char *name)
{
    return &r->buckets[hash_text(name, 0) % BUCKETS];
}

static struct resolve_host *host_find(struct resolver *r, const char *name)
{
    struct resolve_host *h = *bucket_of(r, name);
    while (h != NULL && strcmp(h->name, name) != 0)
        h = h->next;
    return h;
}

/* Free the hosts that nobody waits for and whose answers are old. */
static void forget_stale_hosts(struct resolver *r, uint64_t now)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct resolve_host **at = &r->buckets[i]; *at != NULL;) {
            struct resolve_host *h = *at;
            if (h->questions != NULL || h->is_pending || h->fresh_until_ms > now) {
                at = &h->next;
                continue;
            }
            *at = h->next;
            free(h);
            r->host_count--;
        }
}

static struct resolve_host *host_get(struct resolver *r, const char *name)
{
    struct resolve_host *h = host_find(r, name);
    if (h != NULL || strlen(name) >= RESOLVE_HOST_BYTES)
        return h;
    if (r->host_count >= HOSTS_MOST)
        forget_stale_hosts(r, uv_now(r->timer.loop));
    h = r->host_count < HOSTS_MOST ? calloc(1, sizeof *h) : NULL;
    if (h == NULL)
        return NULL;
    text_copy(h->name, sizeof h->name, name);
    struct resolve_host **bucket = bucket_of(r, name);
    h->next = *bucket;
    *bucket = h;
    r->host_count++;
    return h;
}

static void question_remove(struct resolver *r, struct resolve_question *q)
{
    struct resolve_question **at = &q->host->questions;
    while (*at != NULL && *at != q)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    *at = q->next;
    q->next = NULL;
    q->host = NULL;
    if (--r->question_count == 0)
        uv_timer_stop(&r->timer);
}

static void answer_all(struct resolver *r, struct resolve_host *h)
{
    struct resolve_answer answer = h->answer;
    /* A callback that asks again gets the fresh answer at once. */
    while (h->questions != NULL) {
        struct resolve_question *q = h->questions;
        question_remove(r, q);
        q->on_answer(q, &answer);
    }
}

static void on_done(uv_async_t *async)
{
    struct resolver *r = async->data;
    pthread_mutex_lock(&r->mailbox->mutex);
    struct job *job = r->mailbox->done;
    r->mailbox->done = NULL;
    pthread_mutex_unlock(&r->mailbox->mutex);
    while (job != NULL) {
        struct job *next = job->next;
        struct resolve_host *h = host_find(r, job->host);
        if (h != NULL) {
            h->is_pending = false;
            h->answer = job->answer;
            h->fresh_until_ms =
                uv_now(r->timer.loop) + (job->answer.count > 0 ? FRESH_MS : 0);
            answer_all(r, h);
        }
        free(job);
        job = next;
    }
}

/* A question whose deadline is over. One at a time: its callback may ask again. */
static struct resolve_question *late_question(struct resolver *r)
{
    uint64_t now = uv_now(r->timer.loop);
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct resolve_host *h = r->buckets[i]; h != NULL; h = h->next)
            for (struct resolve_question *q = h->questions; q != NULL; q = q->next)
                if (q->until_ms <= now)
                    return q;
    return NULL;
}

static void on_tick(uv_timer_t *timer)
{
    struct resolver *r = timer->data;
    struct resolve_answer late = {.reason = "the look-up takes too long"};
    for (struct resolve_question *q; (q = late_question(r)) != NULL;) {
        question_remove(r, q);
        q->on_answer(q, &late);
    }
}

static bool start_thread(struct resolver *r, const char *host, const char **ret_reason)
{
    struct mailbox *m = r->mailbox;
    struct job *job = calloc(1, sizeof *job);
    *ret_reason = "out of memory";
    if (job == NULL)
        return false;
    *job = (struct job){.mailbox = m, .lookup = r->lookup, .context = r->context};
    text_copy(job->host, sizeof job->host, host);
    pthread_mutex_lock(&m->mutex);
    bool has_room = m->threads < THREADS_MOST;
    if (has_room) {
        m->threads++;
        m->references++;
    }
    pthread_mutex_unlock(&m->mutex);
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int rc = has_room ? pthread_create(&thread, &attr, run_lookup, job) : -1;
    pthread_attr_destroy(&attr);
    if (rc == 0)
        return true;
    *ret_reason = has_room ? "no thread for the look-up" : "too many look-ups hang";
    if (has_room) {
        pthread_mutex_lock(&m->mutex);
        m->threads--;
        pthread_mutex_unlock(&m->mutex);
        mailbox_release(m);
    }
    free(job);
    return false;
}

static const struct resolve_answer *refuse_question(struct resolve_host *h,
                                                    const char *reason)
{
    static const struct resolve_answer no_memory = {.reason = "out of memory"};
    if (h == NULL)
        return &no_memory;
    h->answer.count = 0;
    text_copy(h->answer.reason, sizeof h->answer.reason, reason);
    return &h->answer;
}

const struct resolve_answer *resolver_ask(struct resolver *r, const char *host,
                                          int64_t deadline_ms, struct resolve_question *q)
{
    uint64_t now = uv_now(r->timer.loop);
    struct resolve_host *h = host_get(r, host);
    if (h == NULL)
        return refuse_question(NULL, NULL);
    if (h->answer.count > 0 && h->fresh_until_ms > now)
        return &h->answer;
    if (!h->is_pending || now - h->asked_ms >= ABANDON_MS) {
        const char *reason;
        if (!start_thread(r, host, &reason))
            return refuse_question(h, reason);
        h->is_pending = true;
        h->asked_ms = now;
    }
    q->host = h;
    q->next = h->questions;
    h->questions = q;
    q->until_ms = now + (uint64_t)deadline_ms;
    if (r->question_count++ == 0)
        uv_timer_start(&r->timer, on_tick, DEADLINE_TICK_MS, DEADLINE_TICK_MS);
    return NULL;
}

void resolver_cancel(struct resolver *r, struct resolve_question *q)
{
    if (q->host != NULL)
        question_remove(r, q);
}

/* --- beginning and end --- */

int resolver_create(uv_loop_t *loop, resolve_lookup lookup, void *context,
                    struct resolver **ret_resolver)
{
    struct resolver *r = calloc(1, sizeof *r);
    struct mailbox *m = calloc(1, sizeof *m);
    if (r == NULL || m == NULL || uv_async_init(loop, &r->async, on_done) != 0) {
        free(r);
        free(m);
        return ERR_NOMEM;
    }
    uv_timer_init(loop, &r->timer);
    pthread_mutex_init(&m->mutex, NULL);
    m->references = 1;
    m->async = &r->async;
    r->mailbox = m;
    r->async.data = r;
    r->timer.data = r;
    r->open_handles = 2;
    r->lookup = lookup;
    r->context = context;
    *ret_resolver = r;
    return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct resolver *r = handle->data;
    if (--r->open_handles > 0)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (r->buckets[i] != NULL) {
            struct resolve_host *next = r->buckets[i]->next;
            free(r->buckets[i]);
            r->buckets[i] = next;
        }
    free(r);
}

void resolver_close(struct resolver *r)
{
    pthread_mutex_lock(&r->mailbox->mutex);
    r->mailbox->async = NULL;
    pthread_mutex_unlock(&r->mailbox->mutex);
    mailbox_release(r->mailbox);
    r->mailbox = NULL;
    uv_close((uv_handle_t *)&r->async, on_handle_closed);
    uv_close((uv_handle_t *)&r->timer, on_handle_closed);
}
