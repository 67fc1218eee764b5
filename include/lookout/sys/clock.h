/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of the shell. The core gets its times as arguments. */
#ifndef LOOKOUT_CLOCK_H
#define LOOKOUT_CLOCK_H

#include <stdint.h>

/* The wall clock: ms since 1970 UTC. It steps when somebody sets it. */
int64_t clock_wall_ms(void);
/* A clock since some time in the past; it never steps. */
int64_t clock_monotonic_ms(void);
uint64_t clock_monotonic_us(void);

#endif
