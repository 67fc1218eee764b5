/* SPDX-License-Identifier: Apache-2.0 */
/* The usual time between the fixes of a track. */
#include "lookout/base/time.h"
#include "track_int.h"

void track_interval_note(struct track *t, int64_t ms)
{
    int64_t s = ms < SECOND_MS ? 1 : ms / SECOND_MS;
    t->intervals_s[t->fixes % TRACK_INTERVALS] =
        s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

int64_t track_interval_ms(const struct track *t, uint32_t left_out)
{
    uint16_t sorted[TRACK_INTERVALS];
    size_t n = 0;
    for (uint32_t i = left_out; i < TRACK_INTERVALS && i + 1 < t->fixes; i++) {
        uint16_t s = t->intervals_s[(t->fixes - 1 - i) % TRACK_INTERVALS];
        size_t at = n;
        if (s == 0)
            continue;
        for (; at > 0 && sorted[at - 1] > s; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = s;
        n++;
    }
    return n != 0 ? (sorted[(n - 1) / 2] + sorted[n / 2]) * SECOND_MS / 2 : 0;
}
