/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/engineconf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tempdir.h"
#include "lib/testlib.h"
#include "lookout/base/array.h"
#include "lookout/conf/conf.h"
#include "lookout/geo/shore.h"
#include "lookout/geo/water.h"
#include "lookout/voyage/ports.h"
#include "lookout/water/water_fields.h"
#include "lookout/water/water_shore.h"

/* Until the program ends: the grid, the shore and the fields, in the form that the makers
 * of the next ones take. */
static struct engine_conf made;

static struct known_ports {
    char *section; /* owned: the text they were made of */
    struct ports *ports;
} * known;
static size_t known_count;

/* The text of `ports:`, "" when there is none; NULL where it names a file beside. */
static char *section_of(const char *yaml)
{
    const char *begin = strncmp(yaml, "ports:", 6) == 0 ? yaml : strstr(yaml, "\nports:");
    if (begin == NULL)
        return strdup("");
    const char *end = begin + 1;
    while ((end = strchr(end, '\n')) != NULL && strchr(" #\n-", *++end) != NULL)
        ;
    char *section = strndup(begin, end != NULL ? (size_t)(end - begin) : strlen(begin));
    const char *file = strstr(section, "gazetteer: ");
    if (strstr(section, "area:") == NULL && (file == NULL || file[11] == '/'))
        return section;
    free(section);
    return NULL;
}

static struct ports *find_ports(const char *section)
{
    for (size_t i = 0; section != NULL && i < known_count; i++)
        if (strcmp(known[i].section, section) == 0)
            return known[i].ports;
    return NULL;
}

/* Takes the section over. */
static void keep_ports(char *section, struct ports *ports)
{
    if (section == NULL || find_ports(section) != NULL) {
        free(section);
        return;
    }
    assert_int_equal(array_extend(&known, known_count, 1, sizeof *known), 0);
    known[known_count++] = (struct known_ports){section, ports_hold(ports)};
}

static void keep_fields(const struct engine_conf *conf)
{
    if (made.shore == NULL && conf->shore != NULL)
        made.shore = shore_hold(conf->shore);
    if (made.water == NULL && conf->water != NULL)
        made.water = water_hold(conf->water);
    for (size_t i = 0; i < conf->field_count; i++) {
        bool is_kept = false;
        for (size_t k = 0; k < made.field_count; k++)
            is_kept |= made.fields[k] == conf->fields[i];
        if (is_kept)
            continue;
        assert_int_equal(array_extend(&made.fields, made.field_count, 1, sizeof(void *)),
                         0);
        made.fields[made.field_count++] = water_field_hold(conf->fields[i]);
    }
}

static int make_fields(struct engine_conf *conf, enum engineconf_water water)
{
    struct water_fields_options options = {.old = &made};
    struct water_fields_counts counts;
    struct err err = {0};
    int rc = 0;
    if (water == ENGINECONF_ALL || conf->reach_ports.count > 0)
        rc = water_fields_make(conf, &options, &counts, &err);
    if (rc == 0 && water == ENGINECONF_ALL)
        rc = water_shore_read(conf, &made, &err);
    if (rc == 0)
        keep_fields(conf);
    else
        print_message("# %s\n", err.text);
    return rc;
}

int engineconf_read(const char *path, enum engineconf_water water,
                    struct engine_conf *ret_conf)
{
    struct conf_context context = {.host = "test"};
    struct conf_report report = {0};
    struct conf *conf = NULL;
    char *yaml = test_read_file(path, NULL);
    assert_non_null(yaml);
    char *section = section_of(yaml);
    context.ports = find_ports(section);
    int rc = conf_load(path, &context, &conf, &report);
    for (size_t i = 0; rc != 0 && i < report.count; i++)
        print_message("# %s\n", report.lines[i]);
    if (rc == 0)
        rc = make_fields(&conf->engine, water);
    if (rc == 0) {
        keep_ports(section, conf->engine.ports);
        *ret_conf = conf->engine;
        memset(&conf->engine, 0, sizeof conf->engine);
    } else {
        free(section);
    }
    free(yaml);
    conf_report_finish(&report);
    conf_destroy(conf);
    return rc;
}

int engineconf_make(const char *yaml, const char *zones, enum engineconf_water water,
                    struct engine_conf *ret_conf)
{
    struct tempdir dir;
    char path[128];
    tempdir_make(&dir);
    if (zones != NULL)
        tempdir_write(&dir, "zones.geojson", zones);
    tempdir_write(&dir, "config.yaml", yaml);
    snprintf(path, sizeof path, "%s/config.yaml", dir.path);
    int rc = engineconf_read(path, water, ret_conf);
    tempdir_remove(&dir);
    return rc;
}
