/* SPDX-License-Identifier: Apache-2.0 */
/* An alert: an event with its identity and its body, a CloudEvents 1.0 event in
 * structured JSON. body.h has the parts of the body, say.h the words of its summary; the
 * kinds of rules decide which alerts there are. */
#ifndef LOOKOUT_ALERT_H
#define LOOKOUT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/hash.h"

struct json_t;

/* Offsets of local time from UTC: offset[i] holds from begin_ms[i] on. */
struct engine_timezone {
    char name[48];           /* "Asia/Seoul"; "" for none */
    int64_t *begin_ms;       /* owned, ascending; begin_ms[0] is TIME_NONE */
    int32_t *offset_s;       /* owned */
    char (*abbreviation)[8]; /* owned: "KST" */
    size_t count;
};

struct alert {
    char id[HASH_ID_BYTES]; /* hash of rule, type, vessel, occurrence */
    char type[40];          /* "lookoutd.route.progressed" */
    char rule[64]; /* rule id; "" for what is about no ship: every webhook gets it */
    char case_id[HASH_ID_BYTES]; /* "" when the type has none */
    uint8_t severity;            /* enum severity */
    uint32_t mmsi;               /* 0 for alerts of no vessel */
    uint32_t imo;                /* 0 unknown */
    int64_t time_ms;             /* when it happened */
    int64_t detected_ms;         /* event time when it was noticed */
    bool is_muted;               /* stored, not delivered */
    bool is_folded;              /* by `repeat`: stored, not delivered */
    char why[160];   /* it is muted or folded: "ferry, until 2027-01-31T00:00:00Z" */
    bool is_history; /* made by `replay --state`: stored, not delivered; set by the shell
                      */
    char *body;      /* owned: the JSON, one line without a line end */
    size_t body_bytes;
};
void alert_finish(struct alert *a);

/* The data of a body that do not depend on the event. All borrowed. */
struct alert_context {
    const char *site; /* CloudEvents source */
    const char *link; /* URL with {mmsi} {imo} {id}; NULL: none */
    const struct engine_timezone *timezone;
};

/* Set the id: a hash of rule, type, vessel and occurrence. It depends on the event, not
 * on the time when it was noticed, so it is the same over restarts, replays and hosts.
 * ERR_NOMEM. */
MUST_CHECK int alert_identify(struct alert *a, const char *vessel,
                              const char *occurrence);
/* Set the body: the CloudEvents envelope around `data`. The reference is taken over, also
 * on failure; a NULL is ERR_NOMEM. */
MUST_CHECK int alert_seal(struct alert *a, const char *site, const char *subject,
                          struct json_t *data);

/* Alerts of the shell itself: "feed.silent", "feed.recovered", "trouble", "test". */
MUST_CHECK int alert_make_feed(const struct alert_context *context, bool is_silent,
                               const char *feed, int64_t since_ms, int64_t now_ms,
                               struct alert *ret_alert);
/* "summary": what a replay from from_ms to to_ms (TIME_NONE: of nothing) came to;
 * `facts`, borrowed, becomes data.replay. ERR_NOMEM. */
MUST_CHECK int alert_make_summary(const struct alert_context *context, int64_t from_ms,
                                  int64_t to_ms, struct json_t *facts,
                                  struct alert *ret_alert);
/* Something is wrong with lookoutd, said in a sentence. `what`: "webhook", "disk",
 * "clock", "reload" or "limit". */
MUST_CHECK int alert_make_trouble(const struct alert_context *context, const char *what,
                                  const char *text, int64_t now_ms,
                                  struct alert *ret_alert);
/* "vessel.listed", "vessel.delisted": a list that was read adds or drops a ship. */
struct watch_entry;
struct watch_list;
struct watch_source;
struct body_ship;
struct alert_listing {
    bool is_listed;
    const struct body_ship *ship;      /* info NULL: never heard here */
    const struct watch_entry *entry;   /* of the list */
    const struct watch_source *source; /* of the entry */
    const struct watch_list *list;     /* the version that was read */
    int64_t read_ms;
};
/* All but the body, and its `data`, a new reference, to which calls and silences may be
 * added before alert_list_seal. ERR_NOMEM. */
MUST_CHECK int alert_list_begin(const struct alert_context *context,
                                const struct alert_listing *listing,
                                struct alert *ret_alert, struct json_t **ret_data);
/* Takes the reference. */
MUST_CHECK int alert_list_seal(struct alert *a, const char *site, struct json_t *data);
/* "list.refused": a refreshed list was not taken, for a reason in words. */
struct alert_refusal {
    const char *id, *file;
    const char *sha256;   /* "" when it could not be read */
    const char *in_force; /* SHA-256 of the version that goes on */
    const char *reason;
    size_t ships, ships_before;
    int64_t read_ms;
};
MUST_CHECK int alert_list_make_refused(const struct alert_context *context,
                                       const struct alert_refusal *refusal,
                                       struct alert *ret_alert);
MUST_CHECK int alert_make_test(const struct alert_context *context, int64_t now_ms,
                               struct alert *ret_alert);

#endif
