/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of a list from one version to the next; ships are invented. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/track/watch_roll.h"

static const struct watch_list *add_list(struct watch *w, const char *id)
{
    char name[8], file[] = "list.csv", none[] = "";
    snprintf(name, sizeof name, "%s", id);
    const struct watch_list list = {
        .id = name, .file = file, .published = none, .sha256 = none};
    const struct watch_list *added = watch_add_list(w, &list);
    assert_non_null(added);
    return added;
}

static void add_ship(struct watch *w, const struct watch_list *list, const char *entry,
                     uint32_t imo, uint32_t mmsi)
{
    char text[16], name[] = "EXAMPLE", program[] = "P";
    char *programs[] = {program};
    snprintf(text, sizeof text, "%s", entry);
    struct watch_source source = {.list = list,
                                  .entry = text,
                                  .name = name,
                                  .programs = programs,
                                  .program_count = 1};
    struct watch_entry e = {
        .name = name, .imo = imo, .mmsi = mmsi, .sources = &source, .source_count = 1};
    assert_int_equal(watch_add(w, &e), 0);
}

static int note_change(void *context, bool is_added, const struct watch_entry *entry,
                       const struct watch_source *source)
{
    return buf_printf(context, "%c%s/%s %u %s;", is_added ? '+' : '-', source->list->id,
                      source->entry, entry->imo != 0 ? entry->imo : entry->mmsi,
                      source->programs[0]);
}

static void expect_changes(const struct watch *before, const struct watch *now,
                           const char *expected)
{
    struct buf out = {0};
    const struct watch_roll_sink sink = {
        .now = now, .on_change = note_change, .context = &out};
    assert_int_equal(watch_roll_compare(before, &sink), 0);
    assert_string_equal(buf_text(&out), expected);
    buf_finish(&out);
}

/* What is added and dropped, by entry; a ship whose number was mended is the same. A list
 * that is new adds all its ships, one that is gone drops none. */
static void test_compare(void **state)
{
    struct watch *before = watch_create(), *now = watch_create();
    const struct watch_list *a = add_list(before, "A"), *gone = add_list(before, "GONE");
    const struct watch_list *b = add_list(now, "A"), *fresh = add_list(now, "NEW");
    add_ship(before, a, "1", 9999993, 0);
    add_ship(before, a, "2", 0, 445000002);
    add_ship(before, a, "3", 9999981, 0);
    add_ship(before, gone, "1", 9999993, 0);
    add_ship(now, b, "1", 9999993, 0);
    add_ship(now, b, "3", 9999979, 0);
    add_ship(now, b, "4", 0, 445000004);
    add_ship(now, fresh, "1", 9999993, 0);
    expect_changes(before, now, "-A/2 445000002 P;+NEW/1 9999993 P;+A/4 445000004 P;");
    expect_changes(now, now, "");
    watch_destroy(before);
    watch_destroy(now);
}

/* Rows without an entry are known by their numbers. */
static void test_without_entries(void **state)
{
    struct watch *before = watch_create(), *now = watch_create();
    const struct watch_list *a = add_list(before, "A"), *b = add_list(now, "A");
    add_ship(before, a, "", 9999993, 0);
    add_ship(before, a, "", 0, 445000002);
    add_ship(now, b, "", 0, 445000002);
    expect_changes(before, now, "-A/ 9999993 P;");
    watch_destroy(before);
    watch_destroy(now);
}

/* A row without an entry that gains or loses a number is the same ship, in both lists;
 * not where another IMO number stands behind the MMSI, nor of another list. */
static void test_mended_rows(void **state)
{
    struct watch *before = watch_create(), *now = watch_create();
    const struct watch_list *a = add_list(before, "A"), *b = add_list(now, "A");
    const struct watch_list *other = add_list(before, "B");
    add_list(now, "B");
    add_ship(before, a, "", 0, 445000001);
    add_ship(now, b, "", 9999993, 445000001);
    add_ship(before, a, "", 9999981, 445000002);
    add_ship(now, b, "", 0, 445000002);
    expect_changes(before, now, "");
    add_ship(before, a, "", 9999979, 445000003);
    add_ship(now, b, "", 9999967, 445000003);
    expect_changes(before, now, "-A/ 9999979 P;+A/ 9999967 P;");
    add_ship(before, other, "", 0, 445000001);
    expect_changes(before, now, "-B/ 445000001 P;-A/ 9999979 P;+A/ 9999967 P;");
    watch_destroy(before);
    watch_destroy(now);
}

/* A roll that was kept and read is the same roll; a part of it is refused. */
static void test_kept(void **state)
{
    struct watch *w = watch_create(), *again = watch_create();
    const struct watch_list *a = add_list(w, "A"), *other = add_list(w, "B");
    struct buf record = {0};
    struct wire_writer out = {.out = &record};
    struct wire_reader in;
    add_ship(w, a, "1", 9999993, 445000001);
    add_ship(w, other, "9", 9999981, 0);
    add_ship(w, a, "2", 0, 445000002);
    watch_roll_save(w, a, &out);
    assert_false(out.failed);
    const struct watch_list *same = add_list(again, "A");
    wire_reader_init(&in, record.data, record.length);
    assert_int_equal(watch_roll_load(again, same, &in), 0);
    assert_int_equal(watch_count(again), 2);
    expect_changes(again, w, "+B/9 9999981 P;");
    assert_int_equal(watch_entry(again, 0)->mmsi, 445000001);
    wire_reader_init(&in, record.data, record.length - 1);
    assert_int_equal(watch_roll_load(again, same, &in), ERR_CORRUPT);
    buf_finish(&record);
    watch_destroy(w);
    watch_destroy(again);
}

TEST_MAIN(NULL, NULL, TEST(test_compare), TEST(test_without_entries),
          TEST(test_mended_rows), TEST(test_kept))
