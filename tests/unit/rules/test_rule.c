/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that all rule kinds share: the table of kinds, the vessels that a rule
 * covers, the findings that are raised, and the alerts of ships that were already there
 * when first heard. */
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/alert/body.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"
#include "lookout/track/vessel_type.h"

/* --- the table --- */

/* The fault of an event, for every kind, including kinds added later; NULL: there is
 * none. */
static const char *find_event_fault(const struct rule_event *event)
{
    if (event->name == NULL || event->type == NULL || strchr(event->type, '.') == NULL)
        return "an event has no name or no type";
    if (event->say == NULL)
        return "an event has no sentence";
    for (const struct rule_member *m = event->members; m != NULL && m->field != NULL; m++)
        if (m->make == NULL || m->field->name == NULL)
            return "a member is never made";
    return NULL;
}

static void say_nothing(struct say_writer *w, const struct rule_look *look,
                        const struct finding *f)
{
    (void)w;
    (void)look;
    (void)f;
}

/* The check finds faults: a kind without a sentence does not pass. */
static void test_planted_faults(void **state)
{
    (void)state;
    static const struct body_field field = {.name = "x", .type = BODY_TEXT};
    static const struct rule_member unmade[] = {{&field, NULL, NULL}, {0}};
    struct rule_event event = {.name = "start", .type = "x.started", .say = say_nothing};
    assert_null(find_event_fault(&event));
    event.members = unmade;
    assert_string_equal(find_event_fault(&event), "a member is never made");
    event.say = NULL;
    assert_string_equal(find_event_fault(&event), "an event has no sentence");
    event.type = "started";
    assert_string_equal(find_event_fault(&event), "an event has no name or no type");
}

/* The ship types that rules know; rule_kind.h names them. */
static bool is_known_type(enum key_type type, bool is_in_mapping)
{
    static const enum key_type quantities[] = {KEY_DURATION, KEY_DISTANCE, KEY_SPEED,
                                               KEY_NUMBER};
    static const enum key_type others[] = {
        KEY_TEXT,  KEY_ID,    KEY_INTEGER, KEY_FLAG,    KEY_WORD,    KEY_PORTS,
        KEY_ZONES, KEY_GATES, KEY_ROUTE,   KEY_MAPPING, KEY_VESSELS, KEY_WORDS};
    bool is_known = false;
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++)
        is_known = is_known || quantities[i] == type;
    for (size_t i = 0; !is_in_mapping && i < sizeof others / sizeof others[0]; i++)
        is_known = is_known || others[i] == type;
    return is_known;
}

static void check_key(const struct rule_kind *kind, const struct key *key)
{
    assert_true(key->offset < kind->settings_bytes || key->sub != NULL);
    bool is_known = is_known_type(key->type, false);
    for (const struct key *k = key->sub; k != NULL && k->name != NULL; k++)
        is_known = is_known && is_known_type(k->type, true);
    if (!is_known)
        fail_msg("the key %s of %s is of a type that rules do not know", key->name,
                 kind->name);
}

static void test_kinds(void **state)
{
    for (size_t k = 0; rule_kinds[k] != NULL; k++) {
        const struct rule_kind *kind = rule_kinds[k];
        assert_ptr_equal(rule_kind_find(kind->name), kind);
        assert_true(kind->event_count > 0 && kind->event_count <= RULE_EVENTS_MAX);
        assert_non_null(kind->hooks);
        assert_non_null(kind->doc);
        /* state that is kept can be saved, loaded and freed */
        assert_int_equal(kind->hooks->save != NULL, kind->hooks->load != NULL);
        assert_int_equal(kind->hooks->save != NULL, kind->hooks->forget != NULL);
        assert_int_equal(kind->hooks->deadline != NULL, kind->hooks->on_time != NULL);
        for (uint32_t e = 0; e < kind->event_count; e++)
            if (find_event_fault(&kind->events[e]) != NULL)
                fail_msg("%s: %s", kind->name, find_event_fault(&kind->events[e]));
        struct rule rule;
        assert_int_equal(rule_init(&rule, kind), 0);
        for (const struct key *key = kind->keys; key->name != NULL; key++)
            check_key(kind, key);
        rule_finish(&rule);
    }
    assert_null(rule_kind_find("weather"));
    assert_string_equal(severity_name(SEVERITY_INFO), "info");
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
    assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
}

/* The contract's defaults of the kinds and the detectors. Those of severity stand in the
 * man page, which is made from the kinds' tables, and in the golden alerts. */
static int64_t duration(const struct rule *rule, const char *name)
{
    for (const struct key *key = rule->kind->keys; key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return *(const int64_t *)rule_setting(rule, key);
    fail_msg("%s has no key %s", rule->kind->name, name);
    return 0;
}

/* A default that is none is found, of each type that a row may have a default of. */
static void test_initials(void **state)
{
    static const char *const words[] = {"any", "left", NULL};
    struct settings {
        int64_t ms;
        double m;
        uint8_t word;
        uint16_t count;
        bool flag;
    } s = {0};
    /* clang-format off */
    struct key keys[] = {
        {.name = "a", .type = KEY_DURATION, KEY_AT(settings, ms),    .initial = "90min"},
        {.name = "b", .type = KEY_DISTANCE, KEY_AT(settings, m),     .initial = "2nm"},
        {.name = "c", .type = KEY_WORD,     KEY_AT(settings, word),  .initial = "left", .words = words},
        {.name = "d", .type = KEY_INTEGER,  KEY_AT(settings, count), .initial = "300"},
        {.name = "e", .type = KEY_FLAG,     KEY_AT(settings, flag),  .initial = "true"},
        {0},
    };
    /* clang-format on */
    (void)state;
    assert_int_equal(key_set_initials(keys, &s), 0);
    assert_int_equal(s.ms, 5400000);
    assert_near(s.m, 3704, 0);
    assert_int_equal(s.word, 1);
    assert_int_equal(s.count, 300);
    assert_true(s.flag);
    for (size_t i = 0; i < 4; i++) {
        const char *before = keys[i].initial;
        keys[i].initial = "right";
        assert_true(key_set_initials(keys, &s) != 0);
        keys[i].initial = before;
    }
}

static void test_defaults(void **state)
{
    struct rule rule;
    assert_int_equal(rule_init(&rule, rule_kind_find("route")), 0);
    assert_int_equal(duration(&rule, "within"), INT64_C(30) * 86400000);
    assert_int_equal(duration(&rule, "leg"), INT64_C(10) * 86400000);
    rule_finish(&rule);
    assert_int_equal(rule_init(&rule, rule_kind_find("gap")), 0);
    assert_int_equal(duration(&rule, "after"), INT64_C(6) * 3600000);
    assert_int_equal(duration(&rule, "moored"), INT64_C(24) * 3600000);
    rule_finish(&rule);
    assert_int_equal(rule_init(&rule, rule_kind_find("zone")), 0);
    assert_int_equal(duration(&rule, "dwell"), 0);
    rule_finish(&rule);
    assert_int_equal(rule_init(&rule, rule_kind_find("encounter")), 0);
    assert_int_equal(duration(&rule, "for"), INT64_C(2) * 3600000);
    rule_finish(&rule);
    assert_int_equal(rule_init(&rule, rule_kind_find("loiter")), 0);
    assert_int_equal(duration(&rule, "for"), INT64_C(4) * 3600000);
    rule_finish(&rule);
    struct detect_limits limits = zone_state_limits_default();
    assert_near(limits.zone_enter_depth_m, 200, 0);
    assert_near(limits.zone_exit_depth_m, 500, 0);
    assert_near(limits.zone_rest_m, 30, 0);
    assert_near(limits.zone_rest_kn, 0.5, 0);
    assert_int_equal(limits.zone_rest_ms, 3600000);
    assert_int_equal(limits.zone_lost_ms, 3600000);
    assert_int_equal(limits.zone_possible_ms, 7200000);
    assert_int_equal(limits.zone_dwell_fresh_ms, 7200000);
    assert_near(limits.approach_min_kn, 1, 0);
    assert_near(limits.gap_nearby_m, 30 * 1852.0, 1e-9);
    assert_int_equal(limits.slow_tick_ms, 600000);
    assert_int_equal(limits.slow_bridge_ms, 7200000);
    assert_near(limits.slow_kn, 2, 0);
    assert_int_equal(limits.slow_fast, 3);
    assert_near(limits.slow_port_m, 10000, 0);
    assert_near(limits.meet_within_m, 500, 0);
    assert_int_equal(limits.meet_seen, 6);
    assert_int_equal(limits.meet_unheard_ms, 43200000);
    assert_near(limits.meet_crowd_m, 2000, 0);
}

/* --- types --- */

/* ITU-R M.1371-5, table 53 (annex 8): first digit, second digit, special craft. */
static void test_types(void **state)
{
    /* clang-format off */
    static const struct { int low, high; const char *name; } rows[] = {
        {1, 19, "other"},    {20, 29, "other"},          {30, 30, "fishing"},   {31, 32, "tug"},
        {33, 33, "dredger"}, {34, 34, "diving"},         {35, 35, "military"},  {36, 36, "sailing"},
        {37, 37, "pleasure"}, {38, 39, "other"},         {40, 49, "high-speed"}, {50, 50, "pilot"},
        {51, 51, "sar"},     {52, 52, "tug"},            {53, 53, "port-tender"}, {54, 54, "other"},
        {55, 55, "law-enforcement"}, {56, 59, "other"},  {60, 69, "passenger"}, {70, 79, "cargo"},
        {80, 89, "tanker"},  {90, 255, "other"},
    };
    /* clang-format on */
    assert_int_equal(vessel_type_of(0), -1);
    int next = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(rows[i].low, next);
        for (int type = rows[i].low; type <= rows[i].high; type++)
            assert_string_equal(vessel_type_names[vessel_type_of((uint8_t)type)],
                                rows[i].name);
        next = rows[i].high + 1;
    }
    assert_int_equal(next, 256);
}

/* --- filters --- */

struct ship {
    uint32_t mmsi;
    uint8_t type;
    uint16_t length_m;
    const char *tag; /* NULL: not watched; "": watched without tags */
};

static bool matches(const struct vessel_filter *f, struct ship ship)
{
    static char none[] = "";
    char tag[16] = "";
    char *tags[] = {tag};
    struct vessel_static info;
    struct watch_entry entry = {
        .id = none, .name = none, .callsign = none, .note = none, .tags = tags};
    vessel_static_init(&info);
    info.ship_type = ship.type;
    info.length_m = ship.length_m;
    if (ship.tag != NULL)
        strcpy(tag, ship.tag);
    entry.tag_count = tag[0] != '\0';
    struct rule_subject s = {
        .mmsi = ship.mmsi, .info = &info, .watch = ship.tag != NULL ? &entry : NULL};
    return vessel_filter_matches(f, &s);
}

#define KOREA 440000001u
#define DPRK 445000001u

static void test_filters(void **state)
{
    static char kp[] = "KP", un[] = "un1718", ferry[] = "ferry";
    static char *flags[] = {kp}, *tags[] = {un, ferry};
    struct vessel_filter all = {0}, watched = {.is_watched_only = true};
    struct vessel_filter big = {.type_mask = 1u << VESSEL_CARGO | 1u << VESSEL_TANKER,
                                .min_length_m = 50};
    struct vessel_filter flag = {.flags = flags, .flag_count = 1};
    struct vessel_filter tag = {.tags = tags, .tag_count = 2};
    static const struct ship plain = {KOREA, 0, 0, NULL};
    assert_true(matches(&all, plain));
    assert_false(matches(&watched, plain));
    assert_true(matches(&watched, (struct ship){KOREA, 0, 0, ""}));
    assert_true(matches(&big, plain)); /* unknown type and length are included */
    assert_true(matches(&big, (struct ship){KOREA, 70, 50, NULL}));
    assert_false(matches(&big, (struct ship){KOREA, 70, 49, NULL}));
    assert_true(matches(&big, (struct ship){KOREA, 89, 0, NULL}));
    assert_false(matches(&big, (struct ship){KOREA, 60, 0, NULL}));
    assert_true(matches(&big, (struct ship){KOREA, 0, 200, NULL}));
    assert_false(matches(&big, (struct ship){KOREA, 0, 20, NULL}));
    assert_true(matches(&flag, (struct ship){DPRK, 0, 0, NULL}));
    assert_false(matches(&flag, plain));
    assert_false(matches(&tag, plain));
    assert_false(matches(&tag, (struct ship){KOREA, 0, 0, ""}));
    assert_true(matches(&tag, (struct ship){KOREA, 0, 0, "un1718"}));
    assert_true(matches(&tag, (struct ship){KOREA, 0, 0, "ferry"}));
    assert_false(matches(&tag, (struct ship){KOREA, 0, 0, "desk"}));
}

static void test_exceptions(void **state)
{
    static char kp[] = "KP", ferry[] = "ferry";
    static char *flags[] = {kp}, *tags[] = {ferry};
    struct vessel_filter not_ferry = {.tags = tags, .tag_count = 1};
    struct vessel_filter not_tanker = {.type_mask = 1u << VESSEL_TANKER};
    struct vessel_filter not_big = {.min_length_m = 100};
    struct vessel_filter not_dprk_cargo = {
        .flags = flags, .flag_count = 1, .type_mask = 1u << VESSEL_CARGO};
    struct vessel_filter f = {.except = &not_ferry};
    assert_true(matches(&f, (struct ship){KOREA, 0, 0, NULL}));
    assert_false(matches(&f, (struct ship){KOREA, 0, 0, "ferry"}));
    f.except = &not_tanker; /* unknown does not exclude */
    assert_true(matches(&f, (struct ship){KOREA, 0, 0, NULL}));
    assert_false(matches(&f, (struct ship){KOREA, 80, 0, NULL}));
    f.except = &not_big;
    assert_true(matches(&f, (struct ship){KOREA, 0, 0, NULL}));
    assert_true(matches(&f, (struct ship){KOREA, 0, 99, NULL}));
    assert_false(matches(&f, (struct ship){KOREA, 0, 100, NULL}));
    f.except = &not_dprk_cargo; /* either excludes */
    assert_false(matches(&f, (struct ship){DPRK, 70, 0, NULL}));
    assert_false(matches(&f, (struct ship){KOREA, 70, 0, NULL}));
    assert_false(matches(&f, (struct ship){DPRK, 80, 0, NULL}));
    assert_false(matches(&f, (struct ship){DPRK, 0, 0, NULL}));
    assert_true(matches(&f, (struct ship){KOREA, 80, 0, NULL}));
    assert_true(matches(&f, (struct ship){KOREA, 0, 0, NULL}));
}

/* --- raising --- */

static int count(void *context, const struct rule_look *look, const struct finding *f)
{
    (void)look;
    (void)f;
    ++*(int *)context;
    return 0;
}

static void test_raise(void **state)
{
    int raised = 0;
    struct rule rule = {.events = 1u << 1};
    struct rule_look look = {
        .rule = &rule, .is_covered = true, .raise = count, .context = &raised};
    struct finding f = {.event = 0};
    assert_int_equal(rule_raise(&look, &f), 0);
    assert_int_equal(raised, 0); /* not wanted */
    f.event = 1;
    assert_int_equal(rule_raise(&look, &f), 0);
    assert_int_equal(raised, 1);
    look.is_covered = false;
    assert_int_equal(rule_raise(&look, &f), 0);
    assert_int_equal(raised, 1);
}

static void test_at_start(void **state)
{
    struct watch_entry entry = {0};
    static const struct {
        enum rule_at_start at_start;
        bool watched, other;
    } rows[] = {{RULE_AT_START_WATCHED, true, false},
                {RULE_AT_START_ALL, true, true},
                {RULE_AT_START_NONE, false, false}};
    for (size_t i = 0; i < 3; i++) {
        struct rule rule = {.at_start = (uint8_t)rows[i].at_start};
        struct rule_subject s = {.watch = &entry};
        struct rule_look look = {.rule = &rule, .subject = &s};
        assert_int_equal(rule_tells_at_start(&look), rows[i].watched);
        s.watch = NULL;
        assert_int_equal(rule_tells_at_start(&look), rows[i].other);
    }
}

static void test_zones(void **state)
{
    static uint32_t items[] = {2, 3, 7, 100};
    struct rule_zones all = {NULL, 0}, some = {items, 4}, none = {items, 0};
    assert_true(rule_zones_has(&all, 5));
    for (uint32_t i = 0; i < 110; i++)
        assert_int_equal(rule_zones_has(&some, i),
                         i == 2 || i == 3 || i == 7 || i == 100);
    assert_false(rule_zones_has(&none, 2));
}

TEST_MAIN(NULL, NULL, TEST(test_planted_faults), TEST(test_kinds), TEST(test_initials),
          TEST(test_defaults), TEST(test_types), TEST(test_filters),
          TEST(test_exceptions), TEST(test_raise), TEST(test_at_start), TEST(test_zones))
