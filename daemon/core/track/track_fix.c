/* SPDX-License-Identifier: Apache-2.0 */
/* A fix as a report. */
#include "lookout/track/track.h"

void track_fix_to_report(const struct track_fix *fix, struct report *ret)
{
    /* clang-format off */
    static const struct {
        uint8_t fix;
        uint32_t report;
    } bits[] = {
        {FIX_SOG,        HAS_SOG},
        {FIX_COG,        HAS_COG},
        {FIX_NAV_STATUS, HAS_NAV_STATUS},
        {FIX_HEADING,    HAS_HEADING},
    };
    /* clang-format on */
    ret->time_ms = ret->arrival_ms = fix->time_ms;
    ret->pos = fix->pos;
    ret->sog_dkn = fix->sog_dkn;
    ret->cog_ddeg = fix->cog_ddeg;
    ret->heading_deg = fix->heading_deg;
    ret->nav_status = fix->nav_status;
    ret->is_coarse = (fix->has & FIX_COARSE) != 0;
    ret->has |= HAS_POSITION;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if ((fix->has & bits[i].fix) != 0)
            ret->has |= bits[i].report;
}
