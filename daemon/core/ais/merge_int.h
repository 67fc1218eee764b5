/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of struct merge, shared by merge.c (order, resuming), merge_hold.c (times
 * far ahead), merge_dups.c and merge_place.c (copies). */
#ifndef LOOKOUT_MERGE_INT_H
#define LOOKOUT_MERGE_INT_H

#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

/* --- copies --- */

struct merge_seen {
    uint64_t hash;
    int64_t first; /* 65536 x the time in ms + 16 bits that tell who heard it */
};

#define MERGE_SEEN_SETS 16384u
#define MERGE_SEEN_SETS_MAX (8 * MERGE_SEEN_SETS)
#define MERGE_SEEN_WAYS 4u
#define MERGE_PLACE_SETS 65536u
/* Slower ships may be at rest: what is left of the speed is error. */
#define MERGE_SLOW_DKN 30u

/* Copies from one station come within seconds. A ship at anchor sends the same position
 * and the same second again after three minutes at the earliest (ITU-R M.1371-5 table 1),
 * and that is a new message. */
#define MERGE_COPY_MS (30 * SECOND_MS)
/* A copy from another station may come minutes late. If such a message is new after all,
 * its ship is one that the first station no longer hears; a quarter of an hour later, the
 * message counts. */
#define MERGE_LATE_MS (15 * MINUTE_MS)

/* What was passed on within the last quarter of an hour: 1 MiB, and up to 8 where there
 * is more traffic; 4 MiB more where there are several sources, or records. */
struct merge_dups {
    struct merge_seen *seen; /* owned; sets x MERGE_SEEN_WAYS */
    uint64_t sets;
    struct merge_seen *places; /* owned; MERGE_PLACE_SETS x MERGE_SEEN_WAYS; or NULL */
    unsigned rounding;         /* the most of any report, 1/10000 minute; 0: of none */
};

MUST_CHECK int merge_dups_init(struct merge_dups *d);
void merge_dups_finish(struct merge_dups *d);
/* From now on places are noted too: other sources may have records. */
void merge_dups_note_places(struct merge_dups *d);
/* It passed before a stop, or was a copy of one that did: the earliest counts. */
void merge_dups_seen(struct merge_dups *d, const struct report *r);
/* The hash that identifies what a message says: never 0. */
uint64_t merge_dups_hash(const struct report *r);
/* Prefetch the memory that the query will need. */
void merge_dups_fetch(const struct merge_dups *d, uint64_t hash);

/* When and by whom something was first said. */
void merge_dups_note(struct merge_seen *seen, uint64_t hash, const struct report *r);
int64_t merge_dups_first_ms(const struct merge_seen *seen);
bool merge_dups_is_origin(const struct merge_seen *seen, const struct report *r);

/* --- merge_place.c --- */
/* The place where the report is a copy of one noted; NULL: none. */
struct merge_seen *merge_place_find(const struct merge_dups *d, const struct report *r);
void merge_place_note(struct merge_dups *d, const struct report *r);
/* Latitude or longitude in 1/10000 minute, as AIS sends it, from -181 degrees on; 28
 * bits. */
static inline uint32_t merge_place_raw(int32_t e7)
{
    /* 1e-7 degree is 3/50 of it; to the nearest. */
    return (uint32_t)(((uint64_t)((int64_t)e7 + 1810000000) * 3 + 25) / 50);
}

/* --- the waiting reports of a source --- */

struct merge_node {
    struct report report;
    uint64_t order; /* of arrival, over all sources */
    uint64_t hash;  /* merge_dups_hash, from when it is near the head of its source */
    struct merge_node *next;
};

#define MERGE_HELD_MAX 8192u
#define MERGE_START 4u
#define MERGE_CONFIRM 3u

/* A jump of a recording's clock, and whether it came back. */
struct merge_jump {
    bool is_confirmed;       /* while held: four ships agree, and it may yet come back */
    bool is_known;           /* believed: the last one */
    int64_t from_ms;         /* the source's time before it */
    int64_t low_ms, high_ms; /* of the reports behind it, while held; low_ms stays */
    unsigned back_count;     /* reports in a row that are back in the time before it */
    unsigned back_ships;
    uint32_t back_mmsi[MERGE_CONFIRM + 1];
};

struct merge_source {
    struct merge_source_conf conf;
    struct merge_counts counts;
    size_t index;
    bool is_ended;
    bool is_started;                         /* its time is known */
    int64_t time_ms;                         /* latest accepted event time; TIME_NONE */
    int64_t passed_ms;                       /* latest passed on; TIME_NONE */
    int64_t behind_ms;                       /* of its last copy, the first */
    uint32_t passed_mmsi[MERGE_CONFIRM + 1]; /* the first ships accepted */
    unsigned passed_ships;
    struct merge_jump jump;
    const struct merge_node *back_at; /* from this one on the clock is back; NULL */
    struct merge_step back;           /* what is told then */
    struct merge_node **held; /* owned array: start, or far ahead; in order of arrival */
    size_t held_count, held_room;
    struct merge_node **heap; /* owned array: by (time, order), within the lateness */
    size_t heap_count, heap_room;
    struct merge_node *first, *last; /* in order, ready to pass */
    struct merge_node *ahead;        /* the last one that merge_ahead gave; NULL: none */
    unsigned lead;                   /* nodes from the first up to this one */
    size_t waiting;                  /* nodes in held, heap and list */
};

struct merge {
    struct merge_source **sources; /* owned array of owned sources */
    size_t source_count;
    uint64_t orders;
    int64_t clock_ms;  /* TIME_NONE */
    int64_t passed_ms; /* latest passed on of all; TIME_NONE */
    struct merge_dups dups;
    struct merge_sink sink;
    bool has_ahead; /* `ahead` is to be told before what lies behind it */
    struct merge_step ahead;
    struct merge_node *current;  /* what merge_next returned last */
    struct merge_source *source; /* and which source it came from */
    struct merge_node *spare;    /* free nodes */
    struct merge_chunk *chunks;  /* owned */
};

/* Does the node's report pass? A copy came up to 30 s of event time ago (or later: a late
 * one), or up to 15 min ago by another station or source: it is counted and told. A copy
 * may say news of its ship beside its position: then that passes. What passes is noted as
 * the first. */
bool merge_dups_sift(struct merge *m, struct merge_source *s, struct merge_node *node);

/* Free a node of a source. */
void merge_drop(struct merge *m, struct merge_source *s, struct merge_node *node);
/* Add an accepted node to the source's order. ERR_NOMEM: the node is dropped. */
MUST_CHECK int merge_accept(struct merge *m, struct merge_source *s,
                            struct merge_node *node);

/* What waits within the lateness passes. */
void merge_flush(struct merge_source *s);

/* --- merge_step.c --- */
/* A report of the time before a jump: true when they are enough of its ships to say that
 * the clock came back. */
bool merge_step_note_back(struct merge_source *s, uint32_t mmsi, unsigned reports);
void merge_step_forget_back(struct merge_source *s);
/* The clock did not come back: what comes now is believed. Far enough ahead it is told as
 * a step. */
void merge_step_believe(struct merge *m, struct merge_source *s, int64_t low_ms);
/* It came back while it was held: so many reports are refused. */
void merge_step_refuse(struct merge *m, struct merge_source *s, uint64_t reports);
/* A report more than an hour behind: one of those by which a believed jump came back? */
bool merge_step_is_back(struct merge_source *s, const struct merge_node *node);
/* From this node on the source's time is the node's. */
void merge_step_back(struct merge_source *s, const struct merge_node *node);
/* The node of that source passes now: a step before it is told. */
void merge_step_pass(struct merge *m, struct merge_source *s,
                     const struct merge_node *node);

/* --- merge_hold.c --- */
/* Accept, hold or refuse a recording's next node. ERR_NOMEM. */
MUST_CHECK int merge_hold_push(struct merge *m, struct merge_source *s,
                               struct merge_node *node);
/* The source rests: held reports not after until_ms are believed, the others stay. */
MUST_CHECK int merge_hold_rest(struct merge *m, struct merge_source *s, int64_t until_ms);
/* The source ended: believe or refuse the held reports. */
MUST_CHECK int merge_hold_end(struct merge *m, struct merge_source *s);

#endif
