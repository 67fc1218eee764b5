/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the parts of a webhook's configuration that sending needs. */
#include <openssl/crypto.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "delivery_int.h"

/* The webhook's texts. Each is owned, and wiped because most are secret. */
/* clang-format off */
static const size_t texts[] = {
    offsetof(struct conf_webhook, id),            offsetof(struct conf_webhook, url),
    offsetof(struct conf_webhook, authorization), offsetof(struct conf_webhook, body),
    offsetof(struct conf_webhook, content_type),  offsetof(struct conf_webhook, ca_file),
    offsetof(struct conf_webhook, client_cert),   offsetof(struct conf_webhook, client_key)
};
/* clang-format on */
enum { TEXTS = sizeof texts / sizeof texts[0] };

static char **text_at(struct conf_webhook *w, size_t i)
{
    return (char **)(void *)((char *)w + texts[i]);
}

static void wipe_free_bytes(char *text, size_t n)
{
    if (text != NULL)
        OPENSSL_cleanse(text, n);
    free(text);
}

void webhook_finish(struct conf_webhook *w)
{
    for (size_t i = 0; i < TEXTS; i++) {
        char *text = *text_at(w, i);
        wipe_free_bytes(text, text != NULL ? strlen(text) : 0);
    }
    for (size_t i = 0; i < w->secret_count && w->secrets != NULL; i++)
        wipe_free_bytes(w->secrets[i].text, w->secrets[i].length);
    free(w->secrets);
    for (size_t i = 0; i < w->header_count && w->headers != NULL; i++) {
        free(w->headers[i].name);
        free(w->headers[i].value);
    }
    free(w->headers);
    memset(w, 0, sizeof *w);
}

static int copy_text_to(const char *from, char **ret_to)
{
    if (from == NULL)
        return 0;
    *ret_to = strdup(from);
    return *ret_to != NULL ? 0 : ERR_NOMEM;
}

static int copy_secrets(const struct conf_webhook *from, struct conf_webhook *to)
{
    if (from->secret_count == 0)
        return 0;
    to->secrets = calloc(from->secret_count, sizeof *to->secrets);
    for (size_t i = 0; i < from->secret_count && to->secrets != NULL; i++) {
        const struct conf_secret *secret = &from->secrets[i];
        to->secrets[i].text = malloc(secret->length + 1);
        if (to->secrets[i].text == NULL)
            return ERR_NOMEM;
        memcpy(to->secrets[i].text, secret->text, secret->length);
        to->secrets[i].text[secret->length] = '\0';
        to->secrets[i].length = secret->length;
        to->secret_count++;
    }
    return to->secrets != NULL ? 0 : ERR_NOMEM;
}

static int copy_headers(const struct conf_webhook *from, struct conf_webhook *to)
{
    if (from->header_count == 0)
        return 0;
    to->headers = calloc(from->header_count, sizeof *to->headers);
    if (to->headers == NULL)
        return ERR_NOMEM;
    to->header_count = from->header_count;
    for (size_t i = 0; i < from->header_count; i++)
        if (copy_text_to(from->headers[i].name, &to->headers[i].name) != 0 ||
            copy_text_to(from->headers[i].value, &to->headers[i].value) != 0)
            return ERR_NOMEM;
    return 0;
}

int webhook_copy(const struct conf_webhook *from, struct conf_webhook *ret_to)
{
    struct conf_webhook to = *from;
    for (size_t i = 0; i < TEXTS; i++)
        *text_at(&to, i) = NULL;
    to.in_flight = from->in_flight > 0 ? from->in_flight : 1;
    to.secrets = NULL;
    to.headers = NULL;
    to.rules = NULL; /* the outbox is chosen by rule already */
    to.secret_count = to.header_count = to.rule_count = 0;
    int rc = 0;
    for (size_t i = 0; i < TEXTS && rc == 0; i++)
        rc = copy_text_to(*(char *const *)(const void *)((const char *)from + texts[i]),
                          text_at(&to, i));
    if (rc == 0)
        rc = copy_secrets(from, &to);
    if (rc == 0)
        rc = copy_headers(from, &to);
    if (rc == 0)
        *ret_to = to;
    else
        webhook_finish(&to);
    return rc;
}

void webhook_free_all(struct conf_webhook *webhooks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        webhook_finish(&webhooks[i]);
    free(webhooks);
}

int webhook_copy_all(const struct conf_webhook *from, size_t count,
                     struct conf_webhook **ret_to)
{
    struct conf_webhook *to = calloc(count > 0 ? count : 1, sizeof *to);
    int rc = to != NULL ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = webhook_copy(&from[i], &to[i]);
    if (rc == 0)
        *ret_to = to;
    else if (to != NULL)
        webhook_free_all(to, count);
    return rc;
}
