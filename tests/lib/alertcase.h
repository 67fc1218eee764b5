/* SPDX-License-Identifier: Apache-2.0 */
/* One finding of every type, about an invented ship: for tests of bodies and summaries.
 */
#ifndef ALERTCASE_H
#define ALERTCASE_H

#include "daemon/core/rules/kind_gap_int.h"
#include "daemon/core/rules/kind_zone_int.h"
#include "daemon/core/rules/route_settings_int.h"
#include "lib/testlib.h"
#include "lookout/alert/alert.h"
#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

/* 2024-03-25T00:00:00Z; a time of the case is hours from it. */
#define ALERTCASE_DAY INT64_C(1711324800000)
int64_t alertcase_at(double hour);

struct alertcase {
    struct alert_context context;
    struct rule rule;
    struct detect_limits limits;
    struct rule_world world;
    struct rule_subject subject;
    struct rule_look look;
    struct finding finding;
    struct vessel_static info;
    struct tracks tracks;
    struct watch *watch;
    struct ports *ports;
    struct zone_set *zones;
    struct call call;
    struct voyage voyage;
    struct zone_event zone;
    struct zone_told zone_told;
    struct route_run run;
    struct route_outlook forecast;
    struct route_told route_told;
    struct gap_told gap;
    int64_t sighted_since_ms;
};

/* Is that type one of those that are made by hand? The others are told by scenarios. */
bool alertcase_has(const char *type);
/* Filled for that type of alert ("zone.entered"); fails the test for an unknown one.
 * Change what you like of it before making the alert. */
void alertcase_init(struct alertcase *c, const char *type);
/* What the rule of a route says. */
struct route_settings *alertcase_route(struct alertcase *c);
void alertcase_finish(struct alertcase *c);
/* Its body; free() it. */
char *alertcase_body(struct alertcase *c);
/* Its summary; free() it. */
char *alertcase_summary(struct alertcase *c);

#endif
