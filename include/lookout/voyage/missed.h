/* SPDX-License-Identifier: Apache-2.0 */
/* Ships that lay still for long outside every port, gathered by place: places that the
 * gazetteer lacks. For the review of recordings; it raises no alerts. */
#ifndef LOOKOUT_MISSED_H
#define LOOKOUT_MISSED_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/err.h"
#include "lookout/geo/geo.h"

struct ports;
struct missed;

/* Stays within 3 km of one another. */
struct missed_place {
    struct geo_pos pos; /* the middle of its stays */
    size_t ships, stays;
    int64_t total_ms; /* of all stays */
    uint32_t mmsi;    /* of the longest */
    uint32_t port;    /* the nearest port; PORT_NONE when there is none */
    double port_m;    /* how far its nearest place is */
};

/* Stays of at least for_ms count. ports is borrowed. NULL: out of memory. */
struct missed *missed_create(const struct ports *ports, int64_t for_ms);
void missed_destroy(struct missed *m);
/* Take the next report in the order of event time. ERR_NOMEM, else 0. */
MUST_CHECK int missed_report(struct missed *m, const struct report *report);
/* After the last report: the places, sorted by the number of ships, then by the time of
 * stays. Borrowed until missed_destroy. ERR_NOMEM, else 0. */
MUST_CHECK int missed_places(struct missed *m, const struct missed_place **ret_places,
                             size_t *ret_count);

#endif
