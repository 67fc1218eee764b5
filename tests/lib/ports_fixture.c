/* SPDX-License-Identifier: Apache-2.0 */
/* Gazetteers for tests. */
#include "ports_fixture.h"

#include <stdlib.h>
#include <string.h>

static void print_fault(void *context, int line, int col, const char *text)
{
    print_error("%s:%d:%d: %s\n", (const char *)context, line, col, text);
}

void fixture_add_destinations(struct ports_builder *b)
{
    static char name[] = "config/destinations.csv";
    size_t n = 0;
    char *text = test_read_file(test_root_path(name), &n);
    assert_non_null(text);
    assert_int_equal(destination_table_read(b, text, n, print_fault, name), 0);
    free(text);
}

struct ports *fixture_assemble(struct ports_builder *b)
{
    struct ports *p = NULL;
    struct err err = {0};
    if (ports_assemble(b, &p, &err) != 0)
        fail_msg("%s", err.text);
    ports_builder_destroy(b);
    return p;
}

struct ports *fixture_shipped_ports(void)
{
    static char csv_name[] = "config/ports.csv";
    static char areas_name[] = "config/port-areas.geojson";
    size_t n = 0;
    struct ports_builder *b = ports_builder_create();
    assert_non_null(b);
    char *text = test_read_file(test_root_path(csv_name), &n);
    assert_non_null(text);
    assert_int_equal(ports_csv_read(b, text, n, print_fault, csv_name), 0);
    free(text);
    text = test_read_file(test_root_path(areas_name), &n);
    assert_non_null(text);
    assert_int_equal(ports_areas_read(b, text, n, print_fault, areas_name), 0);
    free(text);
    fixture_add_destinations(b);
    return fixture_assemble(b);
}

struct ports *fixture_ports(const char *rows)
{
    static const char header[] = "locode,name,lat,lon,entry_km,codes,names\n";
    static char what[] = "test";
    struct ports_builder *b = ports_builder_create();
    char *text = malloc(sizeof header + strlen(rows));
    assert_non_null(b);
    assert_non_null(text);
    memcpy(text, header, sizeof header);
    memcpy(text + sizeof header - 1, rows, strlen(rows) + 1);
    assert_int_equal(ports_csv_read(b, text, strlen(text), print_fault, what), 0);
    free(text);
    fixture_add_destinations(b);
    return fixture_assemble(b);
}

struct geo_pos fixture_pos(double lat, double lon)
{
    return geo_to_pos((struct geo_point){lat, lon});
}

const char *fixture_at(const struct ports *ports, double lat, double lon,
                       const char *declared)
{
    uint32_t meant = declared != NULL ? ports_find(ports, declared) : PORT_NONE;
    uint32_t port = ports_index_at(ports, fixture_pos(lat, lon), meant);
    return port == PORT_NONE ? "" : ports_get(ports, port)->locode;
}
