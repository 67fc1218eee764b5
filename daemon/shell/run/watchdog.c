/* SPDX-License-Identifier: Apache-2.0 */
/* The judgement of the watchdog. The loop answers by calling this. */
#include "watchdog.h"

enum { ASK_MS = 1000 }; /* a thread is asked so often */

int64_t watchdog_silence_ms(const struct watchdog_peer *peer, int64_t now_ms)
{
    return peer->asked_ms != 0 ? now_ms - peer->asked_ms : 0;
}

bool watchdog_ask(struct watchdog_peer *peer, bool has_answered, int64_t now_ms)
{
    if (peer->asked_ms != 0 && has_answered) {
        peer->asked_ms = 0;
        peer->heard_ms = now_ms;
    }
    if (peer->asked_ms != 0 || (peer->heard_ms != 0 && now_ms - peer->heard_ms < ASK_MS))
        return false;
    peer->asked_ms = now_ms;
    return true;
}

bool watchdog_is_due(struct watchdog *w, int64_t interval_ms, int64_t now_ms)
{
    bool is_time = w->fed_ms == 0 || now_ms - w->fed_ms >= interval_ms / 2;
    if (!is_time || watchdog_silence_ms(&w->store, now_ms) > WATCHDOG_DISK_MS ||
        watchdog_silence_ms(&w->delivery, now_ms) > interval_ms)
        return false;
    w->fed_ms = now_ms;
    return true;
}

bool watchdog_note_disk(struct watchdog *w, int64_t now_ms)
{
    bool is_slow = watchdog_silence_ms(&w->store, now_ms) > WATCHDOG_SLOW_MS;
    bool is_changed = is_slow != w->is_slow;
    w->is_slow = is_slow;
    return is_changed;
}
