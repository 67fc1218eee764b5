/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer's codes and the port of each. They are sorted once; inserting them one by
 * one took a third of the time of reading the gazetteer. */
#include <stdlib.h>
#include <string.h>

#include "ports_int.h"

size_t ports_codes_place(const struct ports *ports, uint64_t key)
{
    size_t low = 0, high = ports->code_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ports->codes[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Order: by code, a port's own code before other codes, earlier ports first. */
static int by_claim(const void *a, const void *b)
{
    const struct ports_code *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->claim != y->claim)
        return x->claim < y->claim ? -1 : 1;
    return (x->port > y->port) - (x->port < y->port);
}

/* Sort all codes that ports claim; each belongs to the first port that claims it. */
static void codes_sort(struct ports *ports)
{
    size_t kept = 0;
    if (ports->code_count != 0)
        qsort(ports->codes, ports->code_count, sizeof *ports->codes, by_claim);
    for (size_t i = 0; i < ports->code_count; i++)
        if (kept == 0 || ports->codes[kept - 1].key != ports->codes[i].key)
            ports->codes[kept++] = ports->codes[i];
    ports->code_count = kept;
}

/* Remove the codes that the port did not get from its list. */
static void codes_keep_own(struct ports *ports, uint32_t port)
{
    struct port *p = &ports->items[port];
    size_t kept = 0;
    for (size_t k = 0; k < p->code_count; k++) {
        struct ports_code *it =
            &ports->codes[ports_codes_place(ports, ports_code_key(p->codes[k]))];
        if (it->port == port && it->claim == PORTS_CLAIM_OTHER) {
            it->claim = PORTS_CLAIM_LISTED;
            p->codes[kept++] = p->codes[k];
        } else {
            free(p->codes[k]);
        }
    }
    p->code_count = kept;
}

static void code_append(struct ports *ports, const char *code, uint32_t port,
                        enum ports_claim claim)
{
    ports->codes[ports->code_count++] =
        (struct ports_code){ports_code_key(code), port, claim};
}

int ports_codes_make(struct ports *ports, size_t more)
{
    size_t room = ports->count + more + 1;
    for (size_t i = 0; i < ports->count; i++)
        room += ports->items[i].code_count;
    ports->codes = calloc(room, sizeof *ports->codes);
    if (ports->codes == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < ports->count; i++) {
        const struct port *p = &ports->items[i];
        code_append(ports, p->locode, i, PORTS_CLAIM_OWN);
        for (size_t k = 0; k < p->code_count; k++)
            code_append(ports, p->codes[k], i, PORTS_CLAIM_OTHER);
    }
    codes_sort(ports);
    for (uint32_t i = 0; i < ports->count; i++)
        codes_keep_own(ports, i);
    return 0;
}

bool ports_codes_add(struct ports *ports, const char *code, uint32_t port)
{
    uint64_t key = ports_code_key(code);
    size_t at = ports_codes_place(ports, key);
    if (at < ports->code_count && ports->codes[at].key == key)
        return false;
    memmove(&ports->codes[at + 1], &ports->codes[at],
            (ports->code_count - at) * sizeof *ports->codes);
    ports->codes[at] = (struct ports_code){key, port, PORTS_CLAIM_LISTED};
    ports->code_count++;
    return true;
}
