/* SPDX-License-Identifier: Apache-2.0 */
/* The notes that a rule of kind zone keeps of one track: one for each area of which
 * something must be remembered. */
#ifndef LOOKOUT_ZONE_NOTES_INT_H
#define LOOKOUT_ZONE_NOTES_INT_H

#include "lookout/rules/rule_run.h"

enum { ZONE_NOTES_HITS = 2 }; /* the number of fixes in a row that make an approach */

/* Of one area. */
struct zone_note {
    uint32_t zone;
    uint8_t hits;       /* number of fixes in a row on course for the area */
    bool is_approached; /* told; armed again an hour after the course last reached it */
    bool is_dwell_due;  /* its time came while it was not sure that the ship was inside */
    bool is_dwelled;    /* told */
    bool is_entered;    /* told, where the rule is not for all: a ship may come under it
                           again */
    int64_t since_ms;   /* of the stay that the dwell notes are about */
    int64_t reached_ms; /* last fix on which the course reached the area */
};
struct zone_notes {
    uint32_t count, room;
    struct zone_note *notes; /* owned */
};

/* The note of that area; NULL: none. */
struct zone_note *zone_notes_find(const struct rule_look *look, uint32_t zone);
/* The note of that area; a missing one is created. NULL: out of memory. */
struct zone_note *zone_notes_obtain(const struct rule_look *look, uint32_t zone);
/* Approaches that the fix at now_ms did not continue start over; told ones are armed
 * again after an hour. */
void zone_notes_rearm(struct rule_look *look, int64_t now_ms);
/* Note that the entering was told, if the rule may cover the ship again later. */
MUST_CHECK int zone_notes_enter(const struct rule_look *look, uint32_t zone);
/* Drop notes that are no longer needed, and the state when none is left. */
void zone_notes_tidy(struct rule_look *look);
/* Hooks of the kind. */
void zone_notes_forget(void *state);
void zone_notes_save(const struct rule_look *look, struct wire_writer *out);
MUST_CHECK int zone_notes_load(struct rule_look *look, struct wire_reader *in);

#endif
