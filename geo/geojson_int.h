/* SPDX-License-Identifier: Apache-2.0 */
/* GeoJSON (RFC 7946) to features as drawn, and the list of faults. Private to geo/. */
#ifndef LOOKOUT_GEOJSON_INT_H
#define LOOKOUT_GEOJSON_INT_H

#include "lookout/geo/zone.h"

struct buf;

#define GEOJSON_PATH_BYTES 96

/* A line or a ring as the file gives it. A ring includes its closing position. */
struct geojson_ring {
    size_t first, count;        /* in the feature's points */
    uint32_t polygon, in_order; /* number of the polygon; its ring, 0: outer */
};

struct geojson_feature {
    char *id, *name, *kind; /* owned; id may be NULL where it is not required */
    char path[32];          /* "features[3]"; "" for a text that is one feature */
    enum zone_shape shape;
    bool is_multi, is_bare;   /* MultiPolygon; a geometry without a Feature */
    bool has_width;           /* a width is given, valid or not */
    double width_m;           /* of a corridor, to each side; else 0 */
    struct geo_point *points; /* owned; longitudes -360..360 */
    size_t point_count, point_room;
    struct geojson_ring *rings; /* owned */
    size_t ring_count, ring_room;
    size_t polygon_count;
    bool has_fault;
};

struct geojson_document {
    struct geojson_feature *items; /* owned */
    size_t count;
};

/* The text that is read, and the list to which its faults are appended. */
struct geojson_source {
    const char *text; /* borrowed */
    size_t n;
    struct zone_faults *faults; /* borrowed */
    bool is_out_of_memory;      /* a fault could not be stored */
};

/* Append a fault at that place; the text is taken over. */
void geojson_fault_add(struct geojson_source *source, int line, int col,
                       struct buf *text);
/* Append a fault at the member `path`, with its line and column: "path (id "x"): what".
 * `id` may be NULL. */
void geojson_fault(struct geojson_source *source, const char *path, const char *id,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The member path of a ring, for faults. */
void geojson_ring_path(const struct geojson_feature *feature, size_t ring,
                       char ret_path[GEOJSON_PATH_BYTES]);

/* Read a FeatureCollection or a Feature. With `is_lone` a bare geometry is accepted too,
 * and an id is not required. Faults are appended. A feature with a fault stays in the
 * document and is marked as faulty. Returns 0 or ERR_NOMEM; the caller finishes the
 * document in either case. */
MUST_CHECK int geojson_read(struct geojson_source *source, bool is_lone,
                            struct geojson_document *ret);
void geojson_finish(struct geojson_document *document);

#endif
