/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of zone_watch share. */
#ifndef LOOKOUT_ZONE_WATCH_INT_H
#define LOOKOUT_ZONE_WATCH_INT_H

#include "lookout/rule_run.h"

/* Whatever is kept of that zone, confirmed or not; NULL: nothing. */
struct zone_presence *zone_watch_find(const struct zone_watch *w, uint32_t zone);

#endif
