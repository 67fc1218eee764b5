/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the hash of a rule's meaning: while it stays the same, the states are
 * kept. */
#include "daemon/shell/conf/conf_rules.h"
#include "lib/conf_fixture.h"
#include "lookout/base/time.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"

/* A kind was released with one key, and later with more keys. */
struct grown_settings {
    int64_t after_ms, stay_ms;
    struct rule_ports ports;
    char *text;
};
static const struct key grown_keys[] = {
    {.name = "after", .type = KEY_DURATION, KEY_AT(grown_settings, after_ms)},
    {.name = "stay",
     .type = KEY_DURATION,
     KEY_AT(grown_settings, stay_ms),
     .is_later = true},
    {.name = "ports",
     .type = KEY_PORTS,
     RULE_PORTS(grown_settings, ports),
     .is_later = true},
    {.name = "text", .type = KEY_TEXT, KEY_AT(grown_settings, text), .is_later = true},
    {0},
};
static void set_grown(void *settings)
{
    struct grown_settings *s = settings;
    s->after_ms = 6 * HOUR_MS;
    s->stay_ms = 3 * HOUR_MS;
}
static const struct key first_keys[] = {
    {.name = "after", .type = KEY_DURATION, KEY_AT(grown_settings, after_ms)},
    {0},
};

static uint64_t hash_grown(const struct key *keys, int64_t after_ms, int64_t stay_ms)
{
    struct rule_kind kind = {.name = "grown",
                             .keys = keys,
                             .settings_bytes = sizeof(struct grown_settings),
                             .set_defaults = set_grown};
    struct conf *conf = conf_fixture_good("site: a\n");
    struct rule rule;
    uint64_t definition = 0;
    assert_int_equal(rule_init(&rule, &kind), 0);
    struct grown_settings *settings = rule.settings;
    settings->after_ms = after_ms;
    settings->stay_ms = stay_ms;
    assert_int_equal(conf_rule_words_definition(&rule, &conf->engine, &definition), 0);
    rule_finish(&rule);
    conf_destroy(conf);
    return definition;
}

/* A release that adds keys to a kind keeps the states of the rules that do not use
 * them. */
static void test_later_keys(void **state)
{
    uint64_t first = hash_grown(first_keys, HOUR_MS, 3 * HOUR_MS);
    assert_true(first == hash_grown(grown_keys, HOUR_MS, 3 * HOUR_MS));
    assert_true(first != hash_grown(grown_keys, HOUR_MS, 2 * HOUR_MS));
    assert_true(first != hash_grown(grown_keys, 2 * HOUR_MS, 3 * HOUR_MS));
}

TEST_MAIN(NULL, NULL, CONF_TEST(test_later_keys))
