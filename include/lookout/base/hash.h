/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes: a fast one for tables and definitions, SHA-256 for identities that users see.
 */
#ifndef LOOKOUT_HASH_H
#define LOOKOUT_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64-bit FNV-1a with a final avalanche over n bytes; `seed` chains several calls (0 to
 * begin). The result is the same on every host. Not for hostile keys, where collisions
 * would matter. */
uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed);
uint64_t hash_text(const char *text, uint64_t seed);
/* Mix one integer; a bijection of `value` for a fixed seed: the finaliser of splitmix64
 * (Steele, Lea and Flood 2014, constants of Stafford's mix 13). */
static inline uint64_t hash_finalise(uint64_t z) /* a bijection that maps 0 to 0 */
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static inline uint64_t hash_u64(uint64_t value, uint64_t seed)
{
    return hash_finalise((value ^ hash_finalise(seed)) + UINT64_C(0x9e3779b97f4a7c15));
}

#define HASH_ID_BYTES 33
/* First 128 bits of SHA-256 as 32 lower-case hex digits and a NUL. */
void hash_id(const void *bytes, size_t n, char ret_id[HASH_ID_BYTES]);

#endif
