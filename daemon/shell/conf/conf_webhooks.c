/* SPDX-License-Identifier: Apache-2.0 */
/* webhooks: where alerts are sent, and the secrets that go with it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_address.h"
#include "conf_int.h"
#include "lookout/alert/template.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "lookout/base/timefmt.h"

static void url_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void headers_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void rules_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void order_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void retry_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void body_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void content_type_read(struct conf_reader *r, const struct conf_node *node,
                              void *base);
static void group_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void by_read(struct conf_reader *r, const struct conf_node *node, void *base);

#define RETRY_ACCEPTS "a list of 1 to 32 durations, such as [5s, 1min, 1h]"
/* clang-format off */
static const char *const format_words[] = {"cloudevents", "json", "slack", "teams", NULL}; /* enum conf_format */
static const char *const severity_words[] = {"info", "warning", "critical", NULL}; /* enum severity */
static const char *const order_words[] = {"vessel", "none", NULL};
static const char *const by_words[] = {"rule", "zone", "port", "vessel", "type", "severity", NULL}; /* enum conf_group_by */

#define OTHER .type = CONF_TYPE_OTHER
#define BY_ACCEPTS "a list of rule | zone | port | vessel | type | severity"
const struct conf_key conf_group_keys[] = {
    {"by",       OTHER, .read = by_read, .accepts = BY_ACCEPTS, .initial = "[rule, zone]", .doc = "alerts alike in these go together (zone: or the gate); none: all"},
    {"wait",     .type = CONF_TYPE_DURATION, CONF_AT(conf_webhook, group.wait_ms), .least = 0, .most = HOUR_MS, .initial = "10s", .doc = "from a group's first alert to the request"},
    {"interval", .type = CONF_TYPE_DURATION, CONF_AT(conf_webhook, group.interval_ms), .least = SECOND_MS, .most = DAY_MS, .initial = "5min", .doc = "between requests while a group goes on"},
    {0},
};
const struct conf_key conf_webhook_keys[] = {
    {"id",            .type = CONF_TYPE_ID, CONF_AT(conf_webhook, id), .is_required = true, .doc = "its name in messages and metrics"},
    {"url",           OTHER, .read = url_read, .is_required = true, .sub = conf_secret_keys, .accepts = "an http or https URL, or {file: PATH}, or {credential: NAME}", .doc = "where to POST; its path is never logged"},
    {"secret",        OTHER, .read = conf_secrets_read, .sub = conf_secret_keys, .accepts = CONF_SECRET_ACCEPTS, .doc = "whsec_<base64>, signs what is sent; a list while rotating; without it no signature is sent"},
    {"authorization", OTHER, .read = conf_authorization_read, .sub = conf_authorization_keys, .accepts = "a mapping of scheme and file or credential", .doc = "the Authorization header"},
    {"headers",       OTHER, .read = headers_read, .accepts = "a mapping of names to texts", .doc = "further headers"},
    {"format",        .type = CONF_TYPE_WORD, CONF_AT(conf_webhook, format), .words = format_words, .initial = "cloudevents", .doc = "the form of the body"},
    {"body",          OTHER, .read = body_read, .accepts = "a text with fields such as {summary}", .doc = "a body of one's own instead of a format"},
    {"content_type",  OTHER, .read = content_type_read, .accepts = "a media type such as text/plain", .initial = "application/json", .doc = "of that body; values are escaped for it"},
    {"group",         OTHER, .read = group_read, .sub = conf_group_keys, .accepts = "a mapping such as {by: [rule, zone], wait: 10s, interval: 5min}", .doc = "several alerts in one request; left out: one each"},
    {"rules",         OTHER, .read = rules_read, .accepts = "a list of rule ids", .initial = "all", .doc = "only alerts of these rules"},
    {"min_severity",  .type = CONF_TYPE_WORD, CONF_AT(conf_webhook, min_severity), .words = severity_words, .initial = "info", .doc = "only alerts at least so severe"},
    {"order",         OTHER, .read = order_read, .accepts = "vessel | none", .initial = "vessel", .doc = "one after the other for each vessel, or as they come"},
    {"in_flight",     .type = CONF_TYPE_U32, CONF_AT(conf_webhook, in_flight), .least = 1, .most = 256, .initial = "8", .doc = "requests at a time"},
    {"timeout",       .type = CONF_TYPE_DURATION, CONF_AT(conf_webhook, timeout_ms), .least = SECOND_MS, .most = 10 * MINUTE_MS, .initial = "15s", .doc = "for one attempt"},
    {"retry",         OTHER, .read = retry_read, .accepts = RETRY_ACCEPTS, .initial = "[5s, 30s, 2min, 5min, 15min, 1h, 2h, 5h, 10h]", .doc = "waits between attempts; the last repeats until retry_for"},
    {"retry_for",     .type = CONF_TYPE_DURATION, CONF_AT(conf_webhook, retry.retry_for_ms), .least = SECOND_MS, .most = 365 * DAY_MS, .initial = "76h", .doc = "then an alert is given up: see `alerts --dead`"},
    {"allow_private", .type = CONF_TYPE_BOOL, CONF_AT(conf_webhook, allow_private), .initial = "false", .doc = "names may resolve to private addresses; an address in the URL itself is meant"},
    {"ca_file",       .type = CONF_TYPE_PATH, CONF_AT(conf_webhook, ca_file), .doc = "PEM of the certificate authorities to trust instead of the system's"},
    {"client_cert",   .type = CONF_TYPE_PATH, CONF_AT(conf_webhook, client_cert), .doc = "PEM of our certificate"},
    {"client_key",    .type = CONF_TYPE_PATH, CONF_AT(conf_webhook, client_key), .doc = "PEM of its key"},
    {0},
};
static const char *const reserved_headers[] = {
    "authorization", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade", "webhook-id", "webhook-signature", "webhook-timestamp",
};
/* clang-format on */

/* --- url --- */

struct url {
    bool is_https;
    char host[CONF_HOST_BYTES];
};

/* What is wrong with a URL, or NULL. Never quotes it: it may be a secret. */
static const char *url_fault(const char *text, struct url *ret_url)
{
    uint16_t port = 0;
    ret_url->is_https = strncmp(text, "https://", 8) == 0;
    if (!ret_url->is_https && strncmp(text, "http://", 7) != 0)
        return "the URL does not begin with https:// or http://";
    if (strlen(text) > 2048)
        return "the URL is longer than 2048 bytes";
    for (const char *s = text; *s != '\0'; s++)
        if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}", *s) != NULL)
            return "the URL holds a character that must be percent-encoded";
    const char *host = text + (ret_url->is_https ? 8 : 7);
    size_t n = strcspn(host, "/?#");
    if (memchr(host, '@', n) != NULL)
        return "the URL holds a user name: use `authorization`";
    if (strchr(host, '#') != NULL)
        return "the URL holds a fragment ('#')";
    if (!conf_split_host_port(host, n, ret_url->host, &port) ||
        (!conf_is_address(ret_url->host) && !conf_is_host(ret_url->host)))
        return "the URL's host or port is not well formed";
    return NULL;
}

static void url_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    const char *accepts = conf_key_find(conf_webhook_keys, "url")->accepts;
    struct conf_webhook *webhook = base;
    struct conf_secret secret = {0};
    struct url url = {0};
    const char *text = NULL;
    if (node->kind == CONF_NODE_MAPPING) {
        if (!conf_secret_read(r, node, "https://not-read.invalid/", &secret))
            return;
        text = secret.text;
    } else if (!conf_text(r, node, accepts, &text)) {
        return;
    }
    const char *fault = url_fault(text, &url);
    if (fault != NULL) {
        conf_error(r, node, accepts, "%s", fault);
    } else {
        if (!url.is_https && !conf_is_loopback(url.host))
            conf_warning(r, node,
                         "plain http to %s: anyone on the way can read and "
                         "change it",
                         url.host);
        free(webhook->url);
        webhook->url = conf_copy(r, text);
    }
    conf_wipe_free(secret.text, secret.length);
}

/* --- the rest --- */

static bool header_is_free(struct conf_reader *r, const struct conf_node *item,
                           const struct conf_webhook *webhook)
{
    if (!conf_is_token(item->key)) {
        conf_error_key(r, item, "letters, digits and '-'", "is not a header's name");
        return false;
    }
    for (size_t i = 0; i < CONF_COUNT(reserved_headers); i++)
        if (text_equal_fold(reserved_headers[i], item->key)) {
            conf_error_key(r, item, "any other header", "is set by lookoutd itself");
            return false;
        }
    for (size_t i = 0; i < webhook->header_count; i++)
        if (text_equal_fold(webhook->headers[i].name, item->key)) {
            conf_error_key(r, item, NULL, "is given twice, in other letters");
            return false;
        }
    return true;
}

static void headers_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    static const char accepts[] = "one line of printable ASCII";
    struct conf_webhook *webhook = base;
    if (!conf_is_mapping(r, node, "a mapping such as {X-Site: yeosu}"))
        return;
    if (node->count > 64) {
        conf_error(r, node, "at most 64", "%zu headers", node->count);
        return;
    }
    webhook->headers = conf_alloc(r, node->count, sizeof *webhook->headers);
    for (size_t i = 0; i < node->count && webhook->headers != NULL; i++) {
        const struct conf_node *item = node->items[i];
        struct conf_header *header = &webhook->headers[webhook->header_count];
        const char *text = NULL;
        if (item->is_duplicate || !header_is_free(r, item, webhook) ||
            !conf_text(r, item, accepts, &text))
            continue;
        if (!conf_is_header_value(text) || strlen(text) > 4096) {
            conf_error(r, item, accepts, "cannot stand in a header");
            continue;
        }
        header->name = conf_copy(r, item->key);
        header->value = conf_copy(r, text);
        webhook->header_count++;
    }
}

static void rules_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    const struct conf_node *rules = conf_node_get(r->root, "rules");
    struct conf_names known = {.what = "rule"};
    if (!conf_texts(r, node, "a list of rule ids", &webhook->rules, &webhook->rule_count))
        return;
    size_t most = rules != NULL ? rules->count : 0;
    const char **ids = conf_alloc(r, most, sizeof *ids);
    for (size_t i = 0; i < most && ids != NULL; i++) {
        const struct conf_node *id = conf_node_get(rules->items[i], "id");
        if (id != NULL && id->kind == CONF_NODE_SCALAR)
            ids[known.count++] = id->text;
    }
    known.names = ids;
    for (size_t i = 0; i < node->count && ids != NULL; i++) {
        size_t at = 0;
        while (at < known.count && strcmp(ids[at], node->items[i]->text) != 0)
            at++;
        if (at == known.count)
            conf_error_unknown(r, node->items[i], node->items[i]->text, &known);
    }
    free(ids);
}

static void order_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    unsigned word = 0;
    if (conf_word(r, node, order_words, &word))
        webhook->ordered = word == 0;
}

static void retry_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    if (!conf_is_list(r, node, 1, RETRY_ACCEPTS))
        return;
    if (node->count > RETRY_WAITS_MAX) {
        conf_error(r, node, RETRY_ACCEPTS, "%zu waits are too many", node->count);
        return;
    }
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++)
        if (conf_duration(r, node->items[i], 100, 7 * DAY_MS,
                          &webhook->retry.waits_ms[count]))
            count++;
    webhook->retry.wait_count = count;
}

/* --- a body of one's own, grouping --- */

static void body_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    const char *accepts = conf_key_find(conf_webhook_keys, "body")->accepts;
    struct conf_webhook *webhook = base;
    const char *text = NULL;
    if (!conf_text(r, node, accepts, &text))
        return;
    if (text[0] == '\0' || strlen(text) > 65536) {
        conf_error(r, node, "1 to 65536 bytes", "%zu bytes are %s", strlen(text),
                   text[0] == '\0' ? "nothing to send" : "too many");
        return;
    }
    free(webhook->body);
    webhook->body = conf_copy(r, text);
}

static void content_type_read(struct conf_reader *r, const struct conf_node *node,
                              void *base)
{
    const char *accepts = conf_key_find(conf_webhook_keys, "content_type")->accepts;
    struct conf_webhook *webhook = base;
    const char *text = NULL;
    char type[80], quoted[CONF_QUOTE_BYTES];
    if (!conf_text(r, node, accepts, &text))
        return;
    text_copy(type, sizeof type, text);
    type[strcspn(type, "; ")] = '\0';
    char *slash = strchr(type, '/');
    if (slash != NULL)
        *slash = '\0';
    if (slash == NULL || !conf_is_token(type) || !conf_is_token(slash + 1) ||
        !conf_is_header_value(text) || strlen(text) >= sizeof type) {
        conf_error(r, node, accepts, "%s is no media type", conf_quote(text, quoted));
        return;
    }
    free(webhook->content_type);
    webhook->content_type = conf_copy(r, text);
}

/* What is wrong with the template; and what does not go with it. */
static void check_body(struct conf_reader *r, const struct conf_node *node,
                       struct conf_webhook *webhook)
{
    const struct conf_node *body = conf_node_get(node, "body");
    const struct conf_node *format = conf_node_get(node, "format");
    const struct conf_node *type = conf_node_get(node, "content_type");
    char name[TEMPLATE_NAME_BYTES];
    struct err err = {0};
    if (body == NULL && type != NULL)
        conf_error_key(r, type, NULL, "says what `body` is, and there is none");
    if (body != NULL && format != NULL)
        conf_error_key(r, format, "one of them", "does not go with `body`");
    if (webhook->body == NULL)
        return;
    if (webhook->content_type == NULL && type == NULL)
        webhook->content_type = conf_copy(r, "application/json");
    if (webhook->content_type == NULL)
        return;
    struct conf_names known = {.what = "field", .names = template_names()};
    while (known.names[known.count] != NULL)
        known.count++;
    int rc = template_check(webhook->body, template_kind_of(webhook->content_type), name,
                            &err);
    if (rc == ERR_NOT_FOUND)
        conf_error_unknown(r, body, name, &known);
    else if (rc == ERR_SYNTAX)
        conf_error(r, body, "JSON, or another content_type",
                   "what comes out would not be JSON: %s", err.text);
    else if (rc != 0)
        conf_reader_nomem(r);
}

static void by_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    if (!conf_is_list(r, node, 0, BY_ACCEPTS))
        return;
    webhook->group.by = 0;
    for (size_t i = 0; i < node->count; i++) {
        unsigned word = 0;
        if (conf_word(r, node->items[i], by_words, &word))
            webhook->group.by |= 1u << word;
    }
}

static void group_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    webhook->group =
        (struct conf_group){.is_on = true,
                            .by = 1u << CONF_GROUP_RULE | 1u << CONF_GROUP_ZONE,
                            .wait_ms = 10 * SECOND_MS,
                            .interval_ms = 5 * MINUTE_MS};
    (void)conf_read_mapping(r, node, conf_group_keys, webhook);
}

/* --- one webhook, all webhooks --- */

void conf_webhook_finish(struct conf_webhook *webhook)
{
    free(webhook->id);
    conf_wipe_free(webhook->url, webhook->url != NULL ? strlen(webhook->url) : 0);
    for (size_t i = 0; i < webhook->secret_count; i++)
        conf_wipe_free(webhook->secrets[i].text, webhook->secrets[i].length);
    free(webhook->secrets);
    conf_wipe_free(webhook->authorization,
                   webhook->authorization != NULL ? strlen(webhook->authorization) : 0);
    for (size_t i = 0; i < webhook->header_count; i++) {
        free(webhook->headers[i].name);
        free(webhook->headers[i].value);
    }
    free(webhook->headers);
    free(webhook->body);
    free(webhook->content_type);
    conf_texts_free(webhook->rules, webhook->rule_count);
    free(webhook->ca_file);
    free(webhook->client_cert);
    free(webhook->client_key);
    memset(webhook, 0, sizeof *webhook);
}

static uint64_t hash_optional(const char *text, uint64_t h)
{
    return text != NULL ? hash_text(text, hash_u64(1, h)) : hash_u64(0, h);
}

static uint64_t webhook_definition(const struct conf_webhook *w)
{
    uint64_t h = hash_optional(w->id, 0);
    h = hash_optional(w->url, h);
    h = hash_optional(w->authorization, h);
    h = hash_optional(w->ca_file, h);
    h = hash_optional(w->client_cert, h);
    h = hash_optional(w->client_key, h);
    h = hash_optional(w->body, h);
    h = hash_optional(w->content_type, h);
    for (size_t i = 0; i < w->secret_count; i++)
        h = hash_bytes(w->secrets[i].text, w->secrets[i].length, hash_u64(i, h));
    for (size_t i = 0; i < w->header_count; i++)
        h = hash_optional(w->headers[i].value, hash_optional(w->headers[i].name, h));
    for (size_t i = 0; i < w->rule_count; i++)
        h = hash_text(w->rules[i], h);
    for (size_t i = 0; i < w->retry.wait_count; i++)
        h = hash_u64((uint64_t)w->retry.waits_ms[i], h);
    const uint64_t rest[] = {w->format,
                             w->min_severity,
                             w->ordered,
                             w->in_flight,
                             w->rule_count,
                             (uint64_t)w->timeout_ms,
                             w->allow_private,
                             (uint64_t)w->retry.retry_for_ms,
                             w->group.is_on,
                             w->group.by,
                             (uint64_t)w->group.wait_ms,
                             (uint64_t)w->group.interval_ms};
    for (size_t i = 0; i < CONF_COUNT(rest); i++)
        h = hash_u64(rest[i], h);
    return h;
}

static void check_readable(struct conf_reader *r, const struct conf_node *node,
                           const char *key, const char *path)
{
    const struct conf_node *item = conf_node_get(node, key);
    char quoted[CONF_QUOTE_BYTES];
    bool is_key = strcmp(key, "client_key") == 0;
    if (is_key && r->context->without_secrets)
        return;
    if (item != NULL && path != NULL && access(path, R_OK) != 0)
        conf_error(r, item, "a PEM file that can be read", "%s cannot be read",
                   conf_quote(item->text, quoted));
    else if (item != NULL && path != NULL && is_key)
        (void)conf_secret_is_private(r, item, path);
}

static void webhook_read(struct conf_reader *r, const struct conf_node *node,
                         struct conf_webhook *webhook)
{
    webhook->ordered = true;
    webhook->in_flight = 8;
    webhook->timeout_ms = 15 * SECOND_MS;
    webhook->retry = retry_conf_default();
    if (!conf_read_mapping(r, node, conf_webhook_keys, webhook))
        return;
    check_body(r, node, webhook);
    check_readable(r, node, "ca_file", webhook->ca_file);
    check_readable(r, node, "client_cert", webhook->client_cert);
    check_readable(r, node, "client_key", webhook->client_key);
    if ((conf_node_get(node, "client_cert") == NULL) !=
        (conf_node_get(node, "client_key") == NULL))
        conf_error(r, node, "both or none", "client_cert and client_key go together");
    webhook->definition = webhook_definition(webhook);
}

void conf_webhooks_read(struct conf_reader *r, const struct conf_node *node)
{
    struct conf *conf = r->conf;
    if (node == NULL || !conf_is_list(r, node, 0, "a list of webhooks"))
        return;
    if (node->count > 1000) {
        conf_error(r, node, "at most 1000", "%zu webhooks", node->count);
        return;
    }
    conf->webhooks = conf_alloc(r, node->count, sizeof *conf->webhooks);
    if (conf->webhooks == NULL)
        return;
    conf->webhook_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        webhook_read(r, node->items[i], &conf->webhooks[i]);
        for (size_t j = 0; j < i; j++)
            if (conf->webhooks[i].id != NULL && conf->webhooks[j].id != NULL &&
                strcmp(conf->webhooks[i].id, conf->webhooks[j].id) == 0)
                conf_error(r, conf_node_get(node->items[i], "id"), NULL,
                           "the id is taken by the webhook in line %d",
                           node->items[j]->line);
    }
}

bool conf_webhook_wants(const struct conf_webhook *webhook, const char *rule,
                        enum severity severity)
{
    if (rule[0] == '\0')
        return true; /* feed.silent, feed.recovered, test: to every webhook */
    if (severity < webhook->min_severity)
        return false;
    for (size_t i = 0; i < webhook->rule_count; i++)
        if (strcmp(webhook->rules[i], rule) == 0)
            return true;
    return webhook->rule_count == 0;
}
