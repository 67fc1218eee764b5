/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers behind the detectors (detect:) and the bounds of the stores (limits:). The
 * defaults stand in the rooms that use them; `initial` repeats them for documentation and
 * a test holds the two together. */
#include "conf_int.h"

#include "lookout/base/timefmt.h"

static void slack_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf *conf = base;
    int64_t ms = 0;
    if (conf_duration(r, node, 0, 24 * HOUR_MS, &ms))
        conf->engine.track.slack_h = (double)ms / (double)HOUR_MS;
}

#define AT(member) .offset = offsetof(struct conf, engine.member)
#define SPEED .type = CONF_TYPE_SPEED
#define TIME .type = CONF_TYPE_DURATION
#define AWAY .type = CONF_TYPE_DISTANCE

/* clang-format off */
static const struct conf_key fix_keys[] = {
    {"slow_max",      SPEED, AT(track.slow_max_kn),    .least = 1, .most = 100, .initial = "25kn", .doc = "a fix that can be reached at this speed is always believed"},
    {"factor",        .type = CONF_TYPE_NUMBER, AT(track.speed_factor), .least = 1, .most = 5, .initial = "1.2", .doc = "times the track's 99th percentile speed, where that is more"},
    {"max",           SPEED, AT(track.max_kn),         .least = 1, .most = 200, .initial = "50kn", .doc = "never more than this"},
    {"slack",         .type = CONF_TYPE_OTHER, AT(track.slack_h), .read = slack_read, .accepts = "a duration from 0s to 1d, such as 30s, 10min or 1h", .initial = "15min", .doc = "added to the time between two fixes"},
    {"confirm_fixes", .type = CONF_TYPE_U32, AT(track.confirm_fixes), .least = 1, .most = 100, .initial = "3", .doc = "a second track of one MMSI raises events after so many fixes"},
    {"confirm",       TIME,  AT(track.confirm_ms),     .least = 0, .most = 7 * DAY_MS, .initial = "30min", .doc = "and after so long"},
    {0},
};
static const struct conf_key stop_keys[] = {
    {"begin", SPEED, AT(call.stop_begin_kn), .least = 0, .most = 10,    .initial = "0.5kn", .doc = "a stop begins at this speed or less"},
    {"end",   SPEED, AT(call.stop_end_kn),   .least = 0, .most = 20,    .initial = "1.5kn", .doc = "and ends at this speed or more"},
    {"held",  TIME,  AT(call.stop_end_ms),   .least = 0, .most = DAY_MS, .initial = "10min", .doc = "held for so long"},
    {"moved", AWAY,  AT(call.stop_move_m),   .least = 50, .most = 50000, .initial = "1km", .doc = "or so far from where the stop began"},
    {0},
};
static const struct conf_key call_keys[] = {
    {"confirm", TIME, AT(call.confirm_ms), .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "so much of stop inside a port makes a port call"},
    {"silence", TIME, AT(call.gap_ms),     .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "4h", .doc = "silence inside of so long counts as a stop"},
    {"way",     SPEED, AT(call.way_kn), .least = 1, .most = 100, .initial = "10kn", .doc = "the speed of a ship on its way through a silence where its own is unknown"},
    {0},
};
static const struct conf_key zone_keys[] = {
    {"enter_depth", AWAY, AT(limits.zone_enter_depth_m),  .least = 0, .most = 100000, .initial = "200m", .doc = "one fix so deep inside is an entry; else two are needed"},
    {"exit_depth",  AWAY, AT(limits.zone_exit_depth_m),   .least = 0, .most = 100000, .initial = "500m", .doc = "one fix so far outside is an exit; else two are needed"},
    {"rest",        AWAY, AT(limits.zone_rest_m),         .least = 0, .most = 1000, .initial = "30m", .doc = "a ship at rest is not said to cross a boundary or gate that it lies so near; 0m: it is"},
    {"rest_speed",  SPEED, AT(limits.zone_rest_kn),       .least = 0, .most = 10, .initial = "0.5kn", .doc = "at this speed or less it is at rest"},
    {"rest_time",   TIME, AT(limits.zone_rest_ms),        .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "and once it lay on the other side for so long, it has crossed"},
    {"lost",        TIME, AT(limits.zone_lost_ms),        .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "60min", .doc = "silence inside of so long raises zone.lost"},
    {"possible",    TIME, AT(limits.zone_possible_ms),    .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "crossings between fixes further apart are only possible"},
    {"dwell_fresh", TIME, AT(limits.zone_dwell_fresh_ms), .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "a dwell needs a fix inside within this time"},
    {0},
};
static const struct conf_key gate_keys[] = {
    {"clear", AWAY, AT(limits.gate_clear_m), .least = 0, .most = 100000, .initial = "500m", .doc = "so far off a gate a ship is clear of it; until then her crossings the same way are one"},
    {0},
};
static const struct conf_key approach_keys[] = {
    {"min_speed", SPEED, AT(limits.approach_min_kn), .least = 0, .most = 50, .initial = "1kn", .doc = "slower ships approach nothing"},
    {0},
};
static const struct conf_key gap_keys[] = {
    {"nearby", AWAY, AT(limits.gap_nearby_m), .least = 1000, .most = 1000000, .initial = "30nm", .doc = "others heard within this distance are counted in a gap"},
    {0},
};
const struct conf_key conf_detect_keys[] = {
    {"fix",      .type = CONF_TYPE_MAPPING, .sub = fix_keys,      .doc = "which fixes are believed"},
    {"stop",     .type = CONF_TYPE_MAPPING, .sub = stop_keys,     .doc = "when a ship lies still"},
    {"call",     .type = CONF_TYPE_MAPPING, .sub = call_keys,     .doc = "what is a port call"},
    {"zone",     .type = CONF_TYPE_MAPPING, .sub = zone_keys,     .doc = "entering and leaving zones"},
    {"gate",     .type = CONF_TYPE_MAPPING, .sub = gate_keys,     .doc = "crossing gates"},
    {"approach", .type = CONF_TYPE_MAPPING, .sub = approach_keys, .doc = "approaching zones"},
    {"gap",      .type = CONF_TYPE_MAPPING, .sub = gap_keys,      .doc = "falling silent"},
    {0},
};
const struct conf_key conf_limits_keys[] = {
    {"vessels", .type = CONF_TYPE_U32, AT(vessels_max), .least = 1000, .most = 5000000, .initial = "200000", .doc = "vessels kept in memory; beyond it the one heard longest ago is forgotten"},
    {"database_mb", .type = CONF_TYPE_U32, CONF_AT(conf, database_mb), .least = 64, .most = 16777216, .initial = "8192", .doc = "size of the database in MiB; beyond it the oldest history goes before its age, never what waits for delivery"},
    {0},
};
/* clang-format on */
