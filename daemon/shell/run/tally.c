/* SPDX-License-Identifier: Apache-2.0 */
/* Counting alerts for the summary of a replay. */
#include "tally_int.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/alert/severity.h"
#include "lookout/base/time.h"

enum { NOISIEST = 5 };

struct vessel_count {
    uint32_t mmsi;
    uint64_t count;
};

void tally_init(struct tally *t)
{
    memset(t, 0, sizeof *t);
    map_init(&t->vessels);
    t->first_ms = t->last_ms = TIME_NONE;
}

void tally_finish(struct tally *t)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&t->vessels, &cursor, &key, &value))
        free(value);
    map_finish(&t->vessels);
    free(t->rows);
    memset(t, 0, sizeof *t);
}

static struct tally_row *tally_row_of(struct tally *t, const char *name)
{
    for (size_t i = 0; i < t->row_count; i++)
        if (strcmp(t->rows[i].name, name) == 0)
            return &t->rows[i];
    struct tally_row *more = realloc(t->rows, (t->row_count + 1) * sizeof *more);
    if (more == NULL)
        return NULL;
    t->rows = more;
    struct tally_row *row = &t->rows[t->row_count++];
    memset(row, 0, sizeof *row);
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

int tally_add(struct tally *t, const struct alert *a)
{
    t->muted += a->is_muted;
    t->folded += a->is_folded;
    if (a->is_muted || a->is_folded)
        return 0;
    char name[112];
    snprintf(name, sizeof name, "%s %s", a->rule, a->type + strlen("lookoutd."));
    struct tally_row *row = tally_row_of(t, name);
    struct vessel_count *vessel = map_get(&t->vessels, a->mmsi);
    if (vessel == NULL) {
        vessel = calloc(1, sizeof *vessel);
        if (vessel == NULL || map_set(&t->vessels, a->mmsi, vessel) != 0) {
            free(vessel);
            return ERR_NOMEM;
        }
        vessel->mmsi = a->mmsi;
    }
    if (row == NULL)
        return ERR_NOMEM;
    row->count++;
    row->critical += a->severity == SEVERITY_CRITICAL;
    vessel->count++;
    t->alerts++;
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct tally_row *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int compare_vessels(const void *a, const void *b)
{
    const struct vessel_count *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->mmsi < y->mmsi ? -1 : x->mmsi > y->mmsi;
}

static void print_vessels(const struct tally *t, FILE *out)
{
    struct vessel_count *list = calloc(t->vessels.count + 1, sizeof *list);
    size_t n = 0, cursor = 0;
    uint64_t key;
    void *value;
    while (list != NULL && map_next(&t->vessels, &cursor, &key, &value))
        list[n++] = *(const struct vessel_count *)value;
    if (n > 1)
        qsort(list, n, sizeof *list, compare_vessels);
    for (size_t i = 0; i < n && i < NOISIEST; i++)
        fprintf(out, "  vessel %09u: %llu alert%s\n", list[i].mmsi,
                (unsigned long long)list[i].count, list[i].count == 1 ? "" : "s");
    free(list);
}

void tally_print(const struct tally *t, FILE *out)
{
    double days = 1;
    if (t->first_ms != TIME_NONE && t->last_ms - t->first_ms > DAY_MS)
        days = (double)(t->last_ms - t->first_ms) / (double)DAY_MS;
    fprintf(out, "alerts: %llu, muted %llu, folded %llu\n", (unsigned long long)t->alerts,
            (unsigned long long)t->muted, (unsigned long long)t->folded);
    struct tally_row *rows = calloc(t->row_count + 1, sizeof *rows);
    if (rows == NULL)
        return;
    if (t->row_count != 0)
        memcpy(rows, t->rows, t->row_count * sizeof *rows);
    if (t->row_count > 1)
        qsort(rows, t->row_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < t->row_count; i++)
        fprintf(out, "  rule %s: %llu (%.1f a day, %llu critical)\n", rows[i].name,
                (unsigned long long)rows[i].count, (double)rows[i].count / days,
                (unsigned long long)rows[i].critical);
    free(rows);
    print_vessels(t, out);
}
