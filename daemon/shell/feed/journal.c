/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on disk between their arrival and the commit that holds what they brought. */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/wire.h"
#include "lookout/sys/datafile.h"

/* A file begins with this line. A record is the length of its content (4 bytes, little
 * endian), the content's hash (8 bytes), and the content. */
static const char magic[] = "lookoutd journal 1\n";
enum {
    MAGIC_BYTES = sizeof magic - 1,
    HEAD_BYTES = 12,
    RECORD_BYTES_MAX = 2 << 20, /* longer ones are none */
    FILE_BYTES = 4 << 20,       /* a longer file is followed by another */
    PATH_BYTES = 4096
};

struct journal_file {
    uint64_t first; /* the number of its first message */
    uint64_t bytes;
};

struct journal {
    char *directory, *name;     /* owned */
    struct journal_file *files; /* owned; ascending */
    size_t count, room;
    int fd; /* of the last file, which is being written; -1: the next write begins one */
};

/* --- records --- */

static void put_little_endian(unsigned char *to, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get_little_endian(const unsigned char *from, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

int journal_encode(const struct journal_message *message, struct buf *out)
{
    unsigned char head[HEAD_BYTES] = {0};
    size_t begin = out->length;
    struct wire_writer w = {.out = out, .failed = buf_add(out, head, HEAD_BYTES) != 0};
    wire_put_u64(&w, message->number);
    wire_put_i64(&w, message->arrival_ms);
    wire_put_bytes(&w, message->topic, message->topic_bytes);
    wire_put_bytes(&w, message->payload, message->payload_bytes);
    if (w.failed) {
        out->length = begin;
        return ERR_NOMEM;
    }
    const char *content = out->data + begin + HEAD_BYTES;
    size_t n = out->length - begin - HEAD_BYTES;
    put_little_endian(head, n, 4);
    put_little_endian(head + 4, hash_bytes(content, n, 0), 8);
    memcpy(out->data + begin, head, HEAD_BYTES);
    return 0;
}

static bool read_journal_record(const void *content, size_t n,
                                struct journal_message *ret)
{
    struct wire_reader r;
    wire_reader_init(&r, content, n);
    ret->number = wire_get_u64(&r);
    ret->arrival_ms = wire_get_i64(&r);
    ret->topic = wire_get_bytes(&r, &ret->topic_bytes);
    ret->payload = wire_get_bytes(&r, &ret->payload_bytes);
    return !r.failed && r.at == r.end;
}

/* Give the whole records at the beginning to the reader. */
static int read_records(const unsigned char *bytes, size_t n,
                        const struct journal_reader *reader)
{
    struct journal_message message;
    if (n < MAGIC_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return 0;
    size_t at = MAGIC_BYTES;
    while (n - at >= HEAD_BYTES) {
        size_t length = (size_t)get_little_endian(bytes + at, 4);
        const unsigned char *content = bytes + at + HEAD_BYTES;
        if (length > RECORD_BYTES_MAX || n - at - HEAD_BYTES < length ||
            get_little_endian(bytes + at + 4, 8) != hash_bytes(content, length, 0) ||
            !read_journal_record(content, length, &message))
            return 0; /* a crash cut it off */
        int rc = reader->each(reader->context, &message);
        if (rc != 0)
            return rc;
        at += HEAD_BYTES + length;
    }
    return 0;
}

/* --- files --- */

static void name_journal_file(const struct journal *j, uint64_t first,
                              char ret_path[PATH_BYTES])
{
    snprintf(ret_path, PATH_BYTES, "%s/%s.%020" PRIu64 ".journal", j->directory, j->name,
             first);
}

static int fail_journal(struct err *err, const char *path)
{
    return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

static int add_journal_file(struct journal *j, uint64_t first, uint64_t bytes)
{
    if (array_grow(&j->files, &j->room, j->count + 1, sizeof *j->files) != 0)
        return ERR_NOMEM;
    j->files[j->count++] = (struct journal_file){first, bytes};
    return 0;
}

/* Whether it is a file of this journal. */
static bool is_own_file(const struct journal *j, const char *file, uint64_t *ret_first)
{
    size_t n = strlen(j->name);
    char again[NAME_MAX + 1];
    if (strncmp(file, j->name, n) != 0 || file[n] != '.')
        return false;
    *ret_first = strtoull(file + n + 1, NULL, 10);
    snprintf(again, sizeof again, "%s.%020" PRIu64 ".journal", j->name, *ret_first);
    return strcmp(file, again) == 0;
}

static int compare_journal_files(const void *a, const void *b)
{
    const struct journal_file *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static int list_journal_files(struct journal *j, struct err *err)
{
    DIR *d = opendir(j->directory);
    if (d == NULL)
        return fail_journal(err, j->directory);
    int rc = 0;
    const struct dirent *entry;
    while (rc == 0 && (entry = readdir(d)) != NULL) {
        uint64_t first = 0;
        if (is_own_file(j, entry->d_name, &first))
            rc = add_journal_file(j, first, 0);
    }
    closedir(d);
    if (j->count > 1)
        qsort(j->files, j->count, sizeof *j->files, compare_journal_files);
    return rc;
}

static int read_journal_file(const char *path, struct buf *out, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_journal(err, path);
    ssize_t got = 1;
    int rc = 0;
    while (rc == 0 && got > 0) {
        rc = buf_reserve(out, 65536);
        got = rc == 0 ? read(fd, out->data + out->length, 65536) : 0;
        out->length += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        rc = fail_journal(err, path);
    close(fd);
    return rc;
}

static int read_journal_files(struct journal *j, const struct journal_reader *reader,
                              struct err *err)
{
    struct buf bytes = {0};
    int rc = 0;
    for (size_t i = 0; i < j->count && rc == 0; i++) {
        char path[PATH_BYTES];
        name_journal_file(j, j->files[i].first, path);
        buf_clear(&bytes);
        rc = read_journal_file(path, &bytes, err);
        j->files[i].bytes = bytes.length;
        if (rc == 0 && bytes.length > 0)
            rc = read_records((const unsigned char *)bytes.data, bytes.length, reader);
    }
    buf_finish(&bytes);
    return rc;
}

int journal_open(const char *directory, const char *name,
                 const struct journal_reader *reader, struct journal **ret_journal,
                 struct err *err)
{
    struct journal *j = calloc(1, sizeof *j);
    if (j == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    j->fd = -1;
    j->directory = strdup(directory);
    j->name = strdup(name);
    int rc =
        j->directory != NULL && j->name != NULL ? list_journal_files(j, err) : ERR_NOMEM;
    if (rc == 0)
        rc = read_journal_files(j, reader, err);
    if (rc == 0)
        *ret_journal = j;
    else
        journal_close(j);
    return rc;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->fd >= 0)
        close(j->fd);
    free(j->files);
    free(j->directory);
    free(j->name);
    free(j);
}

uint64_t journal_bytes(const struct journal *j)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < j->count; i++)
        bytes += j->files[i].bytes;
    return bytes;
}

/* --- writing --- */

/* The file's name must be on disk, too. */
static bool sync_journal_directory(const struct journal *j)
{
    int fd = open(j->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_good;
}

/* A file of that name holds nothing that counts: its first message is being written. */
static int begin_journal_file(struct journal *j, uint64_t first, struct err *err)
{
    char path[PATH_BYTES];
    name_journal_file(j, first, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_journal(err, path);
    if (!datafile_write(fd, magic, MAGIC_BYTES) || !sync_journal_directory(j)) {
        int rc = fail_journal(err, path);
        close(fd);
        return rc;
    }
    bool is_known = j->count > 0 && j->files[j->count - 1].first == first;
    if (!is_known && add_journal_file(j, first, 0) != 0) {
        close(fd);
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    j->files[j->count - 1].bytes = MAGIC_BYTES;
    j->fd = fd;
    return 0;
}

static void end_journal_file(struct journal *j)
{
    close(j->fd);
    j->fd = -1;
}

int journal_write(struct journal *j, uint64_t first, const struct buf *records,
                  struct err *err)
{
    int rc = j->fd >= 0 ? 0 : begin_journal_file(j, first, err);
    if (rc != 0)
        return rc;
    struct journal_file *file = &j->files[j->count - 1];
    if (!datafile_write(j->fd, records->data, records->length) || fdatasync(j->fd) != 0) {
        char path[PATH_BYTES];
        name_journal_file(j, file->first, path);
        rc = fail_journal(err, path);
        /* What was written of them must not stand before what is written next. */
        if (ftruncate(j->fd, (off_t)file->bytes) != 0 || file->bytes == MAGIC_BYTES)
            end_journal_file(j);
        else
            (void)lseek(j->fd, (off_t)file->bytes, SEEK_SET);
        return rc;
    }
    file->bytes += records->length;
    if (file->bytes >= FILE_BYTES)
        end_journal_file(j);
    return 0;
}

void journal_cut(struct journal *j, uint64_t floor)
{
    char path[PATH_BYTES];
    size_t gone = 0;
    /* Messages of a file are below the first of the next one. */
    while (gone + 1 < j->count && j->files[gone + 1].first <= floor) {
        name_journal_file(j, j->files[gone].first, path);
        if (unlink(path) != 0 && errno != ENOENT)
            break;
        gone++;
    }
    j->count -= gone;
    if (gone > 0)
        memmove(j->files, j->files + gone, j->count * sizeof *j->files);
}
