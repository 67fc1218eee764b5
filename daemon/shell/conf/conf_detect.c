/* SPDX-License-Identifier: Apache-2.0 */
/* The thresholds of the detectors (detect:) and the bounds of the stores (limits:). The
 * rooms that use them hold the defaults. `initial` repeats the defaults for
 * documentation, and a test compares the two. */
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
    {.name = "factor",        .type = KEY_NUMBER, AT(track.speed_factor), .least = 1, .most = 5, .initial = "1.2", .doc = "a fix is also believed at this factor times the 99th percentile of the vessel's speeds"},
    {.name = "max",           .type = KEY_SPEED, AT(track.max_kn),         .least = 1, .most = 200, .initial = "50kn", .doc = "no fix is believed above this speed"},
    {.name = "slack",         .type = KEY_OWN, .read = slack_read, .accepts = "a duration from 0s to 1d, such as 30s, 10min or 1h", .initial = "15min", .doc = "this time is added to the time between two fixes"},
    {.name = "confirm_fixes", .type = KEY_INTEGER, AT(track.confirm_fixes), .least = 1, .most = 100, .initial = "3", .doc = "a second track of one MMSI raises events after this many fixes"},
    {.name = "confirm",       .type = KEY_DURATION,  AT(track.confirm_ms),     .least = 0, .most = 7 * DAY_MS, .initial = "30min", .doc = "and after this time"},
    {0},
};
static const struct key stop_keys[] = {
    {.name = "begin", .type = KEY_SPEED, AT(call.stop_begin_kn), .least = 0, .most = 10,    .initial = "0.5kn", .doc = "a stop begins at this speed or less"},
    {.name = "end",   .type = KEY_SPEED, AT(call.stop_end_kn),   .least = 0, .most = 20,    .initial = "1.5kn", .doc = "a stop ends at this speed or more"},
    {.name = "held",  .type = KEY_DURATION,  AT(call.stop_end_ms),   .least = 0, .most = DAY_MS, .initial = "10min", .doc = "when that speed is held for this time"},
    {.name = "moved", .type = KEY_DISTANCE,  AT(call.stop_move_m),   .least = 50, .most = 50000, .initial = "1km", .doc = "a stop also ends this far from where it began; outside ports, at anchor by the ship's own status, twice as far, because it swings"},
    {0},
};
static const struct key call_keys[] = {
    {.name = "confirm", .type = KEY_DURATION, AT(call.confirm_ms), .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "this much stop time inside a port is a port call"},
    {.name = "silence", .type = KEY_DURATION, AT(call.gap_ms),     .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "4h", .doc = "a silence of this length inside a port counts as a stop"},
    {.name = "way",     .type = KEY_SPEED, AT(call.way_kn), .least = 1, .most = 100, .initial = "10kn", .doc = "the speed assumed during a silence for a vessel whose own speed is unknown"},
    {0},
};
static const struct key zone_keys[] = {
    {.name = "enter_depth", .type = KEY_DISTANCE, AT(limits.zone_enter_depth_m),  .least = 0, .most = 100000, .initial = "200m", .doc = "one fix this deep inside is an entry; otherwise two fixes are needed"},
    {.name = "exit_depth",  .type = KEY_DISTANCE, AT(limits.zone_exit_depth_m),   .least = 0, .most = 100000, .initial = "500m", .doc = "one fix this far outside is an exit; otherwise two fixes are needed"},
    {.name = "rest",        .type = KEY_DISTANCE, AT(limits.zone_rest_m),         .least = 0, .most = 1000, .initial = "30m", .doc = "a vessel at rest does not cross a boundary or gate that is this near; 0m switches this off"},
    {.name = "rest_speed",  .type = KEY_SPEED, AT(limits.zone_rest_kn),       .least = 0, .most = 10, .initial = "0.5kn", .doc = "a vessel is at rest at this speed or less"},
    {.name = "rest_time",   .type = KEY_DURATION, AT(limits.zone_rest_ms),        .least = 0, .most = 7 * DAY_MS, .initial = "60min", .doc = "a vessel at rest on the other side for this time has crossed"},
    {.name = "lost",        .type = KEY_DURATION, AT(limits.zone_lost_ms),        .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "60min", .doc = "a silence of this length inside a zone raises zone.lost"},
    {.name = "possible",    .type = KEY_DURATION, AT(limits.zone_possible_ms),    .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "a crossing between fixes further apart has certainty \"possible\""},
    {.name = "dwell_fresh", .type = KEY_DURATION, AT(limits.zone_dwell_fresh_ms), .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "2h", .doc = "zone.dwelled needs a fix inside within this time"},
    {0},
};
static const struct key gate_keys[] = {
    {.name = "clear", .type = KEY_DISTANCE, AT(limits.gate_clear_m), .least = 0, .most = 100000, .initial = "500m", .doc = "a vessel is clear of a gate at this distance; until then, crossings in the same direction count as one"},
    {0},
};
static const struct key approach_keys[] = {
    {.name = "min_speed", .type = KEY_SPEED, AT(limits.approach_min_kn), .least = 0, .most = 50, .initial = "1kn", .doc = "slower vessels do not approach zones"},
    {0},
};
static const struct key gap_keys[] = {
    {.name = "nearby", .type = KEY_DISTANCE, AT(limits.gap_nearby_m), .least = 1000, .most = 1000000, .initial = "30nm", .doc = "gap.started counts the other vessels that are heard within this distance"},
    {0},
};
static const struct key reach_keys[] = {
    {.name = "factor",    .type = KEY_NUMBER,   AT(reach.factor),       .least = 0.5, .most = 1, .initial = "0.93", .doc = "a call is impossible when this share of the way over water is too long for the greatest speed"},
    {.name = "own",       .type = KEY_SPEED,    AT(reach.own_kn),       .least = 1, .most = 50, .initial = "12kn", .doc = "the speed of a vessel of which fewer than 30 speeds are known"},
    {.name = "own_least", .type = KEY_SPEED,    AT(reach.own_least_kn), .least = 1, .most = 50, .initial = "8kn", .doc = "no vessel is taken to be slower"},
    {.name = "radius",    .type = KEY_DISTANCE, AT(reach.radius_m),     .least = 10000, .most = 20000000, .initial = "2000nm", .doc = "the way over water is known up to this distance from a port"},
    {0},
};
static const struct key slow_keys[] = {
    {.name = "tick",   .type = KEY_DURATION, AT(limits.slow_tick_ms),   .least = MINUTE_MS, .most = 60.0 * MINUTE_MS, .initial = "10min", .doc = "the places of a vessel are looked at so often: at multiples of this since 1970"},
    {.name = "bridge", .type = KEY_DURATION, AT(limits.slow_bridge_ms), .least = MINUTE_MS, .most = DAY_MS, .initial = "2h", .doc = "between two fixes that are at most so far apart, the vessel is on the great circle between them; over a longer silence it has no place"},
    {.name = "speed",  .type = KEY_SPEED, AT(limits.slow_kn), .least = 0.1, .most = 20, .initial = "2kn", .doc = "a vessel that makes less from tick to tick is slow, else fast"},
    {.name = "fast",   .type = KEY_INTEGER, AT(limits.slow_fast), .least = 1, .most = 100, .initial = "3", .doc = "so many fast ticks running end a slow spell"},
    {.name = "port",   .type = KEY_DISTANCE, AT(limits.slow_port_m), .least = 0, .most = 100000, .initial = "10km", .doc = "no slow spell is this near to a place or area of a port, or within its exit distance"},
    {0},
};
static const struct key encounter_keys[] = {
    {.name = "within",       .type = KEY_DISTANCE, AT(limits.meet_within_m), .least = 10, .most = 10000, .initial = "500m", .doc = "two slow vessels at most this far apart at a tick are near"},
    {.name = "seen",         .type = KEY_INTEGER, AT(limits.meet_seen), .least = 1, .most = 1000, .initial = "6", .doc = "an encounter is told after this many ticks at which they are near"},
    {.name = "unheard",      .type = KEY_DURATION, AT(limits.meet_unheard_ms), .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "12h", .doc = "an encounter is over when for so long there is no tick at which both have places"},
    {.name = "crowd_within", .type = KEY_DISTANCE, AT(limits.meet_crowd_m), .least = 100, .most = 20000, .initial = "2km", .doc = "further slow vessels this near are counted as a crowd"},
    {0},
};
static const struct key interference_keys[] = {
    {.name = "ships",  .type = KEY_INTEGER, AT(limits.far_ships), .least = 1, .most = 1000, .initial = "3", .doc = "positions near a vessel are disturbed when so many other vessels are, or were lately, heard where they cannot be"},
    {.name = "within", .type = KEY_DISTANCE, AT(limits.far_within_m), .least = 1000, .most = 1000000, .initial = "50nm", .doc = "whose believed places are no further from it than this"},
    {.name = "span",   .type = KEY_DURATION, AT(limits.far_span_ms), .least = MINUTE_MS, .most = 30 * DAY_MS, .initial = "6h", .doc = "lately: within this time"},
    {0},
};
const struct key conf_detect_keys[] = {
    {.name = "fix",      .type = KEY_MAPPING, .sub = fix_keys,      .doc = "thresholds for believing a fix"},
    {.name = "stop",     .type = KEY_MAPPING, .sub = stop_keys,     .doc = "thresholds of a stop"},
    {.name = "call",     .type = KEY_MAPPING, .sub = call_keys,     .doc = "thresholds of a port call"},
    {.name = "zone",     .type = KEY_MAPPING, .sub = zone_keys,     .doc = "thresholds for entering and leaving zones"},
    {.name = "gate",     .type = KEY_MAPPING, .sub = gate_keys,     .doc = "thresholds for crossing gates"},
    {.name = "approach", .type = KEY_MAPPING, .sub = approach_keys, .doc = "thresholds for approaching zones"},
    {.name = "gap",      .type = KEY_MAPPING, .sub = gap_keys,      .doc = "thresholds for falling silent"},
    {.name = "reach",    .type = KEY_MAPPING, .sub = reach_keys,    .doc = "what a silent vessel can have reached"},
    {.name = "slow",      .type = KEY_MAPPING, .sub = slow_keys,      .doc = "thresholds of slow spells"},
    {.name = "encounter", .type = KEY_MAPPING, .sub = encounter_keys, .doc = "thresholds of encounters"},
    {.name = "interference", .type = KEY_MAPPING, .sub = interference_keys, .doc = "where positions are disturbed"},
    {0},
};
const struct key conf_limits_keys[] = {
    {.name = "vessels", .type = KEY_INTEGER, AT(vessels_max), .least = 1000, .most = 5000000, .initial = "200000", .doc = "how many vessels are kept in memory; beyond it, strangers are forgotten first, then the vessels heard longest ago; those with an open run, call, gap or alert at a quarter more; watched vessels never"},
    {.name = "database_mb", .type = KEY_INTEGER, KEY_AT(conf, database_mb), .least = 64, .most = 16777216, .initial = "8192", .doc = "the size of the database in MiB; beyond it, the oldest history is deleted early, but never an alert that waits for delivery"},
    {0},
};
/* clang-format on */
