/* SPDX-License-Identifier: Apache-2.0 */
/* Files, standard input, .gz and .zst as one stream of bytes. What they hold is no matter
 * here. */
#include "lookout/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { RAW_BYTES = 128 * 1024 };

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct reader {
    char *path; /* owned; for messages */
    int fd;     /* owned unless it is standard input */
    enum packing packing;
    uint64_t offset;   /* of the next unpacked byte */
    uint64_t raw_read; /* bytes taken from fd */
    uint64_t size;     /* of a regular file, else 0 */
    bool is_at_end;    /* read() has said 0 */
    bool is_mid_frame; /* a packed frame has begun and not ended */
    z_stream gzip;
    ZSTD_DStream *zstd;        /* owned */
    size_t raw_begin, raw_end; /* not yet unpacked bytes of raw */
    unsigned char raw[RAW_BYTES];
};

static int fail_io(struct reader *r, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", r->path, strerror(errno));
}

/* Fill raw, which is empty. 0, also at the end. */
static int refill(struct reader *r, struct err *err)
{
    ssize_t n;
    do
        n = read(r->fd, r->raw, sizeof r->raw);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail_io(r, err);
    r->raw_begin = 0;
    r->raw_end = (size_t)n;
    r->raw_read += (uint64_t)n;
    r->is_at_end = n == 0;
    return 0;
}

/* The first four bytes decide; a pipe may bring them one by one. */
static int recognise(struct reader *r, struct err *err)
{
    while (r->raw_end < 4) {
        ssize_t n = read(r->fd, r->raw + r->raw_end, sizeof r->raw - r->raw_end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_io(r, err);
        if (n == 0) {
            r->is_at_end = true;
            break;
        }
        r->raw_end += (size_t)n;
        r->raw_read += (uint64_t)n;
    }
    static const unsigned char gzip[] = {0x1f, 0x8b};             /* RFC 1952 2.3.1 */
    static const unsigned char zstd[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 3.1.1 */
    r->packing = PACKING_NONE;
    if (r->raw_end >= sizeof gzip && memcmp(r->raw, gzip, sizeof gzip) == 0) {
        /* 15 bits of window, 16: the gzip format. */
        if (inflateInit2(&r->gzip, 15 + 16) != Z_OK)
            return err_set(err, ERR_NOMEM, "%s: %s", r->path, err_text(ERR_NOMEM));
        r->packing = PACKING_GZIP;
    } else if (r->raw_end >= sizeof zstd && memcmp(r->raw, zstd, sizeof zstd) == 0) {
        r->zstd = ZSTD_createDStream();
        if (r->zstd == NULL)
            return err_set(err, ERR_NOMEM, "%s: %s", r->path, err_text(ERR_NOMEM));
        r->packing = PACKING_ZSTD;
    }
    return 0;
}

int reader_open(const char *path, struct reader **ret_reader, struct err *err)
{
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    bool is_stdin = strcmp(path, "-") == 0;
    r->fd = -1;
    r->path = strdup(is_stdin ? "standard input" : path);
    if (r->path == NULL) {
        reader_close(r);
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    int status = 0;
    struct stat info;
    r->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &info) != 0) {
        status = fail_io(r, err);
    } else if (S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        status = fail_io(r, err);
    } else if (S_ISREG(info.st_mode)) {
        r->size = (uint64_t)info.st_size;
    }
    if (status != 0) {
        reader_close(r);
        return status;
    }
    *ret_reader = r;
    return 0;
}

static size_t take_plain(struct reader *r, void *to, size_t n)
{
    size_t left = r->raw_end - r->raw_begin;
    if (n > left)
        n = left;
    memcpy(to, r->raw + r->raw_begin, n);
    r->raw_begin += n;
    return n;
}

/* Members may follow one another (RFC 1952 2.2), as log rotators write them. */
static int take_gzip(struct reader *r, void *to, size_t n, size_t *ret_taken,
                     struct err *err)
{
    z_stream *z = &r->gzip;
    z->next_in = r->raw + r->raw_begin;
    z->avail_in = (uInt)(r->raw_end - r->raw_begin);
    z->next_out = to;
    z->avail_out = (uInt)n;
    int status = inflate(z, Z_NO_FLUSH);
    r->raw_begin = r->raw_end - z->avail_in;
    *ret_taken = n - z->avail_out;
    r->is_mid_frame = status != Z_STREAM_END;
    if (status == Z_STREAM_END) {
        if (inflateReset(z) != Z_OK)
            return err_set(err, ERR_CORRUPT, "%s: damaged gzip data", r->path);
        return 0;
    }
    if (status != Z_OK && status != Z_BUF_ERROR)
        return err_set(err, ERR_CORRUPT, "%s: damaged gzip data", r->path);
    return 0;
}

static int take_zstd(struct reader *r, void *to, size_t n, size_t *ret_taken,
                     struct err *err)
{
    ZSTD_inBuffer in = {r->raw, r->raw_end, r->raw_begin};
    ZSTD_outBuffer out = {to, n, 0};
    size_t hint = ZSTD_decompressStream(r->zstd, &out, &in);
    if (ZSTD_isError(hint))
        return err_set(err, ERR_CORRUPT, "%s: damaged zstd data: %s", r->path,
                       ZSTD_getErrorName(hint));
    r->raw_begin = in.pos;
    *ret_taken = out.pos;
    r->is_mid_frame = hint != 0;
    return 0;
}

/* One step of unpacking: may give nothing and still not be at the end. */
static int take(struct reader *r, void *to, size_t n, size_t *ret_taken, struct err *err)
{
    switch (r->packing) {
    case PACKING_GZIP:
        return take_gzip(r, to, n, ret_taken, err);
    case PACKING_ZSTD:
        return take_zstd(r, to, n, ret_taken, err);
    case PACKING_UNKNOWN:
    case PACKING_NONE:
        break;
    }
    *ret_taken = take_plain(r, to, n);
    return 0;
}

ssize_t reader_read(struct reader *r, void *to, size_t n, struct err *err)
{
    if (n > RAW_BYTES * 8)
        n = RAW_BYTES * 8;
    int status = 0;
    if (r->packing == PACKING_UNKNOWN)
        status = recognise(r, err);
    while (status == 0) {
        /* A frame's last bytes may still be inside the unpacker. */
        if (r->raw_begin == r->raw_end && !r->is_at_end)
            status = refill(r, err);
        if (status != 0)
            break;
        bool is_drained = r->raw_begin == r->raw_end && r->is_at_end;
        if (is_drained && !r->is_mid_frame)
            return 0;
        size_t taken = 0;
        status = take(r, to, n, &taken, err);
        if (status == 0 && taken > 0) {
            r->offset += taken;
            return (ssize_t)taken;
        }
        if (status == 0 && is_drained)
            status = err_set(err, ERR_CORRUPT, "%s: cut off: the packed data end early",
                             r->path);
    }
    return status;
}

int reader_seek(struct reader *r, uint64_t offset, struct err *err)
{
    int status = 0;
    if (r->packing == PACKING_UNKNOWN)
        status = recognise(r, err);
    if (status != 0)
        return status;
    if (r->packing == PACKING_NONE && r->size != 0) {
        if (offset > r->size)
            return err_set(err, ERR_RANGE, "%s: shorter than %llu bytes", r->path,
                           (unsigned long long)offset);
        if (lseek(r->fd, (off_t)offset, SEEK_SET) < 0)
            return fail_io(r, err);
        r->raw_begin = r->raw_end = 0;
        r->is_at_end = false;
        r->offset = r->raw_read = offset;
        return 0;
    }
    if (offset < r->offset)
        return err_set(err, ERR_RANGE, "%s: cannot go back", r->path);
    char skipped[16 * 1024];
    while (r->offset < offset) {
        uint64_t left = offset - r->offset;
        ssize_t n = reader_read(
            r, skipped, left < sizeof skipped ? (size_t)left : sizeof skipped, err);
        if (n < 0)
            return (int)n;
        if (n == 0)
            return err_set(err, ERR_RANGE, "%s: shorter than %llu bytes", r->path,
                           (unsigned long long)offset);
    }
    return 0;
}

uint64_t reader_offset(const struct reader *r)
{
    return r->offset;
}

void reader_progress(const struct reader *r, uint64_t *ret_done, uint64_t *ret_size)
{
    *ret_size = r->size;
    *ret_done = r->size != 0 ? r->raw_read - (r->raw_end - r->raw_begin) : 0;
}

int reader_fd(const struct reader *r)
{
    return r->fd;
}

void reader_close(struct reader *r)
{
    if (r == NULL)
        return;
    if (r->packing == PACKING_GZIP)
        inflateEnd(&r->gzip);
    ZSTD_freeDStream(r->zstd);
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    free(r->path);
    free(r);
}
