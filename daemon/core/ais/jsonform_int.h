/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the JSON objects of services that report ships into records. record_names.c knows
 * the names of the members; these files know the layout and the units of each service. */
#ifndef LOOKOUT_JSONFORM_INT_H
#define LOOKOUT_JSONFORM_INT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "record_int.h"

#define JSONFORM_DEG_PER_RAD 57.295779513082321

/* The ways of writing values that AISHub's header distinguishes. */
enum jsonform_values {
    JSONFORM_VALUES_UNKNOWN,
    JSONFORM_VALUES_RAW,
    JSONFORM_VALUES_HUMAN
};

/* What the surroundings of an object tell about it. */
struct jsonform_context {
    const char *fields; /* borrowed; struct input_conf; NULL: by known names alone */
    enum jsonform_values values;
    uint32_t mmsi;    /* of a topic, for an object without one; 0: none */
    bool is_envelope; /* its ships were already read; another MMSI in it is no ship */
};

enum jsonform_kind {
    JSONFORM_UNKNOWN,
    JSONFORM_OTHER,   /* known, but not about a ship */
    JSONFORM_SERVICE, /* a server about itself or its own ship */
    JSONFORM_HEADER,  /* AISHub's: *ret_values is set */
    JSONFORM_RECORD,  /* *ret is filled */
    JSONFORM_DELTA    /* Signal K: one record for each update */
};

/* Read an object. The caller has cleared `ret`. */
enum jsonform_kind jsonform_read(const struct jsonform_context *context, json_t *object,
                                 struct record *ret);
/* The way of writing values that a header announces. */
enum jsonform_values jsonform_values_of(json_t *header);
/* The object was read up to an array whose first element is an object. Does the array
 * list many ships (true), or is the object one ship that has a list (false)? */
bool jsonform_is_batch(const struct jsonform_context *context, json_t *object);
/* Read the members that give the time of reception and the receiving station. */
void jsonform_read_origin(json_t *object, struct record *ret);

/* --- jsonform_service.c --- */
/* Whether a server says this of itself or of its own ship. */
bool jsonform_service_is(json_t *object);

/* --- jsonform_parse.c --- */
/* Parse a value; odd numbers become texts. NULL: it is no JSON, or *ret_is_nomem is set.
 */
json_t *jsonform_parse(const char *text, size_t n, bool *ret_is_nomem);

/* --- jsonform_fields.c --- */
struct jsonform_entry {
    struct record_column column;
    const json_t *value; /* borrowed from the object; NULL: not in it */
};
/* Take the next entry of a map (struct input_conf: fields) and its value in the object.
 * false: there are no more entries. */
bool jsonform_fields_next(const char **map, json_t *object, struct jsonform_entry *ret);

/* --- jsonform_signalk.c --- */
/* The number of updates in a delta. */
size_t jsonform_signalk_count(json_t *delta);
/* Read one update. false: it does not describe a ship. */
bool jsonform_signalk_read(json_t *delta, size_t index, struct record *ret);

/* --- jsonform_canboat.c --- */
/* Read canboat's JSON of a PGN. false: it does not describe a ship. */
bool jsonform_canboat_read(json_t *object, struct record *ret);

#endif
