/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of ports, and the sets of ports that they name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/text.h"
#include "ports_int.h"

struct port_set {
    size_t count;             /* members */
    size_t words;             /* of bits */
    struct ports_picks picks; /* its bits follow it in memory */
    uint64_t bits[];          /* one per port */
};

/* --- patterns --- */

static void bit_set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static bool bit_has(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static void pick_port(const struct ports *ports, struct ports_picks *picks, uint32_t port)
{
    bit_set(picks->bits, port);
    uint32_t head = ports->items[port].same;
    size_t i = 0;
    while (i < picks->first_count && picks->first[i] != head)
        i++;
    if (i == picks->first_count && i < PORT_SET_FIRST)
        picks->first[picks->first_count++] = head;
}

static int unknown_group(const struct ports *ports, const char *name, struct err *err)
{
    const char *nearest = NULL;
    const char **names = calloc(ports->group_count + 1, sizeof *names);
    if (names == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < ports->group_count; i++)
        names[i] = ports->groups[i].name;
    nearest = text_nearest(name, names, ports->group_count);
    if (nearest != NULL)
        err_set(err, ERR_NOT_FOUND, "there is no group '$%.40s'; did you mean '$%.64s'?",
                name, nearest);
    else if (ports->group_count == 0)
        err_set(err, ERR_NOT_FOUND, "there is no group '$%.40s' (no groups are defined)",
                name);
    else
        err_set(err, ERR_NOT_FOUND, "there is no group '$%.40s' (there is '$%.64s'%s)",
                name, names[0], ports->group_count > 1 ? " and others" : "");
    free(names);
    return ERR_NOT_FOUND;
}

static int pick_group(const struct ports *ports, const char *name,
                      ports_group_lookup lookup, void *context, struct ports_picks *picks,
                      struct err *err)
{
    struct err detail = {0};
    const struct ports_picks *group = lookup(context, name, &detail);
    if (group == NULL && detail.code != 0)
        return err_set(err, detail.code, "%s", detail.text);
    if (group == NULL)
        return unknown_group(ports, name, err);
    for (size_t i = 0; i < group->first_count; i++)
        pick_port(ports, picks, group->first[i]);
    for (size_t i = 0; i < ports_bit_words(ports->count); i++)
        picks->bits[i] |= group->bits[i];
    return 0;
}

static int pick_country(const struct ports *ports, const char *pattern,
                        struct ports_picks *picks, struct err *err)
{
    char country[3] = {pattern[0], pattern[1], '\0'};
    bool is_any = false;
    text_upper(country);
    for (size_t i = 0; i < ports->count; i++)
        if (memcmp(ports->items[i].locode, country, 2) == 0) {
            pick_port(ports, picks, (uint32_t)i);
            is_any = true;
        }
    if (!is_any)
        return err_set(err, ERR_NOT_FOUND,
                       "'%s': the gazetteer has no port of country %s", pattern, country);
    return 0;
}

/* The port of that name, or PORT_NONE. */
static uint32_t find_by_name(const struct ports *ports, const char *name)
{
    uint32_t found = PORT_NONE;
    if (strlen(name) < 3 || ports_search(ports, name, &found, 1) == 0)
        return PORT_NONE;
    return found;
}

/* The hint for a word that is not a code: the port of that name if there is one, else the
 * nearest code. */
static int unknown_code(const struct ports *ports, const char *pattern, struct err *err)
{
    const char *nearest = ports_nearest_code(ports, pattern);
    uint32_t found = find_by_name(ports, pattern);
    if (found != PORT_NONE &&
        (nearest[0] == '\0' || text_equal_fold(ports->items[found].name, pattern)))
        nearest = ports->items[found].locode;
    if (nearest[0] == '\0')
        return err_set(err, ERR_NOT_FOUND, "'%s' is not a port of the gazetteer",
                       pattern);
    return err_set(err, ERR_NOT_FOUND,
                   "'%s' is not a port of the gazetteer; did you mean %s (%s)?", pattern,
                   nearest, ports->items[ports_find(ports, nearest)].name);
}

static int pick_code(const struct ports *ports, const char *pattern,
                     struct ports_picks *picks, struct err *err)
{
    uint32_t port = ports_find(ports, pattern);
    if (port != PORT_NONE) {
        pick_port(ports, picks, port);
        return 0;
    }
    return unknown_code(ports, pattern, err);
}

/* The ports of a same-group come together. */
static void close_rings(const struct ports *ports, uint64_t *bits)
{
    for (uint32_t i = 0; i < ports->count; i++) {
        if (!bit_has(bits, i))
            continue;
        for (uint32_t k = ports->items[i].next_same; k != i;
             k = ports->items[k].next_same)
            bit_set(bits, k);
    }
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

int port_set_pick_pattern(const struct ports *ports, const char *pattern,
                          ports_group_lookup lookup, void *context,
                          struct ports_picks *picks, struct err *err)
{
    int rc = 0;
    if (strcmp(pattern, "*") == 0)
        for (uint32_t i = 0; i < ports->count; i++)
            pick_port(ports, picks, i);
    else if (pattern[0] == '$')
        rc = pick_group(ports, pattern + 1, lookup, context, picks, err);
    else if (is_letter(pattern[0]) && is_letter(pattern[1]) &&
             strcmp(pattern + 2, "*") == 0)
        rc = pick_country(ports, pattern, picks, err);
    else if (ports_code_key(pattern) != 0)
        rc = pick_code(ports, pattern, picks, err);
    else if (find_by_name(ports, pattern) != PORT_NONE)
        rc = unknown_code(ports, pattern, err);
    else
        rc = err_set(
            err, ERR_SYNTAX,
            "'%.40s' is not a port pattern (a UN/LOCODE like \"RUVVO\", a country "
            "like \"KP*\", a group like \"$name\", or \"*\")",
            pattern);
    if (rc == 0)
        close_rings(ports, picks->bits);
    return rc;
}

/* --- sets --- */

struct built {
    const struct ports *ports;
};

static const struct ports_picks *built_group(void *context, const char *name,
                                             struct err *err)
{
    const struct built *built = context;
    const struct ports *ports = built->ports;
    (void)err;
    for (size_t i = 0; i < ports->group_count; i++)
        if (strcmp(ports->groups[i].name, name) == 0)
            return &ports->groups[i].picks;
    return NULL;
}

static size_t count_bits(uint64_t word)
{
    size_t n = 0;
    for (; word != 0; word &= word - 1)
        n++;
    return n;
}

int port_set_create(const struct ports *ports, const char *const *patterns, size_t n,
                    struct port_set **ret_set, struct err *err)
{
    size_t words = ports_bit_words(ports->count);
    struct port_set *set = calloc(1, sizeof *set + (words + 1) * sizeof set->bits[0]);
    if (set == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct built built = {ports};
    set->words = words;
    set->picks.bits = set->bits;
    for (size_t i = 0; i < n; i++) {
        int rc = port_set_pick_pattern(ports, patterns[i], built_group, &built,
                                       &set->picks, err);
        if (rc != 0) {
            free(set);
            if (err != NULL)
                err->col = (int)i + 1;
            return rc;
        }
    }
    for (size_t i = 0; i < words; i++)
        set->count += count_bits(set->bits[i]);
    *ret_set = set;
    return 0;
}

void port_set_destroy(struct port_set *set)
{
    free(set);
}

bool port_set_has(const struct port_set *set, uint32_t port)
{
    return port / 64 < set->words && bit_has(set->bits, port);
}

size_t port_set_count(const struct port_set *set)
{
    return set->count;
}

uint32_t port_set_first(const struct port_set *set, size_t i)
{
    return i < set->picks.first_count ? set->picks.first[i] : PORT_NONE;
}

uint32_t port_set_next(const struct port_set *set, uint32_t from)
{
    for (size_t word = from / 64; word < set->words; word++) {
        uint64_t bits = set->bits[word];
        if (word == from / 64)
            bits &= ~(uint64_t)0 << (from % 64);
        if (bits != 0)
            return (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
    }
    return PORT_NONE;
}

uint64_t port_set_hash(const struct ports *ports, const struct port_set *set)
{
    uint64_t sum = 0;
    for (uint32_t i = port_set_next(set, 0); i != PORT_NONE;
         i = port_set_next(set, i + 1))
        sum += hash_text(ports->items[i].locode, 0);
    return hash_u64(sum, set->count);
}
