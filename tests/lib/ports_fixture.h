/* SPDX-License-Identifier: Apache-2.0 */
/* Gazetteers for tests: the shipped one, or one of a few lines. */
#ifndef PORTS_FIXTURE_H
#define PORTS_FIXTURE_H

#include "lookout/voyage/ports.h"
#include "testlib.h"

/* Adds config/destinations.csv. */
void fixture_add_destinations(struct ports_builder *b);
/* config/ports.csv with config/port-areas.geojson and config/destinations.csv; fails the
 * test when they do not load. ports_destroy() it. */
struct ports *fixture_shipped_ports(void);
/* Rows after the header locode,name,lat,lon,entry_km,codes,names; with
 * config/destinations.csv. */
struct ports *fixture_ports(const char *rows);
struct geo_pos fixture_pos(double lat, double lon);
/* Code of the port at a position, "" at sea; `declared` a code or NULL. */
const char *fixture_at(const struct ports *ports, double lat, double lon,
                       const char *declared);
/* The gazetteer of the builder, which is destroyed. */
struct ports *fixture_assemble(struct ports_builder *b);

#endif
