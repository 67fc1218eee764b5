/* SPDX-License-Identifier: Apache-2.0 */
/* Records (JSON lines, CSV) through an input, for the fuzzers: what must hold of every
 * report and of the accounting, whatever the bytes were. Anything else aborts. */
#ifndef RECORDRUN_H
#define RECORDRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/input.h"

/* The bytes whole and in chunks of 1..16 give the same reports; each is in range, and the
 * JSON that `decode` prints for it is JSON and reads back as the same report. */
void recordrun(const struct input_conf *conf, const uint8_t *data, size_t size);
/* The identities that lookout/input.h promises: every line was used, or is counted under
 * one named reason. */
bool recordrun_adds_up(const struct input_counts *counts);
/* A hash of what a report says. */
uint64_t recordrun_content(const struct report *r);

#endif
