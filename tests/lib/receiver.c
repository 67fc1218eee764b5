/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/receiver.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DRIP_MS = 50, REQUEST_MOST = 1 << 20 };

struct connection {
    struct receiver *receiver;
    int fd;
};

static void give_up(const char *what)
{
    perror(what);
    abort();
}

int64_t receiver_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* With the mutex held: wait until `until_ms` or the end; false at the end. */
static bool nap(struct receiver *r, int64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000 * 1000000)};
    while (!r->is_stopping && receiver_clock_ms() < until_ms)
        pthread_cond_timedwait(&r->changed, &r->mutex, &until);
    return !r->is_stopping;
}

/* --- reading a request --- */

static void copy_header(const char *head, const char *name, char *ret_text, size_t size)
{
    size_t n = strlen(name);
    ret_text[0] = '\0';
    for (const char *line = strstr(head, "\r\n"); line != NULL;
         line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        const char *value = line + n + 1;
        value += strspn(value, " ");
        size_t length = strcspn(value, "\r\n");
        snprintf(ret_text, size, "%.*s", (int)length, value);
        return;
    }
}

/* The request's bytes up to the end of its body; NULL when the connection ends. */
static char *read_request(int fd, size_t *ret_head)
{
    char *text = malloc(REQUEST_MOST + 1);
    size_t n = 0, wanted = 0;
    if (text == NULL)
        give_up("memory");
    for (;;) {
        ssize_t got = recv(fd, text + n, REQUEST_MOST - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
        char *end = wanted == 0 ? strstr(text, "\r\n\r\n") : NULL;
        if (end != NULL) {
            char length[24];
            *ret_head = (size_t)(end - text) + 4;
            copy_header(text, "content-length", length, sizeof length);
            wanted = *ret_head + strtoul(length, NULL, 10);
        }
        if (wanted != 0 && n >= wanted)
            return text;
    }
    free(text);
    return NULL;
}

/* --- answering --- */

static void send_text(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void drip(struct receiver *r, int fd, const char *text)
{
    for (size_t i = 0;; i++) {
        char byte[2] = {text[i % strlen(text)], '\0'};
        if (send(fd, byte, 1, MSG_NOSIGNAL) != 1)
            return;
        pthread_mutex_lock(&r->mutex);
        bool goes_on = nap(r, receiver_clock_ms() + DRIP_MS);
        pthread_mutex_unlock(&r->mutex);
        if (!goes_on)
            return;
    }
}

/* false: the connection is over. */
static bool act_out(struct receiver *r, int fd, const struct receiver_act *act)
{
    char answer[4096];
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    switch (act->manner) {
    case RECEIVER_ANSWER:
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %d Whatever\r\ncontent-length: %zu\r\n%s\r\n%s", act->status,
                 strlen(act->body), act->headers, act->body);
        send_text(fd, answer);
        return true;
    case RECEIVER_RESET:
        (void)connect(fd, &nobody, sizeof nobody);
        return false;
    case RECEIVER_HANG:
        pthread_mutex_lock(&r->mutex);
        (void)nap(r, receiver_clock_ms() + 600000);
        pthread_mutex_unlock(&r->mutex);
        return false;
    case RECEIVER_DRIP_HEADER:
        send_text(fd, "HTTP/1.1 200 OK\r\nx: ");
        drip(r, fd, "y");
        return false;
    case RECEIVER_DRIP_BODY:
        send_text(fd, "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        drip(r, fd, "z");
        return false;
    case RECEIVER_HALF_CLOSE:
        shutdown(fd, SHUT_WR);
        free(read_request(fd, &(size_t){0}));
        return false;
    case RECEIVER_GARBAGE:
        send_text(fd, "SSH-2.0-nothing\r\n");
        return false;
    }
    return false;
}

static size_t record(struct receiver *r, const char *text, size_t head)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity == 0 ? 256 : r->capacity * 2;
        r->requests = realloc(r->requests, r->capacity * sizeof *r->requests);
        if (r->requests == NULL)
            give_up("memory");
    }
    struct receiver_request *q = &r->requests[r->count];
    memset(q, 0, sizeof *q);
    q->at_ms = receiver_clock_ms();
    q->body = strdup(text + head);
    snprintf(q->head, sizeof q->head, "%.*s", (int)head, text);
    copy_header(text, "webhook-id", q->id, sizeof q->id);
    sscanf(text, "POST %63s", q->path);
    const char *mmsi = strstr(q->body, "\"mmsi\":");
    q->mmsi = mmsi != NULL ? (uint32_t)strtoul(mmsi + 7, NULL, 10) : 0;
    for (size_t i = 0; i < r->count; i++)
        q->repeat += strcmp(r->requests[i].id, q->id) == 0;
    return r->count++;
}

static void begin_vessel(struct receiver *r, uint32_t mmsi)
{
    size_t free_place = 0;
    for (size_t i = 0; i < 64; i++) {
        r->had_two_of_a_vessel =
            r->had_two_of_a_vessel || (mmsi != 0 && r->busy[i] == mmsi);
        if (r->busy[i] == 0)
            free_place = i;
    }
    r->busy[free_place] = mmsi;
    if (++r->under_way > r->most_under_way)
        r->most_under_way = r->under_way;
}

static void end_vessel(struct receiver *r, uint32_t mmsi)
{
    for (size_t i = 0; i < 64; i++)
        if (r->busy[i] == mmsi) {
            r->busy[i] = 0;
            break;
        }
    r->under_way--;
}

static bool serve_one(struct receiver *r, int fd)
{
    size_t head = 0;
    char *text = read_request(fd, &head);
    if (text == NULL)
        return false;
    struct receiver_act act = {.status = 200, .headers = "", .body = ""};
    pthread_mutex_lock(&r->mutex);
    size_t at = record(r, text, head);
    uint32_t mmsi = r->requests[at].mmsi;
    begin_vessel(r, mmsi);
    if (r->decide != NULL)
        r->decide(r->context, &r->requests[at], &act);
    bool goes_on = act.delay_ms == 0 || nap(r, receiver_clock_ms() + act.delay_ms);
    end_vessel(r, mmsi);
    r->requests[at].status = act.manner == RECEIVER_ANSWER ? act.status : 0;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mutex);
    free(text);
    return goes_on && act_out(r, fd, &act);
}

static void *serve(void *context)
{
    struct connection c = *(struct connection *)context;
    free(context);
    while (serve_one(c.receiver, c.fd)) {
    }
    pthread_mutex_lock(&c.receiver->mutex);
    for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
        if (c.receiver->fds[i] == c.fd)
            c.receiver->fds[i] = 0;
    close(c.fd);
    c.receiver->connections--;
    pthread_cond_broadcast(&c.receiver->changed);
    pthread_mutex_unlock(&c.receiver->mutex);
    return NULL;
}

static void *accept_all(void *context)
{
    struct receiver *r = context;
    for (;;) {
        int fd = accept(r->fd, NULL, NULL);
        pthread_mutex_lock(&r->mutex);
        bool is_stopping = r->is_stopping;
        size_t place = 0;
        while (place < RECEIVER_CONNECTIONS && r->fds[place] != 0)
            place++;
        if (place == RECEIVER_CONNECTIONS)
            give_up("too many connections");
        if (fd >= 0 && !is_stopping) {
            r->connections++;
            r->fds[place] = fd;
        }
        pthread_mutex_unlock(&r->mutex);
        if (is_stopping || fd < 0) {
            if (fd >= 0)
                close(fd);
            return NULL;
        }
        struct connection *c = malloc(sizeof *c);
        pthread_t thread;
        if (c == NULL)
            give_up("memory");
        *c = (struct connection){r, fd};
        if (pthread_create(&thread, NULL, serve, c) != 0)
            give_up("thread");
        pthread_detach(thread);
    }
}

/* --- beginning, waiting, end --- */

static int open_port(uint16_t port, uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        give_up("bind");
    *ret_port = ntohs(address.sin_port);
    return fd;
}

uint16_t receiver_free_port(void)
{
    uint16_t port;
    close(open_port(0, &port));
    return port;
}

void receiver_start(struct receiver *r, uint16_t port)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&r->mutex, NULL);
    pthread_cond_init(&r->changed, &attr);
    pthread_condattr_destroy(&attr);
    r->fd = open_port(port, &r->port);
    if (listen(r->fd, 128) != 0 || pthread_create(&r->thread, NULL, accept_all, r) != 0)
        give_up("listen");
}

void receiver_stop(struct receiver *r)
{
    pthread_mutex_lock(&r->mutex);
    r->is_stopping = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mutex);
    shutdown(r->fd, SHUT_RDWR);
    pthread_join(r->thread, NULL);
    close(r->fd);
    pthread_mutex_lock(&r->mutex);
    for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
        if (r->fds[i] != 0)
            shutdown(r->fds[i], SHUT_RDWR);
    while (r->connections > 0)
        pthread_cond_wait(&r->changed, &r->mutex);
    pthread_mutex_unlock(&r->mutex);
    for (size_t i = 0; i < r->count; i++)
        free(r->requests[i].body);
    free(r->requests);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->mutex);
    memset(r, 0, sizeof *r);
}

bool receiver_has(const struct receiver *r, size_t n)
{
    return r->count >= n;
}

bool receiver_took(const struct receiver *r, size_t n)
{
    size_t taken = 0;
    for (size_t i = 0; i < r->count; i++)
        taken += r->requests[i].status >= 200 && r->requests[i].status <= 299;
    return taken >= n;
}

bool receiver_wait(struct receiver *r, bool (*done)(const struct receiver *r, size_t n),
                   size_t n, int64_t timeout_ms)
{
    int64_t until_ms = receiver_clock_ms() + timeout_ms;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000 * 1000000)};
    pthread_mutex_lock(&r->mutex);
    while (!done(r, n) && receiver_clock_ms() < until_ms)
        pthread_cond_timedwait(&r->changed, &r->mutex, &until);
    bool is_done = done(r, n);
    pthread_mutex_unlock(&r->mutex);
    return is_done;
}
