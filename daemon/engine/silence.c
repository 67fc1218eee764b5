/* SPDX-License-Identifier: Apache-2.0 */
/* When sources were silent: silence of a ship then says nothing about the ship. */
#include "engine_int.h"

#include "lookout/timefmt.h"

void silence_heard(struct engine *e, uint16_t source, int64_t time_ms)
{
    if (source >= SOURCES_MAX)
        return;
    if (source >= e->source_count)
        e->source_count = (uint16_t)(source + 1);
    struct source *s = &e->sources[source];
    if (!s->is_known || time_ms > s->heard_ms)
        s->heard_ms = time_ms;
    s->is_known = true;
}

static void add_outage(struct source *s, int64_t begin_ms, int64_t end_ms)
{
    struct span span = {begin_ms, end_ms};
    s->outages[s->outage_count % OUTAGES_MAX] = span;
    s->outage_count++;
}

void engine_source_silent(struct engine *e, uint16_t source, bool is_silent)
{
    if (source >= SOURCES_MAX || e->now_ms == TIME_NONE)
        return;
    if (source >= e->source_count)
        e->source_count = (uint16_t)(source + 1);
    struct source *s = &e->sources[source];
    if (s->is_silent == is_silent)
        return;
    if (!s->is_known)
        s->heard_ms = e->now_ms;
    s->is_known = true;
    s->is_silent = is_silent;
    if (!is_silent && s->heard_ms < e->now_ms)
        add_outage(s, s->heard_ms, e->now_ms);
}

void engine_outage(struct engine *e, int64_t since_ms, int64_t until_ms)
{
    if (since_ms != TIME_NONE && until_ms > since_ms)
        add_outage(&e->daemon, since_ms, until_ms);
}

static int64_t overlap(const struct source *s, int64_t begin_ms, int64_t end_ms)
{
    int64_t sum = 0;
    uint32_t held = s->outage_count < OUTAGES_MAX ? s->outage_count : OUTAGES_MAX;
    for (uint32_t i = 0; i < held; i++) {
        int64_t from =
            s->outages[i].begin_ms > begin_ms ? s->outages[i].begin_ms : begin_ms;
        int64_t to = s->outages[i].end_ms < end_ms ? s->outages[i].end_ms : end_ms;
        sum += to > from ? to - from : 0;
    }
    if (s->is_silent) {
        int64_t from = s->heard_ms > begin_ms ? s->heard_ms : begin_ms;
        sum += end_ms > from ? end_ms - from : 0;
    }
    return sum;
}

int64_t silence_of(const struct engine *e, uint16_t source, int64_t since_ms)
{
    int64_t whole = e->now_ms - since_ms;
    int64_t sum = overlap(&e->daemon, since_ms, e->now_ms);
    if (source < SOURCES_MAX)
        sum += overlap(&e->sources[source], since_ms, e->now_ms);
    return sum < whole ? sum : whole > 0 ? whole : 0;
}

/* The least of the sources' silences: at least as much as the time in which all were
 * silent together. */
int64_t silence_of_all(const struct engine *e, int64_t since_ms)
{
    int64_t least = INT64_MAX;
    for (uint16_t i = 0; i < e->source_count; i++) {
        if (!e->sources[i].is_known)
            continue;
        int64_t sum = silence_of(e, i, since_ms);
        least = sum < least ? sum : least;
    }
    return least != INT64_MAX ? least : silence_of(e, SOURCES_MAX, since_ms);
}

bool silence_is_now(const struct engine *e, uint16_t source)
{
    return source < SOURCES_MAX && e->sources[source].is_silent;
}
