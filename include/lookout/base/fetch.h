/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching from memory what will be needed soon. */
#ifndef LOOKOUT_FETCH_H
#define LOOKOUT_FETCH_H

/* Ask for the line of memory there. The empty asm: gcc takes a function that does nothing
 * but prefetch for one without effect, and its calls away. */
static inline void fetch_line(const void *at)
{
    __builtin_prefetch(at);
    __asm__ volatile("");
}

/* The same, to be written to. */
static inline void fetch_line_to_write(const void *at)
{
    __builtin_prefetch(at, 1);
    __asm__ volatile("");
}

#endif
