/* SPDX-License-Identifier: Apache-2.0 */
/* Packs of fixes: a version, then for each fix a byte that says what differs from what
 * the fix before foretells, and the differences. Measured on ships that are heard every
 * 5 min: 6 to 9 bytes a fix. */
#include "lookout/track/fix_pack.h"

#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum {
    VERSION = 1,
    HOUR_S = 3600,
    /* 1/10,000 minute in 1e-7 degree is 100 / 6. */
    UNITS = 6,
    UNITS_E7 = 100,
    LAT_MOST = 90 * 600000,
    LON_MOST = 180 * 600000,
    SOG_MOST = 1023,
    COURSES = 3600,
    HEADINGS = 360,
    /* Below this speed, in 0.1 kn, the steps of a ship are noise and foretell nothing. */
    SLOW = 10,
    /* A step foretells nothing so many times its own time later. */
    FORETOLD_STEPS = 3
};

/* What follows the first byte of a fix, in this order. */
enum {
    SAYS_KIND = 1 << 0, /* has, navigation status, track */
    SAYS_TIME = 1 << 1, /* the change of the step */
    SAYS_LAT = 1 << 2,
    SAYS_LON = 1 << 3,
    SAYS_SOG = 1 << 4,
    SAYS_COG = 1 << 5,
    SAYS_HEADING = 1 << 6
};

int64_t fix_pack_hour(int64_t time_ms)
{
    return time_ms / HOUR_MS - (time_ms % HOUR_MS < 0);
}

/* Rounded, halves away from 0. */
static int64_t divide_rounded(int64_t value, int64_t by)
{
    return (value + (value < 0 ? -by / 2 : by / 2)) / by;
}

static int64_t units_of(int32_t e7)
{
    return divide_rounded((int64_t)e7 * UNITS, UNITS_E7);
}

static int32_t e7_of(int64_t units)
{
    return (int32_t)divide_rounded(units * UNITS_E7, UNITS);
}

/* The difference of two angles of a circle of `turns`, from -turns / 2 on. */
static int64_t turn_between(int64_t from, int64_t to, int64_t turns)
{
    return (to - from + turns + turns / 2) % turns - turns / 2;
}

void fix_pack_round(struct track_fix *fix)
{
    fix->time_ms -= ((fix->time_ms % SECOND_MS) + SECOND_MS) % SECOND_MS;
    fix->pos.lat_e7 = e7_of(units_of(fix->pos.lat_e7));
    fix->pos.lon_e7 = e7_of(units_of(fix->pos.lon_e7));
    fix->sog_dkn = (fix->has & FIX_SOG) != 0 ? fix->sog_dkn : 0;
    fix->cog_ddeg = (fix->has & FIX_COG) != 0 ? fix->cog_ddeg % COURSES : 0;
    fix->heading_deg = (fix->has & FIX_HEADING) != 0 ? fix->heading_deg % HEADINGS : 0;
    fix->nav_status = (fix->has & FIX_NAV_STATUS) != 0 ? fix->nav_status : 0;
    fix->source = 0;
}

static int64_t clamp_to(int64_t value, int64_t most)
{
    if (value < -most)
        return -most;
    return value > most ? most : value;
}

/* Where the last step leads in step_s more seconds. */
static int64_t foretell_place(const struct fix_pack *p, bool is_lat, int64_t step_s)
{
    int64_t last = is_lat ? p->lat : p->lon, way = is_lat ? p->lat_step : p->lon_step;
    bool is_slow = (p->has & FIX_SOG) == 0 || p->sog < SLOW;
    if (is_slow || p->step_s <= 0 || step_s <= 0 || step_s > FORETOLD_STEPS * p->step_s)
        return last;
    return clamp_to(last + way * step_s / p->step_s, is_lat ? LAT_MOST : LON_MOST);
}

void fix_pack_begin(struct fix_pack *p, int64_t hour, const void *bytes, size_t n)
{
    *p = (struct fix_pack){.hour = hour};
    wire_reader_init(&p->reader, bytes, n);
    if (n != 0 && wire_get_u64(&p->reader) != VERSION)
        p->failed = true;
}

/* --- reading --- */

static int64_t read_change(struct fix_pack *p, uint64_t says, uint64_t what)
{
    return (says & what) != 0 ? wire_get_i64(&p->reader) : 0;
}

/* Sums of what is read may not overflow: a change is at most this. */
static bool is_pack_change(int64_t change)
{
    return change >= -4 * (int64_t)LON_MOST && change <= 4 * (int64_t)LON_MOST;
}

/* Whether all is where a ship can be, at a time of this hour. */
static bool is_pack_place(const struct fix_pack *p)
{
    return p->at_s >= 0 && p->at_s < HOUR_S && p->lat >= -LAT_MOST &&
           p->lat <= LAT_MOST && p->lon >= -LON_MOST && p->lon <= LON_MOST &&
           p->sog >= 0 && p->sog <= SOG_MOST;
}

static void read_kind(struct fix_pack *p)
{
    p->has = (uint8_t)wire_get_limited(&p->reader, UINT8_MAX);
    p->nav_status = (uint8_t)wire_get_limited(&p->reader, UINT8_MAX);
    p->track = (uint32_t)wire_get_limited(&p->reader, UINT32_MAX);
}

static void read_pack_fix(struct fix_pack *p)
{
    uint64_t says = wire_get_limited(&p->reader, 0x7f);
    if ((says & SAYS_KIND) != 0)
        read_kind(p);
    int64_t time = read_change(p, says, SAYS_TIME), lat = read_change(p, says, SAYS_LAT),
            lon = read_change(p, says, SAYS_LON), sog = read_change(p, says, SAYS_SOG),
            cog = read_change(p, says, SAYS_COG),
            heading = read_change(p, says, SAYS_HEADING);
    p->failed = p->reader.failed || !is_pack_change(time) || !is_pack_change(lat) ||
                !is_pack_change(lon) || !is_pack_change(sog) || !is_pack_change(cog) ||
                !is_pack_change(heading);
    if (p->failed)
        return;
    int64_t step_s = p->step_s + time;
    int64_t was_lat = p->lat, was_lon = p->lon;
    p->lat = foretell_place(p, true, step_s) + lat;
    p->lon = foretell_place(p, false, step_s) + lon;
    p->lat_step = p->lat - was_lat;
    p->lon_step = p->lon - was_lon;
    p->step_s = step_s;
    p->at_s += step_s;
    p->sog += sog;
    p->cog = ((p->cog + cog) % COURSES + COURSES) % COURSES;
    p->heading = ((p->heading + heading) % HEADINGS + HEADINGS) % HEADINGS;
    p->failed = !is_pack_place(p);
}

bool fix_pack_next(struct fix_pack *p, struct fix_pack_fix *ret_fix)
{
    if (p->failed || p->reader.at == p->reader.end)
        return false;
    read_pack_fix(p);
    if (p->failed)
        return false;
    p->count++;
    *ret_fix = (struct fix_pack_fix){
        .track = p->track,
        .fix = {.time_ms = p->hour * HOUR_MS + p->at_s * SECOND_MS,
                .pos = {.lat_e7 = e7_of(p->lat), .lon_e7 = e7_of(p->lon)},
                .has = p->has,
                .sog_dkn = (p->has & FIX_SOG) != 0 ? (uint16_t)p->sog : 0,
                .cog_ddeg = (p->has & FIX_COG) != 0 ? (uint16_t)p->cog : 0,
                .heading_deg = (p->has & FIX_HEADING) != 0 ? (uint16_t)p->heading : 0,
                .nav_status = p->nav_status}};
    return true;
}

/* --- adding --- */

/* The changes that a fix makes, in the order of SAYS_TIME to SAYS_HEADING. */
enum { CHANGES = 6 };
struct changes {
    int64_t items[CHANGES];
};

static struct changes changes_of(const struct fix_pack *p, const struct track_fix *fix)
{
    int64_t at_s = (fix->time_ms - p->hour * HOUR_MS) / SECOND_MS;
    int64_t step_s = at_s - p->at_s;
    int64_t lat = units_of(fix->pos.lat_e7), lon = units_of(fix->pos.lon_e7);
    bool has_sog = (fix->has & FIX_SOG) != 0, has_cog = (fix->has & FIX_COG) != 0;
    bool has_heading = (fix->has & FIX_HEADING) != 0;
    /* A value that is not known stays what it was. */
    return (struct changes){
        {step_s - p->step_s, lat - foretell_place(p, true, step_s),
         lon - foretell_place(p, false, step_s), has_sog ? fix->sog_dkn - p->sog : 0,
         has_cog ? turn_between(p->cog, fix->cog_ddeg, COURSES) : 0,
         has_heading ? turn_between(p->heading, fix->heading_deg, HEADINGS) : 0}};
}

int fix_pack_add(struct fix_pack *p, const struct fix_pack_fix *given, struct buf *bytes)
{
    struct track_fix fix = given->fix;
    size_t before = bytes->length;
    struct wire_writer w = {.out = bytes};
    fix_pack_round(&fix);
    if (fix.sog_dkn > SOG_MOST)
        fix.sog_dkn = SOG_MOST;
    bool is_first = p->count == 0;
    if (is_first)
        wire_put_u64(&w, VERSION);
    bool is_other =
        fix.has != p->has || fix.nav_status != p->nav_status || given->track != p->track;
    p->has = fix.has; /* as it is when the place is read */
    const struct changes c = changes_of(p, &fix);
    uint64_t says = is_other ? SAYS_KIND : 0;
    for (int i = 0; i < CHANGES; i++)
        if (c.items[i] != 0)
            says |= (uint64_t)SAYS_TIME << i;
    wire_put_u64(&w, says);
    if (is_other) {
        wire_put_u64(&w, fix.has);
        wire_put_u64(&w, fix.nav_status);
        wire_put_u64(&w, given->track);
    }
    for (int i = 0; i < CHANGES; i++)
        if (c.items[i] != 0)
            wire_put_i64(&w, c.items[i]);
    /* Go on from what a reader will have read. */
    struct fix_pack_fix read;
    size_t begin = before + (is_first ? 1 : 0);
    if (!w.failed)
        wire_reader_init(&p->reader, bytes->data + begin, bytes->length - begin);
    if (!w.failed && fix_pack_next(p, &read))
        return 0;
    p->failed = true;
    bytes->length = before;
    return w.failed ? ERR_NOMEM : ERR_INVALID;
}
