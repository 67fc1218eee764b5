/* SPDX-License-Identifier: Apache-2.0 */
/* Now, by two clocks read together. Waits use the monotonic clock, which nobody sets;
 * stored and shown times are those of the wall clock. */
#ifndef LOOKOUT_DELIVERY_MOMENT_H
#define LOOKOUT_DELIVERY_MOMENT_H

#include <stdint.h>

struct moment {
    int64_t steady_ms; /* monotonic clock */
    int64_t wall_ms;   /* since 1970 UTC */
};
struct moment moment_now(void);
/* How long ago a time of the wall clock is; 0 when it lies ahead. */
int64_t moment_age_ms(const struct moment *now, int64_t wall_ms);

#endif
