/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that stands in a line: behind a topic, a time or the "data:" of an event stream
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html), where it may go on in
 * the next line. */
#include <stdlib.h>
#include <string.h>

#include "input_int.h"
#include "lookout/base/time.h"

/* The value at hand does not go on. */
void input_inline_end(struct input *in)
{
    struct jsonbuf_piece p;
    in->has_event = false;
    if (jsonbuf_flush(&in->values, &p))
        input_json(in, &p);
    in->topic = (struct input_topic){.time_ms = TIME_NONE, .begin = UINT64_MAX};
}

/* Take the JSON with which what is left of a line begins, or which the line goes on with;
 * how much was taken. It goes on in the next line only in an event stream. */
size_t input_inline_take(struct input *in, const struct input_piece *piece,
                         bool may_go_on)
{
    struct jsonbuf_piece p;
    const char *at = piece->text;
    size_t n = piece->n;
    const struct input_place place = {0, in->line_number, in->line_begin};
    int rc = 1;
    in->values.offset = piece->begin;
    while (rc == 1 || (rc == 0 && jsonbuf_begins(&in->values, at, n) == 1)) {
        rc = jsonbuf_next(&in->values, &at, &n, &p);
        uint64_t begin = rc == 1 ? p.begin : in->values.begin;
        if (begin >= piece->begin)
            in->value_place = (struct input_place){begin, place.number, place.begin};
        if (rc == 1)
            input_json(in, &p);
    }
    in->is_nomem = in->is_nomem || rc < 0;
    in->line = piece->text;
    in->line_n = piece->n;
    in->has_event = may_go_on && jsonbuf_is_open(&in->values);
    if (!in->has_event)
        input_inline_end(in);
    in->line = piece->text;
    in->line_n = piece->n;
    return piece->n - n;
}

/* The value of an event stream's "data:" line begins there; 0: it is no such line. */
static size_t find_event_data(const char *text, size_t n)
{
    if (n < 5 || memcmp(text, "data:", 5) != 0)
        return 0;
    return n > 5 && text[5] == ' ' ? 6 : 5;
}

/* An event's data lines are joined by line feeds (https://html.spec.whatwg.org,
 * "Interpreting an event stream"). How much of the line was taken; 0: it is no such line,
 * or what it is to go on with is cut off. */
size_t input_inline_go_on(struct input *in, const struct input_piece *piece)
{
    size_t data = find_event_data(piece->text, piece->n), one = 1;
    const char *feed = "\n";
    struct jsonbuf_piece p;
    if (data == 0) {
        input_inline_end(in);
        return 0;
    }
    int rc = jsonbuf_next(&in->values, &feed, &one, &p);
    in->is_nomem = in->is_nomem || rc < 0;
    if (rc == 1)
        input_json(in, &p);
    struct input_piece rest = {piece->text + data, piece->n - data, piece->begin + data,
                               piece->end};
    if (jsonbuf_is_open(&in->values))
        return data + input_inline_take(in, &rest, true);
    input_inline_end(in);
    return 0;
}

/* What stands before JSON on a line: "data: ", a topic that names the ship
 * ("vessels-v2/257111220/location "), a time. */
void input_inline_read_topic(struct input *in, const struct input_piece *piece, size_t n)
{
    enum { MMSI_DIGITS = 9 };
    const char *text = piece->text;
    size_t digits = 0;
    in->topic.begin = in->event_begin = piece->begin;
    in->topic.is_event = find_event_data(text, n) != 0;
    in->topic.time_ms = input_nmea_before(in, text, text + n, &in->topic.is_unordered);
    if (memchr(text, '/', n) == NULL)
        return;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] >= '0' && text[i] <= '9') {
            digits++;
            continue;
        }
        size_t begin = i - digits;
        bool is_part = (begin == 0 || text[begin - 1] == '/') &&
                       (i == n || text[i] == '/' || text[i] == ' ');
        if (digits == MMSI_DIGITS && is_part)
            in->topic.mmsi = (uint32_t)strtoul(text + begin, NULL, 10);
        digits = 0;
    }
}

/* Where JSON begins that stands behind something else; n: nowhere. */
size_t input_inline_find(const struct input *in, const char *text, size_t n)
{
    for (size_t i = 1; i < n && text[i] != '!' && text[i] != '\\'; i++) {
        bool is_behind = text[i - 1] == ' ' || text[i - 1] == '\t' || text[i - 1] == ':';
        if (is_behind && (text[i] == '{' || text[i] == '[') &&
            jsonbuf_begins(&in->values, text + i, n - i) == 1)
            return i;
    }
    return n;
}

/* The lines of an event stream (Server-Sent Events) beside its data. */
bool input_inline_is_field(const char *text, size_t n)
{
    static const char *const names[] = {":", "event:", "id:", "retry:"};
    if (n == 5 && memcmp(text, "data:", n) == 0) /* data that is empty */
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        if (n >= length && memcmp(text, names[i], length) == 0)
            return true;
    }
    return false;
}
