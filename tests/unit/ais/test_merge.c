/* SPDX-License-Identifier: Apache-2.0 */
/* Sources to one order. Times are minutes; "A0 B5" is ship A at minute 0, ship B at
 * minute 5. */
#include "lookout/ais/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"

#define BASE_MS INT64_C(1600000000000)

struct bench {
    struct merge *m;
    char out[4096];
    size_t n;
    uint64_t serial; /* makes every report's content its own */
    uint64_t offset;
};

static void begin(struct bench *b, size_t sources, bool is_live, int64_t lateness_ms)
{
    struct merge_source_conf conf = {.is_live = is_live, .lateness_ms = lateness_ms};
    memset(b, 0, sizeof *b);
    b->m = merge_create();
    assert_non_null(b->m);
    for (size_t i = 0; i < sources; i++)
        assert_int_equal(merge_add(b->m, &conf), (int)i);
}

static struct report make(struct bench *b, char ship, int64_t time_ms, uint16_t source)
{
    struct report r = {.time_ms = time_ms, .arrival_ms = time_ms, .source = source};
    r.mmsi = 431000000u + (uint32_t)ship;
    r.has = HAS_POSITION;
    r.pos.lat_e7 = (int32_t)(++b->serial * 1000);
    r.begin = b->offset;
    b->offset += 50;
    r.end = b->offset;
    return r;
}

static void push(struct bench *b, char ship, double minute, uint16_t source)
{
    struct report r = make(b, ship, BASE_MS + (int64_t)(minute * 60000), source);
    assert_int_equal(merge_push(b->m, &r), 0);
}

static void drain(struct bench *b)
{
    const struct report *r = NULL;
    while ((r = merge_next(b->m)) != NULL) {
        assert_true(b->n + 32 < sizeof b->out);
        b->n += (size_t)snprintf(b->out + b->n, sizeof b->out - b->n, "%c%g ",
                                 (char)(r->mmsi - 431000000u),
                                 (double)(r->time_ms - BASE_MS) / 60000);
    }
}

static void end(struct bench *b, const char *out)
{
    drain(b);
    assert_string_equal(b->out, out);
    merge_destroy(b->m);
}

/* One recording, given as a text, drained after every push or only at the end. */
static void script(struct bench *b, const char *text, bool is_eager)
{
    char copy[1024];
    char *save = NULL;
    strcpy(copy, text);
    for (char *word = strtok_r(copy, " ", &save); word != NULL;
         word = strtok_r(NULL, " ", &save)) {
        push(b, word[0], strtod(word + 1, NULL), 0);
        if (is_eager)
            drain(b);
    }
    assert_int_equal(merge_end(b->m, 0), 0);
    drain(b);
}

struct row {
    const char *in, *out;
    unsigned far;
    const char *why;
};

/* clang-format off */
static const struct row rows[] = {
    {"A0 A1 A2 A3 A4",                "A0 A1 A2 A3 A4 ",       0, "in order"},
    {"A0 A2 A1",                      "A0 A2 A1 ",             0, "no lateness: as they come"},
    {"A0",                            "A0 ",                   0, "one report"},
    /* four ships seen, then a time far ahead */
    {"A0 B0 C0 D0 A999 B1 C2",        "A0 B0 C0 D0 B1 C2 ",    1, "a lone leap is refuted by what follows"},
    {"A0 B0 C0 D0 A999",              "A0 B0 C0 D0 ",          1, "a lone leap at the end is refused"},
    {"A0 B0 C0 D0 A99 B99 C100",      "A0 B0 C0 D0 ",          3, "three ships do not do"},
    {"A0 B0 C0 D0 A99 B99 C100 D101 A102", "A0 B0 C0 D0 A99 B99 C100 D101 A102 ", 0, "four agree: the recorder was off"},
    {"A0 B0 C0 D0 A99 A100 A101 A102 B1", "A0 B0 C0 D0 B1 ",   4, "one ship with a wrong clock"},
    {"A0 B0 C0 D0 A99 B199 C299 D399 B1", "A0 B0 C0 D0 B1 ",   4, "leaps that do not agree"},
    {"A0 B0 C0 D0 A99 B1 B99 C99 D99", "A0 B0 C0 D0 B1 ",      4, "a refuted one does not count"},
    {"A0 B0 C0 D0 A99 B99 C100 D101 A1 A102 B2 A103", "A0 B0 C0 D0 A99 B99 C100 D101 A1 A102 B2 A103 ", 0, "two ships' late reports do not refute four"},
    {"A0 B0 C0 D0 A99 B99 C100 D101 A1 A102 B2 C2 D2", "A0 B0 C0 D0 A0 B0 C0 D1 A1 A2 B2 C2 D2 ", 0, "four do: put right by 100"},
    {"A0 B0 C0 D0 A60 B1",            "A0 B0 C0 D0 A60 B1 ",   0, "an hour is not far"},
    {"A0 B0 C0 D0 A60.1 B1",          "A0 B0 C0 D0 B1 ",       1, "more is"},
    {"A0 B0 C0 D0 A99 E999 B99 C99 D99", "A0 B0 C0 D0 A99 B99 C99 D99 ", 1, "a leap among those that are confirmed"},
    /* few ships */
    {"A0 A1 A2 A3 A99 A100 A101 A102 A103", "A0 A1 A2 A3 A99 A100 A101 A102 A103 ", 0, "one ship's gap"},
    {"A0 A1 A2 A3 A99 A100 A4",       "A0 A1 A2 A3 A4 ",       2, "one ship's leap"},
    {"A0 A1 A2 A3 A99 A199",          "A0 A1 A2 A3 A99 A199 ", 0, "the end of a recording of one ship"},
    {"A0 A1 A2 A3 A99 A199 A299 A399 A499 A599", "A0 A1 A2 A3 A99 A199 A299 A399 A499 A599 ", 0, "gaps all along"},
    {"A0 B0 A1 B1 A99 B99 A100 B100 A101 B101", "A0 B0 A1 B1 A99 B99 A100 B100 A101 B101 ", 0, "two ships' gap"},
    /* the start */
    {"A999 A0 A1 A2 A3",              "A0 A1 A2 A3 ",          1, "a wrong first time"},
    {"A999 B998 A0 A1 A2",            "A0 A1 A2 ",             2, "two wrong ones"},
    {"A1 A0 A2",                      "A1 A0 A2 ",             0, "fewer than four"},
    {"A0 A99 A199 A299 A399",         "A0 A99 A199 A299 A399 ", 0, "a ship heard now and then"},
};
/* clang-format on */

static void test_far(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int eager = 0; eager < 2; eager++) {
            struct bench b;
            print_message("%s: %s\n", rows[i].in, rows[i].why);
            begin(&b, 1, false, 0);
            script(&b, rows[i].in, eager != 0);
            assert_int_equal(merge_counts(b.m, 0)->far_future, rows[i].far);
            assert_int_equal(merge_pending(b.m, 0), 0);
            end(&b, rows[i].out);
        }
    }
}

/* What is held is bounded: without a contradiction the 8,192nd confirms. */
static void test_held_bound(void **state)
{
    enum { HELD = 8192 };
    struct bench b;
    begin(&b, 1, false, 0);
    for (int i = 0; i < 4; i++)
        push(&b, (char)('A' + i), 0, 0);
    for (int i = 0; i < HELD - 1; i++)
        push(&b, 'A', 99 + i * 0.001, 0);
    drain(&b);
    assert_int_equal(merge_counts(b.m, 0)->passed, 4);
    push(&b, 'A', 120, 0);
    while (merge_next(b.m) != NULL)
        ;
    assert_int_equal(merge_counts(b.m, 0)->passed, 4 + HELD);
    assert_int_equal(merge_counts(b.m, 0)->far_future, 0);
    merge_destroy(b.m);
}

/* --- clocks that jump and come back --- */

static void note_step(void *context, const struct merge_step *step)
{
    struct bench *b = context;
    b->n += (size_t)snprintf(b->out + b->n, sizeof b->out - b->n, "%s %.9g to %.9g; ",
                             merge_step_name(step->kind),
                             (double)(step->from_ms - BASE_MS) / MINUTE_MS,
                             (double)(step->to_ms - BASE_MS) / MINUTE_MS);
}

/* Four ships, each once a minute, whose recorder's clock is `ahead` minutes ahead from
 * minute `from` to `to`. Only what is told of steps is kept. */
static void sail_four(struct bench *b, double ahead, int from, int to, int until)
{
    b->n = 0;
    for (int minute = 0; minute < until; minute++)
        for (char ship = 'A'; ship <= 'D'; ship++) {
            push(b, ship, minute + (minute >= from && minute < to ? ahead : 0), 0);
            while (merge_next(b->m) != NULL)
                ;
        }
    assert_int_equal(merge_end(b->m, 0), 0);
    while (merge_next(b->m) != NULL)
        ;
}

/* A jump that comes back is put right; without positions nothing tells one that stays
 * from a recorder that was off. */
static void test_steps(void **state)
{
    static const struct {
        double ahead;
        int from, to, until;
        const char *told;
    } steps[] = {
        {180, 10, 15, 60, "righted 9 to 190; "},
        {180, 10, 15, 16, "righted 9 to 190; "}, /* the end comes soon behind it */
        {180, 10, 60, 60, ""},                   /* the recorder was off */
        {180, 10, 15, 15, ""},
        {59, 10, 15, 60, "late 73 to 15; "}, /* less than an hour: positions alone tell */
        {180, 10, 40, 90, "righted 9 to 190; "},
        {-14.0 * 1024 * 24 * 60 / 2, 0, 40, 90, "ahead -10321881 to 40; "},
        {-14.0 * 1024 * 24 * 60 / 2, 0, 2, 90, "ahead -10321919 to 2; "},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct bench b;
        print_message("%g min ahead from %d to %d\n", steps[i].ahead, steps[i].from,
                      steps[i].to);
        begin(&b, 1, false, 0);
        merge_tell(b.m, &(struct merge_sink){.on_step = note_step, .context = &b});
        sail_four(&b, steps[i].ahead, steps[i].from, steps[i].to, steps[i].until);
        assert_string_equal(b.out, steps[i].told);
        assert_int_equal(merge_counts(b.m, 0)->far_future, 0);
        assert_int_equal(merge_counts(b.m, 0)->passed, 4 * (unsigned)steps[i].until);
        merge_destroy(b.m);
    }
}

/* One that is followed or paced waits a quarter of an hour, and believes the jump until
 * it comes back. */
static void test_steps_in_time(void **state)
{
    struct bench b;
    begin(&b, 0, false, 0);
    assert_int_equal(merge_add(b.m, &(struct merge_source_conf){.is_timely = true}), 0);
    merge_tell(b.m, &(struct merge_sink){.on_step = note_step, .context = &b});
    sail_four(&b, 180, 10, 40, 90);
    assert_string_equal(b.out, "back 219 to 44; ");
    assert_int_equal(merge_counts(b.m, 0)->passed, 4 * 90);
    merge_destroy(b.m);
}

static void test_lateness(void **state)
{
    struct bench b;
    begin(&b, 1, false, 5 * MINUTE_MS);
    script(&b, "A0 A3 A1 A2 A9 A8 A7 A20", true);
    assert_int_equal(merge_counts(b.m, 0)->late, 0);
    end(&b, "A0 A1 A2 A3 A7 A8 A9 A20 ");
    /* What is later than the lateness passes all the same, counted. */
    begin(&b, 1, false, 2 * MINUTE_MS);
    script(&b, "A0 A3 A10 A1 A20", true);
    assert_int_equal(merge_counts(b.m, 0)->late, 1);
    end(&b, "A0 A3 A1 A10 A20 ");
}

static void test_two_sources(void **state)
{
    struct bench b;
    begin(&b, 2, false, 0);
    assert_true(merge_wants(b.m, 0) && merge_wants(b.m, 1));
    for (int i = 0; i < 6; i++)
        push(&b, 'A', i * 2, 0);
    drain(&b);
    assert_string_equal(b.out, "");
    assert_false(merge_wants(b.m, 0));
    assert_true(merge_wants(b.m, 1));
    assert_int_equal(merge_time(b.m), TIME_NONE);
    for (int i = 0; i < 4; i++)
        push(&b, 'B', i, 1);
    drain(&b);
    /* Equal times: the source added first. */
    assert_string_equal(b.out, "A0 B0 B1 A2 B2 B3 ");
    assert_int_equal(merge_time(b.m), BASE_MS + 2 * MINUTE_MS);
    assert_int_equal(merge_end(b.m, 1), 0);
    drain(&b);
    assert_int_equal(merge_end(b.m, 0), 0);
    assert_int_equal(merge_time(b.m), BASE_MS + 10 * MINUTE_MS);
    end(&b, "A0 B0 B1 A2 B2 B3 A4 A6 A8 A10 ");
}

/* A recording that is followed: what waits for confirmation passes when nothing more is
 * written, but not what is ahead of the clock; and the other source need not wait. */
static void test_rest(void **state)
{
    struct bench b;
    begin(&b, 2, false, 0);
    push(&b, 'A', 0, 0);
    push(&b, 'A', 999, 0);
    for (int i = 0; i < 4; i++)
        push(&b, 'B', i, 1);
    drain(&b);
    assert_string_equal(b.out, "");
    assert_int_equal(merge_rest(b.m, 0, BASE_MS - 1), 0); /* all of it is ahead */
    drain(&b);
    assert_string_equal(b.out, "B0 B1 B2 B3 ");
    push(&b, 'C', 4, 0);
    drain(&b);
    assert_int_equal(merge_rest(b.m, 1, BASE_MS + 5 * MINUTE_MS), 0);
    assert_int_equal(merge_rest(b.m, 0, BASE_MS + 5 * MINUTE_MS), 0);
    drain(&b);
    assert_string_equal(b.out, "B0 B1 B2 B3 A0 C4 ");
    assert_int_equal(merge_counts(b.m, 0)->far_future, 1); /* C4 refuted A999 */
    push(&b, 'A', 500, 0);
    push(&b, 'A', 999, 0);
    assert_int_equal(merge_rest(b.m, 0, BASE_MS + 600 * MINUTE_MS), 0);
    drain(&b);
    assert_int_equal(merge_counts(b.m, 0)->far_future, 1); /* A999 may yet be confirmed */
    assert_int_equal(merge_end(b.m, 0), 0);
    assert_int_equal(merge_rest(b.m, 7, BASE_MS), ERR_INVALID);
    end(&b, "B0 B1 B2 B3 A0 C4 A500 A999 ");
}

/* Two sources, random chunking of the pushes: one order. */
static void test_chunking(void **state)
{
    char first[4096] = "";
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct test_random random = {seed};
        struct test_random content = {42};
        struct bench b;
        size_t at[2] = {0, 0};
        double minutes[2][60];
        for (int i = 0; i < 120; i++)
            minutes[i % 2][i / 2] = i / 2 + (double)test_random_below(&content, 80) / 10;
        begin(&b, 2, false, 3 * MINUTE_MS);
        while (at[0] < 60 || at[1] < 60) {
            uint16_t s = (uint16_t)test_random_below(&random, 2);
            if (at[s] == 60)
                continue;
            push(&b, (char)('A' + s), minutes[s][at[s]], s);
            if (++at[s] == 60)
                assert_int_equal(merge_end(b.m, s), 0);
            if (test_random_below(&random, 3) == 0)
                drain(&b);
        }
        drain(&b);
        if (seed == 0)
            strcpy(first, b.out);
        assert_string_equal(b.out, first);
        merge_destroy(b.m);
    }
}

static void live(struct bench *b, char ship, double minute, double arrival,
                 uint16_t source)
{
    struct report r = make(b, ship, BASE_MS + (int64_t)(minute * 60000), source);
    r.arrival_ms = BASE_MS + (int64_t)(arrival * 60000);
    assert_int_equal(merge_push(b->m, &r), 0);
}

static void test_live(void **state)
{
    struct bench b;
    /* No lateness: at once, in order of arrival. */
    begin(&b, 1, true, 0);
    live(&b, 'A', 1, 1, 0);
    live(&b, 'B', 0.5, 1, 0);
    drain(&b);
    assert_string_equal(b.out, "A1 B0.5 ");
    assert_int_equal(merge_time(b.m), TIME_NONE);
    merge_clock(b.m, BASE_MS + 2 * MINUTE_MS);
    assert_int_equal(merge_time(b.m), BASE_MS + 2 * MINUTE_MS);
    assert_false(merge_wants(b.m, 0));
    end(&b, "A1 B0.5 ");
    /* With lateness: in order of time, once it is over; a time ahead does not wait
     * longer. */
    begin(&b, 2, true, 2 * MINUTE_MS);
    merge_clock(b.m, BASE_MS + 1 * MINUTE_MS);
    live(&b, 'A', 1, 1, 0);
    live(&b, 'B', 0.5, 1, 1);
    live(&b, 'C', 0.25, 1, 0);
    live(&b, 'D', 1.5, 1, 0);
    drain(&b);
    assert_string_equal(b.out, "");
    assert_true(merge_pending(b.m, 0) > 0);
    merge_clock(b.m, BASE_MS + 5 * MINUTE_MS / 2);
    drain(&b);
    assert_string_equal(b.out, "C0.25 B0.5 ");
    assert_int_equal(merge_time(b.m), BASE_MS + MINUTE_MS / 2);
    merge_clock(b.m, BASE_MS + 3 * MINUTE_MS);
    end(&b, "C0.25 B0.5 A1 D1.5 ");
}

/* A silent live source does not hold the others up, nor does a second one's lateness. */
static void test_live_time(void **state)
{
    struct bench b;
    struct merge_source_conf slow = {.is_live = true, .lateness_ms = 10 * MINUTE_MS};
    begin(&b, 1, true, 0);
    assert_int_equal(merge_add(b.m, &slow), 1);
    merge_clock(b.m, BASE_MS);
    assert_int_equal(merge_time(b.m), BASE_MS);
    assert_int_equal(merge_end(b.m, 0), 0); /* a reload took it out */
    assert_int_equal(merge_time(b.m), BASE_MS - 10 * MINUTE_MS);
    end(&b, "");
}

static void test_resume(void **state)
{
    struct bench b;
    uint64_t begins[8] = {0};
    begin(&b, 1, false, 5 * MINUTE_MS);
    for (int i = 0; i < 6; i++)
        push(&b, 'A', i == 3 ? 0 : i * 2, 0); /* 0 2 4 0 8 10 */
    drain(&b);
    assert_string_equal(b.out, "A0 A0 A2 A4 ");
    /* Waiting: 8 and 10, the fifth and sixth of 50 bytes each. */
    assert_int_equal(merge_undelivered(b.m, 0, begins, 8), 2);
    assert_int_equal(begins[0], 200);
    assert_int_equal(begins[1], 250);
    assert_int_equal(merge_undelivered(b.m, 0, NULL, 0), 2);
    assert_int_equal(merge_needed_offset(b.m, 0), 200);
    assert_int_equal(merge_source_time(b.m, 0), BASE_MS + 10 * MINUTE_MS);
    assert_int_equal(merge_end(b.m, 0), 0);
    drain(&b);
    assert_int_equal(merge_undelivered(b.m, 0, begins, 8), 0);
    assert_int_equal(merge_needed_offset(b.m, 0), UINT64_MAX);
    end(&b, "A0 A0 A2 A4 A8 A10 ");
    /* A resumed source has a time: no gathering of four, and a leap is a leap. */
    begin(&b, 1, false, 0);
    merge_resume(b.m, 0, BASE_MS);
    assert_int_equal(merge_time(b.m), BASE_MS);
    push(&b, 'A', 1, 0);
    push(&b, 'A', 99, 0);
    push(&b, 'A', 2, 0);
    assert_int_equal(merge_counts(b.m, 0)->far_future, 1);
    end(&b, "A1 A2 ");
}

static void test_misuse(void **state)
{
    struct bench b;
    begin(&b, 1, false, 0);
    struct report r = make(&b, 'A', TIME_NONE, 0);
    assert_int_equal(merge_push(b.m, &r), ERR_INVALID);
    r = make(&b, 'A', BASE_MS, 7);
    assert_int_equal(merge_push(b.m, &r), ERR_INVALID);
    assert_int_equal(merge_end(b.m, 7), ERR_INVALID);
    assert_false(merge_wants(b.m, 7));
    assert_int_equal(merge_pending(b.m, 7), 0);
    assert_int_equal(merge_source_time(b.m, 7), TIME_NONE);
    assert_int_equal(merge_counts(b.m, 7)->passed, 0);
    end(&b, "");
    merge_destroy(NULL);
}

TEST_MAIN(NULL, NULL, TEST(test_far), TEST(test_held_bound), TEST(test_steps),
          TEST(test_steps_in_time), TEST(test_lateness), TEST(test_two_sources),
          TEST(test_chunking), TEST(test_live), TEST(test_live_time), TEST(test_resume),
          TEST(test_misuse), TEST(test_rest))
