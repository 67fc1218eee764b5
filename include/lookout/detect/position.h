/* SPDX-License-Identifier: Apache-2.0 */
/* A ship that is heard where it cannot be: its position is disturbed, or another ship
 * uses its MMSI. While that goes on and nothing is heard where the ship is believed to
 * be, the ship is not silent. */
#ifndef LOOKOUT_POSITION_H
#define LOOKOUT_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/wire.h"
#include "lookout/detect/limits.h"
#include "lookout/track/track.h"

/* What is known of one ship's far track. */
struct position_far {
    struct track_fix from;        /* the last believed fix before it */
    struct track_fix first, last; /* of the far track */
    uint32_t track;               /* its id */
    bool is_misplaced;            /* it has gone on for an hour */
    bool is_settled;              /* and for so long that it is believed as well */
    bool is_over;                 /* the ship is heard on the believed track again */
    int64_t hold_ms; /* not misplaced yet: no silence is told before that time */
    /* When the ship was misplaced last, and where it was believed to be; TIME_NONE:
     * never. They stay when it is over, to tell which positions are disturbed. */
    int64_t since_ms, until_ms;
    struct geo_pos near;
};

enum position_happening { POSITION_MISPLACED, POSITION_RETURNED };
struct position_event {
    enum position_happening what;
    const struct position_far *far;
    struct track_fix fix; /* returned: the believed fix */
};

void position_init(struct position_far *p);
/* The far track has a new fix; `believed` is the last fix of the believed one. True: it
 * has now gone on for an hour. */
bool position_hear_far(struct position_far *p, const struct track_fix *believed,
                       const struct track *far);
/* The clock was set back to now_ms: times ahead of it are cut to it. */
void position_clamp(struct position_far *p, int64_t now_ms);
void position_save(const struct position_far *p, struct wire_writer *w);
MUST_CHECK int position_load(struct position_far *p,
                             struct wire_reader *r); /* ERR_CORRUPT */

/* --- where positions are disturbed --- */

/* Ships near a ship that are or were misplaced lately. */
struct position_interference {
    uint32_t ships; /* 0: fewer than detect.interference.ships */
    int64_t since_ms;
};
bool position_is_near(const struct position_far *p, const struct detect_limits *limits,
                      struct geo_pos pos, int64_t now_ms);

#endif
