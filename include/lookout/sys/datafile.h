/* SPDX-License-Identifier: Apache-2.0 */
/* Files that lookoutd ships with (the gazetteer, the port areas, ...), and reading a
 * whole file. Not for the core: it knows no files. */
#ifndef LOOKOUT_DATAFILE_H
#define LOOKOUT_DATAFILE_H

#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

/* Find a shipped file by its name ("ports.csv", "areas/x.geojson"). Looked for in this
 * order: the directory named by $LOOKOUT_DATADIR (when set, nowhere else); config/ of the
 * tree the executable was built in; ../share/lookoutd beside the executable; the data
 * directory fixed at build time. The path (NUL-terminated) goes into ret_path.
 * ERR_NOT_FOUND; ERR_LIMIT when `size` bytes do not hold it; ERR_INVALID for a name that
 * is empty, absolute or climbs out by "..". */
MUST_CHECK int datafile_find(const char *name, char *ret_path, size_t size);

/* Greatest file that datafile_read takes. */
#define FILE_READ_MAX ((size_t)256 << 20)

/* Append the whole file to out; on failure out is as it was. ERR_NOT_FOUND when there is
 * no such file, ERR_LIMIT when it is greater than FILE_READ_MAX, ERR_NOMEM, else ERR_IO;
 * err names the path and the system's reason. */
MUST_CHECK int datafile_read(const char *path, struct buf *out, struct err *err);

#endif
