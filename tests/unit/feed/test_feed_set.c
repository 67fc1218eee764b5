/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests what all feeds share: senders, waits, counts, silence, reload,
 * closing. */
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lib/feedtest.h"
#include "lib/testlib.h"

enum { SHIP = 431000001, OTHER = 431000002 };

static void test_cidr(void **state)
{
    static const struct {
        const char *network;
        uint8_t prefix;
        const char *address;
        bool is_inside;
    } rows[] = {
        /* clang-format off */
        {"127.0.0.0",    8, "127.1.2.3",           true},
        {"127.0.0.0",    8, "128.0.0.1",           false},
        {"10.1.128.0",  17, "10.1.255.255",        true},
        {"10.1.128.0",  17, "10.1.127.255",        false},
        {"192.0.2.7",   32, "192.0.2.7",           true},
        {"192.0.2.7",   32, "192.0.2.6",           false},
        {"0.0.0.0",      0, "203.0.113.9",         true},
        {"0.0.0.0",      0, "2001:db8::1",         false},
        {"127.0.0.0",    8, "::ffff:127.0.0.1",    true},  /* mapped, RFC 4291 2.5.5.2 */
        {"2001:db8::",  32, "2001:db8:ffff::1",    true},
        {"2001:db8::",  32, "2001:db9::1",         false},
        {"fe80::",      10, "febf::1",             true},
        {"fe80::",      10, "fec0::1",             false},
        {"::1",        128, "::1",                 true},
        {"::",           0, "127.0.0.1",           false},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf_cidr c = {.prefix = rows[i].prefix};
        c.family = strchr(rows[i].network, ':') == NULL ? 4 : 6;
        inet_pton(c.family == 4 ? AF_INET : AF_INET6, rows[i].network, c.bytes);
        struct sockaddr_storage address;
        assert_int_equal(feed_net_address(rows[i].address, 1, &address), 0);
        if (feed_net_contains(&c, (const struct sockaddr *)&address) != rows[i].is_inside)
            fail_msg("%s/%d and %s", rows[i].network, rows[i].prefix, rows[i].address);
    }
}

static void test_backoff_grows_and_is_jittered(void **state)
{
    struct feeds f = {.limits = {.backoff_min_ms = 1000, .backoff_max_ms = 60000}};
    static const uint64_t steps[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    uint64_t wait_ms = 0;
    bool differs = false;
    for (size_t i = 0; i < 8; i++) {
        uint64_t got = feed_net_backoff(&f, &wait_ms);
        assert_in_range(got, steps[i] * 3 / 4, steps[i] * 5 / 4);
        differs = differs || got != steps[i];
    }
    assert_true(differs);
}

/* Every counter is summed: each has a value of its own. */
static void test_counts_are_all_summed(void **state)
{
    struct input_counts one, sum = {0};
    uint64_t words[sizeof one / 8];
    for (size_t i = 0; i < sizeof one / 8; i++)
        words[i] = i + 1;
    memcpy(&one, words, sizeof one);
    feed_path_add_counts(&sum, &one);
    assert_memory_equal(&sum, &one, sizeof one);
}

static bool is_silent(void *context)
{
    return ((const struct feedtest *)context)->silences > 0;
}

static void test_silence_and_recovery(void **state)
{
    struct feedtest w;
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    conf.silent_after_ms = 40;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_until(&w.t, is_silent, &w);
    assert_true(feedtest_status(&w, 0).is_silent);
    assert_int_equal(w.recoveries, 0);
    feedtest_send(feedtest_status(&w, 0).port, "rubbish", 7); /* it is no report */
    looptest_turn(&w.t, 5);
    assert_int_equal(w.recoveries, 0);
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    feedtest_send(feedtest_status(&w, 0).port, b.data, b.length);
    feedtest_wait(&w, 1);
    assert_int_equal(w.recoveries, 1);
    assert_false(feedtest_status(&w, 0).is_silent);
    w.silences = 0;
    looptest_until(&w.t, is_silent, &w); /* and again */
    buf_finish(&b);
    feedtest_finish(&w);
}

static bool is_back(void *context)
{
    return ((const struct feedtest *)context)->recoveries > 0;
}

/* Where no ship sails, the base station still sends: the feed is not silent. */
static void test_a_base_station_is_no_silence(void **state)
{
    struct feedtest w;
    struct aisgen_bits bits;
    char text[AISGEN_TEXT_BYTES];
    struct conf_feed conf = feedtest_conf("shore", CONF_FEED_UDP, "127.0.0.1");
    conf.silent_after_ms = 40;
    feedtest_create(&w, &conf, 1);
    feedtest_open(&w);
    looptest_until(&w.t, is_silent, &w);
    aisgen_base4(4310001, 34.5, 127.75, 1711389840000, &bits);
    aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
    feedtest_send(feedtest_status(&w, 0).port, text, strlen(text));
    looptest_until(&w.t, is_back, &w);
    assert_int_equal(w.count, 0); /* a report not of ships */
    feedtest_finish(&w);
}

static void test_reload_keeps_what_did_not_change(void **state)
{
    struct feedtest w;
    struct err err;
    struct conf_feed confs[2] = {feedtest_conf("stays", CONF_FEED_UDP, "127.0.0.1"),
                                 feedtest_conf("goes", CONF_FEED_UDP, "127.0.0.1")};
    feedtest_create(&w, confs, 2);
    feedtest_open(&w);
    uint16_t stays = feedtest_status(&w, 0).port;
    uint16_t goes = feedtest_status(&w, 1).port;
    confs[1] = feedtest_conf("comes", CONF_FEED_UDP, "127.0.0.1");
    confs[1].port = goes; /* the new one takes over the address at once */
    assert_int_equal(feeds_reconfigure(w.feeds, confs, 2, &err), 0);
    assert_int_equal(feeds_count(w.feeds), 3);
    assert_int_equal(feedtest_status(&w, 0).port, stays);
    assert_true(feedtest_status(&w, 1).is_gone);
    assert_true(feedtest_status(&w, 2).is_open);
    assert_int_equal(feedtest_status(&w, 2).port, goes);
    struct buf b = {0};
    feedtest_line(&b, SHIP, 0);
    feedtest_send(goes, b.data, b.length);
    buf_clear(&b);
    feedtest_line(&b, OTHER, 0);
    feedtest_send(stays, b.data, b.length);
    feedtest_wait(&w, 2);
    assert_int_equal(feedtest_status(&w, 0).input.reports, 1);
    assert_int_equal(feedtest_status(&w, 2).input.reports, 1);
    /* A feed that cannot be opened is reported; the others go on. */
    struct conf_feed more[3] = {confs[0], confs[1],
                                feedtest_conf("twice", CONF_FEED_UDP, "127.0.0.1")};
    more[2].port = stays;
    assert_int_equal(feeds_reconfigure(w.feeds, more, 3, &err), ERR_IO);
    assert_non_null(strstr(err.text, "twice"));
    assert_true(feedtest_status(&w, 0).is_open);
    buf_finish(&b);
    feedtest_finish(&w);
}

/* A recording whose definition changed resumes where it was, as after a restart. It has
 * a lateness, so some reports wait in the merge meanwhile. */
static void test_reload_keeps_the_place(void **state)
{
    enum { COUNT = 20000 }; /* more than wait while a recording begins */
    struct feedtest w;
    struct err err;
    struct buf b = {0};
    /* Positions alone: static data said again within minutes are copies. */
    for (int i = 0; i < COUNT; i++)
        feedtest_line(&b, SHIP + (uint32_t)(i % 40), FEEDTEST_BEGIN_S + i);
    struct conf_feed conf =
        feedtest_conf("tape", CONF_FEED_FILE, feedtest_file("tape", b.data, b.length));
    conf.lateness_ms = 20000;
    feedtest_create(&w, &conf, 1);
    w.stop_after = 150;
    feedtest_open(&w);
    feedtest_wait(&w, 150);
    size_t waiting = merge_undelivered(w.merge, 0, NULL, 0);
    assert_true(waiting > 0 && waiting < COUNT - 150);
    conf.lateness_ms = 30000;
    conf.definition++;
    assert_int_equal(feeds_reconfigure(w.feeds, &conf, 1, &err), 0);
    w.stop_after = 0;
    feeds_pause(w.feeds, false);
    feedtest_wait_end(&w);
    assert_int_equal(w.count, COUNT);
    assert_true(feedtest_status(&w, 0).is_gone);
    /* Reports that waited in the merge come again; those that had passed do not. */
    assert_int_equal(merge_counts(w.merge, 1)->duplicates, waiting);
    feedtest_finish(&w);
    buf_finish(&b);
}

/* A recording that cannot be opened stops no other, and is tried again. */
static void test_reload_with_a_missing_recording(void **state)
{
    struct feedtest w;
    struct err err;
    struct buf b = {0};
    feedtest_recording(&b, 200, SHIP);
    struct conf_feed confs[2] = {
        feedtest_conf("tape", CONF_FEED_FILE, feedtest_file("there", b.data, b.length)),
        feedtest_conf("gone", CONF_FEED_FILE, feedtest_path("absent"))};
    feedtest_create(&w, confs, 1);
    w.stop_after = 20;
    feedtest_open(&w);
    feedtest_wait(&w, 20);
    assert_int_equal(feeds_reconfigure(w.feeds, confs, 2, &err), ERR_IO);
    assert_non_null(strstr(err.text, "absent"));
    feedtest_file("absent", b.data, b.length); /* the same messages: copies */
    assert_int_equal(feeds_reconfigure(w.feeds, confs, 2, &err), 0);
    assert_int_equal(feeds_count(w.feeds), 3);
    assert_true(feedtest_status(&w, 1).is_gone);
    unlink(feedtest_path("absent"));
    confs[1].definition++;
    assert_int_equal(feeds_reconfigure(w.feeds, confs, 2, &err), ERR_IO);
    w.stop_after = 0;
    feeds_pause(w.feeds, false);
    feedtest_wait(&w, 200);
    feedtest_wait_end(&w);
    feedtest_finish(&w);
    buf_finish(&b);
}

static void test_closing_what_was_never_opened(void **state)
{
    struct feedtest w;
    struct conf_feed confs[5] = {feedtest_conf("a", CONF_FEED_UDP, "127.0.0.1"),
                                 feedtest_conf("b", CONF_FEED_TCP, "127.0.0.1"),
                                 feedtest_conf("c", CONF_FEED_LISTEN, "127.0.0.1"),
                                 feedtest_conf("d", CONF_FEED_SERIAL, "/dev/null"),
                                 feedtest_conf("e", CONF_FEED_FILE, "/dev/null")};
    feedtest_create(&w, confs, 5);
    for (size_t i = 0; i < 5; i++)
        assert_false(feedtest_status(&w, i).is_open);
    feedtest_finish(&w);
    feedtest_create(&w, NULL, 0);
    feedtest_finish(&w);
}

TEST_MAIN(NULL, NULL, TEST(test_cidr), TEST(test_backoff_grows_and_is_jittered),
          TEST(test_counts_are_all_summed), TEST(test_silence_and_recovery),
          TEST(test_a_base_station_is_no_silence),
          TEST(test_reload_keeps_what_did_not_change), TEST(test_reload_keeps_the_place),
          TEST(test_reload_with_a_missing_recording),
          TEST(test_closing_what_was_never_opened))
