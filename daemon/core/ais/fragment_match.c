/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the waiting messages to which a part may belong. */
#include <string.h>

#include "fragment_int.h"
#include "lookout/base/time.h"

bool fragment_match_has_part(const struct fragment *f, unsigned part)
{
    return (f->have >> (part - 1) & 1u) != 0;
}

/* The difference of the own times; 0 also when one is unknown: *ret_known is false. */
static int64_t time_apart(const struct fragment *f, const struct fragment_part *p,
                          bool *ret_known)
{
    *ret_known = f->origin.time_ms != TIME_NONE && p->origin.time_ms != TIME_NONE;
    if (!*ret_known)
        return 0;
    int64_t apart = f->origin.time_ms - p->origin.time_ms;
    return apart < 0 ? -apart : apart;
}

static enum fragment_match match_part(const struct fragment *f,
                                      const struct fragment_part *p, uint64_t count)
{
    const char *theirs = f->origin.station, *ours = p->origin.station;
    bool both_stations = theirs[0] != '\0' && ours[0] != '\0';
    bool are_timed = false;
    int64_t apart_ms = time_apart(f, p, &are_timed);
    if (both_stations && strcmp(theirs, ours) != 0)
        return FRAGMENT_MATCH_NONE;
    if (f->has_group && p->has_group)
        return f->group_id == p->group_id ? FRAGMENT_MATCH_EXACT : FRAGMENT_MATCH_NONE;
    if (apart_ms > FRAGMENT_APART_MS ||
        (apart_ms > FRAGMENT_SAME_MS && count - f->last_count != 1))
        return FRAGMENT_MATCH_NONE;
    bool is_same_time = are_timed && apart_ms <= FRAGMENT_SAME_MS;
    if (!is_same_time && f->state != FRAGMENT_DONE &&
        count - f->last_count > FRAGMENT_NEAR_COUNT)
        return FRAGMENT_MATCH_NONE;
    bool neither = theirs[0] == '\0' && ours[0] == '\0';
    if (f->has_group != p->has_group || (!both_stations && !neither))
        return FRAGMENT_MATCH_WEAK;
    return is_same_time ? FRAGMENT_MATCH_EXACT : FRAGMENT_MATCH_STRONG;
}

bool fragment_match_same_piece(const struct fragment *f, const struct sentence *s)
{
    const struct fragment_piece *piece = &f->piece[s->part - 1];
    return fragment_match_has_part(f, s->part) && piece->n == s->payload_n &&
           piece->fill == s->fill &&
           memcmp(f->chars + piece->at, s->payload, s->payload_n) == 0;
}

void fragment_match_find(const struct fragment_same_key *same,
                         const struct fragment_part *p, uint64_t count, bool done,
                         struct fragment_candidates *ret)
{
    ret->count = 0;
    ret->best = FRAGMENT_MATCH_WEAK;
    ret->has_stations = false;
    for (size_t i = 0; i < same->count; i++) {
        struct fragment *f = same->slot[i];
        if ((f->state == FRAGMENT_DONE) != done)
            continue;
        enum fragment_match m = match_part(f, p, count);
        if (m < ret->best)
            continue;
        if (m > ret->best)
            ret->count = 0;
        ret->best = m;
        ret->slot[ret->count++] = f;
    }
    for (size_t i = 1; i < ret->count; i++) {
        const struct fragment *a = ret->slot[0], *b = ret->slot[i];
        if (strcmp(a->origin.station, b->origin.station) != 0 ||
            a->has_group != b->has_group || a->group_id != b->group_id)
            ret->has_stations = true;
    }
}

struct fragment *fragment_match_choose(const struct fragment_candidates *c,
                                       const struct sentence *s)
{
    struct fragment *best = NULL;
    bool best_follows = false;
    for (size_t i = 0; i < c->count; i++) {
        struct fragment *f = c->slot[i];
        if (f->state != FRAGMENT_OPEN || fragment_match_has_part(f, s->part))
            continue;
        bool follows = s->part > 1 && fragment_match_has_part(f, s->part - 1u);
        if (best == NULL || follows > best_follows ||
            (follows == best_follows && f->last_count >= best->last_count)) {
            best = f;
            best_follows = follows;
        }
    }
    return best;
}

size_t fragment_match_rivals(const struct fragment_candidates *c,
                             const struct sentence *s)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        n += c->slot[i]->state == FRAGMENT_OPEN &&
                     !fragment_match_has_part(c->slot[i], s->part)
                 ? 1
                 : 0;
    return n;
}

struct fragment *fragment_match_find_done(const struct fragment_candidates *c,
                                          const struct sentence *s)
{
    for (size_t i = 0; i < c->count; i++) {
        if (fragment_match_same_piece(c->slot[i], s))
            return c->slot[i];
    }
    return NULL;
}
