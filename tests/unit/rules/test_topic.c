/* SPDX-License-Identifier: Apache-2.0 */
/* Topics of MQTT: the five fields are filled in, their values can add no level and no
 * wildcard, and what is no topic is refused. */
#include "lib/testlib.h"

#include <jansson.h>
#include <string.h>

#include "lookout/rules/topic.h"

static const char alert[] =
    "{\"id\":\"0\",\"source\":\"yeosu/watch+#1\",\"type\":\"lookoutd.zone.entered\","
    "\"data\":{\"rule\":\"box\",\"severity\":\"warning\",\"vessel\":{\"mmsi\":433000001}}"
    "}";

static void fields_are_filled_in(void **state)
{
    static const struct {
        const char *topic, *expected;
    } rows[] = {
        /* clang-format off */
        {"lookoutd",                          "lookoutd"},
        {"lookoutd/{rule}/{mmsi}",            "lookoutd/box/433000001"},
        {"{site}/{type}/{severity}",          "yeosuwatch1/lookoutd.zone.entered/warning"},
        {"a/{rule}{rule}/b",                  "a/boxbox/b"},
        {"/{mmsi}",                           "/433000001"},
        /* clang-format on */
    };
    json_t *event = json_loads(alert, 0, NULL);
    assert_non_null(event);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        assert_null(topic_fault(rows[i].topic));
        assert_int_equal(topic_fill(rows[i].topic, event, &out), 0);
        assert_string_equal(buf_text(&out), rows[i].expected);
        buf_finish(&out);
    }
    json_decref(event);
}

/* What an alert does not have is empty: of a feed's silence there is no ship. */
static void a_value_that_is_not_known_is_empty(void **state)
{
    json_t *event = json_loads(
        "{\"source\":\"x\",\"type\":\"lookoutd.feed.silent\",\"data\":{}}", 0, NULL);
    struct buf out = {0};
    assert_non_null(event);
    assert_int_equal(topic_fill("t/{mmsi}/{type}", event, &out), 0);
    assert_string_equal(buf_text(&out), "t//lookoutd.feed.silent");
    buf_finish(&out);
    json_decref(event);
}

static void what_is_no_topic_is_refused(void **state)
{
    static const char *const bad[] = {
        "",      "a/#",        "a/+/b", "a b", "{vessel.name}", "{rule",
        "rule}", "lookoutd\n", "\x7f",  "{}",  "{ rule }"};
    static char long_one[1026];
    memset(long_one, 'x', sizeof long_one - 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (topic_fault(bad[i]) == NULL)
            fail_msg("%s", bad[i]);
    assert_non_null(topic_fault(long_one));
    long_one[1024] = '\0';
    assert_null(topic_fault(long_one));
}

TEST_MAIN(NULL, NULL, TEST(fields_are_filled_in),
          TEST(a_value_that_is_not_known_is_empty), TEST(what_is_no_topic_is_refused))
