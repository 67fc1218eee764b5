/* SPDX-License-Identifier: Apache-2.0 */
/* Distances from the shore: read from shore.bin where a rule asks for them. */
#ifndef LOOKOUT_WATER_SHORE_H
#define LOOKOUT_WATER_SHORE_H

#include <stdio.h>

#include "lookout/base/err.h"
#include "lookout/engine/engine.h"

/* Give the configuration the distances if a rule of it wants them: those of the old
 * configuration (NULL: none), else the file's. ERR_NOT_FOUND when there is no shore.bin,
 * ERR_CORRUPT, ERR_NOMEM: nothing has changed, and no place counts as offshore. */
MUST_CHECK int water_shore_read(struct engine_conf *engine, const struct engine_conf *old,
                                struct err *err);
/* Print one line for `check` where a rule wants them and they are not found. */
void water_shore_describe(const struct engine_conf *engine, FILE *out);

#endif
