/* SPDX-License-Identifier: Apache-2.0 */
/* The input as a whole over sentences: framing, formats, times, offsets. Ships are
 * invented. Epochs are those of `date -u -d ... +%s`. */
#include "lookout/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/inputrun.h"
#include "lib/testlib.h"

#define SHIP 431000001u

/* A position sentence of a ship, without its line end. */
static const char *position(uint32_t mmsi, int second)
{
    static char text[4][AISGEN_TEXT_BYTES];
    static unsigned turn;
    struct aisgen_bits bits;
    char *ret = text[turn++ % 4];
    aisgen_position(&(struct aisgen_position){.type = 1,
                                              .mmsi = mmsi,
                                              .lat = 35.1,
                                              .lon = 129.0,
                                              .sog = 12.3,
                                              .cog = 231.0,
                                              .heading = 230,
                                              .second = second},
                    &bits);
    assert_int_equal(aisgen_sentences(&bits, "AIVDM", 0, 'A', ret), 1);
    ret[strlen(ret) - 2] = '\0';
    return ret;
}

/* A static message's two sentences, each without its line end. */
static void statics(uint32_t mmsi, const char *name, int seq, char ret[2][128])
{
    char text[AISGEN_TEXT_BYTES];
    struct aisgen_bits bits;
    aisgen_static5(&(struct aisgen_static){.mmsi = mmsi,
                                           .imo = 9999993,
                                           .name = name,
                                           .callsign = "HMXX",
                                           .destination = "BUSAN",
                                           .ship_type = 70,
                                           .to_bow = 70,
                                           .to_stern = 10,
                                           .to_port = 5,
                                           .to_starboard = 7,
                                           .draught = 5.5,
                                           .hour = 24,
                                           .minute = 60},
                   &bits);
    assert_int_equal(aisgen_sentences(&bits, "AIVDM", seq, 'B', text), 2);
    char *middle = strstr(text, "\r\n");
    assert_non_null(middle);
    *middle = '\0';
    strcpy(ret[0], text);
    strcpy(ret[1], middle + 2);
    ret[1][strlen(ret[1]) - 2] = '\0';
}

/* content with the tag block's backslashes and sum in front of a sentence. */
static const char *tagged(const char *content, const char *sentence)
{
    static char text[4][512];
    static unsigned turn;
    char *ret = text[turn++ % 4];
    snprintf(ret, 512, "\\%s*%02X\\%s", content,
             (unsigned)aisgen_checksum(content, strlen(content)), sentence);
    return ret;
}

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

/* --- framing --------------------------------------------------------------------------
 */

/* '@' and '&' are two sentences, '~' is NUL. */
static size_t fill(const char *format, const char *p, const char *q, char *ret_text)
{
    size_t n = 0;
    for (; *format != '\0'; format++) {
        const char *sentence = *format == '@' ? p : *format == '&' ? q : NULL;
        if (sentence != NULL) {
            strcpy(ret_text + n, sentence);
            n += strlen(sentence);
        } else {
            ret_text[n++] = (char)(*format == '~' ? '\0' : *format);
        }
    }
    return n;
}

static void test_framing(void **state)
{
    const char *p = position(SHIP, 1), *q = position(SHIP + 1, 2);
    struct inputrun run;
    char text[2048];
    (void)state;
    static const struct {
        const char *format;
        unsigned reports, rejects;
    } rows[] = {
        {"@\r\n&\r\n", 2, 0},
        {"@\n&", 2, 0},
        {"@\r&\r", 2, 0},
        {"@&", 2, 0},
        {"~~@~&~", 2, 0},
        {"rubbish\x01\xff@\n...&\n", 2, 0},
        {"\\@\n\\\\&\n", 2, 0},
        {"@,trailing words\n   &   \n", 2, 0},
        {"\xEF\xBB\xBF@\n\n\n&\n", 2, 0},
        {"@\nno sentence at all\n&\n", 2, 1},
        {"!AIVDM,1,1,,A,15RTgt0P@\n&", 2, 1},
        {"@{\"class\":\"VERSION\"}&\n", 2, 0},
        {"{\"class\":\"VERSION\",\"release\":\"3.22\"}\n@\n{\"mmsi\":431000003,"
         "\"lat\":35,\"lon\":129}\n",
         2, 0},
        {"{\"class\":\"AIS\",\"ty@\n&\n", 2, 1},
        {"$GPZDA,160012.71,11,03,2004,-1,00*7D\r\n@\r\n# a comment\r\n", 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = fill(rows[i].format, p, q, text);
        run_started(&run, text, n);
        print_message("row %zu: %s\n", i, rows[i].format);
        assert_int_equal(run.counts.reports, rows[i].reports);
        assert_int_equal(inputrun_other_rejects(&run, INPUT_REJECTS), rows[i].rejects);
        inputrun_free(&run);
    }
}

static void test_megabyte(void **state)
{
    struct inputrun run;
    struct input_conf conf = started();
    size_t n = 1 << 20;
    char *bytes = malloc(n + 256);
    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', n);
    int more = snprintf(bytes + n, 256, "\n%s\n", position(SHIP, 1));
    inputrun_bytes(&run, &conf, bytes, n + (size_t)more);
    assert_int_equal(run.counts.reports, 1);
    assert_int_equal(run.counts.lines, 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_LINE_TOO_LONG), 1);
    inputrun_free(&run);
    inputrun_chunks(&run, &conf, bytes, n + (size_t)more, 5, 5000);
    assert_int_equal(run.counts.reports, 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_LINE_TOO_LONG), 1);
    inputrun_free(&run);
    free(bytes);
}

/* Every kind of line, tags, parts, broken ones; the same in any chunking. */
static size_t mixture(char *text, size_t size)
{
    char parts[2][128];
    size_t n = 0;
    for (uint32_t i = 0; i < 12; i++) {
        statics(SHIP + i, "CHUNKED", (int)(i % 10), parts);
        char time[64];
        snprintf(time, sizeof time, "s:st%u,c:%u", i % 3, 1600000000u + i);
        n += (size_t)snprintf(text + n, size - n, "%s\r\n", tagged(time, parts[i % 2]));
        n += (size_t)snprintf(text + n, size - n, "%s\r%s%s\n", position(SHIP + i, 7),
                              tagged(time, parts[1 - i % 2]), position(SHIP + i, 9));
        n += (size_t)snprintf(text + n, size - n,
                              "$PGHP,1,2012,12,6,9,53,48,612,244,,,1,02*21\n"
                              "{\"class\":\"VERSION\"}\n{\"mmsi\":%u,\"lat\":1,\"lon\":2,"
                              "\"time\":%u}\nrubbish\n\\c:160*00\\%s,r003669945,%u\n",
                              SHIP + i, 1600000000u + i, position(SHIP + i, 11),
                              1600000000u + i);
    }
    assert_true(n < size);
    return n;
}

static void test_chunks(void **state)
{
    static char text[32768];
    size_t n = mixture(text, sizeof text);
    struct inputrun whole;
    struct input_conf conf = inputrun_tape();
    (void)state;
    inputrun_bytes(&whole, &conf, text, n);
    assert_int_equal(whole.counts.reports, 12 * 5);
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct inputrun run;
        print_message("seed %llu\n", (unsigned long long)seed);
        inputrun_chunks(&run, &conf, text, n, seed, seed % 3 == 0 ? 3 : 120);
        assert_int_equal(run.count, whole.count);
        for (size_t i = 0; i < run.count; i++)
            assert_true(inputrun_same(&run.reports[i], &whole.reports[i]));
        assert_memory_equal(&run.counts, &whole.counts, sizeof run.counts);
        inputrun_free(&run);
    }
    inputrun_free(&whole);
}

static void test_datagrams(void **state)
{
    struct inputrun run;
    struct input_conf conf = inputrun_live();
    char text[512];
    (void)state;
    inputrun_begin(&run, &conf);
    inputrun_datagram(&run, position(SHIP, 60), 1000);
    assert_int_equal(run.count, 1);
    snprintf(text, sizeof text, "%s%s", position(SHIP, 60), position(SHIP + 1, 60));
    inputrun_datagram(&run, text, 2000);
    assert_int_equal(run.count, 3);
    /* A sentence cut by the datagram's end does not run into the next one. */
    snprintf(text, sizeof text, "%.20s", position(SHIP, 60));
    inputrun_datagram(&run, text, 3000);
    inputrun_datagram(&run, position(SHIP + 2, 60), 4000);
    assert_int_equal(run.count, 4);
    assert_int_equal(run.reports[3].mmsi, SHIP + 2);
    assert_int_equal(run.reports[3].arrival_ms, 4000);
    inputrun_datagram(&run, "", 5000);
    inputrun_end(&run, 5000);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NO_CHECKSUM), 1);
    assert_int_equal(run.counts.last_heard_ms, 4000);
    inputrun_free(&run);
}

/* A broken connection: the half line and the half message are dropped, counted. */
static void test_reset(void **state)
{
    struct inputrun run;
    struct input_conf conf = inputrun_live();
    char parts[2][128], text[256];
    (void)state;
    statics(SHIP, "RESET", 1, parts);
    inputrun_begin(&run, &conf);
    snprintf(text, sizeof text, "%s\n%.30s", parts[0], position(SHIP, 1));
    inputrun_feed(&run, text, strlen(text), 1000);
    input_reset(run.in);
    snprintf(text, sizeof text, "%s\n%s\n", parts[1], position(SHIP + 1, 60));
    inputrun_feed(&run, text, strlen(text), 2000);
    inputrun_end(&run, 3000);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].mmsi, SHIP + 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_FRAGMENT_ORPHAN), 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    inputrun_free(&run);
}

/* --- formats
 * ---------------------------------------------------------------------------- */

static void test_formats(void **state)
{
    static const struct {
        enum input_format format;
        unsigned reports, rejects;
    } rows[] = {{INPUT_AUTO, 3, 0}, {INPUT_JSONL, 1, 3}, {INPUT_CSV, 1, 2}};
    char text[1024];
    (void)state;
    int n = snprintf(text, sizeof text,
                     "{\"mmsi\":431000003,\"lat\":35,\"lon\":129,\"time\":1600000000}\n"
                     "%s\nmmsi,lat,lon,time\n431000004,35,129,1600000001\n",
                     tagged("c:1600000000", position(SHIP, 3)));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inputrun run;
        struct input_conf conf = inputrun_tape();
        conf.format = rows[i].format;
        inputrun_bytes(&run, &conf, text, (size_t)n);
        assert_int_equal(run.count, rows[i].reports);
        assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE),
                         rows[i].rejects);
        inputrun_free(&run);
    }
}

static void test_reject_names(void **state)
{
    (void)state;
    assert_string_equal(input_reject_name(INPUT_REJECT_NOT_A_SENTENCE), "not_a_sentence");
    assert_string_equal(input_reject_name(INPUT_REJECT_NO_TIME), "no_time");
    assert_string_equal(input_reject_name(INPUT_REJECTS), "unknown");
}

/* --- times
 * ------------------------------------------------------------------------------- */

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
    const char *p = position(SHIP, 30);
    char text[512];
    (void)state;
    time_of(tagged("s:shore,c:1600000000", p), 1600000000000, REPORT_TIME_TAG, "shore");
    time_of(tagged("c:1600000000.5", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(tagged("c:1600000000500", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(tagged("c:1600000000500000", p), 1600000000500, REPORT_TIME_TAG, "");
    time_of(tagged("c:1600000000500000000", p), 1600000000500, REPORT_TIME_TAG, "");
    snprintf(text, sizeof text,
             "%s,s26615,d-111,t161344.00,T44.06,x1,r003669945,1600000000", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "r003669945");
    snprintf(text, sizeof text, "%s,1600000000,1600000002", p);
    time_of(text, 1600000000000, REPORT_TIME_LINE, "");
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
             tagged("s:x,c:1600000100", p));
    time_of(text, 1600000100000, REPORT_TIME_TAG, "x");
    snprintf(text, sizeof text, "1600000300 %s,r1,1600000200", p);
    time_of(text, 1600000200000, REPORT_TIME_LINE, "r1");
    /* Absurd ones are none: the next best counts. */
    snprintf(text, sizeof text, "%s,r1,1600000200", tagged("s:x,c:12345", p));
    time_of(text, 1600000200000, REPORT_TIME_LINE, "x");
    /* A void tag block costs its time alone. */
    snprintf(text, sizeof text, "\\s:x,c:1600000100*00\\%s,1600000200", p);
    time_of(text, 1600000200000, REPORT_TIME_LINE, "");
    /* Relayed with a second block, and a tag block on the line before. */
    char both[600];
    snprintf(both, sizeof both, "%s%s", tagged("s:relay,c:1600000109", ""),
             tagged("s:x,c:1600000100", p));
    time_of(both, 1600000100000, REPORT_TIME_TAG, "x");
    snprintf(both, sizeof both, "%s\n%s", tagged("s:x,c:1600000100", ""), p);
    time_of(both, 1600000100000, REPORT_TIME_TAG, "x");
}

/* $PGHP speaks of the next sentence, and only of that. 1354787628 is 2012-12-06 09:53:48
 * UTC. */
static void test_pghp(void **state)
{
    struct inputrun run;
    char text[1024], body[64];
    const char *p = position(SHIP, 1);
    (void)state;
    snprintf(body, sizeof body, "PGHP,1,2012,12,6,9,53,48,612,244,,2190067,1,%s",
             p + strlen(p) - 2);
    unsigned sum = aisgen_checksum(body, strlen(body));
    int n = snprintf(text, sizeof text, "$%s*%02X\n%s\n%s\n", body, sum, p,
                     position(SHIP + 1, 2));
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
    n = snprintf(text, sizeof text, "$%s*%02X\n%s\n", body, sum, position(SHIP + 9, 2));
    run_started(&run, text, (size_t)n);
    assert_int_equal(run.reports[0].time_ms, INPUTRUN_START);
    assert_string_equal(run.reports[0].station, "");
    inputrun_free(&run);
}

static void test_recording_order(void **state)
{
    struct inputrun run;
    char text[1024];
    (void)state;
    /* Before any time: refused; behind one: that one. */
    snprintf(text, sizeof text, "%s\n%s\n%s\n", position(SHIP, 1),
             tagged("c:1600000000", position(SHIP, 2)), position(SHIP, 3));
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
                              position(SHIP, steps[i].second));
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
        {"c:1699913600", 7, -86400400, REPORT_TIME_TAG},
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
    (void)state;
    inputrun_begin(&run, &conf);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *p = position(SHIP, rows[i].second);
        print_message("%s %d\n", rows[i].tag != NULL ? rows[i].tag : "-", rows[i].second);
        inputrun_datagram(&run, rows[i].tag != NULL ? tagged(rows[i].tag, p) : p, now);
        assert_int_equal(run.count, i + 1);
        assert_int_equal(run.reports[i].time_ms - now, rows[i].offset_ms);
        assert_int_equal(run.reports[i].arrival_ms, now);
        assert_int_equal(run.reports[i].time_source, rows[i].source);
    }
    /* Exactly half a minute either way: the past. */
    inputrun_datagram(&run, position(SHIP, 50), INPUTRUN_START);
    assert_int_equal(run.reports[run.count - 1].time_ms, INPUTRUN_START - 30000);
    inputrun_end(&run, now);
    assert_int_equal(run.counts.time_replaced, 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_BAD_TIME), 1);
    inputrun_free(&run);
}

/* --- offsets
 * -------------------------------------------------------------------------------- */

/* begin and end of reports; what is still needed while parts wait; going on from there
 * gives the same reports. */
static void test_offsets(void **state)
{
    struct inputrun run, again;
    struct input_conf conf = inputrun_tape();
    char parts[2][128], text[1024];
    (void)state;
    statics(SHIP, "OFFSET", 1, parts);
    size_t n = 0;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                          tagged("c:1600000000", position(SHIP, 1)));
    size_t first = n;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n%s\n",
                          tagged("c:1600000001", parts[0]),
                          tagged("c:1600000001", position(SHIP, 2)));
    size_t third = n;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n%s\n", parts[1],
                          position(SHIP, 3));
    inputrun_begin(&run, &conf);
    inputrun_feed(&run, text, third, 0);
    assert_int_equal(input_needed_offset(run.in), first);
    inputrun_feed(&run, text + third, n - third, 0);
    assert_int_equal(input_needed_offset(run.in), n);
    inputrun_end(&run, 0);
    assert_int_equal(run.count, 4);
    assert_int_equal(run.reports[0].begin, 0);
    assert_int_equal(run.reports[0].end, first);
    assert_int_equal(run.reports[1].end, third);
    assert_int_equal(run.reports[2].begin, first);
    assert_int_equal(run.reports[2].end, third + strlen(parts[1]) + 1);
    assert_int_equal(run.reports[3].end, n);
    inputrun_begin(&again, &conf);
    assert_int_equal(input_resume(again.in, text, n, first, 1600000000000), 0);
    inputrun_feed(&again, text + first, n - first, 0);
    assert_int_equal(input_finish(again.in, 0), 0);
    assert_int_equal(again.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(inputrun_same(&again.reports[i], &run.reports[i + 1]));
    inputrun_free(&again);
    inputrun_free(&run);
}

static void test_resume_csv(void **state)
{
    static const char text[] =
        "# a table\nmmsi,lat,lon,time\n"
        "431000001,35,129,1600000000\n431000002,36,130,1600000001\n";
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    size_t last = sizeof text - 1 - strlen("431000002,36,130,1600000001\n");
    (void)state;
    inputrun_begin(&run, &conf);
    assert_int_equal(input_resume(run.in, text, 40, last, TIME_NONE), 0);
    assert_int_equal(input_needed_offset(run.in), last);
    inputrun_feed(&run, text + last, sizeof text - 1 - last, 0);
    assert_int_equal(input_finish(run.in, 0), 0);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].mmsi, 431000002);
    assert_int_equal(run.reports[0].end, sizeof text - 1);
    inputrun_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing),      cmocka_unit_test(test_megabyte),
        cmocka_unit_test(test_chunks),       cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_reset),        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_reject_names), cmocka_unit_test(test_time_forms),
        cmocka_unit_test(test_pghp),         cmocka_unit_test(test_recording_order),
        cmocka_unit_test(test_live_times),   cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_resume_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
