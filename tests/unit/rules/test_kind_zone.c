/* SPDX-License-Identifier: Apache-2.0 */
/* Zone and gate rules at unusual sizes: long ids, many nested zones, many neighbouring
 * zones. Also tested: false jumps. */
#include <stdio.h>
#include <string.h>

#include "lib/enginerun.h"

#define A 440000001u
#define YAML(rule) "site: test\nzones: [zones.geojson]\nrules:\n  - " rule "\n"

/* A collection of `count` features, each printed by `print`; owned by the caller. */
static char *collection(int count, int (*print)(struct buf *out, int i))
{
    struct buf out = {0};
    int rc = buf_add_text(&out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; rc == 0 && i < count; i++) {
        rc = i > 0 ? buf_add_char(&out, ',') : 0;
        rc = rc == 0 ? print(&out, i) : rc;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(buf_add_text(&out, "]}"), 0);
    return buf_take(&out);
}

static int print_square(struct buf *out, const char *id, double lat, double lon,
                        double half)
{
    return buf_printf(out,
                      "{\"type\":\"Feature\",\"properties\":{\"id\":\"%s\"},\"geometry\":"
                      "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],"
                      "[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}}",
                      id, lon - half, lat - half, lon + half, lat - half, lon + half,
                      lat + half, lon - half, lat + half, lon - half, lat - half);
}

static size_t count_told(const struct enginerun *r, const char *what)
{
    size_t n = 0;
    for (const char *at = buf_text(&r->told); (at = strstr(at, what)) != NULL; at++)
        n++;
    return n;
}

/* Ids of 200 bytes, the greatest length, that differ only in the last byte. */
static int print_alike(struct buf *out, int i)
{
    char id[201];
    snprintf(id, sizeof id, "%0199d%d", 0, i);
    if (i < 2)
        return print_square(out, id, 36, 126.5, 0.5);
    return buf_printf(out,
                      "{\"type\":\"Feature\",\"properties\":{\"id\":\"%s\"},\"geometry\":"
                      "{\"type\":\"LineString\",\"coordinates\":[[126,35],[126,37]]}}",
                      id);
}

static void test_long_ids(void **state)
{
    char *zones = collection(4, print_alike), ids[8][64];
    struct enginerun r;
    enginerun_init(&r, YAML("{id: z, when: zone}\n  - {id: g, when: gate}"), zones);
    enginerun_fix(&r, A, 0, 36, 125.9, 12);
    enginerun_fix(&r, A, 60, 36, 126.1, 12);
    size_t n = 0;
    for (const char *at = buf_text(&r.bodies); n < 8 && *at != '\0'; n++) {
        json_t *alert = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
        assert_non_null(alert);
        snprintf(ids[n], sizeof ids[n], "%s",
                 json_string_value(json_object_get(alert, "id")));
        json_decref(alert);
        at += strcspn(at, "\n") + 1;
    }
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    enginerun_finish(&r);
    free(zones);
}

enum { NESTED = 300 };
static int print_nested(struct buf *out, int i)
{
    char id[16];
    snprintf(id, sizeof id, "n%d", i);
    return print_square(out, id, 36, 126.5, 0.5 + 1e-6 * i);
}

static void test_many_zones_one_in_another(void **state)
{
    char *zones = collection(NESTED, print_nested);
    const char *yaml = YAML("{id: z, when: zone, at_start: all, events: [enter, exit]}");
    struct enginerun r;
    enginerun_init(&r, yaml, zones);
    enginerun_fix(&r, A, 0, 36, 126.5, 12);
    assert_int_equal(count_told(&r, "zone.entered"), NESTED);
    enginerun_restart(&r, yaml, zones);
    enginerun_fix(&r, A, 10, 36, 126.51, 12);
    enginerun_fix(&r, A, 400, 36, 125, 12);
    assert_int_equal(count_told(&r, "zone.exited"), NESTED);
    /* Just inside again: each zone waits for the second fix, which decides. */
    buf_clear(&r.told);
    enginerun_fix(&r, A, 700, 36, 125.99, 12);
    enginerun_fix(&r, A, 710, 36, 126.0005, 12); /* 45 to 72 m */
    assert_told_by(&r, "");
    enginerun_restart(&r, yaml, zones);
    enginerun_fix(&r, A, 720, 36, 126.0006, 12);
    assert_int_equal(count_told(&r, "zone.entered"), NESTED);
    /* Beyond 600 nautical miles, and back. */
    buf_clear(&r.told);
    enginerun_fix(&r, A, 6000, 15, 126.5, 12);
    assert_int_equal(count_told(&r, "zone.exited"), NESTED);
    enginerun_fix(&r, A, 12000, 36, 126.5, 12);
    assert_int_equal(count_told(&r, "zone.entered"), NESTED);
    enginerun_finish(&r);
    free(zones);
}

/* 20 columns of 20, 0.01 degree apart; the last one is the most eastern. */
enum { FIELD = 400 };
static int print_field(struct buf *out, int i)
{
    char id[16];
    snprintf(id, sizeof id, "f%d", i);
    return print_square(out, id, 36 + 0.01 * (i % 20), 126 + 0.01 * (i / 20), 0.002);
}

static void test_many_zones_near(void **state)
{
    char *zones = collection(FIELD, print_field);
    struct enginerun r;
    enginerun_init(&r, YAML("{id: z, when: zone, events: [approach]}"), zones);
    /* From the east, on the row of the 400th zone: within 10 nm of all zones. */
    for (int i = 0; i < 2; i++) {
        struct report report =
            enginerun_position(A, 5 * i, 36.19, 126.24 - 0.003 * i, 2, 270);
        enginerun_send(&r, &report);
    }
    assert_non_null(strstr(buf_text(&r.bodies), "\"id\":\"f399\""));
    /* Ahead in its row within 10 nm, 0.2054 degree at 36 N, of both fixes: those whose
     * eastern edge, 0.002 degree east of their middle, is at 126.0346 or more. */
    assert_int_equal(r.alerts, 16);
    enginerun_finish(&r);
    free(zones);
}

static int print_spoofed(struct buf *out, int i)
{
    if (i == 0)
        return print_square(out, "box", 36, 126.5, 0.5);
    if (i == 1)
        return print_square(out, "far", 30, 133.5, 2);
    return buf_printf(out, "{\"type\":\"Feature\",\"properties\":{\"id\":\"line\"},"
                           "\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
                           "[[130,20],[130,50]]}}");
}

/* A ship in the box is seen 511 nm away (36 N 126.3 E to 30 N 133.5 E by haversine),
 * beyond a gate and deep in another zone, and then where it was before: once, ten times
 * within half an hour, and ten times with its own fixes between. Nothing is told, and
 * each of them is counted. */
static void test_spoofed_jumps(void **state)
{
    static const struct {
        int fixes;
        double apart;
        bool is_mixed;
    } jumps[] = {{1, 5, false}, {10, 2.9, false}, {10, 2.9, true}};
    char *zones = collection(3, print_spoofed);
    for (size_t k = 0; k < sizeof jumps / sizeof jumps[0]; k++) {
        struct enginerun r;
        enginerun_init(
            &r, YAML("{id: z, when: zone, at_start: all}\n  - {id: g, when: gate}"),
            zones);
        double minute = 0;
        for (int i = 0; i < 10; i++, minute += 10)
            enginerun_fix(&r, A, minute, 36, 126.3 + 0.003 * i, 1);
        assert_told_by(&r, "z zone.entered 440000001 0; ");
        for (int i = 0; i < jumps[k].fixes; i++, minute += jumps[k].apart) {
            enginerun_fix(&r, A, minute, 30, 133.5 + 0.001 * i, 1);
            if (jumps[k].is_mixed)
                enginerun_fix(&r, A, minute + 1, 36, 126.33, 1);
        }
        for (int i = 0; i < 10; i++, minute += 10)
            enginerun_fix(&r, A, minute, 36, 126.331 + 0.003 * i, 1);
        assert_told_by(&r, "");
        assert_int_equal(engine_counts(r.engine)->implausible, jumps[k].fixes);
        enginerun_finish(&r);
    }
    free(zones);
}

TEST_MAIN(NULL, NULL, TEST(test_long_ids), TEST(test_many_zones_one_in_another),
          TEST(test_many_zones_near), TEST(test_spoofed_jumps))
