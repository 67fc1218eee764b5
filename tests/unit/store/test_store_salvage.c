/* SPDX-License-Identifier: Apache-2.0 */
/* Something else has written to the database: bits are flipped, the header is damaged,
 * the file is cut. In every case the daemon starts, keeps what can be kept, makes each
 * kept alert pending that may be undelivered, and hands out nothing that nobody wrote.
 * All trials: every bit of the header (800), 1000 flipped bits, 240 cuts, 240 broken
 * pages, of the seeds below; an eighth of them by default. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/storetest.h"
#include "lookout/base/time.h"

enum { ALERTS = 300, DELIVERED = 100, VESSELS = 40, RECORD_BYTES = 900, PAGE = 8192 };
/* LOOKOUT_TRIALS=all asks for all of them. */
static size_t thinned = 8;

/* Makes the database as it was written. */
static unsigned char *sound;
static size_t sound_bytes;

static void make_record(uint32_t mmsi, char ret[RECORD_BYTES])
{
    memset(ret, (int)('a' + mmsi % 26), RECORD_BYTES);
    snprintf(ret, RECORD_BYTES, "vessel %u", mmsi);
}

enum { FIXES = 12 }; /* of each vessel, in an hour */

static struct track_fix fix_of(uint32_t mmsi, int64_t n)
{
    return (struct track_fix){
        .time_ms = (475000 * 3600 + n * 300) * INT64_C(1000),
        .pos = {.lat_e7 = (int32_t)(mmsi % 100 * 1000000), .lon_e7 = (int32_t)n * 100}};
}

struct outcomes_of {
    struct store_outcome items[DELIVERED];
    size_t count;
};

static int deliver(void *context, const struct store_pending *row)
{
    struct outcomes_of *o = context;
    o->items[o->count++] = (struct store_outcome){
        .outbox = row->outbox, .state = STORE_DELIVERED, .attempts = 1, .status = 204};
    return 0;
}

static int make_sound(void **state)
{
    char path[600], record[RECORD_BYTES];
    struct outcomes_of outcomes = {.count = 0};
    const char *trials = getenv("LOOKOUT_TRIALS");
    if (trials != NULL && strcmp(trials, "all") == 0)
        thinned = 1;
    if (storetest_directory_setup(state) != 0)
        return -1;
    struct store *s = fixture_open(*state);
    storetest_put(s, 0, ALERTS, 1, 1);
    struct store_batch *b = store_batch_create();
    for (uint32_t i = 0; i < VESSELS; i++) {
        make_record(445000000 + i, record);
        assert_int_equal(store_batch_vessel(b, 445000000 + i, record, sizeof record), 0);
        for (int64_t n = 0; n < FIXES; n++) {
            struct track_fix fix = fix_of(445000000 + i, n);
            const struct engine_fix told = {445000000 + i, 1, &fix};
            assert_int_equal(store_batch_fix(b, &told), 0);
        }
    }
    assert_int_equal(store_batch_engine(b, "engine", 6), 0);
    assert_int_equal(store_batch_feed(b, "tape", "place", 5), 0);
    storetest_submit(s, b);
    struct store_reader *r = storetest_reader(*state);
    assert_int_equal(store_reader_pending(r, "desk", 0, DELIVERED, deliver, &outcomes),
                     0);
    assert_int_equal(store_outcomes(s, outcomes.items, outcomes.count), 0);
    assert_true(store_flush(s, 60000));
    store_reader_close(r);
    store_close(s);
    snprintf(path, sizeof path, "%s/lookout.db", (const char *)*state);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    sound = malloc(1 << 22);
    assert_non_null(sound);
    sound_bytes = fread(sound, 1, 1 << 22, f);
    fclose(f);
    assert_in_range(sound_bytes, 20 * PAGE, (1 << 22) - 1);
    return storetest_directory_teardown(state);
}

static int free_sound(void **state)
{
    (void)state;
    free(sound);
    return 0;
}

/* --- what came of it --- */

struct found {
    size_t pending, damaged, vessels, fixes;
    bool has_engine, has_feed;
    bool is_owed; /* every kept alert was delivered, or waits */
};

static uint64_t number_of(const char *body)
{
    const char *at = strstr(body, "EXAMPLE TRADER ");
    return at != NULL ? strtoull(at + strlen("EXAMPLE TRADER "), NULL, 10) : ALERTS;
}

/* Asserts that the rows handed out are those that were written. */
static int check_pending(void *context, const struct store_pending *row)
{
    struct found *found = context;
    struct alert a;
    if (row->is_damaged) {
        found->damaged++;
        return 0;
    }
    fixture_alert(number_of(row->body), 700, &a);
    assert_string_equal(row->id, a.id);
    assert_int_equal(row->body_bytes, a.body_bytes);
    assert_memory_equal(row->body, a.body, a.body_bytes);
    assert_string_equal(row->rule, a.rule);
    assert_int_equal(row->mmsi, a.mmsi);
    free(a.body);
    found->pending++;
    return 0;
}

static int check_vessel(void *context, uint32_t mmsi, const void *record, size_t n)
{
    struct found *found = context;
    char expected[RECORD_BYTES];
    if (n == 0)
        return 0;
    make_record(mmsi, expected);
    assert_int_equal(n, sizeof expected);
    assert_memory_equal(record, expected, n);
    found->vessels++;
    return 0;
}

/* Asserts that a fix is one that was written. */
static int check_fix(void *context, const struct engine_fix *read)
{
    struct found *found = context;
    struct track_fix fix = fix_of(read->mmsi, read->fix->time_ms / 300000 % FIXES);
    assert_true(read->fix->time_ms == fix.time_ms);
    assert_int_equal(read->fix->pos.lat_e7, fix.pos.lat_e7);
    assert_int_equal(read->fix->pos.lon_e7, fix.pos.lon_e7);
    found->fixes++;
    return 0;
}

static void read_fixes(struct store_reader *r, struct found *found)
{
    for (uint32_t i = 0; i < VESSELS; i++) {
        const struct query_fixes q = {445000000 + i, TIME_NONE, TIME_NONE};
        uint64_t damaged = 0;
        int rc = query_fixes_walk(r, &q, check_fix, found, &damaged);
        assert_true(rc == 0 || rc == ERR_NOT_FOUND);
        assert_int_equal(damaged, 0);
    }
}

static void ignore_error(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void write_damaged(const char *directory, const void *bytes, size_t n)
{
    char path[600];
    assert_int_equal(mkdir(directory, 0700), 0);
    snprintf(path, sizeof path, "%s/lookout.db", directory);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Starts on the file as the daemon does, and looks at the result. */
static struct found start_on(const void *bytes, size_t n)
{
    char directory[300];
    struct found found = {0};
    struct store *s = NULL;
    struct err err = {0};
    struct buf record = {0};
    struct store_counts counts = {0};
    snprintf(directory, sizeof directory, "%s", fixture_directory());
    rmdir(directory);
    write_damaged(directory, bytes, n);
    struct store_options options = {
        .directory = directory, .exclusive = true, .on_error = ignore_error};
    if (store_open(&options, &s, &err) != 0)
        fail_msg("it does not start: %s", err.text);
    struct store_reader *r = storetest_reader(directory);
    assert_int_equal(store_reader_pending(r, "desk", 0, SIZE_MAX, check_pending, &found),
                     0);
    assert_int_equal(store_reader_vessels(r, check_vessel, &found), 0);
    read_fixes(r, &found);
    found.has_engine = store_reader_engine(r, &record) == 0;
    found.has_feed = store_reader_feed(r, "tape", &record) == 0;
    buf_finish(&record);
    assert_int_equal(store_reader_counts(r, NULL, &counts), 0);
    found.is_owed = counts.pending + DELIVERED >= counts.alerts;
    if (!found.is_owed)
        print_message("%zu of %zu alerts pending\n", (size_t)counts.pending,
                      (size_t)counts.alerts);
    storetest_put(s, 1000, 1010, 1, 1); /* and the store goes on */
    store_reader_close(r);
    store_close(s);
    fixture_remove(directory);
    return found;
}

/* --- trials --- */

/* A damaged header loses nothing of the content. */
static void test_header(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 800; bit += thinned == 1 ? 1 : 7) {
        sound[bit / 8] ^= (unsigned char)(1u << bit % 8);
        struct found found = start_on(sound, sound_bytes);
        sound[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (found.pending < ALERTS - DELIVERED || found.vessels != VESSELS ||
            found.fixes != FIXES * VESSELS || !found.has_engine || !found.has_feed ||
            !found.is_owed)
            fail_msg("bit %zu: %zu pending, %zu vessels", bit, found.pending,
                     found.vessels);
    }
}

static void test_first_page(void **state)
{
    unsigned char *bytes = malloc(sound_bytes);
    (void)state;
    assert_non_null(bytes);
    for (size_t n = 16; n <= PAGE; n *= 2) {
        memcpy(bytes, sound, sound_bytes);
        memset(bytes, 0, n);
        struct found found = start_on(bytes, sound_bytes);
        if (found.pending < ALERTS - DELIVERED || found.vessels != VESSELS)
            fail_msg("%zu bytes: %zu pending, %zu vessels", n, found.pending,
                     found.vessels);
    }
    free(bytes);
}

/* One bit costs at most one page of leaves, and mostly one row. */
static void test_flipped_bits(void **state)
{
    struct test_random random = {.state = 13};
    size_t lost = 0, trials = 1000 / thinned;
    (void)state;
    for (size_t i = 0; i < trials; i++) {
        size_t bit = 800 + (size_t)test_random_below(&random, sound_bytes * 8 - 800);
        sound[bit / 8] ^= (unsigned char)(1u << bit % 8);
        struct found found = start_on(sound, sound_bytes);
        sound[bit / 8] ^= (unsigned char)(1u << bit % 8);
        size_t missing =
            found.pending < ALERTS - DELIVERED ? ALERTS - DELIVERED - found.pending : 0;
        lost += missing;
        if (missing > 2 * PAGE / 700 || !found.is_owed)
            fail_msg("seed 13 trial %zu bit %zu: %zu pending", i, bit, found.pending);
    }
    print_message("%zu trials, %zu alerts lost\n", trials, lost);
}

static void test_cut(void **state)
{
    struct test_random random = {.state = 17};
    (void)state;
    for (size_t i = 0; i < 240 / thinned; i++) {
        size_t n = (size_t)test_random_below(&random, sound_bytes);
        struct found found = start_on(sound, n);
        /* Each remaining page of alerts gives its alerts; some of the pages belong to
         * the index. */
        if (found.pending + 160 < ALERTS - DELIVERED && n > sound_bytes - 4 * PAGE)
            fail_msg("seed 17 trial %zu: %zu of %zu bytes: %zu pending", i, n,
                     sound_bytes, found.pending);
    }
}

static void test_broken_pages(void **state)
{
    struct test_random random = {.state = 19};
    unsigned char *bytes = malloc(sound_bytes);
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < 240 / thinned; i++) {
        memcpy(bytes, sound, sound_bytes);
        size_t page = (size_t)test_random_below(&random, sound_bytes / PAGE);
        for (size_t k = 0; k < PAGE; k++)
            bytes[page * PAGE + k] = (unsigned char)test_random_below(&random, 256);
        start_on(bytes, sound_bytes);
    }
    free(bytes);
}

TEST_MAIN(make_sound, free_sound, TEST(test_header), TEST(test_first_page),
          TEST(test_flipped_bits), TEST(test_cut), TEST(test_broken_pages))
