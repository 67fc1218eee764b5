/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of lists, the newest first, and the record as one sequence of events. A statement
 * is made of the conditions that are asked for alone, so that SQLite finds the index. */
#include <stdlib.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "query_int.h"

enum { BINDINGS_MOST = 24 };
struct asking {
    struct buf sql;
    struct {
        const char *text; /* NULL: the number */
        int64_t number;
        bool is_id;
    } bindings[BINDINGS_MOST];
    int count;
    int rc;
};

static void with_sql(struct asking *a, const char *sql)
{
    if (a->rc == 0)
        a->rc = buf_add_text(&a->sql, sql);
}

/* A condition with one '?' for a number, or for a text. */
static void with_number(struct asking *a, const char *sql, int64_t number)
{
    with_sql(a, sql);
    a->bindings[a->count++].number = number;
}

static void with_text(struct asking *a, const char *sql, const char *text)
{
    if (text == NULL)
        return;
    with_sql(a, sql);
    a->bindings[a->count++].text = text;
}

static void with_id(struct asking *a, const char *sql, const char *id)
{
    if (id == NULL)
        return;
    with_text(a, sql, id);
    a->bindings[a->count - 1].is_id = true;
}

static sqlite3_stmt *prepare_asking(struct store_reader *r, struct asking *a,
                                    int *ret_code)
{
    sqlite3_stmt *s = NULL;
    int64_t code = a->rc;
    if (code == 0 && store_reader_statement(r, READER_SQL_VERSION, ret_code) == NULL)
        return NULL; /* the database cannot be opened */
    int rc = code == 0 ? sqlite3_prepare_v2(r->handle, buf_text(&a->sql), -1, &s, NULL)
                       : SQLITE_NOMEM;
    for (int i = 0; i < a->count && rc == SQLITE_OK; i++) {
        const char *text = a->bindings[i].text;
        if (text == NULL)
            rc = sqlite3_bind_int64(s, i + 1, a->bindings[i].number);
        else if (a->bindings[i].is_id)
            rc = store_db_bind_id(s, i + 1, text);
        else
            rc = sqlite3_bind_text(s, i + 1, text, -1, SQLITE_STATIC);
    }
    if (rc == SQLITE_OK)
        return s;
    *ret_code = store_schema_fault(NULL, r->handle, rc, "");
    sqlite3_finalize(s);
    return NULL;
}

static int end_asking(struct store_reader *r, sqlite3_stmt *s, int code, int rc)
{
    sqlite3_finalize(s);
    if (code != 0 || rc == SQLITE_DONE || rc == SQLITE_ROW || rc == SQLITE_OK)
        return code;
    return store_schema_fault(NULL, r->handle, rc, "");
}

/* --- conditions --- */

/* Nine digits are an MMSI, and find its index; other numbers may be IMO numbers. */
static void add_vessel(struct asking *a, const char *vessel, const char *name)
{
    int64_t number = 0;
    if (vessel == NULL)
        return;
    if (units_parse_int(vessel, strlen(vessel), 1, 999999999, &number) != 0) {
        with_sql(a, " AND instr(upper(");
        with_sql(a, name);
        with_text(a, "), upper(?))", vessel);
    } else if (number > 9999999) {
        with_number(a, " AND mmsi = ?", number);
    } else {
        with_number(a, " AND (imo = ?", number);
        with_number(a, " OR mmsi = ?)", number);
    }
}

static void add_state(struct asking *a, const char *state)
{
    static const struct {
        const char *name, *sql;
    } rows[] = {
        {"muted", " AND a.mark = 1"},
        {"folded", " AND a.mark = 2"},
        {"history", " AND a.mark = 3"},
#define HAS(states)                                                                      \
    "EXISTS (SELECT 1 FROM outbox o WHERE o.row BETWEEN a.row * 65536 AND a.row * 65536" \
    " + 65535" states ")"
        {"pending", " AND a.mark = 0 AND " HAS(" AND o.state = 0")},
        {"dead", " AND a.mark = 0 AND " HAS(" AND o.state = 2") " AND NOT " HAS(
                     " AND o.state = 0")},
        {"delivered",
         " AND a.mark = 0 AND " HAS("") " AND NOT " HAS(" AND o.state <> 1")},
        {"stored", " AND a.mark = 0 AND NOT " HAS("")},
    };
    for (size_t i = 0; state != NULL && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, state) == 0)
            with_sql(a, rows[i].sql);
}

static void add_places(struct asking *a, const struct query_ask *ask)
{
    if (ask->zone != NULL) {
        with_text(a, " AND (json_extract(a.body, '$.data.zone.id') = ?", ask->zone);
        with_text(a, " OR json_extract(a.body, '$.data.gate.id') = ?)", ask->zone);
    }
    if (ask->port != NULL) {
        with_text(a, " AND (json_extract(a.body, '$.data.port.locode') = ?", ask->port);
        with_text(a, " OR json_extract(a.body, '$.data.voyage.from.locode') = ?",
                  ask->port);
        with_text(a, " OR json_extract(a.body, '$.data.voyage.to.locode') = ?)",
                  ask->port);
    }
}

static void add_alert_conditions(struct asking *a, const struct query_ask *ask)
{
    const char *type = ask->type;
    if (type != NULL && strncmp(type, "lookoutd.", 9) == 0)
        type += 9;
    if (ask->since_ms != TIME_NONE)
        with_number(a, " AND a.time_ms >= ?", ask->since_ms);
    if (ask->until_ms != TIME_NONE)
        with_number(a, " AND a.time_ms < ?", ask->until_ms);
    with_text(a, " AND a.rule = ?", ask->rule);
    with_text(a, " AND a.type = 'lookoutd.' || ?", type);
    if (ask->severity >= 0)
        with_number(a, " AND a.severity = ?", ask->severity);
    with_id(a, " AND a.case_id = ?", ask->case_id);
    with_id(a, " AND a.id = ?", ask->id);
    add_vessel(a, ask->vessel,
               "CASE WHEN json_valid(a.body) THEN"
               " json_extract(a.body, '$.data.vessel.name') END");
    add_state(a, ask->state);
    add_places(a, ask);
    if (ask->seen == QUERY_SEEN)
        with_sql(a, " AND n.alert IS NOT NULL");
    if (ask->seen == QUERY_UNSEEN)
        with_sql(a, " AND n.alert IS NULL AND a.mark = 0");
    if (ask->seen == QUERY_TOLD)
        with_sql(a, " AND a.mark = 0");
    if (ask->behind != 0)
        with_number(a, " AND a.row > ?", ask->behind);
}

/* --- lists --- */

int query_list_alerts(struct store_reader *r, const struct query_ask *ask, query_row row,
                      void *context)
{
    struct asking a = {0};
    struct buf json = {0}, deliveries = {0};
    int code = 0, rc = SQLITE_OK;
    with_sql(&a, QUERY_ALERT_COLUMNS);
    with_number(&a, ask->is_ascending ? " WHERE a.row > ?" : " WHERE a.row < ?",
                ask->after[0]);
    add_alert_conditions(&a, ask);
    with_number(&a,
                ask->is_ascending ? " ORDER BY a.row LIMIT ?"
                                  : " ORDER BY a.row DESC LIMIT ?",
                ask->limit);
    sqlite3_stmt *s = prepare_asking(r, &a, &code);
    while (s != NULL && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const int64_t place[2] = {sqlite3_column_int64(s, 0), 0};
        buf_clear(&json);
        code = query_write_alert(r, s, &json, &deliveries);
        if (code == 0)
            code = row(context, place, buf_text(&json));
    }
    code = s != NULL ? end_asking(r, s, code, rc) : code;
    buf_finish(&a.sql);
    buf_finish(&json);
    buf_finish(&deliveries);
    return code;
}

static void add_call_conditions(struct asking *a, bool is_voyages,
                                const struct query_ask *ask)
{
    if (ask->since_ms != TIME_NONE)
        with_number(a,
                    is_voyages
                        ? " AND arrived_ms >= ?"
                        : " AND coalesce(left_ms, departed_ms, 9223372036854775807) >= ?",
                    ask->since_ms);
    if (ask->until_ms != TIME_NONE)
        with_number(a, is_voyages ? " AND departed_ms < ?" : " AND since_ms < ?",
                    ask->until_ms);
    add_vessel(a, ask->vessel, "name");
    if (ask->port != NULL && is_voyages) {
        with_text(a, " AND (from_port GLOB upper(?)", ask->port);
        with_text(a, " OR to_port GLOB upper(?))", ask->port);
    } else if (ask->port != NULL) {
        with_text(a, " AND port GLOB upper(?)", ask->port);
    }
}

int query_list_calls(struct store_reader *r, bool is_voyages, const struct query_ask *ask,
                     query_row row, void *context)
{
    struct asking a = {0};
    struct buf json = {0};
    int code = 0, rc = SQLITE_OK;
    with_sql(&a, is_voyages ? QUERY_VOYAGE_COLUMNS : QUERY_CALL_COLUMNS);
    with_number(&a, is_voyages ? " WHERE departed_ms <= ?" : " WHERE since_ms <= ?",
                ask->after[0]);
    with_number(&a,
                is_voyages ? " AND (departed_ms, row) < (?" : " AND (since_ms, row) < (?",
                ask->after[0]);
    with_number(&a, ", ?)", ask->after[1]);
    add_call_conditions(&a, is_voyages, ask);
    with_number(&a, " ORDER BY 1 DESC, 3 DESC LIMIT ?", ask->limit);
    sqlite3_stmt *s = prepare_asking(r, &a, &code);
    while (s != NULL && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const int64_t place[2] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 2)};
        buf_clear(&json);
        code = query_calls_write(s, &json);
        if (code == 0)
            code = row(context, place, buf_text(&json));
    }
    code = s != NULL ? end_asking(r, s, code, rc) : code;
    buf_finish(&a.sql);
    buf_finish(&json);
    return code;
}

int query_list_rules(struct store_reader *r, int64_t now_ms, query_rule_row row,
                     void *context)
{
    struct asking a = {0};
    int code = 0, rc = SQLITE_OK;
    with_number(&a, "SELECT a.rule, sum(a.time_ms > ? - 86400000)", now_ms);
    with_sql(&a, ", count(*), sum(a.mark = 1), sum(coalesce(k.verdict = 'false', 0))"
                 " FROM alerts a LEFT JOIN seen n ON n.alert = a.row"
                 " LEFT JOIN acknowledgements k ON k.row = n.acknowledgement");
    with_number(&a, " WHERE a.time_ms > ? - 604800000 GROUP BY a.rule", now_ms);
    sqlite3_stmt *s = prepare_asking(r, &a, &code);
    while (s != NULL && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const struct query_rule of = {
            (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1),
            sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3),
            sqlite3_column_int64(s, 4)};
        code = of.rule != NULL ? row(context, &of) : ERR_CORRUPT;
    }
    buf_finish(&a.sql);
    return s != NULL ? end_asking(r, s, code, rc) : code;
}

/* --- events --- */

/* An acknowledgement: {id, case, acknowledged}; k.* stand where an alert's do. */
#define ACT_COLUMNS                                                                      \
    "SELECT k.row, a.id, a.case_id, a.mmsi, a.severity, a.mark, k.is_case, k.is_undone," \
    " 0, 0, 0, 0, k.who, k.at_ms, k.verdict, k.note FROM acknowledgements k"             \
    " JOIN alerts a ON a.row = k.alert WHERE k.row > ?1 AND k.row < ?2 ORDER BY k.row"   \
    " LIMIT ?3"

static int write_act(struct buf *out, sqlite3_stmt *s)
{
    char id[HASH_ID_BYTES];
    store_db_column_id(s, 1, id);
    int rc = buf_printf(out, "{\"id\":\"%s\"", id);
    store_db_column_id(s, 2, id);
    if (rc == 0 && sqlite3_column_int(s, 6) != 0)
        rc = query_member_text(out, "case", id);
    if (rc == 0 && sqlite3_column_int(s, 7) == 0)
        rc = query_write_seen(out, s);
    return rc != 0 ? rc : buf_add_char(out, '}');
}

struct events {
    struct store_reader *reader;
    query_event_row row;
    void *context;
    size_t left;
    int64_t last; /* number given out last */
    struct buf json, deliveries;
};

static int give_acts(struct events *e, int64_t before)
{
    int code = 0, rc = SQLITE_OK;
    struct asking a = {0};
    with_sql(&a, ACT_COLUMNS);
    a.bindings[0].number = e->last;
    a.bindings[1].number = before;
    a.bindings[2].number = (int64_t)e->left;
    a.count = 3;
    sqlite3_stmt *s = prepare_asking(e->reader, &a, &code);
    while (s != NULL && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        buf_clear(&e->json);
        code = write_act(&e->json, s);
        struct query_event event = {.number = sqlite3_column_int64(s, 0),
                                    .mmsi = (uint32_t)sqlite3_column_int64(s, 3),
                                    .json = buf_text(&e->json)};
        if (code == 0)
            code = e->row(e->context, &event);
        e->last = event.number;
        e->left--;
    }
    buf_finish(&a.sql);
    return s != NULL ? end_asking(e->reader, s, code, rc) : code;
}

/* The vessel of an alert's line: its member stands before the event, if there is one. */
static uint32_t vessel_of(const char *json)
{
    const char *at = strstr(json, "\"mmsi\":"), *behind = strstr(json, "\"deliveries\"");
    return at != NULL && behind != NULL && at < behind
               ? (uint32_t)strtoul(at + 7, NULL, 10)
               : 0;
}

static int give_alert(void *context, const int64_t place[2], const char *json)
{
    struct events *e = context;
    int64_t number = place[0] * STORE_EVENTS_AN_ALERT;
    int code = give_acts(e, number);
    if (code != 0 || e->left == 0)
        return code != 0 ? code : ERR_LIMIT;
    struct query_event event = {
        .number = number, .is_alert = true, .mmsi = vessel_of(json), .json = json};
    code = e->row(e->context, &event);
    e->last = number;
    e->left--;
    return code == 0 && e->left == 0 ? ERR_LIMIT : code;
}

int query_list_events(struct store_reader *r, int64_t after, size_t limit,
                      query_event_row row, void *context)
{
    struct events e = {
        .reader = r, .row = row, .context = context, .left = limit, .last = after};
    struct query_ask ask = {.since_ms = TIME_NONE,
                            .until_ms = TIME_NONE,
                            .severity = -1,
                            .is_ascending = true,
                            .limit = (uint32_t)limit,
                            .after = {after / STORE_EVENTS_AN_ALERT, 0}};
    int code = query_list_alerts(r, &ask, give_alert, &e);
    if (code == 0 && e.left != 0)
        code = give_acts(&e, INT64_MAX);
    buf_finish(&e.json);
    return code == ERR_LIMIT ? 0 : code;
}

int64_t query_list_last_event(struct store_reader *r)
{
    int64_t alert = store_reader_last_alert(r), act = 0;
    int code = 0;
    struct asking a = {0};
    with_sql(&a, "SELECT coalesce(max(row), 0) FROM acknowledgements");
    sqlite3_stmt *s = prepare_asking(r, &a, &code);
    int rc = s != NULL ? sqlite3_step(s) : SQLITE_ERROR;
    if (rc == SQLITE_ROW)
        act = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    buf_finish(&a.sql);
    if (alert < 0 || rc != SQLITE_ROW)
        return -1;
    alert *= STORE_EVENTS_AN_ALERT;
    return alert > act ? alert : act;
}

int query_list_open(struct store_reader *r, int64_t mmsi, query_open_row row,
                    void *context)
{
    int code = 0, rc = SQLITE_OK;
    struct asking a = {0};
    /* The bare case_id is that of the newest row: max(a.row) says so. */
    with_sql(&a, "SELECT a.mmsi, a.severity, sum(a.mark = 0 AND n.alert IS NULL),"
                 " a.case_id, max(a.row), a.time_ms FROM alerts a LEFT JOIN seen n"
                 " ON n.alert = a.row");
    if (mmsi >= 0)
        with_number(&a, " WHERE a.mmsi = ?", mmsi);
    with_sql(&a, " GROUP BY a.mmsi, a.severity");
    sqlite3_stmt *s = prepare_asking(r, &a, &code);
    while (s != NULL && code == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        char id[HASH_ID_BYTES];
        store_db_column_id(s, 3, id);
        code = row(context, (uint32_t)sqlite3_column_int64(s, 0),
                   sqlite3_column_int(s, 1), (uint64_t)sqlite3_column_int64(s, 2), id,
                   sqlite3_column_type(s, 5) != SQLITE_NULL ? sqlite3_column_int64(s, 5)
                                                            : TIME_NONE);
    }
    buf_finish(&a.sql);
    return s != NULL ? end_asking(r, s, code, rc) : code;
}
