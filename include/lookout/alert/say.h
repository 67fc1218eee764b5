/* SPDX-License-Identifier: Apache-2.0 */
/* The words of summaries: times, spans, ships, places, motion. */
#ifndef LOOKOUT_SAY_H
#define LOOKOUT_SAY_H

#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/detect/zone_watch.h"
#include "lookout/geo/geo.h"

struct body_ship;
struct engine_timezone;
struct port;
struct track_fix;

/* A summary that is being written; it keeps the first failure. */
struct say_writer {
    struct buf *out;                        /* borrowed */
    const struct engine_timezone *timezone; /* borrowed; NULL: times in UTC only */
    int rc;
};

void say_text(struct say_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "25 Mar 18:04Z"; with a time zone "25 Mar 18:04Z (26 Mar 03:04 KST)", the local day
 * only where it differs. */
void say_time(struct say_writer *w, int64_t time_ms);
/* "19:04Z" when it is the same day as `other`, else with the day. */
void say_time_near(struct say_writer *w, int64_t time_ms, int64_t other_ms);
/* "25 Mar"; with a time zone in which it is another day "25 Mar (26 Mar KST)". */
void say_day(struct say_writer *w, int64_t time_ms);
/* "45 min", "3.5 h", "8.2 d" */
void say_span(struct say_writer *w, int64_t ms);
/* A distance of the configuration, in the unit in which it is written: "30 nm". */
void say_distance(struct say_writer *w, double m);
/* "NAME (IMO 9999993, MMSI 445000001, flag KP from MMSI, tag)" */
void say_ship(struct say_writer *w, const struct body_ship *ship);
/* "Shidao CNSHD" */
void say_port(struct say_writer *w, const struct port *port);
/* "36°52.8'N 122°25.8'E" */
void say_place(struct say_writer *w, struct geo_pos pos);
/* The certainty of a crossing, unless it was observed: ", inferred from ...". */
void say_certainty(struct say_writer *w, enum zone_certainty certainty);
/* ", 8.0 kn, course 233": the known ones of the two, the course only under way. */
void say_motion(struct say_writer *w, const struct track_fix *fix);

#endif
