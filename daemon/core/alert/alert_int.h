/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#ifndef LOOKOUT_ALERT_INT_H
#define LOOKOUT_ALERT_INT_H

#include <jansson.h>

#include "lookout/alert/alert.h"
#include "lookout/base/buf.h"

/* The one sentence a watch officer reads; appended. */
MUST_CHECK int summary_write(const struct alert_context *context,
                             const struct rule_look *look, const struct finding *finding,
                             struct buf *out);
/* The sentence's last words, local time of the event, where a time zone is configured. */
MUST_CHECK int summary_local_time(const struct alert_context *context, int64_t time_ms,
                                  struct buf *out);

/* `data` of the alert of a finding: a new reference, NULL when out of memory. */
json_t *body_data(const struct alert_context *context, const struct rule_look *look,
                  const struct finding *finding, const char *summary);
/* The track that proves it, as a GeoJSON Feature; NULL when out of memory. */
json_t *body_evidence(const struct track *track, int64_t since_ms, int64_t until_ms);
/* A text of whatever origin as a JSON text: valid UTF-8 without control characters. A new
 * reference, NULL when out of memory. */
json_t *body_text(const char *text);
/* RFC 3339 as a JSON text; NULL (which no member is made of) for TIME_NONE. */
json_t *body_time(int64_t time_ms);

#endif
