/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind zone: a vessel enters, leaves, approaches, stays long in, or is lost in a
 * watched area. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/detect/zone_list.h"
#include "lookout/rules/rule_run.h"

enum { EVENT_ENTER, EVENT_EXIT, EVENT_APPROACH, EVENT_DWELL, EVENT_LOST };

static const struct rule_event events[] = {
    /* clang-format off */
    {"enter",    "zone.entered",    "entered",    SEVERITY_WARNING},
    {"exit",     "zone.exited",     "exited",     SEVERITY_INFO},
    {"approach", "zone.approached", "approached", SEVERITY_WARNING},
    {"dwell",    "zone.dwelled",    "dwelled",    SEVERITY_WARNING},
    {"lost",     "zone.lost",       "lost",       SEVERITY_WARNING},
    /* clang-format on */
};

static const struct rule_key keys[] = {
    /* clang-format off */
    {"zones",    RULE_KEY_ZONES,    false, offsetof(struct rule, zones), offsetof(struct rule, zone_count), 0, 0, NULL, "ids of areas; left out: all"},
    {"approach", RULE_KEY_APPROACH, false, offsetof(struct rule, approach_within_ms), offsetof(struct rule, approach_or_m), 0, 0, NULL, "{within: 60min, or: 10nm}: told when the course reaches the area in that time or distance"},
    {"dwell",    RULE_KEY_DURATION, false, offsetof(struct rule, dwell_ms), 0, MINUTE_MS, 3650 * DAY_MS, NULL, "tell once a stay is that long; left out: never"},
    {NULL, RULE_KEY_INT, false, 0, 0, 0, 0, NULL, NULL},
    /* clang-format on */
};

/* What the rule remembers of one area for one track. */
struct note {
    uint32_t zone;
    uint8_t hits;       /* fixes running on which the course reaches the area */
    bool is_approached; /* told; armed again an hour after the course last reached it */
    bool is_dwell_due;  /* its time came while it was not sure that the ship was inside */
    bool is_dwelled;    /* told */
    bool is_entered;    /* told, where the rule is not for all: a ship may come under it
                           again */
    int64_t since_ms;   /* of the stay that the dwell notes are about */
    int64_t reached_ms; /* last fix on which the course reached the area */
};
struct zone_state {
    uint32_t count, room;
    struct note *notes; /* owned */
};

enum { APPROACH_FIXES = 2 };
static const int64_t approach_rearm_ms = 60 * MINUTE_MS;

static void set_defaults(struct rule *rule)
{
    rule->approach_within_ms = 60 * MINUTE_MS;
    rule->approach_or_m = 10 * NM_M;
}

static struct note *find(const struct rule_look *look, uint32_t zone)
{
    const struct zone_state *state = *look->state;
    for (uint32_t i = 0; state != NULL && i < state->count; i++)
        if (state->notes[i].zone == zone)
            return &state->notes[i];
    return NULL;
}

/* The note of that area, made when there is none; NULL: out of memory. */
static struct note *obtain(const struct rule_look *look, uint32_t zone)
{
    struct note *note = find(look, zone);
    if (note != NULL)
        return note;
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct zone_state));
    struct zone_state *state = *look->state;
    if (state == NULL)
        return NULL;
    if (state->count == state->room) {
        uint32_t room = state->room != 0 ? 2 * state->room : 2;
        struct note *more = realloc(state->notes, room * sizeof *more);
        if (more == NULL)
            return NULL;
        state->notes = more;
        state->room = room;
    }
    note = &state->notes[state->count++];
    memset(note, 0, sizeof *note);
    note->zone = zone;
    note->reached_ms = TIME_NONE;
    return note;
}

static void forget(void *state)
{
    struct zone_state *s = state;
    if (s != NULL)
        free(s->notes);
    free(s);
}

/* Drop notes that say nothing any more, and the state when none is left. */
static void tidy(struct rule_look *look)
{
    struct zone_state *state = *look->state;
    if (state == NULL)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->count; i++) {
        const struct note *n = &state->notes[i];
        if (n->hits != 0 || n->is_approached || n->is_dwell_due || n->is_dwelled ||
            n->is_entered)
            state->notes[kept++] = *n;
    }
    state->count = kept;
    if (kept == 0) {
        forget(state);
        *look->state = NULL;
    }
}

static struct finding make(const struct rule_look *look, uint32_t event,
                           const struct zone_event *zone)
{
    struct finding f = {
        .event = event,
        .time_ms = zone->time_ms,
        .evidence_ms = TIME_NONE,
        .pos = zone->pos,
        .object = hash_text(zone_info(look->world->zones, zone->zone)->id, 0),
        .zone = zone,
        .zone_eta_ms = TIME_NONE,
        .since_ms = TIME_NONE,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%.200s %lld",
             zone_info(look->world->zones, zone->zone)->id, (long long)zone->time_ms);
    return f;
}

static bool is_mine(const struct rule_look *look, uint32_t zone)
{
    return zone_info(look->world->zones, zone)->shape == ZONE_AREA &&
           rule_has_index(look->rule->zones, look->rule->zone_count, zone);
}

/* That the entering was told, where the ship may come under the rule again. */
static int note_entered(const struct rule_look *look, uint32_t zone)
{
    if (!look->is_covered || vessel_filter_is_all(&look->rule->vessels))
        return 0;
    struct note *note = obtain(look, zone);
    if (note == NULL)
        return ERR_NOMEM;
    note->is_entered = true;
    return 0;
}

static int on_zone(struct rule_look *look, const struct zone_event *event)
{
    if (event->what == ZONE_CROSSED || !is_mine(look, event->zone))
        return 0;
    struct note *note = find(look, event->zone);
    if (note != NULL && event->what == ZONE_EXITED) {
        note->is_dwell_due = note->is_dwelled = note->is_entered = false;
        note->is_approached = false; /* coming back is another approach */
        note->hits = 0;
    }
    if (event->is_present && event->what == ZONE_ENTERED && !rule_tells_at_start(look))
        return 0;
    if (event->what == ZONE_ENTERED && note_entered(look, event->zone) != 0)
        return ERR_NOMEM;
    uint32_t kind = event->what == ZONE_ENTERED  ? EVENT_ENTER
                    : event->what == ZONE_EXITED ? EVENT_EXIT
                                                 : EVENT_LOST;
    struct finding f = make(look, kind, event);
    if (event->what == ZONE_LOST)
        f.evidence_ms = event->last_seen_ms - 6 * HOUR_MS;
    return rule_raise(look, &f);
}

/* The stay in one area as an event, for what is told of it besides entering and leaving.
 */
static struct zone_event stay(const struct rule_look *look, const struct zone_presence *p,
                              int64_t time_ms)
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

static int on_covered(struct rule_look *look)
{
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        if (p->phase == ZONE_PHASE_ENTERING || !is_mine(look, p->zone) ||
            (p->is_present && !rule_tells_at_start(look)))
            continue;
        const struct note *note = find(look, p->zone);
        if (note != NULL && note->is_entered)
            continue;
        if (note_entered(look, p->zone) != 0)
            return ERR_NOMEM;
        struct zone_event e = stay(look, p, p->since_ms);
        struct finding f = make(look, EVENT_ENTER, &e);
        int rc = rule_raise(look, &f);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Areas in which it was when first heard: not told while nobody knew that it is watched.
 */
static int on_watched(struct rule_look *look)
{
    const struct zone_watch *w = look->subject->zones;
    int rc = 0;
    if (look->rule->at_start != RULE_AT_START_WATCHED)
        return 0;
    for (uint32_t i = 0; i < w->count && rc == 0; i++) {
        const struct zone_presence *p = &w->items[i];
        if (p->phase == ZONE_PHASE_ENTERING || !p->is_present || !is_mine(look, p->zone))
            continue;
        if (note_entered(look, p->zone) != 0)
            return ERR_NOMEM;
        struct zone_event e = stay(look, p, p->since_ms);
        struct finding f = make(look, EVENT_ENTER, &e);
        rc = rule_raise(look, &f);
    }
    return rc;
}

/* --- dwelling --- */

static bool wants_dwell(const struct rule_look *look, const struct zone_presence *p)
{
    return p->phase != ZONE_PHASE_ENTERING && is_mine(look, p->zone) &&
           (!p->is_present || rule_tells_at_start(look));
}

static int64_t deadline(struct rule_look *look)
{
    int64_t due = INT64_MAX;
    if (look->rule->dwell_ms == 0 || !look->is_covered)
        return due;
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        const struct note *note = find(look, p->zone);
        if (!wants_dwell(look, p) ||
            (note != NULL && (note->is_dwelled || note->is_dwell_due)))
            continue;
        int64_t at = p->since_ms + look->rule->dwell_ms;
        due = at < due ? at : due;
    }
    return due;
}

static int tell_dwell(struct rule_look *look, const struct zone_presence *p,
                      struct note *note)
{
    note->is_dwelled = true;
    note->is_dwell_due = false;
    note->since_ms = p->since_ms;
    struct zone_event e = stay(look, p, p->since_ms + look->rule->dwell_ms);
    struct finding f = make(look, EVENT_DWELL, &e);
    f.evidence_ms = p->since_ms - HOUR_MS;
    return rule_raise(look, &f);
}

static int on_time(struct rule_look *look)
{
    const struct zone_watch *w = look->subject->zones;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct zone_presence *p = &w->items[i];
        int64_t due = p->since_ms + look->rule->dwell_ms;
        if (!wants_dwell(look, p) || due > look->now_ms)
            continue;
        struct note *note = obtain(look, p->zone);
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
        struct note *note = find(look, p->zone);
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
    return zone_is_beyond(look->world->zones, zone, look->subject->track->last.pos,
                          limit_m);
}

/* The zone is not out of reach. */
static int approach_one(struct rule_look *look, uint32_t zone, double limit_m)
{
    const struct track_fix *fix = &look->subject->track->last;
    int64_t eta_ms = 0;
    double distance_m = 0;
    if (zone_watch_inside(look->subject->zones, zone) != NULL ||
        zone_watch_is_pending(look->subject->zones, zone) ||
        !zone_approach(look->world->zones, zone, fix->pos, fix->cog_ddeg / 10.0,
                       fix->sog_dkn / 10.0, limit_m, &eta_ms, &distance_m))
        return 0;
    if (eta_ms > look->rule->approach_within_ms && distance_m > look->rule->approach_or_m)
        return 0;
    struct note *note = obtain(look, zone);
    if (note == NULL)
        return ERR_NOMEM;
    note->reached_ms = fix->time_ms;
    if (note->hits < APPROACH_FIXES)
        note->hits++;
    if (note->hits < APPROACH_FIXES || note->is_approached)
        return 0;
    note->is_approached = true;
    struct zone_event e = {.zone = zone,
                           .time_ms = fix->time_ms,
                           .pos = fix->pos,
                           .since_ms = TIME_NONE,
                           .last_seen_ms = fix->time_ms};
    struct finding f = make(look, EVENT_APPROACH, &e);
    f.zone_eta_ms = fix->time_ms + eta_ms;
    return rule_raise(look, &f);
}

static int approach(struct rule_look *look)
{
    const struct rule *rule = look->rule;
    const struct track_fix *fix = &look->subject->track->last;
    double sog_kn = fix->sog_dkn / 10.0;
    bool is_under_way = (fix->has & FIX_SOG) != 0 && (fix->has & FIX_COG) != 0 &&
                        sog_kn > look->world->limits->approach_min_kn;
    if (!is_under_way)
        return 0;
    double limit_m = sog_kn * KN_MPS * (double)rule->approach_within_ms / 1000.0;
    if (limit_m < rule->approach_or_m)
        limit_m = rule->approach_or_m;
    struct zone_list near;
    zone_list_init(&near);
    const uint32_t *zones = rule->zones;
    size_t count = rule->zone_count;
    int rc = 0;
    bool is_near = zones == NULL || count > 8; /* what is listed */
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

/* What this fix did not reach starts over; what was told is armed again after an hour. */
static void rearm(struct rule_look *look, int64_t now_ms)
{
    struct zone_state *state = *look->state;
    for (uint32_t i = 0; state != NULL && i < state->count; i++) {
        struct note *n = &state->notes[i];
        if (n->reached_ms == now_ms)
            continue;
        n->hits = 0;
        if (n->is_approached && now_ms - n->reached_ms >= approach_rearm_ms)
            n->is_approached = false;
    }
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    (void)before;
    if (!look->is_covered)
        return 0;
    int rc = settle_dwell(look);
    if (rc == 0 && (look->rule->events >> EVENT_APPROACH & 1u) != 0)
        rc = approach(look);
    if (*look->state != NULL) {
        rearm(look, look->subject->track->last.time_ms);
        tidy(look);
    }
    return rc;
}

/* --- saved state --- */

static void save(const struct rule_look *look, struct wire_writer *out)
{
    const struct zone_state *state = *look->state;
    wire_put_u64(out, state->count);
    for (uint32_t i = 0; i < state->count; i++) {
        const struct note *n = &state->notes[i];
        wire_put_text(out, zone_info(look->world->zones, n->zone)->id);
        wire_put_u64(out, n->hits);
        wire_put_u64(out, (uint64_t)n->is_approached | (uint64_t)n->is_dwell_due << 1 |
                              (uint64_t)n->is_dwelled << 2 |
                              (uint64_t)n->is_entered << 3);
        wire_put_i64(out, n->since_ms);
        wire_put_i64(out, n->reached_ms);
    }
}

static int load(struct rule_look *look, struct wire_reader *in)
{
    size_t count = wire_get_count(in, 5);
    for (size_t i = 0; i < count && !in->failed; i++) {
        char id[256];
        wire_get_text(in, id, sizeof id);
        uint64_t hits = wire_get_u64(in), flags = wire_get_u64(in);
        int64_t since_ms = wire_get_i64(in), reached_ms = wire_get_i64(in);
        int64_t zone = zone_find(look->world->zones, id);
        if (in->failed || hits > APPROACH_FIXES)
            return ERR_CORRUPT;
        if (zone < 0)
            continue;
        struct note *note = obtain(look, (uint32_t)zone);
        if (note == NULL)
            return ERR_NOMEM;
        note->hits = (uint8_t)hits;
        note->is_approached = (flags & 1) != 0;
        note->is_dwell_due = (flags & 2) != 0;
        note->is_dwelled = (flags & 4) != 0;
        note->is_entered = (flags & 8) != 0;
        note->since_ms = since_ms;
        note->reached_ms = reached_ms;
    }
    return in->failed ? ERR_CORRUPT : 0;
}

static unsigned asks(const struct rule *rule)
{
    bool is_approach = (rule->events >> EVENT_APPROACH & 1u) != 0;
    return is_approach ? RULE_ASKS_COVERED | RULE_ASKS_KEEPING : RULE_ASKS_KEEPING;
}

static const struct rule_hooks hooks = {
    .asks = asks,
    .on_zone = on_zone,
    .on_fix = on_fix,
    .on_covered = on_covered,
    .on_watched = on_watched,
    .deadline = deadline,
    .on_time = on_time,
    .save = save,
    .load = load,
    .forget = forget,
};

const struct rule_kind kind_zone = {
    .name = "zone",
    .doc = "a vessel enters, leaves, approaches, stays long in, or is lost in a watched "
           "area",
    .keys = keys,
    .events = events,
    .event_count = sizeof events / sizeof events[0],
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
