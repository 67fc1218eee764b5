/* SPDX-License-Identifier: Apache-2.0 */
/* webhooks: the receivers of alerts, and their secrets. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_mqtt.h"
#include "conf_peer.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/rules/template.h"
#include "lookout/sys/keymem.h"

static conf_read headers_read, rules_read, retry_read, group_read;
static const char *content_type_fault(const void *text);

/* clang-format off */
static const char *const format_words[] = {"cloudevents", "json", "slack", "teams", NULL}; /* enum conf_format */
static const char *const severity_words[] = {"info", "warning", "critical", NULL}; /* enum severity */
static const char *const order_words[] = {"none", "vessel", NULL}; /* conf_webhook.ordered */
static const char *const by_words[] = {"rule", "zone", "port", "vessel", "type", "severity", NULL}; /* enum conf_group_by */

#define HOOK(member) KEY_AT(conf_webhook, member)
static const struct key group_keys[] = {
    {.name = "by",       .type = KEY_WORDS, HOOK(group.by), .words = by_words, .initial = "[rule, zone]", .doc = "one request carries alerts that share these values (zone: or gate); an empty list: all alerts"},
    {.name = "wait",     .type = KEY_DURATION, HOOK(group.wait_ms), .least = 0, .most = HOUR_MS, .initial = "10s", .doc = "how long to wait from the first alert of a group to the request"},
    {.name = "interval", .type = KEY_DURATION, HOOK(group.interval_ms), .least = SECOND_MS, .most = DAY_MS, .initial = "5min", .doc = "the time between the requests of one group"},
    {0},
};
const struct key conf_webhook_keys[] = {
    {.name = "id",            .type = KEY_ID, HOOK(id), .is_required = true, .is_unique = true, .doc = "the webhook's name in messages and metrics"},
    {.name = "url",           .type = KEY_OWN, .read = conf_sender_read_url, .sub = conf_secret_keys, .accepts = "an http or https URL, or {file: PATH}, or {credential: NAME}", .schema = "{\"anyOf\": [{\"type\": \"string\"}, %]}", .doc = "the URL to post to; its path is never logged"},
    {.name = "mail",          .type = KEY_OWN, .read = conf_mail_read, .sub = conf_mail_keys, .accepts = "a mapping of server, from, to, user, password", .schema = "%", .doc = "send mail, a text for people: a rule's alerts together, unless `group` says otherwise"},
    {.name = "mqtt",          .type = KEY_OWN, .read = conf_mqtt_read_webhook, .accepts = "a URL of an MQTT broker and a topic, such as \"mqtts://broker.example.org:8883/lookoutd/{rule}/{mmsi}\"", .doc = "publish to this MQTT broker with QoS 1: delivered is what the broker acknowledges. The path is the topic, with the fields {rule}, {type}, {mmsi}, {severity} and {site}, whose values lose the characters / + #. Also mqtt, ws and wss; mqtt and ws are not encrypted"},
    {.name = "topic",         .type = KEY_TEXT, HOOK(mqtt.topic), .check = conf_mqtt_topic_fault, .accepts = "a topic such as \"lookoutd/{rule}/{mmsi}\"", .otherwise = "the path of the URL", .doc = "mqtt: the topic; needed with ws and wss, whose path is that of the WebSocket"},
    {.name = "retain",        .type = KEY_FLAG, HOOK(mqtt.is_retained), .initial = "false", .doc = "mqtt: the broker keeps the last message of each topic for those who subscribe later"},
    CONF_MQTT_KEYS(conf_webhook, mqtt, "mqtt: "),
    {.name = "secret",        .type = KEY_OWN, .read = conf_secret_read_keys, .least = 1, .most = 8, .sub = conf_secret_keys, .accepts = "{file: PATH} or {credential: NAME}, or a list of them", .schema = "{\"anyOf\": [%, {\"type\": \"array\", \"items\": %}]}", .doc = "the secret whsec_<base64> that signs each request; a list while secrets rotate; without it requests are not signed"},
    {.name = "authorization", .type = KEY_OWN, .read = conf_secret_read_authorization, .sub = conf_authorization_keys, .accepts = "a mapping of scheme and file or credential", .schema = "%", .doc = "the Authorization header"},
    {.name = "headers",       CONF_PEER_HEADERS, .read = headers_read, .doc = "further HTTP headers"},
    {.name = "format",        .type = KEY_WORD, HOOK(format), .words = format_words, .initial = "cloudevents", .doc = "the format of the body"},
    {.name = "body",          .type = KEY_TEXT, HOOK(body), .least = 1, .most = 65536, .accepts = "a text of 1 to 65536 bytes with fields such as {summary}", .doc = "a text with fields for the body, instead of a format"},
    {.name = "content_type",  .type = KEY_TEXT, HOOK(content_type), .check = content_type_fault, .accepts = "a media type such as text/plain", .otherwise = "application/json", .doc = "the media type of `body`; values are escaped for it"},
    {.name = "group",         .type = KEY_OWN, .read = group_read, .sub = group_keys, .accepts = "a mapping such as {by: [rule, zone], wait: 10s, interval: 5min}", .schema = "%", .otherwise = "of mail: {by: [rule], wait: 1min, interval: 15min}", .doc = "send several alerts in one request; without this key each alert has its own request, except by mail"},
    {.name = "rules",         .type = KEY_OWN, .read = rules_read, .least = 1, .accepts = "a list of rule ids", .otherwise = "all", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}", .doc = "the rules whose alerts are sent"},
    {.name = "min_severity",  .type = KEY_WORD, HOOK(min_severity), .words = severity_words, .initial = "info", .doc = "the lowest severity that is sent"},
    {.name = "order",         .type = KEY_WORD, HOOK(ordered), .words = order_words, .initial = "vessel", .doc = "vessel: the alerts of a vessel are sent in order, one after the other; none: in any order"},
    {.name = "in_flight",     .type = KEY_INTEGER, HOOK(in_flight), .least = 1, .most = 256, .initial = "8", .doc = "how many requests may be under way at a time"},
    {.name = "timeout",       .type = KEY_DURATION, HOOK(timeout_ms), .least = SECOND_MS, .most = 10 * MINUTE_MS, .initial = "15s", .doc = "the time limit of one attempt"},
    {.name = "retry",         .type = KEY_OWN, .read = retry_read, .least = 1, .most = RETRY_WAITS_MAX, .accepts = "a list of 1 to 32 durations, such as [5s, 1min, 1h]", .initial = "[5s, 30s, 2min, 5min, 15min, 1h, 2h, 5h, 10h]", .schema = "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 32, \"items\": {\"type\": \"string\"}}", .doc = "the waits between attempts; the last one repeats until retry_for"},
    {.name = "retry_for",     .type = KEY_DURATION, HOOK(retry.retry_for_ms), .least = SECOND_MS, .most = 365.0 * DAY_MS, .initial = "76h", .doc = "after this time an alert is given up: see `alerts --dead`"},
    {.name = "allow_private", .type = KEY_FLAG, HOOK(allow_private), .initial = "false", .doc = "true: the host's name may resolve to a private address; a private address in the URL itself is always allowed"},
    CONF_PEER_TLS_KEYS(conf_webhook, tls, ""),
    {0},
};
static const char *const reserved_headers[] = {
    "authorization", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade", "webhook-id", "webhook-signature", "webhook-timestamp", NULL,
};
/* clang-format on */

static void headers_read(struct conf_reader *r, const struct conf_node *node,
                         const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    conf_peer_read_headers(r, node, key, reserved_headers, &webhook->headers);
}

static void rules_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    struct conf_texts texts = {0};
    if (!conf_value_read_texts(r, node, key, &texts))
        return;
    webhook->rules = texts.items;
    webhook->rule_count = texts.count;
    for (size_t i = 0; i < node->count; i++)
        conf_rules_check_id(r, node->items[i], texts.items[i]);
}

static void retry_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    static const struct key wait = {
        .type = KEY_DURATION, .least = 100, .most = 7.0 * DAY_MS};
    struct retry_conf *retry = &((struct conf_webhook *)base)->retry;
    if (!conf_value_is_list(r, node, key))
        return;
    retry->wait_count = 0;
    for (size_t i = 0; i < node->count; i++)
        if (conf_value_read(r, node->items[i], &wait,
                            &retry->waits_ms[retry->wait_count]))
            retry->wait_count++;
}

/* --- body templates, grouping --- */

static const char *content_type_fault(const void *member)
{
    const char *text = member;
    char type[80];
    text_copy(type, sizeof type, text);
    type[strcspn(type, "; ")] = '\0';
    char *slash = strchr(type, '/');
    if (slash != NULL)
        *slash = '\0';
    bool is_good = slash != NULL && conf_secret_is_token(type) &&
                   conf_secret_is_token(slash + 1) && conf_secret_is_header_value(text) &&
                   strlen(text) < sizeof type;
    return is_good ? NULL : "is not a media type";
}

/* The names of all fields, for a report. */
struct field_names {
    char (*items)[TEMPLATE_NAME_BYTES]; /* owned */
    size_t count, room;
};

static int add_field_name(void *context, const char *name)
{
    struct field_names *all = context;
    if (array_grow(&all->items, &all->room, all->count + 1, sizeof *all->items) != 0)
        return ERR_NOMEM;
    snprintf(all->items[all->count++], sizeof *all->items, "%s", name);
    return 0;
}

static void error_unknown_field(struct conf_reader *r, const struct conf_node *body,
                                const char *name)
{
    struct field_names all = {0};
    if (template_field_each_name(add_field_name, &all) != 0)
        conf_report_nomem(r);
    const char **names = conf_memory_alloc(r, all.count, sizeof *names);
    struct conf_names known = {.what = "field", .names = names, .count = all.count};
    for (size_t i = 0; i < all.count && names != NULL; i++)
        names[i] = all.items[i];
    if (names != NULL)
        conf_accepts_error_unknown(r, body, name, &known);
    free(names);
    free(all.items);
}

static void check_body(struct conf_reader *r, const struct conf_node *node,
                       struct conf_webhook *webhook)
{
    const struct conf_node *body = conf_yaml_node_get(node, "body");
    const struct conf_node *format = conf_yaml_node_get(node, "format");
    const struct conf_node *type = conf_yaml_node_get(node, "content_type");
    char name[TEMPLATE_NAME_BYTES];
    struct err err = {0};
    if (body == NULL && type != NULL)
        conf_report_error_key(r, type, NULL, "describes `body`, but there is no `body`");
    if (body != NULL && format != NULL)
        conf_report_error_key(r, format, "one of them", "does not go with `body`");
    if (webhook->body == NULL)
        return;
    if (webhook->content_type == NULL && type == NULL)
        webhook->content_type = conf_memory_copy(r, "application/json");
    if (webhook->content_type == NULL)
        return;
    int rc = template_check(webhook->body, template_kind_of(webhook->content_type), name,
                            &err);
    if (rc == ERR_NOT_FOUND)
        error_unknown_field(r, body, name);
    else if (rc == ERR_SYNTAX)
        conf_report_error(r, body, "JSON, or another content_type",
                          "the result would not be JSON: %s", err.text);
    else if (rc != 0)
        conf_report_nomem(r);
}

static void group_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    webhook->group.is_on = true;
    (void)conf_keys_read(r, node, key->sub, webhook);
}

/* --- one webhook, all webhooks --- */

/* The webhook's texts. Each is owned, and wiped because most are secret. */
/* clang-format off */
static const size_t texts[] = {
    offsetof(struct conf_webhook, id),            offsetof(struct conf_webhook, url),
    offsetof(struct conf_webhook, authorization), offsetof(struct conf_webhook, body),
    offsetof(struct conf_webhook, content_type),  offsetof(struct conf_webhook, tls.ca_file),
    offsetof(struct conf_webhook, tls.client_cert), offsetof(struct conf_webhook, tls.client_key),
    offsetof(struct conf_webhook, mail.from),     offsetof(struct conf_webhook, mail.to),
    offsetof(struct conf_webhook, mail.user),     offsetof(struct conf_webhook, mail.password),
    offsetof(struct conf_webhook, mqtt.user),     offsetof(struct conf_webhook, mqtt.password.text),
    offsetof(struct conf_webhook, mqtt.client_id), offsetof(struct conf_webhook, mqtt.topic)
};
/* clang-format on */
enum { TEXTS = sizeof texts / sizeof texts[0] };

static char **text_at(struct conf_webhook *w, size_t i)
{
    return (char **)(void *)((char *)w + texts[i]);
}

void conf_webhook_finish(struct conf_webhook *w)
{
    for (size_t i = 0; i < TEXTS; i++) {
        char *text = *text_at(w, i);
        conf_memory_wipe_free(text, text != NULL ? strlen(text) : 0);
    }
    for (size_t i = 0; i < w->secret_count && w->secrets != NULL; i++)
        keymem_free(w->secrets[i].text, w->secrets[i].length + 1);
    free(w->secrets);
    conf_peer_finish_headers(&w->headers);
    conf_memory_texts_free(w->rules, w->rule_count);
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
        to->secrets[i].text = keymem_alloc(secret->length + 1);
        if (to->secrets[i].text == NULL)
            return ERR_NOMEM;
        memcpy(to->secrets[i].text, secret->text, secret->length);
        to->secrets[i].length = secret->length;
        to->secret_count++;
    }
    return to->secrets != NULL ? 0 : ERR_NOMEM;
}

int conf_webhook_copy(const struct conf_webhook *from, struct conf_webhook *ret_to)
{
    struct conf_webhook to = *from;
    for (size_t i = 0; i < TEXTS; i++)
        *text_at(&to, i) = NULL;
    to.in_flight = from->in_flight > 0 ? from->in_flight : 1;
    to.secrets = NULL;
    to.headers = (struct conf_headers){0};
    to.rules = NULL;
    to.secret_count = to.rule_count = 0;
    int rc = 0;
    for (size_t i = 0; i < TEXTS && rc == 0; i++)
        rc = copy_text_to(*(char *const *)(const void *)((const char *)from + texts[i]),
                          text_at(&to, i));
    if (rc == 0)
        rc = copy_secrets(from, &to);
    if (rc == 0)
        rc = conf_peer_copy_headers(&from->headers, &to.headers);
    if (rc == 0)
        *ret_to = to;
    else
        conf_webhook_finish(&to);
    return rc;
}

/* A hash of the text of the webhook and of its secrets. */
static uint64_t webhook_definition(const struct conf_node *node,
                                   const struct conf_webhook *w)
{
    uint64_t h = conf_yaml_hash_node(node);
    h = hash_text(w->url != NULL ? w->url : "", h);
    h = hash_text(w->mqtt.password.text != NULL ? w->mqtt.password.text : "", h);
    h = hash_text(w->authorization != NULL ? w->authorization : "", h);
    h = hash_text(w->mail.password != NULL ? w->mail.password : "", h);
    for (size_t i = 0; i < w->headers.count; i++)
        h = hash_text(w->headers.items[i].value, h);
    for (size_t i = 0; i < w->secret_count; i++)
        h = hash_bytes(w->secrets[i].text, w->secrets[i].length, h);
    return h;
}

void conf_webhook_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    if (!conf_keys_read(r, node, key->sub, webhook) ||
        !conf_sender_read(r, node, webhook))
        return;
    check_body(r, node, webhook);
    conf_peer_check_tls(r, node, &webhook->tls);
    webhook->definition = webhook_definition(node, webhook);
}

bool conf_webhook_wants(const struct conf_webhook *webhook, const char *rule,
                        enum severity severity)
{
    if (rule[0] == '\0')
        return true; /* what is about no ship goes to every webhook */
    if (severity < webhook->min_severity)
        return false;
    for (size_t i = 0; i < webhook->rule_count; i++)
        if (strcmp(webhook->rules[i], rule) == 0)
            return true;
    return webhook->rule_count == 0;
}
