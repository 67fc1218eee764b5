/* SPDX-License-Identifier: Apache-2.0 */
/* Applies a list of batches in one transaction, operation by operation. Knows nothing of
 * threads or retries. */
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/sys/clock.h"
#include "store_int.h"

/* Binds values in the order of their columns; keeps the first fault. */
struct binder {
    sqlite3_stmt *statement; /* borrowed */
    int column;
    int rc;
};

static void bind_int(struct binder *b, int64_t value)
{
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = sqlite3_bind_int64(b->statement, b->column, value);
}

static void bind_time(struct binder *b, int64_t time_ms)
{
    if (time_ms != TIME_NONE) {
        bind_int(b, time_ms);
        return;
    }
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = sqlite3_bind_null(b->statement, b->column);
}

static void bind_real(struct binder *b, double value)
{
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = sqlite3_bind_double(b->statement, b->column, value);
}

/* Not copied: the value must live until the statement is reset. */
static void bind_text(struct binder *b, const char *text, size_t n)
{
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = sqlite3_bind_text64(b->statement, b->column, text, n, SQLITE_STATIC,
                                    SQLITE_UTF8);
}

static void bind_blob(struct binder *b, const void *bytes, size_t n)
{
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = sqlite3_bind_blob64(b->statement, b->column, n != 0 ? bytes : "", n,
                                    SQLITE_STATIC);
}

static void bind_id(struct binder *b, const char *id)
{
    b->column++;
    if (b->rc == SQLITE_OK)
        b->rc = store_db_bind_id(b->statement, b->column, id);
}

static int run_bound(const struct binder *b)
{
    return b->rc != SQLITE_OK ? b->rc : store_db_run(b->statement);
}

/* --- operations --- */

static const char *next_text(const char **at)
{
    const char *text = *at;
    *at += strlen(text) + 1;
    return text;
}

static int apply_record(struct store_db *db, const struct store_op_record *op)
{
    struct binder b = {0};
    if (op->op.kind == STORE_OP_VESSEL) {
        bool is_delete = op->record_bytes == 0;
        b.statement =
            db->statements[is_delete ? STORE_SQL_VESSEL_DELETE : STORE_SQL_VESSEL];
        bind_int(&b, op->mmsi);
        if (is_delete)
            return run_bound(&b);
    } else if (op->op.kind == STORE_OP_ENGINE) {
        b.statement = db->statements[STORE_SQL_ENGINE];
    } else {
        b.statement = db->statements[STORE_SQL_FEED];
        bind_text(&b, op->data, op->key_bytes);
    }
    bind_blob(&b, op->data + op->key_bytes, op->record_bytes);
    return run_bound(&b);
}

static int apply_call(struct store_db *db, const struct store_op_call *op)
{
    const char *at = op->texts;
    const char *name = next_text(&at), *port_name = next_text(&at);
    const struct call *c = &op->call;
    struct binder b = {db->statements[STORE_SQL_CALL], 0, SQLITE_OK};
    bind_int(&b, op->mmsi);
    bind_int(&b, op->imo);
    bind_text(&b, name, strlen(name));
    bind_int(&b, op->track);
    bind_text(&b, op->locode, strlen(op->locode));
    bind_text(&b, port_name, strlen(port_name));
    bind_int(&b, c->since_ms);
    bind_time(&b, c->entered_ms);
    bind_time(&b, c->arrived_ms);
    bind_time(&b, c->departed_ms);
    bind_time(&b, c->left_ms);
    bind_int(&b, c->kind);
    bind_int(&b, c->confidence);
    bind_int(&b, c->pos.lat_e7);
    bind_int(&b, c->pos.lon_e7);
    bind_int(&b, c->draught_dm);
    bind_int(&b, clock_wall_ms());
    return run_bound(&b);
}

static int apply_voyage(struct store_db *db, const struct store_op_voyage *op)
{
    const char *at = op->texts;
    const char *name = next_text(&at), *from = next_text(&at), *to = next_text(&at);
    const struct voyage *v = &op->voyage;
    /* One declared destination per line: cleaned text has no line ends. */
    char destinations[sizeof v->destinations + 1];
    size_t n = 0;
    for (size_t i = 0; i < v->destination_count && i < VOYAGE_DESTINATIONS_MAX; i++) {
        size_t k = strlen(v->destinations[i]);
        memcpy(destinations + n, v->destinations[i], k);
        n += k;
        destinations[n++] = '\n';
    }
    struct binder b = {db->statements[STORE_SQL_VOYAGE], 0, SQLITE_OK};
    bind_int(&b, op->mmsi);
    bind_int(&b, op->imo);
    bind_text(&b, name, strlen(name));
    bind_int(&b, op->track);
    bind_text(&b, op->from, strlen(op->from));
    bind_text(&b, from, strlen(from));
    bind_text(&b, op->to, strlen(op->to));
    bind_text(&b, to, strlen(to));
    bind_int(&b, v->departed_ms);
    bind_int(&b, v->arrived_ms);
    bind_real(&b, v->distance_m);
    bind_int(&b, v->longest_gap_ms);
    bind_int(&b, v->draught_departure_dm);
    bind_int(&b, v->draught_arrival_dm);
    bind_text(&b, destinations, n);
    bind_int(&b, clock_wall_ms());
    return run_bound(&b);
}

static int apply_outbox(struct store_db *db, int64_t webhook, int64_t accepted_ms)
{
    struct binder b = {db->statements[STORE_SQL_OUTBOX], 0, SQLITE_OK};
    bind_int(&b, store_outbox_row(db->last_alert, webhook));
    bind_int(&b, webhook);
    bind_int(&b, accepted_ms);
    return run_bound(&b);
}

static int apply_alert(struct store_db *db, const struct store_op_alert *op)
{
    const char *at = op->texts;
    const char *type = next_text(&at), *rule = next_text(&at), *why = next_text(&at);
    const char *webhooks = at;
    for (size_t i = 0; i < op->webhook_count; i++)
        next_text(&at);
    struct binder b = {db->statements[STORE_SQL_ALERT], 0, SQLITE_OK};
    bind_int(&b, db->last_alert + 1);
    bind_id(&b, op->id);
    bind_text(&b, type, strlen(type));
    bind_text(&b, rule, strlen(rule));
    if (op->case_id[0] != '\0')
        bind_id(&b, op->case_id);
    else
        bind_time(&b, TIME_NONE);
    bind_int(&b, op->severity);
    bind_int(&b, op->mark);
    bind_int(&b, op->mmsi);
    bind_int(&b, op->imo);
    bind_time(&b, op->time_ms);
    bind_time(&b, op->detected_ms);
    bind_int(&b, op->accepted_ms);
    bind_text(&b, at, op->body_bytes);
    if (why[0] != '\0')
        bind_text(&b, why, strlen(why));
    else
        bind_time(&b, TIME_NONE);
    bind_blob(&b, webhooks, (size_t)(at - webhooks));
    int rc = run_bound(&b);
    if (rc != SQLITE_OK || sqlite3_changes(db->handle) == 0)
        return rc; /* stored before: the alert and its deliveries stay */
    db->last_alert++;
    for (size_t i = 0; i < op->webhook_count && rc == SQLITE_OK; i++) {
        int64_t webhook = store_db_webhook(db, next_text(&webhooks), &rc);
        if (webhook != 0)
            rc = apply_outbox(db, webhook, op->accepted_ms);
    }
    return rc;
}

static int apply_outcome(struct store_db *db, const struct store_op_outcome *op)
{
    const struct store_outcome *o = &op->outcome;
    struct binder b = {db->statements[STORE_SQL_OUTCOME], 0, SQLITE_OK};
    bind_int(&b, o->outbox);
    bind_int(&b, o->state);
    bind_int(&b, o->attempts);
    bind_time(&b, o->state == STORE_PENDING ? o->next_attempt_ms : TIME_NONE);
    bind_int(&b, o->status);
    bind_text(&b, o->reason, strlen(o->reason));
    bind_int(&b, o->at_ms);
    bind_time(&b, o->bundle != 0 ? o->bundle : TIME_NONE);
    bind_int(&b, o->begun_ms);
    int rc = run_bound(&b);
    if (rc != SQLITE_OK || o->state != STORE_DELIVERED ||
        sqlite3_changes(db->handle) == 0)
        return rc;
    b = (struct binder){db->statements[STORE_SQL_DELIVERED], 0, SQLITE_OK};
    bind_int(&b, o->outbox & STORE_WEBHOOKS_MAX);
    return run_bound(&b);
}

static int apply_gone(struct store_db *db, const struct store_op_gone *op)
{
    int rc = SQLITE_OK;
    int64_t webhook = store_db_webhook(db, op->webhook, &rc);
    if (webhook == 0)
        return rc;
    struct binder b = {db->statements[STORE_SQL_GONE], 0, SQLITE_OK};
    bind_int(&b, webhook);
    bind_time(&b, op->at_ms);
    return run_bound(&b);
}

static int apply_list(struct store_db *db, const struct store_op_list *op)
{
    const char *at = op->texts, *id = at;
    struct binder b = {db->statements[STORE_SQL_LIST_OLD], 0, SQLITE_OK};
    bind_text(&b, id, strlen(id));
    int rc = run_bound(&b);
    if (rc != SQLITE_OK)
        return rc;
    b = (struct binder){db->statements[STORE_SQL_LIST], 0, SQLITE_OK};
    for (int i = 0; i < 5; i++) { /* id, file, format, sha256, published */
        const char *text = next_text(&at);
        bind_text(&b, text, strlen(text));
    }
    bind_int(&b, op->read_ms);
    bind_int(&b, op->ships);
    bind_blob(&b, at, op->entries_bytes);
    return run_bound(&b);
}

static void bind_text_or_null(struct binder *b, const char *text)
{
    if (text[0] != '\0')
        bind_text(b, text, strlen(text));
    else
        bind_time(b, TIME_NONE);
}

/* Rows of acknowledgements ascend together with those of alerts, times 2^20, in the order
 * of acceptance: so both are one sequence of events, which streams go by. */
static int apply_seen(struct store_db *db, const struct store_op_seen *op)
{
    const char *at = op->texts;
    struct binder b = {db->statements[STORE_SQL_ACKNOWLEDGE], 0, SQLITE_OK};
    bind_int(&b, db->last_alert * STORE_EVENTS_AN_ALERT + 1);
    bind_id(&b, op->id);
    bind_int(&b, op->at_ms);
    bind_text_or_null(&b, next_text(&at));
    bind_text_or_null(&b, next_text(&at));
    bind_text_or_null(&b, next_text(&at));
    bind_int(&b, op->is_case);
    bind_int(&b, op->is_undone);
    int rc = run_bound(&b);
    if (rc != SQLITE_OK || sqlite3_changes(db->handle) == 0)
        return rc;
    b = (struct binder){db->statements[op->is_undone ? STORE_SQL_UNSEEN : STORE_SQL_SEEN],
                        0, SQLITE_OK};
    bind_id(&b, op->id);
    bind_int(&b, op->is_case);
    return run_bound(&b);
}

static int apply_mute(struct store_db *db, const struct store_op_mute *op)
{
    const char *at = op->texts;
    struct binder b = {db->statements[STORE_SQL_MUTE], 0, SQLITE_OK};
    for (int i = 0; i < 6; i++) { /* id, rule, zone, feed, why, who */
        const char *text = next_text(&at);
        if (i >= 1 && i <= 3)
            bind_text_or_null(&b, text);
        else
            bind_text(&b, text, strlen(text));
    }
    bind_int(&b, op->vessel);
    bind_int(&b, op->meant);
    bind_time(&b, op->from_ms);
    bind_int(&b, op->until_ms);
    bind_int(&b, op->at_ms);
    return run_bound(&b);
}

static int apply_unmute(struct store_db *db, const struct store_op_unmute *op)
{
    struct binder b = {db->statements[STORE_SQL_UNMUTE], 0, SQLITE_OK};
    bind_text(&b, op->id, strlen(op->id));
    bind_int(&b, op->ended_ms);
    return run_bound(&b);
}

static int apply_watch(struct store_db *db, const struct store_op_watch *op)
{
    const char *at = op->texts;
    struct binder b = {db->statements[STORE_SQL_WATCH], 0, SQLITE_OK};
    for (int i = 0; i < 2; i++) { /* name, token */
        const char *text = next_text(&at);
        bind_text(&b, text, strlen(text));
    }
    bind_text_or_null(&b, next_text(&at));
    bind_int(&b, op->at_ms);
    return run_bound(&b);
}

static int apply_op(struct store_db *db, const struct store_op *op)
{
    const void *at = op;
    switch (op->kind) {
    case STORE_OP_VESSEL:
    case STORE_OP_ENGINE:
    case STORE_OP_FEED:
        return apply_record(db, at);
    case STORE_OP_CALL:
        return apply_call(db, at);
    case STORE_OP_VOYAGE:
        return apply_voyage(db, at);
    case STORE_OP_ALERT:
        return apply_alert(db, at);
    case STORE_OP_OUTCOME:
        return apply_outcome(db, at);
    case STORE_OP_GONE:
        return apply_gone(db, at);
    case STORE_OP_LIST:
        return apply_list(db, at);
    case STORE_OP_SEEN:
        return apply_seen(db, at);
    case STORE_OP_MUTE:
        return apply_mute(db, at);
    case STORE_OP_UNMUTE:
        return apply_unmute(db, at);
    case STORE_OP_WATCH:
        return apply_watch(db, at);
    }
    return SQLITE_INTERNAL;
}

static int apply_batch(struct store_db *db, const struct store_batch *batch)
{
    const char *at = batch->ops.data;
    const char *end = at + batch->ops.length;
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK && at < end) {
        const struct store_op *op = (const void *)at;
        rc = apply_op(db, op);
        at += op->bytes;
    }
    return rc;
}

int store_apply_commit(struct store_db *db, const struct store_batch *first)
{
    int64_t last_alert = db->last_alert;
    size_t webhook_count = db->webhook_count;
    int rc = store_db_run(db->statements[STORE_SQL_BEGIN]);
    if (rc != SQLITE_OK)
        return rc;
    for (const struct store_batch *b = first; b != NULL && rc == SQLITE_OK; b = b->next)
        if (b->ops.length != 0)
            rc = apply_batch(db, b);
    if (rc == SQLITE_OK)
        rc = store_fixes_apply(db, first);
    if (rc == SQLITE_OK)
        rc = store_db_run(db->statements[STORE_SQL_COMMIT]);
    if (rc == SQLITE_OK)
        return SQLITE_OK;
    /* Some faults have rolled back already. */
    if (!sqlite3_get_autocommit(db->handle))
        store_db_run(db->statements[STORE_SQL_ROLLBACK]);
    db->last_alert = last_alert;
    store_db_forget_webhooks(db, webhook_count);
    return rc;
}
