/* SPDX-License-Identifier: Apache-2.0 */
/* Turns values of JSON members and CSV columns into a report: names and their synonyms,
 * units, sentinels, texts. The names are data here; input_json.c and input_csv.c know the
 * layout of each form. */
#ifndef LOOKOUT_RECORD_INT_H
#define LOOKOUT_RECORD_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "timestamp_int.h"

enum record_field {
    RECORD_NONE,
    RECORD_MMSI,
    RECORD_LAT,
    RECORD_LON,
    RECORD_TIME,        /* any form timestamp_parse knows */
    RECORD_DATE,        /* the day, if the time of day has its own column */
    RECORD_MILLISECOND, /* is added to a time in seconds (exactEarth) */
    RECORD_SECOND,      /* AIS UTC second */
    RECORD_SOG,
    RECORD_COG,
    RECORD_HEADING,
    RECORD_STATUS,
    RECORD_IMO,
    RECORD_CALLSIGN,
    RECORD_NAME,
    RECORD_SHIP_TYPE,
    RECORD_LENGTH,
    RECORD_BEAM,
    RECORD_TO_BOW,
    RECORD_TO_STERN,
    RECORD_TO_PORT,
    RECORD_TO_STARBOARD,
    RECORD_DRAUGHT,
    RECORD_DESTINATION,
    RECORD_MSG_TYPE,
    RECORD_TYPE, /* of the message up to 27, of the ship above */
    RECORD_STATION,
    RECORD_CLASS,  /* "A", "B" */
    RECORD_MOBILE, /* "Class A", "Base Station", ... */
    RECORD_TEXT,   /* the safety message of a distress device */
    RECORD_FIELDS
};

/* What a column or member holds. */
struct record_column {
    enum record_field field;
    int rank;      /* of several names for the same thing, the least is the better */
    double scale;  /* its values by this are kn, degrees, metres */
    bool has_unit; /* it says which */
    bool is_unknown_unit;       /* it says one that is not known: its values are none */
    enum timestamp_order order; /* of its dates, where it says that */
    int32_t zone_ms;            /* of its times, east of UTC */
};

/* A record while it is being filled. */
struct record {
    struct report report;   /* times are the input's to set */
    uint64_t given;         /* bit per record_field that had a value */
    uint64_t unknown_units; /* the same of members in a unit that is not known */
    int64_t time_ms;        /* TIME_NONE */
    int32_t millisecond;    /* -1: none */
    double lat, lon;        /* degrees; NAN */
    double to_bow, to_stern, to_port, to_starboard, length, beam; /* m; NAN */
    int time_rank;     /* of the member the time came from: the least wins */
    bool is_no_ship;   /* a base station, an aid to navigation: says nothing of a ship */
    bool is_bad;       /* a value of a wrong kind or range that the rest hangs on */
    bool has_bad_time; /* a time that is none */
    bool is_unordered; /* a date that is day first or month first */
    bool needs_time;   /* its table has times: without one of its own it is refused */
    unsigned unused;   /* values that are no number, or out of their range */
    enum timestamp_order
        order;                /* of its source's dates: given, and set where one shows */
    double scale;             /* of the next number: see struct record_column */
    int32_t zone_ms;          /* of the next time: the same */
    int32_t half_zone_ms;     /* of the halves */
    char date[24], clock[24]; /* the halves of a time in two columns; "" */
    char text[sizeof((struct report *)0)->text]; /* "" */
};

/* Of a time that is not the record's own, but stands beside it. */
#define RECORD_RANK_LAST (INT32_MAX - 1)

void record_clear(struct record *r);
/* The field of a name; only letters and digits count, in upper or lower case
 * ("BaseDateTime", "base_date_time", "# Timestamp"). ret_rank: of several names for the
 * same thing, the least is the best. RECORD_NONE: unknown. */
enum record_field record_names_find(const char *name, size_t n, int *ret_rank);
/* A field by the name used in a feed's columns map; RECORD_NONE: unknown. */
enum record_field record_names_find_key(const char *name, size_t n);

/* Set a field from a text or a number; sentinels and blanks mean absence, and what is no
 * value of the field is unused. All forms read numbers by these two. */
void record_set_text(struct record *r, enum record_field field, const char *text,
                     size_t n);
void record_set_number(struct record *r, enum record_field field, double value);
/* The same for a value that is neither: true, an array, an object. */
void record_set_nothing(struct record *r, enum record_field field);
/* Set the time by the rank of its name: a better one stays. */
void record_set_time(struct record *r, int rank, int64_t time_ms);
void record_set_time_text(struct record *r, int rank, const char *text, size_t n);
/* The times of all columns are set: put halves together. */
void record_close_time(struct record *r);
/* Whether a report of this message type is about a ship. */
bool record_is_ship_type(unsigned msg_type);

/* --- record_close.c --- */
/* All fields are set: time, position, dimensions, flags. false: is_bad. */
bool record_close(struct record *r);
/* After record_close: whether the record is about a ship or a distress device. */
bool record_close_is_told(const struct record *r);

/* With how many decimals of a degree a position is written: 0 to 7. */
unsigned record_close_decimals(struct geo_pos pos);

/* --- record_column.c --- */
/* Read the head of a column, or the name of a member; false: no field of ours. */
bool record_column_find(const char *name, size_t n, bool is_head,
                        struct record_column *ret);
/* The same where a feed's map says which field it is: only the unit is read. */
void record_column_map(enum record_field field, const char *name, size_t n,
                       struct record_column *ret);
/* Read a unit for the column's field; false: it is none for that. */
bool record_column_unit(struct record_column *column, const char *text, size_t n);

/* --- record_text.c --- */
/* Blanks and tabs off both ends. */
/* Only digits, behind which a point and zeros may stand: as ships' numbers are written.
 */
bool record_text_is_whole(const char *text, size_t n);
/* Past "IMO" before the number. */
void record_text_skip_imo(const char **text, size_t *n);
void record_text_trim(const char **text, size_t *n);
/* Parse a decimal number with point or comma; sign, exponent and blanks around it are
 * allowed; false: it is not a number. */
bool record_text_number(const char *text, size_t n, double *ret);
/* Whether a word means "not given": "Unknown", "null", ...; also an empty text. */
bool record_text_is_absent(const char *text, size_t n);
/* The code of a word; -1: none. */
int record_text_find_status(const char *text, size_t n);
int record_text_find_ship_type(const char *text, size_t n);

#endif
