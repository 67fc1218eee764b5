/* SPDX-License-Identifier: Apache-2.0 */
/* Now, by two clocks read together. Waits go by the steady clock, which nobody sets; what
 * is stored or shown is the wall clock's. */
#ifndef LOOKOUT_DELIVERY_MOMENT_H
#define LOOKOUT_DELIVERY_MOMENT_H

#include <stdint.h>

struct moment {
    int64_t steady_ms; /* since some time of the machine's own */
    int64_t wall_ms;   /* since 1970 UTC */
};
struct moment moment_now(void);
/* How long ago a time of the wall clock is, as that clock says now; 0: it lies ahead. */
int64_t moment_age_ms(const struct moment *now, int64_t wall_ms);

#endif
