/* SPDX-License-Identifier: Apache-2.0 */
/* Anchorage or berth: the kind of the port's area when it has one, else the navigation
 * status of most fixes of the stops, else the way the ship lay: at anchor it swings with
 * wind and tide, at a berth it keeps its place and heading. */
#include <string.h>

#include "call_kind_int.h"
#include "lookout/base/time.h"
#include "lookout/geo/near.h"

/* ITU-R M.1371-5 table 47. */
#define STATUS_AT_ANCHOR 1
#define STATUS_MOORED 5

#define ANCHORED_SPREAD_M 100.0
#define ANCHORED_HEADINGS_DEG 60
#define BERTHED_SPREAD_M 50.0
#define BERTHED_HEADINGS_DEG 15

const char *call_kind_name(enum call_kind kind)
{
    static const char *const names[] = {"unknown", "anchorage", "berth"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : names[0];
}

void call_kind_begin(struct call_state *s)
{
    if (s->here.first_ms != TIME_NONE)
        return;
    s->has_heading = false;
    s->spread_m = 0;
}

/* Widen the arc heading_low..heading_high (clockwise) on the shorter side, so that it
 * holds the heading. */
static void add_heading(struct call_state *s, uint16_t heading_deg)
{
    if (!s->has_heading) {
        s->has_heading = true;
        s->heading_low = s->heading_high = heading_deg;
        return;
    }
    unsigned width = (s->heading_high + 360u - s->heading_low) % 360u;
    unsigned offset = (heading_deg + 360u - s->heading_low) % 360u;
    if (offset <= width)
        return;
    if (offset - width <= 360u - offset)
        s->heading_high = heading_deg;
    else
        s->heading_low = heading_deg;
}

static void count_status(struct call_state *s, uint8_t nav_status)
{
    if (s->anchored_fixes == UINT16_MAX || s->moored_fixes == UINT16_MAX) {
        s->anchored_fixes /= 2;
        s->moored_fixes /= 2;
    }
    if (nav_status == STATUS_AT_ANCHOR)
        s->anchored_fixes++;
    if (nav_status == STATUS_MOORED)
        s->moored_fixes++;
}

void call_kind_count(struct call_state *s, const struct track_fix *fix)
{
    if (near_most_m(s->stop_pos, fix->pos) > s->spread_m) {
        double off_m = geo_distance_m(s->stop_pos, fix->pos);
        if (off_m > s->spread_m)
            s->spread_m = off_m;
    }
    if ((fix->has & FIX_HEADING) != 0)
        add_heading(s, fix->heading_deg);
    if ((fix->has & FIX_NAV_STATUS) != 0)
        count_status(s, fix->nav_status);
}

static enum call_kind kind_of_area(const struct port *port, struct geo_pos pos)
{
    uint32_t zone;
    if (port->area == NULL || zone_set_at(port->area, pos, &zone, 1) == 0)
        return CALL_KIND_UNKNOWN;
    const char *kind = zone_set_info(port->area, zone)->kind;
    if (strcmp(kind, "anchorage") == 0)
        return CALL_KIND_ANCHORAGE;
    return strcmp(kind, "berth") == 0 ? CALL_KIND_BERTH : CALL_KIND_UNKNOWN;
}

uint8_t call_kind_of(const struct call_state *s, const struct ports *ports)
{
    enum call_kind kind = kind_of_area(ports_get(ports, s->member), s->here.pos);
    if (kind != CALL_KIND_UNKNOWN)
        return (uint8_t)kind;
    if (s->anchored_fixes != s->moored_fixes)
        return s->anchored_fixes > s->moored_fixes ? CALL_KIND_ANCHORAGE
                                                   : CALL_KIND_BERTH;
    if (!s->has_heading)
        return CALL_KIND_UNKNOWN;
    unsigned headings = (s->heading_high + 360u - s->heading_low) % 360u;
    if (s->spread_m > ANCHORED_SPREAD_M && headings > ANCHORED_HEADINGS_DEG)
        return CALL_KIND_ANCHORAGE;
    if (s->spread_m < BERTHED_SPREAD_M && headings < BERTHED_HEADINGS_DEG)
        return CALL_KIND_BERTH;
    return CALL_KIND_UNKNOWN;
}
