/* SPDX-License-Identifier: Apache-2.0 */
/* Going on with a recording after a stop of any kind: every report is handed on once.
 *
 * The record says which byte is still needed and which reports were handed on. Reading
 * begins some way before that byte, at a line's begin, and for CSV with the header: what
 * the input knows only from earlier lines (a time, a sentence's first part) is there
 * again, and what comes out of those lines is skipped. */
#include <stdlib.h>
#include <string.h>

#include "file_int.h"
#include "lookout/log.h"
#include "lookout/timefmt.h"
#include "lookout/wire.h"

enum { RECORD_VERSION = 1 };

int file_resume_read(const struct buf *record, struct file_resume *ret_resume)
{
    struct wire_reader r;
    struct file_resume x = {0};
    wire_reader_init(&r, record->data, record->length);
    if (wire_get_u64(&r) != RECORD_VERSION)
        return ERR_CORRUPT;
    x.identity.device = wire_get_u64(&r);
    x.identity.inode = wire_get_u64(&r);
    x.identity.head_bytes = wire_get_u64(&r);
    x.identity.head_hash = wire_get_u64(&r);
    x.needed = wire_get_u64(&r);
    x.cut = wire_get_u64(&r);
    x.merge_ms = wire_get_i64(&r);
    x.count = wire_get_count(&r, 1);
    if (r.failed)
        return ERR_CORRUPT;
    if (x.count > 0 && (x.undelivered = calloc(x.count, sizeof *x.undelivered)) == NULL)
        return ERR_NOMEM;
    uint64_t end = 0;
    for (size_t i = 0; i < x.count; i++)
        x.undelivered[i] = end += wire_get_u64(&r);
    if (r.failed || r.at != r.end) {
        file_resume_finish(&x);
        return ERR_CORRUPT;
    }
    *ret_resume = x;
    return 0;
}

void file_resume_finish(struct file_resume *resume)
{
    free(resume->undelivered);
    *resume = (struct file_resume){0};
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The ends of what was handed on but may be lost: what lies in the merge, and of an
 * earlier record what was not met again yet. */
static int undelivered(const struct file_feed *file, uint64_t **ret_ends, size_t *ret_n)
{
    const struct merge *merge = file->feed->feeds->merge;
    const struct file_resume *old = &file->resume;
    size_t in_merge = merge_undelivered(merge, file->feed->source, NULL, 0);
    size_t waiting = file->has_resume ? old->count - old->next : 0;
    uint64_t *ends = malloc((in_merge + waiting + 1) * sizeof *ends);
    if (ends == NULL)
        return ERR_NOMEM;
    merge_undelivered(merge, file->feed->source, ends, in_merge);
    if (waiting > 0)
        memcpy(ends + in_merge, old->undelivered + old->next, waiting * sizeof *ends);
    *ret_ends = ends;
    *ret_n = in_merge + waiting;
    return 0;
}

int file_resume_write(const struct file_feed *file, struct buf *out)
{
    const struct feed *feed = file->feed;
    uint64_t *ends;
    size_t n;
    int code = undelivered(file, &ends, &n);
    if (code != 0)
        return code;
    uint64_t needed = least(input_needed_offset(feed->input),
                            merge_needed_offset(feed->feeds->merge, feed->source));
    for (size_t i = 0; i < file->count; i++)
        needed = least(needed, file->queue[file->head + i].begin);
    /* What pends from the lines read again for warming up was done with long ago. */
    if (file->has_resume && needed < file->resume.needed)
        needed = file->resume.needed;
    struct wire_writer w = {.out = out};
    wire_put_u64(&w, RECORD_VERSION);
    wire_put_u64(&w, file->identity.device);
    wire_put_u64(&w, file->identity.inode);
    wire_put_u64(&w, file->identity.head_bytes);
    wire_put_u64(&w, file->identity.head_hash);
    wire_put_u64(&w, needed);
    wire_put_u64(&w, file->pushed_end);
    wire_put_i64(&w, merge_source_time(feed->feeds->merge, feed->source));
    wire_put_u64(&w, n);
    uint64_t before = 0;
    for (size_t i = 0; i < n; i++) {
        wire_put_u64(&w, ends[i] - before);
        before = ends[i];
    }
    free(ends);
    return w.failed ? ERR_NOMEM : 0;
}

bool file_resume_skips(struct file_feed *file, const struct report *report)
{
    struct file_resume *resume = &file->resume;
    if (!file->has_resume)
        return false;
    if (report->end > resume->cut) { /* past it: the record has done its work */
        file_resume_finish(resume);
        file->has_resume = false;
        return false;
    }
    while (resume->next < resume->count &&
           resume->undelivered[resume->next] < report->end)
        resume->next++;
    if (resume->next == resume->count || resume->undelivered[resume->next] != report->end)
        return true;
    resume->next++;
    return false;
}

/* Length of what must stand before any line of a CSV: comments and the header. A first
 * line that is AIS or JSON or data needs nothing before it. */
static size_t prime_length(const char *bytes, size_t n)
{
    size_t at = 0;
    bool is_comment;
    do {
        const char *end = memchr(bytes + at, '\n', n - at);
        if (end == NULL)
            return 0;
        char first = bytes[at];
        is_comment = first == '#' || first == '\r' || first == '\n';
        bool is_header = (first >= 'A' && first <= 'Z') ||
                         (first >= 'a' && first <= 'z') || first == '"' ||
                         (unsigned char)first >= 0x80;
        if (!is_comment && !is_header)
            return at;
        at = (size_t)(end - bytes) + 1;
    } while (is_comment && at < n);
    return at;
}

/* Show the input the head of the file, for the sake of a CSV's header. */
static int prime(struct file_feed *file, struct err *err)
{
    struct feed *feed = file->feed;
    struct recording *r = NULL;
    char *bytes = malloc(FILE_PRIME_BYTES);
    int code = bytes == NULL ? ERR_NOMEM : recording_open(feed->conf.address, &r, err);
    size_t n = 0;
    while (code == 0 && n < FILE_PRIME_BYTES && !recording_is_ended(r)) {
        size_t got = 0;
        code = recording_read(r, bytes + n, FILE_PRIME_BYTES - n, &got, err);
        n += got;
    }
    size_t length = code == 0 ? prime_length(bytes, n) : 0;
    if (length > 0)
        code = input_feed(feed->input, bytes, length, 0);
    recording_close(r);
    free(bytes);
    return code;
}

int file_resume_begin(struct file_feed *file, struct err *err)
{
    struct feed *feed = file->feed;
    const struct file_resume *resume = &file->resume;
    file->pushed_end = resume->cut;
    if (resume->merge_ms != TIME_NONE)
        merge_resume(feed->feeds->merge, feed->source, resume->merge_ms);
    if (resume->needed <= FILE_WARM_UP_BYTES)
        return 0; /* from the beginning: nothing to be guessed */
    int code = prime(file, err);
    if (code != 0)
        return code;
    file->at = resume->needed - FILE_WARM_UP_BYTES;
    file->is_skipping = true;
    file->skip_to = resume->needed;
    input_seek(feed->input, file->at);
    return recording_seek(file->recording, file->at);
}
