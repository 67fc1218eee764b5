/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged, foreign and newer databases are set aside whole, or left alone. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/storetest.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"

static void path_of(const char *directory, const char *name, char ret_path[600])
{
    snprintf(ret_path, 600, "%s/%s", directory, name);
}

/* Overwrites n bytes at `at` in another process: closing a descriptor of the database in
 * this one would drop SQLite's locks. */
static void overwrite(const char *directory, const char *name, off_t at, size_t n)
{
    char path[600];
    path_of(directory, name, path);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        for (size_t i = 0; i < n; i += 64)
            if (pwrite(fd,
                       "not the bytes that were written here, but something different!!!",
                       64, at + (off_t)i) != 64)
                _exit(1);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

struct heard {
    int errors;
    char text[512];
};

static void on_error(void *context, const char *text)
{
    struct heard *h = context;
    snprintf(h->text, sizeof h->text, "%s", text);
    h->errors++;
}

static int open_store(const char *directory, struct heard *h, struct store **ret_store,
                      struct err *err)
{
    struct store_options options = {
        .directory = directory, .exclusive = true, .on_error = on_error, .context = h};
    return store_open(&options, ret_store, err);
}

static struct store *open_sound(const char *directory, struct heard *h)
{
    struct store *s = NULL;
    assert_int_equal(open_store(directory, h, &s, NULL), 0);
    return s;
}

/* Counts the files with "damaged" in their name; keeps the last one's name. */
static size_t aside(const char *directory, char ret_name[300])
{
    size_t count = 0;
    DIR *d = opendir(directory);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strstr(e->d_name, "lookout.db.damaged-") != NULL) {
            size_t n = strlen(e->d_name);
            if (strcmp(e->d_name + n - 4, "-wal") == 0 ||
                strcmp(e->d_name + n - 4, "-shm") == 0)
                continue;
            snprintf(ret_name, 300, "%s", e->d_name);
            count++;
        }
    closedir(d);
    return count;
}

static char *content(const char *directory, const char *name, size_t *ret_n)
{
    char path[600];
    path_of(directory, name, path);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    char *bytes = malloc(1 << 22);
    assert_non_null(bytes);
    *ret_n = fread(bytes, 1, 1 << 22, f);
    fclose(f);
    return bytes;
}

/* The file was damaged before the start: it is set aside byte for byte, and a new one
 * serves. */
static void set_aside_and_go_on(const char *directory, uint64_t least)
{
    size_t before_n = 0, after_n = 0;
    char *before = content(directory, "lookout.db", &before_n);
    struct heard h = {0};
    struct store *s = NULL;
    struct err err = {0};
    if (open_store(directory, &h, &s, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(h.errors, 1);
    assert_non_null(strstr(h.text, "set aside as"));
    char name[300];
    assert_int_equal(aside(directory, name), 1);
    assert_non_null(strstr(h.text, name));
    char *after = content(directory, name, &after_n);
    assert_int_equal(after_n, before_n);
    assert_memory_equal(after, before, before_n);
    struct store_reader *r = storetest_reader(directory);
    uint64_t found = storetest_pending(r, "desk", NULL, 0); /* of the 200 rows */
    assert_true(found >= least && found <= 200);
    storetest_put(s, 0, 203, 1, 1);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 203);
    store_reader_close(r);
    store_close(s);
    free(before);
    free(after);
}

/* Returns where the root page of a table or index lies in the file. */
static off_t page_of(const char *directory, const char *name)
{
    char path[600];
    path_of(directory, "lookout.db", path);
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?", -1,
                           &q, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    off_t at = (off_t)(sqlite3_column_int64(q, 0) - 1) * 8192;
    sqlite3_finalize(q);
    sqlite3_close(db);
    return at;
}

static void test_not_a_database(void **state)
{
    overwrite(*state, "lookout.db", 0, 20000);
    set_aside_and_go_on(*state, 0);
}

static void fill(const char *directory, uint64_t alerts)
{
    struct heard h = {0};
    struct store *s = open_sound(directory, &h);
    storetest_put(s, 0, alerts, 1, 1);
    store_close(s);
    assert_int_equal(h.errors, 0);
}

static void execute(const char *directory, const char *sql)
{
    char path[600];
    path_of(directory, "lookout.db", path);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static off_t size_of(const char *directory)
{
    char path[600];
    struct stat st;
    path_of(directory, "lookout.db", path);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void test_broken_page(void **state)
{
    fill(*state, 200);
    overwrite(*state, "lookout.db", size_of(*state) / 2 / 8192 * 8192, 8192);
    set_aside_and_go_on(*state, 180); /* a page holds some ten rows */
}

static void test_cut_short(void **state)
{
    fill(*state, 200);
    char path[600];
    path_of(*state, "lookout.db", path);
    assert_int_equal(truncate(path, 8192 * 9), 0);
    set_aside_and_go_on(*state, 0);
}

/* An index is broken and all tables are whole: everything is recovered, and so is the
 * state. */
static void test_broken_index(void **state)
{
    fill(*state, 200);
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_engine(b, "time", 4), 0);
    assert_int_equal(store_batch_vessel(b, 445000001, "ship", 4), 0);
    assert_int_equal(store_batch_feed(b, "tape", "offset", 6), 0);
    assert_int_equal(store_submit(s, b), 0);
    store_close(s);
    overwrite(*state, "lookout.db", page_of(*state, "sqlite_autoindex_alerts_1"), 8192);
    set_aside_and_go_on(*state, 200);
    struct store_reader *r = storetest_reader(*state);
    struct buf out = {0};
    assert_int_equal(store_reader_engine(r, &out), 0);
    assert_string_equal(buf_text(&out), "time");
    assert_int_equal(store_reader_feed(r, "tape", &out), 0);
    assert_string_equal(buf_text(&out), "timeoffset");
    buf_finish(&out);
    store_reader_close(r);
}

/* Not all vessels can be read: there is no state at all, rather than half of it. */
static void test_broken_vessels(void **state)
{
    fill(*state, 200);
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    struct store_batch *b = store_batch_create();
    char record[3000] = "ship";
    assert_int_equal(store_batch_engine(b, "time", 4), 0);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(store_batch_vessel(b, 445000001 + i, record, sizeof record), 0);
    assert_int_equal(store_submit(s, b), 0);
    store_close(s);
    overwrite(*state, "lookout.db", page_of(*state, "vessels"), 8192);
    set_aside_and_go_on(*state, 200);
    struct store_reader *r = storetest_reader(*state);
    struct buf out = {0};
    assert_int_equal(store_reader_engine(r, &out), ERR_NOT_FOUND);
    buf_finish(&out);
    store_reader_close(r);
}

/* A damaged or foreign log does not make the database be given up. */
static void test_log_of_rubbish(void **state)
{
    fill(*state, 20);
    overwrite(*state, "lookout.db-wal", 0, 8192);
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    assert_int_equal(h.errors, 0);
    struct store_reader *r = storetest_reader(*state);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 20);
    store_reader_close(r);
    store_close(s);
}

/* The database is damaged while the daemon runs. The commit that meets it sees it, the
 * batch goes into the new database, and an open reader follows. */
static void test_damage_while_running(void **state)
{
    fill(*state, 200);
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    struct store_reader *r = storetest_reader(*state);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 200);
    int64_t version = store_reader_version(r);
    /* Another process writes, so that the writer drops its cached pages ... */
    char id[HASH_ID_BYTES];
    fixture_id(7, id);
    const char *ids[] = {id};
    assert_int_equal(store_redeliver(*state, ids, 1, false, NULL, NULL), 1);
    /* ... and the pages of the database (not the log's) are gone. */
    overwrite(*state, "lookout.db", 8192, (size_t)size_of(*state) - 8192);
    storetest_put(s, 1000, 1005, 1, 1);
    assert_true(h.errors >= 1);
    char name[300];
    assert_int_equal(aside(*state, name), 1);
    assert_true(store_reader_version(r) != version);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0),
                     5); /* none of the old rows could be read */
    struct store_health health;
    store_health(s, &health);
    assert_false(health.is_failing);
    assert_int_equal(health.replaced, 1);
    storetest_put(s, 1005, 1007, 1, 1);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 7);
    store_reader_close(r);
    store_close(s);
}

/* Someone removes the state directory's files under the daemon. */
static void test_files_removed_while_running(void **state)
{
    fill(*state, 20);
    struct heard h = {0};
    struct store *s = open_sound(*state, &h);
    storetest_put(s, 20, 21, 1, 1);
    char path[600];
    path_of(*state, "lookout.db", path);
    assert_int_equal(unlink(path), 0);
    path_of(*state, "lookout.db-wal", path);
    unlink(path);
    path_of(*state, "lookout.db-shm", path);
    unlink(path);
    storetest_put(s, 30, 33, 1, 1);
    assert_true(h.errors >= 1);
    struct store_reader *r = storetest_reader(*state);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 3);
    store_reader_close(r);
    store_close(s);
}

static void refused(const char *directory, const char *why)
{
    struct heard h = {0};
    struct store *s = NULL;
    struct err err = {0};
    size_t before_n = 0, after_n = 0;
    char *before = content(directory, "lookout.db", &before_n);
    assert_int_equal(open_store(directory, &h, &s, &err), ERR_UNSUPPORTED);
    if (strstr(err.text, why) == NULL)
        fail_msg("%s", err.text);
    struct store_reader *r = NULL;
    assert_int_equal(store_reader_open(directory, &r, &err), ERR_UNSUPPORTED);
    char *after = content(directory, "lookout.db", &after_n);
    assert_int_equal(after_n, before_n);
    assert_memory_equal(after, before, before_n);
    char name[300];
    assert_int_equal(aside(directory, name), 0);
    free(before);
    free(after);
}

static void test_newer_schema(void **state)
{
    fill(*state, 1);
    execute(*state, "PRAGMA user_version = 99;"
                    "UPDATE numbers SET value = 99 WHERE name = 'schema'");
    refused(*state, "newer lookoutd (schema 99");
}

static void test_foreign_database(void **state)
{
    execute(*state, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('x')");
    refused(*state, "another program's");
}

/* A migration starts from the schema of the last version; here from none. */
static void test_schema_version(void **state)
{
    fill(*state, 1);
    char path[600];
    path_of(*state, "lookout.db", path);
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL), 0);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(q, 0), 9);
    sqlite3_finalize(q);
    sqlite3_close(db);
    fill(*state, 2); /* opens again: nothing to migrate */
}

/* The database as the first version of the schema left it. */
static void make_older(const char *directory)
{
    execute(directory, "ALTER TABLE outbox DROP COLUMN begun_ms;"
                       "ALTER TABLE outbox DROP COLUMN bundle;"
                       "ALTER TABLE alerts DROP COLUMN why;"
                       "DROP INDEX alerts_vessel; DROP INDEX alerts_critical;"
                       "ALTER TABLE alerts DROP COLUMN hooks;"
                       "ALTER TABLE alerts DROP COLUMN sum;"
                       "ALTER TABLE outbox DROP COLUMN sum;"
                       "ALTER TABLE calls DROP COLUMN sum;"
                       "ALTER TABLE voyages DROP COLUMN sum;"
                       "ALTER TABLE vessels DROP COLUMN sum;"
                       "ALTER TABLE engine DROP COLUMN sum;"
                       "ALTER TABLE feeds DROP COLUMN sum;"
                       "DROP TABLE lists; DROP TRIGGER alerts_gone;"
                       "DROP TABLE seen; DROP TABLE acknowledgements; DROP TABLE mutes;"
                       "DROP TABLE watches; DROP TABLE fixes;"
                       "DROP INDEX alerts_case; DROP INDEX alerts_when;"
                       "DROP INDEX alerts_imo; DROP INDEX calls_imo;"
                       "DROP INDEX voyages_imo;"
                       "DELETE FROM numbers WHERE name = 'schema';"
                       "PRAGMA user_version = 1; VACUUM");
}

static void test_older_schema(void **state)
{
    fill(*state, 20);
    make_older(*state);
    fill(*state, 30); /* 20 of them were stored before */
    struct store_reader *r = NULL;
    struct store_counts counts = {0};
    assert_int_equal(store_reader_open(*state, &r, NULL), 0);
    assert_int_equal(store_reader_counts(r, "desk", &counts), 0);
    assert_int_equal(counts.alerts, 30);
    assert_int_equal(counts.pending, 30);
    store_reader_close(r);
}

static void test_older_schema_damaged(void **state)
{
    fill(*state, 200);
    make_older(*state);
    overwrite(*state, "lookout.db", size_of(*state) * 2 / 3 / 8192 * 8192, 8192);
    set_aside_and_go_on(*state, 180);
}

TEST_MAIN(NULL, NULL, TEST_IN_DIRECTORY(test_not_a_database),
          TEST_IN_DIRECTORY(test_broken_page), TEST_IN_DIRECTORY(test_cut_short),
          TEST_IN_DIRECTORY(test_broken_index), TEST_IN_DIRECTORY(test_broken_vessels),
          TEST_IN_DIRECTORY(test_log_of_rubbish),
          TEST_IN_DIRECTORY(test_damage_while_running),
          TEST_IN_DIRECTORY(test_files_removed_while_running),
          TEST_IN_DIRECTORY(test_newer_schema), TEST_IN_DIRECTORY(test_foreign_database),
          TEST_IN_DIRECTORY(test_schema_version), TEST_IN_DIRECTORY(test_older_schema),
          TEST_IN_DIRECTORY(test_older_schema_damaged))
