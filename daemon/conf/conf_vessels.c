/* SPDX-License-Identifier: Apache-2.0 */
/* vessels and vessel_lists: the watched ones. Entries that are one ship by IMO number, or
 * by MMSI where no IMO number is given, are joined and carry the tags of all. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_csv.h"
#include "conf_int.h"
#include "lookout/hash.h"
#include "lookout/map.h"
#include "lookout/text.h"
#include "lookout/units.h"
#include "lookout/vessel.h"

#define LIST_BYTES_MAX ((size_t)256 << 20)
#define VESSELS_MAX 1000000u

struct vessels_list {
    char *file; /* owned */
    const struct conf_node *file_node;
    char **tags; /* owned */
    size_t tag_count;
    const struct conf_node *columns;
};
struct vessels {
    struct conf_reader *r;
    struct watch_entry *entries; /* owned, with their content */
    size_t count, capacity;
    struct map by_number; /* IMO, or MMSI where there is none -> index + 1 */
    struct map tags;      /* hash of a tag -> any */
    struct map taken;     /* hash of key and value in vessels: -> its line */
};

static void imo_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void mmsi_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void list_file_read(struct conf_reader *r, const struct conf_node *node,
                           void *base);
static void list_tags_read(struct conf_reader *r, const struct conf_node *node,
                           void *base);
static void list_columns_read(struct conf_reader *r, const struct conf_node *node,
                              void *base);

#define IMO_ACCEPTS "an IMO number of seven digits whose last is the check digit"
#define MMSI_ACCEPTS "a ship's MMSI of nine digits"
#define TAGS_ACCEPTS "a list of words, such as [un1718]"
/* clang-format off */
#define OTHER .type = CONF_TYPE_OTHER
const struct conf_key conf_vessel_keys[] = {
    {"id",       .type = CONF_TYPE_ID, CONF_AT(watch_entry, id), .doc = "its name in this file"},
    {"name",     .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, name), .least = 1, .most = 34, .doc = "as the ship sends it"},
    {"imo",      OTHER, .read = imo_read,  .accepts = IMO_ACCEPTS, .doc = "its IMO number: decides where it is known"},
    {"mmsi",     OTHER, .read = mmsi_read, .accepts = MMSI_ACCEPTS, .doc = "its MMSI"},
    {"callsign", .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, callsign), .least = 1, .most = 7, .doc = "its call sign; counts together with the name"},
    {"tags",     OTHER, .read = tags_read, .accepts = TAGS_ACCEPTS, .doc = "words that rules may ask for"},
    {"note",     .type = CONF_TYPE_TEXT, CONF_AT(watch_entry, note), .most = 1000, .doc = "for the reader"},
    {0},
};
const struct conf_key conf_list_keys[] = {
    {"file",    OTHER, .read = list_file_read, .is_required = true, .accepts = "a CSV file with a header", .doc = "CSV with a header; a bad row is a warning"},
    {"tags",    OTHER, .read = list_tags_read, .accepts = TAGS_ACCEPTS, .doc = "every vessel of the list carries them"},
    {"columns", OTHER, .read = list_columns_read, .accepts = "a mapping of id, name, imo, mmsi, callsign, note to headers, such as {name: caption}", .doc = "which column is what; default: the one of that name"},
    {0},
};
enum column { COLUMN_ID, COLUMN_NAME, COLUMN_IMO, COLUMN_MMSI, COLUMN_CALLSIGN, COLUMN_NOTE, COLUMNS };
static const char *const column_names[COLUMNS] = {"id", "name", "imo", "mmsi", "callsign", "note"};
/* clang-format on */

/* --- keys
 * ------------------------------------------------------------------------------------------------
 */

static void imo_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    int64_t value = 0;
    if (!conf_int(r, node, 1000000, 9999999, &value))
        return;
    if (!vessel_imo_is_valid((uint32_t)value))
        conf_error(r, node, IMO_ACCEPTS, "the check digit of %s is wrong", node->text);
    else
        entry->imo = (uint32_t)value;
}

static void mmsi_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    int64_t value = 0;
    if (!conf_int(r, node, 100000000, 999999999, &value))
        return;
    if (!vessel_is_ship((uint32_t)value))
        conf_error(r, node, MMSI_ACCEPTS, "%s is not a ship's", node->text);
    else
        entry->mmsi = (uint32_t)value;
}

static bool read_tags(struct conf_reader *r, const struct conf_node *node,
                      char ***ret_tags, size_t *ret_count)
{
    if (!conf_is_list(r, node, 1, TAGS_ACCEPTS))
        return false;
    bool is_good = true;
    const char *tag = NULL;
    for (size_t i = 0; i < node->count; i++)
        is_good = conf_id(r, node->items[i], &tag) && is_good;
    return is_good && conf_texts(r, node, TAGS_ACCEPTS, ret_tags, ret_count);
}

static void tags_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct watch_entry *entry = base;
    (void)read_tags(r, node, &entry->tags, &entry->tag_count);
}

static void list_file_read(struct conf_reader *r, const struct conf_node *node,
                           void *base)
{
    struct vessels_list *list = base;
    const char *text = NULL;
    list->file_node = node;
    if (conf_text(r, node, "a CSV file with a header", &text))
        list->file = conf_path_shown(r, text);
}

static void list_tags_read(struct conf_reader *r, const struct conf_node *node,
                           void *base)
{
    struct vessels_list *list = base;
    (void)read_tags(r, node, &list->tags, &list->tag_count);
}

static void list_columns_read(struct conf_reader *r, const struct conf_node *node,
                              void *base)
{
    struct vessels_list *list = base;
    const char *accepts = conf_key_find(conf_list_keys, "columns")->accepts;
    if (!conf_is_mapping(r, node, accepts))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        const char *header = NULL;
        size_t known = 0;
        while (known < COLUMNS && strcmp(column_names[known], item->key) != 0)
            known++;
        if (known == COLUMNS)
            conf_error_unknown_key(r, item, column_names, COLUMNS);
        else
            (void)conf_text(r, item, "the header of a column", &header);
    }
    list->columns = node;
}

/* --- entries
 * ------------------------------------------------------------------------------------------
 */

static void entry_finish(struct watch_entry *entry)
{
    free(entry->id);
    free(entry->name);
    free(entry->callsign);
    free(entry->note);
    conf_texts_free(entry->tags, entry->tag_count);
    memset(entry, 0, sizeof *entry);
}

static uint64_t entry_number(const struct watch_entry *entry)
{
    return entry->imo != 0 ? entry->imo : entry->mmsi;
}

static bool has_tag(const struct watch_entry *entry, const char *tag)
{
    for (size_t i = 0; i < entry->tag_count; i++)
        if (strcmp(entry->tags[i], tag) == 0)
            return true;
    return false;
}

static void add_tags(struct conf_reader *r, struct watch_entry *entry, char *const *tags,
                     size_t count)
{
    char **all = realloc(entry->tags, (entry->tag_count + count + 1) * sizeof *all);
    if (all == NULL) {
        conf_reader_nomem(r);
        return;
    }
    entry->tags = all;
    for (size_t i = 0; i < count; i++)
        if (!has_tag(entry, tags[i]) && (all[entry->tag_count] = conf_copy(r, tags[i])))
            entry->tag_count++;
}

static void fill(char **into, char **from)
{
    if (*into != NULL && **into != '\0')
        return;
    free(*into);
    *into = *from;
    *from = NULL;
}

/* Take the entry over: joined with an earlier one of the same ship, or as a new one. */
static void vessels_add(struct vessels *v, struct watch_entry *entry)
{
    uint64_t number = entry_number(entry);
    void *known = number != 0 ? map_get(&v->by_number, number) : NULL;
    if (known != NULL) {
        struct watch_entry *first = &v->entries[(uintptr_t)known - 1];
        add_tags(v->r, first, entry->tags, entry->tag_count);
        fill(&first->id, &entry->id);
        fill(&first->name, &entry->name);
        fill(&first->callsign, &entry->callsign);
        fill(&first->note, &entry->note);
        if (first->mmsi == 0)
            first->mmsi = entry->mmsi;
        entry_finish(entry);
        return;
    }
    if (v->count == v->capacity) {
        size_t capacity = v->capacity > 0 ? 2 * v->capacity : 64;
        struct watch_entry *entries = realloc(v->entries, capacity * sizeof *entries);
        if (entries == NULL) {
            conf_reader_nomem(v->r);
            entry_finish(entry);
            return;
        }
        v->entries = entries;
        v->capacity = capacity;
    }
    v->entries[v->count++] = *entry;
    if (number != 0 && map_set(&v->by_number, number, (void *)(uintptr_t)v->count) != 0)
        conf_reader_nomem(v->r);
}

/* Tags that rules may name, each once. */
static void know_tags(struct vessels *v, char *const *tags, size_t count)
{
    struct conf_reader *r = v->r;
    for (size_t i = 0; i < count && r->code == 0; i++) {
        uint64_t key = hash_text(tags[i], 0);
        if (map_get(&v->tags, key) != NULL)
            continue;
        char **all = realloc(r->tags, (r->tag_count + 1) * sizeof *all);
        if (all == NULL || map_set(&v->tags, key, v) != 0) {
            conf_reader_nomem(r);
            r->tags = all != NULL ? all : r->tags;
            return;
        }
        r->tags = all;
        if ((all[r->tag_count] = conf_copy(r, tags[i])) != NULL)
            r->tag_count++;
    }
}

/* --- vessels:
 * -----------------------------------------------------------------------------------------
 */

static void check_taken(struct vessels *v, const struct conf_node *list, size_t index,
                        const char *key)
{
    const struct conf_node *mine = conf_node_get(list->items[index], key);
    if (mine == NULL || mine->kind != CONF_NODE_SCALAR)
        return;
    uint64_t hash = hash_text(mine->text, hash_text(key, 1));
    uintptr_t line = (uintptr_t)map_get(&v->taken, hash);
    if (line != 0)
        conf_error(v->r, mine, NULL, "is taken by the vessel in line %d", (int)line);
    else if (map_set(&v->taken, hash, (void *)(uintptr_t)mine->line) != 0)
        conf_reader_nomem(v->r);
}

static void vessel_read(struct vessels *v, const struct conf_node *list, size_t index)
{
    struct conf_reader *r = v->r;
    const struct conf_node *node = list->items[index];
    struct watch_entry entry = {0};
    size_t errors = r->faults.errors;
    if (conf_read_mapping(r, node, conf_vessel_keys, &entry)) {
        check_taken(v, list, index, "id");
        check_taken(v, list, index, "imo");
        check_taken(v, list, index, "mmsi");
        if (conf_node_get(node, "imo") == NULL && conf_node_get(node, "mmsi") == NULL &&
            conf_node_get(node, "name") == NULL)
            conf_error(r, node, "imo, mmsi or name",
                       "the vessel cannot be recognised by what is given");
    }
    know_tags(v, entry.tags, entry.tag_count);
    if (errors == r->faults.errors)
        vessels_add(v, &entry);
    else
        entry_finish(&entry);
}

/* --- vessel_lists:
 * ------------------------------------------------------------------------------------ */

struct table {
    struct vessels *v;
    const struct vessels_list *list;
    struct conf_csv csv;
    size_t places[COLUMNS]; /* SIZE_MAX: not there */
};

static void __attribute__((format(printf, 3, 4)))
row_warning(struct table *t, enum column column, const char *format, ...)
{
    char text[300], quoted[CONF_QUOTE_BYTES];
    size_t place = column < COLUMNS ? t->places[column] : SIZE_MAX;
    const char *value = place < t->csv.count ? t->csv.fields[place] : "";
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct conf_place at = {
        .file = t->list->file, .line = t->csv.line, .col = 1, .is_warning = true};
    if (column < COLUMNS)
        conf_fault_at(t->v->r, &at, "the row is left out: %s %s %s",
                      t->csv.fields[place] == value ? column_names[column] : "",
                      conf_quote(value, quoted), text);
    else
        conf_fault_at(t->v->r, &at, "the row is left out: %s", text);
}

/* The header of a column: the one given, else our name. */
static bool find_column(struct table *t, enum column column)
{
    struct conf_reader *r = t->v->r;
    const struct conf_node *given = conf_node_get(t->list->columns, column_names[column]);
    if (given != NULL && given->kind != CONF_NODE_SCALAR)
        return true;
    const char *header = given != NULL ? given->text : column_names[column];
    t->places[column] = SIZE_MAX;
    for (size_t i = 0; i < t->csv.count; i++)
        if (text_equal_fold(t->csv.fields[i], header)) {
            t->places[column] = i;
            return true;
        }
    if (given == NULL)
        return true;
    struct conf_names known = {.what = "column",
                               .names = (const char *const *)t->csv.fields,
                               .count = t->csv.count};
    conf_error_unknown(r, given, header, &known);
    return false;
}

static bool find_columns(struct table *t)
{
    bool is_good = true;
    for (unsigned i = 0; i < COLUMNS; i++)
        is_good = find_column(t, (enum column)i) && is_good;
    if (is_good && t->places[COLUMN_IMO] == SIZE_MAX &&
        t->places[COLUMN_MMSI] == SIZE_MAX && t->places[COLUMN_NAME] == SIZE_MAX) {
        conf_error(t->v->r, t->list->file_node,
                   "columns imo, mmsi or name, or others by `columns:`",
                   "the list has no column by which a vessel could be recognised");
        is_good = false;
    }
    return is_good;
}

static const char *field(const struct table *t, enum column column)
{
    size_t place = t->places[column];
    return place < t->csv.count ? t->csv.fields[place] : "";
}

/* "IMO 9999993" and "IMO9999993" are common in lists. */
static bool row_number(struct table *t, enum column column, uint32_t *ret_value)
{
    const char *text = field(t, column);
    int64_t value = 0;
    if (column == COLUMN_IMO && (strncmp(text, "IMO", 3) == 0))
        text += 3 + strspn(text + 3, " :");
    if (*text == '\0')
        return true;
    bool is_good = units_parse_int(text, strlen(text), 0, 999999999, &value) == 0;
    if (is_good && value == 0)
        return true;
    if (is_good && column == COLUMN_IMO)
        is_good = value <= 9999999 && vessel_imo_is_valid((uint32_t)value);
    else if (is_good)
        is_good = value >= 100000000 && vessel_is_ship((uint32_t)value);
    if (is_good)
        *ret_value = (uint32_t)value;
    else
        row_warning(t, column, "is not %s",
                    column == COLUMN_IMO ? IMO_ACCEPTS : MMSI_ACCEPTS);
    return is_good;
}

static char *row_text(struct table *t, enum column column, size_t most)
{
    char text[1024];
    const char *value = field(t, column);
    text_clean(value, strlen(value), text,
               most + 1 < sizeof text ? most + 1 : sizeof text);
    return conf_copy(t->v->r, text);
}

static void read_row(struct table *t)
{
    struct watch_entry entry = {0};
    if (t->csv.fault != NULL) {
        row_warning(t, COLUMNS, "%s", t->csv.fault);
        return;
    }
    if (!row_number(t, COLUMN_IMO, &entry.imo) ||
        !row_number(t, COLUMN_MMSI, &entry.mmsi))
        return;
    if (entry.imo == 0 && entry.mmsi == 0 && *field(t, COLUMN_NAME) == '\0') {
        row_warning(t, COLUMNS, "it has no imo, mmsi or name");
        return;
    }
    if (t->v->count >= VESSELS_MAX) {
        row_warning(t, COLUMNS, "there are %u watched vessels already", VESSELS_MAX);
        return;
    }
    entry.id = row_text(t, COLUMN_ID, CONF_ID_BYTES - 1);
    entry.name = row_text(t, COLUMN_NAME, 35);
    entry.callsign = row_text(t, COLUMN_CALLSIGN, 7);
    entry.note = row_text(t, COLUMN_NOTE, 1000);
    add_tags(t->v->r, &entry, t->list->tags, t->list->tag_count);
    vessels_add(t->v, &entry);
}

static void read_table(struct vessels *v, const struct vessels_list *list)
{
    struct buf text = {0};
    struct table *t = conf_alloc(v->r, 1, sizeof *t);
    if (t != NULL &&
        conf_file_read(v->r, list->file_node, list->file, LIST_BYTES_MAX, &text) &&
        buf_reserve(&text, 1) == 0) {
        t->v = v;
        t->list = list;
        conf_csv_init(&t->csv, text.data, text.length);
        bool has_header = conf_csv_next(&t->csv) && t->csv.fault == NULL;
        if (!has_header)
            conf_error(v->r, list->file_node, "a CSV file with a header",
                       "the file has no header");
        else if (find_columns(t))
            while (v->r->code == 0 && conf_csv_next(&t->csv))
                read_row(t);
    }
    buf_finish(&text);
    free(t);
}

static void list_read(struct vessels *v, const struct conf_node *node)
{
    struct vessels_list list = {0};
    if (conf_read_mapping(v->r, node, conf_list_keys, &list)) {
        know_tags(v, list.tags, list.tag_count);
        if (list.file != NULL)
            read_table(v, &list);
    }
    free(list.file);
    conf_texts_free(list.tags, list.tag_count);
}

/* --- both
 * ----------------------------------------------------------------------------------------------
 */

static void to_watch(struct vessels *v)
{
    static char empty[] = "";
    struct conf_reader *r = v->r;
    struct watch *watch = watch_create();
    r->conf->engine.watch = watch;
    if (watch == NULL)
        conf_reader_nomem(r);
    for (size_t i = 0; i < v->count && r->code == 0; i++) {
        struct watch_entry entry = v->entries[i];
        entry.id = entry.id != NULL ? entry.id : empty;
        entry.name = entry.name != NULL ? entry.name : empty;
        entry.callsign = entry.callsign != NULL ? entry.callsign : empty;
        entry.note = entry.note != NULL ? entry.note : empty;
        if (watch_add(watch, &entry) != 0)
            conf_reader_nomem(r);
    }
}

void conf_vessels_read(struct conf_reader *r, const struct conf_node *vessels,
                       const struct conf_node *lists)
{
    struct vessels v = {.r = r};
    map_init(&v.by_number);
    map_init(&v.tags);
    map_init(&v.taken);
    if (vessels != NULL && conf_is_list(r, vessels, 0, "a list of vessels"))
        for (size_t i = 0; i < vessels->count && r->code == 0; i++)
            vessel_read(&v, vessels, i);
    if (lists != NULL && conf_is_list(r, lists, 0, "a list of CSV files"))
        for (size_t i = 0; i < lists->count && r->code == 0; i++)
            list_read(&v, lists->items[i]);
    to_watch(&v);
    for (size_t i = 0; i < v.count; i++)
        entry_finish(&v.entries[i]);
    free(v.entries);
    map_finish(&v.by_number);
    map_finish(&v.tags);
    map_finish(&v.taken);
}
