/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a set of zones from any number of GeoJSON texts, and returns the information
 * about each zone. */
#include "zone_set_int.h"

#include <stdlib.h>
#include <string.h>

#include "corridor_int.h"
#include "geos_int.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "zone_index_int.h"
#include "zone_strips_int.h"

/* The place where an id was first seen; the feature there may have faults. */
struct origin {
    struct origin *next; /* owned; another id with the same hash */
    char *id;            /* owned */
    char *file;          /* owned */
    char path[32];
};

struct zone_builder {
    struct zone_set *set;      /* owned; without an index until it is built */
    size_t room;               /* of the arrays of the set */
    struct map origins;        /* hash of an id -> struct origin, owned */
    struct geos_checker *geos; /* owned */
};

struct zone_builder *zone_set_builder_create(void)
{
    struct zone_builder *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->set = calloc(1, sizeof *b->set);
    b->geos = geos_checker_create();
    if (b->set == NULL || b->geos == NULL) {
        zone_set_builder_destroy(b);
        return NULL;
    }
    map_init(&b->set->ids);
    map_init(&b->origins);
    return b;
}

static void forget_origins(struct zone_builder *b)
{
    size_t cursor = 0;
    uint64_t hash = 0;
    void *first = NULL;
    while (map_next(&b->origins, &cursor, &hash, &first))
        for (struct origin *o = first, *next = NULL; o != NULL; o = next) {
            next = o->next;
            free(o->id);
            free(o->file);
            free(o);
        }
    map_finish(&b->origins);
}

void zone_set_builder_destroy(struct zone_builder *b)
{
    if (b == NULL)
        return;
    forget_origins(b);
    zone_set_destroy(b->set);
    geos_checker_destroy(b->geos);
    free(b);
}

void zone_set_destroy(struct zone_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++) {
        free(set->infos[i].id);
        free(set->infos[i].name);
        free(set->infos[i].kind);
        zone_geometry_finish(&set->geometries[i]);
    }
    free(set->infos);
    free(set->geometries);
    free(set->next_same);
    map_finish(&set->ids);
    zone_index_build_destroy(set->index);
    free(set);
}

static uint32_t first_of_hash(const struct zone_set *set, uint64_t hash)
{
    const void *value = map_get(&set->ids, hash);
    return value == NULL ? ZONE_NONE : (uint32_t)((uintptr_t)value - 1);
}

int64_t zone_set_find(const struct zone_set *set, const char *id)
{
    uint32_t i = first_of_hash(set, hash_text(id, 0));
    while (i != ZONE_NONE && strcmp(set->infos[i].id, id) != 0)
        i = set->next_same[i];
    return i == ZONE_NONE ? -1 : (int64_t)i;
}

static int reserve_zone(struct zone_builder *b)
{
    struct zone_set *set = b->set;
    if (set->count < b->room)
        return 0;
    size_t infos = b->room, geometries = b->room, next_same = b->room;
    if (array_grow(&set->infos, &infos, set->count + 1, sizeof *set->infos) != 0 ||
        array_grow(&set->geometries, &geometries, set->count + 1,
                   sizeof *set->geometries) != 0 ||
        array_grow(&set->next_same, &next_same, set->count + 1, sizeof *set->next_same) !=
            0)
        return ERR_NOMEM;
    b->room = infos;
    return 0;
}

static uint64_t geometry_hash(const struct zone_geometry *g)
{
    uint64_t hash =
        hash_u64((uint64_t)g->shape, (uint64_t)((int64_t)g->west_e7 + ZONE_TURN_E7));
    for (size_t ring = 0, i = 0; ring < g->ring_count; ring++) {
        hash = hash_u64(g->ring_ends[ring], hash);
        for (; i < g->ring_ends[ring]; i++)
            hash = hash_u64((uint64_t)g->vertices[i].x << 32 | (uint32_t)g->vertices[i].y,
                            hash);
    }
    return hash;
}

static void fill_info(struct zone_info *info, const struct geojson_feature *f,
                      const struct zone_geometry *g)
{
    info->shape = g->shape;
    info->width_m = f->width_m;
    info->geometry = geometry_hash(g);
    info->vertices = f->point_count - (g->shape == ZONE_AREA ? f->ring_count : 0);
    info->area_km2 = g->shape == ZONE_AREA ? zone_measure_area_km2(g) : 0;
    info->length_m = g->shape == ZONE_GATE ? zone_measure_length_m(g) : 0;
    int64_t east = (int64_t)g->west_e7 + g->width;
    info->antimeridian = east > ZONE_TURN_E7 / 2;
    info->low = (struct geo_point){.lat = g->low / GEO_E7, .lon = g->west_e7 / GEO_E7};
    info->high = (struct geo_point){.lat = g->high / GEO_E7};
    if (g->width >= ZONE_TURN_E7) {
        info->low.lon = -180;
        info->high.lon = 180;
    } else {
        info->high.lon =
            (double)(info->antimeridian ? east - ZONE_TURN_E7 : east) / GEO_E7;
    }
}

/* Add a feature without faults. The set becomes the owner of the feature's texts. */
static int add_feature_zone(struct zone_builder *b, const struct geojson_feature *f,
                            struct zone_geometry *g)
{
    struct zone_set *set = b->set;
    int rc = reserve_zone(b);
    if (rc != 0)
        return rc;
    uint32_t number = (uint32_t)set->count;
    struct zone_info info = {0};
    info.id = strdup(f->id != NULL ? f->id : "");
    const char *name = f->name != NULL ? f->name : f->id;
    info.name = strdup(name != NULL ? name : "");
    info.kind = strdup(f->kind != NULL ? f->kind : "");
    if (info.id == NULL || info.name == NULL || info.kind == NULL)
        rc = ERR_NOMEM;
    uint64_t hash = rc == 0 ? hash_text(info.id, 0) : 0;
    if (rc == 0) {
        set->next_same[number] = first_of_hash(set, hash);
        rc = map_set(&set->ids, hash, (void *)(uintptr_t)(number + 1u));
    }
    if (rc != 0) {
        free(info.id);
        free(info.name);
        free(info.kind);
        return rc;
    }
    fill_info(&info, f, g);
    set->infos[number] = info;
    set->geometries[number] = *g;
    set->count++;
    *g = (struct zone_geometry){0};
    return 0;
}

static const struct origin *find_origin(const struct zone_builder *b, const char *id)
{
    const struct origin *o = map_get(&b->origins, hash_text(id, 0));
    while (o != NULL && strcmp(o->id, id) != 0)
        o = o->next;
    return o;
}

static int add_origin(struct zone_builder *b, const char *file,
                      const struct geojson_feature *f)
{
    uint64_t hash = hash_text(f->id, 0);
    struct origin *o = calloc(1, sizeof *o);
    if (o == NULL)
        return ERR_NOMEM;
    o->next = map_get(&b->origins, hash);
    o->id = strdup(f->id);
    o->file = strdup(file);
    memcpy(o->path, f->path, sizeof o->path);
    if (o->id == NULL || o->file == NULL || map_set(&b->origins, hash, o) != 0) {
        free(o->id);
        free(o->file);
        free(o);
        return ERR_NOMEM;
    }
    return 0;
}

/* Record the id, and append a fault when another feature has the same id. */
static int check_id(struct zone_builder *b, const char *file, struct geojson_feature *f,
                    struct geojson_source *source)
{
    if (f->id == NULL)
        return 0;
    const struct origin *o = find_origin(b, f->id);
    if (o == NULL)
        return add_origin(b, file, f);
    char path[GEOJSON_PATH_BYTES] = "properties.id";
    if (f->path[0] != '\0') {
        memcpy(path, f->path, strlen(f->path) + 1);
        strcat(path, ".properties.id");
    }
    bool is_here = strcmp(o->file, file) == 0;
    geojson_fault(source, path, f->id, "this id is taken by %s%s%s",
                  o->path[0] != '\0' ? o->path : "the feature", is_here ? "" : " of ",
                  is_here ? "" : o->file);
    f->has_fault = true;
    return 0;
}

static int compare_faults(const void *a, const void *b)
{
    const struct zone_fault *p = a, *q = b;
    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    if (p->col != q->col)
        return p->col < q->col ? -1 : 1;
    return strcmp(p->text, q->text);
}

static int add_text(struct zone_builder *b, const char *file,
                    struct geojson_source *source, bool is_lone)
{
    struct geojson_document document;
    size_t faults = source->faults->count;
    int rc = geojson_read(source, is_lone, &document);
    for (size_t i = 0; rc == 0 && i < document.count; i++) {
        struct geojson_feature *f = &document.items[i];
        struct zone_geometry g = {0};
        if (!f->has_fault && f->width_m > 0)
            rc = corridor_draw(f, b->geos, source);
        if (rc == 0 && !f->has_fault)
            rc = zone_geometry_make(&g, f, b->geos, source);
        if (rc == 0)
            rc = check_id(b, file, f, source);
        if (rc == 0 && !f->has_fault)
            rc = add_feature_zone(b, f, &g);
        zone_geometry_finish(&g);
    }
    geojson_finish(&document);
    if (rc == 0 && source->is_out_of_memory)
        rc = ERR_NOMEM;
    struct zone_faults *all = source->faults;
    if (all->count > faults + 1)
        qsort(all->items + faults, all->count - faults, sizeof *all->items,
              compare_faults);
    return rc == 0 && all->count != faults ? ERR_INVALID : rc;
}

int zone_set_builder_add(struct zone_builder *b, const char *file, const char *text,
                         size_t n, struct zone_faults *faults)
{
    struct geojson_source source = {.text = text, .n = n, .faults = faults};
    return add_text(b, file, &source, false);
}

int zone_set_build(struct zone_builder *b, struct zone_set **ret_set, struct err *err)
{
    struct zone_set *set = b->set;
    struct zone_set *empty = calloc(1, sizeof *empty);
    int rc = empty == NULL ? ERR_NOMEM : 0;
    for (size_t i = 0; rc == 0 && i < set->count; i++)
        rc = zone_edges_index(&set->geometries[i]);
    if (rc == 0)
        rc = zone_index_build(set->geometries, set->count, &set->index);
    if (rc != 0) {
        free(empty);
        return err_set(err, rc, "the index of %zu zones: %s", set->count, err_text(rc));
    }
    forget_origins(b);
    map_init(&empty->ids);
    b->set = empty;
    b->room = 0;
    *ret_set = set;
    return 0;
}

int zone_set_read_area(const char *text, size_t n, struct zone_set **ret_set,
                       struct err *err)
{
    struct zone_faults faults = {0};
    struct zone_builder *b = zone_set_builder_create();
    if (b == NULL)
        return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    struct geojson_source source = {.text = text, .n = n, .faults = &faults};
    int rc = add_text(b, "", &source, true);
    if (rc == ERR_INVALID) {
        const struct zone_fault *fault = &faults.items[0];
        err_set_at(err, rc, fault->line, fault->col, "%s", fault->text);
    } else if (rc != 0) {
        err_set(err, rc, "%s", err_text(rc));
    } else {
        rc = zone_set_build(b, ret_set, err);
    }
    geojson_fault_finish_list(&faults);
    zone_set_builder_destroy(b);
    return rc;
}

size_t zone_set_count(const struct zone_set *set)
{
    return set->count;
}

const struct zone_info *zone_set_info(const struct zone_set *set, uint32_t zone)
{
    return &set->infos[zone];
}

static size_t geometry_bytes(const struct zone_geometry *g)
{
    return sizeof *g + g->vertex_count * sizeof *g->vertices +
           g->leaf_count * sizeof *g->leaves + g->group_count * sizeof *g->groups +
           (g->strips != NULL ? zone_strips_bytes(g->strips) : 0);
}

size_t zone_set_index_bytes(const struct zone_set *set)
{
    size_t bytes = zone_index_build_own_bytes(set->index);
    for (size_t i = 0; i < set->count; i++)
        bytes += geometry_bytes(&set->geometries[i]);
    return bytes;
}

size_t zone_set_ring_count(const struct zone_set *set, uint32_t zone)
{
    return set->geometries[zone].ring_count;
}

size_t zone_set_ring_size(const struct zone_set *set, uint32_t zone, size_t ring)
{
    const struct zone_geometry *g = &set->geometries[zone];
    return g->ring_ends[ring] - (ring > 0 ? g->ring_ends[ring - 1] : 0);
}

struct geo_point zone_set_ring_point(const struct zone_set *set, uint32_t zone,
                                     size_t ring, size_t i)
{
    const struct zone_geometry *g = &set->geometries[zone];
    const struct zone_vertex *v =
        &g->vertices[(ring > 0 ? g->ring_ends[ring - 1] : 0) + i];
    return (struct geo_point){.lat = v->y / GEO_E7,
                              .lon = (double)(g->west_e7 + (int64_t)v->x) / GEO_E7};
}

size_t zone_set_at(const struct zone_set *set, struct geo_pos p, uint32_t *ret_zones,
                   size_t room)
{
    return zone_index_at(set->index, p, ret_zones, room);
}

void zone_set_fetch(const struct zone_set *set, struct geo_pos p)
{
    zone_index_fetch(set->index, p);
}

bool zone_set_contains(const struct zone_set *set, uint32_t zone, struct geo_pos p)
{
    const struct zone_geometry *g = &set->geometries[zone];
    return zone_edges_contain(g, p);
}
