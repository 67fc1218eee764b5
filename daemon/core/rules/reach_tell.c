/* SPDX-License-Identifier: Apache-2.0 */
/* Silences, and the ports that a ship could have reached in them, as rules tell them. */
#include "reach_tell_int.h"

#include "lookout/base/time.h"
#include "lookout/base/units.h"

enum { SPEEDS_LEAST = 30 }; /* so many known speeds make one usual */

double reach_tell_own_kn(const struct rule_look *look)
{
    const struct reach_conf *conf = look->world->reach.conf;
    double kn = tracks_usual_kn(look->subject->track, SPEEDS_LEAST);
    kn = kn < 0 ? conf->own_kn : kn;
    return kn < conf->own_least_kn ? conf->own_least_kn : kn;
}

struct reach_ask reach_tell_ask(const struct rule_look *look,
                                const struct track_fix *before, int64_t stay_ms)
{
    const struct track *track = look->subject->track;
    return (struct reach_ask){.from = before->pos,
                              .from_ms = before->time_ms,
                              .to = track->last.pos,
                              .to_ms = track->last.time_ms,
                              .own_kn = reach_tell_own_kn(look),
                              .max_kn = tracks_believed_kn(track, look->world->track),
                              .stay_ms = stay_ms};
}

void reach_tell_drop(struct reach_told *told, struct reach_answer *ret_none)
{
    size_t kept = 0, count = told->count;
    *ret_none = (struct reach_answer){.port = PORT_NONE};
    for (size_t i = 0; i < count; i++) {
        const struct reach_answer *a = &told->items[i];
        if (a->verdict == REACH_IMPOSSIBLE && ret_none->port == PORT_NONE)
            *ret_none = *a;
        if (a->verdict != REACH_IMPOSSIBLE)
            told->items[kept++] = *a;
    }
    if (kept > 0)
        ret_none->port = PORT_NONE;
    told->count = kept < REACH_TELL_MAX ? kept : REACH_TELL_MAX;
}

void reach_tell_say_between(struct say_writer *w, int64_t from_ms, int64_t to_ms)
{
    say_text(w, "between ");
    say_time(w, from_ms);
    say_text(w, " and ");
    say_time(w, to_ms);
}

json_t *reach_tell_list(const struct rule_look *look, const struct reach_told *told)
{
    json_t *list = json_array();
    for (size_t i = 0; i < told->count; i++)
        json_array_append_new(list, body_reach_port(look->world->ports, &told->items[i]));
    return list;
}

json_t *reach_tell_list_ahead(const struct rule_look *look, const struct reach_told *told)
{
    json_t *list = json_array();
    for (size_t i = 0; i < told->count; i++)
        json_array_append_new(list,
                              body_reach_ahead(look->world->ports, &told->items[i]));
    return list;
}
