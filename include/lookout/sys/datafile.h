/* SPDX-License-Identifier: Apache-2.0 */
/* Files that lookoutd ships with (the gazetteer, the port areas, ...), and reading a
 * whole file. Not for the core: it knows no files. */
#ifndef LOOKOUT_DATAFILE_H
#define LOOKOUT_DATAFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* Find a shipped file by its name ("ports.csv", "areas/x.geojson"). The places are, in
 * this order: the directory of $LOOKOUT_DATADIR (if it is set, only this one); config/ of
 * the executable's source tree; ../share/lookoutd beside the executable; the data
 * directory that was fixed at build time. The path (NUL-terminated) goes into ret_path.
 * ERR_NOT_FOUND; ERR_LIMIT when `size` bytes do not hold it; ERR_INVALID for a name that
 * is empty, absolute or leaves the directory by "..". */
MUST_CHECK int datafile_find(const char *name, char *ret_path, size_t size);

/* the largest file that datafile_read accepts */
#define FILE_READ_MAX ((size_t)256 << 20)

/* Append the whole file to out; on failure out is unchanged. ERR_NOT_FOUND when there is
 * no such file, ERR_LIMIT when it is larger than FILE_READ_MAX, ERR_NOMEM, else ERR_IO;
 * err names the path and the system's reason. */
MUST_CHECK int datafile_read(const char *path, struct buf *out, struct err *err);

/* Write all n bytes, also where the system takes them in parts; false: errno says why. */
MUST_CHECK bool datafile_write(int fd, const char *bytes, size_t n);

#endif
