/* SPDX-License-Identifier: Apache-2.0 */
/* A datum of a ship's static data, and which of its values is held. A value is held once
 * two messages at least 10 minutes apart brought it and none between brought another. So
 * a lone garbled message changes nothing, nor do two ships that send in turn under one
 * MMSI. Knows neither ships nor rules; times are those of the messages. */
#ifndef LOOKOUT_HELD_H
#define LOOKOUT_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/base/time.h"
#include "lookout/base/wire.h"

#define HELD_AFTER_MS (10 * MINUTE_MS) /* between two messages that bring a value */
#define HELD_BACK_MS (30 * DAY_MS)     /* a value held so lately is nothing new */
#define HELD_FORMERS 4
#define HELD_TEXT_BYTES 48

/* How two values compare. */
enum held_form {
    HELD_TEXT,   /* by letters and digits, in upper case: padding does not count */
    HELD_NAME,   /* the same; one that is cut within a word is the same, too */
    HELD_NUMBER, /* exactly */
    HELD_LENGTH  /* another one differs by 10 % of the held one and 5 m or more */
};

/* A value as a message brings it. "" and 0 are no values. */
struct held_value {
    enum held_form form;
    const char *text; /* borrowed; of numbers NULL */
    uint32_t number;
};

/* One that was held before, and until when. */
struct held_former {
    uint64_t key;
    int64_t until_ms;
};

/* All zero at first: nothing is known. */
struct held {
    uint64_t key;                /* the held number, or a hash of the text; 0: none */
    int64_t since_ms, last_ms;   /* the first and the last message that brought it */
    char *text;                  /* owned: a held text, as it was sent; else NULL */
    uint64_t next_key;           /* another value, which may come to be held; 0: none */
    int64_t next_ms;             /* the first message that brought it */
    uint32_t next_messages;      /* that brought it */
    struct held_former *formers; /* owned: HELD_FORMERS of them, the newest first; key 0:
                                    no more. NULL: none */
};
void held_finish(struct held *h);

/* What a message came to. */
enum held_step {
    HELD_NOTHING,
    HELD_FIRST,  /* a value is held; none was before */
    HELD_AGAIN,  /* one is held in place of another, as it was within 30 days */
    HELD_CHANGED /* another value is held */
};
struct held_change {
    enum held_step step;
    int64_t since_ms;  /* the first message that brought the new value */
    uint32_t messages; /* that brought it */
    /* the value that was held before, of HELD_AGAIN and HELD_CHANGED: */
    uint32_t from_number;
    char from_text[HELD_TEXT_BYTES];
    int64_t from_since_ms, from_last_ms; /* as `since_ms`, `last_ms` of struct held */
};
/* A message of that time brings that value. ERR_NOMEM leaves *h as it was. */
MUST_CHECK int held_hear(struct held *h, const struct held_value *value, int64_t time_ms,
                         struct held_change *ret_change);
/* The number that is held; 0: none. */
uint32_t held_number(const struct held *h);
/* The text that is held; "": none. */
const char *held_text(const struct held *h);

/* The clock was set: times ahead of now_ms are cut to it. */
void held_clamp(struct held *h, int64_t now_ms);

void held_save(const struct held *h, struct wire_writer *w);
/* *h is all zero before; valid in any case. ERR_CORRUPT, ERR_NOMEM */
MUST_CHECK int held_load(struct held *h, struct wire_reader *r);

#endif
