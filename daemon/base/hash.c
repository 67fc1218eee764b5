/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), the finaliser of splitmix64 (Steele, Lea
 * and Flood 2014, constants of Stafford's mix 13), and SHA-256 from OpenSSL. */
#include "lookout/hash.h"

#include <openssl/sha.h>
#include <string.h>

static const uint64_t FNV_BASIS = UINT64_C(0xcbf29ce484222325);
static const uint64_t FNV_PRIME = UINT64_C(0x100000001b3);
static const uint64_t GOLDEN_GAMMA = UINT64_C(0x9e3779b97f4a7c15);

/* A bijection that maps 0 to 0. */
static uint64_t finalise(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = FNV_BASIS ^ seed;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * FNV_PRIME;
    return finalise(h);
}

uint64_t hash_text(const char *text, uint64_t seed)
{
    return hash_bytes(text, strlen(text), seed);
}

uint64_t hash_u64(uint64_t value, uint64_t seed)
{
    return finalise((value ^ finalise(seed)) + GOLDEN_GAMMA);
}

void hash_id(const void *bytes, size_t n, char ret_id[HASH_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA256_DIGEST_LENGTH];
    SHA256(bytes, n, sum);
    for (size_t i = 0; i < (HASH_ID_BYTES - 1) / 2; i++) {
        ret_id[2 * i] = digits[sum[i] >> 4];
        ret_id[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_id[HASH_ID_BYTES - 1] = '\0';
}
