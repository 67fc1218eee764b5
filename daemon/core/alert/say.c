/* SPDX-License-Identifier: Apache-2.0 */
/* The words of summaries. */
#include "lookout/alert/say.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "lookout/alert/alert.h"
#include "lookout/alert/body.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

void say_text(struct say_writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (w->rc == 0)
        w->rc = buf_vprintf(w->out, format, args);
    va_end(args);
}

/* --- times --- */

/* A time as "25 Mar" and "18:04". */
struct clock {
    char day[TIME_TEXT_BYTES], hour[TIME_TEXT_BYTES];
};

static struct clock clock_at(int64_t time_ms)
{
    struct clock c;
    time_format_short(time_ms, c.day);
    char *hour = strrchr(c.day, ' ');
    *hour = '\0';
    memcpy(c.hour, hour + 1, strlen("18:04"));
    c.hour[strlen("18:04")] = '\0';
    return c;
}

/* The local time and the name of its zone; NULL without a time zone. */
static const char *local_at(const struct say_writer *w, int64_t time_ms,
                            struct clock *ret)
{
    const struct engine_timezone *tz = w->timezone;
    if (tz == NULL || tz->count == 0)
        return NULL;
    size_t i = tz->count - 1;
    while (i > 0 && tz->begin_ms[i] > time_ms)
        i--;
    *ret = clock_at(time_ms + tz->offset_s[i] * SECOND_MS);
    return tz->abbreviation[i];
}

static void say_clock(struct say_writer *w, int64_t time_ms, bool has_day)
{
    struct clock utc = clock_at(time_ms), local;
    const char *zone = local_at(w, time_ms, &local);
    bool is_same_day = zone != NULL && strcmp(utc.day, local.day) == 0;
    say_text(w, "%s%s%sZ", has_day ? utc.day : "", has_day ? " " : "", utc.hour);
    if (zone != NULL)
        say_text(w, " (%s%s%s %s)", is_same_day ? "" : local.day, is_same_day ? "" : " ",
                 local.hour, zone);
}

void say_time(struct say_writer *w, int64_t time_ms)
{
    say_clock(w, time_ms, true);
}

void say_time_near(struct say_writer *w, int64_t time_ms, int64_t other_ms)
{
    struct clock at = clock_at(time_ms), other = clock_at(other_ms);
    say_clock(w, time_ms, strcmp(at.day, other.day) != 0);
}

void say_day(struct say_writer *w, int64_t time_ms)
{
    struct clock utc = clock_at(time_ms), local;
    const char *zone = local_at(w, time_ms, &local);
    say_text(w, "%s", utc.day);
    if (zone != NULL && strcmp(utc.day, local.day) != 0)
        say_text(w, " (%s %s)", local.day, zone);
}

void say_span(struct say_writer *w, int64_t ms)
{
    if (ms < 2 * HOUR_MS)
        say_text(w, "%lld min", (long long)((ms + MINUTE_MS / 2) / MINUTE_MS));
    else if (ms < 2 * DAY_MS)
        say_text(w, "%.1f h", (double)ms / (double)HOUR_MS);
    else
        say_text(w, "%.1f d", (double)ms / (double)DAY_MS);
}

/* --- ships, places, motion --- */

void say_distance(struct say_writer *w, double m)
{
    char text[UNITS_TEXT_BYTES];
    size_t digits = strspn(units_format_distance(m, text), "0123456789.");
    say_text(w, "%.*s %s", (int)digits, text, text + digits);
}

void say_ship(struct say_writer *w, const struct body_ship *ship)
{
    const struct watch_entry *watch = ship->watch;
    const char *name = ship->info->name;
    const char *flag = vessel_flag(ship->mmsi);
    const char *kind = vessel_distress_name(ship->mmsi);
    if (name[0] == '\0' && watch != NULL)
        name = watch->name;
    if (kind == NULL)
        kind = name[0] == '\0' ? "Unnamed vessel" : "";
    say_text(w, kind[0] != '\0' && name[0] != '\0' ? "%s %s (" : "%s%s (", kind, name);
    if (ship->info->imo != 0)
        say_text(w, "IMO %u, ", ship->info->imo);
    say_text(w, "MMSI %09u", ship->mmsi);
    if (flag[0] != '\0')
        say_text(w, ", flag %s from MMSI", flag);
    for (size_t i = 0; watch != NULL && i < watch->tag_count; i++)
        say_text(w, ", %s", watch->tags[i]);
    if (watch != NULL && watch->tag_count == 0)
        say_text(w, ", watched");
    say_text(w, ")");
}

void say_port(struct say_writer *w, const struct port *port)
{
    say_text(w, "%s %s", port->name, port->locode);
}

/* Round to tenths of minutes before splitting: 59.97' is the next degree. */
static void say_angle(struct say_writer *w, double deg, int width, char half)
{
    long tenths = lround(fabs(deg) * 600);
    say_text(w, "%0*ld°%02ld.%ld'%c", width, tenths / 600, tenths % 600 / 10, tenths % 10,
             half);
}

void say_place(struct say_writer *w, struct geo_pos pos)
{
    struct geo_point p = geo_to_point(pos);
    say_angle(w, p.lat, 2, p.lat < 0 ? 'S' : 'N');
    say_text(w, " ");
    say_angle(w, p.lon, 3, p.lon < 0 ? 'W' : 'E');
}

void say_certainty(struct say_writer *w, enum zone_certainty certainty)
{
    if (certainty == ZONE_INFERRED)
        say_text(w, ", inferred from the fixes before and after");
    if (certainty == ZONE_POSSIBLE)
        say_text(w, ", possible only: the fixes before and after are far apart in time");
}

void say_motion(struct say_writer *w, const struct track_fix *fix)
{
    if ((fix->has & FIX_SOG) != 0)
        say_text(w, ", %.1f kn", fix->sog_dkn / 10.0);
    if ((fix->has & FIX_COG) != 0 && (fix->has & FIX_SOG) != 0 && fix->sog_dkn > 5)
        say_text(w, ", course %03d", (fix->cog_ddeg + 5) / 10 % 360);
}
