/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences in cells: of tables, of JSON objects, and of rows without a header. The other
 * cells say when and by whom they were heard. */
#include <string.h>

#include "input_int.h"
#include "lookout/base/time.h"

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t' || c == '|';
}

bool input_cell_is_before(const char *at, const char *stop)
{
    bool is_quoted = stop > at && stop[-1] == '"';
    return stop - is_quoted > at && is_separator(stop[-1 - is_quoted]);
}

enum timestamp_result input_cell_time(struct input *in, const char *text, size_t n,
                                      int64_t *ret_ms)
{
    enum { CLOCK_LEAST = 13, EPOCH_LEAST = 10 }; /* a day alone; an MMSI */
    record_text_trim(&text, &n);
    while (n > 1 && text[0] == '"') {
        text++;
        n--;
    }
    while (n > 0 && (text[n - 1] == '"' || text[n - 1] == ' '))
        n--;
    size_t digits = 0;
    while (digits < n && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (digits == 0 || (n < CLOCK_LEAST && !(digits == n && n >= EPOCH_LEAST)))
        return TIMESTAMP_NONE;
    enum timestamp_result result = timestamp_parse(text, n, 0, &in->date_order, ret_ms);
    return result == TIMESTAMP_READ && !timestamp_is_sane(*ret_ms) ? TIMESTAMP_NONE
                                                                   : result;
}

int64_t input_cell_find_time(struct input *in, const char *at, const char *stop,
                             bool *ret_is_unordered)
{
    int64_t t = 0;
    while (at < stop) {
        const char *end = at;
        while (end < stop && !is_separator(*end))
            end++;
        enum timestamp_result result = input_cell_time(in, at, (size_t)(end - at), &t);
        *ret_is_unordered = result == TIMESTAMP_UNORDERED;
        if (result == TIMESTAMP_READ)
            return t;
        at = end + 1;
    }
    return TIME_NONE;
}

void input_cell_take(struct input *in, const struct record *r, const char *text, size_t n,
                     const struct input_piece *piece)
{
    struct input_ahead cell = {.is_set = true};
    bool has_time = r->time_ms != TIME_NONE;
    bool is_good = has_time && timestamp_is_sane(r->time_ms);
    cell.origin.lack = input_time_lack(in, r, r->time_ms);
    if (cell.origin.lack == 0 && !is_good && (has_time || r->has_bad_time))
        input_reject(in, INPUT_REJECT_UNUSED_TIME);
    cell.origin.time_ms = is_good ? r->time_ms : TIME_NONE;
    cell.origin.time_source = REPORT_TIME_PROVIDER;
    cell.origin.begin = piece->begin;
    memcpy(cell.origin.station, r->report.station, sizeof r->report.station);
    in->cell = &cell;
    for (const char *at = text, *end = text + n; at < end;) {
        struct input_piece line = *piece;
        line.text = at;
        while (at < end && *at != '\n' && *at != '\r')
            at++;
        line.n = (size_t)(at - line.text);
        if (line.n != 0)
            (void)input_nmea(in, &line);
        at++;
    }
    in->cell = NULL;
    in->ahead.is_set = false;
}
