/* SPDX-License-Identifier: Apache-2.0 */
/* Takes alerts into the story of a ship: those that tell of one thing make one entry. */
#include <stdio.h>
#include <string.h>

#include "lookout/base/err.h"
#include "story_int.h"

/* Entries among which the same may stand already. */
enum { LOOK_BACK = 16 };

/* Alerts that tell of something that lasts: the member of `data` that describes it, and
 * the member of that which says since when. Other kinds of entries are named after the
 * first word of the alert's type. */
static const struct {
    const char *type, *kind, *member, *since;
} spans[] = {
    /* clang-format off */
    {"gap",         "silence",   "gap",         "last_seen"},
    {"silent_call", "silence",   "silent_call", "silent_from"},
    {"encounter",   "meeting",   "encounter",   "begun_at"},
    {"loiter",      "loitering", "loiter",      "begun_at"},
    {"stop",        "stop",      "stop",        "since"},
    /* clang-format on */
};
enum { SPANS = sizeof spans / sizeof spans[0] };

/* The other ship of a meeting, seen from this one. */
static json_t *partner_of(const struct story *s, const json_t *data)
{
    json_t *with = json_object_get(json_object_get(data, "encounter"), "with");
    return with != NULL && story_is_hers(s, with) ? json_object_get(data, "vessel")
                                                  : with;
}

/* The ship in the list; NULL. */
static json_t *find_hers(const struct story *s, const json_t *ships)
{
    size_t i = 0;
    json_t *ship = NULL;
    json_array_foreach(ships, i, ship)
    {
        if (story_is_hers(s, ship))
            return ship;
    }
    return NULL;
}

static json_t *find_told_span(struct story *s, const char *kind, const char *since,
                              const json_t *partner)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(s->entries, i, entry)
    {
        if (strcmp(story_text_in(entry, "kind"), kind) == 0 &&
            strcmp(story_text_in(entry, "time"), since) == 0 &&
            story_integer_in(json_object_get(entry, "with"), "mmsi") ==
                story_integer_in(partner, "mmsi"))
            return entry;
    }
    return NULL;
}

/* Ports of several rules in one list, each once, the shortest way first. A later alert of
 * a port says more. */
static void merge_reach(json_t *entry, const json_t *told)
{
    json_t *all = json_object_get(entry, "reach"), *port = NULL;
    size_t i = 0;
    if (all == NULL && json_object_get(told, "reach") != NULL) {
        all = json_array();
        json_object_set_new(entry, "reach", all);
    }
    json_array_foreach(json_object_get(told, "reach"), i, port)
    {
        size_t k = 0, n = json_array_size(all);
        while (k < n && !json_equal(json_object_get(json_array_get(all, k), "locode"),
                                    json_object_get(port, "locode")))
            k++;
        if (k < n)
            json_array_remove(all, k);
        n = json_array_size(all);
        for (k = 0; k < n && story_number_in(json_array_get(all, k), "way_nm") <=
                                 story_number_in(port, "way_nm");)
            k++;
        json_array_insert(all, k, port);
    }
}

static json_t *take_span(struct story *s, size_t span, const json_t *row,
                         const json_t *data)
{
    const char *type = story_text_in(row, "type") + strlen("lookoutd.");
    json_t *told = json_object_get(data, spans[span].member);
    json_t *partner = partner_of(s, data);
    const char *since = story_text_in(told, spans[span].since);
    bool is_end =
        strstr(type, ".ended") != NULL || story_starts_with(type, "silent_call");
    json_t *entry = find_told_span(s, spans[span].kind, since, partner);
    if (entry == NULL)
        entry = story_add_entry(s, spans[span].kind, since);
    if (partner != NULL)
        json_object_set(entry, "with", partner);
    if (is_end)
        json_object_set(entry, "until", json_object_get(row, "time"));
    /* Where it began, or else where it ended. */
    if (!is_end || json_object_get(entry, "position") == NULL)
        json_object_set(entry, "position", json_object_get(data, "position"));
    json_object_set(entry, spans[span].member, told);
    merge_reach(entry, told);
    return entry;
}

/* An alert of another ship that names this one: near a distress device, silent near a
 * place where the other loitered. */
static json_t *take_mention(struct story *s, const json_t *row, const json_t *data)
{
    json_t *near =
        find_hers(s, json_object_get(json_object_get(data, "loiter"), "silent_near"));
    const char *time = story_text_in(near, "last_seen");
    if (near == NULL) {
        near =
            find_hers(s, json_object_get(json_object_get(data, "distress"), "nearest"));
        time = story_text_in(row, "time");
    }
    const json_t *others = json_object_get(json_object_get(data, "identity"), "mmsi");
    size_t i = 0;
    const json_t *mmsi = NULL;
    bool is_named = near != NULL;
    json_array_foreach(others, i, mmsi)
    {
        for (size_t k = 0; k < s->count; k++)
            is_named = is_named || json_integer_value(mmsi) == s->number[k];
    }
    if (!is_named)
        return NULL;
    json_t *entry =
        story_add_entry(s, "near", near != NULL ? time : story_text_in(row, "time"));
    json_object_set(entry, "near", near);
    json_object_set(entry, "vessel", json_object_get(data, "vessel"));
    json_object_set(entry, "summary", json_object_get(data, "summary"));
    return entry;
}

static json_t *take_plain(struct story *s, const json_t *row, const json_t *data)
{
    const char *type = story_text_in(row, "type") + strlen("lookoutd.");
    char kind[40];
    json_t *entry = story_find_record(s, row, data);
    if (entry != NULL)
        return entry;
    /* Two rules may tell the same, one after the other. */
    size_t n = json_array_size(s->entries);
    for (size_t i = n; i > 0 && i + LOOK_BACK > n; i--) {
        entry = json_array_get(s->entries, i - 1);
        if (json_equal(json_object_get(entry, "summary"),
                       json_object_get(data, "summary")))
            return entry;
    }
    snprintf(kind, sizeof kind, "%.*s", (int)strcspn(type, "."), type);
    if (strcmp(kind, "vessel") == 0)
        snprintf(kind, sizeof kind, "%s", strstr(type, "sighted") ? "sighted" : "list");
    entry = story_add_entry(s, kind, story_text_in(row, "time"));
    json_object_set(entry, "summary", json_object_get(data, "summary"));
    json_object_set(entry, "vessel", json_object_get(data, "vessel"));
    json_object_set(entry, "position", json_object_get(data, "position"));
    return entry;
}

static json_t *take_alert(struct story *s, const json_t *row, const json_t *data)
{
    const char *type = story_text_in(row, "type") + strlen("lookoutd.");
    const json_t *with = json_object_get(json_object_get(data, "encounter"), "with");
    if (!story_is_hers(s, row) && (with == NULL || !story_is_hers(s, with)))
        return take_mention(s, row, data);
    for (size_t i = 0; i < SPANS; i++)
        if (story_starts_with(type, spans[i].type) &&
            json_object_get(data, spans[i].member) != NULL)
            return take_span(s, i, row, data);
    return take_plain(s, row, data);
}

int story_alerts_take(void *context, int64_t row_id, const char *text)
{
    static const char *const members[] = {"id",   "type",        "rule", "severity",
                                          "time", "detected_at", "state"};
    struct story *s = context;
    json_t *row = json_loads(text, 0, NULL);
    const json_t *data = json_object_get(json_object_get(row, "event"), "data");
    (void)row_id;
    if (row == NULL)
        return ERR_CORRUPT;
    json_t *entry =
        story_text_in(row, "type")[0] != '\0' ? take_alert(s, row, data) : NULL;
    if (entry != NULL) {
        json_t *alerts = json_object_get(entry, "alerts"), *alert = json_object();
        if (alerts == NULL) {
            alerts = json_array();
            json_object_set_new(entry, "alerts", alerts);
        }
        for (int i = 0; i < 7; i++)
            json_object_set(alert, members[i], json_object_get(row, members[i]));
        json_array_append_new(alerts, alert);
    }
    if (story_is_hers(s, row)) {
        story_note_identity(s, story_text_in(row, "detected_at"),
                            json_object_get(data, "vessel"));
        if (entry != NULL)
            story_put_mmsi(s, entry, row);
    }
    json_decref(row);
    return 0;
}

bool story_alerts_is_span(const json_t *entry)
{
    for (size_t i = 0; i < SPANS; i++)
        if (strcmp(story_text_in(entry, "kind"), spans[i].kind) == 0)
            return true;
    return false;
}
