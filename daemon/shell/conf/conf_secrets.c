/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: read from files that others cannot read or from credentials of systemd, never
 * from the configuration itself; wiped when freed, never in a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf_int.h"

#define SECRET_BYTES_MAX ((size_t)64 << 10)

struct source {
    const struct conf_node *scheme, *file, *credential;
};
static void scheme_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void file_read_key(struct conf_reader *r, const struct conf_node *node,
                          void *base);
static void credential_read(struct conf_reader *r, const struct conf_node *node,
                            void *base);

/* clang-format off */
#define OTHER .type = CONF_TYPE_OTHER
const struct conf_key conf_secret_keys[] = {
    {"file",       OTHER, .read = file_read_key,   .accepts = "a path", .doc = "a file that others cannot read"},
    {"credential", OTHER, .read = credential_read, .accepts = "a name in $CREDENTIALS_DIRECTORY", .doc = "a credential of systemd"},
    {0},
};
const struct conf_key conf_authorization_keys[] = {
    {"scheme",     OTHER, .read = scheme_read,     .accepts = "a word, such as Bearer or Basic", .initial = "Bearer", .doc = "the word before the secret"},
    {"file",       OTHER, .read = file_read_key,   .accepts = "a path", .doc = "a file that others cannot read"},
    {"credential", OTHER, .read = credential_read, .accepts = "a name in $CREDENTIALS_DIRECTORY", .doc = "a credential of systemd"},
    {0},
};
/* clang-format on */

static void scheme_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    ((struct source *)base)->scheme = node;
}

static void file_read_key(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    ((struct source *)base)->file = node;
}

static void credential_read(struct conf_reader *r, const struct conf_node *node,
                            void *base)
{
    (void)r;
    ((struct source *)base)->credential = node;
}

/* --- where it stands --- */

bool conf_secret_is_private(struct conf_reader *r, const struct conf_node *node,
                            const char *path)
{
    char quoted[CONF_QUOTE_BYTES];
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & (S_IROTH | S_IWOTH)) == 0)
        return true;
    conf_error(r, node, "a file of mode 0600 or 0640",
               "%s is a secret that others can %s (mode %04o)", conf_quote(path, quoted),
               st.st_mode & S_IROTH ? "read" : "write", (unsigned)(st.st_mode & 07777));
    return false;
}

static bool credential_is_name(struct conf_reader *r, const struct conf_node *node,
                               const char *name)
{
    char quoted[CONF_QUOTE_BYTES];
    if (name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
        strlen(name) < 256)
        return true;
    conf_error(r, node, "the name of a credential in $CREDENTIALS_DIRECTORY",
               "%s is no name of a credential", conf_quote(name, quoted));
    return false;
}

static char *credential_path(struct conf_reader *r, const struct conf_node *node,
                             const char *name)
{
    char quoted[CONF_QUOTE_BYTES];
    const char *directory = r->context->credentials_directory;
    if (directory == NULL || directory[0] == '\0') {
        conf_error(r, node, "LoadCredential= in the service, or {file: PATH}",
                   "there is no $CREDENTIALS_DIRECTORY to read %s from",
                   conf_quote(name, quoted));
        return NULL;
    }
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = conf_alloc(r, size, 1);
    if (path != NULL)
        snprintf(path, size, "%s/%s", directory, name);
    return path;
}

static void take_line(struct conf_reader *r, const struct conf_node *node,
                      const struct buf *text, struct conf_secret *ret_secret)
{
    size_t n = text->length;
    while (n > 0 && (text->data[n - 1] == '\n' || text->data[n - 1] == '\r'))
        n--;
    if (n == 0) {
        conf_error(r, node, NULL, "the secret is empty");
        return;
    }
    ret_secret->text = conf_alloc(r, n + 1, 1);
    if (ret_secret->text == NULL)
        return;
    memcpy(ret_secret->text, text->data, n);
    ret_secret->length = n;
}

static bool read_path(struct conf_reader *r, const struct conf_node *node,
                      const char *path, struct conf_secret *ret_secret)
{
    struct buf text = {0};
    ret_secret->text = NULL;
    if (conf_secret_is_private(r, node, path) &&
        conf_file_read(r, node, path, SECRET_BYTES_MAX, &text))
        take_line(r, node, &text, ret_secret);
    char *bytes = text.data;
    size_t n = text.capacity;
    buf_init(&text);
    conf_wipe_free(bytes, n);
    return ret_secret->text != NULL;
}

/* stand_in: what is taken for the secret when secrets are not read. */
static bool source_read(struct conf_reader *r, const struct conf_node *node,
                        const struct conf_key *keys, const char *stand_in,
                        struct conf_secret *ret_secret)
{
    struct source source = {0};
    const char *name = NULL;
    if (node->kind != CONF_NODE_MAPPING) {
        conf_error(r, node, "{file: PATH} or {credential: NAME}",
                   "a secret does not stand in the configuration itself");
        return false;
    }
    size_t errors = r->faults.errors;
    (void)conf_read_mapping(r, node, keys, &source);
    if (errors != r->faults.errors)
        return false;
    if ((source.file == NULL) == (source.credential == NULL)) {
        conf_error(r, node, "{file: PATH} or {credential: NAME}",
                   "one of file and credential is needed");
        return false;
    }
    const struct conf_node *from = source.file != NULL ? source.file : source.credential;
    if (!conf_text(r, from, from == source.file ? "a path" : "a name", &name))
        return false;
    if (from == source.credential && !credential_is_name(r, from, name))
        return false;
    if (r->context->without_secrets) {
        ret_secret->text = conf_copy(r, stand_in);
        ret_secret->length = strlen(stand_in);
        return ret_secret->text != NULL;
    }
    char *path =
        from == source.file ? conf_path_shown(r, name) : credential_path(r, from, name);
    bool is_good = path != NULL && read_path(r, from, path, ret_secret);
    free(path);
    return is_good;
}

bool conf_secret_read(struct conf_reader *r, const struct conf_node *node,
                      const char *stand_in, struct conf_secret *ret_secret)
{
    return source_read(r, node, conf_secret_keys, stand_in, ret_secret);
}

/* --- what it is --- */

static int base64_value(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
    return at != NULL ? (int)(at - alphabet) : -1;
}

/* RFC 4648 section 4, padding required; the length, or 0 when it is none. */
static size_t base64_decode(const char *text, unsigned char *ret_bytes, size_t size)
{
    size_t n = strlen(text), length = 0, pad = 0;
    if (n == 0 || n % 4 != 0 || n / 4 * 3 > size)
        return 0;
    pad = text[n - 1] != '=' ? 0 : text[n - 2] != '=' ? 1 : 2;
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        int value = i >= n - pad ? 0 : base64_value(text[i]);
        if (value < 0)
            return 0;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 3)
            continue;
        ret_bytes[length++] = (unsigned char)(bits >> 16);
        ret_bytes[length++] = (unsigned char)(bits >> 8);
        ret_bytes[length++] = (unsigned char)bits;
        bits = 0;
    }
    return length - pad;
}

static bool add_secret(struct conf_reader *r, const struct conf_node *node,
                       struct conf_webhook *webhook)
{
    unsigned char bytes[128];
    struct conf_secret text = {0}, *secret = &webhook->secrets[webhook->secret_count];
    /* 24 bytes, all zero */
    if (!conf_secret_read(r, node, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &text))
        return false;
    size_t n = 0;
    if (strncmp(text.text, "whsec_", 6) == 0)
        n = base64_decode(text.text + 6, bytes, sizeof bytes);
    conf_wipe_free(text.text, text.length);
    if (n < 24 || n > 64) {
        conf_error(r, node, "whsec_ and the base64 of 24 to 64 bytes",
                   "what stands there is no secret");
        return false;
    }
    secret->text = conf_alloc(r, n + 1, 1);
    if (secret->text == NULL)
        return false;
    memcpy(secret->text, bytes, n);
    secret->length = n;
    webhook->secret_count++;
    volatile unsigned char *wipe = bytes;
    for (size_t i = 0; i < sizeof bytes; i++)
        wipe[i] = 0;
    return true;
}

void conf_secrets_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct conf_webhook *webhook = base;
    size_t count = node->kind == CONF_NODE_LIST ? node->count : 1;
    if (node->kind == CONF_NODE_LIST && !conf_is_list(r, node, 1, CONF_SECRET_ACCEPTS))
        return;
    if (count > 8) {
        conf_error(r, node, "at most 8", "%zu secrets at a time", count);
        return;
    }
    webhook->secrets = conf_alloc(r, count, sizeof *webhook->secrets);
    for (size_t i = 0; i < count && webhook->secrets != NULL; i++)
        (void)add_secret(r, node->kind == CONF_NODE_LIST ? node->items[i] : node,
                         webhook);
}

/* RFC 9110 section 5.6.2. */
bool conf_is_token(const char *text)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    if (*text == '\0' || strlen(text) > 128)
        return false;
    for (; *text != '\0'; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
              (*text >= '0' && *text <= '9') || strchr(marks, *text) != NULL))
            return false;
    return true;
}

bool conf_is_header_value(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    return true;
}

void conf_authorization_read(struct conf_reader *r, const struct conf_node *node,
                             void *base)
{
    static const char accepts[] = "{scheme: Bearer, file: PATH} or {scheme: Bearer, "
                                  "credential: NAME}";
    struct conf_webhook *webhook = base;
    struct conf_secret secret = {0};
    const char *scheme = "Bearer";
    if (!conf_is_mapping(r, node, accepts))
        return;
    const struct conf_node *given = conf_node_get(node, "scheme");
    if (given != NULL && conf_text(r, given, "a word, such as Bearer", &scheme) &&
        !conf_is_token(scheme))
        conf_error(r, given, "a word, such as Bearer", "is not a scheme");
    if (!source_read(r, node, conf_authorization_keys, "not-read", &secret))
        return;
    if (!conf_is_header_value(secret.text)) {
        conf_error(r, node, "one line of printable ASCII",
                   "the secret cannot stand in a header");
    } else if (webhook->authorization == NULL) {
        size_t size = strlen(scheme) + secret.length + 2;
        webhook->authorization = conf_alloc(r, size, 1);
        if (webhook->authorization != NULL)
            snprintf(webhook->authorization, size, "%s %s", scheme, secret.text);
    }
    conf_wipe_free(secret.text, secret.length);
}
