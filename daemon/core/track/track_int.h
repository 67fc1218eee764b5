/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of track.h share. */
#ifndef LOOKOUT_TRACK_INT_H
#define LOOKOUT_TRACK_INT_H

#include "lookout/track/track.h"

#define COARSE_M 185.2 /* 0.1 minute of latitude */
#define TRACK_SPEED_BINS 52

/* Append the fix just believed to the path; thins it when it is full. */
void track_path_add(struct track *track, const struct track_fix *fix);
/* One track's record; load fills *track and returns ERR_CORRUPT on a fault. */
void track_save(const struct track *track, struct wire_writer *w);
MUST_CHECK int track_load(struct track *track, struct wire_reader *r);

#endif
