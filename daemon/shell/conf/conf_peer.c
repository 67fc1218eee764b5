/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection to a peer needs beside its address: a URL, certificates, headers. */
#include "conf_peer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "conf_int.h"
#include "lookout/base/text.h"

enum { URL_BYTES_MAX = 2048, HEADERS_MAX = 64, HEADER_BYTES_MAX = 4096 };

/* --- certificates --- */

static void check_readable(struct conf_reader *r, const struct conf_node *node,
                           const char *key, const char *path)
{
    const struct conf_node *item = conf_yaml_node_get(node, key);
    char quoted[TEXT_QUOTE_BYTES];
    bool is_key = strcmp(key, "client_key") == 0;
    if (is_key && r->context->without_secrets)
        return;
    if (item != NULL && path != NULL && access(path, R_OK) != 0)
        conf_report_error(r, item, "a PEM file that can be read", "%s cannot be read",
                          text_quote(item->text, quoted));
    else if (item != NULL && path != NULL && is_key)
        (void)conf_secret_is_private(r, item, path);
}

void conf_peer_check_tls(struct conf_reader *r, const struct conf_node *node,
                         const struct conf_tls *tls)
{
    check_readable(r, node, "ca_file", tls->ca_file);
    check_readable(r, node, "client_cert", tls->client_cert);
    check_readable(r, node, "client_key", tls->client_key);
    if ((conf_yaml_node_get(node, "client_cert") == NULL) !=
        (conf_yaml_node_get(node, "client_key") == NULL))
        conf_report_error(r, node, "both or none",
                          "client_cert and client_key must be given together");
}

/* --- headers --- */

static bool header_is_free(struct conf_reader *r, const struct conf_node *item,
                           const char *const *reserved,
                           const struct conf_headers *headers)
{
    if (!conf_secret_is_token(item->key)) {
        conf_report_error_key(r, item, "letters, digits and '-'",
                              "is not a header's name");
        return false;
    }
    for (; *reserved != NULL; reserved++)
        if (text_equal_fold(*reserved, item->key)) {
            conf_report_error_key(r, item, "any other header",
                                  "is set by lookoutd itself");
            return false;
        }
    for (size_t i = 0; i < headers->count; i++)
        if (text_equal_fold(headers->items[i].name, item->key)) {
            conf_report_error_key(r, item, NULL,
                                  "is given twice, in upper and lower case");
            return false;
        }
    return true;
}

static void read_one_header(struct conf_reader *r, const struct conf_node *item,
                            struct conf_headers *headers)
{
    static const struct key value = {.type = KEY_TEXT,
                                     .accepts = "one line of printable ASCII"};
    struct conf_header *header = &headers->items[headers->count];
    struct conf_secret secret = {0};
    const char *text = NULL;
    if (item->kind == CONF_NODE_MAPPING) {
        if (!conf_secret_read(r, item, "not-read", &secret))
            return;
        text = secret.text;
    } else if (!conf_value_text(r, item, &value, &text)) {
        return;
    }
    if (!conf_secret_is_header_value(text) || strlen(text) > HEADER_BYTES_MAX) {
        conf_accepts_error_value(r, item, &value, "cannot stand in a header");
    } else {
        header->name = conf_memory_copy(r, item->key);
        header->value = conf_memory_copy(r, text);
        headers->count++;
    }
    conf_memory_wipe_free(secret.text, secret.length);
}

void conf_peer_read_headers(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, const char *const *reserved,
                            struct conf_headers *ret_headers)
{
    if (!conf_value_is_mapping(r, node, key))
        return;
    if (node->count > HEADERS_MAX) {
        conf_report_error(r, node, NULL, "%zu headers of at most %d", node->count,
                          HEADERS_MAX);
        return;
    }
    ret_headers->items = conf_memory_alloc(r, node->count, sizeof *ret_headers->items);
    for (size_t i = 0; i < node->count && ret_headers->items != NULL; i++)
        if (!node->items[i]->is_duplicate &&
            header_is_free(r, node->items[i], reserved, ret_headers))
            read_one_header(r, node->items[i], ret_headers);
}

int conf_peer_copy_headers(const struct conf_headers *from, struct conf_headers *ret_to)
{
    struct conf_headers to = {0};
    if (from->count > 0 && (to.items = calloc(from->count, sizeof *to.items)) == NULL)
        return ERR_NOMEM;
    for (; to.count < from->count; to.count++) {
        struct conf_header *header = &to.items[to.count];
        header->name = strdup(from->items[to.count].name);
        header->value = strdup(from->items[to.count].value);
        if (header->name == NULL || header->value == NULL) {
            to.count++;
            conf_peer_finish_headers(&to);
            return ERR_NOMEM;
        }
    }
    *ret_to = to;
    return 0;
}

void conf_peer_finish_headers(struct conf_headers *headers)
{
    for (size_t i = 0; i < headers->count && headers->items != NULL; i++) {
        char *value = headers->items[i].value;
        free(headers->items[i].name);
        conf_memory_wipe_free(value, value != NULL ? strlen(value) : 0);
    }
    free(headers->items);
    *headers = (struct conf_headers){0};
}

/* --- URLs --- */

static const struct conf_scheme *find_scheme(const char *text,
                                             const struct conf_scheme *schemes)
{
    for (; schemes->name != NULL; schemes++) {
        size_t n = strlen(schemes->name);
        if (strncasecmp(text, schemes->name, n) == 0 && strncmp(text + n, "://", 3) == 0)
            return schemes;
    }
    return NULL;
}

const char *conf_peer_parse_url(const char *text, const struct conf_scheme *schemes,
                                struct conf_url *ret_url)
{
    ret_url->scheme = find_scheme(text, schemes);
    if (ret_url->scheme == NULL)
        return "the URL begins with none of the accepted schemes";
    if (strlen(text) > URL_BYTES_MAX)
        return "the URL is longer than 2048 bytes";
    for (const char *s = text; *s != '\0'; s++)
        if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}", *s) != NULL)
            return "the URL holds a character that must be percent-encoded";
    const char *host = text + strlen(ret_url->scheme->name) + 3;
    size_t n = strcspn(host, "/?#");
    if (memchr(host, '@', n) != NULL)
        return "the URL holds a user name: give it by a key of its own";
    if (strchr(host, '#') != NULL)
        return "the URL holds a fragment ('#')";
    if (!conf_address_split(host, n, ret_url->host, &ret_url->port) ||
        (!conf_address_is_ip(ret_url->host) && !conf_address_is_host(ret_url->host)))
        return "the URL's host or port is not well formed";
    if (ret_url->port == 0)
        ret_url->port = ret_url->scheme->port;
    ret_url->path = host + n;
    return NULL;
}

void conf_peer_set_path(struct conf_reader *r, const struct conf_url *url, char **path)
{
    size_t n = strlen(url->path);
    free(*path);
    *path = conf_memory_alloc(r, n + 2, 1);
    if (*path != NULL)
        snprintf(*path, n + 2, "%s%s", url->path[0] == '/' ? "" : "/", url->path);
}
