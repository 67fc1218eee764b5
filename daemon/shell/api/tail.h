/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the record: alerts and acknowledgements as they are stored, for streams. It
 * reads on a thread of its own. */
#ifndef LOOKOUT_TAIL_H
#define LOOKOUT_TAIL_H

#include <stdint.h>
#include <uv.h>

#include "lookout/base/err.h"

struct api;
struct stream;
struct tail;
MUST_CHECK int tail_create(struct api *api, uv_loop_t *loop, struct tail **ret);
/* on_closed when the loop knows nothing of it any more; then tail_destroy. */
void tail_stop(struct tail *t, void (*on_closed)(void *context), void *context);
void tail_destroy(struct tail *t);
/* Something may have been stored. */
void tail_look(struct tail *t);
/* Read what was stored since the stream's last event. */
void tail_catch_up(struct tail *t, struct stream *s);
/* The number of the event that was told last; -1: not known yet. */
int64_t tail_last(const struct tail *t);
/* The stream goes. */
void tail_forget(struct tail *t, struct stream *s);

#endif
