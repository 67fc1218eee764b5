/* SPDX-License-Identifier: Apache-2.0 */
/* nftw is of X/Open */
#define _XOPEN_SOURCE 700
#include "lib/tempdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/testlib.h"

static void die(const char *what)
{
    perror(what);
    abort();
}

void tempdir_make(struct tempdir *dir)
{
    strcpy(dir->path, "/tmp/lookoutd-test-XXXXXX");
    if (mkdtemp(dir->path) == NULL)
        die("mkdtemp");
}

const char *tempdir_path(const struct tempdir *dir, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir->path, name);
    return path;
}

static void write_bytes(const char *path, const char *bytes, size_t n, unsigned mode)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0 ||
        chmod(path, mode) != 0)
        die(path);
}

void tempdir_write(const struct tempdir *dir, const char *name, const char *text)
{
    write_bytes(tempdir_path(dir, name), text, strlen(text), 0644);
}

void tempdir_write_mode(const struct tempdir *dir, const char *name, const char *text,
                        unsigned mode)
{
    write_bytes(tempdir_path(dir, name), text, strlen(text), mode);
}

void tempdir_copy(const struct tempdir *dir, const char *name, const char *from)
{
    size_t n = 0;
    char *bytes = test_read_file(from, &n);
    if (bytes == NULL)
        die(from);
    write_bytes(tempdir_path(dir, name), bytes, n, 0644);
    free(bytes);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void tempdir_remove(const struct tempdir *dir)
{
    nftw(dir->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
