/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as files: reads one from its beginning as often as its format asks, with the
 * files that OFAC puts beside it, and hashes what it reads. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list_int.h"
#include "lookout/sys/datafile.h"

enum { CHUNK = 1 << 17, HEX_BYTES = LIST_SHA256_BYTES };

/* --- SHA-256 --- */

static bool start_digest(EVP_MD_CTX **ret_digest)
{
    *ret_digest = EVP_MD_CTX_new();
    return *ret_digest != NULL && EVP_DigestInit_ex(*ret_digest, EVP_sha256(), NULL) == 1;
}

/* Write what the digest says so far; it can go on. */
static int write_digest(const EVP_MD_CTX *digest, char ret_hex[HEX_BYTES])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    bool is_good = copy != NULL && EVP_MD_CTX_copy_ex(copy, digest) == 1 &&
                   EVP_DigestFinal_ex(copy, sum, &n) == 1;
    EVP_MD_CTX_free(copy);
    for (unsigned i = 0; is_good && i < n && 2 * i + 2 < HEX_BYTES; i++)
        snprintf(ret_hex + 2 * (size_t)i, 3, "%02x", sum[i]);
    return is_good ? 0 : ERR_NOMEM;
}

/* --- the files beside OFAC's list --- */

struct beside {
    struct buf comments, aliases; /* owned */
    bool has_comments, has_aliases;
};

/* Append the file of that name, in lower or upper case, in the list's directory. */
static int read_beside_file(const char *path, const char *name, struct buf *out,
                            bool *ret_is_there)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    char *beside = malloc(n + strlen(name) + 1);
    if (beside == NULL)
        return ERR_NOMEM;
    memcpy(beside, path, n);
    memcpy(beside + n, name, strlen(name) + 1);
    int rc = datafile_read(beside, out, NULL);
    for (char *at = beside + n; *at != '\0'; at++)
        *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
    if (rc != 0 && rc != ERR_NOMEM)
        rc = datafile_read(beside, out, NULL);
    free(beside);
    *ret_is_there = rc == 0;
    return rc == ERR_NOMEM ? rc : 0;
}

static int read_beside_files(const char *path, struct beside *b)
{
    const char *slash = strrchr(path, '/');
    bool is_other = strncasecmp(slash != NULL ? slash + 1 : path, "cons", 4) == 0;
    int rc = read_beside_file(path, is_other ? "cons_comments.csv" : "sdn_comments.csv",
                              &b->comments, &b->has_comments);
    return rc != 0 ? rc
                   : read_beside_file(path, is_other ? "cons_alt.csv" : "alt.csv",
                                      &b->aliases, &b->has_aliases);
}

static void finish_beside(struct beside *b)
{
    buf_finish(&b->comments);
    buf_finish(&b->aliases);
}

/* The digest of the list goes on over the files beside it. */
static int write_together(EVP_MD_CTX *digest, const struct beside *b,
                          char ret_hex[HEX_BYTES])
{
    if (EVP_DigestUpdate(digest, buf_text(&b->comments), b->comments.length) != 1 ||
        EVP_DigestUpdate(digest, buf_text(&b->aliases), b->aliases.length) != 1)
        return ERR_NOMEM;
    return write_digest(digest, ret_hex);
}

/* --- reading --- */

struct reading {
    const char *path;
    int fd;
    char *chunk; /* owned: CHUNK bytes */
    struct stat before;
    struct list_reader *reader; /* owned */
    struct beside beside;
    EVP_MD_CTX *digest; /* owned */
    struct list_trouble *trouble;
};

static const char *name_of_path(const char *path, char ret_quoted[120])
{
    snprintf(ret_quoted, 120, "'%.*s%s'", 100, path, strlen(path) > 100 ? "..." : "");
    return ret_quoted;
}

static int refuse_file(struct reading *g, const char *accepted, const char *why)
{
    char quoted[120];
    snprintf(g->trouble->text, sizeof g->trouble->text, "%s %s",
             name_of_path(g->path, quoted), why);
    g->trouble->accepted = accepted;
    return ERR_INVALID;
}

static int fail_reading(struct reading *g, int number)
{
    char quoted[120], reason[128] = "";
    if (strerror_r(number, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", number);
    snprintf(g->trouble->text, sizeof g->trouble->text, "cannot read %s: %s",
             name_of_path(g->path, quoted), reason);
    g->trouble->accepted = "a file that can be read";
    return ERR_INVALID;
}

static int open_list_file(struct reading *g)
{
    if (stat(g->path, &g->before) != 0)
        return fail_reading(g, errno);
    if (!S_ISREG(g->before.st_mode))
        return refuse_file(g, "a file", "is not a regular file");
    g->fd = open(g->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (g->fd < 0 || fstat(g->fd, &g->before) != 0)
        return fail_reading(g, errno);
    return 0;
}

static bool is_utf16(const char *text, size_t n)
{
    if (n < 2)
        return false;
    bool has_mark = memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0;
    return has_mark || (text[0] == '\0') != (text[1] == '\0');
}

/* Whether the first bytes are those of OFAC's list, which has files beside it. */
static bool is_ofac_head(const struct list_options *options, const char *bytes, size_t n)
{
    struct list_trouble none;
    size_t mark = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    struct list_head head = {bytes + mark, n - mark};
    const struct list_kind *kind = list_format_find(options->format, &head, &none);
    return kind != NULL && kind->format == LIST_OFAC;
}

/* The first bytes of the file. */
static int begin_file(struct reading *g, const struct list_options *options, size_t n)
{
    if (is_utf16(g->chunk, n))
        return refuse_file(g, "a UTF-8 text file", "is UTF-16");
    if (!is_ofac_head(options, g->chunk, n))
        return 0;
    int rc = read_beside_files(g->path, &g->beside);
    list_reader_beside(g->reader, g->beside.has_comments ? &g->beside.comments : NULL,
                       g->beside.has_aliases ? &g->beside.aliases : NULL);
    return rc;
}

/* What the reader says is wrong, with the file's name where it is about its content. */
static int name_trouble(struct reading *g, int rc)
{
    struct list_trouble said = *g->trouble;
    if (rc == ERR_INVALID &&
        (strncmp(said.text, "is ", 3) == 0 || strncmp(said.text, "it ", 3) == 0))
        return refuse_file(g, said.accepted, said.text + (said.text[1] == 't' ? 3 : 0));
    return rc;
}

/* All bytes once: the first time with the digest. */
static int read_pass(struct reading *g, const struct list_options *options, bool is_first,
                     bool *ret_is_done)
{
    bool is_begin = is_first;
    if (lseek(g->fd, 0, SEEK_SET) != 0)
        return fail_reading(g, errno);
    for (;;) {
        ssize_t n = read(g->fd, g->chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_reading(g, errno);
        int rc = is_begin ? begin_file(g, options, (size_t)n) : 0;
        if (n == 0 && rc == 0)
            return list_reader_end(g->reader, ret_is_done, g->trouble);
        if (rc == 0 && is_first && EVP_DigestUpdate(g->digest, g->chunk, (size_t)n) != 1)
            rc = ERR_NOMEM;
        if (rc == 0)
            rc = list_reader_feed(g->reader, g->chunk, (size_t)n, g->trouble);
        if (rc != 0)
            return rc;
        is_begin = false;
    }
}

static int read_passes(struct reading *g, const struct list_options *options)
{
    bool is_done = false;
    int rc = 0;
    for (unsigned i = 0; !is_done && rc == 0; i++)
        rc = name_trouble(g, read_pass(g, options, i == 0, &is_done));
    struct stat after;
    if (rc == 0 && fstat(g->fd, &after) != 0)
        return fail_reading(g, errno);
    if (rc == 0 && (after.st_size != g->before.st_size ||
                    after.st_mtim.tv_sec != g->before.st_mtim.tv_sec ||
                    after.st_mtim.tv_nsec != g->before.st_mtim.tv_nsec))
        rc = refuse_file(g, "a file that is put in its place whole, by renaming",
                         "changed while it was read");
    return rc;
}

static int take_list(struct reading *g, struct list **ret_list)
{
    struct list *list = list_reader_take(g->reader);
    int rc = write_digest(g->digest, list->sha256);
    if (rc == 0)
        rc = write_together(g->digest, &g->beside, list->together);
    if (rc == 0)
        *ret_list = list;
    else
        list_release(list);
    return rc;
}

static void finish_reading(struct reading *g)
{
    list_reader_destroy(g->reader);
    finish_beside(&g->beside);
    EVP_MD_CTX_free(g->digest);
    free(g->chunk);
    if (g->fd >= 0)
        close(g->fd);
}

int list_file_read(const char *path, const struct list_options *options,
                   struct list **ret_list, struct list_trouble *ret_trouble)
{
    struct reading g = {.path = path, .fd = -1, .trouble = ret_trouble};
    *ret_trouble = (struct list_trouble){.text = ""};
    int rc = open_list_file(&g);
    if (rc == 0) {
        g.chunk = malloc(CHUNK);
        g.reader = list_reader_create(options);
        bool has_digest = start_digest(&g.digest);
        rc = g.chunk != NULL && g.reader != NULL && has_digest ? 0 : ERR_NOMEM;
    }
    if (rc == 0)
        rc = read_passes(&g, options);
    if (rc == 0)
        rc = take_list(&g, ret_list);
    finish_reading(&g);
    return rc;
}

int list_file_digest(const char *path, enum list_format format,
                     char ret_together[LIST_SHA256_BYTES])
{
    struct list_trouble trouble;
    struct reading g = {.path = path, .fd = -1, .trouble = &trouble};
    int rc = open_list_file(&g) == 0 ? 0 : ERR_IO;
    g.chunk = rc == 0 ? malloc(CHUNK) : NULL;
    if (rc == 0 && (!start_digest(&g.digest) || g.chunk == NULL))
        rc = ERR_NOMEM;
    for (ssize_t n = 1; n > 0 && rc == 0;) {
        n = read(g.fd, g.chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            rc = ERR_IO;
        else if (EVP_DigestUpdate(g.digest, g.chunk, (size_t)n) != 1)
            rc = ERR_NOMEM;
    }
    if (rc == 0 && format == LIST_OFAC)
        rc = read_beside_files(path, &g.beside);
    if (rc == 0)
        rc = write_together(g.digest, &g.beside, ret_together);
    finish_reading(&g);
    return rc;
}
