/* SPDX-License-Identifier: Apache-2.0 */
/* The ordinary traffic of test_quiet_day: 2,000 ships that sail there and back, fish or
 * lie, and one that does what must be told. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/testlib.h"
#include "lookout/voyage/ports.h"

struct stage {
    double lat, lon;
    double stay_h; /* > 0: lies here so long */
};
enum { STAGES_MAX = 14 };
enum manner { SAILS, FISHES, LIES };

struct plan {
    const char *destination;
    int ships;
    enum manner manner;
    bool is_once; /* sets out at the first stage within twelve hours, ends at the last;
                     else somewhere on its way, there and back */
    bool has_no_call; /* must not call anywhere */
    uint32_t mid;
    uint8_t type;
    double least_kn, most_kn;
    double spread_deg; /* how far the ships' ways lie apart */
    struct stage stages[STAGES_MAX];
};
/* Until the first without ships. */
extern const struct plan traffic_plans[];
/* What must be told: Nampo, Shidao, declared for Vladivostok. */
extern const struct plan traffic_story;

struct mover {
    const struct plan *plan;
    uint32_t mmsi;
    double kn, shift_lat, shift_lon;
    size_t from, to; /* stages it is between, or lies at `from` */
    double sailed_m, stay_ms;
    double lat, lon, sog, cog; /* now */
    int64_t silent_until_ms;
    bool is_garbled; /* its last message with static data: never two in a row */
    int64_t heard_ms, longest_ms; /* of its sound fixes: the last, the longest pause */
};

extern struct test_random traffic_random;
/* From 0 to less than 1. */
double traffic_chance(void);
/* Whether the ship is under way to the end that it declares, or there. The other end lies
 * farther from the declared port. */
bool traffic_heads_for_declared(const struct mover *m, const struct ports *ports);
void traffic_set_out(struct mover *m, const struct plan *plan, uint32_t number);
void traffic_move(struct mover *m, double ms);

#endif
