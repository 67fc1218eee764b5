/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of a story: a function for each kind of entry. Times are UTC. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "story_int.h"

/* A sentence that is being written; it keeps the first failure. */
struct sentence {
    struct buf *out;
    int rc;
};

__attribute__((format(printf, 2, 3))) static void put(struct sentence *s,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (s->rc == 0)
        s->rc = buf_vprintf(s->out, format, args);
    va_end(args);
}

struct story_time story_say_time(const json_t *object, const char *name)
{
    struct story_time t;
    snprintf(t.text, sizeof t.text, "%.16s", story_text_in(object, name));
    if (strlen(t.text) > 10)
        t.text[10] = ' ';
    return t;
}

/* Tenths of minutes are rounded before they are split: 59.97' is the next degree. */
static int say_degrees(struct buf *out, double deg, int width, char half)
{
    long tenths = lround(fabs(deg) * 600);
    return buf_printf(out, "%0*ld\302\260%02ld.%ld'%c", width, tenths / 600,
                      tenths % 600 / 10, tenths % 10, half);
}

int story_say_place(struct buf *out, const json_t *point)
{
    const json_t *at = json_object_get(point, "coordinates");
    double lon = json_number_value(json_array_get(at, 0));
    double lat = json_number_value(json_array_get(at, 1));
    int rc = say_degrees(out, lat, 2, lat < 0 ? 'S' : 'N');
    if (rc == 0)
        rc = buf_add_char(out, ' ');
    return rc != 0 ? rc : say_degrees(out, lon, 3, lon < 0 ? 'W' : 'E');
}

int story_say_texts(struct buf *out, const json_t *texts)
{
    size_t i = 0;
    const json_t *text = NULL;
    int rc = 0;
    json_array_foreach(texts, i, text)
    {
        if (rc == 0)
            rc = buf_printf(out, "%s%s", i == 0 ? "" : ", ", json_string_value(text));
    }
    return rc;
}

static bool has_told(const json_t *object, const char *name)
{
    return json_object_get(object, name) != NULL;
}

/* "at 36°06.0'N 123°12.0'E, 58 nm from the nearest port, Weihai CNWEG" */
static void put_place(struct sentence *s, const json_t *entry)
{
    const json_t *point = json_object_get(entry, "position");
    const json_t *port = json_object_get(entry, "nearest");
    if (point == NULL)
        return;
    put(s, " at ");
    if (s->rc == 0)
        s->rc = story_say_place(s->out, point);
    if (port != NULL)
        put(s, ", %.0f nm from the nearest port, %s %s",
            story_number_in(port, "distance_nm"), story_text_in(port, "name"),
            story_text_in(port, "locode"));
}

/* Distances from the shore are known up to 60 nm. */
static void put_offshore(struct sentence *s, const json_t *told)
{
    double nm = story_number_in(told, "offshore_nm");
    if (has_told(told, "offshore_nm"))
        put(s, ", %.0f nm%s from the shore", nm, nm >= 60 ? " and more" : "");
}

/* "EXAMPLE LIGHTER (IMO 9999577, MMSI 538000043, flag MH from MMSI)" */
static void put_vessel(struct sentence *s, const json_t *ship)
{
    const char *name = story_text_in(ship, "name"), *flag = story_text_in(ship, "flag");
    put(s, "%s (", name[0] != '\0' ? name : "an unnamed vessel");
    if (has_told(ship, "imo"))
        put(s, "IMO %.0f, ", story_number_in(ship, "imo"));
    put(s, "MMSI %09.0f", story_number_in(ship, "mmsi"));
    if (flag[0] != '\0')
        put(s, ", flag %s from MMSI", flag);
    put(s, ")");
}

/* "5.8 h" between two times of an object; "" when one is absent. */
static void put_span(struct sentence *s, const json_t *o, const char *from,
                     const char *to, const char *format)
{
    const char *a = story_text_in(o, from), *b = story_text_in(o, to);
    int64_t from_ms = 0, to_ms = 0;
    char text[24];
    if (time_parse(a, strlen(a), &from_ms) != 0 || time_parse(b, strlen(b), &to_ms) != 0)
        return;
    double h = (double)(to_ms - from_ms) / (double)HOUR_MS;
    snprintf(text, sizeof text, h < 48 ? "%.1f h" : "%.1f d", h < 48 ? h : h / 24);
    put(s, "%s%s", format, text);
}

/* --- calls and voyages --- */

static void write_call_words(struct sentence *s, const json_t *entry)
{
    const json_t *call = json_object_get(entry, "call");
    const char *kind = story_text_in(call, "kind");
    put(s, "%s %s: ", story_text_in(call, "port"), story_text_in(call, "locode"));
    if (has_told(call, "arrived_at"))
        put(s, "arrived %s", story_say_time(call, "arrived_at").text);
    else if (has_told(call, "entered_at"))
        put(s, "entered %s", story_say_time(call, "entered_at").text);
    else
        put(s, "was there when first heard");
    if (has_told(call, "departed_at")) {
        put(s, ", departed %s", story_say_time(call, "departed_at").text);
        put_span(s, call, "arrived_at", "departed_at", ", after ");
    } else if (!has_told(call, "arrived_at") && has_told(call, "left_at")) {
        put(s, ", left %s without a stop that was seen",
            story_say_time(call, "left_at").text);
    } else {
        put(s, ", no departure on record");
    }
    if (strcmp(kind, "unknown") != 0 && kind[0] != '\0')
        put(s, "; at %s %s", kind[0] == 'a' ? "an" : "a", kind);
    put(s, "; confidence %.0f of 4", story_number_in(call, "confidence"));
    if (has_told(call, "draught_m"))
        put(s, "; draught %.1f m", story_number_in(call, "draught_m"));
}

static void write_voyage(struct sentence *s, const json_t *entry)
{
    const json_t *v = json_object_get(entry, "voyage");
    const json_t *declared = json_object_get(v, "destinations");
    put(s, "from %s %s to %s %s, arrived %s", story_text_in(v, "from_name"),
        story_text_in(v, "from"), story_text_in(v, "to_name"), story_text_in(v, "to"),
        story_say_time(v, "arrived_at").text);
    put_span(s, v, "departed_at", "arrived_at", ", after ");
    if (has_told(v, "distance_nm"))
        put(s, "; %.0f nm", story_number_in(v, "distance_nm"));
    if (has_told(v, "longest_gap_h"))
        put(s, "; longest time without a report %.1f h",
            story_number_in(v, "longest_gap_h"));
    if (has_told(v, "draught_departure_m") && has_told(v, "draught_arrival_m"))
        put(s, "; draught %.1f m, then %.1f m", story_number_in(v, "draught_departure_m"),
            story_number_in(v, "draught_arrival_m"));
    if (json_array_size(declared) != 0) {
        put(s, "; declared destination: ");
        if (s->rc == 0)
            s->rc = story_say_texts(s->out, declared);
    }
}

/* --- silences --- */

/* Ports of one verdict; "" of a silence that goes on. */
static void put_ports(struct sentence *s, const json_t *reach, const char *verdict,
                      const char *words)
{
    size_t i = 0, n = 0;
    const json_t *port = NULL;
    json_array_foreach(reach, i, port)
    {
        if (strcmp(story_text_in(port, "verdict"), verdict) != 0)
            continue;
        put(s, "%s%s %s", n++ == 0 ? words : "; ", story_text_in(port, "name"),
            story_text_in(port, "locode"));
        bool is_open = verdict[0] == '\0';
        if (!is_open && strcmp(verdict, "possible") != 0)
            continue;
        put(s,
            is_open ? " (%.0f nm over water, from %s on"
                    : " (%.0f nm over water, "
                      "between %s",
            story_number_in(port, "way_nm"), story_say_time(port, "earliest").text);
        if (!is_open)
            put(s, " and %s", story_say_time(port, "latest").text);
        put(s, ")");
    }
    if (n != 0)
        put(s, ".");
}

static void put_coverage(struct sentence *s, const json_t *told)
{
    if (!has_told(told, "coverage"))
        return;
    put(s, " Coverage was %s: %.0f other vessels were heard near by meanwhile.",
        story_text_in(told, "coverage"), story_number_in(told, "others_heard"));
}

static void write_silence(struct sentence *s, const json_t *entry)
{
    const json_t *gap = json_object_get(entry, "gap");
    const json_t *call = json_object_get(entry, "silent_call");
    const json_t *told = call != NULL ? call : gap;
    const json_t *reach = json_object_get(entry, "reach");
    if (has_told(entry, "until")) {
        put(s, "no report until %s", story_say_time(entry, "until").text);
        put_span(s, entry, "time", "until", ", for ");
    } else {
        put(s, "no report for at least %.1f h", story_number_in(told, "hours"));
    }
    put(s, "; last heard");
    put_place(s, entry);
    if (has_told(gap, "distance_nm"))
        put(s, "; heard again %.0f nm from there", story_number_in(gap, "distance_nm"));
    put(s, ".");
    put_ports(s, reach, "possible", " Could have called at ");
    put_ports(s, reach, "unknown", " Not to be ruled out: ");
    put_ports(s, reach, "", " Could reach ");
    const json_t *least = json_object_get(gap, "nearest_impossible");
    if (least != NULL && json_array_size(reach) == 0)
        put(s, " Could not have called at %s %s, the nearest port asked about.",
            story_text_in(least, "name"), story_text_in(least, "locode"));
    put_coverage(s, told);
}

/* --- meetings, loitering, identities --- */

static void write_meeting(struct sentence *s, const json_t *entry)
{
    const json_t *e = json_object_get(entry, "encounter");
    put(s, "beside ");
    put_vessel(s, json_object_get(entry, "with"));
    if (has_told(entry, "until")) {
        put(s, " until %s", story_say_time(entry, "until").text);
        put_span(s, entry, "time", "until", ", for ");
    } else {
        put(s, " for at least %.1f h", story_number_in(e, "hours"));
    }
    put(s, ", %.0f m apart (median)", story_number_in(e, "distance_m"));
    put_place(s, entry);
    put_offshore(s, e);
    if (has_told(e, "apart_before_nm"))
        put(s, ". Two hours before they were %.1f nm apart",
            story_number_in(e, "apart_before_nm"));
    put(s, ".");
}

static void write_loitering(struct sentence *s, const json_t *entry)
{
    const json_t *l = json_object_get(entry, "loiter"), *ship = NULL;
    size_t i = 0;
    put(s, "slow, far from any port,");
    if (has_told(entry, "until")) {
        put(s, " until %s", story_say_time(entry, "until").text);
        put_span(s, entry, "time", "until", ", for ");
    } else {
        put(s, " for at least %.1f h", story_number_in(l, "hours"));
    }
    put_place(s, entry);
    put_offshore(s, l);
    put(s, ".");
    json_array_foreach(json_object_get(l, "silent_near"), i, ship)
    {
        put(s, i == 0 ? " Fell silent near there before: " : "; ");
        put_vessel(s, ship);
        put(s, " %.1f nm away at %s", story_number_in(ship, "distance_nm"),
            story_say_time(ship, "last_seen").text);
    }
    if (i != 0)
        put(s, ".");
}

/* Another ship's alert names this one. */
static void write_mention(struct sentence *s, const json_t *entry)
{
    const json_t *near = json_object_get(entry, "near");
    if (has_told(near, "last_seen")) {
        put(s, "fell silent %.1f nm from where ", story_number_in(near, "distance_nm"));
        put_vessel(s, json_object_get(entry, "vessel"));
        put(s, " then stayed slow.");
        return;
    }
    if (near != NULL)
        put(s, "%.1f nm from this: ", story_number_in(near, "distance_nm"));
    put(s, "%s", story_text_in(entry, "summary"));
}

static void write_identity(struct sentence *s, const json_t *entry)
{
    const json_t *ship = json_object_get(entry, "identity");
    put(s, "on record as ");
    put_vessel(s, ship);
    if (has_told(ship, "callsign"))
        put(s, ", call sign %s", story_text_in(ship, "callsign"));
    put(s, ", until %s", story_say_time(entry, "until").text);
}

/* --- alerts that are sentences already --- */

/* The summary without the ship that it begins with, where that is the story's. */
static const char *rest_of_summary(const json_t *entry)
{
    const char *summary = story_text_in(entry, "summary");
    const char *name = story_text_in(json_object_get(entry, "vessel"), "name");
    const char *end = strchr(summary, ')');
    if (name[0] == '\0')
        name = "Unnamed vessel";
    if (strcmp(story_text_in(entry, "kind"), "near") == 0)
        return summary;
    bool is_label = strncmp(summary, name, strlen(name)) == 0 &&
                    strncmp(summary + strlen(name), " (", 2) == 0;
    return is_label && end != NULL && end[1] == ' ' ? end + 2 : summary;
}

static void write_rest(struct sentence *s, const json_t *entry)
{
    put(s, "%s", rest_of_summary(entry));
}

int story_say(const json_t *entry, struct buf *out)
{
    static const struct {
        const char *member;
        void (*say)(struct sentence *s, const json_t *entry);
    } kinds[] = {
        /* clang-format off */
        {"call",        write_call_words},
        {"voyage",      write_voyage},
        {"gap",         write_silence},
        {"silent_call", write_silence},
        {"encounter",   write_meeting},
        {"loiter",      write_loitering},
        {"near",        write_mention},
        {"identity",    write_identity},
        /* clang-format on */
    };
    struct sentence s = {.out = out};
    void (*say)(struct sentence *, const json_t *) = write_rest;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (has_told(entry, kinds[i].member))
            say = kinds[i].say;
    say(&s, entry);
    return s.rc;
}
