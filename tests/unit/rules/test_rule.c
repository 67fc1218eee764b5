/* SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of rule share: the table of kinds, which vessels a rule means, what is
 * raised, what is told of ships that were there when first heard. */
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_run.h"

/* --- the table --- */

/* Names and default severities as the contract lists them: sections 3 and 6. */
static void test_kinds(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *kind, *event, *type; enum severity severity; } rows[] = {
        {"route",     "progress", "route.progressed", SEVERITY_WARNING},
        {"route",     "match",    "route.matched",    SEVERITY_WARNING},
        {"route",     "forecast", "route.forecast",   SEVERITY_WARNING},
        {"route",     "lapse",    "route.lapsed",     SEVERITY_INFO},
        {"zone",      "enter",    "zone.entered",     SEVERITY_WARNING},
        {"zone",      "exit",     "zone.exited",      SEVERITY_INFO},
        {"zone",      "approach", "zone.approached",  SEVERITY_WARNING},
        {"zone",      "dwell",    "zone.dwelled",     SEVERITY_WARNING},
        {"zone",      "lost",     "zone.lost",        SEVERITY_WARNING},
        {"gate",      "cross",    "gate.crossed",     SEVERITY_INFO},
        {"port_call", "enter",    "port.entered",     SEVERITY_INFO},
        {"port_call", "arrive",   "port.arrived",     SEVERITY_INFO},
        {"port_call", "depart",   "port.departed",    SEVERITY_INFO},
        {"port_call", "leave",    "port.left",        SEVERITY_INFO},
        {"voyage",    "complete", "voyage.completed", SEVERITY_INFO},
        {"sighted",   "sight",    "vessel.sighted",   SEVERITY_INFO},
        {"gap",       "start",    "gap.started",      SEVERITY_WARNING},
        {"gap",       "end",      "gap.ended",        SEVERITY_WARNING},
    };
    /* clang-format on */
    size_t seen = 0;
    for (size_t k = 0; rule_kinds[k] != NULL; k++) {
        const struct rule_kind *kind = rule_kinds[k];
        assert_ptr_equal(rule_kind_find(kind->name), kind);
        assert_true(kind->event_count <= RULE_EVENTS_MAX);
        assert_non_null(kind->hooks);
        assert_non_null(kind->doc);
        /* state that is kept can be saved, loaded and freed */
        assert_int_equal(kind->hooks->save != NULL, kind->hooks->load != NULL);
        assert_int_equal(kind->hooks->save != NULL, kind->hooks->forget != NULL);
        assert_int_equal(kind->hooks->deadline != NULL, kind->hooks->on_time != NULL);
        for (uint32_t e = 0; e < kind->event_count; e++, seen++) {
            assert_string_equal(kind->name, rows[seen].kind);
            assert_string_equal(kind->events[e].name, rows[seen].event);
            assert_string_equal(kind->events[e].type, rows[seen].type);
            assert_int_equal(kind->events[e].severity, rows[seen].severity);
            const char *last = strrchr(kind->events[e].type, '.') + 1;
            assert_string_equal(kind->events[e].severity_key, last);
        }
    }
    assert_int_equal(seen, sizeof rows / sizeof rows[0]);
    assert_null(rule_kind_find("weather"));
    assert_string_equal(severity_name(SEVERITY_INFO), "info");
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
    assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
}

/* The contract's section 3, and the defaults of its section 5. */
static void test_defaults(void **state)
{
    (void)state;
    struct rule rule = {0};
    rule_kind_find("route")->set_defaults(&rule);
    assert_int_equal(rule.within_ms, INT64_C(30) * 86400000);
    assert_int_equal(rule.leg_ms, INT64_C(10) * 86400000);
    assert_int_equal(rule.min_confidence, 2);
    assert_int_equal(rule.forecast, RULE_FORECAST_LAST);
    rule_kind_find("zone")->set_defaults(&rule);
    assert_int_equal(rule.approach_within_ms, 3600000);
    assert_near(rule.approach_or_m, 18520, 1e-9);
    assert_int_equal(rule.dwell_ms, 0);
    struct detect_limits limits = detect_limits_default();
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
}

/* --- types --- */

/* ITU-R M.1371-5, table 53 (annex 8): first digit, second digit, special craft. */
static void test_types(void **state)
{
    (void)state;
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
    (void)state;
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
    (void)state;
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
    f.except = &not_dprk_cargo; /* both at once */
    assert_false(matches(&f, (struct ship){DPRK, 70, 0, NULL}));
    assert_true(matches(&f, (struct ship){KOREA, 70, 0, NULL}));
    assert_true(matches(&f, (struct ship){DPRK, 80, 0, NULL}));
    assert_true(matches(&f, (struct ship){DPRK, 0, 0, NULL}));
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
    (void)state;
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
    (void)state;
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

static void test_index(void **state)
{
    (void)state;
    static const uint32_t list[] = {2, 3, 7, 100};
    assert_true(rule_has_index(NULL, 0, 5));
    for (uint32_t i = 0; i < 110; i++)
        assert_int_equal(rule_has_index(list, 4, i),
                         i == 2 || i == 3 || i == 7 || i == 100);
    assert_false(rule_has_index(list, 0, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_types),      cmocka_unit_test(test_filters),
        cmocka_unit_test(test_exceptions), cmocka_unit_test(test_raise),
        cmocka_unit_test(test_at_start),   cmocka_unit_test(test_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
