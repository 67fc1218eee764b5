/* SPDX-License-Identifier: Apache-2.0 */
/* What a finding of kind zone tells. */
#ifndef LOOKOUT_KIND_ZONE_INT_H
#define LOOKOUT_KIND_ZONE_INT_H

#include <stdint.h>

#include "lookout/detect/zone_watch.h"

struct zone_told {
    const struct zone_event *event; /* borrowed */
    int64_t eta_ms;                 /* approached; TIME_NONE */
};

#endif
