/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule of kind zone remembers of one track: a note for each area of which it has
 * something to remember. */
#ifndef LOOKOUT_ZONE_NOTES_INT_H
#define LOOKOUT_ZONE_NOTES_INT_H

#include "lookout/rules/rule_run.h"

enum { ZONE_NOTES_HITS = 2 }; /* fixes running that make an approach */

/* Of one area. */
struct zone_note {
    uint32_t zone;
    uint8_t hits;       /* fixes running on which the course reaches the area */
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
/* The note of that area, made when there is none; NULL: out of memory. */
struct zone_note *zone_notes_obtain(const struct rule_look *look, uint32_t zone);
/* What the fix at now_ms did not reach starts over; what was told is armed again after an
 * hour. */
void zone_notes_rearm(struct rule_look *look, int64_t now_ms);
/* That the entering was told, where the ship may come under the rule again. */
MUST_CHECK int zone_notes_enter(const struct rule_look *look, uint32_t zone);
/* Drop notes that say nothing any more, and the state when none is left. */
void zone_notes_tidy(struct rule_look *look);
/* Hooks of the kind. */
void zone_notes_forget(void *state);
void zone_notes_save(const struct rule_look *look, struct wire_writer *out);
MUST_CHECK int zone_notes_load(struct rule_look *look, struct wire_reader *in);

#endif
