/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the feed of an MQTT broker: broker.c has the connection, broker_keep.c the way
 * of each message to the engine and, with QoS 1, through the journal.
 *
 *   number    of a message of QoS 1, ascending over restarts
 *   batch     messages that are written to the journal together
 *   floor     the lowest number whose message is not in the engine's state yet
 *   session   counts the connections: an id is of one of them */
#ifndef LOOKOUT_FEED_BROKER_INT_H
#define LOOKOUT_FEED_BROKER_INT_H

#include "feed_int.h"
#include "journal.h"
#include "lookout/base/buf.h"
#include "lookout/net/mqtt.h"

struct broker_batch {
    struct buf records;
    uint64_t first; /* number of the first message */
    uint16_t *ids;  /* owned: of the messages, to be acknowledged */
    size_t count, room;
    unsigned session; /* to which the ids belong */
};

/* A message that the engine may still need to be told again. */
struct broker_kept {
    uint64_t end; /* offset in the feed's input behind it */
    uint64_t number;
};

struct broker_keep {
    struct feed *feed;           /* borrowed */
    struct journal *journal;     /* owned; NULL: messages are not kept */
    struct buf line;             /* a message as the input takes it */
    uint64_t next;               /* number of the next message */
    struct broker_batch waiting; /* not given to the worker yet */
    struct broker_batch writing; /* with the worker */
    struct broker_kept *kept;    /* owned: ascending */
    size_t kept_first, kept_count, kept_room;
    uint64_t recorded, marked, cut; /* floors: written to a record; of a commit that is
                                       under way; of one that is on disk */
    uint64_t cut_done;
    uv_work_t work;
    uv_timer_t again; /* after a failed write */
    bool is_working, is_again_open, has_failed;
    struct err fault; /* of the worker */
    /* The batch is on disk. */
    void (*on_kept)(struct feed *feed, const struct broker_batch *batch);
};

/* Without a directory, or with QoS 0, nothing is kept. Messages of the journal that the
 * stored state lacks are taken again. ERR_IO, ERR_NOMEM */
MUST_CHECK int broker_keep_init(struct broker_keep *k, struct feed *feed,
                                struct err *err);
/* Take a message. true: it is acknowledged by on_kept, once it is on disk. */
bool broker_keep_take(struct broker_keep *k, const struct mqtt_message *message,
                      unsigned session);
/* Whether so much waits for the disk that no more should be read. */
bool broker_keep_is_full(const struct broker_keep *k);
/* What is to be stored with the engine's state: ERR_NOT_FOUND: nothing; ERR_NOMEM. */
MUST_CHECK int broker_keep_record(struct broker_keep *k, struct buf *out);
/* The state of the last record is being stored; the one marked before is stored. */
void broker_keep_mark(struct broker_keep *k);
void broker_keep_stored(struct broker_keep *k);
/* Close the handles. */
void broker_keep_close(struct broker_keep *k);
/* The last handle is gone. */
void broker_keep_finish(struct broker_keep *k);

#endif
