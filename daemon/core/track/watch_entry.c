/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the watch list: copies, joins and frees what several rows say of a ship.
 */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "watch_int.h"

void watch_entry_normalise(const char *text, char ret_normal[WATCH_NORMAL_BYTES])
{
    size_t n = 0;
    for (; *text != '\0' && n + 1 < WATCH_NORMAL_BYTES; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_lower = c >= 'a' && c <= 'z';
        bool is_upper = c >= 'A' && c <= 'Z';
        bool is_digit = c >= '0' && c <= '9';
        if (is_lower)
            c = (unsigned char)(c - 'a' + 'A');
        if (is_lower || is_upper || is_digit || c >= 0x80)
            ret_normal[n++] = (char)c;
    }
    ret_normal[n] = '\0';
}

static char *copy_of_text(const char *text)
{
    return strdup(text != NULL ? text : "");
}

static void free_entry_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

/* --- lists of texts --- */

static bool is_same_name(const char *a, const char *b)
{
    char x[WATCH_NORMAL_BYTES], y[WATCH_NORMAL_BYTES];
    watch_entry_normalise(a, x);
    watch_entry_normalise(b, y);
    return strcmp(x, y) == 0;
}

static bool entry_has_text(char *const *texts, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(texts[i], text) == 0)
            return true;
    return false;
}

static int append_text(char ***texts, size_t *count, const char *text)
{
    char *copy = copy_of_text(text);
    if (copy == NULL || array_extend(texts, *count, 1, sizeof **texts) != 0) {
        free(copy);
        return ERR_NOMEM;
    }
    (*texts)[(*count)++] = copy;
    return 0;
}

/* Append copies of the texts that are not there. */
static int append_texts(char ***texts, size_t *count, char *const *from, size_t more)
{
    int rc = 0;
    for (size_t i = 0; i < more && rc == 0; i++)
        if (!entry_has_text(*texts, *count, from[i]))
            rc = append_text(texts, count, from[i]);
    return rc;
}

/* A further name of the ship, unless it is known. */
static int add_alias(struct watch_entry *e, const char *name)
{
    if (name == NULL || name[0] == '\0' || is_same_name(e->name, name))
        return 0;
    for (size_t i = 0; i < e->alias_count; i++)
        if (is_same_name(e->aliases[i], name))
            return 0;
    return append_text(&e->aliases, &e->alias_count, name);
}

/* --- sources --- */

static void finish_source(struct watch_source *s)
{
    free(s->entry);
    free(s->name);
    free_entry_texts(s->programs, s->program_count);
    free_entry_texts(s->owners, s->owner_count);
    memset(s, 0, sizeof *s);
}

static int merge_source(struct watch_source *s, const struct watch_source *from)
{
    int rc = append_texts(&s->programs, &s->program_count, from->programs,
                          from->program_count);
    return rc != 0 ? rc
                   : append_texts(&s->owners, &s->owner_count, from->owners,
                                  from->owner_count);
}

static int copy_source(struct watch_source *s, const struct watch_source *from)
{
    *s = (struct watch_source){.list = from->list,
                               .entry = copy_of_text(from->entry),
                               .name = copy_of_text(from->name)};
    int rc = s->entry != NULL && s->name != NULL ? merge_source(s, from) : ERR_NOMEM;
    if (rc != 0)
        finish_source(s);
    return rc;
}

/* Rows of one entry of a list are one source. */
static int add_source(struct watch_entry *e, const struct watch_source *from)
{
    for (size_t i = 0; i < e->source_count; i++)
        if (e->sources[i].list == from->list &&
            strcmp(e->sources[i].entry, from->entry != NULL ? from->entry : "") == 0)
            return merge_source(&e->sources[i], from);
    int rc = array_extend(&e->sources, e->source_count, 1, sizeof *e->sources);
    if (rc == 0)
        rc = copy_source(&e->sources[e->source_count], from);
    e->source_count += rc == 0;
    return rc;
}

/* --- entries --- */

void watch_entry_finish(struct watch_entry *e)
{
    free(e->id);
    free(e->name);
    free(e->callsign);
    free(e->note);
    free_entry_texts(e->tags, e->tag_count);
    free_entry_texts(e->aliases, e->alias_count);
    free(e->mmsis);
    for (size_t i = 0; i < e->source_count; i++)
        finish_source(&e->sources[i]);
    free(e->sources);
    memset(e, 0, sizeof *e);
}

/* Replace an empty text by the text of another row. */
static int fill_text(char **text, const char *from)
{
    if ((*text)[0] != '\0' || from == NULL || from[0] == '\0')
        return 0;
    char *copy = copy_of_text(from);
    if (copy == NULL)
        return ERR_NOMEM;
    free(*text);
    *text = copy;
    return 0;
}

/* All that entries have several of. */
static int add_lists(struct watch_entry *e, const struct watch_entry *from)
{
    int rc = append_texts(&e->tags, &e->tag_count, from->tags, from->tag_count);
    if (rc == 0)
        rc = add_alias(e, from->name);
    for (size_t i = 0; i < from->alias_count && rc == 0; i++)
        rc = add_alias(e, from->aliases[i]);
    for (size_t i = 0; i < from->source_count && rc == 0; i++)
        rc = add_source(e, &from->sources[i]);
    return rc;
}

int watch_entry_merge(struct watch_entry *e, const struct watch_entry *from)
{
    if (e->mmsi == 0)
        e->mmsi = from->mmsi;
    int rc = fill_text(&e->id, from->id);
    if (rc == 0)
        rc = fill_text(&e->name, from->name);
    if (rc == 0)
        rc = fill_text(&e->callsign, from->callsign);
    if (rc == 0)
        rc = fill_text(&e->note, from->note);
    return rc != 0 ? rc : add_lists(e, from);
}

int watch_entry_copy(struct watch_entry *e, const struct watch_entry *from)
{
    memset(e, 0, sizeof *e);
    e->imo = from->imo;
    e->mmsi = from->mmsi;
    e->id = copy_of_text(from->id);
    e->name = copy_of_text(from->name);
    e->callsign = copy_of_text(from->callsign);
    e->note = copy_of_text(from->note);
    bool is_whole =
        e->id != NULL && e->name != NULL && e->callsign != NULL && e->note != NULL;
    int rc = is_whole ? add_lists(e, from) : ERR_NOMEM;
    if (rc != 0)
        watch_entry_finish(e);
    return rc;
}
