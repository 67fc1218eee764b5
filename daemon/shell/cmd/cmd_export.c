/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd export: the fixes that are kept of vessels, in constant memory: a day of one
 * vessel at most. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_state.h"
#include "lookout/ais/encode.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum { MMSI_DIGITS = 9 };

struct form {
    const char *name;
    query_fix_row take;
    const char *head, *foot;
};

/* One export under way. */
struct exporting {
    const struct cmd_args *args;
    struct store_reader *reader; /* borrowed */
    const struct form *form;     /* borrowed */
    struct query_fixes asked;
    struct query_tracks day; /* geojson: the fixes of one day */
    struct buf text;
    uint64_t printed;        /* fixes, or Features */
    uint64_t damaged;        /* hours of this vessel */
    uint64_t damaged_before; /* of its days that are printed */
    uint64_t damaged_all;
};

static int print_text(struct exporting *x)
{
    size_t n = x->text.length;
    bool is_written = fwrite(buf_text(&x->text), 1, n, stdout) == n;
    buf_clear(&x->text);
    return is_written ? 0 : ERR_IO;
}

static int64_t day_of(int64_t time_ms)
{
    return time_ms / DAY_MS;
}

static int print_day(struct exporting *x)
{
    if (x->day.count == 0)
        return 0;
    int rc = x->printed++ != 0 ? buf_add_text(&x->text, ",\n") : 0;
    if (rc == 0)
        rc = query_tracks_write(&x->day, x->asked.mmsi, x->damaged == x->damaged_before,
                                &x->text);
    x->damaged_before = x->damaged;
    x->day.count = 0;
    return rc != 0 ? rc : print_text(x);
}

static int take_day_fix(void *context, const struct engine_fix *fix)
{
    struct exporting *x = context;
    int rc = 0;
    if (x->day.count != 0 && day_of(x->day.fixes[0].time_ms) != day_of(fix->fix->time_ms))
        rc = print_day(x);
    return rc != 0 ? rc : query_tracks_add(&x->day, fix);
}

/* ",1.234567" */
static int add_csv_degrees(struct buf *out, int32_t e7)
{
    int64_t micro = ((int64_t)e7 + (e7 < 0 ? -5 : 5)) / 10;
    uint64_t size = (uint64_t)(micro < 0 ? -micro : micro);
    return buf_printf(out, ",%s%" PRIu64 ".%06" PRIu64, micro < 0 ? "-" : "",
                      size / 1000000, size % 1000000);
}

static int add_tenths(struct buf *out, bool is_known, unsigned tenths)
{
    return is_known ? buf_printf(out, ",%u.%u", tenths / 10, tenths % 10)
                    : buf_add_char(out, ',');
}

static int add_whole(struct buf *out, bool is_known, unsigned value)
{
    return is_known ? buf_printf(out, ",%u", value) : buf_add_char(out, ',');
}

static int print_csv_fix(void *context, const struct engine_fix *e)
{
    struct exporting *x = context;
    const struct track_fix *fix = e->fix;
    char time[TIME_TEXT_BYTES];
    int rc = buf_printf(&x->text, "%09u,%s", (unsigned)e->mmsi,
                        time_format(fix->time_ms, time));
    if (rc == 0)
        rc = add_csv_degrees(&x->text, fix->pos.lat_e7);
    if (rc == 0)
        rc = add_csv_degrees(&x->text, fix->pos.lon_e7);
    if (rc == 0)
        rc = add_tenths(&x->text, (fix->has & FIX_SOG) != 0, fix->sog_dkn);
    if (rc == 0)
        rc = add_tenths(&x->text, (fix->has & FIX_COG) != 0, fix->cog_ddeg);
    if (rc == 0)
        rc = add_whole(&x->text, (fix->has & FIX_HEADING) != 0, fix->heading_deg);
    if (rc == 0)
        rc = add_whole(&x->text, (fix->has & FIX_NAV_STATUS) != 0, fix->nav_status);
    if (rc == 0)
        rc = buf_printf(&x->text, ",%u\n", (unsigned)e->track);
    x->printed++;
    return rc != 0 ? rc : print_text(x);
}

/* A message 1, or 18 of a ship that has no navigational status, with its time. */
static int print_nmea_fix(void *context, const struct engine_fix *e)
{
    struct exporting *x = context;
    const struct track_fix *fix = e->fix;
    const struct encode_tag tag = {.station = "lookoutd"};
    struct report r = {.mmsi = e->mmsi, .is_class_b = (fix->has & FIX_NAV_STATUS) == 0};
    track_fix_to_report(fix, &r);
    x->printed++;
    int rc = encode_position(&r, &tag, &x->text);
    return rc != 0 ? rc : print_text(x);
}

static const struct form forms[] = {
    {"geojson", take_day_fix, "{\"type\":\"FeatureCollection\",\"features\":[\n",
     "\n]}\n"},
    {"csv", print_csv_fix, "mmsi,time,lat,lon,sog,cog,heading,status,track\n", ""},
    {"nmea", print_nmea_fix, "", ""},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static int export_vessel(struct exporting *x, uint32_t mmsi)
{
    x->asked.mmsi = mmsi;
    x->damaged = x->damaged_before = 0;
    int rc = query_fixes_walk(x->reader, &x->asked, x->form->take, x, &x->damaged);
    if (rc == 0)
        rc = print_day(x);
    x->damaged_all += x->damaged;
    return rc;
}

static int export_vessels(struct exporting *x, const json_t *vessels)
{
    size_t i = 0;
    json_t *mmsi = NULL;
    int rc = buf_add_text(&x->text, x->form->head);
    json_array_foreach(vessels, i, mmsi)
    {
        if (rc == 0)
            rc = export_vessel(x, (uint32_t)json_integer_value(mmsi));
    }
    if (rc == 0 && x->printed == 0)
        return ERR_NOT_FOUND;
    if (rc == 0)
        rc = buf_add_text(&x->text, x->form->foot);
    if (rc == 0)
        rc = print_text(x);
    return rc == 0 && fflush(stdout) != 0 ? ERR_IO : rc;
}

/* Say what is wrong; the exit status. */
static int end_export(const struct exporting *x, int rc)
{
    if (rc == ERR_NOT_FOUND)
        fputs("lookoutd export: no fixes of it are kept for that time (`retain: {fixes: "
              "90d}` in the configuration keeps them)\n",
              stderr);
    else if (rc != 0)
        fprintf(stderr, "lookoutd export: %s\n", err_text(rc));
    if (x->damaged_all != 0)
        fprintf(stderr,
                "lookoutd export: the record is damaged: hours that are missing or cut: "
                "%" PRIu64 "\n",
                x->damaged_all);
    return rc == 0 && x->damaged_all == 0 ? CMD_DONE : CMD_FAILED;
}

/* An MMSI is taken as it is: its ship may be forgotten. */
static int find_exported(const struct cmd_args *args, json_t *found)
{
    int64_t mmsi = 0;
    const char *word = args->vessels[0];
    if (args->vessel_count == 1 && strlen(word) == MMSI_DIGITS &&
        units_parse_int(word, MMSI_DIGITS, 1, 999999999, &mmsi) == 0)
        return json_array_append_new(found, json_integer(mmsi)) == 0 ? CMD_DONE
                                                                     : CMD_FAILED;
    int status = cmd_vessels_find(args, found);
    if (status == CMD_DONE && json_array_size(found) == 0) {
        fprintf(stderr, "lookoutd export: no vessel '%s' is on record\n", word);
        status = CMD_FAILED;
    }
    return status;
}

int cmd_export(const struct cmd_args *args)
{
    struct exporting x = {.args = args,
                          .asked = {.since_ms = TIME_NONE, .until_ms = TIME_NONE}};
    const char *format = args->format != NULL ? args->format : forms[0].name;
    for (size_t i = 0; i < FORMS && x.form == NULL; i++)
        x.form = strcmp(forms[i].name, format) == 0 ? &forms[i] : NULL;
    if (args->vessel_count == 0)
        return cmd_refuse(args, "--vessel X is needed");
    if (x.form == NULL)
        return cmd_refuse(args, "--format '%s' is not one of geojson, csv, nmea", format);
    int status = cmd_state_since(args, &x.asked.since_ms);
    if (status == CMD_DONE)
        status = cmd_state_moment(args, "--until", args->until, &x.asked.until_ms);
    if (status == CMD_DONE)
        status = cmd_state_open(args, &x.reader);
    if (status != CMD_DONE)
        return status;
    json_t *found = json_array();
    status = find_exported(args, found);
    if (status == CMD_DONE)
        status = end_export(&x, export_vessels(&x, found));
    json_decref(found);
    query_tracks_finish(&x.day);
    buf_finish(&x.text);
    store_reader_close(x.reader);
    return status;
}
