/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the page, compiled in. */
#ifndef LOOKOUT_PAGE_INT_H
#define LOOKOUT_PAGE_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"

struct page_file {
    const char *content_type; /* borrowed, for good */
    const unsigned char
        *bytes; /* borrowed, for good; compressed as Content-Encoding: gzip */
    size_t length;
    bool is_lasting; /* its name carries a hash: it may be kept for a year; else no-cache
                      */
};

/* The file at a path of the page: "/" or "/NAME.HASH.EXTENSION"; false: there is none. */
bool page_find(const char *path, struct page_file *ret);

/* The bytes of a file for a client that takes no gzip, appended. 0, or ERR_NOMEM. */
MUST_CHECK int page_unpack(const struct page_file *file, struct buf *ret);

#endif
