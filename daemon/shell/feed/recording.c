/* SPDX-License-Identifier: Apache-2.0 */
/* Reading recordings forward, unpacking gzip and zstandard. */
#include "lookout/feed/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "lookout/base/hash.h"

enum { RAW_BYTES = 65536, HEAD_BYTES = 4096, MAGIC_BYTES = 6 };

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct recording {
    int fd; /* owned where owns_fd */
    bool owns_fd;
    int stdin_flags; /* to be restored: polling makes it non-blocking */
    bool is_regular;
    uint64_t size;     /* of a regular file when it was opened */
    uint64_t raw_read; /* bytes taken from it */
    bool is_ended;
    enum packing packing;
    z_stream gzip;      /* valid while packing is PACKING_GZIP */
    ZSTD_DStream *zstd; /* owned */
    bool is_inside;     /* in the middle of an archive member */
    bool is_behind;     /* after the last gzip member: the rest is padding */
    uint64_t discard;   /* unpacked bytes still to be skipped */
    size_t at, end;     /* of raw: not yet unpacked */
    unsigned char raw[RAW_BYTES];
};

/* clang-format off */
static const struct {
    const char *magic;
    size_t length;
    enum packing packing; /* PACKING_UNKNOWN: cannot be read */
    const char *name;
} packings[] = {
    {"\x1f\x8b",                 2, PACKING_GZIP,    "gzip"},   /* RFC 1952, 2.3.1 */
    {"\x28\xb5\x2f\xfd",         4, PACKING_ZSTD,    "zstd"},   /* RFC 8878, 3.1.1 */
    {"PK\x03\x04",               4, PACKING_UNKNOWN, "zip"},    /* APPNOTE 4.3.7 */
    {"\xfd" "7zXZ",              6, PACKING_UNKNOWN, "xz"},     /* with its NUL; .xz 2.1.1.1 */
    {"BZh",                      3, PACKING_UNKNOWN, "bzip2"},
};
/* clang-format on */

int recording_open(const char *path, struct recording **ret_recording, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct recording *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    /* non-blocking: opening a named pipe must not wait for its writer */
    r->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    r->owns_fd = !is_stdin && r->fd >= 0;
    r->stdin_flags = is_stdin ? fcntl(STDIN_FILENO, F_GETFL) : -1;
    struct stat st;
    if (r->fd < 0 || fstat(r->fd, &st) != 0) {
        int rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        recording_close(r);
        return rc;
    }
    if (S_ISDIR(st.st_mode)) {
        recording_close(r);
        return err_set(err, ERR_IO, "%s: %s", path, strerror(EISDIR));
    }
    r->is_regular = S_ISREG(st.st_mode);
    r->size = r->is_regular ? (uint64_t)st.st_size : 0;
    *ret_recording = r;
    return 0;
}

void recording_close(struct recording *r)
{
    if (r == NULL)
        return;
    if (r->packing == PACKING_GZIP)
        inflateEnd(&r->gzip);
    ZSTD_freeDStream(r->zstd);
    if (r->stdin_flags >= 0)
        (void)fcntl(STDIN_FILENO, F_SETFL, r->stdin_flags);
    if (r->owns_fd)
        close(r->fd);
    free(r);
}

/* Read as many bytes as fit after the remaining raw bytes. */
static int fill_input(struct recording *r, struct err *err)
{
    if (r->at > 0) {
        memmove(r->raw, r->raw + r->at, r->end - r->at);
        r->end -= r->at;
        r->at = 0;
    }
    if (r->end == RAW_BYTES)
        return 0;
    ssize_t n;
    do {
        n = read(r->fd, r->raw + r->end, RAW_BYTES - r->end);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (n < 0)
        return err_set(err, ERR_IO, "reading: %s", strerror(errno));
    r->is_ended = n == 0;
    r->end += (size_t)n;
    r->raw_read += (uint64_t)n;
    return 0;
}

static int begin_unpacking(struct recording *r, enum packing packing)
{
    enum { GZIP_WINDOW = 15 + 16 }; /* zlib.h: 32 KiB, gzip only */
    if (packing == PACKING_GZIP && inflateInit2(&r->gzip, GZIP_WINDOW) != Z_OK)
        return ERR_NOMEM;
    if (packing == PACKING_ZSTD && (r->zstd = ZSTD_createDStream()) == NULL)
        return ERR_NOMEM;
    r->packing = packing;
    return 0;
}

/* Recognise the packing by the first bytes; unknown while a pipe has not brought enough
 * of them. */
static int recognise_packing(struct recording *r, struct err *err)
{
    size_t n = r->end - r->at;
    if (n < MAGIC_BYTES && !r->is_ended)
        return 0;
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        if (n < packings[i].length ||
            memcmp(r->raw + r->at, packings[i].magic, packings[i].length) != 0)
            continue;
        if (packings[i].packing == PACKING_UNKNOWN)
            return err_set(err, ERR_UNSUPPORTED,
                           "is a %s archive (plain, .gz and .zst are read)",
                           packings[i].name);
        return begin_unpacking(r, packings[i].packing);
    }
    if (n > 0)
        r->packing = PACKING_NONE;
    return 0;
}

static int unpack_gzip(struct recording *r, void *bytes, size_t room, size_t *ret_n,
                       struct err *err)
{
    z_stream *z = &r->gzip;
    z->next_out = bytes;
    z->avail_out = (uInt)room;
    while (r->at < r->end && z->avail_out > 0 && !r->is_behind) {
        if (!r->is_inside && r->raw[r->at] != 0x1f) {
            r->is_behind = true; /* gzip(1) ignores trailing zeros and rubbish as well */
            break;
        }
        z->next_in = r->raw + r->at;
        z->avail_in = (uInt)(r->end - r->at);
        int rc = inflate(z, Z_NO_FLUSH);
        r->at = r->end - z->avail_in;
        r->is_inside = rc != Z_STREAM_END;
        if (rc == Z_STREAM_END)
            inflateReset(z);
        else if (rc == Z_BUF_ERROR)
            break;
        else if (rc != Z_OK)
            return err_set(err, rc == Z_MEM_ERROR ? ERR_NOMEM : ERR_CORRUPT,
                           "damaged gzip archive: %s", z->msg ? z->msg : "no reason");
    }
    if (r->is_behind)
        r->at = r->end;
    *ret_n = room - z->avail_out;
    return 0;
}

static int unpack_zstd(struct recording *r, void *bytes, size_t room, size_t *ret_n,
                       struct err *err)
{
    ZSTD_outBuffer out = {.dst = bytes, .size = room};
    ZSTD_inBuffer in = {.src = r->raw, .size = r->end, .pos = r->at};
    size_t before;
    do {
        before = out.pos + in.pos;
        size_t code = ZSTD_decompressStream(r->zstd, &out, &in);
        if (ZSTD_isError(code))
            return err_set(err, ERR_CORRUPT, "damaged zstd archive: %s",
                           ZSTD_getErrorName(code));
        if (out.pos + in.pos > before) /* idle, it asks for the next frame's header */
            r->is_inside = code != 0;
    } while (out.pos < out.size && out.pos + in.pos > before && in.pos < in.size);
    r->at = in.pos;
    *ret_n = out.pos;
    return 0;
}

static int unpack_block(struct recording *r, void *bytes, size_t room, size_t *ret_n,
                        struct err *err)
{
    size_t n = r->end - r->at;
    switch (r->packing) {
    case PACKING_GZIP:
        return unpack_gzip(r, bytes, room, ret_n, err);
    case PACKING_ZSTD:
        return unpack_zstd(r, bytes, room, ret_n, err);
    case PACKING_NONE:
        if (n > room)
            n = room;
        memcpy(bytes, r->raw + r->at, n);
        r->at += n;
        *ret_n = n;
        return 0;
    case PACKING_UNKNOWN:
        break;
    }
    *ret_n = 0;
    return 0;
}

int recording_read(struct recording *r, void *bytes, size_t room, size_t *ret_n,
                   struct err *err)
{
    size_t n = 0;
    r->is_ended = false;
    if (r->packing == PACKING_UNKNOWN) {
        int rc = fill_input(r, err);
        if (rc == 0)
            rc = recognise_packing(r, err);
        if (rc != 0)
            return rc;
    }
    /* Unpack the remaining bytes first; only then read the file again. */
    int rc = unpack_block(r, bytes, room, &n, err);
    if (rc == 0 && n == 0 && !r->is_ended && r->packing != PACKING_UNKNOWN) {
        rc = fill_input(r, err);
        if (rc == 0)
            rc = unpack_block(r, bytes, room, &n, err);
    }
    if (rc != 0)
        return rc;
    if (n > 0)
        r->is_ended = false;
    if (r->discard > 0 && n > 0) {
        size_t skip = r->discard < n ? (size_t)r->discard : n;
        r->discard -= skip;
        n -= skip;
        memmove(bytes, (char *)bytes + skip, n);
    }
    *ret_n = n;
    return 0;
}

bool recording_is_ended(const struct recording *r)
{
    return r->is_ended;
}

bool recording_is_cut(const struct recording *r)
{
    return r->is_ended && r->is_inside;
}

int recording_seek(struct recording *r, uint64_t offset)
{
    unsigned char magic[MAGIC_BYTES];
    if (!r->is_regular || offset > INT64_MAX)
        return ERR_UNSUPPORTED;
    ssize_t n = pread(r->fd, magic, sizeof magic, 0);
    if (n < 0)
        return ERR_IO;
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++)
        if ((size_t)n >= packings[i].length &&
            memcmp(magic, packings[i].magic, packings[i].length) == 0) {
            r->discard = offset;
            return 0;
        }
    if (lseek(r->fd, (off_t)offset, SEEK_SET) < 0)
        return ERR_IO;
    r->raw_read = offset;
    r->packing = PACKING_NONE;
    return 0;
}

int recording_identify(const struct recording *r,
                       const struct recording_identity *expected,
                       struct recording_identity *ret_identity)
{
    unsigned char head[HEAD_BYTES];
    struct stat st;
    if (!r->is_regular || fstat(r->fd, &st) != 0)
        return ERR_UNSUPPORTED;
    size_t most = sizeof head;
    if (expected != NULL && expected->head_bytes < most)
        most = (size_t)expected->head_bytes;
    size_t n = 0;
    while (n < most) {
        ssize_t got = pread(r->fd, head + n, most - n, (off_t)n);
        if (got < 0)
            return ERR_IO;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *ret_identity = (struct recording_identity){.device = (uint64_t)st.st_dev,
                                                .inode = (uint64_t)st.st_ino,
                                                .head_bytes = n,
                                                .head_hash = hash_bytes(head, n, 0)};
    return 0;
}

void recording_progress(const struct recording *r, uint64_t *ret_done, uint64_t *ret_size)
{
    *ret_size = r->size;
    *ret_done = r->is_regular ? r->raw_read - (r->end - r->at) : 0;
}

int recording_descriptor(const struct recording *r)
{
    return r->fd;
}

bool recording_is_regular(const struct recording *r)
{
    return r->is_regular;
}

bool recording_is_plain(const struct recording *r)
{
    return r->packing == PACKING_NONE;
}
