/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind distress: an AIS-SART, a man overboard device or an EPIRB is heard. The alert
 * names the ships nearest to the device. The rule sends one alert for a device. It sends
 * another when the device is heard again after a long silence, has drifted far, sends its
 * first known position, or changes from test to distress. Alerts of tests have the
 * severity info. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/detect/distress.h"
#include "lookout/rules/rule_run.h"

enum { NEAREST_MAX = 5 };

struct settings {
    int64_t again_after_ms, seen_within_ms;
    double again_beyond_m, nearby_m;
    bool tests;
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "tests",        .type = KEY_FLAG,     KEY_AT(settings, tests), .initial = "true", .left_out = "messages of devices under test", .doc = "tests are told, too, as info"},
    {.name = "again_after",  .type = KEY_DURATION, KEY_AT(settings, again_after_ms), .least = MINUTE_MS, .most = 365.0 * DAY_MS, .initial = "6h", .doc = "a device that was unheard for so long is told again"},
    {.name = "again_beyond", .type = KEY_DISTANCE, KEY_AT(settings, again_beyond_m), .least = 100, .most = 1000000, .initial = "2nm", .doc = "a device this far from the place of its last alert raises a new alert"},
    {.name = "nearby",       .type = KEY_DISTANCE, KEY_AT(settings, nearby_m), .least = 1000, .most = 1000000, .initial = "200nm", .doc = "the nearest vessels are looked for so far around it"},
    {.name = "seen_within",  .type = KEY_DURATION, KEY_AT(settings, seen_within_ms), .least = MINUTE_MS, .most = 30.0 * DAY_MS, .initial = "2h", .doc = "and named where their last position is no older than this"},
    {0},
};
/* clang-format on */

/* --- what is told --- */

struct told {
    const struct distress_device *device;
    bool has_pos;
    size_t near_count;
    struct rule_near near[NEAREST_MAX];
};

static void say_near(struct say_writer *w, const char *which,
                     const struct rule_near *near)
{
    const char *name = near->name[0] != '\0' ? near->name : "an unnamed vessel";
    say_text(
        w,
        " %s is %s (MMSI %09u%s), %.1f nm away; the device bears %03d degrees from it.",
        which, name, near->mmsi, near->is_watched ? ", watched" : "",
        near->distance_m / NM_M, (int)(near->bearing_deg + 0.5) % 360);
}

/* Write the nearest ship, and the nearest watched ship. */
static void say_nearest(struct say_writer *w, const struct rule_look *look,
                        const struct told *told)
{
    const struct settings *settings = look->rule->settings;
    size_t watched = 0;
    if (told->near_count == 0) {
        say_text(w, " No vessel was heard within ");
        say_distance(w, settings->nearby_m);
        say_text(w, " of it in the last ");
        say_span(w, settings->seen_within_ms);
        say_text(w, ".");
        return;
    }
    say_near(w, "Nearest", &told->near[0]);
    while (watched < told->near_count && !told->near[watched].is_watched)
        watched++;
    if (watched != 0 && watched < told->near_count)
        say_near(w, "Nearest of the watched", &told->near[watched]);
}

static void say_heard(struct say_writer *w, const struct rule_look *look,
                      const struct finding *f)
{
    const struct told *told = f->detail;
    say_text(w,
             told->device->is_test ? " is heard under test " : " is heard in distress ");
    say_time(w, f->time_ms);
    if (told->device->text[0] != '\0')
        say_text(w, ": \"%s\"", told->device->text);
    say_text(w, ".");
    if (told->has_pos)
        say_nearest(w, look, told);
}

static const char *const kinds[] = {"sart", "mob", "epirb", NULL};
static const struct body_field near_fields[] = {
    {.name = "mmsi", .type = BODY_INTEGER, .least = 1, .most = 999999999},
    {.name = "name", .type = BODY_TEXT, .is_optional = true},
    {.name = "watched", .type = BODY_TRUTH},
    {.name = "distance_nm", .type = BODY_NUMBER},
    {.name = "bearing_deg", .type = BODY_NUMBER}, /* of the device, from the vessel */
    {.name = "last_seen", .type = BODY_TIME},
    {0},
};
static const struct body_field distress_fields[] = {
    {.name = "kind", .type = BODY_TEXT, .words = kinds},
    {.name = "text", .type = BODY_TEXT, .is_optional = true},
    {.name = "test", .type = BODY_TRUTH},
    {.name = "nearest", .type = BODY_OBJECTS, .fields = near_fields},
    {0},
};
static const struct body_field distress_field = {
    .name = "distress", .type = BODY_OBJECT, .fields = distress_fields};

static json_t *make_near(const struct rule_near *near)
{
    json_t *o = json_object();
    body_put(o, "mmsi", json_integer((json_int_t)near->mmsi));
    body_put_text(o, "name", near->name);
    body_put(o, "watched", json_boolean(near->is_watched));
    body_put(o, "distance_nm", body_rounded(near->distance_m / NM_M, 0.1));
    body_put(o, "bearing_deg", body_rounded(near->bearing_deg, 1));
    body_put(o, "last_seen", body_time(near->heard_ms));
    return o;
}

static json_t *make_distress(const struct rule_look *look, const struct finding *f)
{
    const struct told *told = f->detail;
    json_t *o = json_object(), *nearest = json_array();
    /* 970, 972, 974: ITU-R M.585-9 annex 2. */
    body_put_text(o, "kind", kinds[(look->subject->mmsi / 1000000 - 970) / 2]);
    body_put_text(o, "text", told->device->text);
    body_put(o, "test", json_boolean(told->device->is_test));
    for (size_t i = 0; i < told->near_count; i++)
        json_array_append_new(nearest, make_near(&told->near[i]));
    body_put(o, "nearest", nearest);
    return o;
}

static bool is_place_unknown(const struct finding *f)
{
    return !((const struct told *)f->detail)->has_pos;
}

/* A test is told as info, whatever severity the rule has. */
static enum severity find_severity_of_test(const struct finding *f, enum severity of_rule)
{
    return ((const struct told *)f->detail)->device->is_test ? SEVERITY_INFO : of_rule;
}

static const struct rule_member members[] = {{&distress_field, make_distress, NULL}, {0}};

static const struct rule_event events[] = {
    {"hear", "distress.heard", SEVERITY_CRITICAL, .say = say_heard, .members = members,
     .is_nowhere = is_place_unknown, .find_severity = find_severity_of_test},
};

/* --- what is kept --- */

/* Distress and test have an alert each: an alert of one does not suppress an alert of the
 * other. */
enum { DISTRESS, TEST, TELLINGS };
struct telling {
    bool is_told, has_pos;
    struct geo_pos pos; /* the device's place in the last alert */
};
struct distress_state {
    struct telling tellings[TELLINGS];
};

static int make_state(struct rule_look *look)
{
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct distress_state));
    return *look->state != NULL ? 0 : ERR_NOMEM;
}

/* Is the device's position known? A position from before a silence does not count. */
static bool knows_place(const struct rule_look *look, int64_t time_ms)
{
    const struct settings *settings = look->rule->settings;
    const struct track *track = look->subject->track;
    return track != NULL && time_ms - track->last.time_ms < settings->again_after_ms;
}

/* Is an alert due? A test is not told again when its position becomes known. */
static bool is_telling_due(const struct rule_look *look, const struct telling *telling,
                           bool is_test, bool has_pos)
{
    const struct settings *settings = look->rule->settings;
    if (!telling->is_told)
        return true;
    if (!has_pos)
        return false;
    if (!telling->has_pos)
        return !is_test;
    return geo_distance_m(telling->pos, look->subject->track->last.pos) >=
           settings->again_beyond_m;
}

static int tell_device(struct rule_look *look, const struct distress_event *event,
                       bool has_pos)
{
    const struct settings *settings = look->rule->settings;
    const struct distress_device *device = event->device;
    struct told told = {.device = device, .has_pos = has_pos};
    struct finding f = {
        .event = 0,
        .time_ms = event->time_ms,
        .evidence_ms = TIME_NONE,
        .object = device->is_test,
        .detail = &told,
    };
    if (has_pos) {
        f.pos = look->subject->track->last.pos;
        struct rule_near_ask ask = {f.pos, settings->nearby_m,
                                    event->time_ms - settings->seen_within_ms, 0};
        told.near_count = look->nearest(look->context, &ask, told.near, NEAREST_MAX);
    }
    snprintf(f.occurrence, sizeof f.occurrence, "%s%lld", device->is_test ? "test " : "",
             (long long)event->time_ms);
    return rule_raise(look, &f);
}

static int on_distress(struct rule_look *look, const struct distress_event *event)
{
    const struct settings *settings = look->rule->settings;
    bool is_test = event->device->is_test;
    if (make_state(look) != 0)
        return ERR_NOMEM;
    struct distress_state *state = *look->state;
    if (event->unheard_ms >= settings->again_after_ms)
        memset(state, 0, sizeof *state);
    struct telling *telling = &state->tellings[is_test ? TEST : DISTRESS];
    bool has_pos = knows_place(look, event->time_ms);
    if (!event->is_news || (is_test && !settings->tests) ||
        !is_telling_due(look, telling, is_test, has_pos))
        return 0;
    telling->is_told = true;
    telling->has_pos = has_pos;
    if (has_pos)
        telling->pos = look->subject->track->last.pos;
    return tell_device(look, event, has_pos);
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct distress_state *state = *look->state;
    for (int i = 0; i < TELLINGS; i++) {
        const struct telling *t = &state->tellings[i];
        wire_put_u64(out, (t->is_told ? 1u : 0u) | (t->has_pos ? 2u : 0u));
        wire_put_i64(out, t->pos.lat_e7);
        wire_put_i64(out, t->pos.lon_e7);
    }
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    if (make_state(look) != 0)
        return ERR_NOMEM;
    struct distress_state *state = *look->state;
    for (int i = 0; i < TELLINGS; i++) {
        struct telling *t = &state->tellings[i];
        uint64_t flags = wire_get_limited(in, 3);
        t->is_told = (flags & 1) != 0;
        t->has_pos = (flags & 2) != 0;
        t->pos.lat_e7 = (int32_t)wire_get_i64(in);
        t->pos.lon_e7 = (int32_t)wire_get_i64(in);
    }
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .on_distress = on_distress, .save = save_state, .load = load_state, .forget = free};

const struct rule_kind kind_distress = {
    .name = "distress",
    .doc = "an AIS-SART, a man overboard device or an EPIRB is heard",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
