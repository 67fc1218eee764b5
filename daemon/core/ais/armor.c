/* SPDX-License-Identifier: Apache-2.0 */
/* The six-bit armor of IEC 61162-1: from printable characters to bits. Knows nothing of
 * the meaning of the bits. */
#include "lookout/ais/ais.h"

#include <string.h>

#include "ais_int.h"

static void store_word(uint8_t *to, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(to, &word, sizeof word);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Convert eight characters at once, one byte each: '0'..'W' are 0..39, '`'..'w' are
 * 40..63. Returns their 48 bits; *seen gets a bit for characters outside the alphabet. */
static uint64_t eight_characters(const char *chars, uint64_t *seen)
{
    uint64_t c = ais_word((const uint8_t *)chars);
    uint64_t low = c & EACH(0x7f); /* so that no sum overflows into the next byte */
    uint64_t from_0 = low + EACH(0x80 - '0');
    uint64_t past_W = low + EACH(0x80 - 'X');
    uint64_t from_grave = low + EACH(0x80 - '`');
    uint64_t past_w = low + EACH(0x80 - 'x');
    *seen |= (c | ~from_0 | (past_W & ~from_grave) | past_w) & EACH(0x80);
    /* '`' and above are their value plus 56, the others plus 48 */
    uint64_t six = low - EACH('0') - ((from_grave & EACH(0x80)) >> 4);
    /* Close the gaps: 8 x 6, 4 x 12, 2 x 24 bits. */
    six =
        (six & UINT64_C(0x3f003f003f003f00)) >> 2 | (six & UINT64_C(0x003f003f003f003f));
    six =
        (six & UINT64_C(0x0fff00000fff0000)) >> 4 | (six & UINT64_C(0x00000fff00000fff));
    return six >> 32 << 24 | (six & 0xffffff);
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
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        word |= eight_characters(chars + i, &seen) << 16 >> held;
        store_word(to, word);
        word <<= 48;
        to += 6;
    }
    if (i < n) {
        /* The last eight characters, some of them again; a few are padded in front. */
        char padded[] = "00000000";
        const char *last = padded;
        if (n >= 8)
            last = chars + n - 8;
        else
            memcpy(padded + 8 - n, chars, n);
        uint64_t six = eight_characters(last, &seen) << (64 - 6 * (n - i));
        word |= six >> held;
    }
    store_word(to, word);
    if (seen != 0)
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
