/* SPDX-License-Identifier: Apache-2.0 */
/* A POST: the request as libcurl sends it, and its answer. */
#include <stdio.h>
#include <string.h>

#include "client_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/delivery/delivery.h"

/* --- the answer --- */

/* An answer counts once its header is complete, even if its body never ends. */
static size_t on_header(char *line, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t bytes = size * n;
    if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        t->is_answered = false;
    } else if (bytes <= 2 && (bytes == 0 || line[0] == '\r' || line[0] == '\n')) {
        long status = 0;
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        t->is_answered = status >= 200;
        t->request->answer.status = (int)status;
    }
    return bytes;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t length = size * n;
    size_t room = sizeof t->kept - t->kept_bytes;
    size_t part = length < room ? length : room;
    memcpy(t->kept + t->kept_bytes, bytes, part);
    t->kept_bytes += part;
    t->answer_bytes += length;
    return t->answer_bytes > TRANSFER_ANSWER_MOST ? 0 : length; /* 0 ends it */
}

/* --- the request --- */

static int add_headers(struct transfer *t, const char *content_type, int64_t clock_ms)
{
    const struct conf_webhook *w = t->request->webhook;
    const char *id = t->request->id;
    long long timestamp_s = (long long)(clock_ms / 1000);
    struct buf line = {0};
    int rc = transfer_add_line(&t->headers, &line,
                               buf_printf(&line, "content-type: %s", content_type));
    if (rc == 0)
        rc = transfer_add_line(&t->headers, &line,
                               buf_printf(&line, "webhook-id: %s", id));
    if (rc == 0)
        rc = transfer_add_line(&t->headers, &line,
                               buf_printf(&line, "webhook-timestamp: %lld", timestamp_s));
    if (rc == 0 && w->secret_count > 0) {
        rc = buf_add_text(&line, "webhook-signature: ");
        if (rc == 0)
            rc = delivery_sign(w, id, timestamp_s, buf_text(&t->body), t->body.length,
                               &line);
        rc = transfer_add_line(&t->headers, &line, rc);
    }
    if (rc == 0 && w->authorization != NULL)
        rc = transfer_add_line(&t->headers, &line,
                               buf_printf(&line, "authorization: %s", w->authorization));
    for (size_t i = 0; i < w->headers.count && rc == 0; i++)
        /* libcurl: "name;" is a header without a value */
        rc = transfer_add_line(
            &t->headers, &line,
            buf_printf(&line, w->headers.items[i].value[0] != '\0' ? "%s: %s" : "%s;%s",
                       w->headers.items[i].name, w->headers.items[i].value));
    if (rc == 0) /* do not wait for "100 Continue" */
        rc = transfer_add_line(&t->headers, &line, buf_add_text(&line, "Expect:"));
    buf_finish(&line);
    return rc;
}

static int set_options(struct transfer *t)
{
    CURL *e = t->easy;
    int rc = transfer_set_options(t);
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        /* clang-format off */
        {CURLOPT_POST,           1},
        {CURLOPT_POSTFIELDSIZE,  (long)t->body.length},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION,   CURL_HTTP_VERSION_1_1},
        /* clang-format on */
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(e, numbers[i].option, numbers[i].value);
    if (code == CURLE_OK)
        code = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    if (code == CURLE_OK)
        code = curl_easy_setopt(e, CURLOPT_USERAGENT, "lookoutd/" LOOKOUT_VERSION);
    if (code == CURLE_OK)
        code = curl_easy_setopt(e, CURLOPT_POSTFIELDS, buf_text(&t->body));
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    return rc == 0 && code != CURLE_OK ? ERR_NOMEM : rc;
}

static int prepare_post(struct transfer *t, int64_t clock_ms)
{
    const char *content_type = NULL;
    const struct client_request *r = t->request;
    int rc =
        delivery_body(r->webhook, r->events, r->event_count, &t->body, &content_type);
    if (rc == 0)
        rc = add_headers(t, content_type, clock_ms);
    return rc == 0 ? set_options(t) : rc;
}

/* --- the result --- */

static void say_status(struct client_request *r)
{
    int status = r->answer.status;
    char text[CLIENT_REASON_BYTES + sizeof r->said + 32];
    if (status >= 300 && status <= 399)
        snprintf(text, sizeof text, "HTTP %d: redirects are not followed", status);
    else if (r->said[0] != '\0')
        snprintf(text, sizeof text, "HTTP %d: %s", status, r->said);
    else
        snprintf(text, sizeof text, "HTTP %d", status);
    text_copy(r->reason, sizeof r->reason, text);
}

static void judge_answer(struct transfer *t, CURLcode code)
{
    struct client_request *r = t->request;
    char text[TRANSFER_KEPT_BYTES + 1];
    if (t->is_answered) {
        curl_off_t seconds = 0; /* 0: no Retry-After; < 0: a past date */
        curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds);
        if (seconds > 0)
            r->answer.retry_after_ms =
                seconds < DAY_MS / SECOND_MS ? seconds * SECOND_MS : DAY_MS;
        if (r->answer.status >= 300)
            say_status(r);
        return;
    }
    r->answer.status = 0;
    transfer_say_failure(t, code, text, sizeof text);
    target_redact(r->webhook, text);
    text_clean(text, strlen(text), r->reason, sizeof r->reason);
}

const struct transfer_kind transfer_http = {.prepare = prepare_post,
                                            .judge = judge_answer};
