/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer: a request as libcurl sends it, and its answer. */
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Connect only to checked addresses, whatever libcurl has in its cache. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *to)
{
    struct transfer *t = context;
    struct address address;
    bool is_allowed = t->allowed_count == 0;
    if (purpose != CURLSOCKTYPE_IPCXN || !address_from_sockaddr(&to->addr, &address))
        return CURL_SOCKET_BAD;
    for (size_t i = 0; i < t->allowed_count; i++)
        is_allowed = is_allowed || address_is_equal(&address, &t->allowed[i]);
    return is_allowed ? socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol)
                      : CURL_SOCKET_BAD;
}

static int on_certificate_wanted(SSL *ssl, void *context)
{
    struct transfer *t = context;
    (void)ssl;
    t->was_asked_for_certificate = true;
    return 1; /* libcurl has set our certificate, if any */
}

static CURLcode on_tls_context(CURL *easy, void *context, void *transfer)
{
    (void)easy;
    SSL_CTX *tls = context;
    /* The connection lives longer than this transfer; a later handshake would use freed
     * memory. */
    SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_cert_cb(tls, on_certificate_wanted, transfer);
    return CURLE_OK;
}

/* --- the request --- */

static int add_header_line(struct curl_slist **list, struct buf *line, int rc)
{
    struct curl_slist *longer = rc == 0 ? curl_slist_append(*list, buf_text(line)) : NULL;
    if (longer != NULL)
        *list = longer;
    if (line->data != NULL)
        OPENSSL_cleanse(line->data, line->length);
    buf_clear(line);
    return longer != NULL ? 0 : ERR_NOMEM;
}

static int add_headers(struct transfer *t, const char *content_type, int64_t clock_ms)
{
    const struct conf_webhook *w = t->request->webhook;
    const char *id = t->request->id;
    long long timestamp_s = (long long)(clock_ms / 1000);
    struct buf line = {0};
    int rc = add_header_line(&t->headers, &line,
                             buf_printf(&line, "content-type: %s", content_type));
    if (rc == 0)
        rc = add_header_line(&t->headers, &line, buf_printf(&line, "webhook-id: %s", id));
    if (rc == 0)
        rc = add_header_line(&t->headers, &line,
                             buf_printf(&line, "webhook-timestamp: %lld", timestamp_s));
    if (rc == 0 && w->secret_count > 0) {
        rc = buf_add_text(&line, "webhook-signature: ");
        if (rc == 0)
            rc = delivery_sign(w, id, timestamp_s, buf_text(&t->body), t->body.length,
                               &line);
        rc = add_header_line(&t->headers, &line, rc);
    }
    if (rc == 0 && w->authorization != NULL)
        rc = add_header_line(&t->headers, &line,
                             buf_printf(&line, "authorization: %s", w->authorization));
    for (size_t i = 0; i < w->header_count && rc == 0; i++)
        /* libcurl: "name;" is a header without a value */
        rc = add_header_line(
            &t->headers, &line,
            buf_printf(&line, w->headers[i].value[0] != '\0' ? "%s: %s" : "%s;%s",
                       w->headers[i].name, w->headers[i].value));
    if (rc == 0) /* do not wait for "100 Continue" */
        rc = add_header_line(&t->headers, &line, buf_add_text(&line, "Expect:"));
    buf_finish(&line);
    return rc;
}

static int set_options(struct transfer *t)
{
    CURL *e = t->easy;
    const struct conf_webhook *w = t->request->webhook;
    CURLcode code = curl_easy_setopt(e, CURLOPT_URL, w->url);
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        /* clang-format off */
        {CURLOPT_POST,              1},
        {CURLOPT_POSTFIELDSIZE,     (long)t->body.length},
        {CURLOPT_FOLLOWLOCATION,    0},
        {CURLOPT_NETRC,             CURL_NETRC_IGNORED},
        {CURLOPT_NOSIGNAL,          1},
        {CURLOPT_NOPROGRESS,        1},
        {CURLOPT_TIMEOUT_MS,        (long)w->timeout_ms},
        {CURLOPT_CONNECTTIMEOUT_MS, (long)w->timeout_ms},
        {CURLOPT_HTTP_VERSION,      CURL_HTTP_VERSION_1_1},
        {CURLOPT_SSL_VERIFYPEER,    1},
        {CURLOPT_SSL_VERIFYHOST,    2},
        {CURLOPT_SSLVERSION,        CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 0},
        {CURLOPT_TCP_NODELAY,       1},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(e, numbers[i].option, numbers[i].value);
    const struct {
        CURLoption option;
        const char *value; /* NULL: libcurl's default */
    } texts[] = {
        /* clang-format off */
        {CURLOPT_PROTOCOLS_STR, "http,https"},
        {CURLOPT_PROXY,         ""}, /* none, whatever the environment says */
        {CURLOPT_USERAGENT,     "lookoutd/" LOOKOUT_VERSION},
        {CURLOPT_CAINFO,        w->ca_file},
        {CURLOPT_SSLCERT,       w->client_cert},
        {CURLOPT_SSLKEY,        w->client_key},
        {CURLOPT_POSTFIELDS,    buf_text(&t->body)},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++)
        if (texts[i].value != NULL)
            code = curl_easy_setopt(e, texts[i].option, texts[i].value);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, t);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(e, CURLOPT_PRIVATE, t);
    return code == CURLE_OK ? 0 : ERR_NOMEM;
}

int transfer_prepare(struct transfer *t, int64_t clock_ms)
{
    const char *content_type = NULL;
    const struct client_request *r = t->request;
    if (t->easy == NULL)
        t->easy = curl_easy_init();
    if (t->easy == NULL)
        return ERR_NOMEM;
    int rc =
        delivery_body(r->webhook, r->events, r->event_count, &t->body, &content_type);
    if (rc == 0)
        rc = add_headers(t, content_type, clock_ms);
    return rc == 0 ? set_options(t) : rc;
}

int transfer_pin(struct transfer *t)
{
    const struct target *target = t->request->target;
    struct buf line = {0};
    int rc = buf_printf(&line, "%s:%u:", target->host, target->port);
    for (size_t i = 0; i < t->allowed_count && rc == 0; i++) {
        char text[ADDRESS_TEXT_BYTES];
        address_format(&t->allowed[i], text);
        rc = buf_printf(&line, t->allowed[i].version == 4 ? "%s%s" : "%s[%s]",
                        i == 0 ? "" : ",", text);
    }
    rc = add_header_line(&t->pins, &line, rc);
    buf_finish(&line);
    if (rc != 0 || curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->pins) != CURLE_OK)
        return ERR_NOMEM;
    return 0;
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

/* The receiver asked for our certificate and then did not answer. Its TLS alert says why,
 * by the names of RFC 8446 section 6.2. The alert is lost when the receiver closes fast,
 * because TLS 1.3 sends it after the handshake. */
static void say_certificate_fault(const struct transfer *t, char *ret_text, size_t size)
{
    const char *alert = strstr(t->error, " alert ");
    bool has_ours = t->request->webhook->client_cert != NULL;
    const char *fault = has_ours ? "refuses our" : "wants a";
    if (alert == NULL)
        snprintf(ret_text, size,
                 "the connection broke: the receiver %s client certificate",
                 has_ours ? "may refuse our" : "asks for a");
    else
        snprintf(ret_text, size, "the receiver %s client certificate (%.*s)", fault,
                 (int)strcspn(alert + 7, ","), alert + 7);
}

/* Our own words for failures, because libcurl's change from one attempt to the next. */
static void say_failure(struct transfer *t, CURLcode code, char *ret_text, size_t size)
{
    static const struct {
        CURLcode code;
        const char *text;
    } words[] = {
        /* clang-format off */
        {CURLE_OK,                   "the answer has no header"},
        {CURLE_COULDNT_CONNECT,      "cannot connect"},
        {CURLE_OPERATION_TIMEDOUT,   "no answer in time"},
        {CURLE_SEND_ERROR,           "the connection broke"},
        {CURLE_RECV_ERROR,           "the connection broke"},
        {CURLE_GOT_NOTHING,          "the receiver closed the connection without an answer"},
        {CURLE_UNSUPPORTED_PROTOCOL, "the answer is not HTTP"},
        {CURLE_WEIRD_SERVER_REPLY,   "the answer is not HTTP"},
        {CURLE_HTTP2,                "the answer is not HTTP"},
        /* clang-format on */
    };
    long number = 0;
    const char *text = t->error[0] != '\0' ? t->error : curl_easy_strerror(code);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].code == code)
            text = words[i].text;
    if (t->was_asked_for_certificate &&
        (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
         code == CURLE_GOT_NOTHING || code == CURLE_SSL_CONNECT_ERROR)) {
        say_certificate_fault(t, ret_text, size);
        return;
    }
    if (code == CURLE_COULDNT_CONNECT)
        curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    snprintf(ret_text, size, "%s%s%s", text, number != 0 ? ": " : "",
             number != 0 ? strerror((int)number) : "");
}

void transfer_judge(struct transfer *t, CURLcode code)
{
    struct client_request *r = t->request;
    r->latency_s = (double)(uv_hrtime() - t->begin_ns) / 1e9;
    char text[TRANSFER_KEPT_BYTES + 1];
    memcpy(text, t->kept, t->kept_bytes);
    text[t->kept_bytes] = '\0';
    for (size_t i = 0; i < t->kept_bytes; i++)
        if (text[i] == '\0' || text[i] == '\n' || text[i] == '\t')
            text[i] = ' ';
    target_redact(r->webhook, text);
    text_clean(text, strlen(text), r->said, sizeof r->said);
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
    say_failure(t, code, text, sizeof text);
    target_redact(r->webhook, text);
    text_clean(text, strlen(text), r->reason, sizeof r->reason);
}

void transfer_destroy(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->pins);
    buf_finish(&t->body);
    free(t);
}
