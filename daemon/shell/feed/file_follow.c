/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a file while other programs rotate it, without losing a line:
 *
 * Renamed (logrotate's `create`): the writer continues the old file until it is told to
 * open a new one. So the daemon reads the old file to its end, and checks it for some
 * time after that, before it begins the file that now has the name.
 *
 * Copied and truncated (`copytruncate`), or truncated and rewritten: the file is shorter
 * than the part that was read, or has a different beginning. The part that was not read
 * yet is in the copy, which is recognised by its first 4 KiB. Reading continues in the
 * copy from the same place.
 *
 * The same holds for rotations that happened while the daemon was down. A worker thread
 * does all file checks on the disk. */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file_int.h"
#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

enum {
    OLD_LOOKS = 10,    /* looks without new bytes at a renamed file's end: 5 s */
    SWITCH_LOOKS = 40, /* the longest wait for the merge */
    ENTRIES_MAX = 4096 /* of a directory, searched for a copy */
};

static const char *path_read(const struct file_feed *file)
{
    return file->path != NULL ? file->path : file->feed->conf.address;
}

/* --- in a worker --- */

static bool is_head_same(const struct recording *r, const struct recording_identity *id)
{
    struct recording_identity now;
    return recording_identify(r, id, &now) == 0 && now.head_bytes == id->head_bytes &&
           now.head_hash == id->head_hash;
}

/* A file that may be the wanted file. */
struct candidate {
    struct recording *recording; /* owned; NULL: none */
    char *path;                  /* owned */
    bool is_it;                  /* the file itself, not a copy */
    struct timespec changed;
};

static void drop_candidate(struct candidate *c)
{
    recording_close(c->recording);
    free(c->path);
    *c = (struct candidate){.recording = NULL};
}

/* Open a regular file that has that beginning and is at least `at` bytes long. */
static bool open_candidate(const char *path, const struct recording_identity *id,
                           uint64_t at, struct candidate *ret)
{
    struct stat st;
    struct candidate c = {.recording = NULL};
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size < at ||
        recording_open(path, &c.recording, NULL) != 0)
        return false;
    c.path = strdup(path);
    c.is_it = (uint64_t)st.st_ino == id->inode && (uint64_t)st.st_dev == id->device;
    c.changed = st.st_mtim;
    bool is_same = is_head_same(c.recording, id) && (c.is_it || id->head_bytes != 0);
    if (c.path == NULL || !is_same) {
        drop_candidate(&c);
        return false;
    }
    *ret = c;
    return true;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (a->is_it != b->is_it)
        return a->is_it;
    if (a->changed.tv_sec != b->changed.tv_sec)
        return a->changed.tv_sec > b->changed.tv_sec;
    return a->changed.tv_nsec > b->changed.tv_nsec;
}

struct recording *file_follow_find(const struct file_feed *file,
                                   const struct recording_identity *id, uint64_t at,
                                   char **ret_path)
{
    const char *name = file->feed->conf.address, *slash = strrchr(name, '/');
    struct buf path = {0};
    struct candidate best = {.recording = NULL}, c;
    struct dirent *entry;
    int prefix = slash != NULL ? (int)(slash - name + 1) : 0;
    int rc = buf_printf(&path, "%.*s", prefix, name);
    DIR *directory = rc == 0 ? opendir(prefix > 0 ? buf_text(&path) : ".") : NULL;
    for (int i = 0; directory != NULL && i < ENTRIES_MAX && rc == 0 &&
                    (entry = readdir(directory)) != NULL;
         i++) {
        buf_clear(&path);
        rc = buf_printf(&path, "%.*s%s", prefix, name, entry->d_name);
        if (rc != 0 || !open_candidate(buf_text(&path), id, at, &c))
            continue;
        if (best.recording != NULL && !is_better(&c, &best)) {
            drop_candidate(&c);
            continue;
        }
        drop_candidate(&best);
        best = c;
    }
    if (directory != NULL)
        closedir(directory);
    buf_finish(&path);
    *ret_path = best.path;
    return best.recording;
}

static bool is_cut(const struct file_feed *file)
{
    struct stat st;
    if (!recording_is_plain(file->recording) ||
        fstat(recording_descriptor(file->recording), &st) != 0)
        return false;
    return (uint64_t)st.st_size < file->read_at + file->filling->n ||
           !is_head_same(file->recording, &file->identity);
}

void file_follow_check(struct file_feed *file)
{
    struct file_turn *turn = &file->turn;
    struct stat st;
    if (file->code != 0 || !recording_is_regular(file->recording))
        return;
    turn->is_cut = is_cut(file);
    if (turn->is_cut) {
        file->filling->n = 0; /* it may come from the rewritten file */
        turn->copy =
            file_follow_find(file, &file->identity, file->read_at, &turn->copy_path);
        if (turn->copy != NULL && recording_seek(turn->copy, file->read_at) != 0) {
            recording_close(turn->copy);
            free(turn->copy_path);
            turn->copy = NULL;
            turn->copy_path = NULL;
        }
        return;
    }
    turn->has_seen = recording_identify(file->recording, NULL, &turn->seen) == 0;
    turn->is_renamed = turn->has_seen && stat(file->feed->conf.address, &st) == 0 &&
                       ((uint64_t)st.st_ino != turn->seen.inode ||
                        (uint64_t)st.st_dev != turn->seen.device);
}

/* --- on the loop --- */

void file_follow_finish(struct file_feed *file)
{
    recording_close(file->turn.copy);
    free(file->turn.copy_path);
    free(file->path);
}

/* Nothing was written for a while. The reports that the merge holds are now believed up
 * to one minute ahead of the clock, as for a live feed, and other feeds do not wait for
 * this feed. */
static void rest_file(struct file_feed *file)
{
    struct feed *feed = file->feed;
    int rc = merge_rest(feed->feeds->merge, feed->source, clock_wall_ms() + MINUTE_MS);
    if (rc != 0)
        log_error("feed", feed->conf.id, "cannot let the recording rest reason=\"%s\"",
                  err_text(rc));
    feed->feeds->is_dirty = true;
    feed_path_wake(feed->feeds);
}

void file_follow_note(struct file_feed *file)
{
    if (file->turn.has_seen && file->identity.head_bytes < file->turn.seen.head_bytes)
        file->identity = file->turn.seen;
}

void file_follow_rest(struct file_feed *file)
{
    const struct feed *feed = file->feed;
    if (file->count != 0)
        return;
    file->looks++;
    if (file->looks == feed->feeds->limits.rest_looks ||
        (file->turn.is_renamed && file->looks == OLD_LOOKS))
        rest_file(file);
}

/* May the feed switch to the new file? It may when all reports of the old file have
 * passed the merge; from then on, the saved place is a place in the new file. */
static bool may_switch(const struct file_feed *file)
{
    const struct feed *feed = file->feed;
    return !file->has_ready &&
           (file->looks >= SWITCH_LOOKS ||
            (file->count == 0 &&
             merge_undelivered(feed->feeds->merge, feed->source, NULL, 0) == 0));
}

static void take_recording(struct file_feed *file, struct recording *r, char *path)
{
    recording_close(file->recording);
    free(file->path);
    file->recording = r;
    file->path = path;
    file->turn = (struct file_turn){.is_cut = false};
    (void)!recording_identify(r, NULL, &file->identity);
}

/* Begin to read the file that now has the name. */
static void open_next(struct file_feed *file)
{
    struct feed *feed = file->feed;
    struct recording *r;
    struct err err;
    if (recording_open(feed->conf.address, &r, &err) != 0) {
        log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "reopen", "%s", err.text);
        return;
    }
    log_info("feed", feed->conf.id, "%s: a new file stands under the name",
             feed->conf.address);
    take_recording(file, r, NULL);
    /* The first sentence of a message of two sentences may be in the old file. */
    if (!file->is_line_end && input_finish(feed->input, 0) != 0)
        log_error("feed", feed->conf.id, "lost the last line: out of memory");
    input_seek(feed->input, 0);
    file->at = file->read_at = 0;
    file->is_line_end = true;
    file->is_skipping = false;
    file->looks = 0;
    file_resume_forget(file);
}

bool file_follow_look(struct file_feed *file)
{
    struct file_turn *turn = &file->turn;
    if (turn->copy != NULL) {
        log_info("feed", file->feed->conf.id, "%s was cut: goes on with %s",
                 file->feed->conf.address, turn->copy_path);
        take_recording(file, turn->copy, turn->copy_path);
        return true;
    }
    if (turn->is_cut) {
        file->looks++;
        if (file->looks < OLD_LOOKS)
            rest_file(file);
        if (may_switch(file))
            open_next(file);
        return !file->turn.is_cut;
    }
    if (turn->is_renamed && file->looks >= OLD_LOOKS && may_switch(file))
        open_next(file);
    return true;
}

bool file_follow_resume(struct file_feed *file)
{
    const struct file_resume *resume = &file->resume;
    char *path = NULL;
    if (!file->feed->conf.follow)
        return false;
    struct recording *r = file_follow_find(file, &resume->identity, resume->floor, &path);
    if (r == NULL)
        return false;
    take_recording(file, r, path);
    log_info("feed", file->feed->conf.id, "%s was turned over: first the rest of %s",
             file->feed->conf.address, path_read(file));
    return true;
}
