/* SPDX-License-Identifier: Apache-2.0 */
/* Going on with a recording after any kind of stop: every report is handed on once.
 *
 * The record holds the first byte that is still needed, and the reports that begin after
 * it but have passed the merge already. Reading begins some way before that byte, at the
 * begin of a line, and for CSV with the header. So the input has again what it knows only
 * from earlier lines (a time, the first part of a message), and the reports of those
 * lines are skipped. A report is identified by the begin of its message, because its end
 * and the time of its output may depend on earlier lines. */
#include <stdlib.h>
#include <string.h>

#include "file_int.h"
#include "lookout/base/array.h"
#include "lookout/base/time.h"
#include "lookout/base/wire.h"
#include "lookout/sys/log.h"

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
    x.floor = wire_get_u64(&r);
    x.merge_ms = wire_get_i64(&r);
    x.count = wire_get_count(&r, 1);
    if (r.failed)
        return ERR_CORRUPT;
    if (x.count > 0 && (x.passed = calloc(x.count, sizeof *x.passed)) == NULL)
        return ERR_NOMEM;
    uint64_t begin = x.floor;
    for (size_t i = 0; i < x.count; i++) {
        uint64_t step = wire_get_u64(&r);
        if (step > UINT64_MAX - begin) /* it would no longer ascend */
            r.failed = true;
        x.passed[i] = begin += step;
    }
    if (r.failed || r.at != r.end) {
        file_resume_finish(&x);
        return ERR_CORRUPT;
    }
    *ret_resume = x;
    return 0;
}

void file_resume_finish(struct file_resume *resume)
{
    free(resume->passed);
    *resume = (struct file_resume){0};
}

static uint64_t least_offset(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int compare_resume_offsets(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The lowest offset at which a report that has not passed the merge begins. Reports from
 * the lines read for warming up were handled before the stop. */
static uint64_t needed_offset(const struct file_feed *file)
{
    const struct feed *feed = file->feed;
    uint64_t offset = least_offset(input_needed_offset(feed->input),
                                   merge_needed_offset(feed->feeds->merge, feed->source));
    for (size_t i = 0; i < file->count; i++)
        offset = least_offset(offset, file->queue[file->head + i].begin);
    return offset < file->resume.floor ? file->resume.floor : offset;
}

/* Forget the handed-on reports that begin before the offset. */
static void prune_handed_on(struct file_feed *file, uint64_t offset)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->pushed_count; i++)
        if (file->pushed[i] >= offset)
            file->pushed[kept++] = file->pushed[i];
    file->pushed_count = kept;
}

int file_resume_note(struct file_feed *file, const struct report *report)
{
    enum { LEAST_ROOM = 8192 };
    if (!file->keeps_place)
        return 0;
    if (file->pushed_count == file->pushed_room && file->pushed_room > 0)
        prune_handed_on(file, needed_offset(file));
    if (file->pushed_count * 2 >= file->pushed_room) {
        size_t room = file->pushed_room < LEAST_ROOM ? LEAST_ROOM : file->pushed_room * 2;
        if (array_grow(&file->pushed, &file->pushed_room, room, sizeof *file->pushed) !=
            0)
            return ERR_NOMEM;
    }
    file->pushed[file->pushed_count++] = report->begin;
    return 0;
}

/* The handed-on reports that begin at the offset or later, without those that wait in the
 * merge; ascending. free() it. */
static int list_passed(struct file_feed *file, uint64_t offset, uint64_t **ret_begins,
                       size_t *ret_n)
{
    const struct merge *merge = file->feed->feeds->merge;
    uint16_t source = file->feed->source;
    prune_handed_on(file, offset);
    size_t n = file->pushed_count;
    size_t waiting_count = merge_undelivered(merge, source, NULL, 0);
    uint64_t *begins = malloc((n + waiting_count + 1) * sizeof *begins);
    if (begins == NULL)
        return ERR_NOMEM;
    uint64_t *waiting = begins + n;
    merge_undelivered(merge, source, waiting, waiting_count);
    if (n > 0)
        memcpy(begins, file->pushed, n * sizeof *begins);
    qsort(begins, n, sizeof *begins, compare_resume_offsets);
    size_t kept = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        while (at < waiting_count && waiting[at] < begins[i])
            at++;
        if (at == waiting_count || waiting[at] != begins[i])
            begins[kept++] = begins[i];
    }
    *ret_begins = begins;
    *ret_n = kept;
    return 0;
}

int file_resume_write(struct file_feed *file, struct buf *out)
{
    const struct feed *feed = file->feed;
    uint64_t *begins;
    size_t n;
    uint64_t floor = needed_offset(file);
    int rc = list_passed(file, floor, &begins, &n);
    if (rc != 0)
        return rc;
    struct wire_writer w = {.out = out};
    wire_put_u64(&w, RECORD_VERSION);
    wire_put_u64(&w, file->identity.device);
    wire_put_u64(&w, file->identity.inode);
    wire_put_u64(&w, file->identity.head_bytes);
    wire_put_u64(&w, file->identity.head_hash);
    wire_put_u64(&w, floor);
    wire_put_i64(&w, merge_source_time(feed->feeds->merge, feed->source));
    wire_put_u64(&w, n);
    for (size_t i = 0; i < n; i++) {
        wire_put_u64(&w, begins[i] - floor);
        floor = begins[i];
    }
    free(begins);
    return w.failed ? ERR_NOMEM : 0;
}

bool file_resume_skips(const struct file_feed *file, const struct report *report)
{
    const struct file_resume *resume = &file->resume;
    if (report->begin < resume->floor)
        return true;
    return resume->count > 0 &&
           bsearch(&report->begin, resume->passed, resume->count, sizeof *resume->passed,
                   compare_resume_offsets) != NULL;
}

/* The head of the file, which has a CSV's header; free() it. */
static int read_resume_head(const char *path, char **ret_bytes, size_t *ret_n,
                            struct err *err)
{
    struct recording *r = NULL;
    char *bytes = malloc(FILE_HEAD_BYTES);
    int rc = bytes == NULL ? ERR_NOMEM : recording_open(path, &r, err);
    size_t n = 0;
    while (rc == 0 && n < FILE_HEAD_BYTES && !recording_is_ended(r)) {
        size_t got = 0;
        rc = recording_read(r, bytes + n, FILE_HEAD_BYTES - n, &got, err);
        n += got;
    }
    recording_close(r);
    if (rc != 0) {
        free(bytes);
        return rc;
    }
    *ret_bytes = bytes;
    *ret_n = n;
    return 0;
}

int file_resume_begin(struct file_feed *file, struct err *err)
{
    struct feed *feed = file->feed;
    const struct file_resume *resume = &file->resume;
    if (resume->count > 0) { /* reports that passed before stay in the record */
        file->pushed = malloc(resume->count * sizeof *file->pushed);
        if (file->pushed == NULL)
            return ERR_NOMEM;
        memcpy(file->pushed, resume->passed, resume->count * sizeof *file->pushed);
        file->pushed_count = file->pushed_room = resume->count;
    }
    if (resume->merge_ms != TIME_NONE)
        merge_resume(feed->feeds->merge, feed->source, resume->merge_ms);
    /* From the beginning when that is near, or when the recording has no times of its
     * own, because then the time depends on every earlier line. */
    if (resume->floor <= FILE_WARM_UP_BYTES || feed->conf.start_ms != TIME_NONE)
        return 0;
    char *head;
    size_t n;
    int rc = read_resume_head(file->path != NULL ? file->path : feed->conf.address, &head,
                              &n, err);
    if (rc != 0)
        return rc;
    file->at = resume->floor - FILE_WARM_UP_BYTES;
    file->is_skipping = true;
    file->skip_to = resume->floor;
    /* No time: at the place where reading begins it is earlier than at the stop. */
    rc = input_resume(feed->input, head, n, file->at, TIME_NONE);
    free(head);
    return rc == 0 ? recording_seek(file->recording, file->at) : rc;
}

void file_resume_forget(struct file_feed *file)
{
    file_resume_finish(&file->resume);
    file->pushed_count = 0;
}
