/* SPDX-License-Identifier: Apache-2.0 */
/* Packs of fixes. What must come back is what went in, to the resolution that the header
 * names; the bounds of size are what 60 MB a day for 10,000 ships leaves of a fix. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/time.h"
#include "lookout/track/fix_pack.h"

enum { HOUR = 475000, FIXES = 400 };

static struct test_random dice;
static uint64_t throw_dice(uint64_t sides)
{
    return test_random_below(&dice, sides);
}

static void begin_dice(void)
{
    const char *given = getenv("LOOKOUT_SEED");
    dice.state = given != NULL ? strtoull(given, NULL, 10) : 17;
    print_message("# seed %llu\n", (unsigned long long)dice.state);
}

static void add_all(struct fix_pack *p, const struct fix_pack_fix *fixes, size_t n,
                    struct buf *out)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(fix_pack_add(p, &fixes[i], out), 0);
}

static void assert_same_fix(const struct fix_pack_fix *given,
                            const struct fix_pack_fix *read)
{
    struct track_fix f = given->fix;
    fix_pack_round(&f);
    assert_int_equal(read->track, given->track);
    assert_true(read->fix.time_ms == f.time_ms);
    assert_int_equal(read->fix.pos.lat_e7, f.pos.lat_e7);
    assert_int_equal(read->fix.pos.lon_e7, f.pos.lon_e7);
    assert_int_equal(read->fix.has, f.has);
    assert_int_equal(read->fix.sog_dkn, f.sog_dkn);
    assert_int_equal(read->fix.cog_ddeg, f.cog_ddeg);
    assert_int_equal(read->fix.heading_deg, f.heading_deg);
    assert_int_equal(read->fix.nav_status, f.nav_status);
}

static size_t read_all(const struct buf *pack, struct fix_pack_fix *ret_fixes,
                       bool *ret_failed)
{
    struct fix_pack p;
    size_t n = 0;
    fix_pack_begin(&p, HOUR, pack->data, pack->length);
    while (fix_pack_next(&p, &ret_fixes[n]))
        n++;
    *ret_failed = p.failed;
    return n;
}

/* Anything that a track may take, in any order of time. */
static void make_any_fixes(struct fix_pack_fix *fixes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fixes[i] = (struct fix_pack_fix){
            .track = 1 + (uint32_t)throw_dice(3),
            .fix = {.time_ms = HOUR * HOUR_MS + (int64_t)throw_dice((uint64_t)HOUR_MS),
                    .pos = {.lat_e7 = (int32_t)throw_dice(1800000001) - 900000000,
                            .lon_e7 =
                                (int32_t)((int64_t)throw_dice(3600000001) - 1800000000)},
                    .has = (uint8_t)throw_dice(32),
                    .sog_dkn = (uint16_t)throw_dice(1024),
                    .cog_ddeg = (uint16_t)throw_dice(3600),
                    .heading_deg = (uint16_t)throw_dice(360),
                    .nav_status = (uint8_t)throw_dice(16),
                    .source = (uint16_t)throw_dice(9)}};
}

/* A ship under way, or at rest, that is heard at regular times with the jitter of a
 * receiver. */
static void make_ship(struct fix_pack_fix *fixes, size_t n, int64_t every_ms,
                      bool is_moving)
{
    int64_t lat = 345000000, lon = 1277000000, cog = 600;
    for (size_t i = 0; i < n; i++) {
        int64_t jitter_ms = (int64_t)throw_dice(10000);
        fixes[i] = (struct fix_pack_fix){
            .track = 1,
            .fix = {.time_ms = HOUR * HOUR_MS + (int64_t)i * every_ms + jitter_ms,
                    .pos = {.lat_e7 = (int32_t)lat, .lon_e7 = (int32_t)lon},
                    .has = FIX_SOG | FIX_COG | FIX_HEADING | FIX_NAV_STATUS,
                    .sog_dkn =
                        (uint16_t)(is_moving ? 118 + throw_dice(5) : throw_dice(3)),
                    .cog_ddeg = (uint16_t)(is_moving ? cog : (int64_t)throw_dice(3600)),
                    .heading_deg = 60,
                    .nav_status = is_moving ? 0 : 5}};
        cog += (int64_t)throw_dice(41) - 20;
        /* 12 kn are 6.2 m/s: 3.3e-5 and 5e-5 degree a second. */
        lat += is_moving ? 280 * every_ms / 1000 : (int64_t)throw_dice(801) - 400;
        lon += is_moving ? 580 * every_ms / 1000 : (int64_t)throw_dice(801) - 400;
    }
}

static void test_comes_back(void **state)
{
    static struct fix_pack_fix fixes[FIXES], read[FIXES + 1];
    begin_dice();
    for (int round = 0; round < 200; round++) {
        struct buf pack = {0};
        struct fix_pack p;
        bool failed = true;
        size_t n = 1 + throw_dice(FIXES);
        if (round % 3 == 0)
            make_any_fixes(fixes, n);
        else
            make_ship(fixes, n, HOUR_MS / FIXES - 10000 / FIXES, round % 3 == 1);
        fix_pack_begin(&p, HOUR, NULL, 0);
        add_all(&p, fixes, n, &pack);
        assert_int_equal(read_all(&pack, read, &failed), n);
        assert_false(failed);
        for (size_t i = 0; i < n; i++)
            assert_same_fix(&fixes[i], &read[i]);
        buf_finish(&pack);
    }
}

/* A place that AIS sends comes back to the last bit: ITU-R M.1371-5, table 47, 1/10,000
 * minute. */
static void test_places_of_ais(void **state)
{
    static const int32_t e7[] = {0, 17, 33, 50, -17, -50, 900000000, -900000000};
    for (size_t i = 0; i < sizeof e7 / sizeof e7[0]; i++) {
        struct track_fix fix = {.pos = {.lat_e7 = e7[i], .lon_e7 = 2 * e7[i]}};
        fix_pack_round(&fix);
        assert_int_equal(fix.pos.lat_e7, e7[i]);
    }
    struct track_fix fix = {.time_ms = 1999, .pos = {.lat_e7 = 8, .lon_e7 = 9}};
    fix_pack_round(&fix);
    assert_int_equal(fix.pos.lat_e7, 0);
    assert_int_equal(fix.pos.lon_e7, 17);
    assert_int_equal(fix.time_ms, 1000);
}

/* Added in parts, each to the pack as it was read again: the same bytes. */
static void test_added_in_parts(void **state)
{
    static struct fix_pack_fix fixes[FIXES];
    struct buf whole = {0}, parts = {0};
    struct fix_pack p;
    begin_dice();
    make_any_fixes(fixes, FIXES / 2);
    make_ship(fixes + FIXES / 2, FIXES / 2, 9000, true);
    fix_pack_begin(&p, HOUR, NULL, 0);
    add_all(&p, fixes, FIXES, &whole);
    for (size_t at = 0; at < FIXES;) {
        struct fix_pack_fix last;
        size_t n = 1 + throw_dice(9);
        n = n < FIXES - at ? n : FIXES - at;
        fix_pack_begin(&p, HOUR, parts.data, parts.length);
        while (fix_pack_next(&p, &last))
            ;
        assert_false(p.failed);
        assert_int_equal(p.count, at);
        add_all(&p, fixes + at, n, &parts);
        at += n;
    }
    assert_int_equal(parts.length, whole.length);
    assert_memory_equal(parts.data, whole.data, whole.length);
    buf_finish(&whole);
    buf_finish(&parts);
}

static void test_cut_anywhere(void **state)
{
    static struct fix_pack_fix fixes[50], read[51];
    struct buf pack = {0};
    struct fix_pack p;
    size_t ends[51] = {0}, whole = 0, damaged = 0;
    begin_dice();
    make_any_fixes(fixes, 50);
    fix_pack_begin(&p, HOUR, NULL, 0);
    for (size_t i = 0; i < 50; i++) {
        add_all(&p, &fixes[i], 1, &pack);
        ends[i + 1] = pack.length;
    }
    for (size_t length = 0; length <= pack.length; length++) {
        /* Its own memory: reading beyond it is found. */
        char *bytes = malloc(length + 1);
        assert_non_null(bytes);
        memcpy(bytes, pack.data, length);
        bytes = realloc(bytes, length != 0 ? length : 1);
        const struct buf cut = {.data = bytes, .length = length};
        bool failed = false;
        while (whole < 50 && ends[whole + 1] <= length)
            whole++;
        assert_int_equal(read_all(&cut, read, &failed), whole);
        assert_int_equal(failed, length > 1 && ends[whole] != length);
        damaged += failed;
        for (size_t i = 0; i < whole; i++)
            assert_same_fix(&fixes[i], &read[i]);
        free(bytes);
    }
    assert_true(damaged > 100);
    buf_finish(&pack);
}

/* Whatever stands there: no more than its bytes are read, each fix is of the hour and on
 * the earth. */
static void test_other_bytes(void **state)
{
    static struct fix_pack_fix fixes[20], read[4096];
    size_t refused = 0;
    begin_dice();
    for (int round = 0; round < 20000; round++) {
        struct buf pack = {0};
        struct fix_pack p;
        bool failed = false;
        make_any_fixes(fixes, 20);
        fix_pack_begin(&p, HOUR, NULL, 0);
        add_all(&p, fixes, round % 4 == 0 ? 20 : 2, &pack);
        for (uint64_t k = 1 + throw_dice(4); k > 0; k--)
            pack.data[throw_dice(pack.length)] = (char)throw_dice(256);
        size_t n = read_all(&pack, read, &failed);
        refused += failed;
        for (size_t i = 0; i < n; i++) {
            assert_true(fix_pack_hour(read[i].fix.time_ms) == HOUR);
            assert_in_range(read[i].fix.pos.lat_e7 + 900000000, 0, 1800000000);
            assert_true(read[i].fix.pos.lon_e7 >= -1800000000 &&
                        read[i].fix.pos.lon_e7 <= 1800000000);
        }
        buf_finish(&pack);
    }
    assert_true(refused > 5000);
    static const unsigned char other[] = {2, 1, 0, 0, 1};
    const struct buf newer = {.data = (char *)(uintptr_t)other, .length = sizeof other};
    bool failed = false;
    assert_int_equal(read_all(&newer, read, &failed), 0);
    assert_true(failed);
}

/* A ship under way and one at rest, heard every 5 min and every 10 s. */
static void test_sizes(void **state)
{
    static const struct {
        int64_t every_ms;
        bool is_moving;
        size_t most; /* bytes a fix */
    } rows[] = {{300000, true, 11}, {300000, false, 10}, {10000, true, 9}};
    static struct fix_pack_fix fixes[360];
    begin_dice();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf pack = {0};
        struct fix_pack p;
        size_t n = (size_t)(HOUR_MS / rows[i].every_ms) - 1;
        make_ship(fixes, n, rows[i].every_ms, rows[i].is_moving);
        fix_pack_begin(&p, HOUR, NULL, 0);
        add_all(&p, fixes, n, &pack);
        print_message("# %zu fixes: %.1f bytes each\n", n,
                      (double)pack.length / (double)n);
        assert_in_range(pack.length, n, n * rows[i].most + 1);
        buf_finish(&pack);
    }
}

static void test_other_hour(void **state)
{
    struct buf pack = {0};
    struct fix_pack p;
    const struct fix_pack_fix late = {.track = 1,
                                      .fix = {.time_ms = (HOUR + 1) * HOUR_MS}};
    fix_pack_begin(&p, HOUR, NULL, 0);
    assert_int_equal(fix_pack_add(&p, &late, &pack), ERR_INVALID);
    assert_int_equal(pack.length, 0);
    assert_true(p.failed);
    assert_true(fix_pack_hour(-1) == -1);
    assert_true(fix_pack_hour(HOUR_MS - 1) == 0);
    buf_finish(&pack);
}

TEST_MAIN(NULL, NULL, TEST(test_comes_back), TEST(test_places_of_ais),
          TEST(test_added_in_parts), TEST(test_cut_anywhere), TEST(test_other_bytes),
          TEST(test_sizes), TEST(test_other_hour))
