/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct input, shared by input.c (lines, accounting), input_nmea.c,
 * input_json.c, input_csv.c and input_time.c. A piece is a line, or what is left of one,
 * or a JSON value.
 *
 * Circle: input*: a record of CSV or JSON may hold a sentence, and a line of text may
 * hold a record; each form gives what it finds back to input.c, which counts it. */
#ifndef LOOKOUT_INPUT_INT_H
#define LOOKOUT_INPUT_INT_H

#include "fragment_int.h"
#include "jsonbuf_int.h"
#include "linebuf_int.h"
#include "lookout/ais/ais.h"
#include "lookout/ais/input.h"
#include "lookout/base/csv.h"
#include "record_int.h"

struct input_column {
    double scale;    /* of its numbers: see struct record_column */
    int32_t zone_ms; /* of its times: the same */
    uint8_t field;   /* enum record_field */
};

/* A row, while its values are read. */
struct input_row {
    struct csv_cursor cursor;
    bool is_open;   /* a quote that does not end */
    bool is_quoted; /* the value at hand is */
    char copy[256]; /* of a value with doubled quotes */
};

/* A CSV header, read. */
struct input_csv {
    struct input_column *columns; /* owned */
    size_t count;                 /* columns; 0: no header yet */
    char separator;
    bool has_time;        /* it has times, of a known unit or not */
    bool has_time_column; /* the header says so; else a row has shown it */
    bool has_date;        /* a date's column stands beside a time's */
    bool is_sentences;    /* a column of sentences is known */
    bool has_ships;       /* a column of MMSIs is known */
    bool is_unplaced;     /* the position is in an unknown unit */
    char passed_over[INPUT_COLUMNS_BYTES]; /* see input_header_unknown */
    /* A row whose quotes are still open at its line's end waits for the next line. */
    char *open; /* owned; NULL: none so far */
    size_t open_n;
    uint64_t open_begin, open_end;
    uint64_t open_number; /* of its first line */
};

/* Rows of a recording that wait for a date that shows the order of day and month. */
struct input_held {
    char *bytes; /* owned; NULL: none so far; a struct held_row and its text, each */
    size_t n;
    uint64_t begin; /* of the first row */
    bool is_over;   /* none came in all that could be kept: no row waits any more */
};

/* Where a byte stands: the line it is in, and where that begins. */
struct input_place {
    uint64_t offset, number, begin;
};

/* A line, or the rest of one. */
struct input_piece {
    const char *text;
    size_t n;
    uint64_t begin; /* offset of text[0] */
    uint64_t end;   /* offset behind the line's end */
};

/* What another line or a cell says of the next sentence: a tag block alone, $PGHP, the
 * other values of a row or object. */
struct input_ahead {
    bool is_set;
    bool has_group;
    uint64_t group_id;
    struct fragment_origin origin;
};

/* What a JSON value says of the objects in it. */
struct input_batch {
    uint64_t document; /* jsonbuf_piece's: of another one nothing holds */
    char station[REPORT_STATION_BYTES];
    uint8_t values; /* enum jsonform_values */
};

/* What stands before a JSON value on its line. */
struct input_topic {
    uint32_t mmsi;     /* 0: none */
    int64_t time_ms;   /* TIME_NONE */
    uint64_t begin;    /* where it begins; UINT64_MAX: there is none */
    bool is_unordered; /* its time is a date that is day first or month first */
    bool is_event;     /* the "data:" of an event stream */
};

/* Whole numbers behind checksums: times, or a count? */
struct input_counter {
    int64_t time_ms; /* the last one, as a time; TIME_NONE */
    int second;      /* its message's UTC second; -1: none */
    int score;       /* above 0: a clock; below: a count */
};

struct input {
    struct input_conf conf; /* columns, fields: owned copies */
    struct input_sink sink;
    struct input_counts counts;
    struct linebuf lines;
    struct jsonbuf values;
    struct input_batch batch;
    struct input_topic topic;
    struct input_csv csv;
    struct input_held held;
    enum timestamp_order date_order; /* of all dates of this source */
    struct input_ahead ahead;
    const struct input_ahead *cell; /* borrowed while a cell is read; NULL */
    bool rows_have_time; /* rows without a header, with a sentence in them: one had a time
                          */
    struct input_counter counter;
    int64_t arrival_ms; /* of the bytes at hand */
    /* The line at hand, for on_reject. */
    const char *line; /* borrowed */
    size_t line_n;
    uint64_t line_number, line_begin, at; /* at: offset of the sentence, object or row */
    uint64_t line_at;    /* where the line begins that the next byte belongs to */
    uint64_t counted_at; /* the same, plus 1, of the line counted last */
    struct input_place value_place; /* of the JSON value at hand */
    int64_t last_ms;      /* recordings: the last time of a sentence; TIME_NONE */
    int64_t start_ms;     /* recordings without times: moves on from conf.start_ms */
    int64_t clock_ms;     /* recordings: own times without the lone leaps ahead */
    unsigned leaps;       /* own times in a row that are ahead of clock_ms */
    bool has_event;       /* JSON of an event stream goes on in its next "data:" line */
    uint64_t event_begin; /* of the first of these lines */
    unsigned decimals;    /* records: the most that a position had so far */
    unsigned coarse;      /* the same: how many had no more than three */
    bool is_nomem;
    bool is_sought; /* it began within its file: lines have no numbers */
    struct ais_bits bits;
    struct ais_message message;
    struct fragment_table fragments;
};

static inline void input_reject(struct input *in, enum input_reject reason)
{
    in->counts.rejects[reason]++;
    if (in->sink.on_reject == NULL)
        return;
    struct input_refused refused = {reason, in->line, in->line_n, in->line_number,
                                    in->at - in->line_begin + 1};
    in->sink.on_reject(in->sink.context, &refused);
}

/* Where on_reject says that a refused line is. */
struct input_spot {
    const char *line;
    size_t line_n;
    uint64_t line_number, line_begin, at;
};

/* What is refused now is this piece, of a line that went by before. */
static inline struct input_spot
input_spot_set(struct input *in, const struct input_piece *piece, uint64_t number)
{
    struct input_spot old = {in->line, in->line_n, in->line_number, in->line_begin,
                             in->at};
    in->line = piece->text;
    in->line_n = piece->n;
    in->line_number = number;
    in->line_begin = in->at = piece->begin;
    return old;
}

static inline void input_spot_restore(struct input *in, const struct input_spot *old)
{
    in->line = old->line;
    in->line_n = old->line_n;
    in->line_number = old->line_number;
    in->line_begin = old->line_begin;
    in->at = old->at;
}

/* --- input_time.c --- */
/* Whether an own time is plausible; else unused_time is counted. */
bool input_time_is_good(struct input *in, int64_t time_ms);
/* Why a record is refused, whose own time is this: date_order, bad_time or no_own_time;
 * 0: it is not. It is then told what is passed over. */
uint8_t input_time_lack(const struct input *in, const struct record *r, int64_t own_ms);
/* Whether there is a time for what has none of its own. */
bool input_time_has_other(const struct input *in);
/* A sentence with (or without) an own time goes by; what time it is in this input then,
 * for fragments. Other lines do not take the time of a cell. */
int64_t input_time_note(struct input *in, int64_t own_ms);
/* Whether a whole number behind a sentence's checksum is its time: it grows as a clock
 * does, or, before that is known, agrees with the UTC second that the message carries
 * (-1: none). A receiver's count of samples does neither. */
bool input_time_is_clock(struct input *in, int64_t time_ms, int utc_second);
/* Fill time_ms, arrival_ms and time_source; own_ms is the report's own time (checked) or
 * TIME_NONE. false: a recording's report that has no time. */
bool input_time_set(struct input *in, struct report *r, int64_t own_ms, uint8_t source);

/* --- input.c --- */
/* The bytes at hand belong to a line that is not empty: count it, once. */
void input_count_line(struct input *in);
/* Count and pass on a decoded message (NULL for json and csv) and its report. The
 * report's offsets and station are set, its time is not. */
void input_emit(struct input *in, const struct ais_message *message, struct report *r,
                bool is_ship, int64_t own_ms, uint8_t time_source);
/* Count, close and pass on a filled record. */
void input_emit_record(struct input *in, struct record *r,
                       const struct input_piece *piece);

/* --- input_nmea.c, input_json.c, input_csv.c --- */
/* Take sentences up to the line end or a '{'; returns the number of bytes taken. */
size_t input_nmea(struct input *in, const struct input_piece *piece);
/* Add the counters of parts. */
void input_nmea_count(struct input *in);
/* Give out the messages whose waiting is over. */
void input_nmea_ready(struct input *in, bool is_end);
/* Whether the line holds !xxVDM or !xxVDO, or begins like a sentence or tag block. */
bool input_nmea_looks(const char *text, size_t n);
/* The first !xxVDM or !xxVDO, or the tag block in front of it; n: none. */
size_t input_nmea_find(const char *text, size_t n);
/* The time in front of a sentence or an object: "1550303566167726840 ",
 * "2017-02-20T00:00:00;", "[2017-02-20 00:00:00] "; TIME_NONE: none. */
int64_t input_nmea_before(struct input *in, const char *at, const char *stop,
                          bool *ret_is_unordered);
/* Take a piece of JSON. */
void input_json(struct input *in, const struct jsonbuf_piece *piece);
/* Take JSON from *bytes for as long as it stands there, moving *bytes and *n on. 0 or
 * ERR_NOMEM. */
MUST_CHECK int input_json_take(struct input *in, const char **bytes, size_t *n);
/* Take a line as a row, or as the rest of the waiting row. */
void input_csv_row(struct input *in, const struct input_piece *piece);
/* No rest will come: take the waiting row as it is. */
void input_csv_flush(struct input *in);
/* Look at a row that went by before: what does its date show? */
void input_csv_prove(struct input *in, const char *text, size_t n);
/* Take a row that was held. */
void input_csv_again(struct input *in, const struct input_piece *piece);

/* --- input_inline.c --- */
/* Take the JSON with which what is left of a line begins, or which the line goes on with;
 * how much was taken. It goes on in the next line only in an event stream. */
size_t input_inline_take(struct input *in, const struct input_piece *piece,
                         bool may_go_on);
/* The value at hand does not go on. */
void input_inline_end(struct input *in);
/* Take the line as the next of an event whose JSON is open. How much was taken; 0: it is
 * no such line, or what it is to go on with is cut off. */
size_t input_inline_go_on(struct input *in, const struct input_piece *piece);
/* Read what stands before JSON on a line, n bytes: "data: ", a topic that names the ship,
 * a time. */
void input_inline_read_topic(struct input *in, const struct input_piece *piece, size_t n);
/* Where JSON begins that stands behind something else; n: nowhere. */
size_t input_inline_find(const struct input *in, const char *text, size_t n);
/* Whether the line is one of an event stream beside its data. */
bool input_inline_is_field(const char *text, size_t n);

/* --- input_row.c --- */
void input_row_begin(struct input_row *row, const char *text, size_t n, char separator);
/* The next value, without its quotes; false: there are no more. */
bool input_row_next(struct input_row *row, const char **ret, size_t *ret_n);

/* --- input_header.c --- */
/* Take the line as a header. 1: it is one; 0: it is none; ERR_NOMEM. */
MUST_CHECK int input_header_read(struct input *in, const char *text, size_t n);

/* --- input_cell.c --- */
/* Take the sentences of a cell: of a table's row or a JSON object, whose record says when
 * and by whom they were heard. */
void input_cell_take(struct input *in, const struct record *r, const char *text, size_t n,
                     const struct input_piece *piece);
/* The time of a cell that is one, with a time of day; a number of nine digits is none. */
enum timestamp_result input_cell_time(struct input *in, const char *text, size_t n,
                                      int64_t *ret_ms);
/* The first such time among the cells of [at, stop); TIME_NONE: there is none. */
int64_t input_cell_find_time(struct input *in, const char *at, const char *stop,
                             bool *ret_is_unordered);
/* Whether what follows [at, stop) is a cell of a row. */
bool input_cell_is_before(const char *at, const char *stop);

/* --- input_held.c --- */
/* Keep a row until the order of dates is known; false: it cannot wait. */
bool input_held_keep(struct input *in, const struct input_piece *piece);
/* No order will be known: take the rows that wait. */
void input_held_release(struct input *in);
/* What dates have shown by now; once an order is known the rows that wait are taken. */
void input_held_settle(struct input *in, enum timestamp_order order);

#endif
