/* SPDX-License-Identifier: Apache-2.0 */
/* What ships do in a scenario, as sentences with tag-block times. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "scenario_int.h"

static void send(struct scenario *s, struct scenario_ship *ship,
                 const struct aisgen_bits *bits)
{
    char text[AISGEN_TEXT_BYTES];
    char tagged[AISGEN_TEXT_BYTES];
    /* Times to the millisecond, as some providers send them. */
    struct aisgen_tag tag = {.station = "TEST",
                             .time_s = (ship->clock_ms + ship->stamp_ms) / 1000};
    s->sequence = (s->sequence + 1) % 10;
    aisgen_tagged(bits, "AIVDM", s->sequence, 'A', &tag, text);
    snprintf(tagged, sizeof tagged, "%s", text);
    scenario_add_line(s, ship->clock_ms, tagged);
    if (s->twice_ms == 0)
        return;
    tag.station = "OTHER";
    tag.time_s += s->twice_ms / 1000;
    aisgen_tagged(bits, "AIVDM", s->sequence, 'B', &tag, text);
    scenario_add_line(s, ship->clock_ms + s->twice_ms, text);
}

struct motion {
    double sog, cog;
    int status;
    bool is_nowhere;
};

static void report(struct scenario *s, struct scenario_ship *ship, const struct motion *m)
{
    struct aisgen_bits bits;
    struct geo_point p = geo_to_point(ship->pos);
    struct aisgen_position position = {.type = 1,
                                       .mmsi = ship->mmsi,
                                       .lat = m->is_nowhere ? (double)NAN : p.lat,
                                       .lon = m->is_nowhere ? (double)NAN : p.lon,
                                       .sog = m->sog,
                                       .cog = m->cog,
                                       .heading = 511,
                                       .status = m->status,
                                       .second = (int)(ship->clock_ms / 1000 % 60)};
    aisgen_position(&position, &bits);
    send(s, ship, &bits);
}

static void identify(struct scenario *s, struct scenario_ship *ship)
{
    struct aisgen_bits bits;
    struct aisgen_static v = {.mmsi = ship->mmsi,
                              .imo = ship->imo,
                              .callsign = ship->callsign,
                              .name = ship->name,
                              .destination = ship->destination,
                              .ship_type = ship->type,
                              .to_bow = ship->length_m / 2,
                              .to_stern = ship->length_m - ship->length_m / 2,
                              .draught = ship->draught_m,
                              .hour = 24,
                              .minute = 60};
    aisgen_static5(&v, &bits);
    send(s, ship, &bits);
}

static void broadcast(struct scenario *s, struct scenario_ship *ship, const char *text)
{
    struct aisgen_bits bits;
    aisgen_safety14(ship->mmsi, text, &bits);
    send(s, ship, &bits);
}

static int read_duration(const char *text, int64_t *ret_ms)
{
    return text != NULL && units_parse_duration(text, strlen(text), ret_ms) == 0 ? 0 : 1;
}

static int read_place(const char *text, struct geo_pos *ret_pos)
{
    struct geo_point p;
    const char *comma = text != NULL ? strchr(text, ',') : NULL;
    if (comma == NULL || units_parse_number(text, (size_t)(comma - text), &p.lat) != 0 ||
        units_parse_number(comma + 1, strlen(comma + 1), &p.lon) != 0)
        return 1;
    *ret_pos = geo_to_pos(p);
    return 0;
}

static int lie(struct scenario *s, struct scenario_ship *ship, char *rest)
{
    int64_t span_ms;
    struct motion still = {.sog = 0, .cog = 0, .status = 0};
    if (read_duration(scenario_word(&rest), &span_ms) != 0)
        return 1;
    int64_t end_ms = ship->clock_ms + span_ms;
    while (ship->clock_ms <= end_ms) {
        report(s, ship, &still);
        if (ship->clock_ms == end_ms)
            break;
        ship->clock_ms += s->every_ms;
        if (ship->clock_ms > end_ms)
            ship->clock_ms = end_ms;
    }
    return 0;
}

static int sail(struct scenario *s, struct scenario_ship *ship, char *rest)
{
    struct geo_pos to, from = ship->pos;
    double kn;
    const char *speed;
    if (read_place(scenario_word(&rest), &to) != 0 ||
        (speed = scenario_word(&rest)) == NULL ||
        units_parse_speed(speed, strlen(speed), &kn) != 0)
        return 1;
    double span_ms = geo_distance_m(from, to) / (kn * KN_MPS) * 1000;
    int64_t begin_ms = ship->clock_ms,
            end_ms = begin_ms + ((int64_t)span_ms + 999) / 1000 * 1000;
    while (ship->clock_ms < end_ms) {
        ship->clock_ms += s->every_ms;
        if (ship->clock_ms > end_ms)
            ship->clock_ms = end_ms;
        double fraction =
            (double)(ship->clock_ms - begin_ms) / (double)(end_ms - begin_ms);
        ship->pos = geo_interpolate(from, to, fraction);
        double cog = fraction < 1 ? geo_bearing_deg(ship->pos, to)
                                  : geo_bearing_deg(geo_interpolate(from, to, 0.999), to);
        struct motion m = {.sog = kn, .cog = cog, .status = 0};
        report(s, ship, &m);
    }
    ship->pos = to;
    return 0;
}

static int fix(struct scenario *s, struct scenario_ship *ship, char *rest)
{
    struct motion m = {.sog = 0, .cog = 0, .status = 15};
    const char *place = scenario_word(&rest);
    m.is_nowhere = place != NULL && strcmp(place, "nowhere") == 0;
    if (!m.is_nowhere && read_place(place, &ship->pos) != 0)
        return 1;
    for (char *key; (key = scenario_word(&rest)) != NULL;) {
        const char *value = scenario_word(&rest);
        double number = (double)NAN;
        bool is_known = value == NULL || strcmp(value, "unknown") != 0;
        if (value == NULL ||
            (is_known && units_parse_number(value, strlen(value), &number) != 0))
            return 1;
        if (strcmp(key, "sog") == 0)
            m.sog = number;
        else if (strcmp(key, "cog") == 0)
            m.cog = number;
        else if (strcmp(key, "status") == 0)
            m.status = (int)number;
        else
            return 1;
    }
    report(s, ship, &m);
    return 0;
}

int scenario_set_members(struct scenario_ship *ship, char *rest)
{
    for (char *word; (word = scenario_word(&rest)) != NULL;) {
        const char *value = scenario_word(&rest);
        if (value == NULL)
            return 1;
        if (strcmp(word, "mmsi") == 0)
            ship->mmsi = (uint32_t)strtoul(value, NULL, 10);
        else if (strcmp(word, "imo") == 0)
            ship->imo = (uint32_t)strtoul(value, NULL, 10);
        else if (strcmp(word, "name") == 0)
            text_copy(ship->name, sizeof ship->name, value);
        else if (strcmp(word, "callsign") == 0)
            text_copy(ship->callsign, sizeof ship->callsign, value);
        else if (strcmp(word, "type") == 0)
            ship->type = (int)strtol(value, NULL, 10);
        else if (strcmp(word, "length") == 0)
            ship->length_m = (int)strtol(value, NULL, 10);
        else if (strcmp(word, "draught") != 0 ||
                 units_parse_number(value, strlen(value), &ship->draught_m) != 0)
            return 1;
    }
    return 0;
}

static int act(struct scenario *s, struct scenario_ship *ship, const char *verb,
               char *rest)
{
    int64_t span_ms;
    const char *text;
    if (strcmp(verb, "at") == 0)
        return read_place(scenario_word(&rest), &ship->pos);
    if (strcmp(verb, "lies") == 0)
        return lie(s, ship, rest);
    if (strcmp(verb, "sails") == 0)
        return sail(s, ship, rest);
    if (strcmp(verb, "fix") == 0)
        return fix(s, ship, rest);
    if (strcmp(verb, "waits") == 0) {
        if (read_duration(scenario_word(&rest), &span_ms) != 0)
            return 1;
        ship->clock_ms += span_ms;
        return 0;
    }
    if (strcmp(verb, "stamped") == 0)
        return read_duration(scenario_word(&rest), &ship->stamp_ms);
    if (strcmp(verb, "type") == 0) {
        text = scenario_word(&rest);
        ship->type = text != NULL ? (int)strtol(text, NULL, 10) : 0;
        identify(s, ship);
        return text == NULL;
    }
    if (strcmp(verb, "declares") == 0) {
        text = scenario_word(&rest);
        if (text == NULL)
            return 1;
        text_copy(ship->destination, sizeof ship->destination, text);
        identify(s, ship);
        return 0;
    }
    if (strcmp(verb, "says") == 0) {
        text = scenario_word(&rest);
        if (text != NULL)
            broadcast(s, ship, text);
        return text == NULL;
    }
    if (strcmp(verb, "sends") == 0 && scenario_set_members(ship, rest) != 0)
        return 1;
    if (strcmp(verb, "sends") == 0 || strcmp(verb, "identifies") == 0) {
        identify(s, ship);
        return 0;
    }
    return 1;
}

int scenario_act(struct scenario *s, struct scenario_ship *ship, char *verb, char *rest,
                 int line)
{
    if (act(s, ship, verb, rest) == 0)
        return 0;
    fprintf(stderr, "%s:%d: cannot be read: %s %s ...\n", s->path, line, ship->key, verb);
    return 1;
}
