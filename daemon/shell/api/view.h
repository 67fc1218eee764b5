/* SPDX-License-Identifier: Apache-2.0 */
/* What the paths of the query API answer. */
#ifndef LOOKOUT_VIEW_H
#define LOOKOUT_VIEW_H

#include "request.h"

/* view_vessels.c */
request_answer view_vessels, view_vessels_one, view_vessels_track;
/* view_track.c */
request_answer view_track;
/* view_record.c */
request_answer view_record_alerts, view_record_alert, view_record_case, view_record_calls,
    view_record_voyages, view_record_acknowledge, view_record_take_back;
/* NULL, or what is wrong with the body of an acknowledgement. */
const char *view_record_body_fault(const struct json_t *body);
/* view_rules.c */
request_answer view_rules;
/* view_mutes.c */
request_answer view_mutes, view_mutes_add, view_mutes_end;
/* view_watch.c */
request_answer view_watch, view_watch_list;
struct desk_task;
struct store_reader;
/* Who a change is by: "token/name", or the token where nobody began a watch with it. */
#define VIEW_WATCH_BY_BYTES 200
MUST_CHECK int view_watch_by(const struct desk_task *task, struct store_reader *reader,
                             char ret_by[VIEW_WATCH_BY_BYTES]);
/* view_places.c */
request_answer view_places_runs, view_places_ports;
/* Walk all open runs, in order; then `end` answers, or asks the desk. The list is
 * borrowed. */
MUST_CHECK int view_places_walk_runs(struct request *q,
                                     int (*end)(struct request *q,
                                                const struct json_t *runs));
/* view_zones.c */
request_answer view_zones;
/* view.c */
request_answer view_openapi, view_overview, view_session_begin, view_session_end;
/* Replace what is in out by the object. */
int view_dump(struct buf *out, const struct json_t *o);
void view_set_time(struct json_t *o, const char *name, int64_t time_ms);

#endif
