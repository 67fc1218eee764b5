/* SPDX-License-Identifier: Apache-2.0 */
/* The times when sources were silent: the silence of a ship then says nothing about the
 * ship. */
#include "engine_int.h"

#include "lookout/base/time.h"

static void add_outage(struct engine *e, struct source *s, int64_t begin_ms,
                       int64_t end_ms)
{
    struct span span = {begin_ms, end_ms};
    s->outages[s->outage_count % OUTAGES_MAX] = span;
    s->outage_count++;
    if (++e->outage_epoch == 0)
        e->outage_epoch = 1;
}

/* A report ends a silence, also when the owner has not yet said so. */
void silence_heard(struct engine *e, uint16_t source, int64_t time_ms)
{
    if (source >= SOURCES_MAX)
        return;
    if (source >= e->source_count)
        e->source_count = (uint16_t)(source + 1);
    struct source *s = &e->sources[source];
    if (s->is_silent && time_ms > s->heard_ms)
        add_outage(e, s, s->heard_ms, time_ms);
    s->is_silent = false;
    if (!s->is_known || time_ms > s->heard_ms)
        s->heard_ms = time_ms;
    s->is_known = true;
}

void silence_set_source(struct engine *e, uint16_t source, bool is_silent)
{
    if (source >= SOURCES_MAX || e->now_ms == TIME_NONE)
        return;
    if (source >= e->source_count)
        e->source_count = (uint16_t)(source + 1);
    struct source *s = &e->sources[source];
    if (s->is_silent == is_silent)
        return;
    if (!s->is_known)
        s->heard_ms = e->now_ms;
    s->is_known = true;
    s->is_silent = is_silent;
    if (!is_silent && s->heard_ms < e->now_ms)
        add_outage(e, s, s->heard_ms, e->now_ms);
}

void silence_add_outage(struct engine *e, int64_t since_ms, int64_t until_ms)
{
    if (since_ms != TIME_NONE && until_ms > since_ms)
        add_outage(e, &e->daemon, since_ms, until_ms);
}

void silence_skip(struct engine *e, int64_t since_ms, int64_t until_ms)
{
    add_outage(e, &e->skipped, since_ms, until_ms);
}

static void clamp_source(struct source *s, int64_t now_ms)
{
    time_clamp(&s->heard_ms, now_ms);
    for (int i = 0; i < OUTAGES_MAX; i++) {
        time_clamp(&s->outages[i].begin_ms, now_ms);
        time_clamp(&s->outages[i].end_ms, now_ms);
    }
}

void silence_clamp(struct engine *e, int64_t now_ms)
{
    clamp_source(&e->daemon, now_ms);
    clamp_source(&e->skipped, now_ms);
    for (uint16_t i = 0; i < e->source_count; i++)
        clamp_source(&e->sources[i], now_ms);
}

static void shift_source(struct source *s, int64_t by_ms)
{
    s->heard_ms += s->is_known ? by_ms : 0;
    for (uint32_t i = 0; i < s->outage_count && i < OUTAGES_MAX; i++) {
        s->outages[i].begin_ms += by_ms;
        s->outages[i].end_ms += by_ms;
    }
}

void silence_shift(struct engine *e, uint16_t source, bool is_all, int64_t by_ms)
{
    if (is_all) {
        shift_source(&e->daemon, by_ms);
        shift_source(&e->skipped, by_ms);
    }
    for (uint16_t i = 0; i < e->source_count; i++)
        if (is_all || i == source)
            shift_source(&e->sources[i], by_ms);
    if (++e->outage_epoch == 0)
        e->outage_epoch = 1;
}

/* --- sums --- */

/* Spans in the order of time, without overlap. */
struct spans {
    struct span items[4 * OUTAGES_MAX];
    uint32_t count;
};
enum { SPANS_MAX = 4 * OUTAGES_MAX };

/* Insert by its begin, cut to begin..end. */
static void insert_span(struct spans *list, struct span span, int64_t begin_ms,
                        int64_t end_ms)
{
    span.begin_ms = span.begin_ms > begin_ms ? span.begin_ms : begin_ms;
    span.end_ms = span.end_ms < end_ms ? span.end_ms : end_ms;
    if (span.begin_ms >= span.end_ms || list->count == SPANS_MAX)
        return;
    uint32_t at = list->count++;
    for (; at > 0 && list->items[at - 1].begin_ms > span.begin_ms; at--)
        list->items[at] = list->items[at - 1];
    list->items[at] = span;
}

static void insert_all(struct spans *list, const struct source *s, int64_t begin_ms,
                       int64_t end_ms)
{
    uint32_t held = s->outage_count < OUTAGES_MAX ? s->outage_count : OUTAGES_MAX;
    for (uint32_t i = 0; i < held; i++)
        insert_span(list, s->outages[i], begin_ms, end_ms);
    if (s->is_silent)
        insert_span(list, (struct span){s->heard_ms, end_ms}, begin_ms, end_ms);
}

static void join_spans(struct spans *list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct span span = list->items[i];
        if (kept != 0 && span.begin_ms <= list->items[kept - 1].end_ms) {
            if (span.end_ms > list->items[kept - 1].end_ms)
                list->items[kept - 1].end_ms = span.end_ms;
        } else {
            list->items[kept++] = span;
        }
    }
    list->count = kept;
}

static int64_t sum_spans(const struct spans *list)
{
    int64_t ms = 0;
    for (uint32_t i = 0; i < list->count; i++)
        ms += list->items[i].end_ms - list->items[i].begin_ms;
    return ms;
}

static bool was_ever_silent(const struct source *s)
{
    return s->is_silent || s->outage_count != 0;
}

/* The times between since_ms and now when the source (or the daemon) was silent. */
static void collect_silence(const struct engine *e, uint16_t source, int64_t since_ms,
                            struct spans *ret)
{
    ret->count = 0;
    insert_all(ret, &e->daemon, since_ms, e->now_ms);
    if (source < SOURCES_MAX)
        insert_all(ret, &e->sources[source], since_ms, e->now_ms);
    join_spans(ret);
}

/* Not within the function below: the lists of spans would be made room for at each fix,
 * of which nearly none ends a silence of a source. */
static __attribute__((noinline)) int64_t sum_silence(const struct engine *e,
                                                     uint16_t source, int64_t since_ms,
                                                     const struct span *far)
{
    struct spans list;
    collect_silence(e, source, since_ms, &list);
    if (far != NULL) {
        insert_span(&list, *far, since_ms, e->now_ms);
        join_spans(&list);
    }
    return sum_spans(&list);
}

int64_t silence_of(const struct engine *e, uint16_t source, int64_t since_ms,
                   const struct span *far)
{
    bool is_none = far == NULL && !was_ever_silent(&e->daemon) &&
                   (source >= SOURCES_MAX || !was_ever_silent(&e->sources[source]));
    return is_none ? 0 : sum_silence(e, source, since_ms, far);
}

static void intersect_spans(struct spans *list, const struct spans *other)
{
    struct spans both = {.count = 0};
    for (uint32_t i = 0; i < list->count; i++)
        for (uint32_t k = 0; k < other->count; k++)
            insert_span(&both, other->items[k], list->items[i].begin_ms,
                        list->items[i].end_ms);
    *list = both;
}

/* When every source was silent. False: one of them never was, or none is known. */
static bool collect_silence_of_all(const struct engine *e, int64_t since_ms,
                                   struct spans *ret)
{
    struct spans one;
    bool is_any_known = false;
    for (uint16_t i = 0; i < e->source_count; i++) {
        if (!e->sources[i].is_known)
            continue;
        if (!was_ever_silent(&e->sources[i]))
            return false;
        collect_silence(e, i, since_ms, is_any_known ? &one : ret);
        if (is_any_known)
            intersect_spans(ret, &one);
        is_any_known = true;
    }
    return is_any_known;
}

static __attribute__((noinline)) int64_t
sum_silence_of_all(const struct engine *e, int64_t since_ms, const struct span *far)
{
    struct spans all;
    if (!collect_silence_of_all(e, since_ms, &all))
        collect_silence(e, SOURCES_MAX, since_ms, &all);
    insert_all(&all, &e->skipped, since_ms, e->now_ms);
    if (far != NULL)
        insert_span(&all, *far, since_ms, e->now_ms);
    join_spans(&all);
    return sum_spans(&all);
}

static bool is_source_never_silent(const struct engine *e)
{
    bool is_any_known = false;
    for (uint16_t i = 0; i < e->source_count; i++) {
        if (e->sources[i].is_known && !was_ever_silent(&e->sources[i]))
            return true;
        is_any_known = is_any_known || e->sources[i].is_known;
    }
    return !is_any_known;
}

int64_t silence_of_all(const struct engine *e, int64_t since_ms, const struct span *far)
{
    bool is_none = far == NULL && !was_ever_silent(&e->daemon) &&
                   !was_ever_silent(&e->skipped) && is_source_never_silent(e);
    return is_none ? 0 : sum_silence_of_all(e, since_ms, far);
}

bool silence_is_now(const struct engine *e, uint16_t source)
{
    return source < SOURCES_MAX && e->sources[source].is_silent;
}

/* --- saved state --- */

static void save_source(const struct source *s, struct wire_writer *w)
{
    uint32_t held = s->outage_count < OUTAGES_MAX ? s->outage_count : OUTAGES_MAX;
    wire_put_u64(w, (uint64_t)s->is_known | (uint64_t)s->is_silent << 1);
    wire_put_i64(w, s->heard_ms);
    wire_put_u64(w, held);
    for (uint32_t i = s->outage_count - held; i != s->outage_count; i++) {
        wire_put_i64(w, s->outages[i % OUTAGES_MAX].begin_ms);
        wire_put_i64(w, s->outages[i % OUTAGES_MAX].end_ms);
    }
}

static void load_source(struct engine *e, struct source *s, struct wire_reader *r)
{
    *s = (struct source){.is_known = false};
    uint64_t flags = wire_get_u64(r);
    s->is_known = (flags & 1) != 0;
    s->is_silent = (flags & 2) != 0;
    s->heard_ms = wire_get_time(r);
    uint64_t held = wire_get_u64(r);
    for (uint64_t i = 0; i < held && i < OUTAGES_MAX && !r->failed; i++) {
        int64_t begin_ms = wire_get_time(r), end_ms = wire_get_time(r);
        if (end_ms > begin_ms)
            add_outage(e, s, begin_ms, end_ms);
    }
    r->failed = r->failed || held > OUTAGES_MAX;
}

void silence_save(const struct engine *e, struct wire_writer *w)
{
    uint64_t count = SOURCES_MAX;
    while (count > 0 && !e->sources[count - 1].is_known)
        count--;
    save_source(&e->daemon, w);
    wire_put_u64(w, count);
    for (uint64_t i = 0; i < count; i++)
        save_source(&e->sources[i], w);
}

int silence_load(struct engine *e, struct wire_reader *r)
{
    load_source(e, &e->daemon, r);
    uint64_t count = wire_get_u64(r);
    if (r->failed || count > SOURCES_MAX)
        return ERR_CORRUPT;
    e->source_count = (uint16_t)count;
    for (uint64_t i = 0; i < count; i++)
        load_source(e, &e->sources[i], r);
    return r->failed ? ERR_CORRUPT : 0;
}
