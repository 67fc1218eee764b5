/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests recordings that are read whole, packed, merged, followed or paced. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "daemon/shell/feed/file_int.h"
#include "lib/feedtest.h"
#include "lib/testlib.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"

enum { SHIP = 431000001, BEGIN_S = FEEDTEST_BEGIN_S };

static uint64_t hash_reports(const struct feedtest *w)
{
    uint64_t h = 0;
    for (size_t i = 0; i < w->count; i++)
        h = hash_u64(w->reports[i].mmsi, hash_u64((uint64_t)w->reports[i].time_ms, h));
    return h;
}

static void test_whole_file(void **state)
{
    enum { COUNT = 5000 }; /* some 400 KiB: several slices */
    struct feedtest w;
    struct buf b = {0};
    feedtest_recording(&b, COUNT, SHIP);
    assert_true(b.length > 300000);
    const char *path = feedtest_file("whole.nmea", b.data, b.length - 2);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    feedtest_run_whole(&w, &conf, 1);
    assert_int_equal(w.count, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(w.reports[i].mmsi, SHIP + i % 40);
        assert_int_equal(w.reports[i].time_ms, (BEGIN_S + (int64_t)i) * 1000);
    }
    struct feed_status status = feedtest_status(&w, 0);
    assert_true(status.is_ended);
    assert_false(status.is_open);
    assert_int_equal(status.bytes, b.length - 2);
    assert_int_equal(w.silences, 0);
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_packed_is_the_same(void **state)
{
    struct feedtest w;
    struct buf b = {0};
    feedtest_recording(&b, 3000, SHIP);
    const char *path = feedtest_file("plain.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    feedtest_run_whole(&w, &conf, 1);
    uint64_t expected = hash_reports(&w);
    feedtest_finish(&w);
    path = feedtest_path("packed.nmea.gz");
    gzFile gz = gzopen(path, "wb");
    assert_int_equal(gzwrite(gz, b.data, (unsigned)b.length), (int)b.length);
    assert_int_equal(gzclose(gz), Z_OK);
    conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    feedtest_run_whole(&w, &conf, 1);
    assert_true(hash_reports(&w) == expected);
    feedtest_finish(&w);
    buf_finish(&b);
}

/* Three recordings of the same hours give one stream in the order of event time,
 * however they are cut into slices, with each report once. */
static void test_several_are_merged(void **state)
{
    enum { FILES = 3, COUNT = 4000 };
    struct feedtest w;
    struct conf_feed confs[FILES];
    static const char *const ids[FILES] = {"a", "b", "c"};
    for (unsigned i = 0; i < FILES; i++) {
        struct buf b = {0};
        feedtest_recording(&b, i == 2 ? COUNT / 2 : COUNT, SHIP + 1000 * i);
        confs[i] = feedtest_conf(ids[i], CONF_FEED_FILE,
                                 feedtest_file(ids[i], b.data, b.length));
        buf_finish(&b);
    }
    feedtest_run_whole(&w, confs, FILES);
    assert_int_equal(w.count, 2 * COUNT + COUNT / 2);
    for (size_t i = 1; i < w.count; i++)
        assert_true(w.reports[i].time_ms >= w.reports[i - 1].time_ms);
    feedtest_finish(&w);
}

/* The owner stops draining: the feed stops reading, and goes on when the owner resumes
 * it. */
static void test_pause_bounds_what_is_read(void **state)
{
    enum { COUNT = 40000 };
    struct feedtest w;
    struct buf b = {0};
    feedtest_recording(&b, COUNT, SHIP);
    const char *path = feedtest_file("long.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    feedtest_create(&w, &conf, 1);
    w.stop_after = 100;
    feedtest_open(&w);
    feedtest_wait(&w, 100);
    looptest_turn(&w.t, 50);
    /* The first reports of a recording wait in the merge, 8,192 at most. */
    assert_true(feedtest_status(&w, 0).bytes <=
                8192 * (b.length / COUNT + 1) + 2 * 65536);
    assert_true(feedtest_status(&w, 0).bytes < b.length / 2);
    w.stop_after = 0;
    feeds_pause(w.feeds, false);
    feedtest_wait_end(&w);
    assert_int_equal(w.count, COUNT);
    buf_finish(&b);
    feedtest_finish(&w);
}

static void test_missing_file(void **state)
{
    struct feedtest w;
    struct err err;
    struct conf_feed conf =
        feedtest_conf("tape", CONF_FEED_FILE, feedtest_path("not-there"));
    feedtest_create(&w, &conf, 1);
    assert_int_equal(feeds_open(w.feeds, &err), ERR_IO);
    assert_non_null(strstr(err.text, "not-there: No such file"));
    feedtest_finish(&w);
}

/* Standard input is a pipe: the feed polls it and never waits for it, and there is no
 * record from which to resume. */
static void test_standard_input(void **state)
{
    struct feedtest w;
    struct buf b = {0};
    int ends[2];
    int saved = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, "-");
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_turn(&w.t, 5);
    feedtest_recording(&b, 10, SHIP);
    size_t half = b.length / 2;
    assert_int_equal(write(ends[1], b.data, half), (ssize_t)half);
    feedtest_wait(&w, 3);
    assert_int_equal(w.ends, 0);
    assert_int_equal(write(ends[1], b.data + half, b.length - half),
                     (ssize_t)(b.length - half));
    close(ends[1]);
    feedtest_wait_end(&w);
    assert_int_equal(w.count, 10);
    struct buf record = {0};
    assert_int_equal(feeds_record(w.feeds, 0, &record), ERR_NOT_FOUND);
    feedtest_finish(&w);
    /* The feed is closed while a read is under way; the next one reads a device that
     * cannot be polled. */
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_turn(&w.t, 3);
    feedtest_finish(&w);
    close(ends[1]);
    dup2(saved, STDIN_FILENO);
    close(saved);
    conf = feedtest_conf("tape", CONF_FEED_FILE, "/dev/null");
    feedtest_run_whole(&w, &conf, 1);
    assert_int_equal(w.count, 0);
    feedtest_finish(&w);
    buf_finish(&b);
}

/* --- following --- */

static bool has_begun_anew(void *context)
{
    const struct feedtest *w = context;
    const struct file_feed *file = w->feeds->feeds[0]->state;
    return file->at == 2; /* the "#" and its line end */
}

static void test_follow_grows_and_rotates(void **state)
{
    struct feedtest w;
    struct buf b = {0};
    feedtest_recording(&b, 5, SHIP); /* the merge asks for four before it begins */
    const char *path = feedtest_file("live.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tail", CONF_FEED_FILE, path);
    conf.follow = true;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    feedtest_wait(&w, 5);
    buf_clear(&b);
    feedtest_line(&b, SHIP + 100, BEGIN_S + 100);
    feedtest_append(path, b.data, b.length / 2); /* half a line, then the rest */
    looptest_turn(&w.t, 3);
    feedtest_append(path, b.data + b.length / 2, b.length - b.length / 2);
    feedtest_wait(&w, 6);
    /* The file is rotated: the old one is moved away, and a new one begins. */
    assert_int_equal(rename(path, feedtest_path("live.nmea.1")), 0);
    buf_clear(&b);
    feedtest_line(&b, SHIP + 200, BEGIN_S + 200);
    feedtest_file("live.nmea", b.data, b.length);
    feedtest_wait(&w, 7);
    /* The file is cut to nothing and written anew under the same inode. */
    assert_int_equal(truncate(path, 0), 0);
    feedtest_append(path, "#\n", 2);
    buf_clear(&b);
    feedtest_line(&b, SHIP + 300, BEGIN_S + 300);
    looptest_until(&w.t, has_begun_anew, &w);
    feedtest_append(path, b.data, b.length - 10);
    feedtest_append(path, b.data + b.length - 10, 10);
    feedtest_wait(&w, 8);
    assert_int_equal(w.reports[5].mmsi, SHIP + 100);
    assert_int_equal(w.reports[6].mmsi, SHIP + 200);
    assert_int_equal(w.reports[7].mmsi, SHIP + 300);
    assert_int_equal(w.ends, 0);
    assert_true(feedtest_status(&w, 0).is_open);
    buf_finish(&b);
    feedtest_finish(&w);
}

/* Two followed files bring few reports: neither waits for the other, nor for a fourth
 * report, after some time without new lines. */
static void test_follow_rests(void **state)
{
    struct feedtest w;
    struct conf_feed confs[2];
    static const char *const ids[2] = {"few", "fewer"};
    for (unsigned f = 0; f < 2; f++) {
        struct buf b = {0};
        for (unsigned i = 0; i < 2 - f; i++)
            feedtest_line(&b, SHIP + 10 * f + i, BEGIN_S + 10 * f + i);
        confs[f] = feedtest_conf(ids[f], CONF_FEED_FILE,
                                 feedtest_file(ids[f], b.data, b.length));
        confs[f].follow = true;
        buf_finish(&b);
    }
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    feedtest_wait(&w, 3);
    struct buf b = {0};
    feedtest_line(&b, SHIP + 1,
                  BEGIN_S + 3 * 3600); /* a lone ship's gap of three hours */
    feedtest_append(confs[0].address, b.data, b.length);
    feedtest_wait(&w, 4);
    assert_int_equal(w.reports[3].mmsi, SHIP + 1);
    assert_int_equal(w.ends, 0);
    buf_finish(&b);
    feedtest_finish(&w);
}

/* --- pace --- */

static void test_pace_follows_the_clock(void **state)
{
    struct feedtest w;
    struct buf b = {0};
    static const unsigned seconds[] = {0, 0, 10, 20, 20, 40};
    for (unsigned i = 0; i < 6; i++)
        feedtest_line(&b, SHIP + i, BEGIN_S + seconds[i]);
    const char *path = feedtest_file("paced.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    conf.pace = 100; /* 40 s in 400 ms */
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    uint64_t opened = w.feeds->opened_loop_ms;
    feedtest_wait_end(&w);
    assert_int_equal(w.count, 6);
    for (unsigned i = 0; i < 6; i++) {
        uint64_t due = opened + seconds[i] * 10;
        assert_int_equal(w.reports[i].mmsi, SHIP + i);
        assert_true(w.reports[i].passed_loop_ms >= due);
        assert_true(i == 0 ||
                    w.reports[i].passed_loop_ms < due + 5000); /* the wait ends */
    }
    buf_finish(&b);
    feedtest_finish(&w);
}

/* One of two recordings begins later: both follow one clock and the order of event
 * time, and neither is ahead of the clock by more than the report that ends a file. */
static void test_paced_recordings_share_a_clock(void **state)
{
    struct feedtest w;
    struct conf_feed confs[2];
    static const char *const ids[2] = {"early", "late"};
    for (unsigned f = 0; f < 2; f++) {
        struct buf b = {0};
        for (unsigned i = 0; i < 10; i++)
            feedtest_line(&b, SHIP + 10 * f + i, BEGIN_S + 15 * f + 5 * i + f);
        confs[f] = feedtest_conf(ids[f], CONF_FEED_FILE,
                                 feedtest_file(ids[f], b.data, b.length));
        confs[f].pace = 200;
        buf_finish(&b);
    }
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    uint64_t opened = w.feeds->opened_loop_ms;
    feedtest_wait_end(&w);
    assert_int_equal(w.count, 20);
    unsigned early = 0;
    for (size_t i = 0; i < 20; i++) {
        int64_t ahead_ms = w.reports[i].time_ms - (int64_t)BEGIN_S * 1000;
        assert_true(i == 0 || w.reports[i].time_ms >= w.reports[i - 1].time_ms);
        early += w.reports[i].passed_loop_ms < opened + (uint64_t)ahead_ms / 200;
    }
    assert_true(early <= 1);
    feedtest_finish(&w);
}

/* A wrong time far ahead does not stop the recording; a real gap takes its time. */
static void test_pace_and_wrong_times(void **state)
{
    struct feedtest w;
    struct buf b = {0};
    feedtest_line(&b, SHIP, BEGIN_S);
    feedtest_line(&b, SHIP + 1, BEGIN_S + 1);
    feedtest_line(&b, SHIP + 2, BEGIN_S + 400 * 86400); /* a broken clock */
    feedtest_line(&b, SHIP + 3, BEGIN_S + 2);
    feedtest_line(&b, SHIP + 4, BEGIN_S + 3);
    for (unsigned i = 0; i < 5; i++) /* all later reports are two hours later */
        feedtest_line(&b, SHIP + 10 + i, BEGIN_S + 7200 + i);
    const char *path = feedtest_file("gaps.nmea", b.data, b.length);
    struct conf_feed conf = feedtest_conf("tape", CONF_FEED_FILE, path);
    conf.pace = 36000; /* two hours in 200 ms */
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    uint64_t opened = w.feeds->opened_loop_ms;
    feedtest_wait_end(&w);
    assert_int_equal(w.count, 9); /* without those of the broken clock */
    assert_int_equal(merge_counts(w.merge, 0)->far_future, 1);
    assert_true(w.reports[4].mmsi == SHIP + 10);
    assert_true(w.reports[4].passed_loop_ms >= opened + 200);
    buf_finish(&b);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, feedtest_remove_files, TEST(test_whole_file),
          TEST(test_packed_is_the_same), TEST(test_several_are_merged),
          TEST(test_pause_bounds_what_is_read), TEST(test_missing_file),
          TEST(test_standard_input), TEST(test_follow_grows_and_rotates),
          TEST(test_follow_rests), TEST(test_pace_follows_the_clock),
          TEST(test_paced_recordings_share_a_clock), TEST(test_pace_and_wrong_times))
