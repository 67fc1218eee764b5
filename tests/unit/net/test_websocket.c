/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the WebSocket over bytes: the handshake of RFC 6455 section 1.3 and its
 * refusals, the frames of section 5.7 at every split, and what a client must refuse. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/net/websocket.h"

/* RFC 6455 section 1.3: the key "the sample nonce" and the answer to it. */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define SWITCH                                                                           \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define OPENING SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n"

/* 784111777 s: Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 section 5.6.7; date -d). */
#define NOW_MS (784111777 * INT64_C(1000))

struct scene {
    struct websocket *w;
    struct buf messages; /* each with a '|' behind it */
    size_t count, longest;
};

static void on_message(void *context, const char *bytes, size_t n)
{
    struct scene *s = context;
    s->count++;
    if (n > s->longest)
        s->longest = n;
    if (n < 1000)
        assert_int_equal(buf_printf(&s->messages, "%.*s|", (int)n, bytes), 0);
}

static struct websocket_conf sample(void)
{
    struct websocket_conf conf = {
        .host = "server.example.com", .port = 80, .path = "/chat"};
    memcpy(conf.key, "the sample nonce", WEBSOCKET_KEY_BYTES);
    return conf;
}

static void scene_begin(struct scene *s)
{
    const struct websocket_conf conf = sample();
    struct buf out = {0};
    *s = (struct scene){0};
    assert_int_equal(websocket_create(&conf, on_message, s, &s->w), 0);
    assert_int_equal(websocket_take(s->w, &out), 0); /* the request */
    buf_finish(&out);
}

static void scene_open(struct scene *s)
{
    scene_begin(s);
    websocket_feed(s->w, OPENING, sizeof OPENING - 1, NOW_MS);
    assert_int_equal(websocket_state_of(s->w), WEBSOCKET_OPEN);
}

static void scene_end(struct scene *s)
{
    websocket_destroy(s->w);
    buf_finish(&s->messages);
}

/* What the client sends, unmasked: "81:Hello 8a:..." */
static void take_frames(struct scene *s, char *ret_text, size_t size)
{
    struct buf out = {0};
    assert_int_equal(websocket_take(s->w, &out), 0);
    ret_text[0] = '\0';
    for (size_t i = 0; i < out.length;) {
        const unsigned char *frame = (const unsigned char *)out.data + i;
        size_t n = frame[1] & 0x7f;
        assert_true((frame[1] & 0x80) != 0); /* a client masks: section 5.1 */
        assert_true(n < 126);
        size_t used = strlen(ret_text);
        used += (size_t)snprintf(ret_text + used, size - used,
                                 "%s%02x:", used > 0 ? " " : "", frame[0]);
        for (size_t j = 0; j < n; j++) {
            unsigned char c = frame[6 + j] ^ frame[2 + j % 4];
            used += (size_t)snprintf(ret_text + used, size - used,
                                     c >= ' ' && c <= '~' ? "%c" : "<%02x>", c);
        }
        i += 6 + n;
    }
    buf_finish(&out);
}

/* --- the handshake --- */

static void test_request(void **state)
{
    static const struct websocket_header headers[] = {{"X-Team", "desk"},
                                                      {"User-Agent", "ours"}};
    struct websocket_conf conf = sample();
    struct websocket *w = NULL;
    struct buf out = {0};
    conf.headers = headers;
    conf.header_count = 2;
    assert_int_equal(websocket_create(&conf, on_message, NULL, &w), 0);
    assert_int_equal(websocket_take(w, &out), 0);
    assert_string_equal(buf_text(&out), "GET /chat HTTP/1.1\r\n"
                                        "Host: server.example.com\r\n"
                                        "Upgrade: websocket\r\n"
                                        "Connection: Upgrade\r\n"
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "X-Team: desk\r\nUser-Agent: ours\r\n\r\n");
    websocket_destroy(w);
    conf = sample();
    conf.host = "::1";
    conf.port = 80;
    conf.is_tls = true; /* its port is 443 */
    buf_clear(&out);
    assert_int_equal(websocket_create(&conf, on_message, NULL, &w), 0);
    assert_int_equal(websocket_take(w, &out), 0);
    assert_non_null(strstr(buf_text(&out), "\r\nHost: [::1]:80\r\n"));
    assert_non_null(strstr(buf_text(&out), "\r\nUser-Agent: lookoutd/"));
    websocket_destroy(w);
    buf_finish(&out);
}

/* Answers that do not open it, and why. */
static void test_refusals(void **state)
{
    static const struct {
        const char *answer, *why;
        int status;
        int64_t retry_after_ms;
    } rows[] = {
        /* clang-format off */
        {"HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "the answer upgrades to something else than a WebSocket", 0, -1},
        {"HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "the answer upgrades to something else than a WebSocket", 0, -1},
        {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "the answer does not upgrade the connection", 0, -1},
        {SWITCH "\r\n", "the answer has a wrong Sec-WebSocket-Accept: something between us and the server may have answered", 0, -1},
        {SWITCH "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n\r\n", "the answer has a wrong Sec-WebSocket-Accept: something between us and the server may have answered", 0, -1},
        {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "the answer wants an extension that was not asked for", 0, -1},
        {SWITCH "Sec-WebSocket-Accept: " ACCEPT "\r\nSec-WebSocket-Protocol: chat\r\n\r\n", "the answer wants a subprotocol that was not asked for", 0, -1},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "the answer is not HTTP/1.1", 0, -1},
        {"HTTP/1.1 99 x\r\n\r\n", "the answer is not HTTP/1.1", 0, -1},
        {"HTTP/1.1 302 Found\r\nLocation: https://login.example.org/secret?x\r\n\r\n", "HTTP 302: redirects are not followed, here to https://login.example.org", 302, -1},
        {"HTTP/1.1 301 Moved\r\nLocation: /here\r\n\r\n", "HTTP 301: redirects are not followed", 301, -1},
        {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "HTTP 401 Unauthorized", 401, -1},
        {"HTTP/1.1 403\r\nContent-Length: 7\r\n\r\nbad key", "HTTP 403: bad key", 403, -1},
        {"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 33\r\n\r\nconcurrent connections exceeded\r\n", "HTTP 429 Too Many Requests: concurrent connections exceeded", 429, 120000},
        {"HTTP/1.1 503 x\r\nretry-after:  Sun, 06 Nov 1994 08:50:37 GMT \r\ncontent-length: 1\r\n\r\n\x1b", "HTTP 503 x", 503, 60000},
        {"HTTP/1.1 503 x\r\nRetry-After: Sun, 06 Nov 1994 08:00:00 GMT\r\nContent-Length: 0\r\n\r\n", "HTTP 503 x", 503, 0},
        {"HTTP/1.1 503 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", "HTTP 503 x", 503, -1},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].answer);
        for (size_t cut = 0; cut <= n; cut += cut == 0 ? n / 2 : n - n / 2) {
            struct scene s;
            scene_begin(&s);
            websocket_feed(s.w, rows[i].answer, cut, NOW_MS);
            websocket_feed(s.w, rows[i].answer + cut, n - cut, NOW_MS);
            assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
            assert_string_equal(websocket_end_of(s.w)->why, rows[i].why);
            assert_int_equal(websocket_end_of(s.w)->status, rows[i].status);
            assert_int_equal(websocket_end_of(s.w)->retry_after_ms,
                             rows[i].retry_after_ms);
            assert_int_not_equal(websocket_send(s.w, "x", 1), 0);
            scene_end(&s);
        }
    }
}

/* A refusal whose body does not end counts as it is when the stream ends. */
static void test_unfinished_refusal(void **state)
{
    struct scene s;
    scene_begin(&s);
    static const char answer[] = "HTTP/1.1 403 Forbidden\r\n\r\nno such";
    websocket_feed(s.w, answer, sizeof answer - 1, NOW_MS);
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ASKING);
    websocket_stop(s.w, "closed by the other side");
    assert_string_equal(websocket_end_of(s.w)->why, "HTTP 403 Forbidden: no such");
    assert_int_equal(websocket_end_of(s.w)->status, 403);
    scene_end(&s);
    scene_begin(&s);
    websocket_feed(s.w, answer, 10, NOW_MS);
    websocket_stop(s.w, "closed by the other side");
    assert_string_equal(websocket_end_of(s.w)->why, "closed by the other side");
    scene_end(&s);
}

static void test_huge_head(void **state)
{
    struct scene s;
    char line[1000];
    memset(line, 'x', sizeof line);
    scene_begin(&s);
    websocket_feed(s.w, SWITCH, sizeof SWITCH - 1, NOW_MS);
    size_t fed = sizeof SWITCH - 1;
    for (; fed + sizeof line <= WEBSOCKET_HEAD_BYTES_MAX; fed += sizeof line) {
        websocket_feed(s.w, line, sizeof line, NOW_MS);
        assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ASKING);
    }
    websocket_feed(s.w, line, sizeof line, NOW_MS);
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
    assert_string_equal(websocket_end_of(s.w)->why,
                        "the head of the answer has more than 16 KiB");
    scene_end(&s);
}

/* --- frames --- */

/* Section 5.7, unmasked: "Hello" whole, in two frames, a ping, and again. */
static const char frames[] = "\x81\x05\x48\x65\x6c\x6c\x6f"
                             "\x01\x03\x48\x65\x6c"
                             "\x89\x05\x48\x65\x6c\x6c\x6f" /* a ping between fragments */
                             "\x80\x02\x6c\x6f"
                             "\x82\x03\x01\x02\x7a"
                             "\x81\x00";

static void test_every_split(void **state)
{
    /* RFC 9110 section 15.2: interim answers may come before, also unasked */
    static const char opening[] = "HTTP/1.1 100 Continue\r\n\r\n"
                                  "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OPENING;
    char whole[sizeof opening + sizeof frames], sent[100];
    memcpy(whole, opening, sizeof opening - 1);
    memcpy(whole + sizeof opening - 1, frames, sizeof frames - 1);
    size_t n = sizeof opening + sizeof frames - 2;
    for (size_t cut = 0; cut <= n; cut++) {
        struct scene s;
        scene_begin(&s);
        websocket_feed(s.w, whole, cut, NOW_MS);
        websocket_feed(s.w, whole + cut, n - cut, NOW_MS);
        assert_int_equal(websocket_state_of(s.w), WEBSOCKET_OPEN);
        assert_string_equal(buf_text(&s.messages), "Hello|Hello|\x01\x02z||");
        take_frames(&s, sent, sizeof sent);
        assert_string_equal(sent, "8a:Hello"); /* the pong has the ping's text */
        scene_end(&s);
    }
}

/* Section 5.7: 256 bytes, and 64 KiB, in one frame; a byte at a time. */
static void test_long_frames(void **state)
{
    static char text[65536 + 10];
    struct scene s;
    scene_open(&s);
    memset(text, 'a', sizeof text);
    memcpy(text, "\x82\x7e\x01\x00", 4);
    for (size_t i = 0; i < 4 + 256; i++)
        websocket_feed(s.w, text + i, 1, NOW_MS);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.longest, 256);
    memcpy(text, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
    websocket_feed(s.w, text, sizeof text, NOW_MS);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.longest, 65536);
    scene_end(&s);
}

/* A message of 1 MiB passes, one byte more does not, in one frame and in many. */
static void test_limit(void **state)
{
    static char text[WEBSOCKET_MESSAGE_BYTES_MAX + 100];
    struct scene s;
    char sent[100];
    memset(text, 'a', sizeof text);
    scene_open(&s);
    memcpy(text, "\x82\x7f\x00\x00\x00\x00\x00\x10\x00\x00", 10);
    websocket_feed(s.w, text, WEBSOCKET_MESSAGE_BYTES_MAX + 10, NOW_MS);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.longest, WEBSOCKET_MESSAGE_BYTES_MAX);
    text[9] = 1;
    websocket_feed(s.w, text, WEBSOCKET_MESSAGE_BYTES_MAX + 11, NOW_MS);
    assert_int_equal(s.count, 1);
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
    assert_int_equal(websocket_end_of(s.w)->code, 1009);
    assert_string_equal(websocket_end_of(s.w)->why, "a message has more than 1 MiB");
    take_frames(&s, sent, sizeof sent);
    assert_string_equal(sent, "88:<03><f1>"); /* 1009 */
    scene_end(&s);
    scene_open(&s);
    memcpy(text, "\x02\x7e\xff\xff", 4); /* 65535 bytes, not the last frame */
    for (int i = 0; i < 16; i++) {
        websocket_feed(s.w, text, 65535 + 4, NOW_MS);
        text[0] = 0;
        assert_int_equal(websocket_state_of(s.w), WEBSOCKET_OPEN);
    }
    websocket_feed(s.w,
                   "\x00\x11"
                   "a",
                   3, NOW_MS); /* 16 x 65535 + 17 */
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
    assert_int_equal(websocket_end_of(s.w)->code, 1009);
    assert_int_equal(s.count, 0);
    scene_end(&s);
}

/* What a peer must not send, and the code of our close frame: section 7.4.1. */
static void test_faults(void **state)
{
    static const struct {
        const char *what, *bytes;
        size_t n;
        int code;
    } rows[] = {
        /* clang-format off */
        {"a masked frame",             "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11, 1002}, /* section 5.7 */
        {"a reserved bit",             "\xc1\x05Hello", 7, 1002},
        {"a reserved opcode",          "\x83\x05Hello", 7, 1002},
        {"a fragmented ping",          "\x09\x01x", 3, 1002},
        {"a ping of 126 bytes",        "\x89\x7e\x00\x7e", 4, 1002},
        {"an end without a beginning", "\x80\x02lo", 4, 1002},
        {"a text within a message",    "\x01\x03Hel\x81\x02lo", 9, 1002},
        {"text that is not UTF-8",     "\x81\x03\xe2\x28\xa1", 5, 1007},
        {"a surrogate",                "\x81\x03\xed\xa0\x80", 5, 1007},
        {"a character cut in two",     "\x01\x02\xe2\x82\x80\x01x", 7, 1007},
        {"an unfinished character",    "\x81\x02\xe2\x82", 4, 1007},
        {"a close with code 1005",     "\x88\x02\x03\xed", 4, 1002},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene s;
        scene_open(&s);
        print_message("%s\n", rows[i].what);
        websocket_feed(s.w, rows[i].bytes, rows[i].n, NOW_MS);
        assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
        assert_int_equal(websocket_end_of(s.w)->code, rows[i].code);
        assert_true(websocket_end_of(s.w)->is_ours);
        assert_true(websocket_end_of(s.w)->why[0] != '\0');
        assert_int_equal(s.count, 0);
        scene_end(&s);
    }
}

/* A character may be cut between frames: section 5.6. */
static void test_text_across_frames(void **state)
{
    struct scene s;
    scene_open(&s);
    websocket_feed(s.w, "\x01\x02\xe2\x82\x80\x01\xac", 7, NOW_MS);
    assert_string_equal(buf_text(&s.messages), "\xe2\x82\xac|"); /* U+20AC */
    scene_end(&s);
}

/* Not text: binary messages may hold any bytes. */
static void test_binary(void **state)
{
    struct scene s;
    scene_open(&s);
    websocket_feed(s.w, "\x82\x02\xe2\x82", 4, NOW_MS);
    assert_int_equal(s.count, 1);
    scene_end(&s);
}

static void test_closed_by_peer(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        int code;
        const char *why, *sent;
    } rows[] = {
        /* clang-format off */
        {"\x88\x00", 2, 1005, "closed by the other side: 1005 no reason given", "88:"},
        {"\x88\x02\x03\xe8", 4, 1000, "closed by the other side: 1000 normal", "88:<03><e8>"},
        {"\x88\x09\x03\xf0too bad", 11, 1008, "closed by the other side: 1008 policy: too bad", "88:<03><f0>"},
        {"\x88\x02\x0f\xa0", 4, 4000, "closed by the other side: 4000", "88:<0f><a0>"},
        {"\x81\x01x\x88\x02\x03\xe8\x81\x01y", 10, 1000, "closed by the other side: 1000 normal", "88:<03><e8>"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene s;
        char sent[100];
        scene_open(&s);
        websocket_feed(s.w, rows[i].bytes, rows[i].n, NOW_MS);
        assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
        assert_int_equal(websocket_end_of(s.w)->code, rows[i].code);
        assert_false(websocket_end_of(s.w)->is_ours);
        assert_string_equal(websocket_end_of(s.w)->why, rows[i].why);
        take_frames(&s, sent, sizeof sent);
        assert_memory_equal(sent, rows[i].sent, strlen(rows[i].sent));
        assert_string_equal(buf_text(&s.messages), i == 4 ? "x|" : "");
        scene_end(&s);
    }
}

/* We close: 1000 goes out, messages still come in until the peer answers. */
static void test_closed_by_us(void **state)
{
    struct scene s;
    char sent[100];
    scene_open(&s);
    assert_int_equal(websocket_send(s.w, "hello", 5), 0);
    assert_int_equal(websocket_ping(s.w), 0);
    take_frames(&s, sent, sizeof sent);
    assert_string_equal(sent, "89: 81:hello"); /* control frames go first */
    assert_int_equal(websocket_close(s.w), 0);
    assert_int_not_equal(websocket_close(s.w), 0);
    assert_int_not_equal(websocket_send(s.w, "x", 1), 0);
    take_frames(&s, sent, sizeof sent);
    assert_string_equal(sent, "88:<03><e8>");
    websocket_feed(s.w, "\x81\x01x", 3, NOW_MS);
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_OPEN);
    websocket_feed(s.w, "\x88\x02\x03\xe8", 4, NOW_MS);
    assert_int_equal(websocket_state_of(s.w), WEBSOCKET_ENDED);
    assert_true(websocket_end_of(s.w)->is_ours);
    assert_string_equal(buf_text(&s.messages), "x|");
    scene_end(&s);
}

TEST_MAIN(NULL, NULL, TEST(test_request), TEST(test_refusals),
          TEST(test_unfinished_refusal), TEST(test_huge_head), TEST(test_every_split),
          TEST(test_long_frames), TEST(test_limit), TEST(test_faults),
          TEST(test_text_across_frames), TEST(test_binary), TEST(test_closed_by_peer),
          TEST(test_closed_by_us))
