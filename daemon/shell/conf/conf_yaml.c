/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a YAML text into our own tree by libfyaml's events; no other file uses libfyaml.
 * Only YAML that versions 1.1 and 1.2 read alike is accepted; anchors, aliases and tags
 * are refused, so nothing can expand. */
#include "conf_int.h"

#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/map.h"
#include "lookout/base/text.h"

void conf_yaml_node_destroy(struct conf_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        conf_yaml_node_destroy(node->items[i]);
    free(node->items);
    free(node->key);
    if (node->text != NULL)
        conf_memory_wipe_free(node->text, strlen(node->text));
    free(node);
}

const struct conf_node *conf_yaml_node_get(const struct conf_node *mapping,
                                           const char *key)
{
    if (mapping == NULL || mapping->kind != CONF_NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->items[i]->key, key) == 0)
            return mapping->items[i];
    return NULL;
}

uint64_t conf_yaml_hash_node(const struct conf_node *node)
{
    uint64_t h = hash_u64((uint64_t)node->kind << 1 | node->is_plain, 0);
    if (node->text != NULL)
        h = hash_text(node->text, h);
    for (size_t i = 0; i < node->count; i++) {
        uint64_t item = conf_yaml_hash_node(node->items[i]);
        /* a sum, because the order of a mapping's keys has no meaning */
        h = node->kind == CONF_NODE_MAPPING ? h + hash_text(node->items[i]->key, item)
                                            : hash_u64(item, h);
    }
    return h;
}

/* --- the text before the parser --- */

/* The fault of a character, or NULL. U+0085, U+2028 and U+2029 end a line in YAML 1.1 but
 * not in 1.2; libfyaml 0.7 drops the rest of a scalar after an invalid byte. */
static const char *character_fault(size_t length, uint32_t code)
{
    if (length == 0)
        return "the text is not valid UTF-8 here";
    if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
        (code >= 0x7F && code <= 0x9F))
        return "a control character is not accepted";
    if (code == 0x2028 || code == 0x2029)
        return "a line or paragraph separator is not accepted";
    return NULL;
}

static bool text_is_clean(struct conf_reader *r, const char *text, size_t n)
{
    struct conf_place place = {.file = r->file, .line = 1, .col = 1};
    if (conf_memory_is_utf16(text, n)) {
        conf_report_fault_at(r, &place, "the text is UTF-16 (accepted: UTF-8 text)");
        return false;
    }
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        size_t length = text_utf8(text + i, n - i, &code);
        const char *fault = character_fault(length, code);
        if (fault != NULL) {
            conf_report_fault_at(r, &place, "%s (accepted: UTF-8 text)", fault);
            return false;
        }
        place.col++;
        if (code == '\n') {
            place.line++;
            place.col = 1;
        }
        i += length;
    }
    return true;
}

/* --- events to nodes --- */

struct builder {
    struct conf_reader *r;
    struct fy_parser *parser;
    struct conf_node *root; /* owned until given out */
    struct conf_node *open[CONF_DEPTH_MAX];
    size_t depth;
    size_t nodes;
    char *key; /* owned: waiting for its value */
    int key_line, key_col;
    int documents;
    bool is_stopped;
};

static void __attribute__((format(printf, 3, 4)))
builder_refuse(struct builder *b, const struct fy_mark *mark, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct conf_place place = {.file = b->r->file, .line = 1, .col = 1};
    if (mark != NULL) {
        place.line = mark->line + 1;
        place.col = mark->column + 1;
    }
    conf_report_fault_at(b->r, &place, "%s", text);
    b->is_stopped = true;
}

static int node_append(struct conf_node *parent, struct conf_node *node)
{
    if (array_grow(&parent->items, &parent->capacity, parent->count + 1,
                   sizeof *parent->items) != 0)
        return ERR_NOMEM;
    node->index = parent->count;
    node->parent = parent;
    parent->items[parent->count++] = node;
    return 0;
}

/* Add a new node; NULL when out of memory. */
static struct conf_node *builder_node(struct builder *b, enum conf_node_kind kind,
                                      const struct fy_mark *mark)
{
    struct conf_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->kind = kind;
    node->key = b->key;
    node->key_line = node->line = b->key_line;
    node->key_col = node->col = b->key_col;
    b->key = NULL;
    b->key_line = b->key_col = 0;
    if (mark != NULL) {
        node->line = mark->line + 1;
        node->col = mark->column + 1;
    }
    if (b->depth == 0 && b->root == NULL) {
        b->root = node;
        return node;
    }
    if (b->depth == 0 || node_append(b->open[b->depth - 1], node) != 0) {
        conf_yaml_node_destroy(node);
        return NULL;
    }
    return node;
}

static char *scalar_copy(struct fy_event *event, size_t *ret_length)
{
    size_t length = 0;
    const char *text = "";
    if (event->scalar.value != NULL) {
        text = fy_token_get_text(event->scalar.value, &length);
        if (text == NULL)
            text = "";
    }
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *ret_length = length;
    return copy;
}

static bool wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == CONF_NODE_MAPPING &&
           b->key == NULL;
}

static int builder_scalar(struct builder *b, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    bool is_plain = event->scalar.value == NULL ||
                    fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
    size_t length = 0;
    char *text = scalar_copy(event, &length);
    if (text == NULL)
        return ERR_NOMEM;
    if (strlen(text) != length) {
        builder_refuse(b, mark, "a text may not hold the character U+0000");
        free(text);
        return 0;
    }
    if (!wants_key(b)) {
        struct conf_node *node = builder_node(b, CONF_NODE_SCALAR, mark);
        if (node == NULL) {
            free(text);
            return ERR_NOMEM;
        }
        node->text = text;
        node->is_plain = is_plain;
        return 0;
    }
    enum conf_plain plain = is_plain ? conf_plain_of(text) : CONF_PLAIN_TEXT;
    if (plain != CONF_PLAIN_TEXT) {
        char quoted[TEXT_QUOTE_BYTES];
        struct conf_place place = {.file = b->r->file,
                                   .line = mark ? mark->line + 1 : 1,
                                   .col = mark ? mark->column + 1 : 1};
        conf_report_fault_at(b->r, &place,
                             "%s as a key is read differently by YAML 1.1 and 1.2 "
                             "(accepted: a word, or the same text in quotes)",
                             text_quote(text, quoted));
    }
    b->key = text;
    b->key_line = mark != NULL ? mark->line + 1 : 1;
    b->key_col = mark != NULL ? mark->column + 1 : 1;
    return 0;
}

static int builder_open(struct builder *b, enum conf_node_kind kind,
                        struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (wants_key(b)) {
        builder_refuse(b, mark, "a key must be a word, not a list or mapping");
        return 0;
    }
    if (b->depth == CONF_DEPTH_MAX) {
        builder_refuse(b, mark, "nested more than %d levels deep", CONF_DEPTH_MAX);
        return 0;
    }
    struct conf_node *node = builder_node(b, kind, mark);
    if (node == NULL)
        return ERR_NOMEM;
    b->open[b->depth++] = node;
    return 0;
}

static bool event_is_refused(struct builder *b, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (event->type == FYET_ALIAS)
        builder_refuse(b, mark,
                       "a '*' outside quotes is an alias, which is not accepted "
                       "(accepted: the pattern in quotes, such as \"KP*\")");
    else if (fy_event_get_anchor_token(event) != NULL)
        builder_refuse(b, mark,
                       "an anchor ('&') is not accepted (accepted: the value written "
                       "out; quotes if the '&' is meant)");
    else if (fy_event_get_tag_token(event) != NULL)
        builder_refuse(b, mark,
                       "a tag ('!') is not accepted (accepted: the value alone; "
                       "quotes if the '!' is meant)");
    else if (event->type == FYET_DOCUMENT_START && b->documents++ > 0)
        builder_refuse(b, mark, "a second document ('---') is not accepted");
    else if (++b->nodes > CONF_NODES_MAX)
        builder_refuse(b, mark, "more than %u values", CONF_NODES_MAX);
    return b->is_stopped;
}

static int builder_event(struct builder *b, struct fy_event *event)
{
    if (event_is_refused(b, event))
        return 0;
    if (event->type == FYET_SCALAR)
        return builder_scalar(b, event);
    if (event->type == FYET_MAPPING_START)
        return builder_open(b, CONF_NODE_MAPPING, event);
    if (event->type == FYET_SEQUENCE_START)
        return builder_open(b, CONF_NODE_LIST, event);
    if (event->type == FYET_MAPPING_END || event->type == FYET_SEQUENCE_END)
        b->depth--;
    return 0;
}

/* --- after the parser --- */

static int check_mapping(struct conf_reader *r, const struct conf_node *node)
{
    struct map seen;
    map_init(&seen);
    int rc = 0;
    for (size_t i = 0; i < node->count && rc == 0; i++) {
        struct conf_node *item = node->items[i];
        uint64_t key = hash_text(item->key, 0);
        const struct conf_node *first = map_get(&seen, key);
        if (first == NULL) {
            rc = map_set(&seen, key, item);
        } else if (strcmp(first->key, item->key) == 0) {
            item->is_duplicate = true;
            conf_report_error_key(r, item, NULL, "is given twice, first in line %d",
                                  first->key_line);
        }
    }
    map_finish(&seen);
    return rc;
}

/* Report duplicate keys in all mappings. */
static int check_tree(struct conf_reader *r, const struct conf_node *node)
{
    int rc = node->kind == CONF_NODE_MAPPING ? check_mapping(r, node) : 0;
    for (size_t i = 0; i < node->count && rc == 0; i++)
        rc = check_tree(r, node->items[i]);
    return rc;
}

static void report_syntax(struct conf_reader *r, struct fy_diag *diag)
{
    void *cursor = NULL;
    struct fy_diag_error *error;
    size_t before = r->faults.errors;
    while ((error = fy_diag_errors_iterate(diag, &cursor)) != NULL) {
        struct conf_place place = {
            .file = r->file, .line = error->line, .col = error->column};
        if (error->type >= FYET_ERROR)
            conf_report_fault_at(
                r, &place, "YAML: %s%s", error->msg,
                strstr(error->msg, "alias") != NULL
                    ? " (accepted: a pattern that begins with '*' in quotes)"
                    : "");
    }
    struct conf_place place = {.file = r->file, .line = 1, .col = 1};
    if (r->faults.errors == before)
        conf_report_fault_at(r, &place, "YAML: the text cannot be read");
}

static int build_tree(struct builder *b, struct fy_diag *diag)
{
    int rc = 0;
    struct fy_event *event;
    while (rc == 0 && !b->is_stopped && (event = fy_parser_parse(b->parser)) != NULL) {
        rc = builder_event(b, event);
        fy_parser_event_free(b->parser, event);
    }
    if (rc == 0 && !b->is_stopped && fy_parser_get_stream_error(b->parser)) {
        report_syntax(b->r, diag);
        b->is_stopped = true;
    }
    return rc;
}

int conf_yaml_read(struct conf_reader *r, const char *text, size_t n,
                   struct conf_node **ret_root)
{
    if (!text_is_clean(r, text, n))
        return 0;
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    struct builder b = {.r = r};
    int rc = diag != NULL ? 0 : ERR_NOMEM;
    if (rc == 0) {
        fy_diag_set_collect_errors(diag, true);
        const struct fy_parse_cfg cfg = {
            .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
                     FYPCF_DEFAULT_VERSION_1_2,
            .diag = diag,
        };
        b.parser = fy_parser_create(&cfg);
    }
    if (rc == 0 &&
        (b.parser == NULL ||
         fy_parser_set_string(b.parser, n > 0 ? text : "\n", n > 0 ? n : 1) != 0))
        rc = ERR_NOMEM;
    if (rc == 0)
        rc = build_tree(&b, diag);
    if (rc == 0 && b.root != NULL && !b.is_stopped)
        rc = check_tree(r, b.root);
    if (rc == 0 && !b.is_stopped) {
        *ret_root = b.root;
        b.root = NULL;
    }
    conf_yaml_node_destroy(b.root);
    free(b.key);
    if (b.parser != NULL)
        fy_parser_destroy(b.parser);
    if (diag != NULL)
        fy_diag_destroy(diag);
    return rc;
}
