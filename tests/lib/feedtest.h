/* SPDX-License-Identifier: Apache-2.0 */
/* A loop, a merge and feeds, for the tests of the transports: what passes the merge is
 * collected. Ships are invented. */
#ifndef FEEDTEST_H
#define FEEDTEST_H

#include "daemon/shell/feed/feed_int.h"
#include "lib/looptest.h"
#include "lookout/base/buf.h"

struct feedtest_report {
    uint32_t mmsi;
    int64_t time_ms;
    uint64_t passed_loop_ms; /* the loop's clock when it passed the merge */
};

struct feedtest {
    struct looptest t;
    struct merge *merge;
    struct feeds *feeds;
    struct feedtest_report *reports; /* owned; in the order of the merge */
    size_t count, room;
    size_t wanted; /* for feedtest_has */
    int silences, recoveries, ends;
    bool is_closed;
    size_t stop_after; /* do not drain beyond so many reports, pause instead; 0: never */
};

/* A feed with every default of the configuration. */
struct conf_feed feedtest_conf(const char *id, enum conf_transport transport,
                               const char *address);
/* Merge and feeds (not yet opened); short waits between attempts. */
void feedtest_create(struct feedtest *w, const struct conf_feed *feeds, size_t count);
void feedtest_open(struct feedtest *w);
/* Close, check that nothing is left on the loop, free. */
void feedtest_finish(struct feedtest *w);
/* Run until so many reports have passed. */
void feedtest_wait(struct feedtest *w, size_t reports);
/* Run until all file feeds are at their end. */
void feedtest_wait_end(struct feedtest *w);
struct feed_status feedtest_status(const struct feedtest *w, size_t feed);

/* An IPv4 network: the address as a number. */
struct conf_cidr feedtest_cidr4(uint32_t address, uint8_t prefix);
/* One datagram to 127.0.0.1, from a socket of its own. */
void feedtest_send(uint16_t port, const void *bytes, size_t n);

/* A position report of the ship as one sentence: with a tag block c:time_s when time_s is
 * positive. */
void feedtest_line(struct buf *out, uint32_t mmsi, int64_t time_s);
/* The same message, heard at another time (by another station). */
void feedtest_copy(struct buf *out, uint32_t mmsi, int64_t time_s, int64_t heard_s);
/* Static data of the ship: two sentences. */
void feedtest_static(struct buf *out, uint32_t mmsi, int64_t time_s);

enum { FEEDTEST_BEGIN_S = 1711389840 };
/* A recording of `count` messages, one a second by event time from FEEDTEST_BEGIN_S on,
 * of 40 ships in turn; every fifth is of two sentences, and some lines are rubbish. */
void feedtest_recording(struct buf *out, unsigned count, uint32_t ship);
/* Create, open and run to the end of all recordings. */
void feedtest_run_whole(struct feedtest *w, const struct conf_feed *confs, size_t count);

/* A file in a directory of its own under TMPDIR; both are removed by
 * feedtest_remove_files. */
const char *feedtest_file(const char *name, const void *bytes, size_t n);
void feedtest_append(const char *path, const void *bytes, size_t n);
const char *feedtest_path(const char *name);
int feedtest_remove_files(void **state);

#endif
