/* SPDX-License-Identifier: Apache-2.0 */
/* Names of ports for declared destinations: exact, or with one typo when the name is long
 * enough for a guess. */
#include <stdlib.h>
#include <string.h>

#include "destination_int.h"
#include "ports_int.h"

#define KEY_BYTES DESTINATION_NAME_BYTES
/* How long a name must be for a guess. Measured with 8,000 names of places of UN/LOCODE
 * and the World Port Index that the gazetteer did not have then: guessing at every name
 * of six letters gave a wrong port for 130 of them, these rules for 16. */
#define TYPO_LENGTH 6      /* a reviewed name, or one whose country is given too */
#define TYPO_FREE_LENGTH 8 /* from this length, the first letter may be wrong */
#define TYPO_ANY_LENGTH 10 /* any name of the gazetteer */
#define NAME_LENGTH 4      /* shorter names must be in the reviewed table */

/* --- names of the gazetteer --- */

/* Upper-case letters and digits of a text, cut to size - 1. */
static size_t compact_name(const char *text, char *ret_key, size_t size)
{
    size_t n = 0;
    for (const char *p = text; *p != '\0' && n + 1 < size; p++)
        if (destination_is_alnum(destination_upper(*p)))
            ret_key[n++] = destination_upper(*p);
    ret_key[n] = '\0';
    return n;
}

static int by_key(const void *a, const void *b)
{
    const struct ports_name *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order != 0)
        return order;
    if (x->is_reviewed != y->is_reviewed)
        return x->is_reviewed ? -1 : 1;
    return x->port < y->port ? -1 : x->port > y->port;
}

/* Add one name at *text, which is advanced; short names are left out unless reviewed. */
static void add_name(struct ports *ports, char **text, const char *name, uint32_t port,
                     bool is_reviewed)
{
    size_t n = compact_name(name, *text, KEY_BYTES);
    if (n < (is_reviewed ? 1 : NAME_LENGTH))
        return;
    ports->names[ports->name_count++] =
        (struct ports_name){*text, (uint32_t)n, port, is_reviewed};
    *text += n + 1;
}

int ports_names_build(struct ports *ports, const struct destination_table *reviewed)
{
    size_t names = reviewed->count, bytes = reviewed->count * KEY_BYTES;
    for (size_t i = 0; i < ports->count; i++) {
        const struct port *p = &ports->items[i];
        names += 1 + p->name_count;
        bytes += strlen(p->name) + 1;
        for (size_t k = 0; k < p->name_count; k++)
            bytes += strlen(p->names[k]) + 1;
    }
    ports->names = calloc(names + 1, sizeof *ports->names);
    ports->name_text = malloc(bytes + KEY_BYTES);
    if (ports->names == NULL || ports->name_text == NULL)
        return ERR_NOMEM;
    char *text = ports->name_text;
    for (size_t i = 0; i < reviewed->count; i++) {
        uint32_t port = ports_find(ports, reviewed->rows[i].locode);
        if (port != PORT_NONE)
            add_name(ports, &text, reviewed->rows[i].name, port, true);
    }
    for (size_t i = 0; i < ports->count; i++) {
        const struct port *p = &ports->items[i];
        add_name(ports, &text, p->name, (uint32_t)i, false);
        for (size_t k = 0; k < p->name_count; k++)
            add_name(ports, &text, p->names[k], (uint32_t)i, false);
    }
    qsort(ports->names, ports->name_count, sizeof *ports->names, by_key);
    return 0;
}

/* --- one name --- */

bool ports_names_is_allowed(const struct countries *c, const char *locode)
{
    for (size_t i = 0; i < c->count; i++)
        if (memcmp(c->codes[i], locode, 2) == 0)
            return true;
    return c->count == 0;
}

struct found ports_names_join(const struct ports *ports, struct found a, struct found b)
{
    if (a.what == FOUND_NOTHING)
        return b;
    if (b.what == FOUND_NOTHING)
        return a;
    if (a.what == FOUND_ONE && b.what == FOUND_ONE &&
        ports_are_same(ports, a.port, b.port))
        return a;
    return (struct found){FOUND_SEVERAL, PORT_NONE};
}

/* All ports of the names [begin, end), which share one key. A reviewed name that the
 * country allows decides alone. */
static struct found join_names(const struct ports *ports, size_t begin, size_t end,
                               const struct countries *allowed)
{
    struct found all = FOUND_NONE;
    for (size_t i = begin; i < end; i++) {
        const struct ports_name *name = &ports->names[i];
        if (!ports_names_is_allowed(allowed, ports->items[name->port].locode))
            continue;
        struct found one = {FOUND_ONE, name->port};
        if (name->is_reviewed)
            return one;
        all = ports_names_join(ports, all, one);
    }
    return all;
}

static size_t names_end(const struct ports *ports, size_t begin)
{
    size_t end = begin + 1;
    while (end < ports->name_count &&
           strcmp(ports->names[end].key, ports->names[begin].key) == 0)
        end++;
    return end;
}

/* The first name not before key. */
static size_t name_place(const struct ports *ports, const char *key)
{
    size_t low = 0, high = ports->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(ports->names[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct found ports_names_find(const struct ports *ports, const char *key,
                              const struct countries *allowed)
{
    size_t at = name_place(ports, key);
    if (at == ports->name_count || strcmp(ports->names[at].key, key) != 0)
        return FOUND_NONE;
    return join_names(ports, at, names_end(ports, at), allowed);
}

/* --- one typo --- */

/* True when one changed, missing or extra letter, or a swap of two neighbours, makes b of
 * a. */
static bool is_one_typo(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t head = 0, tail = 0;
    size_t shorter = a_length < b_length ? a_length : b_length;
    while (head < shorter && a[head] == b[head])
        head++;
    while (tail < shorter - head && a[a_length - 1 - tail] == b[b_length - 1 - tail])
        tail++;
    size_t a_rest = a_length - head - tail, b_rest = b_length - head - tail;
    if (a_rest <= 1 && b_rest <= 1)
        return true;
    return a_rest == 2 && b_rest == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
}

struct found ports_names_find_typo(const struct ports *ports, const char *key,
                                   const struct countries *allowed)
{
    size_t n = strlen(key);
    struct found all = FOUND_NONE;
    if (n < TYPO_LENGTH || strpbrk(key, "0123456789") != NULL ||
        destination_names_is_word(DESTINATION_NO_TYPO, key) ||
        destination_names_country(key) != NULL)
        return FOUND_NONE;
    for (size_t i = 0; i < ports->name_count; i = names_end(ports, i)) {
        const struct ports_name *name = &ports->names[i];
        size_t shorter = name->length < n ? name->length : n;
        bool may_differ_first = shorter >= TYPO_FREE_LENGTH;
        bool is_known_well = name->is_reviewed || allowed->count != 0;
        if (!is_known_well && shorter < TYPO_ANY_LENGTH)
            continue;
        if (name->length < TYPO_LENGTH || name->length + 1 < n || name->length > n + 1 ||
            (name->key[0] != key[0] && !may_differ_first))
            continue;
        if (is_one_typo(key, n, name->key, name->length))
            all = ports_names_join(ports, all,
                                   join_names(ports, i, names_end(ports, i), allowed));
    }
    return all;
}

/* Whether the name is in the reviewed table: then "harbour" or "west" after it only says
 * where in the port. */
bool ports_names_is_reviewed(const struct ports *ports, const char *key)
{
    size_t at = name_place(ports, key);
    return at < ports->name_count && ports->names[at].is_reviewed &&
           strcmp(ports->names[at].key, key) == 0;
}
