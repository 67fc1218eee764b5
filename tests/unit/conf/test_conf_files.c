/* SPDX-License-Identifier: Apache-2.0 */
/* This file tests configurations that cannot be read, that have many faults, or that
 * are named by a relative path; and the shipped one. */
#include "lib/conf_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/shell/conf/conf_int.h"

static void test_unreadable(void **state)
{
    const struct conf_context context = {.host = "h"};
    struct conf *conf = NULL;
    struct conf_report report;
    assert_int_equal(conf_load("/nowhere/x.yaml", &context, &conf, &report), ERR_IO);
    assert_int_equal(report.count, 1);
    assert_has(report.lines[0], "/nowhere/x.yaml: error: ");
    conf_report_finish(&report);
    char *big = malloc((8 << 20) + 2);
    memset(big, '#', (8 << 20) + 1);
    big[(8 << 20) + 1] = '\0';
    tempdir_write(&conf_fixture_dir, "big.yaml", big);
    free(big);
    assert_int_equal(
        conf_load(tempdir_path(&conf_fixture_dir, "big.yaml"), &context, &conf, &report),
        ERR_IO);
    assert_has(report.lines[0], "larger than 8 MiB");
    conf_report_finish(&report);
}

/* All faults are counted; the first thousand are shown. */
static void test_many_faults(void **state)
{
    struct buf text = {0};
    struct conf *conf = NULL;
    struct conf_report report;
    assert_int_equal(buf_add_text(&text, "vessels:\n"), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(buf_add_text(&text, "  - {imo: 1}\n"), 0);
    assert_int_equal(conf_fixture_load(buf_text(&text), &conf, &report), ERR_INVALID);
    assert_int_equal(report.errors,
                     5999); /* out of range; the name is taken, except in the first row */
    assert_int_equal(report.count,
                     CONF_ERRORS_MAX + 3 + 1); /* no rules, webhooks, feeds */
    assert_has(report.lines[report.count - 1], "error: 4999 more are not shown");
    conf_report_finish(&report);
    buf_finish(&text);
}

/* Even very many warnings hide no error. */
static void test_many_warnings(void **state)
{
    struct buf rows = {0};
    assert_int_equal(buf_add_text(&rows, "imo\n"), 0);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(buf_add_text(&rows, "1\n"), 0);
    tempdir_write(&conf_fixture_dir, "list.csv", buf_text(&rows));
    buf_finish(&rows);
    char *lines = conf_fixture_lines(
        "vessel_lists: [{file: list.csv}]\nrules: [{id: r}]\n", ERR_INVALID);
    assert_has(lines, "config.yaml:2:9: error: rules[0]: the key 'when' is missing");
    assert_has(lines, "config.yaml: warning: 2502 more are not shown");
    free(lines);
}

static void test_relative_name(void **state)
{
    char cwd[1000];
    assert_non_null(getcwd(cwd, sizeof cwd));
    tempdir_write(&conf_fixture_dir, "config.yaml",
                  "ports: {gazetteer: ports.csv}\nzones: [bad.geojson]\n");
    tempdir_write(&conf_fixture_dir, "bad.geojson", "{}");
    assert_int_equal(chdir("/tmp"), 0);
    const struct conf_context context = {.host = "h"};
    struct conf *conf = NULL;
    struct conf_report report;
    const char *name = conf_fixture_dir.path + strlen("/tmp/");
    char file[100], expected[100];
    snprintf(file, sizeof file, "%s/config.yaml", name);
    snprintf(expected, sizeof expected, "%s/bad.geojson:1:", name);
    assert_int_equal(conf_load(file, &context, &conf, &report), ERR_INVALID);
    assert_has(report.lines[report.count - 1], expected);
    assert_int_equal(strncmp(report.lines[report.count - 1], name, strlen(name)), 0);
    conf_report_finish(&report);
    assert_int_equal(chdir(cwd), 0);
}

static void test_live_norway(void **state)
{
    struct conf *conf = NULL;
    struct conf_report report;
    char gazetteer[300];
    snprintf(gazetteer, sizeof gazetteer, "%s", test_root_path("config/ports.csv"));
    const struct conf_context context = {.host = "h", .gazetteer = gazetteer};
    int code =
        conf_load(test_root_path("config/live-norway.yaml"), &context, &conf, &report);
    for (size_t i = 0; i < report.count; i++)
        print_error("%s\n", report.lines[i]);
    assert_int_equal(code, 0);
    assert_int_equal(report.count, 0);
    assert_string_equal(conf->feeds[0].address, "153.44.253.27");
    assert_int_equal(conf->feeds[0].port, 5631);
    assert_string_equal(conf->webhooks[0].url, "http://127.0.0.1:8080/");
    conf_report_finish(&report);
    conf_destroy(conf);
}

TEST_MAIN(NULL, NULL, CONF_TEST(test_unreadable), CONF_TEST(test_many_faults),
          CONF_TEST(test_many_warnings), CONF_TEST(test_relative_name),
          CONF_TEST(test_live_norway))
