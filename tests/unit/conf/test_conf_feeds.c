/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests feeds of WebSockets, of aisstream.io and with TLS: the subscription
 * that is written, what a reload sees as changed, copies. The form of the subscription is
 * that of aisstream.io/documentation; its boxes' corners are latitude, longitude. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tempdir.h"
#include "lookout/base/buf.h"
#include "lookout/conf/conf.h"

static struct tempdir dir;

static int make_files(void **state)
{
    (void)state;
    tempdir_make(&dir);
    tempdir_write_mode(&dir, "key", "0123456789\n", 0600);
    tempdir_write_mode(&dir, "other", "abcdef\n", 0600);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    tempdir_remove(&dir);
    return 0;
}

/* Loads `feeds: [{...}, ...]` and more; *ret_lines has what was reported. */
static struct conf *load_feeds(const char *text, struct buf *ret_lines)
{
    char gazetteer[256];
    snprintf(gazetteer, sizeof gazetteer, "%s",
             test_root_path("tests/data/conf/ports.csv"));
    const struct conf_context context = {.host = "host", .gazetteer = gazetteer};
    struct buf whole = {0};
    assert_int_equal(buf_printf(&whole, "rules: [{id: r, when: distress}]\n%s\n", text),
                     0);
    tempdir_write(&dir, "conf.yaml", buf_text(&whole));
    struct conf *conf = NULL;
    struct conf_report report;
    int rc = conf_load(tempdir_path(&dir, "conf.yaml"), &context, &conf, &report);
    for (size_t i = 0; i < report.count; i++) {
        if (strstr(report.lines[i], "there are no webhooks") == NULL)
            assert_int_equal(buf_printf(ret_lines, "%s\n", report.lines[i]), 0);
        if (rc != 0)
            print_error("%s\n", report.lines[i]);
    }
    assert_int_equal(rc, 0);
    conf_report_finish(&report);
    buf_finish(&whole);
    return conf;
}

static void assert_subscription(const char *text, const char *expected)
{
    struct buf lines = {0};
    struct conf *conf = load_feeds(text, &lines);
    assert_string_equal(buf_text(&lines), "");
    assert_string_equal(conf->feeds[0].subscribe.text, expected);
    assert_int_equal(conf->feeds[0].subscribe.length, strlen(expected));
    assert_string_equal(conf->feeds[0].address, "stream.aisstream.io");
    assert_string_equal(conf->feeds[0].path, "/v0/stream");
    assert_int_equal(conf->feeds[0].port, 443);
    assert_true(conf->feeds[0].is_tls);
    conf_destroy(conf);
    buf_finish(&lines);
}

static void test_subscription(void **state)
{
    assert_subscription(
        "feeds: [{id: a, aisstream: {file: key}}]",
        "{\"APIKey\":\"0123456789\",\"BoundingBoxes\":[[[-90.0,-180.0],[90.0,180.0]]]}");
    assert_subscription(
        "feeds: [{id: a, aisstream: {file: key}, boxes: [[124, 32.5, 132, 40]], mmsi: "
        "[431000001, 2320001], types: [PositionReport, ShipStaticData]}]",
        "{\"APIKey\":\"0123456789\",\"BoundingBoxes\":[[[32.5,124.0],[40.0,132.0]]],"
        "\"FiltersShipMMSI\":[\"431000001\",\"002320001\"],"
        "\"FilterMessageTypes\":[\"PositionReport\",\"ShipStaticData\"]}");
    /* over 180 degrees; and from there on */
    assert_subscription(
        "feeds: [{id: a, aisstream: {file: key}, boxes: [[170, -10, -170, 10], [180, 0, "
        "-175, 1], [175, 0, -180, 1]]}]",
        "{\"APIKey\":\"0123456789\",\"BoundingBoxes\":[[[-10.0,170.0],[10.0,180.0]],"
        "[[-10.0,-180.0],[10.0,-170.0]],[[0.0,-180.0],[1.0,-175.0]],"
        "[[0.0,175.0],[1.0,180.0]]]}");
    assert_subscription(
        "feeds: [{id: a, aisstream: {file: key}, boxes: [[1, 2, 3, 4]], mmsi: watched}]\n"
        "vessels: [{id: v, mmsi: 445000001}, {id: w, imo: 9999993}]",
        "{\"APIKey\":\"0123456789\",\"BoundingBoxes\":[[[2.0,1.0],[4.0,3.0]]],"
        "\"FiltersShipMMSI\":[\"445000001\"]}");
}

/* Reloads with the same text, and with other boxes, ships and keys. */
static void test_definition(void **state)
{
    static const struct {
        const char *text;
        bool is_same;
    } rows[] = {
        {"feeds: [{id: a, aisstream: {file: key}, boxes: [[1, 2, 3, 4]], mmsi: "
         "watched}]\nvessels: [{id: v, mmsi: 445000001}]",
         true},
        {"feeds: [{id: a, aisstream: {file: key}, boxes: [[1, 2, 3, 5]], mmsi: "
         "watched}]\nvessels: [{id: v, mmsi: 445000001}]",
         false},
        {"feeds: [{id: a, aisstream: {file: other}, boxes: [[1, 2, 3, 4]], mmsi: "
         "watched}]\nvessels: [{id: v, mmsi: 445000001}]",
         false},
        {"feeds: [{id: a, aisstream: {file: key}, boxes: [[1, 2, 3, 4]], mmsi: "
         "watched}]\nvessels: [{id: v, mmsi: 445000002}]",
         false},
    };
    struct buf lines = {0};
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct conf *conf = load_feeds(rows[i].text, &lines);
        if (i == 0)
            first = conf->feeds[0].definition;
        assert_int_equal(conf->feeds[0].definition == first, rows[i].is_same);
        conf_destroy(conf);
    }
    buf_finish(&lines);
}

/* The content of a secret counts, not its name. */
static void test_secret_changes(void **state)
{
    static const char text[] = "feeds: [{id: a, websocket: \"wss://a.example/s\", "
                               "subscribe: {file: changing}, headers: {X-Key: {file: "
                               "header}}}]";
    struct buf lines = {0};
    tempdir_write_mode(&dir, "changing", "one\n", 0600);
    tempdir_write_mode(&dir, "header", "h1\n", 0600);
    struct conf *one = load_feeds(text, &lines);
    assert_string_equal(one->feeds[0].headers.items[0].value, "h1");
    tempdir_write_mode(&dir, "changing", "two\n", 0600);
    struct conf *two = load_feeds(text, &lines);
    tempdir_write_mode(&dir, "header", "h2\n", 0600);
    struct conf *three = load_feeds(text, &lines);
    assert_string_equal(one->feeds[0].subscribe.text, "one");
    assert_string_equal(two->feeds[0].subscribe.text, "two");
    assert_true(one->feeds[0].definition != two->feeds[0].definition);
    assert_true(two->feeds[0].definition != three->feeds[0].definition);
    conf_destroy(one);
    conf_destroy(two);
    conf_destroy(three);
    buf_finish(&lines);
}

static void test_same_key_warns(void **state)
{
    struct buf lines = {0};
    struct conf *conf = load_feeds("feeds: [{id: a, aisstream: {file: key}}, {id: b, "
                                   "aisstream: {file: other}}, {id: c, aisstream: "
                                   "{file: key}}]",
                                   &lines);
    assert_non_null(strstr(buf_text(&lines),
                           "warning: feeds[2]: has the API key of the feed in line 2"));
    assert_null(strstr(buf_text(&lines), "feeds[1]"));
    assert_null(strstr(buf_text(&lines), "0123456789"));
    conf_destroy(conf);
    buf_finish(&lines);
}

/* aisstream takes 50 MMSIs: with more it is asked for all ships, and that is said. */
static void test_too_many_watched(void **state)
{
    struct buf text = {0}, lines = {0};
    assert_int_equal(buf_printf(&text, "feeds: [{id: a, aisstream: {file: key}, boxes: "
                                       "[[1, 2, 3, 4]], mmsi: watched}]\nvessels:\n"),
                     0);
    for (unsigned i = 0; i < 51; i++)
        assert_int_equal(buf_printf(&text, "  - {id: v%u, mmsi: %u}\n", i, 431000000 + i),
                         0);
    struct conf *conf = load_feeds(buf_text(&text), &lines);
    assert_non_null(strstr(buf_text(&lines), "51 watched vessels have an MMSI"));
    assert_null(strstr(conf->feeds[0].subscribe.text, "FiltersShipMMSI"));
    conf_destroy(conf);
    buf_finish(&text);
    buf_finish(&lines);
}

/* What is told of a feed has neither its path nor a secret in it. */
static void test_described_without_secrets(void **state)
{
    struct buf lines = {0};
    char *text = NULL;
    size_t n = 0;
    struct conf *conf =
        load_feeds("feeds: [{id: a, websocket: \"wss://a.example/s?key=SECRET\", "
                   "subscribe: SECRET}, {id: b, websocket: \"ws://[::1]:81\"}, {id: c, "
                   "aisstream: {file: key}, boxes: [[1, 2, 3, 4]]}, {id: d, tcp: "
                   "\"b.example:4002\", tls: true}]",
                   &lines);
    FILE *out = open_memstream(&text, &n);
    conf_describe(conf, out);
    fclose(out);
    assert_non_null(strstr(text, "a: websocket wss://a.example:443/..., subscribed, "));
    assert_non_null(strstr(text, "b: websocket ws://[::1]:81, "));
    assert_non_null(strstr(text, "c: aisstream 1 box, "));
    assert_non_null(strstr(text, "d: tcp b.example:4002 with TLS, "));
    assert_null(strstr(text, "SECRET"));
    assert_null(strstr(text, "0123456789"));
    free(text);
    conf_destroy(conf);
    buf_finish(&lines);
}

static void test_copy(void **state)
{
    struct buf lines = {0};
    struct conf *conf = load_feeds("feeds: [{id: a, websocket: \"wss://a.example\", "
                                   "subscribe: hello, headers: {X-A: b, X-C: d}}]",
                                   &lines);
    struct conf_feed copy;
    assert_int_equal(conf_feed_copy(&conf->feeds[0], &copy), 0);
    conf_destroy(conf);
    assert_string_equal(copy.path, "/");
    assert_string_equal(copy.subscribe.text, "hello");
    assert_int_equal(copy.headers.count, 2);
    assert_string_equal(copy.headers.items[1].name, "X-C");
    assert_string_equal(copy.headers.items[1].value, "d");
    conf_feed_finish(&copy);
    buf_finish(&lines);
}

TEST_MAIN(make_files, remove_files, TEST(test_subscription), TEST(test_definition),
          TEST(test_secret_changes), TEST(test_same_key_warns),
          TEST(test_too_many_watched), TEST(test_described_without_secrets),
          TEST(test_copy))
