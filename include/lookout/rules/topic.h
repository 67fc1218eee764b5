/* SPDX-License-Identifier: Apache-2.0 */
/* The topic under which an alert is published by MQTT: text with the fields {rule},
 * {type}, {mmsi}, {severity} and {site}. */
#ifndef LOOKOUT_TOPIC_H
#define LOOKOUT_TOPIC_H

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

struct json_t;

/* The fault of a topic in words, or NULL. */
const char *topic_fault(const char *topic);
/* Fill in an alert, a CloudEvent. The characters / + # and controls are left out of
 * values, so that a value cannot add a level. ERR_NOMEM. */
MUST_CHECK int topic_fill(const char *topic, const struct json_t *event, struct buf *out);

#endif
