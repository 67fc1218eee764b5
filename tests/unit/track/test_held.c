/* SPDX-License-Identifier: Apache-2.0 */
/* Values of static data that are held: by the words of the contract, "once two messages
 * at least 10 min apart brought it and none between brought another". */
#include <stdio.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/track/held.h"

/* A message after so many minutes; `text` NULL: the number. What it comes to is one of
 * ' ' nothing, F first, A again, C changed. */
struct message {
    int64_t min;
    const char *text;
    uint32_t number;
    char comes_to;
};

static char letter_of(enum held_step step)
{
    return " FAC"[step];
}

/* `is_saved`: the state is saved and loaded before every message. */
static void play(enum held_form form, const struct message *messages, bool is_saved)
{
    struct held h = {0};
    for (size_t i = 0; messages[i].comes_to != '\0'; i++) {
        const struct message *m = &messages[i];
        struct held_value value = {form, m->text, m->number};
        struct held_change change;
        if (is_saved) {
            struct buf record = {0};
            struct wire_writer w = {.out = &record};
            struct wire_reader r;
            held_save(&h, &w);
            held_finish(&h);
            wire_reader_init(&r, record.data, record.length);
            assert_int_equal(held_load(&h, &r), 0);
            assert_true(r.at == r.end);
            buf_finish(&record);
        }
        assert_int_equal(held_hear(&h, &value, m->min * MINUTE_MS, &change), 0);
        if (letter_of(change.step) != m->comes_to)
            fail_msg("message %zu: '%c', not '%c'", i, letter_of(change.step),
                     m->comes_to);
    }
    held_finish(&h);
}

static void play_both(enum held_form form, const struct message *messages)
{
    play(form, messages, false);
    play(form, messages, true);
}

/* clang-format off */
static void test_ten_minutes(void **state)
{
    (void)state;
    const struct message at_once[] = {
        {0, "ALPHA STAR", 0, ' '}, {9, "ALPHA STAR", 0, ' '}, {10, "ALPHA STAR", 0, 'F'},
        {11, "BETA STAR", 0, ' '}, {20, "BETA STAR", 0, ' '}, {21, "BETA STAR", 0, 'C'},
        {22, "BETA STAR", 0, ' '}, {0}};
    const struct message between[] = { /* another between begins anew; an empty one is none */
        {0, "ALPHA STAR", 0, ' '}, {10, "ALPHA STAR", 0, 'F'}, {20, "BETA STAR", 0, ' '},
        {25, "ALPHA STAR", 0, ' '}, {31, "BETA STAR", 0, ' '}, {35, "GAMMA STAR", 0, ' '},
        {42, "BETA STAR", 0, ' '}, {45, "", 0, ' '}, {52, "BETA STAR", 0, 'C'}, {0}};
    const struct message in_turn[] = { /* two ships of one MMSI, each message of another */
        {0, "A", 0, ' '}, {6, "B", 0, ' '}, {12, "A", 0, ' '}, {18, "B", 0, ' '},
        {24, "A", 0, ' '}, {30, "B", 0, ' '}, {36, "A", 0, ' '}, {42, "B", 0, ' '}, {0}};
    play_both(HELD_TEXT, at_once);
    play_both(HELD_NAME, between);
    play_both(HELD_NAME, in_turn);
}

/* 30 d are 43200 min. */
static void test_again(void **state)
{
    (void)state;
    const struct message again[] = {
        {0, NULL, 1, ' '}, {10, NULL, 1, 'F'}, {20, NULL, 2, ' '}, {30, NULL, 2, 'C'},
        {40, NULL, 1, ' '}, {50, NULL, 1, 'A'}, {60, NULL, 2, ' '}, {70, NULL, 2, 'A'},
        {80, NULL, 3, ' '}, {90, NULL, 3, 'C'}, {43259, NULL, 1, ' '}, {43271, NULL, 1, 'C'},
        {43275, NULL, 2, ' '}, {43290, NULL, 2, 'A'}, {0}};
    const struct message many[] = { /* four are remembered */
        {0, NULL, 1, ' '}, {10, NULL, 1, 'F'}, {20, NULL, 2, ' '}, {30, NULL, 2, 'C'},
        {40, NULL, 3, ' '}, {50, NULL, 3, 'C'}, {60, NULL, 4, ' '}, {70, NULL, 4, 'C'},
        {80, NULL, 5, ' '}, {90, NULL, 5, 'C'}, {100, NULL, 1, ' '}, {110, NULL, 1, 'A'},
        {120, NULL, 2, ' '}, {130, NULL, 2, 'A'}, {140, NULL, 6, ' '}, {150, NULL, 6, 'C'},
        {160, NULL, 3, ' '}, {170, NULL, 3, 'C'}, {0}};
    play_both(HELD_NUMBER, again);
    play_both(HELD_NUMBER, many);
}

static void test_forms(void **state)
{
    (void)state;
    const struct message padded[] = {
        {0, "Alpha-Star ", 0, ' '}, {10, "ALPHA STAR", 0, 'F'}, {30, "ALPHASTAR@@", 0, ' '},
        {60, "ALPHASTAR", 0, ' '}, {61, "...", 0, ' '}, {90, "...", 0, ' '}, {0}};
    const struct message cut[] = { /* within a word it is the same, between words another */
        {0, "EXAMPLE TRADER", 0, ' '}, {10, "EXAMPLE TRADER", 0, 'F'}, {20, "EXAMPLE TR", 0, ' '},
        {40, "EXAMPLE TR", 0, ' '}, {50, "EXAMPLE TRADER 2", 0, ' '}, {60, "EXAMPLE TRADER 2", 0, 'C'},
        {70, "EXAMPLE", 0, ' '}, {80, "EXAMPLE", 0, 'C'}, {0}};
    const struct message cut_padded[] = { /* whatever stands between */
        {0, "Merchant-0546 ", 0, ' '}, {10, "MERCHANT0546", 0, 'F'}, {20, "MERCHANT05", 0, ' '},
        {40, "MERCHANT-05", 0, ' '}, {50, "MERCHANT-0546 B", 0, ' '}, {60, "MERCHANT-0546 B", 0, 'C'}, {0}};
    const struct message not_cut[] = { /* call signs may be each other's beginning */
        {0, "HMAB", 0, ' '}, {10, "HMAB", 0, 'F'}, {20, "HMABCDEFG", 0, ' '}, {30, "HMABCDEFG", 0, 'C'}, {0}};
    const struct message length[] = { /* 10 % and 5 m */
        {0, NULL, 40, ' '}, {10, NULL, 40, 'F'}, {20, NULL, 44, ' '}, {30, NULL, 44, ' '},
        {40, NULL, 45, ' '}, {50, NULL, 45, 'C'}, {60, NULL, 200, ' '}, {70, NULL, 200, 'C'},
        {80, NULL, 219, ' '}, {90, NULL, 219, ' '}, {100, NULL, 220, ' '}, {110, NULL, 221, 'C'}, {0}};
    play_both(HELD_TEXT, padded);
    play_both(HELD_NAME, cut);
    play_both(HELD_NAME, cut_padded);
    play_both(HELD_TEXT, not_cut);
    play_both(HELD_LENGTH, length);
}
/* clang-format on */

/* What is told of a change. */
static void test_change(void **state)
{
    (void)state;
    const int64_t minutes[] = {0, 10, 100, 105, 110};
    struct held h = {0};
    struct held_change change;
    for (size_t i = 0; i < 5; i++) {
        struct held_value value = {HELD_NAME, i < 2 ? "Old Name" : "NEW NAME", 0};
        assert_int_equal(held_hear(&h, &value, minutes[i] * MINUTE_MS, &change), 0);
    }
    assert_int_equal(change.step, HELD_CHANGED);
    assert_string_equal(change.from_text, "Old Name");
    assert_int_equal(change.from_since_ms, 0);
    assert_int_equal(change.from_last_ms, 10 * MINUTE_MS);
    assert_int_equal(change.since_ms, 100 * MINUTE_MS);
    assert_int_equal(change.messages, 3);
    assert_string_equal(held_text(&h), "NEW NAME");
    assert_int_equal(held_number(&h), 0);
    held_finish(&h);
}

/* A record that is cut anywhere is refused, or reads as a whole one. */
static void test_cut_record(void **state)
{
    (void)state;
    struct held h = {0};
    struct held_change change;
    const char *names[] = {"ONE", "ONE", "TWO", "TWO", "THREE"};
    for (int i = 0; i < 5; i++) {
        struct held_value value = {HELD_NAME, names[i], 0};
        assert_int_equal(held_hear(&h, &value, i * 10 * MINUTE_MS, &change), 0);
    }
    struct buf record = {0};
    struct wire_writer w = {.out = &record};
    held_save(&h, &w);
    held_finish(&h);
    for (size_t n = 0; n < record.length; n++) {
        struct wire_reader r;
        wire_reader_init(&r, record.data, n);
        assert_int_equal(held_load(&h, &r), ERR_CORRUPT);
        assert_null(h.text);
        assert_null(h.formers);
    }
    buf_finish(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_minutes), cmocka_unit_test(test_again),
        cmocka_unit_test(test_forms),       cmocka_unit_test(test_change),
        cmocka_unit_test(test_cut_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
