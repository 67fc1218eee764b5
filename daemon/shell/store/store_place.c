/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory: paths, permissions, the lock against a second daemon, and setting
 * a damaged database aside. It never opens the database: closing a second descriptor of
 * it would release SQLite's own locks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookout/base/time.h"
#include "store_int.h"

static int join_path(char **ret_path, const char *directory, const char *name)
{
    size_t n = strlen(directory) + strlen(name) + 2;
    char *path = malloc(n);
    if (path == NULL)
        return ERR_NOMEM;
    snprintf(path, n, "%s/%s", directory, name);
    *ret_path = path;
    return 0;
}

int store_place_init(struct store_place *p, const char *directory, struct err *err)
{
    *p = (struct store_place){.lock_fd = -1};
    p->directory = strdup(directory);
    if (p->directory == NULL || join_path(&p->database, directory, STORE_FILE) != 0 ||
        join_path(&p->wal, directory, STORE_FILE "-wal") != 0 ||
        join_path(&p->shm, directory, STORE_FILE "-shm") != 0 ||
        join_path(&p->lock, directory, "lock") != 0) {
        store_place_finish(p);
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    return 0;
}

void store_place_finish(struct store_place *p)
{
    if (p->lock_fd >= 0)
        close(p->lock_fd);
    free(p->directory);
    free(p->database);
    free(p->wal);
    free(p->shm);
    free(p->lock);
    *p = (struct store_place){.lock_fd = -1};
}

/* Create the directory with mode 0700, and missing parents by the umask. */
static int make_directories(const char *directory)
{
    char *path = strdup(directory);
    if (path == NULL)
        return ENOMEM;
    int fault = 0;
    for (char *at = path + 1; fault == 0 && *at != '\0'; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            fault = errno;
        *at = '/';
    }
    if (fault == 0 && mkdir(path, 0700) != 0 && errno != EEXIST)
        fault = errno;
    free(path);
    return fault;
}

static int sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int fault = fsync(fd) != 0 ? errno : 0;
    close(fd);
    return fault;
}

int store_place_prepare(const struct store_place *p, bool *ret_is_new, struct err *err)
{
    int fault = make_directories(p->directory);
    struct stat st;
    if (fault == 0 && stat(p->directory, &st) != 0)
        fault = errno;
    if (fault == 0 && !S_ISDIR(st.st_mode))
        fault = ENOTDIR;
    if (fault != 0)
        return err_set(err, ERR_IO, "state directory %s: %s", p->directory,
                       strerror(fault));
    /* Create the file empty with this mode, so that SQLite does not use the umask; -wal
     * and -shm get the mode of the database. */
    int fd = open(p->database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_new = fd >= 0;
    if (is_new)
        close(fd);
    else if (errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", p->database, strerror(errno));
    if (is_new && (fault = sync_directory(p->directory)) != 0)
        return err_set(err, ERR_IO, "state directory %s: %s", p->directory,
                       strerror(fault));
    if (!is_new && stat(p->database, &st) == 0 && (st.st_mode & 077) != 0 &&
        chmod(p->database, 0600) != 0)
        return err_set(err, ERR_IO, "%s: cannot remove the access of other users: %s",
                       p->database, strerror(errno));
    *ret_is_new = is_new;
    return 0;
}

int store_place_lock(struct store_place *p, struct err *err)
{
    int fd = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_IO, "%s: %s", p->lock, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int fault = errno;
        char pid[24] = "";
        ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
        pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
        close(fd);
        if (fault == EWOULDBLOCK)
            return err_set(err, ERR_EXISTS,
                           "%s is in use by another lookoutd%s%s: stop that one, or name "
                           "another state directory",
                           p->directory, pid[0] != '\0' ? ", process " : "", pid);
        return err_set(err, ERR_IO, "%s: %s", p->lock, strerror(fault));
    }
    /* The holder's number, only for the message; the lock decides. */
    char text[24];
    int n = snprintf(text, sizeof text, "%" PRIdMAX "\n", (intmax_t)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
        int fault = errno;
        /* a full disk must not prevent a start */
        if (fault != ENOSPC && fault != EDQUOT) {
            close(fd);
            return err_set(err, ERR_IO, "%s: %s", p->lock, strerror(fault));
        }
    }
    p->lock_fd = fd;
    return 0;
}

bool store_place_is_lost(const struct store_place *p)
{
    struct stat held, there;
    return p->lock_fd >= 0 && fstat(p->lock_fd, &held) == 0 &&
           (stat(p->lock, &there) != 0 || there.st_ino != held.st_ino ||
            there.st_dev != held.st_dev);
}

static bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 || errno != ENOENT;
}

/* A free name "<database>.damaged-20240325T180400Z"; with -2, -3, ... if it is taken. */
static char *damaged_name(const struct store_place *p, int64_t now_ms)
{
    struct time_parts t;
    time_to_parts(now_ms, &t);
    size_t n = strlen(p->database) + 48;
    char *name = malloc(n);
    char *beside = malloc(n + 4);
    for (int i = 1; name != NULL && beside != NULL && i < 1000; i++) {
        int k = snprintf(name, n, "%s.damaged-%04d%02d%02dT%02d%02d%02dZ", p->database,
                         t.year, t.month, t.day, t.hour, t.minute, t.second);
        if (i > 1)
            snprintf(name + k, n - (size_t)k, "-%d", i);
        snprintf(beside, n + 4, "%s-wal", name);
        if (!is_there(name) && !is_there(beside)) {
            free(beside);
            return name;
        }
    }
    free(beside);
    free(name);
    return NULL;
}

int store_place_set_aside(const struct store_place *p, int64_t now_ms, char **ret_name,
                          struct err *err)
{
    char *name = damaged_name(p, now_ms);
    if (name == NULL)
        return err_set(err, ERR_IO, "%s is damaged; no free name to set it aside under",
                       p->database);
    /* The database itself is renamed last: until then the next start finds it under its
     * own name and does the rest. */
    const char *const from[] = {p->wal, p->shm, p->database};
    static const char *const suffix[] = {"-wal", "-shm", ""};
    int fault = 0;
    for (int i = 0; i < 3 && fault == 0; i++) {
        size_t n = strlen(name) + 5;
        char *to = malloc(n);
        if (to == NULL) {
            fault = ENOMEM;
            break;
        }
        snprintf(to, n, "%s%s", name, suffix[i]);
        if (rename(from[i], to) != 0 && (errno != ENOENT || i == 2))
            fault = errno;
        free(to);
    }
    if (fault == 0)
        fault = sync_directory(p->directory);
    if (fault != 0) {
        free(name);
        return err_set(err, ERR_CORRUPT, "%s is damaged and cannot be set aside: %s",
                       p->database, strerror(fault));
    }
    *ret_name = name;
    return 0;
}
