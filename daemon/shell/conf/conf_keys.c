/* SPDX-License-Identifier: Apache-2.0 */
/* Reads mappings and lists by tables, one row for each key: defaults, unknown and missing
 * keys, items that must differ. */
#include "conf_int.h"
#include "conf_rules.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/base/text.h"

/* --- defaults --- */

enum { INITIAL_BYTES = 80, INITIAL_ITEMS = 16 };

/* Read the default of one key as if it were in the file: a single value, or a list of
 * values in brackets. */
static void read_initial(struct conf_reader *r, const struct key *key, void *base)
{
    char text[INITIAL_BYTES];
    struct conf_node nodes[INITIAL_ITEMS + 1] = {0};
    struct conf_node *items[INITIAL_ITEMS];
    struct conf_node *root = &nodes[INITIAL_ITEMS];
    text_copy(text, sizeof text, key->initial);
    *root = (struct conf_node){.is_plain = true, .text = text, .items = items};
    if (text[0] == '[') {
        char *save = NULL;
        root->kind = CONF_NODE_LIST;
        for (char *word = strtok_r(text, "[], ", &save);
             word != NULL && root->count < INITIAL_ITEMS;
             word = strtok_r(NULL, "[], ", &save)) {
            nodes[root->count] = (struct conf_node){.is_plain = true, .text = word};
            items[root->count] = &nodes[root->count];
            root->count++;
        }
    }
    if (key->type == KEY_OWN)
        key->read(r, root, key, base);
    else
        (void)conf_value_read(r, root, key, base);
}

void conf_keys_default(struct conf_reader *r, const struct key *keys, void *base)
{
    for (; keys->name != NULL; keys++) {
        if (keys->type == KEY_MAPPING)
            conf_keys_default(r, keys->sub, base);
        else if (keys->initial != NULL)
            read_initial(r, keys, base);
    }
}

/* --- lists of mappings --- */

/* All items must differ in this key. The name of a list is a plural. */
static void check_unique(struct conf_reader *r, const struct conf_node *list,
                         const struct key *key)
{
    struct map lines;
    map_init(&lines);
    for (size_t i = 0; i < list->count; i++) {
        const struct conf_node *node = conf_yaml_node_get(list->items[i], key->name);
        if (node == NULL || node->kind != CONF_NODE_SCALAR)
            continue;
        uint64_t hash = hash_text(node->text, 0);
        uintptr_t line = (uintptr_t)map_get(&lines, hash);
        if (line != 0)
            conf_report_error(r, node, NULL, "the %s is taken by the %.*s in line %d",
                              key->name, (int)strlen(list->key) - 1, list->key,
                              (int)line);
        else if (map_set(&lines, hash, (void *)(uintptr_t)list->items[i]->line) != 0)
            conf_report_nomem(r);
    }
    map_finish(&lines);
}

static void read_list(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    void **member = (void *)((char *)base + key->offset);
    size_t *counter = (void *)((char *)base + key->also);
    if (!conf_value_is_list(r, node, key))
        return;
    char *items = conf_memory_alloc(r, node->count, key->size);
    if (items == NULL)
        return;
    *member = items;
    *counter = node->count;
    for (size_t i = 0; i < node->count && r->code == 0; i++) {
        void *item = items + i * key->size;
        if (key->read != NULL)
            key->read(r, node->items[i], key, item);
        else
            (void)conf_keys_read(r, node->items[i], key->sub, item);
    }
    for (const struct key *sub = key->sub; sub->name != NULL; sub++)
        if (sub->is_unique)
            check_unique(r, node, sub);
}

/* --- mappings --- */

void conf_keys_read_one(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    if (r->on_key != NULL && node != NULL)
        r->on_key(r->on_key_context, key);
    if (key->type == KEY_LIST)
        read_list(r, node, key, base);
    else if (key->type == KEY_OWN)
        key->read(r, node, key, base);
    else if (key->type == KEY_VESSELS)
        conf_filter_read_member(r, node, key, base);
    else if (key->type >= KEY_PORTS && key->type <= KEY_ROUTE)
        conf_places_read(r, node, key, base);
    else if (key->type != KEY_MAPPING)
        (void)conf_value_read(r, node, key, base);
    else if (conf_value_is_mapping(r, node, key))
        (void)conf_keys_read(r, node, key->sub, base);
}

const struct key *conf_keys_find(const struct key *keys, const char *name)
{
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0)
            return keys;
    return NULL;
}

void conf_keys_check_known(struct conf_reader *r, const struct conf_node *node,
                           const char *const *names, size_t count)
{
    for (size_t i = 0; i < node->count; i++) {
        const struct conf_node *item = node->items[i];
        if (!item->is_duplicate && conf_accepts_find_name(item->key, names, count) < 0)
            conf_accepts_error_key(r, item, names, count);
    }
}

void conf_keys_check_required(struct conf_reader *r, const struct conf_node *node,
                              const struct key *keys)
{
    for (; keys->name != NULL; keys++)
        if (keys->is_required && conf_yaml_node_get(node, keys->name) == NULL)
            conf_accepts_error_value(r, node, keys, "the key '%s' is missing",
                                     keys->name);
}

bool conf_keys_read(struct conf_reader *r, const struct conf_node *node,
                    const struct key *keys, void *base)
{
    const struct key as_mapping = {.type = KEY_MAPPING, .sub = keys};
    const char *names[64];
    size_t count = 0;
    conf_keys_default(r, keys, base);
    if (!conf_value_is_mapping(r, node, &as_mapping))
        return false;
    for (; keys[count].name != NULL && count < CONF_COUNT(names); count++)
        names[count] = keys[count].name;
    conf_keys_check_known(r, node, names, count);
    conf_keys_check_required(r, node, keys);
    /* In the order of the table, because a part may need the parts before it. */
    for (; keys->name != NULL && r->code == 0; keys++) {
        const struct conf_node *item = conf_yaml_node_get(node, keys->name);
        if (item != NULL || keys->is_always)
            conf_keys_read_one(r, item, keys, base);
    }
    return true;
}
