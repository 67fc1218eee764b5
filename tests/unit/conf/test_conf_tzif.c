/* SPDX-License-Identifier: Apache-2.0 */
/* Time zone files. The expectations are the C library's: localtime_r under TZ. */
#define _GNU_SOURCE /* tm_gmtoff */
#include "lib/testlib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/shell/conf/conf_int.h"
#include "lookout/base/timefmt.h"

static void zone_finish(struct engine_timezone *z)
{
    free(z->begin_ms);
    free(z->offset_s);
    free(z->abbreviation);
}

static size_t at(const struct engine_timezone *z, int64_t t_ms)
{
    size_t i = 0;
    while (i + 1 < z->count && z->begin_ms[i + 1] <= t_ms)
        i++;
    return i;
}

static void compare(const struct engine_timezone *z, const char *tz, int last_year)
{
    int64_t end =
        time_from_parts(&(struct time_parts){.year = last_year, .month = 1, .day = 1});
    setenv("TZ", tz, 1);
    tzset();
    for (int64_t t = 0; t < end; t += 7 * HOUR_MS + 13 * MINUTE_MS) {
        time_t seconds = (time_t)(t / 1000);
        struct tm tm;
        localtime_r(&seconds, &tm);
        size_t i = at(z, t);
        if (z->offset_s[i] != tm.tm_gmtoff ||
            strncmp(z->abbreviation[i], tm.tm_zone, 7) != 0)
            fail_msg("%s at %lld: %d %s, not %ld %s", tz, (long long)t, z->offset_s[i],
                     z->abbreviation[i], tm.tm_gmtoff, tm.tm_zone);
    }
    unsetenv("TZ");
    tzset();
}

static void test_system_zones(void **state)
{
    static const char *const zones[] = {
        "Asia/Seoul",        "Europe/Oslo",
        "America/New_York",  "Australia/Lord_Howe",
        "Asia/Pyongyang",    "America/St_Johns",
        "Africa/Casablanca", "UTC",
        "Asia/Kathmandu",    "Pacific/Kiritimati",
        "America/Sao_Paulo", "Europe/Dublin",
    };
    (void)state;
    for (size_t i = 0; i < CONF_COUNT(zones); i++) {
        char path[100];
        size_t n = 0;
        struct engine_timezone z = {0};
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zones[i]);
        char *bytes = test_read_file(path, &n);
        if (bytes == NULL)
            test_skip("no tzdata");
        assert_int_equal(conf_tzif_read((unsigned char *)bytes, n, &z), 0);
        assert_true(z.begin_ms[0] == TIME_NONE);
        for (size_t k = 1; k < z.count; k++)
            assert_true(z.begin_ms[k] > z.begin_ms[k - 1]);
        compare(&z, zones[i], 2090);
        zone_finish(&z);
        free(bytes);
    }
}

/* A version 2 file of one type, no transition, and a rule: what `zic -b slim` writes for
 * a zone that never changed its ways. */
static size_t slim_file(const char *rule, unsigned char *out)
{
    static const unsigned char head[44] = {'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4};
    static const unsigned char body[10] = {0, 0, 0, 0, 0, 0, 'L', 'M', 'T', 0};
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        memcpy(out + n, head, sizeof head);
        memcpy(out + n + sizeof head, body, sizeof body);
        n += sizeof head + sizeof body;
    }
    return n + (size_t)sprintf((char *)out + n, "\n%s\n", rule);
}

static void test_rules(void **state)
{
    static const char *const rules[] = {
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "EST5EDT,M3.2.0,M11.1.0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "NZST-12NZDT,M9.5.0,M4.1.0/3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "XXX3YYY,J60/0,J300/24",
        "XXX3YYY2:30,59,299/-1",
        "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
    };
    (void)state;
    for (size_t i = 0; i < CONF_COUNT(rules); i++) {
        unsigned char file[256];
        struct engine_timezone z = {0};
        size_t n = slim_file(rules[i], file);
        assert_int_equal(conf_tzif_read(file, n, &z), 0);
        assert_true(z.count > 200);
        z.offset_s[0] = z.offset_s[2]; /* before the first change the rule holds too */
        memcpy(z.abbreviation[0], z.abbreviation[2], 8);
        compare(&z, rules[i], 2100);
        zone_finish(&z);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    unsigned char file[256];
    struct engine_timezone z = {0};
    size_t n = slim_file("CET-1CEST,M3.5.0,M10.5.0/3", file);
    for (size_t cut = 0; cut < 108; cut++)
        assert_int_equal(conf_tzif_read(file, cut, &z), ERR_CORRUPT);
    struct test_random random = {.state = 7};
    for (int round = 0; round < 20000; round++) {
        unsigned char copy[256];
        memcpy(copy, file, n);
        for (int k = 0; k < 3; k++)
            copy[test_random_below(&random, n)] =
                (unsigned char)test_random_next(&random);
        int code = conf_tzif_read(copy, n, &z);
        assert_true(code == 0 || code == ERR_CORRUPT);
        if (code == 0)
            zone_finish(&z);
        memset(&z, 0, sizeof z);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_zones),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
