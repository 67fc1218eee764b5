/* SPDX-License-Identifier: Apache-2.0 */
/* A file feed's own state, shared by feed_file.c (reading), file_resume.c (where to go
 * on) and feeds_pace.c (when). */
#ifndef LOOKOUT_FILE_INT_H
#define LOOKOUT_FILE_INT_H

#include "feed_int.h"
#include "lookout/feed/recording.h"

enum {
    FILE_CHUNK_BYTES = 65536, /* one slice of work between two turns of the loop */
    FILE_PENDING_BYTES =
        1 << 20, /* reports in the merge; more are read only when wanted */
    FILE_WARM_UP_BYTES = 4 << 20, /* read again before the offset where it goes on */
    FILE_HEAD_BYTES = 64 << 10    /* a CSV's header must be within */
};

/* The place where a recording goes on. A report is identified by the begin of its
 * message. */
struct file_resume {
    struct recording_identity identity;
    uint64_t floor;   /* reports that begin before have passed the merge */
    uint64_t *passed; /* owned, ascending: later ones that have passed too */
    size_t count;
    int64_t merge_ms; /* the source's event time, TIME_NONE: none yet */
};

struct file_chunk {
    size_t n;
    bool is_last; /* the end of the file is behind it */
    char bytes[FILE_CHUNK_BYTES];
};

/* Follow: what a look at the disk showed. */
struct file_turn {
    bool is_renamed; /* another file stands under the name */
    bool is_cut;     /* what was read of it is there no more */
    bool has_seen;
    struct recording_identity seen; /* as the file is now */
    struct recording *copy;         /* owned; cut: where the rest of it stands; NULL */
    char *copy_path;                /* owned */
};

struct file_feed {
    struct feed *feed;           /* borrowed */
    struct recording *recording; /* owned; used by the worker while is_reading */
    struct recording_identity identity;
    uv_work_t work;
    uv_poll_t *poll;                    /* owned by the loop; NULL for regular files */
    uv_timer_t timer;                   /* follow: the next look */
    struct file_chunk *filling, *ready; /* owned; `ready` is full while has_ready */
    int code;                           /* of the last read */
    struct err err;
    bool is_reading, has_ready;
    bool is_waiting;       /* follow: at the end, for more */
    unsigned looks;        /* follow: in vain, one after the other */
    bool is_through;       /* all of it was fed */
    struct file_turn turn; /* written by the worker while is_reading */
    char *path;       /* owned; of the recording, where it is not the name's any more */
    uint64_t read_at; /* offset of the next byte to be read */
    bool is_line_end; /* what was fed ended at a line's end */
    uint64_t at;      /* offset of the next byte for the input */
    uint64_t skip_to; /* warming up: bytes before the first line's begin are left out
                         until here */
    bool is_skipping;
    bool keeps_place;          /* a regular file: a record of its place can be made */
    struct file_resume resume; /* all zero: from the beginning */
    uint64_t *pushed; /* owned; begins of what was handed on, from some offset below the
                         needed one */
    size_t pushed_count, pushed_room;
    struct report *queue; /* owned; paced reports not handed on yet */
    size_t head, count, room;
    int64_t pushed_ms; /* event time of the last one handed on */
};

/* file_follow.c */
/* In a worker, after a read: was the file renamed, or cut? */
void file_follow_check(struct file_feed *file);
/* On the loop, after a read: more of the file's head may be known. */
void file_follow_note(struct file_feed *file);
/* On the loop: the end was found once more. */
void file_follow_rest(struct file_feed *file);
/* On the loop, before the next read; false: there is nothing to read yet. */
bool file_follow_look(struct file_feed *file);
/* The file that the record speaks of, under another name; false: there is none. */
bool file_follow_resume(struct file_feed *file);
/* A file in the same directory that begins so and has at least `at` bytes; the very file
 * before a copy, the newest of these. Both are the caller's. NULL: none. */
struct recording *file_follow_find(const struct file_feed *file,
                                   const struct recording_identity *id, uint64_t at,
                                   char **ret_path);
void file_follow_finish(struct file_feed *file);

/* file_resume.c */
MUST_CHECK int file_resume_read(const struct buf *record, struct file_resume *ret_resume);
void file_resume_finish(struct file_resume *resume);
MUST_CHECK int file_resume_write(struct file_feed *file, struct buf *out);
/* Whether this report passed before the stop. */
bool file_resume_skips(const struct file_feed *file, const struct report *report);
/* Note that the report was handed on. ERR_NOMEM: it may come twice after a stop. */
MUST_CHECK int file_resume_note(struct file_feed *file, const struct report *report);
/* Another file has the name now: forget all. */
void file_resume_forget(struct file_feed *file);
/* Set the recording, the input and the merge to the place of the record. */
MUST_CHECK int file_resume_begin(struct file_feed *file, struct err *err);

#endif
