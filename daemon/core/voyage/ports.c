/* SPDX-License-Identifier: Apache-2.0 */
/* The finished gazetteer: look-ups by code and by text, and the distances to one port.
 * ports_builder.c builds it, ports_index.c has the grid. */
#include "lookout/voyage/ports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/text.h"
#include "ports_int.h"

/* --- codes --- */

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static char upper_char(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

uint32_t ports_find(const struct ports *ports, const char *code)
{
    uint64_t key = ports_code_key(code);
    size_t at = ports_codes_place(ports, key);
    bool is_there = at < ports->code_count && ports->codes[at].key == key;
    return is_there ? ports->codes[at].port : PORT_NONE;
}

const char *ports_nearest_code(const struct ports *ports, const char *word)
{
    const char *best = "";
    unsigned best_distance = 2; /* one edit of five letters at most */
    char upper_word[16];
    text_copy(upper_word, sizeof upper_word, word);
    text_upper(upper_word);
    for (size_t i = 0; i < ports->count && best_distance > 1; i++) {
        const char *locode = ports->items[i].locode;
        unsigned d = text_distance(upper_word, locode, 1);
        /* A code with the same country is preferred: countries are seldom mistyped. */
        if (d < best_distance && memcmp(upper_word, locode, 2) == 0) {
            best = locode;
            best_distance = d;
        }
    }
    return best;
}

/* --- plain access --- */

size_t ports_count(const struct ports *ports)
{
    return ports->count;
}

const struct port *ports_get(const struct ports *ports, uint32_t index)
{
    return &ports->items[index];
}

bool ports_are_same(const struct ports *ports, uint32_t a, uint32_t b)
{
    if (a == PORT_NONE || b == PORT_NONE)
        return false;
    return ports->items[a].same == ports->items[b].same;
}

/* --- distances of one port --- */

bool ports_within_exit(const struct ports *ports, uint32_t port, struct geo_pos pos)
{
    return ports_index_holds(ports, port, pos, PORTS_EDGE_EXIT);
}

bool ports_within_entry(const struct ports *ports, uint32_t port, struct geo_pos pos)
{
    return ports_index_holds(ports, port, pos, PORTS_EDGE_ENTRY);
}

/* Set *best to the distance when that is less, or the first (-1: none yet). */
static void take_nearer(struct geo_pos place, struct geo_pos pos, double *best)
{
    const double e7_m = GEO_EARTH_RADIUS_M * 3.14159265358979323846 / 180 / GEO_E7;
    double north_m = fabs((double)((int64_t)place.lat_e7 - pos.lat_e7)) * e7_m;
    if (*best >= 0 && north_m > *best)
        return;
    double d = geo_distance_m(place, pos);
    if (*best < 0 || d < *best)
        *best = d;
}

double ports_distance_m(const struct ports *ports, uint32_t port, struct geo_pos pos)
{
    double best = -1;
    uint32_t i = port;
    do {
        const struct port *p = &ports->items[i];
        if (p->area != NULL && zone_set_contains(p->area, 0, pos))
            return 0;
        take_nearer(p->pos, pos, &best);
        for (size_t k = 0; k < p->place_count; k++)
            take_nearer(p->places[k].pos, pos, &best);
        i = ports->items[i].next_same;
    } while (i != port);
    return best;
}

uint32_t ports_nearest(const struct ports *ports, struct geo_pos pos, double *ret_m)
{
    uint32_t nearest = PORT_NONE;
    for (uint32_t i = 0; i < ports->count; i++) {
        if (ports->items[i].same != i)
            continue;
        double m = ports_distance_m(ports, i, pos);
        if (nearest == PORT_NONE || m < *ret_m) {
            nearest = i;
            *ret_m = m;
        }
    }
    return nearest;
}

/* --- search --- */

/* The place of needle in text, ASCII case folded; -1: not there. */
static long find_fold(const char *text, const char *needle)
{
    for (long at = 0;; at++) {
        size_t n = 0;
        while (needle[n] != '\0' &&
               upper_char(text[(size_t)at + n]) == upper_char(needle[n]))
            n++;
        if (needle[n] == '\0')
            return at;
        if (text[at] == '\0')
            return -1;
    }
}

enum { RANK_NONE = 9 };

/* Rank: 1 the whole name, 3 its beginning, 5 a word's beginning, 7 elsewhere. */
static int name_rank(const char *name, const char *query)
{
    long at = find_fold(name, query);
    if (at < 0)
        return RANK_NONE;
    if (at == 0)
        return name[strlen(query)] == '\0' ? 1 : 3;
    char before = upper_char(name[at - 1]);
    return is_letter(before) ? 7 : 5;
}

static int search_rank(const struct port *p, const char *query, uint64_t key)
{
    if (key != 0 && ports_code_key(p->locode) == key)
        return 0;
    int best = name_rank(p->name, query);
    for (size_t i = 0; i < p->code_count; i++)
        if (key != 0 && ports_code_key(p->codes[i]) == key && best > 1)
            best = 1;
    for (size_t i = 0; i < p->name_count; i++) {
        int rank = name_rank(p->names[i], query) + 1;
        best = rank < best ? rank : best;
    }
    if (best > 4 && find_fold(p->locode, query) == 0)
        best = 4;
    if (best > 8 && find_fold(p->locode, query) > 0)
        best = 8;
    for (size_t i = 0; i < p->code_count; i++)
        if (best > 8 && find_fold(p->codes[i], query) >= 0)
            best = 8;
    return best;
}

size_t ports_search(const struct ports *ports, const char *query, uint32_t *ret_ports,
                    size_t room)
{
    size_t found = 0;
    uint64_t key = ports_code_key(query);
    if (query[0] == '\0')
        return 0;
    for (int rank = 0; rank < RANK_NONE && found < room; rank++)
        for (size_t i = 0; i < ports->count && found < room; i++)
            if (search_rank(&ports->items[i], query, key) == rank)
                ret_ports[found++] = (uint32_t)i;
    return found;
}

/* --- the end --- */

struct ports *ports_hold(struct ports *ports)
{
    ports->holders++;
    return ports;
}

void ports_destroy(struct ports *ports)
{
    if (ports == NULL || --ports->holders != 0)
        return;
    for (size_t i = 0; ports->items != NULL && i < ports->count; i++) {
        struct port *p = &ports->items[i];
        free(p->name);
        free(p->source);
        zone_set_destroy(p->area);
        free(p->places);
        ports_builder_free_texts(p->codes, p->code_count);
        ports_builder_free_texts(p->names, p->name_count);
    }
    for (size_t i = 0; i < ports->group_count; i++) {
        free(ports->groups[i].name);
        free(ports->groups[i].picks.bits);
    }
    ports_index_finish(&ports->index);
    ports_index_finish(&ports->around);
    free(ports->groups);
    free(ports->items);
    free(ports->codes);
    free(ports->names);
    free(ports->name_text);
    free(ports);
}
