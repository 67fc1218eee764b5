/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a ship could have called at a port while it was silent: it was heard at one
 * place, and then at another.
 *
 * The way goes over water from the first place to the port's nearest place and on to the
 * second. `impossible` is never wrong: a ship that stays below the greatest speed cannot
 * have been there. `possible` is plausible: at its own speed the ship has the time. What
 * is neither is `unknown`.
 *
 * The way of the grid (lookout/geo/water.h, the least one) is no lower bound: a front
 * over the middles of cells turns corners less sharply than a ship can. So only a share
 * of the way, `factor`, is a bound, and only where the grid knows the water at both
 * places and at the port: ships use rivers and canals that are not in it. The great
 * circles are a bound everywhere. */
#ifndef LOOKOUT_REACH_H
#define LOOKOUT_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/geo/geo.h"
#include "lookout/geo/water.h"
#include "lookout/voyage/ports.h"

struct reach_conf {
    double factor;       /* 0.93 of the way over water is a lower bound */
    double own_kn;       /* 12: the speed of a ship of which too little is known */
    double own_least_kn; /* 8: no ship is taken to be slower */
    double radius_m;     /* 2000 nm: the way is known up to this distance from the port */
};
struct reach_conf reach_conf_default(void);

/* --- the ports --- */

/* A configuration may name this many together. */
#define REACH_PORTS_MAX 64
struct reach_port {
    uint32_t port;                   /* the one that represents its same-group */
    const struct water_field *field; /* borrowed from the configuration; NULL: none */
};
struct reach_ports {
    struct reach_port items[REACH_PORTS_MAX];
    size_t count;
};
/* Add the ports of a set, each same-group once. ERR_LIMIT: they are too many together. */
MUST_CHECK int reach_ports_add(struct reach_ports *reach, const struct ports *ports,
                               const struct port_set *set);
/* All places of the port and of those that are the same: an owned array and its length.
 * ERR_NOMEM. */
MUST_CHECK int reach_ports_places(const struct ports *ports, uint32_t port,
                                  struct geo_pos **ret_places, size_t *ret_count);

/* --- the verdict --- */

enum reach_verdict { REACH_IMPOSSIBLE, REACH_UNKNOWN, REACH_POSSIBLE };
extern const char *const reach_verdicts[]; /* their names, NULL at the end */

/* What all questions share. */
struct reach_world {
    const struct ports *ports;
    const struct water *water; /* NULL: no way is known, only great circles */
    const struct reach_conf *conf;
    const struct reach_ports *reach;
};
/* A silence. */
struct reach_ask {
    struct geo_pos from, to;
    int64_t from_ms, to_ms;
    double own_kn, max_kn; /* its usual, and its greatest speed; above 0 */
    int64_t stay_ms;       /* the call takes this long */
};
struct reach_answer {
    uint32_t port;
    enum reach_verdict verdict;
    double way_m;        /* there and back; < 0: unknown, and so are the rest */
    double needed_kn;    /* for the way, less the stay; < 0: there is no time */
    int64_t earliest_ms; /* it is there at its own speed, */
    int64_t latest_ms;   /* and must have left; TIME_NONE */
};

/* Metres over water between a place and the port, no less than the great circle; < 0:
 * not known. */
double reach_way_m(const struct reach_world *world, const struct reach_port *port,
                   struct geo_pos pos);
void reach_judge(const struct reach_world *world, const struct reach_port *port,
                 const struct reach_ask *ask, struct reach_answer *ret);
/* Judge the ports of the set, without those whose entry distance holds one of the two
 * places: there the port call tells what the ship did. The shortest way first, unknown
 * ways last. How many. */
size_t reach_judge_all(const struct reach_world *world, const struct port_set *set,
                       const struct reach_ask *ask,
                       struct reach_answer ret[REACH_PORTS_MAX]);
/* The ports of the set that can be reached at own_kn from a place left at from_ms,
 * without those whose entry distance holds it: way and earliest there alone. The shortest
 * way first; how many. */
size_t reach_judge_ahead(const struct reach_world *world, const struct port_set *set,
                         const struct reach_ask *ask,
                         struct reach_answer ret[REACH_PORTS_MAX]);

#endif
