/* SPDX-License-Identifier: Apache-2.0 */
/* Relays tell readers of chosen vessels, over TCP and as datagrams: positions at most
 * once in `every`, names to whoever is new, of alerted vessels alone where that is asked
 * for; a reader that does not read is put out and holds nobody up. What was told is read
 * back by our own input. Ships are invented. */
#include "lib/testlib.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/enginerun.h"
#include "lib/inputrun.h"
#include "lib/looptest.h"
#include "lookout/relay/relay.h"

#define DESK 441000001u
#define OTHER 273000002u
#define YAML                                                                             \
    "vessels: [{id: v1, mmsi: 441000001, tags: [desk]}]\n"                               \
    "rules: [{id: seen, when: sighted, vessels: watched}]\n"

struct scene {
    struct looptest t;
    struct enginerun run;
    struct relays *relays;
    struct conf_relay conf[2];
};

static struct conf_relay relay_of(const char *id)
{
    static char ids[4][16], loopback[] = "127.0.0.1";
    static unsigned next;
    char *copy = ids[next++ % 4];
    snprintf(copy, sizeof ids[0], "%s", id);
    return (struct conf_relay){
        .id = copy, .address = loopback, .max_clients = 2, .every_ms = 10000};
}

static void begin(struct scene *s, size_t count)
{
    struct err err = {0};
    looptest_init(&s->t);
    enginerun_init(&s->run, YAML, NULL);
    s->relays = relays_create(&s->t.loop);
    assert_non_null(s->relays);
    if (relays_reconfigure(s->relays, s->conf, count, "test", &err) != 0)
        fail_msg("%s", err.text);
}

static void end(struct scene *s)
{
    relays_close(s->relays);
    enginerun_finish(&s->run);
    looptest_finish(&s->t);
}

static struct relay_status status_of(const struct scene *s, size_t i)
{
    struct relay_status status;
    relays_status(s->relays, i, &status);
    return status;
}

static bool has_both_readers(void *context)
{
    return status_of(context, 0).clients == 2;
}

static bool has_one_reader(void *context)
{
    return status_of(context, 0).clients == 1;
}

static bool has_no_reader(void *context)
{
    return status_of(context, 0).clients == 0;
}

static void hear(struct scene *s, const struct report *report)
{
    enginerun_send(&s->run, report);
    if (s->run.alerts > 0 && s->run.last.detected_ms == report->time_ms)
        relays_alert(s->relays, &s->run.last);
    relays_report(s->relays, s->run.engine, report);
}

/* At `second` of the first hour, on a slow way east. */
static void sail(struct scene *s, uint32_t mmsi, int second)
{
    struct report r =
        enginerun_position(mmsi, second / 60.0, 34, 127 + second * 5e-5, 10, 90);
    r.time_ms = r.arrival_ms = ENGINERUN_DAY0 + second * 1000;
    hear(s, &r);
}

static void name(struct scene *s, uint32_t mmsi, int second, const char *text)
{
    struct report r = enginerun_report(mmsi, second / 60.0);
    r.has = HAS_NAME | HAS_STATIC;
    snprintf(r.name, sizeof r.name, "%s", text);
    hear(s, &r);
}

static struct loopclient *reading;
static size_t reading_wanted;
static bool has_lines(void *context)
{
    size_t lines = 0;
    (void)context;
    for (size_t i = 0; i < reading->received.length; i++)
        lines += reading->received.data[i] == '\n';
    return lines >= reading_wanted || reading->is_ended;
}

/* What the reader was told since the last look: "441000001 0 34 127 ...; " MMSI, second,
 * and its name where that came. */
static const char *told_to(struct scene *s, struct loopclient *c, size_t lines)
{
    static char text[4096];
    struct inputrun run;
    relays_flush(s->relays);
    reading = c;
    reading_wanted = lines;
    looptest_until(&s->t, has_lines, NULL);
    looptest_turn(&s->t, 5);
    inputrun_text(&run, buf_text(&c->received));
    assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
    text[0] = '\0';
    for (size_t i = 0; i < run.count; i++) {
        const struct report *r = &run.reports[i];
        size_t n = strlen(text);
        assert_string_equal(r->station, "test");
        snprintf(text + n, sizeof text - n, "%u %d%s%s; ", r->mmsi,
                 (int)((r->time_ms - ENGINERUN_DAY0) / 1000),
                 (r->has & HAS_NAME) != 0 ? " " : "",
                 (r->has & HAS_NAME) != 0 ? r->name : "");
    }
    inputrun_free(&run);
    buf_clear(&c->received);
    return text;
}

/* --- what is told --- */

static void test_positions_and_names(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct loopclient first = {0}, second = {0};
    begin(&s, 1);
    sail(&s, DESK, 0); /* nobody reads yet */
    assert_int_equal(status_of(&s, 0).sentences, 0);
    loopclient_connect(&s.t, &first, status_of(&s, 0).port);
    looptest_until(&s.t, has_one_reader, &s);
    for (int second_of = 5; second_of <= 30; second_of += 5)
        sail(&s, DESK, second_of);
    assert_string_equal(told_to(&s, &first, 3),
                        "441000001 5; 441000001 15; 441000001 25; ");
    name(&s, DESK, 31, "EXAMPLE TRADER");
    sail(&s, OTHER, 32);
    sail(&s, DESK, 36);
    sail(&s, DESK, 46);
    assert_string_equal(told_to(&s, &first, 5),
                        "273000002 32; 441000001 36; 441000001 36 EXAMPLE TRADER; "
                        "441000001 46; ");
    /* who comes later learns the name, too */
    loopclient_connect(&s.t, &second, status_of(&s, 0).port);
    looptest_until(&s.t, has_both_readers, &s);
    sail(&s, DESK, 56);
    sail(&s, DESK, 66);
    assert_string_equal(told_to(&s, &second, 4),
                        "441000001 56; 441000001 56 EXAMPLE TRADER; 441000001 66; ");
    /* again after six minutes */
    sail(&s, DESK, 420);
    sail(&s, DESK, 430);
    assert_string_equal(told_to(&s, &second, 4),
                        "441000001 420; 441000001 420 EXAMPLE TRADER; "
                        "441000001 430; ");
    assert_int_equal(status_of(&s, 0).failed, 0);
    loopclient_finish(&s.t, &first);
    loopclient_finish(&s.t, &second);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

/* A jump is not believed, so it is not told; a report older than the last is not. */
static void test_believed_alone(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct loopclient c = {0};
    begin(&s, 1);
    loopclient_connect(&s.t, &c, status_of(&s, 0).port);
    looptest_until(&s.t, has_one_reader, &s);
    sail(&s, OTHER, 0);
    sail(&s, OTHER, 60);
    struct report far = enginerun_position(OTHER, 2, 44, 127, 10, 90);
    hear(&s, &far);
    sail(&s, OTHER, 30);
    sail(&s, OTHER, 180);
    assert_string_equal(told_to(&s, &c, 3), "273000002 0; 273000002 60; 273000002 180; ");
    loopclient_finish(&s.t, &c);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

static void test_chosen(void **state)
{
    char tag[] = "desk";
    char *tags[] = {tag};
    struct scene s = {.conf = {relay_of("tagged"), relay_of("alerted")}};
    struct loopclient tagged = {0}, alerted = {0};
    s.conf[0].vessels.tags = tags;
    s.conf[0].vessels.tag_count = 1;
    s.conf[1].alerted_ms = 10 * MINUTE_MS;
    begin(&s, 2);
    loopclient_connect(&s.t, &tagged, status_of(&s, 0).port);
    loopclient_connect(&s.t, &alerted, status_of(&s, 1).port);
    looptest_until(&s.t, loopclient_is_settled, &tagged);
    looptest_until(&s.t, loopclient_is_settled, &alerted);
    looptest_until(&s.t, has_one_reader, &s);
    looptest_turn(&s.t, 5);
    assert_int_equal(status_of(&s, 1).clients, 1);
    sail(&s, OTHER, 0);
    sail(&s, DESK, 60); /* `seen` alerts of it */
    assert_true(s.run.alerts > 0);
    sail(&s, DESK, 600);
    sail(&s, OTHER, 601);
    sail(&s, DESK, 700); /* more than 10 min behind the alert */
    assert_string_equal(told_to(&s, &tagged, 3),
                        "441000001 60; 441000001 600; 441000001 700; ");
    assert_string_equal(told_to(&s, &alerted, 2), "441000001 60; 441000001 600; ");
    loopclient_finish(&s.t, &tagged);
    loopclient_finish(&s.t, &alerted);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

/* Whom the last run alerted of is told of after a restart, be it by `sighted` alone; a
 * distress device always. */
static void test_alerted_over_restart(void **state)
{
    struct scene s = {.conf = {relay_of("alerted")}};
    struct loopclient c = {0};
    struct err err = {0};
    s.conf[0].alerted_ms = 10 * MINUTE_MS;
    begin(&s, 1);
    sail(&s, OTHER, 0);
    sail(&s, DESK, 60);
    assert_int_equal(s.run.alerts, 1);
    enginerun_restart(&s.run, YAML, NULL);
    relays_close(s.relays);
    s.relays = relays_create(&s.t.loop);
    assert_int_equal(relays_reconfigure(s.relays, s.conf, 1, "test", &err), 0);
    loopclient_connect(&s.t, &c, status_of(&s, 0).port);
    looptest_until(&s.t, has_one_reader, &s);
    sail(&s, OTHER, 120);
    sail(&s, DESK, 120);
    sail(&s, 970123456, 121);
    assert_int_equal(s.run.alerts, 1);
    assert_string_equal(told_to(&s, &c, 2), "441000001 120; 970123456 121; ");
    sail(&s, DESK, 700);
    sail(&s, OTHER, 701);
    sail(&s, DESK, 705);
    assert_string_equal(told_to(&s, &c, 0), "");
    loopclient_finish(&s.t, &c);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

/* An AIS-SART is no vessel; a relay of all vessels tells of it all the same. */
static void test_distress(void **state)
{
    struct scene s = {.conf = {relay_of("all"), relay_of("watched")}};
    struct loopclient c = {0}, w = {0};
    s.conf[1].vessels.is_watched_only = true;
    begin(&s, 2);
    loopclient_connect(&s.t, &c, status_of(&s, 0).port);
    loopclient_connect(&s.t, &w, status_of(&s, 1).port);
    looptest_until(&s.t, has_one_reader, &s);
    looptest_until(&s.t, loopclient_is_settled, &w);
    looptest_turn(&s.t, 5);
    sail(&s, 970123456, 0);
    sail(&s, DESK, 1);
    assert_string_equal(told_to(&s, &c, 2), "970123456 0; 441000001 1; ");
    assert_string_equal(told_to(&s, &w, 1), "441000001 1; ");
    loopclient_finish(&s.t, &c);
    loopclient_finish(&s.t, &w);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

/* --- readers --- */

static void test_reader_that_does_not_read(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct loopclient good = {0};
    s.conf[0].every_ms = 0;
    begin(&s, 1);
    loopclient_connect(&s.t, &good, status_of(&s, 0).port);
    looptest_until(&s.t, has_one_reader, &s);
    int deaf = socket(AF_INET, SOCK_STREAM, 0), small = 2048;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(status_of(&s, 0).port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(connect(deaf, (struct sockaddr *)&to, sizeof to), 0);
    looptest_until(&s.t, has_both_readers, &s);
    int second = 0;
    while (status_of(&s, 0).slow == 0 && second < 200000) {
        for (int i = 0; i < 100; i++)
            sail(&s, DESK, ++second);
        relays_flush(s.relays);
        looptest_turn(&s.t, 1);
    }
    assert_int_equal(status_of(&s, 0).slow, 1);
    assert_int_equal(status_of(&s, 0).clients, 1);
    reading = &good;
    reading_wanted = status_of(&s, 0).sentences;
    looptest_until(&s.t, has_lines, NULL);
    assert_int_equal(good.received.length, status_of(&s, 0).bytes);
    close(deaf);
    loopclient_finish(&s.t, &good);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

static void test_max_clients(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct loopclient c[3] = {0};
    begin(&s, 1);
    for (int i = 0; i < 2; i++)
        loopclient_connect(&s.t, &c[i], status_of(&s, 0).port);
    looptest_until(&s.t, has_both_readers, &s);
    loopclient_connect(&s.t, &c[2], status_of(&s, 0).port);
    looptest_until(&s.t, loopclient_is_ended, &c[2]);
    assert_int_equal(status_of(&s, 0).refused, 1);
    assert_int_equal(status_of(&s, 0).clients, 2);
    for (int i = 0; i < 3; i++)
        loopclient_finish(&s.t, &c[i]);
    looptest_until(&s.t, has_no_reader, &s);
    end(&s);
}

/* --- datagrams --- */

static void test_datagrams(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    char line[256];
    int heard = socket(AF_INET, SOCK_DGRAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(heard, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(heard, (struct sockaddr *)&at, &n), 0);
    s.conf[0].is_udp = true;
    s.conf[0].port = ntohs(at.sin_port);
    begin(&s, 1);
    name(&s, DESK, 0, "EXAMPLE TRADER");
    sail(&s, DESK, 1);
    relays_flush(s.relays);
    for (int i = 0; i < 3; i++) { /* the position, and a name in two sentences */
        ssize_t got = recv(heard, line, sizeof line - 1, MSG_DONTWAIT);
        assert_true(got > 0);
        line[got] = '\0';
        assert_int_equal(line[0], '\\');
        assert_ptr_equal(strchr(line, '\n'), line + got - 1);
    }
    assert_int_equal(recv(heard, line, sizeof line, MSG_DONTWAIT), -1);
    assert_int_equal(status_of(&s, 0).sentences, 3);
    close(heard);
    end(&s);
}

/* --- reloads --- */

static void test_reload(void **state)
{
    struct scene s = {.conf = {relay_of("plotter")}};
    struct loopclient c = {0};
    struct err err = {0};
    begin(&s, 1);
    uint16_t port = status_of(&s, 0).port;
    s.conf[0].port = port; /* no longer any */
    assert_int_equal(relays_reconfigure(s.relays, NULL, 0, "test", &err), 0);
    assert_int_equal(relays_reconfigure(s.relays, s.conf, 1, "test", &err), 0);
    loopclient_connect(&s.t, &c, port);
    looptest_until(&s.t, has_one_reader, &s);
    sail(&s, OTHER, 0);
    /* the same place with another choice: the reader stays */
    struct conf_relay fresh[2] = {s.conf[0], s.conf[0]};
    fresh[0].vessels.is_watched_only = true;
    assert_int_equal(relays_reconfigure(s.relays, fresh, 1, "test", &err), 0);
    sail(&s, OTHER, 20);
    sail(&s, DESK, 21);
    assert_string_equal(told_to(&s, &c, 2), "273000002 0; 441000001 21; ");
    /* a second one at an address that is taken: told, and the first goes on */
    struct conf_relay taken = relay_of("second");
    fresh[1] = taken;
    fresh[1].port = port;
    assert_int_not_equal(relays_reconfigure(s.relays, fresh, 2, "test", &err), 0);
    assert_non_null(strstr(err.text, "relay second: cannot listen on 127.0.0.1"));
    sail(&s, DESK, 41);
    assert_string_equal(told_to(&s, &c, 1), "441000001 41; ");
    assert_false(status_of(&s, 1).is_open);
    /* under another name at the same address: the reader has to come again */
    struct conf_relay renamed[1] = {taken};
    renamed[0].port = port;
    assert_int_equal(relays_reconfigure(s.relays, renamed, 1, "test", &err), 0);
    looptest_until(&s.t, loopclient_is_ended, &c);
    loopclient_finish(&s.t, &c);
    memset(&c, 0, sizeof c);
    loopclient_connect(&s.t, &c, port);
    looptest_until(&s.t, has_one_reader, &s);
    assert_int_equal(relays_reconfigure(s.relays, renamed, 0, "test", &err), 0);
    looptest_until(&s.t, loopclient_is_ended, &c);
    loopclient_finish(&s.t, &c);
    end(&s);
}

TEST_MAIN(NULL, NULL, TEST(test_positions_and_names), TEST(test_believed_alone),
          TEST(test_chosen), TEST(test_distress), TEST(test_alerted_over_restart),
          TEST(test_reader_that_does_not_read), TEST(test_max_clients),
          TEST(test_datagrams), TEST(test_reload))
