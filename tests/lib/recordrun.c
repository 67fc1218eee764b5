/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/recordrun.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/ais/ais.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"

#define NUMBERS                                                                          \
    (HAS_POSITION | HAS_SOG | HAS_COG | HAS_HEADING | HAS_NAV_STATUS | HAS_IMO |         \
     HAS_SHIP_TYPE | HAS_DIMENSIONS | HAS_DRAUGHT | HAS_UTC_SECOND)

struct sum {
    uint64_t reports, mix;
    bool is_printed; /* also check what decode prints */
};

static void check_range(const struct report *r)
{
    if (r->mmsi == 0 || r->mmsi > 999999999 || r->time_ms == TIME_NONE ||
        r->pos.lat_e7 < -900000000 || r->pos.lat_e7 > 900000000 ||
        r->pos.lon_e7 < -1800000000 || r->pos.lon_e7 > 1800000000 || r->sog_dkn > 1022 ||
        r->cog_ddeg > 3599 || r->heading_deg > 359 || r->nav_status > 14 ||
        r->utc_second > 59 || r->begin >= r->end)
        abort();
    if (memchr(r->name, '\0', sizeof r->name) == NULL ||
        memchr(r->callsign, '\0', sizeof r->callsign) == NULL ||
        memchr(r->destination, '\0', sizeof r->destination) == NULL ||
        memchr(r->station, '\0', sizeof r->station) == NULL)
        abort();
}

static void keep(void *context, const struct report *r)
{
    *(struct report *)context = *r;
}

/* A number that is no IMO number is not printed, so it is not compared. */
static bool is_same(const struct report *a, const struct report *b)
{
    return a->mmsi == b->mmsi && (a->has & NUMBERS) == (b->has & NUMBERS) &&
           a->msg_type == b->msg_type && a->time_ms == b->time_ms &&
           a->pos.lat_e7 == b->pos.lat_e7 && a->pos.lon_e7 == b->pos.lon_e7 &&
           a->sog_dkn == b->sog_dkn && a->cog_ddeg == b->cog_ddeg &&
           a->heading_deg == b->heading_deg && a->nav_status == b->nav_status &&
           a->utc_second == b->utc_second &&
           ((a->has & HAS_IMO) == 0 || a->imo == b->imo) &&
           a->ship_type == b->ship_type && a->length_m == b->length_m &&
           a->beam_m == b->beam_m && a->draught_dm == b->draught_dm;
}

static void check_print(const struct report *r)
{
    struct buf text = {0};
    struct report again = {0};
    json_error_t error;
    if (ais_report_json(r, &text) != 0)
        abort();
    json_t *value = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        fprintf(stderr, "%s: %s\n", error.text, text.data);
        abort();
    }
    json_decref(value);
    struct input_conf conf = {.start_ms = INT64_C(1600000000000)};
    struct input_sink sink = {.on_report = keep, .context = &again};
    struct input *in = input_create(&conf, &sink);
    if (in == NULL || input_datagram(in, text.data, text.length, 0) < 0)
        abort();
    /* A report of texts alone may hold none that survives ("N/A"). */
    if ((r->has & NUMBERS) != 0 && !is_same(r, &again)) {
        fprintf(stderr, "does not read back: %s\n", text.data);
        abort();
    }
    input_destroy(in);
    buf_finish(&text);
}

uint64_t recordrun_content(const struct report *r)
{
    uint64_t hash = hash_u64((uint64_t)r->mmsi << 32 | r->has, r->rounding);
    hash =
        hash_u64((uint64_t)(uint32_t)r->pos.lat_e7 << 32 | (uint32_t)r->pos.lon_e7, hash);
    hash = hash_u64(
        (uint64_t)r->sog_dkn << 32 | (uint64_t)r->cog_ddeg << 16 | r->heading_deg, hash);
    hash = hash_u64((uint64_t)r->imo << 32 | (uint64_t)r->length_m << 16 | r->ship_type,
                    hash);
    return hash_text((r->has & HAS_TEXT) != 0 ? r->text : r->name, hash);
}

static void take(void *context, const struct report *r)
{
    struct sum *s = context;
    s->reports++;
    s->mix =
        (s->mix ^ recordrun_content(r) ^ (uint64_t)r->time_ms ^ r->begin << 32 ^ r->end) *
        UINT64_C(0x9E3779B97F4A7C15);
    check_range(r);
    if (s->is_printed)
        check_print(r);
}

bool recordrun_adds_up(const struct input_counts *c)
{
    const uint64_t *r = c->rejects;
    uint64_t items = c->comments + c->other + c->service + c->sentences + c->records +
                     r[INPUT_REJECT_NOT_A_SENTENCE] + r[INPUT_REJECT_LINE_TOO_LONG] +
                     r[INPUT_REJECT_UNKNOWN_JSON] + r[INPUT_REJECT_CHECKSUM] +
                     r[INPUT_REJECT_NO_CHECKSUM] + r[INPUT_REJECT_FIELDS];
    uint64_t taken = c->messages + c->joined + r[INPUT_REJECT_ARMOR] +
                     r[INPUT_REJECT_TOO_SHORT] + r[INPUT_REJECT_UNKNOWN_TYPE] +
                     r[INPUT_REJECT_BAD_VALUE] + r[INPUT_REJECT_NO_OWN_TIME] +
                     r[INPUT_REJECT_BAD_TIME] + r[INPUT_REJECT_DATE_ORDER] +
                     r[INPUT_REJECT_FRAGMENT_ORPHAN] +
                     r[INPUT_REJECT_FRAGMENT_DUPLICATE] + c->pending_parts;
    return c->items == items && c->sentences + c->records == taken &&
           c->messages == c->reports + c->no_report + r[INPUT_REJECT_NO_TIME] +
                              r[INPUT_REJECT_TOO_LATE];
}

static struct sum run(const struct input_conf *conf, const uint8_t *data, size_t size,
                      size_t chunk)
{
    struct sum sum = {.is_printed = chunk >= size};
    struct input_sink sink = {.on_report = take, .context = &sum};
    struct input *in = input_create(conf, &sink);
    if (in == NULL)
        abort();
    for (size_t at = 0; at < size; at += chunk) {
        size_t n = size - at < chunk ? size - at : chunk;
        if (input_feed(in, data + at, n, 0) < 0 ||
            input_needed_offset(in) > input_counts(in)->bytes)
            abort();
    }
    if (input_finish(in, 0) < 0)
        abort();
    const struct input_counts *c = input_counts(in);
    if (!recordrun_adds_up(c) || c->pending_parts != 0 ||
        c->messages != c->reports + c->no_report || c->reports != sum.reports)
        abort();
    input_destroy(in);
    return sum;
}

void recordrun(const struct input_conf *conf, const uint8_t *data, size_t size)
{
    if (size == 0)
        return;
    struct sum whole = run(conf, data, size, size);
    struct sum parts = run(conf, data, size, 1 + size % 16);
    if (whole.reports != parts.reports || whole.mix != parts.mix)
        abort();
}
