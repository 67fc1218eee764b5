/* SPDX-License-Identifier: Apache-2.0 */
/* Assembly of messages; fragment_int.h has the rules. The table has a fixed size: an
 * attacker can only push out other unfinished messages, the oldest first. */
#include "fragment_int.h"

#include <string.h>

#include "lookout/base/time.h"

void fragment_init(struct fragment_table *t)
{
    memset(t, 0, sizeof *t);
}

void fragment_count(struct fragment_table *t)
{
    t->count++;
}

static unsigned bit_count(unsigned bits)
{
    unsigned n = 0;
    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

/* Formatter, total, sequence id and channel in one word; never 0. */
static uint64_t make_key(const struct sentence *s)
{
    uint64_t key = 0;
    /* "VD" is the same in all; the talker and M or O tell formatters apart. */
    key = key << 8 | (unsigned char)s->formatter[0];
    key = key << 8 | (unsigned char)s->formatter[1];
    key = key << 8 | (unsigned char)s->formatter[4];
    key = key << 8 | s->total;
    key = key << 16 | (uint16_t)s->sequence;
    key = key << 8 | (unsigned char)s->channel;
    return key;
}

/* --- leaving the table --- */

/* A slot leaves the table or becomes void: count its parts. */
static void settle_fragment(struct fragment_table *t, struct fragment *f)
{
    unsigned parts = bit_count(f->have);
    if (f->state == FRAGMENT_OPEN || f->state == FRAGMENT_READY) {
        t->counts.orphans += parts;
        t->counts.pending -= parts;
    } else if (f->state == FRAGMENT_DONE) {
        t->counts.duplicates += bit_count(f->again);
        t->counts.pending -= bit_count(f->again);
    }
    if (f->state == FRAGMENT_READY)
        t->ready--;
}

static void release_fragment(struct fragment_table *t, struct fragment *f)
{
    settle_fragment(t, f);
    f->state = FRAGMENT_FREE;
    t->keys[f - t->slots] = 0;
}

static void make_void(struct fragment_table *t, struct fragment *f)
{
    settle_fragment(t, f);
    f->state = FRAGMENT_VOID;
    f->last_count = t->count;
}

static bool is_quiet(const struct fragment *f, uint64_t count, int64_t clock_ms)
{
    if (count - f->last_count >= FRAGMENT_QUIET)
        return true;
    return clock_ms != TIME_NONE && f->last_clock_ms != TIME_NONE &&
           clock_ms - f->last_clock_ms >= FRAGMENT_QUIET_MS;
}

static bool is_stale(const struct fragment *f, uint64_t count, int64_t clock_ms)
{
    bool timed = clock_ms != TIME_NONE && f->first_clock_ms != TIME_NONE;
    uint64_t limit = timed ? FRAGMENT_WINDOW_COUNT : FRAGMENT_WINDOW_UNTIMED;
    if (count - f->first_count > limit)
        return true;
    return timed && clock_ms - f->first_clock_ms > FRAGMENT_WINDOW_MS;
}

/* How often all slots are checked; those of the current part always are. */
#define SWEEP_COUNT 64

static void expire_fragment(struct fragment_table *t, struct fragment *f,
                            int64_t clock_ms)
{
    /* READY slots are left to fragment_next_ready. */
    if (f->state == FRAGMENT_READY)
        return;
    if (f->state == FRAGMENT_VOID ? is_quiet(f, t->count, clock_ms)
                                  : is_stale(f, t->count, clock_ms))
        release_fragment(t, f);
}

static void sweep_table(struct fragment_table *t, int64_t clock_ms)
{
    t->swept = t->count;
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        if (t->keys[i] != 0)
            expire_fragment(t, &t->slots[i], clock_ms);
    }
}

static void find_key(struct fragment_table *t, uint64_t key, int64_t clock_ms,
                     struct fragment_same_key *ret)
{
    ret->count = 0;
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        if (t->keys[i] != key)
            continue;
        expire_fragment(t, &t->slots[i], clock_ms);
        if (t->keys[i] == key)
            ret->slot[ret->count++] = &t->slots[i];
    }
}

void fragment_follow(struct fragment_table *t, int64_t clock_ms)
{
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        struct fragment *f = &t->slots[i];
        int64_t time_ms = f->origin.time_ms;
        bool is_near = time_ms != TIME_NONE && time_ms <= clock_ms &&
                       clock_ms - time_ms <= FRAGMENT_WINDOW_MS;
        if (t->keys[i] == 0 || !is_near || f->first_clock_ms >= time_ms)
            continue;
        f->first_clock_ms = f->last_clock_ms = time_ms;
    }
}

/* --- filling slots --- */

/* Time and station are those of the first part, or of another part if it has none. */
static void merge_origin(struct fragment_origin *to, const struct fragment_origin *from,
                         bool is_first_part)
{
    if (from->time_ms != TIME_NONE && (is_first_part || to->time_ms == TIME_NONE)) {
        to->time_ms = from->time_ms;
        to->time_source = from->time_source;
        to->has_pghp_sum = from->has_pghp_sum;
        to->pghp_sum = from->pghp_sum;
    }
    if (to->lack == 0)
        to->lack = from->lack;
    if (from->station[0] != '\0' && (is_first_part || to->station[0] == '\0'))
        memcpy(to->station, from->station, sizeof to->station);
    if (from->begin < to->begin)
        to->begin = from->begin;
    if (from->end > to->end)
        to->end = from->end;
}

/* Add the characters of a part; false: they do not fit. */
static bool put_piece(struct fragment *f, const struct sentence *s)
{
    if (f->used + s->payload_n > FRAGMENT_CHARS_MAX)
        return false;
    memcpy(f->chars + f->used, s->payload, s->payload_n);
    f->piece[s->part - 1] = (struct fragment_piece){
        .at = f->used, .n = (uint16_t)s->payload_n, .fill = s->fill, .sum = s->sum};
    f->used = (uint16_t)(f->used + s->payload_n);
    f->have = (uint16_t)(f->have | 1u << (s->part - 1));
    return true;
}

static void touch_fragment(struct fragment_table *t, struct fragment *f,
                           const struct fragment_part *p)
{
    f->last_count = t->count;
    f->last_clock_ms = p->clock_ms;
    if (p->has_group) {
        f->has_group = true;
        f->group_id = p->group_id;
    }
}

/* A slot for a new message: a free one, else the oldest finished, else the oldest. */
static struct fragment *take_slot(struct fragment_table *t)
{
    struct fragment *oldest = NULL;
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        struct fragment *f = &t->slots[i];
        if (f->state == FRAGMENT_FREE)
            return f;
        bool idle = f->state == FRAGMENT_DONE || f->state == FRAGMENT_VOID;
        bool oldest_idle = oldest != NULL && (oldest->state == FRAGMENT_DONE ||
                                              oldest->state == FRAGMENT_VOID);
        if (oldest == NULL || (idle && !oldest_idle) ||
            (idle == oldest_idle && f->first_count < oldest->first_count))
            oldest = f;
    }
    release_fragment(t, oldest);
    return oldest;
}

static struct fragment *open_slot(struct fragment_table *t, uint64_t key,
                                  const struct fragment_part *p)
{
    struct fragment *f = take_slot(t);
    t->keys[f - t->slots] = key;
    f->state = FRAGMENT_OPEN;
    f->total = p->sentence->total;
    f->is_contested = p->sentence->part != 1 && !p->has_group;
    f->is_repaired = f->has_group = false;
    f->have = f->again = f->used = 0;
    f->group_id = 0;
    f->first_count = t->count;
    f->first_clock_ms = p->clock_ms;
    f->origin = p->origin;
    touch_fragment(t, f, p);
    (void)put_piece(f, p->sentence); /* the caller has checked the length */
    t->counts.pending++;
    return f;
}

static bool is_fragment_whole(const struct fragment *f)
{
    return f->have == (1u << f->total) - 1u;
}

/* Give out a complete message. */
static void finish_fragment(struct fragment_table *t, struct fragment *f,
                            struct fragment_whole *ret)
{
    t->counts.pending -= f->total;
    if (f->state == FRAGMENT_READY)
        t->ready--;
    f->state = FRAGMENT_DONE;
    f->again = 0;
    if (f->origin.has_pghp_sum) {
        unsigned sum = 0;
        for (unsigned i = 0; i < f->total; i++)
            sum ^= f->piece[i].sum;
        if (sum != f->origin.pghp_sum)
            f->origin.time_ms = TIME_NONE; /* the line was about another message */
    }
    *ret = (struct fragment_whole){.fragment = f, .origin = &f->origin};
}

/* --- a part comes --- */

static void void_all(struct fragment_table *t, const struct fragment_candidates *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->slot[i]->state != FRAGMENT_VOID)
            make_void(t, c->slot[i]);
        else
            c->slot[i]->last_count = t->count;
    }
    t->counts.orphans++;
}

/* A part contradicts a waiting message. "2 1 2": the first 2 was a stray, and the pair in
 * order is the message, unless another part contradicts that as well. */
static void contradict_fragment(struct fragment_table *t, struct fragment *f,
                                const struct fragment_part *p,
                                const struct fragment_candidates *c)
{
    const struct sentence *s = p->sentence;
    bool can_repair = c->count == 1 && !f->is_repaired && f->total == 2 && s->part == 2 &&
                      f->piece[1].at < f->piece[0].at && put_piece(f, s);
    if (!can_repair) {
        void_all(t, c);
        return;
    }
    t->counts.orphans++; /* the stray */
    f->is_repaired = true;
    merge_origin(&f->origin, &p->origin, false);
    touch_fragment(t, f, p);
}

static bool is_duplicate(struct fragment_table *t, const struct fragment_part *p,
                         const struct fragment_candidates *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct fragment *f = c->slot[i];
        if (f->state == FRAGMENT_VOID || !fragment_match_same_piece(f, p->sentence))
            continue;
        merge_origin(&f->origin, &p->origin, false);
        t->counts.duplicates++;
        return true;
    }
    return false;
}

static bool add_again(struct fragment_table *t, struct fragment *f,
                      const struct fragment_part *p, struct fragment_whole *ret)
{
    unsigned bit = 1u << (p->sentence->part - 1);
    if ((f->again & bit) != 0) {
        t->counts.duplicates++;
        return false;
    }
    if (f->again == 0)
        f->again_origin = p->origin;
    else
        merge_origin(&f->again_origin, &p->origin, p->sentence->part == 1);
    f->again = (uint16_t)(f->again | bit);
    t->counts.pending++;
    if (f->again != (1u << f->total) - 1u)
        return false;
    t->counts.pending -= f->total;
    f->again = 0;
    f->again_origin.has_pghp_sum = false;
    f->first_count = t->count;
    f->first_clock_ms = p->clock_ms;
    *ret = (struct fragment_whole){f, &f->again_origin, true};
    return true;
}

/* Add the part to an open slot; true: it is complete and may be given out. */
static bool join_fragment(struct fragment_table *t, struct fragment *f,
                          const struct fragment_part *p, struct fragment_whole *ret)
{
    const struct sentence *s = p->sentence;
    /* Out of order, but the same group's id proves it. */
    if (f->have >> s->part != 0 && !(f->has_group && p->has_group))
        f->is_contested = true;
    if (!put_piece(f, s)) {
        t->counts.orphans++;
        return false;
    }
    merge_origin(&f->origin, &p->origin, s->part == 1);
    touch_fragment(t, f, p);
    t->counts.pending++;
    if (!is_fragment_whole(f))
        return false;
    if (f->is_contested) {
        f->state = FRAGMENT_READY;
        t->ready++;
        return false;
    }
    finish_fragment(t, f, ret);
    return true;
}

/* Whether the payload is only zeros, except the last character with its fill bits. */
static bool has_blank_total(const struct sentence *s)
{
    for (size_t i = 0; i + 1 < s->payload_n; i++)
        if (s->payload[i] != '0')
            return false;
    return true;
}

/* No slot takes the part: it opens a new one. */
static void open_new(struct fragment_table *t, uint64_t key,
                     const struct fragment_part *p, const struct fragment_candidates *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->slot[i]->is_contested = true;
    struct fragment *f = open_slot(t, key, p);
    if (c->count != 0)
        f->is_contested = true;
}

bool fragment_add(struct fragment_table *t, const struct fragment_part *p,
                  struct fragment_whole *ret)
{
    const struct sentence *s = p->sentence;
    uint64_t key = make_key(s);
    if (t->count - t->swept >= SWEEP_COUNT)
        sweep_table(t, p->clock_ms);
    if (s->payload_n > FRAGMENT_CHARS_MAX) {
        t->counts.orphans++;
        return false;
    }
    struct fragment_same_key same;
    struct fragment_candidates c, done;
    find_key(t, key, p->clock_ms, &same);
    fragment_match_find(&same, p, t->count, false, &c);
    if (is_duplicate(t, p, &c))
        return false;
    for (size_t i = 0; i < c.count; i++) {
        if (c.slot[i]->state == FRAGMENT_VOID) {
            void_all(t, &c);
            return false;
        }
        if (c.slot[i]->state == FRAGMENT_READY) {
            contradict_fragment(t, c.slot[i], p, &c);
            return false;
        }
    }
    fragment_match_find(&same, p, t->count, true, &done);
    struct fragment *copy = fragment_match_find_done(&done, s);
    if (c.best == FRAGMENT_MATCH_WEAK && c.count > 1 && c.has_stations) {
        /* Two stations use one id, and the part does not name its station. */
        t->counts.orphans++;
        return false;
    }
    struct fragment *f = fragment_match_choose(&c, s);
    if (f != NULL) {
        /* The same payload was in an earlier message: this is a late copy of its part,
         * unless it directly follows the part before it. (The second part of most static
         * messages is all blanks, which many ships send, and busy networks use an id
         * again within a few lines.) */
        bool is_next = s->part > 1 && fragment_match_has_part(f, s->part - 1u) &&
                       t->count - f->last_count == 1;
        if (copy != NULL && !is_next && !has_blank_total(s))
            return add_again(t, copy, p, ret);
        if (!is_next && fragment_match_rivals(&c, s) > 1) {
            t->counts.orphans++;
            return false;
        }
        if (c.count > 1 || (copy != NULL && !is_next))
            f->is_contested = true;
        return join_fragment(t, f, p, ret);
    }
    if (copy != NULL)
        return add_again(t, copy, p, ret);
    open_new(t, key, p, &c);
    return false;
}

bool fragment_next_ready(struct fragment_table *t, int64_t clock_ms, bool is_end,
                         struct fragment_whole *ret)
{
    struct fragment *first = NULL;
    for (size_t i = 0; t->ready != 0 && i < FRAGMENT_SLOTS; i++) {
        struct fragment *f = &t->slots[i];
        if (f->state == FRAGMENT_READY && (is_end || is_quiet(f, t->count, clock_ms)) &&
            (first == NULL || f->first_count < first->first_count))
            first = f;
    }
    if (first == NULL)
        return false;
    finish_fragment(t, first, ret);
    return true;
}

void fragment_drop(struct fragment_table *t)
{
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        if (t->slots[i].state != FRAGMENT_FREE)
            release_fragment(t, &t->slots[i]);
    }
}

uint64_t fragment_needed(const struct fragment_table *t)
{
    uint64_t needed = UINT64_MAX;
    if (t->counts.pending == 0)
        return needed;
    for (size_t i = 0; i < FRAGMENT_SLOTS; i++) {
        const struct fragment *f = &t->slots[i];
        bool waits = f->state == FRAGMENT_OPEN || f->state == FRAGMENT_READY;
        if (waits && f->origin.begin < needed)
            needed = f->origin.begin;
        if (f->state == FRAGMENT_DONE && f->again != 0 && f->again_origin.begin < needed)
            needed = f->again_origin.begin;
    }
    return needed;
}
