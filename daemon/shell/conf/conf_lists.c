/* SPDX-License-Identifier: Apache-2.0 */
/* vessel_lists: watched vessels from CSV files. A bad row is a warning with its line. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_watched.h"
#include "lookout/base/csv.h"
#include "lookout/base/text.h"
#include "lookout/base/units.h"
#include "lookout/track/vessel.h"

#define LIST_BYTES_MAX ((size_t)256 << 20)

/* clang-format off */
enum column { COLUMN_ID, COLUMN_NAME, COLUMN_IMO, COLUMN_MMSI, COLUMN_CALLSIGN, COLUMN_NOTE, COLUMNS };
static const char *const column_names[COLUMNS] = {"id", "name", "imo", "mmsi", "callsign", "note"};

struct list {
    const struct conf_node *node;
    char *file;  /* owned */
    char **tags; /* owned */
    size_t tag_count;
    bool has_names; /* rows of a name alone are watched */
    const struct conf_node *columns; /* NULL: by our names */
};
static conf_read list_read, list_columns_read;

#define LIST(member) KEY_AT(list, member)
const struct key conf_list_keys[] = {
    {.name = "file",    .type = KEY_FILE, LIST(file), .is_required = true, .accepts = "a CSV file with a header", .doc = "a CSV file with a header; a bad row is a warning"},
    {.name = "tags",    .type = KEY_IDS, KEY_LIST_AT(list, tags, tag_count), .least = 1, .accepts = CONF_TAGS_ACCEPTS, .doc = "tags of every vessel of the list"},
    {.name = "names",   .type = KEY_FLAG, LIST(has_names), .initial = "false", .doc = "true: rows with only a name are watched, though other ships may have that name; false: they are left out with a warning"},
    {.name = "columns", .type = KEY_OWN, .read = list_columns_read, .accepts = "a mapping of id, name, imo, mmsi, callsign, note to headers, such as {name: caption}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}", .doc = "the header of each of our columns; default: the same name"},
    {0},
};
/* clang-format on */

static void list_columns_read(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, void *base)
{
    static const struct key header = {.type = KEY_TEXT,
                                      .accepts = "the header of a column"};
    struct list *list = base;
    const char *text = NULL;
    if (!conf_value_is_mapping(r, node, key))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        if (conf_accepts_find_name(item->key, column_names, COLUMNS) < 0)
            conf_accepts_error_key(r, item, column_names, COLUMNS);
        else
            (void)conf_value_text(r, item, &header, &text);
    }
    list->columns = node;
}

/* --- rows --- */

struct table {
    struct conf_watched *v;
    const struct list *list;
    struct csv csv;
    size_t places[COLUMNS]; /* SIZE_MAX: not there */
};

static const char *table_field(const struct table *t, enum column column)
{
    size_t place = t->places[column];
    return place < t->csv.count ? t->csv.fields[place].text : "";
}

static void __attribute__((format(printf, 3, 4)))
row_warning(struct table *t, enum column column, const char *format, ...)
{
    char text[300], quoted[CONF_QUOTE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct conf_place at = {
        .file = t->list->file, .line = t->csv.line, .col = 1, .is_warning = true};
    if (column < COLUMNS)
        conf_report_fault_at(t->v->r, &at, "the row is left out: %s %s %s",
                             column_names[column],
                             conf_report_quote(table_field(t, column), quoted), text);
    else
        conf_report_fault_at(t->v->r, &at, "the row is left out: %s", text);
}

/* Find a column by the given header, else by our name. */
static bool find_column(struct table *t, enum column column)
{
    struct conf_reader *r = t->v->r;
    const struct conf_node *given =
        conf_yaml_node_get(t->list->columns, column_names[column]);
    if (given != NULL && given->kind != CONF_NODE_SCALAR)
        return true;
    const char *header = given != NULL ? given->text : column_names[column];
    t->places[column] = SIZE_MAX;
    for (size_t i = 0; i < t->csv.count; i++)
        if (text_equal_fold(t->csv.fields[i].text, header)) {
            t->places[column] = i;
            return true;
        }
    if (given == NULL)
        return true;
    const char *names[CSV_FIELDS_MAX];
    for (size_t i = 0; i < t->csv.count; i++)
        names[i] = t->csv.fields[i].text;
    struct conf_names known = {.what = "column", .names = names, .count = t->csv.count};
    conf_accepts_error_unknown(r, given, header, &known);
    return false;
}

static bool find_columns(struct table *t)
{
    bool is_good = true;
    for (unsigned i = 0; i < COLUMNS; i++)
        is_good = find_column(t, (enum column)i) && is_good;
    if (is_good && t->places[COLUMN_IMO] == SIZE_MAX &&
        t->places[COLUMN_MMSI] == SIZE_MAX && t->places[COLUMN_NAME] == SIZE_MAX) {
        conf_report_error(t->v->r, conf_yaml_node_get(t->list->node, "file"),
                          "columns imo, mmsi or name, or others by `columns:`",
                          "the list has no column that identifies a vessel");
        is_good = false;
    }
    return is_good;
}

/* "IMO 9999993" and "IMO9999993" are common in lists. */
static bool row_number(struct table *t, enum column column, uint32_t *ret_value)
{
    const char *text = table_field(t, column);
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
                    column == COLUMN_IMO ? CONF_IMO_ACCEPTS : CONF_MMSI_ACCEPTS);
    return is_good;
}

static char *row_text(struct table *t, enum column column, size_t most)
{
    char text[1024];
    const char *value = table_field(t, column);
    text_clean(value, strlen(value), text,
               most + 1 < sizeof text ? most + 1 : sizeof text);
    return conf_memory_copy(t->v->r, text);
}

static void read_table_row(struct table *t)
{
    struct watch_entry entry = {0};
    if (t->csv.fault != NULL) {
        row_warning(t, COLUMNS, "%s", t->csv.fault);
        return;
    }
    if (!row_number(t, COLUMN_IMO, &entry.imo) ||
        !row_number(t, COLUMN_MMSI, &entry.mmsi))
        return;
    if (entry.imo == 0 && entry.mmsi == 0 && *table_field(t, COLUMN_NAME) == '\0') {
        row_warning(t, COLUMNS, "it has no imo, mmsi or name");
        return;
    }
    if (entry.imo == 0 && entry.mmsi == 0 && *table_field(t, COLUMN_CALLSIGN) == '\0' &&
        !t->list->has_names) {
        row_warning(t, COLUMN_NAME,
                    "is only a name, which other ships may have too (accepted: an imo, "
                    "mmsi or callsign beside it, or `names: true` for the list)");
        return;
    }
    if (t->v->count >= CONF_WATCHED_MAX) {
        row_warning(t, COLUMNS, "there are %u watched vessels already", CONF_WATCHED_MAX);
        return;
    }
    entry.id = row_text(t, COLUMN_ID, CONF_ID_BYTES - 1);
    entry.name = row_text(t, COLUMN_NAME, 35);
    entry.callsign = row_text(t, COLUMN_CALLSIGN, 7);
    entry.note = row_text(t, COLUMN_NOTE, 1000);
    conf_watched_add_tags(t->v->r, &entry, t->list->tags, t->list->tag_count);
    conf_watched_add(t->v, &entry);
}

static void read_table(struct conf_watched *v, const struct list *list)
{
    const struct conf_node *node = conf_yaml_node_get(list->node, "file");
    struct buf text = {0};
    struct table *t = conf_memory_alloc(v->r, 1, sizeof *t);
    if (t != NULL &&
        conf_memory_read_file(v->r, node, list->file, LIST_BYTES_MAX, &text)) {
        t->v = v;
        t->list = list;
        csv_init(&t->csv, buf_text(&text), text.length, '\0');
        int next = csv_next(&t->csv);
        if (next == 0 || (next > 0 && t->csv.fault != NULL))
            conf_report_error(v->r, node, "a CSV file with a header",
                              "the file has no header");
        else if (next > 0 && find_columns(t))
            while (v->r->code == 0 && (next = csv_next(&t->csv)) > 0)
                read_table_row(t);
        if (next == ERR_NOMEM)
            conf_report_nomem(v->r);
        csv_finish(&t->csv);
    }
    buf_finish(&text);
    free(t);
}

static void list_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct list *list = base;
    list->node = node;
    (void)conf_keys_read(r, node, key->sub, list);
}

struct lists {
    struct list *items; /* owned */
    size_t count;
};

void conf_lists_read(struct conf_watched *v, const struct conf_node *node)
{
    static const struct key key = {.type = KEY_LIST,
                                   KEY_LIST_AT(lists, items, count),
                                   .read = list_read,
                                   .sub = conf_list_keys,
                                   .accepts = "a list of CSV files"};
    struct lists lists = {0};
    conf_keys_read_one(v->r, node, &key, &lists);
    for (size_t i = 0; i < lists.count; i++) {
        struct list *list = &lists.items[i];
        conf_watched_know_tags(v, list->tags, list->tag_count);
        if (list->file != NULL)
            read_table(v, list);
        free(list->file);
        conf_memory_texts_free(list->tags, list->tag_count);
    }
    free(lists.items);
}
