/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the immutable gazetteer from the collected data: definitions over rows, areas,
 * codes, same-groups, groups, grid, names. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "ports_int.h"

struct assembly {
    struct ports_builder *b;
    struct ports *ports;
    struct err *err;
    int first;
};

static void report_trouble(struct assembly *a, int code, enum ports_about about,
                           size_t item, size_t element, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

static void report_trouble(struct assembly *a, int code, enum ports_about about,
                           size_t item, size_t element, const char *format, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (a->b->trouble != NULL)
        a->b->trouble(a->b->trouble_context, about, item, element, text);
    if (a->first == 0)
        a->first = err_set(a->err, code, "%s", text);
}

/* --- definitions and areas over rows --- */

static struct ports_entry *row_find(struct ports_builder *b, const char *locode)
{
    uintptr_t i = (uintptr_t)map_get(&b->row_by_code, ports_code_key(locode));
    return i != 0 ? &b->rows[i - 1] : NULL;
}

/* Apply a definition to the row of its code; values that it does not give stay. */
static void overlay_definition(struct ports_entry *row, struct ports_entry *d)
{
    if (d->name != NULL) {
        free(row->name);
        row->name = d->name;
        d->name = NULL;
    }
    if (d->has_pos || d->area != NULL) {
        row->area = d->area;
        d->area = NULL;
        row->entry_m = row->exit_m = -1;
    }
    row->is_placed = d->has_pos || row->area != NULL || d->entry_m >= 0;
    if (row->is_placed) {
        free(row->places);
        row->places = NULL;
        row->place_count = 0;
    }
    if (d->has_pos) {
        row->pos = d->pos;
        free(row->source);
        row->source = NULL;
    }
    row->entry_m = d->entry_m >= 0 ? d->entry_m : row->entry_m;
    row->exit_m = d->exit_m >= 0 ? d->exit_m : row->exit_m;
}

static struct geo_pos area_middle(const struct zone_set *area)
{
    const struct zone_info *info = zone_set_info(area, 0);
    double width = info->high.lon - info->low.lon;
    return geo_to_pos((struct geo_point){
        .lat = (info->low.lat + info->high.lat) / 2,
        .lon = info->low.lon + (width < 0 ? width + 360 : width) / 2,
    });
}

static int add_entry_row(struct assembly *a, struct ports_entry *d, size_t item)
{
    struct ports_builder *b = a->b;
    if (!d->has_pos && d->area == NULL) {
        report_trouble(
            a, ERR_INVALID, PORTS_ABOUT_DEFINE, item, 0,
            "%s is not in the gazetteer, so its position is needed (lat and lon, or "
            "area)",
            d->locode);
        return 0;
    }
    if (array_grow(&b->rows, &b->row_room, b->row_count + 1, sizeof *d) != 0 ||
        map_set(&b->row_by_code, ports_code_key(d->locode),
                (void *)(uintptr_t)(b->row_count + 1)) != 0)
        return ERR_NOMEM;
    if (!d->has_pos)
        d->pos = area_middle(d->area);
    d->is_placed = true;
    b->rows[b->row_count++] = *d;
    *d = (struct ports_entry){0};
    return 0;
}

static int apply_defines(struct assembly *a)
{
    struct ports_builder *b = a->b;
    for (size_t i = 0; i < b->define_count; i++) {
        struct ports_entry *row = row_find(b, b->defines[i].locode);
        if (row != NULL)
            overlay_definition(row, &b->defines[i]);
        else if (add_entry_row(a, &b->defines[i], i) != 0)
            return ERR_NOMEM;
    }
    return 0;
}

static void apply_areas(struct assembly *a)
{
    struct ports_builder *b = a->b;
    for (size_t i = 0; i < b->area_count; i++) {
        struct ports_area *area = &b->areas[i];
        struct ports_entry *row = row_find(b, area->locode);
        if (row == NULL) {
            report_trouble(a, ERR_NOT_FOUND, PORTS_ABOUT_AREA, i, 0,
                           "area of %s: no such port in the gazetteer", area->locode);
        } else if (!row->is_placed) {
            row->area = area->area;
            area->area = NULL;
        }
    }
}

/* --- rows to ports --- */

/* The exit distance of a place that is a point: as far beyond its entry as the default.
 */
static double exit_beyond(const struct ports_builder *b, double entry_m)
{
    return b->exit_m > b->entry_m ? entry_m + (b->exit_m - b->entry_m) : entry_m;
}

static void take_places(const struct ports_builder *b, struct ports_entry *row,
                        struct port *p)
{
    p->places = row->places;
    p->place_count = row->place_count;
    row->places = NULL;
    row->place_count = 0;
    for (size_t i = 0; i < p->place_count; i++) {
        struct port_place *place = &p->places[i];
        place->entry_m = place->entry_m >= 0 ? place->entry_m : b->entry_m;
        place->exit_m = exit_beyond(b, place->entry_m);
    }
}

/* Move a row's data into the port. */
static int assemble_port(const struct ports_builder *b, struct ports_entry *row,
                         struct port *p)
{
    memcpy(p->locode, row->locode, LOCODE_BYTES);
    p->pos = row->pos;
    p->area = row->area;
    row->area = NULL;
    p->codes = row->codes;
    p->code_count = row->code_count;
    p->names = row->names;
    p->name_count = row->name_count;
    row->codes = row->names = NULL;
    row->code_count = row->name_count = 0;
    p->name = row->name;
    p->source = row->source;
    row->name = row->source = NULL;
    if (p->area != NULL) {
        p->entry_m = 0;
        p->exit_m = row->exit_m >= 0 ? row->exit_m : b->area_exit_m;
    } else {
        p->entry_m = row->entry_m >= 0 ? row->entry_m : b->entry_m;
        p->exit_m = row->exit_m >= 0 ? row->exit_m : exit_beyond(b, p->entry_m);
        if (p->exit_m < p->entry_m)
            p->exit_m = p->entry_m;
    }
    take_places(b, row, p);
    if (p->name == NULL)
        p->name = strndup(p->locode, strlen(p->locode));
    if (p->source == NULL)
        p->source = strdup(PORT_SOURCE_DEFINED);
    return p->name != NULL && p->source != NULL ? 0 : ERR_NOMEM;
}

static int by_locode(const void *a, const void *b)
{
    const struct ports_entry *x = a, *y = b;
    return memcmp(x->locode, y->locode, LOCODE_BYTES);
}

static int make_ports(struct assembly *a)
{
    struct ports_builder *b = a->b;
    struct ports *ports = a->ports;
    ports->items = calloc(b->row_count + 1, sizeof *ports->items);
    if (ports->items == NULL)
        return ERR_NOMEM;
    if (b->row_count != 0)
        qsort(b->rows, b->row_count, sizeof *b->rows, by_locode);
    for (size_t i = 0; i < b->row_count; i++) {
        ports->count++;
        if (assemble_port(b, &b->rows[i], &ports->items[i]) != 0)
            return ERR_NOMEM;
        ports->items[i].same = ports->items[i].next_same = (uint32_t)i;
    }
    return 0;
}

/* --- codes that are one port --- */

/* Make an unknown code another code of that port. */
static int adopt_code(struct ports *ports, uint32_t port, const char *code)
{
    struct port *p = &ports->items[port];
    char locode[LOCODE_BYTES];
    if (!ports_code_read(code, locode) || !ports_codes_add(ports, locode, port))
        return 0;
    char *copy = strdup(locode);
    if (copy == NULL || array_extend(&p->codes, p->code_count, 1, sizeof copy) != 0) {
        free(copy);
        return ERR_NOMEM;
    }
    p->codes[p->code_count++] = copy;
    return 0;
}

/* Join two rings of same ports; nothing happens when they are one ring. */
static void join_same(struct ports *ports, uint32_t a, uint32_t b)
{
    for (uint32_t i = ports->items[a].next_same; i != a; i = ports->items[i].next_same)
        if (i == b)
            return;
    if (a == b)
        return;
    uint32_t next = ports->items[a].next_same;
    ports->items[a].next_same = ports->items[b].next_same;
    ports->items[b].next_same = next;
}

/* *ret_known: whether any of the codes was known. */
static int apply_same(struct ports *ports, const char *const *codes, size_t n,
                      bool *ret_known)
{
    uint32_t first = PORT_NONE;
    for (size_t i = 0; i < n; i++) {
        uint32_t port = ports_find(ports, codes[i]);
        if (port != PORT_NONE && first == PORT_NONE)
            first = port;
        else if (port != PORT_NONE)
            join_same(ports, first, port);
    }
    *ret_known = first != PORT_NONE;
    if (first == PORT_NONE)
        return 0;
    uint32_t i = first;
    do {
        ports->items[i].same = first;
        i = ports->items[i].next_same;
    } while (i != first);
    for (size_t k = 0; k < n; k++)
        if (adopt_code(ports, first, codes[k]) != 0)
            return ERR_NOMEM;
    return 0;
}

/* The same-groups of the CSV: each row names the port that represents it. */
static int apply_row_sames(struct assembly *a)
{
    bool is_known = false;
    for (size_t i = 0; i < a->b->row_count; i++) {
        const struct ports_entry *row = &a->b->rows[i];
        const char *codes[2] = {row->same, row->locode};
        if (row->same[0] != '\0' && apply_same(a->ports, codes, 2, &is_known) != 0)
            return ERR_NOMEM;
    }
    return 0;
}

static int apply_sames(struct assembly *a)
{
    bool is_known = false;
    if (apply_row_sames(a) != 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < a->b->same_count; i++) {
        const struct ports_list *list = &a->b->sames[i];
        const char *const *codes = (const char *const *)list->items;
        if (apply_same(a->ports, codes, list->count, &is_known) != 0)
            return ERR_NOMEM;
        if (!is_known)
            report_trouble(a, ERR_NOT_FOUND, PORTS_ABOUT_SAME, i, 0,
                           "none of %s ... %s is a port of the gazetteer", codes[0],
                           codes[list->count - 1]);
    }
    return 0;
}

/* --- groups --- */

enum group_state { GROUP_NEW, GROUP_OPEN, GROUP_DONE };

struct grouping {
    struct assembly *a;
    enum group_state *states; /* one per group of the builder */
    size_t depth;
};

enum { GROUP_DEPTH_MAX = 100 };

static int group_resolve(struct grouping *g, size_t group);

/* A ports_group_lookup of the builder's groups, which resolves them when they are named.
 */
static const struct ports_picks *group_lookup(void *context, const char *name,
                                              struct err *err)
{
    struct grouping *g = context;
    struct ports *ports = g->a->ports;
    for (size_t i = 0; i < ports->group_count; i++) {
        if (strcmp(ports->groups[i].name, name) != 0)
            continue;
        if (g->states[i] == GROUP_OPEN) {
            err_set(err, ERR_INVALID, "group '$%s' contains itself", name);
            return NULL;
        }
        if (g->depth >= GROUP_DEPTH_MAX) {
            err_set(err, ERR_LIMIT, "groups are nested more than %d deep",
                    GROUP_DEPTH_MAX);
            return NULL;
        }
        if (group_resolve(g, i) != 0) {
            err_set(err, ERR_NOMEM, "out of memory");
            return NULL;
        }
        return &ports->groups[i].picks;
    }
    return NULL;
}

static int group_resolve(struct grouping *g, size_t group)
{
    struct assembly *a = g->a;
    if (g->states[group] == GROUP_DONE)
        return 0;
    g->states[group] = GROUP_OPEN;
    g->depth++;
    const struct ports_list *list = &a->b->groups[group];
    for (size_t i = 0; i < list->count; i++) {
        struct err err = {0};
        int rc = port_set_pick_pattern(a->ports, list->items[i], group_lookup, g,
                                       &a->ports->groups[group].picks, &err);
        if (rc == ERR_NOMEM)
            return rc;
        if (rc != 0)
            report_trouble(a, rc, PORTS_ABOUT_GROUP, group, i, "group '%s': %s",
                           list->name, err.text);
    }
    g->depth--;
    g->states[group] = GROUP_DONE;
    return 0;
}

static int make_groups(struct assembly *a)
{
    struct ports *ports = a->ports;
    size_t n = a->b->group_count;
    struct grouping g = {.a = a, .states = calloc(n + 1, sizeof *g.states)};
    int rc = ERR_NOMEM;
    ports->groups = calloc(n + 1, sizeof *ports->groups);
    if (g.states == NULL || ports->groups == NULL)
        goto done;
    for (size_t i = 0; i < n; i++) {
        struct ports_group *group = &ports->groups[ports->group_count++];
        group->name = a->b->groups[i].name;
        a->b->groups[i].name = strndup(group->name, strlen(group->name));
        group->picks.bits =
            calloc(ports_bit_words(ports->count) + 1, sizeof *group->picks.bits);
        if (a->b->groups[i].name == NULL || group->picks.bits == NULL)
            goto done;
    }
    rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = group_resolve(&g, i);
done:
    free(g.states);
    return rc;
}

/* --- all together --- */

static int assemble_rows(struct assembly *a)
{
    size_t more = 0;
    for (size_t i = 0; i < a->b->same_count; i++)
        more += a->b->sames[i].count;
    if (apply_defines(a) != 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < a->b->row_count; i++)
        more += a->b->rows[i].same[0] != '\0';
    apply_areas(a);
    if (make_ports(a) != 0 || ports_codes_make(a->ports, more) != 0 ||
        apply_sames(a) != 0 || make_groups(a) != 0)
        return ERR_NOMEM;
    if (a->first != 0)
        return a->first;
    if (ports_index_build(&a->ports->index, a->ports->items, a->ports->count, 0) != 0)
        return ERR_NOMEM;
    return ports_names_build(a->ports, &a->b->destinations);
}

int ports_assemble(struct ports_builder *b, struct ports **ret_ports, struct err *err)
{
    struct assembly a = {.b = b, .err = err, .ports = calloc(1, sizeof *a.ports)};
    int rc = ERR_NOMEM;
    if (a.ports != NULL) {
        a.ports->holders = 1;
        rc = assemble_rows(&a);
    }
    ports_builder_empty(b);
    if (rc != 0) {
        ports_destroy(a.ports);
        return rc == ERR_NOMEM ? err_set(err, rc, "out of memory") : rc;
    }
    *ret_ports = a.ports;
    return 0;
}
