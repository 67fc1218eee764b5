/* SPDX-License-Identifier: Apache-2.0 */
/* Compact binary records for saved state: integers as LEB128 varints (signed ones in
 * zigzag form), texts with their length. A reader never reads past the end. After the
 * first fault every read gives 0 and `failed` stays true, so a whole record is read and
 * then checked once. */
#ifndef LOOKOUT_WIRE_H
#define LOOKOUT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"

/* Writing: a failed append sets `failed`, which is checked once at the end. */
struct wire_writer {
    struct buf *out; /* borrowed */
    bool failed;
};

void wire_put_u64(struct wire_writer *w, uint64_t value);
void wire_put_i64(struct wire_writer *w, int64_t value);
void wire_put_f64(struct wire_writer *w, double value); /* 8 bytes, little endian */
void wire_put_bytes(struct wire_writer *w, const void *bytes, size_t n);
void wire_put_text(struct wire_writer *w, const char *text); /* NULL is written as "" */

struct wire_reader {
    const unsigned char *at;  /* borrowed */
    const unsigned char *end; /* borrowed */
    int64_t shift_ms;         /* added to every time: a clock was set since; else 0 */
    bool failed;
    uint64_t version; /* of the record, as its owner read it; 0: the newest */
};

void wire_reader_init(struct wire_reader *r, const void *bytes, size_t n);
/* Whether the record is older than that version. */
bool wire_reader_is_before(const struct wire_reader *r, uint64_t version);
uint64_t wire_get_u64(struct wire_reader *r);
/* Read a number of at most `max`; a larger one is a fault and gives 0. */
uint64_t wire_get_limited(struct wire_reader *r, uint64_t max);
int64_t wire_get_i64(struct wire_reader *r);
/* A time written as i64, shifted. TIME_NONE and 0 stand for no time and stay. */
int64_t wire_get_time(struct wire_reader *r);
/* By how much times that are multiples of step_ms are shifted, to stay so: by the
 * multiple nearest to the shift. */
int64_t wire_reader_shift(const struct wire_reader *r, int64_t step_ms);
double wire_get_f64(struct wire_reader *r);
/* Bytes inside the record, borrowed; their length in *ret_n. NULL after a fault. */
const void *wire_get_bytes(struct wire_reader *r, size_t *ret_n);
/* Copy a text into a field of `size` bytes, cut if longer, always NUL-terminated. */
void wire_get_text(struct wire_reader *r, char *ret_text, size_t size);
/* A count of items that take at least `least_bytes` bytes each; a count larger than the
 * rest of the record is a fault. */
size_t wire_get_count(struct wire_reader *r, size_t least_bytes);

#endif
