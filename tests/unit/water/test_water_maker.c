/* SPDX-License-Identifier: Apache-2.0 */
/* Distances over water that are made while the configuration is in use: the answers are
 * those of fields that were made before, whoever asks when. What is made is kept; what is
 * not made when the work ends is given up. The sets are small: four ports near the
 * Shandong peninsula, within a day. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/enginerun.h"
#include "lookout/water/water_fields.h"
#include "lookout/water/water_maker.h"

static const char yaml[] =
    "site: test\nrules:\n"
    "  - {id: a, when: route, route: \"KPNAM >> CNSHD\", within: 12h}\n"
    "  - {id: b, when: route, route: \"KPNAM >> KRINC\", within: 12h}\n"
    "  - {id: c, when: route, route: \"KPNAM >> CNDLC\", within: 12h}\n"
    "  - {id: d, when: route, route: \"KPNAM >> CNYNT\", within: 12h}\n";
enum { FIELDS = 4, PLACES = 9 };

static char cache[] = "/tmp/lookout-water-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static int make_cache(void **state)
{
    return mkdtemp(cache) == NULL;
}

static int remove_cache(void **state)
{
    return nftw(cache, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct water_fields_counts make(struct engine_conf *conf, const char *directory,
                                       struct water_maker **later)
{
    const struct water_fields_options options = {
        .cache = directory, .is_writing = directory != NULL, .later = later};
    struct water_fields_counts counts = {0};
    enginerun_conf(yaml, NULL, conf);
    assert_int_equal(water_fields_make(conf, &options, &counts, NULL), 0);
    assert_int_equal(conf->field_count, FIELDS);
    assert_int_equal(counts.fields, FIELDS);
    return counts;
}

/* From off the Yalu to off Qingdao, at sea and ashore. */
static double ask(const struct engine_conf *conf, size_t field, int place)
{
    struct geo_point at = {39.5 - 0.4 * place, 124.0 - 0.4 * place};
    return water_field_distance_m(conf->fields[field], geo_to_pos(at));
}

static void assert_same(const struct engine_conf *conf, const struct engine_conf *made)
{
    int reached = 0;
    /* the last first: nobody is at it yet */
    for (size_t i = FIELDS; i-- > 0;)
        for (int place = 0; place < PLACES; place++) {
            double m = ask(conf, i, place);
            assert_memory_equal(&m, &(double){ask(made, i, place)}, sizeof m);
            reached += m >= 0;
        }
    assert_in_range(reached, FIELDS * PLACES / 2, FIELDS * PLACES);
}

static void wait_for_all(struct water_maker *maker, const struct engine_conf *conf,
                         struct water_fields_counts *ret_counts)
{
    for (size_t i = 0; i < conf->field_count; i++)
        (void)ask(conf, i, 0);
    (void)water_maker_left(maker, ret_counts);
}

static void test_answers(void **state)
{
    struct engine_conf before, meanwhile, read;
    struct water_maker *maker = NULL;
    struct water_fields_counts counts = make(&before, NULL, NULL);
    assert_int_equal(counts.made, FIELDS);
    (void)make(&meanwhile, cache, &maker);
    assert_non_null(maker);
    assert_same(&meanwhile, &before);
    wait_for_all(maker, &meanwhile, &counts);
    assert_int_equal(counts.made, FIELDS);
    assert_int_equal(counts.cached, 0);
    water_maker_destroy(maker);
    maker = NULL;
    (void)make(&read, cache, &maker);
    assert_same(&read, &before);
    wait_for_all(maker, &read, &counts);
    assert_int_equal(counts.made, 0);
    assert_int_equal(counts.cached, FIELDS);
    water_maker_destroy(maker);
    assert_same(&read, &before); /* without the one that made them */
    engine_conf_finish(&before);
    engine_conf_finish(&meanwhile);
    engine_conf_finish(&read);
}

/* The work ends at once; a field that was made by then gives its answers, and any other
 * is as one of which no port can be reached. */
static void test_end(void **state)
{
    struct engine_conf before, ended;
    struct water_maker *maker = NULL;
    (void)make(&before, NULL, NULL);
    (void)make(&ended, NULL, &maker);
    water_maker_destroy(maker);
    for (size_t i = 0; i < FIELDS; i++) {
        double m = ask(&ended, i, 4), made_m = ask(&before, i, 4);
        assert_true(m < 0 || memcmp(&m, &made_m, sizeof m) == 0);
        assert_true(made_m >= 0);
    }
    engine_conf_finish(&before);
    engine_conf_finish(&ended);
}

TEST_MAIN(make_cache, remove_cache, TEST(test_answers), TEST(test_end))
