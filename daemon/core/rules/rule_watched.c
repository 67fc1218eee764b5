/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of watched ships without any rule: that one sends another IMO number. */
#include "lookout/rules/rule_watched.h"

#include "identity_tell_int.h"

/* It is told as a rule of kind identity tells it. */
static struct identity_told tell_of(const struct finding *f)
{
    const struct rule_watched_imo *imo = f->detail;
    return (struct identity_told){.what = IDENTITY_IMO,
                                  .from = "",
                                  .to = "",
                                  .from_number = imo->from,
                                  .to_number = imo->to,
                                  .since_ms = imo->from_ms,
                                  .messages = imo->messages};
}

static void say_imo_changed(struct say_writer *w, const struct rule_look *look,
                            const struct finding *f)
{
    const struct identity_told told = tell_of(f);
    struct finding changed = *f;
    changed.detail = &told;
    identity_tell_say_changed(w, look, &changed);
}

static struct json_t *make_imo_changed(const struct rule_look *look,
                                       const struct finding *f)
{
    const struct identity_told told = tell_of(f);
    struct finding changed = *f;
    changed.detail = &told;
    return identity_tell_changed[0].make(look, &changed);
}

static const struct rule_member members[] = {
    {&identity_tell_changed_field, make_imo_changed, NULL}, {0}};
static const struct rule_event events[] = {
    {"imo", "identity.changed", SEVERITY_WARNING, .say = say_imo_changed,
     .members = members},
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
