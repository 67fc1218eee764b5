/* SPDX-License-Identifier: Apache-2.0 */
/* The last port call of a track, as the kinds keep it that ask what lay between two
 * messages. */
#ifndef LOOKOUT_LAST_CALL_INT_H
#define LOOKOUT_LAST_CALL_INT_H

#include <stdint.h>

#include "lookout/base/wire.h"
#include "lookout/voyage/call.h"

/* A call of confidence 2 and more. */
struct last_call {
    uint32_t port;       /* PORT_NONE: none is known */
    int64_t since_ms;    /* arrival, or the first fix there */
    int64_t departed_ms; /* TIME_NONE: the ship is there */
};
void last_call_init(struct last_call *c);
/* An event of a call. */
void last_call_take(struct last_call *c, const struct call_output *event);
/* Whether the ship was at the port at any time from from_ms to until_ms. */
bool last_call_is_between(const struct last_call *c, int64_t from_ms, int64_t until_ms);

void last_call_save(const struct last_call *c, const struct ports *ports,
                    struct wire_writer *out);
void last_call_load(struct last_call *c, const struct ports *ports,
                    struct wire_reader *in);

#endif
