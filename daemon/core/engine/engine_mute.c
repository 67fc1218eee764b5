/* SPDX-License-Identifier: Apache-2.0 */
/* Which alerts are stored but not sent: by the mutes of the configuration, and by those
 * that people added. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/track/vessel.h"

/* "ferry, until 2027-01-31T00:00:00Z" */
static void say_muted(const struct engine_mute *m, struct alert *a)
{
    char until[TIME_TEXT_BYTES];
    const char *why = m->why != NULL && m->why[0] != '\0' ? m->why : "by `mutes`";
    a->is_muted = true;
    if (m->until_ms == TIME_NONE)
        text_copy(a->why, sizeof a->why, why);
    else
        snprintf(a->why, sizeof a->why, "%.120s, until %s", why,
                 time_format(m->until_ms, until));
}

/* The MMSI that the person named stands for the ship only while nothing contradicts: it
 * may be another ship's by now. */
static bool is_ship_of(const struct engine_mute *m, uint32_t mmsi, uint32_t imo)
{
    return m->vessel == mmsi || (imo != 0 && m->vessel == imo) ||
           (imo == 0 && m->mmsi != 0 && m->mmsi == mmsi);
}

/* The alert's data name the zone or the gate. */
static bool is_of_zone(const struct alert *a, const char *zone)
{
    json_t *body = json_loadb(a->body, a->body_bytes, 0, NULL);
    json_t *data = json_object_get(body, "data");
    static const char *const places[] = {"zone", "gate"};
    bool is_of = false;
    for (int i = 0; i < 2 && !is_of; i++) {
        const char *id =
            json_string_value(json_object_get(json_object_get(data, places[i]), "id"));
        is_of = id != NULL && strcmp(id, zone) == 0;
    }
    json_decref(body);
    return is_of;
}

static bool is_in_force(const struct engine_mute *m, int64_t time_ms)
{
    return (m->from_ms == TIME_NONE || time_ms >= m->from_ms) &&
           (m->until_ms == TIME_NONE || time_ms < m->until_ms) &&
           (m->ended_ms == TIME_NONE || time_ms < m->ended_ms);
}

static bool is_muted_by(const struct engine_mute *m, const struct rule_subject *other,
                        const struct alert *a)
{
    bool is_ship = m->vessel == 0 || is_ship_of(m, a->mmsi, a->imo) ||
                   (other != NULL && is_ship_of(m, other->mmsi, other->info->imo));
    bool is_rule = m->rule == NULL || strcmp(m->rule, a->rule) == 0;
    return m->feed == NULL && is_ship && is_rule && is_in_force(m, a->detected_ms) &&
           (m->zone == NULL || is_of_zone(a, m->zone));
}

void engine_mute_apply(const struct engine *e, const struct rule_subject *other,
                       struct alert *a)
{
    const struct engine_mutes *added = &e->added;
    for (size_t i = 0; i < e->conf.mute_count && !a->is_muted; i++)
        if (is_muted_by(&e->conf.mutes[i], other, a))
            say_muted(&e->conf.mutes[i], a);
    for (size_t i = 0; i < added->count && !a->is_muted; i++)
        if (is_muted_by(&added->items[i], other, a))
            say_muted(&added->items[i], a);
}

void engine_mute_feed(const struct engine *e, const char *feed, struct alert *a)
{
    for (size_t i = 0; i < e->added.count && !a->is_muted; i++) {
        const struct engine_mute *m = &e->added.items[i];
        if (m->feed != NULL && strcmp(m->feed, feed) == 0 &&
            is_in_force(m, a->detected_ms))
            say_muted(m, a);
    }
}

uint32_t engine_mute_ship(const struct engine *e, uint32_t vessel)
{
    const struct ship *s = ship_find(e, vessel);
    return s != NULL && vessel_imo_is_valid(s->info.imo) ? s->info.imo : vessel;
}

size_t engine_mute_count(const struct engine *e)
{
    return e->added.count;
}

void engine_mute_set(struct engine *e, struct engine_mutes *mutes)
{
    engine_mute_finish(&e->added);
    e->added = *mutes;
    *mutes = (struct engine_mutes){NULL, 0};
}

static char *copy_or_null(const char *text, int *rc)
{
    char *copy = text != NULL && text[0] != '\0' ? strdup(text) : NULL;
    if (text != NULL && text[0] != '\0' && copy == NULL)
        *rc = ERR_NOMEM;
    return copy;
}

static void free_texts(struct engine_mute *m)
{
    free(m->rule);
    free(m->zone);
    free(m->feed);
    free(m->why);
}

int engine_mute_add(struct engine_mutes *mutes, const struct engine_mute *mute)
{
    int rc = 0;
    struct engine_mute *items =
        realloc(mutes->items, (mutes->count + 1) * sizeof *mutes->items);
    if (items == NULL)
        return ERR_NOMEM;
    mutes->items = items;
    struct engine_mute copy = *mute;
    copy.rule = copy_or_null(mute->rule, &rc);
    copy.zone = copy_or_null(mute->zone, &rc);
    copy.feed = copy_or_null(mute->feed, &rc);
    copy.why = copy_or_null(mute->why, &rc);
    if (rc != 0)
        free_texts(&copy);
    else
        items[mutes->count++] = copy;
    return rc;
}

void engine_mute_finish(struct engine_mutes *mutes)
{
    for (size_t i = 0; i < mutes->count; i++)
        free_texts(&mutes->items[i]);
    free(mutes->items);
    *mutes = (struct engine_mutes){NULL, 0};
}
