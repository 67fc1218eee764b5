/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the store's and the delivery's threads whether they go on, tells of a disk that
 * does not, and feeds the service manager's watchdog while all do. */
#include "lookout/sys/log.h"
#include "lookout/sys/notify.h"
#include "run_int.h"

static void tell_disk(const struct run *r)
{
    if (r->watchdog.is_slow) {
        log_warning("store", NULL,
                    "the disk is slow: a write has not ended for more than %d s; alerts "
                    "wait in memory meanwhile",
                    WATCHDOG_SLOW_MS / 1000);
        notify_status("the disk is slow: a write does not end");
    } else {
        log_info("store", NULL, "the disk answers again");
        notify_status("watching");
    }
}

void run_watchdog_look(struct run *r)
{
    struct watchdog *w = &r->watchdog;
    int64_t now_ms = r->clock.steady_ms;
    struct store_health health;
    uint64_t interval_ms = 0;
    store_health(r->store, &health);
    /* A store whose commits fail says so itself, and tries again. */
    if (watchdog_ask(&w->store, store_has_answered(r->store) || health.is_failing,
                     now_ms))
        store_ask(r->store);
    if (watchdog_ask(&w->delivery, delivery_has_answered(r->delivery), now_ms))
        delivery_ask(r->delivery);
    if (watchdog_note_disk(w, now_ms))
        tell_disk(r);
    if (notify_watchdog_interval(&interval_ms) &&
        watchdog_is_due(w, (int64_t)interval_ms, now_ms))
        notify_watchdog();
}
