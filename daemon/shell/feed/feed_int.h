/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of this room share: a feed, the functions of its transport,
 * and the functions of feeds.c for reports and handles.
 *
 * Circle: feed_file, feed_path, feeds, feeds_pace, file_follow, refused: reports go up
 * from a transport by feed_path.c; when the way is free again, feed_path.c and
 * feeds_pace.c wake the recordings that wait. */
#ifndef LOOKOUT_FEED_INT_H
#define LOOKOUT_FEED_INT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/feed/feed.h"
#include "lookout/net/peer.h"

struct feed;

/* A transport. `open` fails only when a retry cannot help (an address in use, a missing
 * file); the transport itself retries after all other failures. */
struct feed_ops {
    const char *name;
    int (*open)(struct feed *feed, struct err *err);
    /* Stop reading; continue. */
    void (*pause)(struct feed *feed, bool paused);
    /* Begin to close every handle; each close calls feeds_release. Called once, also when
     * open failed half-way or was never called. */
    void (*close)(struct feed *feed);
    /* Free `state`: the last handle is gone. May be NULL: free(). */
    void (*destroy)(struct feed *feed);
    /* Takes a report from the input; NULL: feed_path_push. */
    void (*report)(struct feed *feed, const struct report *report);
    /* What is stored with the state of the engine, for feeds_resume: ERR_NOT_FOUND:
     * nothing. `mark`: it is being stored; `stored`: what was marked before is. May be
     * NULL. */
    int (*record)(struct feed *feed, struct buf *out);
    void (*mark)(struct feed *feed);
    void (*stored)(struct feed *feed);
    /* Fill in the values that only the transport knows. May be NULL. */
    void (*status)(const struct feed *feed, struct feed_status *status);
};
extern const struct feed_ops feed_udp, feed_tcp, feed_listen, feed_serial, feed_file,
    feed_websocket, feed_aisstream, feed_mqtt;

/* Constant but for tests. */
struct feeds_limits {
    uint64_t connect_ms;     /* a connection attempt */
    uint64_t backoff_min_ms; /* before the second attempt */
    uint64_t backoff_max_ms;
    /* websocket, aisstream: the wait after a refusal (401, 403, close code 1008); after
     * 429, doubled each time; the most of a Retry-After; how long the peer may take to
     * answer our close frame. */
    uint64_t refused_ms, busy_min_ms, busy_max_ms, retry_after_max_ms, close_ms;
    uint64_t follow_ms;  /* between looks at a file that may grow */
    unsigned rest_looks; /* so many in vain: it rests, and holds nobody up; 0: never */
    uint64_t mute_ms; /* listen: who brought no report for so long gives up its place */
    /* Held back in the merge for a live feed's lateness: above, it is not read. */
    size_t live_pending_bytes;
    uint64_t hold_ms; /* interval of checking whether it may be read again */
};

/* The count and the first example of one reason why input is refused. */
enum { FEED_EXAMPLE_BYTES = 81 };
struct feed_refused {
    uint64_t count;
    bool is_told;
    char example[FEED_EXAMPLE_BYTES];
};

struct feed {
    struct feeds *feeds; /* borrowed */
    const struct feed_ops *ops;
    struct conf_feed conf;    /* owned copy */
    void *state;              /* owned; the transport's */
    struct input *input;      /* owned; NULL for udp and listen: each sender has one */
    struct input_counts past; /* of inputs that are gone */
    uint16_t source;          /* index in feeds and in the merge */
    unsigned holds;           /* open handles and requests under way */
    bool is_open, is_ended, is_silent, is_closing, is_gone;
    bool has_failed;        /* a reload could not open it */
    bool is_doubted;        /* silent for too long, unless something is still unread */
    bool is_held;           /* not read: the merge holds too much of it */
    uint64_t heard_loop_ms; /* the loop's clock at the last report or at opening */
    int64_t heard_ms;       /* the same by the wall clock */
    uint64_t bytes, datagrams, connects, disconnects, refused_senders;
    uint64_t wait_ms;  /* before the next attempt to connect */
    char error[160];   /* of the last failure; "" */
    struct buf record; /* as given to feeds_resume; empty: none */
    struct feed_refused refused[INPUT_REJECTS];
};

struct feeds {
    uv_loop_t *loop;     /* borrowed */
    struct merge *merge; /* borrowed */
    struct feeds_sink sink;
    struct feeds_limits limits;
    char *directory;     /* owned: of the state; NULL: none */
    struct feed **feeds; /* owned, each owned */
    size_t count;
    uv_timer_t silence; /* due when the next live feed has been silent long enough */
    uv_idle_t pump;     /* runs while file feeds can be read */
    uv_timer_t hold;    /* runs while a feed is_held */
    uv_timer_t pace;    /* due when the next paced report is */
    uv_timer_t refusal; /* due when refused input is to be told */
    unsigned own_holds; /* of the four above */
    bool is_open, is_paused, is_closing, is_dirty, has_ended;
    bool has_pace_base;
    int64_t pace_event_ms; /* event time that fell on ... */
    uint64_t pace_loop_ms; /* ... this time of the loop's clock */
    uint64_t opened_loop_ms;
    void (*on_closed)(void *context);
    void *closed_context;
    char *scratch; /* owned: what sockets read into */
};

enum {
    /* A timer that comes after a freeze of the process comes before what lies in the
     * sockets: it asks again so much later, when they were read. */
    FEED_DOUBT_MS = 1,
    FEED_STREAM_BYTES = 65536,
    /* libuv splits a large buffer into 64 KiB a datagram and takes up to 20 at a time
     * (uv__udp_recvmmsg) */
    FEED_SCRATCH_BYTES = 20 * 65536
};

/* feed_path.c */
bool feed_path_is_live(const struct feed *feed);
/* Create an input for the feed; its reports go to ops->report. */
struct input *feed_path_create_input(struct feed *feed);
/* Add up what an input counted, and destroy it (takes NULL). */
void feed_path_retire_input(struct feed *feed, struct input *input);
/* Feed bytes of a stream or one datagram that arrived now; `feed_path_flush` follows. */
void feed_path_bytes(struct feed *feed, struct input *input, const char *bytes, size_t n);
void feed_path_datagram(struct feed *feed, struct input *input, const char *bytes,
                        size_t n);
/* The same for the feed's own input and a message that arrived earlier. */
void feed_path_message(struct feed *feed, const struct buf *message, int64_t arrival_ms);
/* Whether all feeds are paused, or this one is held. */
bool feed_path_is_paused(const struct feed *feed);
/* To the merge. */
void feed_path_push(struct feed *feed, const struct report *report);
/* Tell the owner when reports came since the last call. */
void feed_path_flush(struct feeds *f);
/* A file feed can go on: read soon; or look again at that time of the loop's clock. */
void feed_path_wake(struct feeds *f);
void feed_path_wake_at(struct feeds *f, uint64_t due_loop_ms);
/* refused.c: an input_sink's on_reject whose context is a feed; and logging what was not
 * logged yet. */
void refused_note(void *context, const struct input_refused *refused);
void refused_tell(struct feeds *f);
/* Set the timer that reports silence. */
void feed_path_arm_silence(struct feeds *f);
/* Add an input's counts to a sum. */
void feed_path_add_counts(struct input_counts *sum, const struct input_counts *c);
/* A file feed is at its end. */
void feed_path_end(struct feed *feed);
/* feeds.c: a handle or request of this feed has begun, or is closed. */
void feeds_hold(struct feed *feed);
void feeds_release(struct feed *feed);
/* feeds.c; for tests. */
void feeds_set_limits(struct feeds *f, const struct feeds_limits *times);

/* feed_file.c: read a slice of the feed; false: there is nothing to do now. */
bool feed_file_pump(struct feed *feed);
/* feeds_pace.c: hand on the paced reports that are due, and set the timer for the next.
 */
void feeds_pace(struct feeds *f);
/* feed_file.c, for feeds_pace.c: the earliest report that is not handed on (NULL: none),
 * its successors, and handing it on. */
const struct report *feed_file_head(const struct feed *feed, size_t ahead);
int64_t feed_file_pushed_ms(const struct feed *feed);
bool feed_file_is_reading(const struct feed *feed);
void feed_file_pass(struct feed *feed);

/* feed_net.c */
/* Numeric IPv4 or IPv6 address, or "localhost"; "*" and "" are every address. */
MUST_CHECK int feed_net_address(const char *text, uint16_t port,
                                struct sockaddr_storage *ret_address);
uint16_t feed_net_port(const struct sockaddr_storage *address);
void feed_net_clear_port(struct sockaddr_storage *address);
bool feed_net_contains(const struct conf_cidr *cidr, const struct sockaddr *address);
/* Whether this sender is accepted. Counts and logs refused senders. */
bool feed_net_accepts(struct feed *feed, const struct sockaddr *address);
/* The wait before the next attempt: *wait_ms with 25 % jitter either way; doubles
 * *wait_ms up to the limit. */
uint64_t feed_net_backoff(const struct feeds *f, uint64_t *wait_ms);
/* Open a connection to the feed's address, with its TLS; sink->on_closed must call
 * feeds_release. ERR_NOMEM */
MUST_CHECK int feed_net_open_peer(struct feed *feed, const struct peer_sink *sink,
                                  struct peer **ret_peer);
/* feed_redact.c: hide the feed's secrets in a text that came from outside. */
void feed_redact_secrets(const struct feed *feed, char *text);
/* The connection is ready; and it is none (any more): told, counted, kept for the status.
 * The next attempt comes in wait_ms, which is kept in the feed. */
void feed_net_connected(struct feed *feed);
void feed_net_fail(struct feed *feed, const char *what, const char *why,
                   uint64_t wait_ms);

#endif
