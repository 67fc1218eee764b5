/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/testlib.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void test_assert_near(double a, double b, double eps, const char *what, const char *file,
                      int line)
{
    if (fabs(a - b) <= eps)
        return;
    print_error("%s is %.17g, not %.17g within %g\n", what, a, b, eps);
    _fail(file, line);
}

char *test_read_file(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return NULL;
    size_t n = 0;
    size_t room = 4096;
    char *data = malloc(room + 1);
    while (data != NULL) {
        n += fread(data + n, 1, room - n, f);
        if (n < room)
            break;
        room *= 2;
        char *larger = realloc(data, room + 1);
        if (larger == NULL)
            free(data);
        data = larger;
    }
    if (data != NULL && ferror(f)) {
        free(data);
        data = NULL;
    }
    fclose(f);
    if (data == NULL)
        return NULL;
    data[n] = '\0';
    if (ret_n != NULL)
        *ret_n = n;
    return data;
}

bool test_is_sanitized(void)
{
    const char *value = getenv("LOOKOUT_SANITIZED");
    return value != NULL && value[0] == '1';
}

const char *test_root_path(const char *name)
{
    static char path[4096];
    const char *root = getenv("LOOKOUT_ROOT");
    snprintf(path, sizeof path, "%s/%s", root == NULL ? "." : root, name);
    return path;
}

const char *test_data_path(const char *name)
{
    static char path[4096];
    const char *root = getenv("LOOKOUT_ROOT");
    snprintf(path, sizeof path, "%s/../shared/data/%s", root == NULL ? "." : root, name);
    return access(path, R_OK) == 0 ? path : NULL;
}

uint64_t test_random_next(struct test_random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t test_random_below(struct test_random *r, uint64_t below)
{
    return test_random_next(r) % below;
}

void test_keep_alerts(const char *prefix, const char *name, const char *alerts)
{
    const char *build = getenv("LOOKOUT_BUILD");
    size_t n = strlen(alerts);
    char path[512];
    if (build == NULL)
        return;
    snprintf(path, sizeof path, "%s/alerts", build);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/alerts/%s%s.jsonl", build, prefix, name);
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return;
    fputs(alerts, f);
    if (n > 0 && alerts[n - 1] != '\n')
        fputc('\n', f);
    fclose(f);
}
