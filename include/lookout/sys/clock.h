/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of the shell; the core is given its times. */
#ifndef LOOKOUT_CLOCK_H
#define LOOKOUT_CLOCK_H

#include <stdint.h>

/* ms since 1970 UTC; steps when somebody sets the clock. */
int64_t clock_wall_ms(void);
/* Since some point in the past; never steps. */
int64_t clock_monotonic_ms(void);
uint64_t clock_monotonic_us(void);

#endif
