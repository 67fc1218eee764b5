/* SPDX-License-Identifier: Apache-2.0 */
/* Runs bytes through an input and keeps what came out, for tests of the input layer. The
 * accounting of lookout/input.h is checked at the end of every run. */
#ifndef INPUTRUN_H
#define INPUTRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/ais/input.h"
#include "lookout/base/time.h"

#define INPUTRUN_START INT64_C(1700000000000) /* 2023-11-14T22:13:20Z */

struct inputrun {
    struct report *reports; /* owned */
    size_t count, room;
    size_t messages; /* on_message calls */
    size_t no_times; /* of them with TIME_NONE */
    struct input_counts counts;
    struct input *in; /* while it runs */
};

/* A recording, format auto, without a start time. */
struct input_conf inputrun_tape(void);
/* A live source, format auto. */
struct input_conf inputrun_live(void);

void inputrun_begin(struct inputrun *run, const struct input_conf *conf);
void inputrun_feed(struct inputrun *run, const char *bytes, size_t n, int64_t arrival_ms);
void inputrun_datagram(struct inputrun *run, const char *text, int64_t arrival_ms);
/* input_finish, the accounting, counts kept. */
void inputrun_end(struct inputrun *run, int64_t arrival_ms);
void inputrun_free(struct inputrun *run);

/* A whole text as a recording. */
void inputrun_text(struct inputrun *run, const char *text);
/* The same with another configuration and length. */
void inputrun_bytes(struct inputrun *run, const struct input_conf *conf,
                    const char *bytes, size_t n);
/* The bytes in random chunks of 1..most. */
void inputrun_chunks(struct inputrun *run, const struct input_conf *conf,
                     const char *bytes, size_t n, uint64_t seed, size_t most);

uint64_t inputrun_rejects(const struct inputrun *run, enum input_reject reason);
/* All rejects but the one given (INPUT_REJECTS: all). */
uint64_t inputrun_other_rejects(const struct inputrun *run, enum input_reject but);
#define INPUTRUN_SAID_BYTES 8192
/* What came out, a line for each report, then for each counter that is not 0:
 *     257111220 2024-05-01T12:00:00Z 59.5 10.5 sog=12.3 name=EXAMPLE from=S1
 *     comments 1
 *     bad_value 2
 */
void inputrun_say(const struct inputrun *run, char ret[INPUTRUN_SAID_BYTES]);
/* A text is told so, as a whole and in chunks. */
void inputrun_expect(const struct input_conf *conf, const char *text, const char *told);
/* Every member of two reports is the same. */
bool inputrun_same(const struct report *a, const struct report *b);

/* A position sentence of an invented ship, without its line end; the last four live. */
const char *inputrun_position(uint32_t mmsi, int second);
/* A static message's two sentences, each without its line end. */
void inputrun_statics(uint32_t mmsi, const char *name, int seq, char ret[2][128]);
/* A sentence behind a tag block of that content, its sum right; the last four live. */
const char *inputrun_tagged(const char *content, const char *sentence);

#endif
