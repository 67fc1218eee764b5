/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer of libcurl's: what all kinds have in common. Each kind has its file. */
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client_int.h"
#include "lookout/base/text.h"

/* By the sender of the webhook. */
static const struct transfer_kind *const kinds[] = {
    [CONF_SENDER_URL] = &transfer_http,
    [CONF_SENDER_MAIL] = &transfer_mail,
};

static const struct transfer_kind *kind_of(const struct transfer *t)
{
    return kinds[t->request->webhook->sender];
}

/* --- the connection --- */

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

int transfer_add_line(struct curl_slist **list, struct buf *line, int rc)
{
    struct curl_slist *longer = rc == 0 ? curl_slist_append(*list, buf_text(line)) : NULL;
    if (longer != NULL)
        *list = longer;
    if (line->data != NULL)
        OPENSSL_cleanse(line->data, line->length);
    buf_clear(line);
    return longer != NULL ? 0 : ERR_NOMEM;
}

int transfer_set_options(struct transfer *t)
{
    CURL *e = t->easy;
    const struct conf_webhook *w = t->request->webhook;
    CURLcode code = curl_easy_setopt(e, CURLOPT_URL, w->url);
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        /* clang-format off */
        {CURLOPT_NETRC,             CURL_NETRC_IGNORED},
        {CURLOPT_NOSIGNAL,          1},
        {CURLOPT_NOPROGRESS,        1},
        {CURLOPT_TIMEOUT_MS,        (long)w->timeout_ms},
        {CURLOPT_CONNECTTIMEOUT_MS, (long)w->timeout_ms},
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
        {CURLOPT_PROXY,         ""}, /* none, whatever the environment says */
        {CURLOPT_CAINFO,        w->tls.ca_file},
        {CURLOPT_SSLCERT,       w->tls.client_cert},
        {CURLOPT_SSLKEY,        w->tls.client_key},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++)
        if (texts[i].value != NULL)
            code = curl_easy_setopt(e, texts[i].option, texts[i].value);
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
    if (t->easy == NULL)
        t->easy = curl_easy_init();
    return t->easy != NULL ? kind_of(t)->prepare(t, clock_ms) : ERR_NOMEM;
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
    rc = transfer_add_line(&t->pins, &line, rc);
    buf_finish(&line);
    if (rc != 0 || curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->pins) != CURLE_OK)
        return ERR_NOMEM;
    return 0;
}

/* --- the result --- */

/* The receiver asked for our certificate and then did not answer. Its TLS alert says why,
 * by the names of RFC 8446 section 6.2. The alert is lost when the receiver closes fast,
 * because TLS 1.3 sends it after the handshake. */
static void say_certificate_fault(const struct transfer *t, char *ret_text, size_t size)
{
    const char *alert = strstr(t->error, " alert ");
    bool has_ours = t->request->webhook->tls.client_cert != NULL;
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
void transfer_say_failure(struct transfer *t, CURLcode code, char *ret_text, size_t size)
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
    kind_of(t)->judge(t, code);
}

void transfer_destroy(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->receivers);
    curl_slist_free_all(t->pins);
    buf_finish(&t->body);
    free(t);
}
