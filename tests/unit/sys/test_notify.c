/* SPDX-License-Identifier: Apache-2.0 */
/* The test's socket takes the place of the service manager's; sd_notify(3) defines the
 * messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/testlib.h"
#include "lookout/sys/notify.h"

static int manager = -1;
static char path[108];

static int set_up(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *parent = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/lookout-notify-%ld",
             parent == NULL || strlen(parent) > 60 ? "/tmp" : parent, (long)getpid());
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(manager, (const struct sockaddr *)&address, sizeof address), 0);
    return setenv("NOTIFY_SOCKET", path, 1);
}

static int tear_down(void **state)
{
    close(manager);
    unlink(path);
    return unsetenv("NOTIFY_SOCKET");
}

/* Returns the next message; "" for none. */
static const char *received(void)
{
    static char text[2048];
    ssize_t n = recv(manager, text, sizeof text - 1, MSG_DONTWAIT);
    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static void test_messages(void **state)
{
    notify_ready(NULL);
    assert_string_equal(received(), "READY=1");
    notify_ready("2 feeds, 5 rules");
    assert_string_equal(received(), "READY=1\nSTATUS=2 feeds, 5 rules");
    notify_stopping();
    assert_string_equal(received(), "STOPPING=1");
    notify_status("%d vessels", 12);
    assert_string_equal(received(), "STATUS=12 vessels");
    notify_extend(2500);
    assert_string_equal(received(), "EXTEND_TIMEOUT_USEC=2500000");
    notify_watchdog();
    assert_string_equal(received(), "WATCHDOG=1");
    assert_string_equal(received(), "");
}

static void test_reloading_has_the_time(void **state)
{
    struct timespec now;
    unsigned long long us = 0;
    notify_reloading();
    assert_int_equal(sscanf(received(), "RELOADING=1\nMONOTONIC_USEC=%llu", &us), 1);
    clock_gettime(CLOCK_MONOTONIC, &now);
    double behind_s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - 1e-6 * (double)us;
    assert_true(behind_s >= -1e-6 && behind_s < 60);
}

static void test_no_assignment_is_forged(void **state)
{
    notify_status("ship \"%s\"", "X\nREADY=1\nMAINPID=1");
    assert_string_equal(received(), "STATUS=ship \"X READY=1 MAINPID=1\"");
    notify_ready("a\nSTOPPING=1");
    assert_string_equal(received(), "READY=1\nSTATUS=a STOPPING=1");
}

static void test_watchdog_interval(void **state)
{
    uint64_t ms = 7;
    char pid[16];
    unsetenv("WATCHDOG_USEC");
    assert_false(notify_watchdog_interval(&ms));
    setenv("WATCHDOG_USEC", "60000000", 1);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_true(notify_watchdog_interval(&ms));
    assert_int_equal(ms, 30000);
    setenv("WATCHDOG_PID", "1", 1); /* meant for another process */
    assert_false(notify_watchdog_interval(&ms));
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
}

static void test_without_a_manager(void **state)
{
    unsetenv("NOTIFY_SOCKET");
    notify_ready("x");
    notify_status("x");
    notify_watchdog();
    assert_string_equal(received(), "");
    setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    notify_ready("x");
}

#define WITH(name) TEST_WITH(name, set_up, tear_down)
TEST_MAIN(NULL, NULL, WITH(test_messages), WITH(test_reloading_has_the_time),
          WITH(test_no_assignment_is_forged), WITH(test_watchdog_interval),
          WITH(test_without_a_manager))
