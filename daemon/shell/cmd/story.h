/* SPDX-License-Identifier: Apache-2.0 */
/* The story of one ship: what is on record of it, in order of time.
 *
 * Circle: story*: story.c holds the entries of one ship; the files that read alerts and
 * say entries ask it for members of a body. */
#ifndef LOOKOUT_STORY_H
#define LOOKOUT_STORY_H

#include <jansson.h>

#include "lookout/base/err.h"
#include "lookout/store/store.h"

struct ports;

/* `vessels` are the ship's objects as engine_describe makes them: one for each of its
 * MMSIs, the one heard last at the front. The story is an array; each entry has `time`,
 * `kind` and `text`, `until` where it has an end, the record that it is made of, and the
 * alerts that told of it. `vessels` and `ports` are borrowed. *ret_story is a new
 * reference. */
MUST_CHECK int story_tell(struct store_reader *r, const json_t *vessels,
                          const struct ports *ports, json_t **ret_story);

/* Who the ship is and where it was heard last, then the story: readable text. `made` is
 * the time of printing, RFC 3339. */
void story_print(const json_t *vessels, const json_t *story, const char *made);

#endif
