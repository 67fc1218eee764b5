/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/aiscorpus.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/core/ais/ais_int.h"
#include "lib/aisgen.h"
#include "lib/testlib.h"

/* `at`, `width`, `value`: bits that decide about the form. */
static const struct kind {
    int type;
    unsigned bits;
    struct {
        unsigned at, width;
        int64_t value;
    } fixed[2];
} kinds[] = {
    /* clang-format off */
    {1, 168, {{0}}}, {2, 168, {{0}}}, {3, 168, {{0}}}, {4, 168, {{0}}}, {11, 168, {{0}}}, {5, 424, {{0}}},
    {6, 88 + 96, {{72, 16, 999 << 6 | 11}}}, {6, 88, {{72, 16, 999 << 6 | 11}}}, {6, 1008, {{72, 16, 999 << 6 | 11}}},
    {6, 136, {{72, 16, 235 << 6 | 10}}}, {6, 136, {{72, 16, 250 << 6 | 10}}}, {6, 266, {{72, 16, 1 << 6 | 30}}},
    {7, 72, {{0}}}, {7, 104, {{0}}}, {7, 136, {{0}}}, {7, 168, {{0}}}, {13, 72, {{0}}}, {13, 168, {{0}}},
    {8, 56 + 128, {{40, 16, 999 << 6 | 31}}}, {8, 352, {{40, 16, 1 << 6 | 11}}}, {8, 360, {{40, 16, 1 << 6 | 31}}},
    {8, 66 + 240, {{40, 16, 1 << 6 | 29}}}, {8, 168, {{40, 16, 200 << 6 | 10}, {141, 3, 4}}},
    {9, 168, {{0}}}, {10, 72, {{0}}}, {12, 72 + 60, {{0}}}, {14, 40 + 66, {{0}}},
    {15, 88, {{0}}}, {15, 110, {{0}}}, {15, 160, {{0}}}, {16, 96, {{0}}}, {16, 144, {{0}}}, {17, 80 + 120, {{0}}},
    {18, 168, {{0}}}, {19, 312, {{0}}}, {20, 72, {{0}}}, {20, 104, {{0}}}, {20, 136, {{0}}}, {20, 160, {{0}}},
    {21, 272, {{0}}}, {21, 272 + 60, {{0}}}, {22, 168, {{139, 1, 0}}}, {22, 168, {{139, 1, 1}}}, {23, 160, {{0}}},
    {24, 160, {{38, 2, 0}}}, {24, 168, {{38, 2, 0}}}, {24, 168, {{38, 2, 1}}}, {24, 168, {{38, 2, 1}, {8, 30, 982310001}}},
    {25, 168, {{38, 2, 0}}}, {25, 168, {{38, 2, 1}}}, {25, 168, {{38, 2, 2}}}, {25, 168, {{38, 2, 3}}},
    {26, 240, {{38, 2, 0}}}, {26, 240, {{38, 2, 1}}}, {26, 240, {{38, 2, 2}}}, {26, 240, {{38, 2, 3}}},
    {27, 96, {{0}}},
    /* clang-format on */
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void make(struct aisgen_bits *b, const struct kind *k, size_t message,
                 struct test_random *random)
{
    aisgen_clear(b);
    while (b->count < k->bits)
        aisgen_put(b, 1, (int64_t)(test_random_next(random) & 1));
    aisgen_set(b, 8, 30, 200000000 + (int64_t)message);
    for (size_t i = 0; i < 2; i++) {
        if (k->fixed[i].width != 0)
            aisgen_set(b, k->fixed[i].at, k->fixed[i].width, k->fixed[i].value);
    }
    aisgen_set(b, 0, 6, k->type);
}

static void write(FILE *to, const struct aisgen_bits *b, size_t message)
{
    char text[AISGEN_TEXT_BYTES];
    aisgen_sentences(b, "AIVDM", (int)(message % 10), 'A', text);
    fputs(text, to);
}

size_t aiscorpus_random(FILE *to, uint64_t seed, unsigned rounds)
{
    struct test_random random = {seed};
    size_t messages = 0;
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < KINDS; i++) {
            struct aisgen_bits b;
            make(&b, &kinds[i], messages, &random);
            write(to, &b, messages++);
        }
    }
    return messages;
}

/* Whether a row lies on bits that decide about the form, or on those all have. */
static bool is_fixed(const struct kind *k, const struct ais_field *f)
{
    bool fixed = f->offset < 38;
    for (size_t i = 0; i < 2; i++) {
        const unsigned at = k->fixed[i].at, end = at + k->fixed[i].width;
        fixed = fixed || (f->offset < end && f->offset + f->width > at);
    }
    return fixed;
}

static size_t write_edges(FILE *to, const struct kind *k, const struct ais_form *form,
                          size_t messages, struct test_random *random)
{
    size_t written = 0;
    for (unsigned row = 0; row < form->row_count; row++) {
        const struct ais_field *f = &form->rows[row];
        if (f->kind > AIS_I || f->width == 0 || f->offset + f->width > k->bits ||
            is_fixed(k, f))
            continue;
        const int64_t all = (INT64_C(1) << f->width) - 1;
        const int64_t none = f->none != AIS_NO_NONE ? f->none & all : 1;
        const int64_t values[] = {0,
                                  1,
                                  all,
                                  all - 1,
                                  all >> 1,
                                  none,
                                  none + 1,
                                  (none - 1) & all,
                                  (all >> 1) + 1};
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            struct aisgen_bits b;
            make(&b, k, messages + written, random);
            aisgen_set(&b, f->offset, f->width, values[i] & all);
            write(to, &b, messages + written++);
        }
    }
    return written;
}

size_t aiscorpus_edges(FILE *to, size_t before, uint64_t seed)
{
    struct test_random random = {seed};
    size_t messages = 0;
    for (size_t i = 0; i < KINDS; i++) {
        struct aisgen_bits b;
        struct ais_bits bits = {0};
        struct ais_message m;
        make(&b, &kinds[i], 0, &random);
        memcpy(bits.bytes, b.bytes, sizeof b.bytes);
        bits.count = b.count;
        if (ais_decode(&bits, &m) != 0)
            abort();
        messages += write_edges(to, &kinds[i], m.form, before + messages, &random);
        if (m.sub != NULL)
            messages += write_edges(to, &kinds[i], m.sub, before + messages, &random);
    }
    return messages;
}

size_t aiscorpus_applications(FILE *to, size_t before, uint64_t seed)
{
    static const int dacs[] = {0, 1, 200, 235, 250, 316, 366, 999, 1023};
    struct test_random random = {seed};
    size_t messages = 0;
    for (int type = 6; type <= 8; type += 2) {
        const unsigned at = type == 6 ? 72 : 40;
        for (size_t i = 0; i < 2 * 64 * sizeof dacs / sizeof dacs[0]; i++) {
            const int dac = dacs[i / 128], fid = (int)(i % 128 / 2);
            const struct kind kind = {
                type, i % 2 == 0 ? 168 : 360, {{at, 16, dac << 6 | fid}, {0, 0, 0}}};
            struct aisgen_bits b;
            if (type == 8 && ((dac == 1 && fid == 19) || (dac == 200 && fid == 24)))
                continue;
            make(&b, &kind, before + messages, &random);
            write(to, &b, before + messages++);
        }
    }
    return messages;
}
