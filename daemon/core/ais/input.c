/* SPDX-License-Identifier: Apache-2.0 */
/* One source: lines, the recognition of each line's kind, the counters, the output. */
#include "lookout/ais/input.h"

#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/time.h"

#define LIMIT_SENTENCE_BYTES 4096u
#define LIMIT_WIDE_BYTES (1u << 20)

const char *input_reject_name(enum input_reject reason)
{
    static const char *const names[] = {
#define X(name, text) text,
        INPUT_REJECT_TABLE(X)
#undef X
    };
    return (size_t)reason < INPUT_REJECTS ? names[reason] : "unknown";
}

bool input_reject_is_note(enum input_reject reason)
{
    switch ((int)reason) {
#define X(name, text) case name:
        INPUT_NOTE_TABLE(X)
#undef X
        return true;
    default:
        return false;
    }
}

bool input_counts_nothing(const struct input_counts *counts)
{
    return counts->messages == 0 && counts->items > counts->comments;
}

static char *copy_map(const char *text)
{
    size_t n = text != NULL ? strlen(text) + 1 : 0;
    char *copy = n != 0 ? malloc(n) : NULL;
    if (copy != NULL)
        memcpy(copy, text, n);
    return copy;
}

struct input *input_create(const struct input_conf *conf, const struct input_sink *sink)
{
    struct input *in = calloc(1, sizeof *in);
    if (in == NULL)
        return NULL;
    in->conf = *conf;
    in->conf.columns = copy_map(conf->columns);
    in->conf.fields = copy_map(conf->fields);
    if ((conf->columns != NULL && in->conf.columns == NULL) ||
        (conf->fields != NULL && in->conf.fields == NULL)) {
        input_destroy(in);
        return NULL;
    }
    if (sink != NULL)
        in->sink = *sink;
    size_t limit = conf->line_limit_bytes;
    linebuf_init(&in->lines, limit != 0 ? limit : LIMIT_SENTENCE_BYTES,
                 limit != 0 ? limit : LIMIT_WIDE_BYTES);
    in->lines.is_wide = conf->format == INPUT_CSV;
    jsonbuf_init(&in->values, limit != 0 ? limit : LIMIT_WIDE_BYTES);
    in->topic = (struct input_topic){.time_ms = TIME_NONE, .begin = UINT64_MAX};
    fragment_init(&in->fragments);
    in->counts.last_heard_ms = TIME_NONE;
    in->last_ms = in->clock_ms = in->counter.time_ms = TIME_NONE;
    in->start_ms = conf->start_ms;
    return in;
}

void input_destroy(struct input *in)
{
    if (in == NULL)
        return;
    linebuf_finish(&in->lines);
    jsonbuf_finish(&in->values);
    free(in->csv.columns);
    free(in->csv.open);
    free(in->held.bytes);
    /* These are our copies; const only towards readers. */
    free((void *)(uintptr_t)in->conf.columns);
    free((void *)(uintptr_t)in->conf.fields);
    free(in);
}

/* --- output --- */

void input_emit(struct input *in, const struct ais_message *message, struct report *r,
                bool is_ship, int64_t own_ms, uint8_t time_source)
{
    r->source = in->conf.source;
    r->line =
        in->is_sought || in->line_number > UINT32_MAX ? 0 : (uint32_t)in->line_number;
    in->counts.messages++;
    bool has_time = input_time_set(in, r, own_ms, time_source);
    if (!is_ship) {
        in->counts.no_report++;
    } else if (!has_time) {
        input_reject(in, in->conf.is_live ? INPUT_REJECT_TOO_LATE : INPUT_REJECT_NO_TIME);
    } else {
        in->counts.reports++;
        in->counts.last_heard_ms = r->arrival_ms;
        if (in->sink.on_report != NULL)
            in->sink.on_report(in->sink.context, r);
    }
    if (in->sink.on_message != NULL)
        in->sink.on_message(in->sink.context, message, r);
}

/* Its positions are as coarse as the one with the most decimals so far: a single one may
 * have few by chance. */
static void note_decimals(struct input *in, struct report *r)
{
    enum { COARSE_TOLD = 100 };
    if ((r->has & HAS_POSITION) == 0)
        return;
    unsigned decimals = record_close_decimals(r->pos);
    if (decimals > in->decimals)
        in->decimals = decimals;
    if (in->decimals > 3)
        return;
    r->rounding = in->decimals == 3 ? REPORT_ROUNDING_3 : REPORT_ROUNDING_2;
    if (++in->coarse == COARSE_TOLD)
        input_reject(in, INPUT_REJECT_COARSE_POSITIONS);
}

/* Tell of the values of a record that is used which are not. */
static void note_passed_over(struct input *in, const struct record *r)
{
    const uint64_t time = UINT64_C(1) << RECORD_TIME, date = UINT64_C(1) << RECORD_DATE;
    uint64_t given = r->given;
    if ((given & time) != 0)
        given |= date;
    if ((r->unknown_units & ~given) != 0)
        input_reject(in, INPUT_REJECT_UNKNOWN_UNIT);
    if (r->has_bad_time && r->time_ms == TIME_NONE)
        input_reject(in, INPUT_REJECT_UNUSED_TIME);
    for (unsigned i = 0; i < r->unused && !r->is_no_ship; i++)
        input_reject(in, INPUT_REJECT_UNUSED_VALUE);
}

void input_emit_record(struct input *in, struct record *r,
                       const struct input_piece *piece)
{
    in->counts.records++;
    if (!record_close(r)) {
        input_reject(in, INPUT_REJECT_BAD_VALUE);
        return;
    }
    int64_t own_ms = r->time_ms;
    input_held_settle(in, r->order);
    uint8_t lack = input_time_lack(in, r, own_ms);
    if (lack != 0) {
        input_reject(in, (enum input_reject)lack);
        return;
    }
    note_passed_over(in, r);
    note_decimals(in, &r->report);
    if (own_ms != TIME_NONE && !input_time_is_good(in, own_ms))
        own_ms = TIME_NONE;
    r->report.begin = piece->begin;
    r->report.end = piece->end;
    input_emit(in, NULL, &r->report, record_close_is_told(r), own_ms,
               REPORT_TIME_PROVIDER);
}

/* --- the kind of a line --- */

static void refuse_item(struct input *in, enum input_reject reason)
{
    in->counts.items++;
    input_reject(in, reason);
}

static void count_comment(struct input *in)
{
    in->counts.items++;
    in->counts.comments++;
}

/* Try a line as a CSV header; true: it is one. */
static bool take_header(struct input *in, const struct input_piece *piece)
{
    int rc = input_header_read(in, piece->text, piece->n);
    if (rc < 0)
        in->is_nomem = true;
    if (rc <= 0)
        return false;
    in->lines.is_wide = true;
    count_comment(in);
    return true;
}

static void take_csv(struct input *in, const struct input_piece *piece)
{
    if (piece->text[0] == '#' && in->csv.open_n == 0) {
        if (!take_header(in, piece))
            count_comment(in);
    } else if (in->csv.count != 0) {
        input_csv_row(in, piece);
    } else if (!take_header(in, piece)) {
        refuse_item(in, INPUT_REJECT_NOT_A_SENTENCE);
    }
}

/* Recognise and take the beginning of what is left of a line; how much was taken. */
static size_t take_piece(struct input *in, const struct input_piece *piece)
{
    char first = piece->text[0];
    bool is_auto = in->conf.format == INPUT_AUTO;
    bool is_nmea = first == '!' || first == '\\' || first == '$';
    /* Examples stand in remarks. */
    bool may_be_json = first != '#' && (in->conf.format == INPUT_JSONL ||
                                        (is_auto && in->csv.count == 0 && !is_nmea));
    bool is_data = in->topic.begin != UINT64_MAX && in->topic.is_event;
    if (first == '{' && in->conf.format != INPUT_CSV)
        return input_inline_take(in, piece, is_data);
    if (may_be_json && first == '[' &&
        jsonbuf_begins(&in->values, piece->text, piece->n) == 1)
        return input_inline_take(in, piece, is_data);
    size_t before = may_be_json ? input_inline_find(in, piece->text, piece->n) : piece->n;
    if (before < piece->n) {
        input_inline_read_topic(in, piece, before);
        return before;
    }
    if (may_be_json && input_inline_is_field(piece->text, piece->n)) {
        count_comment(in);
        return piece->n;
    }
    if (in->conf.format == INPUT_JSONL) {
        if (first == '#')
            count_comment(in);
        else
            refuse_item(in, INPUT_REJECT_NOT_A_SENTENCE);
        return piece->n;
    }
    if (is_auto && (is_nmea || first == '#'))
        is_nmea = first != '#';
    else if (is_auto)
        is_nmea = in->csv.count == 0 && input_nmea_looks(piece->text, piece->n);
    else
        is_nmea = in->conf.format == INPUT_NMEA && first != '#';
    if (is_nmea)
        return input_nmea(in, piece);
    if (in->conf.format == INPUT_NMEA)
        count_comment(in);
    else
        take_csv(in, piece);
    return piece->n;
}

/* A tab in front is an empty first column: pandas writes its index so. */
static bool is_column(const struct input *in, const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return in->csv.count != 0 ||
           (at < end && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                         *at == '"' || *at == '_'));
}

/* The bytes at hand belong to a line that is not empty: it counts once. */
void input_count_line(struct input *in)
{
    if (in->counted_at == in->line_at + 1)
        return;
    in->counted_at = in->line_at + 1;
    in->counts.lines++;
}

static void take_input_line(struct input *in, const struct linebuf_line *line)
{
    in->values.was_json = false;
    input_count_line(in);
    in->line = line->text;
    in->line_n = line->is_too_long ? 0 : line->n;
    in->line_number = in->is_sought ? 0 : line->number;
    in->line_begin = in->at = line->begin;
    if (line->is_too_long) {
        if (in->has_event)
            input_inline_end(in);
        input_csv_flush(in);
        refuse_item(in, INPUT_REJECT_LINE_TOO_LONG);
        return;
    }
    const char *at = line->text;
    const char *end = at + line->n;
    if (in->has_event && !input_inline_is_field(at, line->n)) {
        struct input_piece piece = {at, line->n, line->begin, line->end};
        at += input_inline_go_on(in, &piece);
    }
    if (in->csv.open_n != 0 && at < end && strchr("{!$\\", *at) != NULL)
        input_csv_flush(in);
    if (end - at >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    while (at < end) {
        if (*at == ' ' || (*at == '\t' && !is_column(in, at, end))) {
            at++;
            continue;
        }
        struct input_piece piece = {at, (size_t)(end - at),
                                    line->begin + (uint64_t)(at - line->text), line->end};
        in->at = piece.begin;
        at += take_piece(in, &piece);
    }
}

/* --- bytes --- */

static int take_bytes(struct input *in, const char *bytes, size_t n, bool is_whole)
{
    struct linebuf_line line;
    int rc = 0;
    in->counts.bytes += n;
    while ((rc = input_json_take(in, &bytes, &n)) == 0 &&
           (rc = linebuf_next(&in->lines, &bytes, &n, is_whole, &line)) == 1) {
        if (line.n != 0 || line.is_too_long)
            take_input_line(in, &line);
        else if (in->has_event)
            input_inline_end(in);
        in->line_at = line.end;
    }
    if (is_whole && linebuf_flush(&in->lines, &line))
        take_input_line(in, &line);
    if (is_whole)
        input_inline_end(in);
    if (is_whole)
        in->lines.begin = in->lines.offset;
    if (is_whole)
        input_csv_flush(in);
    in->line_n = 0;
    in->line_number = 0;
    in->at = in->line_begin;
    if (rc == 0 && in->is_nomem)
        rc = ERR_NOMEM;
    in->is_nomem = false;
    return rc;
}

int input_feed(struct input *in, const void *bytes, size_t n, int64_t arrival_ms)
{
    in->arrival_ms = arrival_ms;
    if (in->conf.is_live)
        input_nmea_ready(in, false);
    return take_bytes(in, bytes, n, false);
}

int input_datagram(struct input *in, const void *bytes, size_t n, int64_t arrival_ms)
{
    in->arrival_ms = arrival_ms;
    if (in->conf.is_live)
        input_nmea_ready(in, false);
    return take_bytes(in, bytes, n, true);
}

int input_finish(struct input *in, int64_t arrival_ms)
{
    in->arrival_ms = arrival_ms;
    int rc = take_bytes(in, "", 0, true);
    in->held.is_over = true;
    input_held_release(in);
    input_nmea_ready(in, true);
    fragment_drop(&in->fragments);
    input_nmea_count(in);
    in->ahead.is_set = false;
    return rc;
}

void input_reset(struct input *in)
{
    struct jsonbuf_piece piece;
    if (linebuf_drop(&in->lines) || jsonbuf_flush(&in->values, &piece))
        refuse_item(in, INPUT_REJECT_NOT_A_SENTENCE);
    if (in->csv.open_n != 0)
        refuse_item(in, INPUT_REJECT_NOT_A_SENTENCE);
    in->csv.open_n = 0;
    in->has_event = false;
    in->topic = (struct input_topic){.time_ms = TIME_NONE, .begin = UINT64_MAX};
    fragment_drop(&in->fragments);
    input_nmea_count(in);
    in->ahead.is_set = false;
}

void input_seek(struct input *in, uint64_t offset)
{
    in->lines.offset = in->lines.begin = offset;
    in->is_sought = in->is_sought || offset != 0;
}

int input_resume(struct input *in, const void *head, size_t n, uint64_t offset,
                 int64_t time_ms)
{
    struct linebuf lines;
    struct linebuf_line line;
    const char *bytes = head;
    linebuf_init(&lines, LIMIT_WIDE_BYTES, LIMIT_WIDE_BYTES);
    int rc = 0;
    while (rc == 0 && in->csv.count == 0 && in->conf.format != INPUT_NMEA &&
           linebuf_next(&lines, &bytes, &n, false, &line) == 1) {
        if (line.n != 0 && strchr("{!\\$", line.text[0]) == NULL)
            rc = input_header_read(in, line.text, line.n);
        if (line.n != 0 && line.text[0] != '#')
            break;
    }
    while (rc >= 0 && in->csv.count != 0 &&
           linebuf_next(&lines, &bytes, &n, false, &line) == 1)
        input_csv_prove(in, line.text, line.n);
    linebuf_finish(&lines);
    in->lines.is_wide = in->lines.is_wide || in->csv.count != 0;
    in->last_ms = in->clock_ms = in->conf.is_live ? TIME_NONE : time_ms;
    input_seek(in, offset);
    return rc < 0 ? rc : 0;
}

uint64_t input_needed_offset(const struct input *in)
{
    uint64_t needed = in->lines.begin;
    uint64_t parts = fragment_needed(&in->fragments);
    if (in->has_event && in->event_begin < needed)
        needed = in->event_begin;
    if (in->csv.open_n != 0 && in->csv.open_begin < needed)
        needed = in->csv.open_begin;
    if (in->held.n != 0 && in->held.begin < needed)
        needed = in->held.begin;
    if (parts < needed)
        needed = parts;
    if (in->ahead.is_set && in->ahead.origin.begin < needed)
        needed = in->ahead.origin.begin;
    return needed;
}

const struct input_counts *input_counts(const struct input *in)
{
    return &in->counts;
}
