/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of lists, in words and as JSON lines: for `check` and `lists`. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "conf_watched.h"
#include "lookout/base/units.h"

/* ", 4 with neither IMO number, MMSI nor call sign with name" */
static void print_left(FILE *out, uint64_t count, const char *what, bool *is_first)
{
    if (count == 0)
        return;
    fprintf(out, "%s%" PRIu64 " %s", *is_first ? "; left out: " : ", ", count, what);
    *is_first = false;
}

void conf_list_words_print(const struct conf_list *list, FILE *out)
{
    char refresh[UNITS_TEXT_BYTES];
    bool is_first = true;
    fprintf(out, "%s: %s, %s, ", list->id, list->file, list_format_name(list->found));
    if (list->published[0] != '\0')
        fprintf(out, "published %s, ", list->published);
    fprintf(out, "sha256 %s, %zu ship%s, %zu of them without IMO number", list->sha256,
            list->ships, list->ships == 1 ? "" : "s", list->unnumbered);
    print_left(out, list->left_out[LIST_LEFT_KEYLESS],
               "with neither IMO number, MMSI nor call sign with name", &is_first);
    print_left(out, list->left_out[LIST_LEFT_FAULTY], "that cannot be read", &is_first);
    print_left(out, list->other_programs, "of other programs", &is_first);
    print_left(out, list->other_topics, "of other topics", &is_first);
    if (list->wrong_numbers != 0)
        fprintf(out, "; wrong numbers: %" PRIu64, list->wrong_numbers);
    if (list->refresh_ms != 0)
        fprintf(out, "; looked at every %s, refused with fewer than %g%% of the ships",
                units_format_duration(list->refresh_ms, refresh), list->shrink * 100);
    fputc('\n', out);
}

/* --- JSON --- */

struct printing {
    const struct conf_list *list;
    FILE *out;
    int rc;
};

static void put_member(json_t *o, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(o, name, json_string(text));
}

static void put_list(json_t *o, const char *name, char *const *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(texts[i]));
    json_object_set_new(o, name, list);
}

/* The first MMSI is `mmsi`; where there are several, all are `mmsis`. */
static void put_mmsis(json_t *o, const struct list_ship *ship)
{
    if (ship->mmsi_count != 0)
        json_object_set_new(o, "mmsi", json_integer(ship->mmsis[0]));
    if (ship->mmsi_count < 2)
        return;
    json_t *all = json_array();
    for (size_t i = 0; i < ship->mmsi_count; i++)
        json_array_append_new(all, json_integer(ship->mmsis[i]));
    json_object_set_new(o, "mmsis", all);
}

static bool print_ship(void *context, const struct list_ship *ship, char **tags,
                       size_t tag_count)
{
    struct printing *p = context;
    json_t *o = json_object();
    put_member(o, "list", p->list->id);
    put_member(o, "entry", ship->entry != NULL ? ship->entry : ship->id);
    put_member(o, "name", ship->name);
    if (ship->imo != 0)
        json_object_set_new(o, "imo", json_integer(ship->imo));
    put_mmsis(o, ship);
    put_member(o, "callsign", ship->callsign);
    put_member(o, "flag", ship->flag);
    put_list(o, "programs", ship->programs.items, ship->programs.count);
    put_list(o, "owners", ship->owners.items, ship->owners.count);
    put_list(o, "aliases", ship->aliases.items, ship->aliases.count);
    put_list(o, "tags", tags, tag_count);
    char *text = json_dumps(o, JSON_COMPACT);
    if (text == NULL)
        p->rc = ERR_NOMEM;
    else
        fprintf(p->out, "%s\n", text);
    free(text);
    json_decref(o);
    return p->rc == 0 && !ferror(p->out);
}

int conf_list_words_json(const struct conf *conf, const struct conf_list *list, FILE *out)
{
    struct printing p = {list, out, 0};
    if (list->content == NULL)
        return 0;
    int rc = conf_list_ships_each(conf, list, list->content, print_ship, &p);
    return rc != 0 ? rc : p.rc;
}
