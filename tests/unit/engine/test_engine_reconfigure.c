/* SPDX-License-Identifier: Apache-2.0 */
/* A reload takes over the ships in steps, each of which does a bounded part of the work,
 * however many ships, rules and zones there are. test_engine tests that the result is
 * that of a reload at once. */
#include <stdio.h>

#include "daemon/core/engine/engine_int.h"
#include "lib/enginerun.h"

#define FIRST 440000001u
enum { SHIPS = 30000, STEP = 100 };

static struct engine *begin_move(struct enginerun *r, const char *yaml)
{
    struct engine *fresh = NULL;
    struct engine_conf conf;
    struct engine_sink sink = {.on_alert = enginerun_on_alert, .context = r};
    enginerun_conf(yaml, NULL, &conf);
    assert_int_equal(engine_create(&conf, &sink, &fresh, NULL), 0);
    engine_reconfigure_follow(fresh, r->engine);
    return fresh;
}

static bool step(struct enginerun *r, struct engine *fresh)
{
    bool is_done = false;
    assert_int_equal(engine_reconfigure_follow_some(fresh, r->engine, STEP, &is_done), 0);
    return is_done;
}

static void end_move(struct enginerun *r, struct engine *fresh)
{
    assert_int_equal(engine_reconfigure_end_following(fresh, r->engine), 0);
    engine_destroy(fresh);
}

/* No step copies more than it may. As long as fewer ships change than one step copies,
 * the steps come to an end: after the first pass over all ships, only those are looked at
 * that changed since. */
static void test_steps_are_bounded(void **state)
{
    struct enginerun r;
    size_t steps = 0, before = 0;
    bool is_done = false;
    (void)state;
    enginerun_init(&r, "site: test\n", NULL);
    for (uint32_t i = 0; i < SHIPS; i++)
        enginerun_fix(&r, FIRST + i, 0, 36, 126.5, 0);
    struct engine *fresh =
        begin_move(&r, "site: test\nrules: [{id: s, when: sighted}]\n");
    while (!is_done) {
        is_done = step(&r, fresh);
        size_t count = engine_vessel_count(fresh);
        assert_true(count <= before + STEP);
        before = count;
        steps++;
        for (uint32_t i = 0; i < 20 && !is_done && steps < SHIPS; i++)
            enginerun_fix(&r, FIRST + (uint32_t)((steps * 20 + i) * 7919 % SHIPS),
                          (double)steps, 36, 126.5, 0);
        assert_true(steps < SHIPS); /* it ends */
    }
    assert_true(steps >= SHIPS / STEP);
    assert_int_equal(before, SHIPS);
    end_move(&r, fresh);
    assert_int_equal(engine_vessel_count(r.engine), SHIPS);
    enginerun_finish(&r);
}

/* A ship of which many rules keep a state is a long row: a step copies fewer of them. 300
 * rules that keep a mark of each ship make more than 6 KB a ship. */
static void test_long_rows(void **state)
{
    struct buf yaml = {0};
    struct enginerun r;
    (void)state;
    assert_int_equal(buf_add_text(&yaml, "site: test\nrules:\n"), 0);
    for (int i = 0; i < 300; i++)
        assert_int_equal(
            buf_printf(&yaml, "  - {id: sighted-%d, when: sighted, at_start: all}\n", i),
            0);
    enginerun_init(&r, buf_text(&yaml), NULL);
    for (uint32_t i = 0; i < STEP; i++)
        enginerun_fix(&r, FIRST + i, 0, 36, 126.5, 0);
    struct engine *fresh = begin_move(&r, buf_text(&yaml));
    assert_false(step(&r, fresh));
    assert_in_range(engine_vessel_count(fresh), 1, STEP / 2);
    while (!step(&r, fresh))
        continue;
    end_move(&r, fresh);
    assert_int_equal(engine_vessel_count(r.engine), STEP);
    buf_finish(&yaml);
    enginerun_finish(&r);
}

/* Ships that came, changed and were forgotten while the move was under way; a move that
 * is given up leaves nothing behind for the next. */
static void test_changes_between_steps(void **state)
{
    struct enginerun r;
    struct engine_conf conf;
    (void)state;
    enginerun_init(&r, "site: test\n", NULL);
    enginerun_conf("site: test\n", NULL, &conf);
    conf.vessels_max = 250;
    assert_int_equal(engine_reconfigure(r.engine, &conf, NULL), 0);
    for (uint32_t i = 0; i < 250; i++)
        enginerun_fix(&r, FIRST + i, i, 36, 126.5, 0);
    struct engine *fresh = begin_move(&r, "site: test\n");
    assert_false(step(&r, fresh));
    enginerun_fix(&r, FIRST + 1, 300, 36, 126.5, 0);
    engine_reconfigure_stop_following(r.engine);
    engine_destroy(fresh);
    fresh = begin_move(&r, "site: test\n");
    while (!step(&r, fresh))
        continue;
    for (uint32_t i = 0; i < 20; i++) /* each makes another go */
        enginerun_fix(&r, FIRST + 1000 + i, 310 + i, 36, 126.5, 0);
    enginerun_fix(&r, FIRST + 1000, 350, 36.1, 126.5, 0);
    assert_true(step(&r, fresh)); /* these, and only these, are left */
    uint32_t old[300], now[300];
    size_t n = engine_vessels(r.engine, old, 300);
    assert_int_equal(n, 250);
    end_move(&r, fresh);
    assert_int_equal(engine_vessels(r.engine, now, 300), n);
    assert_memory_equal(old, now, n * sizeof old[0]);
    const struct ship *s = ship_find(r.engine, FIRST + 1000);
    assert_int_equal(s->tracks.items[0]->last.pos.lat_e7, 361000000);
    enginerun_finish(&r);
}

TEST_MAIN(NULL, NULL, TEST(test_steps_are_bounded), TEST(test_long_rows),
          TEST(test_changes_between_steps))
