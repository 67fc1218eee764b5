/* SPDX-License-Identifier: Apache-2.0 */
/* Counting for the summary of a replay. What is muted or folded is told to nobody: it is
 * counted apart. */
#include "tally_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/severity.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

void tally_init(struct tally *t)
{
    memset(t, 0, sizeof *t);
    map_init(&t->vessels);
    map_init(&t->ports);
    t->first_ms = t->last_ms = TIME_NONE;
}

void tally_finish(struct tally *t)
{
    size_t cursor = 0;
    uint64_t key;
    void *value;
    while (map_next(&t->vessels, &cursor, &key, &value)) {
        struct tally_vessel *vessel = value;
        free(vessel->rules);
        free(vessel);
    }
    cursor = 0;
    while (map_next(&t->ports, &cursor, &key, &value))
        free(value);
    map_finish(&t->vessels);
    map_finish(&t->ports);
    free(t->rows);
    memset(t, 0, sizeof *t);
}

/* --- counting --- */

static int count_row(struct tally *t, const struct alert *a)
{
    const char *type = a->type + strlen("lookoutd.");
    size_t i = 0;
    while (i < t->row_count &&
           (strcmp(t->rows[i].rule, a->rule) != 0 || strcmp(t->rows[i].type, type) != 0))
        i++;
    if (i == t->row_count) {
        if (array_extend(&t->rows, i, 1, sizeof *t->rows) != 0)
            return ERR_NOMEM;
        t->rows[i] = (struct tally_row){.count = 0};
        text_copy(t->rows[i].rule, sizeof t->rows[i].rule, a->rule);
        text_copy(t->rows[i].type, sizeof t->rows[i].type, type);
        t->row_count++;
    }
    t->rows[i].count++;
    t->rows[i].critical += a->severity == SEVERITY_CRITICAL;
    return 0;
}

/* The value of a key, made of zeros when it is new. NULL: out of memory. */
static void *obtain_value(struct map *m, uint64_t key, size_t size)
{
    void *value = map_get(m, key);
    if (value != NULL)
        return value;
    value = calloc(1, size);
    if (value == NULL || map_set(m, key, value) != 0) {
        free(value);
        return NULL;
    }
    return value;
}

static int count_vessel(struct tally *t, const struct alert *a)
{
    struct tally_vessel *v = obtain_value(&t->vessels, a->mmsi, sizeof *v);
    size_t i = 0;
    if (v == NULL)
        return ERR_NOMEM;
    v->mmsi = a->mmsi;
    v->count++;
    while (i < v->rule_count && strcmp(v->rules[i].id, a->rule) != 0)
        i++;
    if (i == v->rule_count) {
        if (array_extend(&v->rules, i, 1, sizeof *v->rules) != 0)
            return ERR_NOMEM;
        v->rules[i].count = 0;
        text_copy(v->rules[i].id, sizeof v->rules[i].id, a->rule);
        v->rule_count++;
    }
    v->rules[i].count++;
    return 0;
}

static struct tally_port *obtain_port(struct tally *t, const char *locode,
                                      const char *name)
{
    struct tally_port *port = obtain_value(&t->ports, hash_text(locode, 0), sizeof *port);
    if (port != NULL && port->locode[0] == '\0') {
        text_copy(port->locode, sizeof port->locode, locode);
        text_copy(port->name, sizeof port->name, name);
    }
    return port;
}

/* The port stands in the body alone: data.port, of calls and of routes. */
static int count_port(struct tally *t, const struct alert *a)
{
    const char *locode = NULL, *name = NULL;
    if (strstr(a->body, "\"port\":{") == NULL)
        return 0;
    json_t *body = json_loadb(a->body, a->body_bytes, 0, NULL);
    int rc = 0;
    if (body != NULL && json_unpack(body, "{s:{s:{s:s,s:s}}}", "data", "port", "locode",
                                    &locode, "name", &name) == 0) {
        struct tally_port *port = obtain_port(t, locode, name);
        rc = port != NULL ? 0 : ERR_NOMEM;
        if (port != NULL)
            port->alerts++;
    }
    json_decref(body);
    return rc;
}

int tally_add(struct tally *t, const struct alert *a)
{
    t->muted += a->is_muted;
    t->folded += a->is_folded;
    if (a->is_muted || a->is_folded)
        return 0;
    t->alerts++;
    t->critical += a->severity == SEVERITY_CRITICAL;
    int rc = count_row(t, a);
    if (rc == 0)
        rc = count_vessel(t, a);
    return rc == 0 ? count_port(t, a) : rc;
}

int tally_add_call(struct tally *t, const struct engine_call *call)
{
    if (call->event != CALL_ARRIVED)
        return 0;
    struct tally_port *port = obtain_port(t, call->port->locode, call->port->name);
    if (port == NULL)
        return ERR_NOMEM;
    port->calls++;
    t->calls[call->call.evidence]++;
    return 0;
}

/* --- in order --- */

static int compare_counts(uint64_t a, uint64_t b)
{
    return a > b ? -1 : a < b;
}

static int compare_rows(const void *a, const void *b)
{
    const struct tally_row *x = *(const struct tally_row *const *)a,
                           *y = *(const struct tally_row *const *)b;
    int order = compare_counts(x->count, y->count);
    if (order == 0)
        order = strcmp(x->rule, y->rule);
    return order != 0 ? order : strcmp(x->type, y->type);
}

static int compare_ports(const void *a, const void *b)
{
    const struct tally_port *x = *(const struct tally_port *const *)a,
                            *y = *(const struct tally_port *const *)b;
    int order = compare_counts(x->alerts, y->alerts);
    if (order == 0)
        order = compare_counts(x->calls, y->calls);
    return order != 0 ? order : strcmp(x->locode, y->locode);
}

static int compare_vessels(const void *a, const void *b)
{
    const struct tally_vessel *x = *(const struct tally_vessel *const *)a,
                              *y = *(const struct tally_vessel *const *)b;
    int order = compare_counts(x->count, y->count);
    if (order != 0)
        return order;
    return x->mmsi < y->mmsi ? -1 : 1;
}

static int compare_rules(const void *a, const void *b)
{
    const struct tally_rule *x = a, *y = b;
    int order = compare_counts(x->count, y->count);
    return order != 0 ? order : strcmp(x->id, y->id);
}

size_t tally_sort_rows(const struct tally *t, const struct tally_row ***ret)
{
    *ret = calloc(t->row_count + 1, sizeof **ret);
    if (*ret == NULL)
        return 0;
    for (size_t i = 0; i < t->row_count; i++)
        (*ret)[i] = &t->rows[i];
    qsort(*ret, t->row_count, sizeof **ret, compare_rows);
    return t->row_count;
}

/* A map's values into an array of pointers of the caller. */
static size_t list_values(const struct map *m, const void ***ret)
{
    size_t n = 0, cursor = 0;
    uint64_t key;
    void *value;
    *ret = calloc(m->count + 1, sizeof **ret);
    while (*ret != NULL && map_next(m, &cursor, &key, &value))
        (*ret)[n++] = value;
    return n;
}

size_t tally_sort_ports(const struct tally *t, const struct tally_port ***ret)
{
    const void **list = NULL;
    size_t n = list_values(&t->ports, &list);
    if (n > 1)
        qsort(list, n, sizeof *list, compare_ports);
    *ret = (const struct tally_port **)list;
    return n;
}

size_t tally_sort_vessels(const struct tally *t, const struct tally_vessel ***ret)
{
    const void **list = NULL;
    size_t n = list_values(&t->vessels, &list);
    if (n > 1)
        qsort(list, n, sizeof *list, compare_vessels);
    *ret = (const struct tally_vessel **)list;
    for (size_t i = 0; i < n; i++)
        qsort((*ret)[i]->rules, (*ret)[i]->rule_count, sizeof *(*ret)[i]->rules,
              compare_rules);
    return n;
}

double tally_days(const struct tally *t)
{
    if (t->first_ms == TIME_NONE || t->last_ms <= t->first_ms)
        return 0;
    return (double)(t->last_ms - t->first_ms) / (double)DAY_MS;
}
