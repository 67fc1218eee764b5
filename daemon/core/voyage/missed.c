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

#define PLACE_M 3000.0
/* a longer gap does not show whether the ship lay still */
#define SILENCE_MS DAY_MS

/* A ship and its stop under way. */
struct ship {
    uint32_t mmsi, track;
    bool is_stopped;
    struct tracks tracks;
    struct geo_pos pos; /* where the stop began */
    int64_t begin_ms, last_ms;
    int64_t fast_since_ms; /* first of the fast fixes; TIME_NONE */
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
    int64_t ms = s->last_ms - s->begin_ms;
    if (ms < m->for_ms || ports_index_at(m->ports, s->pos, PORT_NONE) != PORT_NONE)
        return 0;
    if (array_grow(&m->stays, &m->stay_room, m->stay_count + 1, sizeof *m->stays) != 0)
        return ERR_NOMEM;
    m->stays[m->stay_count++] = (struct stay){s->mmsi, s->pos, ms};
    return 0;
}

static bool has_ended(const struct missed *m, struct ship *s, const struct track_fix *fix,
                      double kn)
{
    const struct call_conf *conf = &m->call_conf;
    if (fix->time_ms - s->last_ms > SILENCE_MS ||
        geo_distance_m(s->pos, fix->pos) > conf->stop_move_m)
        return true;
    if (kn < conf->stop_end_kn) {
        s->fast_since_ms = TIME_NONE;
        return false;
    }
    if (s->fast_since_ms == TIME_NONE)
        s->fast_since_ms = fix->time_ms;
    return fix->time_ms - s->fast_since_ms >= conf->stop_end_ms;
}

static int take_fix(struct missed *m, struct ship *s, const struct track_fix *fix)
{
    double kn = tracks_speed_kn(s->has_before ? &s->before : NULL, fix);
    int rc = 0;
    s->before = *fix;
    s->has_before = true;
    if (s->is_stopped && has_ended(m, s, fix, kn))
        rc = end_stop(m, s);
    if (!s->is_stopped && kn >= 0 && kn <= m->call_conf.stop_begin_kn) {
        s->is_stopped = true;
        s->pos = fix->pos;
        s->begin_ms = fix->time_ms;
        s->fast_since_ms = TIME_NONE;
    }
    if (s->is_stopped && s->fast_since_ms == TIME_NONE)
        s->last_ms = fix->time_ms;
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

static void find_port(const struct ports *ports, struct missed_place *place)
{
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        if (ports_get(ports, i)->same != i)
            continue;
        double d = ports_distance_m(ports, i, place->pos);
        if (place->port == PORT_NONE || d < place->port_m) {
            place->port = i;
            place->port_m = d;
        }
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
        find_port(m->ports, &m->places[i]);
    if (m->place_count != 0)
        qsort(m->places, m->place_count, sizeof *m->places, by_size);
    *ret_places = m->places;
    *ret_count = m->place_count;
    return 0;
}
