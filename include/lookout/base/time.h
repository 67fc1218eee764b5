/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic and RFC 3339 without the C library's clock or time zone. Times are
 * int64_t ms since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds. */
#ifndef LOOKOUT_TIMEFMT_H
#define LOOKOUT_TIMEFMT_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

#define TIME_NONE INT64_MIN
#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct time_parts {
    int year, month, day;     /* month and day from 1 */
    int hour, minute, second; /* second 0..59 */
    int ms;
};

/* What lies behind most_ms becomes most_ms. */
static inline void time_clamp(int64_t *time_ms, int64_t most_ms)
{
    if (*time_ms > most_ms)
        *time_ms = most_ms;
}

int64_t time_from_parts(const struct time_parts *p);
void time_to_parts(int64_t t_ms, struct time_parts *ret_parts);

#define TIME_TEXT_BYTES 32
/* "2024-03-25T18:04:00Z"; with ".123" before the Z only when the milliseconds are not 0.
 * Returns ret_text. */
const char *time_format(int64_t t_ms, char ret_text[TIME_TEXT_BYTES]);
/* "25 Mar 18:04Z" for summaries. Returns ret_text. */
const char *time_format_short(int64_t t_ms, char ret_text[TIME_TEXT_BYTES]);
/* RFC 3339 ("T" or blank, fraction of any length, "Z" or +hh:mm or -hh:mm), or a plain
 * date "2027-01-31" (midnight UTC), or the same without a zone (taken as UTC).
 * ERR_SYNTAX, ERR_RANGE. */
MUST_CHECK int time_parse(const char *text, size_t n, int64_t *ret_ms);

#endif
