/* SPDX-License-Identifier: Apache-2.0 */
/* This file stops recordings at any place and resumes them: each report is handed on
 * once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/feedtest.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

enum { SHIP = 431000001, BEGIN_S = FEEDTEST_BEGIN_S };

/* Feeds until `after` reports have passed, then stops as a kill would, without a word
 * to the feed. The record is that of the stop. */
static void run_part(const struct conf_feed *confs, size_t count, struct buf *records,
                     size_t after, struct feedtest *w)
{
    feedtest_create(w, confs, count);
    w->stop_after = after;
    for (size_t i = 0; i < count; i++)
        if (records[i].length > 0)
            feeds_resume(w->feeds, confs[i].id, records[i].data, records[i].length);
    feedtest_open(w);
    if (after > 0)
        feedtest_wait(w, after);
    else
        feedtest_wait_end(w);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&records[i]);
        assert_int_equal(feeds_record(w->feeds, i, &records[i]), 0);
    }
}

static int compare_reports(const void *a, const void *b)
{
    const struct feedtest_report *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

/* The feed stops at random places again and again: all parts together give what one
 * undisturbed run gives, each report once. */
static void check_stops(const struct conf_feed *confs, size_t count, uint64_t seed)
{
    struct feedtest whole;
    feedtest_run_whole(&whole, confs, count);
    struct test_random random = {seed};
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 4; round++) {
        struct feedtest_report *all = calloc(whole.count + 1, sizeof *all);
        size_t n = 0;
        struct buf records[4] = {{0}};
        for (bool is_last = false; !is_last;) {
            struct feedtest part;
            size_t left = whole.count - n;
            size_t after = 1 + (size_t)test_random_below(&random, whole.count / 3);
            is_last = after >= left;
            run_part(confs, count, records, is_last ? 0 : after, &part);
            if (n + part.count > whole.count)
                fail_msg("%zu reports of %zu", n + part.count, whole.count);
            memcpy(all + n, part.reports, part.count * sizeof *all);
            n += part.count;
            feedtest_finish(&part);
        }
        assert_int_equal(n, whole.count);
        qsort(all, n, sizeof *all, compare_reports);
        qsort(whole.reports, whole.count, sizeof *all, compare_reports);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(compare_reports(&all[i], &whole.reports[i]), 0);
        free(all);
        for (size_t i = 0; i < count; i++)
            buf_finish(&records[i]);
    }
    feedtest_finish(&whole);
}

static void test_resume_hands_on_each_report_once(void **state)
{
    struct buf b = {0};
    feedtest_recording(&b, 3000, SHIP);
    const char *path = feedtest_file("resume.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    check_stops(&conf, 1, 1);
    conf.lateness_ms = 30000; /* reports in the merge are read but not handed on */
    check_stops(&conf, 1, 2);
    path = feedtest_path("resume.nmea.gz");
    gzFile gz = gzopen(path, "wb");
    assert_int_equal(gzwrite(gz, b.data, (unsigned)b.length), (int)b.length);
    assert_int_equal(gzclose(gz), Z_OK);
    conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    check_stops(&conf, 1, 3);
    buf_finish(&b);
}

/* A second station hears every message a little later, in the same recording or in
 * another one: a stop between the two does not make a second report of it. */
static void test_resume_knows_copies(void **state)
{
    struct conf_feed confs[2];
    struct buf b[2] = {{0}};
    struct feedtest whole;
    for (unsigned i = 0; i < 600; i++)
        for (unsigned k = 0; k < 3; k++)
            if (i >= 5 * k)
                feedtest_copy(&b[k / 2], SHIP + (i - 5 * k) % 40, BEGIN_S + i - 5 * k,
                              BEGIN_S + i);
    confs[0] =
        feedtest_conf("x", CONF_FEED_FILE, feedtest_file("x", b[0].data, b[0].length));
    confs[1] =
        feedtest_conf("y", CONF_FEED_FILE, feedtest_file("y", b[1].data, b[1].length));
    feedtest_run_whole(&whole, confs, 2);
    assert_int_equal(whole.count, 600);
    feedtest_finish(&whole);
    check_stops(confs, 1, 9);
    check_stops(confs, 2, 10);
    buf_finish(&b[0]);
    buf_finish(&b[1]);
}

static void test_resume_of_several(void **state)
{
    enum { FILES = 3 };
    struct conf_feed confs[FILES];
    static const char *const ids[FILES] = {"ra", "rb", "rc"};
    for (unsigned i = 0; i < FILES; i++) {
        struct buf b = {0};
        feedtest_recording(&b, 500 + 400 * i, SHIP + 1000 * i);
        confs[i] = feedtest_conf(ids[i], CONF_FEED_FILE,
                                 feedtest_file(ids[i], b.data, b.length));
        confs[i].lateness_ms = 5000 * i;
        buf_finish(&b);
    }
    check_stops(confs, FILES, 4);
}

/* More than the feed reads again to warm up, so that it must really seek the place. */
static void test_resume_far_into_a_file(void **state)
{
    struct buf nmea = {0}, csv = {0};
    feedtest_recording(&nmea, 90000, SHIP);
    assert_true(nmea.length > 6 << 20);
    const char *path = feedtest_file("far.nmea", nmea.data, nmea.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    check_stops(&conf, 1, 5);
    buf_finish(&nmea);
    /* The rows of a CSV file mean nothing without its header. */
    assert_int_equal(
        buf_add_text(&csv, "# made for a test\nMMSI,BaseDateTime,LAT,LON,SOG\n"), 0);
    for (unsigned i = 0; i < 100000; i++) {
        char text[TIME_TEXT_BYTES];
        time_format((BEGIN_S + (int64_t)i) * 1000, text);
        text[19] = '\0';
        assert_int_equal(buf_printf(&csv, "%u,%s,35.%05u,129.%05u,12.3\n", SHIP + i % 40,
                                    text, i % 99991, i % 99989),
                         0);
    }
    assert_true(csv.length > 5 << 20);
    path = feedtest_file("far.csv", csv.data, csv.length);
    conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    check_stops(&conf, 1, 6);
    buf_finish(&csv);
}

/* Real lines of a coastal network: groups, parts out of order, wrong tag checksums. */
static void test_resume_of_real_lines(void **state)
{
    const char *path = test_data_path("corpora/kystverket-1000.nm4");
    if (path == NULL)
        test_skip(TEST_NO_DATA);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    check_stops(&conf, 1, 7);
    conf.lateness_ms = 60000;
    check_stops(&conf, 1, 8);
}

static void test_record_of_another_file_is_ignored(void **state)
{
    struct feedtest w;
    struct buf b = {0}, record = {0};
    feedtest_recording(&b, 200, SHIP);
    const char *path = feedtest_file("one.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    run_part(&conf, 1, &record, 50, &w);
    feedtest_finish(&w);
    /* Another file has the name: it is read from its beginning. */
    feedtest_file("copy.nmea", b.data, b.length);
    assert_int_equal(rename(feedtest_path("copy.nmea"), path), 0);
    run_part(&conf, 1, &record, 0, &w);
    assert_int_equal(w.count, 200);
    feedtest_finish(&w);
    /* At the end nothing more comes, and the feed reports the end again. */
    run_part(&conf, 1, &record, 0, &w);
    assert_int_equal(w.count, 0);
    feedtest_finish(&w);
    /* A record that is cut anywhere is refused; one with a flipped bit is refused or
     * does no harm. */
    for (size_t n = 0; n < record.length; n++) {
        feedtest_create(&w, &conf, 1);
        feeds_resume(w.feeds, "tape", record.data, n);
        feedtest_open(&w);
        feedtest_wait_end(&w);
        assert_int_equal(w.count, 200);
        feedtest_finish(&w);
        for (unsigned bit = 0; bit < 8; bit++) {
            record.data[n] = (char)(record.data[n] ^ (1 << bit));
            feedtest_create(&w, &conf, 1);
            feeds_resume(w.feeds, "tape", record.data, record.length);
            feedtest_open(&w);
            feedtest_wait_end(&w);
            feedtest_finish(&w);
            record.data[n] = (char)(record.data[n] ^ (1 << bit));
        }
    }
    buf_finish(&b);
    buf_finish(&record);
}

TEST_MAIN(NULL, feedtest_remove_files, TEST(test_resume_hands_on_each_report_once),
          TEST(test_resume_knows_copies), TEST(test_resume_of_several),
          TEST(test_resume_far_into_a_file), TEST(test_resume_of_real_lines),
          TEST(test_record_of_another_file_is_ignored))
