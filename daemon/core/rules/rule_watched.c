/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of watched ships without any rule: that one sends another IMO number. */
#include "lookout/rules/rule_watched.h"

#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

static void say_imo_changed(struct say_writer *w, const struct rule_look *look,
                            const struct finding *f)
{
    const struct rule_watched_imo *told = f->detail;
    (void)look;
    say_text(w, " sends the IMO number %u, in %u messages until ", told->to,
             told->messages);
    say_time(w, f->time_ms);
    say_text(w, "; before, it sent %u", told->from);
    if (told->from_ms != TIME_NONE) {
        say_text(w, " since ");
        say_time(w, told->from_ms);
    }
    say_text(w, ".");
}

static const char *const whats[] = {"imo", NULL};
static const struct body_field identity_fields[] = {
    {.name = "what", .type = BODY_TEXT, .words = whats},
    {.name = "from", .type = BODY_INTEGER},
    {.name = "to", .type = BODY_INTEGER},
    {.name = "from_since", .type = BODY_TIME, .is_optional = true},
    {.name = "messages", .type = BODY_INTEGER, .least = 2},
    {0},
};
static const struct body_field identity_field = {
    .name = "identity", .type = BODY_OBJECT, .fields = identity_fields};

static json_t *make_identity(const struct rule_look *look, const struct finding *f)
{
    const struct rule_watched_imo *told = f->detail;
    json_t *o = json_object();
    (void)look;
    body_put_text(o, "what", "imo");
    body_put(o, "from", json_integer((json_int_t)told->from));
    body_put(o, "to", json_integer((json_int_t)told->to));
    if (told->from_ms != TIME_NONE)
        body_put(o, "from_since", body_time(told->from_ms));
    body_put(o, "messages", json_integer((json_int_t)told->messages));
    return o;
}

static const struct rule_member members[] = {{&identity_field, make_identity, NULL}, {0}};
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
