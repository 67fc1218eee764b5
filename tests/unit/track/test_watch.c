/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/buf.h"
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

/* --- lists --- */

static char *texts_of(char *const *texts, size_t count)
{
    struct buf out = {0};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(buf_printf(&out, "%s%s", i != 0 ? "+" : "", texts[i]), 0);
    return buf_take(&out);
}

/* "LIST/ENTRY programs; ..." and the tags of an entry. */
static void expect_sources(const struct watch_entry *e, const char *sources,
                           const char *tags)
{
    struct buf out = {0};
    for (size_t i = 0; i < e->source_count; i++) {
        const struct watch_source *s = &e->sources[i];
        char *programs = texts_of(s->programs, s->program_count);
        assert_int_equal(buf_printf(&out, "%s/%s %s;", s->list->id, s->entry, programs),
                         0);
        free(programs);
    }
    char *got = texts_of(e->tags, e->tag_count);
    assert_string_equal(buf_text(&out), sources);
    assert_string_equal(got, tags);
    free(got);
    buf_finish(&out);
}

static const struct watch_list *add_list(struct watch *w, const char *id)
{
    char name[8], file[] = "list.csv", none[] = "", sum[] = "00";
    snprintf(name, sizeof name, "%s", id);
    const struct watch_list list = {
        .id = name, .file = file, .published = none, .sha256 = sum};
    const struct watch_list *added = watch_add_list(w, &list);
    assert_non_null(added);
    return added;
}

/* A row of a list; its tag is the list's name in small letters. */
static void add_row(struct watch *w, const struct watch_list *list, const char *entry,
                    const char *program, struct watch_entry e)
{
    char tag[8], entry_text[16], program_text[16];
    char *tags[] = {tag}, *programs[] = {program_text};
    snprintf(tag, sizeof tag, "%s", list->id);
    tag[0] = (char)(tag[0] + 'a' - 'A');
    snprintf(entry_text, sizeof entry_text, "%s", entry);
    snprintf(program_text, sizeof program_text, "%s", program);
    struct watch_source source = {
        .list = list, .entry = entry_text, .programs = programs, .program_count = 1};
    e.tags = tags;
    e.tag_count = 1;
    e.sources = &source;
    e.source_count = 1;
    assert_int_equal(watch_add(w, &e), 0);
    free(e.id);
    free(e.callsign);
    free(e.name);
}

/* Two lists name one IMO number: one entry, the sources of both; two rows of one entry
 * are one source. */
static void test_sources_join(void **state)
{
    struct watch *w = make();
    const struct watch_list *a = add_list(w, "A"), *b = add_list(w, "B");
    add_row(w, a, "1", "P", row("", IMO_A, 445000001, "", "ONE"));
    add_row(w, a, "1", "Q", row("", IMO_A, 0, "", "OTHER NAME"));
    add_row(w, b, "9", "P", row("", IMO_A, 0, "", "One"));
    assert_int_equal(watch_seal(w), 0);
    assert_int_equal(watch_count(w), 1);
    assert_int_equal(watch_count_joined(w), 1);
    expect_sources(watch_entry(w, 0), "A/1 P+Q;B/9 P;", "a+b");
    assert_int_equal(watch_entry(w, 0)->alias_count, 1);
    assert_string_equal(watch_entry(w, 0)->aliases[0], "OTHER NAME");
    assert_int_equal(watch_list_count(w), 2);
    assert_string_equal(watch_list_at(w, 1)->id, "B");
    assert_null(watch_list_at(w, 2));
    watch_destroy(w);
}

/* All entries that match by the strongest key are the ship's lists; her tags are those of
 * all. A key that one entry alone has is stronger where it is the IMO number. */
static void test_all_of_the_strongest_key(void **state)
{
    struct watch *w = make();
    const struct watch_list *a = add_list(w, "A"), *b = add_list(w, "B"),
                            *c = add_list(w, "C");
    add_row(w, a, "1", "P", row("", IMO_A, 445000001, "", ""));
    add_row(w, b, "2", "P", row("", IMO_B, 445000001, "", ""));
    add_row(w, c, "3", "P", row("", 0, 445000001, "", ""));
    add_row(w, c, "4", "P", row("", 0, 445000001, "", "")); /* one entry with the last */
    assert_int_equal(watch_seal(w), 0);
    assert_int_equal(watch_count(w), 3);
    enum watch_by by;
    struct vessel_static s = ship(0, "", "");
    int64_t all = watch_match(w, 445000001, &s, &by);
    assert_true(all >= 3);
    assert_int_equal(by, WATCH_BY_MMSI);
    expect_sources(watch_entry(w, (size_t)all), "A/1 P;B/2 P;C/3 P;C/4 P;", "a+b+c");
    assert_int_equal(watch_entry(w, (size_t)all)->imo, 0);
    expect(w, 445000001, ship(IMO_A, "", ""), 0, WATCH_BY_IMO);
    /* another IMO number contradicts two of them */
    expect(w, 445000001, ship(9074729, "", ""), 2, WATCH_BY_MMSI);
    watch_destroy(w);
}

/* Two of a chain have no number to contradict: they are joined apart from the rest. */
static void test_unnumbered_are_joined(void **state)
{
    struct watch *w = make();
    const struct watch_list *a = add_list(w, "A"), *b = add_list(w, "B"),
                            *c = add_list(w, "C");
    add_row(w, a, "1", "P", row("", IMO_A, 0, "HMXX", "EXAMPLE"));
    add_row(w, b, "2", "P", row("", 0, 0, "HMXX", "EXAMPLE"));
    add_row(w, c, "3", "P", row("", 0, 0, "HMXX", "Example!"));
    assert_int_equal(watch_seal(w), 0);
    enum watch_by by;
    struct vessel_static s = ship(IMO_B, "HMXX", "EXAMPLE");
    int64_t some = watch_match(w, 1, &s, &by);
    expect_sources(watch_entry(w, (size_t)some), "B/2 P;C/3 P;", "b+c");
    s = ship(0, "HMXX", "EXAMPLE");
    int64_t all = watch_match(w, 1, &s, &by);
    expect_sources(watch_entry(w, (size_t)all), "A/1 P;B/2 P;C/3 P;", "a+b+c");
    assert_int_equal(by, WATCH_BY_CALLSIGN);
    watch_destroy(w);
}

/* Further names and MMSIs lead to the same entry; a name alone only where that is enough.
 */
static void test_aliases_are_keys(void **state)
{
    struct watch *w = make();
    char one[] = "SECOND NAME", two[] = "THIRD NAME";
    char *aliases[] = {one, two};
    uint32_t mmsis[] = {445000001, 445000002};
    struct watch_entry e = row("a", 0, 0, "HMXX", "FIRST NAME");
    e.aliases = aliases;
    e.alias_count = 2;
    add(w, e, "");
    e = row("b", IMO_A, 0, "", "");
    e.mmsis = mmsis;
    e.mmsi_count = 2;
    add(w, e, "");
    expect(w, 1, ship(0, "HMXX", "THIRD-NAME"), 0, WATCH_BY_CALLSIGN);
    expect(w, 1, ship(0, "", "SECOND NAME"), -1, WATCH_BY_NONE);
    expect(w, 445000002, ship(0, "", ""), 1, WATCH_BY_MMSI);
    e = row("c", 0, 0, "HMYY", "FOURTH NAME");
    e.aliases = aliases;
    e.alias_count = 1;
    e.is_name_enough = true;
    add(w, e, "");
    expect(w, 1, ship(0, "ZZZZ", "SECOND NAME"), 2, WATCH_BY_NAME);
    expect(w, 1, ship(0, "HMYY", "FOURTH NAME"), 2, WATCH_BY_CALLSIGN);
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
          TEST(test_many), TEST(test_sources_join), TEST(test_all_of_the_strongest_key),
          TEST(test_unnumbered_are_joined), TEST(test_aliases_are_keys),
          TEST(test_names_of_ways))
