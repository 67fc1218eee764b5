/* SPDX-License-Identifier: Apache-2.0 */
/* The words that summaries are made of: times, spans, ships, places, motion. */
#include "say_int.h"

#include <stdarg.h>
#include <string.h>

#include "lookout/base/timefmt.h"

void say_text(struct say_writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (w->rc == 0)
        w->rc = buf_vprintf(w->out, format, args);
    va_end(args);
}

/* "25 Mar 18:04Z" */
void say_time(struct say_writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    say_text(w, "%s", time_format_short(time_ms, text));
}

/* "25 Mar" */
void say_day(struct say_writer *w, int64_t time_ms)
{
    char text[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    say_text(w, "%.*s", (int)(strlen(text) - strlen(" 18:04Z")), text);
}

/* "19:04Z" when it is the same day as `other`, else with the day. */
void say_time_near(struct say_writer *w, int64_t time_ms, int64_t other_ms)
{
    char text[TIME_TEXT_BYTES], other[TIME_TEXT_BYTES];
    time_format_short(time_ms, text);
    time_format_short(other_ms, other);
    size_t day = strlen(text) - strlen("18:04Z");
    bool is_same_day = strlen(text) == strlen(other) && strncmp(text, other, day) == 0;
    say_text(w, "%s", is_same_day ? text + day : text);
}

/* "45 min", "3.5 h", "8.2 d" */
void say_span(struct say_writer *w, int64_t ms)
{
    if (ms < 2 * HOUR_MS)
        say_text(w, "%lld min", (long long)((ms + MINUTE_MS / 2) / MINUTE_MS));
    else if (ms < 2 * DAY_MS)
        say_text(w, "%.1f h", (double)ms / (double)HOUR_MS);
    else
        say_text(w, "%.1f d", (double)ms / (double)DAY_MS);
}

void say_vessel(struct say_writer *w)
{
    const struct rule_subject *s = w->look->subject;
    const char *name = s->info->name;
    const char *flag = vessel_flag(s->mmsi);
    if (name[0] == '\0' && s->watch != NULL)
        name = s->watch->name;
    say_text(w, "%s (", name[0] != '\0' ? name : "Unnamed vessel");
    if (s->info->imo != 0)
        say_text(w, "IMO %u, ", s->info->imo);
    say_text(w, "MMSI %09u", s->mmsi);
    if (flag[0] != '\0')
        say_text(w, ", flag %s from MMSI", flag);
    for (size_t i = 0; s->watch != NULL && i < s->watch->tag_count; i++)
        say_text(w, ", %s", s->watch->tags[i]);
    if (s->watch != NULL && s->watch->tag_count == 0)
        say_text(w, ", watched");
    say_text(w, ")");
}

void say_port(struct say_writer *w, const struct port *port)
{
    say_text(w, "%s %s", port->name, port->locode);
}

void say_motion(struct say_writer *w)
{
    const struct track_fix *fix = &w->look->subject->track->last;
    if ((fix->has & FIX_SOG) != 0)
        say_text(w, ", %.1f kn", fix->sog_dkn / 10.0);
    if ((fix->has & FIX_COG) != 0 && (fix->has & FIX_SOG) != 0 && fix->sog_dkn > 5)
        say_text(w, ", course %03d", (fix->cog_ddeg + 5) / 10 % 360);
}

void say_declared(struct say_writer *w)
{
    const char *destination = w->look->subject->info->destination;
    if (destination[0] != '\0')
        say_text(w, ", destination declared as %s", destination);
}
