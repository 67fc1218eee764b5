/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/track/vessel.h"

/* The ships are invented; their IMO numbers only pass the check digit. */
#define IMO_A 9999993u
#define IMO_B 9999981u

static struct watch_entry row(const char *id, uint32_t imo, uint32_t mmsi,
                              const char *callsign, const char *name)
{
    struct watch_entry e = {.imo = imo, .mmsi = mmsi};
    e.id = strdup(id);
    e.callsign = strdup(callsign);
    e.name = strdup(name);
    return e;
}

static void add(struct watch *w, struct watch_entry e, const char *tag)
{
    char *tags[1] = {strdup(tag)};
    e.tags = tags;
    e.tag_count = tag[0] != '\0' ? 1 : 0;
    assert_int_equal(watch_add(w, &e), 0);
    free(tags[0]);
    free(e.id);
    free(e.callsign);
    free(e.name);
}

static struct vessel_static ship(uint32_t imo, const char *callsign, const char *name)
{
    struct vessel_static s;
    vessel_static_init(&s);
    s.imo = imo;
    snprintf(s.callsign, sizeof s.callsign, "%s", callsign);
    snprintf(s.name, sizeof s.name, "%s", name);
    return s;
}

static void expect(const struct watch *w, uint32_t mmsi, struct vessel_static s,
                   int64_t entry, enum watch_by by)
{
    enum watch_by found = WATCH_BY_NAME;
    assert_int_equal(watch_match(w, mmsi, &s, &found), entry);
    assert_int_equal(found, by);
}

static struct watch *make(void)
{
    struct watch *w = watch_create();
    assert_non_null(w);
    return w;
}

static void test_imo_before_mmsi(void **state)
{
    struct watch *w = make();
    add(w, row("a", IMO_A, 445000001, "", ""), "");
    add(w, row("b", IMO_B, 445000002, "", ""), "");
    expect(w, 445000002, ship(IMO_A, "", ""), 0, WATCH_BY_IMO);
    expect(w, 445000001, ship(0, "", ""), 0, WATCH_BY_MMSI);
    expect(w, 445000003, ship(0, "", ""), -1, WATCH_BY_NONE);
    watch_destroy(w);
}

static void test_contradicting_imo_voids(void **state)
{
    struct watch *w = make();
    add(w, row("a", IMO_A, 445000001, "HMXX", "EXAMPLE TRADER"), "");
    add(w, row("n", 0, 445000009, "", ""), "");
    expect(w, 445000001, ship(9074729, "HMXX", "EXAMPLE TRADER"), -1, WATCH_BY_NONE);
    expect(w, 445000009, ship(9074729, "", ""), 1,
           WATCH_BY_MMSI); /* there is nothing to contradict */
    watch_destroy(w);
}

static void test_shared_mmsi_second_entry_fits(void **state)
{
    struct watch *w = make();
    add(w, row("a", IMO_A, 445000001, "", ""), "");
    add(w, row("b", 0, 445000001, "", ""), "");
    expect(w, 445000001, ship(IMO_B, "", ""), 1, WATCH_BY_MMSI);
    watch_destroy(w);
}

static void test_callsign_needs_name(void **state)
{
    struct watch *w = make();
    add(w, row("a", 0, 0, "HMXX", "Example-Trader"), "");
    expect(w, 1, ship(0, "hmxx", "EXAMPLE TRADER"), 0, WATCH_BY_CALLSIGN);
    expect(w, 1, ship(0, "HMXX", "EXAMPLE TRADER 2"), -1, WATCH_BY_NONE);
    expect(w, 1, ship(0, "HMXY", "EXAMPLE TRADER"), -1, WATCH_BY_NONE);
    expect(w, 1, ship(0, "HMXX", ""), -1, WATCH_BY_NONE);
    watch_destroy(w);
}

static void test_name_alone_only_without_numbers(void **state)
{
    struct watch *w = make();
    add(w, row("a", 0, 445000001, "", "EXAMPLE TRADER"), "");
    expect(w, 1, ship(0, "", "EXAMPLE TRADER"), -1, WATCH_BY_NONE);
    add(w, row("b", 0, 0, "", "EXAMPLE  TRADER"), "");
    expect(w, 1, ship(IMO_A, "ZZ", "EXAMPLE TRADER"), 1, WATCH_BY_NAME);
    expect(w, 445000001, ship(0, "", "EXAMPLE TRADER"), 0, WATCH_BY_MMSI);
    expect(w, 1, ship(0, "", ""), -1, WATCH_BY_NONE);
    watch_destroy(w);
}

static void test_rows_of_one_imo_join(void **state)
{
    struct watch *w = make();
    add(w, row("", IMO_A, 0, "", ""), "un1718");
    add(w, row("v1", IMO_A, 445000001, "HMXX", "EXAMPLE TRADER"), "desk");
    add(w, row("v2", IMO_A, 445000002, "", ""), "desk");
    assert_int_equal(watch_count(w), 1);
    const struct watch_entry *e = watch_entry(w, 0);
    assert_string_equal(e->id, "v1");
    assert_string_equal(e->name, "EXAMPLE TRADER");
    assert_int_equal(e->mmsi, 445000001);
    assert_int_equal(e->tag_count, 2);
    assert_string_equal(e->tags[0], "un1718");
    assert_string_equal(e->tags[1], "desk");
    expect(w, 445000002, ship(0, "", ""), 0, WATCH_BY_MMSI);
    expect(w, 1, ship(0, "HMXX", "EXAMPLE TRADER"), 0, WATCH_BY_CALLSIGN);
    assert_null(watch_entry(w, 1));
    watch_destroy(w);
}

static void test_many(void **state)
{
    struct watch *w = make();
    for (uint32_t i = 0; i < 5000; i++)
        add(w, row("", 0, 400000000 + i, "", ""), "");
    assert_int_equal(watch_count(w), 5000);
    expect(w, 400004999, ship(0, "", ""), 4999, WATCH_BY_MMSI);
    expect(w, 400000000, ship(0, "", ""), 0, WATCH_BY_MMSI);
    expect(w, 400005000, ship(0, "", ""), -1, WATCH_BY_NONE);
    watch_destroy(w);
}

static void test_names_of_ways(void **state)
{
    assert_string_equal(watch_by_name(WATCH_BY_IMO), "imo");
    assert_string_equal(watch_by_name(WATCH_BY_MMSI), "mmsi");
    assert_string_equal(watch_by_name(WATCH_BY_CALLSIGN), "callsign");
    assert_string_equal(watch_by_name(WATCH_BY_NAME), "name");
    watch_destroy(NULL);
}

TEST_MAIN(NULL, NULL, TEST(test_imo_before_mmsi), TEST(test_contradicting_imo_voids),
          TEST(test_shared_mmsi_second_entry_fits), TEST(test_callsign_needs_name),
          TEST(test_name_alone_only_without_numbers), TEST(test_rows_of_one_imo_join),
          TEST(test_many), TEST(test_names_of_ways))
