/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of MQTT: what it sends is what Debian's mosquitto_sub and
 * mosquitto_pub 2.0.11 send for the same login, subscription and message (caught on
 * loopback); what a broker sends is taken at every split of its bytes. */
#include "lib/testlib.h"

#include <stdio.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/net/mqtt.h"

/* What came of the broker's bytes, as text, and what was sent, as hex digits. */
struct scene {
    struct mqtt *mqtt;
    struct buf said, sent;
};

static void on_write(void *context, const void *bytes, size_t n)
{
    struct scene *s = context;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(buf_printf(&s->sent, "%02x", ((const unsigned char *)bytes)[i]),
                         0);
    assert_int_equal(buf_add_char(&s->sent, ' '), 0);
}

static void on_ready(void *context, uint8_t granted_qos)
{
    struct scene *s = context;
    assert_int_equal(buf_printf(&s->said, "ready %d;", granted_qos), 0);
}

static void on_message(void *context, const struct mqtt_message *m)
{
    struct scene *s = context;
    assert_int_equal(buf_printf(&s->said, "%.*s=%.*s id %d%s;", (int)m->topic_bytes,
                                m->topic, (int)m->payload_bytes, m->payload, m->id,
                                m->is_retained ? " retained" : ""),
                     0);
    if (m->id != 0)
        assert_int_equal(mqtt_acknowledge(s->mqtt, m->id, 0), 0);
}

static void on_acked(void *context, uint16_t id)
{
    struct scene *s = context;
    assert_int_equal(buf_printf(&s->said, "acked %d;", id), 0);
}

static char *filters[] = {(char[]){"ais/#"}, (char[]){"a/+/b"}};
static const struct mqtt_conf plain = {
    .client_id = "id", .keepalive_s = 60, .is_clean = true};

static void begin(struct scene *s, const struct mqtt_conf *conf)
{
    const struct mqtt_sink sink = {on_write, on_ready, on_message, on_acked, s};
    *s = (struct scene){.mqtt = mqtt_create(conf, &sink)};
    assert_non_null(s->mqtt);
    assert_int_equal(mqtt_begin(s->mqtt, 0), 0);
}

static void end(struct scene *s)
{
    mqtt_destroy(s->mqtt);
    buf_finish(&s->said);
    buf_finish(&s->sent);
}

static void it_sends_what_mosquitto_sends(void **state)
{
    const struct mqtt_conf conf = {.client_id = "lookoutd-0",
                                   .user = "desk",
                                   .password = "secret",
                                   .password_bytes = 6,
                                   .keepalive_s = 60,
                                   .topics = filters,
                                   .topic_count = 2,
                                   .qos = 1};
    struct scene s;
    begin(&s, &conf);
    assert_int_equal(mqtt_feed(s.mqtt, "\x20\2\0\0", 4, 0, NULL), 0);
    assert_string_equal(buf_text(&s.sent),
                        "102400044d51545404c0003c" /* flags c0, keepalive 60 */
                        "000a6c6f6f6b6f7574642d3000046465736b0006736563726574 "
                        "8212000100056169732f23010005612f2b2f6201 ");
    end(&s);
}

static void a_message_is_published_as_mosquitto_does(void **state)
{
    struct scene s;
    begin(&s, &plain);
    assert_int_equal(mqtt_feed(s.mqtt, "\x20\2\0\0", 4, 0, NULL), 0);
    assert_true(mqtt_is_ready(s.mqtt)); /* nothing to subscribe to */
    const struct mqtt_publication p = {1, "l/x", "hello", 5, true};
    assert_int_equal(mqtt_publish(s.mqtt, &p, 0), 0);
    assert_int_equal(mqtt_feed(s.mqtt, "\x40\2\0\1", 4, 0, NULL), 0);
    mqtt_leave(s.mqtt);
    assert_string_equal(buf_text(&s.sent), "100e00044d5154540402003c00026964 "
                                           "330c00036c2f78000168656c6c6f e000 ");
    assert_string_equal(buf_text(&s.said), "ready 1;acked 1;");
    end(&s);
}

/* CONNACK; a message before SUBACK, as section 3.8.4 allows; SUBACK of QoS 1 and 0;
 * QoS 0, retained; QoS 1, sent again (its DUP flag set); an empty payload; PINGRESP; and
 * a payload of 200 bytes, whose length takes two bytes. */
static const char talk[] = "\x20\2\1\0"
                           "\x32\x0a\0\5ais/x\0\7x"
                           "\x90\4\0\1\1\0"
                           "\x31\6\0\1tabc"
                           "\x3a\x0a\0\5ais/y\1\2y"
                           "\x30\3\0\1e"
                           "\xd0\0"
                           "\x30\xcb\1\0\1l";

static void every_split_of_the_bytes_says_the_same(void **state)
{
    const struct mqtt_conf conf = {.client_id = "id",
                                   .keepalive_s = 60,
                                   .topics = filters,
                                   .topic_count = 2,
                                   .qos = 1};
    char bytes[sizeof talk - 1 + 200], expected[400];
    memcpy(bytes, talk, sizeof talk - 1);
    memset(bytes + sizeof talk - 1, 'z', 200);
    snprintf(expected, sizeof expected,
             "ais/x=x id 7;ready 0;t=abc id 0 retained;ais/y=y id 258;e= id 0;l=%.200s "
             "id 0;",
             bytes + sizeof talk - 1);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct scene s;
        begin(&s, &conf);
        assert_int_equal(mqtt_feed(s.mqtt, bytes, cut, 0, NULL), 0);
        assert_int_equal(mqtt_feed(s.mqtt, bytes + cut, sizeof bytes - cut, 0, NULL), 0);
        assert_string_equal(buf_text(&s.said), expected);
        assert_non_null(strstr(buf_text(&s.sent), " 40020007 40020102 "));
        end(&s);
    }
}

static const struct {
    const char *bytes;
    size_t n;
    int rc;
    const char *text;
} endings[] = {
    /* clang-format off */
    {"\x20\2\0\1", 4, ERR_INVALID, "the broker refuses the connection: unacceptable protocol version"}, /* 3.2.2.3 */
    {"\x20\2\0\2", 4, ERR_INVALID, "the broker refuses the connection: client identifier rejected"},
    {"\x20\2\0\3", 4, ERR_INVALID, "the broker refuses the connection: server unavailable"},
    {"\x20\2\0\4", 4, ERR_INVALID, "the broker refuses the connection: bad user name or password"},
    {"\x20\2\0\5", 4, ERR_INVALID, "the broker refuses the connection: not authorized"},
    {"\x20\2\0\6", 4, ERR_INVALID, "the broker refuses the connection: code 6"},
    {"\x20\2\0\0\x90\4\0\1\0\x80", 10, ERR_INVALID, "the broker refuses the topic a/+/b"}, /* 3.9.3 */
    {"\x20\3\0\0\0", 5, ERR_SYNTAX, "an unexpected CONNACK"},
    {"\x20\2\0\0\x20\2\0\0", 8, ERR_SYNTAX, "an unexpected CONNACK"},
    {"\x20\2\0\0\x90\3\0\1\0", 9, ERR_SYNTAX, "an unexpected SUBACK"},
    {"\x90\4\0\1\0\0", 6, ERR_SYNTAX, "an unexpected SUBACK"},
    {"\x20\2\0\0\x90\4\0\1\1\1", 10, ERR_SYNTAX, "a SUBACK with another QoS"}, /* 0 was asked for */
    {"\x30\3\0\1t", 5, ERR_SYNTAX, "a message without a topic"}, /* before CONNACK */
    {"\x20\2\0\0\x30\2\0\0", 8, ERR_SYNTAX, "a message without a topic"},
    {"\x20\2\0\0\x30\1\0", 7, ERR_SYNTAX, "a message without a topic"},
    {"\x20\2\0\0\x30\3\0\2t", 9, ERR_SYNTAX, "a message without a topic"},
    {"\x20\2\0\0\x32\3\0\1t", 9, ERR_SYNTAX, "a message without a topic"},
    {"\x20\2\0\0\x32\5\0\1t\0\0", 11, ERR_SYNTAX, "a message of QoS 1 without an id"}, /* 2.3.1 */
    {"\x20\2\0\0\x34\5\0\1t\0\1", 11, ERR_SYNTAX, "a message of QoS 2"},
    {"\x20\2\0\0\x40\2\0\1", 8, ERR_SYNTAX, "an unexpected PUBACK"}, /* not subscribed yet */
    {"\x20\2\0\0\x90\4\0\2\0\0", 10, ERR_SYNTAX, "an unexpected SUBACK"}, /* 3.9.2: of no SUBSCRIBE */
    {"\x20\2\0\0\x90\4\0\1\0\0\x40\2\0\0", 14, ERR_SYNTAX, "a PUBACK without an id"}, /* 2.3.1 */
    {"\x20\2\0\0\x10\0", 6, ERR_SYNTAX, "an unknown packet"},
    {"\x30\xff\xff\xff\xff\1", 6, ERR_SYNTAX, "a length of more than four bytes"}, /* 2.2.3 */
    {"\x30\x81\x80\x40", 4, ERR_LIMIT, "a message is longer than 1048576 bytes"},
    /* clang-format on */
};

static void what_a_broker_must_not_say_ends_the_connection(void **state)
{
    const struct mqtt_conf conf = {
        .client_id = "id", .keepalive_s = 60, .topics = filters, .topic_count = 2};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct scene s;
        struct err err = {0};
        begin(&s, &conf);
        int rc = mqtt_feed(s.mqtt, endings[i].bytes, endings[i].n, 0, &err);
        if (rc != endings[i].rc || strstr(err.text, endings[i].text) == NULL)
            fail_msg("%zu: %d %s", i, rc, err.text);
        end(&s);
    }
}

static void a_silent_broker_is_asked_and_given_up(void **state)
{
    struct scene s;
    struct err err = {0};
    begin(&s, &plain);
    assert_int_equal(mqtt_deadline(s.mqtt), 30000);
    assert_int_equal(mqtt_tick(s.mqtt, 29999, &err), 0);
    assert_int_equal(mqtt_tick(s.mqtt, 30000, &err), ERR_IO);
    assert_string_equal(err.text, "the broker does not answer");
    end(&s);
    begin(&s, &plain);
    assert_int_equal(mqtt_feed(s.mqtt, "\x20\2\0\0", 4, 1000, NULL), 0);
    assert_int_equal(mqtt_deadline(s.mqtt), 60000); /* keepalive after our last packet */
    buf_clear(&s.sent);
    assert_int_equal(mqtt_tick(s.mqtt, 60000, &err), 0);
    assert_string_equal(buf_text(&s.sent), "c000 "); /* 3.12 */
    assert_int_equal(mqtt_deadline(s.mqtt), 90000);
    assert_int_equal(mqtt_feed(s.mqtt, "\xd0\0", 2, 61000, NULL), 0);
    assert_int_equal(mqtt_deadline(s.mqtt), 120000);
    assert_int_equal(mqtt_tick(s.mqtt, 120000, &err), 0);
    assert_int_equal(mqtt_tick(s.mqtt, 150000, &err), ERR_IO);
    end(&s);
}

/* 3.1.2.10: a broker gives up a client that is silent for one and a half times the
 * keepalive. */
static void a_connection_that_is_not_read_is_kept(void **state)
{
    struct scene s;
    struct err err = {0};
    begin(&s, &plain);
    assert_int_equal(mqtt_feed(s.mqtt, "\x20\2\0\0", 4, 0, NULL), 0);
    buf_clear(&s.sent);
    for (int64_t now_ms = 1000; now_ms <= 300000; now_ms += 1000)
        assert_int_equal(mqtt_hold(s.mqtt, now_ms), 0);
    assert_string_equal(buf_text(&s.sent),
                        "c000 c000 c000 c000 c000 "); /* every keepalive */
    assert_int_equal(mqtt_deadline(s.mqtt), 360000);
    assert_int_equal(mqtt_tick(s.mqtt, 360000, &err), 0);
    assert_int_equal(mqtt_tick(s.mqtt, 390000, &err), ERR_IO);
    end(&s);
}

static void a_quiet_connection_is_asked_after_half_of_idle_ms(void **state)
{
    const struct mqtt_conf conf = {
        .client_id = "id", .keepalive_s = 60, .idle_ms = 20000, .is_clean = true};
    struct scene s;
    struct err err = {0};
    begin(&s, &conf);
    assert_int_equal(mqtt_feed(s.mqtt, "\x20\2\0\0", 4, 1000, NULL), 0);
    assert_int_equal(mqtt_deadline(s.mqtt), 11000);
    assert_int_equal(mqtt_feed(s.mqtt, "\x30\3\0\1e", 5, 5000, NULL), 0);
    assert_int_equal(mqtt_deadline(s.mqtt), 15000);
    buf_clear(&s.sent);
    assert_int_equal(mqtt_tick(s.mqtt, 15000, &err), 0);
    assert_string_equal(buf_text(&s.sent), "c000 ");
    assert_int_equal(mqtt_tick(s.mqtt, 24999, &err), 0);
    assert_int_equal(mqtt_tick(s.mqtt, 25000, &err), ERR_IO);
    end(&s);
}

static void filters_are_those_of_section_4_7_1(void **state)
{
    static const char *const good[] = {
        "#", "ais/#", "+", "+/tennis/#", "sport/+/player1", "/+", "/", "a//b"};
    static const char *const bad[] = {"",       "sport/tennis#", "sport/tennis/#/ranking",
                                      "sport+", "+sport",        "a/b+/c"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!mqtt_is_filter(good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mqtt_is_filter(bad[i]))
            fail_msg("%s", bad[i]);
}

static void what_is_too_long_is_not_sent(void **state)
{
    static char text[65537], payload[MQTT_PACKET_BYTES_MAX];
    memset(text, 'x', sizeof text - 1);
    const struct mqtt_conf conf = {.client_id = text, .keepalive_s = 60};
    const struct mqtt_sink sink = {on_write, on_ready, NULL, NULL, NULL};
    struct mqtt *m = mqtt_create(&conf, &sink);
    assert_non_null(m);
    assert_int_equal(mqtt_begin(m, 0), ERR_RANGE);
    const struct mqtt_publication p = {1, "t", payload, sizeof payload, false};
    assert_int_equal(mqtt_publish(m, &p, 0), ERR_RANGE);
    mqtt_destroy(m);
}

TEST_MAIN(NULL, NULL, TEST(it_sends_what_mosquitto_sends),
          TEST(a_message_is_published_as_mosquitto_does),
          TEST(every_split_of_the_bytes_says_the_same),
          TEST(what_a_broker_must_not_say_ends_the_connection),
          TEST(a_silent_broker_is_asked_and_given_up),
          TEST(a_connection_that_is_not_read_is_kept),
          TEST(a_quiet_connection_is_asked_after_half_of_idle_ms),
          TEST(filters_are_those_of_section_4_7_1), TEST(what_is_too_long_is_not_sent))
