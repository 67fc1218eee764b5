/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of a request's body, one function each. */
#ifndef LOOKOUT_DELIVERY_BODY_INT_H
#define LOOKOUT_DELIVERY_BODY_INT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/conf/conf.h"

/* An alert in plain text, for people. The texts are borrowed from the event or static. */
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
void delivery_body_view(const json_t *event, struct body_view *ret_view);

struct body_events {
    json_t **items; /* owned */
    size_t count;
    bool is_list; /* the webhook has a `group` */
};

/* What a mail has beside its alerts. All borrowed. */
struct body_mail {
    const struct conf_mail *mail;
    const char *id;   /* of several alerts */
    int64_t clock_ms; /* its date */
};
/* Append the whole mail, header and text. ERR_NOMEM. */
MUST_CHECK int body_mail_make(const struct body_mail *frame,
                              const struct body_events *events,
                              const struct body_view *views, struct buf *out);

/* The same of alerts as they are stored. ERR_SYNTAX: one is not JSON. */
struct delivery_event;
MUST_CHECK int delivery_body_mail(const struct delivery_event *events, size_t count,
                                  const struct body_mail *frame, struct buf *out);

/* New references; NULL when out of memory. */
json_t *body_chat_slack(const struct body_view *view);
json_t *body_chat_teams(const struct body_view *view);
/* One message of several, at most BODY_CHAT_MOST: Slack takes 50 blocks, Teams 28 KB. */
#define BODY_CHAT_MOST 20
json_t *body_chat_slack_list(const struct body_view *views, size_t count);
json_t *body_chat_teams_list(const struct body_view *views, size_t count);

#endif
