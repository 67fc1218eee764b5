/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the service manager, sd_notify(3). Without a manager (no $NOTIFY_SOCKET)
 * the functions do nothing. */
#ifndef LOOKOUT_NOTIFY_H
#define LOOKOUT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* The start or a reload has ended. `status` as in notify_status; NULL: none. */
void notify_ready(const char *status);
void notify_ready_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A reload begins; notify_ready ends it. Sends the monotonic time that systemd 253 and
 * later need for Type=notify-reload; 252 ignores it. */
void notify_reloading(void);
void notify_stopping(void);
/* One line for `systemctl status`. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A start or stop takes long (a migration, a large replay): it may take `more_ms` from
 * now. */
void notify_extend(uint64_t more_ms);
/* The interval for calling notify_watchdog: half of WATCHDOG_USEC. False: no watchdog. */
bool notify_watchdog_interval(uint64_t *ret_ms);
/* Call this only when every thread has made progress since the last call. */
void notify_watchdog(void);

#endif
