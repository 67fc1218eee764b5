/* SPDX-License-Identifier: Apache-2.0 */
/* JSON objects of the services that tell of ships, to records. What they call their
 * members is record_names.c's; here is how each lays them out, and in which units. */
#ifndef LOOKOUT_JSONFORM_INT_H
#define LOOKOUT_JSONFORM_INT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "record_int.h"

/* AISHub's header says how its values are written. */
enum jsonform_values {
    JSONFORM_VALUES_UNKNOWN,
    JSONFORM_VALUES_RAW,
    JSONFORM_VALUES_HUMAN
};

/* What is known of an object from around it. */
struct jsonform_context {
    const char *fields; /* borrowed; struct input_conf; NULL: by known names alone */
    enum jsonform_values values;
    uint32_t mmsi;    /* of a topic, for an object without one; 0: none */
    bool is_envelope; /* its ships were handed on; what else has an MMSI is no ship */
};

enum jsonform_kind {
    JSONFORM_UNKNOWN,
    JSONFORM_OTHER,  /* known, and nothing about a ship */
    JSONFORM_HEADER, /* AISHub's: *ret_values is set */
    JSONFORM_RECORD, /* *ret is filled */
    JSONFORM_DELTA   /* Signal K: a record an update */
};

/* Read an object. `ret` was cleared. */
enum jsonform_kind jsonform_read(const struct jsonform_context *context, json_t *object,
                                 struct record *ret);
/* How a header says that values are written. */
enum jsonform_values jsonform_values_of(json_t *header);
/* Is this object, read as far as an array that begins with an object, one of many ships
 * rather than a ship with a list? */
bool jsonform_is_batch(const struct jsonform_context *context, json_t *object);
/* Read what of its members says when and by whom it was heard. */
void jsonform_read_origin(json_t *object, struct record *ret);

/* --- jsonform_fields.c --- */
struct jsonform_entry {
    struct record_column column;
    const json_t *value; /* borrowed from the object; NULL: it has none */
};
/* Take the next entry of a map (struct input_conf: fields) and what it leads to in the
 * object. false: there is none. */
bool jsonform_fields_next(const char **map, json_t *object, struct jsonform_entry *ret);

/* --- jsonform_signalk.c --- */
/* How many updates a delta has. */
size_t jsonform_signalk_count(json_t *delta);
/* Read one of them. false: it says nothing of a ship. */
bool jsonform_signalk_read(json_t *delta, size_t index, struct record *ret);

/* --- jsonform_canboat.c --- */
/* Read canboat's JSON of a PGN. false: it says nothing of a ship. */
bool jsonform_canboat_read(json_t *object, struct record *ret);

#endif
