/* SPDX-License-Identifier: Apache-2.0 */
/* Whose the files of a directory are. */
#ifndef LOOKOUT_OWNER_H
#define LOOKOUT_OWNER_H

/* What root made in a directory of somebody else (a service's state directory), one level
 * of directories below it too, is given to the directory's owner, so that the service can
 * go on with it. Regular files of one name only: no link of the owner's is followed. Does
 * nothing for anybody but root, nor in a directory of root's own. */
void owner_give(const char *directory);

#endif
