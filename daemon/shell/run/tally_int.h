/* SPDX-License-Identifier: Apache-2.0 */
/* Counting for the summary of a replay: alerts by rule and type, by vessel and rule, by
 * port; calls by port and by what shows them. */
#ifndef LOOKOUT_TALLY_INT_H
#define LOOKOUT_TALLY_INT_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/alert/alert.h"
#include "lookout/base/map.h"
#include "lookout/engine/engine.h"

/* Alerts of one rule and type. */
struct tally_row {
    char rule[64], type[40]; /* without "lookoutd." */
    uint64_t count, critical;
};
struct tally_port {
    char locode[8], name[64];
    uint64_t calls, alerts;
};
struct tally_vessel {
    uint32_t mmsi;
    uint64_t count;
    struct tally_rule {
        char id[64];
        uint64_t count;
    } * rules; /* owned */
    size_t rule_count;
};
struct tally {
    struct tally_row *rows; /* owned */
    size_t row_count;
    struct map vessels; /* MMSI -> struct tally_vessel *, owned */
    struct map ports;   /* hash of the code -> struct tally_port *, owned */
    uint64_t calls[CALL_EVIDENCES];
    uint64_t alerts, critical, muted, folded;
    int64_t first_ms, last_ms; /* of event time, set by the caller */
};
void tally_init(struct tally *t);
void tally_finish(struct tally *t);
MUST_CHECK int tally_add(struct tally *t, const struct alert *alert);
MUST_CHECK int tally_add_call(struct tally *t, const struct engine_call *call);
/* Those with most, the first of them first: *ret (owned by the caller, its elements
 * borrowed), and how many there are. 0 also when out of memory. */
size_t tally_sort_rows(const struct tally *t, const struct tally_row ***ret);
size_t tally_sort_ports(const struct tally *t, const struct tally_port ***ret);
size_t tally_sort_vessels(const struct tally *t, const struct tally_vessel ***ret);
/* Days from the first event to the last; 0: there is no span, and no rate. */
double tally_days(const struct tally *t);

#endif
