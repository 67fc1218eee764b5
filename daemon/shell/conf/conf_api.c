/* SPDX-License-Identifier: Apache-2.0 */
/* api: the address, who may ask, how browsers reach the page, and what its map shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_address.h"
#include "conf_int.h"
#include "lookout/base/units.h"

enum { TOKEN_LEAST = 20, TOKEN_MOST = 256 };

static conf_read api_listen_read, token_read, view_read;
static const char *origin_fault(const void *text);
static const char *tiles_fault(const void *text);

/* clang-format off */
static const char *const may_words[] = {"read", "acknowledge", NULL};

#define API(member) KEY_AT(conf, api.member)
static const struct key tiles_keys[] = {
    {.name = "url",         .type = KEY_TEXT, API(tiles_url), .check = tiles_fault, .is_required = true, .accepts = "an http or https URL with {z}, {x} and {y}", .doc = "the URL of a tile; the browser fetches it, the daemon does not"},
    {.name = "attribution", .type = KEY_TEXT, API(tiles_attribution), .least = 1, .most = 256, .doc = "whose map it is; shown as text"},
    {.name = "max_zoom",    .type = KEY_INTEGER, API(tiles_max_zoom), .least = 1, .most = 24, .initial = "18", .doc = "the closest zoom that has tiles"},
    {0},
};
static const struct key token_keys[] = {
    {.name = "id",         .type = KEY_ID, KEY_AT(conf_token, id), .is_required = true, .is_unique = true, .doc = "the name under which its bearer acknowledges"},
    {.name = "may",        .type = KEY_WORD, KEY_AT(conf_token, may), .words = may_words, .initial = "read", .doc = "what its bearer may do: read, or also acknowledge alerts and mute"},
    {.name = "file",       .type = KEY_FILE, KEY_AT(conf_token, file), .accepts = "a path", .doc = "a file that other users cannot read; in it 20 to 256 printable characters without blanks"},
    {.name = "credential", .type = KEY_TEXT, KEY_AT(conf_token, credential), .least = 1, .most = 255, .accepts = "the name of a credential in $CREDENTIALS_DIRECTORY", .doc = "the name of a systemd credential with the same"},
    {0},
};
const struct key conf_api_keys[] = {
    {.name = "listen",   .type = KEY_OWN, .read = api_listen_read, .is_required = true, .accepts = "\"address:port\", such as \"127.0.0.1:8047\"", .doc = "address and port of /metrics, /healthz, /readyz, the page at / and the query API at /api/v1; beyond loopback without tokens only the first three are served"},
    {.name = "page",     .type = KEY_FLAG, API(has_page), .initial = "true", .doc = "whether the page is served"},
    {.name = "query",    .type = KEY_FLAG, API(has_query), .initial = "true", .doc = "whether the query API is served; the page needs it"},
    {.name = "origin",   .type = KEY_TEXTS, KEY_LIST_AT(conf, api.origins, api.origin_count), .least = 1, .most = 16, .check = origin_fault, .accepts = "a list of http or https URLs without a query, such as \"https://watch.example.org/lookout\"", .otherwise = "listen's own address, and localhost", .doc = "how browsers reach the page through a proxy; the first https one also makes the default of link"},
    {.name = "tokens",   .type = KEY_LIST, KEY_LIST_AT(conf, api.tokens, api.token_count), .least = 1, .most = 256, .read = token_read, .sub = token_keys, .accepts = "a list of tokens", .otherwise = "nobody beyond loopback, everyone on it", .doc = "who may ask"},
    {.name = "streams",  .type = KEY_INTEGER, API(streams), .least = 1, .most = 256, .initial = "32", .doc = "live streams at a time"},
    {.name = "view",     .type = KEY_OWN, .read = view_read, .accepts = "a list [west, south, east, north] in degrees", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"number\"}, \"minItems\": 4, \"maxItems\": 4}", .otherwise = "what zones and watched ports span", .doc = "the opening view of the map"},
    {.name = "tiles",    .type = KEY_MAPPING, .sub = tiles_keys, .otherwise = "the built-in coast alone", .doc = "a map of tiles beneath the vessels"},
    {0},
};
/* clang-format on */

static const char *url_host(const char *url)
{
    if (strncmp(url, "https://", 8) == 0)
        return url + 8;
    return strncmp(url, "http://", 7) == 0 ? url + 7 : NULL;
}

static bool is_url_text(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text > '~' ||
            strchr("\"<>\\^`|", *text) != NULL)
            return false;
    return true;
}

static bool has_good_host(const char *host)
{
    char name[CONF_HOST_BYTES];
    uint16_t port = 0;
    return conf_address_split(host, strcspn(host, "/"), name, &port) &&
           (conf_address_is_ip(name) || conf_address_is_host(name));
}

static const char *origin_fault(const void *text)
{
    const char *host = url_host(text);
    bool is_good = host != NULL && is_url_text(text) && strpbrk(text, "?#{}@") == NULL &&
                   has_good_host(host);
    return is_good ? NULL : "is not an origin";
}

static const char *tiles_fault(const void *text)
{
    const char *host = url_host(text);
    bool is_good = host != NULL && is_url_text(text) && strstr(text, "{z}") != NULL &&
                   strstr(text, "{x}") != NULL && strstr(text, "{y}") != NULL &&
                   has_good_host(host);
    return is_good ? NULL : "is not a URL of tiles";
}

static void api_listen_read(struct conf_reader *r, const struct conf_node *node,
                            const struct key *key, void *base)
{
    struct conf *conf = base;
    if (conf_address_read(r, node, key, &conf->api.address, &conf->api.port))
        conf->api.is_loopback = conf_address_is_loopback(conf->api.address);
}

static void view_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct conf *conf = base;
    double view[4] = {0};
    bool is_good = node->kind == CONF_NODE_LIST && node->count == 4;
    for (size_t i = 0; i < 4 && is_good; i++) {
        const char *text = node->items[i]->text;
        is_good = text != NULL && units_parse_number(text, strlen(text), &view[i]) == 0 &&
                  view[i] >= (i % 2 == 0 ? -180 : -90) &&
                  view[i] <= (i % 2 == 0 ? 180 : 90);
    }
    if (!is_good || view[1] >= view[3]) {
        conf_accepts_error_value(r, node, key, "is not a view");
        return;
    }
    memcpy(conf->api.view, view, sizeof view);
    conf->api.has_view = true;
}

/* --- tokens --- */

static bool is_token_text(const char *text)
{
    size_t n = strlen(text);
    for (const char *s = text; *s != '\0'; s++)
        if (*s <= ' ' || *s > '~')
            return false;
    return n >= TOKEN_LEAST && n <= TOKEN_MOST;
}

static void token_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    struct conf_token *token = base;
    size_t errors = r->faults.errors;
    if (!conf_keys_read(r, node, key->sub, token) || r->faults.errors != errors)
        return;
    if (!conf_secret_take(r, node, token->file, token->credential, &token->secret))
        return;
    if (!r->context->without_secrets && !is_token_text(token->secret.text))
        conf_report_error(r, node, "20 to 256 printable characters without blanks",
                          "the secret is not a token");
}

static void check_same_tokens(struct conf_reader *r, const struct conf_node *node)
{
    const struct conf_api *api = &r->conf->api;
    for (size_t i = 0; i < api->token_count && !r->context->without_secrets; i++)
        for (size_t j = 0; j < i; j++)
            if (api->tokens[i].secret.text != NULL &&
                api->tokens[j].secret.text != NULL &&
                strcmp(api->tokens[i].secret.text, api->tokens[j].secret.text) == 0)
                conf_report_error(r, node, NULL,
                                  "tokens %s and %s are the same: who acknowledges could "
                                  "not be told",
                                  api->tokens[j].id, api->tokens[i].id);
}

void conf_api_check(struct conf_reader *r, const struct conf_node *node)
{
    const struct conf_api *api = &r->conf->api;
    const struct conf_node *listen = conf_yaml_node_get(node, "listen");
    bool has_https = false;
    for (size_t i = 0; i < api->origin_count; i++)
        has_https = has_https || strncmp(api->origins[i], "https://", 8) == 0;
    check_same_tokens(r, node);
    if (api->address == NULL || listen == NULL || api->is_loopback)
        return;
    if (api->token_count == 0)
        conf_report_warning(r, listen,
                            "%s is not loopback and there are no tokens: only /metrics, "
                            "/healthz and /readyz are served, and anyone who can reach "
                            "them can read them",
                            api->address);
    else if (!has_https)
        conf_report_warning(
            r, listen,
            "tokens reach %s in the clear: put a proxy with TLS before it "
            "and name its https URL under origin",
            api->address);
}

/* "https://host/path/#vessel={mmsi}" */
char *conf_api_link(struct conf_reader *r)
{
    const struct conf_api *api = &r->conf->api;
    for (size_t i = 0; i < api->origin_count; i++) {
        const char *origin = api->origins[i];
        size_t n = strlen(origin);
        if (strncmp(origin, "https://", 8) != 0 || !api->has_page || !api->has_query)
            continue;
        char *link = conf_memory_alloc(r, n + 32, 1);
        if (link != NULL)
            snprintf(link, n + 32, "%s%s#vessel={mmsi}", origin,
                     origin[n - 1] == '/' ? "" : "/");
        return link;
    }
    return NULL;
}

/* --- in words --- */

static void print_tokens(const struct conf_api *api, bool may_acknowledge, FILE *out)
{
    const char *before = "";
    for (size_t i = 0; i < api->token_count; i++)
        if (!may_acknowledge || api->tokens[i].may == CONF_MAY_ACKNOWLEDGE) {
            fprintf(out, "%s%s", before, api->tokens[i].id);
            before = ", ";
        }
    fputs(before[0] == '\0' ? "nobody" : "", out);
}

void conf_api_describe(const struct conf_api *api, FILE *out)
{
    if (api->address == NULL)
        return;
    bool is_closed = !api->has_query || (!api->is_loopback && api->token_count == 0);
    fprintf(out, strchr(api->address, ':') != NULL ? "api: [%s]:%u\n" : "api: %s:%u\n",
            api->address, (unsigned)api->port);
    fputs("    /metrics, /healthz, /readyz: everyone who reaches it\n", out);
    if (is_closed) {
        fputs("    nothing else is served\n", out);
        return;
    }
    fprintf(out, "    the %s", api->has_page ? "page and the query API" : "query API");
    if (api->token_count == 0) {
        fputs(": everyone on this machine may read and acknowledge\n", out);
        return;
    }
    fputs(": ", out);
    print_tokens(api, false, out);
    fputs(" may read, ", out);
    print_tokens(api, true, out);
    fputs(" may acknowledge", out);
    fputs(api->is_loopback ? ", from this machine" : ", from everywhere that reaches it",
          out);
    for (size_t i = 0; i < api->origin_count; i++)
        fprintf(out, "%s%s", i == 0 ? " and through " : ", ", api->origins[i]);
    fputc('\n', out);
}

void conf_api_finish(struct conf_api *api)
{
    for (size_t i = 0; i < api->token_count; i++) {
        struct conf_token *t = &api->tokens[i];
        conf_memory_wipe_free(t->secret.text, t->secret.length);
        free(t->id);
        free(t->file);
        free(t->credential);
    }
    free(api->tokens);
    conf_memory_texts_free(api->origins, api->origin_count);
    free(api->address);
    free(api->tiles_url);
    free(api->tiles_attribution);
}
