/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the bytes of a recording: a path, or "-" for standard input. gzip and zstd are
 * recognised by the first bytes and unpacked. Offsets are those of the unpacked stream.
 * Blocking: for commands; feeds use lookout/recording.h. */
#ifndef LOOKOUT_READER_H
#define LOOKOUT_READER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lookout/base/err.h"

struct reader;

/* ERR_IO (with the system's reason), ERR_NOMEM. */
MUST_CHECK int reader_open(const char *path, struct reader **ret_reader, struct err *err);
/* Read up to n bytes (n > 0); 0 at the end; ERR_IO, or ERR_CORRUPT for packed data that
 * is damaged or cut off: *err says which, and the bytes read before are good. err may be
 * NULL. */
MUST_CHECK ssize_t reader_read(struct reader *r, void *to, size_t n, struct err *err);
/* Offset of the next byte. */
uint64_t reader_offset(const struct reader *r);
/* Size of the file on disk and how much of it was consumed, for showing progress; 0 of 0
 * when it is not a regular file. */
void reader_progress(const struct reader *r, uint64_t *ret_done, uint64_t *ret_size);
/* NULL is fine. */
void reader_close(struct reader *r);

#endif
