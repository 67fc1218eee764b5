/* SPDX-License-Identifier: Apache-2.0 */
/* One reader of /stream. First the vessels are picked that it shows, then they are sent,
 * then what changes. Alerts go before vessels, and are never dropped. */
#ifndef LOOKOUT_STREAM_H
#define LOOKOUT_STREAM_H

#include "live.h"
#include "request.h"

enum {
    STREAM_BACKLOG = 1 << 20,
    STREAM_WAITS = 1 << 18 /* what can wait does, while so much is unsent */
};
enum stream_phase { STREAM_PICKS, STREAM_SENDS, STREAM_LIVES };
/* A vessel that may be shown: the smaller the rank, the sooner. */
struct stream_pick {
    uint32_t mmsi;
    uint16_t rank;
};
enum { STREAM_RANKS = 3 * 1024 };
struct stream {
    struct live *live;
    struct MHD_Connection *connection;
    struct buf out; /* whole events, of which `sent` bytes are sent */
    size_t sent;
    struct buf urgent; /* whole events: alerts and the like */
    struct buf rows;   /* whole events: vessels */
    bool is_asleep, is_over;
    bool is_greeted; /* the first hello is written */
    bool is_late;    /* `late` is among what is unsent */
    bool is_anew;    /* the picture is sent as a whole, not only what is new in it */
    bool is_silent;  /* nothing was sent since the last comment */
    enum ask_vessels vessels;
    bool has_box;
    struct ask_box box;
    uint32_t max;
    enum stream_phase phase;
    size_t cursor;             /* in the roll, or in what is shown */
    struct stream_pick *picks; /* owned: while picking */
    size_t pick_count, pick_room;
    uint32_t *rank_counts; /* owned: STREAM_RANKS, while picking */
    struct roll shown;
    struct roll fresh; /* of those shown: the ones to be sent */
    size_t left_out, evict;
    unsigned beats;   /* since it was picked */
    int64_t event_at; /* the last event told; -1: not known yet */
    bool is_catching; /* earlier events are being read */
    bool is_resting;  /* ... once its reader has taken some */
    struct stream *previous, *next;
};

request_answer stream_answer;
/* One step of picking or sending; true while there is more to do. */
bool stream_step(struct stream *s);
/* stream_beat.c: send what changed in a beat. */
void stream_beat_send(struct stream *s);
/* Append an event, alerts and the like; event_at: its number, 0: it has none. */
MUST_CHECK int stream_tell(struct stream *s, const char *event, int64_t event_at,
                           const char *json);
/* All is to be picked and sent anew. */
void stream_renew(struct stream *s);
/* A comment, where nothing was sent for a while. */
void stream_comment(struct stream *s);
void stream_end(struct stream *s);
size_t stream_unsent(const struct stream *s);
void stream_wake(struct stream *s);
/* Whether it asks for a vessel like that. */
bool stream_shows(const struct stream *s, bool is_watched, bool has_place, double lat,
                  double lon);
MUST_CHECK int stream_begin_rows(struct stream *s, int64_t now_ms);

#endif
