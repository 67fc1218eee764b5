/* SPDX-License-Identifier: Apache-2.0 */
/* The closing summary of a replay as JSON: the text on stderr is made from it, and
 * --summary writes it. */
#include "replay_facts_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/track/vessel.h"
#include "lookout/track/vessel_type.h"
#include "replay_int.h"

enum { LISTED = 10 }; /* vessels and ports listed by name */

static void put_number_fact(json_t *o, const char *name, uint64_t value)
{
    json_object_set_new(o, name, json_integer((json_int_t)value));
}

/* --- inputs --- */

/* What was refused, or passed over, by reason. */
static json_t *make_refused(const struct replay_source *s, const struct input_counts *c,
                            bool is_note)
{
    json_t *list = json_array();
    for (int i = 0; i < INPUT_REJECTS; i++) {
        const struct replay_refused *first = &s->refused[i];
        if (c->rejects[i] == 0 || input_reject_is_note((enum input_reject)i) != is_note)
            continue;
        json_t *o = json_object();
        body_put_text(o, "reason", input_reject_name((enum input_reject)i));
        put_number_fact(o, "count", c->rejects[i]);
        if (first->line != 0) {
            put_number_fact(o, "line", first->line);
            put_number_fact(o, "column", first->column);
        }
        body_put_text(o, "example", first->example);
        json_array_append_new(list, o);
    }
    return list;
}

/* The steps of its clock. */
static json_t *make_clock(const struct replay_source *s)
{
    json_t *o = json_object(), *list = json_array();
    put_number_fact(o, "steps", s->step_count);
    put_number_fact(o, "righted", s->righted);
    for (size_t i = 0; i < s->step_count && i < REPLAY_STEPS; i++) {
        const struct merge_step *step = &s->steps[i];
        json_t *one = json_object();
        body_put_text(one, "what", merge_step_name(step->kind));
        if (step->line != 0)
            put_number_fact(one, "line", step->line);
        body_put(one, "from", body_time(step->from_ms));
        body_put(one, "to", body_time(step->to_ms));
        json_object_set_new(one, "by_s",
                            body_rounded((double)step->by_ms / SECOND_MS, 0.001));
        if (step->reports != 0)
            put_number_fact(one, "reports", step->reports);
        json_array_append_new(list, one);
    }
    json_object_set_new(o, "first", list);
    return o;
}

static json_t *make_input(const struct replay *r, const struct replay_source *s)
{
    const struct input_counts *c = input_counts(s->input);
    const struct merge_counts *m = merge_counts(r->pipeline.merge, s->index);
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"bytes", c->bytes},           {"lines", c->lines},
                  {"items", c->items},           {"service", c->service},
                  {"sentences", c->sentences},   {"records", c->records},
                  {"comments", c->comments},     {"other", c->other},
                  {"messages", c->messages},     {"reports", c->reports},
                  {"no_report", c->no_report},   {"duplicates", m->duplicates},
                  {"far_future", m->far_future}, {"tag_void", c->tag_void}};
    json_t *o = json_object();
    body_put_text(o, "name", s->name);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        put_number_fact(o, counts[i].name, counts[i].value);
    json_object_set_new(o, "refused", make_refused(s, c, false));
    json_object_set_new(o, "passed_over", make_refused(s, c, true));
    json_object_set_new(o, "clock", make_clock(s));
    return o;
}

/* --- alerts --- */

/* Write the rate per day, and per day and 1,000 vessels. A rate is absent when its
 * divisor is 0. */
static void put_rates(json_t *o, const struct replay *r, uint64_t count)
{
    double days = tally_days(&r->tally);
    size_t vessels = replay_facts_vessels(r);
    if (days <= 0)
        return;
    json_object_set_new(o, "per_day", body_rounded((double)count / days, 0.001));
    if (vessels != 0)
        json_object_set_new(
            o, "per_day_per_1000_vessels",
            body_rounded((double)count / days * 1000 / (double)vessels, 0.001));
}

static json_t *make_alerts(const struct replay *r)
{
    const struct tally *t = &r->tally;
    json_t *o = json_object();
    put_number_fact(o, "total", t->alerts);
    put_number_fact(o, "critical", t->critical);
    put_number_fact(o, "muted", t->muted);
    put_number_fact(o, "folded", t->folded);
    put_rates(o, r, t->alerts);
    return o;
}

static json_t *make_rules(const struct replay *r)
{
    const struct tally_row **rows = NULL;
    json_t *list = json_array();
    size_t n = tally_sort_rows(&r->tally, &rows);
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();
        body_put_text(o, "rule", rows[i]->rule);
        body_put_text(o, "type", rows[i]->type);
        put_number_fact(o, "alerts", rows[i]->count);
        put_number_fact(o, "critical", rows[i]->critical);
        put_rates(o, r, rows[i]->count);
        json_array_append_new(list, o);
    }
    free(rows);
    return list;
}

static json_t *make_port_rows(const struct replay *r)
{
    const struct tally_port **ports = NULL;
    json_t *list = json_array();
    size_t n = tally_sort_ports(&r->tally, &ports);
    for (size_t i = 0; i < n && i < LISTED; i++) {
        json_t *o = json_object();
        body_put_text(o, "locode", ports[i]->locode);
        body_put_text(o, "name", ports[i]->name);
        put_number_fact(o, "calls", ports[i]->calls);
        put_number_fact(o, "alerts", ports[i]->alerts);
        json_array_append_new(list, o);
    }
    free(ports);
    return list;
}

/* --- vessels --- */

/* Write the name and type that the engine knows; for a distress device, its kind. */
static void put_who(json_t *o, const struct engine *e, uint32_t mmsi)
{
    struct buf text = {0};
    const char *device = vessel_distress_name(mmsi);
    json_t *known = NULL;
    if (device == NULL && engine_describe(e, mmsi, &text) == 0)
        known = json_loads(buf_text(&text), 0, NULL);
    json_t *name = json_object_get(known, "name"), *type = json_object_get(known, "type");
    int number =
        json_is_integer(type) ? vessel_type_of((uint8_t)json_integer_value(type)) : -1;
    body_put_text(o, "name", json_string_value(name));
    body_put_text(o, "type", number >= 0 ? vessel_type_names[number] : device);
    json_decref(known);
    buf_finish(&text);
}

static json_t *make_noisiest(const struct replay *r)
{
    const struct tally_vessel **vessels = NULL;
    json_t *list = json_array();
    size_t n = tally_sort_vessels(&r->tally, &vessels);
    for (size_t i = 0; i < n && i < LISTED; i++) {
        const struct tally_vessel *v = vessels[i];
        json_t *o = json_object(), *rules = json_array();
        put_number_fact(o, "mmsi", v->mmsi);
        put_who(o, r->pipeline.engine, v->mmsi);
        put_number_fact(o, "alerts", v->count);
        for (size_t k = 0; k < v->rule_count; k++) {
            json_t *rule = json_object();
            body_put_text(rule, "rule", v->rules[k].id);
            put_number_fact(rule, "alerts", v->rules[k].count);
            json_array_append_new(rules, rule);
        }
        json_object_set_new(o, "rules", rules);
        json_array_append_new(list, o);
    }
    free(vessels);
    return list;
}

size_t replay_facts_vessels(const struct replay *r)
{
    return engine_vessel_count(r->pipeline.engine) +
           (size_t)engine_counts(r->pipeline.engine)->vessels_forgotten;
}

/* --- all of it --- */

static json_t *make_reports(const struct engine_counts *c)
{
    json_t *o = json_object();
    put_number_fact(o, "total", c->reports);
    put_number_fact(o, "fixes", c->fixes);
    put_number_fact(o, "waiting", c->implausible);
    put_number_fact(o, "not_newer", c->old);
    put_number_fact(o, "no_ship", c->not_a_ship);
    put_number_fact(o, "distress", c->distress);
    put_number_fact(o, "with_static_data", c->statics);
    return o;
}

static json_t *make_calls(const struct tally *t)
{
    json_t *o = json_object();
    put_number_fact(o, "total",
                    t->calls[CALL_SEEN] + t->calls[CALL_SUMMED] + t->calls[CALL_SILENCE]);
    put_number_fact(o, "seen", t->calls[CALL_SEEN]);
    put_number_fact(o, "summed", t->calls[CALL_SUMMED]);
    put_number_fact(o, "silence", t->calls[CALL_SILENCE]);
    return o;
}

json_t *replay_facts(const struct replay *r)
{
    const struct engine_counts *c = engine_counts(r->pipeline.engine);
    const struct tally *t = &r->tally;
    json_t *o = json_object(), *inputs = json_array();
    for (size_t i = 0; i < r->source_count; i++)
        json_array_append_new(inputs, make_input(r, &r->sources[i]));
    json_object_set_new(o, "inputs", inputs);
    body_put(o, "from", body_time(t->first_ms));
    body_put(o, "to", t->first_ms != TIME_NONE ? body_time(t->last_ms) : NULL);
    json_object_set_new(o, "days", body_rounded(tally_days(t), 0.00001));
    put_number_fact(o, "vessels", replay_facts_vessels(r));
    json_object_set_new(o, "reports", make_reports(c));
    json_object_set_new(o, "calls", make_calls(t));
    put_number_fact(o, "voyages", c->voyages);
    json_object_set_new(o, "alerts", make_alerts(r));
    json_object_set_new(o, "rules", make_rules(r));
    json_object_set_new(o, "ports", make_port_rows(r));
    json_object_set_new(o, "noisiest", make_noisiest(r));
    json_object_set_new(o, "patterns", replay_oceans(r));
    return o;
}
