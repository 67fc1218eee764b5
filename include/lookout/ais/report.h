/* SPDX-License-Identifier: Apache-2.0 */
/* A report: the data of one message of one ship, with its time and its place in the
 * input. It is the only value that goes from the input layer to the others. Presence is a
 * bit in `has`, never a sentinel. */
#ifndef LOOKOUT_REPORT_H
#define LOOKOUT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/geo/geo.h"

enum report_has {
    HAS_POSITION = 1u << 0, /* pos */
    HAS_SOG = 1u << 1,
    HAS_COG = 1u << 2,
    HAS_HEADING = 1u << 3,
    HAS_NAV_STATUS = 1u << 4,
    HAS_IMO = 1u << 5,
    HAS_CALLSIGN = 1u << 6,
    HAS_NAME = 1u << 7,
    HAS_SHIP_TYPE = 1u << 8,
    HAS_DIMENSIONS = 1u << 9, /* length_m, beam_m */
    HAS_DRAUGHT = 1u << 10,
    HAS_DESTINATION = 1u << 11, /* also set with an empty text: the crew left it empty */
    HAS_UTC_SECOND = 1u << 12,  /* 0..59 only */
    HAS_STATIC = 1u << 13,      /* from a message with static data */
    HAS_TEXT = 1u << 14,     /* only of distress devices; then there is no static data */
    HAS_IMO_WRONG = 1u << 15 /* imo: seven digits that are no IMO number */
};

/* What is said of one moment. */
#define REPORT_MOTION                                                                    \
    (HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS | HAS_UTC_SECOND)

enum report_time_source {
    REPORT_TIME_ARRIVAL,  /* no time of its own */
    REPORT_TIME_PROVIDER, /* json or csv member */
    REPORT_TIME_TAG,      /* tag block c: */
    REPORT_TIME_LINE,     /* epoch or ISO time before or behind the sentence, $PGHP */
    REPORT_TIME_REPLACED  /* its own was refused and replaced by the arrival */
};

#define REPORT_STATION_BYTES 32

/* An AIS-SART (970), a man overboard device (972) or an EPIRB-AIS (974): ITU-R M.585-9
 * annex 2. */
static inline bool report_is_distress(uint32_t mmsi)
{
    uint32_t kind = mmsi / 1000000u;
    return kind == 970 || kind == 972 || kind == 974;
}

/* What 4, 3 and 2 decimals of a degree leave out, rounded or cut, in 1/10000 minute. */
#define REPORT_ROUNDING_4 60
#define REPORT_ROUNDING_3 600
#define REPORT_ROUNDING_2 6000

struct report {
    int64_t time_ms;    /* event time; TIME_NONE while unknown (a recording's line without
                           one) */
    int64_t arrival_ms; /* the clock at reception; equals time_ms for recordings */
    uint64_t begin, end; /* byte offsets in its input of the first byte needed and behind
                            the last line */
    uint32_t mmsi;
    uint32_t has;
    struct geo_pos pos;
    uint16_t source;      /* index of the input */
    uint16_t sog_dkn;     /* 0.1 kn, 0..1022 */
    uint16_t cog_ddeg;    /* 0.1 degree, 0..3599 */
    uint16_t heading_deg; /* 0..359 */
    uint8_t nav_status;   /* 0..14, ITU-R M.1371-5 table 47; of a distress device 15, too:
                             it is under test */
    uint8_t utc_second;   /* 0..59 */
    uint8_t msg_type;     /* 1..27; 0 when the form does not say */
    uint8_t time_source;  /* enum report_time_source */
    uint8_t ship_type;    /* 1..255 */
    uint8_t draught_dm;   /* 0.1 m, 1..255 */
    bool is_class_b;
    bool is_coarse;    /* position to 0.1 minute only (type 27) */
    uint16_t rounding; /* of a record: how far its position may be off, in 1/10000 minute,
                          by which it is sent; 0: of a sentence, as sent */
    uint16_t length_m, beam_m;
    uint32_t imo;  /* HAS_IMO: passes its check digit; HAS_IMO_WRONG: does not */
    uint32_t line; /* of its input, from 1, where it ended; 0: not known */
    union {
        struct {
            char callsign[8];
            char name[36]; /* 20 characters, 34 with the class B extension of type 21 */
            char destination[48]; /* 20 characters by AIS; providers send longer ones */
        };
        char text[92]; /* HAS_TEXT: the safety message of a distress device, "SART TEST",
                          cut */
    };
    char station[REPORT_STATION_BYTES]; /* "" when unknown */
};

/* Whether its position has no more than 3 decimals: 50 m of error or more. */
static inline bool report_is_rounded(const struct report *r)
{
    return r->rounding > REPORT_ROUNDING_4;
}

#endif
