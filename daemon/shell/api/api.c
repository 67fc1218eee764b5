/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server, and /metrics, /healthz and /readyz. libmicrohttpd runs on the loop's
 * thread: its epoll descriptor is in a uv_poll, its timeouts are in a uv_timer, and both
 * are set again after each run. The owner's callbacks give the answers. */
#include "lookout/api/api.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api_int.h"
#include "door.h"
#include "live.h"
#include "lookout/net/inherit.h"
#include "lookout/sys/log.h"
#include "request.h"
#include "tail.h"
#include "worker.h"

enum {
    API_TIMEOUT_S = 15,
    API_DEADLINE_MS = 15000,      /* of a request as a whole: head, body and answer */
    API_CONNECTION_BYTES = 16384, /* request line and headers */
    API_HANDLES = 3
};

/* Fill in the answer to a path; the HTTP status, 0 when out of memory. */
static unsigned answer_metrics(struct api *api, struct buf *out)
{
    return api->sink.metrics(api->sink.context, out) == 0 ? MHD_HTTP_OK : 0;
}

static unsigned answer_check(struct api *api, struct buf *out,
                             bool (*is_good)(void *context, struct buf *why))
{
    bool good = is_good(api->sink.context, out);
    if (out->length == 0 && buf_add_text(out, good ? "ok" : "not ok") != 0)
        return 0;
    if (buf_text(out)[out->length - 1] != '\n' && buf_add_char(out, '\n') != 0)
        return 0;
    return good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned answer_health(struct api *api, struct buf *out)
{
    return answer_check(api, out, api->sink.is_healthy);
}

static unsigned answer_ready(struct api *api, struct buf *out)
{
    return answer_check(api, out, api->sink.is_ready);
}

static unsigned answer_status(struct api *api, struct buf *out)
{
    return api->sink.status(api->sink.context, out) == 0 ? MHD_HTTP_OK : 0;
}

/* clang-format off */
static const struct {
    const char *path;
    const char *content_type;
    unsigned (*answer)(struct api *api, struct buf *out);
    bool is_local;      /* on the socket alone */
    bool is_monitoring; /* answered in the places that are kept, too */
} routes[] = {
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", answer_metrics, false, true},
    {"/healthz", "text/plain; charset=utf-8",                answer_health,  false, true},
    {"/readyz",  "text/plain; charset=utf-8",                answer_ready,   false, true},
    {"/status",  "application/json",                         answer_status,  true,  false},
};
/* clang-format on */
enum { ROUTES = sizeof routes / sizeof routes[0] };

bool api_answer_monitor(struct request *q, const char *path, const char *method,
                        int *ret_rc)
{
    struct api *api = q->api;
    for (size_t i = 0; i < ROUTES; i++) {
        if (strcmp(path, routes[i].path) != 0 ||
            (routes[i].is_local && api->path == NULL))
            continue;
        if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
            q->reply.allow = "GET, HEAD";
            *ret_rc = reply_text(q, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        } else if (!routes[i].is_monitoring && api_clients_are_many(&api->clients)) {
            *ret_rc = reply_text(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy\n");
        } else {
            q->reply.status = routes[i].answer(api, &q->reply.body);
            q->reply.content_type = routes[i].content_type;
            *ret_rc = q->reply.status != 0 ? 0 : ERR_NOMEM;
        }
        return true;
    }
    return false;
}

bool api_look(const struct api *api, struct api_look *ret)
{
    if (api->sink.look == NULL)
        return false;
    api->sink.look(api->sink.context, ret);
    return true;
}

void api_reloaded(struct api *api)
{
    if (api != NULL && api->live != NULL)
        api->live->whats |= LIVE_ZONES | LIVE_RULES | LIVE_PORTS | LIVE_MUTES;
}

void api_mutes_changed(struct api *api)
{
    if (api != NULL && api->live != NULL)
        api->live->whats |= LIVE_MUTES;
}

static void on_complaint(void *context, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void on_complaint(void *context, const char *format, va_list args)
{
    struct api *api = context;
    vsnprintf(api->complaint, sizeof api->complaint, format, args);
    api->complaint[strcspn(api->complaint, "\n")] = '\0';
    if (api->is_started)
        log_repeated(LOG_LEVEL_DEBUG, "api", NULL, "library", "%s", api->complaint);
}

/* --- who is connected --- */

static void on_client(void *context, struct MHD_Connection *connection,
                      void **socket_context, enum MHD_ConnectionNotificationCode what)
{
    struct api *api = context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        api_clients_remove(&api->clients, *socket_context);
        return;
    }
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (fd != NULL && from != NULL)
        *socket_context = api_clients_add(&api->clients, fd->connect_fd,
                                          from->client_addr, uv_now(api->timer.loop));
}

static void on_request_over(void *context, struct MHD_Connection *connection,
                            void **request, enum MHD_RequestTerminationCode how)
{
    struct api *api = context;
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    (void)how;
    request_destroy(*request);
    *request = NULL;
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              (unsigned)API_TIMEOUT_S);
    if (client != NULL && client->socket_context != NULL)
        api_clients_begin(client->socket_context, uv_now(api->timer.loop));
}

static void on_sweep(uv_timer_t *timer)
{
    struct api *api = timer->data;
    api_clients_sweep(&api->clients, uv_now(timer->loop), api->deadline_ms);
    if (api->clients.first == NULL)
        uv_timer_stop(timer);
}

void api_set_deadline(struct api *api, uint64_t deadline_ms)
{
    api->deadline_ms = deadline_ms;
}

/* --- on the loop --- */

static void run_api(struct api *api);

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run_api(poll->data);
}

static void on_timer(uv_timer_t *timer)
{
    run_api(timer->data);
}

static void run_api(struct api *api)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    int64_t begin_ns = api_metrics_cpu_ns();
    MHD_run(api->daemon);
    api_metrics_step(api, begin_ns);
    if (MHD_get_timeout(api->daemon, &wait_ms) == MHD_YES)
        uv_timer_start(&api->timer, on_timer, wait_ms, 0);
    else
        uv_timer_stop(&api->timer);
    if (api->clients.first != NULL && !uv_is_active((uv_handle_t *)&api->sweep))
        uv_timer_start(&api->sweep, on_sweep, api->deadline_ms / 8 + 1,
                       api->deadline_ms / 8 + 1);
    uv_poll_start(&api->poll, UV_READABLE, on_poll);
}

void api_wake(struct api *api)
{
    uv_timer_start(&api->timer, on_timer, 0, 0);
}

/* --- beginning and end --- */

static int read_api_address(const char *address, uint16_t port,
                            struct sockaddr_storage *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (strcmp(address, "localhost") == 0)
        address = "127.0.0.1";
    if (address[0] == '\0' || strcmp(address, "*") == 0)
        address = "0.0.0.0";
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)ret_address) == 0 ||
        uv_ip6_addr(address, port, (struct sockaddr_in6 *)ret_address) == 0)
        return 0;
    return ERR_INVALID;
}

/* Start on an address, or on a descriptor that listens already (fd >= 0). */
static struct MHD_Daemon *start_daemon(struct api *api,
                                       const struct sockaddr_storage *address, int fd)
{
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;
    if (address->ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    struct MHD_OptionItem where[] = {
        {fd >= 0 ? MHD_OPTION_LISTEN_SOCKET : MHD_OPTION_SOCK_ADDR, fd,
         fd >= 0 ? NULL : (void *)(uintptr_t)address},
        {MHD_OPTION_END, 0, NULL},
    };
    /* The logger comes first: options are read in order, and some complain. */
    return MHD_start_daemon(
        flags, 0, NULL, NULL, request_serve, api, MHD_OPTION_EXTERNAL_LOGGER,
        on_complaint, api, MHD_OPTION_ARRAY, where, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(API_CONNECTIONS + API_STREAMS_MOST), MHD_OPTION_URI_LOG_CALLBACK,
        request_create, api, MHD_OPTION_NOTIFY_CONNECTION, on_client, api,
        MHD_OPTION_NOTIFY_COMPLETED, on_request_over, api, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)API_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)API_CONNECTION_BYTES, MHD_OPTION_END);
}

static uint16_t bound_port(struct MHD_Daemon *daemon, uint16_t wanted)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info == NULL || info->port == 0 ? wanted : info->port;
}

/* Why the start failed: the end of "Failed to bind to port 0: Address already in use". */
static const char *failure_reason(const struct api *api)
{
    const char *colon = strstr(api->complaint, ": ");
    return colon != NULL ? colon + 2 : api->complaint;
}

/* The rest is the same for an address and a socket. */
static int start_api_server(uv_loop_t *loop, struct api *api,
                            const struct sockaddr_storage *address, int fd,
                            struct err *err)
{
    errno = 0;
    api->daemon = start_daemon(api, address, fd);
    const union MHD_DaemonInfo *info = NULL;
    if (api->daemon != NULL)
        info = MHD_get_daemon_info(api->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || uv_poll_init(loop, &api->poll, info->epoll_fd) != 0) {
        err_set(err, ERR_IO, "%s",
                api->complaint[0] != '\0' ? failure_reason(api) : strerror(errno));
        if (api->daemon != NULL)
            MHD_stop_daemon(api->daemon);
        return ERR_IO;
    }
    api->is_started = true;
    uv_timer_init(loop, &api->timer);
    uv_timer_init(loop, &api->sweep);
    api->poll.data = api->timer.data = api->sweep.data = api;
    api->deadline_ms = API_DEADLINE_MS;
    api->open_handles = API_HANDLES;
    run_api(api);
    return 0;
}

static void close_part(void *context);

static void free_api(struct api *api)
{
    if (api == NULL)
        return;
    free(api->desk);
    free(api->clerk);
    live_destroy(api->live);
    tail_destroy(api->tail);
    door_destroy(api->door);
    free(api->counts);
    free(api->path);
    free(api);
}

/* NULL: out of memory. */
static struct api *create_api(const struct api_sink *sink)
{
    struct api *api = calloc(1, sizeof *api);
    if (api == NULL)
        return NULL;
    api->sink = *sink;
    api->door = door_create();
    api->counts = calloc((route_count + 1) * API_CODES, sizeof *api->counts);
    if (api->door != NULL && api->counts != NULL)
        return api;
    free_api(api);
    return NULL;
}

static int start_worker(uv_loop_t *loop, const char *directory, struct worker **ret)
{
    struct worker *w = malloc(sizeof *w);
    int rc = w != NULL ? worker_start(w, loop, directory) : ERR_NOMEM;
    if (rc == 0)
        *ret = w;
    else
        free(w);
    return rc;
}

/* The threads that read the record for answers. */
static int start_desk(uv_loop_t *loop, struct api *api)
{
    struct api_look look;
    if (!api_look(api, &look))
        return 0;
    int rc = start_worker(loop, look.conf->state, &api->desk);
    return rc == 0 ? start_worker(loop, look.conf->state, &api->clerk) : rc;
}

/* What only the query API needs. */
static int start_live(uv_loop_t *loop, struct api *api, struct api **ret_api,
                      struct err *err)
{
    int rc = start_desk(loop, api);
    if (rc == 0)
        rc = tail_create(api, loop, &api->tail);
    if (rc == 0)
        rc = live_create(api, loop, &api->live);
    if (rc == 0)
        return 0;
    if (api->tail != NULL) {
        api->open_handles++;
        tail_stop(api->tail, close_part, api);
    }
    *ret_api = NULL;
    api_stop(api, NULL, NULL);
    return err_set(err, rc, "api: %s", err_text(rc));
}

int api_start(uv_loop_t *loop, const char *address, uint16_t port,
              const struct api_sink *sink, struct api **ret_api, struct err *err)
{
    struct sockaddr_storage where;
    struct err why = {0};
    if (read_api_address(address, port, &where) != 0)
        return err_set(err, ERR_INVALID, "api: '%s' is not an IP address", address);
    struct api *api = create_api(sink);
    if (api == NULL)
        return err_set(err, ERR_NOMEM, "api: %s", err_text(ERR_NOMEM));
    int fd = inherit_socket((const struct sockaddr *)&where, SOCK_STREAM);
    if (start_api_server(loop, api, &where, fd, &why) != 0) {
        if (fd >= 0)
            close(fd);
        free_api(api);
        return err_set(err, ERR_IO, "api: cannot listen on %s port %u: %s", address,
                       (unsigned)port, why.text);
    }
    api->port = bound_port(api->daemon, port);
    *ret_api = api;
    return api->sink.look != NULL ? start_live(loop, api, ret_api, err) : 0;
}

int api_start_local(uv_loop_t *loop, const char *path, const struct api_sink *sink,
                    struct api **ret_api, struct err *err)
{
    static const struct sockaddr_storage none = {.ss_family = AF_UNIX};
    struct err why = {0};
    struct api *api = create_api(sink);
    if (api != NULL)
        api->path = strdup(path);
    if (api == NULL || api->path == NULL) {
        free_api(api);
        return err_set(err, ERR_NOMEM, "api: %s", err_text(ERR_NOMEM));
    }
    int fd = api_local_listen(path);
    int rc = fd < 0 ? err_set(&why, ERR_IO, "%s", strerror(errno))
                    : start_api_server(loop, api, &none, fd, &why);
    if (rc != 0) {
        if (fd >= 0)
            close(fd);
        free_api(api);
        return err_set(err, rc, "api: cannot listen on %s: %s", path, why.text);
    }
    *ret_api = api;
    if (start_desk(loop, api) != 0)
        log_warning("api", NULL, "commands on this machine cannot acknowledge");
    return 0;
}

uint16_t api_port(const struct api *api)
{
    return api->port;
}

/* The library's descriptors are closed last, because the loop may still use them. */
static void close_part(void *context)
{
    struct api *api = context;
    if (--api->open_handles > 0)
        return;
    void (*on_closed)(void *context) = api->on_closed;
    void *closed_context = api->closed_context;
    MHD_stop_daemon(api->daemon);
    if (api->path != NULL)
        unlink(api->path);
    free_api(api);
    if (on_closed != NULL)
        on_closed(closed_context);
}

static void on_handle_closed(uv_handle_t *handle)
{
    close_part(handle->data);
}

void api_stop(struct api *api, void (*on_closed)(void *context), void *context)
{
    api->on_closed = on_closed;
    api->closed_context = context;
    struct worker *const workers[] = {api->desk, api->clerk};
    for (int i = 0; i < 2; i++)
        if (workers[i] != NULL) {
            api->open_handles++;
            worker_stop(workers[i], close_part, api);
        }
    if (api->live != NULL) {
        api->open_handles += 2;
        tail_stop(api->tail, close_part, api);
        live_stop(api->live, close_part, api);
    }
    uv_close((uv_handle_t *)&api->poll, on_handle_closed);
    uv_close((uv_handle_t *)&api->timer, on_handle_closed);
    uv_close((uv_handle_t *)&api->sweep, on_handle_closed);
}
