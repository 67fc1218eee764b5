/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the scenario language share. */
#ifndef SCENARIO_INT_H
#define SCENARIO_INT_H

#include <stdbool.h>

#include "lookout/base/buf.h"
#include "lookout/geo/geo.h"
#include "scenario.h"

enum { SCENARIO_SHIPS = 64, SCENARIO_EXPECTED = 256 };

struct scenario_ship {
    char key[16];
    char name[24], callsign[8], destination[24];
    uint32_t mmsi, imo;
    int type, length_m;
    double draught_m; /* 0: not sent */
    int64_t clock_ms;
    int64_t stamp_ms; /* its station's clock is that much ahead */
    struct geo_pos pos;
};

struct scenario_line {
    int64_t time_ms;
    size_t order; /* as written */
    char *text;   /* owned, with line end */
};

struct scenario_expected {
    int line;
    int64_t time_ms, tolerance_ms;
    char type[32];
    char ship[16];
    char *members; /* owned: "a.b=c d=e" */
};

struct scenario {
    char *path; /* owned */
    struct buf config, zones;
    bool has_zones, has_expected;
    int64_t start_ms, every_ms, twice_ms;
    struct scenario_ship ships[SCENARIO_SHIPS];
    size_t ship_count;
    int sequence;                /* of messages in parts */
    struct scenario_line *lines; /* owned */
    size_t line_count, line_room;
    struct scenario_expected expected[SCENARIO_EXPECTED];
    size_t expected_count;
};

/* scenario_ship.c: one statement about a ship; 0, or 1 with the reason on stderr. */
int scenario_act(struct scenario *s, struct scenario_ship *ship, char *verb, char *rest,
                 int line);
/* Set members of a ship by name: "imo 9999993 type 70"; 0, or 1. */
int scenario_set_members(struct scenario_ship *ship, char *rest);
/* A line of input at that time; takes a copy. */
void scenario_add_line(struct scenario *s, int64_t time_ms, const char *text);
/* The next word (or "quoted text"), NULL at the end; *rest moves on. */
char *scenario_word(char **rest);

#endif
