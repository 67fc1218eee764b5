/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the story of one ship from the store: port calls and voyages, alerts, and the
 * identities that these bear. What several alerts tell of one thing (a silence begins, a
 * port could be reached, the silence ends) is one entry. */
#include "story_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/geo/geo.h"
#include "lookout/voyage/ports.h"

const char *story_text_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

double story_number_in(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

int64_t story_integer_in(const json_t *object, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(object, name));
}

static int64_t ms_in(const json_t *object, const char *name)
{
    const char *text = story_text_in(object, name);
    int64_t ms = TIME_NONE;
    return time_parse(text, strlen(text), &ms) == 0 ? ms : TIME_NONE;
}

bool story_starts_with(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 && (text[n] == '.' || text[n] == '\0');
}

/* --- whose the records are --- */

static void note_number(struct story *s, int64_t number)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->number[i] == number)
            return;
    if (number > 0 && s->count < NUMBERS_MAX)
        s->number[s->count++] = number;
}

static void note_numbers(struct story *s, const json_t *vessel)
{
    size_t i = 0;
    json_t *former = NULL;
    note_number(s, story_integer_in(vessel, "mmsi"));
    note_number(s, story_integer_in(vessel, "imo"));
    json_array_foreach(json_object_get(vessel, "former"), i, former)
    {
        note_number(s, story_integer_in(former, "mmsi"));
    }
}

bool story_is_hers(const struct story *s, const json_t *ship)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->number[i] == story_integer_in(ship, "mmsi") ||
            s->number[i] == story_integer_in(ship, "imo"))
            return true;
    return false;
}

/* --- entries --- */

json_t *story_add_entry(struct story *s, const char *kind, const char *time)
{
    json_t *entry = json_pack("{s:s,s:s}", "time", time, "kind", kind);
    if (entry != NULL && json_array_append_new(s->entries, entry) != 0)
        entry = NULL;
    return entry;
}

void story_put_mmsi(const struct story *s, json_t *entry, const json_t *ship)
{
    int64_t mmsi = story_integer_in(ship, "mmsi");
    if (mmsi != 0 && mmsi != story_integer_in(json_array_get(s->vessels, 0), "mmsi"))
        json_object_set_new(entry, "mmsi", json_integer((json_int_t)mmsi));
}

/* When the ship was heard last under that MMSI, before it went on under another one;
 * `is_before`: under the one before that MMSI. "": it was not. */
static const char *find_left(const struct story *s, int64_t mmsi, bool is_before)
{
    const json_t *vessel = json_array_get(s->vessels, 0);
    const json_t *former = json_object_get(vessel, "former");
    size_t at = 0;
    if (mmsi == story_integer_in(vessel, "mmsi"))
        return is_before ? story_text_in(json_array_get(former, 0), "until") : "";
    while (at < json_array_size(former) &&
           story_integer_in(json_array_get(former, at), "mmsi") != mmsi)
        at++;
    return story_text_in(json_array_get(former, is_before ? at + 1 : at), "until");
}

static bool is_text_later(const char *time, const char *than)
{
    return than[0] != '\0' && strcmp(time, than) > 0; /* all are of one form */
}

void story_note_identity(struct story *s, const char *time, const json_t *ship)
{
    static const char *const members[] = {"mmsi", "imo", "name", "callsign", "flag"};
    if (time[0] == '\0' || story_integer_in(ship, "mmsi") == 0)
        return;
    /* A gap is told hours after the last report. */
    const char *left = find_left(s, story_integer_in(ship, "mmsi"), false);
    json_t *o = json_pack("{s:s}", "time", is_text_later(time, left) ? left : time);
    for (int i = 0; i < 5; i++)
        json_object_set(o, members[i], json_object_get(ship, members[i]));
    json_array_append_new(s->seen, o);
}

/* --- calls and voyages --- */

static const char *first_time(const json_t *row, const char *const *names)
{
    for (; *names != NULL; names++)
        if (story_text_in(row, *names)[0] != '\0')
            return story_text_in(row, *names);
    return "";
}

static int take_call_row(void *context, int64_t row_id, const char *text)
{
    static const char *const begins[] = {"arrived_at", "entered_at", "departed_at",
                                         "left_at", NULL};
    static const char *const departs[] = {"departed_at", NULL};
    static const char *const ends[] = {"left_at", "departed_at", NULL};
    static const char *const arrives[] = {"arrived_at", NULL};
    struct story *s = context;
    json_t *row = json_loads(text, 0, NULL);
    (void)row_id;
    if (row == NULL)
        return ERR_CORRUPT;
    bool is_voyage = strcmp(story_text_in(row, "record"), "voyage") == 0;
    const char *kind = is_voyage ? "voyage" : "call";
    const char *until = first_time(row, is_voyage ? arrives : ends);
    json_t *entry =
        story_add_entry(s, kind, first_time(row, is_voyage ? departs : begins));
    if (until[0] != '\0')
        json_object_set_new(entry, "until", json_string(until));
    story_put_mmsi(s, entry, row);
    /* What began under the MMSI before is on record under the one at its end. */
    const char *begin = story_text_in(entry, "time");
    const char *left = find_left(s, story_integer_in(row, "mmsi"), true);
    bool is_taken_over = left[0] != '\0' && !is_text_later(begin, left);
    story_note_identity(s, is_taken_over ? until : begin, row);
    json_object_set(entry, kind, row);
    json_decref(row);
    return entry != NULL ? 0 : ERR_NOMEM;
}

/* Whether an alert of that time tells of the call or voyage on record. A call that began
 * before the first report has no times at its begin. */
static bool is_told_call(const json_t *row, const json_t *told, int64_t time_ms)
{
    static const char *const times[] = {"arrived_at", "entered_at", "departed_at"};
    bool has_begin = false;
    for (int k = 0; k < 3; k++) {
        json_t *at = json_object_get(told, times[k]);
        json_t *known = json_object_get(row, times[k]);
        if (at != NULL && json_equal(at, known))
            return true;
        has_begin = has_begin || (k < 2 && (at != NULL || known != NULL));
    }
    int64_t departed_ms = ms_in(row, "departed_at");
    return !has_begin && (departed_ms == TIME_NONE || time_ms <= departed_ms);
}

json_t *story_find_record(struct story *s, const json_t *alert, const json_t *data)
{
    const char *type = story_text_in(alert, "type");
    bool is_voyage = strcmp(type, "lookoutd.voyage.completed") == 0;
    const char *kind = is_voyage ? "voyage" : "call";
    const json_t *told = json_object_get(data, kind);
    const char *locode = story_text_in(json_object_get(data, "port"), "locode");
    int64_t time_ms = ms_in(alert, "time");
    size_t i = 0;
    json_t *entry = NULL;
    if (told == NULL)
        return NULL;
    json_array_foreach(s->entries, i, entry)
    {
        const json_t *row = json_object_get(entry, kind);
        if (row == NULL ||
            (!is_voyage && strcmp(story_text_in(row, "locode"), locode) != 0) ||
            !is_told_call(row, told, time_ms))
            continue;
        if (time_ms < ms_in(entry, "time"))
            json_object_set(entry, "time", json_object_get(alert, "time"));
        return entry;
    }
    return NULL;
}

/* --- identities --- */

/* A member of a list that is sorted. */
struct timed {
    int64_t ms;
    size_t index;
    json_t *item; /* owned */
};

static int compare_timed(const void *a, const void *b)
{
    const struct timed *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* In order of time; equal times keep their order. */
static int sort_by_time(json_t *list)
{
    size_t n = json_array_size(list);
    struct timed *items = calloc(n + 1, sizeof *items);
    if (items == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_incref(json_array_get(list, i));
        items[i] = (struct timed){ms_in(item, "time"), i, item};
    }
    qsort(items, n, sizeof *items, compare_timed);
    json_array_clear(list);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, items[i].item);
    free(items);
    return 0;
}

/* Whether nothing that both know differs. */
static bool fits_identity(const json_t *identity, const json_t *seen)
{
    static const char *const members[] = {"imo", "name", "callsign"};
    for (int i = 0; i < 3; i++) {
        json_t *one = json_object_get(identity, members[i]);
        json_t *other = json_object_get(seen, members[i]);
        if (one != NULL && other != NULL && !json_equal(one, other))
            return false;
    }
    return true;
}

/* The newest entry of the MMSI; NULL. */
static json_t *identity_of(const json_t *identities, int64_t mmsi)
{
    json_t *found = NULL, *entry = NULL;
    size_t i = 0;
    json_array_foreach(identities, i, entry)
    {
        if (story_integer_in(json_object_get(entry, "identity"), "mmsi") == mmsi)
            found = entry;
    }
    return found;
}

/* An entry for each time in which the ship's records bear one identity. */
static int add_identities(struct story *s)
{
    json_t *identities = json_array(), *seen = NULL;
    size_t i = 0;
    int rc = sort_by_time(s->seen);
    json_array_foreach(s->seen, i, seen)
    {
        json_t *entry = identity_of(identities, story_integer_in(seen, "mmsi"));
        if (entry == NULL || !fits_identity(json_object_get(entry, "identity"), seen)) {
            entry = json_pack("{s:O,s:s,s:{}}", "time", json_object_get(seen, "time"),
                              "kind", "identity", "identity");
            json_array_append_new(identities, entry);
            story_put_mmsi(s, entry, seen);
        }
        json_object_set(entry, "until", json_object_get(seen, "time"));
        json_t *identity = json_object_get(entry, "identity");
        json_object_update_missing(identity, seen);
        json_object_del(identity, "time");
    }
    if (rc == 0 && json_array_extend(identities, s->entries) != 0)
        rc = ERR_NOMEM;
    json_decref(s->entries);
    s->entries = identities;
    return rc;
}

/* --- all of it --- */

/* The nearest port, for the places of kinds that say no port. */
static void put_nearest(const struct story *s, json_t *entry)
{
    const json_t *at = json_object_get(json_object_get(entry, "position"), "coordinates");
    double m = 0;
    if (at == NULL || s->ports == NULL)
        return;
    struct geo_pos pos = geo_to_pos((struct geo_point){
        .lat = json_number_value(json_array_get(at, 1)),
        .lon = json_number_value(json_array_get(at, 0)),
    });
    uint32_t port = ports_nearest(s->ports, pos, &m);
    if (port == PORT_NONE)
        return;
    const struct port *p = ports_get(s->ports, port);
    json_object_set_new(entry, "nearest",
                        json_pack("{s:s,s:s,s:f}", "locode", p->locode, "name", p->name,
                                  "distance_nm", (double)(int64_t)(m / NM_M + 0.5)));
}

static int finish_entries(struct story *s)
{
    struct buf text = {0};
    size_t i = 0;
    json_t *entry = NULL;
    int rc = sort_by_time(s->entries);
    json_array_foreach(s->entries, i, entry)
    {
        if (story_alerts_is_span(entry))
            put_nearest(s, entry);
        buf_clear(&text);
        if (rc == 0)
            rc = story_say(entry, &text);
        json_object_set_new(entry, "text", json_string(buf_text(&text)));
        json_object_del(entry, "summary");
        json_object_del(entry, "vessel");
    }
    buf_finish(&text);
    return rc;
}

int story_tell(struct store_reader *r, const json_t *vessels, const struct ports *ports,
               json_t **ret_story)
{
    struct story s = {.vessels = vessels, .ports = ports};
    char numbers[NUMBERS_MAX][24];
    const char *words[NUMBERS_MAX];
    size_t i = 0;
    json_t *vessel = NULL;
    s.entries = json_array();
    s.seen = json_array();
    json_array_foreach(vessels, i, vessel)
    {
        note_numbers(&s, vessel);
        story_note_identity(&s, story_text_in(json_object_get(vessel, "last"), "time"),
                            vessel);
    }
    for (i = 0; i < s.count; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)s.number[i]);
        words[i] = numbers[i];
    }
    struct store_filter filter = {.since_ms = TIME_NONE,
                                  .vessels = words,
                                  .vessel_count = s.count,
                                  .with_mentions = true};
    int rc = s.entries != NULL && s.seen != NULL ? 0 : ERR_NOMEM;
    if (rc == 0)
        rc = query_calls(r, &filter, take_call_row, &s);
    if (rc == 0)
        rc = query_alerts(r, &filter, story_alerts_take, &s);
    if (rc == 0)
        rc = add_identities(&s);
    if (rc == 0)
        rc = finish_entries(&s);
    json_decref(s.seen);
    if (rc == 0)
        *ret_story = s.entries;
    else
        json_decref(s.entries);
    return rc;
}
