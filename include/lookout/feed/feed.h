/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds: the transports of AIS data (udp, tcp, listen, serial, file), each with its
 * input, all into one merge. Runs on the loop's thread; a feed that is too fast is read
 * slower. */
#ifndef LOOKOUT_FEED_H
#define LOOKOUT_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/ais/input.h"
#include "lookout/ais/merge.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"

/* A live feed whose reports are farther behind the clock, and than its `lateness`, is
 * told as such. */
#define FEED_BEHIND_MS (INT64_C(5) * 60 * 1000)

struct feed;
struct feeds;

struct feed_status {
    const char *id;
    const char *transport; /* "udp", ... */
    bool is_open;          /* bound, connected, device there, file not at its end */
    bool is_silent;        /* silent_after is over */
    bool is_ended;         /* file feeds: at the end */
    bool is_behind;        /* its last report was, by more than FEED_BEHIND_MS and its
                              lateness */
    bool is_gone;          /* closed by a reload; its index stays taken */
    uint64_t bytes, datagrams, connects, disconnects, kernel_drops, refused_senders;
    int64_t last_heard_ms;     /* clock; TIME_NONE */
    char error[160];           /* of the last failure, "" */
    uint16_t port;             /* udp, listen: the bound port; 0 for the others */
    uint32_t clients;          /* listen: connected now; udp: senders known */
    struct input_counts input; /* summed over connections */
};

struct feeds_sink {
    /* Reports may be waiting in the merge: drain it. The merge's clock has just been set.
     * An owner that stops draining calls feeds_pause; otherwise file feeds may stop for
     * ever. */
    void (*on_data)(void *context);
    /* A live feed fell silent or came back; since_ms is the clock time of its last report
     * (or its start). */
    void (*on_silence)(void *context, size_t feed, bool is_silent, int64_t since_ms);
    /* All file feeds are at their end, the merge told, on_data called. */
    void (*on_end)(void *context);
    void *context;
};

/* The merge must have no sources yet: the index of a feed is that of its source. The
 * configuration is copied. To be ended by feeds_close, also when feeds_open fails. */
MUST_CHECK int feeds_create(uv_loop_t *loop, const struct conf_feed *feeds, size_t count,
                            struct merge *merge, const struct feeds_sink *sink,
                            struct feeds **ret_feeds, struct err *err);
/* Set the stored resume record of a file feed; call before feeds_open. Records of another
 * file are ignored with a log line. */
void feeds_resume(struct feeds *f, const char *feed, const void *record, size_t n);
/* The record to store now: ERR_NOT_FOUND for feeds that cannot resume (live feeds,
 * standard input). Reports that have left the merge count as handled, so the record must
 * be stored in one transaction with all their results. */
MUST_CHECK int feeds_record(struct feeds *f, size_t feed, struct buf *out);
/* The records of all feeds are being stored; what was marked before is stored, so that a
 * journal of messages can be cut. */
void feeds_mark(struct feeds *f);
void feeds_stored(struct feeds *f);
/* The directory in which feeds may keep messages, and an id of this installation; before
 * feeds_open. Without it nothing is kept. ERR_NOMEM */
MUST_CHECK int feeds_keep(struct feeds *f, const char *directory);
/* Open the feeds. ERR_IO and ERR_INVALID when a retry cannot help: an address in use, a
 * missing file. A server or device that is not there is waited for. */
MUST_CHECK int feeds_open(struct feeds *f, struct err *err);
/* Stop reading (the store is full); continue. */
void feeds_pause(struct feeds *f, bool paused);
/* After SIGHUP: close removed feeds, open new ones, keep unchanged ones (id and
 * definition). New feeds get new indexes after the old ones. Feeds that cannot be opened
 * are named in *err; all others are opened. */
MUST_CHECK int feeds_reconfigure(struct feeds *f, const struct conf_feed *feeds,
                                 size_t count, struct err *err);
size_t feeds_count(const struct feeds *f);
void feeds_status(const struct feeds *f, size_t feed, struct feed_status *ret_status);
/* Close all; on_closed is called on the loop when every handle is gone, then f is freed.
 */
void feeds_close(struct feeds *f, void (*on_closed)(void *context), void *context);

#endif
