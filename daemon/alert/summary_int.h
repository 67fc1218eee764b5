/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of summaries share. */
#ifndef LOOKOUT_SUMMARY_INT_H
#define LOOKOUT_SUMMARY_INT_H

#include "alert_int.h"

/* One sentence being written: the first failure sticks. */
struct writer {
    struct buf *out;
    const struct rule_look *look;
    const struct finding *f;
    int rc;
};

void summary_say(struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "25 Mar 18:04Z"; "25 Mar"; "18:04Z" when it is the day of `other`; "45 min" */
void summary_say_time(struct writer *w, int64_t time_ms);
void summary_say_day(struct writer *w, int64_t time_ms);
void summary_say_time_near(struct writer *w, int64_t time_ms, int64_t other_ms);
void summary_say_span(struct writer *w, int64_t ms);
void summary_say_port(struct writer *w, const struct port *port);
void summary_say_motion(struct writer *w);
void summary_say_declared(struct writer *w);
/* " arrived Shidao CNSHD 25 Mar 18:04Z, confirmed 19:04Z", of the finding's port; call
 * may be NULL. */
void summary_say_arrival(struct writer *w, const struct call *call, int64_t arrived_ms);

/* summary_route.c */
void summary_route_progressed(struct writer *w);
void summary_route_matched(struct writer *w);
void summary_route_forecast(struct writer *w);
void summary_route_lapsed(struct writer *w);

#endif
