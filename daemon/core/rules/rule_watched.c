/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of watched ships without any rule: that one sends another IMO number. It
 * is told as a rule of kind identity tells it. */
#include "lookout/rules/rule_watched.h"

#include <stdio.h>

#include "identity_tell_int.h"

static const struct rule_event events[] = {
    {"imo", "identity.changed", SEVERITY_WARNING, .say = identity_tell_say_changed,
     .members = identity_tell_changed},
};
static const struct rule_hooks hooks = {.keeps_marks = false};
static const struct rule_kind kind = {
    .name = "watched",
    .doc = "what is told of watched vessels without any rule",
    .events = events,
    .event_count = 1,
    .hooks = &hooks,
};

const struct rule rule_watched = {
    .kind = &kind, .events = 1, .severity = {SEVERITY_WARNING}};

int rule_watched_tell(struct rule_look *look, const struct identity_event *event)
{
    const struct identity_told told = identity_tell_change(look, event);
    struct finding f = {.time_ms = event->time_ms,
                        .evidence_ms = TIME_NONE,
                        .pos = look->subject->track->last.pos,
                        .detail = &told};
    snprintf(f.occurrence, sizeof f.occurrence, "imo %u %u %lld", told.from_number,
             told.to_number, (long long)event->change->since_ms);
    return rule_raise(look, &f);
}
