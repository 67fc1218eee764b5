/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts of lists of ships: a ship was put on one or taken off it, a list was refused. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lookout/alert/alert.h"
#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/alert/severity.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

static json_t *list_data(const struct alert *a, const char *summary)
{
    json_t *data = json_object();
    body_put_text(data, "severity", severity_name((enum severity)a->severity));
    body_put(data, "detected_at", body_time(a->detected_ms));
    body_put_text(data, "summary", summary);
    return data;
}

/* --- a ship --- */

enum { SUBJECT_BYTES = 48 };

/* Who it is: by the MMSI where one is known, else by IMO number, else by the list. */
static void name_subject(const json_t *data, char ret_text[SUBJECT_BYTES])
{
    const json_t *vessel = json_object_get(data, "vessel");
    json_int_t mmsi = json_integer_value(json_object_get(vessel, "mmsi"));
    json_int_t imo = json_integer_value(json_object_get(vessel, "imo"));
    const char *list =
        json_string_value(json_object_get(json_object_get(data, "list"), "id"));
    if (mmsi != 0)
        snprintf(ret_text, SUBJECT_BYTES, "mmsi/%09lld", (long long)mmsi);
    else if (imo != 0)
        snprintf(ret_text, SUBJECT_BYTES, "imo/%lld", (long long)imo);
    else
        snprintf(ret_text, SUBJECT_BYTES, "list/%.40s", list != NULL ? list : "");
}

static json_t *make_listed_vessel(const struct alert_listing *l)
{
    if (l->ship->info != NULL)
        return body_vessel(l->ship);
    json_t *o = json_object();
    if (l->entry->mmsi != 0)
        body_put(o, "mmsi", json_integer((json_int_t)l->entry->mmsi));
    if (l->entry->imo != 0)
        body_put(o, "imo", json_integer((json_int_t)l->entry->imo));
    body_put_text(o, "name", l->entry->name);
    body_put_text(o, "callsign", l->entry->callsign);
    body_put(o, "watched", json_boolean(l->ship->watch != NULL));
    if (l->ship->watch != NULL)
        body_put_watch(o, l->ship->watch);
    return o;
}

static json_t *make_list(const struct alert_listing *l)
{
    json_t *o = json_object(), *programs = json_array();
    body_put_text(o, "id", l->list->id);
    body_put_text(o, "entry", l->source->entry);
    for (size_t i = 0; i < l->source->program_count; i++)
        json_array_append_new(programs, body_text(l->source->programs[i]));
    body_put(o, "programs", programs);
    body_put_text(o, "file", l->list->file);
    body_put_text(o, "sha256", l->list->sha256);
    body_put_text(o, "published", l->list->published);
    return o;
}

static void say_unheard(struct say_writer *w, const struct watch_entry *e)
{
    const char *name = e->name[0] != '\0' ? e->name : "An unnamed vessel";
    say_text(w, "%s (", name);
    if (e->imo != 0)
        say_text(w, "IMO %u, ", e->imo);
    if (e->mmsi != 0)
        say_text(w, "MMSI %09u, ", e->mmsi);
    say_text(w, "not heard yet)");
}

/* "NAME (...) was put on the list OFAC-SDN, entry 1001, programs DPRK4; ..." */
static int say_listing(const struct alert_context *context, const struct alert_listing *l,
                       struct buf *out)
{
    struct say_writer w = {.out = out, .timezone = context->timezone};
    const struct watch_source *s = l->source;
    if (l->ship->info != NULL)
        say_ship(&w, l->ship);
    else
        say_unheard(&w, l->entry);
    say_text(&w, l->is_listed ? " was put on the list %s" : " was taken off the list %s",
             l->list->id);
    if (s->entry[0] != '\0')
        say_text(&w, ", entry %s", s->entry);
    if (s->program_count > 0)
        say_text(&w, s->program_count > 1 ? ", programs " : ", program ");
    for (size_t i = 0; i < s->program_count; i++)
        say_text(&w, "%s%s", i != 0 ? ", " : "", s->programs[i]);
    say_text(&w, "; the list was read ");
    say_time(&w, l->read_ms);
    if (l->list->published[0] != '\0')
        say_text(&w, ", published %s", l->list->published);
    say_text(&w, ".");
    return w.rc;
}

int alert_list_begin(const struct alert_context *context, const struct alert_listing *l,
                     struct alert *ret_alert, struct json_t **ret_data)
{
    struct alert a = {.severity = SEVERITY_WARNING,
                      .mmsi = l->ship->mmsi != 0 ? l->ship->mmsi : l->entry->mmsi,
                      .imo = l->entry->imo,
                      .time_ms = l->read_ms,
                      .detected_ms = l->read_ms};
    struct buf text = {0}, occurrence = {0};
    char subject[SUBJECT_BYTES];
    text_copy(a.type, sizeof a.type,
              l->is_listed ? "lookoutd.vessel.listed" : "lookoutd.vessel.delisted");
    int rc = say_listing(context, l, &text);
    json_t *data = rc == 0 ? list_data(&a, buf_text(&text)) : NULL;
    body_put(data, "vessel", make_listed_vessel(l));
    body_put(data, "list", make_list(l));
    if (context->link != NULL && l->ship->info != NULL)
        body_put(data, "link", body_link(context->link, l->ship));
    name_subject(data, subject);
    rc = data == NULL ? ERR_NOMEM
                      : buf_printf(&occurrence, "%s\n%s\n%s", l->list->id,
                                   l->source->entry, l->list->sha256);
    if (rc == 0)
        rc = alert_identify(&a, subject, buf_text(&occurrence));
    buf_finish(&text);
    buf_finish(&occurrence);
    if (rc != 0) {
        json_decref(data);
        return rc;
    }
    *ret_alert = a;
    *ret_data = data;
    return 0;
}

int alert_list_seal(struct alert *a, const char *site, struct json_t *data)
{
    char subject[SUBJECT_BYTES];
    name_subject(data, subject);
    return alert_seal(a, site, subject, data);
}

/* --- a list --- */

static json_t *make_refused_list(const struct alert_refusal *r)
{
    json_t *o = json_object();
    size_t removed = r->ships < r->ships_before ? r->ships_before - r->ships : 0;
    body_put_text(o, "id", r->id);
    body_put_text(o, "file", r->file);
    body_put_text(o, "sha256", r->sha256);
    body_put(o, "ships", json_integer((json_int_t)r->ships));
    body_put(o, "removed", json_integer((json_int_t)removed));
    body_put_text(o, "reason", r->reason);
    return o;
}

int alert_list_make_refused(const struct alert_context *context,
                            const struct alert_refusal *r, struct alert *ret_alert)
{
    struct alert a = {
        .severity = SEVERITY_CRITICAL, .time_ms = r->read_ms, .detected_ms = r->read_ms};
    struct buf text = {0}, subject = {0}, occurrence = {0};
    struct say_writer w = {.out = &text, .timezone = context->timezone};
    text_copy(a.type, sizeof a.type, "lookoutd.list.refused");
    say_text(&w, "The list %s was refused at ", r->id);
    say_time(&w, r->read_ms);
    say_text(&w, ": %s. The list that was read before goes on, with %zu ships.",
             r->reason, r->ships_before);
    int rc = w.rc != 0 ? w.rc : buf_printf(&subject, "list/%s", r->id);
    if (rc == 0)
        rc = buf_printf(&occurrence, "%s\n%s\n%s", r->in_force, r->sha256, r->reason);
    if (rc == 0)
        rc = alert_identify(&a, buf_text(&subject), buf_text(&occurrence));
    if (rc == 0) {
        json_t *data = list_data(&a, buf_text(&text));
        body_put(data, "list", make_refused_list(r));
        rc = alert_seal(&a, context->site, buf_text(&subject), data);
    }
    buf_finish(&text);
    buf_finish(&subject);
    buf_finish(&occurrence);
    if (rc == 0)
        *ret_alert = a;
    return rc;
}
