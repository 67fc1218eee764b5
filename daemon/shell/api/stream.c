/* SPDX-License-Identifier: Apache-2.0 */
/* Server-Sent Events. The library asks for bytes; a reader that is behind is asked to
 * wait for nobody: its backlog of vessels is dropped, and it gets a whole picture. What
 * changes then is stream_beat.c. */
#include "stream.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/engine/engine.h"
#include "row.h"
#include "tail.h"

enum {
    PICK_STEP = 2000, /* vessels looked at in a step */
    SEND_STEP = 400,  /* rows sent in a step */
    BLOCK_BYTES = 1 << 15
};

size_t stream_unsent(const struct stream *s)
{
    return s->out.length - s->sent + s->urgent.length + s->rows.length;
}

void stream_wake(struct stream *s)
{
    if (!s->is_asleep)
        return;
    s->is_asleep = false;
    MHD_resume_connection(s->connection);
    api_wake(s->live->api);
}

/* --- events --- */

static int add_event(struct buf *out, const char *event, const char *json)
{
    int rc = buf_printf(out, "event: %s\ndata: ", event);
    if (rc == 0)
        rc = buf_add_text(out, json);
    return rc != 0 ? rc : buf_add_text(out, "\n\n");
}

int stream_tell(struct stream *s, const char *event, int64_t event_at, const char *json)
{
    int rc = event_at != 0 ? buf_printf(&s->urgent, "id: a%" PRId64 "\n", event_at) : 0;
    if (rc == 0)
        rc = add_event(&s->urgent, event, json);
    if (event_at != 0)
        s->event_at = event_at;
    s->is_silent = false;
    stream_wake(s);
    return rc;
}

void stream_comment(struct stream *s)
{
    if (s->is_silent && stream_unsent(s) == 0 &&
        buf_add_text(&s->urgent, ": still here\n\n") == 0)
        stream_wake(s);
    s->is_silent = true;
}

void stream_renew(struct stream *s)
{
    s->phase = STREAM_PICKS;
    s->cursor = 0;
    s->pick_count = 0;
    s->is_anew = true;
    live_wake(s->live);
}

/* --- which vessels --- */

bool stream_shows(const struct stream *s, bool is_watched, bool has_place, double lat,
                  double lon)
{
    if (s->vessels == ASK_VESSELS_NONE ||
        (s->vessels == ASK_VESSELS_WATCHED && !is_watched))
        return false;
    return !s->has_box || (has_place && ask_box_contains(&s->box, lat, lon));
}

/* Alerts first, then the watched, then the last heard, by minutes and then hours. */
static uint16_t rank_of(const struct engine_vessel *v, const struct mark *mark,
                        int64_t now_ms)
{
    int64_t age = v->has_fix && now_ms > v->last.time_ms
                      ? (now_ms - v->last.time_ms) / MINUTE_MS
                      : 0;
    if (!v->has_fix)
        age = 1023;
    else if (age > 512)
        age = 512 + age / 60 < 1023 ? 512 + age / 60 : 1023;
    unsigned class = v->is_watched ? 1 : 2;
    if (mark_severity(mark) != 0)
        class = 0;
    return (uint16_t)(class * 1024 + (unsigned)age);
}

static int pick_one(struct stream *s, struct engine *engine, uint32_t mmsi)
{
    struct engine_vessel v;
    if (!engine_vessel_look(engine, mmsi, &v) ||
        !stream_shows(s, v.is_watched, v.has_fix, row_degrees(v.last.pos.lat_e7),
                      row_degrees(v.last.pos.lon_e7)))
        return 0;
    int rc = array_grow(&s->picks, &s->pick_room, s->pick_count + 1, sizeof *s->picks);
    if (rc != 0)
        return rc;
    uint16_t rank = rank_of(&v, mark_find(&s->live->marks, mmsi), engine_now(engine));
    s->rank_counts[rank]++;
    s->picks[s->pick_count++] = (struct stream_pick){mmsi, rank};
    return 0;
}

static int tell_hello(struct stream *s, const struct api_look *look)
{
    char time[TIME_TEXT_BYTES];
    struct buf text = {0};
    int64_t now_ms = engine_now(look->engine);
    int rc = buf_add_text(&text, "{\"version\":\"" LOOKOUT_VERSION "\",\"site\":");
    if (rc == 0)
        rc = row_write_text(&text, engine_conf(look->engine)->site);
    if (rc == 0 && now_ms != TIME_NONE)
        rc = buf_printf(&text, ",\"time\":\"%s\"", time_format(now_ms, time));
    if (rc == 0)
        rc = buf_printf(&text, ",\"columns\":%s,\"left_out\":%zu}", row_columns,
                        s->left_out);
    /* The first one goes among the alerts, in order with their numbers; a later one in
     * order with the vessels, and a reader has a number by then. */
    struct buf *out = s->is_greeted ? &s->rows : &s->urgent;
    if (rc == 0 && !s->is_greeted && !s->is_catching && s->event_at >= 0)
        rc = buf_printf(out, "id: a%" PRId64 "\n", s->event_at);
    if (rc == 0)
        rc = add_event(out, "hello", buf_text(&text));
    s->is_greeted = true;
    buf_finish(&text);
    return rc;
}

/* Those that are shown until now and not among these. */
static int tell_gone(struct stream *s, const struct roll *these)
{
    size_t gone = 0;
    int rc = 0;
    for (size_t i = 0; i < s->shown.count && rc == 0; i++)
        if (!roll_has(these, s->shown.items[i]))
            rc = buf_printf(&s->rows,
                            gone++ == 0 ? "event: gone\ndata: {\"mmsi\":[%u" : ",%u",
                            (unsigned)s->shown.items[i]);
    return rc == 0 && gone != 0 ? buf_add_text(&s->rows, "]}\n\n") : rc;
}

/* Of what was picked, the first `max` are shown, in order of MMSI. */
static int settle_picks(struct stream *s, const struct api_look *look)
{
    struct roll shown = {0}, fresh = {0};
    size_t room = s->max, rank = 0, part = 0;
    while (rank < STREAM_RANKS && s->rank_counts[rank] <= room)
        room -= s->rank_counts[rank++];
    int rc =
        array_grow(&shown.items, &shown.room, s->pick_count + 1, sizeof *shown.items);
    if (rc == 0)
        rc =
            array_grow(&fresh.items, &fresh.room, s->pick_count + 1, sizeof *fresh.items);
    for (size_t i = 0; i < s->pick_count && rc == 0; i++) {
        const struct stream_pick *pick = &s->picks[i];
        if (pick->rank > rank || (pick->rank == rank && part++ >= room))
            continue;
        shown.items[shown.count++] = pick->mmsi;
        if (s->is_anew || !roll_has(&s->shown, pick->mmsi))
            fresh.items[fresh.count++] = pick->mmsi;
    }
    bool is_other = s->left_out != s->pick_count - shown.count;
    s->left_out = s->pick_count - shown.count;
    if (rc == 0 && s->is_anew)
        rc = tell_hello(s, look);
    if (rc == 0)
        rc = tell_gone(s, &shown);
    /* The rows to come tell how many are left out; without any, an event says it. */
    if (rc == 0 && is_other && !s->is_anew && fresh.count == 0) {
        rc = stream_begin_rows(s, engine_now(look->engine));
        if (rc == 0)
            rc = buf_add_text(&s->rows, "]}\n\n");
    }
    roll_finish(&s->shown);
    roll_finish(&s->fresh);
    s->shown = shown;
    s->fresh = fresh;
    free(s->picks);
    free(s->rank_counts);
    s->picks = NULL;
    s->rank_counts = NULL;
    s->pick_count = s->pick_room = 0;
    s->phase = STREAM_SENDS;
    s->cursor = 0;
    s->beats = 0;
    return rc;
}

static int step_picks(struct stream *s, const struct api_look *look)
{
    const struct roll *roll = &s->live->roll;
    int rc = 0;
    if (s->rank_counts == NULL || s->cursor == 0) {
        free(s->rank_counts);
        s->rank_counts = calloc(STREAM_RANKS, sizeof *s->rank_counts);
        s->pick_count = 0;
    }
    if (s->rank_counts == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < PICK_STEP && s->cursor < roll->count && rc == 0; i++)
        rc = pick_one(s, look->engine, roll->items[s->cursor++]);
    return rc == 0 && s->cursor >= roll->count ? settle_picks(s, look) : rc;
}

/* --- sending --- */

int stream_begin_rows(struct stream *s, int64_t now_ms)
{
    char time[TIME_TEXT_BYTES];
    struct buf *out = &s->rows;
    int rc = buf_add_text(out, "event: vessels\ndata: {");
    if (rc == 0 && now_ms != TIME_NONE)
        rc = buf_printf(out, "\"time\":\"%s\",", time_format(now_ms, time));
    return rc != 0 ? rc : buf_printf(out, "\"left_out\":%zu,\"rows\":[", s->left_out);
}

static int step_sends(struct stream *s, const struct api_look *look)
{
    size_t sent = 0;
    int rc = 0;
    for (; sent < SEND_STEP && s->cursor < s->fresh.count && rc == 0; s->cursor++) {
        struct engine_vessel v;
        uint32_t mmsi = s->fresh.items[s->cursor];
        /* She may have left the box since she was picked, and that was told. */
        if (!roll_has(&s->shown, mmsi) || !engine_vessel_look(look->engine, mmsi, &v))
            continue;
        rc = sent++ == 0 ? stream_begin_rows(s, engine_now(look->engine))
                         : buf_add_char(&s->rows, ',');
        if (rc == 0)
            rc = row_write(&s->rows, &v, mark_find(&s->live->marks, mmsi));
    }
    if (rc == 0 && sent != 0)
        rc = buf_add_text(&s->rows, "]}\n\n");
    if (s->cursor >= s->fresh.count) {
        s->phase = STREAM_LIVES;
        s->is_anew = false;
        s->cursor = 0;
        roll_finish(&s->fresh);
    }
    stream_wake(s);
    return rc;
}

bool stream_step(struct stream *s)
{
    struct api_look look;
    if (s->is_over || s->phase == STREAM_LIVES || stream_unsent(s) > STREAM_WAITS ||
        !api_look(s->live->api, &look))
        return false;
    int rc = s->phase == STREAM_PICKS ? step_picks(s, &look) : step_sends(s, &look);
    if (rc != 0)
        stream_end(s);
    return rc == 0 && s->phase != STREAM_LIVES;
}

/* --- the library's side --- */

static ssize_t give_bytes(void *context, uint64_t place, char *to, size_t room)
{
    struct stream *s = context;
    (void)place;
    if (s->sent == s->out.length) {
        struct buf empty = s->out;
        buf_clear(&empty);
        s->sent = 0;
        if (s->urgent.length != 0) {
            s->out = s->urgent;
            s->urgent = empty;
            s->is_late = false;
        } else {
            s->out = s->rows;
            s->rows = empty;
        }
        if (s->phase != STREAM_LIVES)
            live_wake(s->live);
        if (s->is_resting && stream_unsent(s) <= STREAM_WAITS) {
            s->is_resting = false;
            tail_catch_up(s->live->api->tail, s);
        }
    }
    size_t n = s->out.length - s->sent;
    if (n == 0 && s->is_over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0) {
        s->is_asleep = true;
        MHD_suspend_connection(s->connection);
        return 0;
    }
    n = n < room ? n : room;
    memcpy(to, s->out.data + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

void stream_end(struct stream *s)
{
    s->is_over = true;
    buf_clear(&s->urgent);
    buf_clear(&s->rows);
    stream_wake(s);
}

static void destroy_stream(void *context)
{
    struct stream *s = context;
    struct live *l = s->live;
    if (l->sending == s)
        l->sending = s->next;
    if (s->next != NULL)
        s->next->previous = s->previous;
    if (s->previous != NULL)
        s->previous->next = s->next;
    else
        l->streams = s->next;
    l->stream_count--;
    tail_forget(l->api->tail, s);
    buf_finish(&s->out);
    buf_finish(&s->urgent);
    buf_finish(&s->rows);
    free(s->picks);
    free(s->rank_counts);
    roll_finish(&s->shown);
    roll_finish(&s->fresh);
    free(s);
}

static bool take_last_event(const struct request *q, int64_t *ret)
{
    const char *id = request_field(q, "Last-Event-ID");
    return id != NULL && id[0] == 'a' &&
           units_parse_int(id + 1, strlen(id + 1), 0, INT64_MAX, ret) == 0;
}

static struct stream *create_stream(struct request *q, struct live *l)
{
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->live = l;
    s->connection = q->connection;
    s->vessels = q->values.vessels;
    s->has_box = (q->values.given & ASK_BIT(BBOX)) != 0;
    s->box = q->values.box;
    s->max = q->values.max;
    s->event_at = -1;
    s->is_catching = take_last_event(q, &s->event_at);
    if (!s->is_catching)
        s->event_at = tail_last(q->api->tail);
    s->next = l->streams;
    if (l->streams != NULL)
        l->streams->previous = s;
    l->streams = s;
    l->stream_count++;
    return s;
}

int stream_answer(struct request *q)
{
    struct live *l = q->api->live;
    struct api_look look;
    if (l == NULL || !api_look(q->api, &look))
        return reply_problem(q, MHD_HTTP_NOT_FOUND, "streams are not served here");
    if (l->stream_count >= look.conf->api.streams) {
        q->reply.retry_s = 10;
        return reply_problem(q, MHD_HTTP_SERVICE_UNAVAILABLE,
                             "all %u streams are taken (api.streams)",
                             (unsigned)look.conf->api.streams);
    }
    struct stream *s = create_stream(q, l);
    if (s == NULL)
        return ERR_NOMEM;
    q->stream = s;
    stream_renew(s);
    if (s->is_catching)
        tail_catch_up(q->api->tail, s);
    return reply_stream(q, give_bytes, s, destroy_stream, BLOCK_BYTES);
}
