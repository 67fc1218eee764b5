/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/store_fixture.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/base/text.h"

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    abort();
}

const char *fixture_directory(void)
{
    static char path[512];
    const char *base = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/lookout-store-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(path) == NULL)
        give_up(path, "cannot be made");
    return path;
}

void fixture_remove(const char *directory)
{
    DIR *d = opendir(directory);
    if (d == NULL)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    closedir(d);
    rmdir(directory);
}

struct store *fixture_open(const char *directory)
{
    struct store_options options = {.directory = directory};
    struct store *s = NULL;
    struct err err = {0};
    if (store_open(&options, &s, &err) != 0)
        give_up(directory, err.text);
    return s;
}

void fixture_id(uint64_t n, char ret_id[HASH_ID_BYTES])
{
    hash_id(&n, sizeof n, ret_id);
}

void fixture_alert(uint64_t n, size_t body_bytes, struct alert *ret_alert)
{
    struct alert a = {.severity = 1,
                      .mmsi = (uint32_t)(445000001 + n % 100),
                      .imo = 9999993,
                      .time_ms = INT64_C(1711389840000) + (int64_t)n * 1000};
    a.detected_ms = a.time_ms + 3600000;
    fixture_id(n, a.id);
    text_copy(a.type, sizeof a.type, "lookoutd.zone.entered");
    text_copy(a.rule, sizeof a.rule, n % 2 == 0 ? "box" : "strait");
    a.body = malloc(body_bytes + 1);
    if (a.body == NULL)
        give_up("alert", "out of memory");
    int k = snprintf(a.body, body_bytes + 1,
                     "{\"specversion\":\"1.0\",\"id\":\"%s\",\"data\":{\"vessel\":{"
                     "\"mmsi\":%" PRIu32 ",\"name\":\"EXAMPLE TRADER %" PRIu64
                     "\"},\"summary\":\"",
                     a.id, a.mmsi, n);
    memset(a.body + k, 'x', body_bytes - (size_t)k - 3);
    memcpy(a.body + body_bytes - 3, "\"}}", 4);
    a.body_bytes = body_bytes;
    *ret_alert = a;
}
