/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind zone: a vessel enters, leaves or approaches a watched area, stays in it for
 * long, or falls silent in it. */
#include <stdio.h>

#include "kind_zone_int.h"
#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/detect/zone_list.h"
#include "lookout/rules/rule_run.h"
#include "zone_notes_int.h"

enum { EVENT_ENTER, EVENT_EXIT, EVENT_APPROACH, EVENT_DWELL, EVENT_LOST };

struct settings {
    struct rule_zones zones;
    int64_t dwell_ms;           /* 0: no dwell events */
    int64_t approach_within_ms; /* 60 min */
    double approach_or_m;       /* 10 nm */
};

/* clang-format off */
static const struct key approach_keys[] = {
    {.name = "within", .type = KEY_DURATION, KEY_AT(settings, approach_within_ms), .least = MINUTE_MS, .most = 7.0 * DAY_MS, .initial = "60min", .doc = "time in which the course reaches the area"},
    {.name = "or",     .type = KEY_DISTANCE, KEY_AT(settings, approach_or_m), .least = 0, .most = 2000 * NM_M, .initial = "10nm", .doc = "or the course reaches the area within this distance"},
    {0},
};
static const struct key keys[] = {
    {.name = "zones",    .type = KEY_ZONES, RULE_ZONES(settings, zones), .doc = "ids of areas; left out: all"},
    {.name = "approach", .type = KEY_MAPPING,  .sub = approach_keys, .accepts = "a mapping such as {within: 3h, or: 12nm}", .doc = "{within: 60min, or: 10nm}: told when the course reaches the area in that time or distance"},
    {.name = "dwell",    .type = KEY_DURATION, KEY_AT(settings, dwell_ms), .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .doc = "tell once a stay is that long; left out: never"},
    {0},
};
/* clang-format on */

static const struct settings *settings_of(const struct rule_look *look)
{
    return look->rule->settings;
}

/* --- what is told --- */

static void say_zone(struct say_writer *w, const char *verb, const struct rule_look *look,
                     const struct finding *f)
{
    const struct zone_told *told = f->detail;
    say_text(w, " %s zone %s", verb,
             zone_set_info(look->world->zones, told->event->zone)->name);
}

static void say_entered(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct zone_told *told = f->detail;
    bool was_there = told->event->is_present;
    say_zone(w, was_there ? "was in" : "entered", look, f);
    say_text(w, was_there ? " when first heard " : " ");
    say_time(w, f->time_ms);
    say_certainty(w, told->event->certainty);
    say_text(w, ".");
}

static void say_exited(struct say_writer *w, const struct rule_look *look,
                       const struct finding *f)
{
    const struct zone_told *told = f->detail;
    say_zone(w, "left", look, f);
    say_text(w, " ");
    say_time(w, f->time_ms);
    say_text(w, " after ");
    say_span(w, f->time_ms - told->event->since_ms);
    say_text(w, " inside");
    say_certainty(w, told->event->certainty);
    say_text(w, ".");
}

static void say_approached(struct say_writer *w, const struct rule_look *look,
                           const struct finding *f)
{
    const struct zone_told *told = f->detail;
    say_zone(w, "was heading for", look, f);
    say_text(w, " at ");
    say_time(w, f->time_ms);
    say_text(w, "; it is expected there about ");
    say_time(w, told->eta_ms);
    say_text(w, ", in ");
    say_span(w, told->eta_ms - f->time_ms);
    say_text(w, ".");
}

static void say_dwelled(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const struct zone_told *told = f->detail;
    say_zone(w, "has been in", look, f);
    say_text(w, " since ");
    say_time(w, told->event->since_ms);
    say_text(w, ": ");
    say_span(w, f->time_ms - told->event->since_ms);
    say_text(w, " at ");
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static void say_lost(struct say_writer *w, const struct rule_look *look,
                     const struct finding *f)
{
    const struct zone_told *told = f->detail;
    say_zone(w, "fell silent in", look, f);
    say_text(w, ": last heard ");
    say_time(w, told->event->last_seen_ms);
    say_text(w, ", still silent ");
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static const struct body_field zone_fields[] = {
    {.name = "id", .type = BODY_TEXT},
    {.name = "name", .type = BODY_TEXT},
    {.name = "kind", .type = BODY_TEXT, .is_optional = true},
    {.name = "certainty", .type = BODY_TEXT, .words = body_certainties},
    {.name = "present", .type = BODY_TRUTH},
    {.name = "since", .type = BODY_TIME, .is_optional = true},
    {.name = "last_seen", .type = BODY_TIME, .is_optional = true},
    {.name = "eta", .type = BODY_TIME, .is_optional = true},
    {0},
};
static const struct body_field zone_field = {
    .name = "zone", .type = BODY_OBJECT, .fields = zone_fields};

static json_t *make_zone(const struct rule_look *look, const struct finding *f)
{
    const struct zone_told *told = f->detail;
    const struct zone_event *event = told->event;
    json_t *o = body_zone(zone_set_info(look->world->zones, event->zone));
    body_put_text(o, "certainty", zone_state_certainty_name(event->certainty));
    body_put(o, "present", json_boolean(event->is_present));
    if (f->event != EVENT_ENTER)
        body_put(o, "since", body_time(event->since_ms));
    if (f->event == EVENT_DWELL || f->event == EVENT_LOST)
        body_put(o, "last_seen", body_time(event->last_seen_ms));
    body_put(o, "eta", body_eta(told->eta_ms));
    return o;
}

/* clang-format off */
static const struct rule_member enter_members[]    = {{&zone_field, make_zone, NULL}, {0}};
static const struct rule_member exit_members[]     = {{&zone_field, make_zone, "since"}, {0}};
static const struct rule_member approach_members[] = {{&zone_field, make_zone, "eta"}, {0}};
static const struct rule_member stay_members[]     = {{&zone_field, make_zone, "since last_seen"}, {0}};

static const struct rule_event events[] = {
    [EVENT_ENTER]    = {"enter",    "zone.entered",    SEVERITY_WARNING, .say = say_entered,    .members = enter_members},
    [EVENT_EXIT]     = {"exit",     "zone.exited",     SEVERITY_INFO,    .say = say_exited,     .members = exit_members},
    [EVENT_APPROACH] = {"approach", "zone.approached", SEVERITY_WARNING, .say = say_approached, .members = approach_members},
    [EVENT_DWELL]    = {"dwell",    "zone.dwelled",    SEVERITY_WARNING, .say = say_dwelled,    .members = stay_members},
    [EVENT_LOST]     = {"lost",     "zone.lost",       SEVERITY_WARNING, .say = say_lost,       .members = stay_members},
};
/* clang-format on */

/* --- telling --- */

static int tell_zone(const struct rule_look *look, uint32_t event,
                     const struct zone_told *told, int64_t evidence_ms)
{
    const struct zone_event *zone = told->event;
    const char *id = zone_set_info(look->world->zones, zone->zone)->id;
    struct finding f = {
        .event = event,
        .time_ms = zone->time_ms,
        .evidence_ms = evidence_ms,
        .pos = zone->pos,
        .object = hash_text(id, 0),
        .detail = told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%.200s %lld", id,
             (long long)zone->time_ms);
    return rule_raise(look, &f);
}

static bool is_mine(const struct rule_look *look, uint32_t zone)
{
    return zone_set_info(look->world->zones, zone)->shape == ZONE_AREA &&
           rule_zones_has(&settings_of(look)->zones, zone);
}

static int on_zone(struct rule_look *look, const struct zone_event *event)
{
    if (event->what == ZONE_CROSSED || !is_mine(look, event->zone))
        return 0;
    struct zone_note *note = zone_notes_find(look, event->zone);
    if (note != NULL && event->what == ZONE_EXITED) {
        note->is_dwell_due = note->is_dwelled = note->is_entered = false;
        note->is_approached = false; /* coming back is a new approach */
        note->hits = 0;
    }
    if (event->is_present && event->what == ZONE_ENTERED && !rule_tells_at_start(look))
        return 0;
    if (event->what == ZONE_ENTERED && zone_notes_enter(look, event->zone) != 0)
        return ERR_NOMEM;
    uint32_t kind = EVENT_LOST;
    if (event->what == ZONE_ENTERED)
        kind = EVENT_ENTER;
    else if (event->what == ZONE_EXITED)
        kind = EVENT_EXIT;
    const struct zone_told told = {event, TIME_NONE};
    return tell_zone(look, kind, &told,
                     event->what == ZONE_LOST ? event->last_seen_ms - 6 * HOUR_MS
                                              : TIME_NONE);
}

/* Make an event of the stay in one area, for the alerts other than entering and leaving.
 */
static struct zone_event make_stay(const struct rule_look *look,
                                   const struct zone_presence *p, int64_t time_ms)
{
    struct zone_event e = {
        .what = ZONE_ENTERED,
        .zone = p->zone,
        .is_present = p->is_present,
        .time_ms = time_ms,
        .since_ms = p->since_ms,
        .last_seen_ms = p->last_inside_ms,
        .pos = look->subject->track->last.pos,
    };
    return e;
}

/* Tell the areas that the ship is in and for which `is_due` returns true. */
static int tell_inside(struct rule_look *look,
                       bool (*is_due)(const struct rule_look *look,
                                      const struct zone_presence *p))
{
    const struct zone_watch *w = look->subject->zones;
    int rc = 0;
    for (uint32_t i = 0; i < w->count && rc == 0; i++) {
        const struct zone_presence *p = &w->items[i];
        if (p->phase == ZONE_PHASE_ENTERING || !is_mine(look, p->zone) ||
            !is_due(look, p))
            continue;
        if (zone_notes_enter(look, p->zone) != 0)
            return ERR_NOMEM;
        struct zone_event e = make_stay(look, p, p->since_ms);
        const struct zone_told told = {&e, TIME_NONE};
        rc = tell_zone(look, EVENT_ENTER, &told, TIME_NONE);
    }
    return rc;
}

static bool is_untold(const struct rule_look *look, const struct zone_presence *p)
{
    const struct zone_note *note = zone_notes_find(look, p->zone);
    return (!p->is_present || rule_tells_at_start(look)) &&
           (note == NULL || !note->is_entered);
}

static int on_covered(struct rule_look *look)
{
    return tell_inside(look, is_untold);
}

static bool was_there(const struct rule_look *look, const struct zone_presence *p)
{
    (void)look;
    return p->is_present;
}

/* Tell the areas in which the ship was when it was first heard. They were not told then,
 * because it was not yet known that the ship is watched. */
static int on_watched(struct rule_look *look)
{
    return look->rule->at_start == RULE_AT_START_WATCHED ? tell_inside(look, was_there)
                                                         : 0;
}

/* --- dwelling --- */

static bool wants_dwell(const struct rule_look *look, const struct zone_presence *p)
{
    return p->phase != ZONE_PHASE_ENTERING && is_mine(look, p->zone) &&
           (!p->is_present || rule_tells_at_start(look));
}

static int64_t next_deadline(struct rule_look *look)
{
    int64_t due = INT64_MAX;
    if (settings_of(look)->dwell_ms == 0 || !look->is_covered)
        return due;
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        const struct zone_note *note = zone_notes_find(look, p->zone);
        if (!wants_dwell(look, p) ||
            (note != NULL && (note->is_dwelled || note->is_dwell_due)))
            continue;
        int64_t at = p->since_ms + settings_of(look)->dwell_ms;
        due = at < due ? at : due;
    }
    return due;
}

static int tell_dwell(struct rule_look *look, const struct zone_presence *p,
                      struct zone_note *note)
{
    note->is_dwelled = true;
    note->is_dwell_due = false;
    note->since_ms = p->since_ms;
    struct zone_event e = make_stay(look, p, p->since_ms + settings_of(look)->dwell_ms);
    const struct zone_told told = {&e, TIME_NONE};
    return tell_zone(look, EVENT_DWELL, &told, p->since_ms - HOUR_MS);
}

static int on_time(struct rule_look *look)
{
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        int64_t due = p->since_ms + settings_of(look)->dwell_ms;
        if (!wants_dwell(look, p) || due > look->now_ms)
            continue;
        struct zone_note *note = zone_notes_obtain(look, p->zone);
        if (note == NULL)
            return ERR_NOMEM;
        if (note->is_dwelled || note->is_dwell_due)
            continue;
        bool is_fresh =
            due - p->last_inside_ms <= look->world->limits->zone_dwell_fresh_ms;
        if (p->phase == ZONE_PHASE_INSIDE && is_fresh) {
            int rc = tell_dwell(look, p, note);
            if (rc != 0)
                return rc;
        } else {
            note->is_dwell_due = true;
        }
    }
    return 0;
}

static int settle_dwell(struct rule_look *look)
{
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        struct zone_note *note = zone_notes_find(look, p->zone);
        if (note == NULL || !note->is_dwell_due || p->phase != ZONE_PHASE_INSIDE)
            continue;
        int rc = tell_dwell(look, p, note);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* --- approaching --- */

static bool is_out_of_reach(const struct rule_look *look, uint32_t zone, double limit_m)
{
    return zone_distance_is_beyond(look->world->zones, zone,
                                   look->subject->track->last.pos, limit_m);
}

/* Tell the approach to one zone that is within reach, if the ship heads for it. */
static int approach_one(struct rule_look *look, uint32_t zone, double limit_m)
{
    const struct track_fix *fix = &look->subject->track->last;
    struct zone_course course = {fix->pos, fix->cog_ddeg / 10.0, fix->sog_dkn / 10.0};
    struct zone_approach ahead = {0};
    if (zone_state_inside(look->subject->zones, zone) != NULL ||
        zone_state_is_pending(look->subject->zones, zone) ||
        !zone_along_approach(look->world->zones, zone, &course, limit_m, &ahead))
        return 0;
    if (ahead.eta_ms > settings_of(look)->approach_within_ms &&
        ahead.distance_m > settings_of(look)->approach_or_m)
        return 0;
    struct zone_note *note = zone_notes_obtain(look, zone);
    if (note == NULL)
        return ERR_NOMEM;
    note->reached_ms = fix->time_ms;
    if (note->hits < ZONE_NOTES_HITS)
        note->hits++;
    if (note->hits < ZONE_NOTES_HITS || note->is_approached)
        return 0;
    note->is_approached = true;
    struct zone_event e = {.zone = zone,
                           .time_ms = fix->time_ms,
                           .pos = fix->pos,
                           .since_ms = TIME_NONE,
                           .last_seen_ms = fix->time_ms};
    const struct zone_told told = {&e, fix->time_ms + ahead.eta_ms};
    return tell_zone(look, EVENT_APPROACH, &told, TIME_NONE);
}

static int tell_approach(struct rule_look *look)
{
    const struct settings *settings = settings_of(look);
    const struct track_fix *fix = &look->subject->track->last;
    double sog_kn = fix->sog_dkn / 10.0;
    bool is_under_way = (fix->has & FIX_SOG) != 0 && (fix->has & FIX_COG) != 0 &&
                        sog_kn > look->world->limits->approach_min_kn;
    if (!is_under_way)
        return 0;
    double limit_m = sog_kn * KN_MPS * (double)settings->approach_within_ms / 1000.0;
    if (limit_m < settings->approach_or_m)
        limit_m = settings->approach_or_m;
    struct zone_list near;
    zone_list_init(&near);
    const uint32_t *zones = settings->zones.items;
    size_t count = settings->zones.count;
    int rc = 0;
    bool is_near = zones == NULL || count > 8; /* the list holds near zones only */
    if (is_near) {
        rc = zone_list_near(&near, look->world->zones, fix->pos, limit_m);
        count = near.count;
        zones = near.items;
    }
    for (size_t i = 0; i < count && rc == 0; i++)
        if (is_mine(look, zones[i]) &&
            (is_near || !is_out_of_reach(look, zones[i], limit_m)))
            rc = approach_one(look, zones[i], limit_m);
    zone_list_finish(&near);
    return rc;
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    (void)before;
    if (!look->is_covered)
        return 0;
    int rc = settle_dwell(look);
    if (rc == 0 && (look->rule->events >> EVENT_APPROACH & 1u) != 0)
        rc = tell_approach(look);
    if (*look->state != NULL) {
        zone_notes_rearm(look, look->subject->track->last.time_ms);
        zone_notes_tidy(look);
    }
    return rc;
}

/* --- the kind --- */

static unsigned list_asks(const struct rule *rule)
{
    bool is_approach = (rule->events >> EVENT_APPROACH & 1u) != 0;
    return is_approach ? RULE_ASKS_COVERED | RULE_ASKS_KEEPING : RULE_ASKS_KEEPING;
}

static bool watches_area(const struct rule *rule, uint32_t zone)
{
    const struct settings *s = rule->settings;
    return rule_zones_has(&s->zones, zone);
}

static const struct rule_hooks hooks = {
    .asks = list_asks,
    .on_zone = on_zone,
    .on_fix = on_fix,
    .on_covered = on_covered,
    .on_watched = on_watched,
    .deadline = next_deadline,
    .on_time = on_time,
    .save = zone_notes_save,
    .load = zone_notes_load,
    .forget = zone_notes_forget,
    .watches_area = watches_area,
};

const struct rule_kind kind_zone = {
    .name = "zone",
    .doc = "a vessel enters, leaves, approaches, stays long in, or is lost in a watched "
           "area",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
