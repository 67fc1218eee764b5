/* SPDX-License-Identifier: Apache-2.0 */
/* A batch in memory: a sequence of operations in one block, each with copies of all its
 * data. Built by the loop and delivery threads, read by the writer. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "store_int.h"

struct store_batch *store_batch_create(void)
{
    struct store_batch *b = calloc(1, sizeof *b);
    if (b != NULL)
        buf_init(&b->ops);
    return b;
}

void store_batch_destroy(struct store_batch *b)
{
    if (b == NULL)
        return;
    buf_finish(&b->ops);
    free(b->fixes);
    free(b);
}

bool store_batch_is_empty(const struct store_batch *b)
{
    return b->ops.length == 0 && b->fix_count == 0;
}

size_t store_batch_bytes(const struct store_batch *b)
{
    return b->ops.length + b->fix_count * sizeof b->fixes[0];
}

/* Add an operation of `fixed` bytes, which are zeroed, followed by `extra` bytes. NULL:
 * out of memory. */
static void *add_op(struct store_batch *b, enum store_op_kind kind, size_t fixed,
                    size_t extra)
{
    const size_t unit = alignof(max_align_t);
    if (extra > SIZE_MAX / 2)
        return NULL;
    size_t bytes = (fixed + extra + unit - 1) / unit * unit;
    if (buf_reserve(&b->ops, bytes) != 0)
        return NULL;
    char *at = b->ops.data + b->ops.length;
    memset(at, 0, fixed);
    struct store_op op = {kind, bytes};
    memcpy(at, &op, sizeof op);
    b->ops.length += bytes;
    b->ops.data[b->ops.length] = '\0';
    return at;
}

/* Append a text with its NUL; returns the place for the next one. */
static char *put_text_bytes(char *at, const char *text)
{
    size_t n = strlen(text) + 1;
    memcpy(at, text, n);
    return at + n;
}

static int add_record(struct store_batch *b, enum store_op_kind kind, const char *key,
                      const void *record, size_t n)
{
    size_t key_bytes = strlen(key);
    struct store_op_record *op =
        add_op(b, kind, offsetof(struct store_op_record, data), key_bytes + n);
    if (op == NULL)
        return ERR_NOMEM;
    op->key_bytes = key_bytes;
    op->record_bytes = n;
    memcpy(op->data, key, key_bytes);
    if (n != 0)
        memcpy(op->data + key_bytes, record, n);
    return 0;
}

int store_batch_vessel(struct store_batch *b, uint32_t mmsi, const void *record, size_t n)
{
    size_t at = b->ops.length;
    int rc = add_record(b, STORE_OP_VESSEL, "", record, n);
    if (rc != 0)
        return rc;
    ((struct store_op_record *)(void *)(b->ops.data + at))->mmsi = mmsi;
    return 0;
}

int store_batch_engine(struct store_batch *b, const void *record, size_t n)
{
    return add_record(b, STORE_OP_ENGINE, "", record, n);
}

int store_batch_feed(struct store_batch *b, const char *feed, const void *record,
                     size_t n)
{
    return add_record(b, STORE_OP_FEED, feed, record, n);
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

int store_batch_call(struct store_batch *b, const struct engine_call *c)
{
    /* Not a call yet: inside a port without a stop. It has no identity to store. */
    if (c->event == CALL_ENTERED || c->call.since_ms == TIME_NONE)
        return 0;
    const char *name = text_or_empty(c->name);
    const char *port_name = text_or_empty(c->port->name);
    struct store_op_call *op =
        add_op(b, STORE_OP_CALL, offsetof(struct store_op_call, texts),
               strlen(name) + strlen(port_name) + 2);
    if (op == NULL)
        return ERR_NOMEM;
    op->mmsi = c->mmsi;
    op->imo = c->imo;
    op->track = c->track;
    op->call = c->call;
    memcpy(op->locode, c->port->locode, LOCODE_BYTES);
    put_text_bytes(put_text_bytes(op->texts, name), port_name);
    return 0;
}

int store_batch_voyage(struct store_batch *b, const struct engine_voyage *v)
{
    const char *name = text_or_empty(v->name);
    const char *from = text_or_empty(v->from->name);
    const char *to = text_or_empty(v->to->name);
    struct store_op_voyage *op =
        add_op(b, STORE_OP_VOYAGE, offsetof(struct store_op_voyage, texts),
               strlen(name) + strlen(from) + strlen(to) + 3);
    if (op == NULL)
        return ERR_NOMEM;
    op->mmsi = v->mmsi;
    op->imo = v->imo;
    op->track = v->track;
    op->voyage = v->voyage;
    memcpy(op->from, v->from->locode, LOCODE_BYTES);
    memcpy(op->to, v->to->locode, LOCODE_BYTES);
    put_text_bytes(put_text_bytes(put_text_bytes(op->texts, name), from), to);
    return 0;
}

int store_batch_fix(struct store_batch *b, const struct engine_fix *f)
{
    int rc = array_grow(&b->fixes, &b->fix_room, b->fix_count + 1, sizeof b->fixes[0]);
    if (rc == 0)
        b->fixes[b->fix_count++] = (struct store_fix){
            .row = store_fix_row(fix_pack_hour(f->fix->time_ms), f->mmsi),
            .item = {.track = f->track, .fix = *f->fix}};
    return rc;
}

static enum store_mark mark_of(const struct alert *alert)
{
    if (alert->is_muted)
        return STORE_MARK_MUTED;
    if (alert->is_folded)
        return STORE_MARK_FOLDED;
    return alert->is_history ? STORE_MARK_HISTORY : STORE_MARK_NONE;
}

int store_batch_alert(struct store_batch *b, const struct alert *alert,
                      const char *const *webhooks, size_t webhook_count, int64_t now_ms)
{
    enum store_mark mark = mark_of(alert);
    if (mark != STORE_MARK_NONE)
        webhook_count = 0;
    size_t extra = strlen(alert->type) + strlen(alert->rule) + strlen(alert->why) + 3 +
                   alert->body_bytes;
    for (size_t i = 0; i < webhook_count; i++)
        extra += strlen(webhooks[i]) + 1;
    struct store_op_alert *op =
        add_op(b, STORE_OP_ALERT, offsetof(struct store_op_alert, texts), extra);
    if (op == NULL)
        return ERR_NOMEM;
    op->severity = alert->severity;
    op->mark = (uint8_t)mark;
    op->mmsi = alert->mmsi;
    op->imo = alert->imo;
    op->time_ms = alert->time_ms;
    op->detected_ms = alert->detected_ms;
    op->accepted_ms = now_ms;
    memcpy(op->id, alert->id, sizeof op->id);
    memcpy(op->case_id, alert->case_id, sizeof op->case_id);
    op->webhook_count = webhook_count;
    op->body_bytes = alert->body_bytes;
    char *at = put_text_bytes(put_text_bytes(op->texts, alert->type), alert->rule);
    at = put_text_bytes(at, alert->why);
    for (size_t i = 0; i < webhook_count; i++)
        at = put_text_bytes(at, webhooks[i]);
    if (alert->body_bytes != 0)
        memcpy(at, alert->body, alert->body_bytes);
    if (webhook_count != 0)
        b->wakes = true;
    return 0;
}

int store_batch_outcome(struct store_batch *b, const struct store_outcome *o)
{
    struct store_op_outcome *op = add_op(b, STORE_OP_OUTCOME, sizeof *op, 0);
    if (op == NULL)
        return ERR_NOMEM;
    op->outcome = *o;
    op->outcome.reason[sizeof op->outcome.reason - 1] = '\0';
    b->wakes = true;
    return 0;
}

int store_batch_gone(struct store_batch *b, const char *webhook, int64_t at_ms)
{
    struct store_op_gone *op = add_op(
        b, STORE_OP_GONE, offsetof(struct store_op_gone, webhook), strlen(webhook) + 1);
    if (op == NULL)
        return ERR_NOMEM;
    op->at_ms = at_ms;
    put_text_bytes(op->webhook, webhook);
    b->wakes = true;
    return 0;
}

static void *add_text_op(struct store_batch *b, enum store_op_kind kind, size_t fixed,
                         const char *const *texts, size_t count)
{
    size_t extra = 0;
    for (size_t i = 0; i < count; i++)
        extra += strlen(text_or_empty(texts[i])) + 1;
    char *op = add_op(b, kind, fixed, extra), *at = op + fixed;
    for (size_t i = 0; op != NULL && i < count; i++)
        at = put_text_bytes(at, text_or_empty(texts[i]));
    return op;
}

bool store_batch_is_verdict(const char *verdict)
{
    return strcmp(verdict, "confirmed") == 0 || strcmp(verdict, "explained") == 0 ||
           strcmp(verdict, "false") == 0;
}

int store_batch_seen(struct store_batch *b, const struct store_seen *seen)
{
    const char *const texts[] = {seen->who, seen->verdict, seen->note};
    struct store_op_seen *op =
        add_text_op(b, STORE_OP_SEEN, offsetof(struct store_op_seen, texts), texts, 3);
    if (op == NULL)
        return ERR_NOMEM;
    text_copy(op->id, sizeof op->id, seen->id);
    op->is_case = seen->is_case;
    op->is_undone = seen->is_undone;
    op->at_ms = seen->at_ms;
    return 0;
}

int store_batch_mute(struct store_batch *b, const struct store_mute *mute)
{
    const char *const texts[] = {mute->id,   mute->rule, mute->zone,
                                 mute->feed, mute->why,  mute->who};
    struct store_op_mute *op =
        add_text_op(b, STORE_OP_MUTE, offsetof(struct store_op_mute, texts), texts, 6);
    if (op == NULL)
        return ERR_NOMEM;
    op->vessel = mute->vessel;
    op->meant = mute->meant;
    op->from_ms = mute->from_ms;
    op->until_ms = mute->until_ms;
    op->at_ms = mute->at_ms;
    return 0;
}

int store_batch_unmute(struct store_batch *b, const char *id, int64_t ended_ms)
{
    struct store_op_unmute *op =
        add_text_op(b, STORE_OP_UNMUTE, offsetof(struct store_op_unmute, id), &id, 1);
    if (op == NULL)
        return ERR_NOMEM;
    op->ended_ms = ended_ms;
    return 0;
}

int store_batch_watch(struct store_batch *b, const struct store_watch *watch)
{
    const char *const texts[] = {watch->name, watch->token, watch->handover};
    struct store_op_watch *op =
        add_text_op(b, STORE_OP_WATCH, offsetof(struct store_op_watch, texts), texts, 3);
    if (op == NULL)
        return ERR_NOMEM;
    op->at_ms = watch->at_ms;
    return 0;
}

int store_batch_list(struct store_batch *b, const struct store_list *list)
{
    const char *const texts[] = {list->id, list->file, list->format, list->sha256,
                                 list->published};
    size_t extra = list->entries_bytes;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        extra += strlen(texts[i]) + 1;
    struct store_op_list *op =
        add_op(b, STORE_OP_LIST, offsetof(struct store_op_list, texts), extra);
    if (op == NULL)
        return ERR_NOMEM;
    op->read_ms = list->read_ms;
    op->ships = (int64_t)list->ships;
    op->entries_bytes = list->entries_bytes;
    char *at = op->texts;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        at = put_text_bytes(at, texts[i]);
    if (list->entries_bytes != 0)
        memcpy(at, list->entries, list->entries_bytes);
    return 0;
}
