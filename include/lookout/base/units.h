/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as users write them: "10km" "12nm" "500m"; "30d" "12h" "60min" "10s"
 * "500ms"; "0.5kn". */
#ifndef LOOKOUT_UNITS_H
#define LOOKOUT_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

#define NM_M 1852.0
#define KN_MPS (1852.0 / 3600.0)

/* All functions read the whole text (n bytes): a decimal number without sign or leading
 * zeros, then the unit without a blank. ERR_SYNTAX for any other text, ERR_RANGE for a
 * value that is too large; outputs are unchanged on failure. */
MUST_CHECK int units_parse_duration(const char *text, size_t n, int64_t *ret_ms);
MUST_CHECK int units_parse_distance(const char *text, size_t n, double *ret_m);
MUST_CHECK int units_parse_speed(const char *text, size_t n, double *ret_kn);
/* A finite decimal number: "-12.5" is accepted; "1e3", "+1", ".5", "5." and "012" are
 * not. Correctly rounded, independent of the locale. */
MUST_CHECK int units_parse_number(const char *text, size_t n, double *ret_value);
/* A whole number; "-" is allowed, leading zeros are not. ERR_RANGE outside min..max. */
MUST_CHECK int units_parse_int(const char *text, size_t n, int64_t min, int64_t max,
                               int64_t *ret_value);

#define UNITS_TEXT_BYTES 32
/* The duration in the largest unit that is exact: 5400000 -> "90min", 2592000000 ->
 * "30d". Returns ret_text. */
const char *units_format_duration(int64_t ms, char ret_text[UNITS_TEXT_BYTES]);
/* Metres as "500m", "10km" or "12nm", whichever is exact and shortest. Returns ret_text.
 */
const char *units_format_distance(double m, char ret_text[UNITS_TEXT_BYTES]);

#endif
