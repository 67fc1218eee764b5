/* SPDX-License-Identifier: Apache-2.0 */
/* What a distress device (AIS-SART, man overboard, EPIRB) says of itself, from message to
 * message. ITU-R M.1371-5 annex 9: an active device sends a burst of eight messages a
 * minute, positions with status 14 and every fourth minute a safety message such as "SART
 * ACTIVE"; one under test sends one burst with status 15 and "SART TEST". A device that
 * does not know where it is sends its positions as not available. */
#ifndef LOOKOUT_DISTRESS_H
#define LOOKOUT_DISTRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "lookout/base/wire.h"

struct distress_device {
    int64_t heard_ms; /* its last message, of whatever kind; TIME_NONE */
    bool is_test;     /* as its last word on it was; before any it is active */
    char text[sizeof((struct report *)0)->text]; /* its last safety message, of this test
                                                    or distress; "" */
};
/* One message, after it was heard. */
struct distress_event {
    const struct distress_device *device; /* borrowed */
    int64_t time_ms;
    int64_t unheard_ms; /* since the message before; INT64_MAX: there was none */
    bool is_news; /* a position report, even without a place, or a safety message, even an
                     empty one; else the device was only heard */
};

void distress_init(struct distress_device *d);
/* `has_fix`: the report's position is one that counts. */
struct distress_event distress_hear(struct distress_device *d, const struct report *r,
                                    bool has_fix);
void distress_save(const struct distress_device *d, struct wire_writer *w);
/* A fault shows in r->failed; *d is valid in any case. */
void distress_load(struct distress_device *d, struct wire_reader *r);

#endif
