/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/base/err.h"

#include <string.h>

#include "lib/testlib.h"

static void test_every_code_has_a_text(void **state)
{
    static const struct {
        int code;
        const char *text;
    } table[] = {
#define X(name, value, text) {value, text},
        ERR_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_string_equal(err_text(table[i].code), table[i].text);
        assert_true(table[i].code < 0);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(table[i].code, table[j].code);
    }
    assert_string_equal(err_text(0), "no error");
    assert_string_equal(err_text(-1000), "unknown error");
    assert_string_equal(err_text(7), "unknown error");
}

static void test_set(void **state)
{
    struct err err = {.line = 9};
    assert_int_equal(err_set(&err, ERR_RANGE, "%s is %d", "port", 70000), ERR_RANGE);
    assert_int_equal(err.code, ERR_RANGE);
    assert_int_equal(err.line, 0);
    assert_string_equal(err.text, "port is 70000");
    assert_int_equal(err_set_at(&err, ERR_SYNTAX, 3, 14, "no colon"), ERR_SYNTAX);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.col, 14);
    assert_int_equal(err_set(NULL, ERR_IO, "unheard"), ERR_IO);
}

static void test_text_is_never_empty_and_is_cut(void **state)
{
    struct err err;
    char text[2 * ERR_TEXT_BYTES];
    err_set(&err, ERR_NOMEM, "%s", "");
    assert_string_equal(err.text, "out of memory");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, ERR_IO, "%s", text);
    assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
}

TEST_MAIN(NULL, NULL, TEST(test_every_code_has_a_text), TEST(test_set),
          TEST(test_text_is_never_empty_and_is_cut))
