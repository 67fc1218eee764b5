/* SPDX-License-Identifier: Apache-2.0 */
/* Now, by two clocks read together. */
#include "moment.h"

#include "lookout/sys/clock.h"

struct moment moment_now(void)
{
    return (struct moment){.steady_ms = clock_monotonic_ms(), .wall_ms = clock_wall_ms()};
}

int64_t moment_age_ms(const struct moment *now, int64_t wall_ms)
{
    return now->wall_ms > wall_ms ? now->wall_ms - wall_ms : 0;
}
