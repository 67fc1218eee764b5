/* SPDX-License-Identifier: Apache-2.0 */
/* Words for summaries. */
#ifndef LOOKOUT_SAY_INT_H
#define LOOKOUT_SAY_INT_H

#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/rules/rule_run.h"

/* One sentence being written: the first failure sticks. */
struct say_writer {
    struct buf *out;
    const struct rule_look *look;
    const struct finding *f;
    int rc;
};

void say_text(struct say_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "25 Mar 18:04Z" */
void say_time(struct say_writer *w, int64_t time_ms);
/* "25 Mar" */
void say_day(struct say_writer *w, int64_t time_ms);
/* "19:04Z" when it is the same day as `other`, else with the day. */
void say_time_near(struct say_writer *w, int64_t time_ms, int64_t other_ms);
/* "45 min", "3.5 h", "8.2 d" */
void say_span(struct say_writer *w, int64_t ms);
/* "NAME (IMO 9999993, MMSI 445000001, flag KP from MMSI, tag)" */
void say_vessel(struct say_writer *w);
/* "Shidao CNSHD" */
void say_port(struct say_writer *w, const struct port *port);
/* ", 8.0 kn, course 233" */
void say_motion(struct say_writer *w);
/* ", destination declared as VLADIVOSTOK" */
void say_declared(struct say_writer *w);

#endif
