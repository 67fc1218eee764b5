/* SPDX-License-Identifier: Apache-2.0 */
/* AIS messages 1-27 of ITU-R M.1371-5: six-bit payload to a message of raw field values
 * by one table, and from there to a report or to JSON with gpsd's names. The table
 * (daemon/ais/fields.c) can be read with the standard beside it. The header is the input
 * layer's to refine. */
#ifndef LOOKOUT_AIS_H
#define LOOKOUT_AIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/buf.h"
#include "lookout/err.h"
#include "lookout/report.h"

struct ais_message;

/* One JSON object as `lookoutd decode` prints it (gpsd's class AIS), plus t and source
 * when known; no line end. */
MUST_CHECK int ais_message_json(const struct ais_message *message,
                                const struct report *report, bool scaled,
                                struct buf *out);

#endif
