/* SPDX-License-Identifier: Apache-2.0 */
/* Prefetching memory that will be needed soon. */
#ifndef LOOKOUT_FETCH_H
#define LOOKOUT_FETCH_H

/* Prefetch the cache line at that address. The empty asm is needed: gcc treats a function
 * that only prefetches as one without effect, and removes its calls. */
static inline void fetch_line(const void *at)
{
    __builtin_prefetch(at);
    __asm__ volatile("");
}

/* The same, for memory that will be written. */
static inline void fetch_line_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
    __asm__ volatile("");
}

#endif
