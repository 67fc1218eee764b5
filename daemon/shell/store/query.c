/* SPDX-License-Identifier: Apache-2.0 */
/* Stored alerts, calls and voyages as JSON lines for the commands. They are read page by
 * page into memory, so that a slow reader of the output never blocks the write-ahead log.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/alert/severity.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "query_int.h"

static const char *const marks[] = {"", "muted", "folded", "history"};
static const char *const states[] = {"pending", "delivered", "dead"};

/* --- writing JSON: members of an object that is open; any text gives valid JSON --- */

int query_text(struct buf *b, const char *text)
{
    char clean[1024];
    text_clean(text, strlen(text), clean, sizeof clean);
    int rc = buf_add_char(b, '"');
    for (const char *at = clean; rc == 0 && *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\')
            rc = buf_printf(b, "\\%c", c);
        else
            rc = buf_add_char(b, (char)c);
    }
    return rc != 0 ? rc : buf_add_char(b, '"');
}

static int begin_member(struct buf *b, const char *name)
{
    char last = b->length != 0 ? b->data[b->length - 1] : '{';
    int rc = last == '{' ? 0 : buf_add_char(b, ',');
    return rc != 0 ? rc : buf_printf(b, "\"%s\":", name);
}

int query_member_text(struct buf *b, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    int rc = begin_member(b, name);
    return rc != 0 ? rc : query_text(b, text);
}

int query_member_int(struct buf *b, const char *name, int64_t value)
{
    int rc = begin_member(b, name);
    return rc != 0 ? rc : buf_printf(b, "%" PRId64, value);
}

int query_member_known(struct buf *b, const char *name, int64_t value)
{
    return value == 0 ? 0 : query_member_int(b, name, value);
}

int query_member_time(struct buf *b, const char *name, sqlite3_stmt *s, int column)
{
    if (sqlite3_column_type(s, column) == SQLITE_NULL)
        return 0;
    char text[TIME_TEXT_BYTES];
    return query_member_text(b, name, time_format(sqlite3_column_int64(s, column), text));
}

int query_member_fixed(struct buf *b, const char *name, int64_t value, int decimals)
{
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    int64_t size = value < 0 ? -value : value;
    int rc = begin_member(b, name);
    if (rc != 0)
        return rc;
    return buf_printf(b, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "", size / unit,
                      decimals, size % unit);
}

/* --- pages --- */

void query_page_finish(struct query_page *p)
{
    buf_finish(&p->text);
}

int query_page_add(struct query_page *p, int64_t row)
{
    p->row[p->count] = row;
    p->at[p->count++] = p->line;
    int rc = buf_add_char(&p->text, '\0');
    p->line = p->text.length;
    return rc;
}

int query_page_emit(struct query_page *p, store_line line, void *context)
{
    int rc = 0;
    for (size_t i = 0; i < p->count && rc == 0; i++)
        rc = line(context, p->row[i], p->text.data + p->at[i]);
    p->count = 0;
    p->line = 0;
    buf_clear(&p->text);
    return rc;
}

/* --- filters --- */

static bool is_json_number(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 10 &&
           strspn(text, "0123456789") == strlen(text);
}

int query_vessels(const struct store_filter *f, struct buf *out)
{
    int rc = buf_add_char(out, '[');
    for (size_t i = 0; i < f->vessel_count && rc == 0; i++) {
        const char *x = f->vessels[i];
        if (i != 0)
            rc = buf_add_char(out, ',');
        if (rc != 0)
            break;
        /* JSON numbers have no leading zeros. */
        rc = is_json_number(x) ? buf_printf(out, "%llu", strtoull(x, NULL, 10))
                               : query_text(out, x);
    }
    return rc != 0 ? rc : buf_add_char(out, ']');
}

/* --- alerts --- */

static int add_delivery(struct buf *b, sqlite3_stmt *s)
{
    int state = sqlite3_column_int(s, 1);
    if (state < 0 || state > STORE_DEAD)
        return ERR_CORRUPT;
    int rc = buf_add_char(b, '{');
    if (rc == 0)
        rc = query_member_text(b, "webhook", (const char *)sqlite3_column_text(s, 0));
    if (rc == 0)
        rc = query_member_text(b, "state", states[state]);
    if (rc == 0)
        rc = query_member_int(b, "attempts", sqlite3_column_int64(s, 2));
    if (rc == 0 && state == STORE_PENDING)
        rc = query_member_time(b, "next_attempt", s, 3);
    if (rc == 0)
        rc = query_member_known(b, "status", sqlite3_column_int64(s, 4));
    if (rc == 0)
        rc = query_member_text(b, "reason", (const char *)sqlite3_column_text(s, 5));
    if (rc == 0 && state != STORE_PENDING)
        rc = query_member_time(
            b, state == STORE_DELIVERED ? "delivered_at" : "given_up_at", s, 6);
    return rc != 0 ? rc : buf_add_char(b, '}');
}

/* The array; *ret_states has bit i when a delivery is in state i. */
static int add_deliveries(struct store_reader *r, int64_t alert, struct buf *b,
                          unsigned *ret_states)
{
    int code = 0;
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_DELIVERIES, &code);
    if (s == NULL)
        return code;
    int rc = sqlite3_bind_int64(s, 1, alert);
    code = buf_add_char(b, '[');
    bool is_first = true;
    while (code == 0 && rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        rc = SQLITE_OK;
        if (!is_first)
            code = buf_add_char(b, ',');
        is_first = false;
        if (code == 0)
            code = add_delivery(b, s);
        *ret_states |= 1u << sqlite3_column_int(s, 1);
    }
    int end = store_reader_end(r, s, rc);
    if (code == 0)
        code = end;
    return code != 0 ? code : buf_add_char(b, ']');
}

static const char *state_of(int mark, unsigned has)
{
    if (mark > 0 && mark <= STORE_MARK_HISTORY)
        return marks[mark];
    if (has & 1u << STORE_PENDING)
        return states[STORE_PENDING];
    if (has & 1u << STORE_DEAD)
        return states[STORE_DEAD];
    return has != 0 ? states[STORE_DELIVERED] : "stored";
}

/* Who has seen it, and what they made of it. */
int query_write_seen(struct buf *b, sqlite3_stmt *s)
{
    const char *who = (const char *)sqlite3_column_text(s, 12);
    if (who == NULL)
        return 0;
    int rc = buf_add_text(b, ",\"acknowledged\":{");
    if (rc == 0)
        rc = query_member_text(b, "by", who);
    if (rc == 0)
        rc = query_member_time(b, "at", s, 13);
    if (rc == 0)
        rc = query_member_text(b, "verdict", (const char *)sqlite3_column_text(s, 14));
    if (rc == 0)
        rc = query_member_text(b, "note", (const char *)sqlite3_column_text(s, 15));
    return rc != 0 ? rc : buf_add_char(b, '}');
}

int query_write_alert(struct store_reader *r, sqlite3_stmt *s, struct buf *b,
                      struct buf *deliveries)
{
    char id[HASH_ID_BYTES];
    store_db_column_id(s, 1, id);
    unsigned has = 0;
    buf_clear(deliveries);
    int severity = sqlite3_column_int(s, 4);
    int rc = add_deliveries(r, sqlite3_column_int64(s, 0), deliveries, &has);
    if (rc == 0)
        rc = buf_add_char(b, '{');
    if (rc == 0)
        rc = query_member_text(b, "id", id);
    if (rc == 0)
        rc = query_member_text(b, "type", (const char *)sqlite3_column_text(s, 2));
    if (rc == 0)
        rc = query_member_text(b, "rule", (const char *)sqlite3_column_text(s, 3));
    if (rc == 0 && severity >= 0 && severity < SEVERITIES)
        rc = query_member_text(b, "severity", severity_name((enum severity)severity));
    if (rc == 0)
        rc = query_member_time(b, "time", s, 8);
    if (rc == 0)
        rc = query_member_time(b, "detected_at", s, 9);
    if (rc == 0)
        rc = query_member_known(b, "mmsi", sqlite3_column_int64(s, 6));
    if (rc == 0)
        rc = query_member_known(b, "imo", sqlite3_column_int64(s, 7));
    if (rc == 0)
        rc = query_member_text(b, "state", state_of(sqlite3_column_int(s, 5), has));
    if (rc == 0)
        rc = query_member_text(b, "why", (const char *)sqlite3_column_text(s, 11));
    if (rc == 0)
        rc = query_write_seen(b, s);
    const char *body = (const char *)sqlite3_column_text(s, 10);
    if (rc == 0)
        rc = buf_printf(b, ",\"deliveries\":%s,\"event\":%s}", buf_text(deliveries),
                        body != NULL && body[0] != '\0' ? body : "null");
    return rc;
}

static int add_alert(struct store_reader *r, sqlite3_stmt *s, struct query_page *p,
                     struct buf *deliveries)
{
    int rc = query_write_alert(r, s, &p->text, deliveries);
    return rc != 0 ? rc : query_page_add(p, sqlite3_column_int64(s, 0));
}

static int bind_alerts(sqlite3_stmt *s, const struct store_filter *f, int64_t after,
                       const struct buf *vessels)
{
    int rc = sqlite3_bind_int64(s, 1, after);
    if (rc == SQLITE_OK && f->since_ms != TIME_NONE)
        rc = sqlite3_bind_int64(s, 2, f->since_ms);
    if (rc == SQLITE_OK && f->rule != NULL)
        rc = sqlite3_bind_text(s, 3, f->rule, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 4, (f->pending ? 1 : 0) | (f->dead ? 2 : 0));
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 5, QUERY_PAGE);
    if (rc == SQLITE_OK && f->vessel_count != 0)
        rc = sqlite3_bind_text(s, 6, buf_text(vessels), -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 7, f->with_mentions);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(s, 8, f->unacknowledged);
    return rc;
}

/* Fill the page with alerts after row `after`; an empty page is the end. */
static int alerts_page(struct store_reader *r, const struct store_filter *f,
                       int64_t after, struct query_page *p)
{
    int code = 0;
    struct buf vessels = {0}, deliveries = {0};
    sqlite3_stmt *s = store_reader_statement(r, READER_SQL_ALERTS, &code);
    if (s == NULL)
        return code;
    code = query_vessels(f, &vessels);
    int rc = code == 0 ? bind_alerts(s, f, after, &vessels) : SQLITE_OK;
    while (code == 0 && rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        code = add_alert(r, s, p, &deliveries);
        rc = SQLITE_OK;
    }
    int end = store_reader_end(r, s, rc);
    buf_finish(&vessels);
    buf_finish(&deliveries);
    return code != 0 ? code : end;
}

int query_alerts(struct store_reader *r, const struct store_filter *f, store_line line,
                 void *context)
{
    struct query_page *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ERR_NOMEM;
    int64_t after = f->after;
    int rc = 0;
    for (;;) {
        rc = alerts_page(r, f, after, p);
        if (rc != 0 || p->count == 0)
            break;
        after = p->row[p->count - 1];
        bool is_last = p->count < QUERY_PAGE;
        rc = query_page_emit(p, line, context);
        if (rc != 0 || is_last)
            break;
    }
    query_page_finish(p);
    free(p);
    return rc;
}
