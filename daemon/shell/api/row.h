/* SPDX-License-Identifier: Apache-2.0 */
/* Vessels as rows of a stream. */
#ifndef LOOKOUT_ROW_H
#define LOOKOUT_ROW_H

#include "lookout/base/buf.h"
#include "lookout/engine/engine_vessel.h"
#include "mark.h"

/* The names of the columns, as a JSON array. */
extern const char row_columns[];
/* Append "[...]" in that order; null for what is not known. */
MUST_CHECK int row_write(struct buf *out, const struct engine_vessel *v,
                         const struct mark *mark);
/* Append a JSON text with its quotes. */
MUST_CHECK int row_write_text(struct buf *out, const char *text);
double row_degrees(int32_t e7);

#endif
