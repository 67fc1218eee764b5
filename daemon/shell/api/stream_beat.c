/* SPDX-License-Identifier: Apache-2.0 */
/* What changed in a second, to one stream. A beat that is too much for the backlog goes
 * to a reader who keeps up some at a time; one who does not is late. */
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "lookout/engine/engine.h"
#include "row.h"
#include "stream.h"

enum {
    PLACES_STEP = 2000, /* vessels looked at for one that makes place */
    REPICK_BEATS = 30   /* where vessels are left out, they are chosen again */
};

/* Those with alerts that nobody has seen come first, then the watched, then the rest. */
static unsigned class_of(bool is_watched, bool has_alerts)
{
    if (has_alerts)
        return 0;
    return is_watched ? 1 : 2;
}

/* A vessel takes the place of one that comes after it. */
static bool make_place(struct stream *s, const struct live_row *row,
                       const struct engine *engine, uint32_t *ret_gone)
{
    unsigned own = class_of(row->is_watched, row->severity != 0), last = own;
    for (size_t i = 0; own != 2 && last != 2 && i < s->shown.count && i < PLACES_STEP;
         i++) {
        struct engine_vessel v;
        uint32_t mmsi = s->shown.items[s->evict++ % s->shown.count];
        unsigned class = 2;
        if (engine_vessel_look(engine, mmsi, &v))
            class = class_of(v.is_watched,
                             mark_severity(mark_find(&s->live->marks, mmsi)) != 0);
        if (class > last) {
            last = class;
            *ret_gone = mmsi;
        }
    }
    if (last == own)
        return false;
    roll_remove(&s->shown, *ret_gone);
    return true;
}

struct beat_out {
    size_t rows, gone;
    struct buf gone_text;
    bool is_full; /* a vessel found no place */
};

static int put_gone(struct beat_out *b, uint32_t mmsi)
{
    return buf_printf(&b->gone_text, b->gone++ == 0 ? "%u" : ",%u", (unsigned)mmsi);
}

static int send_row(struct stream *s, const struct live_row *row,
                    const struct api_look *look, struct beat_out *b)
{
    bool is_shown = roll_has(&s->shown, row->mmsi);
    bool wanted = row->is_there &&
                  stream_shows(s, row->is_watched, row->has_place, row->lat, row->lon);
    uint32_t gone = 0;
    int rc = 0;
    if (is_shown && !wanted) {
        roll_remove(&s->shown, row->mmsi);
        return put_gone(b, row->mmsi);
    }
    if (!wanted)
        return 0;
    if (!is_shown && s->shown.count >= s->max) {
        b->is_full = true;
        if (!make_place(s, row, look->engine, &gone))
            return 0;
        rc = put_gone(b, gone);
    }
    if (rc == 0 && !is_shown)
        rc = roll_add(&s->shown, row->mmsi);
    if (rc == 0)
        rc = b->rows++ == 0 ? stream_begin_rows(s, engine_now(look->engine))
                            : buf_add_char(&s->rows, ',');
    return rc != 0 ? rc : buf_add(&s->rows, s->live->text.data + row->at, row->length);
}

static int send_rows(struct stream *s, const struct api_look *look, struct beat_out *b)
{
    const struct live *l = s->live;
    int rc = 0;
    for (size_t i = 0; i < l->changed_count && rc == 0; i++)
        rc = send_row(s, &l->rows[i], look, b);
    return rc == 0 && b->rows != 0 ? buf_add_text(&s->rows, "]}\n\n") : rc;
}

/* The backlog is dropped, and a whole picture follows. */
static int tell_late(struct stream *s)
{
    int rc = s->is_late ? 0 : stream_tell(s, "late", 0, "{}");
    buf_finish(&s->rows);
    s->live->resyncs += !s->is_late;
    s->is_late = true;
    stream_renew(s);
    return rc;
}

/* The rows of the beat wait their turn among those that are still to be sent. */
static int defer_rows(struct stream *s)
{
    const struct live *l = s->live;
    uint32_t *later = calloc(l->changed_count, sizeof *later);
    bool *is_there = malloc(l->changed_count);
    size_t n = 0, left = s->phase == STREAM_SENDS ? s->fresh.count - s->cursor : 0;
    int rc = later == NULL || is_there == NULL ? ERR_NOMEM : 0;
    for (size_t i = 0; i < l->changed_count && rc == 0; i++)
        if (roll_has(&s->shown, l->changed[i])) {
            is_there[n] = true;
            later[n++] = l->changed[i];
        }
    if (left != 0)
        memmove(s->fresh.items, s->fresh.items + s->cursor,
                left * sizeof *s->fresh.items);
    s->fresh.count = left;
    s->cursor = 0;
    if (rc == 0)
        rc = roll_merge(&s->fresh, later, is_there, n);
    free(later);
    free(is_there);
    s->phase = STREAM_SENDS;
    live_wake(s->live);
    return rc;
}

static int end_beat(struct stream *s, const struct beat_out *b)
{
    if (b->gone == 0)
        return 0;
    return buf_printf(&s->rows, "event: gone\ndata: {\"mmsi\":[%s]}\n\n",
                      buf_text(&b->gone_text));
}

/* While all is picked anew, nothing is sent: all will be. */
static bool is_renewed(const struct stream *s)
{
    return s->phase == STREAM_PICKS && s->is_anew;
}

void stream_beat_send(struct stream *s)
{
    struct api_look look;
    struct beat_out b = {0};
    if (s->is_over || is_renewed(s) || !api_look(s->live->api, &look))
        return;
    size_t before = stream_unsent(s), rows = s->rows.length;
    int rc = send_rows(s, &look, &b);
    if (rc == 0 && stream_unsent(s) + b.gone_text.length > STREAM_BACKLOG) {
        s->rows.length = rows;
        rc = before > STREAM_WAITS ? tell_late(s) : defer_rows(s);
    }
    if (rc == 0 && !is_renewed(s))
        rc = end_beat(s, &b);
    buf_finish(&b.gone_text);
    s->is_silent = s->is_silent && b.rows == 0 && b.gone == 0;
    if (rc != 0)
        stream_end(s);
    bool is_first = b.is_full && s->left_out == 0;
    if ((is_first || (++s->beats >= REPICK_BEATS && s->left_out != 0)) &&
        s->phase == STREAM_LIVES) {
        s->phase = STREAM_PICKS;
        s->cursor = 0;
        live_wake(s->live);
    }
    stream_wake(s);
}
