/* SPDX-License-Identifier: Apache-2.0 */
/* An engine for tests: from the text of a configuration, fed with reports in a few words,
 * its alerts as one text. */
#ifndef ENGINERUN_H
#define ENGINERUN_H

#include <jansson.h>

#include "lib/testlib.h"
#include "lookout/base/buf.h"
#include "lookout/base/time.h"
#include "lookout/engine/engine.h"

/* 2024-03-24T00:00:00Z: minutes of tests count from here. */
#define ENGINERUN_DAY0 INT64_C(1711238400000)

struct enginerun {
    struct engine *engine; /* owned */
    struct buf told;   /* "box zone.entered 440000001 10; " rule, type, MMSI, minute */
    struct buf bodies; /* one a line */
    struct buf calls;  /* "arrived KPNAM 12; " */
    uint32_t alerts, delivered;
    struct alert last; /* without its body */
    bool has_detected; /* adds "@minute" where it was noticed later */
};

/* zones may be NULL. Fails the test on any fault of the configuration. */
void enginerun_init(struct enginerun *r, const char *yaml, const char *zones);
/* With that configuration file. */
void enginerun_init_file(struct enginerun *r, const char *path);
void enginerun_finish(struct enginerun *r);
/* A configuration of that text, to reconfigure with. */
void enginerun_conf(const char *yaml, const char *zones, struct engine_conf *ret);
int enginerun_on_alert(void *context, const struct alert *alert);

/* A position at `minute`, speed in kn, course in degrees; of source 0. */
void enginerun_fix(struct enginerun *r, uint32_t mmsi, double minute, double lat,
                   double lon, double sog);
struct report enginerun_report(uint32_t mmsi, double minute);
struct report enginerun_position(uint32_t mmsi, double minute, double lat, double lon,
                                 double sog, double cog);
void enginerun_send(struct enginerun *r, const struct report *report);
void enginerun_tick(struct enginerun *r, double minute);
/* Fixes each `step` minutes from..to, at rest. */
void enginerun_lie(struct enginerun *r, uint32_t mmsi, double from, double to,
                   double step, double lat, double lon);
/* Stop and start: all state saved, a new engine, all state loaded. */
void enginerun_restart(struct enginerun *r, const char *yaml, const char *zones);
/* Reload of the configuration; the same engine goes on. */
void enginerun_reconfigure(struct enginerun *r, const char *yaml, const char *zones);

#define assert_told_by(r, text)                                                          \
    do {                                                                                 \
        assert_string_equal(buf_text(&(r)->told), text);                                 \
        buf_clear(&(r)->told);                                                           \
    } while (0)
/* Member of the last alert's body by its dotted path, as text; "" when absent. Static
 * memory. */
const char *enginerun_member(const struct enginerun *r, const char *path);

#endif
