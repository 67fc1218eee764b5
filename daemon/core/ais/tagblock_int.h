/* SPDX-License-Identifier: Apache-2.0 */
/* Tag blocks of NMEA 0183 / IEC 61162-450: \s:station,c:time,g:1-2-1234*hh\ */
#ifndef LOOKOUT_TAGBLOCK_INT_H
#define LOOKOUT_TAGBLOCK_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tagblock {
    const char *station; /* s:, borrowed from the line; NULL when absent */
    size_t station_n;
    int64_t time_ms; /* c:, TIME_NONE when absent or unreadable */
    bool has_group;  /* g:part-total-id, or the older partGtotal:id */
    uint8_t group_part, group_total;
    uint64_t group_id; /* a number, or a hash of other text */
};

/* Nothing known. */
void tagblock_clear(struct tagblock *t);
/* The first '\' of a block stands at *text. Returns the length with both '\', or 0 when
 * this is no tag block: no second '\', or a sentence's start within. ret_is_sound: its
 * checksum is right; a missing one is a wrong one. */
size_t tagblock_length(const char *text, size_t n, bool *ret_is_sound);
/* Add what a sound block says. Blocks stand one behind the other where a feed was
 * relayed: the one nearest to the sentence is the original station's, and wins. */
void tagblock_read(const char *text, size_t n, struct tagblock *t);

#endif
