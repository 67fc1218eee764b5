/* SPDX-License-Identifier: Apache-2.0 */
/* Mail by SMTP: the message as libcurl sends it, and what the server says of it. */
#include <stdio.h>
#include <string.h>

#include "body_int.h"
#include "client_int.h"
#include "lookout/base/text.h"
#include "lookout/delivery/delivery.h"

/* A line of the server: "250 2.0.0 queued as 4F2". The last one is kept, but for the 221
 * to QUIT, which says nothing of the mail. */
static size_t on_reply(char *line, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t bytes = size * n, code = bytes < 4 ? bytes : 4;
    size_t kept = bytes - code < sizeof t->kept ? bytes - code : sizeof t->kept;
    if (code == 4 && memcmp(line, "221", 3) == 0)
        return bytes;
    while (kept > 0 && (line[code + kept - 1] == '\r' || line[code + kept - 1] == '\n'))
        kept--;
    memcpy(t->kept, line + code, kept);
    t->kept_bytes = kept;
    return bytes;
}

static size_t on_mail_wanted(char *to, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t left = t->body.length - t->body_sent;
    size_t part = left < size * n ? left : size * n;
    memcpy(to, t->body.data + t->body_sent, part);
    t->body_sent += part;
    return part;
}

static int add_receivers_of(struct transfer *t)
{
    struct buf line = {0};
    int rc = 0;
    for (const char *to = t->request->webhook->mail.to; *to != '\0' && rc == 0;) {
        size_t n = strcspn(to, ",");
        rc = transfer_add_line(&t->receivers, &line,
                               buf_printf(&line, "<%.*s>", (int)n, to));
        to += n;
        to += strspn(to, ", ");
    }
    buf_finish(&line);
    return rc;
}

static int set_mail_options(struct transfer *t)
{
    CURL *e = t->easy;
    const struct conf_mail *mail = &t->request->webhook->mail;
    char from[300];
    int rc = transfer_set_options(t);
    snprintf(from, sizeof from, "<%s>", mail->from);
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        /* clang-format off */
        {CURLOPT_USE_SSL,                CURLUSESSL_ALL}, /* smtp: STARTTLS, or nothing is sent */
        {CURLOPT_PORT,                   t->request->target->port},
        {CURLOPT_UPLOAD,                 1},
        {CURLOPT_MAIL_RCPT_ALLLOWFAILS,  1}, /* one bad address costs the others nothing */
        /* clang-format on */
    };
    const struct {
        CURLoption option;
        const char *value; /* NULL: not set */
    } texts[] = {
        /* clang-format off */
        {CURLOPT_PROTOCOLS_STR, "smtp,smtps"},
        {CURLOPT_MAIL_FROM,     from},
        {CURLOPT_USERNAME,      mail->user},
        {CURLOPT_PASSWORD,      mail->password},
        /* clang-format on */
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(e, numbers[i].option, numbers[i].value);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++)
        if (texts[i].value != NULL)
            code = curl_easy_setopt(e, texts[i].option, texts[i].value);
    if (code == CURLE_OK)
        code = curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->body.length);
    curl_easy_setopt(e, CURLOPT_MAIL_RCPT, t->receivers);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, on_mail_wanted);
    curl_easy_setopt(e, CURLOPT_READDATA, t);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    return rc == 0 && code != CURLE_OK ? ERR_NOMEM : rc;
}

static int prepare_mail(struct transfer *t, int64_t clock_ms)
{
    const struct client_request *r = t->request;
    const struct body_mail frame = {
        .mail = &r->webhook->mail, .id = r->id, .clock_ms = clock_ms};
    int rc = delivery_body_mail(r->events, r->event_count, &frame, &t->body);
    if (rc == 0)
        rc = add_receivers_of(t);
    return rc == 0 ? set_mail_options(t) : rc;
}

/* Whether the last reply of the server is why the mail failed. One that it gave before,
 * such as of a receiver it does not know, is not why it fell silent or went away. */
static bool is_refused_by(CURLcode code, long status)
{
    return status >= 400 && status <= 599 && code != CURLE_USE_SSL_FAILED &&
           code != CURLE_OPERATION_TIMEDOUT && code != CURLE_RECV_ERROR &&
           code != CURLE_GOT_NOTHING;
}

/* The server's own words, where it refused; else ours. */
static void judge_mail(struct transfer *t, CURLcode code)
{
    struct client_request *r = t->request;
    char text[CLIENT_REASON_BYTES + sizeof r->said + 32];
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    r->answer.protocol = RETRY_SMTP;
    r->answer.status = 0;
    if (code == CURLE_OK) {
        r->answer.status = 250;
        return;
    }
    if (is_refused_by(code, status)) {
        r->answer.status = (int)status;
        snprintf(text, sizeof text, "SMTP %ld%s%s", status,
                 r->said[0] != '\0' ? ": " : "", r->said);
    } else if (code == CURLE_USE_SSL_FAILED) {
        snprintf(text, sizeof text, "the server offers no TLS, so nothing is sent");
    } else if (code == CURLE_WEIRD_SERVER_REPLY) {
        snprintf(text, sizeof text, "the answer is not SMTP");
    } else {
        transfer_say_failure(t, code, text, sizeof text);
    }
    target_redact(r->webhook, text);
    text_clean(text, strlen(text), r->reason, sizeof r->reason);
}

const struct transfer_kind transfer_mail = {.prepare = prepare_mail, .judge = judge_mail};
