/* SPDX-License-Identifier: Apache-2.0 */
/* This file reads CSV texts that were written by hand from RFC 4180, and the faults in
 * them. */
#include <stdlib.h>
#include <string.h>

#include "lib/testlib.h"
#include "lookout/base/csv.h"

/* Returns all rows as "line: field|field;", and faults as "line: !text at line:col;". */
static char *read_all(const char *text, char separator, bool has_remarks)
{
    struct csv csv;
    struct buf out = {0};
    int rc = 0;
    csv_init(&csv, text, strlen(text), separator);
    csv.has_remarks = has_remarks;
    while ((rc = csv_next(&csv)) == 1) {
        assert_int_equal(buf_printf(&out, "%d: ", csv.line), 0);
        if (csv.fault != NULL)
            assert_int_equal(buf_printf(&out, "!%s at %d:%d", csv.fault, csv.fault_line,
                                        csv.fault_col),
                             0);
        for (size_t i = 0; i < csv.count; i++) {
            assert_int_equal(strlen(csv.fields[i].text), csv.fields[i].length);
            assert_int_equal(
                buf_printf(&out, "%s%s", i > 0 ? "|" : "", csv.fields[i].text), 0);
        }
        assert_int_equal(buf_add_char(&out, ';'), 0);
    }
    assert_int_equal(rc, 0);
    csv_finish(&csv);
    return buf_take(&out);
}

static void test_rows(void **state)
{
    static const struct {
        const char *text;
        char separator;
        bool has_remarks;
        const char *expected;
    } rows[] = {
        /* clang-format off */
        {"", ',', false, ""},
        {"a,b\nc,d\n", ',', false, "1: a|b;2: c|d;"},
        {"a,b\r\nc,d\r\n", ',', false, "1: a|b;2: c|d;"},
        {"a,b\nc,d", ',', false, "1: a|b;2: c|d;"},
        {"a,,\n,,b\n", ',', false, "1: a||;2: ||b;"},
        {"\n  \n\na\n", ',', false, "4: a;"},                              /* blank rows */
        {"\xEF\xBB\xBF" "a,b\n", ',', false, "1: a|b;"},
        {" a , b\t\n", ',', false, "1: a|b;"},
        {"\"a,b\",\"c\"\"d\",\"\"\n", ',', false, "1: a,b|c\"d|;"},
        {"\"a\nb\",c\nd,e\n", ',', false, "1: a\nb|c;3: d|e;"},            /* a field with a line end */
        {"5\" pipe,x\n", ',', false, "1: 5\" pipe|x;"},                    /* a quote inside a field is a letter */
        {" \"a\" ,\" b \"\n", ',', false, "1: a|b;"},
        {"a;b,c;d\n", '\0', false, "1: a|b,c|d;"},
        {"a\tb\n\tc\n", '\0', false, "1: a|b;2: |c;"},
        {"a|b|c\n", '\0', false, "1: a|b|c;"},                             /* written with '|' here too */
        {"a b\n", '\0', false, "1: a b;"},
        {"# x\na,b\n#y\n#z", ',', true, "2: a|b;"},
        {"#a,b\n", ',', false, "1: #a|b;"},
        {"a,\"b\nc\n", ',', false, "1: !a quote is not closed at 1:3;"},
        {"a,\"b\"c,d\ne,f\n", ',', false, "1: !text behind a closing quote at 1:3;2: e|f;"},
        {"x\n\"a\nb\"c\ne\n", ',', false, "1: x;2: !text behind a closing quote at 3:1;4: e;"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *got = read_all(rows[i].text, rows[i].separator, rows[i].has_remarks);
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row %zu: '%s', wanted '%s'", i, got, rows[i].expected);
        free(got);
    }
}

static void test_columns(void **state)
{
    struct csv csv;
    csv_init(&csv, "ab, \"cd\",e", 10, ',');
    assert_int_equal(csv_next(&csv), 1);
    assert_int_equal(csv.count, 3);
    assert_int_equal(csv.fields[0].col, 1);
    assert_int_equal(csv.fields[1].col, 5);
    assert_int_equal(csv.fields[2].col, 10);
    csv_finish(&csv);
}

static void test_too_many(void **state)
{
    char text[2 * CSV_FIELDS_MAX + 2];
    for (size_t n = CSV_FIELDS_MAX - 1; n <= CSV_FIELDS_MAX; n++) {
        struct csv csv;
        memset(text, ',', n);
        text[n] = '\0';
        csv_init(&csv, text, n, ',');
        assert_int_equal(csv_next(&csv), 1);
        assert_int_equal(csv.count, n < CSV_FIELDS_MAX ? n + 1 : 0);
        assert_true((csv.fault != NULL) == (n == CSV_FIELDS_MAX));
        csv_finish(&csv);
    }
}

/* A single row, as recordings give it: the fields are views into the text, and doubled
 * quotes are undone on demand. */
static void test_values(void **state)
{
    static const char text[] = "a,\"b\"\"c\",\"d";
    struct csv_cursor c = {.at = text, .end = text + sizeof text - 1, .separator = ','};
    struct csv_value value;
    char copy[8];
    assert_true(csv_next_value(&c, &value));
    assert_ptr_equal(value.text, text);
    assert_int_equal(value.n, 1);
    assert_true(csv_next_value(&c, &value));
    assert_true(value.is_quoted && value.has_doubled && !value.is_open);
    assert_int_equal(csv_unquote(&value, copy, sizeof copy), 3);
    assert_memory_equal(copy, "b\"c", 3);
    assert_int_equal(csv_unquote(&value, copy, 2), 2); /* cut */
    assert_true(csv_next_value(&c, &value));
    assert_true(value.is_open && value.n == 1 && *value.text == 'd');
    assert_false(csv_next_value(&c, &value));
}

TEST_MAIN(NULL, NULL, TEST(test_rows), TEST(test_columns), TEST(test_too_many),
          TEST(test_values))
