/* SPDX-License-Identifier: Apache-2.0 */
/* Copies, paths and files for the configuration reader. */
#include "conf_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lookout/base/text.h"
#include "lookout/sys/datafile.h"

void *conf_memory_alloc(struct conf_reader *r, size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        conf_report_nomem(r);
    return memory;
}

char *conf_memory_copy(struct conf_reader *r, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        conf_report_nomem(r);
    return copy;
}

void conf_memory_set(struct conf_reader *r, char **member, const char *text)
{
    free(*member);
    *member = conf_memory_copy(r, text);
}

char *conf_memory_path(struct conf_reader *r, const char *text)
{
    if (text[0] == '/')
        return conf_memory_copy(r, text);
    while (text[0] == '.' && text[1] == '/')
        text += 2 + strspn(text + 2, "/");
    size_t size = strlen(r->directory) + strlen(text) + 2;
    char *path = conf_memory_alloc(r, size, 1);
    if (path != NULL)
        snprintf(path, size, "%s/%s", r->directory, text);
    return path;
}

char *conf_memory_path_shown(struct conf_reader *r, const char *text)
{
    const char *slash = strrchr(r->file, '/');
    if (text[0] == '/' || slash == NULL)
        return conf_memory_copy(r, text);
    size_t n = (size_t)(slash - r->file) + 1;
    char *path = conf_memory_alloc(r, n + strlen(text) + 1, 1);
    if (path != NULL) {
        memcpy(path, r->file, n);
        memcpy(path + n, text, strlen(text));
    }
    return path;
}

void conf_memory_texts_free(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void conf_memory_wipe_free(char *text, size_t n)
{
    if (text == NULL)
        return;
    volatile char *at = text;
    while (n-- > 0)
        *at++ = 0;
    free(text);
}

bool conf_memory_is_utf16(const char *text, size_t n)
{
    if (n < 2)
        return false;
    bool has_mark = memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0;
    return has_mark || (text[0] == '\0') != (text[1] == '\0');
}

bool conf_memory_read_file(struct conf_reader *r, const struct conf_node *node,
                           const char *path, size_t most, struct buf *ret_text)
{
    char quoted[TEXT_QUOTE_BYTES];
    struct stat st;
    struct err err = {0};
    bool is_there = stat(path, &st) == 0;
    if (is_there && !S_ISREG(st.st_mode)) {
        conf_report_error(r, node, "a file", "%s is not a regular file",
                          text_quote(path, quoted));
        return false;
    }
    if (is_there && (uint64_t)st.st_size > most) {
        conf_report_error(r, node, NULL, "%s is larger than %zu MiB",
                          text_quote(path, quoted), most >> 20);
        return false;
    }
    int rc = datafile_read(path, ret_text, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    if (rc == 0 && conf_memory_is_utf16(buf_text(ret_text), ret_text->length))
        conf_report_error(r, node, "a UTF-8 text file", "%s is UTF-16",
                          text_quote(path, quoted));
    else if (rc == 0 && memchr(buf_text(ret_text), 0, ret_text->length) != NULL)
        conf_report_error(r, node, "a text file", "%s holds a NUL byte: it is not text",
                          text_quote(path, quoted));
    else if (rc != 0)
        conf_report_error(r, node, "a file that can be read", "%s", err.text);
    else
        return true;
    return false;
}
