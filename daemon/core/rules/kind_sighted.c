/* SPDX-License-Identifier: Apache-2.0 */
/* Rule kind sighted: a vessel is heard for the first time, or again after a long silence.
 * If only a later message identifies a ship as one of the rule's ships, the alert is made
 * then, and it describes the ship's first fix. */
#include <stdio.h>
#include <stdlib.h>

#include "kinds_int.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_run.h"

struct settings {
    int64_t again_after_ms; /* TIME_NONE: the first fix alone */
};

/* clang-format off */
static const struct key keys[] = {
    {.name = "again_after", .type = KEY_DURATION, KEY_AT(settings, again_after_ms), .least = MINUTE_MS, .most = 3650.0 * DAY_MS, .doc = "tell again after a silence of this length; left out: once"},
    {0},
};
/* clang-format on */

static void set_defaults(void *settings)
{
    struct settings *s = settings;
    s->again_after_ms = TIME_NONE;
}

/* --- what is told --- */

static void say_sighted(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    const int64_t *since_ms = f->detail; /* last fix before; TIME_NONE */
    bool is_first = *since_ms == TIME_NONE;
    (void)look;
    say_text(w, is_first ? " is heard for the first time " : " is heard again ");
    say_time(w, f->time_ms);
    if (!is_first) {
        say_text(w, " after ");
        say_span(w, f->time_ms - *since_ms);
        say_text(w, " of silence");
    }
    say_text(w, ".");
}

static json_t *make_since(const struct rule_look *look, const struct finding *f)
{
    const int64_t *since_ms = f->detail;
    (void)look;
    return body_time(*since_ms);
}

static const struct body_field since_field = {
    .name = "since", .type = BODY_TIME, .is_optional = true};
static const struct rule_member members[] = {{&since_field, make_since, NULL}, {0}};

static const struct rule_event events[] = {
    {"sight", "vessel.sighted", SEVERITY_INFO, .say = say_sighted, .members = members},
};

/* --- what is kept --- */

/* The state exists if the ship was told. */
struct sighted_state {
    char is_told;
};

static int mark_told(struct rule_look *look)
{
    if (*look->state == NULL)
        *look->state = calloc(1, sizeof(struct sighted_state));
    return *look->state != NULL ? 0 : ERR_NOMEM;
}

static int tell_sighting(struct rule_look *look, const struct track_fix *fix,
                         int64_t since_ms)
{
    struct finding f = {
        .event = 0,
        .time_ms = fix->time_ms,
        .evidence_ms = fix->time_ms,
        .pos = fix->pos,
        .detail = &since_ms,
    };
    snprintf(f.occurrence, sizeof f.occurrence, "%lld", (long long)fix->time_ms);
    int rc = rule_raise(look, &f);
    return rc != 0 ? rc : mark_told(look);
}

/* Tell a ship that is heard for the first time. It may only seem so: the ship may have
 * been told before and forgotten since. */
static int tell_first(struct rule_look *look, const struct track_fix *fix)
{
    const struct settings *settings = look->rule->settings;
    int64_t before_ms = look->heard_before(look->context, look);
    bool is_known =
        before_ms != TIME_NONE && (settings->again_after_ms == TIME_NONE ||
                                   fix->time_ms - before_ms < settings->again_after_ms);
    return is_known ? mark_told(look) : tell_sighting(look, fix, before_ms);
}

static int on_covered(struct rule_look *look)
{
    const struct track *track = look->subject->track;
    return *look->state == NULL ? tell_first(look, &track->first) : 0;
}

/* A ship that was heard before the rule covered it (the configuration changed) counts as
 * heard again. */
static int on_fix(struct rule_look *look, const struct track_fix *before)
{
    if (!look->is_covered)
        return 0;
    const struct track *track = look->subject->track;
    int64_t time_ms = track->last.time_ms;
    int64_t again_ms = ((const struct settings *)look->rule->settings)->again_after_ms;
    bool is_again = before != NULL && again_ms != TIME_NONE &&
                    time_ms - before->time_ms - look->subject->silence_ms >= again_ms;
    if (*look->state != NULL && !is_again)
        return 0;
    if (look->subject->is_in_place)
        return mark_told(look);
    return before != NULL ? tell_sighting(look, &track->last, before->time_ms)
                          : tell_first(look, &track->last);
}

static void save_state(const struct rule_look *look, struct wire_writer *out)
{
    (void)look;
    wire_put_u64(out, 1);
}

static int load_state(struct rule_look *look, struct wire_reader *in)
{
    return wire_get_u64(in) == 1 ? mark_told(look) : ERR_CORRUPT;
}

static unsigned list_asks(const struct rule *rule)
{
    const struct settings *s = rule->settings;
    return s->again_after_ms != TIME_NONE ? RULE_ASKS_COVERED | RULE_ASKS_KEEPING
                                          : RULE_ASKS_COVERED;
}

static const struct rule_hooks hooks = {.keeps_marks = true,
                                        .asks = list_asks,
                                        .on_fix = on_fix,
                                        .on_covered = on_covered,
                                        .save = save_state,
                                        .load = load_state,
                                        .forget = free};

const struct rule_kind kind_sighted = {
    .name = "sighted",
    .doc = "a vessel is heard for the first time, or again after a long silence",
    .keys = keys,
    .settings_bytes = sizeof(struct settings),
    .events = events,
    .event_count = KINDS_COUNT(events),
    .set_defaults = set_defaults,
    .hooks = &hooks,
};
