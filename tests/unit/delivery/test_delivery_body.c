/* SPDX-License-Identifier: Apache-2.0 */
/* This file compares bodies of each format with files written by hand from the formats
 * that the services publish: docs.slack.dev (incoming webhooks, section blocks,
 * escaping), Mattermost's "text", learn.microsoft.com (message with an Adaptive Card
 * 1.4). */
#include "lib/testlib.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/cmd/listen_say.h"
#include "lookout/delivery/delivery.h"
#include "lookout/rules/template.h"

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
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char *alert = read_data(bodies[i].alert), *golden = read_data(bodies[i].golden);
        struct buf out = {0};
        const char *content_type = NULL;
        const struct conf_webhook w = {.format = bodies[i].format};
        const struct delivery_event event = {alert, strlen(alert)};
        assert_int_equal(delivery_body(&w, &event, 1, &out, &content_type), 0);
        assert_string_equal(content_type, bodies[i].content_type);
        if (strcmp(buf_text(&out), golden) != 0)
            fail_msg("%s:\n%s\nwanted\n%s", bodies[i].golden, buf_text(&out), golden);
        buf_finish(&out);
        free(alert);
        free(golden);
    }
}

static const struct {
    enum conf_format format;
    const char *content_type;
    const char *list, *alert, *plain; /* a file, or two that make an array */
} lists[] = {
    /* clang-format off */
    {CONF_FORMAT_CLOUDEVENTS, "application/cloudevents-batch+json; charset=utf-8", NULL, "alert.json",      "plain.json"},
    {CONF_FORMAT_JSON,        "application/json; charset=utf-8",                   NULL, "alert.flat.json", "plain.flat.json"},
    {CONF_FORMAT_SLACK,       "application/json; charset=utf-8",                   "list.slack.json", NULL, NULL},
    {CONF_FORMAT_TEAMS,       "application/json; charset=utf-8",                   "list.teams.json", NULL, NULL},
    /* clang-format on */
};

/* Returns the wanted text of a list; the caller owns it. */
static char *list_text(size_t i)
{
    if (lists[i].list != NULL)
        return read_data(lists[i].list);
    char *a = read_data(lists[i].alert), *b = read_data(lists[i].plain);
    size_t size = strlen(a) + strlen(b) + 4;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "[%s,%s]", a, b);
    free(a);
    free(b);
    return text;
}

/* A batch is an array, also with one event (CloudEvents, JSON event format, section 4).
 */
static void several_go_as_published(void **state)
{
    char *alert = read_data("alert.json"), *plain = read_data("plain.json");
    const struct delivery_event events[] = {{alert, strlen(alert)},
                                            {plain, strlen(plain)}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct conf_webhook w = {.format = lists[i].format, .group.is_on = true};
        char *wanted = list_text(i);
        struct buf out = {0};
        const char *content_type = NULL;
        assert_int_equal(delivery_body(&w, events, 2, &out, &content_type), 0);
        assert_string_equal(content_type, lists[i].content_type);
        if (strcmp(buf_text(&out), wanted) != 0)
            fail_msg("list %zu:\n%s\nwanted\n%s", i, buf_text(&out), wanted);
        free(wanted);
        buf_clear(&out);
        assert_int_equal(delivery_body(&w, events, 1, &out, &content_type), 0);
        bool is_array = buf_text(&out)[0] == '[';
        assert_int_equal(is_array, lists[i].list == NULL);
        buf_finish(&out);
    }
    free(alert);
    free(plain);
}

/* Teams takes at most 28 KB (learn.microsoft.com, "Rate limiting for connectors"),
 * Slack at most 50 blocks. */
static void a_full_list_is_taken_by_chat_services(void **state)
{
    char summary[1500], body[2000];
    memset(summary, 'x', sizeof summary - 1);
    summary[sizeof summary - 1] = '\0';
    snprintf(body, sizeof body,
             "{\"type\":\"lookoutd.test\",\"data\":{\"severity\":\"info\",\"link\":"
             "\"https://map.example.org/445000001\",\"summary\":\"%s\"}}",
             summary);
    for (int format = CONF_FORMAT_SLACK; format <= CONF_FORMAT_TEAMS; format++) {
        const struct conf_webhook w = {.format = (enum conf_format)format,
                                       .group.is_on = true};
        size_t most = delivery_body_most(&w);
        struct delivery_event *events = calloc(most, sizeof *events);
        struct buf out = {0};
        const char *content_type = NULL;
        assert_non_null(events);
        for (size_t i = 0; i < most; i++)
            events[i] = (struct delivery_event){body, strlen(body)};
        assert_int_equal(delivery_body(&w, events, most, &out, &content_type), 0);
        json_t *json = json_loadb(buf_text(&out), out.length, 0, NULL);
        assert_non_null(json);
        if (format == CONF_FORMAT_TEAMS)
            assert_true(out.length <= 28 * 1024);
        else
            assert_true(json_array_size(json_object_get(json, "blocks")) <= 50);
        json_decref(json);
        buf_finish(&out);
        free(events);
    }
}

static const struct {
    const char *content_type, *body, *made;
    bool is_list;
} templates[] = {
    /* clang-format off */
    {"application/json", "{\"text\": \"{summary}\"}", "{\"text\": \"EXAMPLE <TRADER> & [CO](http://x.example) @all entered zone Yeosu box 21 Mar 19:06Z, 10.3 kn.\"}", false},
    {"application/json", "{{\"a\":{{\"b\":{mmsi}}}}}", "{\"a\":{\"b\":445000001}}", false},
    {"application/json", "{\"a\":{\"lat\":{lat},\"zone\":{zone.id},\"none\":{gap.hours}}}", "{\"a\":{\"lat\":34.1023,\"zone\":\"box\",\"none\":null}}", false},
    {"application/vnd.x+json; charset=utf-8", "[\"{ vessel.watched } {cog_deg} {gap.hours}\", {count}]", "[\"true 40.2 \", 1]", false},
    {"application/json", "[{severity.grade},{severity.priority},\"P{severity.grade}\"]", "[1,5,\"P1\"]", false},
    {"application/json", "[{severity.grade},{severity.priority}]", "[1,5]", true},
    {"text/plain",       "{severity}: {vessel.name} {x {zone.name}", "critical: EXAMPLE <TRADER> & [CO](http://x.example) @all {x Yeosu box", false},
    {"text/xml",         "<a b=\"{vessel.name}\"/>", "<a b=\"EXAMPLE &lt;TRADER&gt; &amp; [CO](http://x.example) @all\"/>", false},
    {"application/x-www-form-urlencoded", "m={vessel.name}&p=1", "m=EXAMPLE%20%3CTRADER%3E%20%26%20%5BCO%5D%28http%3A%2F%2Fx.example%29%20%40all&p=1", false},
    {"application/json", "{\"n\":{count},\"s\":{severity},\"t\":\"{summary}\",\"r\":\"{rule}\",\"m\":{mmsi},\"i\":\"{type}\"}",
     "{\"n\":2,\"s\":\"critical\",\"t\":\"EXAMPLE <TRADER> & [CO](http://x.example) @all entered zone Yeosu box 21 Mar 19:06Z, 10.3 kn.\\nFeed shore is silent since 21 Mar 18:56Z.\","
     "\"r\":\"box\",\"m\":445000001,\"i\":\"lookoutd.zone.entered, lookoutd.feed.silent\"}", true},
    /* clang-format on */
};

static void a_template_is_filled_in(void **state)
{
    char *alert = read_data("alert.json"), *plain = read_data("plain.json");
    const struct delivery_event events[] = {{alert, strlen(alert)},
                                            {plain, strlen(plain)}};
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        char *body = strdup(templates[i].body), *type = strdup(templates[i].content_type);
        const struct conf_webhook w = {
            .body = body, .content_type = type, .group.is_on = templates[i].is_list};
        struct buf out = {0};
        const char *content_type = NULL;
        char name[TEMPLATE_NAME_BYTES];
        assert_int_equal(template_check(body, template_kind_of(type), name, NULL), 0);
        assert_int_equal(
            delivery_body(&w, events, templates[i].is_list ? 2 : 1, &out, &content_type),
            0);
        assert_string_equal(content_type, type);
        assert_string_equal(buf_text(&out), templates[i].made);
        buf_finish(&out);
        free(body);
        free(type);
    }
    free(alert);
    free(plain);
}

/* Escaped by Python: json.dumps('a "b" \\ c', ensure_ascii=False). */
static void values_are_escaped_for_json(void **state)
{
    char text[] = "{\"x\":\"{summary}\",\"y\":{summary},\"e\":{event}}";
    char type[] = "application/json";
    const struct conf_webhook w = {.body = text, .content_type = type};
    const char alert[] = "{\"data\":{\"summary\":\"a \\\"b\\\" \\\\ c\"}}";
    const struct delivery_event event = {alert, strlen(alert)};
    struct buf out = {0};
    const char *content_type = NULL;
    assert_int_equal(delivery_body(&w, &event, 1, &out, &content_type), 0);
    assert_string_equal(buf_text(&out),
                        "{\"x\":\"a \\\"b\\\" \\\\ c\",\"y\":\"a \\\"b\\\" \\\\ c\","
                        "\"e\":{\"data\":{\"summary\":\"a \\\"b\\\" \\\\ c\"}}}");
    buf_finish(&out);
}

static void damaged_bodies_are_refused(void **state)
{
    struct buf out = {0};
    const char *content_type = NULL;
    const struct conf_webhook flat = {.format = CONF_FORMAT_JSON};
    const struct conf_webhook slack = {.format = CONF_FORMAT_SLACK};
    const struct delivery_event open = {"{", 1}, nothing = {"{}", 2};
    assert_int_equal(delivery_body(&flat, &open, 1, &out, &content_type), ERR_SYNTAX);
    /* an empty object still makes a message */
    assert_int_equal(delivery_body(&slack, &nothing, 1, &out, &content_type), 0);
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
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *body = read_data(lines[i].file);
        struct buf out = {0};
        assert_int_equal(listen_say(body, strlen(body), &note, &out), 0);
        assert_string_equal(buf_text(&out), lines[i].line);
        buf_finish(&out);
        free(body);
    }
}

/* ECMA-48 SGR: 1 bold, 31 red, 33 yellow, 0 reset; only for a terminal. */
static void listen_colours_for_a_terminal(void **state)
{
    static const struct {
        const char *severity, *shown;
    } rows[] = {{"critical", "\x1b[1;31mcritical\x1b[0m"},
                {"warning", "\x1b[33mwarning \x1b[0m"},
                {"info", "info    "}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct listen_note note = {.is_coloured = true};
        struct buf out = {0};
        char body[128];
        snprintf(body, sizeof body,
                 "{\"type\":\"lookoutd.test\",\"data\":{\"severity\":\"%s\"}}",
                 rows[i].severity);
        assert_int_equal(listen_say(body, strlen(body), &note, &out), 0);
        assert_non_null(strstr(buf_text(&out), rows[i].shown));
        buf_clear(&out);
        note.is_coloured = false;
        assert_int_equal(listen_say(body, strlen(body), &note, &out), 0);
        assert_null(strchr(buf_text(&out), '\x1b'));
        buf_finish(&out);
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

TEST_MAIN(NULL, NULL, TEST(bodies_are_as_published), TEST(several_go_as_published),
          TEST(a_full_list_is_taken_by_chat_services), TEST(a_template_is_filled_in),
          TEST(values_are_escaped_for_json), TEST(damaged_bodies_are_refused),
          TEST(listen_reads_every_format), TEST(listen_colours_for_a_terminal),
          TEST(listen_takes_whatever_comes))
