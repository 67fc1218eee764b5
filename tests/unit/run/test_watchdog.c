/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog is fed while loop, store and delivery answer; a disk that does not end a
 * write is borne for a minute, and told of. Times are simulated. */
#include "daemon/shell/run/watchdog.h"
#include "lib/testlib.h"

enum { INTERVAL_MS = 30000, TICK_MS = 100 };

struct day {
    struct watchdog w;
    bool store_hangs, delivery_hangs;
    int64_t now_ms, last_fed_ms;
    int fed, changes, store_asked, delivery_asked;
};

/* Tick until then; whoever does not hang answers before the next tick. */
static void go_on(struct day *d, int64_t until_ms)
{
    for (; d->now_ms < until_ms; d->now_ms += TICK_MS) {
        d->store_asked += watchdog_ask(&d->w.store, !d->store_hangs, d->now_ms);
        d->delivery_asked += watchdog_ask(&d->w.delivery, !d->delivery_hangs, d->now_ms);
        d->changes += watchdog_note_disk(&d->w, d->now_ms);
        if (watchdog_is_due(&d->w, INTERVAL_MS, d->now_ms)) {
            d->fed++;
            d->last_fed_ms = d->now_ms;
        }
    }
}

static void test_all_answer(void **state)
{
    struct day d = {.now_ms = 1000};
    go_on(&d, 1000 + 300000);
    assert_int_equal(d.fed, 300000 / (INTERVAL_MS / 2));
    assert_in_range(d.store_asked, 270, 301); /* once a second, not at every tick */
    assert_int_equal(d.store_asked, d.delivery_asked);
    assert_int_equal(d.changes, 0);
}

static void test_delivery_hangs(void **state)
{
    struct day d = {.now_ms = 1000};
    go_on(&d, 100000);
    d.delivery_hangs = true;
    int asked = d.delivery_asked;
    go_on(&d, 400000);
    assert_in_range(d.last_fed_ms, 100000, 100000 + INTERVAL_MS + 1000);
    assert_in_range(d.delivery_asked, asked, asked + 1);
    d.delivery_hangs = false;
    go_on(&d, 401000);
    assert_in_range(d.last_fed_ms, 400000, 400200);
}

static void test_disk_is_slow(void **state)
{
    struct day d = {.now_ms = 1000};
    go_on(&d, 100000);
    d.store_hangs = true;
    go_on(&d, 104900);
    assert_false(d.w.is_slow);
    go_on(&d, 107000);
    assert_true(d.w.is_slow);
    assert_int_equal(d.changes, 1);
    go_on(&d, 159000); /* told, and not killed */
    assert_in_range(d.last_fed_ms, 145000, 159000);
    d.store_hangs = false;
    go_on(&d, 160000);
    assert_false(d.w.is_slow);
    assert_int_equal(d.changes, 2);
    d.store_hangs = true;
    go_on(&d, 400000);
    assert_in_range(d.last_fed_ms, 160000 + WATCHDOG_DISK_MS - INTERVAL_MS / 2,
                    161100 + WATCHDOG_DISK_MS);
}

TEST_MAIN(NULL, NULL, TEST(test_all_answer), TEST(test_delivery_hangs),
          TEST(test_disk_is_slow))
