/* SPDX-License-Identifier: Apache-2.0 */
/* Blocking reads of a recording, for commands that read it to its end. */
#include "lookout/feed/reader.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/feed/recording.h"

struct reader {
    struct recording *recording; /* owned */
    char *path;                  /* owned; for messages */
    uint64_t offset;
};

int reader_open(const char *path, struct reader **ret_reader, struct err *err)
{
    struct reader *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->path = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    if (r == NULL || r->path == NULL) {
        reader_close(r);
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    }
    int rc = recording_open(path, &r->recording, err);
    if (rc != 0) {
        reader_close(r);
        return rc;
    }
    *ret_reader = r;
    return 0;
}

/* Wait until a pipe or terminal has data; a file always has. */
static void wait_for_bytes(const struct reader *r)
{
    struct pollfd p = {.fd = recording_descriptor(r->recording), .events = POLLIN};
    if (!recording_is_regular(r->recording))
        (void)poll(&p, 1, -1);
}

ssize_t reader_read(struct reader *r, void *to, size_t n, struct err *err)
{
    size_t got = 0;
    struct err why = {0};
    for (;;) {
        wait_for_bytes(r);
        int rc = recording_read(r->recording, to, n, &got, &why);
        if (rc != 0)
            return err_set(err, rc, "%s: %s", r->path, why.text);
        if (got > 0) {
            r->offset += got;
            return (ssize_t)got;
        }
        if (!recording_is_ended(r->recording))
            continue;
        if (!recording_is_cut(r->recording))
            return 0;
        return err_set(err, ERR_CORRUPT, "%s: cut off: the packed data end too early",
                       r->path);
    }
}

uint64_t reader_offset(const struct reader *r)
{
    return r->offset;
}

void reader_progress(const struct reader *r, uint64_t *ret_done, uint64_t *ret_size)
{
    recording_progress(r->recording, ret_done, ret_size);
}

void reader_close(struct reader *r)
{
    if (r == NULL)
        return;
    recording_close(r->recording);
    free(r->path);
    free(r);
}
