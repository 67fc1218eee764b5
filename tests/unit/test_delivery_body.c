/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in each format, against files written by hand from the services' published
 * formats: docs.slack.dev (incoming webhooks, section blocks, escaping), Mattermost's
 * "text", learn.microsoft.com (message with an Adaptive Card 1.4). */
#include "lib/testlib.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/cmd/listen_say.h"
#include "lookout/delivery.h"

static const struct {
    const char *alert, *golden, *content_type;
    enum conf_format format;
} bodies[] = {
    /* clang-format off */
    {"alert.json", "alert.json",       "application/cloudevents+json; charset=utf-8", CONF_FORMAT_CLOUDEVENTS},
    {"plain.json", "plain.json",       "application/cloudevents+json; charset=utf-8", CONF_FORMAT_CLOUDEVENTS},
    {"alert.json", "alert.flat.json",  "application/json; charset=utf-8",             CONF_FORMAT_JSON},
    {"plain.json", "plain.flat.json",  "application/json; charset=utf-8",             CONF_FORMAT_JSON},
    {"alert.json", "alert.slack.json", "application/json; charset=utf-8",             CONF_FORMAT_SLACK},
    {"plain.json", "plain.slack.json", "application/json; charset=utf-8",             CONF_FORMAT_SLACK},
    {"alert.json", "alert.teams.json", "application/json; charset=utf-8",             CONF_FORMAT_TEAMS},
    {"plain.json", "plain.teams.json", "application/json; charset=utf-8",             CONF_FORMAT_TEAMS},
    /* clang-format on */
};

static char *read_data(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "tests/data/delivery/%s", name);
    char *text = test_read_file(test_root_path(path), NULL);
    if (text == NULL)
        fail_msg("%s cannot be read", path);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static void bodies_are_as_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char *alert = read_data(bodies[i].alert), *golden = read_data(bodies[i].golden);
        struct buf out = {0};
        const char *content_type = NULL;
        assert_int_equal(
            delivery_body(bodies[i].format, alert, strlen(alert), &out, &content_type),
            0);
        assert_string_equal(content_type, bodies[i].content_type);
        if (strcmp(buf_text(&out), golden) != 0)
            fail_msg("%s:\n%s\nwanted\n%s", bodies[i].golden, buf_text(&out), golden);
        buf_finish(&out);
        free(alert);
        free(golden);
    }
}

static void damaged_bodies_are_refused(void **state)
{
    struct buf out = {0};
    const char *content_type = NULL;
    (void)state;
    assert_int_equal(delivery_body(CONF_FORMAT_JSON, "{", 1, &out, &content_type),
                     ERR_SYNTAX);
    /* an object of nothing still makes a message */
    assert_int_equal(delivery_body(CONF_FORMAT_SLACK, "{}", 2, &out, &content_type), 0);
    assert_non_null(strstr(buf_text(&out), "\"text\""));
    buf_finish(&out);
}

static const struct {
    const char *file, *line;
} lines[] = {
    /* clang-format off */
    {"alert.json",       "2024-03-21T19:06:43Z  critical  zone.entered      [signed] EXAMPLE <TRADER> & [CO](http://x.example) @all entered zone Yeosu box 21 Mar 19:06Z, 10.3 kn.\n"},
    {"alert.flat.json",  "2024-03-21T19:06:43Z  critical  zone.entered      [signed] EXAMPLE <TRADER> & [CO](http://x.example) @all entered zone Yeosu box 21 Mar 19:06Z, 10.3 kn.\n"},
    {"plain.slack.json", "slack  [signed] \xf0\x9f\x9f\xa0 WARNING Feed shore is silent since 21 Mar 18:56Z.\n"},
    {"plain.teams.json", "teams  [signed] \xf0\x9f\x9f\xa0 WARNING Feed shore is silent since 21 Mar 18:56Z.\n"},
    /* clang-format on */
};

static void listen_reads_every_format(void **state)
{
    const struct listen_note note = {.is_signed = true};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *body = read_data(lines[i].file);
        struct buf out = {0};
        assert_int_equal(listen_say(body, strlen(body), &note, &out), 0);
        assert_string_equal(buf_text(&out), lines[i].line);
        buf_finish(&out);
        free(body);
    }
}

static void listen_takes_whatever_comes(void **state)
{
    const struct listen_note note = {.is_again = true};
    struct buf out = {0};
    const char batch[] =
        "[{\"type\":\"lookoutd.test\",\"data\":{\"severity\":\"info\",\"summary\":"
        "\"a\\u0007b\"}},\n{\"x\":1}]";
    const char other[] = "a=1&b=\x1b[31m";
    (void)state;
    assert_int_equal(listen_say(batch, strlen(batch), &note, &out), 0);
    assert_string_equal(buf_text(&out),
                        "                      info      test              (again) ab\n"
                        "(again) an event of an unknown kind\n");
    buf_clear(&out);
    assert_int_equal(listen_say(other, strlen(other), &note, &out), 0);
    assert_string_equal(buf_text(&out), "11 bytes  (again) a=1&b=[31m\n");
    buf_clear(&out);
    assert_int_equal(listen_say("", 0, &note, &out), 0);
    buf_clear(&out);
    assert_int_equal(listen_say_json(batch, strlen(batch), &out), 0);
    assert_string_equal(
        buf_text(&out),
        "{\"type\":\"lookoutd.test\",\"data\":{\"severity\":\"info\",\"summary\":"
        "\"a\\u0007b\"}}\n{\"x\":1}\n");
    buf_clear(&out);
    assert_int_equal(listen_say_json(other, strlen(other), &out), 0);
    assert_string_equal(buf_text(&out), "\"a=1&b=[31m\"\n");
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_as_published),
        cmocka_unit_test(damaged_bodies_are_refused),
        cmocka_unit_test(listen_reads_every_format),
        cmocka_unit_test(listen_takes_whatever_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
