/* SPDX-License-Identifier: Apache-2.0 */
/* Now, by two clocks read together. */
#include "moment.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct moment moment_now(void)
{
    return (struct moment){.steady_ms = read_clock(CLOCK_MONOTONIC),
                           .wall_ms = read_clock(CLOCK_REALTIME)};
}

int64_t moment_age_ms(const struct moment *now, int64_t wall_ms)
{
    return now->wall_ms > wall_ms ? now->wall_ms - wall_ms : 0;
}
