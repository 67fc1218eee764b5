/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer: ports by UN/LOCODE. A port is a set of places with their distances or
 * areas. Also groups of ports, codes of the same port, patterns of ports, and the
 * resolving of declared destinations. Immutable once built. */
#ifndef LOOKOUT_PORTS_H
#define LOOKOUT_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/geo/geo.h"
#include "lookout/geo/zone.h"

#define PORT_NONE UINT32_MAX
#define LOCODE_BYTES 6
#define PORT_SOURCE_DEFINED "configuration"

/* One more place of a port: a dock, a terminal, a road, another code's point. */
struct port_place {
    struct geo_pos pos;
    double entry_m, exit_m; /* from pos */
};

struct port {
    char locode[LOCODE_BYTES];
    char *name;   /* owned */
    char *source; /* owned: where the position is from; PORT_SOURCE_DEFINED for the
                     configuration's own */
    struct geo_pos pos;
    double entry_m,
        exit_m; /* from pos; with an area: entry is 0 (its edge), exit metres beyond it */
    struct zone_set *area;     /* owned; NULL for a port known by a point */
    struct port_place *places; /* owned: where else the port is */
    size_t place_count;
    uint32_t same;      /* index of the port that represents it, or its own */
    uint32_t next_same; /* the next member of the same-group, as a ring */
    char **codes;       /* owned: other codes of the very same port */
    size_t code_count;
    char **names; /* owned: other names, as ships and lists write them */
    size_t name_count;
};

/* --- building --- */

struct ports;
struct ports_builder;

struct ports_builder *ports_builder_create(void); /* NULL: out of memory */
void ports_builder_destroy(struct ports_builder *b);
/* Set the default distances for ports that are a point (10 km / 12 km), and beyond an
 * area's edge (1 km). A port with only an entry distance keeps the difference between the
 * two. */
void ports_builder_distances(struct ports_builder *b, double entry_m, double exit_m,
                             double area_exit_m);
/* Read the gazetteer's CSV (header:
 * locode,name,lat,lon,entry_km,codes,source,note,names,places,same; the first four are
 * required, their order is free; see config/ports.csv). `places` holds "lat lon [km]"
 * separated by semicolons, `same` the code that the port's harbour is known by. Faults
 * are reported one by one through `fault` (may be NULL), line and col from 1; a faulty
 * row is left out. Returns the first fault's code after reading all, or 0. */
typedef void (*ports_fault)(void *context, int line, int col, const char *text);
MUST_CHECK int ports_csv_read(struct ports_builder *b, const char *text, size_t n,
                              ports_fault fault, void *context);
/* Read areas of ports: GeoJSON, a FeatureCollection (or one Feature) of Polygons and
 * MultiPolygons, with the port's code in properties.locode. They apply to ports of the
 * CSV that ports_builder_define does not move; an area of an unknown port is a fault when
 * the ports are built. Faults as above (line and col 0 where unknown). */
MUST_CHECK int ports_areas_read(struct ports_builder *b, const char *text, size_t n,
                                ports_fault fault, void *context);
/* Read the reviewed names of declared destinations (CSV, header: name,locode; see
 * config/destinations.csv). Faults as for ports_csv_read. A name whose port the gazetteer
 * lacks has no effect. */
MUST_CHECK int destination_table_read(struct ports_builder *b, const char *text, size_t n,
                                      ports_fault fault, void *context);
/* No position: that of the gazetteer's entry, else the middle of the area. */
#define PORTS_POS_NONE ((struct geo_pos){INT32_MAX, INT32_MAX})
/* Add or replace one port, whatever the order of calls. Its places are replaced too when
 * a position, an area or an entry distance is given. name NULL: the name of the
 * gazetteer's entry, else the code. entry_m, exit_m < 0: default. `area` is taken over
 * (NULL: none), also on failure. ERR_EXISTS when the port was defined before. */
MUST_CHECK int ports_builder_define(struct ports_builder *b, const char *locode,
                                    const char *name, struct geo_pos pos, double entry_m,
                                    double exit_m, struct zone_set *area,
                                    struct err *err);
/* A named group of patterns ("KP*", "RUVVO", another group "$x"), in any order. */
MUST_CHECK int ports_builder_group(struct ports_builder *b, const char *name,
                                   const char *const *patterns, size_t n,
                                   struct err *err);
/* Add codes of one port, which the first code represents. Codes that the gazetteer lacks
 * become other codes of the first known one. The same-groups of the CSV come before
 * these. */
MUST_CHECK int ports_builder_same(struct ports_builder *b, const char *const *codes,
                                  size_t n, struct err *err);
/* Some faults show only when all data are known. ports_assemble gives each to `trouble`:
 * which definition, group or same-list (from 0, in the order of the successful calls),
 * and which pattern or code in it. */
enum ports_about {
    PORTS_ABOUT_AREA,   /* item: of ports_areas_read's features that were taken */
    PORTS_ABOUT_DEFINE, /* a definition without position */
    PORTS_ABOUT_GROUP,  /* a pattern that names nothing, a cycle */
    PORTS_ABOUT_SAME    /* none of the codes is known */
};
typedef void (*ports_trouble)(void *context, enum ports_about about, size_t item,
                              size_t element, const char *text);
void ports_builder_on_trouble(struct ports_builder *b, ports_trouble trouble,
                              void *context);
/* Make the gazetteer of all collected data; b is empty afterwards, also on failure.
 * Returns the code of the first trouble (its text in err), ERR_NOMEM, or 0. */
MUST_CHECK int ports_assemble(struct ports_builder *b, struct ports **ret_ports,
                              struct err *err);
void ports_destroy(struct ports *ports);
/* Another holder: the last ports_destroy frees them. Only one thread at a time may call
 * these two. */
struct ports *ports_hold(struct ports *ports);

/* --- looking up --- */

/* Indices 0 .. ports_count - 1 are in the order of codes. */
size_t ports_count(const struct ports *ports);
const struct port *ports_get(const struct ports *ports, uint32_t index);
/* Find a port by its UN/LOCODE or another of its codes, in upper or lower case, with or
 * without a blank after the country; PORT_NONE when unknown. */
uint32_t ports_find(const struct ports *ports, const char *code);
/* Find up to `room` ports whose name, code or other code contains the query (ASCII case
 * folded), best first; returns how many. */
size_t ports_search(const struct ports *ports, const char *query, uint32_t *ret_ports,
                    size_t room);

/* --- where a ship is --- */

/* A `same` group is one port: the functions below look at all its members, whichever is
 * asked for, and ports_index_at answers with the member that represents it. */

/* The port with a place that holds pos, by the entry distance or as an area: areas before
 * points, then the nearest place. Among ports whose place that holds pos is at most 25 km
 * farther than the nearest, `declared` (PORT_NONE: none) or a port that is the same wins.
 * PORT_NONE: at sea. Never allocates. */
uint32_t ports_index_at(const struct ports *ports, struct geo_pos pos, uint32_t declared);
/* To be called before ports_index_is_near: the distance that counts as near. The
 * gazetteer gets a second grid of some MB. ERR_NOMEM. */
MUST_CHECK int ports_index_widen(struct ports *ports, double least_m);
/* Whether a place or the edge of an area of any port is at most that far away, or pos is
 * within its exit distance. */
bool ports_index_is_near(const struct ports *ports, struct geo_pos pos);
/* Prefetch the memory that ports_index_at will need first. */
void ports_index_fetch(const struct ports *ports, struct geo_pos pos);
/* Whether pos is still within the exit distance of that port. */
bool ports_within_exit(const struct ports *ports, uint32_t port, struct geo_pos pos);
bool ports_within_entry(const struct ports *ports, uint32_t port, struct geo_pos pos);
/* Great-circle distance in metres to the nearest of the port's places, or 0 inside its
 * area. */
double ports_distance_m(const struct ports *ports, uint32_t port, struct geo_pos pos);
/* Finds the port with the nearest place, and the distance to it in metres. Looks at all
 * ports, which takes a millisecond or two. PORT_NONE, with *ret_m untouched, without any.
 */
uint32_t ports_nearest(const struct ports *ports, struct geo_pos pos, double *ret_m);
/* True when a and b are the same port (equal, or of one `same` group). PORT_NONE is the
 * same as no port. */
bool ports_are_same(const struct ports *ports, uint32_t a, uint32_t b);

/* --- patterns --- */

/* A set of ports; it holds all members of a `same` group or none. Immutable. */
struct port_set;
/* Compile patterns: "RUVVO", "KP*", "$dprk", "*". ERR_NOT_FOUND: a pattern names nothing
 * known; err has the pattern, its 1-based number in err->col, and the nearest known code
 * or group. ERR_SYNTAX: the text is not a pattern. */
MUST_CHECK int port_set_create(const struct ports *ports, const char *const *patterns,
                               size_t n, struct port_set **ret_set, struct err *err);
void port_set_destroy(struct port_set *set);
bool port_set_has(const struct port_set *set, uint32_t port);
size_t port_set_count(const struct port_set *set);
/* The first members in the written order (of a same-group only the representative): i
 * from 0, PORT_NONE after the last or after PORT_SET_FIRST. */
#define PORT_SET_FIRST 5
uint32_t port_set_first(const struct port_set *set, size_t i);
/* Iterate in ascending order: the first member >= from, PORT_NONE at the end. */
uint32_t port_set_next(const struct port_set *set, uint32_t from);
/* A hash that does not depend on order and indices; it changes when the members do (for
 * rule definitions). */
uint64_t port_set_hash(const struct ports *ports, const struct port_set *set);

/* --- declared destinations --- */

/* The port of a destination as ships write it: "KRPUS>RUVVO", "RULED VIA NOK",
 * "VLADIVOSTOK", "RU VVO", aliases, one typo in names of six letters and more. PORT_NONE
 * when it does not resolve ("FOR ORDERS", greetings, ambiguous). Never allocates. A typo
 * costs some 100 us at worst: keep the answer until the text changes. */
uint32_t destination_resolve(const struct ports *ports, const char *text);

#endif
