/* SPDX-License-Identifier: Apache-2.0 */
/* Which time a report gets. Epochs are those of `date -u -d ... +%s`. */
#include <stdio.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/inputrun.h"
#include "lib/testlib.h"

#define SHIP 431000001u

static struct input_conf started(void)
{
    struct input_conf conf = inputrun_tape();
    conf.start_ms = INPUTRUN_START;
    return conf;
}

static void run_started(struct inputrun *run, const char *text, size_t n)
{
    struct input_conf conf = started();
    inputrun_bytes(run, &conf, text, n);
}

/* --- times --- */

/* One line in a recording: its time and where it was from. */
static void time_of(const char *line, int64_t time_ms, enum report_time_source source,
                    const char *station)
{
    struct inputrun run;
    print_message("%s\n", line);
    inputrun_text(&run, line);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].time_ms, time_ms);
    assert_int_equal(run.reports[0].arrival_ms, time_ms);
    assert_int_equal(run.reports[0].time_source, source);
    assert_string_equal(run.reports[0].station, station);
    inputrun_free(&run);
}

static void test_time_forms(void **state)
{
    const char *p = inputrun_position(SHIP, 30);
    char text[512];
    time_of(inputrun_tagged("s:shore,c:1600000000", p), 1600000000000, REPORT_TIME_TAG,
            "shore");
    time_of(inputrun_tagged("c:1600000000.5", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(inputrun_tagged("c:1600000000500", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(inputrun_tagged("c:1600000000500000", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(inputrun_tagged("c:1600000000500000000", p), 1600000000500, REPORT_TIME_TAG,
            "");
    snprintf(text, sizeof text,
             "%s,s26615,d-111,t161344.00,T44.06,x1,r003669945,1600000000", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "r003669945");
    snprintf(text, sizeof text, "%s,1600000000,1600000002", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "");
    /* A slot second that lost its letter is no epoch. */
    snprintf(text, sizeof text, "%s,s26615,161344.00,r003669945,1600000000", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "r003669945");
    static const char *const behind[] = {",2020-09-13T12:26:40Z", " 2020-09-13 12:26:40",
                                         ";1600000000", "\t1600000000000 ",
                                         ", 2020-09-13T14:26:40+02:00"};
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        snprintf(text, sizeof text, "%s%s", p, behind[i]);
        time_of(text, 1600000000000, REPORT_TIME_LINE, "");
    }
    snprintf(text, sizeof text, "1600000000500726840 %s", p);
    time_of(text, 1600000000500, REPORT_TIME_LINE, "");
    snprintf(text, sizeof text, "2020-09-13T12:26:40;%s", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "");
    snprintf(text, sizeof text, "[2020-09-13 12:26:40.250] udp %s", p);
    time_of(text, 1600000000250, REPORT_TIME_LINE, "");
    snprintf(text, sizeof text, "host9 1600000000 %s", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "");
    /* The tag block first, then what stands behind, then what stands before. */
    snprintf(text, sizeof text, "1600000300 %s,r1,1600000200",
             inputrun_tagged("s:x,c:1600000100", p));
    time_of(text, 1600000100000, REPORT_TIME_TAG, "x");
    snprintf(text, sizeof text, "1600000300 %s,r1,1600000200", p);
    time_of(text, 1600000200000, REPORT_TIME_LINE, "r1");
    /* Absurd ones are none: the next best counts. */
    snprintf(text, sizeof text, "%s,r1,1600000200", inputrun_tagged("s:x,c:12345", p));
    time_of(text, 1600000200000, REPORT_TIME_LINE, "x");
    /* A void tag block costs its time alone. */
    snprintf(text, sizeof text, "\\s:x,c:1600000100*00\\%s,1600000240", p);
    time_of(text, 1600000240000, REPORT_TIME_LINE, "");
    /* Relayed with a second block, and a tag block on the line before. */
    char both[600];
    snprintf(both, sizeof both, "%s%s", inputrun_tagged("s:relay,c:1600000109", ""),
             inputrun_tagged("s:x,c:1600000100", p));
    time_of(both, 1600000100000, REPORT_TIME_TAG, "x");
    snprintf(both, sizeof both, "%s\n%s", inputrun_tagged("s:x,c:1600000100", ""), p);
    time_of(both, 1600000100000, REPORT_TIME_TAG, "x");
}

/* A time between two sentences is the second's. */
static void test_between(void **state)
{
    struct inputrun run;
    char text[512];
    int n = snprintf(text, sizeof text, "%s 1600000000 %s\n", inputrun_position(SHIP, 1),
                     inputrun_position(SHIP + 1, 1));
    run_started(&run, text, (size_t)n);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].time_source, REPORT_TIME_ARRIVAL);
    assert_int_equal(run.reports[1].time_ms, 1600000000000);
    assert_int_equal(run.reports[1].time_source, REPORT_TIME_LINE);
    inputrun_free(&run);
}

/* $PGHP speaks of the next sentence, and only of that. 1354787628 is 2012-12-06 09:53:48
 * UTC. */
static void test_pghp(void **state)
{
    struct inputrun run;
    char text[1024], body[64];
    const char *p = inputrun_position(SHIP, 1);
    snprintf(body, sizeof body, "PGHP,1,2012,12,6,9,53,48,612,244,,2190067,1,%s",
             p + strlen(p) - 2);
    unsigned sum = aisgen_checksum(body, strlen(body));
    int n = snprintf(text, sizeof text, "$%s*%02X\n%s\n%s\n", body, sum, p,
                     inputrun_position(SHIP + 1, 2));
    run_started(&run, text, (size_t)n);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[0].time_ms, 1354787628612);
    assert_int_equal(run.reports[0].time_source, REPORT_TIME_LINE);
    assert_string_equal(run.reports[0].station, "2190067");
    assert_int_equal(run.reports[0].begin, 0);
    assert_string_equal(run.reports[1].station, "");
    assert_int_equal(run.reports[1].time_source, REPORT_TIME_ARRIVAL);
    inputrun_free(&run);
    /* The sentence it spoke of was lost: its sum tells. */
    n = snprintf(text, sizeof text, "$%s*%02X\n%s\n", body, sum,
                 inputrun_position(SHIP + 9, 2));
    run_started(&run, text, (size_t)n);
    assert_int_equal(run.reports[0].time_ms, INPUTRUN_START);
    assert_string_equal(run.reports[0].station, "");
    inputrun_free(&run);
}

static void test_recording_order(void **state)
{
    struct inputrun run;
    char text[1024];
    /* Before any time: refused; behind one: that one. */
    snprintf(text, sizeof text, "%s\n%s\n%s\n", inputrun_position(SHIP, 1),
             inputrun_tagged("c:1600000000", inputrun_position(SHIP, 2)),
             inputrun_position(SHIP, 3));
    inputrun_text(&run, text);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.reports[1].time_ms, 1600000000000);
    assert_int_equal(run.reports[1].time_source, REPORT_TIME_ARRIVAL);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_TIME), 1);
    assert_int_equal(run.messages, 3);
    assert_int_equal(run.no_times, 1);
    inputrun_free(&run);
    /* With a start (second 20): the AIS second moves it on by up to half a minute. */
    static const struct {
        int second;
        int64_t at_s;
    } steps[] = {{25, 5}, {40, 20}, {35, 20}, {60, 20}, {10, 20}, {41, 21}, {9, 49}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                              inputrun_position(SHIP, steps[i].second));
    run_started(&run, text, n);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        assert_int_equal(run.reports[i].time_ms, INPUTRUN_START + steps[i].at_s * 1000);
    inputrun_free(&run);
}

/* Live at 22:13:20.400: the own time, but not one ahead; else the AIS second. */
static void test_live_times(void **state)
{
    const int64_t now = INPUTRUN_START + 400;
    static const struct {
        const char *tag;
        int second;
        int64_t offset_ms;
        enum report_time_source source;
    } rows[] = {
        {"c:1699999990", 7, -10400, REPORT_TIME_TAG},
        {"c:1699913601", 7, -86399400, REPORT_TIME_TAG},
        {"c:1700000060", 7, 59600, REPORT_TIME_TAG},
        {"c:1700000061", 7, 0, REPORT_TIME_REPLACED},
        {"c:1893456000", 7, 0, REPORT_TIME_REPLACED},
        {"c:4200000000", 19, -1400, REPORT_TIME_ARRIVAL},
        {NULL, 19, -1400, REPORT_TIME_ARRIVAL},
        {NULL, 20, -400, REPORT_TIME_ARRIVAL},
        {NULL, 22, 1600, REPORT_TIME_ARRIVAL},
        {NULL, 50, 29600, REPORT_TIME_ARRIVAL},
        {NULL, 51, -29400, REPORT_TIME_ARRIVAL},
        {NULL, 60, 0, REPORT_TIME_ARRIVAL},
        {NULL, 61, 0, REPORT_TIME_ARRIVAL},
        {NULL, 63, 0, REPORT_TIME_ARRIVAL},
    };
    struct inputrun run;
    struct input_conf conf = inputrun_live();
    inputrun_begin(&run, &conf);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *p = inputrun_position(SHIP, rows[i].second);
        print_message("%s %d\n", rows[i].tag != NULL ? rows[i].tag : "-", rows[i].second);
        inputrun_datagram(&run, rows[i].tag != NULL ? inputrun_tagged(rows[i].tag, p) : p,
                          now);
        assert_int_equal(run.count, i + 1);
        assert_int_equal(run.reports[i].time_ms - now, rows[i].offset_ms);
        assert_int_equal(run.reports[i].arrival_ms, now);
        assert_int_equal(run.reports[i].time_source, rows[i].source);
    }
    /* Exactly half a minute either way: the past. */
    inputrun_datagram(&run, inputrun_position(SHIP, 50), INPUTRUN_START);
    assert_int_equal(run.reports[run.count - 1].time_ms, INPUTRUN_START - 30000);
    inputrun_end(&run, now);
    assert_int_equal(run.counts.time_replaced, 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_UNUSED_TIME), 1);
    inputrun_free(&run);
}

/* --- clocks of receivers --- */

/* A sentence that tells the time, its sum set right. */
static const char *make_clock(const char *body)
{
    static char text[256];
    snprintf(text, sizeof text, "$%s*%02X", body,
             (unsigned)aisgen_checksum(body, strlen(body)));
    return text;
}

/* In a recording the last $--RMC or $--ZDA is the time of what has none; 1714564800 is
 * 2024-05-01T12:00:00Z. */
static void test_receiver_clocks(void **state)
{
    static const struct {
        const char *body;
        int64_t time_ms; /* TIME_NONE: it says nothing */
    } rows[] = {
        {"GPRMC,120000.00,A,5930.000,N,01030.000,E,5.0,045.0,010524,,,A", 1714564800000},
        {"GNRMC,120000,A,5930.000,N,01030.000,E,5.0,045.0,010524,,,A", 1714564800000},
        {"GPRMC,120000.25,A,,,,,,,010524,,", 1714564800250},
        {"GPZDA,120000.00,01,05,2024,00,00", 1714564800000},
        {"IIZDA,120000.500,01,05,2024,,", 1714564800500},
        {"GPRMC,120000.00,V,,,,,,,010524,,,N", TIME_NONE}, /* no fix: a clock's rest */
        {"GPRMC,120000.00,A,,,,,,,,,", TIME_NONE},
        {"GPRMC,,A,,,,,,,010524,,", TIME_NONE},
        {"GPRMC,126000.00,A,,,,,,,010524,,", TIME_NONE},
        {"GPRMC,120000.00,A,,,,,,,310424,,", TIME_NONE},
        {"GPZDA,120000.00,01,05,24,00,00", TIME_NONE},
        {"GPZDA,120000.00,01,05", TIME_NONE},
        {"GPZDA,120000.00,06,01,1980,00,00", TIME_NONE}, /* GPS without a week */
        {"GPGGA,120000.00,5930.000,N,01030.000,E,1,8,1.0,0,M,0,M,,", TIME_NONE},
        {"GPRMB,120000.00,A,,,,,,,010524,,", TIME_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        char text[512];
        int n = snprintf(text, sizeof text, "%s\n%s\n", make_clock(rows[i].body),
                         inputrun_position(SHIP, 0));
        print_message("%s", text);
        inputrun_text(&run, text);
        assert_int_equal(run.count, rows[i].time_ms != TIME_NONE ? 1 : 0);
        if (run.count == 1) {
            assert_int_equal(run.reports[0].time_ms, rows[i].time_ms);
            assert_int_equal(run.reports[0].time_source, REPORT_TIME_ARRIVAL);
        } else {
            assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_TIME), 1);
        }
        inputrun_free(&run);
        /* A sentence with a wrong sum says nothing; live, the arrival is the time. */
        *strchr(text, '*') = '!';
        inputrun_text(&run, text);
        assert_int_equal(run.count, 0);
        inputrun_free(&run);
        struct input_conf live = inputrun_live();
        n = snprintf(text, sizeof text, "%s\n%s\n", make_clock(rows[i].body),
                     inputrun_position(SHIP, 20));
        inputrun_begin(&run, &live);
        inputrun_feed(&run, text, (size_t)n, 1600000000000);
        inputrun_end(&run, 1600000000000);
        assert_int_equal(run.reports[0].time_ms, 1599999980000);
        inputrun_free(&run);
    }
}

/* --- numbers behind the checksum --- */

struct counter {
    const char *name;
    int64_t first;      /* the number behind the first sentence */
    double a_second;    /* how it grows while the messages' own clock goes on */
    int lag;            /* s from the UTC second to the number, where it is a clock */
    int step, lines;    /* s between messages */
    size_t least, most; /* reports that get a time of it */
};

/* A recording of one message every `step` seconds, a number behind each. */
static size_t count_timed(const struct counter *c)
{
    struct inputrun run;
    size_t timed = 0;
    char text[256];
    struct input_conf conf = inputrun_tape();
    inputrun_begin(&run, &conf);
    for (int i = 0; i < c->lines; i++) {
        int64_t number = c->first + c->lag + (int64_t)(c->a_second * c->step * i);
        /* The message's own second: that of 1714564814 onwards. */
        int second = (14 + c->step * i) % 60;
        int n = snprintf(text, sizeof text, "%s,%lld\n", inputrun_position(SHIP, second),
                         (long long)number);
        inputrun_feed(&run, text, (size_t)n, 0);
    }
    inputrun_end(&run, 0);
    for (size_t i = 0; i < run.count; i++)
        timed += run.reports[i].time_source == REPORT_TIME_LINE ? 1 : 0;
    inputrun_free(&run);
    return timed;
}

/* clang-format off */
static const struct counter counters[] = {
    {"epoch",                       1714564814, 1,     0,   10,   50, 50, 50},
    {"epoch, 8 s late",             1714564814, 1,     8,   7,    50, 50, 50},
    {"epoch, 40 s late",            1714564814, 1,     40,  10,   50, 46, 50}, /* growth tells, soon */
    {"epoch, a message an hour",    1714564814, 1,     2,   3601, 50, 50, 50},
    {"epoch, ten a second's worth", 1714564814, 1,     1,   0,    50, 50, 50},
    {"samples of 48 kHz",           1036800000, 48000, 0,   10,   50, 0,  0},
    {"the same, every minute",      1036800000, 48000, 0,   60,   50, 0,  0},
    {"the same, 7 s",               1036800000, 48000, 0,   7,    50, 0,  0},
    {"milliseconds since the start", 1036800000, 1000, 0,   3,    50, 0,  0},
    {"a number that stands still",  1036800000, 0,     0,   7,    50, 0,  0},
    {"a number of lines",           1036800000, 0.1,   0,   10,   50, 0,  0},
};
/* clang-format on */

/* A sparse recording, each line more than a minute behind the one before: a message of
 * two parts is whole wherever among them it stands, also with a new second between its
 * parts. A lone part of an hour before is none of its parts. */
static void test_sparse_parts(void **state)
{
    for (int before = 0; before < 6; before++) {
        for (int apart = 0; apart < 2; apart++) {
            char text[4096] = "", tag[40], parts[2][128];
            int64_t t = 1600000000;
            size_t n = 0;
            for (int i = 0; i < before; i++, t += 300) {
                snprintf(tag, sizeof tag, "c:%lld", (long long)t);
                n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                                      inputrun_tagged(tag, inputrun_position(SHIP, 30)));
            }
            inputrun_statics(SHIP, "SPARSE", 3, parts);
            for (int i = 0; i < 2; i++, t += apart) {
                snprintf(tag, sizeof tag, "c:%lld", (long long)t);
                n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                                      inputrun_tagged(tag, parts[i]));
            }
            struct inputrun run;
            inputrun_text(&run, text);
            assert_int_equal(run.count, before + 1);
            assert_string_equal(run.reports[before].name, "SPARSE");
            assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), 0);
            inputrun_free(&run);
        }
    }
}

static void test_counters(void **state)
{
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        size_t timed = count_timed(&counters[i]);
        if (timed < counters[i].least || timed > counters[i].most)
            fail_msg("%s: %zu", counters[i].name, timed);
    }
    /* One sentence alone: its own second is 14, the number's 0. */
    struct inputrun run;
    inputrun_text(&run, "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18,1036800000\n");
    assert_int_equal(run.count, 0);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_TIME), 1);
    inputrun_free(&run);
    /* A station beside it, or a second number, and it is what USCG writes. */
    static const char *const behind[] = {"r003669945,1036800000", "1036800000,1036800002",
                                         "1036800000.5"};
    for (size_t i = 0; i < 3; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s,%s\n",
                 "!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18", behind[i]);
        inputrun_text(&run, text);
        assert_int_equal(run.count, 1);
        inputrun_free(&run);
    }
}

/* Live: more than 5 min behind is counted, more than a day refused, unless the source may
 * be later. A recording says nothing of either. */
static void test_live_behind(void **state)
{
    const int64_t now = INPUTRUN_START;
    static const struct {
        int64_t behind_s, lateness_s;
        bool is_taken, is_late;
    } rows[] = {
        {-59, 0, true, false},
        {0, 0, true, false},
        {300, 0, true, false},
        {301, 0, true, true},
        {86400, 0, true, true},
        {86401, 0, false, true},
        {86401, 3600, false, true},
        {86401, 86400, false, true},
        {172800, 172800, true, true},
        {172801, 172800, false, true},
        {1024 * 7 * 86400, 0, false, true}, /* the GPS week's number rolled over */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        struct input_conf conf = inputrun_live();
        char tag[40];
        conf.lateness_ms = rows[i].lateness_s * 1000;
        snprintf(tag, sizeof tag, "c:%lld", (long long)(now / 1000 - rows[i].behind_s));
        print_message("%s, lateness %lld s\n", tag, (long long)rows[i].lateness_s);
        inputrun_begin(&run, &conf);
        inputrun_datagram(&run, inputrun_tagged(tag, inputrun_position(SHIP, 7)), now);
        inputrun_end(&run, now);
        assert_int_equal(run.count, rows[i].is_taken);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_TOO_LATE),
                         !rows[i].is_taken);
        assert_int_equal(run.counts.late, rows[i].is_late);
        assert_int_equal(run.counts.behind_ms,
                         rows[i].behind_s > 0 ? rows[i].behind_s * 1000 : 0);
        inputrun_free(&run);
    }
    struct inputrun run;
    inputrun_text(&run, inputrun_tagged("c:1600000000", inputrun_position(SHIP, 7)));
    assert_int_equal(run.count, 1);
    assert_int_equal(run.counts.late, 0);
    inputrun_free(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_live_behind), TEST(test_receiver_clocks),
          TEST(test_sparse_parts), TEST(test_counters), TEST(test_time_forms),
          TEST(test_between), TEST(test_pghp), TEST(test_recording_order),
          TEST(test_live_times))
