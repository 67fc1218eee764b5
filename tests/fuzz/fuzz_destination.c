/* SPDX-License-Identifier: Apache-2.0 */
/* Declared destinations of arbitrary bytes against a small gazetteer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lookout/voyage/ports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rows[] =
    "locode,name,lat,lon,names\nRUVVO,Vladivostok,43.1,131.9,Vladivostock\n"
    "NLRTM,Rotterdam,51.9,4.48,\nUSPIE,St Petersburg,27.8,-82.6,\n"
    "RULED,St Petersburg,59.9,30.3,Sankt-Peterburg\nTOTBU,Nuku'alofa,-21.1,-175.2,\n"
    "USPWM,Portland,43.65,-70.25,\nUSPDX,Portland,45.5,-122.7,\nKRPUS,Busan,35.1,129,\n";

static const char names[] = "name,locode\nVLADIK,RUVVO\nPITER,RULED\nPUSAN,KRPUS\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ports *ports;
    if (ports == NULL) {
        struct ports_builder *b = ports_builder_create();
        if (b == NULL || ports_csv_read(b, rows, sizeof rows - 1, NULL, NULL) != 0 ||
            destination_table_read(b, names, sizeof names - 1, NULL, NULL) != 0 ||
            ports_assemble(b, &ports, NULL) != 0)
            abort();
        ports_builder_destroy(b);
    }
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    uint32_t port = destination_resolve(ports, text);
    if (port != PORT_NONE && port >= ports_count(ports))
        abort();
    uint32_t found[4];
    if (ports_search(ports, text, found, 4) > 4)
        abort();
    free(text);
    return 0;
}
