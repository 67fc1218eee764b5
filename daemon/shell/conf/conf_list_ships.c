/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of a list that are watched: those that its filters leave, with the tags of
 * the list and of the owners that it names. */
#include <stdlib.h>
#include <string.h>

#include "conf_watched.h"
#include "lookout/base/text.h"

/* --- filters --- */

/* Whether two texts are the same; '*' at the pattern's end stands for any text. */
static bool is_like(const char *pattern, const char *text)
{
    size_t n = strlen(pattern);
    char begin[256];
    if (n == 0 || pattern[n - 1] != '*')
        return text_equal_fold(pattern, text);
    if (n > sizeof begin || strlen(text) < n - 1)
        return false;
    char wanted[256];
    memcpy(wanted, pattern, n - 1);
    memcpy(begin, text, n - 1);
    wanted[n - 1] = begin[n - 1] = '\0';
    return text_equal_fold(wanted, begin);
}

static bool has_like(char *const *patterns, size_t count, const struct list_texts *texts)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < texts->count; k++)
            if (is_like(patterns[i], texts->items[k]))
                return true;
    return count == 0;
}

static bool is_of_programs(const struct conf_list *list, const struct list_ship *ship)
{
    return has_like(list->programs, list->program_count, &ship->programs);
}

static bool is_of_topics(const struct conf_list *list, const struct list_ship *ship)
{
    return has_like(list->topics, list->topic_count, &ship->topics);
}

size_t conf_list_ships_count(const struct conf_list *list, const struct list *content)
{
    size_t count = 0;
    for (size_t i = 0; i < content->count; i++)
        count += is_of_programs(list, &content->ships[i]) &&
                 is_of_topics(list, &content->ships[i]);
    return count;
}

/* --- owners --- */

enum { NAME_BYTES = 512 };
/* A name's letters and digits in upper case, and where its words begin. */
struct words {
    char text[NAME_BYTES];
    bool begins[NAME_BYTES + 1];
    size_t n;
};

static void split_owner(const char *text, struct words *ret)
{
    bool is_begin = true;
    ret->n = 0;
    for (; *text != '\0' && ret->n < NAME_BYTES; text++) {
        char c = *text;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        bool counts = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
        is_begin = is_begin || c == ' ';
        if (!counts)
            continue;
        ret->begins[ret->n] = is_begin;
        ret->text[ret->n++] = c;
        is_begin = false;
    }
    ret->begins[ret->n] = true;
}

/* Whether the words of the name stand together in the owner's. */
static bool owner_has_name(const char *owner, const char *name)
{
    struct words all, wanted;
    split_owner(owner, &all);
    split_owner(name, &wanted);
    for (size_t at = 0; wanted.n != 0 && at + wanted.n <= all.n; at++)
        if (all.begins[at] && all.begins[at + wanted.n] &&
            memcmp(all.text + at, wanted.text, wanted.n) == 0)
            return true;
    return false;
}

static bool ship_has_owner(const struct list_ship *ship, const char *name)
{
    for (size_t i = 0; i < ship->owners.count; i++)
        if (owner_has_name(ship->owners.items[i], name))
            return true;
    return false;
}

static size_t list_ship_tags(const struct conf *conf, const struct conf_list *list,
                             const struct list_ship *ship, char **ret_tags)
{
    size_t count = 0;
    for (size_t i = 0; i < list->tag_count; i++)
        ret_tags[count++] = list->tags[i];
    for (size_t i = 0; i < conf->owner_count; i++)
        if (ship_has_owner(ship, conf->owners[i].name))
            ret_tags[count++] = conf->owners[i].tag;
    return count;
}

int conf_list_ships_each(const struct conf *conf, const struct conf_list *list,
                         const struct list *content, conf_list_ships_take take,
                         void *context)
{
    char **tags = malloc((list->tag_count + conf->owner_count + 1) * sizeof *tags);
    bool is_going = tags != NULL;
    for (size_t i = 0; i < content->count && is_going; i++) {
        const struct list_ship *ship = &content->ships[i];
        if (!is_of_programs(list, ship) || !is_of_topics(list, ship))
            continue;
        size_t count = list_ship_tags(conf, list, ship, tags);
        is_going = take(context, ship, tags, count);
    }
    bool is_nomem = tags == NULL;
    free(tags);
    return is_nomem ? ERR_NOMEM : 0;
}

/* --- watching --- */

struct watching {
    struct conf_watched *v;
    struct conf_list *list;
    const struct watch_list *version;
};

static bool watch_ship(void *context, const struct list_ship *ship, char **tags,
                       size_t tag_count)
{
    struct watching *g = context;
    struct watch_source source = {
        .list = g->version,
        .entry = ship->entry != NULL ? ship->entry : ship->id,
        .name = ship->name,
        .programs = ship->programs.items,
        .program_count = ship->programs.count,
        .owners = ship->owners.items,
        .owner_count = ship->owners.count,
    };
    struct watch_entry entry = {
        .id = ship->id,
        .name = ship->name,
        .callsign = ship->callsign,
        .note = ship->note,
        .tags = tags,
        .tag_count = tag_count,
        .imo = ship->imo,
        .mmsi = ship->mmsi_count != 0 ? ship->mmsis[0] : 0,
        .aliases = ship->aliases.items,
        .alias_count = ship->aliases.count,
        .mmsis = ship->mmsis,
        .mmsi_count = ship->mmsi_count,
        .sources = &source,
        .source_count = 1,
        .is_name_enough = g->list->has_names,
    };
    if (!conf_watched_add(g->v, &entry))
        return false;
    g->list->ships++;
    g->list->unnumbered += ship->imo == 0;
    return true;
}

static void count_filtered(struct conf_list *list)
{
    for (size_t i = 0; i < list->content->count; i++) {
        const struct list_ship *ship = &list->content->ships[i];
        if (!is_of_programs(list, ship))
            list->other_programs++;
        else if (!is_of_topics(list, ship))
            list->other_topics++;
    }
}

void conf_list_ships_watch(struct conf_watched *v, struct conf_list *list)
{
    const struct watch_list version = {.id = list->id,
                                       .file = list->file,
                                       .published = list->published,
                                       .sha256 = list->sha256};
    struct watching g = {v, list, watch_add_list(v->watch, &version)};
    if (g.version == NULL ||
        conf_list_ships_each(v->r->conf, list, list->content, watch_ship, &g) != 0)
        conf_report_nomem(v->r);
    count_filtered(list);
    struct conf_place at = {.file = list->path, .is_warning = true};
    if (v->r->code == 0 && watch_count(v->watch) >= CONF_WATCHED_MAX)
        conf_report_fault_at(v->r, &at,
                             "the rest is left out: there are %u watched vessels already",
                             CONF_WATCHED_MAX);
}
