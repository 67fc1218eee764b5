/* SPDX-License-Identifier: Apache-2.0 */
/* The believed fixes of a vessel in an hour, in few bytes: differences from what the fix
 * before foretells. Fixes are added at the end; what is there is never changed. Kept are
 * the time to 1 s, the place to 1/10,000 minute (0.2 m) as AIS sends it, speed and course
 * to 0.1 kn and 0.1 degree, heading, navigation status and track; not the source. */
#ifndef LOOKOUT_FIX_PACK_H
#define LOOKOUT_FIX_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/wire.h"
#include "lookout/track/track.h"

struct fix_pack_fix {
    uint32_t track;
    struct track_fix fix;
};

/* The hour of a time: since 1970. */
int64_t fix_pack_hour(int64_t time_ms);
/* Leave of a fix what a pack keeps. */
void fix_pack_round(struct track_fix *fix);

/* A place in a pack. */
struct fix_pack {
    struct wire_reader reader; /* borrows the bytes */
    int64_t hour;
    size_t count; /* of fixes read or added */
    bool failed;  /* it is no pack, or it is damaged from here on */
    /* The last fix in the pack's units, and the step to it. */
    uint32_t track;
    uint8_t has, nav_status;
    int64_t at_s, step_s;
    int64_t lat, lon, lat_step, lon_step;
    int64_t sog, cog, heading;
};
/* Begin at the start of the pack of that hour; n 0: an empty one. */
void fix_pack_begin(struct fix_pack *p, int64_t hour, const void *bytes, size_t n);
/* The next fix; false at the end, and with p->failed where the rest is damaged. */
bool fix_pack_next(struct fix_pack *p, struct fix_pack_fix *ret_fix);
/* Append to `bytes` what adds a fix at the end of the pack, which was read to its end.
 * ERR_INVALID: it is not of the pack's hour. ERR_NOMEM; after both the pack is of no use.
 */
MUST_CHECK int fix_pack_add(struct fix_pack *p, const struct fix_pack_fix *fix,
                            struct buf *bytes);

#endif
