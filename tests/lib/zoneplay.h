/* SPDX-License-Identifier: Apache-2.0 */
/* One track and its zones, played fix by fix; what was told comes out as a text. Each
 * scenario is played a second time with all state saved and loaded between any two fixes,
 * and must tell the same. */
#ifndef ZONEPLAY_H
#define ZONEPLAY_H

#include <stdbool.h>

#include "lookout/base/buf.h"
#include "lookout/rules/rule_run.h"

/* GeoJSON: features from coordinates, a collection of features. */
#define AREA(id, ring)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" ring "]}}"
#define LINE(id, points)                                                                 \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id                                 \
    "\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":" points "}}"
#define COLLECTION(features)                                                             \
    "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

/* 126..127 E, 35.5..36.5 N, "box". */
extern const char zoneplay_box[];

struct play {
    const struct zone_set *zones;
    struct detect_limits limits;
    struct zone_watch w;
    struct buf told; /* "enter box 5 inferred; exit box 15 since 5; ", minutes */
    bool is_reloading;
    int64_t silence_ms;
    double sog_kn; /* of the fixes; below 0: they have none */
};
/* Stop and start with these zones. */
void zoneplay_reload(struct play *p, const struct zone_set *zones);
void zoneplay_fix(struct play *p, double minute, double lat, double lon);
/* A fix at 36 N, so many metres east of the box's western edge. */
void zoneplay_east(struct play *p, double minute, double metres);
/* Nothing is heard until then. */
void zoneplay_elapse(struct play *p, double minute);

typedef void (*zoneplay_scenario)(struct play *p);
/* Play it both ways, each time with fixes that have no speed at first. */
void zoneplay_check(const char *geojson, zoneplay_scenario run, const char *wanted);

#endif
