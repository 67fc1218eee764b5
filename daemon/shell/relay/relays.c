/* SPDX-License-Identifier: Apache-2.0 */
/* Which vessels a relay tells of, how often, and in which sentences. */
#include <stdlib.h>
#include <string.h>

#include "lookout/ais/encode.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine_vessel.h"
#include "relay_int.h"

enum {
    STATIC_MS = 6 * 60 * 1000, /* ITU-R M.1371-5 annex 1, 4.2.1: every 6 min */
    SWEEP_LEAST = 1024,
    FLUSH_BYTES = 16 << 10 /* a burst goes out in such pieces */
};

/* --- what was told --- */

/* Forget the vessels of which nothing was told for longer than anybody asks: both maps
 * hold structs that begin with the time. */
static void sweep_told(struct map *map, int64_t keep_ms, int64_t now_ms)
{
    struct map kept;
    size_t cursor = 0;
    uint64_t mmsi = 0;
    void *value = NULL;
    map_init(&kept);
    while (map_next(map, &cursor, &mmsi, &value)) {
        const int64_t *last_ms = value;
        if (now_ms - *last_ms > keep_ms || map_set(&kept, mmsi, value) != 0)
            free(value);
    }
    map_finish(map);
    *map = kept;
}

static void free_told(struct map *map)
{
    size_t cursor = 0;
    uint64_t mmsi = 0;
    void *value = NULL;
    while (map_next(map, &cursor, &mmsi, &value))
        free(value);
    map_finish(map);
}

/* The value, of `size` zero bytes where it is new; NULL: out of memory. */
static void *obtain_told(struct map *map, uint32_t mmsi, size_t size)
{
    void *value = map_get(map, mmsi);
    if (value != NULL)
        return value;
    value = calloc(1, size);
    if (value != NULL && map_set(map, mmsi, value) == 0)
        return value;
    free(value);
    return NULL;
}

/* --- alerts --- */

void relays_alert(struct relays *r, const struct alert *alert)
{
    if (r->alerted_ms == 0 || alert->mmsi == 0 || alert->is_muted)
        return;
    if (r->told.count >= r->sweep_at) {
        sweep_told(&r->told, r->alerted_ms, alert->detected_ms);
        r->sweep_at = 2 * r->told.count + SWEEP_LEAST;
    }
    int64_t *told_ms = obtain_told(&r->told, alert->mmsi, sizeof *told_ms);
    if (told_ms != NULL)
        *told_ms = alert->detected_ms;
}

/* The engine knows of those before the start. A distress device is an alarm by itself. */
static bool is_alerted(const struct relays *r, const struct engine *engine,
                       const struct relay *relay, uint32_t mmsi)
{
    if (relay->conf->alerted_ms == 0 || report_is_distress(mmsi))
        return true;
    int64_t since_ms = engine_now(engine) - relay->conf->alerted_ms;
    const int64_t *told_ms = map_get(&r->told, mmsi);
    int64_t known_ms = engine_vessel_told_ms(engine, mmsi);
    return (told_ms != NULL && *told_ms >= since_ms) ||
           (known_ms != TIME_NONE && known_ms >= since_ms);
}

/* --- one vessel --- */

static struct relay_ship *obtain_ship(struct relay *relay, uint32_t mmsi, int64_t now_ms)
{
    int64_t every_ms = relay->conf->every_ms;
    if (relay->ships.count >= relay->sweep_at) {
        sweep_told(&relay->ships, every_ms > STATIC_MS ? every_ms : STATIC_MS, now_ms);
        relay->sweep_at = 2 * relay->ships.count + SWEEP_LEAST;
    }
    return obtain_told(&relay->ships, mmsi, sizeof(struct relay_ship));
}

/* A clock that was set back makes everything due. 0: nothing was told yet. */
static bool is_due(int64_t last_ms, int64_t every_ms, int64_t now_ms)
{
    return last_ms == 0 || now_ms < last_ms || now_ms - last_ms >= every_ms;
}

static uint64_t hash_known_static(const struct report *r)
{
    uint64_t h = hash_u64(r->imo, hash_u64(r->has & ~(uint32_t)REPORT_MOTION, 0));
    h = hash_text(r->destination, hash_text(r->callsign, hash_text(r->name, h)));
    return hash_u64((uint64_t)r->ship_type << 40 | (uint64_t)r->draught_dm << 32 |
                        (uint64_t)r->length_m << 16 | r->beam_m,
                    h);
}

/* --- telling --- */

static bool has_static(const struct report *r)
{
    return (r->has & ~(uint32_t)(REPORT_MOTION | HAS_TEXT)) != 0;
}

/* Append its position, and its static data where they are new, or the reader is. */
static void tell_readers(struct relays *r, struct relay *relay,
                         const struct report *known)
{
    struct relay_ship *ship = obtain_ship(relay, known->mmsi, known->time_ms);
    if (ship == NULL || !is_due(ship->position_ms, relay->conf->every_ms, known->time_ms))
        return;
    struct encode_tag tag = {.station = r->site, .sequence = relay->sequence};
    size_t length = relay->out.length;
    uint64_t hash = hash_known_static(known);
    bool is_static_due = is_due(ship->static_ms, STATIC_MS, known->time_ms) ||
                         ship->hash != hash || ship->arrivals != relay->socket->arrivals;
    int rc = encode_position(known, &tag, &relay->out);
    if (rc == 0 && is_static_due && has_static(known)) {
        rc = encode_static(known, &tag, &relay->out);
        relay->sequence++;
        ship->static_ms = known->time_ms;
        ship->hash = hash;
        ship->arrivals = relay->socket->arrivals;
    }
    ship->position_ms = known->time_ms;
    if (rc != 0)
        relay->out.length = length;
}

/* What is known of the vessel, when the report's position is believed: then it is the
 * last of its track. A distress device is always believed. */
static bool find_known_ship(const struct engine *engine, const struct report *report,
                            struct report *ret_known)
{
    if ((report->has & HAS_POSITION) == 0)
        return false;
    if (report_is_distress(report->mmsi)) {
        *ret_known = *report;
        return true;
    }
    if (!engine_vessel_report(engine, report->mmsi, ret_known) ||
        ret_known->time_ms != report->time_ms)
        return false;
    ret_known->is_class_b = ret_known->is_class_b || report->is_class_b;
    return true;
}

/* A distress device is no vessel: it is of those that tell of all. */
static bool is_chosen(const struct engine *engine, const struct relay *relay,
                      uint32_t mmsi)
{
    return report_is_distress(mmsi)
               ? vessel_filter_is_all(&relay->conf->vessels)
               : engine_vessel_is_of(engine, mmsi, &relay->conf->vessels);
}

void relays_report(struct relays *r, const struct engine *engine,
                   const struct report *report)
{
    struct report known;
    bool is_read = false;
    for (size_t i = 0; i < r->count; i++)
        is_read = is_read || relay_socket_is_read(r->items[i]->socket);
    if (!is_read || !find_known_ship(engine, report, &known))
        return;
    for (size_t i = 0; i < r->count; i++) {
        struct relay *relay = r->items[i];
        if (!relay_socket_is_read(relay->socket) ||
            !is_chosen(engine, relay, known.mmsi) ||
            !is_alerted(r, engine, relay, known.mmsi))
            continue;
        tell_readers(r, relay, &known);
        if (relay->out.length >= FLUSH_BYTES)
            relays_flush(r);
    }
}

void relays_flush(struct relays *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct relay *relay = r->items[i];
        if (relay->out.length == 0)
            continue;
        if (relay->socket != NULL)
            relay_socket_send(relay->socket, &relay->out);
        buf_clear(&relay->out);
    }
}

/* --- lifetime --- */

static void destroy_relay(struct relay *relay)
{
    if (relay == NULL)
        return;
    relay_socket_close(relay->socket);
    free_told(&relay->ships);
    buf_finish(&relay->out);
    free(relay->id);
    free(relay);
}

static bool is_relay_at(const struct relay *relay, const struct conf_relay *conf)
{
    return relay->socket != NULL && strcmp(relay->id, conf->id) == 0 &&
           relay->conf->is_udp == conf->is_udp && relay->conf->port == conf->port &&
           strcmp(relay->conf->address, conf->address) == 0;
}

/* The relay that goes on as that one, taken out of the old ones; NULL. */
static struct relay *take_relay_at(struct relays *r, const struct conf_relay *conf)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i] != NULL && is_relay_at(r->items[i], conf)) {
            struct relay *relay = r->items[i];
            r->items[i] = NULL;
            return relay;
        }
    return NULL;
}

static struct relay *create_relay(const struct conf_relay *conf)
{
    struct relay *relay = calloc(1, sizeof *relay);
    if (relay == NULL || (relay->id = strdup(conf->id)) == NULL) {
        free(relay);
        return NULL;
    }
    map_init(&relay->ships);
    relay->sweep_at = SWEEP_LEAST;
    return relay;
}

static int open_relay(struct relays *r, struct relay *relay,
                      const struct conf_relay *conf, struct err *err)
{
    if (relay == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    relay->conf = conf;
    if (relay->socket == NULL)
        return relay_socket_open(r->loop, conf, relay->id, &relay->socket, err);
    relay->socket->max_clients = conf->max_clients;
    return 0;
}

/* Put the relays in place: first all that stay, then what is gone closes, so that its
 * address is free, then the others open. */
int relays_reconfigure(struct relays *r, const struct conf_relay *conf, size_t count,
                       const char *site, struct err *err)
{
    struct relay **items = calloc(count + 1, sizeof *items);
    if (items == NULL) { /* the old configuration goes, and they with it */
        for (size_t i = 0; i < r->count; i++)
            destroy_relay(r->items[i]);
        r->count = 0;
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    r->site = site;
    r->alerted_ms = 0;
    for (size_t i = 0; i < count; i++) {
        items[i] = take_relay_at(r, &conf[i]);
        if (conf[i].alerted_ms > r->alerted_ms)
            r->alerted_ms = conf[i].alerted_ms;
    }
    for (size_t i = 0; i < r->count; i++)
        destroy_relay(r->items[i]);
    free(r->items);
    r->items = items;
    r->count = 0;
    int rc = 0;
    for (size_t i = 0; i < count; i++) {
        struct relay *relay = items[i] != NULL ? items[i] : create_relay(&conf[i]);
        int open_rc = open_relay(r, relay, &conf[i], rc == 0 ? err : NULL);
        rc = rc == 0 ? open_rc : rc;
        items[i] = NULL;
        if (relay != NULL)
            items[r->count++] = relay;
    }
    return rc;
}

struct relays *relays_create(uv_loop_t *loop)
{
    struct relays *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->loop = loop;
    map_init(&r->told);
    return r;
}

void relays_close(struct relays *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->count; i++)
        destroy_relay(r->items[i]);
    free(r->items);
    free_told(&r->told);
    free(r);
}

size_t relays_count(const struct relays *r)
{
    return r->count;
}

void relays_status(const struct relays *r, size_t index, struct relay_status *ret)
{
    const struct relay *relay = r->items[index];
    memset(ret, 0, sizeof *ret);
    if (relay->socket != NULL)
        relay_socket_status(relay->socket, ret);
    ret->id = relay->id;
}
