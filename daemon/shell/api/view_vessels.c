/* SPDX-License-Identifier: Apache-2.0 */
/* Vessels: lists that are made some at a time, one vessel, its track. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "live.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "lookout/track/vessel_type.h"
#include "row.h"
#include "view.h"

enum {
    LOOK_STEP = 4000, /* vessels looked at in a step */
    WRITE_STEP = 50   /* vessels described in a step */
};

/* --- what is asked for --- */

static bool contains_words(const char *text, const char *part)
{
    char pattern[160], upper[64];
    snprintf(pattern, sizeof pattern, "*%.150s*", part);
    text_upper(pattern);
    text_copy(upper, sizeof upper, text);
    text_upper(upper);
    return text_match(pattern, upper);
}

static bool is_number_of(const char *text, uint32_t number)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%u", (unsigned)number);
    return number != 0 && strcmp(digits, text) == 0;
}

static bool matches_query(const char *q, const struct engine_vessel *v)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%09u", (unsigned)v->mmsi);
    return is_number_of(q, v->mmsi) || is_number_of(q, v->imo) ||
           strcmp(digits, q) == 0 || (v->name[0] != '\0' && contains_words(v->name, q));
}

static bool is_of_type(const char *type, uint8_t number)
{
    int word = vessel_type_of(number);
    return is_number_of(type, number) ||
           (word >= 0 && strcmp(vessel_type_names[word], type) == 0);
}

static bool matches_alerted(const struct request *q, uint32_t mmsi, int64_t now_ms)
{
    const struct mark *mark = mark_find(&q->api->live->marks, mmsi);
    return mark != NULL && mark->alerted_ms != TIME_NONE &&
           mark->alerted_ms >= now_ms - q->values.alerted_ms;
}

static bool matches_vessel(const struct request *q, const struct engine *e,
                           const struct engine_vessel *v)
{
    const struct ask_values *a = &q->values;
    int64_t now_ms = engine_now(e);
    if (a->watched != ASK_ANY && v->is_watched != (a->watched == ASK_TRUE))
        return false;
    if ((a->flag != NULL && strcmp(v->flag, a->flag) != 0) ||
        (a->type != NULL && !is_of_type(a->type, v->type)) ||
        (a->q != NULL && !matches_query(a->q, v)) ||
        (a->port != NULL && strcmp(v->port, a->port) != 0))
        return false;
    if ((a->given & ASK_BIT(BBOX)) != 0 &&
        (!v->has_fix || !ask_box_contains(&a->box, row_degrees(v->last.pos.lat_e7),
                                          row_degrees(v->last.pos.lon_e7))))
        return false;
    if ((a->given & ASK_BIT(HEARD)) != 0 &&
        (!v->has_fix || v->last.time_ms < now_ms - a->heard_ms))
        return false;
    if ((a->given & ASK_BIT(ALERTED)) != 0 && !matches_alerted(q, v->mmsi, now_ms))
        return false;
    return a->zone == NULL || engine_vessel_is_in(e, v->mmsi, a->zone);
}

/* --- the list --- */

struct vessels_job {
    struct job job;
    uint32_t next; /* MMSI: where to go on */
    size_t count;
};

static int write_feature(struct buf *out, const struct engine_vessel *v,
                         const char *described)
{
    int rc = buf_add_text(out, "{\"type\":\"Feature\",\"geometry\":");
    if (rc == 0 && v->has_fix)
        rc = buf_printf(out, "{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}",
                        row_degrees(v->last.pos.lon_e7), row_degrees(v->last.pos.lat_e7));
    else if (rc == 0)
        rc = buf_add_text(out, "null");
    return rc != 0 ? rc : buf_printf(out, ",\"properties\":%s}", described);
}

static int write_vessel(struct request *q, const struct engine *e,
                        const struct engine_vessel *v, size_t before)
{
    struct buf text = {0}, *out = &q->reply.body;
    int rc = before != 0 ? buf_add_char(out, ',') : 0;
    if (rc == 0)
        rc = engine_describe(e, v->mmsi, &text);
    if (rc == 0)
        rc = q->values.format == ASK_FORMAT_GEOJSON
                 ? write_feature(out, v, buf_text(&text))
                 : buf_add(out, text.data, text.length);
    buf_finish(&text);
    return rc;
}

static int end_vessels(struct vessels_job *j, bool is_more)
{
    struct request *q = j->job.q;
    bool is_geo = q->values.format == ASK_FORMAT_GEOJSON;
    int rc = buf_add_char(&q->reply.body, ']');
    if (rc == 0 && is_more)
        rc = buf_printf(&q->reply.body, ",\"next\":\"%u\"", (unsigned)j->next - 1);
    if (rc == 0)
        rc = buf_add_char(&q->reply.body, '}');
    return rc != 0 ? rc
                   : reply_body(q, is_geo ? "application/geo+json" : "application/json");
}

/* 1: there is more to do; 0: the answer is made */
static int list_some(struct vessels_job *j)
{
    struct request *q = j->job.q;
    const struct roll *roll = &q->api->live->roll;
    struct api_look look;
    size_t written = 0, at = roll_find(roll, j->next);
    int rc = api_look(q->api, &look) ? 0 : ERR_INVALID;
    for (size_t n = 0; rc == 0 && at < roll->count && n < LOOK_STEP; n++) {
        struct engine_vessel v;
        if (written == WRITE_STEP)
            return 1;
        if (engine_vessel_look(look.engine, roll->items[at], &v) &&
            matches_vessel(q, look.engine, &v)) {
            if (j->count == q->values.limit)
                return end_vessels(j, true);
            rc = write_vessel(q, look.engine, &v, j->count++);
            written++;
        }
        j->next = roll->items[at++] + 1;
    }
    if (rc != 0)
        return rc;
    return at < roll->count ? 1 : end_vessels(j, false);
}

static void destroy_vessels(struct job *job)
{
    free(job);
}

static bool step_vessels(struct job *job)
{
    struct request *q = job->q;
    int rc = list_some((struct vessels_job *)job);
    if (rc > 0)
        return true;
    if (rc != 0 && reply_problem(q, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err_text(rc)))
        q->reply.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    destroy_vessels(job);
    request_resume(q);
    return false;
}

int view_vessels(struct request *q)
{
    struct ask_cursor after = {.numbers = {-1}};
    if (q->api->live == NULL)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "vessels are not served here");
    if (q->values.format == ASK_FORMAT_CSV)
        return reply_problem(q, MHD_HTTP_BAD_REQUEST,
                             "format: 'csv' is not accepted (accepted: json, geojson)");
    if (q->values.after != NULL &&
        (!ask_parse_cursor(q->values.after, 1, &after) || after.numbers[0] < 0 ||
         after.numbers[0] >= UINT32_MAX))
        return reply_problem(q, MHD_HTTP_BAD_REQUEST,
                             "after: this is not accepted (accepted: the `next` of an "
                             "answer)");
    struct vessels_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return ERR_NOMEM;
    j->job = (struct job){.step = step_vessels, .destroy = destroy_vessels, .q = q};
    j->next = (uint32_t)(after.numbers[0] + 1);
    int rc = buf_add_text(&q->reply.body,
                          q->values.format == ASK_FORMAT_GEOJSON
                              ? "{\"type\":\"FeatureCollection\",\"features\":["
                              : "{\"vessels\":[");
    if (rc != 0) {
        free(j);
        return rc;
    }
    live_add_job(q->api->live, &j->job);
    return 0;
}

/* --- one --- */

static bool take_path_mmsi(const char *word, uint32_t *ret)
{
    int64_t value = 0;
    if (units_parse_int(word, strlen(word), 1, 999999999, &value) != 0)
        return false;
    *ret = (uint32_t)value;
    return true;
}

int view_vessels_one(struct request *q)
{
    struct api_look look;
    uint32_t mmsi = 0;
    if (!api_look(q->api, &look) || !take_path_mmsi(q->words[0], &mmsi))
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "a vessel is named by its MMSI");
    int rc = engine_describe(look.engine, mmsi, &q->reply.body);
    if (rc == ERR_NOT_FOUND)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "vessel %u is not known",
                             (unsigned)mmsi);
    return rc != 0 ? rc : reply_body(q, "application/json");
}

static json_t *position_json(struct geo_pos pos)
{
    return json_pack("[f,f]", row_degrees(pos.lon_e7), row_degrees(pos.lat_e7));
}

static json_t *track_json(const struct track *t)
{
    json_t *points = json_array(), *times = json_array();
    char text[TIME_TEXT_BYTES];
    for (uint32_t i = 0; i < t->path_count; i++) {
        json_array_append_new(points, position_json(t->path[i].pos));
        json_array_append_new(times, json_string(time_format(t->path[i].time_ms, text)));
    }
    json_t *geometry = json_object(), *properties = json_object(), *o = json_object();
    bool is_line = t->path_count > 1;
    json_object_set_new(geometry, "type", json_string(is_line ? "LineString" : "Point"));
    json_object_set_new(geometry, "coordinates",
                        is_line ? json_incref(points)
                                : json_incref(json_array_get(points, 0)));
    json_decref(points);
    json_object_set_new(properties, "track", json_integer((json_int_t)t->id));
    json_object_set_new(properties, "times", times);
    json_object_set_new(properties, "complete", json_boolean(t->fixes <= t->path_count));
    json_object_set_new(o, "type", json_string("Feature"));
    json_object_set_new(o, "geometry", geometry);
    json_object_set_new(o, "properties", properties);
    return o;
}

int view_vessels_track(struct request *q)
{
    struct api_look look;
    uint32_t mmsi = 0;
    if ((q->values.given & (ASK_BIT(SINCE) | ASK_BIT(UNTIL))) != 0)
        return view_track(q);
    if (!api_look(q->api, &look) || !take_path_mmsi(q->words[0], &mmsi))
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "a vessel is named by its MMSI");
    const struct tracks *tracks = engine_vessel_tracks(look.engine, mmsi);
    if (tracks == NULL)
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "vessel %u is not known",
                             (unsigned)mmsi);
    json_t *o = json_object(), *features = json_array();
    for (uint32_t i = 0; i < tracks->count; i++)
        if (tracks->items[i]->is_confirmed && tracks->items[i]->path_count != 0)
            json_array_append_new(features, track_json(tracks->items[i]));
    json_object_set_new(o, "type", json_string("FeatureCollection"));
    json_object_set_new(o, "features", features);
    int rc = reply_json(q, o);
    q->reply.content_type = "application/geo+json";
    return rc;
}
