/* SPDX-License-Identifier: Apache-2.0 */
/* Mutes as JSON: what people ask for, checked, and what is told of them. */
#include "lookout/api/mute_form.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/rule.h"
#include "lookout/sys/clock.h"
#include "lookout/track/vessel.h"
#include "view.h"

enum { MUTES_MOST = 1000 };
static const int64_t longest_ms = 90 * DAY_MS;
static const char body_words[] =
    "the body is {vessel?: MMSI or IMO number, rule?, zone?, feed?, from?, until: times, "
    "why: a text of at most 500 bytes}";

/* --- as JSON --- */

json_t *mute_form_conf_json(const struct engine_mute *m, size_t index, int64_t now_ms)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_sprintf(MUTE_FORM_OF_CONF "%zu", index + 1));
    if (m->vessel != 0)
        json_object_set_new(o, "vessel", json_integer((json_int_t)m->vessel));
    if (m->rule != NULL)
        json_object_set_new(o, "rule", json_string(m->rule));
    view_set_time(o, "until", m->until_ms);
    if (m->why[0] != '\0')
        json_object_set_new(o, "why", json_string(m->why));
    json_object_set_new(o, "by", json_string("configuration"));
    json_object_set_new(o, "ended",
                        json_boolean(m->until_ms != TIME_NONE && now_ms != TIME_NONE &&
                                     m->until_ms <= now_ms));
    return o;
}

static void set_known_text(json_t *o, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(o, name, json_string(text));
}

json_t *mute_form_json(const struct store_mute *m, int64_t now_ms)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(m->id));
    if (m->meant != 0)
        json_object_set_new(o, "vessel", json_integer((json_int_t)m->meant));
    set_known_text(o, "rule", m->rule);
    set_known_text(o, "zone", m->zone);
    set_known_text(o, "feed", m->feed);
    view_set_time(o, "from", m->from_ms);
    view_set_time(o, "until", m->until_ms);
    set_known_text(o, "why", m->why);
    set_known_text(o, "by", m->who);
    bool is_past = now_ms != TIME_NONE && m->until_ms <= now_ms;
    json_object_set_new(o, "ended", json_boolean(is_past || m->ended_ms != TIME_NONE));
    return o;
}

int64_t mute_form_now(const struct engine *e)
{
    int64_t now_ms = engine_now(e);
    return now_ms != TIME_NONE ? now_ms : clock_wall_ms();
}

/* --- what is asked for --- */

static bool read_form_time(const json_t *value, int64_t *ret_ms)
{
    const char *text = json_string_value(value);
    return text != NULL && time_parse(text, strlen(text), ret_ms) == 0;
}

static bool read_form_vessel(const json_t *value, struct store_mute *m)
{
    json_int_t number = json_integer_value(value);
    if (number <= 0 || number > 999999999 || !vessel_is_number((uint32_t)number))
        return false;
    m->vessel = m->meant = (uint32_t)number;
    return true;
}

static bool read_form_text(const char *key, const json_t *value, struct mute_form *f)
{
    struct store_mute *m = &f->mute;
    static const char *const names[] = {"rule", "zone", "feed"};
    const char **const texts[] = {&m->rule, &m->zone, &m->feed};
    const char *text = json_string_value(value);
    if (text == NULL || text[0] == '\0')
        return false;
    if (strcmp(key, "why") == 0)
        return json_string_length(value) < sizeof f->why &&
               text_clean(text, strlen(text), f->why, sizeof f->why) != 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(key, names[i]) == 0) {
            *texts[i] = text;
            return true;
        }
    return strcmp(key, "by") == 0;
}

static bool read_form_member(const char *key, const json_t *value, struct mute_form *f)
{
    if (strcmp(key, "vessel") == 0)
        return read_form_vessel(value, &f->mute);
    if (strcmp(key, "from") == 0)
        return read_form_time(value, &f->mute.from_ms);
    if (strcmp(key, "until") == 0)
        return read_form_time(value, &f->mute.until_ms);
    return read_form_text(key, value, f);
}

/* What it names is in the configuration. */
static const char *find_dangling(const struct store_mute *m,
                                 const struct mute_form_world *w)
{
    const struct engine_conf *conf = engine_conf(w->engine);
    bool has_rule = m->rule == NULL, has_feed = m->feed == NULL;
    for (size_t i = 0; i < conf->rule_count && !has_rule; i++)
        has_rule = strcmp(conf->rules[i].id, m->rule) == 0;
    for (size_t i = 0; i < w->conf->feed_count && !has_feed; i++)
        has_feed = strcmp(w->conf->feeds[i].id, m->feed) == 0;
    if (!has_rule)
        return "rule: the configuration has no rule of that id";
    if (!has_feed)
        return "feed: the configuration has no feed of that id";
    return m->zone == NULL || zone_set_find(conf->zones, m->zone) >= 0
               ? NULL
               : "zone: the configuration has no zone of that id";
}

static const char *form_fault(const struct mute_form *f, const struct mute_form_world *w)
{
    const struct store_mute *m = &f->mute;
    int64_t now_ms = mute_form_now(w->engine);
    int64_t from_ms =
        m->from_ms != TIME_NONE && m->from_ms > now_ms ? m->from_ms : now_ms;
    bool names_ships = m->vessel != 0 || m->rule != NULL || m->zone != NULL;
    if (m->until_ms == TIME_NONE || f->why[0] == '\0')
        return body_words;
    if (!names_ships && m->feed == NULL)
        return "a mute names at least one of vessel, rule, zone and feed";
    if (names_ships && m->feed != NULL)
        return "feed: a feed is muted alone, for what is told of the feed itself";
    if (m->until_ms <= from_ms)
        return "until: a time after now and after from, in event time";
    if (m->until_ms - from_ms > longest_ms)
        return "until: at most 90 days ahead, in event time";
    return find_dangling(m, w);
}

static void set_id(char ret_id[MUTE_FORM_ID_BYTES])
{
    uint64_t random = 0;
    if (uv_random(NULL, NULL, &random, sizeof random, 0, NULL) != 0)
        random = uv_hrtime();
    snprintf(ret_id, MUTE_FORM_ID_BYTES, "m%016llx", (unsigned long long)random);
}

int mute_form_read(const json_t *body, const struct mute_form_world *w,
                   struct mute_form *ret_form, struct err *err)
{
    struct mute_form *f = ret_form;
    struct store_mute *m = &f->mute;
    const char *key = NULL;
    json_t *value = NULL;
    memset(f, 0, sizeof *f);
    m->from_ms = m->until_ms = m->ended_ms = TIME_NONE;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        if (!read_form_member(key, value, f))
            return err_set(err, ERR_INVALID, "%.40s: this is not accepted; %s", key,
                           body_words);
    }
    const char *fault = form_fault(f, w);
    if (fault != NULL)
        return err_set(err, ERR_INVALID, "%s", fault);
    if (engine_mute_count(w->engine) >= MUTES_MOST)
        return err_set(err, ERR_LIMIT, "%d mutes are in force already", MUTES_MOST);
    text_clean(w->who, strlen(w->who), f->who, sizeof f->who);
    set_id(f->id);
    m->id = f->id;
    m->why = f->why;
    m->who = f->who;
    m->vessel = engine_mute_ship(w->engine, m->meant);
    m->at_ms = clock_wall_ms();
    /* A restart takes the same alerts as muted. */
    if (m->from_ms == TIME_NONE)
        m->from_ms = engine_now(w->engine);
    return 0;
}
