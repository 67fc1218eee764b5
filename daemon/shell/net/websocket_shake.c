/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake of a WebSocket, RFC 6455 section 4: what we ask, and whether the answer
 * opens it. What is no answer of a WebSocket is told in the server's own words. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "websocket_int.h"

/* RFC 6455 section 1.3 */
static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

enum { SWITCHING = 101 };
enum { VALUE_BYTES = 256, ACCEPT_BYTES = 29 /* base64 of a SHA-1 */ };

/* --- the request --- */

void websocket_shake_key(const uint8_t key[WEBSOCKET_KEY_BYTES],
                         char ret_text[WEBSOCKET_KEY_TEXT_BYTES])
{
    EVP_EncodeBlock((unsigned char *)ret_text, key, WEBSOCKET_KEY_BYTES);
}

int websocket_shake_request(const struct websocket_conf *conf, struct buf *out)
{
    char key[WEBSOCKET_KEY_TEXT_BYTES];
    bool is_v6 = strchr(conf->host, ':') != NULL;
    websocket_shake_key(conf->key, key);
    int rc = buf_printf(
        out, is_v6 ? "GET %s HTTP/1.1\r\nHost: [%s]" : "GET %s HTTP/1.1\r\nHost: %s",
        conf->path, conf->host);
    if (rc == 0 && conf->port != (conf->is_tls ? 443 : 80))
        rc = buf_printf(out, ":%u", (unsigned)conf->port);
    if (rc == 0)
        rc = buf_printf(out,
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n",
                        key);
    if (rc == 0 && conf->protocol != NULL)
        rc = buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", conf->protocol);
    bool has_agent = false;
    for (size_t i = 0; i < conf->header_count && rc == 0; i++) {
        rc = buf_printf(out, "%s: %s\r\n", conf->headers[i].name, conf->headers[i].value);
        has_agent = has_agent || text_equal_fold(conf->headers[i].name, "user-agent");
    }
    if (rc == 0 && !has_agent)
        rc = buf_add_text(out, "User-Agent: lookoutd/" LOOKOUT_VERSION "\r\n");
    return rc == 0 ? buf_add_text(out, "\r\n") : rc;
}

/* --- headers of the answer --- */

/* The value of a header without the blanks around it, cut to fit; how often it is there.
 */
static unsigned find_header(const char *head, size_t n, const char *name,
                            char ret_value[VALUE_BYTES])
{
    size_t length = strlen(name);
    unsigned count = 0;
    ret_value[0] = '\0';
    for (const char *line = head, *end = head + n; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL)
            break;
        if ((size_t)(stop - line) > length && strncasecmp(line, name, length) == 0 &&
            line[length] == ':') {
            text_clean(line + length + 1, (size_t)(stop - line) - length - 1, ret_value,
                       VALUE_BYTES);
            count++;
        }
        line = stop + 1;
    }
    return count;
}

/* Whether a list such as "keep-alive, Upgrade" has the word. */
static bool list_has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list != '\0') {
        list += strspn(list, " ,");
        size_t n = strcspn(list, " ,");
        if (n == length && strncasecmp(list, word, n) == 0)
            return true;
        list += n;
    }
    return false;
}

/* What the server must answer to our key. */
static bool is_accept(const char *value, const char *key)
{
    char text[WEBSOCKET_KEY_TEXT_BYTES + sizeof guid];
    unsigned char digest[EVP_MAX_MD_SIZE];
    char expected[ACCEPT_BYTES];
    unsigned length = 0;
    int n = snprintf(text, sizeof text, "%s%s", key, guid);
    if (EVP_Digest(text, (size_t)n, digest, &length, EVP_sha1(), NULL) != 1)
        return false;
    EVP_EncodeBlock((unsigned char *)expected, digest, (int)length);
    return strcmp(value, expected) == 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 section 5.6.7; TIME_NONE: it is none. */
static int64_t parse_http_date(const char *text)
{
    static const char months[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    enum { BYTES = 29, DAY = 5, MONTH = 8, YEAR = 12, CLOCK = 17, ZONE = 25 };
    char month[4], plain[32];
    int64_t at_ms = TIME_NONE;
    if (strlen(text) != BYTES || strcmp(text + ZONE, " GMT") != 0)
        return TIME_NONE;
    text_copy(month, sizeof month, text + MONTH);
    const char *at = strstr(months, month);
    if (at == NULL || (at - months) % 4 != 0)
        return TIME_NONE;
    int n = snprintf(plain, sizeof plain, "%.4s-%02d-%.2sT%.8sZ", text + YEAR,
                     (int)(at - months) / 4 + 1, text + DAY, text + CLOCK);
    return time_parse(plain, (size_t)n, &at_ms) == 0 ? at_ms : TIME_NONE;
}

/* Seconds or a date; -1: none. RFC 9110 section 10.2.3. */
static int64_t find_retry_after(const char *head, size_t n, int64_t now_ms)
{
    char value[VALUE_BYTES];
    int64_t seconds = 0;
    if (find_header(head, n, "Retry-After", value) == 0)
        return -1;
    if (units_parse_int(value, strlen(value), 0, 1000000000, &seconds) == 0)
        return seconds * SECOND_MS;
    int64_t at_ms = parse_http_date(value);
    if (at_ms == TIME_NONE)
        return -1;
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

/* --- the answer --- */

/* The status of "HTTP/1.1 101 Switching Protocols"; 0: it is no such line. */
static int parse_status(const char *head, size_t n)
{
    int64_t status = 0;
    if (n < 13 || strncmp(head, "HTTP/1.", 7) != 0 || head[8] != ' ' ||
        (head[12] != ' ' && head[12] != '\r') ||
        units_parse_int(head + 9, 3, 100, 599, &status) != 0)
        return 0;
    return (int)status;
}

bool websocket_shake_is_interim(const char *head, size_t n)
{
    int status = parse_status(head, n);
    return status >= 100 && status < 200 && status != SWITCHING;
}

/* What is wrong with an answer of status 101; NULL: nothing. RFC 6455 section 4.1. */
static const char *find_fault(const char *head, size_t n,
                              const struct websocket_asked *asked)
{
    char value[VALUE_BYTES];
    if (find_header(head, n, "Upgrade", value) != 1 ||
        !text_equal_fold(value, "websocket"))
        return "the answer upgrades to something else than a WebSocket";
    if (find_header(head, n, "Connection", value) != 1 ||
        !list_has_word(value, "upgrade"))
        return "the answer does not upgrade the connection";
    if (find_header(head, n, "Sec-WebSocket-Accept", value) != 1 ||
        !is_accept(value, asked->key))
        return "the answer has a wrong Sec-WebSocket-Accept: something between us and "
               "the "
               "server may have answered";
    if (find_header(head, n, "Sec-WebSocket-Extensions", value) != 0)
        return "the answer wants an extension that was not asked for";
    if (find_header(head, n, "Sec-WebSocket-Protocol", value) != 0 &&
        (asked->protocol == NULL || strcmp(value, asked->protocol) != 0))
        return "the answer wants a subprotocol that was not asked for";
    return NULL;
}

/* Where a redirect leads, but not its path, which may be a secret. */
static void say_redirect(const char *head, size_t n, struct websocket_end *end)
{
    char value[VALUE_BYTES];
    find_header(head, n, "Location", value);
    char *host = strstr(value, "://");
    if (host != NULL)
        host[3 + strcspn(host + 3, "/?#")] = '\0';
    else
        value[0] = '\0';
    snprintf(end->why, sizeof end->why, "HTTP %d: redirects are not followed%s%.100s",
             end->status, value[0] != '\0' ? ", here to " : "", value);
}

/* The status line of a refusal, and how much of its body is worth waiting for. */
static size_t say_refusal(const char *head, size_t n, struct websocket_end *end)
{
    char value[VALUE_BYTES];
    int64_t length = WEBSOCKET_WORDS_BYTES;
    size_t line = (size_t)((const char *)memchr(head, '\n', n) - head);
    text_clean(head + 12, line - 12, value, sizeof value);
    snprintf(end->why, sizeof end->why, "HTTP %d%s%.60s", end->status,
             value[0] != '\0' ? " " : "", value);
    if (find_header(head, n, "Content-Length", value) != 0 &&
        units_parse_int(value, strlen(value), 0, WEBSOCKET_WORDS_BYTES, &length) != 0)
        length = WEBSOCKET_WORDS_BYTES;
    return (size_t)length;
}

void websocket_shake_judge(const char *head, size_t n,
                           const struct websocket_asked *asked, int64_t now_ms,
                           struct websocket_answer *ret_answer)
{
    struct websocket_end *end = &ret_answer->end;
    int status = parse_status(head, n);
    *ret_answer = (struct websocket_answer){.end = {.retry_after_ms = -1}};
    if (status == 0 || status == SWITCHING) {
        const char *fault =
            status == 0 ? "the answer is not HTTP/1.1" : find_fault(head, n, asked);
        ret_answer->is_open = fault == NULL;
        end->is_ours = fault != NULL;
        text_copy(end->why, sizeof end->why, fault != NULL ? fault : "");
        return;
    }
    end->status = status;
    end->retry_after_ms = find_retry_after(head, n, now_ms);
    if (status >= 300 && status <= 399)
        say_redirect(head, n, end);
    else
        ret_answer->body_bytes = say_refusal(head, n, end);
}

void websocket_shake_words(const char *body, size_t n, struct websocket_end *end)
{
    char words[121];
    size_t length = strlen(end->why);
    if (end->status >= 300 && end->status <= 399)
        return;
    if (text_clean(body, n, words, sizeof words) > 0)
        snprintf(end->why + length, sizeof end->why - length, ": %s", words);
}
