/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the files of the gazetteer share: the finished gazetteer and the
 * builder.
 *
 * Circle: destination_table, ports_builder: the builder owns the table of destinations,
 * whose reader reports faults as the builder does. */
#ifndef LOOKOUT_PORTS_INT_H
#define LOOKOUT_PORTS_INT_H

#include "lookout/base/map.h"
#include "lookout/voyage/ports.h"

/* --- the built value --- */

/* One code (own or other) of a port, ordered by key. */
/* How a port got a code. */
enum ports_claim {
    PORTS_CLAIM_OWN,
    PORTS_CLAIM_OTHER, /* one of its other codes */
    PORTS_CLAIM_LISTED /* the same, and it is in the port's list */
};
struct ports_code {
    uint64_t key; /* ports_code_key */
    uint32_t port;
    enum ports_claim claim;
};

/* One name of a port for destinations, ordered by key: upper-case letters and digits. */
struct ports_name {
    const char *key; /* borrowed from ports.name_text */
    uint32_t length;
    uint32_t port;
    bool is_reviewed; /* of the destination_table */
};

/* The reach of a place of a port, as a box around its exit circle or area, with all data
 * that a usual query needs. Grid cells list reaches. */
struct ports_reach {
    struct geo_pos middle; /* the position of a place known by a point */
    int32_t lat_half_e7;
    uint32_t lon_half_e7; /* 1800000000: all longitudes */
    uint32_t port;
    uint32_t is_area;
    double entry_m, exit_m;  /* of an area: 0 and metres beyond its edge */
    double cos_lat, sin_lat; /* of a point */
};

struct ports_index {
    uint64_t *used;   /* owned: one bit for each used cell; small enough for the cache */
    uint32_t *ranks;  /* owned: the number of used cells before each word */
    uint32_t *starts; /* owned: the first reach of each used cell, and the end */
    struct ports_reach *reaches; /* owned */
};

/* Ports picked by patterns: all of them, and the first ones in the written order (of a
 * same-group only the representative). */
struct ports_picks {
    uint64_t *bits; /* one per port */
    uint32_t first[PORT_SET_FIRST];
    size_t first_count;
};

struct ports_group {
    char *name;               /* owned */
    struct ports_picks picks; /* its bits owned */
};

struct ports {
    uint32_t holders;
    struct port *items; /* owned, by ascending locode */
    size_t count;
    struct ports_code *codes; /* owned */
    size_t code_count;
    struct ports_group *groups; /* owned */
    size_t group_count;
    struct ports_name *names; /* owned */
    size_t name_count;
    char *name_text; /* owned */
    struct ports_index index;
    struct ports_index around; /* of ports_index_widen; empty before it */
    double around_m;
};

/* Five letters or digits as a number that sorts like the text; 0 when the text is not a
 * code (two letters, then three letters or digits). Accepts lower case and one blank
 * after the country. */
uint64_t ports_code_key(const char *code);
/* The code in upper case without a blank; false when the text is not a code. */
bool ports_code_read(const char *code, char ret_locode[LOCODE_BYTES]);
/* Collect the codes of all ports, with room for `more`; a code that another port has is
 * removed from a port's list. ERR_NOMEM, else 0. */
MUST_CHECK int ports_codes_make(struct ports *ports, size_t more);
/* Add a code of a port, within that room; false when it is known. */
bool ports_codes_add(struct ports *ports, const char *code, uint32_t port);
/* The nearest known code to a word, "" when none is near. */
const char *ports_nearest_code(const struct ports *ports, const char *word);

/* Whether a place of the port, or of one that is the same, holds the position. */
enum ports_edge { PORTS_EDGE_ENTRY, PORTS_EDGE_EXIT };
bool ports_index_holds(const struct ports *ports, uint32_t port, struct geo_pos pos,
                       enum ports_edge edge);
/* The grid; an exit distance is at least least_m. ERR_NOMEM, else 0. */
MUST_CHECK int ports_index_build(struct ports_index *index, const struct port *ports,
                                 size_t count, double least_m);
void ports_index_finish(struct ports_index *index);

/* Add the ports that a pattern names to the picks. `lookup` resolves "$name": NULL when
 * unknown. */
static inline size_t ports_bit_words(size_t count)
{
    return (count + 63) / 64;
}
typedef const struct ports_picks *(*ports_group_lookup)(void *context, const char *name,
                                                        struct err *err);
MUST_CHECK int port_set_pick_pattern(const struct ports *ports, const char *pattern,
                                     ports_group_lookup lookup, void *context,
                                     struct ports_picks *picks, struct err *err);

/* Build the names for destinations, after items, codes and rings. ERR_NOMEM, else 0. */
struct destination_table;
MUST_CHECK int ports_names_build(struct ports *ports,
                                 const struct destination_table *reviewed);

/* Reviewed names, each once. They decide when the gazetteer's own names are missing or
 * ambiguous. A row whose port the gazetteer lacks has no effect. */
enum { DESTINATION_NAME_BYTES = 64 };
struct destination_row {
    char name[DESTINATION_NAME_BYTES]; /* upper-case letters and digits */
    char locode[LOCODE_BYTES];
    int line; /* of the CSV */
};
struct destination_table {
    struct destination_row *rows; /* owned */
    size_t count, room;
};
void destination_table_finish(struct destination_table *t);

/* --- reading files --- */

/* The faults of one file. */
struct ports_reading {
    ports_fault fault; /* may be NULL */
    void *context;     /* borrowed */
    int first;         /* the code of the first fault; 0: none */
};
/* Report a fault; line and col from 1, 0 where unknown. */
void ports_builder_report(struct ports_reading *r, int code, int line, int col,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));

/* --- the builder --- */

/* One port while it is collected. */
struct ports_entry {
    char locode[LOCODE_BYTES];
    bool has_pos;
    bool is_placed; /* the configuration gives its place: no shipped area */
    int line;       /* of the CSV */
    char *name;     /* owned; NULL: not given */
    char *source;   /* owned; NULL: not given */
    struct geo_pos pos;
    double entry_m, exit_m; /* < 0: default */
    struct zone_set *area;  /* owned */
    char **codes, **names;  /* owned */
    size_t code_count, name_count;
    struct port_place *places; /* owned; exit_m is set when the ports are built */
    size_t place_count;
    char same[LOCODE_BYTES]; /* "": alone */
};

struct ports_area {
    char locode[LOCODE_BYTES];
    struct zone_set *area; /* owned */
};

struct ports_list {
    char *name;   /* owned; NULL for a same-list */
    char **items; /* owned */
    size_t count;
};

struct ports_builder {
    struct ports_entry *rows, *defines; /* owned */
    size_t row_count, row_room, define_count, define_room;
    struct ports_area *areas; /* owned */
    size_t area_count, area_room;
    struct ports_list *groups, *sames; /* owned */
    size_t group_count, group_room, same_count, same_room;
    struct map row_by_code, define_by_code; /* code key -> index + 1 */
    struct destination_table destinations;
    double entry_m, exit_m, area_exit_m;
    ports_trouble trouble;
    void *trouble_context; /* borrowed */
};

/* Free the collected data; the settings stay. */
void ports_builder_empty(struct ports_builder *b);
void ports_builder_finish_entry(struct ports_entry *e);
void ports_builder_free_texts(char **texts, size_t count);
/* Split at `separator`, blanks around parts dropped, empty parts left out. */
MUST_CHECK int ports_builder_split(const char *text, size_t n, char separator,
                                   char ***ret_parts, size_t *ret_count);

/* The place of that key among the sorted codes, or where it would be (ports_codes.c). */
size_t ports_codes_place(const struct ports *ports, uint64_t key);

#endif
