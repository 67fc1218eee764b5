/* SPDX-License-Identifier: Apache-2.0 */
/* A rule looks at a track: prepares what the rule sees, and handles its findings. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

bool look_is_covered(const struct ship *s, size_t rule)
{
    return s->covered != NULL && (s->covered[rule / 64] >> (rule % 64) & 1u) != 0;
}

/* "repeat 12h, told of 2024-03-25T18:04:00Z" */
static void say_folded(const struct rule *rule, int64_t told_ms, struct alert *a)
{
    char told[TIME_TEXT_BYTES], repeat[UNITS_TEXT_BYTES];
    snprintf(a->why, sizeof a->why, "repeat %s, told of %s",
             units_format_duration(rule->repeat_ms, repeat), time_format(told_ms, told));
}

/* Whether a finding like this one was told within `repeat`. If not, `repeat` counts from
 * this one. */
static int fold_finding(struct folds *folds, const struct rule_look *look,
                        const struct finding *f, size_t rule, struct alert *alert)
{
    if (look->rule->repeat_ms == 0)
        return 0;
    uint32_t kept = 0;
    struct fold *mine = NULL;
    for (uint32_t i = 0; i < folds->count; i++) {
        struct fold *it = &folds->items[i];
        bool is_mine =
            it->rule == rule && it->event == f->event && it->object == f->object;
        bool is_over =
            it->rule == rule && f->time_ms - it->time_ms >= look->rule->repeat_ms;
        if (is_over)
            continue;
        folds->items[kept] = *it;
        if (is_mine)
            mine = &folds->items[kept];
        kept++;
    }
    folds->count = kept;
    if (mine != NULL) {
        alert->is_folded = true;
        say_folded(look->rule, mine->time_ms, alert);
        return 0;
    }
    if (array_extend(&folds->items, kept, 1, sizeof *folds->items) != 0)
        return ERR_NOMEM;
    struct fold made = {(uint32_t)rule, f->event, f->object, f->time_ms};
    folds->items[folds->count++] = made;
    return 0;
}

/* Whether positions of others near the ship's believed place are disturbed. */
static struct position_interference find_interference(const struct look_frame *f)
{
    const struct track *track = f->item != NULL ? f->item->track : f->subject.track;
    return track != NULL && f->engine->far != NULL
               ? ship_far_interference(f->engine, f->subject.mmsi, track->last.pos)
               : (struct position_interference){0, TIME_NONE};
}

static int raise_finding(void *context, const struct rule_look *look,
                         const struct finding *f)
{
    struct look_frame *frame = context;
    struct engine *e = frame->engine;
    struct alert alert = {0};
    frame->subject.interference = find_interference(frame);
    int rc = rule_alert_make(&e->alert, look, f, &alert);
    if (rc == 0) {
        const struct rule_event *event = &look->rule->kind->events[f->event];
        engine_mute_apply(e, event->find_other != NULL ? event->find_other(f) : NULL,
                          &alert);
        /* A muted alert was not told, so nothing is folded into it. */
        if (!alert.is_muted)
            rc = fold_finding(frame->folds, look, f, (size_t)(look->rule - e->conf.rules),
                              &alert);
    }
    if (frame->ship != NULL && !alert.is_muted) {
        frame->ship->alerted_ms = e->now_ms;
        if (!look->rule->kind->hooks->keeps_marks)
            frame->ship->told_ms = e->now_ms;
    }
    if (rc == 0) {
        e->counts.alerts++;
        e->counts.alerts_muted += alert.is_muted;
        e->counts.alerts_folded += alert.is_folded;
        if (e->sink.on_alert != NULL)
            rc = e->sink.on_alert(e->sink.context, &alert);
    }
    alert_finish(&alert);
    return rc;
}

static int64_t find_heard_before(void *context, const struct rule_look *look)
{
    const struct look_frame *frame = context;
    return frame->ship != NULL
               ? ship_forget_heard_before(frame->engine, frame->ship, look->rule)
               : TIME_NONE;
}

static void *find_sibling(void *context, const struct rule_look *look, uint32_t index)
{
    const struct look_frame *frame = context;
    const struct ship *s = frame->ship;
    if (s == NULL || index >= s->track_count || s->items[index] == frame->item)
        return NULL;
    return s->items[index]->slots[look->rule - frame->engine->conf.rules];
}

static struct coverage_heard hear_others(void *context, const struct track_fix *from,
                                         int64_t since_ms)
{
    const struct look_frame *frame = context;
    return nearby_heard(frame->engine, frame->ship, frame->subject.track, from, since_ms);
}

static size_t list_nearest(void *context, const struct rule_near_ask *ask,
                           struct rule_near *ret, size_t room)
{
    const struct look_frame *frame = context;
    return nearby_nearest(frame->engine, ask, ret, room);
}

/* The rest of a frame whose subject and slots stand. Both are filled where they stand: a
 * whole that is made apart and copied costs each fix its stores twice. */
static void begin_look(struct look_frame *f)
{
    struct rule_look *look = &f->look;
    memset(look, 0, sizeof *look);
    look->world = &f->engine->world;
    look->subject = &f->subject;
    look->raise = raise_finding;
    look->heard = hear_others;
    look->nearest = list_nearest;
    look->sibling = find_sibling;
    look->heard_before = find_heard_before;
    look->context = f;
}

static bool is_split(const struct tracks *t)
{
    uint32_t confirmed = 0;
    for (uint32_t i = 0; i < t->count; i++)
        confirmed += t->items[i]->is_confirmed;
    return confirmed > 1;
}

void look_begin(struct look_frame *f, struct engine *e, struct ship *s,
                struct ship_track *item, int64_t since_ms)
{
    uint16_t source = item->track->last.source;
    struct span far;
    f->engine = e;
    f->ship = s;
    f->item = item;
    f->slots = item->slots;
    f->folds = &s->folds;
    f->behind_ms = 0;
    struct rule_subject *subject = &f->subject;
    memset(subject, 0, sizeof *subject);
    subject->mmsi = s->mmsi;
    subject->info = &s->info;
    subject->track = item->track;
    subject->call = &item->call;
    subject->zones = &item->zones;
    subject->watch = s->watch;
    subject->matched_by = (enum watch_by)s->matched_by;
    subject->declared = s->declared;
    subject->silence_ms = silence_of(e, source, since_ms, ship_far_span(s, item, &far));
    subject->is_source_silent = silence_is_now(e, source);
    subject->is_split = s->tracks.count > 1 && is_split(&s->tracks);
    subject->far = s->far != NULL ? &s->far->it : NULL;
    subject->identity = s->identity != NULL ? &s->identity->it : NULL;
    begin_look(f);
}

void look_begin_device(struct look_frame *f, struct engine *e, struct device *d)
{
    memset(f, 0, sizeof *f);
    f->engine = e;
    f->slots = d->slots;
    f->folds = &d->folds;
    f->subject.mmsi = d->mmsi;
    f->subject.info = &d->info;
    f->subject.track = tracks_current(&d->tracks);
    f->subject.declared = PORT_NONE;
    begin_look(f);
}

struct rule_look *look_at(struct look_frame *f, size_t rule)
{
    f->look.rule = &f->engine->conf.rules[rule];
    f->look.now_ms = f->engine->now_ms - f->behind_ms;
    f->look.state = &f->slots[rule];
    f->look.is_covered = f->ship == NULL || look_is_covered(f->ship, rule);
    return &f->look;
}

int look_done(struct look_frame *f, size_t rule, int rc)
{
    if (f->ship == NULL)
        return rc;
    uint64_t bit = UINT64_C(1) << (rule % 64);
    uint64_t *kept = &f->item->kept[rule / 64];
    uint64_t before = *kept;
    *kept = f->item->slots[rule] != NULL ? before | bit : before & ~bit;
    if (((before | *kept) & bit) != 0)
        f->ship->settled = 0;
    return rc;
}

uint64_t look_asked(const struct look_frame *f, size_t word)
{
    const struct engine *e = f->engine;
    uint64_t kept = f->item->kept[word];
    return (kept & e->asks_keeping[word]) |
           (f->ship->covered[word] & ~kept & e->asks_covered[word]);
}

uint64_t look_timed(const struct look_frame *f, size_t word)
{
    return (f->item->kept[word] | f->ship->covered[word]) & f->engine->timed[word];
}

int look_zone(void *frame, const struct zone_event *event)
{
    struct look_frame *f = frame;
    int rc = 0;
    for (size_t i = 0; i < f->engine->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = f->engine->conf.rules[i].kind->hooks;
        if (hooks->on_zone != NULL)
            rc = look_done(f, i, hooks->on_zone(look_at(f, i), event));
    }
    return rc;
}
