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
    size_t next = old->next;
    while (next < old->count && old->undelivered[next] <= old->met_end)
        next++;
    size_t waiting = file->has_resume ? old->count - next : 0;
    uint64_t *ends = malloc((in_merge + waiting + 1) * sizeof *ends);
    if (ends == NULL)
        return ERR_NOMEM;
    merge_undelivered(merge, file->feed->source, ends, in_merge);
    if (waiting > 0)
        memcpy(ends + in_merge, old->undelivered + next, waiting * sizeof *ends);
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
    resume->met_end = report->end;
    while (resume->next < resume->count &&
           resume->undelivered[resume->next] < report->end)
        resume->next++;
    /* Several reports may end at one offset; rather one of them twice than one lost. */
    return resume->next == resume->count ||
           resume->undelivered[resume->next] != report->end;
}

/* The head of the file, for the sake of a CSV's header; free() it. */
static int read_head(const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
    struct recording *r = NULL;
    char *bytes = malloc(FILE_HEAD_BYTES);
    int code = bytes == NULL ? ERR_NOMEM : recording_open(path, &r, err);
    size_t n = 0;
    while (code == 0 && n < FILE_HEAD_BYTES && !recording_is_ended(r)) {
        size_t got = 0;
        code = recording_read(r, bytes + n, FILE_HEAD_BYTES - n, &got, err);
        n += got;
    }
    recording_close(r);
    if (code != 0) {
        free(bytes);
        return code;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
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
    char *head;
    size_t n;
    int code = read_head(feed->conf.address, &head, &n, err);
    if (code != 0)
        return code;
    file->at = resume->needed - FILE_WARM_UP_BYTES;
    file->is_skipping = true;
    file->skip_to = resume->needed;
    code = input_resume(feed->input, head, n, file->at, resume->merge_ms);
    free(head);
    return code == 0 ? recording_seek(file->recording, file->at) : code;
}
