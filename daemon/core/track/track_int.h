/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of track.h share. */
#ifndef LOOKOUT_TRACK_INT_H
#define LOOKOUT_TRACK_INT_H

#include "lookout/track/track.h"

#define COARSE_M 185.2 /* 0.1 minute of latitude */
#define TRACK_SPEED_BINS 52

/* Add a fix that is believed to be of this track. */
void tracks_add_to(struct track *track, const struct track_fix *fix);
void tracks_destroy_one(struct track *track); /* NULL is fine */
/* Forget the item at that place; returns its id. */
uint32_t tracks_remove(struct tracks *t, uint32_t at);
/* The greatest distance that a coarse position of either can be off. */
double tracks_coarse_m(const struct track_fix *a, const struct track_fix *b);

/* --- track_hold.c --- */

/* Is the step from `last` to the fix one that the reported speeds of both cannot make? */
bool track_hold_is_jump(const struct track_fix *last, const struct track_conf *conf,
                        const struct track_fix *fix);
/* Does the fix go on from the held track: at reported or at believed speed? */
bool track_hold_goes_on(const struct track *held, const struct track_conf *conf,
                        const struct track_fix *fix);
/* Hold a new track, whose first fix jumped from `of`. ERR_NOMEM. */
MUST_CHECK int track_hold_begin(struct track *track, const struct track *of);
/* A fix was added to a track: what it means for what is held. TRACK_RELEASED with the
 * track that goes on, TRACK_PENDING while it is held, TRACK_ACCEPTED where the usual
 * rules decide. */
enum track_verdict track_hold_judge(struct tracks *t, const struct track_conf *conf,
                                    struct track *track, struct track **ret_track);

/* Append the fix just believed to the path; thins it when it is full. */
void track_path_add(struct track *track, const struct track_fix *fix);
/* One track's record; load fills *track and returns ERR_CORRUPT on a fault. */
void track_wire_save(const struct track *track, struct wire_writer *w);
MUST_CHECK int track_wire_load(struct track *track, struct wire_reader *r);

#endif
