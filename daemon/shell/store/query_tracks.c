/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes as GeoJSON: a Feature a track, with the times of its points. */
#include <inttypes.h>
#include <stdlib.h>

#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "query_int.h"

void query_tracks_finish(struct query_tracks *t)
{
    free(t->fixes);
    *t = (struct query_tracks){0};
}

int query_tracks_add(struct query_tracks *t, const struct engine_fix *fix)
{
    int rc = array_grow(&t->fixes, &t->room, t->count + 1, sizeof t->fixes[0]);
    if (rc == 0)
        t->fixes[t->count++] =
            (struct query_tracks_fix){fix->track, fix->fix->time_ms, fix->fix->pos};
    return rc;
}

static int compare_tracks(const void *left, const void *right)
{
    const struct query_tracks_fix *a = left, *b = right;
    if (a->track != b->track)
        return a->track < b->track ? -1 : 1;
    return a->time_ms < b->time_ms ? -1 : a->time_ms > b->time_ms;
}

/* Six decimals: a tenth of a metre. */
static int write_micro_degrees(struct buf *out, int32_t e7)
{
    int64_t micro = ((int64_t)e7 + (e7 < 0 ? -5 : 5)) / 10;
    uint64_t size = (uint64_t)(micro < 0 ? -micro : micro);
    return buf_printf(out, "%s%" PRIu64 ".%06" PRIu64, micro < 0 ? "-" : "",
                      size / 1000000, size % 1000000);
}

static int write_track_points(const struct query_tracks_fix *fixes, size_t n,
                              struct buf *out)
{
    int rc = buf_add_text(out, n == 1 ? "\"Point\",\"coordinates\":"
                                      : "\"LineString\",\"coordinates\":[");
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = buf_add_text(out, i == 0 ? "[" : ",[");
        if (rc == 0)
            rc = write_micro_degrees(out, fixes[i].pos.lon_e7);
        if (rc == 0)
            rc = buf_add_char(out, ',');
        if (rc == 0)
            rc = write_micro_degrees(out, fixes[i].pos.lat_e7);
        if (rc == 0)
            rc = buf_add_char(out, ']');
    }
    return rc == 0 && n != 1 ? buf_add_char(out, ']') : rc;
}

static int write_track_feature(const struct query_tracks_fix *fixes, size_t n,
                               uint32_t mmsi, bool is_complete, struct buf *out)
{
    char text[TIME_TEXT_BYTES];
    int rc = buf_add_text(out, "{\"type\":\"Feature\",\"geometry\":{\"type\":");
    if (rc == 0)
        rc = write_track_points(fixes, n, out);
    if (rc == 0)
        rc = buf_add_text(out, "},\"properties\":{");
    if (rc == 0 && mmsi != 0)
        rc = buf_printf(out, "\"mmsi\":%" PRIu32 ",", mmsi);
    if (rc == 0)
        rc = buf_printf(out, "\"track\":%" PRIu32 ",\"times\":[", fixes[0].track);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = buf_printf(out, "%s\"%s\"", i == 0 ? "" : ",",
                        time_format(fixes[i].time_ms, text));
    return rc != 0
               ? rc
               : buf_printf(out, "],\"complete\":%s}}", is_complete ? "true" : "false");
}

int query_tracks_write(struct query_tracks *t, uint32_t mmsi, bool is_complete,
                       struct buf *out)
{
    int rc = 0;
    if (t->count > 1)
        qsort(t->fixes, t->count, sizeof t->fixes[0], compare_tracks);
    for (size_t at = 0, end = 0; at < t->count && rc == 0; at = end) {
        while (end < t->count && t->fixes[end].track == t->fixes[at].track)
            end++;
        rc = at != 0 ? buf_add_char(out, ',') : 0;
        if (rc == 0)
            rc = write_track_feature(t->fixes + at, end - at, mmsi, is_complete, out);
    }
    return rc;
}
