/* SPDX-License-Identifier: Apache-2.0 */
/* Mutes as JSON: what people ask for, checked, and what is told of them. For the query
 * API and for the command line. */
#ifndef LOOKOUT_MUTE_FORM_H
#define LOOKOUT_MUTE_FORM_H

#include "lookout/store/store.h"

struct conf;
struct engine;
struct engine_mute;
struct json_t;

enum { MUTE_FORM_ID_BYTES = 40 };
#define MUTE_FORM_OF_CONF "conf-" /* ids of those of the configuration begin so */

/* A mute that is asked for. Rule, zone and feed are borrowed from the JSON. */
struct mute_form {
    struct store_mute mute;
    char id[MUTE_FORM_ID_BYTES], why[501], who[200];
};
/* What it is checked against, and for whom it is. All borrowed. */
struct mute_form_world {
    const struct engine *engine;
    const struct conf *conf;
    const char *who;
};
/* Read {vessel?, rule?, zone?, feed?, from?, until, why, by?}. Without `from` it holds
 * from the event time on that it is now. ERR_INVALID, ERR_LIMIT: err says what is wrong.
 */
MUST_CHECK int mute_form_read(const struct json_t *body, const struct mute_form_world *w,
                              struct mute_form *ret_form, struct err *err);
/* The mute as an object; now_ms: event time, TIME_NONE. */
struct json_t *mute_form_json(const struct store_mute *m, int64_t now_ms);
/* The same of the configuration's mute of that index. */
struct json_t *mute_form_conf_json(const struct engine_mute *m, size_t index,
                                   int64_t now_ms);
/* Event time; before any report, the clock. */
int64_t mute_form_now(const struct engine *e);

#endif
