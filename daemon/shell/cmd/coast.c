/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks the coast: numbers of six-bit characters, five bits each and one that says that
 * more follow; a ring is its count and its points as differences in 0.01 degree. */
#include "coast.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SCALE 100.0

struct unpack {
    const char *const *line;
    const char *at;
    bool failed;
};

static bool is_at_end(struct unpack *u)
{
    while (*u->line != NULL && *u->at == '\0') {
        u->line++;
        if (*u->line != NULL)
            u->at = *u->line;
    }
    return *u->line == NULL;
}

static int next_number(struct unpack *u)
{
    unsigned value = 0;
    for (unsigned shift = 0; shift < 30; shift += 5) {
        if (is_at_end(u))
            break;
        char c = *u->at++;
        unsigned bits = (unsigned)((c == '!' ? '\\' : c) - 63);
        value |= (bits & 31) << shift;
        if (bits < 32)
            return value & 1 ? -(int)(value >> 1) - 1 : (int)(value >> 1);
    }
    u->failed = true;
    return 0;
}

/* Count, or fill when there is room. */
static int unpack(struct coast *coast)
{
    struct unpack u = {.line = coast_lines, .at = coast_lines[0]};
    coast->point_count = coast->ring_count = 0;
    while (!is_at_end(&u) && !u.failed) {
        int x = 0, y = 0, n = next_number(&u);
        for (int i = 0; i < n; i++) {
            x += next_number(&u);
            y += next_number(&u);
            if (coast->points != NULL)
                coast->points[coast->point_count] =
                    (struct coast_point){.lon = x / SCALE, .lat = y / SCALE};
            coast->point_count++;
        }
        if (coast->ring_ends != NULL)
            coast->ring_ends[coast->ring_count] = coast->point_count;
        coast->ring_count++;
    }
    return u.failed ? ERR_CORRUPT : 0;
}

int coast_read(struct coast *ret)
{
    *ret = (struct coast){0};
    int code = unpack(ret);
    if (code != 0)
        return code;
    ret->points = malloc(ret->point_count * sizeof *ret->points);
    ret->ring_ends = malloc(ret->ring_count * sizeof *ret->ring_ends);
    if (ret->points == NULL || ret->ring_ends == NULL) {
        coast_finish(ret);
        return ERR_NOMEM;
    }
    return unpack(ret);
}

void coast_finish(struct coast *coast)
{
    free(coast->points);
    free(coast->ring_ends);
    *coast = (struct coast){0};
}
