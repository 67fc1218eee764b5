/* SPDX-License-Identifier: Apache-2.0 */
/* Each tests/data/conf/NAME.yaml gives exactly the lines of NAME.err: the fault, its
 * place, and what would be accepted. The expected lines were reviewed one by one
 * against the contract. LOOKOUT_REGENERATE=1 writes the files anew; each change must
 * then be reviewed, because the files say what is right, not the program. In the files,
 * {kinds} stands for the names of all rule kinds, {kind_keys} for their keys and
 * {fields} for the fields of a webhook's body, as the tables of the kinds list them. So
 * a new kind does not change the files. The man page shows the lists themselves. */
#include "lib/testlib.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/base/buf.h"
#include "lookout/conf/conf.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/template.h"

enum { NAMES_MAX = 200 };
static char names[NAMES_MAX][64];
static size_t name_count;

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Lists the names without ".yaml", sorted. */
static void find_names(void)
{
    DIR *dir = opendir(".");
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);
        if (n < 6 || n >= sizeof names[0] || strcmp(entry->d_name + n - 5, ".yaml") != 0)
            continue;
        assert_true(name_count < NAMES_MAX);
        memcpy(names[name_count], entry->d_name, n - 5);
        names[name_count++][n - 5] = '\0';
    }
    closedir(dir);
    qsort(names, name_count, sizeof names[0], compare);
}

/* --- lists that grow with the kinds of rules --- */

static int add_name(void *list, const char *name)
{
    struct buf *out = list;
    return buf_printf(out, "%s%s", out->length > 0 ? ", " : "", name);
}

static void list_kinds(struct buf *out)
{
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        assert_int_equal(add_name(out, rule_kinds[i]->name), 0);
}

static bool is_listed(const struct buf *list, const char *name)
{
    size_t n = strlen(name);
    const char *text = buf_text(list);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += n)
        if ((at == text || at[-1] == ' ') && (at[n] == ',' || at[n] == '\0'))
            return true;
    return false;
}

static void list_kind_keys(struct buf *out)
{
    for (size_t i = 0; rule_kinds[i] != NULL; i++)
        for (const struct key *key = rule_kinds[i]->keys; key->name != NULL; key++)
            if (!is_listed(out, key->name))
                assert_int_equal(add_name(out, key->name), 0);
}

static void list_fields(struct buf *out)
{
    assert_int_equal(template_field_each_name(add_name, out), 0);
}

/* Replaces the list by its mark wherever the list stands whole. */
static void mark_list(const char *mark, void (*list)(struct buf *out), struct buf *lines)
{
    struct buf names_of = {0}, marked = {0};
    list(&names_of);
    const char *rest = buf_text(lines);
    for (const char *at; (at = strstr(rest, buf_text(&names_of))) != NULL;
         rest = at + names_of.length)
        assert_int_equal(buf_printf(&marked, "%.*s%s", (int)(at - rest), rest, mark), 0);
    assert_int_equal(buf_add_text(&marked, rest), 0);
    buf_finish(&names_of);
    buf_finish(lines);
    *lines = marked;
}

static void load(const char *file, struct buf *ret_lines, int *ret_code)
{
    const struct conf_context context = {.host = "host", .gazetteer = "ports.csv"};
    struct conf *conf = NULL;
    struct conf_report report;
    size_t errors = 0;
    *ret_code = conf_load(file, &context, &conf, &report);
    for (size_t i = 0; i < report.count; i++) {
        assert_int_equal(buf_printf(ret_lines, "%s\n", report.lines[i]), 0);
        errors += strstr(report.lines[i], ": error: ") != NULL;
    }
    mark_list("{kind_keys}", list_kind_keys, ret_lines);
    mark_list("{fields}", list_fields, ret_lines);
    mark_list("{kinds}", list_kinds, ret_lines);
    assert_int_equal(report.errors, errors);
    assert_int_equal(report.warnings, report.count - errors);
    assert_int_equal(*ret_code, errors > 0 ? -2 /* ERR_INVALID */ : 0);
    conf_report_finish(&report);
    conf_destroy(conf);
}

static void write_golden(const char *file, const struct buf *lines)
{
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(lines->data, 1, lines->length, out), lines->length);
    assert_int_equal(fclose(out), 0);
}

static void test_golden(void **state)
{
    bool is_written = getenv("LOOKOUT_REGENERATE") != NULL;
    size_t wrong = 0;
    for (size_t i = 0; i < name_count; i++) {
        char yaml[80], err[80];
        struct buf lines = {0};
        int code = 0;
        snprintf(yaml, sizeof yaml, "%.60s.yaml", names[i]);
        snprintf(err, sizeof err, "%.60s.err", names[i]);
        load(yaml, &lines, &code);
        if (is_written)
            write_golden(err, &lines);
        char *expected = test_read_file(err, NULL);
        if (expected == NULL || strcmp(expected, buf_text(&lines)) != 0) {
            print_error("%s: expected\n%s--- got\n%s---\n", yaml,
                        expected != NULL ? expected : "(no file)\n", buf_text(&lines));
            wrong++;
        }
        free(expected);
        buf_finish(&lines);
    }
    assert_int_equal(wrong, 0);
    assert_true(name_count >= 25);
}

/* The same bytes give the same report: the order of memory or of a table does not show
 * in it. */
static void test_twice_the_same(void **state)
{
    for (size_t i = 0; i < name_count; i++) {
        char yaml[80];
        struct buf first = {0}, second = {0};
        int code = 0;
        snprintf(yaml, sizeof yaml, "%.60s.yaml", names[i]);
        load(yaml, &first, &code);
        load(yaml, &second, &code);
        assert_string_equal(buf_text(&first), buf_text(&second));
        buf_finish(&first);
        buf_finish(&second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_twice_the_same),
    };
    if (chdir(test_root_path("tests/data/conf")) != 0)
        return 2;
    find_names();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
