/* SPDX-License-Identifier: Apache-2.0 */
/* webhooks: mail, the receivers of mail and the server that takes it. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "conf_peer.h"
#include "lookout/base/time.h"

static conf_read mail_server_read, mail_to_read, mail_password_read;
static const char *mail_address_fault(const void *text);

enum { ADDRESS_MOST = 254, USER_MOST = 255 }; /* RFC 5321 4.5.3.1 */
#define ADDRESS_ACCEPTS "an address of mail, such as duty@example.org"

/* clang-format off */
#define HOOK(member) KEY_AT(conf_webhook, member)
const struct key conf_mail_keys[] = {
    {.name = "server",   .type = KEY_OWN, .read = mail_server_read, .is_required = true, .accepts = "smtps://HOST, or smtp://HOST with STARTTLS, with a port behind it as needed", .doc = "the server that takes the mail, over TLS always: smtps (port 465) from the first byte, smtp (port 587) by STARTTLS, without which nothing is sent"},
    {.name = "from",     .type = KEY_TEXT, HOOK(mail.from), .is_required = true, .check = mail_address_fault, .accepts = ADDRESS_ACCEPTS, .doc = "the sender"},
    {.name = "to",       .type = KEY_OWN, .read = mail_to_read, .is_required = true, .least = 1, .most = 100, .accepts = "a list of addresses, such as [duty@example.org]", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1, \"maxItems\": 100}", .doc = "the receivers; the mail is delivered when the server takes it for one of them"},
    {.name = "user",     .type = KEY_TEXT, HOOK(mail.user), .least = 1, .most = USER_MOST, .doc = "the name to log in with"},
    {.name = "password", .type = KEY_OWN, .read = mail_password_read, .sub = conf_secret_keys, .accepts = "{file: PATH} or {credential: NAME}", .schema = "%", .doc = "the password of `user`"},
    {0},
};
/* clang-format on */

static const char *mail_address_fault(const void *member)
{
    const char *text = member, *at = strchr(text, '@');
    size_t n = strlen(text);
    bool is_good =
        at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL;
    for (const char *s = text; *s != '\0'; s++) /* no blanks, no line breaks, no lists */
        is_good = is_good && *s > ' ' && *s <= '~' && strchr("<>()[]\\,;:\"", *s) == NULL;
    return is_good && n <= ADDRESS_MOST ? NULL : "is not an address of mail";
}

static void mail_server_read(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    static const struct conf_scheme schemes[] = {
        {"smtps", 465, true}, {"smtp", 587, false}, {0}};
    struct conf_webhook *webhook = base;
    struct conf_url url = {0};
    const char *text = NULL;
    if (!conf_value_text(r, node, key, &text))
        return;
    const char *fault = conf_peer_parse_url(text, schemes, &url);
    if (fault == NULL && url.path[0] != '\0' && strcmp(url.path, "/") != 0)
        fault = "has a path, which a server of mail has not";
    if (fault != NULL) {
        conf_accepts_error_value(r, node, key, "%s", fault);
        return;
    }
    conf_memory_set(r, &webhook->url, text);
    conf_address_judge(r, node, url.host);
}

/* "a@example.org, b@example.org" */
static void mail_to_read(struct conf_reader *r, const struct conf_node *node,
                         const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    struct conf_texts texts = {0};
    struct buf all = {0};
    int rc = 0;
    if (!conf_value_read_texts(r, node, key, &texts))
        return;
    for (size_t i = 0; i < texts.count && rc == 0; i++) {
        const struct key one = {.type = KEY_TEXT, .accepts = ADDRESS_ACCEPTS};
        const char *fault = mail_address_fault(texts.items[i]);
        if (fault != NULL)
            conf_accepts_error_text(r, node->items[i], &one, "%s", fault);
        rc = buf_printf(&all, "%s%s", i > 0 ? ", " : "", texts.items[i]);
    }
    if (rc == 0)
        webhook->mail.to = buf_take(&all);
    if (webhook->mail.to == NULL)
        conf_report_nomem(r);
    buf_finish(&all);
    conf_memory_texts_free(texts.items, texts.count);
}

static void mail_password_read(struct conf_reader *r, const struct conf_node *node,
                               const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    struct conf_secret secret = {0};
    (void)key;
    if (!conf_secret_read(r, node, "not-read", &secret))
        return;
    webhook->mail.password = conf_memory_copy(r, secret.text);
    conf_memory_wipe_free(secret.text, secret.length);
}

void conf_mail_read(struct conf_reader *r, const struct conf_node *node,
                    const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    if (!conf_keys_read(r, node, key->sub, webhook))
        return;
    const struct conf_node *user = conf_yaml_node_get(node, "user");
    const struct conf_node *password = conf_yaml_node_get(node, "password");
    if ((user == NULL) != (password == NULL))
        conf_report_error_key(r, user != NULL ? user : password, "both or none",
                              "needs %s beside it", user != NULL ? "password" : "user");
}

void conf_mail_group(const struct conf_node *node, struct conf_webhook *webhook)
{
    const struct conf_node *group = conf_yaml_node_get(node, "group");
    const bool is_given = group != NULL && group->kind == CONF_NODE_MAPPING;
    webhook->group.is_on = true;
    if (!is_given || conf_yaml_node_get(group, "by") == NULL)
        webhook->group.by = 1u << CONF_GROUP_RULE;
    if (!is_given || conf_yaml_node_get(group, "wait") == NULL)
        webhook->group.wait_ms = MINUTE_MS;
    if (!is_given || conf_yaml_node_get(group, "interval") == NULL)
        webhook->group.interval_ms = 15 * MINUTE_MS;
}
