/* SPDX-License-Identifier: Apache-2.0 */
/* The ten cases in which decoders in the field go wrong, from bytes to the merged stream.
 * Ships are invented; sentences are made by tests/lib/aisgen. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/aisgen.h"
#include "lib/inputrun.h"
#include "lib/testlib.h"
#include "lookout/ais/merge.h"

#define SHIP 431000001u
#define NOW INT64_C(1600000000000) /* 2020-09-13T12:26:40Z */
#define TEXT_MAX 16384u

/* --- a feed's text, put together --- */

struct text {
    char bytes[TEXT_MAX];
    size_t n;
};

static void add(struct text *t, const char *line)
{
    assert_true(t->n + strlen(line) < sizeof t->bytes);
    strcpy(t->bytes + t->n, line);
    t->n += strlen(line);
}

static struct aisgen_static trader(uint32_t mmsi, const char *name)
{
    return (struct aisgen_static){.mmsi = mmsi,
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
                                  .minute = 60};
}

/* A static message's parts with tag blocks of our choosing, "" for none. */
static void static_parts(const struct aisgen_static *s, int seq,
                         const char *const tags[2], char ret[2][256])
{
    struct aisgen_bits bits;
    char text[AISGEN_TEXT_BYTES];
    aisgen_static5(s, &bits);
    assert_int_equal(aisgen_sentences(&bits, "AIVDM", seq, 'A', text), 2);
    char *second = strstr(text, "\r\n") + 2;
    for (int i = 0; i < 2; i++) {
        const char *sentence = i == 0 ? text : second;
        char line[128];
        snprintf(line, sizeof line, "%.*s\r\n",
                 (int)(strstr(sentence, "\r\n") - sentence), sentence);
        strcpy(ret[i], tags[i][0] != '\0' ? inputrun_tagged(tags[i], line) : line);
    }
}

static void add_position(struct text *t, const struct aisgen_position *p, const char *tag)
{
    struct aisgen_bits bits;
    char text[AISGEN_TEXT_BYTES];
    aisgen_position(p, &bits);
    aisgen_sentences(&bits, "AIVDM", 0, 'A', text);
    add(t, tag[0] != '\0' ? inputrun_tagged(tag, text) : text);
}

static struct aisgen_position at_sea(uint32_t mmsi, int second)
{
    return (struct aisgen_position){.type = 1,
                                    .mmsi = mmsi,
                                    .lat = 35.1,
                                    .lon = 129.0,
                                    .sog = 12.3,
                                    .cog = 231.0,
                                    .heading = 230,
                                    .second = second};
}

/* --- 1. never mix two ships --- */

static void expect_names(const struct inputrun *run)
{
    for (size_t i = 0; i < run->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "SHIP NUMBER %u", run->reports[i].mmsi % 100);
        assert_string_equal(run->reports[i].name, name);
        snprintf(name, sizeof name, "TO THE PORT OF %u", run->reports[i].mmsi % 100);
        assert_string_equal(run->reports[i].destination, name);
    }
}

/* Name in the first sentence, destination's end in the second: a mix would show. */
static void numbered(unsigned i, int seq, const char *const tags[2], char ret[2][256])
{
    char name[32], to[32];
    struct aisgen_static s = trader(SHIP + i, name);
    snprintf(name, sizeof name, "SHIP NUMBER %u", (SHIP + i) % 100);
    snprintf(to, sizeof to, "TO THE PORT OF %u", (SHIP + i) % 100);
    s.destination = to;
    static_parts(&s, seq, tags, ret);
}

static void test_1_two_ships(void **state)
{
    const char *x[2] = {"s:X,c:1600000000", "s:X"}, *y[2] = {"s:Y,c:1600000000", "s:Y"};
    const char *g[2] = {"g:1-2-71,s:X,c:1600000000", "g:2-2-71"},
               *h[2] = {"g:1-2-72,s:X,c:1600000000", "g:2-2-72"};
    char a[2][256], b[2][256], c[2][256], d[2][256];
    static struct text t;
    struct inputrun run;
    numbered(0, 3, x, a);
    numbered(1, 3, y, b);
    numbered(2, 3, g, c);
    numbered(3, 3, h, d);
    /* One id at once: two stations, two groups, interleaved; orphans both ways. */
    static const struct {
        int order[8]; /* ship * 2 + part; -1 ends */
        unsigned messages;
    } rows[] = {
        {{0, 2, 1, 3, -1}, 2}, {{0, 2, 3, 1, -1}, 2},       {{4, 6, 5, 7, -1}, 2},
        {{7, 5, 4, 6, -1}, 2}, {{0, 4, 2, 5, 3, 1, -1}, 3}, {{0, 3, -1}, 0},
        {{1, 2, 3, -1}, 1},    {{0, 2, 3, -1}, 1},          {{5, 6, 7, -1}, 1},
        {{1, 0, 2, 3, -1}, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t.n = 0;
        for (const int *at = rows[i].order; *at >= 0; at++) {
            int ship = *at / 2, part = *at % 2;
            add(&t, ship == 0   ? a[part]
                    : ship == 1 ? b[part]
                    : ship == 2 ? c[part]
                                : d[part]);
        }
        inputrun_text(&run, t.bytes);
        print_message("row %zu\n", i);
        assert_int_equal(run.count, rows[i].messages);
        expect_names(&run);
        inputrun_free(&run);
    }
}

/* Two inputs are two contexts: the same id on both at once. */
static void test_1_two_inputs(void **state)
{
    const char *none[2] = {"", ""};
    char a[2][256], b[2][256];
    struct inputrun left, right;
    struct input_conf conf = inputrun_live();
    numbered(0, 3, none, a);
    numbered(1, 3, none, b);
    inputrun_begin(&left, &conf);
    inputrun_begin(&right, &conf);
    for (int part = 0; part < 2; part++) {
        inputrun_datagram(&left, a[part], NOW);
        inputrun_datagram(&right, b[part], NOW);
    }
    inputrun_end(&left, NOW);
    inputrun_end(&right, NOW);
    assert_true(left.count == 1 && right.count == 1);
    expect_names(&left);
    expect_names(&right);
    inputrun_free(&left);
    inputrun_free(&right);
}

/* --- 2. disorder, copies, floods --- */

static void test_2_disorder(void **state)
{
    const char *none[2] = {"c:1600000000", "c:1600000000"};
    char a[2][256], z[2][256];
    static struct text t;
    struct inputrun run;
    numbered(0, 3, none, a);
    t.n = 0;
    add(&t, a[1]);
    add(&t, a[1]);
    add(&t, a[0]);
    add(&t, a[0]);
    inputrun_text(&run, t.bytes);
    assert_int_equal(run.count, 1);
    expect_names(&run);
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_FRAGMENT_DUPLICATE), 2);
    inputrun_free(&run);
    /* First parts of messages that never end, every id of the field's form. */
    struct input_conf conf = inputrun_live();
    inputrun_begin(&run, &conf);
    for (int i = 0; i < 500; i++) {
        numbered(7, i % 10, none, z);
        inputrun_datagram(&run, z[0], NOW + i);
    }
    inputrun_datagram(&run, a[0], NOW + 600);
    inputrun_datagram(&run, a[1], NOW + 600);
    assert_true(input_counts(run.in)->pending_parts < 100);
    inputrun_end(&run, NOW + 700);
    expect_names(&run);
    inputrun_free(&run);
    /* Part 0, part 10 of 9, total 0: attacks on a table's index. */
    inputrun_text(&run, "!AIVDM,2,0,3,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n"
                        "!AIVDM,0,0,3,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*78\n"
                        "!AIVDM,9,99,9,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*42\n");
    assert_int_equal(run.counts.lines, 3);
    assert_int_equal(run.counts.sentences, 0);
    inputrun_free(&run);
}

/* --- 3. time --- */

/* The second part inherits; the AIS second is no time; far-future times are refused by a
 * recording and replaced live. */
static void test_3_time(void **state)
{
    const char *first[2] = {"g:1-2-5,s:X,c:1600000000", "g:2-2-5"};
    char a[2][256];
    static struct text t;
    struct inputrun run;
    numbered(0, 3, first, a);
    t.n = 0;
    add(&t, a[0]);
    add(&t, a[1]);
    inputrun_text(&run, t.bytes);
    assert_int_equal(run.count, 1);
    assert_int_equal(run.reports[0].time_ms, NOW);
    assert_string_equal(run.reports[0].station, "X");
    inputrun_free(&run);

    struct merge *m = merge_create();
    assert_non_null(m);
    assert_int_equal(merge_add(m, &(struct merge_source_conf){.is_live = false}), 0);
    t.n = 0;
    for (unsigned i = 0; i < 8; i++) {
        struct aisgen_position p = at_sea(SHIP + i % 4, (int)i);
        char tag[32];
        snprintf(tag, sizeof tag, "c:%u", 1600000000u + i * 10 + (i == 5 ? 86400 : 0));
        add_position(&t, &p, tag);
    }
    inputrun_text(&run, t.bytes);
    assert_int_equal(run.count, 8);
    for (size_t i = 0; i < run.count; i++)
        assert_int_equal(merge_push(m, &run.reports[i]), 0);
    assert_int_equal(merge_end(m, 0), 0);
    while (merge_next(m) != NULL)
        ;
    assert_int_equal(merge_counts(m, 0)->passed, 7);
    assert_int_equal(merge_counts(m, 0)->far_future, 1);
    assert_int_equal(merge_time(m), NOW + 70000);
    merge_destroy(m);
    inputrun_free(&run);
}

/* --- 4. sentinels --- */

static void test_4_sentinels(void **state)
{
    static struct text t;
    struct inputrun run;
    const double none = (double)NAN;
    struct aisgen_position p = {.type = 1,
                                .mmsi = SHIP,
                                .lat = none,
                                .lon = none,
                                .sog = none,
                                .cog = none,
                                .heading = 511,
                                .status = 15,
                                .second = 60,
                                .turn = -128};
    struct aisgen_position coarse = {.type = 27,
                                     .mmsi = SHIP,
                                     .lat = none,
                                     .lon = none,
                                     .sog = none,
                                     .cog = none,
                                     .heading = 511,
                                     .status = 15,
                                     .second = 60};
    t.n = 0;
    add_position(&t, &p, "c:1600000000");
    add_position(&t, &coarse, "c:1600000001");
    inputrun_text(&run, t.bytes);
    assert_int_equal(run.count, 2);
    assert_true(run.reports[0].has == 0 && run.reports[1].has == 0);
    assert_int_equal(run.reports[1].msg_type, 27);
    inputrun_free(&run);
}

/* --- 5. wrong bit counts --- */

/* A first sentence without its second is no message; a type 5 cut at 420 bits or padded
 * to 426 is one. */
static void test_5_lengths(void **state)
{
    static const unsigned lengths[] = {420, 422, 424, 426};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct aisgen_bits bits;
        struct aisgen_static s = trader(SHIP, "EXAMPLE TRADER");
        char text[AISGEN_TEXT_BYTES];
        struct inputrun run;
        struct input_conf conf = inputrun_tape();
        conf.start_ms = NOW;
        aisgen_static5(&s, &bits);
        aisgen_resize(&bits, lengths[i]);
        aisgen_sentences(&bits, "AIVDM", 1, 'A', text);
        inputrun_bytes(&run, &conf, text, strlen(text));
        assert_int_equal(run.count, 1);
        assert_string_equal(run.reports[0].name, "EXAMPLE TRADER");
        assert_string_equal(run.reports[0].destination, "BUSAN");
        inputrun_free(&run);
    }
}

/* --- 6. checksums --- */

static void test_6_checksums(void **state)
{
    static struct text t;
    struct inputrun run;
    struct aisgen_position p = at_sea(SHIP, 1);
    t.n = 0;
    add_position(&t, &p, "s:X,c:1600000000");
    add_position(&t, &p, "s:X,c:1600000001");
    add_position(&t, &p, "s:X,c:1600000002");
    /* The second's tag block and the third's sentence are damaged. */
    char *second = strchr(t.bytes, '\n') + 1;
    char *third = strchr(second, '\n') + 1;
    *strstr(second, "s:X") = 'S';
    strstr(third, "AIVDM,1")[8] = ';';
    inputrun_text(&run, t.bytes);
    assert_int_equal(run.count, 2);
    assert_int_equal(run.counts.tag_void, 1);
    assert_string_equal(run.reports[1].station, "");
    assert_int_equal(run.reports[1].time_ms, NOW); /* of the timed line before */
    assert_int_equal(inputrun_rejects(&run, INPUT_REJECT_CHECKSUM), 1);
    inputrun_free(&run);
}

/* --- 7. framing --- */

static void test_7_framing(void **state)
{
    static struct text t;
    struct inputrun whole;
    struct input_conf conf = inputrun_tape();
    t.n = 0;
    for (unsigned i = 0; i < 20; i++) {
        struct aisgen_position p = at_sea(SHIP + i, (int)i);
        char tag[32];
        snprintf(tag, sizeof tag, "c:%u", 1600000000u + i);
        add_position(&t, &p, tag);
        t.n -= i % 4 == 0 ? 2 : i % 4 == 1 ? 1 : 0; /* no end, CR alone, CR LF, NUL */
        if (i % 4 == 3)
            t.bytes[t.n - 1] = '\0';
        if (i % 5 == 0)
            add(&t, "\x02garbage");
        if (i % 5 == 1)
            add(&t, "{\"class\":\"WATCH\"}");
    }
    inputrun_bytes(&whole, &conf, t.bytes, t.n);
    assert_int_equal(whole.count, 20);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct inputrun run;
        inputrun_chunks(&run, &conf, t.bytes, t.n, seed, 40);
        assert_int_equal(run.count, 20);
        for (size_t i = 0; i < 20; i++)
            assert_true(inputrun_same(&run.reports[i], &whole.reports[i]));
        inputrun_free(&run);
    }
    inputrun_free(&whole);
}

/* --- 8. duplicates --- */

/* A moored ship heard by two stations every three minutes, repeated once by a relay (the
 * repeat indicator is 1): one report each time. */
static void test_8_duplicates(void **state)
{
    static struct text t[2];
    struct merge *m = merge_create();
    assert_non_null(m);
    for (uint16_t s = 0; s < 2; s++) {
        assert_int_equal(merge_add(m, &(struct merge_source_conf){.is_live = false}), s);
        t[s].n = 0;
        for (unsigned i = 0; i < 5; i++) {
            struct aisgen_position p = at_sea(SHIP, 30);
            char tag[48];
            p.sog = 0;
            p.repeat = s;
            snprintf(tag, sizeof tag, "s:st%d,c:%u", s, 1600000000u + i * 180 + s * 2u);
            add_position(&t[s], &p, tag);
        }
        struct inputrun run;
        struct input_conf conf = inputrun_tape();
        conf.source = s;
        inputrun_bytes(&run, &conf, t[s].bytes, t[s].n);
        assert_int_equal(run.count, 5);
        for (size_t i = 0; i < run.count; i++)
            assert_int_equal(merge_push(m, &run.reports[i]), 0);
        assert_int_equal(merge_end(m, s), 0);
        inputrun_free(&run);
    }
    int64_t expected = NOW;
    const struct report *r = NULL;
    while ((r = merge_next(m)) != NULL) {
        assert_int_equal(r->time_ms, expected);
        assert_string_equal(r->station, "st0");
        expected += 180000;
    }
    assert_int_equal(merge_counts(m, 0)->passed, 5);
    assert_int_equal(merge_counts(m, 1)->duplicates, 5);
    merge_destroy(m);
}

/* --- 9. identity --- */

/* The static parts of class B in either order, each a report of its own. */
static void test_9_identity(void **state)
{
    struct aisgen_bits bits[3];
    struct aisgen_static s = trader(SHIP, "EXAMPLE YACHT");
    static struct text t;
    char text[AISGEN_TEXT_BYTES];
    struct inputrun run;
    struct input_conf conf = inputrun_tape();
    conf.start_ms = NOW;
    t.n = 0;
    aisgen_static24b(&s, &bits[0]);
    aisgen_static24a(&s, &bits[1]);
    aisgen_base4(2190001, 55, 12, NOW, &bits[2]);
    for (size_t i = 0; i < 3; i++) {
        aisgen_sentences(&bits[i], "AIVDM", 0, 'A', text);
        add(&t, text);
    }
    inputrun_bytes(&run, &conf, t.bytes, t.n);
    assert_int_equal(run.count, 2);
    assert_string_equal(run.reports[0].callsign, "HMXX");
    assert_string_equal(run.reports[1].name, "EXAMPLE YACHT");
    assert_true(run.reports[0].is_class_b && run.reports[1].is_class_b);
    assert_int_equal(run.counts.no_report, 1);
    inputrun_free(&run);
}

/* --- 10. long-run feeds: a connection breaks within a line and within a message, and the
 * next one begins with the rest of that line and a part of another ship, same id --- */
static void test_10_reconnects(void **state)
{
    const char *none[2] = {"", ""};
    char a[2][256], b[2][256];
    struct inputrun run;
    struct input_conf conf = inputrun_live();
    inputrun_begin(&run, &conf);
    for (unsigned i = 0; i < 200; i++) {
        numbered(i, 3, none, a);
        numbered(i + 1, 3, none, b);
        inputrun_feed(&run, a[0], strlen(a[0]), NOW);
        inputrun_feed(&run, a[1], 1 + i % 20, NOW);
        input_reset(run.in);
        inputrun_feed(&run, a[1] + 1 + i % 20, strlen(a[1]) - 1 - i % 20, NOW);
        inputrun_feed(&run, b[1], strlen(b[1]), NOW);
        input_reset(run.in);
        inputrun_feed(&run, a[0], strlen(a[0]), NOW);
        inputrun_feed(&run, a[1], strlen(a[1]), NOW);
    }
    inputrun_end(&run, NOW);
    assert_int_equal(run.count, 200);
    assert_int_equal(run.counts.rejects[INPUT_REJECT_FRAGMENT_ORPHAN], 400);
    expect_names(&run);
    inputrun_free(&run);
}

TEST_MAIN(NULL, NULL, TEST(test_1_two_ships), TEST(test_1_two_inputs),
          TEST(test_2_disorder), TEST(test_3_time), TEST(test_4_sentinels),
          TEST(test_5_lengths), TEST(test_6_checksums), TEST(test_7_framing),
          TEST(test_8_duplicates), TEST(test_9_identity), TEST(test_10_reconnects))
