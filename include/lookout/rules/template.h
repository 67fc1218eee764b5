/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies that somebody writes himself: text with fields of the alert, "{summary}". A
 * brace that is part of no field stands for itself; where "{{" occurs, "{{" and "}}" are
 * single braces. Values are escaped for what the text is. */
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
/* Every name of a field, once; a non-zero of `each` ends the walk and is returned. */
MUST_CHECK int template_field_each_name(int (*each)(void *context, const char *name),
                                        void *context);

/* 0, or ERR_NOT_FOUND: ret_name is no field; or ERR_SYNTAX: what comes out would not be
 * JSON, err says where; ERR_NOMEM. */
MUST_CHECK int template_check(const char *text, enum template_kind kind,
                              char ret_name[TEMPLATE_NAME_BYTES], struct err *err);

/* Fill in one alert, or several (`is_list`, `count` of at least 1): then a field is what
 * all of them say, each text once, with ", " between; summaries a line each; the highest
 * severity; the events as an array. Events are CloudEvents. ERR_NOMEM. */
MUST_CHECK int template_fill(const char *text, enum template_kind kind,
                             const struct json_t *const *events, size_t count,
                             bool is_list, struct buf *out);

#endif
