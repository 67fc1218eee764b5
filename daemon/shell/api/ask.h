/* SPDX-License-Identifier: Apache-2.0 */
/* What a request says, taken apart: the target, the parameters, credentials, the host.
 * Pure: no socket, clock or configuration. Everything here comes from strangers. */
#ifndef LOOKOUT_ASK_H
#define LOOKOUT_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* The parameters, each as one bit of a route's mask. */
#define ASK_PARAMETERS(X)                                                                \
    X(LIMIT, limit)                                                                      \
    X(AFTER, after)                                                                      \
    X(BBOX, bbox)                                                                        \
    X(Q, q)                                                                              \
    X(WATCHED, watched)                                                                  \
    X(FLAG, flag)                                                                        \
    X(TYPE, type)                                                                        \
    X(ZONE, zone)                                                                        \
    X(PORT, port)                                                                        \
    X(ALERTED, alerted)                                                                  \
    X(HEARD, heard)                                                                      \
    X(FORMAT, format)                                                                    \
    X(SINCE, since)                                                                      \
    X(UNTIL, until)                                                                      \
    X(RULE, rule)                                                                        \
    X(SEVERITY, severity)                                                                \
    X(VESSEL, vessel)                                                                    \
    X(CASE, case)                                                                        \
    X(STATE, state)                                                                      \
    X(ACKNOWLEDGED, acknowledged)                                                        \
    X(ALL, all)                                                                          \
    X(VESSELS, vessels)                                                                  \
    X(MAX, max)
enum ask_parameter {
#define X(word, name) ASK_##word,
    ASK_PARAMETERS(X)
#undef X
        ASK_PARAMETER_COUNT
};
#define ASK_BIT(word) (1u << ASK_##word)

enum { ASK_LIMIT_MOST = 1000, ASK_LIMIT_INITIAL = 100, ASK_MAX_MOST = 20000 };
enum ask_choice { ASK_ANY, ASK_TRUE, ASK_FALSE };
enum ask_vessels { ASK_VESSELS_ALL, ASK_VESSELS_WATCHED, ASK_VESSELS_NONE };
enum ask_format { ASK_FORMAT_JSON, ASK_FORMAT_GEOJSON, ASK_FORMAT_CSV };

/* In degrees; west > east crosses the antimeridian. */
struct ask_box {
    double west, south, east, north;
};

/* What the parameters say; texts are borrowed from the target, NULL: not given. */
struct ask_values {
    unsigned given; /* bits */
    uint32_t limit, max;
    const char *after, *q, *flag, *type, *zone, *port, *rule, *vessel, *case_id, *state;
    struct ask_box box;
    enum ask_choice watched, acknowledged, all;
    enum ask_vessels vessels;
    enum ask_format format;
    int severity;                      /* enum severity; -1 */
    int64_t alerted_ms, heard_ms;      /* durations */
    int64_t since_ms, until_ms;        /* times, or before event time: */
    bool is_since_back, is_until_back; /* durations */
};

/* Split a request target at its '?' in place, and undo the escapes of its path. False: it
 * is no path of text. */
bool ask_split_target(char *target, char **ret_query);
/* Read "a=1&b=2" in place. `allowed`: bits. ERR_INVALID: err says what is wrong and what
 * would be accepted. */
MUST_CHECK int ask_parse_query(char *query, unsigned allowed, struct ask_values *ret,
                               struct err *err);
/* A time, or so long before event time; TIME_NONE: not given, or that is not known. */
int64_t ask_moment(int64_t time_ms, bool is_back, int64_t event_ms);
/* "w,s,e,n" */
bool ask_parse_box(const char *text, struct ask_box *ret_box);
bool ask_box_contains(const struct ask_box *box, double lat, double lon);

/* A place in a list, as `next` hands it out: up to three whole numbers. */
#define ASK_CURSOR_BYTES 72
struct ask_cursor {
    int64_t numbers[3];
    size_t count;
};
const char *ask_format_cursor(const struct ask_cursor *cursor,
                              char ret_text[ASK_CURSOR_BYTES]);
bool ask_parse_cursor(const char *text, size_t count, struct ask_cursor *ret);

/* The value of a cookie in a Cookie field: RFC 6265 section 4.2. *ret_bytes: its length.
 * NULL: it is not there. */
const char *ask_find_cookie(const char *field, const char *name, size_t *ret_bytes);
/* The token of "Bearer TOKEN"; NULL. */
const char *ask_bearer(const char *authorization);
/* Whether a Host field names that host, whatever the port: without brackets. */
bool ask_host_is(const char *field, const char *host);
/* The host and port of "https://host:port/path"; the length, 0: it is no such origin. */
size_t ask_origin_host(const char *origin, const char **ret_host);
/* Whether an Accept-Encoding field takes gzip: RFC 9110 section 12.5.3. */
bool ask_accepts_gzip(const char *field);
/* Whether a Content-Type field says application/json. */
bool ask_is_json(const char *field);

#endif
