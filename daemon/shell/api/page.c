/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the files of the page by the path of a request. One hash over all of them stands
 * in every name but that of the page itself: what a browser has kept is never of another
 * version than the rest. */
#define ZLIB_CONST
#include "page_int.h"

#include <string.h>
#include <zlib.h>

enum {
    PAGE_GZIP = 16 + MAX_WBITS /* zlib reads gzip's frame */
};

#define PAGE_FILE(name, extension)                                                       \
    extern const unsigned char page_bytes_##name##_##extension[];                        \
    extern const unsigned char page_end_##name##_##extension[];
#include "page_files.h"
#undef PAGE_FILE
extern const char page_bytes_hash[];

struct page_row {
    const char *name, *extension;
    const unsigned char *begin, *end;
};

static const struct page_row page_rows[] = {
#define PAGE_FILE(name, extension)                                                       \
    {#name, #extension, page_bytes_##name##_##extension, page_end_##name##_##extension},
#include "page_files.h"
#undef PAGE_FILE
};

static const char *find_content_type(const char *extension)
{
    /* clang-format off */
    static const struct {
        const char *extension, *content_type;
    } types[] = {
        {"html", "text/html; charset=utf-8"},
        {"js",   "text/javascript; charset=utf-8"},
        {"css",  "text/css; charset=utf-8"},
        {"bin",  "application/octet-stream"},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].extension, extension) == 0)
            return types[i].content_type;
    return "application/octet-stream";
}

/* What is left of a text behind a part, NULL when it does not begin so. */
static const char *skip_part(const char *text, const char *part)
{
    size_t length = strlen(part);
    return text != NULL && strncmp(text, part, length) == 0 ? text + length : NULL;
}

static bool is_name_of(const char *name, const struct page_row *row)
{
    const char *rest = skip_part(skip_part(name, row->name), ".");
    rest = skip_part(skip_part(rest, page_bytes_hash), ".");
    return rest != NULL && strcmp(rest, row->extension) == 0;
}

bool page_find(const char *path, struct page_file *ret)
{
    for (size_t i = 0; i < sizeof page_rows / sizeof page_rows[0]; i++) {
        const struct page_row *row = &page_rows[i];
        bool is_page = strcmp(row->extension, "html") == 0;
        if (path[0] != '/' || !(is_page ? path[1] == '\0' : is_name_of(path + 1, row)))
            continue;
        *ret = (struct page_file){.content_type = find_content_type(row->extension),
                                  .bytes = row->begin,
                                  .length = (size_t)(row->end - row->begin),
                                  .is_lasting = !is_page};
        return true;
    }
    return false;
}

int page_unpack(const struct page_file *file, struct buf *ret)
{
    unsigned char part[16384];
    z_stream stream = {.next_in = file->bytes, .avail_in = (uInt)file->length};
    if (inflateInit2(&stream, PAGE_GZIP) != Z_OK)
        return ERR_NOMEM;
    int rc = 0, step = Z_OK;
    while (rc == 0 && step == Z_OK) {
        stream.next_out = part;
        stream.avail_out = sizeof part;
        step = inflate(&stream, Z_NO_FLUSH);
        if (step != Z_OK && step != Z_STREAM_END)
            rc = ERR_NOMEM; /* the bytes are ours and whole */
        else
            rc = buf_add(ret, (const char *)part, sizeof part - stream.avail_out);
    }
    inflateEnd(&stream);
    return rc;
}
