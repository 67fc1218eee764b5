/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values of an input: objects and the batches they come in, sentences in their
 * texts, what was cut off. What an object says is read by jsonform.c. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "jsonform_int.h"
#include "lookout/base/time.h"

enum { DEPTH_MOST = 3 }; /* objects around a sentence */

static struct jsonform_context make_context(const struct input *in)
{
    return (struct jsonform_context){.fields = in->conf.fields,
                                     .values = (enum jsonform_values)in->batch.values,
                                     .mmsi = in->topic.mmsi};
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
        input_cell_take(in, r, json_string_value(value), json_string_length(value),
                        piece);
        return 1;
    }
    json_array_foreach(value, i, item)
    {
        if (!is_sentence(item))
            continue;
        input_cell_take(in, r, json_string_value(item), json_string_length(item), piece);
        taken++;
    }
    return taken;
}

/* What the object around says of time and station holds where the inner one says nothing.
 */
static void inherit_origin(struct record *inner, const struct record *outer)
{
    bool is_timed = inner->time_ms != TIME_NONE || inner->is_unordered ||
                    inner->has_bad_time || inner->unknown_units != 0;
    if (!is_timed) {
        inner->time_ms = outer->time_ms;
        inner->time_rank = outer->time_rank;
        inner->is_unordered = outer->is_unordered;
        inner->has_bad_time = outer->has_bad_time;
        inner->unknown_units = outer->unknown_units;
        inner->given = outer->given;
    }
    if (inner->report.station[0] == '\0')
        memcpy(inner->report.station, outer->report.station,
               sizeof inner->report.station);
}

/* The sentences in an object's members, and in objects within it: AIS-catcher's
 * JSON_NMEA, and whatever else keeps the time and the station beside them. 0: there are
 * none. */
static size_t take_sentences(struct input *in, json_t *object, const struct record *r,
                             const struct input_piece *piece, unsigned depth)
{
    const char *key = NULL;
    json_t *value = NULL;
    size_t taken = 0;
    json_object_foreach(object, key, value)
    {
        taken += take_texts(in, value, r, piece);
        if (!json_is_object(value) || depth == 0)
            continue;
        struct record inner;
        record_clear(&inner);
        inner.order = in->date_order;
        jsonform_read_origin(value, &inner);
        in->date_order = inner.order;
        inherit_origin(&inner, r);
        taken += take_sentences(in, value, &inner, piece, depth - 1);
    }
    return taken;
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
    r->is_unordered |= in->topic.is_unordered;
}

static void take_delta(struct input *in, json_t *delta, const struct input_piece *piece)
{
    size_t count = jsonform_signalk_count(delta);
    for (size_t i = 0; i < count; i++) {
        struct record record;
        record_clear(&record);
        in->counts.items++;
        if (jsonform_signalk_read(delta, i, &record))
            input_emit_record(in, &record, piece);
        else
            in->counts.other++;
    }
    in->counts.items += count == 0;
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

/* A sentence that is none of AIS, such as "$GPGGA,...". */
static bool has_other_sentence(json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        const char *text = json_string_value(value);
        if (text != NULL && text[0] == '$' && strcspn(text, ",") == 6 && text[6] == ',')
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
    in->counts.items++;
    if (kind == JSONFORM_UNKNOWN)
        jsonform_read_origin(object, &record);
    complete_record(in, &record);
    input_held_settle(in, record.order);
    bool may_wrap =
        kind == JSONFORM_UNKNOWN || (kind == JSONFORM_RECORD && is_shell(&record));
    if (kind == JSONFORM_HEADER)
        in->batch.values = (uint8_t)jsonform_values_of(object);
    if (may_wrap && take_sentences(in, object, &record, piece, DEPTH_MOST) != 0)
        in->counts.other++;
    else if (kind == JSONFORM_RECORD)
        input_emit_record(in, &record, piece);
    else if (kind == JSONFORM_SERVICE)
        in->counts.service++;
    else if (kind != JSONFORM_UNKNOWN || is_envelope || has_empty_array(object) ||
             has_other_sentence(object))
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_UNKNOWN_JSON);
}

static void take_json_row(struct input *in, json_t *row, const struct input_piece *piece)
{
    struct record record;
    record_clear(&record);
    complete_record(in, &record);
    in->counts.items++;
    if (json_array_size(row) == 0 || take_texts(in, row, &record, piece) != 0)
        in->counts.other++;
    else
        input_reject(in, INPUT_REJECT_UNKNOWN_JSON);
}

/* --- pieces --- */

/* What is no JSON, or not to its end, may hold sentences all the same. */
static void take_broken(struct input *in, const struct input_piece *piece)
{
    in->counts.items++;
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
    object = jsonform_parse(text, p->n + depth, &in->is_nomem);
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
        in->counts.items++;
        input_reject(in, INPUT_REJECT_LINE_TOO_LONG);
        return;
    }
    json_t *value =
        p->kind != JSONBUF_BROKEN ? jsonform_parse(p->text, p->n, &in->is_nomem) : NULL;
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

/* These bytes were taken as JSON: count their lines and line feeds. */
static void count_feeds(struct input *in, const char *bytes, size_t n, uint64_t offset)
{
    const char *at = bytes, *end = bytes + n;
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        const char *stop = feed != NULL ? feed : end;
        if (stop - at > 1 || (stop != at && *at != '\r'))
            input_count_line(in);
        if (feed == NULL)
            return;
        at = feed + 1;
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
    if (in->has_event) /* its next line is one of "data:" */
        return 0;
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
