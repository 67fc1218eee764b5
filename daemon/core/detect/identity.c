/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one MMSI's static data. What two MMSIs have in common is the engine's. */
#include "lookout/detect/identity.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/ais/report.h"
#include "lookout/track/vessel_type.h"

enum { OTHERS = IDENTITY_IMO };

const char *const identity_words[] = {
    [IDENTITY_NAME] = "name",
    [IDENTITY_CALLSIGN] = "callsign",
    [IDENTITY_TYPE] = "type",
    [IDENTITY_SIZE] = "size",
    [IDENTITY_IMO] = "imo",
    [IDENTITY_MMSI] = "mmsi",
    [IDENTITY_TWO_MMSIS] = "two_mmsis",
    [IDENTITY_TWO_PLACES] = "two_places",
    [IDENTITY_MID] = "mid",
    [IDENTITY_IMO_CHECK] = "imo_check",
    [IDENTITY_CALLSIGN_FLAG] = "callsign_flag",
    [IDENTITY_WHATS] = NULL,
};

void identity_init(struct identity *id)
{
    memset(id, 0, sizeof *id);
    id->two_mmsis_ms = id->two_places_ms = TIME_NONE;
}

void identity_finish(struct identity *id)
{
    held_finish(&id->imo);
    for (size_t i = 0; id->others != NULL && i < OTHERS; i++)
        held_finish(&id->others[i]);
    free(id->others);
    id->others = NULL;
}

const struct held *identity_value(const struct identity *id, enum identity_what what)
{
    if (what == IDENTITY_IMO)
        return &id->imo;
    return id->others != NULL ? &id->others[what] : NULL;
}

bool identity_stands(int64_t seen_ms, int64_t now_ms)
{
    return seen_ms != TIME_NONE && now_ms - seen_ms <= IDENTITY_AGAIN_MS;
}

void identity_add_former(struct identity *id, const struct identity *before,
                         uint32_t mmsi, int64_t until_ms)
{
    id->former[0] = (struct identity_former){mmsi, until_ms};
    memcpy(&id->former[1], before->former, (IDENTITY_FORMERS - 1) * sizeof id->former[0]);
}

void identity_hold_imo(struct identity *id, uint32_t imo, int64_t time_ms)
{
    id->imo.key = imo;
    id->imo.since_ms = TIME_NONE;
    id->imo.last_ms = time_ms;
}

void identity_clamp(struct identity *id, int64_t now_ms)
{
    held_clamp(&id->imo, now_ms);
    for (size_t i = 0; id->others != NULL && i < OTHERS; i++)
        held_clamp(&id->others[i], now_ms);
    time_clamp(&id->two_mmsis_ms, now_ms);
    time_clamp(&id->two_places_ms, now_ms);
    for (size_t i = 0; i < IDENTITY_FORMERS; i++)
        time_clamp(&id->former[i].until_ms, now_ms);
}

/* --- what a report says --- */

static struct held_value find_sent(const struct report *r, enum identity_what what)
{
    struct held_value none = {.form = HELD_NUMBER};
    int type;
    switch ((int)what) {
    case IDENTITY_NAME:
        return (r->has & HAS_NAME) != 0 ? (struct held_value){HELD_NAME, r->name, 0}
                                        : none;
    case IDENTITY_CALLSIGN:
        return (r->has & HAS_CALLSIGN) != 0
                   ? (struct held_value){HELD_TEXT, r->callsign, 0}
                   : none;
    case IDENTITY_TYPE:
        type = (r->has & HAS_SHIP_TYPE) != 0 ? vessel_type_of(r->ship_type) : -1;
        return (struct held_value){HELD_NUMBER, NULL, (uint32_t)(type + 1)};
    case IDENTITY_SIZE:
        return (r->has & HAS_DIMENSIONS) != 0
                   ? (struct held_value){HELD_LENGTH, NULL, r->length_m}
                   : none;
    default:
        return (r->has & (HAS_IMO | HAS_IMO_WRONG)) != 0
                   ? (struct held_value){HELD_NUMBER, NULL, r->imo}
                   : none;
    }
}

int identity_hear(struct identity *id, bool wants_all, const struct report *r,
                  identity_sink sink, void *context)
{
    int rc = 0;
    if (wants_all && id->others == NULL) {
        id->others = calloc(OTHERS, sizeof *id->others);
        if (id->others == NULL)
            return ERR_NOMEM;
    }
    for (int i = wants_all ? 0 : IDENTITY_IMO; i < IDENTITY_VALUES && rc == 0; i++) {
        struct held *held = i == IDENTITY_IMO ? &id->imo : &id->others[i];
        struct held_value value = find_sent(r, (enum identity_what)i);
        struct held_change change;
        rc = held_hear(held, &value, r->time_ms, &change);
        const struct identity_event event = {.what = (enum identity_what)i,
                                             .time_ms = r->time_ms,
                                             .now = held,
                                             .change = &change};
        if (rc == 0 && change.step != HELD_NOTHING)
            rc = sink(context, &event);
    }
    return rc;
}

/* --- saved state --- */

void identity_save(const struct identity *id, struct wire_writer *w)
{
    held_save(&id->imo, w);
    wire_put_u64(w, id->others != NULL ? OTHERS : 0);
    for (size_t i = 0; id->others != NULL && i < OTHERS; i++)
        held_save(&id->others[i], w);
    wire_put_i64(w, id->two_mmsis_ms);
    wire_put_i64(w, id->two_places_ms);
    uint64_t formers = 0;
    while (formers < IDENTITY_FORMERS && id->former[formers].mmsi != 0)
        formers++;
    wire_put_u64(w, formers);
    for (uint64_t i = 0; i < formers; i++) {
        wire_put_u64(w, id->former[i].mmsi);
        wire_put_i64(w, id->former[i].until_ms);
    }
}

static int load_values(struct identity *id, struct wire_reader *r)
{
    int rc = held_load(&id->imo, r);
    uint64_t others = rc == 0 ? wire_get_limited(r, OTHERS) : 0;
    if (others == 0)
        return rc;
    id->others = calloc(OTHERS, sizeof *id->others);
    if (id->others == NULL)
        return ERR_NOMEM;
    for (uint64_t i = 0; i < others && rc == 0; i++)
        rc = held_load(&id->others[i], r);
    return rc;
}

int identity_load(struct identity *id, struct wire_reader *r)
{
    int rc = load_values(id, r);
    if (rc == 0) {
        id->two_mmsis_ms = wire_get_time(r);
        id->two_places_ms = wire_get_time(r);
        uint64_t formers = wire_get_limited(r, IDENTITY_FORMERS);
        for (uint64_t i = 0; i < formers; i++) {
            id->former[i].mmsi = (uint32_t)wire_get_limited(r, UINT32_MAX);
            id->former[i].until_ms = wire_get_time(r);
        }
        rc = r->failed ? ERR_CORRUPT : 0;
    }
    if (rc != 0) {
        identity_finish(id);
        identity_init(id);
    }
    return rc;
}
