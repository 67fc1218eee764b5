/* SPDX-License-Identifier: Apache-2.0 */
/* The query API over an engine and a database of the test's own, on the test's loop. */
#ifndef APIWORLD_H
#define APIWORLD_H

#include "daemon/shell/api/api_int.h"
#include "lib/looptest.h"
#include "lookout/run/pipeline.h"

struct apiworld {
    struct looptest t;
    char directory[512];
    struct conf *conf;
    struct pipeline pipeline;
    struct store *store;
    struct api *api;
    uint64_t alerts; /* stored so far, numbered from 0 */
    bool is_stopped;
};

/* `yaml` goes on behind the state directory. Needs conf_fixture_set_up. */
void apiworld_init(struct apiworld *w, const char *yaml);
void apiworld_finish(struct apiworld *w);
/* A position of that vessel, `minute` minutes on. */
void apiworld_fix(struct apiworld *w, uint32_t mmsi, double minute, double lat,
                  double lon);
/* `count` vessels from that MMSI on, in a row along the equator. */
void apiworld_fleet(struct apiworld *w, uint32_t mmsi, uint32_t count, double minute);
/* So many alerts more, of 700 bytes each, on the disk: fixture_alert's. */
void apiworld_alerts(struct apiworld *w, uint64_t count);
/* A request on a new connection, of HTTP/1.0: nothing is in chunks. `fields`: each with
 * its line's end. */
void apiworld_ask(struct apiworld *w, struct loopclient *c, const char *method,
                  const char *target, const char *fields);
/* The same, and its whole answer: static memory until the next call. */
const char *apiworld_answer(struct apiworld *w, const char *method, const char *target,
                            const char *fields, const char *body);
/* Where a text stands in what came, from that place on; SIZE_MAX: nowhere. Not strstr,
 * which reads to the end under a sanitizer. */
size_t apiworld_find(const struct loopclient *c, size_t from, const char *text);
/* How often it does. */
size_t apiworld_count(const struct loopclient *c, const char *text);

#endif
