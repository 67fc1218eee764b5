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
/* *text is the first '\' of a block. Returns the length with both '\', or 0 when it is
 * not a tag block: no second '\', or a sentence begins inside. ret_is_sound: its checksum
 * is correct; a missing one is wrong. */
size_t tagblock_length(const char *text, size_t n, bool *ret_is_sound);
/* Add the data of a sound block. Relayed feeds have several blocks in a row: the one
 * nearest to the sentence is that of the original station and decides. */
void tagblock_read(const char *text, size_t n, struct tagblock *t);

#endif
