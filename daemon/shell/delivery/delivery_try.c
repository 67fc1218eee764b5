/* SPDX-License-Identifier: Apache-2.0 */
/* Sends one request with the code that delivers alerts, and waits for its end. */
#include <signal.h>
#include <string.h>

#include "delivery_int.h"

static void on_end(struct client_request *request)
{
    bool *is_over = request->owner;
    *is_over = true;
}

static int describe_answer(const struct client_request *r, struct buf *text)
{
    int ms = (int)(r->latency_s * 1000 + 0.5);
    if (r->answer.protocol == RETRY_MQTT && r->answer.status == RETRY_MQTT_TAKEN)
        return buf_printf(text, "PUBACK after %d ms", ms);
    if (r->answer.protocol == RETRY_MQTT && r->answer.status == RETRY_MQTT_REFUSED)
        return buf_printf(text, "%s after %d ms", r->reason, ms);
    if (r->answer.status == 0)
        return buf_printf(text, "no answer after %d ms: %s", ms, r->reason);
    int rc = buf_printf(text, "%s %d after %d ms", retry_protocol_name(&r->answer),
                        r->answer.status, ms);
    if (rc == 0 && r->answer.status >= 300 && r->answer.status <= 399)
        rc = buf_add_text(text, " (redirects are not followed)");
    if (rc == 0 && r->said[0] != '\0')
        rc = buf_printf(text, ": %s", r->said);
    return rc;
}

static int send_request(uv_loop_t *loop, struct client_request *request)
{
    struct client *client = NULL;
    const struct client_options options = {0};
    bool is_over = false;
    int rc = client_create(loop, &options, &client);
    if (rc != 0)
        return rc;
    request->on_end = on_end;
    request->owner = &is_over;
    is_over = client_send(client, request) != 0;
    while (!is_over && uv_run(loop, UV_RUN_ONCE) != 0) {
    }
    client_close(client);
    uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}

int delivery_try(const struct conf_webhook *webhook, const struct alert *alert,
                 struct buf *text)
{
    struct err err = {0};
    struct target target;
    uv_loop_t loop;
    const struct delivery_event event = {alert->body, alert->body_bytes};
    struct client_request request = {.webhook = webhook,
                                     .target = &target,
                                     .id = alert->id,
                                     .events = &event,
                                     .event_count = 1};
    int rc = delivery_init_curl();
    if (rc == 0 && target_parse(webhook, &target, &err) != 0) {
        rc = buf_add_text(text, err.text);
        return rc != 0 ? rc : ERR_INVALID;
    }
    if (rc != 0)
        return rc;
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    rc = uv_loop_init(&loop) == 0 ? 0 : ERR_NOMEM;
    if (rc == 0) {
        rc = send_request(&loop, &request);
        uv_loop_close(&loop);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        rc = describe_answer(&request, text);
    if (rc != 0)
        return rc;
    return retry_is_delivered(&request.answer) ? 0 : ERR_IO;
}
