/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values of an input: objects and the batches they come in, sentences in their
 * texts, what was cut off. What an object says is read by jsonform.c. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "jsonform_int.h"
#include "lookout/base/time.h"

static struct jsonform_context make_context(const struct input *in)
{
    return (struct jsonform_context){.fields = in->conf.fields,
                                     .values = (enum jsonform_values)in->batch.values,
                                     .mmsi = in->topic.mmsi};
}

/* --- parsing --- */

/* Python writes NaN, Infinity and -Infinity, which are no JSON: null in their place. */
static char *mend_numbers(const char *text, size_t n, size_t *ret_n)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    char *mended = malloc(n * 2 + 1);
    bool in_string = false;
    size_t used = 0;
    for (size_t i = 0; i < n && mended != NULL;) {
        size_t length = 0;
        for (size_t w = 0; w < 3 && !in_string && length == 0; w++) {
            size_t word_n = strlen(words[w]);
            if (n - i >= word_n && memcmp(text + i, words[w], word_n) == 0)
                length = word_n;
        }
        if (length != 0) {
            memcpy(mended + used, "null", 4);
            used += 4;
            i += length;
            continue;
        }
        if (in_string && text[i] == '\\' && i + 1 < n)
            mended[used++] = text[i++];
        else if (text[i] == '"')
            in_string = !in_string;
        mended[used++] = text[i++];
    }
    *ret_n = used;
    return mended;
}

static json_t *parse_json(struct input *in, const char *text, size_t n)
{
    json_error_t error;
    json_t *value = json_loadb(text, n, JSON_ALLOW_NUL, &error);
    if (value != NULL || (memchr(text, 'N', n) == NULL && memchr(text, 'I', n) == NULL))
        return value;
    size_t mended_n = 0;
    char *mended = mend_numbers(text, n, &mended_n);
    if (mended == NULL)
        in->is_nomem = true;
    else
        value = json_loadb(mended, mended_n, JSON_ALLOW_NUL, &error);
    free(mended);
    return value;
}

/* --- sentences in texts --- */

static bool is_sentence(const json_t *value)
{
    const char *text = json_string_value(value);
    size_t n = text != NULL ? json_string_length(value) : 0;
    return n != 0 && input_nmea_find(text, n) < n;
}

/* The sentences of a text, or of an array of texts; how many texts held one. */
static size_t take_texts(struct input *in, const json_t *value, const struct record *r,
                         const struct input_piece *piece)
{
    size_t taken = 0, i = 0;
    json_t *item = NULL;
    if (is_sentence(value)) {
        input_nmea_cell(in, r, json_string_value(value), json_string_length(value),
                        piece);
        return 1;
    }
    json_array_foreach(value, i, item)
    {
        if (!is_sentence(item))
            continue;
        input_nmea_cell(in, r, json_string_value(item), json_string_length(item), piece);
        taken++;
    }
    return taken;
}

/* The sentences in an object's members: AIS-catcher's JSON_NMEA, and whatever else keeps
 * the time and the station beside them. false: there are none. */
static bool take_sentences(struct input *in, json_t *object, const struct record *r,
                           const struct input_piece *piece)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t taken = 0;
    json_object_foreach(object, key, value)
    {
        taken += take_texts(in, value, r, piece);
    }
    return taken != 0;
}

/* A record that says no more than an envelope does: the message is in its sentences. */
static bool is_shell(const struct record *r)
{
    const uint64_t shell = UINT64_C(1) << RECORD_MMSI | UINT64_C(1) << RECORD_MSG_TYPE |
                           UINT64_C(1) << RECORD_STATION | UINT64_C(1) << RECORD_CLASS |
                           UINT64_C(1) << RECORD_TIME;
    return (r->given & ~shell) == 0;
}

/* --- objects --- */

/* What is known of a record from around it. */
static void complete_record(const struct input *in, struct record *r)
{
    if (r->report.station[0] == '\0')
        memcpy(r->report.station, in->batch.station, sizeof r->report.station);
    if (in->topic.time_ms != TIME_NONE)
        record_set_time(r, RECORD_RANK_LAST, in->topic.time_ms);
}

static void take_delta(struct input *in, json_t *delta, const struct input_piece *piece)
{
    size_t count = jsonform_signalk_count(delta);
    for (size_t i = 0; i < count; i++) {
        struct record record;
        record_clear(&record);
        in->counts.lines++;
        if (jsonform_signalk_read(delta, i, &record))
            input_emit_record(in, &record, piece);
        else
            in->counts.other++;
    }
    in->counts.lines += count == 0;
    in->counts.other += count == 0;
}

/* A batch with nothing in it. */
static bool has_empty_array(json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        if (json_is_array(value) && json_array_size(value) == 0)
            return true;
    }
    return false;
}

static void take_object(struct input *in, json_t *object, bool is_envelope,
                        const struct input_piece *piece)
{
    struct record record;
    struct jsonform_context context = make_context(in);
    context.is_envelope = is_envelope;
    record_clear(&record);
    record.order = in->date_order;
    enum jsonform_kind kind = jsonform_read(&context, object, &record);
    if (kind == JSONFORM_DELTA) {
        take_delta(in, object, piece);
        return;
    }
    in->counts.lines++;
    if (kind == JSONFORM_UNKNOWN)
        jsonform_read_origin(object, &record);
    complete_record(in, &record);
    input_held_settle(in, record.order);
    bool may_wrap =
        kind == JSONFORM_UNKNOWN || (kind == JSONFORM_RECORD && is_shell(&record));
    if (kind == JSONFORM_HEADER)
        in->batch.values = (uint8_t)jsonform_values_of(object);
    if (may_wrap && take_sentences(in, object, &record, piece))
        in->counts.other++;
    else if (kind == JSONFORM_RECORD)
        input_emit_record(in, &record, piece);
    else if (kind != JSONFORM_UNKNOWN || is_envelope || has_empty_array(object))
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_UNKNOWN_JSON);
}

static void take_json_row(struct input *in, json_t *row, const struct input_piece *piece)
{
    struct record record;
    record_clear(&record);
    complete_record(in, &record);
    in->counts.lines++;
    if (json_array_size(row) == 0 || take_texts(in, row, &record, piece) != 0)
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_UNKNOWN_JSON);
}

/* --- pieces --- */

/* What is no JSON, or not to its end, may hold sentences all the same. */
static void take_broken(struct input *in, const struct input_piece *piece)
{
    in->counts.lines++;
    input_reject(in, INPUT_REJECT_NOT_A_SENTENCE);
    for (size_t at = 1; at < piece->n;) {
        struct input_piece rest = {piece->text + at, piece->n - at, piece->begin + at,
                                   piece->end};
        size_t skip = input_nmea_find(rest.text, rest.n);
        if (skip == rest.n)
            break;
        rest.text += skip;
        rest.n -= skip;
        rest.begin += skip;
        at += skip + input_nmea(in, &rest);
    }
}

/* An object as far as an array of objects: closed, it is read for what it says of them.
 */
static bool is_batch(struct input *in, const struct jsonbuf_piece *p, unsigned depth)
{
    struct jsonform_context context = make_context(in);
    char *text = malloc(p->n + depth);
    json_t *object = NULL;
    if (text == NULL) {
        in->is_nomem = true;
        return false;
    }
    memcpy(text, p->text, p->n);
    memset(text + p->n, '}', depth);
    text[p->n] = ']';
    object = parse_json(in, text, p->n + depth);
    bool is_one = json_is_object(object) && jsonform_is_batch(&context, object);
    if (is_one) {
        struct record record;
        record_clear(&record);
        jsonform_read_origin(object, &record);
        if (record.report.station[0] != '\0')
            memcpy(in->batch.station, record.report.station, sizeof in->batch.station);
    }
    json_decref(object);
    free(text);
    return is_one;
}

void input_json(struct input *in, const struct jsonbuf_piece *p)
{
    struct input_piece piece = {p->text, p->n, p->begin, p->end};
    if (in->topic.begin < piece.begin) /* read again, it needs what stands before it */
        piece.begin = in->topic.begin;
    if (p->document != in->batch.document)
        in->batch = (struct input_batch){.document = p->document};
    if (p->kind == JSONBUF_BATCH) {
        if (is_batch(in, p, in->values.depth))
            jsonbuf_enter(&in->values);
        return;
    }
    bool is_placed = in->value_place.offset == p->begin;
    in->line = p->text;
    in->line_n = p->n;
    in->line_number = is_placed && !in->is_sought ? in->value_place.number : 0;
    in->line_begin = is_placed ? in->value_place.begin : p->begin;
    in->at = p->begin;
    if (p->kind == JSONBUF_TOO_LONG) {
        in->counts.lines++;
        input_reject(in, INPUT_REJECT_LINE_TOO_LONG);
        return;
    }
    json_t *value = p->kind != JSONBUF_BROKEN ? parse_json(in, p->text, p->n) : NULL;
    if (json_is_object(value))
        take_object(in, value, p->has_batch, &piece);
    else if (json_is_array(value))
        take_json_row(in, value, &piece);
    else
        take_broken(in, &piece);
    json_decref(value);
}

/* --- out of bytes --- */

/* Does JSON begin the line that is gathered so far and goes on with these bytes? */
static bool is_json_line(const struct input *in, const char *bytes, size_t n)
{
    enum { LOOK_BYTES = 64 };
    const struct linebuf *lines = &in->lines;
    char look[LOOK_BYTES];
    if (lines->length == 0 && n != 0 && (*bytes == '!' || *bytes == '\\'))
        return false; /* nearly all lines: a sentence */
    if (in->conf.format == INPUT_CSV || lines->is_skipping || n == 0 ||
        lines->length >= LOOK_BYTES)
        return false;
    size_t rest = LOOK_BYTES - lines->length;
    if (lines->length == 0)
        return jsonbuf_begins(&in->values, bytes, n < rest ? n : rest) == 1;
    memcpy(look, lines->carry, lines->length);
    memcpy(look + lines->length, bytes, n < rest ? n : rest);
    return jsonbuf_begins(&in->values, look, lines->length + (n < rest ? n : rest)) == 1;
}

/* These bytes were taken as JSON: count their line feeds. */
static void count_feeds(struct input *in, const char *bytes, size_t n, uint64_t offset)
{
    const char *at = bytes, *end = bytes + n;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        in->lines.feeds++;
        in->line_at = offset + (uint64_t)(at - bytes);
    }
}

/* The same, and note the place of the value if it begins among them. */
static void note_places(struct input *in, const char *bytes, size_t n, uint64_t offset,
                        uint64_t value)
{
    bool is_among = value >= offset && value - offset < n;
    size_t before = is_among ? (size_t)(value - offset) : 0;
    count_feeds(in, bytes, before, offset);
    if (is_among)
        in->value_place = (struct input_place){value, in->lines.feeds + 1, in->line_at};
    count_feeds(in, bytes + before, n - before, offset + before);
}

int input_json_take(struct input *in, const char **bytes, size_t *n)
{
    struct linebuf *lines = &in->lines;
    struct jsonbuf_piece piece;
    int rc = 0;
    while (rc >= 0 && *n != 0 &&
           (jsonbuf_is_open(&in->values) || is_json_line(in, *bytes, *n))) {
        if (!jsonbuf_is_open(&in->values)) {
            const char *carry = lines->carry;
            input_csv_flush(in);
            in->values.offset = lines->begin;
            /* Blanks, and at most a '['. */
            size_t length = lines->length;
            if (length != 0) {
                rc = jsonbuf_next(&in->values, &carry, &lines->length, &piece);
                note_places(in, lines->carry, length, lines->begin, in->values.begin);
            }
            if (rc < 0)
                break;
        }
        const char *from = *bytes;
        uint64_t offset = in->values.offset;
        rc = jsonbuf_next(&in->values, bytes, n, &piece);
        note_places(in, from, (size_t)(*bytes - from), offset,
                    rc == 1 ? piece.begin : in->values.begin);
        lines->offset = in->values.offset;
        lines->begin = jsonbuf_needed(&in->values);
        if (rc == 1)
            input_json(in, &piece);
    }
    return rc < 0 ? rc : 0;
}
