/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of MMSI and IMO numbers, and the static data of one vessel. */
#include "lookout/track/vessel.h"

#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "vessel_int.h"

#define MMSI_MAX 999999999u

/* --- numbers --- */

/* MMSIs of stations that are not ships: first..last, the digits before the country
 * digits, and a divisor that brings the country digits to the end (0: there are none). */
struct mmsi_form {
    uint32_t first, last;
    uint32_t prefix, mid_divisor;
    const char *distress; /* what a distress device is called; NULL: it is none */
};
/* clang-format off */
static const struct mmsi_form mmsi_forms[] = {
    /* first   last       prefix mid_divisor           ITU-R M.585-9 annex 1 */
    {0,         9999999,   0,   10000,  NULL},         /* section 2.2: coast stations 00MIDXXXX */
    {10000000,  99999999,  0,   100000, NULL},         /* section 2.1: groups of ships 0MIDXXXXX */
    {111000000, 111999999, 111, 1000,   NULL},         /* section 2.3: SAR aircraft 111MIDXXX */
    {970000000, 970999999, 0,   0,      "AIS-SART"},   /* annex 2 section 1 */
    {972000000, 972999999, 0,   0,      "MOB device"}, /* annex 2 section 2: man overboard */
    {974000000, 974999999, 0,   0,      "EPIRB"},      /* annex 2 section 3: EPIRB-AIS */
    {980000000, 989999999, 98,  10000,  NULL},         /* section 2.5: craft of a parent ship 98MIDXXXX */
    {990000000, 999999999, 99,  10000,  NULL},         /* section 2.4: aids to navigation 99MIDXXXX */
};
/* clang-format on */

static const struct mmsi_form *mmsi_form_of(uint32_t mmsi)
{
    for (size_t i = 0; i < sizeof mmsi_forms / sizeof mmsi_forms[0]; i++)
        if (mmsi >= mmsi_forms[i].first && mmsi <= mmsi_forms[i].last)
            return &mmsi_forms[i];
    return NULL;
}

bool vessel_is_ship(uint32_t mmsi)
{
    /* Between the ranges of aircraft and of distress devices there are only ships. */
    if (mmsi >= 112000000 && mmsi < 970000000)
        return true;
    return mmsi <= MMSI_MAX && mmsi_form_of(mmsi) == NULL;
}

const char *vessel_distress_name(uint32_t mmsi)
{
    const struct mmsi_form *form = mmsi_form_of(mmsi);
    return form != NULL ? form->distress : NULL;
}

const char *vessel_flag(uint32_t mmsi)
{
    if (mmsi > MMSI_MAX)
        return "";
    const struct mmsi_form *form = mmsi_form_of(mmsi);
    uint32_t mid = mmsi / 1000000u;
    if (form != NULL)
        mid = form->mid_divisor != 0 ? mmsi / form->mid_divisor % 1000u : 0;
    size_t low = 0, high = vessel_mid_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (vessel_mids[middle].mid < mid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < vessel_mid_count && vessel_mids[low].mid == mid)
        return vessel_mids[low].country;
    return "";
}

bool vessel_imo_is_valid(uint32_t imo)
{
    /* IMO Res. A.1117(30): the last digit is that of the sum of the first six times 7
     * down to 2. 1234567 satisfies it and is what crews type who have no number. */
    if (imo < 1000000 || imo > 9999999 || imo == 1234567)
        return false;
    uint32_t sum = 0, rest = imo / 10;
    for (uint32_t weight = 2; weight <= 7; weight++, rest /= 10)
        sum += rest % 10 * weight;
    return sum % 10 == imo % 10;
}

bool vessel_is_number(uint32_t number)
{
    bool is_good = number <= 9999999 ? vessel_imo_is_valid(number)
                                     : number >= 100000000 && vessel_is_ship(number);
    return is_good || vessel_distress_name(number) != NULL;
}

/* --- static data --- */

void vessel_static_init(struct vessel_static *s)
{
    memset(s, 0, sizeof *s);
    s->name_ms = s->imo_ms = s->callsign_ms = TIME_NONE;
    s->dimensions_ms = s->draught_ms = TIME_NONE;
    s->destination_ms = s->destination_since_ms = TIME_NONE;
}

static unsigned update_name(struct vessel_static *s, const struct report *r)
{
    if ((r->has & HAS_NAME) == 0 || r->name[0] == '\0')
        return 0;
    if (strcmp(s->name, r->name) == 0) {
        s->name_ms = r->time_ms;
        s->pending_name = 0;
        return 0;
    }
    uint64_t hash =
        hash_text(r->name, 0) | 1; /* never 0, which means that none is pending */
    if (s->name[0] != '\0' && s->pending_name != hash) {
        s->pending_name = hash;
        return 0;
    }
    text_copy(s->name, sizeof s->name, r->name);
    s->name_ms = r->time_ms;
    s->pending_name = 0;
    return VESSEL_CHANGED_IDENTITY;
}

static unsigned update_imo(struct vessel_static *s, const struct report *r)
{
    if ((r->has & HAS_IMO) == 0 || !vessel_imo_is_valid(r->imo))
        return 0;
    if (s->imo == r->imo) {
        s->imo_ms = r->time_ms;
        s->pending_imo = 0;
        return 0;
    }
    if (s->imo != 0 && s->pending_imo != r->imo) {
        s->pending_imo = r->imo;
        return 0;
    }
    s->imo = r->imo;
    s->imo_ms = r->time_ms;
    s->pending_imo = 0;
    return VESSEL_CHANGED_IDENTITY;
}

static unsigned update_callsign(struct vessel_static *s, const struct report *r)
{
    if ((r->has & HAS_CALLSIGN) == 0 || r->callsign[0] == '\0')
        return 0;
    s->callsign_ms = r->time_ms;
    if (strcmp(s->callsign, r->callsign) == 0)
        return 0;
    text_copy(s->callsign, sizeof s->callsign, r->callsign);
    return VESSEL_CHANGED_IDENTITY;
}

static unsigned update_destination(struct vessel_static *s, const struct report *r)
{
    if ((r->has & HAS_DESTINATION) == 0)
        return 0;
    s->destination_ms = r->time_ms;
    if (s->has_destination && strcmp(s->destination, r->destination) == 0)
        return 0;
    s->has_destination = true;
    text_copy(s->destination, sizeof s->destination, r->destination);
    s->destination_since_ms = r->time_ms;
    return VESSEL_CHANGED_DESTINATION;
}

static unsigned update_hull(struct vessel_static *s, const struct report *r)
{
    unsigned changed = 0;
    if ((r->has & HAS_SHIP_TYPE) != 0 && s->ship_type != r->ship_type) {
        s->ship_type = r->ship_type;
        changed = VESSEL_CHANGED_OTHER;
    }
    if ((r->has & HAS_DIMENSIONS) != 0) {
        s->dimensions_ms = r->time_ms;
        if (s->length_m != r->length_m || s->beam_m != r->beam_m)
            changed = VESSEL_CHANGED_OTHER;
        s->length_m = r->length_m;
        s->beam_m = r->beam_m;
    }
    if ((r->has & HAS_DRAUGHT) != 0) {
        s->draught_ms = r->time_ms;
        if (s->draught_dm != r->draught_dm)
            changed = VESSEL_CHANGED_OTHER;
        s->draught_dm = r->draught_dm;
    }
    if (s->is_class_b != r->is_class_b) {
        s->is_class_b = r->is_class_b;
        changed = VESSEL_CHANGED_OTHER;
    }
    return changed;
}

unsigned vessel_static_update(struct vessel_static *s, const struct report *r)
{
    return update_name(s, r) | update_imo(s, r) | update_callsign(s, r) |
           update_destination(s, r) | update_hull(s, r);
}

/* --- saved state --- */

void vessel_static_save(const struct vessel_static *s, struct wire_writer *w)
{
    wire_put_u64(w, s->imo);
    wire_put_text(w, s->callsign);
    wire_put_text(w, s->name);
    wire_put_text(w, s->destination);
    wire_put_u64(w, (s->has_destination ? 1u : 0u) | (s->is_class_b ? 2u : 0u));
    wire_put_u64(w, s->ship_type);
    wire_put_u64(w, s->draught_dm);
    wire_put_u64(w, s->length_m);
    wire_put_u64(w, s->beam_m);
    const int64_t times[] = {
        s->name_ms,    s->imo_ms,         s->callsign_ms,         s->dimensions_ms,
        s->draught_ms, s->destination_ms, s->destination_since_ms};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        wire_put_i64(w, times[i]);
    wire_put_u64(w, s->pending_imo);
    wire_put_u64(w, s->pending_name);
}

void vessel_static_load(struct vessel_static *s, struct wire_reader *r)
{
    vessel_static_init(s);
    s->imo = (uint32_t)wire_get_limited(r, 9999999);
    wire_get_text(r, s->callsign, sizeof s->callsign);
    wire_get_text(r, s->name, sizeof s->name);
    wire_get_text(r, s->destination, sizeof s->destination);
    uint64_t flags = wire_get_limited(r, 3);
    s->has_destination = (flags & 1) != 0;
    s->is_class_b = (flags & 2) != 0;
    s->ship_type = (uint8_t)wire_get_limited(r, UINT8_MAX);
    s->draught_dm = (uint8_t)wire_get_limited(r, UINT8_MAX);
    s->length_m = (uint16_t)wire_get_limited(r, UINT16_MAX);
    s->beam_m = (uint16_t)wire_get_limited(r, UINT16_MAX);
    int64_t *const times[] = {
        &s->name_ms,    &s->imo_ms,         &s->callsign_ms,         &s->dimensions_ms,
        &s->draught_ms, &s->destination_ms, &s->destination_since_ms};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        *times[i] = wire_get_time(r);
    s->pending_imo = (uint32_t)wire_get_limited(r, 9999999);
    s->pending_name = wire_get_u64(r);
    if (r->failed)
        vessel_static_init(s);
}
