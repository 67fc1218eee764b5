/* SPDX-License-Identifier: Apache-2.0 */
/* Open runs of routes, and ports: walked some at a time. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/key.h"
#include "lookout/engine/engine.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/voyage/ports.h"
#include "row.h"
#include "view.h"

enum { RUNS_STEP = 200, PORTS_STEP = 3000, NAMED_MOST = 200 };

struct walk_job {
    struct job job;
    /* 1: there is more to do; 0: the answer is made */
    int (*walk)(struct walk_job *j, const struct api_look *look);
    json_t *list;      /* owned */
    uint32_t next;     /* MMSI, or index of a port */
    const void *place; /* what is walked, of the configuration when it began */
};

static void destroy_walk(struct job *job)
{
    json_decref(((struct walk_job *)job)->list);
    free(job);
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
    request_resume(q);
    return false;
}

static int begin_walk(struct request *q,
                      int (*walk)(struct walk_job *j, const struct api_look *look))
{
    if (q->api->live == NULL)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "this is not served here");
    struct walk_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return ERR_NOMEM;
    j->job = (struct job){.step = step_walk, .destroy = destroy_walk, .q = q};
    j->walk = walk;
    j->list = json_array();
    live_add_job(q->api->live, &j->job);
    return 0;
}

/* --- runs: by rule and vessel --- */

static int compare_runs(const void *a, const void *b)
{
    json_t *const *x = a, *const *y = b;
    int rc = strcmp(json_string_value(json_object_get(*x, "rule")),
                    json_string_value(json_object_get(*y, "rule")));
    json_int_t m = json_integer_value(json_object_get(*x, "mmsi"));
    json_int_t n = json_integer_value(json_object_get(*y, "mmsi"));
    if (rc != 0 || m != n)
        return rc != 0 ? rc : m < n ? -1 : 1;
    return strcmp(json_string_value(json_object_get(*x, "case")),
                  json_string_value(json_object_get(*y, "case")));
}

/* The runs from the place `after`, which is a number of rows. */
static int end_runs(struct walk_job *j)
{
    struct request *q = j->job.q;
    struct ask_cursor after = {.numbers = {0}};
    size_t count = json_array_size(j->list);
    json_t **rows = calloc(count + 1, sizeof *rows), *part = json_array();
    if (rows == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(j->list, i);
    qsort(rows, count, sizeof *rows, compare_runs);
    if (q->values.after != NULL &&
        (!ask_parse_cursor(q->values.after, 1, &after) || after.numbers[0] < 0))
        after.numbers[0] = (int64_t)count;
    size_t i = (size_t)after.numbers[0], end = i + q->values.limit;
    for (; i < count && i < end; i++)
        json_array_append(part, rows[i]);
    free(rows);
    json_t *o = json_object();
    json_object_set_new(o, "runs", part);
    if (i < count)
        json_object_set_new(o, "next", json_sprintf("%zu", i));
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
    if (rc != 0)
        return rc;
    return at < roll->count ? 1 : end_runs(j);
}

int view_places_runs(struct request *q)
{
    return begin_walk(q, walk_runs);
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

/* A pattern of whole countries, or of every port, names none of them. */
static bool tells_of_port(const struct port_set *set, uint32_t index)
{
    return set != NULL && port_set_count(set) <= NAMED_MOST && port_set_has(set, index);
}

static bool is_in_key(const struct key *key, const void *settings, uint32_t index)
{
    const char *member = (const char *)settings + key->offset;
    if (key->type == KEY_PORTS)
        return tells_of_port(((const struct rule_ports *)(const void *)member)->set,
                             index);
    const struct route *route =
        key->type == KEY_ROUTE ? *(struct route *const *)(const void *)member : NULL;
    for (uint32_t i = 0; route != NULL && i < route->step_count; i++)
        if (tells_of_port(route->steps[i].ports, index))
            return true;
    return false;
}

static bool is_in_rules(const struct engine_conf *conf, uint32_t index)
{
    for (size_t i = 0; i < conf->rule_count; i++)
        for (const struct key *key = conf->rules[i].kind->keys;
             key != NULL && key->name != NULL; key++)
            if (is_in_key(key, conf->rules[i].settings, index))
                return true;
    return false;
}

/* Defined by the configuration, or named by a route of it; with all=true every one. */
static bool is_port_wanted(const struct request *q, const struct engine_conf *conf,
                           const struct port *port, uint32_t index)
{
    if ((q->values.given & ASK_BIT(BBOX)) != 0 &&
        !ask_box_contains(&q->values.box, row_degrees(port->pos.lat_e7),
                          row_degrees(port->pos.lon_e7)))
        return false;
    return q->values.all == ASK_TRUE || strcmp(port->source, PORT_SOURCE_DEFINED) == 0 ||
           is_in_rules(conf, index);
}

static int walk_ports(struct walk_job *j, const struct api_look *look)
{
    struct request *q = j->job.q;
    const struct engine_conf *conf = engine_conf(look->engine);
    size_t count = ports_count(conf->ports);
    for (size_t n = 0; n < PORTS_STEP && j->next < count; n++, j->next++) {
        const struct port *port = ports_get(conf->ports, j->next);
        if (is_port_wanted(q, conf, port, j->next))
            json_array_append_new(j->list, port_json(port));
    }
    if (j->next < count)
        return 1;
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string("FeatureCollection"));
    json_object_set(o, "features", j->list);
    int rc = reply_json(q, o);
    q->reply.content_type = "application/geo+json";
    return rc;
}

int view_places_ports(struct request *q)
{
    if (q->values.all == ASK_TRUE && (q->values.given & ASK_BIT(BBOX)) == 0)
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "all: needs bbox");
    return begin_walk(q, walk_ports);
}
