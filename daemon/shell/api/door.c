/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, sessions and wrong guesses. A session is a cookie that its token signs: nothing
 * is kept of it, it outlives a restart, and it is void once the token changes. Only the
 * sessions that were ended are remembered, until they would have run out. */
#include "door.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum {
    WRONG_MOST = 10,   /* within WRONG_MS */
    WRONG_PLACES = 64, /* addresses that are remembered */
    ENDED_PLACES = 256,
    MAC_DIGITS = 64,
    RENEW_MS = 3600 * 1000 /* a cookie older than this is renewed */
};
#define WRONG_MS MINUTE_MS

struct wrong {
    unsigned char address[DOOR_ADDRESS_BYTES];
    unsigned count;
    int64_t since_ms;
};
struct door {
    struct wrong wrong[WRONG_PLACES];
    char ended[ENDED_PLACES][MAC_DIGITS];
    size_t ended_next;
};

struct door *door_create(void)
{
    return calloc(1, sizeof(struct door));
}

void door_destroy(struct door *d)
{
    free(d);
}

/* --- wrong guesses --- */

static struct wrong *find_wrong(struct door *d, const unsigned char *address,
                                int64_t now_ms)
{
    for (size_t i = 0; i < WRONG_PLACES; i++) {
        struct wrong *w = &d->wrong[i];
        if (w->count != 0 && memcmp(w->address, address, DOOR_ADDRESS_BYTES) == 0 &&
            now_ms - w->since_ms < WRONG_MS && now_ms >= w->since_ms)
            return w;
    }
    return NULL;
}

static bool is_barred(struct door *d, const struct door_knock *knock)
{
    const struct wrong *w = find_wrong(d, knock->address, knock->now_ms);
    return w != NULL && w->count >= WRONG_MOST;
}

static void note_guess(struct door *d, const struct door_knock *knock)
{
    struct wrong *w = find_wrong(d, knock->address, knock->now_ms);
    if (w != NULL) {
        w->count++;
        return;
    }
    struct wrong *oldest = &d->wrong[0];
    for (size_t i = 1; i < WRONG_PLACES; i++)
        if (d->wrong[i].count == 0 ||
            (oldest->count != 0 && d->wrong[i].since_ms < oldest->since_ms))
            oldest = &d->wrong[i];
    memcpy(oldest->address, knock->address, DOOR_ADDRESS_BYTES);
    oldest->count = 1;
    oldest->since_ms = knock->now_ms;
}

/* --- tokens --- */

/* Every token is compared, and as digests: the time says nothing of any of them. */
static const struct conf_token *find_token(const struct conf_api *conf, const char *text)
{
    unsigned char given[SHA256_DIGEST_LENGTH], known[SHA256_DIGEST_LENGTH];
    const struct conf_token *found = NULL;
    SHA256((const unsigned char *)text, strlen(text), given);
    for (size_t i = 0; i < conf->token_count; i++) {
        const struct conf_secret *secret = &conf->tokens[i].secret;
        SHA256((const unsigned char *)secret->text, secret->length, known);
        if (CRYPTO_memcmp(given, known, sizeof known) == 0)
            found = &conf->tokens[i];
    }
    OPENSSL_cleanse(given, sizeof given);
    OPENSSL_cleanse(known, sizeof known);
    return found;
}

static void set_guest(struct door_guest *guest, const struct conf_token *token)
{
    memset(guest, 0, sizeof *guest);
    guest->may_acknowledge = token == NULL || token->may == CONF_MAY_ACKNOWLEDGE;
    snprintf(guest->id, sizeof guest->id, "%s", token != NULL ? token->id : "local");
}

/* --- sessions: MAC "." END "." ID --- */

static void sign_session(const struct conf_token *token, int64_t end_ms,
                         char ret_digits[MAC_DIGITS + 1])
{
    char text[CONF_TOKEN_ID_BYTES + 64];
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    int n =
        snprintf(text, sizeof text, "lookoutd session %" PRId64 ".%s", end_ms, token->id);
    HMAC(EVP_sha256(), token->secret.text, (int)token->secret.length,
         (const unsigned char *)text, (size_t)n, mac, &length);
    for (size_t i = 0; i < MAC_DIGITS / 2; i++)
        snprintf(ret_digits + 2 * i, 3, "%02x", mac[i]);
}

static void write_cookie(const struct conf_token *token, int64_t now_ms,
                         char ret_cookie[DOOR_COOKIE_BYTES])
{
    char digits[MAC_DIGITS + 1];
    int64_t end_ms = now_ms + DOOR_SESSION_S * SECOND_MS;
    sign_session(token, end_ms, digits);
    snprintf(ret_cookie, DOOR_COOKIE_BYTES, "%s.%" PRId64 ".%s", digits, end_ms,
             token->id);
}

static bool is_session_ended(const struct door *d, const char *digits)
{
    for (size_t i = 0; i < ENDED_PLACES; i++)
        if (CRYPTO_memcmp(d->ended[i], digits, MAC_DIGITS) == 0)
            return true;
    return false;
}

/* The token of the knock's session; NULL: it has none that is good. */
static const struct conf_token *find_session(const struct door *d,
                                             const struct conf_api *conf,
                                             const struct door_knock *knock,
                                             int64_t *ret_end_ms,
                                             char ret_digits[MAC_DIGITS + 1])
{
    char cookie[DOOR_COOKIE_BYTES], digits[MAC_DIGITS + 1];
    size_t n = 0;
    const char *text = ask_find_cookie(knock->cookies, DOOR_COOKIE, &n);
    if (text == NULL || n >= sizeof cookie || n < MAC_DIGITS + 3)
        return NULL;
    memcpy(cookie, text, n);
    cookie[n] = '\0';
    char *end = cookie + MAC_DIGITS, *id = strchr(end + 1, '.');
    int64_t end_ms = 0;
    if (*end != '.' || id == NULL ||
        units_parse_int(end + 1, (size_t)(id - end - 1), 0, INT64_MAX / 2, &end_ms) != 0)
        return NULL;
    const struct conf_token *token = NULL;
    for (size_t i = 0; i < conf->token_count; i++)
        if (strcmp(conf->tokens[i].id, id + 1) == 0)
            token = &conf->tokens[i];
    if (token == NULL || end_ms <= knock->now_ms)
        return NULL;
    sign_session(token, end_ms, digits);
    if (CRYPTO_memcmp(digits, cookie, MAC_DIGITS) != 0 || is_session_ended(d, digits))
        return NULL;
    *ret_end_ms = end_ms;
    memcpy(ret_digits, digits, sizeof digits);
    return token;
}

/* --- the door --- */

static enum door_verdict try_token(struct door *d, const struct conf_api *conf,
                                   const char *text, const struct door_knock *knock,
                                   const struct conf_token **ret_token)
{
    if (is_barred(d, knock))
        return DOOR_BARRED;
    *ret_token = find_token(conf, text);
    if (*ret_token != NULL)
        return DOOR_OPEN;
    note_guess(d, knock);
    return DOOR_CLOSED;
}

enum door_verdict door_let_in(struct door *d, const struct conf_api *conf,
                              const struct door_knock *knock,
                              struct door_guest *ret_guest)
{
    char digits[MAC_DIGITS + 1];
    const struct conf_token *token = NULL;
    const char *bearer = ask_bearer(knock->authorization);
    int64_t end_ms = 0;
    if (conf->token_count == 0) {
        set_guest(ret_guest, NULL);
        ret_guest->is_bearer = false;
        return DOOR_OPEN;
    }
    if (bearer != NULL) {
        enum door_verdict verdict = try_token(d, conf, bearer, knock, &token);
        if (verdict != DOOR_OPEN)
            return verdict;
        set_guest(ret_guest, token);
        ret_guest->is_bearer = true;
        return DOOR_OPEN;
    }
    token = find_session(d, conf, knock, &end_ms, digits);
    if (token == NULL)
        return DOOR_CLOSED;
    set_guest(ret_guest, token);
    if (knock->now_ms > end_ms - DOOR_SESSION_S * SECOND_MS + RENEW_MS)
        write_cookie(token, knock->now_ms, ret_guest->renewed);
    return DOOR_OPEN;
}

enum door_verdict door_begin(struct door *d, const struct conf_api *conf,
                             const char *token, const struct door_knock *knock,
                             struct door_guest *ret_guest)
{
    const struct conf_token *found = NULL;
    if (conf->token_count == 0)
        return DOOR_CLOSED;
    enum door_verdict verdict = try_token(d, conf, token, knock, &found);
    if (verdict != DOOR_OPEN)
        return verdict;
    set_guest(ret_guest, found);
    write_cookie(found, knock->now_ms, ret_guest->renewed);
    return DOOR_OPEN;
}

void door_end(struct door *d, const struct conf_api *conf, const struct door_knock *knock)
{
    char digits[MAC_DIGITS + 1];
    int64_t end_ms = 0;
    if (find_session(d, conf, knock, &end_ms, digits) == NULL)
        return;
    memcpy(d->ended[d->ended_next], digits, MAC_DIGITS);
    d->ended_next = (d->ended_next + 1) % ENDED_PLACES;
}

/* --- hosts and origins --- */

static bool has_origin_host(const char *origin, const char *host)
{
    const char *own = NULL;
    size_t n = ask_origin_host(origin, &own);
    return n != 0 && strlen(host) == n && strncasecmp(own, host, n) == 0;
}

const char *door_origin_of(const struct conf_api *conf, const char *host)
{
    for (size_t i = 0; host != NULL && i < conf->origin_count; i++)
        if (has_origin_host(conf->origins[i], host))
            return conf->origins[i];
    return NULL;
}

bool door_host_is_ours(const struct conf_api *conf, const char *local, const char *host)
{
    if (host == NULL || host[0] == '\0')
        return false;
    return ask_host_is(host, "localhost") || ask_host_is(host, conf->address) ||
           (local != NULL && ask_host_is(host, local)) ||
           door_origin_of(conf, host) != NULL;
}

/* An Origin field has scheme, host and port alone. */
static bool is_our_origin(const struct conf_api *conf, const char *host,
                          const char *origin)
{
    if (strncmp(origin, "http://", 7) == 0 && strcasecmp(origin + 7, host) == 0)
        return true;
    for (size_t i = 0; i < conf->origin_count; i++) {
        const char *own = NULL;
        size_t n = ask_origin_host(conf->origins[i], &own);
        n += (size_t)(own - conf->origins[i]);
        if (strlen(origin) == n && strncasecmp(conf->origins[i], origin, n) == 0)
            return true;
    }
    return false;
}

bool door_is_from_page(const struct conf_api *conf, const char *host, const char *origin,
                       const char *fetch_site)
{
    if (fetch_site != NULL)
        return strcmp(fetch_site, "same-origin") == 0;
    return origin != NULL && host != NULL && is_our_origin(conf, host, origin);
}
