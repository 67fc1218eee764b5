/* SPDX-License-Identifier: Apache-2.0 */
/* JSON lines in every form. */
#include <stdlib.h>
#include <string.h>

#include "lookout/input.h"
#include "lookout/timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *context, const struct report *r)
{
    (void)context;
    if (r->mmsi == 0 || r->mmsi > 999999999 || r->time_ms == TIME_NONE ||
        r->pos.lat_e7 < -900000000 || r->pos.lat_e7 > 900000000 ||
        r->pos.lon_e7 < -1800000000 || r->pos.lon_e7 > 1800000000 || r->sog_dkn > 1022 ||
        r->cog_ddeg > 3599 || r->heading_deg > 359 || r->nav_status > 14 ||
        r->utc_second > 59)
        abort();
    if (memchr(r->name, '\0', sizeof r->name) == NULL ||
        memchr(r->callsign, '\0', sizeof r->callsign) == NULL ||
        memchr(r->destination, '\0', sizeof r->destination) == NULL ||
        memchr(r->station, '\0', sizeof r->station) == NULL)
        abort();
}

static void run(const char *columns, const uint8_t *data, size_t size)
{
    struct input_conf conf = {
        .format = INPUT_JSONL, .start_ms = INT64_C(1600000000000), .columns = columns};
    struct input_sink sink = {take, NULL, NULL};
    struct input *in = input_create(&conf, &sink);
    if (in == NULL || input_feed(in, data, size, 0) < 0 || input_finish(in, 0) < 0)
        abort();
    const struct input_counts *c = input_counts(in);
    if (c->records != c->messages + c->rejects[INPUT_REJECT_BAD_VALUE] ||
        c->messages != c->reports + c->no_report)
        abort();
    input_destroy(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    run(NULL, data, size);
    return 0;
}
