/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences and members of the alerts of identities. */
#include "identity_tell_int.h"

#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/track/vessel_type.h"

/* --- what changed --- */

static const char *name_type(uint32_t type)
{
    return type >= 1 && type <= VESSEL_TYPES ? vessel_type_names[type - 1] : "";
}

struct identity_told identity_tell_change(const struct rule_look *look,
                                          const struct identity_event *event)
{
    struct identity_told told = {
        .what = event->what, .from = "", .to = "", .event = event};
    if (event->what == IDENTITY_MMSI) {
        told.from_number = event->other;
        told.to_number = look->subject->mmsi;
        told.since_ms = event->since_ms;
        told.messages = event->messages;
        return told;
    }
    told.since_ms = event->change->from_since_ms;
    told.messages = event->change->messages;
    told.from = event->change->from_text;
    told.to = held_text(event->now);
    told.from_number = event->change->from_number;
    told.to_number = held_number(event->now);
    if (event->what == IDENTITY_TYPE) {
        told.from = name_type(told.from_number);
        told.to = name_type(told.to_number);
    }
    return told;
}

static const char *const value_words[] = {
    [IDENTITY_NAME] = "the name",      [IDENTITY_CALLSIGN] = "the call sign",
    [IDENTITY_TYPE] = "the type",      [IDENTITY_SIZE] = "the length",
    [IDENTITY_IMO] = "the IMO number",
};

static void say_value(struct say_writer *w, const struct identity_told *told,
                      const char *text, uint32_t number)
{
    if (told->what == IDENTITY_SIZE)
        say_text(w, "%u m", number);
    else if (text[0] != '\0')
        say_text(w, "%s", text);
    else
        say_text(w, "%u", number);
}

static void say_new_mmsi(struct say_writer *w, const struct rule_look *look,
                         const struct identity_told *told)
{
    const struct identity_event *event = told->event;
    const char *flag = vessel_flag(event->other);
    say_text(w, " is the ship that was MMSI %09u", event->other);
    if (flag[0] != '\0')
        say_text(w, ", flag %s", flag);
    if (event->other_name[0] != '\0' &&
        strcmp(event->other_name, look->subject->info->name) != 0)
        say_text(w, ", %s", event->other_name);
    say_text(w, ", before: it sends the IMO number %u, in %u messages until ",
             held_number(event->now), told->messages);
    say_time(w, event->time_ms);
    say_text(w, ". Under the old MMSI it was heard last ");
    say_time(w, event->until_ms);
    say_text(w, ", %.0f nm away.", event->apart_m / NM_M);
}

void identity_tell_say_changed(struct say_writer *w, const struct rule_look *look,
                               const struct finding *f)
{
    const struct identity_told *told = f->detail;
    if (told->what == IDENTITY_MMSI) {
        say_new_mmsi(w, look, told);
        return;
    }
    say_text(w, " sends %s ", value_words[told->what]);
    say_value(w, told, told->to, told->to_number);
    say_text(w, ", in %u messages until ", told->messages);
    say_time(w, f->time_ms);
    say_text(w, "; before, it sent ");
    say_value(w, told, told->from, told->from_number);
    if (told->since_ms != TIME_NONE) {
        say_text(w, " since ");
        say_time(w, told->since_ms);
    }
    say_text(w, ".");
}

static const char *const changed_words[] = {"name", "callsign", "type", "size",
                                            "imo",  "mmsi",     NULL};
static const struct body_field changed_fields[] = {
    {.name = "what", .type = BODY_TEXT, .words = changed_words},
    {.name = "from", .type = BODY_VALUE},
    {.name = "to", .type = BODY_VALUE},
    {.name = "from_since", .type = BODY_TIME, .is_optional = true},
    {.name = "messages", .type = BODY_INTEGER, .least = 2},
    {.name = "from_flag", .type = BODY_TEXT, .is_optional = true},
    {.name = "to_flag", .type = BODY_TEXT, .is_optional = true},
    {.name = "last_seen", .type = BODY_TIME, .is_optional = true},
    {.name = "distance_nm", .type = BODY_NUMBER, .is_optional = true},
    {0},
};
const struct body_field identity_tell_changed_field = {
    .name = "identity", .type = BODY_OBJECT, .fields = changed_fields};

static json_t *make_value(const char *text, uint32_t number)
{
    return text[0] != '\0' ? body_text(text) : json_integer((json_int_t)number);
}

static json_t *make_changed(const struct rule_look *look, const struct finding *f)
{
    const struct identity_told *told = f->detail;
    json_t *o = json_object();
    body_put_text(o, "what", identity_words[told->what]);
    body_put(o, "from", make_value(told->from, told->from_number));
    body_put(o, "to", make_value(told->to, told->to_number));
    body_put(o, "from_since", body_time(told->since_ms));
    body_put(o, "messages", json_integer((json_int_t)told->messages));
    if (told->what != IDENTITY_MMSI)
        return o;
    body_put_text(o, "from_flag", vessel_flag(told->from_number));
    body_put_text(o, "to_flag", vessel_flag(look->subject->mmsi));
    body_put(o, "last_seen", body_time(told->event->until_ms));
    body_put(o, "distance_nm", body_rounded(told->event->apart_m / NM_M, 0.1));
    return o;
}

const struct rule_member identity_tell_changed[] = {
    {&identity_tell_changed_field, make_changed, NULL}, {0}};

/* --- what is shared --- */

void identity_tell_say_shared(struct say_writer *w, const struct rule_look *look,
                              const struct finding *f)
{
    const struct identity_told *told = f->detail;
    const struct identity_event *event = told->event;
    (void)look;
    if (told->what == IDENTITY_TWO_PLACES) {
        say_text(w, " is heard in turn at two places, %.0f nm apart, here at ",
                 event->apart_m / NM_M);
        say_time(w, f->time_ms);
        say_text(w, " and at ");
        say_place(w, event->other_pos);
        say_text(w, ": two transmitters use this MMSI.");
        return;
    }
    say_text(w, " and MMSI %09u", event->other);
    if (event->other_name[0] != '\0')
        say_text(w, ", %s,", event->other_name);
    say_text(w, " are heard in turn with the same IMO number %u, %.0f nm apart, at ",
             held_number(event->now), event->apart_m / NM_M);
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static const char *const shared_words[] = {"two_mmsis", "two_places", NULL};
static const struct body_field shared_fields[] = {
    {.name = "what", .type = BODY_TEXT, .words = shared_words},
    {.name = "mmsi", .type = BODY_NUMBERS, .least = 1},
    {.name = "imo", .type = BODY_INTEGER, .is_optional = true},
    {.name = "positions", .type = BODY_POINTS, .least = 2},
    {.name = "names", .type = BODY_TEXTS},
    {.name = "apart_nm", .type = BODY_NUMBER},
    {0},
};
static const struct body_field shared_field = {
    .name = "identity", .type = BODY_OBJECT, .fields = shared_fields};

static void add_once(json_t *names, const char *name)
{
    json_t *text = name[0] != '\0' ? body_text(name) : NULL;
    if (text == NULL)
        return;
    bool is_known = json_equal(json_array_get(names, 0), text);
    if (is_known)
        json_decref(text);
    else
        json_array_append_new(names, text);
}

/* Hers first. */
static json_t *make_shared_member(const struct rule_look *look, const struct finding *f)
{
    const struct identity_told *told = f->detail;
    const struct identity_event *event = told->event;
    json_t *o = json_object(), *mmsis = json_array(), *positions = json_array(),
           *names = json_array();
    json_array_append_new(mmsis, json_integer((json_int_t)look->subject->mmsi));
    if (told->what == IDENTITY_TWO_MMSIS)
        json_array_append_new(mmsis, json_integer((json_int_t)event->other));
    json_array_append_new(positions, body_point(event->pos));
    json_array_append_new(positions, body_point(event->other_pos));
    add_once(names, look->subject->info->name);
    add_once(names, event->other_name);
    body_put_text(o, "what", identity_words[told->what]);
    body_put(o, "mmsi", mmsis);
    if (told->what == IDENTITY_TWO_MMSIS)
        body_put(o, "imo", json_integer((json_int_t)held_number(event->now)));
    body_put(o, "positions", positions);
    body_put(o, "names", names);
    body_put(o, "apart_nm", body_rounded(event->apart_m / NM_M, 0.1));
    return o;
}

const struct rule_member identity_tell_shared[] = {
    {&shared_field, make_shared_member, NULL}, {0}};

/* --- what contradicts itself --- */

void identity_tell_say_inconsistent(struct say_writer *w, const struct rule_look *look,
                                    const struct finding *f)
{
    const struct identity_told *told = f->detail;
    (void)look;
    if (told->what == IDENTITY_MID) {
        say_text(w, " sends under an MMSI whose country digits %u belong to no country, ",
                 told->to_number);
        say_text(w, "heard for half an hour at ");
    } else if (told->what == IDENTITY_IMO_CHECK) {
        say_text(w, " sends %u as its IMO number, which is none, until ",
                 told->to_number);
    } else {
        say_text(w,
                 " sends the call sign %s, which is of %s, under an MMSI of %s, until ",
                 told->to, told->of_value, told->of_flag);
    }
    say_time(w, f->time_ms);
    say_text(w, ".");
}

static const char *const inconsistent_words[] = {"mid", "imo_check", "callsign_flag",
                                                 NULL};
static const struct body_field inconsistent_fields[] = {
    {.name = "what", .type = BODY_TEXT, .words = inconsistent_words},
    {.name = "value", .type = BODY_VALUE},
    {.name = "of", .type = BODY_TEXTS, .is_optional = true, .least = 2},
    {0},
};
static const struct body_field inconsistent_field = {
    .name = "identity", .type = BODY_OBJECT, .fields = inconsistent_fields};

static json_t *make_inconsistent(const struct rule_look *look, const struct finding *f)
{
    const struct identity_told *told = f->detail;
    json_t *o = json_object();
    (void)look;
    body_put_text(o, "what", identity_words[told->what]);
    body_put(o, "value", make_value(told->to, told->to_number));
    if (told->what != IDENTITY_CALLSIGN_FLAG)
        return o;
    json_t *of = json_array();
    json_array_append_new(of, body_text(told->of_value));
    json_array_append_new(of, body_text(told->of_flag));
    body_put(o, "of", of);
    return o;
}

const struct rule_member identity_tell_inconsistent[] = {
    {&inconsistent_field, make_inconsistent, NULL}, {0}};
