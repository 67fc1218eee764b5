/* SPDX-License-Identifier: Apache-2.0 */
/* The socket in the state directory: listening on it, and asking a daemon that listens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "api_int.h"
#include "lookout/api/api.h"

enum { ANSWER_MAX = 16 << 20, WAIT_S = 10 };

/* A socket's path has at most 107 bytes, so the directory is given by its descriptor,
 * which the caller closes. */
static int local_address(const char *path, struct sockaddr_un *ret_address)
{
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    size_t n = slash != NULL ? (size_t)(slash - path) : 0;
    if (n >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", n != 0 ? (int)n : 1, path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->sun_family = AF_UNIX;
    snprintf(ret_address->sun_path, sizeof ret_address->sun_path,
             "/proc/self/fd/%d/%.60s", fd, slash != NULL ? slash + 1 : path);
    return fd;
}

static int local_socket(const char *path, int flags,
                        int (*use)(int fd, const struct sockaddr_un *where))
{
    struct sockaddr_un where;
    int folder = local_address(path, &where);
    if (folder < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd >= 0 && use(fd, &where) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        fd = -1;
    }
    close(folder);
    return fd;
}

static int bind_local(int fd, const struct sockaddr_un *where)
{
    unlink(where->sun_path);
    mode_t before = umask(0077);
    int rc = bind(fd, (const struct sockaddr *)where, sizeof *where);
    umask(before);
    return rc != 0 ? rc : listen(fd, API_CONNECTIONS);
}

int api_local_listen(const char *path)
{
    return local_socket(path, SOCK_NONBLOCK, bind_local);
}

static int connect_local(int fd, const struct sockaddr_un *where)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return connect(fd, (const struct sockaddr *)where, sizeof *where);
}

/* Read the whole answer, with its head. */
static int read_answer(int fd, struct buf *answer)
{
    char piece[16384];
    ssize_t n;
    int rc = 0;
    while (rc == 0 && (n = read(fd, piece, sizeof piece)) > 0)
        rc = answer->length < ANSWER_MAX ? buf_add(answer, piece, (size_t)n) : ERR_LIMIT;
    return rc != 0 || n == 0 ? rc : ERR_IO;
}

static int send_question(int fd, const struct api_local_question *q)
{
    char head[512];
    size_t body = q->body != NULL ? strlen(q->body) : 0;
    int n = snprintf(head, sizeof head,
                     "%s %.200s HTTP/1.0\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     q->method, q->target, body);
    if (send(fd, head, (size_t)n, MSG_NOSIGNAL) != n)
        return ERR_IO;
    return body == 0 || send(fd, q->body, body, MSG_NOSIGNAL) == (ssize_t)body ? 0
                                                                               : ERR_IO;
}

int api_local_ask(const char *path, const struct api_local_question *q,
                  unsigned *ret_status, struct buf *out, struct err *err)
{
    struct buf answer = {0};
    int fd = local_socket(path, 0, connect_local);
    if (fd < 0)
        return err_set(err, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    unsigned status = 0;
    int rc = send_question(fd, q);
    if (rc == 0)
        rc = read_answer(fd, &answer);
    const char *body = rc == 0 ? strstr(buf_text(&answer), "\r\n\r\n") : NULL;
    if (rc == 0 &&
        (body == NULL || sscanf(buf_text(&answer), "HTTP/%*3[01.] %3u", &status) != 1))
        rc = ERR_CORRUPT;
    if (rc == 0)
        rc = buf_add_text(out, body + 4);
    if (rc == 0)
        *ret_status = status;
    buf_finish(&answer);
    close(fd);
    return rc == 0 ? 0 : err_set(err, rc, "%s: no answer: %s", path, err_text(rc));
}

int api_local_get(const char *path, const char *what, struct buf *out, struct err *err)
{
    const struct api_local_question q = {.method = "GET", .target = what};
    unsigned status = 0;
    int rc = api_local_ask(path, &q, &status, out, err);
    return rc == 0 && status != 200
               ? err_set(err, ERR_CORRUPT, "%s: the answer has status %u", path, status)
               : rc;
}
