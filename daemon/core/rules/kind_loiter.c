/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind loiter: a vessel is slow for long, far from ports and shore, and alone.
 *
 * The detector of slow spells (lookout/detect/slow_watch.h) says what slow is. The rule
 * keeps a state only for a spell that was told. */
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
/* So many ships that fell silent near her are named, of those within 30 nm that were last
 * heard in the day before. */
enum { SILENT_MAX = 4 };
#define SILENT_WITHIN_M (30 * NM_M)
#define SILENT_SINCE_MS DAY_MS

struct settings {
    int64_t for_ms; /* 4 h */
    bool is_anchored_told, is_service_told;
    struct rule_where where;
};

/* What `anchored` and `service` are about, in words. */
#define ANCHORED "vessels that are at anchor or moored by their own status"
#define SERVICE RULE_WHERE_SERVICE ", fishing vessels, and net markers"
/* clang-format off */
static const struct key keys[] = {
    {.name = "for",      .type = KEY_DURATION, KEY_AT(settings, for_ms), .least = 10.0 * MINUTE_MS, .most = 365.0 * DAY_MS, .initial = "4h", .doc = "tell of a spell that is so long"},
    {.name = "offshore", .type = KEY_DISTANCE, KEY_AT(settings, where.offshore_m), .least = 0, .most = 60 * NM_M, .initial = "20nm", .doc = "least distance from the shore, not used when zones are named; 0km: anywhere"},
    {.name = "anchored", .type = KEY_FLAG, KEY_AT(settings, is_anchored_told), .initial = "false", .left_out = ANCHORED, .doc = "tell also of " ANCHORED},
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

/* A spell that was told. */
struct state {
    int64_t begun_ms;
};
/* `detail` of a finding. */
struct loiter_told {
    const struct slow_spell *spell; /* borrowed */
    uint32_t others;
    struct rule_near silent[SILENT_MAX];
    size_t silent_count;
};

/* --- what is told --- */

static void say_silent(struct say_writer *w, const struct loiter_told *told)
{
    if (told->silent_count == 0)
        return;
    say_text(w, " %zu vessel%s fell silent near there in the day before",
             told->silent_count, told->silent_count == 1 ? "" : "s");
    for (size_t i = 0; i < told->silent_count; i++) {
        const struct rule_near *near = &told->silent[i];
        say_text(w, "%s%s%s(MMSI %09u) %.1f nm away", i == 0 ? ": " : ", ", near->name,
                 near->name[0] != '\0' ? " " : "", near->mmsi, near->distance_m / NM_M);
    }
    say_text(w, ".");
}

static void say_loiter_started(struct say_writer *w, const struct rule_look *look,
                               const struct finding *f)
{
    const struct loiter_told *told = f->detail;
    const struct slow_spell *spell = told->spell;
    (void)look;
    say_text(w, " has been slow far from any port since ");
    say_time(w, f->time_ms);
    say_text(w, ": ");
    say_span(w, spell->last_ms - spell->begun_ms);
    say_text(w, " within %.1f nm", spell->radius_m / NM_M);
    rule_where_say(w, spell->shore_m);
    say_text(w, ".");
    say_silent(w, told);
}

static void say_loiter_ended(struct say_writer *w, const struct rule_look *look,
                             const struct finding *f)
{
    const struct loiter_told *told = f->detail;
    const struct slow_spell *spell = told->spell;
    (void)look;
    say_text(w, " stopped drifting far from any port at ");
    say_time(w, f->time_ms);
    say_text(w, ", after ");
    say_span(w, spell->last_ms - spell->begun_ms);
    say_text(w, " within %.1f nm.", spell->radius_m / NM_M);
    say_silent(w, told);
}

static const struct body_field silent_fields[] = {
    {.name = "mmsi", .type = BODY_INTEGER},
    {.name = "imo", .type = BODY_INTEGER, .is_optional = true},
    {.name = "name", .type = BODY_TEXT, .is_optional = true},
    {.name = "flag", .type = BODY_TEXT, .is_optional = true},
    {.name = "watched", .type = BODY_TRUTH},
    {.name = "last_seen", .type = BODY_TIME},
    {.name = "distance_nm", .type = BODY_NUMBER},
    {0},
};
static const struct body_field loiter_fields[] = {
    {.name = "begun_at", .type = BODY_TIME},
    {.name = "hours", .type = BODY_NUMBER},
    {.name = "observed_h", .type = BODY_NUMBER},
    {.name = "radius_nm", .type = BODY_NUMBER},
    {.name = "offshore_nm", .type = BODY_NUMBER, .is_optional = true},
    {.name = "others_heard", .type = BODY_INTEGER},
    {.name = "silent_near", .type = BODY_OBJECTS, .fields = silent_fields},
    {0},
};
static const struct body_field loiter_field = {
    .name = "loiter", .type = BODY_OBJECT, .fields = loiter_fields};

static json_t *make_silent(const struct loiter_told *told)
{
    json_t *list = json_array();
    for (size_t i = 0; i < told->silent_count; i++) {
        const struct rule_near *near = &told->silent[i];
        json_t *o = json_object();
        body_put(o, "mmsi", json_integer((json_int_t)near->mmsi));
        if (near->imo != 0)
            body_put(o, "imo", json_integer((json_int_t)near->imo));
        body_put_text(o, "name", near->name);
        body_put_text(o, "flag", vessel_flag(near->mmsi));
        body_put(o, "watched", json_boolean(near->is_watched));
        body_put(o, "last_seen", body_time(near->heard_ms));
        body_put(o, "distance_nm", body_rounded(near->distance_m / NM_M, 0.1));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *hours_of(int64_t ms)
{
    return body_rounded((double)ms / (double)HOUR_MS, 0.01);
}

static json_t *make_loiter(const struct rule_look *look, const struct finding *f)
{
    const struct loiter_told *told = f->detail;
    const struct slow_spell *spell = told->spell;
    json_t *o = json_object();
    (void)look;
    body_put(o, "begun_at", body_time(spell->begun_ms));
    body_put(o, "hours", hours_of(spell->last_ms - spell->begun_ms));
    body_put(o, "observed_h", hours_of(spell->observed_ms));
    body_put(o, "radius_nm", body_rounded(spell->radius_m / NM_M, 0.01));
    if (spell->shore_m >= 0)
        body_put(o, "offshore_nm", body_rounded(spell->shore_m / NM_M, 0.1));
    body_put(o, "others_heard", json_integer((json_int_t)told->others));
    body_put(o, "silent_near", make_silent(told));
    return o;
}

static const struct rule_member members[] = {{&loiter_field, make_loiter, NULL}, {0}};

/* clang-format off */
static const struct rule_event events[] = {
    [EVENT_STARTED] = {"start", "loiter.started", SEVERITY_WARNING, .say = say_loiter_started, .members = members},
    [EVENT_ENDED]   = {"end",   "loiter.ended",   SEVERITY_INFO,    .say = say_loiter_ended,   .members = members},
};
/* clang-format on */

static int tell_loiter(struct rule_look *look, uint32_t event,
                       const struct slow_spell *spell)
{
    struct loiter_told told = {.spell = spell};
    uint64_t case_id = hash_text(look->rule->id, look->subject->mmsi);
    case_id = hash_u64((uint64_t)spell->begun_ms, case_id);
    struct rule_near_ask ask = {.pos = spell->begin,
                                .within_m = SILENT_WITHIN_M,
                                .since_ms = spell->begun_ms - SILENT_SINCE_MS,
                                .until_ms = spell->begun_ms};
    struct track_fix from = {.time_ms = spell->begun_ms, .pos = spell->begin};
    told.others = look->heard(look->context, &from, spell->begun_ms).others;
    told.silent_count = look->nearest(look->context, &ask, told.silent, SILENT_MAX);
    struct finding f = {
        .event = event,
        .time_ms = event == EVENT_STARTED ? spell->begun_ms : spell->last_ms,
        .evidence_ms = spell->begun_ms - HOUR_MS,
        .pos = spell->begin,
        .case_id = &case_id,
        .detail = &told,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)spell->begun_ms);
    return rule_raise(look, &f);
}

/* --- when --- */

static bool is_spell_left_out(const struct rule_look *look,
                              const struct slow_spell *spell)
{
    const struct settings *settings = settings_of(look);
    const struct vessel_static *info = look->subject->info;
    bool is_anchored = 2 * (uint64_t)spell->anchored > spell->fixes;
    bool is_service =
        rule_where_is_service(info) || rule_where_is_type(info, VESSEL_FISHING);
    return (is_anchored && !settings->is_anchored_told) ||
           (is_service && !settings->is_service_told) ||
           spell->met_ticks >= look->world->limits->meet_seen;
}

static void drop_spell(struct rule_look *look)
{
    free(*look->state);
    *look->state = NULL;
}

static int start_telling(struct rule_look *look, struct slow_spell *spell)
{
    const struct settings *settings = settings_of(look);
    bool holds = false;
    int rc =
        rule_where_holds(look, &settings->where, spell->begin, &spell->shore_m, &holds);
    if (rc != 0 || !holds)
        return rc;
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->begun_ms = spell->begun_ms;
    *look->state = state;
    return tell_loiter(look, EVENT_STARTED, spell);
}

static int on_slow(struct rule_look *look, const struct slow_event *event)
{
    struct slow_spell *spell = event->watch->spell;
    const struct state *state = *look->state;
    int rc = 0;
    if (event->what == SLOW_ENDED) {
        if (state != NULL && state->begun_ms == spell->begun_ms)
            rc = tell_loiter(look, EVENT_ENDED, spell);
        drop_spell(look);
        return rc;
    }
    if (state != NULL && state->begun_ms != spell->begun_ms) {
        drop_spell(look); /* its end was not seen: the clock was set back */
        state = NULL;
    }
    if (state != NULL || !look->is_covered ||
        spell->last_ms - spell->begun_ms < settings_of(look)->for_ms ||
        is_spell_left_out(look, spell))
        return 0;
    return start_telling(look, spell);
}

static void save_told(const struct rule_look *look, struct wire_writer *out)
{
    const struct state *state = *look->state;
    wire_put_i64(out, state->begun_ms);
}

static int load_told(struct rule_look *look, struct wire_reader *in)
{
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    state->begun_ms =
        wire_get_i64(in) + wire_reader_shift(in, look->world->limits->slow_tick_ms);
    *look->state = state;
    return in->failed ? ERR_CORRUPT : 0;
}

static bool wants_distance(const struct rule *rule)
{
    const struct settings *settings = rule->settings;
    return rule_where_wants_shore(&settings->where);
}

static const struct rule_hooks hooks = {
    .on_slow = on_slow,
    .save = save_told,
    .load = load_told,
    .forget = free,
    .wants_shore = wants_distance,
};

const struct rule_kind kind_loiter = {
    .name = "loiter",
    .doc = "a vessel is slow for long, far from ports and shore, and alone",
    .leaves_out =
        "spells in which the vessel meets another one, of which encounters tell",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .has_case = true,
    .hooks = &hooks,
};
