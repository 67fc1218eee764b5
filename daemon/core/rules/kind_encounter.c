/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind encounter: two vessels lie or drift side by side, far from ports and shore.
 *
 * The detector of meetings (lookout/detect/meet.h) says what a meeting is. The rule
 * keeps, with the track of the lower MMSI, which meetings it told and of which of the
 * two. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/track/vessel_type.h"
#include "rule_where_int.h"

enum { EVENT_STARTED, EVENT_ENDED };

struct settings {
    struct vessel_filter with;
    int64_t for_ms; /* 2 h */
    uint32_t crowd; /* 4 */
    bool is_service_told;
    struct rule_where where;
};

/* What `service` is about, in words. */
#define SERVICE                                                                          \
    RULE_WHERE_SERVICE                                                                   \
    ", net markers, pairs of fishing vessels, and pairs of sailing or "                  \
    "pleasure vessels"
/* clang-format off */
static const struct key keys[] = {
    {.name = "with",     .type = KEY_VESSELS, KEY_AT(settings, with), .least = 1, .otherwise = "all", .doc = "the other vessel of the encounter"},
    {.name = "for",      .type = KEY_DURATION, KEY_AT(settings, for_ms), .least = 0, .most = 365.0 * DAY_MS, .initial = "2h", .doc = "tell of two vessels that have been near so long"},
    {.name = "offshore", .type = KEY_DISTANCE, KEY_AT(settings, where.offshore_m), .least = 0, .most = 60 * NM_M, .initial = "10km", .doc = "least distance from the shore, not used when zones are named; 0km: anywhere"},
    {.name = "crowd",    .type = KEY_INTEGER, KEY_AT(settings, crowd), .least = 0, .most = 1000000, .initial = "4", .doc = "the most other slow vessels within detect.encounter.crowd_within of them; with more, the place is an anchorage or a fleet, and the rule waits until there are fewer"},
    {.name = "service",  .type = KEY_FLAG, KEY_AT(settings, is_service_told), .initial = "false", .left_out = SERVICE, .doc = "tell also of " SERVICE},
    {.name = "zones",    .type = KEY_ZONES, RULE_ZONES(settings, where.zones), .otherwise = "everywhere", .doc = "only in these areas, at any distance from the shore"},
    {.name = "except",   .type = KEY_ZONES, RULE_ZONES(settings, where.except), .otherwise = "areas of kind anchorage", .doc = "not in these areas, and never in one of kind anchorage that zones does not name"},
    {0},
};
/* clang-format on */

static const struct settings *settings_of(const struct rule_look *look)
{
    return look->rule->settings;
}

/* A meeting that was told. */
struct told {
    struct slow_ref other;
    int64_t begun_ms;
    bool is_of_higher; /* the alert's vessel is that of the higher MMSI */
};
struct state {
    uint32_t count;
    struct told items[];
};
/* `detail` of a finding. */
struct encounter {
    const struct meet_pair *pair;   /* borrowed */
    const struct rule_look *theirs; /* a look at the other ship; borrowed */
    unsigned hers;                  /* 0: the alert's vessel is the lower one; 1 */
    uint32_t crowd;
    bool has_crowd;
};

/* --- what is told --- */

static void say_other_ship(struct say_writer *w, const struct encounter *e)
{
    const struct rule_subject *s = e->theirs->subject;
    struct body_ship ship = rule_alert_ship(s);
    say_ship(w, &ship);
}

static void say_meeting(struct say_writer *w, const struct rule_look *look,
                        const struct encounter *e)
{
    const struct meet_pair *pair = e->pair;
    say_span(w, pair->last_ms - pair->begun_ms);
    say_text(w, ", %.0f m apart (median of %u positions)",
             meet_median_m(pair, look->world->limits), pair->near_ticks);
    rule_where_say(w, pair->shore_m);
    say_text(w, ".");
}

static void say_encounter_started(struct say_writer *w, const struct rule_look *look,
                                  const struct finding *f)
{
    const struct encounter *e = f->detail;
    say_text(w, " has been beside ");
    say_other_ship(w, e);
    say_text(w, " since ");
    say_time(w, f->time_ms);
    say_text(w, ": for ");
    say_meeting(w, look, e);
    if (e->pair->apart_before_m >= 0)
        say_text(w, " Two hours before they were %.1f nm apart.",
                 e->pair->apart_before_m / NM_M);
}

static void say_encounter_ended(struct say_writer *w, const struct rule_look *look,
                                const struct finding *f)
{
    const struct encounter *e = f->detail;
    say_text(w, " parted from ");
    say_other_ship(w, e);
    say_text(w, ": they were last side by side at ");
    say_time(w, f->time_ms);
    say_text(w, ", after ");
    say_meeting(w, look, e);
}

static const struct body_field encounter_fields[] = {
    {.name = "with", .type = BODY_VESSEL},
    {.name = "begun_at", .type = BODY_TIME},
    {.name = "last_at", .type = BODY_TIME},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "near_ticks", .type = BODY_INTEGER},
    {.name = "fixes", .type = BODY_NUMBERS},
    {.name = "distance_m", .type = BODY_NUMBER},
    {.name = "least_m", .type = BODY_NUMBER},
    {.name = "offshore_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "apart_before_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "crowd", .type = BODY_INTEGER, .is_optional = true},
    {.name = "silent_h", .type = BODY_NUMBERS},
    {.name = "evidence", .type = BODY_FEATURE},
    {0},
};
static const struct body_field encounter_field = {
    .name = "encounter", .type = BODY_OBJECT, .fields = encounter_fields};

static json_t *make_other(const struct encounter *e)
{
    const struct rule_subject *s = e->theirs->subject;
    struct body_ship ship = rule_alert_ship(s);
    return body_vessel(&ship);
}

/* Hers first. */
static json_t *make_fixes(const struct encounter *e)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < 2; i++)
        json_array_append_new(list,
                              json_integer((json_int_t)e->pair->fixes[e->hers ^ i]));
    return list;
}

static json_t *make_silences(const struct encounter *e)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < 2; i++)
        json_array_append_new(
            list, body_rounded((double)e->pair->unheard_ms[e->hers ^ i] / (double)HOUR_MS,
                               0.01));
    return list;
}

static json_t *make_encounter(const struct rule_look *look, const struct finding *f)
{
    const struct encounter *e = f->detail;
    const struct meet_pair *pair = e->pair;
    const struct track *track = e->theirs->subject->track;
    json_t *o = json_object();
    body_put(o, "with", make_other(e));
    body_put(o, "begun_at", body_time(pair->begun_ms));
    body_put(o, "last_at", body_time(pair->last_ms));
    body_put(
        o, "hours",
        body_rounded((double)(pair->last_ms - pair->begun_ms) / (double)HOUR_MS, 0.01));
    body_put(o, "near_ticks", json_integer((json_int_t)pair->near_ticks));
    body_put(o, "fixes", make_fixes(e));
    body_put(o, "distance_m", body_rounded(meet_median_m(pair, look->world->limits), 1));
    body_put(o, "least_m", body_rounded(pair->least_dm / 10.0, 1));
    if (pair->shore_m >= 0)
        body_put(o, "offshore_nm", body_rounded(pair->shore_m / NM_M, 0.1));
    if (pair->apart_before_m >= 0)
        body_put(o, "apart_before_nm", body_rounded(pair->apart_before_m / NM_M, 0.1));
    if (e->has_crowd)
        body_put(o, "crowd", json_integer((json_int_t)e->crowd));
    body_put(o, "silent_h", make_silences(e));
    body_put(o, "evidence",
             body_evidence_json(track, f->evidence_ms, track->last.time_ms));
    return o;
}

static const struct rule_member members[] = {{&encounter_field, make_encounter, NULL},
                                             {0}};

static const struct rule_subject *find_other_vessel(const struct finding *f)
{
    return ((const struct encounter *)f->detail)->theirs->subject;
}

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_STARTED] = {"start", "encounter.started", SEVERITY_WARNING, .say = say_encounter_started, .find_other = find_other_vessel, .members = members},
    [EVENT_ENDED]   = {"end",   "encounter.ended",   SEVERITY_INFO,    .say = say_encounter_ended,   .find_other = find_other_vessel, .members = members},
};
/* clang-format on */

static int tell_encounter(const struct rule_look *hers, uint32_t event,
                          struct encounter *e)
{
    const struct meet_pair *pair = e->pair;
    uint32_t other = e->theirs->subject->mmsi, own = hers->subject->mmsi;
    uint64_t case_id = hash_text(hers->rule->id, own < other ? own : other);
    case_id = hash_u64(own < other ? other : own, case_id);
    case_id = hash_u64((uint64_t)pair->begun_ms, case_id);
    struct finding f = {
        .event = event,
        .time_ms = event == EVENT_STARTED ? pair->begun_ms : pair->last_ms,
        .evidence_ms = pair->begun_ms - 2 * HOUR_MS,
        .pos = pair->pos,
        .object = other,
        .case_id = &case_id,
        .detail = e,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%u %lld", other,
             (long long)pair->begun_ms);
    return rule_raise(hers, &f);
}

/* --- which were told --- */

static struct told *find_told(struct state *state, const struct slow_ref *other)
{
    for (uint32_t i = 0; state != NULL && i < state->count; i++)
        if (state->items[i].other.mmsi == other->mmsi &&
            state->items[i].other.track == other->track)
            return &state->items[i];
    return NULL;
}

static void drop_told(struct rule_look *look, struct told *told)
{
    struct state *state = *look->state;
    size_t at = (size_t)(told - state->items);
    state->count--;
    memmove(told, told + 1, (state->count - at) * sizeof *told);
    if (state->count == 0) {
        free(state);
        *look->state = NULL;
    }
}

static int keep_told(struct rule_look *look, const struct told *told)
{
    struct state *state = *look->state;
    uint32_t count = state != NULL ? state->count : 0;
    state = realloc(state, sizeof *state + (count + 1) * sizeof state->items[0]);
    if (state == NULL)
        return ERR_NOMEM;
    state->items[count] = *told;
    state->count = count + 1;
    *look->state = state;
    return 0;
}

/* --- when --- */

static bool is_yacht(const struct vessel_static *info)
{
    return rule_where_is_type(info, VESSEL_SAILING) ||
           rule_where_is_type(info, VESSEL_PLEASURE);
}

static bool are_left_out(const struct settings *settings, const struct vessel_static *a,
                         const struct vessel_static *b)
{
    if (a->imo != 0 && a->imo == b->imo)
        return true; /* one ship with two transponders */
    if (settings->is_service_told)
        return false;
    return rule_where_is_service(a) || rule_where_is_service(b) ||
           (rule_where_is_type(a, VESSEL_FISHING) &&
            rule_where_is_type(b, VESSEL_FISHING)) ||
           (is_yacht(a) && is_yacht(b));
}

static bool is_meant(const struct rule_look *hers, const struct rule_look *theirs)
{
    return hers->is_covered &&
           vessel_filter_matches(&settings_of(hers)->with, theirs->subject);
}

/* Which of the two vessels the alert is about: 0 the lower MMSI, 1 the higher, -1 none.
 * If the rule covers both, it is the watched one, else the lower MMSI. */
static int choose_vessel(const struct rule_look *lower, const struct rule_look *higher)
{
    bool is_lower = is_meant(lower, higher), is_higher = is_meant(higher, lower);
    if (is_lower && is_higher)
        return lower->subject->watch == NULL && higher->subject->watch != NULL ? 1 : 0;
    if (is_lower)
        return 0;
    return is_higher ? 1 : -1;
}

static int tell_near(struct rule_look *look, struct rule_look *other,
                     const struct meet_event *event)
{
    const struct settings *settings = settings_of(look);
    struct meet_pair *pair = event->pair;
    bool holds = false;
    int vessel = choose_vessel(look, other);
    if (vessel < 0 || are_left_out(settings, look->subject->info, other->subject->info))
        return 0;
    /* In a fleet this comes first: the shore costs more. */
    uint32_t crowd = meet_crowd(event, look->world->limits, settings->crowd);
    if (crowd > settings->crowd)
        return 0;
    int rc = rule_where_holds(look, &settings->where, pair->pos, &pair->shore_m, &holds);
    if (rc != 0 || !holds)
        return rc;
    struct told told = {pair->other, pair->begun_ms, vessel == 1};
    rc = keep_told(look, &told);
    struct encounter e = {pair, vessel == 0 ? other : look, (unsigned)vessel, crowd,
                          true};
    if (rc != 0)
        return rc;
    return tell_encounter(vessel == 0 ? look : other, EVENT_STARTED, &e);
}

static int on_meet(struct rule_look *look, struct rule_look *other,
                   const struct meet_event *event)
{
    const struct settings *settings = settings_of(look);
    const struct meet_pair *pair = event->pair;
    struct told *told = find_told(*look->state, &pair->other);
    int rc = 0;
    if (told != NULL && told->begun_ms != pair->begun_ms) {
        drop_told(look, told); /* its end was not seen: the clock was set back */
        told = NULL;
    }
    if (event->what == MEET_NEAR) {
        bool is_due = pair->last_ms - pair->begun_ms >= settings->for_ms &&
                      pair->near_ticks >= look->world->limits->meet_seen;
        return told == NULL && is_due && other != NULL ? tell_near(look, other, event)
                                                       : 0;
    }
    if (told == NULL)
        return 0;
    bool is_of_higher = told->is_of_higher;
    drop_told(look, told);
    if (other != NULL) {
        struct encounter e = {pair, is_of_higher ? look : other, is_of_higher, 0, false};
        rc = tell_encounter(is_of_higher ? other : look, EVENT_ENDED, &e);
    }
    return rc;
}

/* --- saved --- */

static void save_all_told(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *state = *look->state;
    wire_put_u64(out, state->count);
    for (uint32_t i = 0; i < state->count; i++) {
        wire_put_u64(out, state->items[i].other.mmsi);
        wire_put_u64(out, state->items[i].other.track);
        wire_put_i64(out, state->items[i].begun_ms);
        wire_put_u64(out, state->items[i].is_of_higher);
    }
}

static int load_all_told(struct rule_look *look, struct wire_reader *in)
{
    size_t count = wire_get_count(in, 4);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0 && !in->failed; i++) {
        struct told told = {{0, 0}, 0, false};
        told.other.mmsi = (uint32_t)wire_get_limited(in, UINT32_MAX);
        told.other.track = (uint32_t)wire_get_limited(in, UINT32_MAX);
        told.begun_ms =
            wire_get_i64(in) + wire_reader_shift(in, look->world->limits->slow_tick_ms);
        told.is_of_higher = wire_get_limited(in, 1) != 0;
        rc = keep_told(look, &told);
    }
    if (rc == 0 && in->failed)
        rc = ERR_CORRUPT;
    return rc;
}

static bool wants_distance_of_pairs(const struct rule *rule)
{
    const struct settings *settings = rule->settings;
    return rule_where_wants_shore(&settings->where);
}

static const struct rule_hooks hooks = {
    .on_meet = on_meet,
    .save = save_all_told,
    .load = load_all_told,
    .forget = free,
    .wants_shore = wants_distance_of_pairs,
};

const struct rule_kind kind_encounter = {
    .name = "encounter",
    .doc = "two vessels lie or drift side by side, far from ports and shore",
    .leaves_out = "two transponders of one vessel, by their IMO number",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .has_case = true,
    .hooks = &hooks,
};
