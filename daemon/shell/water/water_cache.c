/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of distance fields: DIRECTORY/water/KEY.field, where the key stands for grid,
 * ports and limit. A file is written under another name and renamed; a file that cannot
 * be read is made again. */
#include "water_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookout/sys/datafile.h"

static const char suffix[] = ".field";
enum { KEY_DIGITS = 16, NAME_BYTES = KEY_DIGITS + sizeof suffix };

static void file_name_of(uint64_t key, char ret_name[NAME_BYTES])
{
    snprintf(ret_name, NAME_BYTES, "%016llx%s", (unsigned long long)key, suffix);
}

static bool path_of(const char *directory, uint64_t key, const char *more,
                    char ret_path[PATH_MAX])
{
    char name[NAME_BYTES];
    file_name_of(key, name);
    int n = snprintf(ret_path, PATH_MAX, "%s/water/%s%s", directory, name, more);
    return n > 0 && n < PATH_MAX;
}

bool water_cache_read(const char *directory, struct water_field *field)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    bool is_read = path_of(directory, water_field_key_of(field), "", path) &&
                   datafile_read(path, &bytes, NULL) == 0 &&
                   water_field_fill_saved(field, bytes.data, bytes.length) == 0;
    buf_finish(&bytes);
    return is_read;
}

static void make_folder(const char *directory)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/water", directory);
    if (n > 0 && n < PATH_MAX) {
        mkdir(directory, 0755);
        mkdir(path, 0755);
    }
}

bool water_cache_write(const char *directory, const struct water_field *field)
{
    char path[PATH_MAX], beside[PATH_MAX];
    struct buf bytes = {0};
    uint64_t key = water_field_key_of(field);
    make_folder(directory);
    bool is_good = path_of(directory, key, "", path) &&
                   path_of(directory, key, ".new", beside) &&
                   water_field_save(field, &bytes) == 0;
    int fd = is_good ? open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    is_good = fd >= 0 && datafile_write(fd, bytes.data, bytes.length) && fsync(fd) == 0;
    if (fd >= 0)
        is_good = close(fd) == 0 && is_good;
    if (fd >= 0 && (!is_good || rename(beside, path) != 0)) {
        unlink(beside);
        is_good = false;
    }
    buf_finish(&bytes);
    return is_good;
}

static bool is_still_wanted(const struct water_wants *wants, const char *name)
{
    char wanted[NAME_BYTES];
    for (size_t i = 0; i < wants->count; i++) {
        file_name_of(water_field_key_of(wants->items[i].field), wanted);
        if (strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

/* Only files with names of the cache. */
static bool is_field(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    return digits == KEY_DIGITS && strncmp(name + digits, suffix, strlen(suffix)) == 0;
}

void water_cache_sweep(const char *directory, const struct water_wants *wants)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/water", directory);
    DIR *dir = n > 0 && n < PATH_MAX ? opendir(path) : NULL;
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (is_field(entry->d_name) && !is_still_wanted(wants, entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}
