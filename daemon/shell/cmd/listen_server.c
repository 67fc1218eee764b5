/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server behind `lookoutd listen`: libmicrohttpd with a thread for each
 * connection. */
#include "listen_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "listen_say.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/base/text.h"
#include "lookout/delivery/delivery.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/keymem.h"

enum {
    BODY_MOST = 8 << 20,
    SEEN_MOST = 1 << 16, /* ids remembered */
    CONNECTIONS = 512,
    BACKLOG = 128,
    IDLE_S = 300,
    SECRETS_MOST = 8,
    SECRET_FILE_MOST = 4096
};

struct listen_server {
    struct listen_options options;
    struct MHD_Daemon *daemon; /* owned */
    struct conf_secret secrets[SECRETS_MOST];
    struct conf_webhook webhook; /* only the secrets are used */
    pthread_mutex_t mutex;       /* guards all below, and stdout */
    pthread_cond_t stopping;
    bool is_stopping, is_broken, is_coloured;
    int64_t requests;
    struct map seen; /* hash of a received id -> the server */
    uint64_t *order; /* owned: the same, oldest first, as a ring */
    size_t order_next;
};

struct request {
    struct buf body;
    bool is_too_large;
};

/* --- one request --- */

static enum MHD_Result send_answer(struct MHD_Connection *connection, int status,
                                   const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
        strlen(text), strdup(text), free);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            "text/plain; charset=utf-8");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "POST");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Sleep; ms < 0: until the end. False when the end has come. */
static bool nap_for(struct listen_server *s, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&s->mutex);
    int rc = 0;
    while (!s->is_stopping && rc == 0)
        rc = ms < 0 ? pthread_cond_wait(&s->stopping, &s->mutex)
                    : pthread_cond_timedwait(&s->stopping, &s->mutex, &until);
    bool goes_on = !s->is_stopping;
    pthread_mutex_unlock(&s->mutex);
    return goes_on;
}

/* Linux sends an RST, not a normal end, when a connected socket is disconnected. */
static enum MHD_Result reset_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (info != NULL)
        (void)connect(info->connect_fd, &nobody, sizeof nobody);
    return MHD_NO;
}

static void complain_of(struct listen_server *s, const char *what, const char *id)
{
    char clean[80];
    text_clean(id, strlen(id), clean, sizeof clean);
    pthread_mutex_lock(&s->mutex);
    fprintf(stderr, "%s%s%s\n", what, clean[0] != '\0' ? " id=" : "", clean);
    pthread_mutex_unlock(&s->mutex);
}

static enum MHD_Result refuse_request(struct listen_server *s,
                                      struct MHD_Connection *connection, const char *id)
{
    char what[40];
    if (s->options.fail == LISTEN_RESET) {
        complain_of(s, "broke the connection", id);
        return reset_connection(connection);
    }
    if (s->options.fail == LISTEN_HANG) {
        complain_of(s, "gives no answer", id);
        (void)nap_for(s, -1);
        return MHD_NO;
    }
    snprintf(what, sizeof what, "answered %d", s->options.fail);
    complain_of(s, what, id);
    return send_answer(connection, s->options.fail, "as told by --fail\n");
}

/* With the mutex held: whether this id was received before. Remembers it. */
static bool note_id(struct listen_server *s, const char *id)
{
    uint64_t key = hash_text(id, 0);
    if (id[0] == '\0')
        return false;
    if (map_get(&s->seen, key) != NULL)
        return true;
    uint64_t *oldest = &s->order[s->order_next];
    if (s->seen.count >= SEEN_MOST)
        map_remove(&s->seen, *oldest);
    if (map_set(&s->seen, key, s) == 0) {
        *oldest = key;
        s->order_next = (s->order_next + 1) % SEEN_MOST;
    }
    return false;
}

static int print_body(struct listen_server *s, const struct buf *body, const char *id)
{
    struct buf out = {0};
    pthread_mutex_lock(&s->mutex);
    struct listen_note note = {.is_signed = s->webhook.secret_count > 0,
                               .is_again = note_id(s, id),
                               .is_coloured = s->is_coloured};
    int rc = s->options.json ? listen_say_json(buf_text(body), body->length, &out)
                             : listen_say(buf_text(body), body->length, &note, &out);
    if (rc == 0 && (fwrite(buf_text(&out), 1, out.length, stdout) != out.length ||
                    fflush(stdout) != 0)) {
        if (!s->is_broken)
            kill(getpid(), SIGTERM); /* nobody reads us */
        s->is_broken = true;
        rc = ERR_IO;
    }
    pthread_mutex_unlock(&s->mutex);
    buf_finish(&out);
    return rc;
}

static const char *header_value(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result take_delivery(struct listen_server *s,
                                     struct MHD_Connection *connection,
                                     const struct buf *body)
{
    const char *id = header_value(connection, "webhook-id");
    struct delivery_signed message = {
        .id = id,
        .timestamp = header_value(connection, "webhook-timestamp"),
        .signature = header_value(connection, "webhook-signature"),
        .body = buf_text(body),
        .body_bytes = body->length,
    };
    struct err err = {0};
    id = id != NULL ? id : "";
    pthread_mutex_lock(&s->mutex);
    int64_t request = s->requests++;
    pthread_mutex_unlock(&s->mutex);
    if (s->options.delay_ms > 0 && !nap_for(s, s->options.delay_ms))
        return MHD_NO;
    if (s->options.fail != 0 &&
        (s->options.fail_count < 0 || request < s->options.fail_count))
        return refuse_request(s, connection, id);
    if (s->webhook.secret_count > 0 &&
        delivery_sign_verify(&s->webhook, &message, clock_wall_ms() / 1000, &err) != 0) {
        char what[ERR_TEXT_BYTES + 40];
        snprintf(what, sizeof what, "refused with 401: %s", err.text);
        complain_of(s, what, id);
        return send_answer(connection, MHD_HTTP_UNAUTHORIZED, what);
    }
    if (print_body(s, body, id) != 0)
        return send_answer(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "cannot print\n");
    return send_answer(connection, MHD_HTTP_OK, "ok\n");
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    struct request *r = *state;
    (void)path;
    (void)version;
    if (r == NULL) {
        *state = r = calloc(1, sizeof *r);
        return r != NULL ? MHD_YES : MHD_NO;
    }
    if (*upload_bytes > 0) {
        if (r->body.length + *upload_bytes > BODY_MOST)
            r->is_too_large = true;
        else if (buf_add(&r->body, upload, *upload_bytes) != 0)
            return MHD_NO;
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return send_answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                           "lookoutd listen takes webhooks by POST\n");
    if (r->is_too_large)
        return send_answer(connection, MHD_HTTP_CONTENT_TOO_LARGE, "more than 8 MiB\n");
    return take_delivery(context, connection, &r->body);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct request *r = *state;
    (void)context;
    (void)connection;
    (void)why;
    if (r == NULL)
        return;
    buf_finish(&r->body);
    free(r);
    *state = NULL;
}

/* --- beginning and end --- */

static int read_secret_lines(struct listen_server *s, FILE *file)
{
    char line[SECRET_FILE_MOST];
    int number = 0, status = CMD_DONE;
    while (status == CMD_DONE && fgets(line, sizeof line, file) != NULL) {
        number++;
        size_t n = strcspn(line, "\r\n \t");
        if (n == 0)
            continue;
        line[n] = '\0';
        if (s->webhook.secret_count == SECRETS_MOST ||
            conf_secret_decode(line, &s->secrets[s->webhook.secret_count], NULL) != 0) {
            fprintf(stderr,
                    "%s:%d: error: the secret is not accepted (at most %d secrets, each "
                    "whsec_ and the "
                    "base64 of 24 to 64 bytes)\n",
                    s->options.secret_file, number, SECRETS_MOST);
            status = CMD_USAGE;
        } else {
            s->webhook.secret_count++;
        }
    }
    OPENSSL_cleanse(line, sizeof line);
    if (status == CMD_DONE && s->webhook.secret_count == 0) {
        fprintf(stderr, "%s: error: holds no secret\n", s->options.secret_file);
        status = CMD_USAGE;
    }
    return status;
}

static int read_secrets(struct listen_server *s)
{
    const char *path = s->options.secret_file;
    struct stat st;
    if (path == NULL)
        return CMD_DONE;
    s->webhook.secrets = s->secrets;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &st) != 0) {
        fprintf(stderr, "%s: error: %s\n", path, strerror(errno));
        if (file != NULL)
            fclose(file);
        return CMD_USAGE;
    }
    int status = CMD_USAGE;
    if (S_ISREG(st.st_mode) && (st.st_mode & (S_IROTH | S_IWOTH)) != 0)
        fprintf(stderr,
                "%s: error: a secret that others can read or write, mode %04o (a file of "
                "mode 0600 or 0640)\n",
                path, (unsigned)(st.st_mode & 07777));
    else
        status = read_secret_lines(s, file);
    fclose(file);
    return status;
}

/* Our own listening socket: the port is known, and the reason of a failure. */
static int open_socket(const struct listen_options *o, uint16_t *ret_port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const char *host = strcmp(o->host, "localhost") == 0 ? "127.0.0.1" : o->host;
    char port[8];
    snprintf(port, sizeof port, "%u", o->port);
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return -1;
    int yes = 1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    bool is_open =
        fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&bound, &length) == 0;
    int fault = errno;
    freeaddrinfo(found);
    if (!is_open) {
        if (fd >= 0)
            close(fd);
        errno = fault;
        return -1;
    }
    struct sockaddr_in in; /* the port is at the same place as in version 6 */
    memcpy(&in, &bound, sizeof in);
    *ret_port = ntohs(in.sin_port);
    return fd;
}

static void announce_port(const struct listen_options *o, uint16_t port)
{
    bool is_v6 = strchr(o->host, ':') != NULL;
    if (strncmp(o->host, "127.", 4) != 0 && strcmp(o->host, "::1") != 0 &&
        strcmp(o->host, "localhost") != 0)
        fprintf(
            stderr,
            "warning: %s is not loopback: anyone who can reach it can send requests\n",
            o->host);
    fprintf(stderr,
            is_v6 ? "listening on http://[%s]:%u/\n" : "listening on http://%s:%u/\n",
            o->host, port);
    fflush(stderr);
}

static void destroy_server(struct listen_server *s)
{
    for (size_t i = 0; i < s->webhook.secret_count; i++)
        keymem_free(s->secrets[i].text, s->secrets[i].length + 1);
    map_finish(&s->seen);
    free(s->order);
    pthread_cond_destroy(&s->stopping);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

static int start_server(struct listen_server *s)
{
    uint16_t port = 0;
    int status = read_secrets(s);
    if (status != CMD_DONE)
        return status;
    errno = 0;
    int fd = open_socket(&s->options, &port);
    if (fd < 0) {
        fprintf(stderr, "lookoutd listen: cannot listen on %s port %u: %s\n",
                s->options.host, s->options.port,
                errno != 0 ? strerror(errno) : "not an address");
        return CMD_FAILED;
    }
    s->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL,
        on_request, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (s->daemon == NULL) {
        close(fd);
        fprintf(stderr, "lookoutd listen: the HTTP server cannot start\n");
        return CMD_FAILED;
    }
    announce_port(&s->options, port);
    return CMD_DONE;
}

int listen_server_start(const struct listen_options *options,
                        struct listen_server **ret_server)
{
    struct listen_server *s = calloc(1, sizeof *s);
    if (s != NULL)
        s->order = calloc(SEEN_MOST, sizeof *s->order);
    if (s == NULL || s->order == NULL) {
        free(s);
        fprintf(stderr, "lookoutd listen: out of memory\n");
        return CMD_FAILED;
    }
    s->options = *options;
    const char *plain = getenv("NO_COLOR"); /* https://no-color.org */
    s->is_coloured = isatty(STDOUT_FILENO) == 1 && (plain == NULL || plain[0] == '\0');
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->stopping, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->mutex, NULL);
    int status = start_server(s);
    if (status == CMD_DONE)
        *ret_server = s;
    else
        destroy_server(s);
    return status;
}

int listen_server_stop(struct listen_server *s)
{
    pthread_mutex_lock(&s->mutex);
    s->is_stopping = true;
    pthread_cond_broadcast(&s->stopping);
    pthread_mutex_unlock(&s->mutex);
    MHD_stop_daemon(s->daemon);
    int status = s->is_broken ? CMD_FAILED : CMD_DONE;
    destroy_server(s);
    return status;
}
