/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of alert bodies: JSON values of texts, times, numbers, ships, ports, places
 * and tracks; and the table of a member's fields, from which its JSON Schema and the
 * field names for a webhook's `body` are made. */
#ifndef LOOKOUT_BODY_H
#define LOOKOUT_BODY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/hash.h"
#include "lookout/detect/identity.h"
#include "lookout/detect/reach.h"
#include "lookout/geo/geo.h"
#include "lookout/geo/zone.h"
#include "lookout/track/track.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/ports.h"

/* --- what a member holds --- */

enum body_type {
    BODY_TEXT,    /* one of `words` if there are any */
    BODY_NUMBER,  /* from 0 on */
    BODY_INTEGER, /* least..most; most 0: no upper bound */
    BODY_TRUTH,
    BODY_TIME,
    BODY_PORT,    /* {locode, name} */
    BODY_VALUE,   /* a text or an integer */
    BODY_POINT,   /* GeoJSON */
    BODY_POINTS,  /* a list of them */
    BODY_TEXTS,   /* a list; each one of `words` if there are any */
    BODY_OBJECT,  /* of `fields` */
    BODY_OBJECTS, /* a list of them */
    BODY_NUMBERS, /* a list, each from 0 on */
    BODY_VESSEL,  /* body_vessel */
    BODY_FEATURE  /* body_evidence_json */
};
struct body_field {
    const char *name; /* NULL ends a table */
    enum body_type type;
    bool is_optional;
    int least, most;
    const char *const *words;        /* NULL-terminated */
    const struct body_field *fields; /* BODY_OBJECT, BODY_OBJECTS */
};

/* --- values: each a new reference, NULL when out of memory --- */

/* A text from any source, made valid UTF-8 without control characters. */
json_t *body_text(const char *text);
/* RFC 3339; NULL, which makes no member, for TIME_NONE. */
json_t *body_time(int64_t time_ms);
/* The same in whole seconds, for forecasts. */
json_t *body_eta(int64_t time_ms);
/* The value rounded to a multiple of `unit`. */
json_t *body_rounded(double value, double unit);
json_t *body_port(const struct port *port);
/* {id, name, kind} of a zone; the caller adds to it. */
json_t *body_zone(const struct zone_info *info);
extern const char *const body_certainties[]; /* enum zone_certainty, NULL-terminated */
/* A GeoJSON Point, to six decimals: a tenth of a metre, finer than AIS sends. */
json_t *body_point(struct geo_pos pos);
/* A case's number as text. */
json_t *body_case(uint64_t case_id);
void body_case_text(uint64_t case_id, char ret_text[HASH_ID_BYTES]);

/* The ship of an alert. */
struct body_ship {
    uint32_t mmsi;
    const struct vessel_static *info;
    const struct watch_entry *watch; /* NULL: not watched */
    enum watch_by matched_by;
    const struct identity_former *former; /* IDENTITY_FORMERS of them; NULL: none */
};
json_t *body_vessel(const struct body_ship *ship);
/* Why a ship is watched: {list, entry, name, programs, owners, file, published, sha256}.
 */
json_t *body_source(const struct watch_source *source);
/* `link` with {mmsi}, {imo} and {id} filled in; an unknown value is left empty. */
json_t *body_link(const char *link, const struct body_ship *ship);
/* The track from since_ms to until_ms as a GeoJSON Feature. */
json_t *body_evidence_json(const struct track *track, int64_t since_ms, int64_t until_ms);

/* A port that a silent ship may have reached; unknown values are left out. */
json_t *body_reach_port(const struct ports *ports, const struct reach_answer *answer);
/* One that it may still reach: way there, and from when on. */
json_t *body_reach_ahead(const struct ports *ports, const struct reach_answer *answer);
extern const struct body_field body_reach_fields[];

/* --- members --- */

/* Add a member unless its value is unknown: NULL or an empty text. Takes the reference.
 */
void body_put(json_t *object, const char *name, json_t *value);
void body_put_text(json_t *object, const char *name, const char *text);
/* What the watch list says of a ship: tags, watch_id, note, lists. */
void body_put_watch(json_t *vessel, const struct watch_entry *watch);
/* Speed and course of a fix, if it has them. */
void body_put_motion(json_t *object, const struct track_fix *fix);

#endif
