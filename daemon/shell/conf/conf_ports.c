/* SPDX-License-Identifier: Apache-2.0 */
/* ports: the gazetteer, the shipped one or another, and what is changed in it. */
#include <stdlib.h>
#include <string.h>

#include "conf_int.h"
#include "lookout/conf/gazetteer.h"
#include "lookout/geo/zone.h"
#include "lookout/voyage/ports.h"

#define GAZETTEER_BYTES_MAX ((size_t)64 << 20)
#define AREA_BYTES_MAX ((size_t)16 << 20)

/* What the tables below read into. */
struct ports_settings {
    char *gazetteer; /* owned */
    const struct conf_node *gazetteer_node, *define, *groups, *same;
    double entry_m, exit_m, area_exit_m;
};
struct ports_define {
    char *locode, *name, *area; /* owned */
    const struct conf_node *area_node;
    double lat, lon, entry_m, exit_m;
};

static void path_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void define_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void groups_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void same_read(struct conf_reader *r, const struct conf_node *node, void *base);
static void area_read(struct conf_reader *r, const struct conf_node *node, void *base);

/* clang-format off */
#define OTHER .type = CONF_TYPE_OTHER
#define AWAY .type = CONF_TYPE_DISTANCE
static const struct conf_key define_keys[] = {
    {"locode", .type = CONF_TYPE_TEXT, CONF_AT(ports_define, locode), .is_required = true, .least = 5, .most = 5, .accepts = "a UN/LOCODE, such as CNSHD", .doc = "the port's UN/LOCODE"},
    {"name",   .type = CONF_TYPE_TEXT, CONF_AT(ports_define, name), .least = 1, .most = 80, .doc = "its name"},
    {"lat",    .type = CONF_TYPE_NUMBER, CONF_AT(ports_define, lat), .least = -90, .most = 90, .doc = "degrees, north positive"},
    {"lon",    .type = CONF_TYPE_NUMBER, CONF_AT(ports_define, lon), .least = -180, .most = 180, .doc = "degrees, east positive"},
    {"area",   OTHER, .read = area_read, .accepts = "a GeoJSON file with one Polygon or MultiPolygon", .doc = "instead of lat and lon: inside is in port"},
    {"entry",  AWAY, CONF_AT(ports_define, entry_m), .least = 100, .most = 100000, .doc = "with lat and lon: in port within this distance"},
    {"exit",   AWAY, CONF_AT(ports_define, exit_m), .least = 100, .most = 200000, .doc = "left beyond this distance; with an area: beyond its edge"},
    {0},
};
const struct conf_key conf_ports_keys[] = {
    {"gazetteer", OTHER, .read = path_read, .accepts = "a CSV file", .initial = "the one shipped", .doc = "CSV of ports: locode,name,lat,lon,..."},
    {"entry",     AWAY, CONF_AT(ports_settings, entry_m), .least = 100, .most = 100000, .initial = "10km", .doc = "in port within this distance, for ports known by a point, unless the gazetteer gives a radius"},
    {"exit",      AWAY, CONF_AT(ports_settings, exit_m), .least = 100, .most = 200000, .initial = "12km", .doc = "and out again beyond this one"},
    {"area_exit", AWAY, CONF_AT(ports_settings, area_exit_m), .least = 0, .most = 100000, .initial = "1km", .doc = "for ports with an area: out again so far beyond its edge"},
    {"define",    OTHER, .read = define_read, .sub = define_keys, .accepts = "a list of ports", .doc = "adds to or replaces the gazetteer's entry of that code"},
    {"groups",    OTHER, .read = groups_read, .accepts = "a mapping of names to lists of ports, such as {dprk: [\"KP*\"]}", .doc = "names for sets of ports, written $name in patterns"},
    {"same",      OTHER, .read = same_read, .accepts = "a list of lists of codes, such as [[JPYOK, JPKWS]]", .doc = "codes that are one port, known by the first; adds to the shipped ones"},
    {0},
};
/* clang-format on */

static void path_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct ports_settings *s = base;
    const char *text = NULL;
    s->gazetteer_node = node;
    if (conf_text(r, node, "a CSV file", &text))
        s->gazetteer = conf_path_shown(r, text);
}

static void define_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    ((struct ports_settings *)base)->define = node;
}

static void groups_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    ((struct ports_settings *)base)->groups = node;
}

static void same_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    (void)r;
    ((struct ports_settings *)base)->same = node;
}

static void area_read(struct conf_reader *r, const struct conf_node *node, void *base)
{
    struct ports_define *d = base;
    const char *text = NULL;
    d->area_node = node;
    if (conf_text(r, node, "a GeoJSON file", &text))
        d->area = conf_path_shown(r, text);
}

/* --- building --- */

/* The builder's list of one kind and the nodes its items came from. */
struct origin {
    const struct conf_node **nodes; /* owned array */
    size_t count;
};
/* One pass over the mapping. Where the first finds a fault, a second one puts stand-ins
 * in the place of what is faulty, so that the rules, which name ports, are checked too
 * and not blamed for what is wrong here; its own findings are thrown away. */
struct gathering {
    struct conf_reader *r;
    const struct ports_settings *settings;
    struct ports_builder *builder;
    const struct conf_node *root;
    const char *file; /* being read */
    bool has_gazetteer, is_second;
    struct origin define, group, same, faulty;
};

static void origin_init(struct conf_reader *r, struct origin *origin,
                        const struct conf_node *node)
{
    free(origin->nodes);
    origin->count = 0;
    origin->nodes = conf_alloc(r, node != NULL ? node->count : 0, sizeof *origin->nodes);
}

static void mark_faulty(struct gathering *g, const struct conf_node *node)
{
    struct origin *faulty = &g->faulty;
    const struct conf_node **nodes =
        realloc(faulty->nodes, (faulty->count + 1) * sizeof *nodes);
    if (nodes == NULL) {
        conf_reader_nomem(g->r);
        return;
    }
    faulty->nodes = nodes;
    nodes[faulty->count++] = node;
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
    conf_fault_at(g->r, &place, "%s", text);
}

static void on_trouble(void *context, enum ports_about about, size_t item, size_t element,
                       const char *text)
{
    struct gathering *g = context;
    const struct origin *origin = about == PORTS_ABOUT_DEFINE  ? &g->define
                                  : about == PORTS_ABOUT_GROUP ? &g->group
                                                               : &g->same;
    if (about == PORTS_ABOUT_AREA || item >= origin->count) {
        struct conf_place place = {.file = "port-areas.geojson"};
        conf_fault_at(g->r, &place, "%s", text);
        return;
    }
    const struct conf_node *node = origin->nodes[item];
    mark_faulty(g, node);
    if (about != PORTS_ABOUT_DEFINE && element < node->count)
        node = node->items[element];
    conf_error(g->r, node, NULL, "%s", text);
}

/* The configuration's own gazetteer; false when it cannot be read. */
static bool take_file(struct gathering *g, const struct conf_node *node, const char *path)
{
    struct buf text = {0};
    g->file = path;
    bool is_read = conf_file_read(g->r, node, path, GAZETTEER_BYTES_MAX, &text);
    if (is_read && ports_builder_csv(g->builder, buf_text(&text), text.length, file_fault,
                                     g) == ERR_NOMEM)
        conf_reader_nomem(g->r);
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

static bool take_shipped(struct gathering *g)
{
    struct conf_reader *r = g->r;
    struct err err = {0};
    size_t errors = r->faults.errors;
    int code = gazetteer_read(g->builder, NULL, shipped_fault, g, &err);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    else if (code != 0 && errors == r->faults.errors)
        conf_error(r, g->root, "ports: {gazetteer: FILE}", "%s", err.text);
    return code == 0;
}

static void take_gazetteer(struct gathering *g)
{
    const struct ports_settings *s = g->settings;
    const char *given = g->r->context->gazetteer;
    if (s->gazetteer_node != NULL)
        g->has_gazetteer =
            s->gazetteer != NULL && take_file(g, s->gazetteer_node, s->gazetteer);
    else if (given != NULL)
        g->has_gazetteer = take_file(g, g->root, given);
    else
        g->has_gazetteer = take_shipped(g);
}

/* --- define --- */

static struct zone_set *take_area(struct conf_reader *r, const struct ports_define *d)
{
    struct zone_set *area = NULL;
    struct buf text = {0};
    struct err err = {0};
    int code = 0;
    if (conf_file_read(r, d->area_node, d->area, AREA_BYTES_MAX, &text))
        code = zone_area_read(buf_text(&text), text.length, &area, &err);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    else if (code != 0) {
        struct conf_place place = {.file = d->area, .line = err.line, .col = err.col};
        conf_fault_at(r, &place, "%s", err.text);
    }
    buf_finish(&text);
    return area;
}

static void check_define(struct conf_reader *r, const struct conf_node *node,
                         const struct ports_define *d)
{
    const struct conf_node *lat = conf_node_get(node, "lat");
    const struct conf_node *lon = conf_node_get(node, "lon");
    const struct conf_node *entry = conf_node_get(node, "entry");
    if ((lat == NULL) != (lon == NULL))
        conf_error(r, node, "both, or an area", "'%s' is missing",
                   lat == NULL ? "lat" : "lon");
    else if (lat == NULL && d->area_node == NULL)
        conf_error(r, node, "lat and lon, or an area", "the port has no position");
    if (d->area_node != NULL && entry != NULL)
        conf_error_key(r, entry, NULL, "a port with an area is entered at its edge");
    if (d->area_node == NULL && d->entry_m > 0 && d->exit_m > 0 && d->exit_m < d->entry_m)
        conf_error(r, conf_node_get(node, "exit"), NULL, "exit is nearer than entry");
}

static void add_define(struct gathering *g, const struct conf_node *node,
                       const struct ports_define *d, struct zone_set *area)
{
    struct err err = {0};
    struct geo_pos pos = PORTS_POS_NONE;
    if (conf_node_get(node, "lat") != NULL)
        pos = geo_to_pos((struct geo_point){d->lat, d->lon});
    int code = ports_builder_define(g->builder, d->locode, d->name, pos, d->entry_m,
                                    d->exit_m, area, &err);
    if (code == ERR_NOMEM)
        conf_reader_nomem(g->r);
    else if (code != 0)
        conf_error(g->r, node, NULL, "%s", err.text);
    else
        g->define.nodes[g->define.count++] = node;
}

/* A port of that code somewhere, so that it is known. */
static void stand_in_define(struct gathering *g, const struct conf_node *node)
{
    const struct conf_node *code = conf_node_get(node, "locode");
    if (code != NULL && code->kind == CONF_NODE_SCALAR &&
        ports_builder_define(g->builder, code->text, NULL, (struct geo_pos){0, 0}, -1, -1,
                             NULL, NULL) == 0)
        g->define.nodes[g->define.count++] = node;
}

static void take_define(struct gathering *g, const struct conf_node *node)
{
    struct conf_reader *r = g->r;
    struct ports_define d = {.entry_m = -1, .exit_m = -1};
    size_t errors = r->faults.errors;
    struct zone_set *area = NULL;
    if (conf_read_mapping(r, node, define_keys, &d))
        check_define(r, node, &d);
    if (d.area != NULL)
        area = take_area(r, &d);
    if (errors == r->faults.errors && r->code == 0 && !is_faulty(g, node)) {
        add_define(g, node, &d, area);
    } else {
        zone_set_destroy(area);
        if (g->is_second)
            stand_in_define(g, node);
    }
    free(d.locode);
    free(d.name);
    free(d.area);
}

/* --- groups, same --- */

static void take_group(struct gathering *g, const struct conf_node *node)
{
    static const char accepts[] = "a list of ports, such as [RUVVO, \"KP*\", \"$other\"]";
    static const char *const any[] = {"*"};
    struct conf_reader *r = g->r;
    char **patterns = NULL;
    size_t count = 0;
    struct err err = {0};
    if (node->is_duplicate)
        return;
    bool is_good = conf_texts(r, node, accepts, &patterns, &count);
    for (size_t i = 0; i < node->count && is_good && !g->is_second; i++)
        conf_warn_unquoted(r, node->items[i], false);
    if (g->is_second && (!is_good || is_faulty(g, node))) {
        if (ports_builder_group(g->builder, node->key, any, 1, NULL) == 0)
            g->group.nodes[g->group.count++] = node;
    } else if (is_good) {
        int code = ports_builder_group(g->builder, node->key,
                                       (const char *const *)patterns, count, &err);
        if (code == ERR_NOMEM)
            conf_reader_nomem(r);
        else if (code != 0)
            conf_error_key(r, node, NULL, "%s", err.text);
        else
            g->group.nodes[g->group.count++] = node;
    }
    conf_texts_free(patterns, count);
}

static void take_same(struct gathering *g, const struct conf_node *node)
{
    static const char accepts[] = "a list of at least two codes, such as [JPYOK, JPKWS]";
    struct conf_reader *r = g->r;
    char **codes = NULL;
    size_t count = 0;
    struct err err = {0};
    if (is_faulty(g, node) || !conf_is_list(r, node, 2, accepts) ||
        !conf_texts(r, node, accepts, &codes, &count))
        return;
    int code = ports_builder_same(g->builder, (const char *const *)codes, count, &err);
    if (code == ERR_NOMEM) {
        conf_reader_nomem(r);
    } else if (code != 0) {
        bool is_one = err.col > 0 && (size_t)err.col <= node->count;
        conf_error(r, is_one ? node->items[err.col - 1] : node, accepts, "%s", err.text);
    } else {
        g->same.nodes[g->same.count++] = node;
    }
    conf_texts_free(codes, count);
}

static void take_changes(struct gathering *g)
{
    const struct ports_settings *s = g->settings;
    struct conf_reader *r = g->r;
    if (s->define != NULL && conf_is_list(r, s->define, 1, "a list of ports"))
        for (size_t i = 0; i < s->define->count && r->code == 0; i++)
            take_define(g, s->define->items[i]);
    if (s->groups != NULL &&
        conf_is_mapping(r, s->groups, conf_key_find(conf_ports_keys, "groups")->accepts))
        for (size_t i = 0; i < s->groups->count && r->code == 0; i++)
            take_group(g, s->groups->items[i]);
    if (s->same != NULL &&
        conf_is_list(r, s->same, 1, conf_key_find(conf_ports_keys, "same")->accepts))
        for (size_t i = 0; i < s->same->count && r->code == 0; i++)
            take_same(g, s->same->items[i]);
}

/* --- all of it --- */

static void build(struct gathering *g)
{
    struct conf_reader *r = g->r;
    struct err err = {0};
    size_t errors = r->faults.errors;
    ports_builder_on_trouble(g->builder, on_trouble, g);
    int code = ports_builder_build(g->builder, &r->conf->engine.ports, &err);
    if (code == ERR_NOMEM)
        conf_reader_nomem(r);
    else if (code != 0 && errors == r->faults.errors)
        conf_error(r, g->root, NULL, "%s", err.text);
}

static void pass(struct gathering *g)
{
    const struct ports_settings *s = g->settings;
    struct conf_reader *r = g->r;
    g->builder = ports_builder_create();
    origin_init(r, &g->define, s->define);
    origin_init(r, &g->group, s->groups);
    origin_init(r, &g->same, s->same);
    if (g->builder == NULL)
        conf_reader_nomem(r);
    if (r->code == 0) {
        ports_builder_distances(g->builder, s->entry_m, s->exit_m, s->area_exit_m);
        take_gazetteer(g);
        take_changes(g);
    }
    if (r->code == 0)
        build(g);
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
        return; /* every port would be unknown */
    memset(&r->faults, 0, sizeof r->faults);
    g->is_second = true;
    pass(g);
    conf_faults_finish(&r->faults);
    r->faults = kept;
}

void conf_ports_read(struct conf_reader *r, const struct conf_node *node)
{
    struct ports_settings s = {.entry_m = 10000, .exit_m = 12000, .area_exit_m = 1000};
    struct gathering g = {.r = r, .settings = &s, .root = node != NULL ? node : r->root};
    size_t errors = r->faults.errors;
    if (node != NULL)
        (void)conf_read_mapping(r, node, conf_ports_keys, &s);
    if (s.exit_m < s.entry_m)
        conf_error(r, node, NULL, "exit is nearer than entry");
    pass(&g);
    if (errors != r->faults.errors)
        second_pass(&g);
    free(g.define.nodes);
    free(g.group.nodes);
    free(g.same.nodes);
    free(g.faulty.nodes);
    free(s.gazetteer);
}
