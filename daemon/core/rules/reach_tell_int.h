/* SPDX-License-Identifier: Apache-2.0 */
/* What kinds of rules ask of a silence and of the ports that the ship could have reached
 * in it, and how they tell the answers. */
#ifndef LOOKOUT_REACH_TELL_INT_H
#define LOOKOUT_REACH_TELL_INT_H

#include "lookout/alert/body.h"
#include "lookout/alert/say.h"
#include "lookout/detect/reach.h"
#include "lookout/rules/rule_run.h"

enum { REACH_TELL_MAX = 8 }; /* ports in one alert */
#define REACH_TELL_STAY_H 3  /* the default of `stay` */
#define REACH_TELL_AFTER_H 6 /* silence that counts, where no key says otherwise */
#define REACH_TELL_MOST_D 10 /* and not longer than this */

/* Ports, the shortest way first. */
struct reach_told {
    struct reach_answer items[REACH_PORTS_MAX];
    size_t count;
};

/* The ship's usual speed, in kn. */
double reach_tell_own_kn(const struct rule_look *look);
/* The silence between that fix and the last one, at the ship's speeds. */
struct reach_ask reach_tell_ask(const struct rule_look *look,
                                const struct track_fix *before, int64_t stay_ms);
/* Drop the ports that it cannot have called at, and keep REACH_TELL_MAX. The nearest of
 * the others goes to ret_none where none is left; its port is PORT_NONE else. */
void reach_tell_drop(struct reach_told *told, struct reach_answer *ret_none);
/* "between 24 Mar 08:00Z and 25 Mar 10:00Z" */
void reach_tell_say_between(struct say_writer *w, int64_t from_ms, int64_t to_ms);
json_t *reach_tell_list(const struct rule_look *look, const struct reach_told *told);
/* The same of ports that it may still reach: from when on. */
json_t *reach_tell_list_ahead(const struct rule_look *look,
                              const struct reach_told *told);

#endif
