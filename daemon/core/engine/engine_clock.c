/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds that are late, and clocks that are set.
 *
 * The engine's time is the time of its fastest feed. A ship's silence is counted on the
 * clock of the feeds that hear the ship: the ship's timers wait longer by the amount that
 * its last report was behind the engine's time. If a late feed and a fast feed both hear
 * the ship, the timers also wait until the late feed has reached that time.
 *
 * When a clock is set, the difference is not time that passed. When the clock is set
 * ahead, every timer waits longer by the difference. When the clock is set back, every
 * stored time later than the new time is reduced to the new time; otherwise reports would
 * count as old until the clock reaches that time again. */
#include "engine_int.h"
#include "ship_identity_int.h"

#include <stdlib.h>

#include "lookout/base/time.h"

/* Two feeds may always differ by less than this. */
#define LATE_MS (5 * MINUTE_MS)
/* When another feed, which is not late, hears the ship, a late feed may still deliver
 * reports from this much of the silence, or from half of the silence. */
#define UNKNOWN_MS (30 * MINUTE_MS)
/* A late feed that has not heard a ship for this long counts as not hearing the ship. */
#define LATE_HEARS_MS DAY_MS

bool engine_clock_is_held(const struct engine *e, const struct ship *s)
{
    if (s->late_source >= SOURCES_MAX || e->now_ms - s->late_ms > LATE_HEARS_MS)
        return false;
    const struct source *late = &e->sources[s->late_source];
    return late->is_late && !late->is_silent;
}

void engine_clock_note_ship(struct engine *e, struct ship *s, uint16_t source,
                            int64_t time_ms)
{
    int64_t lag_ms = e->now_ms > time_ms ? e->now_ms - time_ms : 0;
    if (source >= SOURCES_MAX)
        return;
    e->sources[source].is_late = lag_ms > LATE_MS;
    if (lag_ms <= LATE_MS)
        return;
    bool is_slower = !engine_clock_is_held(e, s) || source == s->late_source ||
                     e->sources[source].heard_ms < e->sources[s->late_source].heard_ms;
    if (!is_slower)
        return;
    s->late_source = source;
    s->late_ms = e->now_ms;
}

void engine_clock_note_copy(struct engine *e, uint32_t mmsi, uint16_t source,
                            int64_t time_ms)
{
    bool was_late = source < SOURCES_MAX && e->sources[source].is_late;
    if (e->now_ms == TIME_NONE || (e->now_ms - time_ms <= LATE_MS && !was_late))
        return;
    silence_heard(e, source, time_ms);
    struct ship *s = ship_find(e, mmsi);
    if (s == NULL)
        return;
    engine_clock_note_ship(e, s, source, time_ms);
}

int64_t engine_clock_behind(const struct engine *e, const struct ship *s)
{
    if (!engine_clock_is_held(e, s))
        return s->lag_ms;
    int64_t feed_ms = e->now_ms - e->sources[s->late_source].heard_ms;
    return feed_ms > s->lag_ms ? feed_ms : s->lag_ms;
}

bool engine_clock_is_known(const struct engine *e, const struct ship *s, int64_t since_ms,
                           int64_t due_ms)
{
    int64_t told_ms = e->sources[s->late_source].heard_ms;
    int64_t unknown_ms = due_ms - (told_ms > since_ms ? told_ms : since_ms);
    return unknown_ms <= UNKNOWN_MS || unknown_ms <= (due_ms - since_ms) / 2;
}

/* --- steps --- */

static void clamp_folds(struct folds *folds, int64_t now_ms)
{
    for (uint32_t i = 0; i < folds->count; i++)
        time_clamp(&folds->items[i].time_ms, now_ms);
}

static void clamp_ship(struct engine *e, struct ship *s, int64_t now_ms)
{
    track_clock_clamp(&s->tracks, now_ms);
    for (uint8_t i = 0; i < s->track_count; i++) {
        zone_state_clamp(&s->items[i]->zones, now_ms);
        call_clamp(&s->items[i]->call, now_ms);
        voyage_clamp(&s->items[i]->voyage, now_ms);
        if (s->items[i]->slow != NULL)
            slow_watch_clamp(s->items[i]->slow, &e->grid, now_ms);
    }
    clamp_folds(&s->folds, now_ms);
    if (s->far != NULL)
        position_clamp(&s->far->it, now_ms);
    if (s->identity != NULL)
        identity_clamp(&s->identity->it, now_ms);
    time_clamp(&s->late_ms, now_ms);
    time_clamp(&s->first_ms, now_ms);
    time_clamp(&s->touched_ms, now_ms);
    time_clamp(&s->told_ms, now_ms);
    time_clamp(&s->alerted_ms, now_ms);
    time_clamp(&s->listed_ms, now_ms);
}

static void clamp_device(struct device *d, int64_t now_ms)
{
    track_clock_clamp(&d->tracks, now_ms);
    clamp_folds(&d->folds, now_ms);
    time_clamp(&d->said.heard_ms, now_ms);
    d->is_dirty = true;
}

/* Did the ship's believed fix, which is ahead of the time, come from that feed? */
static bool is_ahead_by(const struct ship *s, uint16_t source, int64_t to_ms)
{
    for (uint32_t i = 0; i < s->tracks.count; i++) {
        const struct track_fix *last = &s->tracks.items[i]->last;
        if (last->source == source && last->time_ms > to_ms)
            return true;
    }
    return false;
}

/* Was the ship heard by that feed last? */
static bool is_heard_by(const struct ship *s, uint16_t source)
{
    const struct track *current = tracks_current(&s->tracks);
    return current != NULL && current->last.source == source;
}

/* Through its saved form, in which every time of every part is read by one function. */
static int shift_ship(struct engine *e, struct ship *s, int64_t by_ms, struct buf *record)
{
    uint32_t mmsi = s->mmsi;
    buf_clear(record);
    int rc = engine_wire_save_ship(e, s, record);
    if (rc == 0)
        rc = engine_wire_load_shifted(e, mmsi, record->data, record->length, by_ms);
    if (rc == ERR_CORRUPT) /* no such time exists: the ship begins anew */
        return ship_forget_note(e, mmsi);
    s = rc == 0 ? ship_find(e, mmsi) : NULL;
    if (s != NULL)
        ship_mark(e, s);
    return rc;
}

int engine_clock_shift(struct engine *e, uint16_t source, int64_t by_ms)
{
    if (e->now_ms == TIME_NONE || source >= e->source_count)
        return 0; /* nothing was heard by it */
    bool is_all = e->source_count <= 1;
    struct buf record = {0};
    size_t n = engine_vessels(e, NULL, 0);
    uint32_t *mmsi = malloc((n + 1) * sizeof *mmsi);
    if (mmsi == NULL)
        return ERR_NOMEM;
    int rc = 0;
    (void)engine_vessels(e, mmsi, n);
    silence_shift(e, source, is_all, by_ms);
    if (is_all)
        e->now_ms += by_ms;
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct ship *s = ship_find(e, mmsi[i]);
        if (s != NULL && (is_all || is_heard_by(s, source)))
            rc = shift_ship(e, s, by_ms, &record);
    }
    if (rc == 0 && is_all)
        rc = device_shift_all(e, by_ms);
    free(mmsi);
    buf_finish(&record);
    return rc;
}

int engine_clock_back(struct engine *e, uint16_t source, int64_t to_ms)
{
    size_t cursor = 0;
    int rc = 0;
    if (e->now_ms == TIME_NONE)
        return 0;
    if (e->source_count <= 1 && e->now_ms > to_ms) {
        silence_clamp(e, to_ms);
        e->now_ms = to_ms;
    }
    for (struct ship *s; rc == 0 && (s = ship_next(e, &cursor)) != NULL;) {
        if (!is_ahead_by(s, source, to_ms))
            continue;
        clamp_ship(e, s, to_ms);
        ship_mark(e, s);
        s->settled = 0;
        rc = engine_time_schedule(e, s);
    }
    return rc;
}

int engine_clock_step(struct engine *e, int64_t from_ms, int64_t to_ms)
{
    if (e->now_ms == TIME_NONE)
        return 0;
    if (to_ms > from_ms && e->now_ms > from_ms)
        from_ms = e->now_ms < to_ms ? e->now_ms : to_ms; /* only what is still ahead */
    int64_t step_ms = to_ms - from_ms;
    if (step_ms < 0)
        silence_clamp(e, to_ms);
    else
        silence_skip(e, from_ms, to_ms);
    if (step_ms < 0 || to_ms > e->now_ms)
        e->now_ms = to_ms;
    size_t cursor = 0;
    int rc = 0;
    for (struct ship *s; rc == 0 && (s = ship_next(e, &cursor)) != NULL;) {
        s->lag_ms = s->lag_ms + step_ms > 0 ? s->lag_ms + step_ms : 0;
        if (step_ms < 0)
            clamp_ship(e, s, to_ms);
        ship_mark(e, s);
        s->settled = 0;
        rc = engine_time_schedule(e, s);
    }
    cursor = 0;
    for (struct device *d; step_ms < 0 && (d = device_next(e, &cursor)) != NULL;)
        clamp_device(d, to_ms);
    return rc;
}
