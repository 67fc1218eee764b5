/* SPDX-License-Identifier: Apache-2.0 */
/* One NMEA 0183 / IEC 61162-1 sentence at a place in a line: its kind, its checksum, the
 * fields of !xxVDM and !xxVDO, and the data that loggers append after the checksum. */
#ifndef LOOKOUT_SENTENCE_INT_H
#define LOOKOUT_SENTENCE_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timestamp_int.h"

#define SENTENCE_PARTS_MAX 9u

enum sentence_kind {
    SENTENCE_AIS,   /* VDM or VDO with a correct sum and valid fields */
    SENTENCE_OTHER, /* another sentence with a correct sum or none */
    SENTENCE_NONE,  /* no sentence's head */
    SENTENCE_BAD_SUM,
    SENTENCE_NO_SUM,
    SENTENCE_BAD_FIELDS
};

struct sentence {
    const char *formatter; /* "AIVDM": five characters, borrowed from the line */
    const char *payload;   /* borrowed */
    size_t payload_n;
    const char *suffix; /* after the checksum, up to the next piece; borrowed */
    size_t suffix_n;
    const char *end; /* where the next piece may begin */
    uint8_t total, part;
    int16_t sequence; /* -1: empty field */
    char channel;     /* '\0': empty field */
    uint8_t fill;
    uint8_t sum;
    bool is_sound; /* the checksum is present and correct */
};

/* The data after the checksum: USCG/NAIS fields and trailing epochs. */
struct sentence_suffix {
    const char *station; /* NULL when absent */
    size_t station_n;
    int64_t time_ms; /* TIME_NONE when absent */
    bool is_bare; /* the time is a whole number and all there is: it may be a counter */
    bool is_unordered; /* a date that is day first or month first */
};

/* Whether the text at '!' or '$' begins like a sentence: two or more of A-Z, 0-9, '-',
 * then ','. */
bool sentence_is_head(const char *text, size_t n);
/* The next '!', '$' or '\' (and '{' with json) in [at, end), or end. */
const char *sentence_find(const char *at, const char *end, bool json);
/* Read the sentence at `at` (its '!' or '$'). ret->end and ret->suffix are set for every
 * kind; the rest only for SENTENCE_AIS, and sum also for SENTENCE_OTHER. */
enum sentence_kind sentence_read(const char *at, const char *end, bool json,
                                 struct sentence *ret);
/* order: of the source's dates, as timestamp_parse takes it. */
void sentence_suffix_read(const char *text, size_t n, enum timestamp_order *order,
                          struct sentence_suffix *ret);
/* XOR over n characters. */
int sentence_sum(const char *text, size_t n);
/* The value of two hex digits; -1 when they are not hex digits. */
int sentence_hex(char high, char low);

/* The time of a $--RMC that is valid, or of a $--ZDA: what the clock of a receiver says.
 * text: from '$' to '*'. false: neither, or no time. */
bool sentence_clock_read(const char *text, size_t n, int64_t *ret_ms);

/* $PGHP,1,year,month,day,hour,minute,second,ms,country,region,base,online,sum:
 * Gatehouse's source line, which belongs to the next message. */
struct sentence_pghp {
    int64_t time_ms;     /* TIME_NONE when unreadable */
    const char *station; /* base station, else region, else country; NULL when absent */
    size_t station_n;
    int sum; /* XOR of the sums of the message's sentences; -1 when absent */
};
/* text: from '$' to '*'. false: not a $PGHP line of type 1. */
bool sentence_pghp_read(const char *text, size_t n, struct sentence_pghp *ret);

#endif
