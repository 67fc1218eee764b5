/* SPDX-License-Identifier: Apache-2.0 */
/* How well others were heard where a silent ship was last heard, and where it went from
 * there: a ship that sails out of the range of stations falls silent without a hand on a
 * switch. */
#ifndef LOOKOUT_COVERAGE_H
#define LOOKOUT_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/track/track.h"

enum coverage {
    COVERAGE_NONE, /* nobody was heard near its last fix */
    COVERAGE_POOR, /* fewer than COVERAGE_FEW */
    COVERAGE_EDGE, /* as many near its last fix, but not where it was heading */
    COVERAGE_GOOD  /* as many at both places; of a ship at rest, at the one */
};
enum { COVERAGE_FEW = 3, COVERAGE_AHEAD_H = 3 };
/* "none", "poor", "edge", "good", NULL */
extern const char *const coverage_names[];

/* Others that were heard since a ship's last fix. */
struct coverage_heard {
    uint32_t others; /* near that fix */
    enum coverage coverage;
};

/* Where the ship would have been COVERAGE_AHEAD_H hours after the fix of its track, by
 * the course and speed of that fix, else by those of the hour before it. False: it was at
 * rest, or neither is known. */
bool coverage_ahead(const struct track *track, const struct track_fix *from,
                    struct geo_pos *ret_pos);
enum coverage coverage_judge(uint32_t near, bool is_under_way, uint32_t ahead);

#endif
