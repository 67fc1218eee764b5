/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of the files of a directory. */
#ifndef LOOKOUT_OWNER_H
#define LOOKOUT_OWNER_H

/* Give the files that root created in another user's directory (a service's state
 * directory), and one level of directories below, to the directory's owner, so that the
 * service can use them. Only regular files with a single name; no link of the owner's is
 * followed. Does nothing for other users, nor in a directory of root's own. */
void owner_give(const char *directory);

#endif
