/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a webhook's URL, and which parts of it may be logged. libcurl's own parser
 * reads the URL, so the checked host is the one that libcurl connects to. */
#include "target.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lookout/base/text.h"
#include "lookout/net/redact.h"

static int read_host(CURLU *url, struct target *t, struct err *err)
{
    char *host = NULL, *port = NULL;
    if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return err_set(err, ERR_INVALID, "the URL has no host");
    if (curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
        t->port = (uint16_t)strtoul(port, NULL, 10);
    size_t n = strlen(host);
    bool is_bracketed = n > 2 && host[0] == '[' && host[n - 1] == ']';
    bool fits = n < sizeof t->host;
    bool is_ascii = true;
    for (size_t i = 0; i < n; i++)
        is_ascii = is_ascii && (unsigned char)host[i] < 0x80;
    if (fits && is_bracketed)
        host[n - 1] = '\0';
    text_copy(t->host, sizeof t->host, is_bracketed ? host + 1 : host);
    curl_free(host);
    curl_free(port);
    if (!fits || !is_ascii) /* libcurl would look up another form */
        return err_set(err, ERR_INVALID, "the host's name must be ASCII (xn--...)");
    struct address address;
    if (is_bracketed || address_parse(t->host, &address))
        t->kind = TARGET_LITERAL;
    else if (text_equal_fold(t->host, "localhost"))
        t->kind = TARGET_LOCALHOST;
    else
        t->kind = TARGET_NAME;
    return 0;
}

/* Where each sender can send to. Schemes are written in any case, RFC 3986 section 3.1.
 */
static const struct {
    enum conf_sender sender;
    const char *scheme;
    uint16_t port; /* where the URL names none */
} schemes[] = {
    {CONF_SENDER_URL, "http", 80},    {CONF_SENDER_URL, "https", 443},
    {CONF_SENDER_MAIL, "smtps", 465}, {CONF_SENDER_MAIL, "smtp", 587},
    {CONF_SENDER_MQTT, "mqtt", 1883}, {CONF_SENDER_MQTT, "mqtts", 8883},
    {CONF_SENDER_MQTT, "ws", 80},     {CONF_SENDER_MQTT, "wss", 443},
};

/* The default port of the URL's scheme; 0: the sender does not know the scheme. */
static uint16_t port_of_scheme(const struct conf_webhook *webhook)
{
    size_t n = strcspn(webhook->url, ":");
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (schemes[i].sender == webhook->sender && n == strlen(schemes[i].scheme) &&
            strncasecmp(webhook->url, schemes[i].scheme, n) == 0 &&
            strncmp(webhook->url + n, "://", 3) == 0)
            return schemes[i].port;
    return 0;
}

int target_parse(const struct conf_webhook *webhook, struct target *ret_target,
                 struct err *err)
{
    static const char *const faults[] = {[CONF_SENDER_URL] = "not an http or https URL",
                                         [CONF_SENDER_MAIL] = "not an smtp or smtps URL",
                                         [CONF_SENDER_MQTT] = "not a URL of MQTT"};
    struct target t = {0};
    CURLU *parsed = curl_url();
    if (parsed == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    int rc = 0;
    t.port = port_of_scheme(webhook);
    if (t.port == 0 || curl_url_set(parsed, CURLUPART_URL, webhook->url,
                                    CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        rc = err_set(err, ERR_INVALID, "%s", faults[webhook->sender]);
    if (rc == 0)
        rc = read_host(parsed, &t, err);
    curl_url_cleanup(parsed);
    if (rc == 0)
        *ret_target = t;
    return rc;
}

void target_redact(const struct conf_webhook *webhook, char *text)
{
    const char *host = strstr(webhook->url, "://");
    host = host != NULL ? host + 3 : webhook->url;
    size_t n = strcspn(host, "/?#");
    const char *at = memchr(host, '@', n);
    redact_whole(text, host + n, "/?&=#");
    if (at != NULL)
        redact_parts(text, host, (size_t)(at - host), ":");
    if (webhook->authorization != NULL)
        redact_whole(text, webhook->authorization, " ");
    if (webhook->mail.password != NULL)
        redact_whole(text, webhook->mail.password, "");
    for (size_t i = 0; i < webhook->headers.count; i++)
        redact_whole(text, webhook->headers.items[i].value, " ");
}
