/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/* Scenarios: what ships do and what must be told, in a text file. Ships' movements become
 * AIVDM sentences, which go through input, merge and engine under simulated time.
 *
 *     # a comment
 *     config                          YAML until "end"; zones.geojson stands beside it
 *     zones                           GeoJSON until "end"
 *     start 2024-03-24T00:00:00Z      where every ship's own clock begins
 *     every 10min                     reporting interval of `lies` and `sails`
 *     twice 2s                        all is heard by a second station, that much later
 *     ship A mmsi 445000001 imo 9999993 name "EXAMPLE TRADER" type 70 length 98 callsign X1
 *     A at 38.7,125.4                 from here on it is there (no report)
 *     A waits 7h                      its clock moves on, nothing is heard
 *     A lies 3h                       reports at 0 kn, the first at once
 *     A sails 38.3,124.4 12kn         along the great circle, reports on the way and on arrival
 *     A fix 38.0,124.0 sog 0.3 cog 120 status 1     one report, here and now; `fix nowhere`:
 *                                     of a device that does not know where it is;
 *                                     `sog unknown`, `cog unknown`: not reported
 *     A declares "VLADIVOSTOK"        one message of static data
 *     A identifies                    the same, without a destination
 *     A type 80                       the same, of another type
 *     A sends draught 7.5 name "NEW"  the same, with other values of any members named by
 *                                     `ship`, and draught in metres
 *     A says "SART TEST"              one safety related broadcast
 *     A stamped 48h                   from here on its station's clock is that far ahead
 *     raw TIME "text"                 a line as it is, at that time
 *     expect                          all alerts, in the order in which they are told, until "end":
 *     2024-03-24T10:00:00Z~2min zone.entered A zone.id=box zone.present=false severity=critical
 *
 * A time may carry a tolerance; what follows the ship are members of `data` by their
 * dotted paths. */
/* clang-format on */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stddef.h>
#include <stdint.h>

struct scenario;

/* Reads the file; NULL with the reason on stderr. */
struct scenario *scenario_read(const char *path);
void scenario_free(struct scenario *s);

/* How it is run: all ways must tell the same. */
enum scenario_way {
    SCENARIO_PLAIN = 0,
    SCENARIO_CHUNKS = 1,  /* the bytes in random chunks */
    SCENARIO_RESTARTS = 2 /* saved and loaded into a new engine now and then */
};
/* Run it in one way or in several at once (CHUNKS | RESTARTS); the alerts' bodies, one a
 * line, in an owned text (NULL: failed, reason on stderr). */
char *scenario_run(const struct scenario *s, unsigned way, uint64_t seed);
/* Compare with what is expected: 0, or 1 with every difference on stderr. */
int scenario_check(const struct scenario *s, const char *alerts);

#endif
