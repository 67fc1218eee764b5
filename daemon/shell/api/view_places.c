/* SPDX-License-Identifier: Apache-2.0 */
/* Open runs of routes, and ports: walked some at a time. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/key.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/voyage/ports.h"
#include "row.h"
#include "view.h"

enum { RUNS_STEP = 200, PORTS_STEP = 3000 };

struct walk_job {
    struct job job;
    /* 1: there is more to do; 0: the answer is made */
    int (*walk)(struct walk_job *j, const struct api_look *look);
    int (*end)(struct request *q, const json_t *list); /* of runs */
    json_t *list;                                      /* owned */
    uint32_t next;                                     /* MMSI, or index of a port */
    bool *named; /* owned: by index of a port; NULL: not asked yet */
    size_t named_count;
};

static void destroy_walk(struct job *job)
{
    struct walk_job *j = (struct walk_job *)job;
    json_decref(j->list);
    free(j->named);
    free(j);
}

static bool step_walk(struct job *job)
{
    struct walk_job *j = (struct walk_job *)job;
    struct request *q = job->q;
    struct api_look look;
    int rc = api_look(q->api, &look) ? j->walk(j, &look) : ERR_INVALID;
    if (rc > 0)
        return true;
    if (rc != 0 && reply_problem(q, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err_text(rc)))
        q->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    destroy_walk(job);
    if (q->reply.status != 0)
        request_resume(q);
    return false; /* else it was passed on */
}

static int begin_walk(struct request *q,
                      int (*walk)(struct walk_job *j, const struct api_look *look),
                      int (*end)(struct request *q, const json_t *list))
{
    if (q->api->live == NULL)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "this is not served here");
    struct walk_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return ERR_NOMEM;
    j->job = (struct job){.step = step_walk, .destroy = destroy_walk, .q = q};
    j->walk = walk;
    j->end = end;
    j->list = json_array();
    live_add_job(q->api->live, &j->job);
    return 0;
}

/* --- runs: by rule and vessel --- */

static int compare_members(const json_t *a, const json_t *b, const char *name)
{
    const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);
    if (json_is_string(x) && json_is_string(y))
        return strcmp(json_string_value(x), json_string_value(y));
    json_int_t m = json_integer_value(x), n = json_integer_value(y);
    return m < n ? -1 : m > n;
}

static int compare_runs(const void *a, const void *b)
{
    static const char *const members[] = {"rule", "mmsi", "case", "step"};
    json_t *const *x = a, *const *y = b;
    int order = 0;
    for (size_t i = 0; i < 4 && order == 0; i++)
        order = compare_members(*x, *y, members[i]);
    return order;
}

/* Put the list in order. */
static int sort_runs(json_t *list)
{
    size_t count = json_array_size(list);
    json_t **rows = calloc(count + 1, sizeof *rows);
    if (rows == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        rows[i] = json_incref(json_array_get(list, i));
    qsort(rows, count, sizeof *rows, compare_runs);
    for (size_t i = 0; i < count; i++)
        json_array_set_new(list, i, rows[i]);
    free(rows);
    return 0;
}

/* A place in the list holds whatever comes and goes before it: a run like this one (a
 * run may go on in several ways), and which of those. */
struct run_place {
    json_t *run; /* owned */
    int64_t which;
};

static json_t *format_run_place(const json_t *run, int64_t which)
{
    return json_sprintf("%" JSON_INTEGER_FORMAT ".%" JSON_INTEGER_FORMAT ".%lld.%s.%s",
                        json_integer_value(json_object_get(run, "mmsi")),
                        json_integer_value(json_object_get(run, "step")),
                        (long long)which, json_string_value(json_object_get(run, "case")),
                        json_string_value(json_object_get(run, "rule")));
}

static bool read_run_place(const char *text, struct run_place *ret)
{
    int64_t numbers[3];
    for (int i = 0; i < 3; i++) {
        size_t n = strcspn(text, ".");
        if (text[n] != '.' || units_parse_int(text, n, 0, 999999999, &numbers[i]) != 0)
            return false;
        text += n + 1;
    }
    size_t n = strspn(text, "0123456789abcdef");
    if (text[n] != '.')
        return false;
    ret->which = numbers[2];
    ret->run = json_pack("{s:I,s:I,s:s%,s:s}", "mmsi", (json_int_t)numbers[0], "step",
                         (json_int_t)numbers[1], "case", text, n, "rule", text + n + 1);
    return ret->run != NULL;
}

static int list_runs(struct request *q, const json_t *list)
{
    struct run_place after = {0};
    size_t count = json_array_size(list), i = 0, given = 0;
    if (q->values.after != NULL && !read_run_place(q->values.after, &after))
        return reply_problem(q, MHD_HTTP_BAD_REQUEST,
                             "after: this is not accepted (accepted: the `next` of an "
                             "answer)");
    json_t *o = json_object(), *part = json_array(), *last = NULL;
    int64_t which = 0;
    for (; i < count && given < q->values.limit; i++) {
        json_t *run = json_array_get(list, i);
        which = last != NULL && compare_runs(&last, &run) == 0 ? which + 1 : 0;
        last = run;
        int order = after.run != NULL ? compare_runs(&run, &after.run) : 1;
        if (order < 0 || (order == 0 && which <= after.which))
            continue;
        json_array_append(part, run);
        given++;
    }
    json_object_set_new(o, "runs", part);
    if (i < count && last != NULL)
        json_object_set_new(o, "next", format_run_place(last, which));
    json_decref(after.run);
    return reply_json(q, o);
}

static int walk_runs(struct walk_job *j, const struct api_look *look)
{
    const struct roll *roll = &j->job.q->api->live->roll;
    size_t at = roll_find(roll, j->next);
    int rc = 0;
    for (size_t n = 0; n < RUNS_STEP && at < roll->count && rc == 0; n++) {
        j->next = roll->items[at] + 1;
        rc = engine_describe_runs(look->engine, roll->items[at++], j->list);
    }
    if (rc == 0 && at < roll->count)
        return 1;
    if (rc == 0)
        rc = sort_runs(j->list);
    return rc != 0 ? rc : j->end(j->job.q, j->list);
}

int view_places_runs(struct request *q)
{
    return begin_walk(q, walk_runs, list_runs);
}

int view_places_walk_runs(struct request *q,
                          int (*end)(struct request *q, const json_t *runs))
{
    return begin_walk(q, walk_runs, end);
}

/* --- ports --- */

static json_t *port_json(const struct port *port)
{
    struct geo_pos pos = port->pos;
    json_t *o = json_object(), *properties = json_object(), *geometry = json_object();
    json_object_set_new(properties, "locode", json_string(port->locode));
    json_object_set_new(properties, "name", json_string(port->name));
    json_object_set_new(properties, "entry_m", json_real(port->entry_m));
    json_object_set_new(geometry, "type", json_string("Point"));
    json_object_set_new(
        geometry, "coordinates",
        json_pack("[f,f]", row_degrees(pos.lon_e7), row_degrees(pos.lat_e7)));
    if (port->area != NULL) {
        json_t *rings = json_array();
        for (size_t r = 0; r < zone_set_ring_count(port->area, 0); r++) {
            json_t *ring = json_array();
            for (size_t i = 0; i < zone_set_ring_size(port->area, 0, r); i++) {
                struct geo_point p = zone_set_ring_point(port->area, 0, r, i);
                json_array_append_new(ring, json_pack("[f,f]", p.lon, p.lat));
            }
            json_array_append_new(rings, ring);
        }
        json_object_set_new(geometry, "type", json_string("Polygon"));
        json_object_set_new(geometry, "coordinates", rings);
    }
    json_object_set_new(o, "type", json_string("Feature"));
    json_object_set_new(o, "properties", properties);
    json_object_set_new(o, "geometry", geometry);
    return o;
}

/* A pattern of every port names none of them. */
static void name_set(struct walk_job *j, const struct port_set *set)
{
    if (set == NULL || port_set_count(set) >= j->named_count)
        return;
    for (uint32_t i = port_set_next(set, 0); i < j->named_count;
         i = port_set_next(set, i + 1))
        j->named[i] = true;
}

static void name_key(struct walk_job *j, const struct key *key, const void *settings)
{
    const char *member = (const char *)settings + key->offset;
    const struct route *route =
        key->type == KEY_ROUTE ? *(struct route *const *)(const void *)member : NULL;
    if (key->type == KEY_PORTS)
        name_set(j, ((const struct rule_ports *)(const void *)member)->set);
    for (uint32_t i = 0; route != NULL && i < route->step_count; i++)
        name_set(j, route->steps[i].ports);
}

/* Which ports the rules name. */
static int name_rule_ports(struct walk_job *j, const struct engine_conf *conf)
{
    j->named_count = ports_count(conf->ports);
    j->named = calloc(j->named_count + 1, sizeof *j->named);
    if (j->named == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < conf->rule_count; i++)
        for (const struct key *key = conf->rules[i].kind->keys;
             key != NULL && key->name != NULL; key++)
            name_key(j, key, conf->rules[i].settings);
    return 0;
}

/* Defined by the configuration, or named by a rule of it; with all=true every one. */
static bool is_port_wanted(const struct walk_job *j, const struct port *port)
{
    const struct request *q = j->job.q;
    if ((q->values.given & ASK_BIT(BBOX)) != 0 &&
        !ask_box_contains(&q->values.box, row_degrees(port->pos.lat_e7),
                          row_degrees(port->pos.lon_e7)))
        return false;
    return q->values.all == ASK_TRUE || strcmp(port->source, PORT_SOURCE_DEFINED) == 0 ||
           (j->next < j->named_count && j->named[j->next]);
}

static int walk_ports(struct walk_job *j, const struct api_look *look)
{
    struct request *q = j->job.q;
    const struct engine_conf *conf = engine_conf(look->engine);
    size_t count = ports_count(conf->ports);
    int rc = j->named == NULL ? name_rule_ports(j, conf) : 0;
    if (rc != 0)
        return rc;
    for (size_t n = 0; n < PORTS_STEP && j->next < count; n++, j->next++) {
        const struct port *port = ports_get(conf->ports, j->next);
        if (is_port_wanted(j, port))
            json_array_append_new(j->list, port_json(port));
    }
    if (j->next < count)
        return 1;
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string("FeatureCollection"));
    json_object_set(o, "features", j->list);
    rc = reply_json(q, o);
    q->reply.content_type = "application/geo+json";
    return rc;
}

int view_places_ports(struct request *q)
{
    if (q->values.all == ASK_TRUE && (q->values.given & ASK_BIT(BBOX)) == 0)
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "all: needs bbox");
    return begin_walk(q, walk_ports, NULL);
}
