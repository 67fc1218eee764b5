/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the place of a member in a JSON text. Private to geo/. */
#ifndef LOOKOUT_JSON_WHERE_INT_H
#define LOOKOUT_JSON_WHERE_INT_H

#include <stddef.h>

/* The line and column (from 1, columns in characters) at which the value of `path` begins
 * in a valid JSON text: "features[3].geometry.coordinates[0]". When the last steps of the
 * path do not exist, the place is that of the nearest value that contains them. */
void json_where(const char *text, size_t n, const char *path, int *ret_line,
                int *ret_col);

#endif
