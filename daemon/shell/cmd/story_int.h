/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the story share: the story that is being collected, and the reading
 * of its records. */
#ifndef LOOKOUT_STORY_INT_H
#define LOOKOUT_STORY_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "story.h"

struct buf;

enum { NUMBERS_MAX = 16 };

struct story {
    const json_t *vessels;       /* borrowed */
    const struct ports *ports;   /* borrowed */
    json_t *entries;             /* owned */
    json_t *seen;                /* owned: {time, mmsi, imo, name, callsign, flag} */
    int64_t number[NUMBERS_MAX]; /* MMSIs and IMO numbers of the ship */
    size_t count;
};

/* --- collecting --- */

bool story_is_hers(const struct story *s, const json_t *ship);
/* A new entry, borrowed; NULL when out of memory. */
json_t *story_add_entry(struct story *s, const char *kind, const char *time);
/* The MMSI stands in an entry when it is not the one under which the ship was heard last.
 */
void story_put_mmsi(const struct story *s, json_t *entry, const json_t *ship);
/* The ship had this identity at that time. */
void story_note_identity(struct story *s, const char *time, const json_t *ship);
/* The call or voyage on record of which the alert tells; NULL. */
json_t *story_find_record(struct story *s, const json_t *alert, const json_t *data);
/* A line of query_alerts; context: the story. */
MUST_CHECK int story_alerts_take(void *context, int64_t row_id, const char *text);
/* Whether the entry is of a kind that tells of a place and names no port. */
bool story_alerts_is_span(const json_t *entry);

/* --- reading and saying --- */

/* The text or number in an object; "" and 0 when it is absent. Borrowed. */
const char *story_text_in(const json_t *object, const char *name);
double story_number_in(const json_t *object, const char *name);
int64_t story_integer_in(const json_t *object, const char *name);
/* Whether the text is the word, or begins with it and a dot. */
bool story_starts_with(const char *text, const char *word);
/* "2024-03-25 18:04" of the time in an object; "" when it is absent. */
struct story_time {
    char text[24];
};
struct story_time story_say_time(const json_t *object, const char *name);
/* Append "36°52.8'N 122°25.8'E" of a GeoJSON Point. */
MUST_CHECK int story_say_place(struct buf *out, const json_t *point);
/* Append the texts of a list, with commas between. */
MUST_CHECK int story_say_texts(struct buf *out, const json_t *texts);
/* The sentence of an entry, from its members. ERR_NOMEM */
MUST_CHECK int story_say(const json_t *entry, struct buf *out);

#endif
