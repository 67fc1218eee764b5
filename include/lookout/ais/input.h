/* SPDX-License-Identifier: Apache-2.0 */
/* Turns one source's bytes, in any chunking, into reports: lines, sentences, tag blocks,
 * fragments, decoding; JSON and CSV too. Pure: bytes and times come in by calls, reports
 * go out by one callback, and all refused input is counted by name. */
#ifndef LOOKOUT_INPUT_H
#define LOOKOUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/err.h"

struct ais_message; /* lookout/ais.h */

enum input_format { INPUT_AUTO, INPUT_NMEA, INPUT_JSONL, INPUT_CSV };

/* The reasons why input is refused, by name. Users see the names in metrics and
 * summaries. A line, an object or a row is refused for one reason. */
#define INPUT_REJECT_TABLE(X)                                                            \
    X(INPUT_REJECT_NOT_A_SENTENCE,                                                       \
      "not_a_sentence") /* no '!' or '$', no json, no csv row */                         \
    X(INPUT_REJECT_LINE_TOO_LONG, "line_too_long")                                       \
    X(INPUT_REJECT_UNKNOWN_JSON,                                                         \
      "unknown_json") /* no form of a ship's, no sentence in it */                       \
    X(INPUT_REJECT_CHECKSUM, "bad_checksum")                                             \
    X(INPUT_REJECT_NO_CHECKSUM, "no_checksum")                                           \
    X(INPUT_REJECT_FIELDS,                                                               \
      "bad_fields") /* malformed count, total, fill bits or channel */                   \
    X(INPUT_REJECT_ARMOR, "bad_armor") /* a character outside the six-bit alphabet */    \
    X(INPUT_REJECT_FRAGMENT_ORPHAN,                                                      \
      "fragment_orphan") /* parts of messages that were never complete */                \
    X(INPUT_REJECT_FRAGMENT_DUPLICATE, "fragment_duplicate")                             \
    X(INPUT_REJECT_TOO_SHORT, "too_short") /* fewer bits than the type's least form */   \
    X(INPUT_REJECT_UNKNOWN_TYPE, "unknown_type")                                         \
    X(INPUT_REJECT_BAD_VALUE,                                                            \
      "bad_value") /* MMSI or position of a wrong kind, range or unit */                 \
    X(INPUT_REJECT_NO_OWN_TIME,                                                          \
      "no_own_time") /* a row of a table that has times, without one of its own */       \
    X(INPUT_REJECT_BAD_TIME,                                                             \
      "bad_time") /* the same: its time is absurd or unreadable */                       \
    X(INPUT_REJECT_DATE_ORDER,                                                           \
      "date_order") /* a date such as 03/04/2026: day first or month first? */           \
    X(INPUT_REJECT_NO_TIME, "no_time")                                                   \
    X(INPUT_REJECT_TOO_LATE,                                                             \
      "too_late") /* live: more than a day, and than the lateness, behind the clock */   \
    INPUT_NOTE_TABLE(X)

/* The reasons why a part of a line, object or header is passed over. The rest of it is
 * used. */
#define INPUT_NOTE_TABLE(X)                                                              \
    X(INPUT_REJECT_UNUSED_TIME,                                                          \
      "unused_time") /* absurd or unreadable: another is taken */                        \
    X(INPUT_REJECT_UNUSED_VALUE, "unused_value") /* no number, or out of its range */    \
    X(INPUT_REJECT_UNKNOWN_UNIT,                                                         \
      "unknown_unit") /* of a column (counted once a header) or a member */              \
    X(INPUT_REJECT_MISSING_COLUMN,                                                       \
      "missing_column") /* `columns:` names it, and the header does not have it */       \
    X(INPUT_REJECT_COARSE_POSITIONS,                                                     \
      "coarse_positions") /* records: the first 100 have no more than 3 decimals */

enum input_reject {
#define X(name, text) name,
    INPUT_REJECT_TABLE(X)
#undef X
        INPUT_REJECTS
};
const char *input_reject_name(enum input_reject reason);
/* Whether the reason is one of INPUT_NOTE_TABLE. */
bool input_reject_is_note(enum input_reject reason);

/* The accounting. An item is what stands for itself: of two sentences on one line each
 * counts, of an array each object, and what wraps them once. Nothing is dropped without a
 * counter:
 *
 *   items     = comments + other + service + sentences + records
 *               + not_a_sentence + line_too_long + unknown_json
 *               + bad_checksum + no_checksum + bad_fields
 *   sentences + records
 *             = messages + joined + bad_armor + too_short + unknown_type
 *               + bad_value + no_own_time + bad_time + date_order
 *               + fragment_orphan + fragment_duplicate + pending_parts
 *   messages  = reports + no_report + no_time + too_late
 *
 * The reasons of INPUT_NOTE_TABLE, tag_void and time_replaced stand beside it: they count
 * values and columns of what is used. pending_parts is 0 after input_finish. */
struct input_counts {
    uint64_t bytes;
    uint64_t lines;    /* lines that are not empty, by their line ends */
    uint64_t items;    /* see above */
    uint64_t comments; /* '#' lines, CSV headers, fields of an event stream */
    uint64_t other;    /* well-formed items that carry no AIS: other NMEA sentences, a tag
                          block or $PGHP alone, and what wraps sentences and objects */
    uint64_t service;  /* JSON of a server about itself or its own ship: gpsd's VERSION,
                          DEVICES, WATCH, TPV, ERROR ..., Signal K's and canboat's */
    uint64_t sentences; /* AIS sentences with a good checksum, in form */
    uint64_t records;   /* JSON objects and CSV rows of AIS */
    uint64_t joined;    /* sentences beyond the first of messages of several parts */
    uint64_t messages;  /* whole messages, decoded */
    uint64_t reports;   /* handed on */
    uint64_t no_report; /* messages not about a ship or a distress device (base station,
                           binary, ...) */
    uint64_t pending_parts; /* sentences waiting for the rest of their message */
    uint64_t tag_void; /* tag blocks with a bad checksum: ignored, the sentence is kept */
    uint64_t time_replaced; /* live: more than 60 s ahead of the clock */
    uint64_t late;          /* live: more than 5 min behind the clock */
    int64_t behind_ms;      /* live: so far the last report with a time of its own was */
    uint64_t rejects[INPUT_REJECTS]; /* counted in items; fragments in parts */
    int64_t last_heard_ms;           /* arrival of the last report; TIME_NONE before */
};

/* Items came, and not comments alone, but no message was in any of them. */
bool input_counts_nothing(const struct input_counts *counts);

/* Which time a report gets. Its own is the first there is of
 *   1. json and csv: the provider's time (of several the source's before the receiver's:
 *      AIS-catcher's toa before rxuxtime before rxtime; Spire's timestamp before
 *      created_at)
 *   2. the tag block's c:, in s (with a fraction), ms, us or ns by magnitude
 *   3. a $PGHP line before the sentence
 *   4. the epoch behind the sentence (USCG/NAIS; of two the first, the reception's); a
 *      whole number that stands there alone must grow as a clock does, and agree with the
 *      messages' UTC seconds: a receiver's count of samples is none
 *   5. an epoch or ISO time before the sentence
 * A message of several parts has the first part's, else that of whichever part has one.
 * A time before 1990 or after 2100 is none: what has another goes on with that
 * (unused_time), else it is refused (bad_time).
 *   Live: an own time more than 60 s ahead of the arrival is replaced by the arrival
 *   (time_replaced), one more than 24 h and more than the source's lateness behind it is
 *   refused (too_late). Without an own time it is the arrival; where the message carries
 * the UTC second (0..59), the time nearest to the arrival with that second, which is
 * within 30 s of it. Recording: without an own time a sentence takes the last time before
 * it in the input: that of another sentence, of a valid $--RMC or of a $--ZDA; before any
 * it is start_ms, moved on by the UTC second where that is up to 30 s ahead; without
 * start_ms the report is refused (no_time). A record (json, csv), also one with a
 * sentence in it, never takes another record's time, and a row of a table that has times
 * none but its own (no_own_time). Dates such as 03/04/2026 have two orders. One number
 * above 12 shows the order for the whole input; rows of a recording wait for it (1 MiB of
 * them). The Danish Maritime Authority's tables are day first. Where nothing shows it,
 * what has no other time of its own is refused (date_order). */
struct input_conf {
    enum input_format format;
    bool is_live; /* reports without a time, or with one far ahead, take their arrival */
    int64_t lateness_ms; /* live: reports may be so late, also by more than a day */
    int64_t start_ms; /* recordings: time of lines before the first own time; TIME_NONE:
                         they are refused (no_time) */
    uint16_t source;  /* copied into the reports */
    size_t line_limit_bytes; /* 0: 1 MiB for json and csv lines, 4 KiB for sentences */
    /* Borrowed; CSV: which column is what, from the feed's `columns:` map:
     * "imo=IMO_NO;mmsi=ship id;sog=v [km/h]" - our name, '=', the header's column as
     * written there, pairs separated by ';'; behind the column in brackets its unit,
     * the zone of its times ("[UTC+9]") or the order of its dates ("[dd/mm/yyyy]"), where
     * its own name does not say it. Our names: mmsi lat lon time sog cog heading status
     * imo callsign name type length beam to_bow to_stern to_port to_starboard draught
     * destination second millisecond msg_type station class mobile text. Columns not
     * named are found by known headers. NULL: all by known headers. The separator (','
     * ';' tab '|') is the header's; values may be quoted. */
    const char *columns;
    /* Borrowed; JSON: which member is what, as above ("imo=ship.imo;lat=place.1;sog=v
     * (km/h)"): a path's names are joined by dots, an item of an array is its number.
     * Members not named are found by known names. NULL: all. */
    const char *fields;
};

/* A line, or what it made of a message, that is refused. */
struct input_refused {
    enum input_reject reason;
    const char *text; /* the line; borrowed */
    size_t n;         /* 0 where it is too long or has gone by */
    uint64_t line;    /* from 1, by line feeds; 0: not known (parts of messages, and after
                         input_seek) */
    uint64_t column;  /* from 1, in bytes: where the sentence, object or row begins */
};

/* Borrowed for the time of the call. `message` is the decoded message of a report (NULL
 * for json and csv). Reports not about a ship (has == 0 and no_report counted) are given
 * only to on_message, and so are messages of a recording refused for no_time, with
 * time_ms TIME_NONE. Any callback may be NULL. */
struct input_sink {
    void (*on_report)(void *context, const struct report *report);
    void (*on_message)(void *context, const struct ais_message *message,
                       const struct report *report);
    void (*on_reject)(void *context, const struct input_refused *refused);
    void *context;
};

struct input;
struct input *input_create(const struct input_conf *conf,
                           const struct input_sink *sink); /* NULL: out of memory */
void input_destroy(struct input *in);
/* Take the next bytes of a stream, arrived at arrival_ms (recordings: ignored, pass 0).
 * ERR_NOMEM only. */
MUST_CHECK int input_feed(struct input *in, const void *bytes, size_t n,
                          int64_t arrival_ms);
/* Take one whole datagram: the rest of a line at its end is a line. */
MUST_CHECK int input_datagram(struct input *in, const void *bytes, size_t n,
                              int64_t arrival_ms);
/* The end of a recording or of a connection: a last line without an end counts; pending
 * fragments become orphans. */
MUST_CHECK int input_finish(struct input *in, int64_t arrival_ms);
/* The stream broke: drop the partial line and pending fragments (counted). */
void input_reset(struct input *in);
/* Set the offset in the file of the next byte (resuming a recording). */
void input_seek(struct input *in, uint64_t offset);
/* Resume a recording at `offset` (the next bytes are those from there on): `head` is the
 * beginning of the file, which has a CSV's header; time_ms is its last accepted event
 * time, for lines without one (merge_source_time), TIME_NONE: unknown. ERR_NOMEM. */
MUST_CHECK int input_resume(struct input *in, const void *head, size_t n, uint64_t offset,
                            int64_t time_ms);
/* The lowest byte offset that a pending line or fragment still needs; the offset of the
 * next byte when there is none. */
uint64_t input_needed_offset(const struct input *in);
/* Whether what stands in brackets behind a column's header, if anything, is a unit (or an
 * order of dates) for the field of that name: for "sog", "v [km/h]" but not "v [bar]". */
bool input_header_knows_unit(const char *field, const char *header);
/* Of a table of ships none of whose columns is known as a time: the names of its columns
 * that are not known, "Zeit, Fahrt". "": there are none, or it is no such table. */
#define INPUT_COLUMNS_BYTES 160
const char *input_header_unknown(const struct input *in);
const struct input_counts *input_counts(const struct input *in);

#endif
