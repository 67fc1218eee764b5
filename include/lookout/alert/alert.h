/* SPDX-License-Identifier: Apache-2.0 */
/* An alert: what happened, with its identity and its body, a CloudEvents 1.0 event in
 * structured JSON. What the body is made of stands in body.h, the words of its summary in
 * say.h; which alerts there are is for the kinds of rules to say. */
#ifndef LOOKOUT_ALERT_H
#define LOOKOUT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/hash.h"

struct json_t;

/* Offsets of local time from UTC: offset[i] holds from begin_ms[i] on. */
struct engine_timezone {
    char name[48];           /* "Asia/Seoul"; "" for none */
    int64_t *begin_ms;       /* owned, ascending; begin_ms[0] is TIME_NONE */
    int32_t *offset_s;       /* owned */
    char (*abbreviation)[8]; /* owned: "KST" */
    size_t count;
};

struct alert {
    char id[HASH_ID_BYTES]; /* hash of rule, type, vessel, occurrence */
    char type[40];          /* "lookoutd.route.progressed" */
    char rule[64]; /* rule id; "" for what is about no ship: every webhook gets it */
    char case_id[HASH_ID_BYTES]; /* "" when the type has none */
    uint8_t severity;            /* enum severity */
    uint32_t mmsi;               /* 0 for alerts of no vessel */
    uint32_t imo;                /* 0 unknown */
    int64_t time_ms;             /* when it happened */
    int64_t detected_ms;         /* event time at which it was noticed */
    bool is_muted;               /* stored, not delivered */
    bool is_folded;              /* by `repeat`: stored, not delivered */
    char why[160];   /* it is muted or folded: "ferry, until 2027-01-31T00:00:00Z" */
    bool is_history; /* made by `replay --state`: stored, not delivered; set by the shell
                      */
    char *body;      /* owned: the JSON, one line without a line end */
    size_t body_bytes;
};
void alert_finish(struct alert *a);

/* What a body says beside what happened. All borrowed. */
struct alert_context {
    const char *site; /* CloudEvents source */
    const char *link; /* URL with {mmsi} {imo} {id}; NULL: none */
    const struct engine_timezone *timezone;
};

/* Set the id, a hash of rule, type, vessel and occurrence: of what happened, not of when
 * it was noticed, so that it is the same over restarts, replays and hosts. ERR_NOMEM. */
MUST_CHECK int alert_identify(struct alert *a, const char *vessel,
                              const char *occurrence);
/* Set the body: the CloudEvents envelope around `data`, whose reference is taken over
 * also on failure; NULL is ERR_NOMEM. */
MUST_CHECK int alert_seal(struct alert *a, const char *site, const char *subject,
                          struct json_t *data);

/* Alerts of the shell itself: "feed.silent", "feed.recovered", "trouble", "test". */
MUST_CHECK int alert_make_feed(const struct alert_context *context, bool is_silent,
                               const char *feed, int64_t since_ms, int64_t now_ms,
                               struct alert *ret_alert);
/* Something is wrong with lookoutd, said in a sentence. `what`: "webhook", "disk",
 * "clock", "reload" or "limit". */
MUST_CHECK int alert_make_trouble(const struct alert_context *context, const char *what,
                                  const char *text, int64_t now_ms,
                                  struct alert *ret_alert);
MUST_CHECK int alert_make_test(const struct alert_context *context, int64_t now_ms,
                               struct alert *ret_alert);

#endif
