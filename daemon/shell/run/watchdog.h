/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the service manager's watchdog is to be fed: when the loop, the store and the
 * delivery have each answered lately. Pure: knows no clock and no thread. */
#ifndef LOOKOUT_WATCHDOG_H
#define LOOKOUT_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/* A thread that is asked, and answers by the way. */
struct watchdog_peer {
    int64_t asked_ms; /* the question that is not answered; 0: there is none */
    int64_t heard_ms; /* the last answer; 0: none yet */
};
/* For how long it has not answered. */
int64_t watchdog_silence_ms(const struct watchdog_peer *peer, int64_t now_ms);
/* `has_answered`: all that it was asked. True: it is to be asked now, once. */
bool watchdog_ask(struct watchdog_peer *peer, bool has_answered, int64_t now_ms);

struct watchdog {
    int64_t fed_ms; /* of the monotonic clock, as all of these; 0: never */
    struct watchdog_peer store, delivery;
    bool is_slow; /* the store does not answer, which is told */
};
/* True: feed it now, and do so every half of interval_ms. A store that waits for its disk
 * is borne for WATCHDOG_DISK_MS; the delivery must answer within interval_ms. */
#define WATCHDOG_DISK_MS 60000
bool watchdog_is_due(struct watchdog *w, int64_t interval_ms, int64_t now_ms);
/* A store that has not answered for so long is slow. True: that has changed. */
#define WATCHDOG_SLOW_MS 5000
bool watchdog_note_disk(struct watchdog *w, int64_t now_ms);

#endif
