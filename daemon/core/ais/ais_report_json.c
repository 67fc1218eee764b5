/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a report as one JSON object, for inputs without AIS messages (csv, providers'
 * json): the names and units of ais_message_json.c, without not-available values. */
#include "lookout/ais/ais.h"

#include <string.h>

#include "json_int.h"

/* Texts may grow sixfold (\\u00xx); the numbers are some twenty members. */
enum { OBJECT_BYTES = 6 * (int)sizeof(struct report) + 1024 };

static void write_motion(struct writer *w, const struct report *r)
{
    if ((r->has & HAS_NAV_STATUS) != 0) {
        PUT(w, ",\"status\":");
        put_unsigned(w, r->nav_status, 1);
    }
    if ((r->has & HAS_SOG) != 0) {
        PUT(w, ",\"speed\":");
        put_decimal(w, r->sog_dkn, 1);
    }
    if ((r->has & HAS_POSITION) != 0) {
        PUT(w, ",\"lon\":");
        put_decimal(w, r->pos.lon_e7, 7);
        PUT(w, ",\"lat\":");
        put_decimal(w, r->pos.lat_e7, 7);
    }
    if ((r->has & HAS_COG) != 0) {
        PUT(w, ",\"course\":");
        put_decimal(w, r->cog_ddeg, 1);
    }
    if ((r->has & HAS_HEADING) != 0) {
        PUT(w, ",\"heading\":");
        put_unsigned(w, r->heading_deg, 1);
    }
    if ((r->has & HAS_UTC_SECOND) != 0) {
        PUT(w, ",\"second\":");
        put_unsigned(w, r->utc_second, 1);
    }
}

static void put_static(struct writer *w, const struct report *r)
{
    if ((r->has & HAS_TEXT) != 0) {
        PUT(w, ",\"text\":");
        put_foreign(w, r->text);
    }
    if ((r->has & HAS_IMO) != 0) {
        PUT(w, ",\"imo\":");
        put_unsigned(w, r->imo, 1);
    }
    if ((r->has & HAS_CALLSIGN) != 0) {
        PUT(w, ",\"callsign\":");
        put_foreign(w, r->callsign);
    }
    if ((r->has & HAS_NAME) != 0) {
        PUT(w, ",\"shipname\":");
        put_foreign(w, r->name);
    }
    if ((r->has & HAS_SHIP_TYPE) != 0) {
        PUT(w, ",\"shiptype\":");
        put_unsigned(w, r->ship_type, 1);
    }
    if ((r->has & HAS_DIMENSIONS) != 0) {
        /* gpsd has no names for these; it prints the four sides */
        PUT(w, ",\"length\":");
        put_unsigned(w, r->length_m, 1);
        PUT(w, ",\"beam\":");
        put_unsigned(w, r->beam_m, 1);
    }
    if ((r->has & HAS_DRAUGHT) != 0) {
        PUT(w, ",\"draught\":");
        put_decimal(w, r->draught_dm, 1);
    }
    if ((r->has & HAS_DESTINATION) != 0) {
        PUT(w, ",\"destination\":");
        put_foreign(w, r->destination);
    }
}

int ais_report_json(const struct report *report, struct buf *out)
{
    int rc = buf_reserve(out, OBJECT_BYTES);
    if (rc != 0)
        return rc;
    struct writer w = {out->data + out->length, NULL, true};
    PUT(&w, "{\"class\":\"AIS\"");
    if (report->msg_type != 0) {
        PUT(&w, ",\"type\":");
        put_unsigned(&w, report->msg_type, 1);
    }
    PUT(&w, ",\"mmsi\":");
    put_unsigned(&w, report->mmsi, 1);
    PUT(&w, ",\"scaled\":true");
    write_motion(&w, report);
    put_static(&w, report);
    put_origin(&w, report);
    *w.at++ = '}';
    *w.at = '\0';
    out->length = (size_t)(w.at - out->data);
    return 0;
}
