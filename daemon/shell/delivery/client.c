/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests on a loop. libcurl's functions are never called from its callbacks, and
 * libcurl never looks up a name by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_int.h"
#include "lookout/base/text.h"
#include "moment.h"
#include "publisher.h"

enum { LOOKUP_DEADLINE_MS = 5000 };

struct client {
    uv_loop_t *loop;
    CURLM *multi;
    struct resolver *resolver;
    uv_timer_t timer;
    int64_t lookup_deadline_ms;
    struct transfer *active;
    struct publishers publishers;
    bool is_closing;
};

struct client_socket {
    uv_poll_t poll;
    struct client *client;
    curl_socket_t fd;
};

/* --- transfers --- */

static struct transfer *transfer_create(struct client *c)
{
    struct transfer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->client = c;
    t->next = c->active;
    if (c->active != NULL)
        c->active->previous = t;
    c->active = t;
    return t;
}

static void transfer_end(struct client *c, struct transfer *t)
{
    if (t->request != NULL)
        t->request->transfer = NULL;
    if (t->next != NULL)
        t->next->previous = t->previous;
    if (t->previous != NULL)
        t->previous->next = t->next;
    else
        c->active = t->next;
    resolver_cancel(c->resolver, &t->question);
    if (t->is_adding)
        curl_multi_remove_handle(c->multi, t->easy);
    transfer_destroy(t);
}

/* Handle the transfers that have ended. on_end may send the next request at once. */
static void read_ends(struct client *c)
{
    int left = 0;
    CURLMsg *message;
    while (!c->is_closing && (message = curl_multi_info_read(c->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *t = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        struct client_request *request = t->request;
        transfer_judge(t, message->data.result);
        transfer_end(c, t);
        request->on_end(request);
    }
}

/* --- libcurl's sockets and timeout in the loop --- */

static void on_socket_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct client_socket *s = poll->data;
    struct client *c = s->client;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    int running = 0;
    curl_multi_socket_action(c->multi, s->fd, flags, &running);
    read_ends(c);
}

static void on_timeout(uv_timer_t *timer)
{
    struct client *c = timer->data;
    int running = 0;
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_ends(c);
}

/* libcurl wants a timeout: the loop calls it later. */
static int on_timer_wanted(CURLM *multi, long timeout_ms, void *context)
{
    struct client *c = context;
    (void)multi;
    if (c->is_closing)
        return 0;
    if (timeout_ms < 0)
        uv_timer_stop(&c->timer);
    else
        uv_timer_start(&c->timer, on_timeout, (uint64_t)timeout_ms, 0);
    return 0;
}

static struct client_socket *socket_create(struct client *c, curl_socket_t fd)
{
    struct client_socket *s = calloc(1, sizeof *s);
    if (s == NULL || uv_poll_init_socket(c->loop, &s->poll, fd) != 0) {
        free(s);
        return NULL;
    }
    s->poll.data = s;
    s->client = c;
    s->fd = fd;
    return s;
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *context,
                            void *socket_context)
{
    struct client *c = context;
    struct client_socket *s = socket_context;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (s == NULL)
            return 0;
        uv_poll_stop(&s->poll); /* now: the descriptor may soon be reused */
        uv_close((uv_handle_t *)&s->poll, on_socket_closed);
        curl_multi_assign(c->multi, fd, NULL);
        return 0;
    }
    if (c->is_closing) /* curl_multi_cleanup still writes to peers */
        return 0;
    if (s == NULL) {
        s = socket_create(c, fd);
        if (s == NULL)
            return -1;
        curl_multi_assign(c->multi, fd, s);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) |
                 (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&s->poll, events, on_poll) == 0 ? 0 : -1;
}

/* --- sending --- */

static int fail_request(struct client *c, struct client_request *request,
                        const char *reason)
{
    struct transfer *t = request->transfer;
    request->answer = (struct retry_answer){.status = 0, .retry_after_ms = -1};
    if (t != NULL) {
        request->latency_s = (double)(uv_hrtime() - t->begin_ns) / 1e9;
        transfer_end(c, t);
    }
    text_copy(request->reason, sizeof request->reason, reason);
    return ERR_IO;
}

/* Hand the transfer to libcurl. */
static int start_transfer(struct client *c, struct client_request *request)
{
    struct transfer *t = request->transfer;
    if (t->allowed_count > 0 && transfer_pin(t) != 0)
        return fail_request(c, request, err_text(ERR_NOMEM));
    int64_t spent_ms = (int64_t)((uv_hrtime() - t->begin_ns) / 1000000);
    int64_t left_ms = request->webhook->timeout_ms - spent_ms;
    curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    if (curl_multi_add_handle(c->multi, t->easy) != CURLM_OK)
        return fail_request(c, request, err_text(ERR_NOMEM));
    t->is_adding = true;
    return 0;
}

static int start_resolved(struct client *c, struct client_request *request,
                          const struct resolve_answer *answer)
{
    struct transfer *t = request->transfer;
    char text[CLIENT_REASON_BYTES];
    if (answer->count == 0) {
        snprintf(text, sizeof text, "%.30s: %.60s", request->target->host,
                 answer->reason);
        return fail_request(c, request, text);
    }
    for (size_t i = 0; i < answer->count; i++) {
        if (!request->webhook->allow_private &&
            address_is_private(&answer->addresses[i])) {
            char address[ADDRESS_TEXT_BYTES];
            snprintf(text, sizeof text, "%.30s is the private address %s",
                     t->request->target->host,
                     address_format(&answer->addresses[i], address));
            return fail_request(c, request, text);
        }
        t->allowed[t->allowed_count++] = answer->addresses[i];
    }
    return start_transfer(c, request);
}

static void on_resolved(struct resolve_question *q, const struct resolve_answer *answer)
{
    struct transfer *t = q->owner;
    struct client_request *request = t->request;
    if (start_resolved(t->client, request, answer) != 0)
        request->on_end(request);
}

static int send_by_curl(struct client *c, struct client_request *request)
{
    static const struct resolve_answer here = {
        .addresses = {{.bytes = {127, 0, 0, 1}, .version = 4},
                      {.bytes = {[15] = 1}, .version = 6}},
        .count = 2};
    struct transfer *t = request->transfer = transfer_create(c);
    if (t == NULL)
        return fail_request(c, request, err_text(ERR_NOMEM));
    t->request = request;
    t->begin_ns = uv_hrtime();
    int rc = transfer_prepare(t, moment_now().wall_ms);
    if (rc != 0)
        return fail_request(c, request,
                            rc == ERR_SYNTAX ? "the stored alert is not valid JSON"
                                             : err_text(rc));
    if (request->target->kind == TARGET_LITERAL)
        return start_transfer(c, request);
    if (request->target->kind == TARGET_LOCALHOST) {
        memcpy(t->allowed, here.addresses, sizeof here.addresses);
        t->allowed_count = here.count;
        return start_transfer(c, request);
    }
    int64_t deadline_ms = c->lookup_deadline_ms < request->webhook->timeout_ms
                              ? c->lookup_deadline_ms
                              : request->webhook->timeout_ms;
    t->question.on_answer = on_resolved;
    t->question.owner = t;
    const struct resolve_answer *answer =
        resolver_ask(c->resolver, request->target->host, deadline_ms, &t->question);
    return answer == NULL ? 0 : start_resolved(c, request, answer);
}

static void cancel_by_curl(struct client *c, struct client_request *request)
{
    if (request->transfer != NULL)
        transfer_end(c, request->transfer);
}

static int send_by_mqtt(struct client *c, struct client_request *request)
{
    return publisher_send(&c->publishers, request);
}

static void cancel_by_mqtt(struct client *c, struct client_request *request)
{
    publisher_cancel(&c->publishers, request);
}

void client_forget(struct client *c, const struct conf_webhook *webhook)
{
    publisher_forget(&c->publishers, webhook);
}

/* By the sender of the webhook. */
static const struct {
    int (*send)(struct client *c, struct client_request *request);
    void (*cancel)(struct client *c, struct client_request *request);
} senders[] = {
    [CONF_SENDER_URL] = {send_by_curl, cancel_by_curl},
    [CONF_SENDER_MAIL] = {send_by_curl, cancel_by_curl},
    [CONF_SENDER_MQTT] = {send_by_mqtt, cancel_by_mqtt},
};

int client_send(struct client *c, struct client_request *request)
{
    request->answer = (struct retry_answer){.status = 0, .retry_after_ms = -1};
    request->reason[0] = request->said[0] = '\0';
    request->latency_s = 0;
    return senders[request->webhook->sender].send(c, request);
}

void client_cancel(struct client *c, struct client_request *request)
{
    if (request->webhook != NULL) /* it has been sent */
        senders[request->webhook->sender].cancel(c, request);
}

void client_set_connections(struct client *c, long most)
{
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, most);
}

/* --- beginning and end --- */

int client_create(uv_loop_t *loop, const struct client_options *options,
                  struct client **ret_client)
{
    struct client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return ERR_NOMEM;
    c->loop = loop;
    c->lookup_deadline_ms = options->lookup_deadline_ms > 0 ? options->lookup_deadline_ms
                                                            : LOOKUP_DEADLINE_MS;
    c->multi = curl_multi_init();
    int rc = c->multi != NULL ? 0 : ERR_NOMEM;
    if (rc == 0)
        rc = resolver_create(
            loop, options->lookup != NULL ? options->lookup : resolver_lookup_system,
            options->lookup_context, &c->resolver);
    if (rc != 0) {
        curl_multi_cleanup(c->multi);
        free(c);
        return rc;
    }
    c->publishers = (struct publishers){.loop = loop,
                                        .resolver = c->resolver,
                                        .lookup_deadline_ms = c->lookup_deadline_ms};
    uv_timer_init(loop, &c->timer);
    c->timer.data = c;
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    *ret_client = c;
    return 0;
}

static void on_client_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void client_close(struct client *c)
{
    c->is_closing = true;
    while (c->active != NULL)
        transfer_end(c, c->active);
    publisher_close_all(&c->publishers);
    curl_multi_cleanup(c->multi);
    resolver_close(c->resolver);
    uv_close((uv_handle_t *)&c->timer, on_client_closed);
}
