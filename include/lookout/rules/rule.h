/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what is watched for. A kind of rule is one file in daemon/core/rules and one row
 * of rule_kinds; its own keys in the configuration stand in a table there, which the
 * configuration reader walks. */
#ifndef LOOKOUT_RULE_H
#define LOOKOUT_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/geo/zone.h"
#include "lookout/rules/route.h"
#include "lookout/track/vessel.h"
#include "lookout/voyage/ports.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL, SEVERITIES };
const char *severity_name(enum severity s);

/* `vessels:` all | watched | {types, min_length, flags, tags, not: {the same}} */
struct vessel_filter {
    bool is_watched_only;
    uint32_t type_mask;  /* bit per enum vessel_type; 0: any. Unknown type is included */
    double min_length_m; /* 0: any. Unknown length is included */
    char **flags;        /* owned alpha-2 codes */
    size_t flag_count;
    char **tags; /* owned: any of them */
    size_t tag_count;
    struct vessel_filter *except; /* owned: `not:`; NULL for none. Unknown type or length
                                     does not exclude */
};
/* ITU-R M.1371-5 table 53 in words; the configuration accepts these names. */
enum vessel_type {
    VESSEL_FISHING,
    VESSEL_TUG,
    VESSEL_DREDGER,
    VESSEL_DIVING,
    VESSEL_MILITARY,
    VESSEL_SAILING,
    VESSEL_PLEASURE,
    VESSEL_HIGH_SPEED,
    VESSEL_PILOT,
    VESSEL_SAR,
    VESSEL_PORT_TENDER,
    VESSEL_LAW_ENFORCEMENT,
    VESSEL_PASSENGER,
    VESSEL_CARGO,
    VESSEL_TANKER,
    VESSEL_OTHER,
    VESSEL_TYPES
};
extern const char *const vessel_type_names[VESSEL_TYPES];
/* The type of an AIS ship type number 1..255; VESSEL_OTHER when it has no name; -1 for 0
 * (unknown). */
int vessel_type_of(uint8_t ship_type);

enum rule_at_start { RULE_AT_START_WATCHED, RULE_AT_START_ALL, RULE_AT_START_NONE };
enum rule_direction {
    RULE_DIRECTION_ANY,
    RULE_DIRECTION_LEFT_TO_RIGHT,
    RULE_DIRECTION_RIGHT_TO_LEFT
};
enum rule_forecast { RULE_FORECAST_LAST, RULE_FORECAST_EVERY, RULE_FORECAST_NEVER };

#define RULE_EVENTS_MAX 6
struct rule_kind;

struct rule {
    char *id;                     /* owned */
    const struct rule_kind *kind; /* static */
    uint64_t definition; /* hash of all that decides its behaviour; saved state lives
                            while it is unchanged */
    struct vessel_filter vessels; /* owned content */
    uint32_t events;              /* bit i: kind->events[i] is wanted */
    uint8_t severity[RULE_EVENTS_MAX];
    int64_t repeat_ms;                  /* 0: no folding */
    uint8_t at_start;                   /* enum rule_at_start */
    uint8_t min_confidence;             /* 1..4 */
    uint8_t direction;                  /* enum rule_direction */
    uint8_t forecast;                   /* enum rule_forecast */
    struct port_set *ports, *from, *to; /* owned; NULL: all */
    uint32_t *zones;                    /* owned, ascending indices; NULL: all areas */
    size_t zone_count;
    uint32_t *gates; /* owned, ascending indices; NULL: all gates */
    size_t gate_count;
    struct route *route; /* owned */
    char *ports_text, *from_text,
        *to_text;               /* owned: as written, for `check`; NULL when left out */
    int64_t within_ms, leg_ms;  /* 30 d, 10 d */
    int64_t dwell_ms;           /* 0: no dwell events */
    int64_t approach_within_ms; /* 60 min */
    double approach_or_m;       /* 10 nm */
    int64_t after_ms, moored_ms,
        again_after_ms; /* gap: 6 h, 24 h; sighted: TIME_NONE = first fix only */
};
void rule_finish(struct rule *rule);

/* How one key of a rule is read. `offset` is that of a member of struct rule whose type
 * the key type says. */
enum rule_key_type {
    RULE_KEY_DURATION, /* int64_t ms, least..most */
    RULE_KEY_INT,      /* uint8_t, least..most */
    RULE_KEY_WORD,     /* uint8_t: index in words */
    RULE_KEY_PORTS, /* struct port_set *; the text as written goes to offset2 (char *) */
    RULE_KEY_ZONES, /* uint32_t * areas; count at offset2 (size_t) */
    RULE_KEY_GATES, /* uint32_t * gates; count at offset2 (size_t) */
    RULE_KEY_ROUTE, /* struct route * */
    RULE_KEY_APPROACH /* mapping {within: duration, or: distance} into approach_within_ms,
                         approach_or_m */
};
struct rule_key {
    const char *name;
    enum rule_key_type type;
    bool is_required;
    size_t offset, offset2;
    int64_t least, most;      /* bounds of durations (ms) and integers */
    const char *const *words; /* RULE_KEY_WORD: NULL-terminated */
    const char *doc; /* one line: for documentation and "what would be accepted" */
};
struct rule_event {
    const char *name;         /* in the configuration: "enter" */
    const char *type;         /* of the alert, behind "lookoutd.": "zone.entered" */
    const char *severity_key; /* in `severity: {...}`: "entered" (the type's last word);
                                 `name` is accepted too */
    enum severity severity;   /* default */
};
struct rule_kind {
    const char *name; /* `when:` */
    const char *doc;
    const struct rule_key
        *keys; /* ends with a NULL name; the common keys are the reader's */
    const struct rule_event *events;
    uint32_t event_count;
    void (*set_defaults)(struct rule *rule);
    const struct rule_hooks *hooks; /* lookout/rule_run.h: how the engine runs it */
};
extern const struct rule_kind *const rule_kinds[];        /* NULL-terminated */
const struct rule_kind *rule_kind_find(const char *name); /* NULL when unknown */

#endif
