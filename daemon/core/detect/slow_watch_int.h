/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of slow spells share. */
#ifndef LOOKOUT_SLOW_WATCH_INT_H
#define LOOKOUT_SLOW_WATCH_INT_H

#include "lookout/detect/slow_watch.h"

/* An empty one; the watch does not have it yet. NULL: out of memory. */
struct slow_spell *slow_watch_new_spell(struct slow_watch *w,
                                        const struct detect_limits *limits);
/* Without an event. */
void slow_watch_drop_spell(struct slow_watch *w, struct meet_grid *grid);

/* The newest place, with its position reckoned. The watch has one. */
struct slow_place slow_watch_last(const struct slow_watch *w);

#endif
