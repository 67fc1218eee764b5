/* SPDX-License-Identifier: Apache-2.0 */
/* Converts times of providers to ms since 1970 UTC. Only here the unit is guessed by
 * magnitude and absurd times are recognised. */
#ifndef LOOKOUT_TIMESTAMP_INT_H
#define LOOKOUT_TIMESTAMP_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* AIS is younger than 1990; a time before that or after 2100 is a clock's reset value or
 * a wrong unit. */
#define TIMESTAMP_MIN_MS INT64_C(631152000000)  /* 1990-01-01T00:00:00Z */
#define TIMESTAMP_MAX_MS INT64_C(4102444800000) /* 2100-01-01T00:00:00Z */

/* Which of a date's two short numbers is the day: what a source's dates have shown. */
enum timestamp_order {
    TIMESTAMP_ORDER_UNKNOWN,
    TIMESTAMP_DAY_FIRST,
    TIMESTAMP_MONTH_FIRST
};
enum timestamp_result {
    TIMESTAMP_NONE, /* no time */
    TIMESTAMP_UNORDERED /* a date such as 03/04/2026 whose order nothing has shown */,
    TIMESTAMP_READ
};

/* Whether t_ms lies within 1990..2100. */
bool timestamp_is_sane(int64_t t_ms);

/* "1565218798", "1565218798.25", in s, ms, us or ns by magnitude: below 1e11 seconds,
 * below 1e14 ms, below 1e17 us, else ns. A fraction is one of the unit. false: not a
 * number of at most 19 digits. */
bool timestamp_parse_epoch(const char *text, size_t n, int64_t *ret_ms);
/* The same for a number; a 14-digit YYYYMMDDhhmmss is accepted. false for negative and
 * non-finite numbers. */
bool timestamp_from_integer(int64_t value, int64_t *ret_ms);
bool timestamp_from_real(double value, int64_t *ret_ms);

/* A whole text: an epoch, or a calendar time
 *     2017-02-20T00:00:00[.5][Z|+01:00|UTC]   2017-02-20 00:00:00   2017/02/20 00:00
 *     20/02/2017 00:00:00   2/20/2017 12:00 AM   20.02.2017 00:00 (day first)
 *     20210701_185151       20240730061743     2017-02-20
 *     2024-07-30 06:17:43.375540658 +0000 UTC   2017-02-20 00:00 UTC+8
 * zone_ms east of UTC where the text gives no zone (an epoch has none). Blanks around it
 * do not matter. Of two short numbers with
 * '/' or '-' between them one above 12 is the day, and shows the order of all dates of
 * its source: *order is set. Once it is known, a date of the other order is none. */
enum timestamp_result timestamp_parse(const char *text, size_t n, int64_t zone_ms,
                                      enum timestamp_order *order, int64_t *ret_ms);
/* "+09:00", "+0900", "-3", "+5:30": an offset east of UTC. Returns its length; 0: none.
 */
size_t timestamp_parse_offset(const char *text, size_t n, int64_t *ret_ms);
/* A calendar time or epoch at the beginning of a text, followed by its end or by a
 * character that cannot belong to it. Returns its length, 0: none; of one whose order is
 * unknown the length as well, and TIMESTAMP_UNORDERED in *ret. */
size_t timestamp_parse_prefix(const char *text, size_t n, enum timestamp_order *order,
                              enum timestamp_result *ret, int64_t *ret_ms);

#endif
