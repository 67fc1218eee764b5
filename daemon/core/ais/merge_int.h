/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of struct merge, shared by merge.c (order, resuming), merge_hold.c (times
 * far ahead) and merge_dups.c (copies). */
#ifndef LOOKOUT_MERGE_INT_H
#define LOOKOUT_MERGE_INT_H

#include "lookout/ais/merge.h"

/* --- copies --- */

struct merge_seen {
    uint64_t hash;
    int64_t first_ms;
};

#define MERGE_SEEN_SETS 16384u
#define MERGE_SEEN_WAYS 4u

/* The reports that passed within the last half minute; 1 MiB, never more. */
struct merge_dups {
    struct merge_seen *seen; /* owned; MERGE_SEEN_SETS x MERGE_SEEN_WAYS */
};

MUST_CHECK int merge_dups_init(struct merge_dups *d);
void merge_dups_finish(struct merge_dups *d);
/* Whether the same content came within the last 30 s of event time (or later: a late
 * one); else it is noted as the first. */
bool merge_dups_is_copy(struct merge_dups *d, const struct report *r, uint64_t hash);
/* Note a report that passed before a stop, or a copy of it: the earliest counts. */
void merge_dups_seen(struct merge_dups *d, const struct report *r);
/* The hash that identifies copies: never 0. */
uint64_t merge_dups_hash(const struct report *r);
/* Prefetch the memory that the query will need. */
void merge_dups_fetch(const struct merge_dups *d, uint64_t hash);

/* --- the waiting reports of a source --- */

struct merge_node {
    struct report report;
    uint64_t order; /* of arrival, over all sources */
    uint64_t hash;  /* merge_dups_hash, from when it is near the head of its source */
    struct merge_node *next;
};

#define MERGE_HELD_MAX 1024u
#define MERGE_START 4u
#define MERGE_CONFIRM 3u

struct merge_source {
    struct merge_source_conf conf;
    struct merge_counts counts;
    bool is_ended;
    bool is_started;                         /* its time is known */
    int64_t time_ms;                         /* latest accepted event time; TIME_NONE */
    int64_t passed_ms;                       /* latest passed on; TIME_NONE */
    uint32_t passed_mmsi[MERGE_CONFIRM + 1]; /* the first ships accepted */
    unsigned passed_ships;
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
    struct merge_node *current;  /* what merge_next returned last */
    struct merge_source *source; /* and which source it came from */
    struct merge_node *spare;    /* free nodes */
    struct merge_chunk *chunks;  /* owned */
};

/* Free a node of a source. */
void merge_drop(struct merge *m, struct merge_source *s, struct merge_node *node);
/* Add an accepted node to the source's order. ERR_NOMEM: the node is dropped. */
MUST_CHECK int merge_accept(struct merge *m, struct merge_source *s,
                            struct merge_node *node);

/* --- merge_hold.c --- */
/* Accept, hold or refuse a recording's next node. ERR_NOMEM. */
MUST_CHECK int merge_hold_push(struct merge *m, struct merge_source *s,
                               struct merge_node *node);
/* The source rests: held reports not after until_ms are believed, the others stay. */
MUST_CHECK int merge_hold_rest(struct merge *m, struct merge_source *s, int64_t until_ms);
/* The source ended: believe or refuse the held reports. */
MUST_CHECK int merge_hold_end(struct merge *m, struct merge_source *s);

#endif
