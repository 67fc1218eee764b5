/* SPDX-License-Identifier: Apache-2.0 */
/* Growable byte buffer. */
#include "lookout/base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_LEAST_BYTES = 64 };

void buf_init(struct buf *b)
{
    *b = (struct buf){0};
}

void buf_finish(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->length = 0;
    if (b->data != NULL)
        b->data[0] = '\0';
}

int buf_reserve(struct buf *b, size_t more)
{
    if (more >= SIZE_MAX / 2 - b->length)
        return ERR_NOMEM;
    size_t least = b->length + more + 1;
    if (least <= b->capacity)
        return 0;
    size_t capacity = b->capacity == 0 ? BUF_LEAST_BYTES : b->capacity;
    while (capacity < least)
        capacity *= 2;
    char *data = realloc(b->data, capacity);
    if (data == NULL)
        return ERR_NOMEM;
    data[b->length] = '\0';
    b->data = data;
    b->capacity = capacity;
    return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t n)
{
    int rc = buf_reserve(b, n);
    if (rc != 0)
        return rc;
    if (n > 0)
        memcpy(b->data + b->length, bytes, n);
    b->length += n;
    b->data[b->length] = '\0';
    return 0;
}

int buf_add_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_add_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = buf_vprintf(b, format, args);
    va_end(args);
    return rc;
}

int buf_vprintf(struct buf *b, const char *format, va_list args)
{
    int rc = buf_reserve(b, BUF_LEAST_BYTES);
    if (rc != 0)
        return rc;
    size_t room = b->capacity - b->length;
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(b->data + b->length, room, format, args);
    if (n >= 0 && (size_t)n >= room) {
        rc = buf_reserve(b, (size_t)n);
        if (rc == 0)
            n = vsnprintf(b->data + b->length, (size_t)n + 1, format, again);
    }
    va_end(again);
    if (rc == 0 && n < 0)
        rc = ERR_INVALID;
    if (rc == 0)
        b->length += (size_t)n;
    b->data[b->length] = '\0';
    return rc;
}

void buf_drop(struct buf *b, size_t n)
{
    if (b->data == NULL)
        return;
    if (n > b->length)
        n = b->length;
    memmove(b->data, b->data + n, b->length - n);
    b->length -= n;
    b->data[b->length] = '\0';
}

const char *buf_text(const struct buf *b)
{
    return b->data == NULL ? "" : b->data;
}

char *buf_take(struct buf *b)
{
    if (b->data == NULL && buf_reserve(b, 0) != 0)
        return NULL;
    char *data = b->data;
    *b = (struct buf){0};
    return data;
}
