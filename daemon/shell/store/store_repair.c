/* SPDX-License-Identifier: Apache-2.0 */
/* A database of which nothing can be read, because its first page or its length is
 * wrong: mended on a copy. All databases of ours begin alike, as SQLite keeps the roots
 * of their tables in the order in which the schema made them, so a fresh one lends its
 * header, and if that is not enough its whole first page. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store_int.h"

enum {
    HEADER_BYTES = 100, /* SQLite file format, 1.3 */
    AT_PAGES = 28,      /* the size in pages */
    AT_FREE = 32,       /* first page of the freelist; how many */
    AT_CHANGES = 24,    /* file change counter */
    AT_VALID_FOR = 92   /* the same, when the size was written */
};

struct repair {
    char *copy, *wal, *shm, *fresh; /* owned paths */
    unsigned char page[STORE_PAGE_BYTES];
};

static char *append_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path) + strlen(suffix) + 1;
    char *text = malloc(n);
    if (text != NULL)
        snprintf(text, n, "%s%s", path, suffix);
    return text;
}

static bool copy_file(const char *from, const char *to)
{
    char bytes[65536];
    ssize_t n = -1;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (in >= 0 && out >= 0 && (n = read(in, bytes, sizeof bytes)) > 0)
        if (write(out, bytes, (size_t)n) != n) {
            n = -1;
            break;
        }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return n == 0;
}

/* The first page of a database that was made now. */
static bool read_fresh_page(struct repair *r)
{
    sqlite3 *db = NULL;
    int rc = SQLITE_OK;
    int fd = open(r->fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    if (fd < 0 || store_schema_open(r->fresh, &db, &rc, NULL) != 0)
        return false;
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    sqlite3_close(db);
    fd = open(r->fresh, O_RDONLY | O_CLOEXEC);
    bool is_read =
        fd >= 0 && read(fd, r->page, sizeof r->page) == (ssize_t)sizeof r->page;
    if (fd >= 0)
        close(fd);
    return is_read;
}

static void write_number(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* The copy gets whole pages, their number and `bytes` of the fresh first page. */
static bool write_front(const struct repair *r, size_t bytes)
{
    unsigned char page[STORE_PAGE_BYTES];
    int fd = open(r->copy, O_RDWR | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    off_t pages = (size + STORE_PAGE_BYTES - 1) / STORE_PAGE_BYTES;
    bool is_done = size > 0 && ftruncate(fd, pages * STORE_PAGE_BYTES) == 0 &&
                   pread(fd, page, sizeof page, 0) == (ssize_t)sizeof page;
    if (is_done) {
        memcpy(page, r->page, bytes);
        write_number(page + AT_PAGES, (uint32_t)pages);
        write_number(page + AT_FREE, 0);
        write_number(page + AT_FREE + 4, 0);
        memcpy(page + AT_VALID_FOR, page + AT_CHANGES, 4);
        is_done = pwrite(fd, page, sizeof page, 0) == (ssize_t)sizeof page;
    }
    if (fd >= 0)
        close(fd);
    return is_done;
}

static void remove_with_log(const char *path)
{
    char *wal = append_suffix(path, "-wal"), *shm = append_suffix(path, "-shm");
    unlink(path);
    if (wal != NULL)
        unlink(wal);
    if (shm != NULL)
        unlink(shm);
    free(wal);
    free(shm);
}

/* The log may bring another first page with it, so each front is tried without, too. */
static int try_front(const struct repair *r, const char *damaged, size_t bytes,
                     bool has_log, sqlite3 **ret_db)
{
    char *wal = append_suffix(damaged, "-wal");
    int code = ERR_IO;
    remove_with_log(r->copy);
    if (wal != NULL && copy_file(damaged, r->copy) && write_front(r, bytes)) {
        if (!has_log || !copy_file(wal, r->wal))
            unlink(r->wal);
        code = store_schema_open_damaged(r->copy, ret_db);
    }
    free(wal);
    return code;
}

int store_repair_open(const char *damaged, int way, sqlite3 **ret_db, char **ret_copy)
{
    static const size_t fronts[STORE_REPAIR_WAYS / 2] = {HEADER_BYTES, STORE_PAGE_BYTES};
    struct repair *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ERR_NOMEM;
    r->copy = append_suffix(damaged, "-copy");
    r->wal = append_suffix(damaged, "-copy-wal");
    r->fresh = append_suffix(damaged, "-fresh");
    int code = ERR_NOMEM;
    if (r->copy != NULL && r->wal != NULL && r->fresh != NULL) {
        code = read_fresh_page(r)
                   ? try_front(r, damaged, fronts[way / 2], way % 2 == 0, ret_db)
                   : ERR_IO;
        remove_with_log(r->fresh);
        if (code != 0)
            remove_with_log(r->copy);
    }
    if (code == 0) {
        *ret_copy = r->copy;
        r->copy = NULL;
    }
    free(r->copy);
    free(r->wal);
    free(r->fresh);
    free(r);
    return code;
}

void store_repair_finish(char *copy)
{
    if (copy != NULL)
        remove_with_log(copy);
    free(copy);
}
