/* SPDX-License-Identifier: Apache-2.0 */
/* An alert: a finding with its identity and its body, a CloudEvents 1.0 event in
 * structured JSON. */
#ifndef LOOKOUT_ALERT_H
#define LOOKOUT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/err.h"
#include "lookout/hash.h"

struct alert {
    char id[HASH_ID_BYTES]; /* hash of rule, type, vessel, occurrence */
    char type[40];          /* "lookoutd.route.progressed" */
    char rule[64]; /* rule id; "" for feed and test alerts: they go to every webhook */
    char case_id[HASH_ID_BYTES]; /* "" when the type has none */
    uint8_t severity;            /* enum severity */
    uint32_t mmsi;               /* 0 for alerts of no vessel */
    uint32_t imo;                /* 0 unknown */
    int64_t time_ms;             /* when it happened */
    int64_t detected_ms;         /* event time at which it was noticed */
    bool is_muted;               /* stored, not delivered */
    bool is_folded;              /* by `repeat`: stored, not delivered */
    bool is_history; /* made by `replay --state`: stored, not delivered; set by the shell
                      */
    char *body;      /* owned: the JSON, one line without a line end */
    size_t body_bytes;
};
void alert_finish(struct alert *a);

#endif
