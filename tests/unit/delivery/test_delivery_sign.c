/* SPDX-License-Identifier: Apache-2.0 */
/* This file compares signatures with the published test vector and with the openssl
 * command, and tests secrets and what may appear in a message. */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/delivery/target.h"
#include "lookout/delivery/delivery.h"
#include "lookout/net/address.h"
#include "lookout/sys/keymem.h"

/* standard-webhooks/standard-webhooks, libraries: "sign function works". */
#define VECTOR_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define VECTOR_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define VECTOR_TIME 1614265330
#define VECTOR_BODY "{\"test\": 2432232314}"
#define VECTOR_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

/* printf '%s' '<id>.<time>.<body>' | openssl dgst -sha256 -mac HMAC \
 *   -macopt hexkey:<the bytes 00 to 1f> -binary | base64 */
#define SECOND_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define SECOND_SIGNATURE "v1,O4Gjv1HqPqsMrjmczoggs/sWA8gZD0VyHG+fLh4+ktI="

static struct conf_secret secret_of(const char *text)
{
    struct conf_secret secret = {0};
    assert_int_equal(conf_secret_decode(text, &secret, NULL), 0);
    return secret;
}

static void signatures_are_those_of_the_standard(void **state)
{
    struct conf_secret secrets[] = {secret_of(VECTOR_SECRET), secret_of(SECOND_SECRET)};
    struct conf_webhook w = {.secrets = secrets, .secret_count = 1};
    struct buf out = {0};
    assert_int_equal(secrets[0].length, 24);
    assert_int_equal(secrets[1].length, 32);
    assert_int_equal(
        delivery_sign(&w, VECTOR_ID, VECTOR_TIME, VECTOR_BODY, strlen(VECTOR_BODY), &out),
        0);
    assert_string_equal(buf_text(&out), VECTOR_SIGNATURE);
    buf_clear(&out);
    w.secret_count = 2; /* while a new secret replaces the old one */
    assert_int_equal(
        delivery_sign(&w, VECTOR_ID, VECTOR_TIME, VECTOR_BODY, strlen(VECTOR_BODY), &out),
        0);
    assert_string_equal(buf_text(&out), VECTOR_SIGNATURE " " SECOND_SIGNATURE);
    buf_finish(&out);
    keymem_free(secrets[0].text, secrets[0].length + 1);
    keymem_free(secrets[1].text, secrets[1].length + 1);
}

static const struct {
    const char *id, *timestamp, *signature, *body;
    int64_t now_s;
    int code;
} messages[] = {
    /* clang-format off */
    {VECTOR_ID, "1614265330", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       0},
    {VECTOR_ID, "1614265330", "v1,AAAA v1a,x " VECTOR_SIGNATURE,         VECTOR_BODY, VECTOR_TIME + 300, 0},
    {VECTOR_ID, "1614265330", SECOND_SIGNATURE " " VECTOR_SIGNATURE,     VECTOR_BODY, VECTOR_TIME - 300, 0},
    {VECTOR_ID, "1614265330", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME + 301, ERR_RANGE},
    {VECTOR_ID, "1614265330", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME - 301, ERR_RANGE},
    {VECTOR_ID, "1614265331", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_INVALID},
    {"msg_x",   "1614265330", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_INVALID},
    {VECTOR_ID, "1614265330", VECTOR_SIGNATURE,                          "{}",        VECTOR_TIME,       ERR_INVALID},
    {VECTOR_ID, "1614265330", SECOND_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_INVALID},
    {VECTOR_ID, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", VECTOR_BODY, VECTOR_TIME, ERR_INVALID},
    {VECTOR_ID, "1614265330", "",                                        VECTOR_BODY, VECTOR_TIME,       ERR_INVALID},
    {VECTOR_ID, "now",        VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_SYNTAX},
    {NULL,      "1614265330", VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_NOT_FOUND},
    {VECTOR_ID, NULL,         VECTOR_SIGNATURE,                          VECTOR_BODY, VECTOR_TIME,       ERR_NOT_FOUND},
    {VECTOR_ID, "1614265330", NULL,                                      VECTOR_BODY, VECTOR_TIME,       ERR_NOT_FOUND},
    /* clang-format on */
};

static void only_good_signatures_are_taken(void **state)
{
    struct conf_secret secret = secret_of(VECTOR_SECRET);
    struct conf_webhook w = {.secrets = &secret, .secret_count = 1};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct delivery_signed message = {messages[i].id, messages[i].timestamp,
                                          messages[i].signature, messages[i].body,
                                          strlen(messages[i].body)};
        struct err err = {0};
        int code = delivery_sign_verify(&w, &message, messages[i].now_s, &err);
        if (code != messages[i].code)
            fail_msg("message %zu: %d, wanted %d", i, code, messages[i].code);
        assert_true(code == 0 || err.text[0] != '\0');
    }
    keymem_free(secret.text, secret.length + 1);
}

/* n times ten */
#define TEN(x) x x x x x x x x x x

static void what_is_no_secret_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZ",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_AAAA",
        /* 66 bytes */
        "whsec_" TEN("AAAAAAAA") TEN("A") "AA"};
    struct conf_secret secret = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (conf_secret_decode(bad[i], &secret, NULL) == 0)
            fail_msg("taken: %s", bad[i]);
}

/* RFC 6890 and the registries that it began. */
static const struct {
    const char *text;
    bool is_private;
} addresses[] = {
    /* clang-format off */
    {"8.8.8.8", false}, {"1.1.1.1", false}, {"172.15.255.255", false}, {"172.16.0.0", true}, {"172.31.255.255", true}, {"172.32.0.0", false},
    {"10.0.0.1", true}, {"127.0.0.1", true}, {"127.255.255.254", true}, {"0.0.0.0", true}, {"192.168.0.1", true}, {"192.169.0.1", false},
    {"169.254.169.254", true}, {"169.253.0.1", false}, {"100.63.255.255", false}, {"100.64.0.1", true}, {"100.127.255.255", true}, {"100.128.0.0", false},
    {"198.18.0.1", true}, {"198.19.255.255", true}, {"198.20.0.0", false}, {"192.0.2.1", true}, {"203.0.113.9", true}, {"198.51.100.7", true},
    {"223.255.255.255", false}, {"224.0.0.1", true}, {"239.1.1.1", true}, {"240.0.0.1", true}, {"255.255.255.255", true},
    {"::", true}, {"::1", true}, {"::ffff:10.0.0.1", true}, {"::ffff:8.8.8.8", false}, {"::127.0.0.1", true}, {"64:ff9b::a00:1", true}, {"64:ff9b::808:808", false},
    {"2002:7f00:1::", true}, {"2002:808:808::", false}, {"fe80::1", true}, {"febf::1", true}, {"fec0::1", true}, {"fc00::1", true}, {"fd00:ec2::254", true},
    {"ff02::1", true}, {"2001:db8::1", true}, {"2001::1", true}, {"2606:4700:4700::1111", false}, {"2a00:1450:4001::1", false}, {"100::1", true},
    /* clang-format on */
};

static void private_addresses_are_known(void **state)
{
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct address a;
        assert_true(address_parse(addresses[i].text, &a));
        if (address_is_private(&a) != addresses[i].is_private)
            fail_msg("%s", addresses[i].text);
    }
}

static const struct {
    const char *url;
    int kind; /* -1: refused */
    const char *host;
    int port;
} urls[] = {
    /* clang-format off */
    {"https://desk.example.org/lookout",      TARGET_NAME,      "desk.example.org", 443},
    {"http://desk.example.org:8080/",         TARGET_NAME,      "desk.example.org", 8080},
    {"http://127.0.0.1:8080/x",               TARGET_LITERAL,   "127.0.0.1",        8080},
    {"http://10.1.2.3/x",                     TARGET_LITERAL,   "10.1.2.3",         80},
    {"http://2130706433/",                    TARGET_LITERAL,   "127.0.0.1",        80}, /* libcurl reads it so */
    {"http://0x7f.1/",                        TARGET_LITERAL,   "127.0.0.1",        80},
    {"http://[::1]:9/x",                      TARGET_LITERAL,   "::1",              9},
    {"HTTPS://desk.example.org/lookout",      TARGET_NAME,      "desk.example.org", 443}, /* RFC 3986 section 3.1 */
    {"hTTp://127.0.0.1/x",                    TARGET_LITERAL,   "127.0.0.1",        80},
    {"http://localhost/",                     TARGET_LOCALHOST, "localhost",        80},
    {"http://LOCALHOST:1/",                   TARGET_LOCALHOST, "LOCALHOST",        1},
    {"http://localhost.example.org/",         TARGET_NAME,      "localhost.example.org", 80},
    {"http://user:pw@host.example/",          TARGET_NAME,      "host.example",     80},
    {"ftp://desk.example.org/",               -1, "", 0},
    {"file:///etc/passwd",                    -1, "", 0},
    {"desk.example.org",                      -1, "", 0},
    {"http://d\xc3\xa9sk.example.org/",       -1, "", 0},
    {"http:///x",                             TARGET_NAME,      "x",                80}, /* and so */
    /* clang-format on */
};

static void urls_lead_where_they_say(void **state)
{
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct target t;
        struct err err = {0};
        char url[128];
        snprintf(url, sizeof url, "%s", urls[i].url);
        int code = target_parse(&(struct conf_webhook){.url = url}, &t, &err);
        if ((code != 0) != (urls[i].kind < 0))
            fail_msg("%s: %s", urls[i].url, err.text);
        if (code != 0)
            continue;
        assert_int_equal(t.kind, urls[i].kind);
        assert_string_equal(t.host, urls[i].host);
        assert_int_equal(t.port, urls[i].port);
    }
}

static void secrets_are_blotted_out(void **state)
{
    struct conf_header header = {(char[]){"X-Key"}, (char[]){"key-12345"}};
    struct conf_webhook w = {
        .url = (char[]){"https://me:hunter22@h.example/services/T000/B0SECRET/"
                        "x?sig=abcdef"},
        .authorization = (char[]){"Bearer tok-987654"},
        .headers = {&header, 1}};
    char text[] = "Cannot POST /services/T000/B0SECRET/x?sig=abcdef for tok-987654, "
                  "key-12345, B0SECRET, hunter22, services; T000 stays";
    target_redact(&w, text);
    assert_string_equal(
        text, "Cannot POST ************************************ for **********, "
              "*********, ********, ********, ********; T000 stays");
    char cut[] = "a text that was too long, and that begins like this, and goes on "
                 "like this: not B0SEC, but all of B0SECRE";
    target_redact(&w, cut);
    assert_string_equal(cut + 65, "like this: not B0SEC, but all of *******");
}

TEST_MAIN(NULL, NULL, TEST(signatures_are_those_of_the_standard),
          TEST(only_good_signatures_are_taken), TEST(what_is_no_secret_is_refused),
          TEST(private_addresses_are_known), TEST(urls_lead_where_they_say),
          TEST(secrets_are_blotted_out))
