/* SPDX-License-Identifier: Apache-2.0 */
/* A mail of alerts is what RFC 5322, 2045 and 2047 ask for, whatever ships call
 * themselves: no name makes a header line, a long line or a line without its end. The
 * dates are those of `date -u -R -d @...`, the base64 that of `base64`. */
#include "lib/testlib.h"

#include <stdio.h>
#include <string.h>

#include "daemon/shell/delivery/body_int.h"
#include "daemon/shell/delivery/breaker.h"
#include "lookout/delivery/delivery.h"

#define ALERT(severity, rule, name)                                                      \
    "{\"id\":\"0123456789abcdef0123456789abcdef\",\"type\":\"lookoutd.zone.entered\","   \
    "\"source\":\"yeosu\",\"time\":\"2024-03-25T18:04:00Z\",\"data\":{\"severity\":"     \
    "\"" severity "\",\"rule\":\"" rule                                                  \
    "\",\"summary\":\"It entered.\",\"vessel\":{\"mmsi\":441000001,"                     \
    "\"name\":\"" name "\"}}}"

static char from[] = "watch@example.org", to[] = "duty@example.org, chief@example.org";
static const struct conf_mail mail = {.from = from, .to = to};

/* The mail of these bodies; borrowed until the next call. */
static const char *mail_of(const char *const *bodies, size_t count)
{
    static struct buf out;
    struct delivery_event events[8];
    const struct body_mail frame = {
        .mail = &mail, .id = "feedfeedfeedfeed", .clock_ms = INT64_C(1711389840000)};
    for (size_t i = 0; i < count; i++)
        events[i] = (struct delivery_event){bodies[i], strlen(bodies[i])};
    buf_finish(&out);
    assert_int_equal(delivery_body_mail(events, count, &frame, &out), 0);
    return buf_text(&out);
}

static void test_whole_mail(void **state)
{
    const char *const body = ALERT("warning", "box", "EXAMPLE TRADER");
    assert_string_equal(mail_of(&body, 1),
                        "Date: Mon, 25 Mar 2024 18:04:00 +0000\r\n"
                        "From: lookoutd <watch@example.org>\r\n"
                        "To: duty@example.org,\r\n chief@example.org\r\n"
                        "Message-ID: <0123456789abcdef0123456789abcdef@example.org>\r\n"
                        "Subject: [warning] EXAMPLE TRADER: box\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "\r\n"
                        "It entered.\r\n"
                        "\r\n"
                        "Vessel    EXAMPLE TRADER, MMSI 441000001\r\n"
                        "What      zone.entered\r\n"
                        "Severity  warning\r\n"
                        "Rule      box\r\n"
                        "Time      2024-03-25T18:04:00Z\r\n"
                        "Source    yeosu\r\n");
}

static const char *subject_of(const char *text)
{
    static char subject[1024];
    const char *begin = strstr(text, "\r\nSubject: ") + 11;
    const char *end = strstr(begin, "\r\nAuto-Submitted:");
    snprintf(subject, sizeof subject, "%.*s", (int)(end - begin), begin);
    return subject;
}

static void test_several(void **state)
{
    const char *const same[] = {ALERT("info", "box", "A"), ALERT("critical", "box", "A")};
    const char *const others[] = {ALERT("info", "box", "A"), ALERT("info", "lay", "B")};
    assert_string_equal(subject_of(mail_of(same, 2)), "[critical] A: box");
    assert_non_null(strstr(mail_of(same, 2), "<feedfeedfeedfeed@example.org>"));
    assert_non_null(strstr(mail_of(same, 2), "\r\n----\r\n"));
    assert_string_equal(subject_of(mail_of(others, 2)),
                        "[info] 2 alerts of several vessels: 2 alerts of several rules");
}

/* Every line ends with CR LF, no line has more than 78 characters, all are ASCII, and the
 * header has exactly the lines that a mail of ours has. */
static void expect_sound(const char *text)
{
    size_t column = 0, lines = 0;
    const char *end_of_header = strstr(text, "\r\n\r\n");
    assert_non_null(end_of_header);
    for (const char *s = text; *s != '\0'; s++) {
        if (*s == '\r') {
            assert_int_equal(s[1], '\n');
            assert_true(column <= 78);
            if (s <= end_of_header && s[2] != ' ')
                lines++;
            column = 0;
            s++;
            continue;
        }
        assert_true(*s >= ' ' && *s <= '~');
        column++;
    }
    assert_int_equal(lines, 9);
}

static void test_hostile_names(void **state)
{
    static const char *const names[] = {
        "A\\r\\nBcc: all@example.org",
        "A\\u2028Bcc: x",
        "=?utf-8?B?QkNDOiB4?=",
        "\\u202eEVIL\\u0007",
        ".",
        "\\n.\\n",
        "=3D=0A= ",
        "VERY LONG NAME VERY LONG NAME VERY LONG NAME VERY LONG NAME VERY LONG NAME VERY",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char body[1024];
        snprintf(body, sizeof body,
                 "{\"id\":\"0123456789abcdef0123456789abcdef\",\"type\":\"lookoutd.x\","
                 "\"data\":{\"severity\":\"info\",\"rule\":\"box\",\"summary\":\"%s\","
                 "\"vessel\":{\"mmsi\":1,\"name\":\"%s\"}}}",
                 names[i], names[i]);
        const char *const bodies[] = {body};
        const char *text = mail_of(bodies, 1);
        expect_sound(text); /* in the text below the header it may stand */
        const char *bcc = strstr(text, "\r\nBcc");
        assert_true(bcc == NULL || bcc > strstr(text, "\r\n\r\n"));
    }
}

static void test_encoded_words(void **state)
{
    const char *const korean = ALERT("info", "box", "\xed\x95\x9c\xea\xb5\xad");
    char name[200] = "", body[1024];
    assert_string_equal(subject_of(mail_of(&korean, 1)),
                        "=?utf-8?B?W2luZm9dIO2VnOq1rTogYm94?=");
    for (int i = 0; i < 40; i++)
        strcat(name, "\xed\x95\x9c");
    snprintf(body, sizeof body,
             "{\"id\":\"0\",\"type\":\"lookoutd.x\",\"data\":{\"severity\":\"info\","
             "\"rule\":\"box\",\"summary\":\"%s\",\"vessel\":{\"name\":\"%s\"}}}",
             name, name);
    const char *const bodies[] = {body};
    const char *text = mail_of(bodies, 1);
    expect_sound(text);
    /* 7 + 5 bytes around the 120 of the name, at most 42 a word, no character cut */
    assert_string_equal(
        subject_of(text),
        "=?utf-8?B?W2luZm9dIO2VnO2VnO2VnO2VnO2VnO2VnO2VnO2VnO2VnO2VnO2VnA==?=\r\n"
        " =?utf-8?B?7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc?=\r\n"
        " =?utf-8?B?7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc7ZWc?=\r\n"
        " =?utf-8?B?7ZWcOiBib3g=?=");
}

/* Which answers say that a receiver is out of order, by its protocol (RFC 9110, RFC 5321
 * and RFC 4954, MQTT's types of packets); 0: it gave none. */
static void test_outages(void **state)
{
    static const struct {
        enum retry_protocol protocol;
        int status;
        bool is_outage;
    } rows[] = {
        {RETRY_HTTP, 0, true},   {RETRY_HTTP, 200, false}, {RETRY_HTTP, 404, false},
        {RETRY_HTTP, 429, true}, {RETRY_HTTP, 500, true},  {RETRY_HTTP, 503, true},
        {RETRY_HTTP, 599, true}, {RETRY_SMTP, 0, true},    {RETRY_SMTP, 250, false},
        {RETRY_SMTP, 421, true}, {RETRY_SMTP, 450, true},  {RETRY_SMTP, 530, true},
        {RETRY_SMTP, 535, true}, {RETRY_SMTP, 550, false}, {RETRY_SMTP, 554, false},
        {RETRY_MQTT, 0, true},   {RETRY_MQTT, 2, true},    {RETRY_MQTT, 4, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct retry_answer answer = {.protocol = rows[i].protocol,
                                            .status = rows[i].status};
        if (breaker_is_outage(&answer) != rows[i].is_outage)
            fail_msg("row %zu", i);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_whole_mail), TEST(test_several), TEST(test_hostile_names),
          TEST(test_encoded_words), TEST(test_outages))
