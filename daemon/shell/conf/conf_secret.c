/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: read from files that other users cannot read, or from systemd credentials,
 * never from the configuration itself; wiped when freed, never in a message. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf_int.h"
#include "lookout/base/text.h"
#include "lookout/sys/keymem.h"

#define SECRET_BYTES_MAX ((size_t)64 << 10)
enum { SECRET_LEAST = 24, SECRET_MOST = 64 }; /* bytes of what is signed with */

/* The source of a secret: a file or a credential; and the word before it in a header. */
struct source {
    char *scheme, *file, *credential; /* owned */
};
static const char *scheme_fault(const void *text);
static const char *credential_fault(const void *text);

/* clang-format off */
#define SOURCE_KEYS \
    {.name = "file",       .type = KEY_FILE, KEY_AT(source, file), .accepts = "a path", .doc = "a file that other users cannot read"}, \
    {.name = "credential", .type = KEY_TEXT, KEY_AT(source, credential), .check = credential_fault, .accepts = "the name of a credential in $CREDENTIALS_DIRECTORY", .doc = "the name of a systemd credential"}
const struct key conf_secret_keys[] = {
    SOURCE_KEYS,
    {0},
};
const struct key conf_authorization_keys[] = {
    {.name = "scheme",     .type = KEY_TEXT, KEY_AT(source, scheme), .check = scheme_fault, .initial = "Bearer", .accepts = "a word, such as Bearer or Basic", .doc = "the word before the secret"},
    SOURCE_KEYS,
    {0},
};
/* clang-format on */

static const char *scheme_fault(const void *text)
{
    return conf_secret_is_token(text) ? NULL : "is not a scheme";
}

static const char *credential_fault(const void *text)
{
    const char *name = text;
    bool is_name = name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
                   strlen(name) < 256;
    return is_name ? NULL : "is not the name of a credential";
}

/* --- the source --- */

bool conf_secret_is_private(struct conf_reader *r, const struct conf_node *node,
                            const char *path)
{
    char quoted[TEXT_QUOTE_BYTES];
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        (st.st_mode & (S_IROTH | S_IWOTH)) == 0)
        return true;
    conf_report_error(r, node, "a file of mode 0600 or 0640",
                      "%s is a secret that others can %s (mode %04o)",
                      text_quote(path, quoted), st.st_mode & S_IROTH ? "read" : "write",
                      (unsigned)(st.st_mode & 07777));
    return false;
}

static char *credential_path(struct conf_reader *r, const struct conf_node *node,
                             const char *name)
{
    char quoted[TEXT_QUOTE_BYTES];
    const char *directory = r->context->credentials_directory;
    if (directory == NULL || directory[0] == '\0') {
        conf_report_error(r, node, "LoadCredential= in the service, or {file: PATH}",
                          "credential %s is given only to the systemd service; outside "
                          "it, use --credentials DIR with a file of that name",
                          text_quote(name, quoted));
        return NULL;
    }
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = conf_memory_alloc(r, size, 1);
    if (path != NULL)
        snprintf(path, size, "%s/%s", directory, name);
    return path;
}

static void take_secret_line(struct conf_reader *r, const struct conf_node *node,
                             const struct buf *text, struct conf_secret *ret_secret)
{
    size_t n = text->length;
    while (n > 0 && (text->data[n - 1] == '\n' || text->data[n - 1] == '\r'))
        n--;
    if (n == 0) {
        conf_report_error(r, node, NULL, "the secret is empty");
        return;
    }
    ret_secret->text = conf_memory_alloc(r, n + 1, 1);
    if (ret_secret->text == NULL)
        return;
    memcpy(ret_secret->text, text->data, n);
    ret_secret->length = n;
}

static bool read_secret_path(struct conf_reader *r, const struct conf_node *node,
                             const char *path, struct conf_secret *ret_secret)
{
    struct buf text = {0};
    ret_secret->text = NULL;
    if (conf_secret_is_private(r, node, path) &&
        conf_memory_read_file(r, node, path, SECRET_BYTES_MAX, &text))
        take_secret_line(r, node, &text, ret_secret);
    char *bytes = text.data;
    size_t n = text.capacity;
    buf_init(&text);
    conf_memory_wipe_free(bytes, n);
    return ret_secret->text != NULL;
}

/* Read the secret that a source names; when secrets are not read, stand_in is used. */
static bool take_source(struct conf_reader *r, const struct conf_node *node,
                        const struct source *source, const char *stand_in,
                        struct conf_secret *ret_secret)
{
    if ((source->file == NULL) == (source->credential == NULL)) {
        conf_report_error(r, node, "{file: PATH} or {credential: NAME}",
                          "exactly one of file and credential is needed");
        return false;
    }
    if (r->context->without_secrets) {
        ret_secret->text = conf_memory_copy(r, stand_in);
        ret_secret->length = strlen(stand_in);
        return ret_secret->text != NULL;
    }
    if (source->file != NULL)
        return read_secret_path(r, conf_yaml_node_get(node, "file"), source->file,
                                ret_secret);
    const struct conf_node *name = conf_yaml_node_get(node, "credential");
    char *path = credential_path(r, name, source->credential);
    bool is_good = path != NULL && read_secret_path(r, name, path, ret_secret);
    free(path);
    return is_good;
}

static bool read_source(struct conf_reader *r, const struct conf_node *node,
                        const struct key *keys, struct source *ret_source)
{
    size_t errors = r->faults.errors;
    if (node->kind != CONF_NODE_MAPPING)
        conf_report_error(r, node, "{file: PATH} or {credential: NAME}",
                          "the configuration must not contain the secret itself");
    else
        (void)conf_keys_read(r, node, keys, ret_source);
    return errors == r->faults.errors && r->code == 0;
}

static void source_finish(struct source *source)
{
    free(source->scheme);
    free(source->file);
    free(source->credential);
}

bool conf_secret_take(struct conf_reader *r, const struct conf_node *node,
                      const char *file, const char *credential,
                      struct conf_secret *ret_secret)
{
    char stand_in[] = "not-read";
    struct source source = {0};
    if (credential != NULL && credential_fault(credential) != NULL) {
        conf_report_error(r, conf_yaml_node_get(node, "credential"),
                          "the name of a credential in $CREDENTIALS_DIRECTORY", "this %s",
                          credential_fault(credential));
        return false;
    }
    source.file = file != NULL ? conf_memory_copy(r, file) : NULL;
    source.credential = credential != NULL ? conf_memory_copy(r, credential) : NULL;
    bool is_good = r->code == 0 && take_source(r, node, &source, stand_in, ret_secret);
    source_finish(&source);
    return is_good;
}

bool conf_secret_read(struct conf_reader *r, const struct conf_node *node,
                      const char *stand_in, struct conf_secret *ret_secret)
{
    struct source source = {0};
    bool is_good = read_source(r, node, conf_secret_keys, &source) &&
                   take_source(r, node, &source, stand_in, ret_secret);
    source_finish(&source);
    return is_good;
}

/* --- what it is --- */

/* Decode base64 (RFC 4648 section 4, padding required); the length, or 0 when it is not
 * base64. */
static size_t base64_decode(const char *text, unsigned char *ret_bytes, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(text), pad = n - strspn(text, alphabet);
    if (n == 0 || n % 4 != 0 || n / 4 * 3 > size || pad > 2 ||
        strspn(text + n - pad, "=") != pad)
        return 0;
    int length = EVP_DecodeBlock(ret_bytes, (const unsigned char *)text, (int)n);
    return length > 0 ? (size_t)length - pad : 0;
}

int conf_secret_decode(const char *text, struct conf_secret *ret_secret, struct err *err)
{
    static const char prefix[] = "whsec_";
    unsigned char bytes[2 * SECRET_MOST] = {0};
    size_t n = strlen(prefix);
    int rc = 0;
    if (strncmp(text, prefix, n) != 0)
        return err_set(err, ERR_SYNTAX, "the secret does not begin with whsec_");
    n = base64_decode(text + n, bytes, sizeof bytes);
    if (n == 0)
        rc = err_set(err, ERR_SYNTAX,
                     "the text behind whsec_ is not base64, or it is too long");
    else if (n < SECRET_LEAST || n > SECRET_MOST)
        rc = err_set(err, ERR_RANGE, "the secret is too %s",
                     n < SECRET_LEAST ? "short" : "long");
    else if ((ret_secret->text = keymem_alloc(n + 1)) == NULL)
        rc = ERR_NOMEM;
    else
        memcpy(ret_secret->text, bytes, ret_secret->length = n);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return rc;
}

static void add_secret(struct conf_reader *r, const struct conf_node *node,
                       struct conf_webhook *webhook)
{
    struct conf_secret text = {0};
    struct err err = {0};
    /* 24 bytes, all zero */
    if (!conf_secret_read(r, node, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &text))
        return;
    int rc =
        conf_secret_decode(text.text, &webhook->secrets[webhook->secret_count], &err);
    conf_memory_wipe_free(text.text, text.length);
    if (rc == 0)
        webhook->secret_count++;
    else if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else
        conf_report_error(r, node, "whsec_ and the base64 of 24 to 64 bytes", "%s",
                          err.text);
}

void conf_secret_read_keys(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    bool is_list = node->kind == CONF_NODE_LIST;
    size_t count = is_list ? node->count : 1;
    if (is_list && !conf_value_is_list(r, node, key))
        return;
    webhook->secrets = conf_memory_alloc(r, count, sizeof *webhook->secrets);
    for (size_t i = 0; i < count && webhook->secrets != NULL; i++)
        add_secret(r, is_list ? node->items[i] : node, webhook);
}

/* RFC 9110 section 5.6.2. */
bool conf_secret_is_token(const char *text)
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

bool conf_secret_is_header_value(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    return true;
}

void conf_secret_read_authorization(struct conf_reader *r, const struct conf_node *node,
                                    const struct key *key, void *base)
{
    struct conf_webhook *webhook = base;
    struct conf_secret secret = {0};
    struct source source = {0};
    if (!read_source(r, node, key->sub, &source) ||
        !take_source(r, node, &source, "not-read", &secret))
        goto done;
    if (!conf_secret_is_header_value(secret.text)) {
        conf_report_error(r, node, "one line of printable ASCII",
                          "the secret cannot stand in a header");
        goto done;
    }
    size_t size = strlen(source.scheme) + secret.length + 2;
    webhook->authorization = conf_memory_alloc(r, size, 1);
    if (webhook->authorization != NULL)
        snprintf(webhook->authorization, size, "%s %s", source.scheme, secret.text);
done:
    conf_memory_wipe_free(secret.text, secret.length);
    source_finish(&source);
}
