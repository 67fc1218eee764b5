/* SPDX-License-Identifier: Apache-2.0 */
/* Stays outside every port: makes stops from believed fixes as port calls do, stays from
 * stops, and places from stays. */
#include "lookout/voyage/missed.h"

#include <stdlib.h>

#include "lookout/base/array.h"
#include "lookout/base/map.h"
#include "lookout/base/time.h"
#include "lookout/track/track.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/call.h"
#include "lookout/voyage/ports.h"
#include "lookout/voyage/stop.h"

#define PLACE_M 3000.0
/* a longer gap does not show whether the ship lay still */
#define SILENCE_MS DAY_MS

/* A ship and its stop under way. */
struct ship {
    uint32_t mmsi, track;
    bool is_stopped;
    struct tracks tracks;
    struct stop stop;
    struct track_fix before;
    bool has_before;
};

struct stay {
    uint32_t mmsi;
    struct geo_pos pos;
    int64_t ms;
};

struct missed {
    const struct ports *ports; /* borrowed */
    int64_t for_ms;
    struct track_conf track_conf;
    struct call_conf call_conf;
    struct map ships;   /* MMSI -> struct ship, owned */
    struct stay *stays; /* owned */
    size_t stay_count, stay_room;
    struct missed_place *places; /* owned */
    size_t place_count;
};

struct missed *missed_create(const struct ports *ports, int64_t for_ms)
{
    struct missed *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->ports = ports;
    m->for_ms = for_ms;
    m->track_conf = tracks_conf_default();
    m->call_conf = call_conf_default();
    map_init(&m->ships);
    return m;
}

void missed_destroy(struct missed *m)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    if (m == NULL)
        return;
    while (map_next(&m->ships, &cursor, &key, &value)) {
        struct ship *s = value;
        tracks_finish(&s->tracks);
        free(s);
    }
    map_finish(&m->ships);
    free(m->stays);
    free(m->places);
    free(m);
}

/* --- stops --- */

/* The stop has ended: keep it when it was long and outside every port. */
static int end_stop(struct missed *m, struct ship *s)
{
    s->is_stopped = false;
    int64_t ms = s->stop.last_ms - s->stop.begin.time_ms;
    struct geo_pos pos = s->stop.begin.pos;
    if (ms < m->for_ms || ports_index_at(m->ports, pos, PORT_NONE) != PORT_NONE)
        return 0;
    if (array_grow(&m->stays, &m->stay_room, m->stay_count + 1, sizeof *m->stays) != 0)
        return ERR_NOMEM;
    m->stays[m->stay_count++] = (struct stay){s->mmsi, pos, ms};
    return 0;
}

static int take_fix(struct missed *m, struct ship *s, const struct track_fix *fix)
{
    double kn = tracks_speed_kn(s->has_before ? &s->before : NULL, fix);
    int rc = 0;
    if (s->is_stopped && (fix->time_ms - s->stop.last_ms > SILENCE_MS ||
                          stop_fix(&s->stop, &m->call_conf, &s->before, fix, kn)))
        rc = end_stop(m, s);
    if (!s->is_stopped && stop_is_slow(&m->call_conf, kn)) {
        s->is_stopped = true;
        stop_begin(&s->stop, fix);
    }
    s->before = *fix;
    s->has_before = true;
    return rc;
}

static struct ship *find_ship(struct missed *m, uint32_t mmsi)
{
    struct ship *s = map_get(&m->ships, mmsi);
    if (s != NULL)
        return s;
    s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->mmsi = mmsi;
    tracks_init(&s->tracks);
    if (map_set(&m->ships, mmsi, s) == 0)
        return s;
    free(s);
    return NULL;
}

int missed_report(struct missed *m, const struct report *report)
{
    struct track_fix fix;
    if (!vessel_is_ship(report->mmsi) || !tracks_fix_from_report(report, &fix))
        return 0;
    struct ship *s = find_ship(m, report->mmsi);
    enum track_verdict verdict;
    struct track *track = NULL;
    uint32_t gone = 0;
    if (s == NULL ||
        tracks_add(&s->tracks, &m->track_conf, &fix, &verdict, &track, &gone) != 0)
        return ERR_NOMEM;
    if (verdict == TRACK_OLD || verdict == TRACK_PENDING || track == NULL)
        return 0;
    if (track->id != s->track) {
        int rc = s->is_stopped ? end_stop(m, s) : 0;
        if (rc != 0)
            return rc;
        s->track = track->id;
        s->has_before = false;
    }
    return take_fix(m, s, &fix);
}

/* --- places --- */

static int by_mmsi(const void *a, const void *b)
{
    const struct ship *const *x = a, *const *y = b;
    return ((*x)->mmsi > (*y)->mmsi) - ((*x)->mmsi < (*y)->mmsi);
}

/* Stops that the end of the recording cuts, in an order that does not depend on a table.
 */
static int end_stops(struct missed *m)
{
    size_t cursor = 0, n = 0;
    uint64_t key;
    void *value;
    struct ship **ships = calloc(m->ships.count + 1, sizeof(struct ship *));
    int rc = ships != NULL ? 0 : ERR_NOMEM;
    while (rc == 0 && map_next(&m->ships, &cursor, &key, &value))
        ships[n++] = value;
    if (n != 0)
        qsort(ships, n, sizeof(struct ship *), by_mmsi);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (ships[i]->is_stopped)
            rc = end_stop(m, ships[i]);
    free(ships);
    return rc;
}

static int by_length(const void *a, const void *b)
{
    const struct stay *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? 1 : -1;
    return (x->mmsi > y->mmsi) - (x->mmsi < y->mmsi);
}

/* Whether an earlier stay of the place is the same ship's. */
static bool has_ship(const struct missed *m, const size_t *place_of, size_t stay)
{
    for (size_t i = 0; i < stay; i++)
        if (place_of[i] == place_of[stay] && m->stays[i].mmsi == m->stays[stay].mmsi)
            return true;
    return false;
}

/* The longest stay that belongs to no place makes a new place. */
static void gather_stays(struct missed *m, size_t *place_of)
{
    for (size_t i = 0; i < m->stay_count; i++) {
        const struct stay *stay = &m->stays[i];
        size_t k = 0;
        while (k < m->place_count &&
               geo_distance_m(m->places[k].pos, stay->pos) > PLACE_M)
            k++;
        struct missed_place *place = &m->places[k];
        if (k == m->place_count) {
            m->place_count++;
            *place = (struct missed_place){
                .pos = stay->pos, .mmsi = stay->mmsi, .port = PORT_NONE};
        }
        place_of[i] = k;
        place->stays++;
        place->total_ms += stay->ms;
        place->ships += has_ship(m, place_of, i) ? 0 : 1;
    }
}

static int by_size(const void *a, const void *b)
{
    const struct missed_place *x = a, *y = b;
    if (x->ships != y->ships)
        return x->ships < y->ships ? 1 : -1;
    if (x->total_ms != y->total_ms)
        return x->total_ms < y->total_ms ? 1 : -1;
    return (x->mmsi > y->mmsi) - (x->mmsi < y->mmsi);
}

int missed_places(struct missed *m, const struct missed_place **ret_places,
                  size_t *ret_count)
{
    int rc = end_stops(m);
    if (rc != 0)
        return rc;
    size_t *place_of = calloc(m->stay_count + 1, sizeof *place_of);
    m->places = calloc(m->stay_count + 1, sizeof *m->places);
    if (place_of == NULL || m->places == NULL) {
        free(place_of);
        return ERR_NOMEM;
    }
    if (m->stay_count != 0)
        qsort(m->stays, m->stay_count, sizeof *m->stays, by_length);
    gather_stays(m, place_of);
    free(place_of);
    for (size_t i = 0; i < m->place_count; i++)
        m->places[i].port =
            ports_nearest(m->ports, m->places[i].pos, &m->places[i].port_m);
    if (m->place_count != 0)
        qsort(m->places, m->place_count, sizeof *m->places, by_size);
    *ret_places = m->places;
    *ret_count = m->place_count;
    return 0;
}
