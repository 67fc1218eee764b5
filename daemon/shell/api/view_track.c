/* SPDX-License-Identifier: Apache-2.0 */
/* All fixes that are kept of a vessel in a time: a part at a time. */
#include <string.h>

#include "api_int.h"
#include "desk.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "view.h"

/* 1.3 MB of text */
enum { FIXES_MOST = 20000, WALK_FULL = 1 };

struct part {
    struct query_tracks tracks;
    int64_t next_ms; /* TIME_NONE: it is the last */
};

/* Fixes of one moment are never parted: the next part begins with a moment. */
static int take_part_fix(void *context, const struct engine_fix *fix)
{
    struct part *part = context;
    size_t n = part->tracks.count;
    if (n >= FIXES_MOST && part->tracks.fixes[n - 1].time_ms < fix->fix->time_ms) {
        part->next_ms = fix->fix->time_ms;
        return WALK_FULL;
    }
    return query_tracks_add(&part->tracks, fix);
}

static int write_part(struct part *part, bool is_complete, struct buf *out)
{
    char text[TIME_TEXT_BYTES];
    int rc = buf_add_text(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    if (rc == 0)
        rc = query_tracks_write(&part->tracks, 0, is_complete, out);
    if (rc == 0)
        rc = buf_add_char(out, ']');
    if (rc == 0 && part->next_ms != TIME_NONE)
        rc = buf_printf(out, ",\"next\":\"%s\"", time_format(part->next_ms, text));
    return rc != 0 ? rc : buf_add_char(out, '}');
}

static int work_track(struct desk_task *task, struct store_reader *reader)
{
    const struct ask_values *v = &task->q->values;
    const char *word = task->q->words[0];
    struct part part = {.next_ms = TIME_NONE};
    uint64_t damaged = 0;
    int64_t mmsi = 0;
    if (units_parse_int(word, strlen(word), 1, 999999999, &mmsi) != 0)
        return desk_refuse(task, MHD_HTTP_BAD_REQUEST, "a vessel is named by its MMSI");
    const struct query_fixes asked = {
        .mmsi = (uint32_t)mmsi,
        .since_ms = ask_moment(v->since_ms, v->is_since_back, task->event_ms),
        .until_ms = ask_moment(v->until_ms, v->is_until_back, task->event_ms)};
    int rc = query_fixes_walk(reader, &asked, take_part_fix, &part, &damaged);
    if (rc == ERR_NOT_FOUND)
        desk_refuse(task, MHD_HTTP_NOT_FOUND,
                    "no fixes are kept: the configuration's retain has no `fixes`, or "
                    "none came yet");
    else if (rc == 0 || rc == WALK_FULL)
        rc = write_part(&part, damaged == 0, &task->q->reply.body);
    task->content_type = "application/geo+json";
    query_tracks_finish(&part.tracks);
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

int view_track(struct request *q)
{
    return desk_ask(q, work_track, NULL);
}
