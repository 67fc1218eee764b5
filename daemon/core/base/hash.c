/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), and SHA-256 from OpenSSL. */
#include "lookout/base/hash.h"

#include <openssl/sha.h>
#include <string.h>

static const uint64_t FNV_BASIS = UINT64_C(0xcbf29ce484222325);
static const uint64_t FNV_PRIME = UINT64_C(0x100000001b3);

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = FNV_BASIS ^ seed;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * FNV_PRIME;
    return hash_finalise(h);
}

uint64_t hash_text(const char *text, uint64_t seed)
{
    return hash_bytes(text, strlen(text), seed);
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
