/* SPDX-License-Identifier: Apache-2.0 */
/* The six-bit armor of IEC 61162-1: printable characters to bits. Knows nothing of what
 * the bits mean. */
#include "lookout/ais.h"

#include <string.h>

#include "ais_int.h"

/* '0'..'W' are 0..39, '`'..'w' are 40..63; 0x80 marks what is none of them. */
#define X 0x80
static const uint8_t six_bits[256] = {
    /* clang-format off */
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, X,  X,  X,  X,  X,  X,  X,  X,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, 62, 63, X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
    /* clang-format on */
};
#undef X

static void store_word(uint8_t *to, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(to, &word, sizeof word);
}

int armor_add(const char *chars, size_t n, unsigned fill_bits, struct ais_bits *bits)
{
    if (fill_bits > 5 || (n == 0 && fill_bits != 0))
        return ERR_SYNTAX;
    if (n > AIS_BITS_MAX / 6 || bits->count + 6 * n > AIS_BITS_MAX)
        return ERR_LIMIT;
    uint8_t *to = bits->bytes + (bits->count >> 3);
    unsigned held = bits->count & 7; /* bits of the open byte, at the top of `word` */
    uint64_t word = held != 0 ? (uint64_t)(*to >> (8 - held)) << (64 - held) : 0;
    uint8_t seen = 0;
    /* Four characters are three bytes; eight of them fit into a word beside the 7 bits
     * that may be open. */
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t six = 0;
        for (size_t k = 0; k < 8; k++) {
            uint8_t c = six_bits[(uint8_t)chars[i + k]];
            seen |= c;
            six = six << 6 | (c & 63);
        }
        word |= six << 16 >> held;
        store_word(to, word);
        word <<= 48;
        to += 6;
    }
    for (; i < n; i++) {
        uint8_t c = six_bits[(uint8_t)chars[i]];
        seen |= c;
        word |= (uint64_t)(c & 63) << 58 >> held;
        held += 6;
        if (held >= 8) {
            *to++ = (uint8_t)(word >> 56);
            word <<= 8;
            held -= 8;
        }
    }
    store_word(to, word);
    if ((seen & 0x80) != 0)
        return ERR_SYNTAX;
    bits->count += (uint32_t)(6 * n) - fill_bits;
    return 0;
}

int armor_decode(const char *chars, size_t n, unsigned fill_bits,
                 struct ais_bits *ret_bits)
{
    ais_bits_clear(ret_bits);
    return armor_add(chars, n, fill_bits, ret_bits);
}
