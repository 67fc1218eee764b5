/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that `lookoutd listen` prints for a request's body. */
#ifndef LOOKOUT_LISTEN_SAY_H
#define LOOKOUT_LISTEN_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"

/* The data of the request beside its body. */
struct listen_note {
    bool is_signed;   /* verified */
    bool is_again;    /* the id was received before */
    bool is_coloured; /* for a terminal: critical red, warning yellow */
};
/* One line for each alert of a body in any of our formats: time, severity, type, marks,
 * summary. Of an unknown body the first bytes are shown. ERR_NOMEM. */
MUST_CHECK int listen_say(const char *body, size_t n, const struct listen_note *note,
                          struct buf *out);
/* The body as JSON, one alert per line; a body that is not JSON becomes a JSON string.
 * ERR_NOMEM. */
MUST_CHECK int listen_say_json(const char *body, size_t n, struct buf *out);

#endif
