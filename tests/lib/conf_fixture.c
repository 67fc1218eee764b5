/* SPDX-License-Identifier: Apache-2.0 */
#include "conf_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/shell/conf/conf_int.h"

struct tempdir conf_fixture_dir;

int conf_fixture_set_up(void **state)
{
    tempdir_make(&conf_fixture_dir);
    tempdir_copy(&conf_fixture_dir, "ports.csv", test_root_path("config/ports.csv"));
    tempdir_write(&conf_fixture_dir, "zones.geojson",
                  "{\"type\": \"FeatureCollection\", \"features\": [\n"
                  "{\"type\": \"Feature\", \"properties\": {\"id\": \"yeosu-box\"}, "
                  "\"geometry\": {\"type\": \"Polygon\", \"coordinates\": [[[127.5, 34], "
                  "[128.5, 34], [128.5, 34.6], [127.5, 34]]]}},\n"
                  "{\"type\": \"Feature\", \"properties\": {\"id\": \"korea-strait\"}, "
                  "\"geometry\": {\"type\": \"LineString\", \"coordinates\": [[129, 35], "
                  "[130, 34]]}}]}");
    tempdir_write(&conf_fixture_dir, "nampo.geojson",
                  "{\"type\": \"Polygon\", \"coordinates\": [[[125.3, 38.6], [125.5, "
                  "38.6], [125.5, 38.8], [125.3, 38.6]]]}");
    tempdir_write(&conf_fixture_dir, "watch.csv",
                  "imo,caption\n9074729,EXAMPLE TWO\n1234,NO IMO NUMBER\n");
    tempdir_write_mode(&conf_fixture_dir, "desk.secret", SECRET_TEXT "\n", 0600);
    tempdir_write_mode(&conf_fixture_dir, "siem-token", "t0ken\r\n", 0600);
    return 0;
}

int conf_fixture_tear_down(void **state)
{
    tempdir_remove(&conf_fixture_dir);
    return 0;
}

int conf_fixture_load(const char *text, struct conf **ret_conf,
                      struct conf_report *report)
{
    char file[100], gazetteer[100];
    snprintf(file, sizeof file, "%s/config.yaml", conf_fixture_dir.path);
    snprintf(gazetteer, sizeof gazetteer, "%s/ports.csv", conf_fixture_dir.path);
    const struct conf_context context = {.host = "host.example",
                                         .gazetteer = gazetteer,
                                         .credentials_directory = conf_fixture_dir.path};
    const struct conf_source source = {.file = file, .text = text, .bytes = strlen(text)};
    return conf_load_text(&source, &context, ret_conf, report);
}

struct conf *conf_fixture_good(const char *text)
{
    struct conf *conf = NULL;
    struct conf_report report;
    int code = conf_fixture_load(text, &conf, &report);
    for (size_t i = 0; i < report.count && code != 0; i++)
        print_error("%s\n", report.lines[i]);
    assert_int_equal(code, 0);
    conf_report_finish(&report);
    return conf;
}

char *conf_fixture_lines(const char *text, int expected)
{
    struct conf *conf = NULL;
    struct conf_report report;
    struct buf out = {0};
    assert_int_equal(conf_fixture_load(text, &conf, &report), expected);
    size_t n = strlen(conf_fixture_dir.path) + 1;
    for (size_t i = 0; i < report.count; i++) {
        const char *line = report.lines[i];
        if (strncmp(line, conf_fixture_dir.path, n - 1) == 0)
            line += n;
        assert_int_equal(buf_printf(&out, "%s\n", line), 0);
    }
    if (report.count == 0)
        assert_int_equal(buf_add_text(&out, ""), 0);
    conf_report_finish(&report);
    conf_destroy(conf);
    return buf_take(&out);
}

void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}
