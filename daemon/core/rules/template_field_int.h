/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a text may name. */
#ifndef LOOKOUT_TEMPLATE_FIELD_INT_H
#define LOOKOUT_TEMPLATE_FIELD_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/alert/body.h"

/* A field: the path of its value in the event, and an example for checking that the
 * result is JSON. */
struct template_field {
    const char *name;
    char path[80]; /* an index in an array as a digit; "": the whole event */
    enum body_type type;
    bool is_count; /* the number of alerts; it has no path */
};
/* Find the field of that name, of n bytes; false: there is none. */
bool template_field_find(const char *name, size_t n, struct template_field *ret);

#endif
