/* SPDX-License-Identifier: Apache-2.0 */
/* Housekeeping on the writer's thread, in steps small enough that a batch which comes
 * meanwhile waits some milliseconds at most: checkpoints, pruning by age and by size,
 * giving free pages back. A step that fails is left for another time: nothing is lost by
 * it, and a real fault shows at the next commit. */
#include "lookout/timefmt.h"
#include "writer_int.h"

/* The log is folded back when it has grown to so many bytes, at latest. */
#define CHECKPOINT_BYTES ((int64_t)32 << 20)
#define LONG_MS (60 * MINUTE_MS)

void store_house_after_commit(struct writer *w)
{
    if (w->db.handle == NULL || w->db.wal_bytes < CHECKPOINT_BYTES)
        return;
    /* PASSIVE: a reader's snapshot is respected, never waited for. */
    sqlite3_wal_checkpoint_v2(w->db.handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void store_house_step(struct writer *w)
{
    w->idle_ms = LONG_MS;
    if (w->db.handle != NULL && w->db.wal_bytes > 0 &&
        sqlite3_wal_checkpoint_v2(w->db.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                  NULL) == SQLITE_OK)
        w->db.wal_bytes = 0;
}

void store_house_at_end(struct writer *w)
{
    if (w->db.handle == NULL)
        return;
    sqlite3_wal_checkpoint_v2(w->db.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_db_config(w->db.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
}
