/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of track.h share.
 *
 * Circle: track_hold, track_wire, tracks: a track that holds fixes back owns a list of
 * fixes in the form in which tracks are saved, and gives them to its tracks. */
#ifndef LOOKOUT_TRACK_INT_H
#define LOOKOUT_TRACK_INT_H

#include "lookout/track/track.h"

#define COARSE_M 185.2 /* 0.1 minute of latitude */
#define TRACK_SPEED_BINS 52

/* Add a believed fix to this track. */
void tracks_add_to(struct track *track, const struct track_fix *fix);
void tracks_destroy_one(struct track *track); /* NULL is fine */
/* Remove the item at that place; returns its id. */
uint32_t tracks_remove(struct tracks *t, uint32_t at);
/* The greatest error that coarse positions of the two can have together. */
double tracks_coarse_m(const struct track_fix *a, const struct track_fix *b);

/* A fix is about to be added, that long after the one before. */
void track_interval_note(struct track *track, int64_t ms);

/* --- track_hold.c --- */

/* Whether the step from `last` to the fix is too long for the reported speeds of both. */
bool track_hold_is_jump(const struct track_fix *last, const struct track_conf *conf,
                        const struct track_fix *fix);
/* Whether the fix goes on from the held track, at the reported or the believed speed. */
bool track_hold_goes_on(const struct track *held, const struct track_conf *conf,
                        const struct track_fix *fix);
/* Hold a new track whose first fix jumped from `of`. ERR_NOMEM. */
MUST_CHECK int track_hold_begin(struct track *track, const struct track *of);
/* A fix was added to a track: returns what follows for the held fixes. TRACK_RELEASED:
 * the held fixes of that track are believed. TRACK_PENDING: the track is still held.
 * TRACK_ACCEPTED: the usual rules decide. */
enum track_verdict track_hold_judge(struct tracks *t, const struct track_conf *conf,
                                    struct track *track, struct track **ret_track);

/* Append the believed fix to the path; a full path is thinned first. */
void track_path_add(struct track *track, const struct track_fix *fix);
/* Drop one point of the path. */
void track_path_remove(struct track *track, uint32_t at);
/* Save or load one track's record; load fills *track and returns ERR_CORRUPT on a fault.
 */
void track_wire_save(const struct track *track, struct wire_writer *w);
MUST_CHECK int track_wire_load(struct track *track, struct wire_reader *r);

#endif
