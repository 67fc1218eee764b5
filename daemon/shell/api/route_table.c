/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the query API. */
#include "stream.h"
#include "view.h"

#define IS(word) ASK_BIT(word)
#define PAGE (IS(LIMIT) | IS(AFTER))

/* clang-format off */
const struct api_route route_table[] = {
    {"GET",    "/api/v1/",        view_overview,      0, ROUTE_READ},
    {"GET",    "/api/v1/vessels", view_vessels, PAGE | IS(BBOX) | IS(Q) | IS(WATCHED) | IS(FLAG) | IS(TYPE) | IS(ZONE) | IS(PORT) | IS(ALERTED) | IS(HEARD) | IS(FORMAT), ROUTE_READ},
    {"GET",    "/api/v1/vessels/{}", view_vessels_one, 0, ROUTE_READ},
    {"GET",    "/api/v1/vessels/{}/track", view_vessels_track, IS(SINCE) | IS(UNTIL), ROUTE_READ},
    {"GET",    "/api/v1/zones",   view_zones, 0, ROUTE_READ},
    {"GET",    "/api/v1/alerts",  view_record_alerts, PAGE | IS(SINCE) | IS(UNTIL) | IS(RULE) | IS(TYPE) | IS(SEVERITY) | IS(VESSEL) | IS(ZONE) | IS(PORT) | IS(CASE) | IS(STATE) | IS(ACKNOWLEDGED), ROUTE_READ},
    {"GET",    "/api/v1/alerts/{}", view_record_alert, 0, ROUTE_READ},
    {"POST",   "/api/v1/alerts/{}/acknowledgement", view_record_acknowledge, 0, ROUTE_ACKNOWLEDGE},
    {"DELETE", "/api/v1/alerts/{}/acknowledgement", view_record_take_back, 0, ROUTE_ACKNOWLEDGE},
    {"GET",    "/api/v1/cases/{}", view_record_case, 0, ROUTE_READ},
    {"GET",    "/api/v1/calls",   view_record_calls, PAGE | IS(VESSEL) | IS(PORT) | IS(SINCE) | IS(UNTIL) | IS(FORMAT), ROUTE_READ},
    {"GET",    "/api/v1/voyages", view_record_voyages, PAGE | IS(VESSEL) | IS(PORT) | IS(SINCE) | IS(UNTIL) | IS(FORMAT), ROUTE_READ},
    {"GET",    "/api/v1/runs",    view_places_runs, PAGE, ROUTE_READ},
    {"GET",    "/api/v1/ports",   view_places_ports, IS(BBOX) | IS(ALL), ROUTE_READ},
    {"GET",    "/api/v1/rules",   view_rules, PAGE, ROUTE_READ},
    {"GET",    "/api/v1/mutes",   view_mutes, PAGE, ROUTE_READ},
    {"POST",   "/api/v1/mutes",   view_mutes_add, 0, ROUTE_ACKNOWLEDGE},
    {"DELETE", "/api/v1/mutes/{}", view_mutes_end, 0, ROUTE_ACKNOWLEDGE},
    {"POST",   "/api/v1/watch",   view_watch, 0, ROUTE_ACKNOWLEDGE},
    {"GET",    "/api/v1/watches", view_watch_list, PAGE, ROUTE_READ},
    {"GET",    "/api/v1/openapi.json", view_openapi, 0, ROUTE_READ},
    {"GET",    "/api/v1/stream",  stream_answer, IS(VESSELS) | IS(BBOX) | IS(MAX), ROUTE_READ},
    {"POST",   "/api/v1/session", view_session_begin, 0, ROUTE_OPEN},
    {"DELETE", "/api/v1/session", view_session_end,   0, ROUTE_OPEN},
};
/* clang-format on */
const size_t route_count = sizeof route_table / sizeof route_table[0];
