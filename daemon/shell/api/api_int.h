/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of the API share. */
#ifndef LOOKOUT_API_INT_H
#define LOOKOUT_API_INT_H

enum { API_CONNECTIONS = 64 };

/* A descriptor that listens on a socket in the file system, for its owner alone; -1 with
 * errno. */
int api_local_listen(const char *path);

#endif
