/* SPDX-License-Identifier: Apache-2.0 */
/* Judges coverage by how many others were heard at two places. */
#include "lookout/detect/coverage.h"

#include "lookout/base/time.h"
#include "lookout/base/units.h"

#define AT_REST_KN 0.5
/* over less time than that, a step of the path is no speed */
#define STEP_LEAST_MS (10 * MINUTE_MS)

const char *const coverage_names[] = {"none", "poor", "edge", "good", NULL};

bool coverage_ahead(const struct track *track, const struct track_fix *from,
                    struct geo_pos *ret_pos)
{
    struct track_point ends[2];
    double kn = from->sog_dkn / 10.0, course_deg = from->cog_ddeg / 10.0;
    bool is_reported = (from->has & FIX_SOG) != 0 && (from->has & FIX_COG) != 0;
    if ((from->has & FIX_SOG) != 0 && kn <= AT_REST_KN)
        return false;
    if (!is_reported) {
        if (track_path(track, from->time_ms - HOUR_MS, from->time_ms, ends, 2) < 2 ||
            ends[1].time_ms - ends[0].time_ms < STEP_LEAST_MS)
            return false;
        double hours = (double)(ends[1].time_ms - ends[0].time_ms) / (double)HOUR_MS;
        kn = geo_distance_m(ends[0].pos, ends[1].pos) / NM_M / hours;
        course_deg = geo_bearing_deg(ends[0].pos, ends[1].pos);
    }
    if (kn <= AT_REST_KN)
        return false;
    *ret_pos = geo_destination(from->pos, course_deg, kn * NM_M * COVERAGE_AHEAD_H);
    return true;
}

enum coverage coverage_judge(uint32_t near, bool is_under_way, uint32_t ahead)
{
    if (near < COVERAGE_FEW)
        return near == 0 ? COVERAGE_NONE : COVERAGE_POOR;
    return is_under_way && ahead < COVERAGE_FEW ? COVERAGE_EDGE : COVERAGE_GOOD;
}
