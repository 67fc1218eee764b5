/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the secrets, tokens and headers of webhooks. */
#include "lib/conf_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"

static void test_secret_modes(void **state)
{
    tempdir_write_mode(&conf_fixture_dir, "open.secret", SECRET_TEXT, 0644);
    tempdir_write_mode(&conf_fixture_dir, "group.secret", SECRET_TEXT, 0640);
    tempdir_write_mode(&conf_fixture_dir, "written.secret", SECRET_TEXT, 0602);
    char *lines = conf_fixture_lines(HOOK "secret: {file: open.secret}}\n", ERR_INVALID);
    assert_has(lines, "config.yaml:2:62: error: webhooks[0].secret.file: '");
    assert_has(lines, "open.secret' is a secret that others can read (mode 0644) "
                      "(accepted: a file of mode 0600 or 0640)");
    free(lines);
    lines = conf_fixture_lines(HOOK "secret: {file: written.secret}}\n", ERR_INVALID);
    assert_has(lines, "others can write");
    free(lines);
    conf_destroy(conf_fixture_good(HOOK "secret: {file: group.secret}}\n"));
    lines = conf_fixture_lines(HOOK "authorization: {file: open.secret}}\n", ERR_INVALID);
    assert_has(lines, "webhooks[0].authorization.file: '");
    free(lines);
    lines = conf_fixture_lines("webhooks: [{id: h, url: {credential: open.secret}}]\n",
                               ERR_INVALID);
    assert_has(lines, "webhooks[0].url.credential: '");
    free(lines);
}

static void test_secret_forms(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;      /* 0: refused */
        const char *fault; /* the message in that case */
    } rows[] = {
        /* clang-format off */
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\n", 24, ""},  /* 24 bytes, the least */
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", 0, "the secret is too short"}, /* 23 */
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMw==\r\n", 64, ""},
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ=", 0, "the secret is too long"}, /* 65 */
        {"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", 0, "the secret does not begin with whsec_"},
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI", 0, "is not base64"}, /* no padding */
        {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkw-TIz", 0, "is not base64"}, /* base64url */
        {"whsec_====", 0, "is not base64"},
        {"whsec_", 0, "is not base64"},
        {"", 0, "the secret is empty"},
        {"\n", 0, "the secret is empty"},
        /* clang-format on */
    };
    for (size_t i = 0; i < CONF_COUNT(rows); i++) {
        struct conf *conf = NULL;
        struct conf_report report;
        tempdir_write_mode(&conf_fixture_dir, "s", rows[i].text, 0600);
        int code = conf_fixture_load(HOOK "secret: {file: s}}\n", &conf, &report);
        assert_int_equal(code, rows[i].bytes > 0 ? 0 : ERR_INVALID);
        if (code == 0)
            assert_int_equal(conf->webhooks[0].secrets[0].length, rows[i].bytes);
        else
            assert_has(report.lines[report.count - 1], rows[i].fault);
        if (code != 0 && strlen(rows[i].text) > 8)
            assert_null(strstr(report.lines[report.count - 1], "MDEy"));
        conf_report_finish(&report);
        conf_destroy(conf);
    }
}

static void test_two_secrets(void **state)
{
    tempdir_write_mode(&conf_fixture_dir, "old", SECRET_TEXT, 0600);
    tempdir_write_mode(&conf_fixture_dir, "new", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
                       0600);
    struct conf *conf = conf_fixture_good(
        HOOK "secret: [{file: old}, {credential: new}],\n"
             "   authorization: {scheme: Basic, credential: siem-token}}\n");
    assert_int_equal(conf->webhooks[0].secret_count, 2);
    assert_int_equal(conf->webhooks[0].secrets[1].length, 24);
    assert_string_equal(conf->webhooks[0].authorization, "Basic t0ken");
    conf_destroy(conf);
}

static void test_headers(void **state)
{
    char *lines = conf_fixture_lines(HOOK "headers: {X-A: b, x-a: c}}\n", ERR_INVALID);
    assert_has(lines, "webhooks[0].headers.x-a: is given twice, in upper and lower case");
    free(lines);
    lines = conf_fixture_lines(HOOK "headers: {Webhook-ID: b}}\n", ERR_INVALID);
    assert_has(lines, "is set by lookoutd itself");
    free(lines);
}

/* Before a reload, a process without credentials checks the file: it opens nothing
 * secret, and still tells what is wrong with the form. */
static void test_without_secrets(void **state)
{
    static const char good[] =
        HOOK "secret: {credential: nowhere}, authorization: {file: missing}}\n"
             "  - {id: i, url: {credential: nowhere}, secret: [{file: missing}]}\n";
    static const char bad[] = HOOK "secret: {credential: ../x}}\n";
    char file[100], gazetteer[100];
    snprintf(file, sizeof file, "%s/config.yaml", conf_fixture_dir.path);
    snprintf(gazetteer, sizeof gazetteer, "%s/ports.csv", conf_fixture_dir.path);
    const struct conf_context context = {
        .host = "h", .gazetteer = gazetteer, .without_secrets = true};
    struct conf_source source = {.file = file, .text = good, .bytes = strlen(good)};
    struct conf *conf = NULL;
    struct conf_report report;
    assert_int_equal(conf_load_text(&source, &context, &conf, &report), 0);
    assert_int_equal(conf->webhooks[0].secret_count, 1);
    assert_non_null(conf->webhooks[1].url);
    conf_report_finish(&report);
    conf_destroy(conf);
    source.text = bad;
    source.bytes = strlen(bad);
    assert_int_equal(conf_load_text(&source, &context, &conf, &report), ERR_INVALID);
    assert_has(report.lines[report.count - 1], "is not the name of a credential");
    conf_report_finish(&report);
}

#define API(tokens)                                                                      \
    "api: {listen: \"0.0.0.0:8047\", origin: [\"https://w.example.org\"], "              \
    "tokens: " tokens "}\n"

static void test_tokens(void **state)
{
    static const struct {
        const char *text;
        bool is_good;
    } rows[] = {
        {"abcdefghijklmnopqrst\n", true}, /* 20, the least */
        {"abcdefghijklmnopqrs\n", false}, /* 19 */
        {"abcdefghij klmnopqrst", false}, /* a blank */
        {"abcdefghijklmnopqrst\xc3\xa9", false},
    };
    for (size_t i = 0; i < CONF_COUNT(rows); i++) {
        struct conf *conf = NULL;
        struct conf_report report;
        tempdir_write_mode(&conf_fixture_dir, "t", rows[i].text, 0600);
        int code = conf_fixture_load(API("[{id: anna, file: t}]"), &conf, &report);
        assert_int_equal(code, rows[i].is_good ? 0 : ERR_INVALID);
        if (code == 0)
            assert_int_equal(conf->api.tokens[0].may, CONF_MAY_READ);
        else
            assert_has(report.lines[report.count - 1], "the secret is not a token");
        if (code != 0)
            assert_null(strstr(report.lines[report.count - 1], "abc"));
        conf_report_finish(&report);
        conf_destroy(conf);
    }
}

static void test_same_tokens(void **state)
{
    tempdir_write_mode(&conf_fixture_dir, "t", "abcdefghijklmnopqrst\n", 0600);
    char *lines =
        conf_fixture_lines(API("[{id: a, file: t}, {id: b, file: t}]"), ERR_INVALID);
    assert_has(lines, "tokens a and b are the same");
    free(lines);
    struct conf *conf = conf_fixture_good(API("[{id: a, file: t, may: acknowledge}]"));
    assert_string_equal(conf->engine.link, "https://w.example.org/#vessel={mmsi}");
    assert_int_equal(conf->api.streams, 32);
    conf_destroy(conf);
}

TEST_MAIN(NULL, NULL, CONF_TEST(test_tokens), CONF_TEST(test_same_tokens),
          CONF_TEST(test_without_secrets), CONF_TEST(test_secret_modes),
          CONF_TEST(test_secret_forms), CONF_TEST(test_two_secrets),
          CONF_TEST(test_headers))
