/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture shows of vessels: each as a plain value, and which of them changed. */
#ifndef LOOKOUT_ENGINE_VESSEL_H
#define LOOKOUT_ENGINE_VESSEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/track/track.h"

struct engine;
struct report;
struct vessel_filter;

/* Texts are borrowed until the engine is called again; "" unknown. */
struct engine_vessel {
    uint32_t mmsi, imo;
    const char *name, *callsign, *flag;
    uint8_t type;      /* 0 unknown */
    uint16_t length_m; /* 0 unknown */
    bool is_watched, has_fix;
    struct track_fix last; /* of its current track, with has_fix */
    const char *port;      /* the LOCODE of the port in which it is */
};
/* False: it is not known. */
bool engine_vessel_look(const struct engine *e, uint32_t mmsi, struct engine_vessel *ret);
/* Whether it is in the area with that id, by its current track. */
bool engine_vessel_is_in(const struct engine *e, uint32_t mmsi, const char *zone);
/* Whether the filter includes it. */
bool engine_vessel_is_of(const struct engine *e, uint32_t mmsi,
                         const struct vessel_filter *filter);
/* When its last alert that was not muted was told; event time; TIME_NONE: there is none,
 * or it is not known. */
int64_t engine_vessel_told_ms(const struct engine *e, uint32_t mmsi);
/* A report that says all that is known of it: the last fix of its current track at the
 * time of that fix, and its static data. False: it is not known, or has no fix. */
bool engine_vessel_report(const struct engine *e, uint32_t mmsi, struct report *ret);
/* Its tracks, borrowed; NULL: it is not known. */
const struct tracks *engine_vessel_tracks(const struct engine *e, uint32_t mmsi);

/* From now on remember which vessels change: at the cost of a number each. */
void engine_vessel_note_changes(struct engine *e);
/* It is to be taken as one that changed. */
void engine_vessel_note_one(struct engine *e, uint32_t mmsi);
/* Up to `room` vessels that came, changed or went since they were last taken, in no
 * order. *ret_is_lost: others may have changed, too. */
size_t engine_vessel_take(struct engine *e, uint32_t *ret_mmsi, size_t room,
                          bool *ret_is_lost);

#endif
