/* SPDX-License-Identifier: Apache-2.0 */
/* One ship under a new MMSI: its calls, its voyage, its route runs, open gaps and folds
 * go on as if it had not changed the MMSI. The row of the old one is closed.
 *
 * The new MMSI has sent fixes of its own before it was known to be that ship. They are
 * gone over again, as the ship's: the first one ends the silence in which the MMSI was
 * changed. */
#include "ship_identity_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"

#define LENGTHS_DIFFER_PART 10

struct joining {
    struct engine *e;
    struct ship *s, *before;       /* under the new MMSI and the old one */
    struct ship_track *item, *old; /* their tracks */
    int64_t time_ms;               /* of the message by which it is known */
};

/* --- whether it is the same ship --- */

static int64_t first_fix_ms(const struct ship *s)
{
    int64_t first_ms = INT64_MAX;
    for (uint32_t i = 0; i < s->tracks.count; i++)
        if (s->tracks.items[i]->begun_ms < first_ms)
            first_ms = s->tracks.items[i]->begun_ms;
    return first_ms;
}

static bool lengths_agree(uint16_t a_m, uint16_t b_m)
{
    int apart_m = abs(a_m - b_m), greater_m = a_m > b_m ? a_m : b_m;
    return a_m == 0 || b_m == 0 || apart_m * LENGTHS_DIFFER_PART <= greater_m;
}

/* Whether what the new MMSI is can be what the old one was. */
static bool can_be(const struct joining *j)
{
    return lengths_agree(j->before->info.length_m, j->s->info.length_m) &&
           tracks_can_reach(j->old->track, &j->e->conf.track, &j->item->track->first);
}

static int64_t find_later(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

/* --- the move --- */

/* The rule's state goes on; that of the new MMSI is dropped. */
static void move_slots(struct engine *e, struct ship_track *from, struct ship_track *to)
{
    for (size_t i = 0; i < e->conf.rule_count; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        uint64_t bit = UINT64_C(1) << (i % 64);
        if (!hooks->goes_on)
            continue;
        if (to->slots[i] != NULL && hooks->forget != NULL)
            hooks->forget(to->slots[i]);
        to->slots[i] = from->slots[i];
        from->slots[i] = NULL;
        from->kept[i / 64] &= ~bit;
        to->kept[i / 64] &= ~bit;
        to->kept[i / 64] |= to->slots[i] != NULL ? bit : 0;
    }
}

/* The old one's folds, and those of the new one that it has not. */
static int move_folds(struct folds *from, struct folds *to)
{
    int rc = array_extend(&from->items, from->count, to->count, sizeof *from->items);
    if (rc != 0)
        return rc;
    struct fold *items = from->items;
    uint32_t count = from->count;
    for (uint32_t i = 0; i < to->count; i++) {
        const struct fold *f = &to->items[i];
        bool is_known = false;
        for (uint32_t k = 0; k < from->count; k++)
            is_known =
                is_known || (items[k].rule == f->rule && items[k].event == f->event &&
                             items[k].object == f->object);
        if (!is_known)
            items[count++] = *f;
    }
    free(to->items);
    *to = (struct folds){items, count};
    *from = (struct folds){NULL, 0};
    return 0;
}

/* --- the fixes of the new MMSI, once more --- */

/* Tell what the fix is to calls, voyage and the rules that go on. */
static int go_over_fix(struct engine *e, struct ship *s, struct ship_track *item,
                       const struct track_fix *before)
{
    struct look_frame frame;
    look_begin(&frame, e, s, item, before->time_ms);
    int rc = 0;
    if (item->track->last.time_ms - before->time_ms >= e->silence_least_ms)
        rc = ship_fix_silence(&frame, before);
    if (rc == 0)
        rc = ship_fix_calls(&frame, &item->track->last, before->time_ms);
    for (size_t word = 0; word < e->rule_words; word++) {
        for (uint64_t asked = look_asked(&frame, word); asked != 0 && rc == 0;
             asked &= asked - 1) {
            size_t rule = word * 64 + (size_t)__builtin_ctzll(asked);
            const struct rule_hooks *hooks = e->conf.rules[rule].kind->hooks;
            if (hooks->goes_on)
                rc =
                    look_done(&frame, rule, hooks->on_fix(look_at(&frame, rule), before));
        }
    }
    return rc;
}

/* `path`: of the new MMSI, the first fix and the last at its ends. */
static int go_over_path(const struct joining *j, const struct track_fix *from,
                        const struct track_point *path, size_t count)
{
    struct track *track = j->item->track;
    const struct track_fix last = track->last, before_last = track->before;
    struct track_fix before = *from;
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct track_fix fix = {
            .time_ms = path[i].time_ms, .pos = path[i].pos, .source = last.source};
        if (i == 0)
            fix = track->first;
        else if (i + 1 == count)
            fix = last;
        track->last = fix;
        track->before = before;
        rc = go_over_fix(j->e, j->s, j->item, &before);
        before = fix;
    }
    track->last = last;
    track->before = before_last;
    return rc;
}

/* --- the change --- */

static int tell_new_mmsi(const struct joining *j)
{
    const struct track_fix *last = &j->old->track->last;
    const struct identity_event event = {
        .what = IDENTITY_MMSI,
        .time_ms = j->time_ms,
        .now = &j->s->identity->it.imo,
        .other = j->before->mmsi,
        .other_name = j->before->info.name,
        .other_pos = last->pos,
        .since_ms = j->before->identity->it.imo.since_ms,
        .until_ms = last->time_ms,
        .messages = j->s->identity->messages,
        .apart_m = geo_distance_exact_m(last->pos, j->item->track->first.pos),
    };
    return ship_identity_tell(j->e, j->s, &event);
}

/* What the engine keeps of the ship. */
static void move_states(const struct joining *j)
{
    struct ship *s = j->s, *before = j->before;
    move_slots(j->e, j->old, j->item);
    j->item->call = j->old->call;
    j->item->voyage = j->old->voyage;
    j->item->has_called = j->old->has_called;
    if (s->info.destination[0] != '\0')
        voyage_destination(&j->item->voyage, s->info.destination);
    track_path_prepend(j->item->track, j->old->track);
    identity_add_former(
        &s->identity->it, &before->identity->it, before->mmsi,
        find_later(j->old->track->last.time_ms, ship_identity_heard_ms(before)));
    s->first_ms = before->first_ms < s->first_ms ? before->first_ms : s->first_ms;
    s->told_ms = find_later(before->told_ms, s->told_ms);
    s->alerted_ms = find_later(before->alerted_ms, s->alerted_ms);
    s->settled = 0;
}

static int join_ships(const struct joining *j)
{
    struct engine *e = j->e;
    struct track_point path[TRACK_PATH_POINTS];
    const struct track_fix from = j->old->track->last;
    size_t count = track_path(j->item->track, TIME_NONE, j->item->track->last.time_ms,
                              path, TRACK_PATH_POINTS);
    int rc = move_folds(&j->before->folds, &j->s->folds);
    if (rc != 0)
        return rc;
    move_states(j);
    ship_mark(e, j->s);
    rc = ship_watch_inherit(e, j->s, j->before);
    if (rc == 0)
        rc = tell_new_mmsi(j);
    if (rc == 0)
        rc = ship_forget_close(e, j->before);
    if (rc == 0)
        rc = go_over_path(j, &from, path, count);
    return rc == 0 ? engine_time_schedule(e, j->s) : rc;
}

int ship_join_look(struct engine *e, struct ship *s, int64_t time_ms)
{
    struct joining j = {
        .e = e, .s = s, .item = ship_track_current(s), .time_ms = time_ms};
    if (j.item == NULL)
        return 0; /* is looked at with the first believed fix */
    s->identity->is_new = false;
    int64_t first_ms = first_fix_ms(s);
    int rc = ship_identity_return(e, s, first_ms, time_ms);
    if (rc != 0 || ship_identity_holders(e, s, &j.before) != 1)
        return rc;
    j.old = ship_track_current(j.before);
    if (j.old == NULL || ship_identity_heard_ms(j.before) >= first_ms ||
        identity_stands(s->identity->it.two_mmsis_ms, time_ms) ||
        identity_stands(j.before->identity->it.two_mmsis_ms, time_ms) || !can_be(&j))
        return 0;
    return j.item->has_called ? tell_new_mmsi(&j) : join_ships(&j);
}
