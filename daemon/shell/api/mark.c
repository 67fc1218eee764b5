/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of alerts by vessel. */
#include "mark.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"

/* Keys of a map are not 0. */
static uint64_t key_of_mark(uint32_t mmsi)
{
    return (uint64_t)mmsi + 1;
}

void mark_init(struct marks *m)
{
    memset(m, 0, sizeof *m);
    map_init(&m->of);
}

void mark_finish(struct marks *m)
{
    uint64_t key;
    void *value;
    for (size_t cursor = 0; map_next(&m->of, &cursor, &key, &value);)
        free(value);
    map_finish(&m->of);
    mark_init(m);
}

const struct mark *mark_find(const struct marks *m, uint32_t mmsi)
{
    return map_get(&m->of, key_of_mark(mmsi));
}

struct mark *mark_obtain(struct marks *m, uint32_t mmsi)
{
    struct mark *of = map_get(&m->of, key_of_mark(mmsi));
    if (of != NULL)
        return of;
    of = calloc(1, sizeof *of);
    if (of == NULL)
        return NULL;
    of->alerted_ms = TIME_NONE;
    if (map_set(&m->of, key_of_mark(mmsi), of) == 0)
        return of;
    free(of);
    return NULL;
}

void mark_count(struct marks *m, struct mark *of, enum severity severity, uint64_t open)
{
    uint32_t now = open < UINT32_MAX ? (uint32_t)open : UINT32_MAX;
    m->open[severity] += (uint64_t)now - of->open[severity];
    of->open[severity] = now;
    of->counted |= 1u << severity;
}

bool mark_drop_uncounted(struct marks *m, struct mark *of)
{
    unsigned counted = of->counted, before = mark_severity(of);
    for (unsigned s = 0; s < SEVERITIES; s++)
        if ((counted & 1u << s) == 0)
            mark_count(m, of, (enum severity)s, 0);
    return mark_severity(of) != before;
}

void mark_begin_count(struct marks *m)
{
    uint64_t key;
    void *value;
    for (size_t cursor = 0; map_next(&m->of, &cursor, &key, &value);)
        ((struct mark *)value)->counted = 0;
}

bool mark_end_count(struct marks *m, size_t *cursor, uint32_t *ret_mmsi)
{
    uint64_t key;
    void *value;
    while (map_next(&m->of, cursor, &key, &value))
        if (mark_drop_uncounted(m, value)) {
            *ret_mmsi = (uint32_t)(key - 1);
            return true;
        }
    return false;
}

unsigned mark_severity(const struct mark *of)
{
    for (unsigned s = SEVERITIES; of != NULL && s-- > 0;)
        if (of->open[s] != 0)
            return s + 1;
    return 0;
}
