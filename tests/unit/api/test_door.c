/* SPDX-License-Identifier: Apache-2.0 */
/* The door (tokens, sessions, wrong guesses, hosts and origins), and the lists of vessels
 * and of what the alerts say of them. All of it is pure: the time is passed in. */
#include "daemon/shell/api/door.h"

#include <stdio.h>
#include <string.h>

#include "daemon/shell/api/mark.h"
#include "daemon/shell/api/roll.h"
#include "lib/conf_fixture.h"
#include "lib/testlib.h"
#include "lookout/base/time.h"

#define ANNA "anna-anna-anna-anna-1"
#define WALL "wall-wall-wall-wall-1"
static const int64_t noon_ms = INT64_C(1711368000000);

struct scene {
    struct conf *conf;
    struct door *door;
};

static int set_up(void **state)
{
    static struct scene s;
    tempdir_write_mode(&conf_fixture_dir, "anna.token", ANNA "\n", 0600);
    tempdir_write_mode(&conf_fixture_dir, "wall.token", WALL "\n", 0600);
    s.conf = conf_fixture_good(
        "api:\n  listen: \"127.0.0.1:8047\"\n"
        "  origin: [\"https://watch.example.org/lookout\"]\n  tokens: [{id: anna, "
        "file: anna.token, may: acknowledge}, {id: wall, file: wall.token}]\n");
    s.door = door_create();
    assert_non_null(s.door);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    door_destroy(s->door);
    conf_destroy(s->conf);
    return 0;
}

static const unsigned char here[DOOR_ADDRESS_BYTES] = {127, 0, 0, 1};
static const unsigned char there[DOOR_ADDRESS_BYTES] = {192, 0, 2, 1};

static enum door_verdict knock(struct scene *s, const char *authorization,
                               const char *cookies, int64_t now_ms,
                               struct door_guest *ret)
{
    const struct door_knock k = {authorization, cookies, here, now_ms};
    return door_let_in(s->door, &s->conf->api, &k, ret);
}

static void test_tokens(void **state)
{
    struct scene *s = *state;
    struct door_guest g;
    static const char *const wrong[] = {NULL,
                                        "Bearer ",
                                        "Bearer wrong-wrong-wrong-wrong",
                                        ANNA,
                                        "Basic " ANNA,
                                        "Bearer " ANNA "x",
                                        "Bearer anna-anna-anna-anna-",
                                        "Bearer " ANNA " " ANNA};
    assert_int_equal(knock(s, "Bearer " ANNA, NULL, noon_ms, &g), DOOR_OPEN);
    assert_string_equal(g.id, "anna");
    assert_true(g.may_acknowledge && g.is_bearer);
    assert_int_equal(knock(s, "bearer  " WALL, NULL, noon_ms, &g), DOOR_OPEN);
    assert_string_equal(g.id, "wall");
    assert_false(g.may_acknowledge);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(knock(s, wrong[i], NULL, noon_ms, &g), DOOR_CLOSED);
}

/* Ten within a minute bar the address, also for the right token, and no other. */
static void test_wrong_guesses(void **state)
{
    struct scene *s = *state;
    struct door_guest g;
    for (int i = 0; i < 10; i++)
        assert_int_equal(knock(s, "Bearer x", NULL, noon_ms + i, &g), DOOR_CLOSED);
    assert_int_equal(knock(s, "Bearer " ANNA, NULL, noon_ms + 10, &g), DOOR_BARRED);
    const struct door_knock other = {"Bearer " ANNA, NULL, there, noon_ms + 10};
    assert_int_equal(door_let_in(s->door, &s->conf->api, &other, &g), DOOR_OPEN);
    assert_int_equal(knock(s, "Bearer " ANNA, NULL, noon_ms + MINUTE_MS - 1, &g),
                     DOOR_BARRED);
    assert_int_equal(knock(s, "Bearer " ANNA, NULL, noon_ms + MINUTE_MS, &g), DOOR_OPEN);
}

static void begin(struct scene *s, char ret_cookies[DOOR_COOKIE_BYTES + 40])
{
    struct door_guest g;
    const struct door_knock k = {NULL, NULL, here, noon_ms};
    assert_int_equal(door_begin(s->door, &s->conf->api, ANNA, &k, &g), DOOR_OPEN);
    snprintf(ret_cookies, DOOR_COOKIE_BYTES + 40, "a=b; " DOOR_COOKIE "=%s", g.renewed);
}

/* 12 h, renewed while used; nothing in it may be changed. */
static void test_session(void **state)
{
    struct scene *s = *state;
    struct door_guest g;
    char cookies[DOOR_COOKIE_BYTES + 40], other[DOOR_COOKIE_BYTES + 40];
    begin(s, cookies);
    assert_int_equal(knock(s, NULL, cookies, noon_ms, &g), DOOR_OPEN);
    assert_string_equal(g.id, "anna");
    assert_false(g.is_bearer);
    assert_string_equal(g.renewed, "");
    assert_int_equal(knock(s, NULL, cookies, noon_ms + 2 * HOUR_MS, &g), DOOR_OPEN);
    snprintf(other, sizeof other, DOOR_COOKIE "=%s", g.renewed);
    assert_int_equal(knock(s, NULL, cookies, noon_ms + 12 * HOUR_MS - 1, &g), DOOR_OPEN);
    assert_int_equal(knock(s, NULL, cookies, noon_ms + 12 * HOUR_MS, &g), DOOR_CLOSED);
    assert_int_equal(knock(s, NULL, other, noon_ms + 14 * HOUR_MS - 1, &g), DOOR_OPEN);
    for (size_t i = strlen("a=b; " DOOR_COOKIE "="); cookies[i] != '\0'; i++) {
        snprintf(other, sizeof other, "%s", cookies);
        other[i] = other[i] == '1' ? '2' : '1';
        assert_int_equal(knock(s, NULL, other, noon_ms, &g), DOOR_CLOSED);
    }
}

/* A changed token voids the sessions that it began, and no others. */
static void test_session_of_a_changed_token(void **state)
{
    struct scene *s = *state;
    struct door_guest g;
    char cookies[DOOR_COOKIE_BYTES + 40];
    begin(s, cookies);
    tempdir_write_mode(&conf_fixture_dir, "anna.token", "anna-anna-anna-anna-2\n", 0600);
    struct conf *next = conf_fixture_good(
        "api:\n  listen: \"127.0.0.1:8047\"\n  tokens: [{id: anna, file: anna.token}]\n");
    const struct door_knock k = {NULL, cookies, here, noon_ms};
    assert_int_equal(door_let_in(s->door, &next->api, &k, &g), DOOR_CLOSED);
    assert_int_equal(knock(s, NULL, cookies, noon_ms, &g), DOOR_OPEN);
    door_end(s->door, &s->conf->api, &k);
    assert_int_equal(knock(s, NULL, cookies, noon_ms, &g), DOOR_CLOSED);
    conf_destroy(next);
}

static void test_hosts(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *host;
        bool is_ours;
    } cases[] = {{"127.0.0.1:8047", true},
                 {"127.0.0.1", true},
                 {"localhost:8047", true},
                 {"LOCALHOST", true},
                 {"watch.example.org", true},
                 {"[::1]:8047", false}, /* the connection came to 127.0.0.1 */
                 {"watch.example.org:444", false},
                 {"watch.example.org.evil.example", false},
                 {"localhost.evil.example", false},
                 {"localhost@evil.example", false},
                 {"localhost:80:80", false},
                 {"localhost:8o47", false},
                 {"evil.example", false},
                 {"", false},
                 {":8047", false},
                 {NULL, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (door_host_is_ours(&s->conf->api, "127.0.0.1", cases[i].host) !=
            cases[i].is_ours)
            fail_msg("host %s", cases[i].host);
    assert_true(door_host_is_ours(&s->conf->api, "::1", "[::1]:8047"));
}

/* Fetch Metadata, section 2.3; RFC 6454 section 7. */
static void test_origins(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *host, *origin, *site;
        bool is_page;
    } cases[] = {
        {"localhost:8047", "http://localhost:8047", NULL, true},
        {"localhost:8047", "http://localhost", NULL, false},
        {"localhost:8047", "http://evil.example", NULL, false},
        {"localhost:8047", "null", NULL, false},
        {"localhost:8047", NULL, NULL, false},
        {"localhost:8047", NULL, "same-origin", true},
        {"localhost:8047", "http://localhost:8047", "same-site", false},
        {"localhost:8047", "http://localhost:8047", "cross-site", false},
        {"localhost:8047", "http://localhost:8047", "none", false},
        {"localhost:8047", "http://localhost:8047", "", false},
        {"watch.example.org", "https://watch.example.org", NULL, true},
        {"watch.example.org", "https://watch.example.org/lookout", NULL, false},
        {"watch.example.org", "https://watch.example.org.evil.example", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (door_is_from_page(&s->conf->api, cases[i].host, cases[i].origin,
                              cases[i].site) != cases[i].is_page)
            fail_msg("case %zu", i);
}

/* --- the roll --- */

static void assert_roll(const struct roll *r, const uint32_t *items, size_t count)
{
    assert_int_equal(r->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(r->items[i], items[i]);
}

static void test_roll(void **state)
{
    struct roll r = {0};
    static const uint32_t first[] = {3, 5, 9}, changed[] = {1, 3, 4, 9, 12};
    static const bool all[] = {true, true, true},
                      some[] = {true, false, true, true, false};
    static const uint32_t merged[] = {1, 4, 5, 9}, last[] = {1, 5, 7, 9};
    (void)state;
    assert_int_equal(roll_merge(&r, first, all, 3), 0);
    assert_roll(&r, first, 3);
    assert_int_equal(roll_merge(&r, changed, some, 5), 0);
    assert_roll(&r, merged, 4);
    assert_int_equal(roll_add(&r, 7), 0);
    assert_int_equal(roll_add(&r, 7), 0);
    roll_remove(&r, 4);
    roll_remove(&r, 100);
    assert_roll(&r, last, 4);
    assert_true(roll_has(&r, 7) && !roll_has(&r, 4) && !roll_has(&r, 100));
    roll_finish(&r);
}

/* --- marks --- */

/* What is counted no more has no alerts: the record forgets them. */
static void test_marks(void **state)
{
    struct marks m;
    uint32_t mmsi = 0;
    size_t cursor = 0;
    (void)state;
    mark_init(&m);
    struct mark *a = mark_obtain(&m, 431000001), *b = mark_obtain(&m, 0);
    mark_count(&m, a, SEVERITY_INFO, 2);
    mark_count(&m, a, SEVERITY_CRITICAL, 1);
    mark_count(&m, b, SEVERITY_WARNING, 3);
    assert_int_equal(mark_severity(a), SEVERITY_CRITICAL + 1);
    assert_int_equal(m.open[SEVERITY_CRITICAL], 1);
    mark_begin_count(&m);
    mark_count(&m, a, SEVERITY_INFO, 5);
    mark_count(&m, b, SEVERITY_WARNING, 3);
    assert_true(mark_end_count(&m, &cursor, &mmsi));
    assert_int_equal(mmsi, 431000001);
    assert_false(mark_end_count(&m, &cursor, &mmsi));
    assert_int_equal(mark_severity(a), SEVERITY_INFO + 1);
    assert_int_equal(m.open[SEVERITY_CRITICAL], 0);
    assert_int_equal(m.open[SEVERITY_INFO], 5);
    assert_int_equal(m.open[SEVERITY_WARNING], 3);
    b->counted = 0;
    assert_true(mark_drop_uncounted(&m, b));
    assert_int_equal(mark_severity(b), 0);
    assert_int_equal(mark_severity(mark_find(&m, 431000009)), 0);
    mark_finish(&m);
}

#define CASE(name) TEST_WITH(name, set_up, tear_down)
TEST_MAIN(conf_fixture_set_up, conf_fixture_tear_down, CASE(test_tokens),
          CASE(test_wrong_guesses), CASE(test_session),
          CASE(test_session_of_a_changed_token), CASE(test_hosts), CASE(test_origins),
          TEST(test_roll), TEST(test_marks))
