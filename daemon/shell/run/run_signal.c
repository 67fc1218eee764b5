/* SPDX-License-Identifier: Apache-2.0 */
/* Signals before the loop runs. Reading the configuration and making distance fields can
 * take seconds. Nothing is open then, and what is written is renamed when it is whole, so
 * SIGTERM and SIGINT end the process at once. SIGHUP is kept for the loop. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "run_int.h"

static volatile sig_atomic_t has_hup;

static void on_early_signal(int number)
{
    static const char text[] = "run: a signal ends it before the start\n";
    if (number == SIGHUP) {
        has_hup = 1;
        return;
    }
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(0);
}

void run_signal_begin(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_early_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 3; i++)
        sigaction(numbers[i], &action, NULL);
}

bool run_signal_has_hup(void)
{
    return has_hup != 0;
}
