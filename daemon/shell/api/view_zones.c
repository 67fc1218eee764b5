/* SPDX-License-Identifier: Apache-2.0 */
/* Zones and gates as GeoJSON, some at a time. */
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "lookout/geo/zone.h"
#include "row.h"
#include "view.h"

enum { VERTICES_STEP = 5000 };

struct zones_job {
    struct job job;
    const struct zone_set *zones; /* of the configuration when it began */
    uint32_t next;
};

static int write_ring(struct buf *out, const struct zone_set *set, uint32_t zone,
                      size_t ring)
{
    size_t count = zone_set_ring_size(set, zone, ring);
    int rc = buf_add_char(out, '[');
    for (size_t i = 0; i < count && rc == 0; i++) {
        struct geo_point p = zone_set_ring_point(set, zone, ring, i);
        rc = buf_printf(out, "%s[%.6f,%.6f]", i != 0 ? "," : "", p.lon, p.lat);
    }
    return rc != 0 ? rc : buf_add_char(out, ']');
}

/* Rings as they are: filled by even and odd. Longitudes continue beyond 180. */
static int write_geometry(struct buf *out, const struct zone_set *set, uint32_t zone)
{
    bool is_gate = zone_set_info(set, zone)->shape == ZONE_GATE;
    size_t rings = zone_set_ring_count(set, zone);
    int rc = buf_printf(
        out, "{\"type\":\"%s\",\"coordinates\":", is_gate ? "LineString" : "Polygon");
    if (rc == 0 && !is_gate)
        rc = buf_add_char(out, '[');
    for (size_t i = 0; i < (is_gate ? 1 : rings) && rc == 0; i++) {
        if (i != 0)
            rc = buf_add_char(out, ',');
        if (rc == 0)
            rc = write_ring(out, set, zone, i);
    }
    if (rc == 0 && !is_gate)
        rc = buf_add_char(out, ']');
    return rc != 0 ? rc : buf_add_char(out, '}');
}

static int write_zone(struct buf *out, const struct zone_set *set, uint32_t zone)
{
    const struct zone_info *info = zone_set_info(set, zone);
    char width[UNITS_TEXT_BYTES];
    int rc = buf_add_text(out, "{\"type\":\"Feature\",\"properties\":{\"id\":");
    if (rc == 0)
        rc = row_write_text(out, info->id);
    if (rc == 0)
        rc = buf_add_text(out, ",\"name\":");
    if (rc == 0)
        rc = row_write_text(out, info->name);
    if (rc == 0 && info->kind[0] != '\0') {
        rc = buf_add_text(out, ",\"kind\":");
        if (rc == 0)
            rc = row_write_text(out, info->kind);
    }
    if (rc == 0 && info->width_m > 0)
        rc = buf_printf(out, ",\"width\":\"%s\"",
                        units_format_distance(info->width_m, width));
    if (rc == 0)
        rc = buf_printf(out, ",\"shape\":\"%s\"},\"geometry\":",
                        info->shape == ZONE_GATE ? "gate" : "area");
    if (rc == 0)
        rc = write_geometry(out, set, zone);
    return rc != 0 ? rc : buf_add_char(out, '}');
}

/* 1: there is more to do */
static int write_some_zones(struct zones_job *j)
{
    struct request *q = j->job.q;
    struct api_look look;
    size_t vertices = 0;
    if (!api_look(q->api, &look) || engine_conf(look.engine)->zones != j->zones) {
        q->reply.retry_s = 1;
        return reply_problem(q, MHD_HTTP_SERVICE_UNAVAILABLE,
                             "the configuration changes just now");
    }
    int rc = 0;
    for (; rc == 0 && j->next < zone_set_count(j->zones) && vertices < VERTICES_STEP;
         j->next++) {
        vertices += zone_set_info(j->zones, j->next)->vertices + 50;
        if (j->next != 0)
            rc = buf_add_char(&q->reply.body, ',');
        if (rc == 0)
            rc = write_zone(&q->reply.body, j->zones, j->next);
    }
    if (rc != 0)
        return rc;
    if (j->next < zone_set_count(j->zones))
        return 1;
    rc = buf_add_text(&q->reply.body, "]}");
    return rc != 0 ? rc : reply_body(q, "application/geo+json");
}

static void destroy_zones(struct job *job)
{
    free(job);
}

static bool step_zones(struct job *job)
{
    struct request *q = job->q;
    int rc = write_some_zones((struct zones_job *)job);
    if (rc > 0)
        return true;
    if (rc != 0 && reply_problem(q, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err_text(rc)))
        q->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    destroy_zones(job);
    request_resume(q);
    return false;
}

int view_zones(struct request *q)
{
    struct api_look look;
    if (q->api->live == NULL || !api_look(q->api, &look))
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "zones are not served here");
    struct zones_job *j = calloc(1, sizeof *j);
    if (j == NULL ||
        buf_add_text(&q->reply.body, "{\"type\":\"FeatureCollection\",\"features\":[") !=
            0) {
        free(j);
        return ERR_NOMEM;
    }
    j->job = (struct job){.step = step_zones, .destroy = destroy_zones, .q = q};
    j->zones = engine_conf(look.engine)->zones;
    live_add_job(q->api->live, &j->job);
    return 0;
}
