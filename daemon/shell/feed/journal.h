/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on disk between their arrival and the commit that holds what they brought: a
 * broker is told that a message has arrived only when it stands here. The journal is a
 * row of files, DIRECTORY/NAME.<number of its first message>.journal; whole files are
 * deleted once a commit makes all their messages needless. A record that a crash cut off
 * ends its file. Private to the room. */
#ifndef LOOKOUT_FEED_JOURNAL_H
#define LOOKOUT_FEED_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

struct journal_message {
    uint64_t number; /* ascending in a journal; from 1 */
    int64_t arrival_ms;
    const char *topic; /* borrowed, not terminated */
    size_t topic_bytes;
    const char *payload; /* borrowed */
    size_t payload_bytes;
};
/* Takes the messages that are read; an error ends the reading and is returned. */
struct journal_reader {
    int (*each)(void *context, const struct journal_message *message);
    void *context;
};

struct journal;
/* Open the journal and give its messages to the reader, in order. `name` stands in the
 * names of the files. ERR_IO, ERR_NOMEM, and errors of the reader. */
MUST_CHECK int journal_open(const char *directory, const char *name,
                            const struct journal_reader *reader,
                            struct journal **ret_journal, struct err *err);
void journal_close(struct journal *j); /* NULL is fine */
/* Append a message's record to a buffer. ERR_NOMEM */
MUST_CHECK int journal_encode(const struct journal_message *message, struct buf *out);
/* Write records, the first of which has that number, and wait until they are on disk.
 * When that fails, none of them counts, and they may be written again. Blocking, for a
 * worker; one call at a time. ERR_IO */
MUST_CHECK int journal_write(struct journal *j, uint64_t first, const struct buf *records,
                             struct err *err);
/* Messages below this number are needed no more. Blocking, as journal_write. */
void journal_cut(struct journal *j, uint64_t floor);
/* The size of its files. */
uint64_t journal_bytes(const struct journal *j);

#endif
