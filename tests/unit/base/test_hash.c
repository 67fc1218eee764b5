/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/hash.h"

#include <string.h>

#include "lib/testlib.h"

/* First outputs of splitmix64 for the seeds 0 and 1234567: the state there is value plus
 * the golden gamma, as here. Vectors: rosettacode.org, "Pseudo-random numbers/Splitmix64"
 * (seed 1234567); 0xe220a8397b1dcdaf is the well-known first output of seed 0. */
static void test_u64_is_splitmix64(void **state)
{
    assert_true(hash_u64(0, 0) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(hash_u64(1234567, 0) == UINT64_C(6457827717110365317));
    assert_true(hash_u64(1, 0) != hash_u64(1, 1));
}

/* The finaliser is a bijection, so undoing it gives the unfinished FNV-1a. FNV-1a 64
 * vectors: draft-eastlake-fnv-17, "" and "a" and "foobar". */
static uint64_t undo_shift(uint64_t z, unsigned shift)
{
    uint64_t x = z;
    for (unsigned done = shift; done < 64; done += shift)
        x = z ^ (x >> shift);
    return x;
}
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd;
    for (int i = 0; i < 6; i++)
        x *= 2 - odd * x;
    return x;
}
static uint64_t undo(uint64_t z)
{
    z = undo_shift(z, 31) * inverse(UINT64_C(0x94d049bb133111eb));
    z = undo_shift(z, 27) * inverse(UINT64_C(0xbf58476d1ce4e5b9));
    return undo_shift(z, 30);
}

static void test_bytes_are_fnv1a(void **state)
{
    assert_true(undo(hash_text("", 0)) == UINT64_C(0xcbf29ce484222325));
    assert_true(undo(hash_text("a", 0)) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(undo(hash_text("foobar", 0)) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_bytes("foobar\0x", 6, 0) == hash_text("foobar", 0));
    assert_true(hash_text("b", hash_text("a", 0)) != hash_text("a", hash_text("b", 0)));
}

/* FIPS 180-2, appendix B.1: SHA-256 of "abc" is ba7816bf 8f01cfea 414140de 5dae2223 ...
 */
static void test_id_is_sha256(void **state)
{
    char id[HASH_ID_BYTES];
    hash_id("abc", 3, id);
    assert_string_equal(id, "ba7816bf8f01cfea414140de5dae2223");
    /* `printf '' | sha256sum` */
    hash_id("", 0, id);
    assert_string_equal(id, "e3b0c44298fc1c149afbf4c8996fb924");
}

TEST_MAIN(NULL, NULL, TEST(test_u64_is_splitmix64), TEST(test_bytes_are_fnv1a),
          TEST(test_id_is_sha256))
