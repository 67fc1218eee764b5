/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests the gates of one track: which crossings are told, and in which
 * direction. Each scenario is played a second time as in test_zone_watch.c. Gates are
 * drawn from south to north, so that left is west. */
#include "lib/testlib.h"
#include "lib/zonelib.h"
#include "lib/zoneplay.h"

static const char gate[] = COLLECTION(LINE("line", "[[126,35.5],[126,36.5]]"));
/* Each direction is told once until the ship was 500 m clear, however long that takes. */
static void crosses_and_returns(struct play *p)
{
    zoneplay_east(p, 0, -100);
    zoneplay_east(p, 10, 100);
    zoneplay_east(p, 20, -100);
    zoneplay_east(p, 45, 100);
    zoneplay_east(p, 75, 100);
    zoneplay_east(p, 90, -100);
    zoneplay_east(p, 100, -495);
    zoneplay_east(p, 110, 100);
    zoneplay_east(p, 120, -100);
    zoneplay_east(p, 130, -505);
    zoneplay_east(p, 140, 505); /* told: half way, and clear again */
    zoneplay_east(p, 150, -505);
}

static void crosses_unheard(struct play *p)
{
    zoneplay_east(p, 0, -100);
    zoneplay_east(p, 120, 100);
    zoneplay_east(p, 200, 100);
    zoneplay_east(p, 320.02, -100);
}

static const char bent[] =
    COLLECTION(LINE("bent", "[[126,35.5],[126,36.5],[126.2,36.5],[126.2,35.5]]"));
static void crosses_twice(struct play *p)
{
    zoneplay_fix(p, 0, 36.0, 125.9);
    zoneplay_fix(p, 10, 36.0, 126.3); /* in at a quarter, out at three quarters */
    zoneplay_fix(p, 90, 36.0, 126.1); /* half of the way: inside the bend */
}

/* The ship sails along 36 S between fixes on the line: the great circle runs 140 m
 * south of it at most (30 nm; d^2 tan(lat) / 8R). The same at 36 N, where it runs north
 * of the line. */
static const char parallels[] = COLLECTION(
    LINE("south", "[[126,-36],[128,-36]]") "," LINE("north", "[[126,36],[128,36]]"));
static void sails_along(struct play *p)
{
    for (int i = 0; i < 3; i++)
        zoneplay_fix(p, 60 * i, -36.0, 126.2 + 0.6 * i);
    for (int i = 0; i < 3; i++)
        zoneplay_fix(p, 10000 + 60 * i, 36.0, 126.2 + 0.6 * i);
}

/* A fix lies on the line itself, and the ship goes on to the other side, or back to its
 * own. The line counts to its east. */
static void halts_on_it(struct play *p)
{
    zoneplay_east(p, 0, -1000);
    zoneplay_fix(p, 10, 36.0, 126.0);
    zoneplay_fix(p, 20, 36.0, 126.0);
    zoneplay_east(p, 30, 1000);
    zoneplay_fix(p, 100, 36.0, 126.0);
    zoneplay_east(p, 110, 1000);
    zoneplay_fix(p, 120, 36.0, 126.0);
    zoneplay_east(p, 130, -1000);
}

/* The ship crosses exactly at the gate's end, and just beyond it. */
static void rounds_its_end(struct play *p)
{
    zoneplay_fix(p, 0, 36.5000001, 125.9999);
    zoneplay_fix(p, 10, 36.5000001, 126.0001);
    zoneplay_fix(p, 60, 36.4999999, 126.0001);
    zoneplay_fix(p, 70, 36.4999999, 125.9999);
}

/* The ship changes sides every 20 min for three hours, and again after a quiet half
 * hour. */
static void zigzags(struct play *p)
{
    for (int i = 0; i < 10; i++)
        zoneplay_east(p, 20 * i, i % 2 ? 100 : -100);
    zoneplay_east(p, 200, 100);
    zoneplay_east(p, 220, -100);
}

static void misses(struct play *p)
{
    zoneplay_fix(p, 0, 36.6, 125.9);
    zoneplay_fix(p, 10, 36.6, 126.1);
}

static void test_gates(void **state)
{
    zoneplay_check(gate, crosses_and_returns,
                   "cross line 5 right; cross line 15 left back; cross line 135 right; "
                   "cross line 145 "
                   "left; ");
    zoneplay_check(gate, crosses_unheard,
                   "cross line 60 right; cross line 260.017 left back possible; ");
    zoneplay_check(
        bent, crosses_twice,
        "cross bent 2.5 right; cross bent 7.5 left back; cross bent 50 right; ");
    zoneplay_check(parallels, sails_along, "");
    zoneplay_check(gate, halts_on_it, "cross line 10 right; cross line 120 left; ");
    zoneplay_check(gate, rounds_its_end, "cross line 65 left; ");
    zoneplay_check(gate, zigzags, "cross line 10 right; cross line 30 left back; ");
    zoneplay_check(gate, misses, "");
}

TEST_MAIN(NULL, NULL, TEST(test_gates))
