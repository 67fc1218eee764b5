/* SPDX-License-Identifier: Apache-2.0 */
/* A map of zones and ports with land and a grid of degrees: a person sees at once when
 * latitude and longitude were swapped. Drawn with cairo. */
#ifndef LOOKOUT_PICTURE_H
#define LOOKOUT_PICTURE_H

#include <stddef.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/geo/zone.h"
#include "lookout/voyage/ports.h"

enum picture_form { PICTURE_SVG, PICTURE_PNG };

struct picture_content {
    const struct zone_set *zones;    /* borrowed */
    const struct port *const *ports; /* borrowed array of borrowed ports */
    size_t port_count;
};

/* Append the map as a file of that form to `out`. The view is the bounding box with a
 * margin, or the world when the map is empty. Names without room are left out; SVG has
 * them as shapes, which need no font. 0, ERR_NOMEM, or an error of reading the coast; err
 * (may be NULL) says what. */
MUST_CHECK int picture_draw(const struct picture_content *content, enum picture_form form,
                            struct buf *out, struct err *err);

#endif
