/* SPDX-License-Identifier: Apache-2.0 */
/* A file system under SQLite that fails on demand: stands before the real one as the
 * default VFS. Any thread. */
#ifndef LOOKOUT_TEST_FAULT_VFS_H
#define LOOKOUT_TEST_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

void fault_vfs_install(void);
void fault_vfs_remove(void);

/* The n-th call from now that changes a file (open for writing, write, sync, truncate,
 * delete, shared memory) fails, n from 1; `for_good`: and all after it. 0: none fails. */
void fault_vfs_fail(unsigned n, bool for_good);
/* Calls that changed a file since the last fault_vfs_fail. */
unsigned fault_vfs_calls(void);
/* How many of them failed. */
unsigned fault_vfs_failed(void);
/* The n-th call from now that only looks (open for reading, read, size, lock) fails,
 * once; and did it? */
void fault_vfs_fail_read(unsigned n);
unsigned fault_vfs_reads_failed(void);
/* No file grows beyond so many bytes: SQLITE_FULL; 0: no limit. */
void fault_vfs_limit(int64_t bytes);
/* Is all that was written to write-ahead logs synced? */
bool fault_vfs_log_is_synced(void);

#endif
