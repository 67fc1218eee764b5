/* SPDX-License-Identifier: Apache-2.0 */
/* Joins parts to whole messages, never of two ships. One table belongs to one input.
 *
 * Parts belong together when formatter (talker and VDM/VDO), total, sequence id and
 * channel are equal, the group ids (g:) and the stations do not contradict each other,
 * and they are near in time and in count. A part without a station or group joins one
 * with it only when there is one candidate: providers tag only the first part.
 *
 * A message whose parts came in order, without other candidates, is given out at once.
 * One that came out of order, or among candidates, waits until FRAGMENT_QUIET further
 * sentences or FRAGMENT_QUIET_MS brought no part that contradicts it. A contradiction
 * that leaves no single answer voids all of them. A part that may belong to two waiting
 * messages is taken only by the one that it directly follows. So a lost part costs a
 * message, but never makes one of two ships. */
#ifndef LOOKOUT_FRAGMENT_INT_H
#define LOOKOUT_FRAGMENT_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/report.h"
#include "sentence_int.h"

#define FRAGMENT_SLOTS 32u       /* open and recently finished messages of an input */
#define FRAGMENT_CHARS_MAX 600u  /* payload characters: more than AIS_BITS_MAX / 6 */
#define FRAGMENT_WINDOW_MS 10000 /* parts farther apart belong to different messages */
/* A receiver has the whole message before it writes its first part: the parts have the
 * same own time, except for a new second between neighbouring lines. */
#define FRAGMENT_SAME_MS 100
#define FRAGMENT_APART_MS 1000
#define FRAGMENT_WINDOW_COUNT 512  /* the same in sentences; no time is asked then */
#define FRAGMENT_WINDOW_UNTIMED 96 /* in sentences, where the input has no times */
/* The same, from the part before, when neither a group nor the time connects the parts:
 * writers put at most a few lines of others between (3 in our recordings), and a busy
 * receiver uses an id again after some 80. */
#define FRAGMENT_NEAR_COUNT 32
#define FRAGMENT_QUIET 8
#define FRAGMENT_QUIET_MS 2000

/* The origin of a part or a message. */
struct fragment_origin {
    int64_t time_ms;     /* own time; TIME_NONE */
    uint8_t time_source; /* enum report_time_source */
    uint8_t pghp_sum;    /* with has_pghp_sum: the sums of all parts must come to this */
    bool has_pghp_sum;
    uint8_t lack; /* enum input_reject: why a message without a time is refused; 0: it
                     takes another time */
    uint64_t begin, end;                /* offsets */
    char station[REPORT_STATION_BYTES]; /* "" unknown */
};

struct fragment_part {
    const struct sentence *sentence;
    struct fragment_origin origin;
    bool has_group;
    uint64_t group_id;
    int64_t clock_ms; /* the present time of this input; TIME_NONE: untimed */
};

struct fragment_piece {
    uint16_t at, n; /* in chars */
    uint8_t fill, sum;
};

enum fragment_state {
    FRAGMENT_FREE,
    FRAGMENT_OPEN,  /* parts are missing */
    FRAGMENT_READY, /* complete, waiting for quiet */
    FRAGMENT_DONE,  /* given out; kept to recognise duplicates */
    FRAGMENT_VOID   /* contradicted; kept until quiet */
};

struct fragment {
    uint8_t state; /* enum fragment_state */
    uint8_t total;
    bool is_contested; /* other candidates, or out of order */
    bool is_repaired;  /* a contradiction was resolved once */
    bool has_group;
    uint16_t have, again; /* bit part - 1; again: parts of a second copy of a done one */
    uint16_t used;
    uint64_t group_id;
    uint64_t first_count, last_count; /* of sentences */
    int64_t first_clock_ms, last_clock_ms;
    struct fragment_origin origin;       /* of all parts together */
    struct fragment_origin again_origin; /* of the copy's */
    struct fragment_piece piece[SENTENCE_PARTS_MAX];
    char chars[FRAGMENT_CHARS_MAX];
};

struct fragment_counts {
    uint64_t orphans;    /* parts of messages never completed or too long */
    uint64_t duplicates; /* copies of parts */
    uint64_t pending;    /* parts waiting now */
};

struct fragment_table {
    uint64_t
        keys[FRAGMENT_SLOTS]; /* of the slots; 0: free. Separate, for a quick search */
    struct fragment slots[FRAGMENT_SLOTS];
    uint64_t count; /* sentences so far, of one part and of several */
    uint64_t swept; /* count when all slots were last looked through */
    unsigned ready; /* slots in FRAGMENT_READY */
    struct fragment_counts counts;
};

/* A whole message; borrowed until the next call. */
struct fragment_whole {
    const struct fragment *fragment;
    const struct fragment_origin *origin;
    bool is_copy; /* a copy of an earlier one */
};

void fragment_init(struct fragment_table *t);
/* Count one more sentence (of one part or of several). */
void fragment_count(struct fragment_table *t);
/* A recording's clock is now far ahead of where it was: what came shortly before by its
 * own time came shortly before. */
void fragment_follow(struct fragment_table *t, int64_t clock_ms);
/* Take a part (total > 1). true: *ret is a whole message. */
bool fragment_add(struct fragment_table *t, const struct fragment_part *part,
                  struct fragment_whole *ret);
/* The next waiting message whose quiet is over (with is_end: any); false: none. */
bool fragment_next_ready(struct fragment_table *t, int64_t clock_ms, bool is_end,
                         struct fragment_whole *ret);
/* Make all waiting parts orphans. */
void fragment_drop(struct fragment_table *t);
/* Lowest begin of a waiting part, UINT64_MAX when none waits. */
uint64_t fragment_needed(const struct fragment_table *t);

/* --- fragment_match.c, for fragment.c --- */

/* How well a part and a message match. Strong: no groups and the same station (or both
 * unknown). Weak: one of the two has none. Exact: the same group, or strong and the same
 * own time. */
enum fragment_match {
    FRAGMENT_MATCH_NONE,
    FRAGMENT_MATCH_WEAK,
    FRAGMENT_MATCH_STRONG,
    FRAGMENT_MATCH_EXACT
};

/* The slots of a key that are not too old. */
struct fragment_same_key {
    struct fragment *slot[FRAGMENT_SLOTS];
    size_t count;
};

struct fragment_candidates {
    struct fragment *slot[FRAGMENT_SLOTS];
    size_t count;
    enum fragment_match best;
    bool has_stations; /* two of them have different stations or groups */
};

bool fragment_match_has_part(const struct fragment *f, unsigned part);
/* Whether the message has this part with the same content. */
bool fragment_match_same_piece(const struct fragment *f, const struct sentence *s);
/* The slots, finished or not, that match best; count: the number of sentences so far. */
void fragment_match_find(const struct fragment_same_key *same,
                         const struct fragment_part *p, uint64_t count, bool done,
                         struct fragment_candidates *ret);
/* The candidate to join: the latest that has the part before, else the latest that lacks
 * this part. NULL: none lacks it. */
struct fragment *fragment_match_choose(const struct fragment_candidates *c,
                                       const struct sentence *s);
/* The number of candidates that lack this part. */
size_t fragment_match_rivals(const struct fragment_candidates *c,
                             const struct sentence *s);
/* The finished message of which this part is a copy; NULL: none. A complete copy is given
 * out again, for the merge to fold. */
struct fragment *fragment_match_find_done(const struct fragment_candidates *c,
                                          const struct sentence *s);

#endif
