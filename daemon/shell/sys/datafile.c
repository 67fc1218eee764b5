/* SPDX-License-Identifier: Apache-2.0 */
/* Finds shipped files, and reads a whole file. The source tree of the executable comes
 * before the installed data directory, so that a developer's binary never reads the
 * gazetteer of an older installation. */
#include "lookout/sys/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

/* Places relative to the executable: for build/lookoutd, build/asan/lookoutd,
 * build/tests/test_x and build/asan/tests/test_x; then for an installation that was moved
 * as a whole. */
static const char *const beside[] = {
    "../config",
    "../../config",
    "../../../config",
    "../share/lookoutd",
};
enum { BESIDE = sizeof beside / sizeof beside[0] };

static bool is_sound_name(const char *name)
{
    if (name[0] == '\0' || name[0] == '/')
        return false;
    for (const char *p = name; p != NULL; p = strchr(p, '/')) {
        if (*p == '/')
            p++;
        if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
            return false;
    }
    return true;
}

/* 0 when dir/name is a file that can be read. */
static int try_in(const char *dir, const char *name, char *ret_path, size_t size)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return ERR_LIMIT;
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || access(path, R_OK) != 0)
        return ERR_NOT_FOUND;
    if ((size_t)n >= size)
        return ERR_LIMIT;
    memcpy(ret_path, path, (size_t)n + 1);
    return 0;
}

/* The directory of the running executable, without a trailing slash. */
static int executable_dir(char *ret_dir, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", ret_dir, size - 1);
    if (n <= 0)
        return ERR_NOT_FOUND;
    ret_dir[n] = '\0';
    char *slash = strrchr(ret_dir, '/');
    if (slash == NULL)
        return ERR_NOT_FOUND;
    *slash = '\0';
    return 0;
}

int datafile_find(const char *name, char *ret_path, size_t size)
{
    if (!is_sound_name(name))
        return ERR_INVALID;
    const char *from_environment = getenv("LOOKOUT_DATADIR");
    if (from_environment != NULL && from_environment[0] != '\0')
        return try_in(from_environment, name, ret_path, size);
    char dir[PATH_MAX / 2], place[PATH_MAX];
    if (executable_dir(dir, sizeof dir) == 0) {
        for (int i = 0; i < BESIDE; i++) {
            snprintf(place, sizeof place, "%s/%s", dir, beside[i]);
            int rc = try_in(place, name, ret_path, size);
            if (rc != ERR_NOT_FOUND)
                return rc;
        }
    }
    return try_in(LOOKOUT_DATADIR, name, ret_path, size);
}

/* Fill err from errno. */
static int fail_file(struct err *err, const char *path, int number)
{
    char reason[128] = "";
    if (strerror_r(number, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", number);
    int rc = number == ENOENT || number == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
    return err_set(err, rc, "cannot read '%s': %s", path, reason);
}

static int read_all(int fd, const char *path, struct buf *out, struct err *err)
{
    enum { CHUNK = 1 << 16, PIPE_WAIT_MS = 5000 };
    size_t before = out->length;
    for (;;) {
        if (buf_reserve(out, CHUNK) != 0)
            return err_set(err, ERR_NOMEM, "cannot read '%s': out of memory", path);
        ssize_t n = read(fd, out->data + out->length, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd wait = {.fd = fd, .events = POLLIN};
            if (poll(&wait, 1, PIPE_WAIT_MS) > 0)
                continue;
            return err_set(err, ERR_IO, "cannot read '%s': nothing comes from it", path);
        }
        if (n < 0)
            return fail_file(err, path, errno);
        if (n == 0)
            return 0;
        out->length += (size_t)n;
        out->data[out->length] = '\0';
        if (out->length - before > FILE_READ_MAX)
            return err_set(err, ERR_LIMIT, "cannot read '%s': more than %zu MiB", path,
                           FILE_READ_MAX >> 20);
    }
}

int datafile_read(const char *path, struct buf *out, struct err *err)
{
    /* Not blocking: a pipe that nobody writes to must not be waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail_file(err, path, errno);
    size_t before = out->length;
    int rc = read_all(fd, path, out, err);
    close(fd);
    if (rc != 0 && out->data != NULL) {
        out->length = before;
        out->data[before] = '\0';
    }
    return rc;
}

bool datafile_write(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}
