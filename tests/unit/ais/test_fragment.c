/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the assembly of messages. A letter stands for a ship, a digit for a
 * part: "A1" is the first part of ship A's message. A message with two letters is the
 * failure that this module must prevent. */
#include "daemon/core/ais/fragment_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"

struct bench {
    struct fragment_table *table;
    char out[4096]; /* messages, joined by ' ' */
    size_t n;
    uint64_t offset;
    int64_t clock_ms;
};

/* The way in which a part is sent; zero: "AIVDM", id 3, channel A, untagged. */
struct how {
    const char *station;
    uint64_t group;
    int64_t time_s;
    int sequence;
    char channel;
    const char *formatter;
};

static void begin(struct bench *b)
{
    memset(b, 0, sizeof *b);
    b->table = malloc(sizeof *b->table);
    assert_non_null(b->table);
    fragment_init(b->table);
    b->clock_ms = TIME_NONE;
}

static void take(struct bench *b, const struct fragment_whole *w)
{
    const struct fragment *f = w->fragment;
    for (unsigned i = 0; i < f->total; i++) {
        memcpy(b->out + b->n, f->chars + f->piece[i].at, f->piece[i].n);
        b->n += f->piece[i].n;
    }
    b->out[b->n++] = ' ';
    b->out[b->n] = '\0';
    for (unsigned i = 1; i < f->total; i++) {
        if (f->chars[f->piece[i].at] != f->chars[f->piece[0].at])
            fail_msg("two ships in one message: %s", b->out);
    }
    assert_true(w->origin->begin < w->origin->end);
}

static void ready(struct bench *b, bool is_end)
{
    struct fragment_whole w;
    while (fragment_next_ready(b->table, b->clock_ms, is_end, &w))
        take(b, &w);
}

/* Other sentences that pass. */
static void others(struct bench *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fragment_count(b->table);
        ready(b, false);
    }
}

static void part(struct bench *b, const char *name, unsigned total, struct how how)
{
    struct sentence s = {.formatter = how.formatter != NULL ? how.formatter : "AIVDM",
                         .payload = name,
                         .payload_n = strlen(name),
                         .total = (uint8_t)total,
                         .part = (uint8_t)(name[1] - '0'),
                         .sequence = (int16_t)(how.sequence != 0 ? how.sequence : 3),
                         .channel = how.channel != 0 ? how.channel : 'A'};
    struct fragment_part p = {.sentence = &s,
                              .has_group = how.group != 0,
                              .group_id = how.group,
                              .clock_ms = b->clock_ms};
    struct fragment_whole w;
    p.origin.time_ms = how.time_s != 0 ? how.time_s * 1000 : TIME_NONE;
    p.origin.begin = b->offset;
    b->offset += 80;
    p.origin.end = b->offset;
    if (how.station != NULL)
        strcpy(p.origin.station, how.station);
    fragment_count(b->table);
    if (fragment_add(b->table, &p, &w))
        take(b, &w);
    ready(b, false);
}

static void end(struct bench *b, const char *out, uint64_t orphans, uint64_t duplicates)
{
    ready(b, true);
    fragment_drop(b->table);
    assert_string_equal(b->out, out);
    assert_int_equal(b->table->counts.orphans, orphans);
    assert_int_equal(b->table->counts.duplicates, duplicates);
    assert_int_equal(b->table->counts.pending, 0);
    assert_int_equal(fragment_needed(b->table), UINT64_MAX);
    free(b->table);
}

static const struct how plain;

/* A table of untagged parts of messages of two: names in order of arrival. */
struct row {
    const char *parts, *out;
    unsigned orphans, duplicates;
    const char *why;
};

/* clang-format off */
static const struct row rows[] = {
    {"A1 A2",             "A1A2 ",       0, 0, "in order"},
    {"A2 A1",             "A1A2 ",       0, 0, "out of order"},
    {"A1",                "",            1, 0, "first part alone"},
    {"A2",                "",            1, 0, "second part alone"},
    {"A1 A1 A2 A2",       "A1A2 ",       0, 2, "every part twice"},
    {"A1 A2 A1 A2",       "A1A2 A1A2 ",  0, 0, "a whole copy is a message, for the merge to fold"},
    {"A1 A2 A2",          "A1A2 ",       0, 1, "a late copy of a part"},
    {"A1 A2 B1 - A2",     "A1A2 ",       1, 1, "the same, where another waits for its own"},
    {"A1 B1 B2",          "B1B2 ",       1, 0, "an orphan first part, then a pair with its id"},
    {"A2 B1 B2",          "B1B2 ",       1, 0, "an orphan second part, then a pair with its id"},
    {"A1 B1 A2 B2",       "",            4, 0, "interleaved without a station: nobody can tell"},
    {"A2 A1 B2 B1",       "",            4, 0, "out of order twice at once: nobody can tell"},
    {"A1 B1 B2 A2",       "",            4, 0, "the same"},
    {"A1 A2 B1 B2 C1 C2", "A1A2 B1B2 C1C2 ", 0, 0, "an id used again and again"},
};
/* clang-format on */

static void test_untagged(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        char text[64];
        begin(&b);
        strcpy(text, rows[i].parts);
        char *save = NULL;
        for (char *name = strtok_r(text, " ", &save); name != NULL;
             name = strtok_r(NULL, " ", &save))
            if (*name == '-')
                others(&b, 2);
            else
                part(&b, name, 2, plain);
        others(&b, 20);
        print_message("%s: %s\n", rows[i].parts, rows[i].why);
        end(&b, rows[i].out, rows[i].orphans, rows[i].duplicates);
    }
}

/* Two stations use one id at once, each part tagged. */
static void test_stations(void **state)
{
    struct bench b;
    const struct how x = {.station = "X"}, y = {.station = "Y"};
    begin(&b);
    part(&b, "A1", 2, x);
    part(&b, "B1", 2, y);
    part(&b, "A2", 2, x);
    part(&b, "B2", 2, y);
    end(&b, "A1A2 B1B2 ", 0, 0);
    /* Out of order as well. */
    begin(&b);
    part(&b, "B2", 2, y);
    part(&b, "A2", 2, x);
    part(&b, "B1", 2, y);
    part(&b, "A1", 2, x);
    others(&b, 9);
    end(&b, "B1B2 A1A2 ", 0, 0);
    /* The same by groups. */
    begin(&b);
    part(&b, "A1", 2, (struct how){.group = 7, .station = "X"});
    part(&b, "B1", 2, (struct how){.group = 8, .station = "X"});
    part(&b, "A2", 2, (struct how){.group = 7});
    part(&b, "B2", 2, (struct how){.group = 8});
    end(&b, "A1A2 B1B2 ", 0, 0);
}

/* Providers tag the first part alone. */
static void test_first_tagged(void **state)
{
    struct bench b;
    const struct how x = {.station = "X", .time_s = 1600000000}, y = {.station = "Y"};
    begin(&b);
    part(&b, "A1", 2, x);
    part(&b, "A2", 2, plain);
    part(&b, "B1", 2, y);
    part(&b, "B2", 2, plain);
    end(&b, "A1A2 B1B2 ", 0, 0);
    /* Two first parts of two stations wait: an untagged second part may belong to
     * either. */
    begin(&b);
    part(&b, "A1", 2, x);
    part(&b, "B1", 2, y);
    part(&b, "A2", 2, plain);
    end(&b, "", 3, 0);
    /* A stray untagged second part comes before. */
    begin(&b);
    part(&b, "C2", 2, plain);
    part(&b, "A1", 2, x);
    part(&b, "A2", 2, plain);
    others(&b, 9);
    end(&b, "A1A2 ", 1, 0);
}

/* Time and station come from any part that has them, from the first part before the
 * others. */
static void test_inherit(void **state)
{
    struct bench b;
    struct fragment_whole w;
    begin(&b);
    part(&b, "A1", 2, (struct how){.group = 5, .station = "X", .time_s = 1600000000});
    part(&b, "A2", 2, (struct how){.group = 5});
    assert_int_equal(b.table->slots[0].origin.time_ms, 1600000000000);
    assert_string_equal(b.table->slots[0].origin.station, "X");
    end(&b, "A1A2 ", 0, 0);
    begin(&b);
    part(&b, "A2", 2, (struct how){.station = "X", .time_s = 1600000002});
    part(&b, "A1", 2, (struct how){.station = "X", .time_s = 1600000001});
    assert_true(fragment_next_ready(b.table, TIME_NONE, true, &w));
    assert_int_equal(w.origin->time_ms, 1600000001000);
    take(&b, &w);
    end(&b, "A1A2 ", 0, 0);
}

/* Own times tell messages of one station and id apart: a receiver has the whole message
 * before it writes the first part. */
static void test_own_times(void **state)
{
    static const struct {
        const char *parts; /* and the second part of each */
        int64_t time_s[5];
        const char *out;
        unsigned orphans, between;
        const char *why;
    } steps[] = {
        {"A1 B2", {10, 13}, "", 2, 0, "one part of each was lost, seconds apart"},
        {"A1 B2", {10, 11}, "", 2, 3, "a second apart, with others between"},
        {"A1 A2", {10, 11}, "A1A2 ", 0, 0, "the second turned between two lines"},
        {"A1 A2", {10, 10}, "A1A2 ", 0, 5, "others between"},
        {"A1 B1 A2 B2",
         {10, 11, 10, 11},
         "A1A2 B1B2 ",
         0,
         2,
         "interleaved: the times tell"},
        {"A1 B1 B2", {10, 10, 10}, "", 3, 2, "two it could be of, and next to neither"},
        {"A2 B2 B1", {10, 10, 10}, "", 3, 2, "the same out of order"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct bench b;
        print_message("%s: %s\n", steps[i].parts, steps[i].why);
        begin(&b);
        size_t k = 0;
        for (const char *at = steps[i].parts; *at != '\0'; at += at[2] != '\0' ? 3 : 2) {
            char name[3] = {at[0], at[1], '\0'};
            part(&b, name, 2,
                 (struct how){.station = "X",
                              .time_s = 1600000000 + steps[i].time_s[k++]});
            others(&b, steps[i].between);
        }
        others(&b, 20);
        end(&b, steps[i].out, steps[i].orphans, 0);
    }
}

/* Key members that tell messages apart. */
static void test_key(void **state)
{
    struct bench b;
    begin(&b);
    part(&b, "A1", 2, plain);
    part(&b, "B1", 2, (struct how){.channel = 'B'});
    part(&b, "C1", 2, (struct how){.sequence = 4});
    part(&b, "D1", 2, (struct how){.formatter = "BSVDM"});
    part(&b, "E1", 2, (struct how){.formatter = "AIVDO"});
    part(&b, "F1", 3, plain);
    part(&b, "E2", 2, (struct how){.formatter = "AIVDO"});
    part(&b, "D2", 2, (struct how){.formatter = "BSVDM"});
    part(&b, "F2", 3, plain);
    part(&b, "C2", 2, (struct how){.sequence = 4});
    part(&b, "B2", 2, (struct how){.channel = 'B'});
    part(&b, "A2", 2, plain);
    part(&b, "F3", 3, plain);
    end(&b, "E1E2 D1D2 C1C2 B1B2 A1A2 F1F2F3 ", 0, 0);
}

/* Nine parts in every rotation. */
static void test_nine(void **state)
{
    for (unsigned first = 0; first < 9; first++) {
        static const char *const names[] = {"A1", "A2", "A3", "A4", "A5",
                                            "A6", "A7", "A8", "A9"};
        struct bench b;
        begin(&b);
        for (unsigned i = 0; i < 9; i++)
            part(&b, names[(first + i) % 9], 9, plain);
        end(&b, "A1A2A3A4A5A6A7A8A9 ", 0, 0);
    }
}

/* Too late: by own times, by the clock, by count. */
static void test_stale(void **state)
{
    struct bench b;
    begin(&b);
    part(&b, "A1", 2, (struct how){.station = "X", .time_s = 1600000000});
    part(&b, "B2", 2, (struct how){.station = "X", .time_s = 1600000060});
    end(&b, "", 2, 0);
    begin(&b);
    b.clock_ms = 1000;
    part(&b, "A1", 2, plain);
    b.clock_ms += FRAGMENT_WINDOW_MS;
    part(&b, "A2", 2, plain);
    end(&b, "A1A2 ", 0, 0);
    begin(&b);
    b.clock_ms = 1000;
    part(&b, "A1", 2, plain);
    b.clock_ms += FRAGMENT_WINDOW_MS + 1;
    part(&b, "B2", 2, plain);
    end(&b, "", 2, 0);
    begin(&b);
    part(&b, "A1", 2, plain);
    others(&b, FRAGMENT_WINDOW_UNTIMED);
    part(&b, "B2", 2, plain);
    end(&b, "", 2, 0);
}

/* A2 and B1 were lost, and only the id connects A1 and B2. In the Norwegian sample one
 * message in eight has two parts, so an id returns after 80 sentences, after any time.
 * Where a group or the same time connects them, distance does not matter. */
static void test_far_apart(void **state)
{
    struct bench b;
    for (int timed = 0; timed < 2; timed++) {
        begin(&b);
        b.clock_ms = timed != 0 ? 1000 : TIME_NONE;
        part(&b, "A1", 2, plain);
        others(&b, 30);
        part(&b, "A2", 2, plain);
        end(&b, "A1A2 ", 0, 0);
        begin(&b);
        b.clock_ms = timed != 0 ? 1000 : TIME_NONE;
        part(&b, "A1", 2, plain);
        others(&b, 80);
        part(&b, "B2", 2, plain);
        end(&b, "", 2, 0);
        begin(&b);
        b.clock_ms = timed != 0 ? 1000 : TIME_NONE;
        part(&b, "A1", 2, (struct how){.group = 7});
        others(&b, 80);
        part(&b, "A2", 2, (struct how){.group = 7});
        end(&b, "A1A2 ", 0, 0);
    }
    begin(&b);
    part(&b, "A1", 2, (struct how){.time_s = 1600000000});
    others(&b, 80);
    part(&b, "A2", 2, (struct how){.time_s = 1600000000});
    end(&b, "A1A2 ", 0, 0);
}

/* The second part of most static messages is blanks: it may equal that of the message
 * before under the same id. */
static void test_same_second_part(void **state)
{
    struct bench b;
    begin(&b);
    for (int i = 0; i < 3; i++) {
        struct sentence s = {
            .formatter = "AIVDM", .total = 2, .sequence = 4, .channel = 'A'};
        struct fragment_whole w;
        char first[3] = {(char)('A' + i), '1', '\0'};
        struct fragment_part p = {.sentence = &s, .clock_ms = TIME_NONE};
        p.origin.time_ms = TIME_NONE;
        p.origin.end = 1;
        s.payload = first;
        s.payload_n = 2;
        s.part = 1;
        fragment_count(b.table);
        assert_false(fragment_add(b.table, &p, &w));
        s.payload = "888";
        s.payload_n = 3;
        s.part = 2;
        fragment_count(b.table);
        assert_true(fragment_add(b.table, &p, &w));
        assert_int_equal(w.fragment->chars[w.fragment->piece[0].at], 'A' + i);
    }
    end(&b, "", 0, 0);
}

/* An attacker's ids push out unfinished messages, the oldest first, and nothing else. */
static void test_flood(void **state)
{
    struct bench b;
    begin(&b);
    for (int i = 0; i < 1000; i++)
        part(&b, "Z1", 2, (struct how){.sequence = 1 + i % 999, .channel = 'B'});
    assert_true(b.table->counts.pending <= FRAGMENT_SLOTS);
    part(&b, "A1", 2, plain);
    part(&b, "A2", 2, plain);
    end(&b, "A1A2 ", 1000, 0);
}

static void test_too_long(void **state)
{
    static char long_name[FRAGMENT_CHARS_MAX + 2];
    struct bench b;
    memset(long_name, 'x', sizeof long_name - 1);
    memcpy(long_name, "A1", 2);
    begin(&b);
    part(&b, long_name, 2, plain);
    long_name[FRAGMENT_CHARS_MAX] = '\0';
    part(&b, long_name, 2, plain);
    part(&b, "A2", 2, plain);
    end(&b, "", 3, 0);
}

/* The parts that are waited for bound the offset that is still needed. */
static void test_needed(void **state)
{
    struct bench b;
    begin(&b);
    part(&b, "A1", 2, plain);
    part(&b, "B1", 2, (struct how){.sequence = 4});
    assert_int_equal(fragment_needed(b.table), 0);
    part(&b, "A2", 2, plain);
    assert_int_equal(fragment_needed(b.table), 80);
    part(&b, "B2", 2, (struct how){.sequence = 4});
    assert_int_equal(fragment_needed(b.table), UINT64_MAX);
    end(&b, "A1A2 B1B2 ", 0, 0);
}

/* Many ships and two stations, with badly chosen ids, losses, copies and disorder: no
 * message mixes two (take() looks), and an undisturbed message arrives. */
static void test_random(void **state)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct test_random random = {seed};
        struct bench b;
        print_message("seed %llu\n", (unsigned long long)seed);
        begin(&b);
        for (int step = 0; step < 300; step++) {
            const char *station = test_random_below(&random, 2) != 0 ? "X" : "Y";
            char names[2][3] = {{(char)('A' + step % 26), '1', 0},
                                {(char)('A' + step % 26), '2', 0}};
            struct how how = {.station = station,
                              .sequence = 1 + (int)test_random_below(&random, 9)};
            bool swap = test_random_below(&random, 4) == 0;
            bool twice = test_random_below(&random, 4) == 0;
            /* Sometimes one part is lost: then the id rests, as that of a receiver
             * does. */
            unsigned lost = (unsigned)test_random_below(&random, 8);
            for (unsigned i = 0; i < 2; i++) {
                unsigned which = swap ? 1 - i : i;
                if (which == lost)
                    continue;
                part(&b, names[which], 2, how);
                if (twice)
                    part(&b, names[which], 2, how);
                others(&b, (unsigned)test_random_below(&random, 3));
            }
            others(&b, lost < 2 ? 520 : 12);
            b.n = 0;
        }
        ready(&b, true);
        fragment_drop(b.table);
        free(b.table);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_untagged), TEST(test_stations), TEST(test_first_tagged),
          TEST(test_inherit), TEST(test_own_times), TEST(test_key), TEST(test_nine),
          TEST(test_stale), TEST(test_far_apart), TEST(test_same_second_part),
          TEST(test_flood), TEST(test_too_long), TEST(test_needed), TEST(test_random))
