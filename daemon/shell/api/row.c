/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are written by hand: thousands a second. */
#include "row.h"

#include <stdio.h>
#include <string.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"

const char row_columns[] =
    "[\"mmsi\",\"lat\",\"lon\",\"sog_kn\",\"cog_deg\",\"heading_deg\",\"time\",\"name\","
    "\"type\",\"flag\",\"length_m\",\"watched\",\"severity\",\"case\"]";

double row_degrees(int32_t e7)
{
    return (double)e7 / 1e7;
}

int row_write_text(struct buf *out, const char *text)
{
    char clean[256];
    text_clean(text, strlen(text), clean, sizeof clean);
    int rc = buf_add_char(out, '"');
    for (const char *at = clean; rc == 0 && *at != '\0';) {
        size_t n = strcspn(at, "\"\\");
        rc = buf_add(out, at, n);
        at += n;
        if (rc == 0 && *at != '\0') {
            const char escaped[] = {'\\', *at++};
            rc = buf_add(out, escaped, 2);
        }
    }
    return rc != 0 ? rc : buf_add_char(out, '"');
}

/* Append ",text" or ",null". */
static int put_text_cell(struct buf *out, const char *text)
{
    if (text[0] == '\0')
        return buf_add_text(out, ",null");
    int rc = buf_add_char(out, ',');
    return rc != 0 ? rc : row_write_text(out, text);
}

/* ",12.3" of tenths, or ",null" */
static int put_tenths(struct buf *out, bool is_known, unsigned tenths)
{
    return is_known ? buf_printf(out, ",%u.%u", tenths / 10, tenths % 10)
                    : buf_add_text(out, ",null");
}

static int put_whole(struct buf *out, bool is_known, unsigned count)
{
    return is_known ? buf_printf(out, ",%u", count) : buf_add_text(out, ",null");
}

/* ",12.345678" of 1e-7 degree */
static int put_degrees(struct buf *out, int32_t e7)
{
    int64_t e6 = ((int64_t)e7 + (e7 < 0 ? -5 : 5)) / 10;
    uint64_t size = (uint64_t)(e6 < 0 ? -e6 : e6);
    return buf_printf(out, ",%s%u.%06u", e6 < 0 ? "-" : "", (unsigned)(size / 1000000),
                      (unsigned)(size % 1000000));
}

static int put_motion(struct buf *out, const struct engine_vessel *v)
{
    char time[TIME_TEXT_BYTES];
    const struct track_fix *fix = &v->last;
    if (!v->has_fix)
        return buf_add_text(out, ",null,null,null,null,null,null");
    int rc = put_degrees(out, fix->pos.lat_e7);
    if (rc == 0)
        rc = put_degrees(out, fix->pos.lon_e7);
    if (rc == 0)
        rc = put_tenths(out, (fix->has & FIX_SOG) != 0, fix->sog_dkn);
    if (rc == 0)
        rc = put_tenths(out, (fix->has & FIX_COG) != 0, fix->cog_ddeg);
    if (rc == 0)
        rc = put_whole(out, (fix->has & FIX_HEADING) != 0, fix->heading_deg);
    return rc != 0 ? rc : buf_printf(out, ",\"%s\"", time_format(fix->time_ms, time));
}

int row_write(struct buf *out, const struct engine_vessel *v, const struct mark *mark)
{
    unsigned severity = mark_severity(mark);
    int rc = buf_printf(out, "[%u", (unsigned)v->mmsi);
    if (rc == 0)
        rc = put_motion(out, v);
    if (rc == 0)
        rc = put_text_cell(out, v->name);
    if (rc == 0)
        rc = put_whole(out, v->type != 0, v->type);
    if (rc == 0)
        rc = put_text_cell(out, v->flag);
    if (rc == 0)
        rc = put_whole(out, v->length_m != 0, v->length_m);
    if (rc == 0)
        rc = buf_add_text(out, v->is_watched ? ",true" : ",false");
    if (rc == 0)
        rc = put_text_cell(
            out, severity != 0 ? severity_name((enum severity)(severity - 1)) : "");
    if (rc == 0)
        rc = put_text_cell(out, mark != NULL ? mark->case_id : "");
    return rc != 0 ? rc : buf_add_char(out, ']');
}
