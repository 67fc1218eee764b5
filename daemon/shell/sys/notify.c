/* SPDX-License-Identifier: Apache-2.0 */
/* Sends sd_notify(3) messages. A message that cannot be sent is ignored, as without a
 * service manager. */
#include "lookout/sys/notify.h"
#include "lookout/sys/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

enum { STATUS_BYTES = 512 };

/* One line only: a line end in a text would begin another assignment. */
static void clean_status(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

void notify_ready(const char *status)
{
    char text[STATUS_BYTES];
    if (status == NULL) {
        (void)sd_notify(0, "READY=1");
        return;
    }
    snprintf(text, sizeof text, "%s", status);
    clean_status(text);
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", text);
}

void notify_ready_format(const char *format, ...)
{
    char text[STATUS_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    notify_ready(text);
}

void notify_reloading(void)
{
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_monotonic_us());
}

void notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void notify_status(const char *format, ...)
{
    char text[STATUS_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    clean_status(text);
    (void)sd_notifyf(0, "STATUS=%s", text);
}

void notify_extend(uint64_t more_ms)
{
    (void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%" PRIu64, more_ms * 1000);
}

bool notify_watchdog_interval(uint64_t *ret_ms)
{
    uint64_t us = 0;
    if (sd_watchdog_enabled(0, &us) <= 0 || us == 0)
        return false;
    *ret_ms = us / 2000 > 0 ? us / 2000 : 1;
    return true;
}

void notify_watchdog(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}
