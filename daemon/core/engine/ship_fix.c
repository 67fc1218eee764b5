/* SPDX-License-Identifier: Apache-2.0 */
/* Handles a report of a ship: identity, plausibility, zones, calls, voyages, rules. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include "lookout/base/time.h"

static int tell_static(struct engine *e, struct ship *s, const struct rule_static *event)
{
    struct ship_track *item = ship_track_current(s);
    struct look_frame frame;
    int rc = 0;
    if (item == NULL)
        return 0;
    look_begin(&frame, e, s, item, item->track->last.time_ms);
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_static != NULL)
            rc = look_done(&frame, i, hooks->on_static(look_at(&frame, i), event));
    }
    return rc;
}

int ship_fix_static(struct engine *e, struct ship *s, const struct report *r)
{
    const struct vessel_static before = s->info;
    unsigned changed = vessel_static_update(&s->info, r);
    e->counts.statics++;
    ship_touch(e, s);
    if ((changed & VESSEL_CHANGED_DESTINATION) != 0)
        for (uint8_t i = 0; i < s->track_count; i++)
            voyage_destination(&s->items[i]->voyage, s->info.destination);
    int rc = changed != 0 ? ship_identify(e, s, true) : 0;
    if (rc == 0)
        rc = ship_identity_static(e, s, r);
    if (rc == 0 && e->asks_static) {
        const struct rule_static event = {.report = r, .before = &before};
        rc = tell_static(e, s, &event);
    }
    return rc != 0 || (changed == 0 && !e->asks_static) ? rc : engine_time_schedule(e, s);
}

/* --- calls and voyages --- */

static int tell_call_output(struct look_frame *frame, const struct call_output *event)
{
    struct engine *e = frame->engine;
    const struct ship *s = frame->ship;
    struct engine_call call = {
        .mmsi = s->mmsi,
        .imo = s->info.imo,
        .name = s->info.name,
        .track = frame->item->id,
        .event = event->event,
        .call = event->call,
        .port = ports_get(e->conf.ports, event->call.port),
    };
    e->counts.calls += event->event == CALL_ARRIVED;
    int rc = e->sink.on_call != NULL ? e->sink.on_call(e->sink.context, &call) : 0;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_call != NULL)
            rc = look_done(frame, i, hooks->on_call(look_at(frame, i), event));
    }
    return rc;
}

static int tell_voyage(struct look_frame *frame, const struct voyage *voyage)
{
    struct engine *e = frame->engine;
    const struct ship *s = frame->ship;
    struct engine_voyage made = {
        .mmsi = s->mmsi,
        .imo = s->info.imo,
        .name = s->info.name,
        .track = frame->item->id,
        .voyage = *voyage,
        .from = ports_get(e->conf.ports, voyage->from),
        .to = ports_get(e->conf.ports, voyage->to),
    };
    e->counts.voyages++;
    int rc = e->sink.on_voyage != NULL ? e->sink.on_voyage(e->sink.context, &made) : 0;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule_hooks *hooks = e->conf.rules[i].kind->hooks;
        if (hooks->on_voyage != NULL)
            rc = look_done(frame, i, hooks->on_voyage(look_at(frame, i), voyage));
    }
    return rc;
}

/* The ship was in the port when it was first heard, and nothing shows that it called. */
static bool is_at_start(const struct call *call)
{
    return call->at_start && call->confidence < 2;
}

int ship_fix_calls(struct look_frame *frame, const struct track_fix *fix,
                   int64_t since_ms)
{
    struct engine *e = frame->engine;
    struct ship *s = frame->ship;
    struct ship_track *item = frame->item;
    struct call_output events[CALL_OUTPUTS_MAX];
    /* Rules see the call after each event, not only after the last. */
    struct call_state seen;
    struct span far;
    voyage_fix(&item->voyage, fix);
    size_t n =
        call_fix_step(&item->call, &e->conf.call, e->conf.ports, fix, s->declared,
                      silence_of_all(e, since_ms, ship_far_span(s, item, &far)), events);
    int rc = 0;
    if (n == 0)
        return 0;
    seen = item->call;
    frame->subject.call = &seen;
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct voyage voyage;
        events[i].call.draught_dm = s->info.draught_dm;
        item->has_called = item->has_called || !is_at_start(&events[i].call);
        seen.current = events[i].call;
        bool is_done = voyage_call(&item->voyage, e->conf.ports, &events[i],
                                   s->info.draught_dm, &voyage);
        rc = tell_call_output(frame, &events[i]);
        if (rc == 0 && is_done)
            rc = tell_voyage(frame, &voyage);
        if (events[i].event == CALL_DEPARTED && s->info.destination[0] != '\0')
            voyage_destination(&item->voyage, s->info.destination);
    }
    frame->subject.call = &item->call;
    return rc;
}

/* --- silences --- */

/* Of a silence, the time does not count in which the feed was silent that heard the ship
 * before, or the one that hears it again. */
int ship_fix_silence(struct look_frame *frame, const struct track_fix *before)
{
    struct engine *e = frame->engine;
    int64_t ms = frame->item->track->last.time_ms - before->time_ms;
    int64_t kept_ms = frame->subject.silence_ms;
    struct span far;
    int64_t before_ms = silence_of(e, before->source, before->time_ms,
                                   ship_far_span(frame->ship, frame->item, &far));
    int rc = 0;
    if (before_ms > kept_ms)
        frame->subject.silence_ms = before_ms;
    for (size_t i = 0; i < e->conf.rule_count && rc == 0; i++) {
        const struct rule *rule = &e->conf.rules[i];
        const struct rule_hooks *hooks = rule->kind->hooks;
        if (hooks->on_silence != NULL && ms >= hooks->silence_least_ms(rule))
            rc = look_done(frame, i, hooks->on_silence(look_at(frame, i), before));
    }
    frame->subject.silence_ms = kept_ms;
    return rc;
}

/* --- a believed fix --- */

static int tell_fix(const struct engine *e, const struct ship *s,
                    const struct ship_track *item)
{
    const struct engine_fix told = {
        .mmsi = s->mmsi, .track = item->id, .fix = &item->track->last};
    return e->sink.on_fix != NULL ? e->sink.on_fix(e->sink.context, &told) : 0;
}

static int handle_believed_fix(struct engine *e, struct ship *s, struct ship_track *item,
                               const struct track_fix *before, bool is_in_place)
{
    const struct track_fix *fix = &item->track->last;
    struct look_frame frame;
    int64_t since_ms = before != NULL ? before->time_ms : fix->time_ms;
    look_begin(&frame, e, s, item, since_ms);
    frame.subject.is_in_place = is_in_place;
    int rc = tell_fix(e, s, item);
    if (rc == 0 && fix->time_ms - since_ms >= e->silence_least_ms)
        rc = ship_fix_silence(&frame, before);
    if (rc == 0)
        rc = zone_watch_fix(&item->zones, e->conf.zones, &e->conf.limits, fix,
                            &(struct zone_event_sink){look_zone, &frame});
    if (rc == 0)
        rc = ship_fix_calls(&frame, fix, since_ms);
    if (rc == 0 && e->asks_slow)
        rc = ship_slow_fix(&frame, before);
    for (size_t word = 0; word < e->rule_words; word++) {
        for (uint64_t asked = look_asked(&frame, word); asked != 0 && rc == 0;
             asked &= asked - 1) {
            size_t rule = word * 64 + (size_t)__builtin_ctzll(asked);
            const struct rule_hooks *hooks = e->conf.rules[rule].kind->hooks;
            rc = look_done(&frame, rule, hooks->on_fix(look_at(&frame, rule), before));
        }
    }
    if (rc == 0 && (s->is_shared || s->track_count > 1))
        rc = ship_identity_fix(&frame, before);
    return rc;
}

/* A hold ended: the track goes on with the held fixes, each at its own time. */
static int believe_held_fixes(struct engine *e, struct ship *s, struct ship_track *item)
{
    int rc = 0;
    while (rc == 0 && track_hold_next(&s->tracks, item->track)) {
        struct track_fix before = item->track->before;
        rc = nearby_move(e, s, item->track->last.pos);
        if (rc == 0)
            rc = handle_believed_fix(e, s, item, &before, false);
    }
    return rc;
}

int ship_fix(struct engine *e, struct ship *s, const struct report *r)
{
    struct track_fix fix, before = {0};
    enum track_verdict verdict = TRACK_OLD;
    struct track *track = NULL;
    uint32_t gone = 0;
    if (!tracks_fix_from_report(r, &fix)) {
        e->counts.no_position++;
        return 0;
    }
    int rc = tracks_add(&s->tracks, &e->conf.track, &fix, &verdict, &track, &gone);
    if (rc != 0)
        return rc;
    if (gone != 0)
        ship_track_drop(e, s, gone);
    if (verdict == TRACK_OLD) {
        e->counts.old++;
        return 0;
    }
    e->counts.fixes++;
    ship_touch(e, s);
    s->info.is_class_b = s->info.is_class_b || r->is_class_b;
    if (verdict == TRACK_PENDING) {
        e->counts.implausible++;
        rc = track != NULL ? ship_far_hear(e, s, track) : 0;
        /* What waited for the end of the hour may be due earlier now. */
        return rc != 0 || s->settled != 0 ? rc : engine_time_schedule(e, s);
    }
    if (verdict == TRACK_RELEASED) {
        struct ship_track *held_for = ship_track_find(s, track->id);
        rc = held_for != NULL ? believe_held_fixes(e, s, held_for) : 0;
        if (rc == 0 && held_for != NULL && s->far != NULL)
            rc = ship_far_believe(e, s, held_for);
        return rc != 0 ? rc : engine_time_schedule(e, s);
    }
    e->counts.tracks_split += verdict == TRACK_CONFIRMED;
    struct ship_track *item = ship_track_find(s, track->id);
    bool is_known = item != NULL;
    if (!is_known)
        item = ship_track_add(e, s, track);
    if (item == NULL)
        return ERR_NOMEM;
    item->track = track;
    if (!is_known && s->info.destination[0] != '\0')
        voyage_destination(&item->voyage, s->info.destination);
    if (is_known && track->fixes >= 2)
        before = track->before;
    rc = nearby_move(e, s, fix.pos);
    if (rc == 0)
        rc = handle_believed_fix(e, s, item,
                                 is_known && track->fixes >= 2 ? &before : NULL,
                                 verdict == TRACK_REPLACED);
    if (rc == 0 && s->far != NULL)
        rc = ship_far_believe(e, s, item);
    return rc != 0 || engine_time_is_settled(e, s, item) ? rc
                                                         : engine_time_schedule(e, s);
}
