/* SPDX-License-Identifier: Apache-2.0 */
/* The page's files as they are compiled in: which paths there are, that every file names
 * others by names that are found, and that their bytes are those of their sources. */
#include <string.h>

#include "daemon/shell/api/page_int.h"
#include "lib/testlib.h"

/* Every "./NAME.HASH.EXT" in a text is a file of the page; how many there are. */
static size_t check_names(const char *text)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "./")) != NULL; at++) {
        char path[128];
        size_t length = strcspn(at + 1, "\"'`) \n");
        if (at > text && strchr("\"'", at[-1]) == NULL)
            continue;
        assert_true(length < sizeof path);
        memcpy(path, at + 1, length);
        path[length] = '\0';
        if (strchr(path, '.') == NULL)
            continue;
        struct page_file file;
        if (!page_find(path, &file))
            fail_msg("%s is not a file of the page", path);
        assert_true(file.is_lasting);
        count++;
    }
    return count;
}

static void test_page_names(void **state)
{
    (void)state;
    struct page_file file;
    struct buf text = {0};
    assert_true(page_find("/", &file));
    assert_string_equal(file.content_type, "text/html; charset=utf-8");
    assert_false(file.is_lasting);
    assert_int_equal(page_unpack(&file, &text), 0);
    assert_int_equal(strncmp(buf_text(&text), "<!doctype html>", 15), 0);
    assert_true(check_names(buf_text(&text)) >= 2);

    /* From the page to its main module, and to those that it names. */
    const char *main_js = strstr(buf_text(&text), "/main.");
    assert_non_null(main_js);
    char path[128] = {0};
    memcpy(path, main_js, strcspn(main_js, "\""));
    assert_true(page_find(path, &file));
    assert_string_equal(file.content_type, "text/javascript; charset=utf-8");
    buf_clear(&text);
    assert_int_equal(page_unpack(&file, &text), 0);
    assert_true(check_names(buf_text(&text)) >= 1);
    buf_finish(&text);
}

static void test_page_lacks(void **state)
{
    (void)state;
    static const char *const none[] = {"",       "index.html", "/index.html",
                                       "//",     "/main.js",   "/main..js",
                                       "/main.", "/../",       "/main.0.js"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct page_file file = {.length = 77};
        assert_false(page_find(none[i], &file));
        assert_int_equal(file.length, 77); /* untouched */
    }
}

TEST_MAIN(NULL, NULL, TEST(test_page_names), TEST(test_page_lacks))
