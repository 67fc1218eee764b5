/* SPDX-License-Identifier: Apache-2.0 */
/* A growable byte buffer. All appends return 0 or ERR_NOMEM and leave the buffer as it
 * was on failure. */
#ifndef LOOKOUT_BUF_H
#define LOOKOUT_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct buf {
    char *data;      /* owned; NUL-terminated whenever it is not NULL */
    size_t length;   /* bytes in use, without the NUL */
    size_t capacity; /* bytes allocated */
};

/* An empty buffer; nothing is allocated yet. {0} does the same. */
void buf_init(struct buf *b);
/* Free the memory; the buffer is empty and usable again. */
void buf_finish(struct buf *b);
/* Length 0, memory kept. */
void buf_clear(struct buf *b);
/* Make room for `more` further bytes and a NUL. */
MUST_CHECK int buf_reserve(struct buf *b, size_t more);
MUST_CHECK int buf_add(struct buf *b, const void *bytes, size_t n);
MUST_CHECK int buf_add_text(struct buf *b, const char *text);
MUST_CHECK int buf_add_char(struct buf *b, char c);
MUST_CHECK int buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
MUST_CHECK int buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Drop the first n bytes (all of them when there are fewer). */
void buf_drop(struct buf *b, size_t n);
/* The text, "" when nothing was ever added; borrowed until the next change. */
const char *buf_text(const struct buf *b);
/* Hand the memory to the caller (free() it), leaving the buffer empty; NULL only on
 * ERR_NOMEM. */
char *buf_take(struct buf *b);

#endif
