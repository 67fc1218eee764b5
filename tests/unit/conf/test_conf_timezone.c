/* SPDX-License-Identifier: Apache-2.0 */
/* The table of offsets of `timezone` equals what the system's zone files say, by
 * zdump(8) of tzdata and by localtime_r. Two loads at a time do not disturb each other.
 */
#define _GNU_SOURCE /* tm_gmtoff */
#include "lib/conf_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/shell/conf/conf_int.h"
#include "lookout/base/time.h"

static struct conf *load_zone(const char *name)
{
    char text[100];
    snprintf(text, sizeof text, "timezone: %s\n", name);
    return conf_fixture_good(text);
}

static size_t index_at(const struct engine_timezone *z, int64_t t_ms)
{
    size_t i = 0;
    while (i + 1 < z->count && z->begin_ms[i + 1] <= t_ms)
        i++;
    return i;
}

static void compare_with_localtime(const struct engine_timezone *z, const char *name)
{
    int64_t end =
        time_from_parts(&(struct time_parts){.year = 2100, .month = 1, .day = 1});
    setenv("TZ", name, 1);
    tzset();
    for (int64_t t = 0; t < end; t += 7 * HOUR_MS + 13 * MINUTE_MS) {
        time_t seconds = (time_t)(t / 1000);
        struct tm tm;
        localtime_r(&seconds, &tm);
        size_t i = index_at(z, t);
        if (z->offset_s[i] != tm.tm_gmtoff ||
            strncmp(z->abbreviation[i], tm.tm_zone, 7) != 0)
            fail_msg("%s at %lld: %d %s, not %ld %s", name, (long long)t, z->offset_s[i],
                     z->abbreviation[i], tm.tm_gmtoff, tm.tm_zone);
    }
    unsetenv("TZ");
    tzset();
}

static void test_system_zones(void **state)
{
    static const char *const zones[] = {
        "Asia/Seoul",
        "Europe/Oslo",
        "America/New_York",
        "Asia/Pyongyang",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "America/Boa_Vista",
        "Asia/Gaza",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "Europe/Dublin",
        "UTC",
    };
    for (size_t i = 0; i < CONF_COUNT(zones); i++) {
        struct conf *conf = load_zone(zones[i]);
        const struct engine_timezone *z = &conf->engine.timezone;
        assert_string_equal(z->name, zones[i]);
        assert_true(z->begin_ms[0] == TIME_NONE);
        for (size_t k = 1; k < z->count; k++)
            assert_true(z->begin_ms[k] > z->begin_ms[k - 1]);
        compare_with_localtime(z, zones[i]);
        conf_destroy(conf);
    }
}

/* zdump -v -c 2014,2026 ZONE */
static void test_changes(void **state)
{
    static const struct {
        const char *zone;
        struct time_parts first; /* second at which the offset holds */
        int32_t before_s, after_s;
        const char *abbreviation;
    } rows[] = {
        {"Europe/Oslo", {2014, 3, 30, 1, 0, 0, 0}, 3600, 7200, "CEST"},
        {"Asia/Pyongyang", {2015, 8, 14, 15, 0, 0, 0}, 32400, 30600, "KST"},
        {"Africa/Casablanca", {2014, 3, 30, 2, 0, 0, 0}, 0, 3600, "+01"},
    };
    for (size_t i = 0; i < CONF_COUNT(rows); i++) {
        struct conf *conf = load_zone(rows[i].zone);
        const struct engine_timezone *z = &conf->engine.timezone;
        int64_t t = time_from_parts(&rows[i].first);
        size_t at = index_at(z, t);
        assert_int_equal(z->begin_ms[at], t);
        assert_int_equal(z->offset_s[at], rows[i].after_s);
        assert_int_equal(z->offset_s[at - 1], rows[i].before_s);
        assert_string_equal(z->abbreviation[at], rows[i].abbreviation);
        conf_destroy(conf);
    }
}

static void test_unknown(void **state)
{
    static const char *const names[] = {"Asia/Soeul",    "asia/seoul",     "Asia",
                                        "../etc/passwd", "/etc/localtime", "tzdata.zi",
                                        "CET-1CEST",     "Asia/Seoul/x"};
    for (size_t i = 0; i < CONF_COUNT(names); i++) {
        char text[100];
        snprintf(text, sizeof text, "timezone: %s\n", names[i]);
        char *lines = conf_fixture_lines(text, ERR_INVALID);
        assert_has(lines, "there is no time zone '");
        assert_has(lines, "(accepted: a name of the IANA time zone database, such as "
                          "Asia/Seoul)");
        if (i == 0)
            assert_has(lines, "did you mean 'Asia/Seoul'?");
        free(lines);
    }
}

/* The local time of the process itself does not change. */
static void test_restored(void **state)
{
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    conf_destroy(load_zone("Europe/Oslo"));
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    assert_int_equal(timezone, -32400); /* seconds west: UTC+9 */
    unsetenv("TZ");
    tzset();
}

struct load {
    const char *zone;
    int32_t offset_s; /* expected in winter */
    int wrong;
};

static void *load_often(void *context)
{
    struct load *load = context;
    char text[100];
    snprintf(text, sizeof text, "timezone: %s\n", load->zone);
    for (int i = 0; i < 10; i++) {
        struct conf *conf = NULL;
        struct conf_report report;
        int rc = conf_fixture_load(text, &conf, &report);
        const struct engine_timezone *z = rc == 0 ? &conf->engine.timezone : NULL;
        /* 2024-01-01T00:00:00Z */
        load->wrong +=
            rc != 0 || z->offset_s[index_at(z, INT64_C(1704067200000))] != load->offset_s;
        conf_report_finish(&report);
        conf_destroy(conf);
    }
    return NULL;
}

static void test_two_at_a_time(void **state)
{
    struct load loads[] = {{"Europe/Oslo", 3600, 0}, {"Asia/Seoul", 32400, 0}};
    pthread_t threads[CONF_COUNT(loads)];
    for (size_t i = 0; i < CONF_COUNT(loads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load_often, &loads[i]), 0);
    for (size_t i = 0; i < CONF_COUNT(loads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(loads[i].wrong, 0);
    }
}

int main(void)
{
    if (access("/usr/share/zoneinfo/Europe/Oslo", R_OK) != 0) {
        puts("1..1\nok 1 # skipped: no time zone database (tzdata)");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_zones),  cmocka_unit_test(test_changes),
        cmocka_unit_test(test_unknown),       cmocka_unit_test(test_restored),
        cmocka_unit_test(test_two_at_a_time),
    };
    return cmocka_run_group_tests(tests, conf_fixture_set_up, conf_fixture_tear_down);
}
