/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd zones: checks GeoJSON, prints a line per zone, and draws a map of zones and
 * watched ports. */
#include "cmd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd_state.h"
#include "lookout/base/buf.h"
#include "lookout/conf/conf.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/rules/rule.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/voyage/ports.h"
#include "picture.h"

static int read_geojson_file(const char *name, struct buf *out)
{
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    if (f == NULL)
        return ERR_IO;
    char piece[65536];
    size_t n;
    int rc = 0;
    while (rc == 0 && (n = fread(piece, 1, sizeof piece, f)) > 0)
        rc = buf_add(out, piece, n);
    if (rc == 0 && ferror(f))
        rc = ERR_IO;
    int why = errno;
    if (f != stdin)
        fclose(f);
    errno = why;
    return rc;
}

/* Read all files; *ret_faulty when there was a fault. 0 or ERR_NOMEM. */
static int add_files(struct zone_builder *b, const struct cmd_args *args,
                     bool *ret_faulty)
{
    for (size_t i = 0; i < args->word_count; i++) {
        const char *name = args->words[i];
        struct buf text = {0};
        struct zone_faults faults = {0};
        int rc = read_geojson_file(name, &text);
        if (rc == ERR_IO) {
            fprintf(stderr, "%s: error: cannot read: %s\n", name, strerror(errno));
            *ret_faulty = true;
        } else if (rc == 0) {
            rc = zone_set_builder_add(b, name, buf_text(&text), text.length, &faults);
        }
        for (size_t k = 0; k < faults.count; k++)
            fprintf(stderr, "%s:%d:%d: error: %s\n", name, faults.items[k].line,
                    faults.items[k].col, faults.items[k].text);
        *ret_faulty |= faults.count > 0;
        geojson_fault_finish_list(&faults);
        buf_finish(&text);
        if (rc == ERR_NOMEM)
            return rc;
    }
    return 0;
}

static void print_zones(const struct zone_set *set)
{
    if (isatty(STDOUT_FILENO))
        puts("id\tkind\tvertices\tarea\tsouth,west,north,east\tantimeridian");
    for (uint32_t i = 0; i < zone_set_count(set); i++) {
        const struct zone_info *z = zone_set_info(set, i);
        printf("%s\t%s\t%zu\t", z->id, z->kind[0] != '\0' ? z->kind : "-", z->vertices);
        if (z->shape == ZONE_AREA)
            printf("%.*f km2", z->area_km2 < 100 ? 3 : 0, z->area_km2);
        else
            printf("%.3f km", z->length_m / 1000);
        printf("\t%.7g,%.7g,%.7g,%.7g\t%s\n", z->low.lat, z->low.lon, z->high.lat,
               z->high.lon, z->antimeridian ? "yes" : "no");
    }
}

static int write_file(const char *name, const struct buf *content)
{
    FILE *f = fopen(name, "wb");
    size_t written = f != NULL ? fwrite(content->data, 1, content->length, f) : 0;
    bool is_whole = f != NULL && fclose(f) == 0 && written == content->length;
    if (!is_whole)
        fprintf(stderr, "lookoutd zones: cannot write %s: %s\n", name, strerror(errno));
    return is_whole ? 0 : ERR_IO;
}

static int write_picture(const struct picture_content *content, const char *name,
                         enum picture_form form)
{
    if (name == NULL)
        return 0;
    struct buf out = {0};
    struct err err = {0};
    int rc = picture_draw(content, form, &out, &err);
    if (rc != 0)
        fprintf(stderr, "lookoutd zones: %s: %s\n", name, err.text);
    else
        rc = write_file(name, &out);
    buf_finish(&out);
    return rc;
}

/* --- watched ports --- */

static bool names_port(const struct port_set *set, uint32_t port, size_t all)
{
    return set != NULL && port_set_count(set) < all && port_set_has(set, port);
}

static bool key_names_port(const struct rule *rule, const struct key *key, uint32_t port,
                           size_t all)
{
    if (key->type == KEY_PORTS) {
        const struct rule_ports *ports = rule_setting(rule, key);
        return names_port(ports->set, port, all);
    }
    const struct route *route =
        key->type == KEY_ROUTE ? *(struct route **)rule_setting(rule, key) : NULL;
    for (uint32_t k = 0; route != NULL && k < route->step_count; k++)
        if (names_port(route->steps[k].ports, port, all))
            return true;
    return false;
}

static bool is_watched(const struct conf *conf, uint32_t port)
{
    size_t all = ports_count(conf->engine.ports);
    if (strcmp(ports_get(conf->engine.ports, port)->source, PORT_SOURCE_DEFINED) == 0)
        return true;
    for (size_t i = 0; i < conf->engine.rule_count; i++) {
        const struct rule *rule = &conf->engine.rules[i];
        for (const struct key *key = rule->kind->keys; key->name != NULL; key++)
            if (key_names_port(rule, key, port, all))
                return true;
    }
    return false;
}

/* An array owned by the caller; NULL: out of memory. */
static const struct port **find_watched(const struct conf *conf, size_t *ret_count)
{
    size_t all = conf != NULL ? ports_count(conf->engine.ports) : 0, n = 0;
    const struct port **ports = calloc(all + 1, sizeof(const struct port *));
    for (uint32_t i = 0; ports != NULL && i < all; i++)
        if (is_watched(conf, i))
            ports[n++] = ports_get(conf->engine.ports, i);
    *ret_count = n;
    return ports;
}

/* --- the command --- */

static int show_zones(const struct cmd_args *args, const struct conf *conf,
                      const struct zone_set *set)
{
    struct picture_content content = {.zones = set};
    const struct port **ports = find_watched(conf, &content.port_count);
    content.ports = ports;
    print_zones(set);
    int rc = ports == NULL ? ERR_NOMEM : 0;
    if (rc == 0)
        rc = write_picture(&content, args->svg, PICTURE_SVG);
    if (rc == 0)
        rc = write_picture(&content, args->png, PICTURE_PNG);
    free(ports);
    return rc;
}

int cmd_zones(const struct cmd_args *args)
{
    struct conf *conf = NULL;
    if (args->word_count == 0 && args->config == NULL)
        return cmd_refuse(args, "which FILE?");
    if (args->config != NULL) {
        int status = cmd_state_conf(args, false, &conf);
        if (status != CMD_DONE)
            return status;
    }
    struct zone_set *set = NULL;
    struct zone_builder *b = zone_set_builder_create();
    bool is_faulty = false;
    int rc = b == NULL ? ERR_NOMEM : add_files(b, args, &is_faulty);
    if (rc == 0)
        rc = zone_set_build(b, &set, NULL);
    if (rc != 0)
        fprintf(stderr, "lookoutd zones: %s\n", err_text(rc));
    else
        rc = show_zones(args, conf, args->word_count > 0 ? set : conf->engine.zones);
    zone_set_destroy(set);
    zone_set_builder_destroy(b);
    conf_destroy(conf);
    if (rc != 0)
        return CMD_FAILED;
    return is_faulty ? CMD_USAGE : CMD_DONE;
}
