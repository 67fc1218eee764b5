/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/fault_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint calls, failed, fail_at;
static atomic_uint reads, reads_failed, read_fail_at;
static atomic_bool fails_for_good;
static atomic_llong limit;
static atomic_int unsynced;

struct file {
    sqlite3_file base;
    bool is_log, is_dirty;
    sqlite3_file *real; /* behind this struct, in the same block */
};

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct file *)f)->real;
}

/* Counts the call; true when it is to fail. */
static bool is_struck(void)
{
    unsigned n = atomic_fetch_add(&calls, 1) + 1;
    unsigned at = atomic_load(&fail_at);
    bool strikes = at != 0 && (n == at || (n > at && atomic_load(&fails_for_good)));
    if (strikes)
        atomic_fetch_add(&failed, 1);
    return strikes;
}

/* The same for a call that only looks. */
static bool read_is_struck(void)
{
    unsigned n = atomic_fetch_add(&reads, 1) + 1;
    bool strikes = n == atomic_load(&read_fail_at);
    if (strikes)
        atomic_fetch_add(&reads_failed, 1);
    return strikes;
}

void fault_vfs_fail_read(unsigned n)
{
    atomic_store(&read_fail_at, 0);
    atomic_store(&reads, 0);
    atomic_store(&reads_failed, 0);
    atomic_store(&read_fail_at, n);
}

unsigned fault_vfs_reads_failed(void)
{
    return atomic_load(&reads_failed);
}

void fault_vfs_fail(unsigned n, bool for_good)
{
    atomic_store(&fail_at, 0);
    atomic_store(&calls, 0);
    atomic_store(&failed, 0);
    atomic_store(&fails_for_good, for_good);
    atomic_store(&fail_at, n);
}

unsigned fault_vfs_calls(void)
{
    return atomic_load(&calls);
}

unsigned fault_vfs_failed(void)
{
    return atomic_load(&failed);
}

void fault_vfs_limit(int64_t bytes)
{
    atomic_store(&limit, bytes);
}

bool fault_vfs_log_is_synced(void)
{
    return atomic_load(&unsynced) == 0;
}

static void mark(struct file *f, bool is_dirty)
{
    if (f->is_log && f->is_dirty != is_dirty) {
        atomic_fetch_add(&unsynced, is_dirty ? 1 : -1);
        f->is_dirty = is_dirty;
    }
}

static int x_close(sqlite3_file *f)
{
    mark((struct file *)f, false);
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int x_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    if (read_is_struck())
        return SQLITE_IOERR_READ;
    return real_of(f)->pMethods->xRead(real_of(f), to, n, at);
}

static int x_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    if (is_struck())
        return SQLITE_IOERR_WRITE;
    long long most = atomic_load(&limit);
    if (most != 0 && at + n > most)
        return SQLITE_FULL;
    mark((struct file *)f, true);
    return real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (is_struck())
        return SQLITE_IOERR_TRUNCATE;
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int x_sync(sqlite3_file *f, int flags)
{
    if (is_struck())
        return SQLITE_IOERR_FSYNC;
    mark((struct file *)f, false);
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int x_size(sqlite3_file *f, sqlite3_int64 *size)
{
    if (read_is_struck())
        return SQLITE_IOERR_FSTAT;
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int x_lock(sqlite3_file *f, int level)
{
    if (read_is_struck())
        return SQLITE_IOERR_LOCK;
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int x_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int x_check_lock(sqlite3_file *f, int *answer)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), answer);
}

static int x_control(sqlite3_file *f, int what, void *value)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), what, value);
}

static int x_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int x_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
    if (extend ? is_struck() : read_is_struck())
        return SQLITE_IOERR_SHMMAP;
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, to);
}

static int x_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    if ((flags & SQLITE_SHM_LOCK) != 0 && read_is_struck())
        return SQLITE_IOERR_SHMLOCK;
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void x_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int x_shm_unmap(sqlite3_file *f, int deletes)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), deletes);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_check_lock,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_traits,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                  int *ret_flags)
{
    (void)vfs;
    struct file *f = (struct file *)file;
    memset(f, 0, sizeof *f);
    f->real = (sqlite3_file *)(void *)(f + 1);
    f->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    if ((flags & SQLITE_OPEN_READWRITE) != 0 && is_struck())
        return SQLITE_CANTOPEN;
    if ((flags & SQLITE_OPEN_READWRITE) == 0 && read_is_struck())
        return SQLITE_CANTOPEN;
    int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, ret_flags);
    if (rc == SQLITE_OK)
        f->base.pMethods = &methods;
    return rc;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int syncs)
{
    (void)vfs;
    if (is_struck())
        return SQLITE_IOERR_DELETE;
    return real_vfs->xDelete(real_vfs, name, syncs);
}

static sqlite3_vfs fault_vfs;

void fault_vfs_install(void)
{
    if (real_vfs == NULL) {
        real_vfs = sqlite3_vfs_find(NULL);
        if (real_vfs == NULL)
            abort();
        fault_vfs = *real_vfs;
        fault_vfs.zName = "fault";
        fault_vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
        fault_vfs.xOpen = x_open;
        fault_vfs.xDelete = x_delete;
    }
    if (sqlite3_vfs_register(&fault_vfs, 1) != SQLITE_OK)
        abort();
    fault_vfs_fail(0, false);
    fault_vfs_fail_read(0);
    fault_vfs_limit(0);
}

void fault_vfs_remove(void)
{
    sqlite3_vfs_unregister(&fault_vfs);
}
