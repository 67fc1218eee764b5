/* SPDX-License-Identifier: Apache-2.0 */
/* Places and ships that the kinds stopped, loiter and encounter share: areas, distance
 * from the shore, service vessels. */
#ifndef LOOKOUT_RULE_WHERE_INT_H
#define LOOKOUT_RULE_WHERE_INT_H

#include "lookout/rules/rule_kind.h"
#include "lookout/rules/rule_run.h"

/* The keys `zones`, `except` and `offshore` of a rule. */
struct rule_where {
    struct rule_zones zones, except;
    double offshore_m; /* 0: anywhere */
};
/* Vessels of the types of rule_where_is_service, in words. */
#define RULE_WHERE_SERVICE                                                               \
    "vessels that lie still for their work (tug, pilot, sar, port-tender, "              \
    "law-enforcement, dredger, diving)"
/* Whether the rule tells of that place: in one of `zones`, or, without them, offshore_m
 * or more from the shore; and in none of `except`, nor in an area of kind anchorage that
 * `zones` does not name. *shore_m keeps the distance from the shore once it was asked
 * for; < 0: not yet. ERR_NOMEM. */
MUST_CHECK int rule_where_holds(const struct rule_look *look,
                                const struct rule_where *where, struct geo_pos pos,
                                double *shore_m, bool *ret_holds);
/* Whether the rule asks for distances from the shore at all. */
bool rule_where_wants_shore(const struct rule_where *where);
/* ", 14 nm from the shore"; nothing where it was not asked for. */
void rule_where_say(struct say_writer *w, double shore_m);
/* A ship that lies still for its work: tug, pilot, sar, port-tender, law-enforcement,
 * dredger, diving; or no ship but a net marker: class B without IMO number whose name
 * ends in '%' or in a digit and 'V', the charge of its battery. */
bool rule_where_is_service(const struct vessel_static *info);
/* Its type in words is that. */
bool rule_where_is_type(const struct vessel_static *info, int vessel_type);

#endif
