/* SPDX-License-Identifier: Apache-2.0 */
/* Who a ship says it is: the values of its static data that are held, its MMSIs, and what
 * shows that they are not, or not all, its own. Knows no rules. */
#ifndef LOOKOUT_IDENTITY_H
#define LOOKOUT_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/time.h"
#include "lookout/base/wire.h"
#include "lookout/geo/geo.h"
#include "lookout/track/held.h"

struct report;

/* In the order of the words of identity rules. */
enum identity_what {
    IDENTITY_NAME,
    IDENTITY_CALLSIGN,
    IDENTITY_TYPE, /* 1 and enum vessel_type */
    IDENTITY_SIZE, /* the length in m */
    IDENTITY_IMO,  /* seven digits, an IMO number or not */
    IDENTITY_MMSI, /* the ship goes on under another MMSI */
    IDENTITY_TWO_MMSIS,
    IDENTITY_TWO_PLACES,
    IDENTITY_MID,
    IDENTITY_IMO_CHECK,
    IDENTITY_CALLSIGN_FLAG,
    IDENTITY_WHATS
};
#define IDENTITY_VALUES IDENTITY_MMSI /* those before are values of static data */
/* "name", "callsign", ...: NULL-terminated. */
extern const char *const identity_words[];

/* what is seen again within this time is not told again, and an IMO number that was held
 * so lately may be that of a ship under a new MMSI */
#define IDENTITY_AGAIN_MS HELD_BACK_MS

/* An MMSI under which the ship was heard before, and when last. */
struct identity_former {
    uint32_t mmsi; /* 0: none */
    int64_t until_ms;
};
#define IDENTITY_FORMERS 4

/* Of one MMSI. All zero but the times is a ship that has said nothing. */
struct identity {
    struct held imo;
    struct held *others; /* owned: the other values; NULL: nobody asks for them */
    int64_t two_mmsis_ms, two_places_ms; /* when they were seen last; TIME_NONE */
    struct identity_former former[IDENTITY_FORMERS]; /* newest first */
};
void identity_init(struct identity *id);
void identity_finish(struct identity *id);
/* The value, IDENTITY_NAME to IDENTITY_IMO; NULL: nobody asked for it. */
const struct held *identity_value(const struct identity *id, enum identity_what what);
/* Whether it was seen within IDENTITY_AGAIN_MS; seen_ms may be TIME_NONE. */
bool identity_stands(int64_t seen_ms, int64_t now_ms);
/* The ship goes on from another MMSI and its former ones. */
void identity_add_former(struct identity *id, const struct identity *before,
                         uint32_t mmsi, int64_t until_ms);

/* It holds an IMO number which was sent last at time_ms, and no other is known. */
void identity_hold_imo(struct identity *id, uint32_t imo, int64_t time_ms);
/* The clock was set: times ahead of now_ms are cut to it. */
void identity_clamp(struct identity *id, int64_t now_ms);

/* What happens, and is told to rules. */
struct identity_event {
    enum identity_what what; /* up to IDENTITY_TWO_PLACES */
    int64_t time_ms;
    const struct held *now; /* of a value: that is held; `change`: what it came to */
    const struct held_change *change;
    /* The other MMSI: the one before, or that which holds the IMO number as well. Of
     * IDENTITY_TWO_PLACES the ship's own, at its other place. */
    uint32_t other;
    const char *other_name; /* borrowed; "" unknown */
    struct geo_pos pos, other_pos;
    int64_t since_ms; /* of IDENTITY_MMSI: the first message of the MMSI before that
                         brought the number; that was heard last at `until_ms` */
    int64_t until_ms;
    uint32_t messages; /* of IDENTITY_MMSI: of the new MMSI, that brought it */
    double apart_m;
};
/* Gets each value that comes to be held in place of none or another. */
typedef int (*identity_sink)(void *context, const struct identity_event *event);
/* The ship's static data of a report. `wants_all`: all values are asked for, else the IMO
 * number. ERR_NOMEM, or what the sink returns. */
MUST_CHECK int identity_hear(struct identity *id, bool wants_all, const struct report *r,
                             identity_sink sink, void *context);

void identity_save(const struct identity *id, struct wire_writer *w);
/* *id is as identity_init leaves it; valid in any case. ERR_CORRUPT, ERR_NOMEM */
MUST_CHECK int identity_load(struct identity *id, struct wire_reader *r);

#endif
