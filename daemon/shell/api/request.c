/* SPDX-License-Identifier: Apache-2.0 */
/* A request's way: its body is read, its route is found, the door is asked, its
 * parameters are read, and the route's function answers. */
#include "request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "api_int.h"
#include "lookout/net/address.h"
#include "lookout/sys/clock.h"

#define API_ROOT "/api/"

void *request_create(void *api, const char *target, struct MHD_Connection *connection)
{
    struct request *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    q->api = api;
    q->connection = connection;
    q->target = strlen(target) <= REQUEST_PATH_MOST ? strdup(target) : NULL;
    return q;
}

const char *request_field(const struct request *q, const char *name)
{
    return MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name);
}

void request_suspend(struct request *q)
{
    if (q->phase == REQUEST_WAITING)
        return; /* one who waited has passed it on */
    q->phase = REQUEST_WAITING;
    MHD_suspend_connection(q->connection);
}

void request_resume(struct request *q)
{
    q->phase = REQUEST_READY;
    MHD_resume_connection(q->connection);
    api_wake(q->api);
}

/* --- routes --- */

/* Match a path with a pattern; words become the parts that stand for {}, in place. */
static bool match_path(const char *pattern, char *path, const char **ret_words)
{
    size_t words = 0;
    while (*pattern != '\0') {
        if (pattern[0] != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t n = strcspn(path, "/");
        if (n == 0)
            return false;
        ret_words[words++] = path;
        path += n;
        pattern += 2;
    }
    return *path == '\0';
}

/* End each word where its part of the path ends. */
static void cut_words(struct request *q)
{
    for (size_t i = 0; i < REQUEST_WORDS; i++)
        if (q->words[i] != NULL)
            q->pattern[(size_t)(q->words[i] - q->pattern) + strcspn(q->words[i], "/")] =
                '\0';
}

static bool is_method(const struct api_route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* The route of a path and method. NULL: none; *ret_allow tells what the path has. */
static const struct api_route *find_route(struct request *q, const char *method,
                                          const char **ret_allow)
{
    static const struct {
        const char *method, *allow;
    } sets[] = {{"GET", "GET, HEAD"},
                {"POST", "POST"},
                {"DELETE", "DELETE"},
                {"POST+DELETE", "POST, DELETE"},
                {"GET+POST", "GET, HEAD, POST"}};
    char has[64] = "";
    for (size_t i = 0; i < route_count; i++) {
        const char *words[REQUEST_WORDS] = {NULL};
        if (!match_path(route_table[i].pattern, q->pattern, words))
            continue;
        if (is_method(&route_table[i], method)) {
            memcpy(q->words, words, sizeof words);
            return &route_table[i];
        }
        size_t n = strlen(has);
        snprintf(has + n, sizeof has - n, "%s%s", n > 0 ? "+" : "",
                 route_table[i].method);
    }
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (strcmp(sets[i].method, has) == 0)
            *ret_allow = sets[i].allow;
    return NULL;
}

/* --- the door --- */

void request_knock(const struct request *q, struct door_knock *ret)
{
    static const unsigned char nowhere[DOOR_ADDRESS_BYTES] = {0};
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(q->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    ret->authorization = request_field(q, MHD_HTTP_HEADER_AUTHORIZATION);
    ret->cookies = request_field(q, MHD_HTTP_HEADER_COOKIE);
    ret->address = client != NULL && client->socket_context != NULL
                       ? api_clients_address(client->socket_context)
                       : nowhere;
    ret->now_ms = clock_wall_ms();
}

/* The address that the connection came to, as text. */
static const char *local_text(const struct request *q, char ret_text[ADDRESS_TEXT_BYTES])
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(q->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr_storage own;
    socklen_t n = sizeof own;
    struct address address;
    if (fd == NULL || getsockname(fd->connect_fd, (struct sockaddr *)&own, &n) != 0 ||
        !address_from_sockaddr((const struct sockaddr *)&own, &address))
        return NULL;
    return address_format(&address, ret_text);
}

static bool is_change(const char *method)
{
    return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

/* True: let in. Otherwise the answer says why not. */
static bool pass_door(struct request *q, const struct conf_api *conf, const char *method,
                      int *ret_rc)
{
    struct door_knock knock;
    request_knock(q, &knock);
    enum door_verdict verdict = door_let_in(q->api->door, conf, &knock, &q->guest);
    bool is_open = q->route->access == ROUTE_OPEN;
    if (verdict == DOOR_BARRED && !is_open) {
        q->reply.retry_s = 60;
        *ret_rc = reply_problem(q, MHD_HTTP_TOO_MANY_REQUESTS,
                                "too many wrong tokens came from this address; wait a "
                                "minute");
        return false;
    }
    if (verdict == DOOR_CLOSED && !is_open) {
        *ret_rc = reply_problem(q, MHD_HTTP_UNAUTHORIZED,
                                "a token is needed: Authorization: Bearer TOKEN, or a "
                                "session of the page");
        return false;
    }
    const char *type = request_field(q, MHD_HTTP_HEADER_CONTENT_TYPE);
    bool has_body = q->body.length != 0 || strcmp(method, "POST") == 0;
    if (is_change(method) && !(verdict == DOOR_OPEN && q->guest.is_bearer) &&
        (!door_is_from_page(conf, request_field(q, MHD_HTTP_HEADER_HOST),
                            request_field(q, MHD_HTTP_HEADER_ORIGIN),
                            request_field(q, "Sec-Fetch-Site")) ||
         (has_body && !ask_is_json(type)))) {
        *ret_rc = reply_problem(q, MHD_HTTP_FORBIDDEN,
                                "without a Bearer token a change must come from the page "
                                "itself, as application/json");
        return false;
    }
    if (q->route->access == ROUTE_ACKNOWLEDGE && !q->guest.may_acknowledge) {
        *ret_rc = reply_problem(q, MHD_HTTP_FORBIDDEN, "%s may read only", q->guest.id);
        return false;
    }
    return true;
}

/* --- the answer --- */

static int answer_file(struct request *q, const char *method)
{
    struct page_file file;
    if (!page_find(q->target, &file))
        return reply_text(q, MHD_HTTP_NOT_FOUND, "there is no such file\n");
    if (is_change(method)) {
        q->reply.allow = "GET, HEAD";
        return reply_text(q, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    }
    q->reply.file = file;
    q->reply.status = MHD_HTTP_OK;
    q->reply.content_type = file.content_type;
    return 0;
}

static int answer_route(struct request *q, const struct conf_api *conf,
                        const char *method)
{
    const char *allow = NULL;
    struct err err = {0};
    int rc = 0;
    q->route = find_route(q, method, &allow);
    if (q->route == NULL && allow != NULL) {
        q->reply.allow = allow;
        return reply_problem(q, MHD_HTTP_METHOD_NOT_ALLOWED, "only %s", allow);
    }
    if (q->route == NULL)
        return reply_problem(q, MHD_HTTP_NOT_FOUND,
                             "there is no such path: /api/v1/openapi.json has them all");
    cut_words(q);
    if (q->api->path != NULL) {
        q->guest = (struct door_guest){
            .may_acknowledge = true, .is_bearer = true, .id = "local"};
    } else if (!pass_door(q, conf, method, &rc)) {
        return rc;
    }
    if (ask_parse_query(q->query, q->route->parameters, &q->values, &err) != 0)
        return reply_problem(q, MHD_HTTP_BAD_REQUEST, "%s", err.text);
    return q->route->answer(q);
}

static int answer_query(struct request *q, const char *method)
{
    char local[ADDRESS_TEXT_BYTES];
    struct api_look look;
    bool is_local = q->api->path != NULL;
    const struct conf_api *conf = api_look(q->api, &look) ? &look.conf->api : NULL;
    bool is_closed = conf == NULL || !conf->has_query ||
                     (!conf->is_loopback && conf->token_count == 0);
    if (conf == NULL || (is_closed && !is_local))
        return reply_text(q, MHD_HTTP_NOT_FOUND,
                          "there are /metrics, /healthz and /readyz\n");
    if (!is_local && !door_host_is_ours(conf, local_text(q, local),
                                        request_field(q, MHD_HTTP_HEADER_HOST)))
        return reply_problem(q, MHD_HTTP_MISDIRECTED_REQUEST,
                             "the Host field names neither this server's address nor "
                             "one of api.origin");
    if (strncmp(q->target, API_ROOT, strlen(API_ROOT)) == 0)
        return answer_route(q, conf, method);
    if (!conf->has_page)
        return reply_text(q, MHD_HTTP_NOT_FOUND, "the page is switched off\n");
    return answer_file(q, method);
}

static int answer_request(struct request *q, const char *method)
{
    int rc = 0;
    if (q->target == NULL)
        return reply_text(q, MHD_HTTP_URI_TOO_LONG, "the target is too long\n");
    if (!ask_split_target(q->target, &q->query))
        return reply_text(q, MHD_HTTP_BAD_REQUEST, "the path is not text\n");
    q->pattern = strdup(q->target);
    if (q->pattern == NULL)
        return ERR_NOMEM;
    if (api_answer_monitor(q, q->target, method, &rc))
        return rc;
    if (api_clients_are_many(&q->api->clients))
        return reply_text(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy\n");
    if (q->is_too_large)
        return reply_problem(q, MHD_HTTP_CONTENT_TOO_LARGE, "a body has at most %d bytes",
                             REQUEST_BODY_MOST);
    return answer_query(q, method);
}

/* --- the library's calls --- */

static bool is_declared_large(const struct request *q)
{
    const char *length = request_field(q, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL && strtoull(length, NULL, 10) > REQUEST_BODY_MOST;
}

static void note_whole(struct request *q)
{
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(q->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (client != NULL && client->socket_context != NULL)
        api_clients_answer(client->socket_context);
}

/* A stream has no deadline, and a place of its own. */
static void free_client(struct request *q)
{
    const union MHD_ConnectionInfo *client =
        MHD_get_connection_info(q->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (client != NULL && client->socket_context != NULL)
        api_clients_stream(client->socket_context);
    MHD_set_connection_option(q->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
}

static enum MHD_Result send_reply(struct request *q)
{
    api_metrics_count(q->api, q->route, q->reply.status);
    return reply_send(q);
}

enum MHD_Result request_serve(void *api, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version,
                              const char *upload, size_t *upload_bytes, void **request)
{
    struct request *q = *request;
    (void)api;
    (void)connection;
    (void)path;
    (void)version;
    if (q == NULL)
        return MHD_NO;
    if (!q->is_begun) { /* the headers are complete; the next calls bring the body */
        q->is_begun = true;
        q->is_too_large = is_declared_large(q);
        if (!q->is_too_large)
            return MHD_YES;
    }
    if (*upload_bytes != 0) {
        if (q->body.length + *upload_bytes > REQUEST_BODY_MOST ||
            buf_add(&q->body, upload, *upload_bytes) != 0)
            q->is_too_large = true;
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (q->phase == REQUEST_READY)
        return send_reply(q);
    note_whole(q);
    int rc = answer_request(q, method);
    if (rc != 0)
        rc = reply_problem(q, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", err_text(rc));
    if (rc != 0)
        return MHD_NO;
    if (q->reply.stream != NULL)
        free_client(q);
    return q->phase == REQUEST_WAITING ? MHD_YES : send_reply(q);
}

void request_destroy(struct request *q)
{
    if (q == NULL)
        return;
    if (q->reply.stream != NULL)
        MHD_destroy_response(q->reply.stream);
    buf_finish(&q->body);
    buf_finish(&q->reply.body);
    free(q->target);
    free(q->pattern);
    free(q);
}
