/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the coast: numbers in characters of six bits, five bits of value and one bit that
 * says that more follow. A ring is its count and its points, as differences in 0.01
 * degree. */
#include "coast.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/buf.h"
#include "lookout/sys/datafile.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif
#define COAST_SCALE 100.0

struct unpack {
    const char *at; /* borrowed; NUL-terminated */
    bool has_failed;
};

/* Skip line ends and comments. */
static bool unpack_is_at_end(struct unpack *u)
{
    while (*u->at == '\n' || *u->at == '#')
        u->at += *u->at == '#' ? strcspn(u->at, "\n") : 1;
    return *u->at == '\0';
}

static int unpack_number(struct unpack *u)
{
    unsigned value = 0;
    for (unsigned shift = 0; shift < 30 && !unpack_is_at_end(u); shift += 5) {
        unsigned bits = (unsigned)(*u->at++ - 63);
        if (bits > 63)
            break;
        value |= (bits & 31) << shift;
        if (bits < 32)
            return value & 1 ? -(int)(value >> 1) - 1 : (int)(value >> 1);
    }
    u->has_failed = true;
    return 0;
}

/* Count the points; fill the array when there is one. */
static int unpack_coast(struct coast *coast, const char *text)
{
    struct unpack u = {.at = text};
    coast->point_count = coast->ring_count = 0;
    while (!unpack_is_at_end(&u) && !u.has_failed) {
        int lon = 0, lat = 0, n = unpack_number(&u);
        for (int i = 0; i < n && !u.has_failed; i++) {
            lon += unpack_number(&u);
            lat += unpack_number(&u);
            if (coast->points != NULL)
                coast->points[coast->point_count] = (struct geo_point){
                    .lat = lat / COAST_SCALE, .lon = lon / COAST_SCALE};
            coast->point_count++;
        }
        if (coast->ring_ends != NULL)
            coast->ring_ends[coast->ring_count] = coast->point_count;
        coast->ring_count++;
    }
    return u.has_failed ? ERR_CORRUPT : 0;
}

static int coast_unpack(struct coast *ret, const char *text)
{
    int rc = unpack_coast(ret, text);
    if (rc != 0)
        return rc;
    ret->points = malloc((ret->point_count + 1) * sizeof *ret->points);
    ret->ring_ends = malloc((ret->ring_count + 1) * sizeof *ret->ring_ends);
    if (ret->points == NULL || ret->ring_ends == NULL) {
        coast_finish(ret);
        return ERR_NOMEM;
    }
    return unpack_coast(ret, text);
}

int coast_read(struct coast *ret, struct err *err)
{
    static const char name[] = "coast.txt";
    char path[PATH_MAX];
    struct buf text = {0};
    *ret = (struct coast){0};
    int rc = datafile_find(name, path, sizeof path);
    if (rc != 0)
        return err_set(err, rc, "the shipped file %s is not found", name);
    rc = datafile_read(path, &text, err);
    if (rc == 0) {
        rc = coast_unpack(ret, buf_text(&text));
        if (rc != 0)
            err_set(err, rc, "%s: %s", path, err_text(rc));
    }
    buf_finish(&text);
    return rc;
}

void coast_finish(struct coast *coast)
{
    free(coast->points);
    free(coast->ring_ends);
    *coast = (struct coast){0};
}
