/* SPDX-License-Identifier: Apache-2.0 */
/* Every line of the published corpora and tracks is accounted for, and nothing is lost
 * that can be had. Where the numbers are from is said in each row. */
#include <stdlib.h>
#include <string.h>

#include "lib/inputrun.h"
#include "lib/testlib.h"
#include "lookout/ais/merge.h"

struct row {
    const char *name;
    bool is_started; /* with a start time: the file has none */
    uint64_t lines;  /* `grep -c .` */
    uint64_t messages;
    uint64_t tag_void;
    uint64_t orphans, no_sentence, bad_value;
    uint64_t unused; /* values out of their range, counted with Python's csv module */
};

/* clang-format off */
static const struct row rows[] = {
    /* 877 messages: the set's own description. 246 tag blocks with g: have a wrong sum. */
    {"corpora/kystverket-1000.nm4",         false, 1000, 877, 246, 0, 0, 0, 0},
    /* One sentence lacks its '!' (line 978), the other lines are comments. 118 sentences,
     * of which 32 are parts: `grep -c '^\(\\.*\\\)*!'`, by the second field. */
    {"corpora/sample.aivdm",                true,  1120, 102, 2,   0, 1, 0, 0},
    /* 398 sentences, 21 of them second parts. */
    {"corpora/nmea_plus-samples.txt",       true,  398,  377, 0,   0, 0, 0, 0},
    {"corpora/typeexamples.nmea",           true,  26,   26,  0,   0, 0, 0, 0},
    /* 45 second parts. */
    {"corpora/decode_encode_messages.txt",  true,  646,  601, 0,   0, 0, 0, 0},
    /* !BSVDO,2,2 stands alone at the end. */
    {"corpora/small_cb_example.txt",        true,  22,   11,  0,   1, 0, 0, 0},
    /* One record of type 4 has MMSI 972158237 and latitude 109: no ship, no fault. */
    {"corpora/sample.aivdm.js.chk",         true,  97,   97,  0,   0, 0, 0, 0},
    {"corpora/sample.aivdm.ju.chk",         true,  97,   97,  0,   0, 0, 0, 0},
    {"corpora/synthetic-ais.json",          true,  52,   45,  0,   0, 0, 0, 0},
    /* Three MMSIs have ten digits, a type 27 stands at 200 E and a type 2 at 101 S. */
    {"corpora/typeexamples.json",           true,  26,   22,  0,   0, 0, 4, 0},
    /* Old codes of types (1004), courses below 0, IMO numbers with a wrong check digit. */
    {"corpora/noaa-2023-01-11.csv",         false, 1001, 1000, 0,  0, 0, 0, 33},
    {"corpora/ten.csv",                     false, 11,   10,  0,   0, 0, 0, 11},
    {"corpora/badHeaders.csv",              false, 12,   10,  0,   0, 0, 0, 11},
    {"corpora/track.csv",                   false, 13,   12,  0,   0, 0, 0, 13},
    /* 1,766 and 82 second parts without a tag block. */
    {"tracks/containerships-polar.nmea",    false, 5890, 4124, 0,  0, 0, 0, 0},
    {"tracks/sein-frontier.nmea",           false, 461,  379, 0,   0, 0, 0, 0},
};
/* clang-format on */

static void check_row(const struct row *row)
{
    struct inputrun run, chunks;
    struct input_conf conf = inputrun_tape();
    size_t n = 0;
    char *bytes = test_read_file(test_data_path(row->name), &n);
    assert_non_null(bytes);
    conf.start_ms = row->is_started ? INPUTRUN_START : TIME_NONE;
    inputrun_bytes(&run, &conf, bytes, n);
    print_message("%s: %llu messages\n", row->name,
                  (unsigned long long)run.counts.messages);
    assert_int_equal(run.counts.bytes, n);
    assert_int_equal(run.counts.lines, row->lines);
    assert_int_equal(run.counts.messages, row->messages);
    assert_int_equal(run.counts.tag_void, row->tag_void);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_FRAGMENT_ORPHAN), row->orphans);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE),
                     row->no_sentence);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_VALUE), row->bad_value);
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS),
                     row->orphans + row->no_sentence + row->bad_value + row->unused);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNUSED_VALUE), row->unused);
    inputrun_chunks(&chunks, &conf, bytes, n, 7, 200);
    assert_int_equal(chunks.count, run.count);
    for (size_t i = 0; i < run.count; i++)
        assert_true(inputrun_same(&run.reports[i], &chunks.reports[i]));
    inputrun_free(&chunks);
    inputrun_free(&run);
    free(bytes);
}

static void test_corpora(void **state)
{
    if (test_data_path(rows[0].name) == NULL)
        test_skip(TEST_NO_DATA);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

/* In the Norwegian sample both parts of every message stand side by side (checked with a
 * script over ids and channels): a report of two parts spans two lines and no more. */
static void test_no_mix(void **state)
{
    const char *path = test_data_path("corpora/kystverket-1000.nm4");
    if (path == NULL)
        test_skip(TEST_NO_DATA);
    size_t n = 0, statics = 0;
    char *bytes = test_read_file(path, &n);
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    inputrun_bytes(&run, &conf, bytes, n);
    for (size_t i = 0; i < run.count; i++) {
        const struct report *r = &run.reports[i];
        size_t lines = 0;
        for (uint64_t at = r->begin; at < r->end; at++)
            lines += bytes[at] == '!' ? 1 : 0;
        statics += r->msg_type == 5 ? 1 : 0;
        assert_int_equal(lines, r->msg_type == 5 || r->msg_type == 19 ? 2 : 1);
    }
    assert_int_equal(statics, 123);
    inputrun_free(&run);
    free(bytes);
}

/* Both tracks through the merge: one order, nothing held for good, the day's span kept.
 */
static void test_tracks(void **state)
{
    static const char *const names[] = {"tracks/containerships-polar.nmea",
                                        "tracks/sein-frontier.nmea"};
    struct inputrun runs[2];
    if (test_data_path(names[0]) == NULL)
        test_skip(TEST_NO_DATA);
    struct merge *m = merge_create();
    assert_non_null(m);
    for (uint16_t s = 0; s < 2; s++) {
        size_t n = 0;
        char *bytes = test_read_file(test_data_path(names[s]), &n);
        struct input_conf conf = inputrun_tape();
        conf.source = s;
        inputrun_bytes(&runs[s], &conf, bytes, n);
        free(bytes);
        assert_int_equal(merge_add(m, &(struct merge_source_conf){.is_live = false}), s);
        for (size_t i = 0; i < runs[s].count; i++)
            assert_int_equal(merge_push(m, &runs[s].reports[i]), 0);
        assert_int_equal(merge_end(m, s), 0);
    }
    int64_t last = TIME_NONE;
    size_t passed = 0;
    const struct report *r = NULL;
    while ((r = merge_next(m)) != NULL) {
        assert_true(r->time_ms >= last);
        last = r->time_ms;
        passed++;
    }
    for (uint16_t s = 0; s < 2; s++) {
        const struct merge_counts *c = merge_counts(m, s);
        assert_int_equal(c->far_future, 0);
        assert_int_equal(c->late, 0);
        assert_int_equal(c->passed + c->duplicates, runs[s].count);
        passed -= c->passed;
        inputrun_free(&runs[s]);
    }
    assert_int_equal(passed, 0);
    merge_destroy(m);
}

TEST_MAIN(NULL, NULL, TEST(test_corpora), TEST(test_no_mix), TEST(test_tracks))
