/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the reports of all sources into one order. The order depends on the sources'
 * content (and for live ones on the clock), never on the time of the calls: a source's
 * own order is fixed when its reports are pushed. */
#include "lookout/ais/merge.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "merge_int.h"

#define CHUNK_NODES 64u
#define MERGE_LEAD 8u

struct merge_chunk {
    struct merge_chunk *next;
    struct merge_node nodes[CHUNK_NODES];
};

struct merge *merge_create(void)
{
    struct merge *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->clock_ms = m->passed_ms = TIME_NONE;
    if (merge_dups_init(&m->dups) < 0) {
        free(m);
        return NULL;
    }
    return m;
}

void merge_destroy(struct merge *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->source_count; i++) {
        free(m->sources[i]->held);
        free(m->sources[i]->heap);
        merge_step_forget_untold(m->sources[i]);
        free(m->sources[i]);
    }
    free(m->sources);
    while (m->chunks != NULL) {
        struct merge_chunk *next = m->chunks->next;
        free(m->chunks);
        m->chunks = next;
    }
    while (m->queued != NULL) {
        struct merge_queued *next = m->queued->next;
        free(m->queued);
        m->queued = next;
    }
    merge_dups_finish(&m->dups);
    free(m);
}

int merge_add(struct merge *m, const struct merge_source_conf *conf)
{
    if (m->source_count >= UINT16_MAX)
        return ERR_LIMIT;
    struct merge_source *s = calloc(1, sizeof *s);
    int rc = s == NULL ? ERR_NOMEM : 0;
    if (rc == 0)
        rc = array_extend(&m->sources, m->source_count, 1, sizeof *m->sources);
    if (rc != 0) {
        free(s);
        return rc;
    }
    s->conf = *conf;
    s->index = m->source_count;
    s->time_ms = s->passed_ms = s->steady_ms = s->recalled_ms = TIME_NONE;
    s->is_opening = conf->is_whole;
    s->is_begun = !conf->is_whole;
    m->sources[m->source_count] = s;
    if (m->source_count != 0)
        merge_dups_note_places(&m->dups);
    return (int)m->source_count++;
}

/* --- nodes --- */

struct merge_node *merge_take_node(struct merge *m)
{
    if (m->spare == NULL) {
        struct merge_chunk *chunk = malloc(sizeof *chunk);
        if (chunk == NULL)
            return NULL;
        chunk->next = m->chunks;
        m->chunks = chunk;
        for (size_t i = 0; i < CHUNK_NODES; i++) {
            chunk->nodes[i].next = m->spare;
            m->spare = &chunk->nodes[i];
        }
    }
    struct merge_node *node = m->spare;
    m->spare = node->next;
    return node;
}

static void free_node(struct merge *m, struct merge_node *node)
{
    node->next = m->spare;
    m->spare = node;
}

void merge_drop(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    s->waiting--;
    free_node(m, node);
}

/* --- a source's own order --- */

static void append_node(struct merge_source *s, struct merge_node *node)
{
    node->next = NULL;
    node->step = s->step;
    s->step = NULL;
    if (s->last != NULL)
        s->last->next = node;
    else
        s->first = node;
    s->last = node;
}

/* A live report may pass `lateness` after it was sent or arrived, whichever is earlier: a
 * time ahead of the clock is no reason to wait. */
static bool may_report_pass(const struct merge *m, const struct merge_source *s,
                            const struct merge_node *node)
{
    const struct report *r = &node->report;
    int64_t from = r->arrival_ms != TIME_NONE && r->arrival_ms < r->time_ms
                       ? r->arrival_ms
                       : r->time_ms;
    return m->clock_ms != TIME_NONE && from <= m->clock_ms - s->conf.lateness_ms;
}

/* Move the reports that may pass from the heap to the list. */
static void settle_source(const struct merge *m, struct merge_source *s)
{
    while (s->heap_count != 0) {
        const struct merge_node *top = s->heap[0];
        bool may_pass =
            s->conf.is_live
                ? may_report_pass(m, s, top)
                : s->is_ended || top->report.time_ms <= s->time_ms - s->conf.lateness_ms;
        if (!may_pass)
            return;
        append_node(s, merge_order_pop(s));
    }
}

void merge_flush(struct merge_source *s)
{
    while (s->heap_count != 0)
        append_node(s, merge_order_pop(s));
}

/* One of the first ships of the source, for as long as they are counted. */
static void note_ship(struct merge_source *s, uint32_t mmsi)
{
    for (unsigned i = 0; i < s->passed_ships; i++)
        if (s->passed_mmsi[i] == mmsi)
            return;
    s->passed_mmsi[s->passed_ships++] = mmsi;
}

int merge_accept(struct merge *m, struct merge_source *s, struct merge_node *node)
{
    if (s->time_ms == TIME_NONE || node->report.time_ms > s->time_ms)
        s->time_ms = node->report.time_ms;
    s->accepted++;
    s->last_ms = node->report.time_ms;
    if (!s->conf.is_live)
        merge_clock_note(s, &node->report);
    if (s->passed_ships <= MERGE_CONFIRM)
        note_ship(s, node->report.mmsi);
    if (s->conf.lateness_ms <= 0) {
        append_node(s, node);
        return 0;
    }
    int rc = merge_order_push(s, node);
    if (rc < 0) {
        merge_drop(m, s, node);
        return rc;
    }
    settle_source(m, s);
    return 0;
}

static struct merge_source *find_source(const struct merge *m, uint16_t source)
{
    return source < m->source_count ? m->sources[source] : NULL;
}

int merge_push(struct merge *m, const struct report *report)
{
    struct merge_source *s = find_source(m, report->source);
    if (s == NULL || report->time_ms == TIME_NONE)
        return ERR_INVALID;
    struct merge_node *node = merge_take_node(m);
    if (node == NULL)
        return ERR_NOMEM;
    node->report = *report;
    node->order = m->orders++;
    node->own_ms = report->time_ms;
    node->step = NULL;
    merge_begin_note_first(s, node);
    s->waiting++;
    s->is_ended = false;
    if (s->conf.is_live)
        return merge_accept(m, s, node);
    int rc = merge_hold_push(m, s, node);
    merge_begin_note(m, s);
    return rc < 0 ? rc : m->failed;
}

/* After a stop: which ships were heard before it, where, and since when the clock is
 * steady. */
static void recall_report(struct merge_source *s, const struct report *r)
{
    if (r->time_ms > s->time_ms)
        return;
    bool is_apart =
        s->recalled_ms == TIME_NONE || llabs(r->time_ms - s->recalled_ms) > HOUR_MS;
    s->recalled_ms = r->time_ms;
    if (is_apart)
        s->steady_ms = r->time_ms;
    merge_clock_note(s, r);
    if (s->passed_ships <= MERGE_CONFIRM)
        note_ship(s, r->mmsi);
}

void merge_seen(struct merge *m, const struct report *report)
{
    struct merge_source *s = find_source(m, report->source);
    if (report->time_ms == TIME_NONE)
        return;
    merge_dups_seen(&m->dups, report);
    if (s != NULL && !s->conf.is_live && s->is_started)
        recall_report(s, report);
}

int merge_end(struct merge *m, uint16_t source)
{
    struct merge_source *s = find_source(m, source);
    if (s == NULL)
        return ERR_INVALID;
    int rc = s->conf.is_live ? 0 : merge_hold_end(m, s);
    s->is_ended = true;
    merge_begin_note_end(m, s);
    settle_source(m, s);
    return rc < 0 ? rc : m->failed;
}

int merge_rest(struct merge *m, uint16_t source, int64_t until_ms)
{
    struct merge_source *s = find_source(m, source);
    if (s == NULL || s->conf.is_live)
        return ERR_INVALID;
    int rc = merge_hold_rest(m, s, until_ms);
    s->is_ended = true;
    settle_source(m, s);
    return rc;
}

static void settle_live(struct merge *m)
{
    for (size_t i = 0; i < m->source_count; i++) {
        if (m->sources[i]->conf.is_live)
            settle_source(m, m->sources[i]);
    }
}

void merge_clock(struct merge *m, int64_t now_ms)
{
    m->clock_ms = now_ms;
    settle_live(m);
}

void merge_clock_set(struct merge *m, int64_t now_ms)
{
    m->clock_ms = INT64_MAX / 2;
    settle_live(m);
    m->clock_ms = now_ms;
}

void merge_tell(struct merge *m, const struct merge_sink *sink)
{
    m->sink = *sink;
}

/* --- the one order --- */

/* The source whose head comes next; NULL: none, or a recording must be read first. */
static struct merge_source *choose_source(const struct merge *m)
{
    struct merge_source *best = NULL;
    bool is_blocked = false;
    for (size_t i = 0; i < m->source_count; i++) {
        struct merge_source *s = m->sources[i];
        if (s->first == NULL || s->is_opening) {
            is_blocked = is_blocked || (!s->conf.is_live && !s->is_ended);
            continue;
        }
        /* Equal times: the source added first. */
        if (best == NULL || s->first->report.time_ms < best->first->report.time_ms)
            best = s;
    }
    return is_blocked && best != NULL && !best->conf.is_live ? NULL : best;
}

static int64_t later_time(int64_t a, int64_t b)
{
    return a == TIME_NONE || b > a ? b : a;
}

const struct report *merge_next(struct merge *m)
{
    if (m->current != NULL)
        free_node(m, m->current);
    m->current = NULL;
    for (;;) {
        if (m->steps != 0)
            merge_step_pass(m);
        struct merge_source *s = choose_source(m);
        if (s == NULL)
            return NULL;
        if ((!s->is_begun || m->tries != 0) && merge_begin(m, s))
            continue;
        merge_step_pass_one(m, s);
        struct merge_node *node = s->first;
        s->first = node->next;
        if (s->first == NULL)
            s->last = NULL;
        s->waiting--;
        m->source = s;
        if (s->lead == 0)
            node->hash = merge_dups_hash(&node->report);
        else if (--s->lead == 0)
            s->ahead = NULL;
        int64_t t = node->report.time_ms;
        bool is_late = m->passed_ms != TIME_NONE && t < m->passed_ms;
        /* A copy passes no report on, but its time counts. */
        m->passed_ms = later_time(m->passed_ms, t);
        s->passed_ms = later_time(s->passed_ms, t);
        if (!merge_dups_sift(m, s, node)) {
            free_node(m, node);
            continue;
        }
        s->counts.passed++;
        s->counts.late += is_late ? 1 : 0;
        m->current = node;
        return &node->report;
    }
}

const struct report *merge_ahead(struct merge *m)
{
    struct merge_source *s = m->source;
    if (s == NULL || s->lead == MERGE_LEAD)
        return NULL;
    struct merge_node *node = s->ahead != NULL ? s->ahead->next : s->first;
    if (node == NULL)
        return NULL;
    s->ahead = node;
    s->lead++;
    node->hash = merge_dups_hash(&node->report);
    merge_dups_fetch(&m->dups, node->hash);
    return &node->report;
}

/* Live sources: what is late holds back the ships it hears, which is for the engine to
 * do, and nobody else. One that a reload closed says nothing. False: there are none. */
static bool find_live_time(const struct merge *m, int64_t *ret_ms)
{
    bool is_live = false;
    int64_t least_ms = INT64_MAX;
    for (size_t i = 0; i < m->source_count; i++) {
        const struct merge_source *s = m->sources[i];
        if (!s->conf.is_live || s->is_ended)
            continue;
        is_live = true;
        least_ms = s->conf.lateness_ms < least_ms ? s->conf.lateness_ms : least_ms;
    }
    if (is_live)
        *ret_ms = m->clock_ms != TIME_NONE ? m->clock_ms - least_ms : TIME_NONE;
    return is_live;
}

int64_t merge_time(const struct merge *m)
{
    int64_t time = TIME_NONE;
    for (size_t i = 0; i < m->source_count; i++) {
        const struct merge_source *s = m->sources[i];
        if (s->conf.is_live || (s->is_ended && s->first == NULL))
            continue;
        if (s->passed_ms == TIME_NONE)
            return TIME_NONE;
        if (time == TIME_NONE || s->passed_ms < time)
            time = s->passed_ms;
    }
    if (time == TIME_NONE && !find_live_time(m, &time))
        time = m->passed_ms;
    return time;
}

bool merge_wants(const struct merge *m, uint16_t source)
{
    const struct merge_source *s = find_source(m, source);
    return s != NULL && !s->conf.is_live && !s->is_ended &&
           (s->first == NULL || s->is_opening);
}

size_t merge_pending(const struct merge *m, uint16_t source)
{
    const struct merge_source *s = find_source(m, source);
    return s != NULL ? s->waiting * sizeof(struct merge_node) : 0;
}

/* --- resuming --- */

/* Iterate over the waiting nodes of a source: start with *at = 0 and *node = NULL. */
static const struct merge_node *walk_nodes(const struct merge_source *s, size_t *at,
                                           const struct merge_node *node)
{
    if (*at < s->held_count)
        return s->held[(*at)++];
    if (*at < s->held_count + s->heap_count)
        return s->heap[(*at)++ - s->held_count];
    if (*at == s->held_count + s->heap_count) {
        (*at)++;
        return s->first;
    }
    return node->next;
}

static int compare_offsets(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

size_t merge_undelivered(const struct merge *m, uint16_t source, uint64_t *ret_begins,
                         size_t room)
{
    const struct merge_source *s = find_source(m, source);
    if (s == NULL || s->waiting == 0)
        return 0;
    size_t at = 0, count = 0;
    const struct merge_node *node = NULL;
    while ((node = walk_nodes(s, &at, node)) != NULL) {
        if (count < room)
            ret_begins[count] = node->report.begin;
        count++;
    }
    if (count <= room)
        qsort(ret_begins, count, sizeof *ret_begins, compare_offsets);
    return count;
}

uint64_t merge_needed_offset(const struct merge *m, uint16_t source)
{
    const struct merge_source *s = find_source(m, source);
    uint64_t needed = UINT64_MAX;
    size_t at = 0;
    const struct merge_node *node = NULL;
    while (s != NULL && s->waiting != 0 && (node = walk_nodes(s, &at, node)) != NULL) {
        if (node->report.begin < needed)
            needed = node->report.begin;
    }
    return needed;
}

int64_t merge_source_time(const struct merge *m, uint16_t source)
{
    const struct merge_source *s = find_source(m, source);
    return s != NULL ? s->time_ms : TIME_NONE;
}

void merge_resume(struct merge *m, uint16_t source, int64_t time_ms)
{
    struct merge_source *s = find_source(m, source);
    if (s == NULL || time_ms == TIME_NONE)
        return;
    s->time_ms = s->passed_ms = s->steady_ms = time_ms;
    s->is_started = s->is_begun = true;
    s->is_opening = false;
}

const struct merge_counts *merge_counts(const struct merge *m, uint16_t source)
{
    static const struct merge_counts none;
    const struct merge_source *s = find_source(m, source);
    return s != NULL ? &s->counts : &none;
}
