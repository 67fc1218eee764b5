/* SPDX-License-Identifier: Apache-2.0 */
/* ports: the gazetteer (the shipped one or another), and the changes to it. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/base/array.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/geo/zone.h"
#include "lookout/voyage/ports.h"

#define GAZETTEER_BYTES_MAX ((size_t)64 << 20)
#define AREA_BYTES_MAX ((size_t)16 << 20)

/* The structs that the tables below fill. */
struct ports_define {
    char *locode, *name, *area; /* owned */
    const struct conf_node *node;
    double lat, lon;
    double entry_m, exit_m; /* -1: not given */
    struct zone_set *shape; /* owned until the builder has it */
    bool is_faulty;
};
struct ports_settings {
    char *gazetteer; /* owned */
    double entry_m, exit_m, area_exit_m;
    struct ports_define *defines; /* owned */
    size_t define_count;
    const struct conf_node *groups, *same;
};

static conf_read define_read, groups_read, same_read;

/* clang-format off */
#define DEFINE(member) KEY_AT(ports_define, member)
static const struct key define_keys[] = {
    {.name = "locode", .type = KEY_TEXT, DEFINE(locode), .is_required = true, .least = 5, .most = 5, .accepts = "a UN/LOCODE, such as CNSHD", .doc = "the port's UN/LOCODE"},
    {.name = "name",   .type = KEY_TEXT, DEFINE(name), .least = 1, .most = 80, .doc = "the port's name"},
    {.name = "lat",    .type = KEY_NUMBER, DEFINE(lat), .least = -90, .most = 90, .doc = "latitude in degrees, north is positive"},
    {.name = "lon",    .type = KEY_NUMBER, DEFINE(lon), .least = -180, .most = 180, .doc = "longitude in degrees, east is positive"},
    {.name = "area",   .type = KEY_FILE, DEFINE(area), .accepts = "a GeoJSON file with one Polygon, MultiPolygon, or LineString with a width", .doc = "the port's area, instead of lat and lon: a ship inside is in port"},
    {.name = "entry",  .type = KEY_DISTANCE, DEFINE(entry_m), .least = 100, .most = 100000, .doc = "with lat and lon: a ship within this distance is in port"},
    {.name = "exit",   .type = KEY_DISTANCE, DEFINE(exit_m), .least = 100, .most = 200000, .doc = "a ship beyond this distance has left; with an area: beyond its edge"},
    {0},
};
#define SETTING(member) KEY_AT(ports_settings, member)
const struct key conf_ports_keys[] = {
    {.name = "gazetteer", .type = KEY_FILE, SETTING(gazetteer), .accepts = "a CSV file", .otherwise = "the one shipped", .doc = "a CSV file of ports: locode,name,lat,lon,..."},
    {.name = "entry",     .type = KEY_DISTANCE, SETTING(entry_m), .least = 100, .most = 100000, .initial = "10km", .doc = "a ship within this distance is in port; for ports that are a point, unless the gazetteer gives a radius"},
    {.name = "exit",      .type = KEY_DISTANCE, SETTING(exit_m), .least = 100, .most = 200000, .initial = "12km", .doc = "a ship beyond this distance has left"},
    {.name = "area_exit", .type = KEY_DISTANCE, SETTING(area_exit_m), .least = 0, .most = 100000, .initial = "1km", .doc = "for ports with an area: a ship this far beyond the edge has left"},
    {.name = "define",    .type = KEY_LIST, KEY_LIST_AT(ports_settings, defines, define_count), .least = 1, .read = define_read, .sub = define_keys, .accepts = "a list of ports", .doc = "ports that are added to the gazetteer, or replace its entry of the same code"},
    {.name = "groups",    .type = KEY_OWN, .read = groups_read, .accepts = "a mapping of names to lists of ports, such as {dprk: [\"KP*\"]}", .schema = "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}", .doc = "names for sets of ports; patterns use them as $name"},
    {.name = "same",      .type = KEY_OWN, .read = same_read, .least = 1, .accepts = "a list of lists of codes, such as [[JPYOK, JPKWS]]", .schema = "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"minItems\": 2, \"items\": {\"type\": \"string\"}}}", .doc = "codes that are the same port, which is shown by the first code; added to the shipped ones"},
    {0},
};
/* clang-format on */

/* --- define --- */

static void read_shape(struct conf_reader *r, struct ports_define *d)
{
    struct buf text = {0};
    struct err err = {0};
    int rc = 0;
    if (conf_memory_read_file(r, conf_yaml_node_get(d->node, "area"), d->area,
                              AREA_BYTES_MAX, &text))
        rc = zone_set_read_area(buf_text(&text), text.length, &d->shape, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0) {
        struct conf_place place = {.file = d->area, .line = err.line, .col = err.col};
        conf_report_fault_at(r, &place, "%s", err.text);
    }
    buf_finish(&text);
}

static void check_define(struct conf_reader *r, const struct conf_node *node,
                         const struct ports_define *d)
{
    const struct conf_node *lat = conf_yaml_node_get(node, "lat");
    const struct conf_node *lon = conf_yaml_node_get(node, "lon");
    const struct conf_node *entry = conf_yaml_node_get(node, "entry");
    bool has_area = conf_yaml_node_get(node, "area") != NULL;
    if ((lat == NULL) != (lon == NULL))
        conf_report_error(r, node, "both, or an area", "'%s' is missing",
                          lat == NULL ? "lat" : "lon");
    else if (lat == NULL && !has_area)
        conf_report_error(r, node, "lat and lon, or an area", "the port has no position");
    if (has_area && entry != NULL)
        conf_report_error_key(r, entry, NULL,
                              "a port with an area has its entry at the edge");
    if (!has_area && d->entry_m > 0 && d->exit_m > 0 && d->exit_m < d->entry_m)
        conf_report_error(r, conf_yaml_node_get(node, "exit"), NULL,
                          "exit is less than entry");
}

static void define_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct ports_define *d = base;
    size_t errors = r->faults.errors;
    d->node = node;
    d->entry_m = d->exit_m = -1;
    if (conf_keys_read(r, node, key->sub, d))
        check_define(r, node, d);
    if (d->area != NULL)
        read_shape(r, d);
    d->is_faulty = errors != r->faults.errors;
}

/* --- groups, same: used when the gazetteer is read --- */

static void groups_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    if (conf_value_is_mapping(r, node, key))
        ((struct ports_settings *)base)->groups = node;
}

static void same_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base)
{
    if (conf_value_is_list(r, node, key))
        ((struct ports_settings *)base)->same = node;
}

/* --- building --- */

static size_t length_of(const struct conf_node *node)
{
    return node != NULL ? node->count : 0;
}

/* The nodes of the items of one of the builder's lists. */
struct origin {
    const struct conf_node **nodes; /* owned array */
    size_t count, room;
};
/* One pass over the settings. When the first pass finds a fault, a second one replaces
 * the faulty items by stand-ins, so that the rules, which name ports, are checked too and
 * no faults are reported twice. The faults of the second pass are dropped. */
struct gathering {
    struct conf_reader *r;
    const struct ports_settings *settings;
    struct ports_builder *builder;
    const struct conf_node *root;
    const char *file; /* being read */
    bool has_gazetteer, is_second;
    struct origin define, group, same, faulty;
};

static void origin_init(struct conf_reader *r, struct origin *origin, size_t most)
{
    free(origin->nodes);
    origin->count = 0;
    origin->nodes = conf_memory_alloc(r, most, sizeof *origin->nodes);
}

static void mark_faulty(struct gathering *g, const struct conf_node *node)
{
    struct origin *faulty = &g->faulty;
    if (array_grow(&faulty->nodes, &faulty->room, faulty->count + 1,
                   sizeof *faulty->nodes) != 0)
        conf_report_nomem(g->r);
    else
        faulty->nodes[faulty->count++] = node;
}

static bool is_faulty(const struct gathering *g, const struct conf_node *node)
{
    for (size_t i = 0; i < g->faulty.count; i++)
        if (g->faulty.nodes[i] == node)
            return true;
    return false;
}

static void file_fault(void *context, int line, int col, const char *text)
{
    struct gathering *g = context;
    struct conf_place place = {.file = g->file, .line = line, .col = col};
    conf_report_fault_at(g->r, &place, "%s", text);
}

static void on_trouble(void *context, enum ports_about about, size_t item, size_t element,
                       const char *text)
{
    struct gathering *g = context;
    const struct origin *origin = &g->same;
    if (about == PORTS_ABOUT_DEFINE)
        origin = &g->define;
    else if (about == PORTS_ABOUT_GROUP)
        origin = &g->group;
    if (about == PORTS_ABOUT_AREA || item >= origin->count) {
        struct conf_place place = {.file = "port-areas.geojson"};
        conf_report_fault_at(g->r, &place, "%s", text);
        return;
    }
    const struct conf_node *node = origin->nodes[item];
    mark_faulty(g, node);
    if (about != PORTS_ABOUT_DEFINE && element < node->count)
        node = node->items[element];
    conf_report_error(g->r, node, NULL, "%s", text);
}

/* Read the configuration's own gazetteer; false when it cannot be read. */
static bool take_ports_file(struct gathering *g, const struct conf_node *node,
                            const char *path)
{
    struct buf text = {0};
    g->file = path;
    bool is_read = conf_memory_read_file(g->r, node, path, GAZETTEER_BYTES_MAX, &text);
    if (is_read && ports_csv_read(g->builder, buf_text(&text), text.length, file_fault,
                                  g) == ERR_NOMEM)
        conf_report_nomem(g->r);
    buf_finish(&text);
    return is_read;
}

static void shipped_fault(void *context, const char *path, int line, int col,
                          const char *text)
{
    struct gathering *g = context;
    g->file = path;
    file_fault(g, line, col, text);
}

/* Read the shipped files: all of them or, beside another gazetteer, only the names of
 * destinations. */
static bool take_shipped(struct gathering *g, bool is_all)
{
    struct conf_reader *r = g->r;
    struct err err = {0};
    size_t errors = r->faults.errors;
    int rc = is_all ? gazetteer_read(g->builder, NULL, shipped_fault, g, &err)
                    : gazetteer_read_destinations(g->builder, shipped_fault, g, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0 && errors == r->faults.errors)
        conf_report_error(r, g->root, "ports: {gazetteer: FILE}", "%s", err.text);
    return rc == 0;
}

static void take_gazetteer(struct gathering *g)
{
    const char *path = g->settings->gazetteer;
    const struct conf_node *node = conf_yaml_node_get(g->root, "gazetteer");
    if (node == NULL) {
        node = g->root;
        path = g->r->context->gazetteer;
        if (path == NULL) {
            g->has_gazetteer = take_shipped(g, true);
            return;
        }
    }
    g->has_gazetteer =
        path != NULL && take_ports_file(g, node, path) && take_shipped(g, false);
}

/* Define a port of that code somewhere, so that it is known. */
static void stand_in_define(struct gathering *g, const struct ports_define *d)
{
    const struct conf_node *code = conf_yaml_node_get(d->node, "locode");
    if (code != NULL && code->kind == CONF_NODE_SCALAR &&
        ports_builder_define(g->builder, code->text, NULL, (struct geo_pos){0, 0}, -1, -1,
                             NULL, NULL) == 0)
        g->define.nodes[g->define.count++] = d->node;
}

static void take_define(struct gathering *g, struct ports_define *d)
{
    struct err err = {0};
    struct geo_pos pos = PORTS_POS_NONE;
    struct zone_set *shape = d->shape;
    d->shape = NULL;
    if (conf_yaml_node_get(d->node, "lat") != NULL)
        pos = geo_to_pos((struct geo_point){d->lat, d->lon});
    int rc = ports_builder_define(g->builder, d->locode, d->name, pos, d->entry_m,
                                  d->exit_m, shape, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(g->r);
    else if (rc != 0)
        conf_report_error(g->r, d->node, NULL, "%s", err.text);
    else
        g->define.nodes[g->define.count++] = d->node;
}

/* --- groups, same --- */

static void take_group(struct gathering *g, const struct conf_node *node)
{
    static const struct key ports = {
        .type = KEY_TEXTS,
        .least = 1,
        .accepts = "a list of ports, such as [RUVVO, \"KP*\", \"$other\"]"};
    static const char *const any[] = {"*"};
    struct conf_reader *r = g->r;
    struct conf_texts patterns = {0};
    struct err err = {0};
    int rc = ERR_INVALID;
    if (node->is_duplicate)
        return;
    bool is_good = conf_value_read_texts(r, node, &ports, &patterns);
    for (size_t i = 0; i < node->count && is_good && !g->is_second; i++)
        conf_value_warn_unquoted(r, node->items[i], false);
    if (g->is_second && (!is_good || is_faulty(g, node)))
        rc = ports_builder_group(g->builder, node->key, any, 1, NULL);
    else if (is_good)
        rc = ports_builder_group(g->builder, node->key,
                                 (const char *const *)patterns.items, patterns.count,
                                 &err);
    if (rc == 0)
        g->group.nodes[g->group.count++] = node;
    else if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (is_good)
        conf_report_error_key(r, node, NULL, "%s", err.text);
    conf_memory_texts_free(patterns.items, patterns.count);
}

static void take_same(struct gathering *g, const struct conf_node *node)
{
    static const struct key ports = {
        .type = KEY_TEXTS,
        .least = 2,
        .accepts = "a list of at least two codes, such as [JPYOK, JPKWS]"};
    struct conf_reader *r = g->r;
    struct conf_texts codes = {0};
    struct err err = {0};
    if (is_faulty(g, node) || !conf_value_read_texts(r, node, &ports, &codes))
        return;
    int rc = ports_builder_same(g->builder, (const char *const *)codes.items, codes.count,
                                &err);
    if (rc == ERR_NOMEM) {
        conf_report_nomem(r);
    } else if (rc != 0) {
        bool is_one = err.col > 0 && (size_t)err.col <= node->count;
        conf_accepts_error_value(r, is_one ? node->items[err.col - 1] : node, &ports,
                                 "%s", err.text);
    } else {
        g->same.nodes[g->same.count++] = node;
    }
    conf_memory_texts_free(codes.items, codes.count);
}

static void take_changes(struct gathering *g)
{
    const struct ports_settings *s = g->settings;
    for (size_t i = 0; i < s->define_count && g->r->code == 0; i++) {
        if (g->is_second)
            stand_in_define(g, &s->defines[i]);
        else if (!s->defines[i].is_faulty)
            take_define(g, &s->defines[i]);
    }
    for (size_t i = 0; i < length_of(s->groups) && g->r->code == 0; i++)
        take_group(g, s->groups->items[i]);
    for (size_t i = 0; i < length_of(s->same) && g->r->code == 0; i++)
        take_same(g, s->same->items[i]);
}

/* --- all of it --- */

static void build_ports(struct gathering *g)
{
    struct conf_reader *r = g->r;
    struct err err = {0};
    size_t errors = r->faults.errors;
    ports_builder_on_trouble(g->builder, on_trouble, g);
    int rc = ports_assemble(g->builder, &r->conf->engine.ports, &err);
    if (rc == ERR_NOMEM)
        conf_report_nomem(r);
    else if (rc != 0 && errors == r->faults.errors)
        conf_report_error(r, g->root, NULL, "%s", err.text);
}

static void build_once(struct gathering *g)
{
    const struct ports_settings *s = g->settings;
    struct conf_reader *r = g->r;
    g->builder = ports_builder_create();
    origin_init(r, &g->define, s->define_count);
    origin_init(r, &g->group, length_of(s->groups));
    origin_init(r, &g->same, length_of(s->same));
    if (g->builder == NULL)
        conf_report_nomem(r);
    if (r->code == 0) {
        ports_builder_distances(g->builder, s->entry_m, s->exit_m, s->area_exit_m);
        take_gazetteer(g);
        take_changes(g);
    }
    if (r->code == 0)
        build_ports(g);
    ports_builder_destroy(g->builder);
    g->builder = NULL;
}

static void second_pass(struct gathering *g)
{
    struct conf_reader *r = g->r;
    struct conf_faults kept = r->faults;
    ports_destroy(r->conf->engine.ports);
    r->conf->engine.ports = NULL;
    if (!g->has_gazetteer || r->code != 0)
        return; /* otherwise every port would be unknown */
    memset(&r->faults, 0, sizeof r->faults);
    g->is_second = true;
    build_once(g);
    conf_report_finish_faults(&r->faults);
    r->faults = kept;
}

static void settings_finish(struct ports_settings *s)
{
    for (size_t i = 0; i < s->define_count; i++) {
        free(s->defines[i].locode);
        free(s->defines[i].name);
        free(s->defines[i].area);
        zone_set_destroy(s->defines[i].shape);
    }
    free(s->defines);
    free(s->gazetteer);
}

void conf_ports_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base)
{
    struct ports_settings s = {0};
    struct gathering g = {.r = r, .settings = &s, .root = node != NULL ? node : r->root};
    size_t errors = r->faults.errors;
    (void)base;
    if (r->context->ports != NULL) {
        r->conf->engine.ports = ports_hold(r->context->ports);
        return;
    }
    if (node != NULL)
        (void)conf_keys_read(r, node, key->sub, &s);
    else
        conf_keys_default(r, key->sub, &s);
    if (s.exit_m < s.entry_m)
        conf_report_error(r, g.root, NULL, "exit is less than entry");
    build_once(&g);
    if (errors != r->faults.errors)
        second_pass(&g);
    free(g.define.nodes);
    free(g.group.nodes);
    free(g.same.nodes);
    free(g.faulty.nodes);
    settings_finish(&s);
}
