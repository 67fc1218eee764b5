/* SPDX-License-Identifier: Apache-2.0 */
/* The alert of a finding: the parts that all kinds share, around the event's own sentence
 * and members. */
#include <stdio.h>
#include <string.h>

#include "lookout/alert/alert.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/detect/identity.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

/* a speed this much younger than the place is told with its own time */
static const int64_t say_apart_ms = 10 * MINUTE_MS;

static const struct rule_event *event_of(const struct rule_look *look,
                                         const struct finding *f)
{
    return &look->rule->kind->events[f->event];
}

static bool is_place_missing(const struct rule_look *look, const struct finding *f)
{
    const struct rule_event *event = event_of(look, f);
    return event->is_nowhere != NULL && event->is_nowhere(f);
}

struct body_ship rule_alert_ship(const struct rule_subject *s)
{
    return (struct body_ship){s->mmsi, s->info, s->watch, s->matched_by,
                              s->identity != NULL ? s->identity->former : NULL};
}

/* The ship's place at that time; its speed, with the time when that is much later. */
static void say_where(struct say_writer *w, const struct rule_look *look,
                      const struct finding *f)
{
    if (is_place_missing(look, f)) {
        say_text(w, " Its position is not known");
        return;
    }
    const struct track_fix *last = &look->subject->track->last;
    bool is_known = (last->has & FIX_SOG) != 0;
    say_text(w, last->time_ms < f->time_ms ? " Last position " : " Position ");
    say_place(w, f->pos);
    if (is_known && last->time_ms - f->time_ms >= say_apart_ms) {
        say_text(w, "; last report ");
        say_time(w, last->time_ms);
    }
    say_motion(w, last);
}

/* The ship; the event and its time; place, speed, destination. */
static int write_summary(const struct alert_context *context,
                         const struct rule_look *look, const struct finding *f,
                         struct buf *out)
{
    const char *destination = look->subject->info->destination;
    struct body_ship ship = rule_alert_ship(look->subject);
    struct say_writer w = {.out = out, .timezone = context->timezone};
    say_ship(&w, &ship);
    event_of(look, f)->say(&w, look, f);
    say_where(&w, look, f);
    if (destination[0] != '\0')
        say_text(&w, "; destination declared as %s", destination);
    if (look->subject->interference.ships != 0)
        say_text(&w, "; positions of %u ships near her are disturbed",
                 look->subject->interference.ships);
    say_text(&w, ".");
    return w.rc;
}

static enum severity severity_of(const struct rule_look *look, const struct finding *f)
{
    if (look->rule->disturbed != 0 && look->subject->interference.ships != 0)
        return (enum severity)(look->rule->disturbed - 1);
    enum severity of_rule = (enum severity)look->rule->severity[f->event];
    const struct rule_event *event = event_of(look, f);
    return event->find_severity != NULL ? event->find_severity(f, of_rule) : of_rule;
}

/* {ships, within_nm, since}: NULL where positions are not disturbed. */
static json_t *make_interference(const struct rule_look *look)
{
    const struct position_interference *it = &look->subject->interference;
    if (it->ships == 0)
        return NULL;
    json_t *o = json_object();
    body_put(o, "ships", json_integer((json_int_t)it->ships));
    body_put(o, "within_nm", body_rounded(look->world->limits->far_within_m / NM_M, 0.1));
    body_put(o, "since", body_time(it->since_ms));
    return o;
}

/* From evidence_ms on, or the last six hours. */
static json_t *make_evidence(const struct rule_look *look, const struct finding *f)
{
    const struct track *track = look->subject->track;
    int64_t since_ms =
        f->evidence_ms != TIME_NONE ? f->evidence_ms : look->now_ms - 6 * HOUR_MS;
    return body_evidence_json(track, since_ms, track->last.time_ms);
}

/* In the order of the contract's example. */
static json_t *make_data(const struct alert_context *context,
                         const struct rule_look *look, const struct finding *f,
                         const char *summary)
{
    const struct rule_member *member = event_of(look, f)->members;
    struct body_ship ship = rule_alert_ship(look->subject);
    json_t *data = json_object();
    body_put_text(data, "rule", look->rule->id);
    body_put_text(data, "severity", severity_name(severity_of(look, f)));
    if (f->case_id != NULL)
        body_put(data, "case", body_case(*f->case_id));
    body_put(data, "detected_at", body_time(look->now_ms));
    body_put_text(data, "summary", summary);
    body_put(data, "vessel", body_vessel(&ship));
    if (!is_place_missing(look, f)) {
        body_put(data, "position", body_point(f->pos));
        body_put_motion(data, &look->subject->track->last);
    }
    for (; member != NULL && member->field != NULL; member++)
        body_put(data, member->field->name, member->make(look, f));
    body_put(data, "interference", make_interference(look));
    if (context->link != NULL)
        body_put(data, "link", body_link(context->link, &ship));
    if (is_place_missing(look, f))
        return data;
    json_t *evidence = make_evidence(look, f);
    if (evidence == NULL) {
        json_decref(data);
        return NULL;
    }
    body_put(data, "evidence", evidence);
    return data;
}

int rule_alert_make(const struct alert_context *context, const struct rule_look *look,
                    const struct finding *f, struct alert *ret_alert)
{
    struct alert a = {
        .severity = (uint8_t)severity_of(look, f),
        .mmsi = look->subject->mmsi,
        .imo = look->subject->info->imo,
        .time_ms = f->time_ms,
        .detected_ms = look->now_ms,
    };
    char vessel[16], subject[32];
    struct buf summary = {0};
    snprintf(a.type, sizeof a.type, "lookoutd.%s", event_of(look, f)->type);
    text_copy(a.rule, sizeof a.rule, look->rule->id != NULL ? look->rule->id : "");
    if (f->case_id != NULL)
        body_case_text(*f->case_id, a.case_id);
    snprintf(vessel, sizeof vessel, "%09u", a.mmsi);
    snprintf(subject, sizeof subject, "mmsi/%09u", a.mmsi);
    int rc = alert_identify(&a, vessel, f->occurrence);
    if (rc == 0)
        rc = write_summary(context, look, f, &summary);
    if (rc == 0)
        rc = alert_seal(&a, context->site, subject,
                        make_data(context, look, f, buf_text(&summary)));
    buf_finish(&summary);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}
