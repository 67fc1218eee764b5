/* SPDX-License-Identifier: Apache-2.0 */
/* A story as text, in the width of the terminal: labels at the left, sentences beside. */
#include <stdio.h>
#include <string.h>

#include "cmd_grid.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/track/vessel_type.h"
#include "story_int.h"

enum { LABEL = 12, TIME = 18, KIND = 11 };

/* A labelled paragraph, if it has a text; empties it. */
static void print_labelled(const char *label, struct buf *text)
{
    if (text->length != 0) {
        printf("%-*s", LABEL, label);
        cmd_grid_print_wrapped(buf_text(text), LABEL);
    }
    buf_clear(text);
}

/* What cannot be written for want of memory is missing. */
#define ADD(...) (void)(buf_printf(text, __VA_ARGS__) == 0)

static void add_ship_words(struct buf *text, const json_t *ship)
{
    const char *name = story_text_in(ship, "name"), *flag = story_text_in(ship, "flag");
    const char *callsign = story_text_in(ship, "callsign");
    ADD("%s", name[0] != '\0' ? name : "no name known");
    if (json_object_get(ship, "imo") != NULL)
        ADD(", IMO %.0f", story_number_in(ship, "imo"));
    ADD(", MMSI %09.0f", story_number_in(ship, "mmsi"));
    if (flag[0] != '\0')
        ADD(" (flag %s from MMSI)", flag);
    if (callsign[0] != '\0')
        ADD(", call sign %s", callsign);
}

static void add_static(struct buf *text, const json_t *ship)
{
    int type = (int)story_number_in(ship, "type");
    const char *destination = story_text_in(ship, "destination");
    const char *port = story_text_in(ship, "destination_port");
    if (type > 0 && type <= UINT8_MAX)
        ADD("%s (type %d)", vessel_type_names[vessel_type_of((uint8_t)type)], type);
    if (json_object_get(ship, "length_m") != NULL)
        ADD("%s%.0f m long", text->length != 0 ? ", " : "",
            story_number_in(ship, "length_m"));
    if (json_object_get(ship, "draught_m") != NULL)
        ADD("%sdraught %.1f m", text->length != 0 ? ", " : "",
            story_number_in(ship, "draught_m"));
    if (destination[0] != '\0')
        ADD("%sdestination declared as %s", text->length != 0 ? ", " : "", destination);
    if (port[0] != '\0')
        ADD(" (%s)", port);
}

static void add_watched(struct buf *text, const json_t *ship)
{
    const char *id = story_text_in(ship, "watch_id"), *note = story_text_in(ship, "note");
    const json_t *tags = json_object_get(ship, "tags");
    if (!json_is_true(json_object_get(ship, "watched")))
        return;
    ADD("matched by %s", story_text_in(ship, "matched_by"));
    if (id[0] != '\0')
        ADD(", entry %s", id);
    if (json_array_size(tags) != 0) {
        ADD(", tags ");
        (void)(story_say_texts(text, tags) == 0);
    }
    if (note[0] != '\0')
        ADD("; note: %s", note);
}

static void add_listed(struct buf *text, const json_t *list)
{
    static const struct {
        const char *member, *words;
    } members[] = {{"entry", "entry "},
                   {"name", "as "},
                   {"published", "published "},
                   {"file", "file "},
                   {"sha256", "SHA-256 "}};
    ADD("%s", story_text_in(list, "list"));
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (story_text_in(list, members[i].member)[0] != '\0')
            ADD(", %s%s", members[i].words, story_text_in(list, members[i].member));
    if (json_array_size(json_object_get(list, "programs")) != 0) {
        ADD("; programs ");
        (void)(story_say_texts(text, json_object_get(list, "programs")) == 0);
    }
    if (json_array_size(json_object_get(list, "owners")) != 0) {
        ADD("; owners ");
        (void)(story_say_texts(text, json_object_get(list, "owners")) == 0);
    }
}

static void add_last(struct buf *text, const json_t *ship)
{
    const json_t *last = json_object_get(ship, "last");
    const json_t *port = json_object_get(ship, "port");
    const json_t *nearest = json_object_get(ship, "nearest"), *zone = NULL;
    char age[CMD_GRID_TEXT_BYTES];
    size_t i = 0;
    if (last == NULL)
        return;
    json_t *point = json_pack("{s:[ff]}", "coordinates", story_number_in(last, "lon"),
                              story_number_in(last, "lat"));
    ADD("%s, %s ago, at ", story_say_time(last, "time").text,
        cmd_grid_span(SECOND_MS * (int64_t)story_number_in(last, "age_s"), age));
    (void)(story_say_place(text, point) == 0);
    json_decref(point);
    if (json_object_get(last, "sog_kn") != NULL)
        ADD(", %.1f kn", story_number_in(last, "sog_kn"));
    if (json_object_get(last, "cog_deg") != NULL && story_number_in(last, "sog_kn") > 0.5)
        ADD(", course %03.0f", story_number_in(last, "cog_deg"));
    if (port != NULL)
        ADD("; in port %s %s", story_text_in(port, "name"),
            story_text_in(port, "locode"));
    else if (nearest != NULL)
        ADD("; %.0f nm from the nearest port, %s %s",
            story_number_in(nearest, "distance_nm"), story_text_in(nearest, "name"),
            story_text_in(nearest, "locode"));
    json_array_foreach(json_object_get(ship, "zones"), i, zone)
    {
        ADD("; in zone %s since %s", story_text_in(zone, "id"),
            story_say_time(zone, "since").text);
    }
}

static void print_runs(const json_t *ship, struct buf *text)
{
    size_t i = 0, k = 0;
    json_t *route = NULL, *run = NULL;
    json_array_foreach(json_object_get(ship, "routes"), i, route)
    {
        json_array_foreach(json_object_get(route, "runs"), k, run)
        {
            ADD("route %s, step %.0f of %.0f, last at %s, until %s%s",
                story_text_in(route, "rule"), story_number_in(run, "step"),
                story_number_in(run, "steps"), story_text_in(run, "last"),
                story_say_time(run, "expires").text,
                json_is_true(json_object_get(run, "forecast")) ? "; the next was forecast"
                                                               : "");
            print_labelled("Open run", text);
        }
    }
}

static void print_ship_head(const json_t *ship, bool is_first)
{
    struct buf buffer = {0}, *text = &buffer;
    size_t i = 0;
    json_t *one = NULL;
    add_ship_words(text, ship);
    print_labelled(is_first ? "Ship" : "Also", text);
    json_array_foreach(json_object_get(ship, "former"), i, one)
    {
        ADD("MMSI %09.0f until %s", story_number_in(one, "mmsi"),
            story_say_time(one, "until").text);
        print_labelled("Former", text);
    }
    add_static(text, ship);
    print_labelled("Sends", text);
    add_watched(text, ship);
    print_labelled("Watched", text);
    json_array_foreach(json_object_get(ship, "lists"), i, one)
    {
        add_listed(text, one);
        print_labelled("List", text);
    }
    add_last(text, ship);
    print_labelled("Last heard", text);
    print_runs(ship, text);
    buf_finish(text);
}

/* Which rules told it, each once, with the severity of the first alert. */
static void add_rules(struct buf *text, const json_t *entry)
{
    const json_t *alerts = json_object_get(entry, "alerts"), *alert = NULL;
    size_t i = 0, n = 0;
    json_array_foreach(alerts, i, alert)
    {
        json_t *rule = json_object_get(alert, "rule");
        size_t k = 0;
        while (k < i &&
               !json_equal(json_object_get(json_array_get(alerts, k), "rule"), rule))
            k++;
        if (k < i || rule == NULL)
            continue;
        ADD("%s%s: %s", n++ == 0 ? " [" : ", ", json_string_value(rule),
            story_text_in(alert, "severity"));
    }
    if (n != 0)
        ADD("]");
}

void story_print(const json_t *vessels, const json_t *story, const char *made)
{
    struct buf buffer = {0}, *text = &buffer;
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(vessels, i, one)
    {
        print_ship_head(one, i == 0);
    }
    ADD("%.16s by lookoutd %s, from what is on record. Times are UTC, nm are nautical "
        "miles, kn are knots. In brackets: the rules that told of it.",
        made, LOOKOUT_VERSION);
    if (text->length > 10)
        text->data[10] = ' ';
    print_labelled("Printed", text);
    putchar('\n');
    json_array_foreach(story, i, one)
    {
        printf("%-*s%-*s", TIME, story_say_time(one, "time").text, KIND,
               story_text_in(one, "kind"));
        if (json_object_get(one, "mmsi") != NULL)
            ADD("as MMSI %09.0f: ", story_number_in(one, "mmsi"));
        ADD("%s", story_text_in(one, "text"));
        add_rules(text, one);
        cmd_grid_print_wrapped(buf_text(text), TIME + KIND);
        buf_clear(text);
    }
    buf_finish(text);
}
