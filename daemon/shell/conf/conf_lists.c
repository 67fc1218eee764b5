/* SPDX-License-Identifier: Apache-2.0 */
/* vessel_lists: and list_owners: reads the keys, then the lists themselves. What is wrong
 * with a row is a warning with its line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_watched.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

static conf_read list_read, list_columns_read, list_shrink_read;

/* clang-format off */
static const char *const format_words[] = {"auto", "csv", "ofac", "uk", "opensanctions", "ftm", NULL}; /* enum list_format */

#define LIST(member) KEY_AT(conf_list, member)
const struct key conf_list_keys[] = {
    {.name = "file",     .type = KEY_FILE, LIST(path), .is_required = true, .accepts = "a file with a list of vessels", .doc = "the list. A row that cannot be read is a warning; an IMO number with a wrong check digit is left out; a row without IMO number, MMSI, or call sign with name is left out and counted"},
    {.name = "list",     .type = KEY_ID, LIST(id), .is_unique = true, .otherwise = "the file's name", .doc = "the name of the list in alerts"},
    {.name = "format",   .type = KEY_WORD, LIST(format), .words = format_words, .initial = "auto", .doc = "csv: a CSV file with a header; ofac: SDN.CSV or CONS_PRIM.CSV of OFAC, with SDN_COMMENTS.CSV and ALT.CSV (CONS_COMMENTS.CSV, CONS_ALT.CSV) beside it; uk: the UK Sanctions List as CSV; opensanctions: maritime.csv of OpenSanctions; ftm: FollowTheMoney entities, a JSON object in each line; auto: by the content"},
    {.name = "programs", .type = KEY_TEXTS, KEY_LIST_AT(conf_list, programs, program_count), .least = 1, .accepts = "a list of programs; * at the end stands for any text, such as [\"DPRK*\"]", .otherwise = "all ships of the list", .doc = "only ships of one of these programs (of the UK the regime's name, of OpenSanctions the data set)"},
    {.name = "topics",   .type = KEY_TEXTS, KEY_LIST_AT(conf_list, topics, topic_count), .least = 1, .accepts = "a list of topics; * at the end stands for any text, such as [sanction]", .otherwise = "all ships of the list", .doc = "only ships of one of these topics of OpenSanctions"},
    {.name = "tags",     .type = KEY_IDS, KEY_LIST_AT(conf_list, tags, tag_count), .least = 1, .accepts = CONF_TAGS_ACCEPTS, .doc = "tags of every vessel of the list"},
    {.name = "names",    .type = KEY_FLAG, LIST(has_names), .initial = "false", .doc = "true: rows without IMO number and MMSI are watched by the name alone, though other ships may have that name; false: rows of a name alone are left out"},
    {.name = "columns",  .type = KEY_OWN, .read = list_columns_read, .accepts = "a mapping of id, entry, name, imo, mmsi, callsign, program, owner, note to headers, such as {name: caption}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}", .doc = "of a CSV file: the header of each of our columns; default: the same name. Several values in a cell stand between ';'"},
    {.name = "refresh",  .type = KEY_DURATION, LIST(refresh_ms), .least = SECOND_MS, .most = 36500.0 * DAY_MS, .otherwise = "only when the configuration is read", .doc = "how often the daemon looks at the file, and reads it anew when its bytes changed"},
    {.name = "shrink",   .type = KEY_OWN, .read = list_shrink_read, .initial = "50%", .accepts = "a part of 0% to 100%", .doc = "a refreshed file with fewer than this part of the ships that the list had is refused (list.refused); SIGHUP takes any file that can be read"},
    {0},
};
/* clang-format on */

/* --- keys --- */

static void list_columns_read(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, void *base)
{
    static const struct key header = {.type = KEY_TEXT,
                                      .accepts = "the header of a column"};
    struct conf_list *list = base;
    const char *text = NULL;
    if (!conf_value_is_mapping(r, node, key))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        int column = conf_accepts_find_name(item->key, list_columns, LIST_COLUMNS);
        if (column < 0)
            conf_accepts_error_key(r, item, list_columns, LIST_COLUMNS);
        else if (conf_value_text(r, item, &header, &text) &&
                 list->headers[column] == NULL)
            list->headers[column] = conf_memory_copy(r, text);
    }
}

static void list_shrink_read(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, void *base)
{
    const char *text = NULL;
    double percent = 0;
    if (!conf_value_text(r, node, key, &text))
        return;
    size_t n = strlen(text);
    if (n < 2 || text[n - 1] != '%' || units_parse_number(text, n - 1, &percent) != 0)
        conf_accepts_error_text(r, node, key, "is not a part in percent");
    else if (percent < 0 || percent > 100)
        conf_accepts_error_text(r, node, key, "is out of range");
    else
        ((struct conf_list *)base)->shrink = percent / 100;
}

/* What decides how the file's bytes are read. */
static uint64_t definition_of(const struct conf_list *list)
{
    uint64_t hash = hash_text(list->path, list->has_names);
    hash = hash_u64((uint64_t)list->format, hash);
    for (size_t i = 0; i < LIST_COLUMNS; i++)
        hash = hash_text(list->headers[i] != NULL ? list->headers[i] : "", hash);
    return hash;
}

static void list_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    struct conf_list *list = base;
    const struct conf_node *file = conf_yaml_node_get(node, "file");
    (void)conf_keys_read(r, node, key->sub, list);
    if (list->path == NULL || file == NULL)
        return;
    list->file = conf_memory_copy(r, file->text);
    list->definition = definition_of(list);
}

static bool is_taken(const struct conf *conf, const char *id)
{
    for (size_t i = 0; i < conf->list_count; i++)
        if (conf->lists[i].id != NULL && strcmp(conf->lists[i].id, id) == 0)
            return true;
    return false;
}

/* A list without a name has that of its file: "sdn.csv", the next one "sdn.csv-2". */
void conf_lists_name(struct conf_reader *r, struct conf_list *list)
{
    struct buf id = {0};
    const char *slash = strrchr(list->file, '/');
    const char *name = slash != NULL ? slash + 1 : list->file;
    int rc = 0;
    for (int i = 1; rc == 0 && (i == 1 || is_taken(r->conf, buf_text(&id))); i++) {
        buf_clear(&id);
        rc = i == 1 ? buf_add_text(&id, name) : buf_printf(&id, "%s-%d", name, i);
    }
    list->id = rc == 0 ? buf_take(&id) : NULL;
    if (list->id == NULL)
        conf_report_nomem(r);
    buf_finish(&id);
}

/* --- the files --- */

void conf_lists_fault(void *context, int line, const char *text)
{
    const struct conf_reading *g = context;
    struct conf_place at = {
        .file = g->list->path, .line = line, .col = 1, .is_warning = true};
    conf_report_fault_at(g->r, &at, "%s", text);
}

static void on_missing_header(void *context, enum list_column column,
                              const char *const *headers, size_t count)
{
    const struct conf_reading *g = context;
    struct conf_names known = {.what = "column", .names = headers, .count = count};
    const struct conf_node *columns = conf_yaml_node_get(g->node, "columns");
    const struct conf_node *node = conf_yaml_node_get(columns, list_columns[column]);
    conf_accepts_error_unknown(g->r, node, node->text, &known);
}

/* What the configuration before read of the same file, if it is to stay. */
static struct list *find_before(const struct conf_reader *r, const struct conf_list *list)
{
    const struct conf *before = r->context != NULL ? r->context->before : NULL;
    for (size_t i = 0; before != NULL && i < before->list_count; i++) {
        const struct conf_list *it = &before->lists[i];
        struct list *content = it->offered != NULL ? it->offered : it->content;
        if (it->definition == list->definition && content != NULL)
            return list_hold(content);
    }
    return NULL;
}

static void read_content(struct conf_reader *r, struct conf_list *list,
                         const struct conf_node *node)
{
    struct conf_reading g = {r, list, node};
    struct list_options options = {.format = list->format,
                                   .has_names = list->has_names,
                                   .columns = (const char *const *)list->headers,
                                   .on_fault = conf_lists_fault,
                                   .on_header = on_missing_header,
                                   .context = &g};
    struct list_trouble trouble;
    list->content = find_before(r, list);
    if (list->content != NULL)
        return;
    int rc = list_file_read(list->path, &options, &list->content, &trouble);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0 && trouble.text[0] != '\0')
        conf_report_error(r, node != NULL ? conf_yaml_node_get(node, "file") : node,
                          trouble.accepted, "%s", trouble.text);
}

void conf_lists_note(struct conf_reader *r, struct conf_list *list,
                     const struct conf_node *node)
{
    const struct list *content = list->content;
    list->found = content->format;
    memcpy(list->published, content->published, sizeof list->published);
    memcpy(list->sha256, content->sha256, sizeof list->sha256);
    memcpy(list->together, content->together, sizeof list->together);
    memcpy(list->left_out, content->left_out, sizeof list->left_out);
    list->wrong_numbers = content->wrong_numbers;
    const struct conf_node *columns = conf_yaml_node_get(node, "columns");
    if (columns != NULL && content->format != LIST_CSV)
        conf_report_warning(r, columns,
                            "the file is of the format %s, whose columns are known",
                            list_format_name(content->format));
    if (content->is_cut) {
        struct conf_place at = {.file = list->path, .is_warning = true};
        conf_report_fault_at(r, &at, "the file ends in the middle of a row");
    }
}

/* --- list_owners: --- */

static void read_owners(struct conf_watched *v, const struct conf_node *node)
{
    struct conf_reader *r = v->r;
    static const struct key mapping = {.type = KEY_MAPPING,
                                       .accepts = "a mapping of owners to tags"};
    static const struct key tag = {
        .type = KEY_ID, KEY_AT(conf_owner, tag), .accepts = "a word such as omm"};
    if (node == NULL || !conf_value_is_mapping(r, node, &mapping) || node->count == 0)
        return;
    r->conf->owners = conf_memory_alloc(r, node->count, sizeof *r->conf->owners);
    for (size_t i = 0; i < node->count && r->code == 0; i++) {
        struct conf_owner *owner = &r->conf->owners[r->conf->owner_count];
        if (node->items[i]->is_duplicate ||
            !conf_value_read(r, node->items[i], &tag, owner))
            continue;
        owner->name = conf_memory_copy(r, node->items[i]->key);
        conf_watched_know_tags(v, &owner->tag, 1);
        r->conf->owner_count++;
    }
}

/* --- the whole --- */

static void read_one_list(struct conf_watched *v, struct conf_list *list,
                          const struct conf_node *node)
{
    conf_watched_know_tags(v, list->tags, list->tag_count);
    if (list->file == NULL || v->r->code != 0)
        return;
    if (list->id == NULL)
        conf_lists_name(v->r, list);
    read_content(v->r, list, node);
    if (list->content == NULL || v->r->code != 0)
        return;
    conf_lists_note(v->r, list, node);
    conf_list_ships_watch(v, list);
}

/* What was read is needed again where a list is refreshed: the others stay as they are.
 */
static void keep_contents(struct conf_reader *r)
{
    bool is_kept = r->context->keeps_lists;
    bool is_refreshed = false;
    for (size_t i = 0; i < r->conf->list_count; i++)
        is_refreshed = is_refreshed || r->conf->lists[i].refresh_ms != 0;
    for (size_t i = 0; i < r->conf->list_count && !is_kept && !is_refreshed; i++) {
        list_release(r->conf->lists[i].content);
        r->conf->lists[i].content = NULL;
    }
    if (!is_refreshed)
        return;
    r->conf->text = conf_memory_alloc(r, r->text_bytes + 1, 1);
    if (r->conf->text == NULL)
        return;
    memcpy(r->conf->text, r->text, r->text_bytes);
    r->conf->text_bytes = r->text_bytes;
}

void conf_lists_read(struct conf_watched *v, const struct conf_node *node)
{
    static const struct key key = {.type = KEY_LIST,
                                   KEY_LIST_AT(conf, lists, list_count),
                                   .read = list_read,
                                   .sub = conf_list_keys,
                                   .accepts = "a list of lists of vessels"};
    struct conf *conf = v->r->conf;
    conf_keys_read_one(v->r, node, &key, conf);
    read_owners(v, conf_yaml_node_get(v->r->root, "list_owners"));
    for (size_t i = 0; i < conf->list_count && v->r->code == 0; i++)
        read_one_list(v, &conf->lists[i], node->items[i]);
    if (v->r->code == 0)
        keep_contents(v->r);
}

static void finish_list(struct conf_list *list)
{
    free(list->id);
    free(list->file);
    free(list->path);
    for (size_t i = 0; i < LIST_COLUMNS; i++)
        free(list->headers[i]);
    conf_memory_texts_free(list->programs, list->program_count);
    conf_memory_texts_free(list->topics, list->topic_count);
    conf_memory_texts_free(list->tags, list->tag_count);
    list_release(list->content);
    list_release(list->offered);
}

void conf_lists_finish(struct conf *conf)
{
    for (size_t i = 0; i < conf->list_count; i++)
        finish_list(&conf->lists[i]);
    free(conf->lists);
    for (size_t i = 0; i < conf->owner_count; i++) {
        free(conf->owners[i].name);
        free(conf->owners[i].tag);
    }
    free(conf->owners);
}
