/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers behind the detectors (detect:) and the bounds of the stores (limits:). The
 * defaults stand in the rooms that use them; `initial` repeats them for documentation and
 * a test holds the two together. */
#include "conf_int.h"

#include "lookout/base/time.h"

static void slack_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    const struct key as_duration = {
        .type = KEY_DURATION, .most = 24.0 * HOUR_MS, .accepts = key->accepts};
    struct conf *conf = base;
    int64_t ms = 0;
    if (conf_value_read(r, node, &as_duration, &ms))
        conf->engine.track.slack_h = (double)ms / (double)HOUR_MS;
}

#define AT(member) KEY_AT(conf, engine.member)

/* clang-format off */
static const struct key fix_keys[] = {
    {.name = "slow_max",      .type = KEY_SPEED, AT(track.slow_max_kn),    .least = 1, .most = 100, .initial = "25kn", .doc = "a fix that can be reached at this speed is always believed"},
    {.name = "factor",        .type = KEY_NUMBER, AT(track.speed_factor), .least = 1, .most = 5, .initial = "1.2", .doc = "times the track's 99th percentile speed, where that is more"},
    {.name = "max",           .type = KEY_SPEED, AT(track.max_kn),         .least = 1, .most = 200, .initial = "50kn", .doc = "never more than this"},
    {.name = "slack",         .type = KEY_OWN, .read = slack_read, .accepts = "a duration from 0s to 1d, such as 30s, 10min or 1h", .initial = "15min", .doc = "added to the time between two fixes"},
    {.name = "confirm_fixes", .type = KEY_INTEGER, AT(track.confirm_fixes), .least = 1, .most = 100, .initial = "3", .doc = "a second track of one MMSI raises events after so many fixes"},
    {.name = "confirm",       .type = KEY_DURATION,  AT(track.confirm_ms),     .least = 0, .most = 7 * DAY_MS, .initial = "30min", .doc = "and after so long"},
    {0},
};
static const struct key stop_keys[] = {
    {.name = "begin", .type = KEY_SPEED, AT(call.stop_begin_kn), .least = 0, .most = 10,    .initial = "0.5kn", .doc = "a stop begins at this speed or less"},
    {.name = "end",   .type = KEY_SPEED, AT(call.stop_end_kn),   .least = 0, .most = 20,    .initial = "1.5kn", .doc = "and ends at this speed or more"},
    {.name = "held",  .type = KEY_DURATION,  AT(call.stop_end_ms),   .least = 0, .most = DAY_MS, .initial = "10min", .doc = "held for so long"},
    {.name = "moved", .type = KEY_DISTANCE,  AT(call.stop_move_m),   .least = 50, .most = 50000, .initial = "1km", .doc = "or so far from where the stop began"},
    {0},
};
static const struct key call_keys[] = {
    {.name = "confirm", .type = KEY_DURATION, AT(call.confirm_ms), .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "so much of stop inside a port makes a port call"},
    {.name = "silence", .type = KEY_DURATION, AT(call.gap_ms),     .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "4h", .doc = "silence inside of so long counts as a stop"},
    {.name = "way",     .type = KEY_SPEED, AT(call.way_kn), .least = 1, .most = 100, .initial = "10kn", .doc = "the speed of a ship on its way through a silence where its own is unknown"},
    {0},
};
static const struct key zone_keys[] = {
    {.name = "enter_depth", .type = KEY_DISTANCE, AT(limits.zone_enter_depth_m),  .least = 0, .most = 100000, .initial = "200m", .doc = "one fix so deep inside is an entry; else two are needed"},
    {.name = "exit_depth",  .type = KEY_DISTANCE, AT(limits.zone_exit_depth_m),   .least = 0, .most = 100000, .initial = "500m", .doc = "one fix so far outside is an exit; else two are needed"},
    {.name = "rest",        .type = KEY_DISTANCE, AT(limits.zone_rest_m),         .least = 0, .most = 1000, .initial = "30m", .doc = "a ship at rest is not said to cross a boundary or gate that it lies so near; 0m: it is"},
    {.name = "rest_speed",  .type = KEY_SPEED, AT(limits.zone_rest_kn),       .least = 0, .most = 10, .initial = "0.5kn", .doc = "at this speed or less it is at rest"},
    {.name = "rest_time",   .type = KEY_DURATION, AT(limits.zone_rest_ms),        .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "and once it lay on the other side for so long, it has crossed"},
    {.name = "lost",        .type = KEY_DURATION, AT(limits.zone_lost_ms),        .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "60min", .doc = "silence inside of so long raises zone.lost"},
    {.name = "possible",    .type = KEY_DURATION, AT(limits.zone_possible_ms),    .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "crossings between fixes further apart are only possible"},
    {.name = "dwell_fresh", .type = KEY_DURATION, AT(limits.zone_dwell_fresh_ms), .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "a dwell needs a fix inside within this time"},
    {0},
};
static const struct key gate_keys[] = {
    {.name = "clear", .type = KEY_DISTANCE, AT(limits.gate_clear_m), .least = 0, .most = 100000, .initial = "500m", .doc = "so far off a gate a ship is clear of it; until then her crossings the same way are one"},
    {0},
};
static const struct key approach_keys[] = {
    {.name = "min_speed", .type = KEY_SPEED, AT(limits.approach_min_kn), .least = 0, .most = 50, .initial = "1kn", .doc = "slower ships approach nothing"},
    {0},
};
static const struct key gap_keys[] = {
    {.name = "nearby", .type = KEY_DISTANCE, AT(limits.gap_nearby_m), .least = 1000, .most = 1000000, .initial = "30nm", .doc = "others heard within this distance are counted in a gap"},
    {0},
};
const struct key conf_detect_keys[] = {
    {.name = "fix",      .type = KEY_MAPPING, .sub = fix_keys,      .doc = "which fixes are believed"},
    {.name = "stop",     .type = KEY_MAPPING, .sub = stop_keys,     .doc = "when a ship lies still"},
    {.name = "call",     .type = KEY_MAPPING, .sub = call_keys,     .doc = "what is a port call"},
    {.name = "zone",     .type = KEY_MAPPING, .sub = zone_keys,     .doc = "entering and leaving zones"},
    {.name = "gate",     .type = KEY_MAPPING, .sub = gate_keys,     .doc = "crossing gates"},
    {.name = "approach", .type = KEY_MAPPING, .sub = approach_keys, .doc = "approaching zones"},
    {.name = "gap",      .type = KEY_MAPPING, .sub = gap_keys,      .doc = "falling silent"},
    {0},
};
const struct key conf_limits_keys[] = {
    {.name = "vessels", .type = KEY_INTEGER, AT(vessels_max), .least = 1000, .most = 5000000, .initial = "200000", .doc = "vessels kept in memory; beyond it the one heard longest ago is forgotten"},
    {.name = "database_mb", .type = KEY_INTEGER, KEY_AT(conf, database_mb), .least = 64, .most = 16777216, .initial = "8192", .doc = "size of the database in MiB; beyond it the oldest history goes before its age, never what waits for delivery"},
    {0},
};
/* clang-format on */
