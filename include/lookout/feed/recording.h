/* SPDX-License-Identifier: Apache-2.0 */
/* A recording on disk or on standard input, read forward; .gz and .zst are unpacked on
 * the way (recognised by content). Offsets count unpacked bytes. Blocking: not for the
 * loop's thread. */
#ifndef LOOKOUT_RECORDING_H
#define LOOKOUT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct recording;

/* The identity of a file, for resuming. */
struct recording_identity {
    uint64_t device, inode;
    uint64_t head_bytes; /* how many of its first 4 KiB were there */
    uint64_t head_hash;  /* of these */
};

/* Open a path, or "-" for standard input (which is never closed). ERR_IO, ERR_NOMEM. */
MUST_CHECK int recording_open(const char *path, struct recording **ret_recording,
                              struct err *err);
void recording_close(struct recording *r); /* takes NULL */

/* Read the next bytes with at most one read(2), so that a pipe that poll() reports as
 * readable does not block. *ret_n may be 0 before the end. At the end it stays 0 until
 * the file has grown. ERR_IO, ERR_CORRUPT (a damaged archive), ERR_UNSUPPORTED (zip, xz,
 * bzip2), ERR_NOMEM; err says why. */
MUST_CHECK int recording_read(struct recording *r, void *bytes, size_t room,
                              size_t *ret_n, struct err *err);
/* Whether the last read found the end. */
bool recording_is_ended(const struct recording *r);
/* Whether the end came in the middle of an archive. */
bool recording_is_cut(const struct recording *r);
/* Set the offset of the next byte; once, before the first read. Packed recordings are
 * read up to there. */
MUST_CHECK int recording_seek(struct recording *r, uint64_t offset);

/* ERR_UNSUPPORTED when it is not a regular file. With head_bytes > 0 in `expected` only
 * that much of the head is hashed, so that a file that has grown is the same. */
MUST_CHECK int recording_identify(const struct recording *r,
                                  const struct recording_identity *expected,
                                  struct recording_identity *ret_identity);
/* Size of the file on disk when it was opened, and how much of it was read, for showing
 * progress; 0 of 0 when it is no regular file. */
void recording_progress(const struct recording *r, uint64_t *ret_done,
                        uint64_t *ret_size);
/* Borrowed descriptor; for poll(). */
int recording_descriptor(const struct recording *r);
bool recording_is_regular(const struct recording *r);
/* Whether the file is known to be unpacked, so that offsets are those of the file. */
bool recording_is_plain(const struct recording *r);

#endif
