/* SPDX-License-Identifier: Apache-2.0 */
/* Port calls from a few words: a ship on a line east of a place, its fixes, and the
 * events that came of them as one text. Every scenario is run twice, the second time
 * saving and loading all state between any two fixes; both must say the same. */
#ifndef CALLRUN_H
#define CALLRUN_H

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/voyage/call.h"

#define CALLRUN_DAY0 INT64_C(1700000000000)
#define NO_SOG (-1.0)

struct callrun {
    const struct ports *ports; /* borrowed */
    struct call_conf conf;
    struct call_state state;
    struct voyage_state voyage;
    struct geo_pos origin; /* distances are east of it */
    uint32_t declared;
    bool is_reloading;
    int nav_status;     /* < 0: not sent */
    int heading_deg;    /* < 0: not sent */
    int64_t silence_ms; /* for the next fix */
    uint8_t extra_has;  /* for all fixes: FIX_COARSE */
    struct buf events;  /* "entered XAAAA 10; ..." */
    struct buf voyages;
    struct voyage last_voyage;
    struct call last_call;
};

/* One fix, minutes after the start, metres east (and north) of the origin. */
void callrun_fix(struct callrun *r, double minute, double east_m, double sog_kn);
void callrun_fix_at(struct callrun *r, double minute, struct geo_pos pos, double sog_kn);
/* Fixes every step minutes from..to, moving evenly between two places, all with the same
 * SOG. */
struct callrun_leg {
    double from, to, step; /* minutes */
    double from_m, to_m;
    double sog_kn;
};
void callrun_leg(struct callrun *r, struct callrun_leg leg);

/* A scene as text, its parts separated by "; ":
 *   "66: 9.5 10"          a fix: minute, km east of the origin, SOG ("-": not sent)
 *   "0-60/5: 40>21 10"   fixes every 5 minutes, moving evenly
 *   "100-700: 1 0"       the same in one place; every 5 minutes where no step is given
 *   "deaf 60"             minutes of silence of the feeds, before the next fix
 *   "bound XAAAA", "to TEXT"   what its destination means; what it says */
void callrun_play(struct callrun *r, const char *scene);
/* A scene made by printf; static until the next call. */
const char *callrun_scene(const char *format, ...) __attribute__((format(printf, 1, 2)));

typedef void (*callrun_scenario)(struct callrun *r);
/* Run it both ways; each event is "name CODE minute cN", joined by "; ", minutes with one
 * decimal where they have one. */
#define assert_calls(ports, origin, scenario, expected)                                  \
    callrun_assert(ports, origin, scenario, expected, NULL, __FILE__, __LINE__)
#define assert_voyages(ports, origin, scenario, expected, voyages)                       \
    callrun_assert(ports, origin, scenario, expected, voyages, __FILE__, __LINE__)
#define assert_call_scene(ports, origin, scene, expected)                                \
    callrun_assert_scene(ports, origin, scene, expected, NULL, __FILE__, __LINE__)
#define assert_voyage_scene(ports, origin, scene, expected, voyages)                     \
    callrun_assert_scene(ports, origin, scene, expected, voyages, __FILE__, __LINE__)
void callrun_assert(const struct ports *ports, struct geo_pos origin,
                    callrun_scenario scenario, const char *expected, const char *voyages,
                    const char *file, int line);
void callrun_assert_scene(const struct ports *ports, struct geo_pos origin,
                          const char *scene, const char *expected, const char *voyages,
                          const char *file, int line);

struct callrun_port {
    const char *code;
    double lat, lon;
};
/* Ports by points with the default distances of 10 km and 12 km; `same` lists codes of
 * one port, "" none. */
struct ports *callrun_ports(const struct callrun_port *ports, size_t n,
                            const char *const *same, size_t same_count);

#endif
