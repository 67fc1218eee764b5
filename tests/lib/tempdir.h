/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test's own, with files in it, gone at the end. */
#ifndef TEMPDIR_H
#define TEMPDIR_H

#include <stddef.h>

struct tempdir {
    char path[64];
};
/* Aborts the program when it cannot be made: there is nothing to test then. */
void tempdir_make(struct tempdir *dir);
/* "DIR/name" in static memory (four at a time). */
const char *tempdir_path(const struct tempdir *dir, const char *name);
void tempdir_write(const struct tempdir *dir, const char *name, const char *text);
void tempdir_write_mode(const struct tempdir *dir, const char *name, const char *text,
                        unsigned mode);
void tempdir_copy(const struct tempdir *dir, const char *name, const char *from);
/* Remove it with all that is in it. */
void tempdir_remove(const struct tempdir *dir);

#endif
