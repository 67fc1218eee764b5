/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes: a fast one for tables and definitions, SHA-256 for identities that users see.
 */
#ifndef LOOKOUT_HASH_H
#define LOOKOUT_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64-bit FNV-1a with a final avalanche over n bytes, chained by `seed` (0 to begin).
 * The same on every host; not for hostile keys where collisions would matter. */
uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed);
uint64_t hash_text(const char *text, uint64_t seed);
/* Mix one integer; a bijection of `value` for a fixed seed (splitmix64 finaliser). */
uint64_t hash_u64(uint64_t value, uint64_t seed);

#define HASH_ID_BYTES 33
/* First 128 bits of SHA-256 as 32 lower-case hex digits and a NUL. */
void hash_id(const void *bytes, size_t n, char ret_id[HASH_ID_BYTES]);

#endif
