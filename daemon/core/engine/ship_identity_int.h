/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a ship says it is, the MMSIs that share an IMO number, and a ship that goes on
 * under a new MMSI. */
#ifndef LOOKOUT_SHIP_IDENTITY_INT_H
#define LOOKOUT_SHIP_IDENTITY_INT_H

#include "engine_int.h"
#include "lookout/detect/identity.h"

/* Whom a ship says it is. */
struct ship_identity {
    struct identity it;
    struct ship *owner;
    uint32_t indexed; /* the IMO number of whose holders it is; 0: of none */
    struct ship_identity *previous, *next; /* of these holders */
    bool is_new;       /* it came to hold the number, and is to be compared with others */
    uint32_t messages; /* that brought the number */
};

/* --- ship_identity.c: values that are held, and MMSIs that share an IMO number --- */
MUST_CHECK int ship_identity_static(struct engine *e, struct ship *s,
                                    const struct report *r);
/* After a believed fix of a ship that is_shared or has several tracks. */
MUST_CHECK int ship_identity_fix(struct look_frame *frame,
                                 const struct track_fix *before);
/* Tell the rules, at the ship's current track. */
MUST_CHECK int ship_identity_tell(struct engine *e, struct ship *s,
                                  const struct identity_event *event);
/* Another holder of its number may have been heard after since_ms: then both are two. */
MUST_CHECK int ship_identity_alternate(struct engine *e, struct ship *s, int64_t since_ms,
                                       int64_t time_ms);
/* The same, of a ship that came to hold the number and was first heard at first_ms. Its
 * MMSI may have been heard before: another holder went on from it, and now it is back. */
MUST_CHECK int ship_identity_return(struct engine *e, struct ship *s, int64_t first_ms,
                                    int64_t time_ms);
/* The others heard lately that hold the ship's IMO number: how many, and one of them. */
size_t ship_identity_holders(const struct engine *e, const struct ship *s,
                             struct ship **ret_one);
/* When the ship was heard last, by its own messages. */
int64_t ship_identity_heard_ms(const struct ship *s);
/* The MMSIs before; NULL: none. */
const struct identity_former *ship_identity_former(const struct ship *s);
void ship_identity_forget(struct engine *e, struct ship *s);
void ship_identity_save(const struct engine *e, const struct ship *s,
                        struct wire_writer *w);
MUST_CHECK int ship_identity_load(struct engine *e, struct ship *s,
                                  struct wire_reader *r);
/* Of a row that was written before such a part was, the ship holds the IMO number that it
 * sent. */
MUST_CHECK int ship_identity_load_older(struct engine *e, struct ship *s);

/* --- ship_join.c: one ship under a new MMSI --- */
/* The ship came to hold an IMO number that others hold: it may be one of them. */
MUST_CHECK int ship_join_look(struct engine *e, struct ship *s, int64_t time_ms);

#endif
