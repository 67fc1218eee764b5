/* SPDX-License-Identifier: Apache-2.0 */
/* What is alive in the API beside single requests: the roll of vessels, what is open of
 * each, streams, and work that is done in small steps between the loop's other turns.
 *
 *   beat    once a second: the vessels that changed, their rows, sent to every stream
 *   job     an answer made step by step
 *   mark    what the alerts say of a vessel: mark.h
 *   stream  one reader of /stream: stream.h */
#ifndef LOOKOUT_LIVE_H
#define LOOKOUT_LIVE_H

#include <uv.h>

#include "lookout/base/buf.h"
#include "mark.h"
#include "roll.h"

struct api;
struct request;
struct stream;

/* Returns true while there is more to do; no step takes longer than some milliseconds. */
struct job {
    bool (*step)(struct job *job);
    void (*destroy)(struct job *job); /* without an answer: the server ends */
    struct request *q;
    struct job *next;
};

enum live_phase { LIVE_RESTS, LIVE_TAKES, LIVE_RENDERS, LIVE_SENDS };
/* A row in the text of the beat; lat_e7 INT32_MAX: it has no place. */
struct live_row {
    uint32_t mmsi;
    bool is_there, is_watched, has_place;
    uint8_t severity; /* 0 none, else enum severity and one */
    double lat, lon;
    size_t at, length;
};

struct live {
    struct api *api; /* borrowed */
    uv_timer_t timer;
    uv_idle_t idle;
    struct roll roll;
    struct marks marks;
    struct job *jobs;       /* owned, in turn */
    struct stream *streams; /* each owned by its connection */
    size_t stream_count;
    uint64_t resyncs;
    enum live_phase phase;
    bool is_whole;     /* this beat takes in all vessels: any may have changed */
    uint32_t *changed; /* owned: of the beat */
    size_t changed_count, changed_room, rendered;
    struct buf text;       /* rows of the beat */
    struct live_row *rows; /* owned */
    size_t row_room;
    struct stream *sending; /* the next to be sent the beat */
    unsigned beats, looks, turn;
    char *feeds;    /* owned: the feeds as last told, JSON */
    unsigned whats; /* enum live_what bits that are to be told */
    unsigned open_handles;
    void (*on_closed)(void *context);
    void *closed_context;
};
enum live_what { LIVE_ZONES = 1, LIVE_RULES = 2, LIVE_PORTS = 4, LIVE_MUTES = 8 };

MUST_CHECK int live_create(struct api *api, uv_loop_t *loop, struct live **ret);
/* Streams end, jobs are given up; on_closed when the loop knows nothing of it any more.
 * Then the library ends its connections, and live_destroy. */
void live_destroy(struct live *l);
void live_stop(struct live *l, void (*on_closed)(void *context), void *context);
/* There is work to do, at the loop's next turns. */
void live_wake(struct live *l);
/* Do a job for a request, whose connection sleeps meanwhile. */
void live_add_job(struct live *l, struct job *job);
/* A vessel looks otherwise, by what the alerts say of it. */
void live_note(struct live *l, uint32_t mmsi);

#endif
