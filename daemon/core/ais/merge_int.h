/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of struct merge, shared by merge.c (order, resuming), merge_order.c (a
 * heap), merge_hold.c (times far ahead), merge_jump.c (what is held behind a step of a
 * recording's clock), merge_begin.c (how a recording begins), merge_side.c (two clocks
 * side by side), merge_clock.c (what the ships' positions say), merge_step.c (telling
 * it), merge_dups.c and merge_place.c (copies).
 *
 * Circle: merge, merge_begin, merge_hold, merge_jump, merge_side, merge_step: whether a
 * report is held depends on steps of the clocks, and a step that is settled lets go of
 * held reports, which are then accepted as if they came now; a recording that goes on
 * from another is judged again, and a step at its begin moves what waits.
 * Circle: merge_dups, merge_place: a copy is known by its place, and places are learnt
 * from copies. */
#ifndef LOOKOUT_MERGE_INT_H
#define LOOKOUT_MERGE_INT_H

#include "lookout/ais/merge.h"
#include "lookout/base/time.h"

/* --- copies --- */

struct merge_seen {
    uint64_t hash;
    int64_t first; /* 65536 x the time in ms + 16 bits that tell who heard it */
};

#define MERGE_SEEN_SETS 64u
#define MERGE_SEEN_SETS_MAX 131072u
#define MERGE_SEEN_WAYS 4u
#define MERGE_PLACE_SETS 65536u
#define MERGE_COARSE_GRIDS 2u
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

/* What was passed on within the last quarter of an hour: up to 8 MiB, as the
 * traffic needs it; 4 MiB more where there are several sources, or records. */
struct merge_dups {
    struct merge_seen *seen; /* sets x MERGE_SEEN_WAYS */
    uint64_t sets;
    struct merge_seen *places; /* MERGE_PLACE_SETS x MERGE_SEEN_WAYS; or NULL */
    unsigned rounding;         /* the most of any report, 1/10000 minute; 0: of none */
    unsigned coarse; /* a bit for each grid that coarse reports have needed so far */
    void *memory[2]; /* owned: what seen and places lie in */
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
    const struct merge_step
        *step;      /* borrowed from the merge: told before it passes; NULL: none */
    int64_t own_ms; /* its time as it came */
    uint8_t clock;  /* enum merge_clock, while it is held behind a step */
    struct merge_node *next;
};

#define MERGE_HELD_MAX 8192u
#define MERGE_START 4u
#define MERGE_CONFIRM 3u

/* A smaller step of a recording's clock is none, but reports that come late. */
#define MERGE_STEP_MS (2 * MINUTE_MS)
#define MERGE_FAR_MS HOUR_MS

/* The last position of a ship, with its speed. */
struct merge_heard {
    uint32_t mmsi;
    struct geo_pos pos;
    uint16_t sog_dkn, cog_ddeg;
    int64_t time_ms;
};
#define MERGE_HEARD 1024u
#define MERGE_NO_COURSE UINT16_MAX

/* What ships say of a step: each once. */
#define MERGE_VOTES 16u
struct merge_votes {
    uint32_t mmsi[MERGE_VOTES]; /* those who said anything */
    unsigned count;
    unsigned moving, resting, against, far;
    unsigned lost; /* on by far more than 30 min, and by other times than the clock's */
    int64_t steps_ms[MERGE_VOTES]; /* of those moving: the size of the step */
    int64_t lost_ms[MERGE_VOTES];  /* of those lost */
    int64_t way_ms, lost_way_ms;   /* their time under way, together */
    bool is_counted;               /* so many were heard lately: */
    unsigned known_moving, known_resting;
};
enum merge_verdict { MERGE_UNDECIDED, MERGE_STEP, MERGE_LOST, MERGE_NO_STEP };

/* The clock that a held report goes by: the one behind the step, the one before it,
 * neither. */
enum merge_clock { MERGE_CLOCK_NEW, MERGE_CLOCK_OLD, MERGE_CLOCK_OTHER };

/* A jump of a recording's clock, and whether it came back. */
struct merge_jump {
    bool is_held;  /* reports behind it are held, and it may yet come back */
    bool is_ahead; /* these seven: while held */
    bool is_near;  /* ahead by an hour at most */
    bool is_step;  /* the ships' positions show that no time passed */
    bool is_lost;  /* they show that the receiver was off, and its clock is wrong since */
    unsigned reports;        /* by the new clock */
    unsigned others;         /* in a row by neither clock */
    int64_t low_ms, high_ms; /* of the reports by the new clock */
    struct merge_votes votes;
    int64_t back_ms;     /* the earliest report that is back in the time before it */
    unsigned back_count; /* so many of them in a row */
    unsigned back_ships;
    uint32_t back_mmsi[MERGE_CONFIRM + 1];
    bool is_known;       /* believed as time that passed: the last one */
    int64_t from_ms;     /* the source's time before that */
    int64_t believed_ms; /* and behind it */
};

/* Reports behind their source. */
struct merge_late {
    unsigned row;      /* so many in a row */
    uint32_t row_line; /* the first of them */
    int64_t row_ms, row_from_ms;
    uint64_t reports;       /* all */
    int64_t most_ms;        /* as far behind as this, at most */
    struct merge_step step; /* to tell: the first such row that is long */
};

/* Another clock that goes on beside the source's own, or may do so. */
#define MERGE_SIDE_KEPT 16u
struct merge_side {
    bool is_first;   /* the source's first report was far ahead of the others */
    bool is_known;   /* it is one, so far ahead; negative: behind */
    bool is_lone;    /* nothing goes by the other clock now, until lone_until_ms */
    unsigned others; /* in a row that do, all the same */
    int64_t lone_until_ms;
    int64_t by_ms;
    uint64_t righted;
    uint32_t line;                       /* its first report's */
    struct report kept[MERGE_SIDE_KEPT]; /* refused lately, about as far ahead */
    unsigned kept_count;
    unsigned turns; /* so many reports refuted them */
    unsigned ships;
    uint32_t mmsi[MERGE_CONFIRM + 1];
    int64_t ahead_ms;          /* the first of them */
    int64_t least_ms, most_ms; /* they are ahead by so much */
    uint64_t refused;          /* all that was refused alone, and the first of it */
    uint32_t refused_line;
    int64_t refused_ms, refused_from_ms;
};

struct merge_queued;

struct merge_source {
    struct merge_source_conf conf;
    struct merge_counts counts;
    size_t index;
    bool is_ended;
    bool is_started;             /* its time is known */
    bool is_opening;             /* whole: it waits for more reports before any passes */
    bool is_begun;               /* the first report may pass, or has passed */
    bool is_continued;           /* another source has gone on where this one ended */
    struct merge_source *before; /* borrowed: the one that this goes on from; or NULL */
    bool is_to_try;              /* it ended: do the ships show which source goes on? */
    struct merge_queued *untold; /* owned: steps found before it has begun, the latest
                                    first */
    int64_t begins_ms;           /* of its first report, by its own clock */
    int64_t time_ms;             /* latest accepted event time; TIME_NONE */
    int64_t passed_ms;           /* latest passed on; TIME_NONE */
    int64_t behind_ms;           /* of its last copy, the first */
    uint32_t passed_mmsi[MERGE_CONFIRM + 1]; /* the first ships accepted */
    unsigned passed_ships;
    struct merge_jump jump;
    struct merge_side side;
    const struct merge_step *step; /* borrowed from the merge: told with the next report
                                      accepted; NULL: none */
    int64_t steady_ms; /* the time since which its clock is steady; TIME_NONE */
    int64_t lost_ms;   /* ships were farther on than they can be: so many */
    unsigned lost_ships;
    int64_t recalled_ms; /* after a stop, of the last report before it; TIME_NONE */
    int64_t shifted_ms;  /* its last step that was followed; 0: none */
    int64_t
        off_ms; /* for so long the files it goes on from were put right to their end */
    struct merge_late late;
    uint64_t accepted;
    int64_t last_ms;                       /* of the last one accepted, if any */
    struct merge_heard heard[MERGE_HEARD]; /* by MMSI, the latest */
    struct merge_node **held; /* owned array: start, or far ahead; in order of arrival */
    size_t held_count, held_room;
    struct merge_node **heap; /* owned array: by (time, order), within the lateness */
    size_t heap_count, heap_room;
    struct merge_node *first, *last; /* in order, ready to pass */
    struct merge_node *ahead;        /* the last one that merge_ahead gave; NULL: none */
    unsigned lead;                   /* nodes from the first up to this one */
    size_t waiting;                  /* nodes in held, heap and list */
};

/* A step that is told before a node passes. */
struct merge_queued {
    struct merge_queued *next;
    struct merge_step step;
};

struct merge {
    struct merge_source **sources; /* owned array of owned sources */
    size_t source_count;
    uint64_t orders;
    int64_t clock_ms;  /* TIME_NONE */
    int64_t passed_ms; /* latest passed on of all; TIME_NONE */
    struct merge_dups dups;
    struct merge_sink sink;
    struct merge_queued *queued; /* owned */
    size_t steps;                /* of them, those not told */
    size_t tries;                /* sources that are to try */
    size_t ordered;              /* so many sources have ended, from the first on */
    struct merge_node *current;  /* what merge_next returned last */
    struct merge_source *source; /* and which source it came from */
    struct merge_node *spare;    /* free nodes */
    struct merge_chunk *chunks;  /* owned */
    int failed; /* in merge_next: the next call that returns errors returns it; or 0 */
};

/* Does the node's report pass? A copy came up to 30 s of event time ago (or later: a late
 * one), or up to 15 min ago by another station or source: it is counted and told. A copy
 * may say news of its ship beside its position: then that passes. What passes is noted as
 * the first. */
bool merge_dups_sift(struct merge *m, struct merge_source *s, struct merge_node *node);

struct merge_node *merge_take_node(struct merge *m); /* NULL: out of memory */
/* Free a node of a source. */
void merge_drop(struct merge *m, struct merge_source *s, struct merge_node *node);
/* Add an accepted node to the source's order. ERR_NOMEM: the node is dropped. */
MUST_CHECK int merge_accept(struct merge *m, struct merge_source *s,
                            struct merge_node *node);

/* What waits within the lateness passes. */
void merge_flush(struct merge_source *s);

/* --- merge_order.c --- */
MUST_CHECK int merge_order_push(struct merge_source *s, struct merge_node *node);
struct merge_node *merge_order_pop(struct merge_source *s); /* not of an empty one */

/* --- merge_step.c --- */
/* A report of the time before a jump: true when they are enough of its ships to say that
 * the clock came back. */
bool merge_step_note_back(struct merge_source *s, uint32_t mmsi, unsigned reports);
void merge_step_forget_back(struct merge_source *s);
/* The clock did not come back: what comes now is believed, and lies from low_ms on. Far
 * enough ahead it is told as a step. ERR_NOMEM */
MUST_CHECK int merge_step_believe(struct merge *m, struct merge_source *s,
                                  int64_t low_ms);
/* Told at once: of a step of which no state needs to know. */
void merge_step_tell(struct merge *m, struct merge_source *s,
                     const struct merge_step *step);
/* When the source begins: tell what was found before, or forget it. */
void merge_step_tell_untold(struct merge *m, struct merge_source *s);
void merge_step_forget_untold(struct merge_source *s);
/* Told before the next report passes that the source accepts. ERR_NOMEM */
MUST_CHECK int merge_step_queue(struct merge *m, struct merge_source *s,
                                const struct merge_step *step);
/* A report behind its source: one of those by which a believed jump came back? Then from
 * this node on the source's time is the node's. ERR_NOMEM */
MUST_CHECK int merge_step_look_back(struct merge *m, struct merge_source *s,
                                    const struct merge_node *node);
/* The step of a node that comes to stand at the head of its source is told, but behind
 * what waits of the source that it goes on from. */
void merge_step_pass(struct merge *m);
void merge_step_pass_one(struct merge *m, struct merge_source *s);
/* A report came behind its source, or not behind it. */
void merge_step_note_late(struct merge *m, struct merge_source *s,
                          const struct merge_node *node);
/* At the end of one that has begun: how many came so, where many came in a row. */
void merge_step_tell_late(struct merge *m, struct merge_source *s);

bool merge_step_is_rollover(int64_t jump_ms);

/* --- merge_clock.c --- */
void merge_clock_note(struct merge_source *s, const struct report *r);
/* The positions noted count as of so much later. */
void merge_clock_shift(struct merge_source *s, int64_t by_ms);
/* Was the ship heard in the last within_ms of the source's time? */
bool merge_clock_has_heard(const struct merge_source *s, uint32_t mmsi,
                           int64_t within_ms);
/* Are there ships enough to be asked whether a pause is a step? */
bool merge_clock_has_moving(const struct merge_source *s);
/* Is the ship farther on than it can be? Then the receiver was off, if others agree, and
 * its clock went on from where it had stopped. */
bool merge_clock_is_lost(struct merge_source *s, const struct report *r);
/* Ask a report behind the step. */
void merge_clock_ask(struct merge_source *s, const struct report *r);
enum merge_verdict merge_clock_judge(struct merge_source *s);
/* The roundest number within tolerance_ms of about_ms, where that is hardly chance. */
int64_t merge_clock_round(int64_t about_ms, int64_t tolerance_ms);
/* The size of the step: by the ships' ways, and by what came before and behind it; or
 * before it and after it came back. Negative: back. */
int64_t merge_clock_step(const struct merge_source *s);
int64_t merge_clock_step_between(const struct merge_source *s);
/* The receiver was off before: by the ships' ways over the time at which the clock came
 * back. */
int64_t merge_clock_step_behind(const struct merge_source *s);
/* By so much the clock is off since, as the ships' ways tell roughly. */
int64_t merge_clock_lost_by(const struct merge_source *s);

/* --- merge_begin.c --- */
/* Before a report is counted that was pushed: is it the first? */
void merge_begin_note_first(struct merge_source *s, const struct merge_node *node);
/* A report was pushed: are they enough to begin? */
void merge_begin_note(const struct merge *m, struct merge_source *s);
/* None of the source has passed yet: all that waits moves by so much, and the step that
 * would have been told to the engine is told as one that is put right. */
bool merge_begin_move(struct merge *m, struct merge_source *s,
                      const struct merge_step *step);
/* The source ended. */
void merge_begin_note_end(struct merge *m, struct merge_source *s);
/* Before the source's next report passes: begin it, if it is the first one, or another
 * source that goes on where one has ended. True: choose the next one again. */
bool merge_begin(struct merge *m, struct merge_source *s);

/* --- merge_jump.c --- */
/* Hold what comes from this node on, or from those that are held on, between low_ms and
 * high_ms. ERR_NOMEM */
MUST_CHECK int merge_jump_begin(struct merge *m, struct merge_source *s,
                                struct merge_node *node);
/* From a node on of a ship that is farther on than it can be. */
MUST_CHECK int merge_jump_begin_lost(struct merge *m, struct merge_source *s,
                                     struct merge_node *node);
MUST_CHECK int merge_jump_begin_held(struct merge *m, struct merge_source *s,
                                     int64_t low_ms, int64_t high_ms);
/* Would the clock have made a step if these nodes came next? Ships at rest do not tell:
 * another recording may have heard them all along. */
bool merge_jump_is_step(struct merge_source *s, const struct merge_node *first);
/* Another report, while reports are held. ERR_NOMEM */
MUST_CHECK int merge_jump_take(struct merge *m, struct merge_source *s,
                               struct merge_node *node);
/* Nothing more comes, at the end or for now. ERR_NOMEM */
MUST_CHECK int merge_jump_settle(struct merge *m, struct merge_source *s, bool is_end);

/* --- merge_side.c --- */
/* Refuse what is held, which this node of normal time refutes. ERR_NOMEM */
MUST_CHECK int merge_side_refuse(struct merge *m, struct merge_source *s,
                                 const struct merge_node *node);
/* A report that is refused alone. */
void merge_side_note(struct merge_source *s, const struct report *r);
/* Put right a report by a clock that is known. */
MUST_CHECK int merge_side_right(struct merge *m, struct merge_source *s,
                                struct report *r);
/* What comes is off by by_ms, for a while. Call before what is held is put right. */
void merge_side_begin_lone(struct merge_source *s, int64_t by_ms);
/* At the end of one that has begun: how much was put right or refused alone. */
void merge_side_tell(struct merge *m, struct merge_source *s);

/* --- merge_hold.c --- */
/* Accept, hold or refuse a recording's next node. ERR_NOMEM. */
MUST_CHECK int merge_hold_push(struct merge *m, struct merge_source *s,
                               struct merge_node *node);
/* Hold or refuse a node, whatever it is. ERR_NOMEM */
MUST_CHECK int merge_hold_keep(struct merge *m, struct merge_source *s,
                               struct merge_node *node);
void merge_hold_refuse(struct merge *m, struct merge_source *s, struct merge_node *node);
/* Believe the held times up to high_ms. ERR_NOMEM */
MUST_CHECK int merge_hold_believe(struct merge *m, struct merge_source *s,
                                  int64_t high_ms);
/* The source rests: held reports not after until_ms are believed, the others stay. */
MUST_CHECK int merge_hold_rest(struct merge *m, struct merge_source *s, int64_t until_ms);
/* The source ended: believe or refuse the held reports. */
MUST_CHECK int merge_hold_end(struct merge *m, struct merge_source *s);

#endif
