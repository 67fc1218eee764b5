/* SPDX-License-Identifier: Apache-2.0 */
/* Closes a record whose fields are set: position, dimensions, distress, hash. */
#include "record_int.h"

#include <math.h>
#include <string.h>

#include "lookout/base/time.h"

#define NOT_GIVEN ((double)NAN)

static void close_position(struct record *r)
{
    if (isnan(r->lat) || isnan(r->lon))
        return;
    double lon = r->lon;
    if (lon >= 180)
        lon -= 360;
    else if (lon < -180)
        lon += 360;
    struct geo_pos pos = {(int32_t)lrint(r->lat * GEO_E7), (int32_t)lrint(lon * GEO_E7)};
    /* Providers write zeros for a missing position. */
    if (pos.lat_e7 == 0 && pos.lon_e7 == 0)
        return;
    r->report.pos = pos;
    r->report.has |= HAS_POSITION;
}

static double sum_or_none(double a, double b)
{
    return isnan(a) || isnan(b) ? NOT_GIVEN : a + b;
}

static void close_dimensions(struct record *r)
{
    double length = sum_or_none(r->to_bow, r->to_stern);
    double beam = sum_or_none(r->to_port, r->to_starboard);
    if (isnan(length) || length == 0)
        length = r->length;
    if (isnan(beam) || beam == 0)
        beam = r->beam;
    if (!(length >= 0.5))
        return;
    r->report.length_m = (uint16_t)(length + 0.5);
    r->report.beam_m = isnan(beam) ? 0 : (uint16_t)(beam + 0.5);
    r->report.has |= HAS_DIMENSIONS;
}

/* Status 15 and safety texts have a meaning only for distress devices. */
static void close_distress(struct record *r)
{
    struct report *p = &r->report;
    bool is_distress = report_is_distress(p->mmsi);
    if (p->nav_status == 15 && !is_distress) {
        p->has &= ~(uint32_t)HAS_NAV_STATUS;
        p->nav_status = 0;
    }
    bool is_safety = p->msg_type == 14 || (p->msg_type == 0 && r->text[0] != '\0');
    if (!is_distress || !is_safety)
        return;
    p->has &= ~(uint32_t)(HAS_CALLSIGN | HAS_NAME | HAS_DESTINATION);
    p->has |= HAS_TEXT;
    memset(p->text, 0, sizeof p->text);
    memcpy(p->text, r->text, sizeof r->text);
}

bool record_close_is_told(const struct record *r)
{
    const struct report *p = &r->report;
    bool is_ship_type = p->msg_type == 0 || record_is_ship_type(p->msg_type);
    if (!r->is_no_ship)
        return p->has != 0;
    return report_is_distress(p->mmsi) &&
           ((p->has & HAS_TEXT) != 0 || (is_ship_type && p->has != 0));
}

unsigned record_close_decimals(struct geo_pos pos)
{
    unsigned decimals = 7;
    int32_t unit = 10;
    for (; decimals > 0 && pos.lat_e7 % unit == 0 && pos.lon_e7 % unit == 0; unit *= 10)
        decimals--;
    return decimals;
}

/* How far the position may be off in 1/10000 minute, which is how AIS sends it. Providers
 * round or cut to 4 or 5 decimals; a float, as AIS-catcher reckons, has a little more
 * than 5 beyond 64 degrees. */
static uint16_t find_rounding(struct geo_pos pos)
{
    enum { DECIMALS_5 = 6 };
    return record_close_decimals(pos) <= 4 ? REPORT_ROUNDING_4 : DECIMALS_5;
}

bool record_close(struct record *r)
{
    const uint32_t statics = HAS_IMO | HAS_IMO_WRONG | HAS_CALLSIGN | HAS_NAME |
                             HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_DRAUGHT |
                             HAS_DESTINATION;
    if (r->report.mmsi == 0 || (r->is_bad && !r->is_no_ship))
        return false;
    if (r->report.msg_type == 27 && r->report.sog_dkn == 630) {
        r->report.has &= ~(uint32_t)HAS_SOG; /* type 27: 63 kn is not available */
        r->report.sog_dkn = 0;
    }
    record_close_time(r);
    close_position(r);
    close_dimensions(r);
    close_distress(r);
    if ((r->report.has & statics) != 0)
        r->report.has |= HAS_STATIC;
    if (r->time_ms != TIME_NONE && r->millisecond >= 0 && r->time_ms % SECOND_MS == 0)
        r->time_ms += r->millisecond;
    if ((r->report.has & HAS_POSITION) != 0)
        r->report.rounding = find_rounding(r->report.pos);
    return true;
}
