/* SPDX-License-Identifier: Apache-2.0 */
/* The gazetteer's CSV from arbitrary bytes; whatever is left builds and answers. */
#include <stdint.h>
#include <stdlib.h>

#include "lookout/voyage/ports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ports_builder *b = ports_builder_create();
    struct ports *ports = NULL;
    if (b == NULL)
        return 0;
    if (destination_table_read(b, (const char *)data, size, NULL, NULL) == ERR_NOMEM)
        return 0;
    if (ports_csv_read(b, (const char *)data, size, NULL, NULL) == ERR_NOMEM)
        abort();
    if (ports_assemble(b, &ports, NULL) != 0)
        abort();
    for (uint32_t i = 0; i < ports_count(ports); i++) {
        const struct port *p = ports_get(ports, i);
        uint32_t at = ports_index_at(ports, p->pos, i);
        if (ports_find(ports, p->locode) != i || at == PORT_NONE ||
            !ports_within_exit(ports, at, p->pos))
            abort();
        destination_resolve(ports, p->name);
    }
    ports_destroy(ports);
    ports_builder_destroy(b);
    return 0;
}
