/* SPDX-License-Identifier: Apache-2.0 */
/* Believed fixes on the writer's connection: those of a commit, in the order of their
 * rows, are added to the packs of their vessels and hours. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "store_int.h"

/* A fix of the commit; those of one row stay in the order in which they came. */
struct waiting {
    const struct store_fix *fix; /* borrowed from its batch */
    size_t number;
};

static int compare_waiting(const void *left, const void *right)
{
    const struct waiting *a = left, *b = right;
    if (a->fix->row != b->fix->row)
        return a->fix->row < b->fix->row ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

static struct waiting *gather_waiting(const struct store_batch *first, size_t count)
{
    struct waiting *all = malloc(count * sizeof *all);
    size_t n = 0;
    for (const struct store_batch *b = first; all != NULL && b != NULL; b = b->next)
        for (size_t i = 0; i < b->fix_count; i++, n++)
            all[n] = (struct waiting){&b->fixes[i], n};
    if (all != NULL)
        qsort(all, count, sizeof *all, compare_waiting);
    return all;
}

/* The pack of a row, empty where there is none or it is not what was written. */
static int load_pack(struct store_db *db, int64_t row, struct buf *ret_pack)
{
    sqlite3_stmt *s = db->statements[STORE_SQL_PACK];
    int rc = sqlite3_bind_int64(s, 1, row);
    buf_clear(ret_pack);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        bool is_damaged = sqlite3_column_int(s, 1) != 0;
        const void *bytes = sqlite3_column_blob(s, 0);
        rc = is_damaged ||
                     buf_add(ret_pack, bytes, (size_t)sqlite3_column_bytes(s, 0)) == 0
                 ? SQLITE_OK
                 : SQLITE_NOMEM;
    }
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Where the pack is of a form that is not known, it begins anew. */
static void walk_pack(struct fix_pack *p, int64_t hour, struct buf *pack)
{
    struct fix_pack_fix fix;
    fix_pack_begin(p, hour, pack->data, pack->length);
    while (fix_pack_next(p, &fix))
        ;
    if (!p->failed)
        return;
    buf_clear(pack);
    fix_pack_begin(p, hour, NULL, 0);
}

/* A second fix of the second in which the last one was says nothing more. */
static bool is_same_second(const struct fix_pack *p, const struct fix_pack_fix *fix)
{
    struct track_fix rounded = fix->fix;
    fix_pack_round(&rounded);
    return p->count != 0 && p->track == fix->track &&
           rounded.time_ms == p->hour * HOUR_MS + p->at_s * SECOND_MS;
}

static int store_pack(struct store_db *db, int64_t row, const struct buf *pack)
{
    sqlite3_stmt *s = db->statements[STORE_SQL_PACK_PUT];
    int rc = sqlite3_bind_int64(s, 1, row);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob64(s, 2, pack->data, pack->length, SQLITE_STATIC);
    return rc == SQLITE_OK ? store_db_run(s) : rc;
}

/* Add the fixes of one row: the first of `all`; *ret_count says how many they are. */
static int add_to_pack(struct store_db *db, const struct waiting *all, size_t count,
                       struct buf *pack, size_t *ret_count)
{
    int64_t row = all[0].fix->row, hour = row >> STORE_FIX_BITS;
    struct fix_pack p;
    size_t i = 0;
    int rc = load_pack(db, row, pack);
    if (rc == SQLITE_OK)
        walk_pack(&p, hour, pack);
    for (; rc == SQLITE_OK && i < count && all[i].fix->row == row; i++) {
        int code = is_same_second(&p, &all[i].fix->item)
                       ? 0
                       : fix_pack_add(&p, &all[i].fix->item, pack);
        if (code == ERR_NOMEM)
            rc = SQLITE_NOMEM;
        else if (code != 0) /* no place on the earth: it is left out */
            walk_pack(&p, hour, pack);
    }
    *ret_count = i;
    return rc == SQLITE_OK ? store_pack(db, row, pack) : rc;
}

int store_fixes_apply(struct store_db *db, const struct store_batch *first)
{
    size_t count = 0, n = 0;
    struct buf pack = {0};
    int rc = SQLITE_OK;
    for (const struct store_batch *b = first; b != NULL; b = b->next)
        count += b->fix_count;
    struct waiting *all = count != 0 ? gather_waiting(first, count) : NULL;
    if (count != 0 && all == NULL)
        return SQLITE_NOMEM;
    for (size_t at = 0; rc == SQLITE_OK && at < count; at += n)
        rc = add_to_pack(db, all + at, count - at, &pack, &n);
    buf_finish(&pack);
    free(all);
    return rc;
}
