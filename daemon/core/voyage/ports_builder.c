/* SPDX-License-Identifier: Apache-2.0 */
/* Collects ports, areas, groups and same-lists in any order, to make the immutable
 * gazetteer of them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "ports_int.h"

/* --- texts and entries --- */

void ports_builder_free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void ports_builder_finish_entry(struct ports_entry *e)
{
    free(e->name);
    free(e->source);
    zone_set_destroy(e->area);
    ports_builder_free_texts(e->codes, e->code_count);
    ports_builder_free_texts(e->names, e->name_count);
    free(e->places);
    *e = (struct ports_entry){0};
}

int ports_builder_split(const char *text, size_t n, char separator, char ***ret_parts,
                        size_t *ret_count)
{
    char **parts = NULL;
    size_t count = 0, room = 0;
    for (size_t at = 0; at < n;) {
        const char *stop = memchr(text + at, separator, n - at);
        size_t end = stop != NULL ? (size_t)(stop - text) : n;
        size_t first = at, last = end;
        while (first < last && text[first] == ' ')
            first++;
        while (last > first && text[last - 1] == ' ')
            last--;
        at = end + 1;
        if (first == last)
            continue;
        char *copy = strndup(text + first, last - first);
        if (copy == NULL || array_grow(&parts, &room, count + 1, sizeof *parts) != 0) {
            free(copy);
            ports_builder_free_texts(parts, count);
            return ERR_NOMEM;
        }
        parts[count++] = copy;
    }
    *ret_parts = parts;
    *ret_count = count;
    return 0;
}

void ports_builder_report(struct ports_reading *r, int code, int line, int col,
                          const char *format, ...)
{
    char text[ERR_TEXT_BYTES + 64];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (r->fault != NULL)
        r->fault(r->context, line, col, text);
    if (r->first == 0)
        r->first = code;
}

/* --- the builder --- */

struct ports_builder *ports_builder_create(void)
{
    struct ports_builder *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    map_init(&b->row_by_code);
    map_init(&b->define_by_code);
    ports_builder_distances(b, 10000, 12000, 1000);
    return b;
}

static void lists_free(struct ports_list *lists, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(lists[i].name);
        ports_builder_free_texts(lists[i].items, lists[i].count);
    }
    free(lists);
}

void ports_builder_empty(struct ports_builder *b)
{
    for (size_t i = 0; i < b->row_count; i++)
        ports_builder_finish_entry(&b->rows[i]);
    for (size_t i = 0; i < b->define_count; i++)
        ports_builder_finish_entry(&b->defines[i]);
    for (size_t i = 0; i < b->area_count; i++)
        zone_set_destroy(b->areas[i].area);
    free(b->rows);
    free(b->defines);
    free(b->areas);
    lists_free(b->groups, b->group_count);
    lists_free(b->sames, b->same_count);
    destination_table_finish(&b->destinations);
    map_finish(&b->row_by_code);
    map_finish(&b->define_by_code);
    *b = (struct ports_builder){.entry_m = b->entry_m,
                                .exit_m = b->exit_m,
                                .area_exit_m = b->area_exit_m,
                                .trouble = b->trouble,
                                .trouble_context = b->trouble_context};
    map_init(&b->row_by_code);
    map_init(&b->define_by_code);
}

void ports_builder_destroy(struct ports_builder *b)
{
    if (b == NULL)
        return;
    ports_builder_empty(b);
    free(b);
}

void ports_builder_distances(struct ports_builder *b, double entry_m, double exit_m,
                             double area_exit_m)
{
    b->entry_m = entry_m;
    b->exit_m = exit_m;
    b->area_exit_m = area_exit_m;
}

void ports_builder_on_trouble(struct ports_builder *b, ports_trouble trouble,
                              void *context)
{
    b->trouble = trouble;
    b->trouble_context = context;
}

static bool pos_is_valid(struct geo_pos pos)
{
    return pos.lat_e7 >= -900000000 && pos.lat_e7 <= 900000000 &&
           pos.lon_e7 >= -1800000000 && pos.lon_e7 <= 1800000000;
}

static int define_check(const struct ports_builder *b, const char *locode,
                        struct ports_entry *e, struct err *err)
{
    bool is_none = e->pos.lat_e7 == INT32_MAX && e->pos.lon_e7 == INT32_MAX;
    if (!ports_code_read(locode, e->locode))
        return err_set(err, ERR_INVALID,
                       "'%.40s' is not a UN/LOCODE (two letters, then three letters or "
                       "digits)",
                       locode);
    if (map_get(&b->define_by_code, ports_code_key(e->locode)) != NULL)
        return err_set(err, ERR_EXISTS, "%s is defined twice", e->locode);
    if (!is_none && !pos_is_valid(e->pos))
        return err_set(err, ERR_RANGE, "the position of %s is not on the earth",
                       e->locode);
    if (e->entry_m >= 0 && e->exit_m >= 0 && e->area == NULL && e->exit_m < e->entry_m)
        return err_set(err, ERR_RANGE,
                       "the exit distance of %s is shorter than its entry distance",
                       e->locode);
    e->has_pos = !is_none;
    return 0;
}

int ports_builder_define(struct ports_builder *b, const char *locode, const char *name,
                         struct geo_pos pos, double entry_m, double exit_m,
                         struct zone_set *area, struct err *err)
{
    struct ports_entry e = {
        .pos = pos, .entry_m = entry_m, .exit_m = exit_m, .area = area};
    int rc = define_check(b, locode, &e, err);
    if (rc != 0)
        goto fail;
    rc = err_set(err, ERR_NOMEM, "out of memory");
    if (name != NULL && (e.name = strdup(name)) == NULL)
        goto fail;
    if (array_grow(&b->defines, &b->define_room, b->define_count + 1, sizeof e) != 0 ||
        map_set(&b->define_by_code, ports_code_key(e.locode),
                (void *)(uintptr_t)(b->define_count + 1)) != 0)
        goto fail;
    b->defines[b->define_count++] = e;
    return 0;
fail:
    ports_builder_finish_entry(&e);
    return rc;
}

/* Copy the texts; on failure nothing stays allocated. */
static int list_make(const char *name, const char *const *items, size_t n,
                     struct ports_list *ret_list)
{
    struct ports_list list = {.items = calloc(n + 1, sizeof *list.items)};
    if (list.items == NULL)
        return ERR_NOMEM;
    list.name = name != NULL ? strdup(name) : NULL;
    bool is_short = name != NULL && list.name == NULL;
    while (!is_short && list.count < n) {
        const char *item = items[list.count];
        list.items[list.count] = strdup(item);
        is_short = list.items[list.count] == NULL;
        list.count += is_short ? 0 : 1;
    }
    if (is_short) {
        free(list.name);
        ports_builder_free_texts(list.items, list.count);
        return ERR_NOMEM;
    }
    *ret_list = list;
    return 0;
}

static int list_add(struct ports_list **lists, size_t *count, size_t *room,
                    struct ports_list list)
{
    if (array_grow(lists, room, *count + 1, sizeof list) != 0) {
        free(list.name);
        ports_builder_free_texts(list.items, list.count);
        return ERR_NOMEM;
    }
    (*lists)[(*count)++] = list;
    return 0;
}

static bool group_name_is_sound(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789_-");
    return n > 0 && n <= 64 && name[n] == '\0';
}

int ports_builder_group(struct ports_builder *b, const char *name,
                        const char *const *patterns, size_t n, struct err *err)
{
    if (!group_name_is_sound(name))
        return err_set(err, ERR_INVALID,
                       "'%.40s' is not a name of a group (letters, digits, '-' and '_')",
                       name);
    for (size_t i = 0; i < b->group_count; i++)
        if (strcmp(b->groups[i].name, name) == 0)
            return err_set(err, ERR_EXISTS, "group '%s' is defined twice", name);
    struct ports_list list;
    if (list_make(name, patterns, n, &list) != 0 ||
        list_add(&b->groups, &b->group_count, &b->group_room, list) != 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}

int ports_builder_same(struct ports_builder *b, const char *const *codes, size_t n,
                       struct err *err)
{
    char locode[LOCODE_BYTES];
    for (size_t i = 0; i < n; i++)
        if (!ports_code_read(codes[i], locode))
            return err_set_at(
                err, ERR_INVALID, 0, (int)i + 1,
                "'%.40s' is not a UN/LOCODE (two letters, then three letters "
                "or digits)",
                codes[i]);
    if (n < 2)
        return err_set(err, ERR_INVALID, "codes of one port: at least two are needed");
    struct ports_list list;
    if (list_make(NULL, codes, n, &list) != 0 ||
        list_add(&b->sames, &b->same_count, &b->same_room, list) != 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    return 0;
}
