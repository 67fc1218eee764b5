/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon tells the service manager, sd_notify(3). Without one (no
 * $NOTIFY_SOCKET) all of it does nothing. */
#ifndef LOOKOUT_NOTIFY_H
#define LOOKOUT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* The start, or a reload, is through. `status` as in notify_status; NULL: none. */
void notify_ready(const char *status);
void notify_ready_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A reload begins; notify_ready ends it. With the monotonic time that systemd 253 and
 * later want for Type=notify-reload; 252 ignores it. */
void notify_reloading(void);
void notify_stopping(void);
/* One line for `systemctl status`. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A long start or stop (a migration, a large replay): it may take `more_ms` from now. */
void notify_extend(uint64_t more_ms);
/* How often notify_watchdog must be called: half of WATCHDOG_USEC. False: not at all. */
bool notify_watchdog_interval(uint64_t *ret_ms);
/* Only when every thread has shown progress since the last time. */
void notify_watchdog(void);

#endif
