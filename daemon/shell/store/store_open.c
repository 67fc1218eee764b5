/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the database for writing. A damaged one is set aside, and what can be read of it
 * goes to a new one. */
#include "lookout/sys/clock.h"
#include "writer_int.h"

/* Open the database, and check all of it if asked; *ret_rc is the kind of fault. */
static int open_checked(const struct store_place *place, bool is_in_doubt,
                        struct store_db *ret_db, int *ret_rc, struct err *err)
{
    int rc = store_db_open(ret_db, place->database, ret_rc, err);
    if (rc != 0 || !is_in_doubt)
        return rc;
    rc = store_schema_check(ret_db->handle, err);
    if (rc == 0)
        rc = store_sum_check(ret_db->handle, err);
    if (rc == ERR_CORRUPT)
        *ret_rc = SQLITE_CORRUPT;
    if (rc != 0)
        store_db_close(ret_db);
    return rc;
}

static int replace_db(const struct store_place *place, struct store_db *ret_db,
                      struct store_replaced *replaced, struct err *err)
{
    bool is_new = false;
    int rc = SQLITE_OK;
    int code = store_place_set_aside(place, clock_wall_ms(), &replaced->name, err);
    if (code == 0)
        code = store_place_prepare(place, &is_new, err);
    if (code == 0)
        code = store_db_open(ret_db, place->database, &rc, err);
    if (code != 0)
        return code;
    store_salvage(replaced->name, ret_db->handle, &replaced->salvage);
    store_db_close(ret_db); /* it remembers webhooks and the last row */
    return store_db_open(ret_db, place->database, &rc, err);
}

int store_open_or_replace(const struct store_place *place, enum store_doubt doubt,
                          struct store_db *ret_db, struct store_replaced *ret_replaced,
                          struct err *err)
{
    bool is_new = false;
    int code = store_place_prepare(place, &is_new, err);
    if (code != 0)
        return code;
    int rc = SQLITE_OK;
    struct err why = {0};
    if (doubt == STORE_DAMAGED && !is_new)
        return replace_db(place, ret_db, ret_replaced, err);
    code = open_checked(place, doubt != STORE_TRUSTED && !is_new, ret_db, &rc, &why);
    if (code == 0)
        return 0;
    if (!store_schema_is_damage(rc))
        return err_set(err, code, "%s", why.text);
    return replace_db(place, ret_db, ret_replaced, err);
}
