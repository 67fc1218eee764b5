/* SPDX-License-Identifier: Apache-2.0 */
/* What the positions of ships say of a step of a recording's clock.
 *
 * Where the clock was set, no time passed: each ship goes on from where it was, with the
 * same speed and course, as if the seconds between two reports had passed. Where the
 * receiver was off, the ships have sailed for hours. A report that comes late shows its
 * ship at a place where the ship was before. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "merge_int.h"

/* A ship that was heard longer ago than this may be anywhere. */
#define RECENT_MS (30 * MINUTE_MS)
/* A receiver that sets its clock is off for less than this. */
#define OFF_MS (30 * MINUTE_MS)
/* Slower ships do not go far enough to tell; at rest they tell nothing but that. */
#define MOVING_DKN 20
#define RESTING_DKN 5
#define RESTING_M 500.0
#define STRAIGHT_M 150.0
/* Wind, tide and careless senders: a course over ground may be so far off. */
#define STRAIGHT_DEG 60.0
/* That a receiver was off is said against its clock: only ships that kept their course
 * tell of it, not those that are moved (places that are jammed, a tape that begins anew).
 */
#define LOST_DEG 30.0
#define BACKWARDS_DEG 110.0
/* No ship goes so far between two reports. */
#define FAR_ON_E7 1000000
/* The ships' own words of one step differ by less; of one behind hours in which they were
 * not heard, by a part of their way. */
#define AGREE_MS MINUTE_MS
#define AGREE_PART 20
#define NEEDED ((uint32_t)HAS_POSITION | HAS_SOG)

static unsigned heard_at(uint32_t mmsi)
{
    return (mmsi * 2654435761u) >> 22 & (MERGE_HEARD - 1);
}

static struct merge_heard *find_heard(struct merge_source *s, uint32_t mmsi)
{
    return &s->heard[heard_at(mmsi)];
}

void merge_clock_shift(struct merge_source *s, int64_t by_ms)
{
    for (unsigned i = 0; i < MERGE_HEARD; i++)
        s->heard[i].time_ms += by_ms;
}

/* How many of the ships heard lately are moving, and how many are at rest. */
static void count_known(const struct merge_source *s, struct merge_votes *v)
{
    v->is_counted = true;
    v->known_moving = v->known_resting = 0;
    for (unsigned i = 0; i < MERGE_HEARD; i++) {
        const struct merge_heard *h = &s->heard[i];
        if (h->mmsi == 0 || s->time_ms - h->time_ms > RECENT_MS)
            continue;
        v->known_moving += h->sog_dkn >= MOVING_DKN;
        v->known_resting += h->sog_dkn <= RESTING_DKN;
    }
}

bool merge_clock_has_heard(const struct merge_source *s, uint32_t mmsi, int64_t within_ms)
{
    const struct merge_heard *h = &s->heard[heard_at(mmsi)];
    return h->mmsi == mmsi && s->time_ms - h->time_ms <= within_ms;
}

bool merge_clock_has_moving(const struct merge_source *s)
{
    struct merge_votes v;
    count_known(s, &v);
    return v.known_moving > MERGE_CONFIRM;
}

enum vote { VOTE_NONE, VOTE_MOVING, VOTE_RESTING, VOTE_AGAINST, VOTE_FAR, VOTE_LOST };

/* A report behind the step, beside the last one of its ship before it. */
struct pair {
    const struct merge_heard *before;
    const struct report *behind;
    int64_t clock_ms;  /* between them, by the clock */
    int64_t passed_ms; /* between them at least, without the time at the step */
    double metres;
};

/* The angle between its course and where it was next; 0 where it went too little. */
static double find_turn_deg(const struct pair *p)
{
    if (p->metres < STRAIGHT_M)
        return 0;
    if (p->before->cog_ddeg == MERGE_NO_COURSE)
        return 90;
    double bearing = geo_bearing_deg(p->before->pos, p->behind->pos);
    return geo_angle_deg(bearing, p->before->cog_ddeg / 10.0);
}

static bool has_same_speed(const struct pair *p)
{
    int a = p->before->sog_dkn, b = p->behind->sog_dkn;
    int most = a > b ? a : b, difference = a > b ? a - b : b - a;
    return difference <= MOVING_DKN || difference * 10 <= most * 3;
}

/* A receiver that was off, and began where its clock had stopped: the ships are farther
 * on than they can be. */
static bool is_lost(const struct merge_heard *h, const struct report *r)
{
    bool is_near = labs((long)r->pos.lat_e7 - h->pos.lat_e7) < FAR_ON_E7 &&
                   labs((long)r->pos.lon_e7 - h->pos.lon_e7) < FAR_ON_E7;
    int64_t clock_ms = r->time_ms - h->time_ms;
    if (is_near || h->sog_dkn < MOVING_DKN || r->sog_dkn < MOVING_DKN || clock_ms < 0 ||
        clock_ms > RECENT_MS)
        return false;
    struct pair p = {.before = h, .behind = r, .metres = geo_distance_m(h->pos, r->pos)};
    double kn = (h->sog_dkn + r->sog_dkn) / 20.0;
    int64_t way_ms = (int64_t)(p.metres / (kn * KN_MPS) * 1000);
    return way_ms - clock_ms >= OFF_MS && has_same_speed(&p) &&
           find_turn_deg(&p) <= LOST_DEG;
}

bool merge_clock_is_lost(struct merge_source *s, const struct report *r)
{
    const struct merge_heard *h = find_heard(s, r->mmsi);
    return (r->has & NEEDED) == NEEDED && h->mmsi == r->mmsi && is_lost(h, r) &&
           merge_clock_has_moving(s);
}

/* What came before says nothing of the clock then. */
static void look_for_lost(struct merge_source *s, const struct merge_heard *h,
                          const struct report *r)
{
    if (!is_lost(h, r))
        return;
    if (s->lost_ships == 0 || r->time_ms - s->lost_ms > OFF_MS) {
        s->lost_ships = 0;
        s->lost_ms = r->time_ms;
    }
    if (++s->lost_ships > MERGE_CONFIRM)
        s->steady_ms = s->lost_ms;
}

void merge_clock_note(struct merge_source *s, const struct report *r)
{
    if ((r->has & NEEDED) != NEEDED)
        return;
    struct merge_heard *h = find_heard(s, r->mmsi);
    if (h->mmsi == r->mmsi)
        look_for_lost(s, h, r);
    *h = (struct merge_heard){.mmsi = r->mmsi,
                              .pos = r->pos,
                              .time_ms = r->time_ms,
                              .sog_dkn = r->sog_dkn,
                              .cog_ddeg = (r->has & HAS_COG) != 0 ? r->cog_ddeg
                                                                  : MERGE_NO_COURSE};
}

static enum vote ask_moving(const struct pair *p, bool is_ahead, int64_t *ret_way_ms)
{
    double kn = (p->before->sog_dkn + p->behind->sog_dkn) / 20.0;
    int64_t way_ms = (int64_t)(p->metres / (kn * KN_MPS) * 1000);
    int64_t step_ms = p->clock_ms - way_ms, off_ms = way_ms - p->passed_ms;
    int64_t slack_ms = 30 * SECOND_MS + way_ms / 10;
    bool is_right_way = is_ahead ? step_ms >= MERGE_STEP_MS / 2
                                 : step_ms <= -MERGE_STEP_MS / 2 && p->clock_ms < 0;
    double turn_deg = find_turn_deg(p);
    *ret_way_ms = way_ms;
    if (is_right_way && off_ms >= -slack_ms && off_ms <= OFF_MS && has_same_speed(p) &&
        turn_deg <= STRAIGHT_DEG)
        return VOTE_MOVING;
    if (way_ms > (p->passed_ms + OFF_MS) / 2 * 3) {
        bool is_off = step_ms < -OFF_MS || (is_ahead && step_ms > way_ms / 5 + OFF_MS);
        bool is_lost = is_off && has_same_speed(p) && turn_deg <= LOST_DEG;
        if (is_lost)
            return VOTE_LOST;
        return is_off ? VOTE_FAR : VOTE_AGAINST;
    }
    if (is_ahead)
        return way_ms * 10 >= p->clock_ms * 6 ? VOTE_AGAINST : VOTE_NONE;
    return p->clock_ms >= 0 || turn_deg > BACKWARDS_DEG ? VOTE_AGAINST : VOTE_NONE;
}

static enum vote ask_resting(const struct pair *p, bool is_ahead)
{
    if (p->metres > 4 * RESTING_M)
        return VOTE_AGAINST;
    if (is_ahead || p->metres > RESTING_M)
        return VOTE_NONE;
    return p->clock_ms < 0 ? VOTE_RESTING : VOTE_AGAINST;
}

void merge_clock_ask(struct merge_source *s, const struct report *r)
{
    struct merge_jump *jump = &s->jump;
    struct merge_votes *v = &jump->votes;
    const struct merge_heard *h = find_heard(s, r->mmsi);
    if ((r->has & NEEDED) != NEEDED || h->mmsi != r->mmsi ||
        s->time_ms - h->time_ms > RECENT_MS || v->count == MERGE_VOTES)
        return;
    for (unsigned i = 0; i < v->count; i++)
        if (v->mmsi[i] == r->mmsi)
            return;
    int64_t into_ms = r->time_ms > jump->low_ms ? r->time_ms - jump->low_ms : 0;
    struct pair p = {.before = h,
                     .behind = r,
                     .clock_ms = r->time_ms - h->time_ms,
                     .passed_ms = s->time_ms - h->time_ms + into_ms,
                     .metres = geo_distance_m(h->pos, r->pos)};
    bool is_apart = jump->is_ahead || jump->low_ms < s->time_ms - MERGE_STEP_MS;
    int64_t way_ms = 0;
    enum vote vote = VOTE_NONE;
    if (h->sog_dkn >= MOVING_DKN && r->sog_dkn >= MOVING_DKN)
        vote = ask_moving(&p, jump->is_ahead, &way_ms);
    else if (h->sog_dkn <= RESTING_DKN && r->sog_dkn <= RESTING_DKN && is_apart)
        vote = ask_resting(&p, jump->is_ahead);
    if (vote == VOTE_NONE)
        return;
    v->mmsi[v->count++] = r->mmsi;
    v->resting += vote == VOTE_RESTING;
    v->against += vote == VOTE_AGAINST;
    v->far += vote == VOTE_FAR || vote == VOTE_LOST;
    if (vote == VOTE_LOST) {
        v->lost_way_ms += way_ms;
        v->lost_ms[v->lost++] = p.clock_ms - way_ms;
    }
    if (vote == VOTE_MOVING) {
        v->way_ms += way_ms;
        v->steps_ms[v->moving++] = p.clock_ms - way_ms;
    }
}

static int compare_steps(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t find_median(const int64_t *steps_ms, unsigned count)
{
    int64_t sorted_ms[MERGE_VOTES];
    memcpy(sorted_ms, steps_ms, count * sizeof sorted_ms[0]);
    qsort(sorted_ms, count, sizeof sorted_ms[0], compare_steps);
    return sorted_ms[(count - 1) / 2];
}

static unsigned count_agreeing(const int64_t *steps_ms, unsigned count, int64_t within_ms)
{
    unsigned agreeing = 0;
    if (count == 0)
        return 0;
    int64_t median_ms = find_median(steps_ms, count);
    for (unsigned i = 0; i < count; i++)
        agreeing += llabs(steps_ms[i] - median_ms) <= within_ms;
    return agreeing;
}

/* Do the ships agree that the receiver was off, and that its clock is wrong since? */
static bool are_lost(const struct merge_votes *v)
{
    int64_t part_ms = v->lost != 0 ? v->lost_way_ms / v->lost / AGREE_PART : 0;
    unsigned lost = count_agreeing(v->lost_ms, v->lost, AGREE_MS + part_ms);
    return lost > MERGE_CONFIRM && (v->against + v->moving + v->lost - lost) * 2 <= lost;
}

int64_t merge_clock_lost_by(const struct merge_source *s)
{
    const struct merge_votes *v = &s->jump.votes;
    return find_median(v->lost_ms, v->lost);
}

static unsigned least_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

enum merge_verdict merge_clock_judge(struct merge_source *s)
{
    struct merge_jump *jump = &s->jump;
    struct merge_votes *v = &jump->votes;
    if (v->count == 0)
        return MERGE_UNDECIDED;
    if (!v->is_counted)
        count_known(s, v);
    if (are_lost(v))
        return MERGE_LOST;
    unsigned moving = count_agreeing(v->steps_ms, v->moving, AGREE_MS);
    unsigned all = moving + v->resting;
    unsigned against = v->against + v->far + v->moving - moving;
    unsigned known = v->known_moving + v->known_resting;
    unsigned needed = least_of(MERGE_CONFIRM + 1, known);
    if (jump->is_ahead && moving > MERGE_CONFIRM && against * 4 <= moving)
        return MERGE_STEP;
    /* That a clock goes back is itself a sign. */
    if (!jump->is_ahead && all != 0 && all >= needed && against * 4 <= all &&
        moving >= least_of(2, v->known_moving) && jump->reports > MERGE_CONFIRM)
        return MERGE_STEP;
    bool is_far = jump->is_ahead && !jump->is_near;
    unsigned refuting = is_far || known > MERGE_CONFIRM ? 2 : 1;
    bool is_refuted = v->against >= refuting && against - v->lost > all + v->lost;
    return is_refuted ? MERGE_NO_STEP : MERGE_UNDECIDED;
}

/* --- the size of a step --- */

/* The roundest number within tolerance_ms of about_ms: people and time zones set clocks
 * by hours, receivers by weeks of GPS. A unit counts only when it would hardly be met by
 * chance. */
int64_t merge_clock_round(int64_t about_ms, int64_t tolerance_ms)
{
    static const int64_t units_ms[] = {1024 * 7 * DAY_MS, DAY_MS,         HOUR_MS,
                                       30 * MINUTE_MS,    15 * MINUTE_MS, 5 * MINUTE_MS,
                                       MINUTE_MS,         SECOND_MS};
    int64_t size_ms = llabs(about_ms), sign = about_ms < 0 ? -1 : 1;
    for (size_t i = 0; i < sizeof units_ms / sizeof units_ms[0]; i++) {
        int64_t round_ms = (size_ms + units_ms[i] / 2) / units_ms[i] * units_ms[i];
        if (round_ms != 0 && units_ms[i] >= 8 * tolerance_ms &&
            llabs(round_ms - size_ms) <= tolerance_ms)
            return sign * round_ms;
    }
    return about_ms;
}

/* The step is at least least_ms and at most most_ms. */
static int64_t choose_step(const struct merge_source *s, int64_t least_ms,
                           int64_t most_ms)
{
    const struct merge_votes *v = &s->jump.votes;
    if (least_ms > most_ms)
        least_ms = most_ms = least_ms + (most_ms - least_ms) / 2;
    int64_t about_ms = least_ms + (most_ms - least_ms) / 2;
    int64_t tolerance_ms = (most_ms - least_ms) / 2 + SECOND_MS;
    if (v->moving != 0) {
        int64_t spread_ms = 2 * SECOND_MS + v->way_ms / v->moving * 3 / 100;
        about_ms = find_median(v->steps_ms, v->moving);
        about_ms = about_ms < least_ms ? least_ms : about_ms;
        about_ms = about_ms > most_ms ? most_ms : about_ms;
        tolerance_ms = spread_ms < tolerance_ms ? spread_ms : tolerance_ms;
    }
    return merge_clock_round(about_ms, tolerance_ms);
}

int64_t merge_clock_step(const struct merge_source *s)
{
    const struct merge_jump *jump = &s->jump;
    int64_t most_ms = jump->low_ms - s->time_ms;
    int64_t pace_ms =
        jump->reports > 1 ? (jump->high_ms - jump->low_ms) / (jump->reports - 1) : 0;
    int64_t off_ms = jump->votes.moving != 0 ? OFF_MS : 2 * pace_ms;
    int64_t step_ms = choose_step(s, most_ms - off_ms, most_ms);
    /* Back to where the clock was before? */
    return llabs(step_ms + s->shifted_ms) <= AGREE_MS ? -s->shifted_ms : step_ms;
}

int64_t merge_clock_step_between(const struct merge_source *s)
{
    const struct merge_jump *jump = &s->jump;
    return choose_step(s, jump->high_ms - jump->back_ms, jump->low_ms - s->time_ms);
}

/* The last report of the ship by the new clock, before the held one at `at`. */
static const struct report *find_last_new(const struct merge_source *s, size_t at)
{
    uint32_t mmsi = s->held[at]->report.mmsi;
    while (at-- > 0) {
        const struct merge_node *node = s->held[at];
        if (node->clock == MERGE_CLOCK_NEW && node->report.mmsi == mmsi)
            return (node->report.has & NEEDED) == NEEDED ? &node->report : NULL;
    }
    return NULL;
}

int64_t merge_clock_step_behind(const struct merge_source *s)
{
    const struct merge_jump *jump = &s->jump;
    int64_t steps_ms[MERGE_VOTES], ways_ms = 0;
    unsigned count = 0;
    for (size_t i = s->held_count; i-- > 0 && count < MERGE_VOTES;) {
        const struct report *r = &s->held[i]->report;
        if (s->held[i]->clock != MERGE_CLOCK_OLD || (r->has & NEEDED) != NEEDED)
            continue;
        const struct report *before = find_last_new(s, i);
        if (before == NULL || before->sog_dkn < MOVING_DKN || r->sog_dkn < MOVING_DKN)
            continue;
        double ms = (before->sog_dkn + r->sog_dkn) / 20.0 * KN_MPS;
        int64_t way_ms = (int64_t)(geo_distance_m(before->pos, r->pos) / ms * 1000);
        ways_ms += way_ms;
        steps_ms[count++] = before->time_ms + way_ms - r->time_ms;
    }
    if (count != 0)
        return merge_clock_round(find_median(steps_ms, count),
                                 2 * SECOND_MS + ways_ms / count * 3 / 100);
    int64_t pace_ms =
        jump->reports > 1 ? (jump->high_ms - jump->low_ms) / (jump->reports - 1) : 0;
    return merge_clock_round(jump->high_ms - jump->back_ms + pace_ms,
                             pace_ms + SECOND_MS);
}
