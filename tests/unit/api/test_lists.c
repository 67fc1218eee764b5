/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the query API to those who ask well and those who do not, and lists that are
 * walked while rows come and go. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/api/live.h"
#include "lib/apiworld.h"
#include "lib/conf_fixture.h"
#include "lib/testlib.h"
#include "lookout/store/store.h"

#define ROOT "/api/v1"
#define OURS "Origin: http://localhost\r\nContent-Type: application/json\r\n"

static int set_up_with(void **state, const char *yaml)
{
    struct apiworld *w = malloc(sizeof *w);
    apiworld_init(w, yaml);
    *state = w;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, "rules: [{id: box, when: gap, after: 6h}]\n"
                              "api: {listen: \"127.0.0.1:8047\"}\n");
}

static int set_up_beyond(void **state)
{
    return set_up_with(state, "api: {listen: \"0.0.0.0:8047\"}\n");
}

static int tear_down(void **state)
{
    apiworld_finish(*state);
    free(*state);
    return 0;
}

static void assert_status(struct apiworld *w, unsigned status, const char *method,
                          const char *target, const char *fields, const char *body)
{
    char line[40];
    const char *answer = apiworld_answer(w, method, target, fields, body);
    snprintf(line, sizeof line, "HTTP/1.1 %u ", status);
    if (strncmp(answer, line, strlen(line)) != 0)
        fail_msg("%s %s %s%s: not %u:\n%.600s", method, target, fields, body, status,
                 answer);
}

static json_t *get_list(struct apiworld *w, const char *target)
{
    const char *answer = apiworld_answer(w, "GET", target, "", "");
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    json_t *o = json_loads(body + 4, 0, NULL);
    if (o == NULL)
        fail_msg("%s: %.300s", target, answer);
    return o;
}

/* --- who asks badly --- */

static void test_bad_requests(void **state)
{
    struct apiworld *w = *state;
    static const struct {
        unsigned status;
        const char *method, *target, *fields, *body;
    } cases[] = {
        {400, "GET", ROOT "/alerts?limit=0", "", ""},
        {400, "GET", ROOT "/alerts?limit=1001", "", ""},
        {400, "GET", ROOT "/alerts?after=x", "", ""},
        {400, "GET", ROOT "/calls?after=7", "", ""},
        {400, "GET", ROOT "/calls?format=geojson", "", ""},
        {400, "GET", ROOT "/runs?after=7", "", ""},
        {400, "GET", ROOT "/runs?after=1.2.3.x.y", "", ""},
        {400, "GET", ROOT "/rules?after=-1", "", ""},
        {400, "GET", ROOT "/mutes?after=m0", "", ""},
        {400, "GET", ROOT "/watches?after=x", "", ""},
        {400, "GET", ROOT "/vessels?after=-1", "", ""},
        {400, "GET", ROOT "/vessels?after=4294967296", "", ""},
        {400, "GET", ROOT "/vessels?format=csv", "", ""},
        {400, "GET", ROOT "/vessels?q=%zz", "", ""},
        {400, "GET", ROOT "/vessels?q=%ff", "", ""},
        {400, "GET", ROOT "/vessels?token=secret", "", ""},
        {400, "GET", ROOT "/ports?all=true", "", ""},
        {400, "GET", ROOT "/%00", "", ""},
        {404, "GET", ROOT "/alerts/0123456789abcdef0123456789abcdef", "", ""},
        {404, "GET", ROOT "/cases/none", "", ""},
        {404, "GET", ROOT "/../v1/alerts", "", ""},
        {404, "GET", ROOT "/Alerts", "", ""},
        {200, "GET", ROOT "/%61lerts", "", ""},
        {200, "GET", ROOT "/alerts?after=-5", "", ""},
        {200, "GET", ROOT "/calls?after=9223372036854775807.9223372036854775807", "", ""},
        {200, "HEAD", ROOT "/alerts", "", ""},
        {421, "GET", ROOT "/", "Host: evil.example\r\n", ""},
        {403, "POST", ROOT "/mutes", "Content-Type: application/json\r\n", "{}"},
        {403, "POST", ROOT "/mutes", "Origin: http://localhost\r\n", "{}"},
        {403, "POST", ROOT "/mutes",
         "Origin: http://localhost\r\nContent-Type: application/jsonx\r\n", "{}"},
        {403, "DELETE", ROOT "/mutes/m0", "Origin: http://evil.example\r\n", ""},
        {400, "POST", ROOT "/mutes", OURS, ""},
        {400, "POST", ROOT "/mutes", OURS, "[]"},
        {400, "POST", ROOT "/mutes", OURS, "{\"rule\":"},
        {400, "POST", ROOT "/mutes", OURS, "{\"rule\":\"box\",\"rule\":\"box\"}"},
        {404, "DELETE", ROOT "/mutes/m0", OURS, ""},
        {409, "DELETE", ROOT "/mutes/conf-1", OURS, ""},
        {400, "POST", ROOT "/watch", OURS, "{\"name\":\"\\u0001\"}"},
        {400, "POST", ROOT "/session", OURS, "{\"token\":1}"},
        {401, "POST", ROOT "/session", OURS, "{\"token\":\"none-none-none-none-1\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_status(w, cases[i].status, cases[i].method, cases[i].target,
                      cases[i].fields, cases[i].body);
}

/* RFC 9110 section 15.5.6: a 405 names what the path takes. */
static void test_methods(void **state)
{
    struct apiworld *w = *state;
    static const struct {
        const char *method, *target, *allow;
    } cases[] = {{"POST", ROOT "/alerts", "GET, HEAD"},
                 {"DELETE", ROOT "/mutes", "GET, HEAD, POST"},
                 {"GET", ROOT "/mutes/m0", "DELETE"},
                 {"GET", ROOT "/watch", "POST"},
                 {"PUT", ROOT "/session", "POST, DELETE"},
                 {"OPTIONS", ROOT "/alerts/0/acknowledgement", "POST, DELETE"},
                 {"TRACE", ROOT "/stream", "GET, HEAD"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char allow[60];
        snprintf(allow, sizeof allow, "\r\nAllow: %s\r\n", cases[i].allow);
        const char *answer =
            apiworld_answer(w, cases[i].method, cases[i].target, OURS, "");
        if (strncmp(answer, "HTTP/1.1 405 ", 13) != 0 || strstr(answer, allow) == NULL)
            fail_msg("%s %s: %.300s", cases[i].method, cases[i].target, answer);
    }
}

/* Beyond loopback and without tokens there is monitoring alone. */
static void test_beyond_loopback(void **state)
{
    struct apiworld *w = *state;
    static const char *const closed[] = {
        "/", ROOT "/", ROOT "/alerts", ROOT "/stream", ROOT "/session", "/status"};
    static const char *const open[] = {"/metrics", "/healthz", "/readyz"};
    for (size_t i = 0; i < 3; i++)
        assert_status(w, 200, "GET", open[i], "Host: evil.example\r\n", "");
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        assert_status(w, 404, "GET", closed[i], "", "");
        assert_status(w, 404, "POST", closed[i], OURS, "{}");
    }
}

/* --- many ask --- */

enum { CROWD = 9 };

static bool have_ended(void *context)
{
    const struct loopclient *c = context;
    for (int i = 0; i < CROWD; i++)
        if (!c[i].is_ended)
            return false;
    return true;
}

/* One list is made and four wait; whoever else asks is told to ask again. */
static void test_too_many_lists(void **state)
{
    struct apiworld *w = *state;
    static struct loopclient c[CROWD];
    static const char request[] =
        "GET " ROOT "/alerts HTTP/1.0\r\nHost: localhost\r\n\r\n";
    size_t served = 0, refused = 0;
    for (int i = 0; i < CROWD; i++) {
        loopclient_connect(&w->t, &c[i], api_port(w->api));
        looptest_until(&w->t, loopclient_is_settled, &c[i]);
    }
    looptest_turn(&w->t, 20);
    for (int i = 0; i < CROWD; i++)
        loopclient_send(&c[i], request, sizeof request - 1);
    looptest_until(&w->t, have_ended, c);
    for (int i = 0; i < CROWD; i++) {
        served += apiworld_count(&c[i], "HTTP/1.1 200 ");
        refused += apiworld_count(&c[i], "HTTP/1.1 503 ") *
                   apiworld_count(&c[i], "\r\nRetry-After: 1\r\n");
        loopclient_finish(&w->t, &c[i]);
    }
    assert_int_equal(served + refused, CROWD);
    assert_true(served >= 5 && refused >= 1);
}

/* --- lists that change while they are walked --- */

static void note_ids(json_t *seen, const json_t *list)
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(list, i, row)
    {
        const char *id = json_string_value(json_object_get(row, "id"));
        if (json_object_get(seen, id) != NULL)
            fail_msg("%s comes twice", id);
        json_object_set_new(seen, id, json_true());
    }
}

/* Each answer's rows once, in parts of 3, with `change` between them. */
static size_t walk_changing(struct apiworld *w, const char *word,
                            void (*change)(struct apiworld *w))
{
    json_t *seen = json_object(), *part = NULL;
    char target[200], after[120] = "";
    do {
        snprintf(target, sizeof target, ROOT "/%s?limit=3%s", word, after);
        part = get_list(w, target);
        note_ids(seen, json_object_get(part, word));
        const char *next = json_string_value(json_object_get(part, "next"));
        snprintf(after, sizeof after, next != NULL ? "&after=%s" : "%s",
                 next != NULL ? next : "");
        json_decref(part);
        change(w);
    } while (after[0] != '\0');
    size_t count = json_object_size(seen);
    json_decref(seen);
    return count;
}

static void add_alerts(struct apiworld *w)
{
    apiworld_alerts(w, 2);
}

static void add_mute(struct apiworld *w)
{
    char body[200];
    snprintf(body, sizeof body,
             "{\"vessel\":%llu,\"until\":\"2024-03-30\",\"why\":\"trials\"}",
             431000001 + (unsigned long long)w->alerts++);
    assert_status(w, 200, "POST", ROOT "/mutes", OURS, body);
}

/* `retain` deletes the oldest while they are walked. */
static void drop_oldest(struct apiworld *w)
{
    const struct conf_retain retain = {.alerts_ms = 1};
    store_prune(w->store, &retain, INT64_C(1711389840000) + 1000);
    assert_true(store_flush(w->store, 10000));
}

static void test_walk_while_rows_come(void **state)
{
    struct apiworld *w = *state;
    apiworld_fix(w, 431000001, 0, 0, 1);
    for (int i = 0; i < 8; i++)
        add_mute(w);
    assert_int_equal(walk_changing(w, "mutes", add_mute), 8);
    w->alerts = 0;
    apiworld_alerts(w, 20);
    assert_int_equal(walk_changing(w, "alerts", add_alerts), 20);
}

static void test_walk_while_rows_go(void **state)
{
    struct apiworld *w = *state;
    apiworld_alerts(w, 20);
    size_t count = walk_changing(w, "alerts", drop_oldest);
    assert_true(count >= 3 && count <= 20);
}

#define CASE(name) TEST_WITH(name, set_up, tear_down)
TEST_MAIN(conf_fixture_set_up, conf_fixture_tear_down, CASE(test_bad_requests),
          CASE(test_methods), TEST_WITH(test_beyond_loopback, set_up_beyond, tear_down),
          CASE(test_too_many_lists), CASE(test_walk_while_rows_come),
          CASE(test_walk_while_rows_go))
