/* SPDX-License-Identifier: Apache-2.0 */
/* The input as a whole over sentences: framing, formats, times, offsets. Ships are
 * invented. Epochs are those of `date -u -d ... +%s`. */
#include "lookout/ais/input.h"

#include <stdio.h>
#include <stdlib.h>
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

/* --- framing --- */

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
    const char *p = inputrun_position(SHIP, 1), *q = inputrun_position(SHIP + 1, 2);
    struct inputrun run;
    char text[2048];
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
    assert_non_null(bytes);
    memset(bytes, 'x', n);
    int more = snprintf(bytes + n, 256, "\n%s\n", inputrun_position(SHIP, 1));
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
        inputrun_statics(SHIP + i, "CHUNKED", (int)(i % 10), parts);
        char time[64];
        snprintf(time, sizeof time, "s:st%u,c:%u", i % 3, 1600000000u + i);
        n += (size_t)snprintf(text + n, size - n, "%s\r\n",
                              inputrun_tagged(time, parts[i % 2]));
        n += (size_t)snprintf(
            text + n, size - n, "%s\r%s%s\n", inputrun_position(SHIP + i, 7),
            inputrun_tagged(time, parts[1 - i % 2]), inputrun_position(SHIP + i, 9));
        n += (size_t)snprintf(text + n, size - n,
                              "$PGHP,1,2012,12,6,9,53,48,612,244,,,1,02*21\n"
                              "{\"class\":\"VERSION\"}\n{\"mmsi\":%u,\"lat\":1,\"lon\":2,"
                              "\"time\":%u}\nrubbish\n\\c:160*00\\%s,r003669945,%u\n",
                              SHIP + i, 1600000000u + i, inputrun_position(SHIP + i, 11),
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
    inputrun_begin(&run, &conf);
    inputrun_datagram(&run, inputrun_position(SHIP, 60), 1000);
    assert_int_equal(run.count, 1);
    snprintf(text, sizeof text, "%s%s", inputrun_position(SHIP, 60),
             inputrun_position(SHIP + 1, 60));
    inputrun_datagram(&run, text, 2000);
    assert_int_equal(run.count, 3);
    /* A sentence cut by the datagram's end does not run into the next one. */
    snprintf(text, sizeof text, "%.20s", inputrun_position(SHIP, 60));
    inputrun_datagram(&run, text, 3000);
    inputrun_datagram(&run, inputrun_position(SHIP + 2, 60), 4000);
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
    inputrun_statics(SHIP, "RESET", 1, parts);
    inputrun_begin(&run, &conf);
    snprintf(text, sizeof text, "%s\n%.30s", parts[0], inputrun_position(SHIP, 1));
    inputrun_feed(&run, text, strlen(text), 1000);
    input_reset(run.in);
    snprintf(text, sizeof text, "%s\n%s\n", parts[1], inputrun_position(SHIP + 1, 60));
    inputrun_feed(&run, text, strlen(text), 2000);
    inputrun_end(&run, 3000);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].mmsi, SHIP + 1);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_FRAGMENT_ORPHAN), 2);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_NOT_A_SENTENCE), 1);
    inputrun_free(&run);
}

/* --- formats --- */

static void test_formats(void **state)
{
    static const struct {
        enum input_format format;
        unsigned reports, rejects;
    } rows[] = {{INPUT_AUTO, 3, 0}, {INPUT_JSONL, 1, 3}, {INPUT_CSV, 1, 2}};
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "{\"mmsi\":431000003,\"lat\":35,\"lon\":129,\"time\":1600000000}\n"
                     "%s\nmmsi,lat,lon,time\n431000004,35,129,1600000001\n",
                     inputrun_tagged("c:1600000000", inputrun_position(SHIP, 3)));
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
    assert_string_equal(input_reject_name(INPUT_REJECT_NOT_A_SENTENCE), "not_a_sentence");
    assert_string_equal(input_reject_name(INPUT_REJECT_NO_TIME), "no_time");
    assert_string_equal(input_reject_name(INPUT_REJECTS), "unknown");
}

/* --- offsets --- */

/* begin and end of reports; what is still needed while parts wait; going on from there
 * gives the same reports. */
static void test_offsets(void **state)
{
    struct inputrun run, again;
    struct input_conf conf = inputrun_tape();
    char parts[2][128], text[1024];
    inputrun_statics(SHIP, "OFFSET", 1, parts);
    size_t n = 0;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n",
                          inputrun_tagged("c:1600000000", inputrun_position(SHIP, 1)));
    size_t first = n;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n%s\n",
                          inputrun_tagged("c:1600000001", parts[0]),
                          inputrun_tagged("c:1600000001", inputrun_position(SHIP, 2)));
    size_t third = n;
    n += (size_t)snprintf(text + n, sizeof text - n, "%s\n%s\n", parts[1],
                          inputrun_position(SHIP, 3));
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

/* --- what is refused, with the line --- */

struct refusals {
    char text[512];
};

static void on_reject(void *context, const struct input_refused *refused)
{
    struct refusals *r = context;
    size_t used = strlen(r->text);
    snprintf(r->text + used, sizeof r->text - used, "%d:%d %s '%.*s'; ",
             (int)refused->line, (int)refused->column, input_reject_name(refused->reason),
             (int)refused->n, refused->text != NULL ? refused->text : "");
}

/* What is refused of these bytes, in pieces of `size`. */
static void refuse(const char *bytes, size_t size, struct refusals *ret)
{
    struct input_conf conf = started();
    struct input_sink sink = {.on_reject = on_reject, .context = ret};
    struct input *in = input_create(&conf, &sink);
    assert_non_null(in);
    ret->text[0] = '\0';
    for (size_t at = 0, n = strlen(bytes); at < n; at += size)
        assert_int_equal(input_feed(in, bytes + at, n - at < size ? n - at : size, 0), 0);
    assert_int_equal(input_finish(in, 0), 0);
    input_destroy(in);
}

/* Lines and columns are those of an editor, however the bytes are cut: blank lines and
 * both kinds of line end count, a sentence's column is its own, and a row over several
 * lines begins on its first. */
static void test_refused_places(void **state)
{
    static const struct {
        const char *bytes, *told;
    } cases[] = {
        {"\r\n\n  garbage\r\nmore\n", "3:3 not_a_sentence '  garbage'; "
                                      "4:1 not_a_sentence 'more'; "},
        {"\\c:1711389840*5C\\!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*00\n",
         "1:18 bad_checksum '\\c:1711389840*5C\\!AIVDM,1,1,,B,"
         "177KQJ5000G?tO`K>RA1wUbN0TKH,0*00'; "},
        {"\n{\"mmsi\":431000001,\"lat\":1,\"lon\":2} {\"mmsi\":\"x\"}\n",
         "2:36 bad_value '{\"mmsi\":\"x\"}'; "},
        {"{\"mmsi\":431000001,\n\"lat\":1,\"lon\":2}\n"
         "[ {\"mmsi\":431000001},\n  {\"mmsi\":\"x\"} ]\n",
         "4:3 bad_value '{\"mmsi\":\"x\"}'; "},
        {"mmsi,time,lat,lon,name\nx,2023-01-11T00:00:01Z,35,129,\"A\nB\"\n"
         "y,2023-01-11T00:00:01Z,35,129,C\n",
         "2:1 bad_value 'x,2023-01-11T00:00:01Z,35,129,\"A B\"'; 4:1 bad_value "
         "'y,2023-01-11T00:00:01Z,35,129,C'; "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t size = 1; size < 200; size++) {
            struct refusals told;
            refuse(cases[i].bytes, size, &told);
            if (strcmp(told.text, cases[i].told) != 0)
                fail_msg("case %zu in pieces of %zu: %s", i, size, told.text);
        }
}

static void test_refused_lines(void **state)
{
    struct refusals told = {""};
    struct input_conf conf = started();
    struct input_sink sink = {.on_reject = on_reject, .context = &told};
    struct input *in = input_create(&conf, &sink);
    const char bytes[] = "garbage\r\n!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*00\n"
                         "\n# a comment\nmore garbage";
    assert_non_null(in);
    /* In two pieces: a line is told whole. */
    assert_int_equal(input_feed(in, bytes, 4, 0), 0);
    assert_int_equal(input_feed(in, bytes + 4, sizeof bytes - 5, 0), 0);
    assert_int_equal(input_finish(in, 0), 0);
    assert_string_equal(told.text, "1:1 not_a_sentence 'garbage'; 2:1 bad_checksum "
                                   "'!AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*00'; "
                                   "5:1 not_a_sentence 'more garbage'; ");
    input_destroy(in);
}

TEST_MAIN(NULL, NULL, TEST(test_framing), TEST(test_megabyte), TEST(test_chunks),
          TEST(test_datagrams), TEST(test_reset), TEST(test_formats),
          TEST(test_reject_names), TEST(test_offsets), TEST(test_resume_csv),
          TEST(test_refused_lines), TEST(test_refused_places))
