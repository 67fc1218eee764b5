/* SPDX-License-Identifier: Apache-2.0 */
/* This file reads JSON values from bytes that are cut in two at every place: objects of
 * arrays and batches, and damage that must not swallow the rest. All texts are
 * invented. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/ais/jsonbuf_int.h"
#include "lib/testlib.h"

struct seen {
    char text[2048];
    size_t n;
    uint64_t documents;
};

/* O(bject), B(atch), R(ow), X (broken), L (too long), then the text. */
static void see(struct seen *s, const struct jsonbuf_piece *p)
{
    int n = snprintf(s->text + s->n, sizeof s->text - s->n, "%c%.*s|", "OBRXL"[p->kind],
                     (int)p -> n, p -> text);
    assert_true(n > 0 && s->n + (size_t)n < sizeof s->text);
    s->n += (size_t)n;
    s->documents = p->document;
    assert_true(p->begin < p->end);
}

/* As an input does: bytes that are no JSON are passed over to the end of the line. */
static void feed(struct jsonbuf *b, const char *bytes, size_t n, bool *in_line,
                 struct seen *ret)
{
    struct jsonbuf_piece piece;
    while (n != 0) {
        bool is_json =
            jsonbuf_is_open(b) || (!*in_line && jsonbuf_begins(b, bytes, n) == 1);
        if (!is_json) {
            bool is_end = *bytes == '\n';
            if (!is_end && *bytes != ' ')
                b->was_json = false;
            *in_line = !is_end && (*in_line || *bytes != ' ');
            bytes++;
            n--;
            b->offset++;
            continue;
        }
        *in_line = false;
        int rc = jsonbuf_next(b, &bytes, &n, &piece);
        assert_true(rc >= 0);
        if (rc != 1)
            continue;
        see(ret, &piece);
        if (piece.kind == JSONBUF_BATCH && memcmp(piece.text, "{\"whole", 7) != 0)
            jsonbuf_enter(b);
    }
}

static void run(const char *text, size_t n, size_t cut, struct seen *ret)
{
    struct jsonbuf b;
    struct jsonbuf_piece piece;
    bool in_line = false;
    memset(ret, 0, sizeof *ret);
    jsonbuf_init(&b, 64);
    for (int half = 0; half < 2; half++) {
        /* Makes a copy of the exact size, so that a sanitizer sees a read past it. */
        size_t length = half == 0 ? cut : n - cut;
        char *copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, half == 0 ? text : text + cut, length);
        feed(&b, copy, length, &in_line, ret);
        free(copy);
    }
    if (jsonbuf_flush(&b, &piece))
        see(ret, &piece);
    assert_int_equal(b.offset, n);
    assert_false(jsonbuf_is_open(&b));
    jsonbuf_finish(&b);
}

/* The caller keeps a '[' at a cut; so the cuts are behind the first two bytes. */
static void expect(const char *text, const char *wanted)
{
    size_t n = strlen(text);
    for (size_t cut = n < 2 ? n : 2; cut <= n; cut++) {
        struct seen seen;
        run(text, n, cut, &seen);
        assert_string_equal(seen.text, wanted);
    }
}

static void test_objects(void **state)
{
    expect("{}", "O{}|");
    expect("{\"a\":1}{\"b\":2} {\"c\":3}\n", "O{\"a\":1}|O{\"b\":2}|O{\"c\":3}|");
    expect("  {\"a\":\"}{\\\"\\\\\"}\n", "O{\"a\":\"}{\\\"\\\\\"}|");
    expect("{\n  \"a\": {\n    \"b\": [1,\n 2]\n  }\n}\n",
           "O{\n  \"a\": {\n    \"b\": [1,\n 2]\n  }\n}|");
    expect("{\"a\":1}\r\n{\"b\":2}\r\n", "O{\"a\":1}|O{\"b\":2}|");
}

static void test_arrays(void **state)
{
    expect("[{\"a\":1},{\"b\":2}]\n", "O{\"a\":1}|O{\"b\":2}|");
    expect("[\n{\"a\":1},\n{\"b\":2}\n]\n{\"c\":3}", "O{\"a\":1}|O{\"b\":2}|O{\"c\":3}|");
    expect("[[{\"a\":1}],[[{\"b\":2}]]]", "O{\"a\":1}|O{\"b\":2}|");
    expect("[]", "R[]|");
    expect("[\"x\",\"]\"]", "R[\"x\",\"]\"]|");
    expect("[[\"x\",1],[2]]", "R[\"x\",1]|R[2]|");
    expect("[{\"a\":1}, null, 5, \"}\", {\"b\":2}]", "O{\"a\":1}|O{\"b\":2}|");
    /* The end of an array whose beginning is unknown (resumed in its middle). */
    expect("{\"a\":1},\n{\"b\":2}\n]}\n{\"c\":3}", "O{\"a\":1}|O{\"b\":2}|O{\"c\":3}|");
    expect("{\"a\":1}]},  \n  x\n{\"c\":3}", "O{\"a\":1}|O{\"c\":3}|");
    expect("{\"a\":1},\nx,]\n]\n{\"c\":3}", "O{\"a\":1}|O{\"c\":3}|");
}

static void test_batches(void **state)
{
    expect("{\"s\":1,\"m\":[{\"a\":1},{\"b\":2}],\"t\":2}",
           "B{\"s\":1,\"m\":[|O{\"a\":1}|O{\"b\":2}|O{\"s\":1,\"m\":[],\"t\":2}|");
    expect("{\"d\":{\"m\":[ {\"a\":1} ]}}",
           "B{\"d\":{\"m\":[ |O{\"a\":1}|O{\"d\":{\"m\":[ ]}}|");
    expect("{\"g\":[{\"p\":[{}],\"m\":[{\"a\":1}]}]}",
           "B{\"g\":[|B{\"p\":[|O{}|B{\"p\":[],\"m\":[|O{\"a\":1}|O{\"p\":[],\"m\":[]}|"
           "O{\"g\":[]}|");
    expect("{\"m\":[\n{\"a\":1},\n{\"b\":2}\n]}\n",
           "B{\"m\":[\n|O{\"a\":1}|O{\"b\":2}|O{\"m\":[\n]}|");
    /* The caller is asked once and refuses: it is one object. */
    expect("{\"whole\":[{\"a\":1}],\"n\":[{}]}",
           "B{\"whole\":[|O{\"whole\":[{\"a\":1}],\"n\":[{}]}|");
    /* Within an array that is no batch, the caller is not asked. */
    expect("{\"a\":[1,{\"b\":[{}]}]}", "O{\"a\":[1,{\"b\":[{}]}]}|");
}

static void test_broken(void **state)
{
    /* One line ends within quotes, and one is cut off anywhere else. */
    expect("{\"a\":\"x\n{\"b\":2}\n", "X{\"a\":\"x|O{\"b\":2}|");
    expect("{\"a\":\n{\"b\":2}\n", "X{\"a\":|O{\"b\":2}|");
    expect("{\"a\":[1,\n{\"b\":2}\n", "X{\"a\":[1,|O{\"b\":2}|");
    expect("{\"a\":1\n!AIVDM\n{\"b\":2}\n", "X{\"a\":1|O{\"b\":2}|");
    expect("{\"a\":1", "X{\"a\":1|");
    expect("{\"whole\":[\n{\"b\":2}\n", "B{\"whole\":[\n|X{\"whole\":[|O{\"b\":2}|");
    /* A cut inside an array ends the array; the next value stands alone. */
    expect("[{\"a\":1},{\"b\":\n{\"c\":3},{\"d\":4}]",
           "O{\"a\":1}|X{\"b\":|O{\"c\":3}|O{\"d\":4}|");
    expect("[{\"a\":1}\n{\"b\":2}\n", "O{\"a\":1}|O{\"b\":2}|");
    expect("[{\"a\":1},\nid: 5\n{\"b\":2}\n", "O{\"a\":1}|O{\"b\":2}|");
    expect("{\"s\":1,\"m\":[{\"a\":1},\n",
           "B{\"s\":1,\"m\":[|O{\"a\":1}|X{\"s\":1,\"m\":[|");
    /* The parser reports brackets that do not match; the next line is safe. */
    expect("{]\n{\"b\":2}", "O{]|O{\"b\":2}|");
    expect("{{\n{\"b\":2}", "X{{|O{\"b\":2}|");
}

static void test_long(void **state)
{
    char text[400] = "[{\"a\":\"";
    char *at = text + strlen(text);
    memset(at, 'x', 100);
    strcpy(at + 100, "\"},{\"b\":2}]{\"c\":3}");
    expect(text, "L|O{\"b\":2}|O{\"c\":3}|");
    strcpy(at + 100, "\n{\"b\":2}");
    expect(text, "L|O{\"b\":2}|");
}

/* Very many values take no more room than one. */
static void test_room(void **state)
{
    static const char *const parts[][3] = {
        {"[", "{\"mmsi\":431000001},", "{}]"},
        {"{\"msgs\":[", "{\"mmsi\":431000001},", "{}]}"},
        {"{\"a\":{\"b\":[", "{},[[{\"mmsi\":431000001}]],", "{}]}}"},
        {"[", "\"!AIVDM,1,1,,A,13m<le0P1s0h4;0R2u81hQHL0000,0*18\",", "1]"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct jsonbuf b;
        struct jsonbuf_piece piece;
        size_t objects = 0, rows = 0;
        jsonbuf_init(&b, 1u << 20);
        for (int k = 0; k < 30002; k++) {
            const char *bytes = parts[i][k == 0 ? 0 : k == 30001 ? 2 : 1];
            size_t n = strlen(bytes);
            while (n != 0 && jsonbuf_next(&b, &bytes, &n, &piece) == 1) {
                objects += piece.kind == JSONBUF_OBJECT;
                rows += piece.kind == JSONBUF_ROW;
                if (piece.kind == JSONBUF_BATCH)
                    jsonbuf_enter(&b);
            }
        }
        assert_false(jsonbuf_is_open(&b));
        assert_true(b.capacity <= 65536);
        assert_true(i == 3 ? rows > 50 : objects >= 30001);
        jsonbuf_finish(&b);
    }
}

static void test_deep(void **state)
{
    char text[1000];
    struct seen seen;
    memset(text, '[', 100);
    strcpy(text + 100, "{\"a\":1}");
    memset(text + 107, ']', 100);
    strcpy(text + 207, "{\"b\":2}");
    run(text, strlen(text), 50, &seen);
    assert_string_equal(seen.text, "X[|O{\"a\":1}|O{\"b\":2}|");
    /* An object that nests as deep is one value. */
    for (size_t i = 0; i < 100; i++)
        memcpy(text + i * 5, "{\"a\":", 5);
    text[500] = '1';
    memset(text + 501, '}', 100);
    text[601] = '\0';
    struct jsonbuf b;
    struct jsonbuf_piece piece;
    const char *bytes = text;
    size_t n = strlen(text);
    jsonbuf_init(&b, 4096);
    assert_int_equal(jsonbuf_next(&b, &bytes, &n, &piece), 1);
    assert_int_equal(piece.kind, JSONBUF_OBJECT);
    assert_int_equal(piece.n, 601);
    jsonbuf_finish(&b);
}

static void test_begins(void **state)
{
    static const struct {
        const char *text;
        int wanted;
    } rows[] = {
        {"{", 1},   {" \t{", 1},     {"\xEF\xBB\xBF{", 1},
        {"[{", 1},  {"[ [", 1},      {"[\"", 1},
        {"[]", 1},  {"[\n", 1},      {"", -1},
        {"  ", -1}, {"[", -1},       {"[ ", -1},
        {"[2", 0},  {"[INFO] {", 0}, {"!AIVDM", 0},
        {"a{", 0},  {",{", 0},       {"]", 0},
        {"\n{", 0}, {"[2017-02", 0},
    };
    struct jsonbuf b;
    jsonbuf_init(&b, 64);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(jsonbuf_begins(&b, rows[i].text, strlen(rows[i].text)),
                         rows[i].wanted);
    /* The signs that join values, behind a value, belong to the values. */
    b.was_json = true;
    assert_int_equal(jsonbuf_begins(&b, " ,", 2), 1);
    assert_int_equal(jsonbuf_begins(&b, "]", 1), 1);
    jsonbuf_finish(&b);
}

TEST_MAIN(NULL, NULL, TEST(test_objects), TEST(test_arrays), TEST(test_batches),
          TEST(test_broken), TEST(test_long), TEST(test_room), TEST(test_deep),
          TEST(test_begins))
