/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values for the bodies of alerts. Unknown values are left out. */
#include "lookout/alert/body.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

json_t *body_text(const char *text)
{
    /* an invalid byte becomes U+FFFD (three bytes) */
    size_t n = strlen(text), room = 3 * n + 1;
    char *clean = malloc(room);
    if (clean == NULL)
        return NULL;
    (void)text_clean(text, n, clean, room);
    json_t *value = json_string(clean);
    free(clean);
    return value;
}

json_t *body_time(int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    return time_ms != TIME_NONE ? json_string(time_format(time_ms, text)) : NULL;
}

json_t *body_eta(int64_t time_ms)
{
    return body_time(time_ms != TIME_NONE ? time_ms / SECOND_MS * SECOND_MS : TIME_NONE);
}

json_t *body_rounded(double value, double unit)
{
    return json_real(round(value / unit) * unit);
}

json_t *body_port(const struct port *port)
{
    return json_pack("{s:s,s:s}", "locode", port->locode, "name", port->name);
}

const char *const body_certainties[] = {"observed", "inferred", "possible", NULL};

json_t *body_zone(const struct zone_info *info)
{
    json_t *o = json_object();
    body_put_text(o, "id", info->id);
    body_put_text(o, "name", info->name);
    body_put_text(o, "kind", info->kind);
    return o;
}

json_t *body_point(struct geo_pos pos)
{
    struct geo_point p = geo_to_point(pos);
    return json_pack("{s:s,s:[ff]}", "type", "Point", "coordinates",
                     round(p.lon * 1e6) / 1e6, round(p.lat * 1e6) / 1e6);
}

void body_case_text(uint64_t case_id, char ret_text[HASH_ID_BYTES])
{
    snprintf(ret_text, HASH_ID_BYTES, "%016llx", (unsigned long long)case_id);
}

json_t *body_case(uint64_t case_id)
{
    char text[HASH_ID_BYTES];
    body_case_text(case_id, text);
    return json_string(text);
}

/* --- members --- */

void body_put(json_t *object, const char *name, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, name, value);
}

void body_put_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        body_put(object, name, body_text(text));
}

static void put_number(json_t *object, const char *name, uint32_t value)
{
    if (value != 0)
        body_put(object, name, json_integer((json_int_t)value));
}

void body_put_motion(json_t *object, const struct track_fix *fix)
{
    if ((fix->has & FIX_SOG) != 0)
        body_put(object, "sog_kn", body_rounded(fix->sog_dkn / 10.0, 0.1));
    if ((fix->has & FIX_COG) != 0)
        body_put(object, "cog_deg", body_rounded(fix->cog_ddeg / 10.0, 0.1));
}

/* --- the ship --- */

static json_t *make_texts(char *const *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, body_text(texts[i]));
    return list;
}

json_t *body_source(const struct watch_source *source)
{
    json_t *o = json_object();
    body_put_text(o, "list", source->list->id);
    body_put_text(o, "entry", source->entry);
    body_put_text(o, "name", source->name);
    if (source->program_count != 0)
        body_put(o, "programs", make_texts(source->programs, source->program_count));
    if (source->owner_count != 0)
        body_put(o, "owners", make_texts(source->owners, source->owner_count));
    body_put_text(o, "file", source->list->file);
    body_put_text(o, "published", source->list->published);
    body_put_text(o, "sha256", source->list->sha256);
    return o;
}

void body_put_watch(json_t *vessel, const struct watch_entry *watch)
{
    body_put(vessel, "tags", make_texts(watch->tags, watch->tag_count));
    body_put_text(vessel, "watch_id", watch->id);
    body_put_text(vessel, "note", watch->note);
    if (watch->source_count == 0)
        return;
    json_t *lists = json_array();
    for (size_t i = 0; i < watch->source_count; i++)
        json_array_append_new(lists, body_source(&watch->sources[i]));
    body_put(vessel, "lists", lists);
}

/* [{mmsi, until}], the newest first; NULL: none. */
static json_t *make_former(const struct identity_former *former)
{
    if (former == NULL || former[0].mmsi == 0)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < IDENTITY_FORMERS && former[i].mmsi != 0; i++) {
        json_t *o = json_object();
        body_put(o, "mmsi", json_integer((json_int_t)former[i].mmsi));
        body_put(o, "until", body_time(former[i].until_ms));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *body_vessel(const struct body_ship *ship)
{
    json_t *o = json_object();
    const struct vessel_static *info = ship->info;
    body_put(o, "mmsi", json_integer((json_int_t)ship->mmsi));
    put_number(o, "imo", info->imo);
    body_put_text(o, "name", info->name);
    body_put_text(o, "callsign", info->callsign);
    body_put_text(o, "flag", vessel_flag(ship->mmsi));
    put_number(o, "type", info->ship_type);
    put_number(o, "length_m", info->length_m);
    body_put_text(o, "destination", info->destination);
    body_put(o, "former", make_former(ship->former));
    body_put(o, "watched", json_boolean(ship->watch != NULL));
    if (ship->watch == NULL)
        return o;
    body_put_text(o, "matched_by", watch_by_name(ship->matched_by));
    body_put_watch(o, ship->watch);
    return o;
}

json_t *body_link(const char *link, const struct body_ship *ship)
{
    struct buf text = {0};
    char number[16];
    int rc = 0;
    for (const char *p = link; *p != '\0' && rc == 0;) {
        const char *value = NULL;
        size_t skip = 0;
        if (strncmp(p, "{mmsi}", 6) == 0) {
            snprintf(number, sizeof number, "%09u", ship->mmsi);
            value = number;
            skip = 6;
        } else if (strncmp(p, "{imo}", 5) == 0) {
            snprintf(number, sizeof number, "%u", ship->info->imo);
            value = ship->info->imo != 0 ? number : "";
            skip = 5;
        } else if (strncmp(p, "{id}", 4) == 0) {
            value = ship->watch != NULL ? ship->watch->id : "";
            skip = 4;
        }
        rc = value != NULL ? buf_add_text(&text, value) : buf_add_char(&text, *p);
        p += value != NULL ? skip : 1;
    }
    json_t *o = rc == 0 ? body_text(buf_text(&text)) : NULL;
    buf_finish(&text);
    return o;
}
