/* SPDX-License-Identifier: Apache-2.0 */
/* Splits bytes into JSON values by brackets, quotes and lines. It does not check that a
 * value is valid JSON, and it does not know the meaning of a value. */
#include "jsonbuf_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"

/* An array of sentences may be a whole recording, so it is returned in rows of this size.
 */
#define ROW_BYTES 16384u
/* An object with more arrays of objects than this is returned as one piece, because for
 * each such array the caller must read the part of the object before it. */
#define ASKED_MOST 16u

/* The reasons why scanning a value stops. */
enum event {
    EVENT_NONE,  /* all bytes belong to the value */
    EVENT_END,   /* after its last bracket */
    EVENT_BATCH, /* before the '{' of an array's first element */
    EVENT_ENTER, /* before an object or array within an array */
    EVENT_SPLIT, /* before a comma in a long row */
    EVENT_CUT    /* before a byte that cannot belong to the value */
};

void jsonbuf_init(struct jsonbuf *b, size_t limit_bytes)
{
    *b = (struct jsonbuf){.limit_bytes = limit_bytes};
}

void jsonbuf_finish(struct jsonbuf *b)
{
    free(b->text);
    b->text = NULL;
    b->n = b->capacity = 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\xEF' || c == '\xBB' || c == '\xBF';
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* Can the byte follow within a value? Allowed are brackets, quotes, numbers, true, false
 * and null, and also NaN and Infinity, which are not JSON but which Python writes. */
static bool is_token(char c)
{
    return c != '\0' && strchr("\"{}[],:-0123456789tfnNI", c) != NULL;
}

int jsonbuf_begins(const struct jsonbuf *b, const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && is_blank(text[i]))
        i++;
    if (i == n)
        return -1;
    if (text[i] == '{')
        return 1;
    if (text[i] != '[')
        return b->was_json && strchr(",]}", text[i]) != NULL && text[i] != '\0';
    for (i++; i < n && is_blank(text[i]);)
        i++;
    if (i == n)
        return -1;
    return is_newline(text[i]) || (text[i] != '\0' && strchr("{[\"]", text[i]) != NULL);
}

/* --- within a value --- */

/* Would a '{' here be the first element of an array that is in no other array? */
static bool may_be_batch(const struct jsonbuf *b)
{
    return b->is_first && b->array_depth == b->depth && !b->is_one && !b->is_array &&
           !b->is_skipping && b->asked < ASKED_MOST;
}

static enum event open_bracket(struct jsonbuf *b, char c)
{
    bool is_object = c == '{';
    if (b->is_array && b->depth == 1 && !b->is_skipping)
        return EVENT_ENTER;
    b->depth++;
    b->is_first = false;
    if (!is_object && b->array_depth == 0) {
        b->array_depth = b->depth;
        b->is_first = true;
    }
    return EVENT_NONE;
}

static enum event close_bracket(struct jsonbuf *b)
{
    b->is_first = false;
    if (b->depth == b->array_depth)
        b->array_depth = 0;
    b->depth--;
    return b->depth == 0 ? EVENT_END : EVENT_NONE;
}

/* Find the first byte that ends the quoted text: its closing quote, or a line end or a
 * zero byte, which cut it off. */
static const char *skip_quoted(struct jsonbuf *b, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (b->is_escaped)
            b->is_escaped = false;
        else if (*at == '\\')
            b->is_escaped = true;
        else if (*at == '"')
            break;
        if (is_newline(*at) || *at == '\0')
            break;
    }
    return at;
}

/* A line within a value begins with this byte. May the line belong to the value? An
 * object at the very beginning of a line is a new value, except among the elements of an
 * array that is taken apart. */
static bool is_going_on(const struct jsonbuf *b, char c)
{
    bool is_element = (b->is_array && b->depth == 1) || may_be_batch(b);
    return is_token(c) && (c != '{' || !b->is_column_0 || is_element);
}

/* Process one byte outside quotes. */
static enum event take_byte(struct jsonbuf *b, char c, size_t length)
{
    if (is_newline(c)) {
        b->is_line_start = b->is_column_0 = true;
        return EVENT_NONE;
    }
    if (is_blank(c)) {
        b->is_column_0 = false;
        return EVENT_NONE;
    }
    if (c == '\0' || (b->is_line_start && !is_going_on(b, c)))
        return EVENT_CUT;
    if (c == '{' && may_be_batch(b)) /* its place in its line matters again */
        return EVENT_BATCH;
    b->is_line_start = b->is_column_0 = false;
    switch (c) {
    case '{':
    case '[':
        return open_bracket(b, c);
    case '}':
    case ']':
        return close_bracket(b);
    case '"':
        b->in_string = true;
        break;
    case ',':
        if (b->is_array && b->depth == 1 && length >= ROW_BYTES && !b->is_skipping)
            return EVENT_SPLIT;
        break;
    default:
        break;
    }
    b->is_first = false;
    return EVENT_NONE;
}

/* The number of bytes that belong to the value, up to an event. */
static size_t scan_value(struct jsonbuf *b, const char *bytes, size_t n,
                         enum event *ret_event)
{
    const char *at = bytes, *end = bytes + n;
    enum event event = EVENT_NONE;
    while (at < end) {
        if (b->in_string) {
            at = skip_quoted(b, at, end);
            if (at == end)
                break;
            if (*at != '"') {
                event = EVENT_CUT;
                break;
            }
            b->in_string = false;
            at++;
            continue;
        }
        event = take_byte(b, *at, b->n - b->start + (size_t)(at - bytes));
        if (event == EVENT_END)
            at++;
        if (event != EVENT_NONE)
            break;
        at++;
    }
    *ret_event = event;
    return (size_t)(at - bytes);
}

static int append_bytes(struct jsonbuf *b, const char *bytes, size_t n)
{
    if (array_grow(&b->text, &b->capacity, b->n + n + 1, 1) != 0)
        return ERR_NOMEM;
    memcpy(b->text + b->n, bytes, n);
    b->n += n;
    return 0;
}

static void give_piece(struct jsonbuf *b, enum jsonbuf_kind kind,
                       struct jsonbuf_piece *ret)
{
    size_t n = kind != JSONBUF_TOO_LONG ? b->n - b->start : 0;
    while (kind == JSONBUF_BROKEN && n > 0 &&
           (is_newline(b->text[b->start + n - 1]) || is_blank(b->text[b->start + n - 1])))
        n--;
    *ret = (struct jsonbuf_piece){.kind = kind,
                                  .text = n != 0 ? b->text + b->start : "",
                                  .n = n,
                                  .begin = b->begin,
                                  .end = b->offset,
                                  .document = b->document,
                                  .has_batch = b->has_batch};
}

static void begin_value(struct jsonbuf *b, bool is_array)
{
    if (b->level_count == 0) {
        b->n = 0;
        b->document++;
    }
    b->start = b->n;
    b->begin = b->offset;
    b->depth = b->array_depth = b->asked = 0;
    b->is_array = is_array;
    b->is_first = b->is_one = b->has_batch = b->is_skipping = false;
    b->in_string = b->is_escaped = b->is_line_start = b->is_column_0 = false;
    b->has_comma = false;
}

/* End the value; the array or object around it continues. */
static void end_value(struct jsonbuf *b)
{
    b->n = b->start;
    b->depth = 0;
    b->in_string = b->is_skipping = b->has_comma = false;
    b->was_json = true;
}

static void end_all(struct jsonbuf *b)
{
    end_value(b);
    b->level_count = 0;
    b->n = b->start = 0;
}

static void push_level(struct jsonbuf *b, unsigned depth)
{
    b->levels[b->level_count++] = (struct jsonbuf_level){
        .start = b->start, .begin = b->begin, .depth = depth, .asked = b->asked};
}

/* End everything that is open, because it is cut off here. The outermost object is
 * returned in place of everything that is lost with it. false: only arrays were open,
 * whose values were already returned, or a value that was already reported as too long.
 */
static bool cut_off(struct jsonbuf *b, struct jsonbuf_piece *ret)
{
    bool is_lost = b->depth != 0;
    for (unsigned i = b->level_count; i-- > 0;) {
        if (b->levels[i].depth == 0)
            continue;
        b->start = b->levels[i].start;
        b->begin = b->levels[i].begin;
        is_lost = true;
    }
    is_lost = is_lost && !b->is_skipping;
    if (is_lost)
        give_piece(b, JSONBUF_BROKEN, ret);
    end_all(b);
    return is_lost;
}

/* Begin to take an array apart, because it contains objects or arrays. */
static bool enter_array(struct jsonbuf *b, struct jsonbuf_piece *ret)
{
    if (b->level_count == JSONBUF_LEVELS)
        return cut_off(b, ret);
    push_level(b, 0);
    end_value(b);
    b->has_comma = true;
    return false;
}

/* Return a long row, and start a new one. */
static int split_row(struct jsonbuf *b, struct jsonbuf_piece *ret)
{
    b->text[b->n++] = ']'; /* append_bytes() left room for it */
    give_piece(b, JSONBUF_ROW, ret);
    b->text[b->start] = '[';
    b->n = b->start + 1;
    b->begin = b->offset;
    b->is_line_start = b->is_column_0 = false;
    return 1;
}

/* 1: *ret; 0: go on. */
static int settle_event(struct jsonbuf *b, enum event event, struct jsonbuf_piece *ret)
{
    bool was_skipping = b->is_skipping;
    switch (event) {
    case EVENT_END:
        give_piece(b, b->is_array ? JSONBUF_ROW : JSONBUF_OBJECT, ret);
        end_value(b);
        return !was_skipping;
    case EVENT_BATCH:
        b->is_one = true;
        b->asked++;
        give_piece(b, JSONBUF_BATCH, ret);
        return 1;
    case EVENT_ENTER:
        return enter_array(b, ret);
    case EVENT_CUT:
        return cut_off(b, ret);
    case EVENT_SPLIT:
        return split_row(b, ret);
    case EVENT_NONE:
        break;
    }
    return 0;
}

static int take_value(struct jsonbuf *b, const char **bytes, size_t *n,
                      struct jsonbuf_piece *ret)
{
    enum event event = EVENT_NONE;
    size_t used = scan_value(b, *bytes, *n, &event);
    bool is_over = !b->is_skipping && b->n + used > b->limit_bytes;
    int rc = b->is_skipping || is_over ? 0 : append_bytes(b, *bytes, used);
    if (rc < 0)
        return rc;
    *bytes += used;
    *n -= used;
    b->offset += used;
    if (!is_over)
        return settle_event(b, event, ret);
    give_piece(b, JSONBUF_TOO_LONG, ret);
    b->n = b->start;
    b->is_skipping = true;
    if (event == EVENT_END)
        end_value(b);
    else if (event == EVENT_CUT)
        end_all(b);
    return 1;
}

void jsonbuf_enter(struct jsonbuf *b)
{
    if (b->level_count == JSONBUF_LEVELS)
        return;
    b->is_one = false;
    push_level(b, b->depth);
    b->start = b->n;
    end_value(b);
    b->has_comma = true;
}

/* --- between values --- */

/* Process the ']' of an array that was taken apart. The object around the array
 * continues. */
static int close_level(struct jsonbuf *b)
{
    const struct jsonbuf_level *level = &b->levels[--b->level_count];
    end_value(b);
    b->n = b->start;
    b->start = level->start;
    b->begin = level->begin;
    if (level->depth == 0) {
        b->n = b->start;
        return 0;
    }
    b->depth = level->depth - 1;
    b->asked = level->asked;
    b->array_depth = 0;
    b->is_array = b->is_first = b->is_line_start = b->is_column_0 = false;
    b->has_batch = true;
    return append_bytes(b, "]", 1);
}

/* Is it a byte of a number, word or text between the values of an array? These are
 * ignored. A line does not begin with a word. */
static bool is_idle(const struct jsonbuf *b, char c)
{
    if (b->level_count == 0 || c == '\0')
        return false;
    return strchr(b->is_column_0 ? "-0123456789\"" : "-+.0123456789\"truefalsnNaIity",
                  c) != NULL;
}

/* The kinds of bytes between values. */
enum between {
    BETWEEN_IDLE,
    BETWEEN_CLOSE, /* the ']' of an array being taken apart */
    BETWEEN_VALUE, /* the first byte of a value */
    BETWEEN_OTHER  /* it does not belong to the open array */
};

static enum between judge_between(struct jsonbuf *b, char c)
{
    if (is_newline(c) || is_blank(c)) {
        b->is_column_0 = is_newline(c);
        return BETWEEN_IDLE;
    }
    if (c == '{' || c == '[')
        return b->level_count == 0 || b->has_comma ? BETWEEN_VALUE : BETWEEN_OTHER;
    if (c == ']' && b->level_count != 0)
        return BETWEEN_CLOSE;
    bool is_stray = (c == ']' || c == '}') && b->level_count == 0;
    if (c != ',' && !is_stray && !is_idle(b, c))
        return BETWEEN_OTHER;
    b->has_comma = b->has_comma || c == ',';
    b->in_string = c == '"';
    b->is_column_0 = false;
    return BETWEEN_IDLE;
}

/* Skip the bytes that are ignored, and return the kind of the next byte; BETWEEN_IDLE:
 * there is none. Outside arrays, blanks after a bracket or comma may belong to another
 * line, so they are not skipped. */
static enum between skip_between(struct jsonbuf *b, const char **bytes, size_t *n)
{
    const char *at = *bytes, *end = at + *n;
    enum between found = BETWEEN_IDLE;
    bool may_end = false;
    while (at < end && found == BETWEEN_IDLE) {
        bool is_gap = is_blank(*at) || is_newline(*at);
        if (may_end && is_gap) {
            found = BETWEEN_OTHER;
        } else if (b->in_string) {
            at = skip_quoted(b, at, end);
            if (at == end)
                break;
            found = *at == '"' ? BETWEEN_IDLE : BETWEEN_OTHER;
            b->in_string = false;
        } else {
            found = judge_between(b, *at);
            may_end = b->level_count == 0 && !is_gap;
        }
        at += found == BETWEEN_IDLE || found == BETWEEN_CLOSE;
    }
    b->offset += (uint64_t)(at - *bytes);
    *n -= (size_t)(at - *bytes);
    *bytes = at;
    return found;
}

int jsonbuf_next(struct jsonbuf *b, const char **bytes, size_t *n,
                 struct jsonbuf_piece *ret)
{
    int rc = 0;
    while (*n != 0 && rc == 0) {
        if (b->depth == 0) {
            enum between found = skip_between(b, bytes, n);
            if (found == BETWEEN_IDLE)
                break;
            if (found == BETWEEN_OTHER)
                return b->level_count != 0 && cut_off(b, ret);
            if (found == BETWEEN_CLOSE) {
                rc = close_level(b);
                continue;
            }
            begin_value(b, **bytes == '[');
        }
        rc = take_value(b, bytes, n, ret);
    }
    return rc;
}

bool jsonbuf_flush(struct jsonbuf *b, struct jsonbuf_piece *ret)
{
    bool had = jsonbuf_is_open(b) && cut_off(b, ret);
    b->was_json = false;
    return had;
}
