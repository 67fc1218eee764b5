/* SPDX-License-Identifier: Apache-2.0 */
/* User-written bodies: text with fields of the alert, "{summary}". A brace that is not
 * part of a field is left as it is; when the text contains "{{", the pairs "{{" and "}}"
 * are single braces. Values are escaped for the kind of text. */
#ifndef LOOKOUT_TEMPLATE_H
#define LOOKOUT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

struct json_t;

enum template_kind {
    TEMPLATE_PLAIN, /* as it is */
    TEMPLATE_JSON, /* inside a string its text; elsewhere a JSON value, null if unknown */
    TEMPLATE_FORM, /* percent-encoded */
    TEMPLATE_XML   /* with entities; HTML, too */
};
/* By a content type: "application/json; charset=utf-8", "text/xml". */
enum template_kind template_kind_of(const char *content_type);

/* Longer names are cut in messages. */
#define TEMPLATE_NAME_BYTES 40
/* Call `each` with every name of a field, once; a non-zero result ends the iteration and
 * is returned. */
MUST_CHECK int template_field_each_name(int (*each)(void *context, const char *name),
                                        void *context);

/* Check a template. ERR_NOT_FOUND: ret_name is not a field; ERR_SYNTAX: the result would
 * not be JSON, err says where; ERR_NOMEM. */
MUST_CHECK int template_check(const char *text, enum template_kind kind,
                              char ret_name[TEMPLATE_NAME_BYTES], struct err *err);

/* Fill in one alert, or several (`is_list`, `count` of at least 1). Then a field holds
 * the values of all alerts: each text once, with ", " between; one summary per line; the
 * highest severity; the events as an array. Events are CloudEvents. ERR_NOMEM. */
MUST_CHECK int template_fill(const char *text, enum template_kind kind,
                             const struct json_t *const *events, size_t count,
                             bool is_list, struct buf *out);

#endif
