/* SPDX-License-Identifier: Apache-2.0 */
/* Anchorage or berth: the functions of call_kind.c that call.c uses. */
#ifndef LOOKOUT_CALL_KIND_INT_H
#define LOOKOUT_CALL_KIND_INT_H

#include "lookout/voyage/call.h"

/* A stop begins at s->stop_pos. */
void call_kind_begin(struct call_state *s);
/* Take a fix of the stop under way. */
void call_kind_count(struct call_state *s, const struct track_fix *fix);
/* The kind of the stops of the call under way: enum call_kind. */
uint8_t call_kind_of(const struct call_state *s, const struct ports *ports);

#endif
