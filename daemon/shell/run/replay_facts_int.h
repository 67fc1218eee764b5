/* SPDX-License-Identifier: Apache-2.0 */
/* The closing summary of a replay as JSON. */
#ifndef LOOKOUT_REPLAY_FACTS_INT_H
#define LOOKOUT_REPLAY_FACTS_INT_H

#include <jansson.h>
#include <stddef.h>

struct replay;

/* A new reference; its members are those of `replay` in alert.schema.json. */
json_t *replay_facts(const struct replay *r);
/* replay_oceans.c: [{rule, pattern, oceans: [{ocean, ports, calls}]}]; a new reference.
 */
json_t *replay_oceans(const struct replay *r);
/* The number of vessels that were heard: those that the engine has, and those that it
 * forgot to make room. */
size_t replay_facts_vessels(const struct replay *r);

#endif
