/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind identity: what a vessel says of itself changes, is said by two, or cannot be.
 * What is told of a change and of two is found by the engine, ship by ship; what cannot
 * be is looked at here, when the last of what it takes comes. */
#include <stdio.h>
#include <stdlib.h>

#include "identity_tell_int.h"
#include "kinds_int.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/track/callsign.h"

enum { EVENT_COUNT = IDENTITY_WHATS };
enum { IMO_CHECK_LENGTH_M = 50 }; /* smaller ships need no IMO number */

static const struct key keys[] = {{0}};

/* The events are in the order of their words; each has a word of its own. */
/* clang-format off */
#define CHANGED .say = identity_tell_say_changed, .members = identity_tell_changed
#define SHARED .say = identity_tell_say_shared, .members = identity_tell_shared
#define INCONSISTENT .say = identity_tell_say_inconsistent, .members = identity_tell_inconsistent
static const struct rule_event events[] = {
    [IDENTITY_NAME]          = {"name",          "identity.changed",      SEVERITY_INFO,    CHANGED},
    [IDENTITY_CALLSIGN]      = {"callsign",      "identity.changed",      SEVERITY_INFO,    CHANGED},
    [IDENTITY_TYPE]          = {"type",          "identity.changed",      SEVERITY_INFO,    CHANGED},
    [IDENTITY_SIZE]          = {"size",          "identity.changed",      SEVERITY_INFO,    CHANGED},
    [IDENTITY_IMO]           = {"imo",           "identity.changed",      SEVERITY_WARNING, CHANGED},
    [IDENTITY_MMSI]          = {"mmsi",          "identity.changed",      SEVERITY_WARNING, CHANGED},
    [IDENTITY_TWO_MMSIS]     = {"two_mmsis",     "identity.shared",       SEVERITY_WARNING, SHARED},
    [IDENTITY_TWO_PLACES]    = {"two_places",    "identity.shared",       SEVERITY_WARNING, SHARED},
    [IDENTITY_MID]           = {"mid",           "identity.inconsistent", SEVERITY_WARNING, INCONSISTENT},
    [IDENTITY_IMO_CHECK]     = {"imo_check",     "identity.inconsistent", SEVERITY_WARNING, INCONSISTENT},
    [IDENTITY_CALLSIGN_FLAG] = {"callsign_flag", "identity.inconsistent", SEVERITY_INFO,    INCONSISTENT},
};
/* clang-format on */

/* --- what is kept --- */

/* The values told of each kind, newest first: each is told once. */
enum { TOLD_KINDS = IDENTITY_WHATS - IDENTITY_MID, TOLD_MOST = 4 };
struct identity_state {
    uint64_t told[TOLD_KINDS][TOLD_MOST]; /* 0: none */
};

static bool is_value_told(const struct identity_state *state, size_t kind, uint64_t key)
{
    for (size_t i = 0; state != NULL && i < TOLD_MOST; i++)
        if (state->told[kind][i] == key)
            return true;
    return false;
}

static int note_told(struct rule_look *look, size_t kind, uint64_t key)
{
    struct identity_state *state = rule_state_of_ship(look);
    if (state == NULL)
        state = *look->state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    for (size_t i = TOLD_MOST - 1; i > 0; i--)
        state->told[kind][i] = state->told[kind][i - 1];
    state->told[kind][0] = key;
    return 0;
}

/* --- what changed, and what is shared --- */

static int raise_event(struct rule_look *look, const struct identity_told *told,
                       const struct identity_event *event, const char *occurrence)
{
    const struct track *track = look->subject->track;
    struct finding f = {.event = told->what,
                        .time_ms = event->time_ms,
                        .evidence_ms = TIME_NONE,
                        .pos = track->last.pos,
                        .detail = told};
    snprintf(f.occurrence, sizeof f.occurrence, "%s %s %lld", identity_words[told->what],
             occurrence, (long long)event->time_ms);
    return rule_raise(look, &f);
}

static int on_identity(struct rule_look *look, const struct identity_event *event)
{
    char occurrence[64];
    if (event->what >= IDENTITY_TWO_MMSIS) {
        const struct identity_told told = {
            .what = event->what, .from = "", .to = "", .event = event};
        snprintf(occurrence, sizeof occurrence, "%09u", event->other);
        return raise_event(look, &told, event, occurrence);
    }
    const struct identity_told told = identity_tell_change(look, event);
    if (told.to[0] != '\0')
        snprintf(occurrence, sizeof occurrence, "%.56s", told.to);
    else
        snprintf(occurrence, sizeof occurrence, "%u", told.to_number);
    return raise_event(look, &told, event, occurrence);
}

/* --- what cannot be --- */

/* Tell it unless the value was told. */
static int tell_value(struct rule_look *look, struct identity_told *told, int64_t time_ms)
{
    size_t kind = told->what - IDENTITY_MID;
    uint64_t key = told->to[0] != '\0' ? hash_text(told->to, 0) | 1 : told->to_number;
    if (is_value_told(rule_state_of_ship(look), kind, key) ||
        (look->rule->events >> told->what & 1u) == 0)
        return 0;
    const struct identity_event event = {.what = told->what, .time_ms = time_ms};
    char occurrence[32];
    snprintf(occurrence, sizeof occurrence, "%016llx", (unsigned long long)key);
    int rc = raise_event(look, told, &event, occurrence);
    return rc == 0 ? note_told(look, kind, key) : rc;
}

/* Digits of a country begin with 2 to 7 (ITU-R M.585). Nine like digits are what tests
 * of transmitters send. */
static bool is_stateless(uint32_t mmsi)
{
    uint32_t first = mmsi / 100000000;
    return first >= 2 && first <= 7 && mmsi != first * 111111111 &&
           vessel_flag(mmsi)[0] == '\0';
}

static int look_at_mid(struct rule_look *look)
{
    const struct rule_subject *s = look->subject;
    const struct track *track = s->track;
    struct identity_told told = {
        .what = IDENTITY_MID, .from = "", .to = "", .to_number = s->mmsi / 1000000};
    if (!is_stateless(s->mmsi) || !track->is_confirmed || s->info->is_class_b ||
        track->fixes < look->world->track->confirm_fixes ||
        track->last.time_ms - track->begun_ms < look->world->track->confirm_ms)
        return 0;
    return tell_value(look, &told, track->last.time_ms);
}

static int look_at_imo(struct rule_look *look, int64_t time_ms)
{
    const struct rule_subject *s = look->subject;
    uint32_t imo = held_number(&s->identity->imo);
    struct identity_told told = {
        .what = IDENTITY_IMO_CHECK, .from = "", .to = "", .to_number = imo};
    if (imo == 0 || vessel_imo_is_valid(imo) || s->info->is_class_b ||
        s->info->length_m < IMO_CHECK_LENGTH_M)
        return 0;
    return tell_value(look, &told, time_ms);
}

static int look_at_callsign(struct rule_look *look, int64_t time_ms)
{
    const struct rule_subject *s = look->subject;
    const struct held *held = identity_value(s->identity, IDENTITY_CALLSIGN);
    const char *callsign = held != NULL ? held_text(held) : "";
    const char *flag = callsign_state_of_flag(vessel_flag(s->mmsi));
    struct identity_told told = {.what = IDENTITY_CALLSIGN_FLAG,
                                 .from = "",
                                 .to = callsign,
                                 .of_value = callsign_state(callsign),
                                 .of_flag = flag};
    if (flag[0] == '\0' || told.of_value[0] == '\0' ||
        hash_text(told.of_value, 0) == hash_text(flag, 0))
        return 0;
    return tell_value(look, &told, time_ms);
}

static int look_at_values(struct rule_look *look, int64_t time_ms)
{
    if (!look->is_covered || look->subject->identity == NULL)
        return 0;
    int rc = look_at_imo(look, time_ms);
    return rc == 0 ? look_at_callsign(look, time_ms) : rc;
}

static int on_static(struct rule_look *look, const struct rule_static *event)
{
    return look_at_values(look, event->report->time_ms);
}

static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    (void)before;
    return look->is_covered ? look_at_mid(look) : 0;
}

/* What holds is told of a ship that is covered only now. */
static int on_covered(struct rule_look *look)
{
    int rc = look_at_mid(look);
    return rc == 0 ? look_at_values(look, look->now_ms) : rc;
}

static unsigned list_asks(const struct rule *rule)
{
    bool asks_mid = (rule->events >> IDENTITY_MID & 1u) != 0;
    return asks_mid ? RULE_ASKS_COVERED | RULE_ASKS_KEEPING : 0;
}

/* --- saved state --- */

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    const struct identity_state *state = *look->state;
    for (size_t i = 0; i < TOLD_KINDS; i++)
        for (size_t k = 0; k < TOLD_MOST; k++)
            wire_put_u64(out, state->told[i][k]);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    struct identity_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR_NOMEM;
    *look->state = state;
    for (size_t i = 0; i < TOLD_KINDS; i++)
        for (size_t k = 0; k < TOLD_MOST; k++)
            state->told[i][k] = wire_get_u64(in);
    return in->failed ? ERR_CORRUPT : 0;
}

static const struct rule_hooks hooks = {
    .keeps_marks = true,
    .asks = list_asks,
    .on_identity = on_identity,
    .on_static = on_static,
    .on_fix = on_fix,
    .on_covered = on_covered,
    .save = save_state,
    .load = load_state,
    .forget = free,
};

const struct rule_kind kind_identity = {
    .name = "identity",
    .doc = "what a vessel says of itself changes, is said by two, or cannot be",
    .leaves_out =
        "the first value of each; one that was held within 30 days, as where two "
        "vessels use one MMSI; names that are cut or padded; MMSIs of tests, such "
        "as 333333333",
    .keys = keys,
    .settings_bytes = 0,
    .events = events,
    .event_count = KINDS_COUNT(events),
    .hooks = &hooks,
};
