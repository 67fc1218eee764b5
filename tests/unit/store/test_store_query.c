/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests what the commands print of the store: alerts with their deliveries,
 * calls, voyages, and deliveries put back in the queue. The ships are invented. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/storetest.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"
#include "lookout/voyage/call.h"

static const char *const both[] = {"desk", "siem"};

/* Parses the lines as JSON; every line must parse. */
struct lines {
    json_t *json[1200];
    int64_t row[1200];
    size_t count, stop_at;
};

static int collect(void *context, int64_t row_id, const char *text)
{
    struct lines *l = context;
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("%s: %s", error.text, text);
    assert_null(strchr(text, '\n'));
    assert_true(l->count < 1200);
    l->row[l->count] = row_id;
    l->json[l->count++] = json;
    return l->stop_at != 0 && l->count >= l->stop_at ? ERR_LIMIT : 0;
}

static void drop(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++)
        json_decref(l->json[i]);
    free(l);
}

static struct lines *alerts(struct store_reader *r, struct store_filter f)
{
    struct lines *l = calloc(1, sizeof *l);
    assert_int_equal(query_alerts(r, &f, collect, l), 0);
    return l;
}

static size_t count_alerts(struct store_reader *r, struct store_filter f)
{
    struct lines *l = alerts(r, f);
    size_t n = l->count;
    drop(l);
    return n;
}

static struct lines *calls(struct store_reader *r, struct store_filter f)
{
    struct lines *l = calloc(1, sizeof *l);
    assert_int_equal(query_calls(r, &f, collect, l), 0);
    return l;
}

static const char *text(const json_t *object, const char *member)
{
    const char *value = json_string_value(json_object_get(object, member));
    return value != NULL ? value : "(absent)";
}

static void put_alert(struct store_batch *b, uint64_t n, size_t webhooks,
                      const char *mark)
{
    struct alert a;
    fixture_alert(n, 400, &a);
    a.is_muted = strcmp(mark, "muted") == 0;
    a.is_folded = strcmp(mark, "folded") == 0;
    if (a.is_muted || a.is_folded)
        snprintf(a.why, sizeof a.why, "%s \"because\"", mark);
    a.is_history = strcmp(mark, "history") == 0;
    assert_int_equal(store_batch_alert(b, &a, both, webhooks, 5000), 0);
    free(a.body);
}

/* Alerts 0..6: 0 delivered and dead, 1 pending and delivered, 2 delivered at both, 3
 * muted, 4 folded, 5 history, 6 for nobody. */
static void fill(struct storetest *t)
{
    struct store_batch *b = store_batch_create();
    put_alert(b, 0, 2, "");
    put_alert(b, 1, 2, "");
    put_alert(b, 2, 2, "");
    put_alert(b, 3, 2, "muted");
    put_alert(b, 4, 2, "folded");
    put_alert(b, 5, 2, "history");
    put_alert(b, 6, 0, "");
    storetest_submit(t->store, b);
    int64_t desk[3], siem[3];
    assert_int_equal(storetest_pending(t->reader, "desk", desk, 3), 3);
    assert_int_equal(storetest_pending(t->reader, "siem", siem, 3), 3);
    /* 1711393444000 is 2024-03-25T19:04:04Z (date -u -d @1711393444) */
    const int64_t at = INT64_C(1711393444000);
    struct store_outcome outcomes[] = {
        {desk[0], STORE_DELIVERED, 1, 0, 204, "", at, 0, 0},
        {siem[0], STORE_DEAD, 2, 0, 400, "HTTP 400: \"bad\"", at, 0, 0},
        {desk[1], STORE_PENDING, 3, at + 1000, 0, "timed out", at, 0, 0},
        {siem[1], STORE_DELIVERED, 1, 0, 200, "", at, 0, 0},
        {desk[2], STORE_DELIVERED, 1, 0, 200, "", at, 0, 0},
        {siem[2], STORE_DELIVERED, 1, 0, 200, "", at, 0, 0},
    };
    assert_int_equal(store_outcomes(t->store, outcomes, 6), 0);
    assert_true(store_flush(t->store, 10000));
}

static void test_alert_lines(void **state)
{
    static const char *const expected[] = {"dead",   "pending", "delivered", "muted",
                                           "folded", "history", "stored"};
    struct storetest *t = *state;
    fill(t);
    struct store_reader *r = t->reader;
    struct lines *l = alerts(r, (struct store_filter){.since_ms = TIME_NONE});
    assert_int_equal(l->count, 7);
    for (size_t i = 0; i < 7; i++) {
        char id[HASH_ID_BYTES];
        fixture_id(i, id);
        assert_string_equal(text(l->json[i], "id"), id);
        assert_string_equal(text(l->json[i], "state"), expected[i]);
        assert_string_equal(text(json_object_get(l->json[i], "event"), "id"), id);
    }
    const json_t *a = l->json[0];
    assert_string_equal(text(a, "type"), "lookoutd.zone.entered");
    assert_string_equal(text(a, "rule"), "box");
    assert_string_equal(text(a, "severity"), "warning");
    /* date -u -d @1711389840, and an hour later: the fixture's times */
    assert_string_equal(text(a, "time"), "2024-03-25T18:04:00Z");
    assert_string_equal(text(a, "detected_at"), "2024-03-25T19:04:00Z");
    assert_int_equal(json_integer_value(json_object_get(a, "mmsi")), 445000001);
    assert_int_equal(json_integer_value(json_object_get(a, "imo")), 9999993);
    const json_t *d = json_array_get(json_object_get(a, "deliveries"), 0);
    assert_string_equal(text(d, "webhook"), "desk");
    assert_string_equal(text(d, "state"), "delivered");
    assert_string_equal(text(d, "delivered_at"), "2024-03-25T19:04:04Z");
    assert_int_equal(json_integer_value(json_object_get(d, "status")), 204);
    assert_null(json_object_get(d, "reason"));
    assert_null(json_object_get(d, "next_attempt"));
    d = json_array_get(json_object_get(a, "deliveries"), 1);
    assert_string_equal(text(d, "state"), "dead");
    assert_string_equal(text(d, "reason"), "HTTP 400: \"bad\"");
    assert_string_equal(text(d, "given_up_at"), "2024-03-25T19:04:04Z");
    d = json_array_get(json_object_get(l->json[1], "deliveries"), 0);
    assert_string_equal(text(d, "next_attempt"), "2024-03-25T19:04:05Z");
    assert_int_equal(json_integer_value(json_object_get(d, "attempts")), 3);
    assert_null(json_object_get(d, "status"));
    assert_int_equal(json_array_size(json_object_get(l->json[3], "deliveries")), 0);
    assert_string_equal(text(l->json[3], "why"), "muted \"because\"");
    assert_string_equal(text(l->json[4], "why"), "folded \"because\"");
    assert_null(json_object_get(l->json[0], "why"));
    drop(l);
}

static void test_alert_filters(void **state)
{
    struct storetest *t = *state;
    fill(t);
    struct store_reader *r = t->reader;
    struct store_filter all = {.since_ms = TIME_NONE}, f = all;
    f.rule = "strait"; /* the odd ones */
    assert_int_equal(count_alerts(r, f), 3);
    f = all;
    f.pending = true;
    assert_int_equal(count_alerts(r, f), 1);
    f.dead = true;
    assert_int_equal(count_alerts(r, f), 2);
    f.pending = false;
    assert_int_equal(count_alerts(r, f), 1);
    f = all;
    f.since_ms = INT64_C(1711389840000) + 5000;
    assert_int_equal(count_alerts(r, f), 2);
    const char *vessels[] = {"445000003", "trader 5"};
    f = all;
    f.vessels = vessels;
    f.vessel_count = 1;
    assert_int_equal(count_alerts(r, f), 1);
    f.with_mentions = true; /* the vessel's own stay, muted and acknowledged ones too */
    assert_int_equal(count_alerts(r, f), 1);
    f.with_mentions = false;
    f.vessel_count = 2;
    assert_int_equal(count_alerts(r, f), 2);
    vessels[0] = "9999993";
    assert_int_equal(count_alerts(r, f), 7);
    vessels[0] = "nobody \"' at all";
    f.vessel_count = 1;
    assert_int_equal(count_alerts(r, f), 0);
    struct lines *l = alerts(r, all);
    f = all;
    f.after = l->row[4];
    assert_int_equal(store_reader_last_alert(r), l->row[6]);
    drop(l);
    assert_int_equal(count_alerts(r, f), 2);
}

/* There is more than one page: rows come in order, none twice, and a refused line ends
 * the query. */
static void test_alert_pages(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    for (uint64_t n = 0; n < 1024; n++)
        put_alert(b, n, 1, "");
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    struct store_filter f = {.since_ms = TIME_NONE};
    struct lines *l = alerts(r, f);
    assert_int_equal(l->count, 1024);
    for (size_t i = 1; i < l->count; i++)
        assert_true(l->row[i] > l->row[i - 1]);
    drop(l);
    l = calloc(1, sizeof *l);
    l->stop_at = 300;
    assert_int_equal(query_alerts(r, &f, collect, l), ERR_LIMIT);
    assert_int_equal(l->count, 300);
    drop(l);
}

static char nampo_name[] = "Nampo", shidao_name[] = "Shidao", yeosu_name[] = "Yeosu";
static const struct port nampo = {.locode = "KPNAM", .name = nampo_name};
static const struct port shidao = {.locode = "CNSHD", .name = shidao_name};
static const struct port yeosu = {.locode = "KRYOS", .name = yeosu_name};

static struct engine_call a_call(uint32_t mmsi, const struct port *port, int64_t arrived)
{
    struct engine_call c = {.mmsi = mmsi,
                            .imo = 9999993,
                            .name = "EXAMPLE TRADER",
                            .event = CALL_ARRIVED,
                            .port = port};
    c.call = (struct call){.confidence = 4,
                           .kind = CALL_KIND_BERTH,
                           .entered_ms = arrived - 600000,
                           .arrived_ms = arrived,
                           .since_ms = arrived,
                           .departed_ms = TIME_NONE,
                           .left_ms = TIME_NONE,
                           .pos = {368800000, -1224300049},
                           .draught_dm = 54};
    return c;
}

static void put_call(struct store *s, const struct engine_call *call)
{
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_call(b, call), 0);
    storetest_submit(s, b);
}

/* 2024-03-20T00:00:00Z: date -u -d @1710892800 */
static const int64_t day = INT64_C(1710892800000);

static void sail(struct storetest *t)
{
    struct store *s = t->store;
    struct engine_call first = a_call(445000001, &nampo, day);
    put_call(s, &first);
    first.event = CALL_LEFT;
    first.call.departed_ms = day + 10 * HOUR_MS;
    first.call.left_ms = day + 11 * HOUR_MS;
    first.call.draught_dm = 0;
    put_call(s, &first);
    struct engine_call second = a_call(445000001, &shidao, day + 30 * HOUR_MS);
    second.call.entered_ms = TIME_NONE;
    put_call(s, &second);
    struct engine_call other = a_call(440000002, &yeosu, day + HOUR_MS);
    other.imo = 0;
    other.name = NULL;
    put_call(s, &other);
    struct engine_call passing = a_call(440000003, &yeosu, day);
    passing.call.since_ms = TIME_NONE;
    put_call(s, &passing);
    passing = a_call(440000003, &yeosu, day);
    passing.event = CALL_ENTERED;
    put_call(s, &passing);
    struct engine_voyage v = {.mmsi = 445000001,
                              .imo = 9999993,
                              .name = "EXAMPLE TRADER",
                              .from = &nampo,
                              .to = &shidao};
    v.voyage = (struct voyage){.departed_ms = day + 10 * HOUR_MS,
                               .arrived_ms = day + 30 * HOUR_MS,
                               .distance_m = 185200.0 * 2,
                               .longest_gap_ms = 90 * MINUTE_MS,
                               .draught_departure_dm = 54,
                               .destination_count = 2,
                               .destinations = {"CN SHD", "SHIDAO, \"CN\""}};
    struct store_batch *b = store_batch_create();
    assert_int_equal(store_batch_voyage(b, &v), 0);
    assert_int_equal(store_batch_voyage(b, &v), 0); /* once more: the same row */
    storetest_submit(s, b);
}

static void test_call_lines(void **state)
{
    struct storetest *t = *state;
    sail(t);
    struct store_reader *r = t->reader;
    struct lines *l = calls(r, (struct store_filter){.since_ms = TIME_NONE});
    assert_int_equal(l->count, 4);
    const json_t *c = l->json[0];
    assert_string_equal(text(c, "record"), "call");
    assert_string_equal(text(c, "locode"), "KPNAM");
    assert_string_equal(text(c, "port"), "Nampo");
    assert_string_equal(text(c, "name"), "EXAMPLE TRADER");
    assert_string_equal(text(c, "entered_at"), "2024-03-19T23:50:00Z");
    assert_string_equal(text(c, "arrived_at"), "2024-03-20T00:00:00Z");
    assert_string_equal(text(c, "departed_at"), "2024-03-20T10:00:00Z");
    assert_string_equal(text(c, "left_at"), "2024-03-20T11:00:00Z");
    assert_string_equal(text(c, "kind"), "berth");
    assert_int_equal(json_integer_value(json_object_get(c, "confidence")), 4);
    assert_true(json_real_value(json_object_get(c, "lat")) == 36.88);
    assert_true(json_real_value(json_object_get(c, "lon")) == -122.43);
    assert_null(json_object_get(c, "draught_m"));
    c = l->json[1];
    assert_int_equal(json_integer_value(json_object_get(c, "mmsi")), 440000002);
    assert_null(json_object_get(c, "imo"));
    assert_null(json_object_get(c, "name"));
    assert_null(json_object_get(c, "departed_at"));
    assert_true(json_real_value(json_object_get(c, "draught_m")) == 5.4);
    c = l->json[2];
    assert_string_equal(text(c, "record"), "voyage");
    assert_string_equal(text(c, "from"), "KPNAM");
    assert_string_equal(text(c, "to_name"), "Shidao");
    assert_true(json_real_value(json_object_get(c, "distance_nm")) == 200.0);
    assert_true(json_real_value(json_object_get(c, "longest_gap_h")) == 1.5);
    assert_null(json_object_get(c, "draught_arrival_m"));
    const json_t *d = json_object_get(c, "destinations");
    assert_int_equal(json_array_size(d), 2);
    assert_string_equal(json_string_value(json_array_get(d, 1)), "SHIDAO, \"CN\"");
    c = l->json[3];
    assert_string_equal(text(c, "locode"), "CNSHD");
    assert_null(json_object_get(c, "entered_at"));
    drop(l);
}

static size_t count_calls(struct store_reader *r, struct store_filter f)
{
    struct lines *l = calls(r, f);
    size_t n = l->count;
    drop(l);
    return n;
}

static void test_call_filters(void **state)
{
    struct storetest *t = *state;
    sail(t);
    struct store_reader *r = t->reader;
    static const struct {
        const char *port;
        size_t count;
    } ports[] = {{"KPNAM", 2}, {"kpnam", 2}, {"KP*", 2}, {"CN*", 2},
                 {"yeo", 1},   {"*", 4},     {"RU*", 0}, {"[", 0}};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        assert_int_equal(count_calls(r, (struct store_filter){.since_ms = TIME_NONE,
                                                              .port = ports[i].port}),
                         ports[i].count);
    /* The ship left at 11 h, so the call is over; the voyage and the open calls are
     * not. */
    assert_int_equal(
        count_calls(r, (struct store_filter){.since_ms = day + 12 * HOUR_MS}), 3);
    assert_int_equal(
        count_calls(r, (struct store_filter){.since_ms = day + 40 * HOUR_MS}), 2);
    const char *vessels[] = {"example", "440000002"};
    struct store_filter f = {
        .since_ms = TIME_NONE, .vessels = vessels, .vessel_count = 1};
    assert_int_equal(count_calls(r, f), 3);
    f.vessel_count = 2;
    assert_int_equal(count_calls(r, f), 4);
}

/* Many calls begin in the same second: the pages neither lose nor repeat one. */
static void test_call_pages(void **state)
{
    struct storetest *t = *state;
    struct store_batch *b = store_batch_create();
    for (uint32_t i = 0; i < 600; i++) {
        struct engine_call c = a_call(440000000 + i, &yeosu, day);
        assert_int_equal(store_batch_call(b, &c), 0);
        struct engine_voyage v = {.mmsi = 440000000 + i, .from = &nampo, .to = &shidao};
        v.voyage.departed_ms = day;
        v.voyage.arrived_ms = day + 1;
        if (i < 500)
            assert_int_equal(store_batch_voyage(b, &v), 0);
    }
    storetest_submit(t->store, b);
    struct store_reader *r = t->reader;
    struct lines *l = calls(r, (struct store_filter){.since_ms = TIME_NONE});
    assert_int_equal(l->count, 1100);
    for (size_t i = 0; i < l->count; i++) {
        uint32_t n = (uint32_t)(i < 600 ? i : i - 600);
        assert_string_equal(text(l->json[i], "record"), i < 600 ? "call" : "voyage");
        assert_int_equal(json_integer_value(json_object_get(l->json[i], "mmsi")),
                         440000000 + n);
    }
    drop(l);
}

static void test_redeliver(void **state)
{
    struct storetest *t = *state;
    fill(t); /* open throughout: as beside a daemon */
    struct store_reader *r = t->reader;
    struct err err = {0};
    char delivered[HASH_ID_BYTES], muted[HASH_ID_BYTES];
    fixture_id(2, delivered);
    fixture_id(3, muted);
    const char *ids[] = {delivered, muted};
    int64_t requeues = store_reader_requeues(r);
    assert_int_equal(store_redeliver(t->directory, NULL, 0, true, NULL, &err), 1);
    assert_int_equal(storetest_pending(r, "siem", NULL, 0), 1);
    assert_true(store_reader_requeues(r) > requeues);
    assert_int_equal(store_redeliver(t->directory, NULL, 0, true, NULL, &err), 0);
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, "siem", &err), 1);
    assert_int_equal(storetest_pending(r, "siem", NULL, 0), 2);
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, NULL, &err), 2);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 2);
    requeues = store_reader_requeues(r);
    /* A whole schedule: alert 0 at siem was given up after two attempts. */
    struct lines *l = alerts(r, (struct store_filter){.since_ms = TIME_NONE});
    const json_t *d = json_array_get(json_object_get(l->json[0], "deliveries"), 1);
    assert_string_equal(text(d, "state"), "pending");
    assert_int_equal(json_integer_value(json_object_get(d, "attempts")), 0);
    assert_non_null(json_object_get(d, "next_attempt"));
    drop(l);
    /* One that cannot be: nothing is changed. */
    assert_int_equal(store_redeliver(t->directory, ids, 2, false, NULL, &err),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, muted));
    const char *unknown[] = {"0123"};
    assert_int_equal(store_redeliver(t->directory, unknown, 1, false, NULL, &err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, "nobody", &err),
                     ERR_NOT_FOUND);
    assert_int_equal(store_reader_requeues(r), requeues);
    /* The writer goes on over it. */
    struct store_batch *b = store_batch_create();
    put_alert(b, 9, 1, "");
    storetest_submit(t->store, b);
    assert_int_equal(storetest_pending(r, "desk", NULL, 0), 3);
    store_close(t->store); /* and without a daemon */
    t->store = NULL;
    assert_int_equal(store_redeliver(t->directory, ids, 1, false, "desk", &err), 1);
    assert_int_equal(store_redeliver("/nowhere", ids, 1, false, NULL, &err),
                     ERR_NOT_FOUND);
}

/* RFC 4180 section 2 for the quotes; an apostrophe before what a spreadsheet computes. */
static void test_csv_is_no_formula(void **state)
{
    static const struct {
        const char *name, *cell;
    } cases[] = {{"PLAIN", "PLAIN"},
                 {"=1+1", "'=1+1"},
                 {"@SUM(A1)", "'@SUM(A1)"},
                 {"-", "'-"},
                 {"+82, BUSAN", "\"'+82, BUSAN\""},
                 {"=\"A\"", "\"'=\"\"A\"\"\""},
                 {"A=B", "A=B"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf line = {0};
        char expected[80];
        json_t *row = json_pack("{s:s,s:i,s:s,s:f}", "record", "call", "mmsi", 431000001,
                                "name", cases[i].name, "lat", -35.5);
        assert_int_equal(query_csv_row(row, &line), 0);
        snprintf(expected, sizeof expected, "call,431000001,,%s,,", cases[i].cell);
        assert_memory_equal(buf_text(&line), expected, strlen(expected));
        assert_non_null(strstr(buf_text(&line), ",-35.5,"));
        buf_finish(&line);
        json_decref(row);
    }
}

TEST_MAIN(NULL, NULL, TEST(test_csv_is_no_formula), TEST_OF_STORE(test_alert_lines),
          TEST_OF_STORE(test_alert_filters), TEST_OF_STORE(test_alert_pages),
          TEST_OF_STORE(test_call_lines), TEST_OF_STORE(test_call_filters),
          TEST_OF_STORE(test_call_pages), TEST_OF_STORE(test_redeliver))
