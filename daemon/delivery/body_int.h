/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of a request's body, one function each. */
#ifndef LOOKOUT_DELIVERY_BODY_INT_H
#define LOOKOUT_DELIVERY_BODY_INT_H

#include <jansson.h>
#include <stddef.h>

/* What people are told of an alert, in plain text; borrowed from the event or static. */
#define BODY_FACTS 8
struct body_view {
    const char *severity; /* "critical" */
    const char *mark;     /* a coloured circle */
    const char *summary;
    const char *link; /* URL, NULL */
    size_t fact_count;
    struct body_fact {
        const char *name;
        char value[160];
    } facts[BODY_FACTS];
};
void body_view(const json_t *event, struct body_view *ret_view);

/* New references; NULL when out of memory. */
json_t *body_slack(const struct body_view *view);
json_t *body_teams(const struct body_view *view);

#endif
