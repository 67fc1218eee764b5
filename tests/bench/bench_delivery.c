/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries a second, from a full outbox to `lookoutd listen` on loopback, outcomes on
 * disk: one webhook with its default 8 in flight, and with 64; signed; with a dead
 * webhook beside it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/delivery_fixture.h"
#include "lib/receiver.h"

enum { ALERTS = 40000, BATCH = 2000 };

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* `lookoutd listen` on a free port, its lines thrown away. */
static pid_t start_listen(uint16_t *ret_port)
{
    const char *program = getenv("LOOKOUT_BIN");
    char *const argv[] = {(char[]){"lookoutd"}, (char[]){"listen"}, (char[]){"--address"},
                          (char[]){"127.0.0.1:0"}, NULL};
    int pipe_ends[2], nothing = open("/dev/null", O_WRONLY);
    char line[256] = "";
    unsigned port = 0;
    if (pipe(pipe_ends) != 0 || nothing < 0)
        give_up("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(nothing, STDOUT_FILENO);
        dup2(pipe_ends[1], STDERR_FILENO);
        execv(program != NULL ? program : "build/lookoutd", argv);
        _exit(127);
    }
    close(pipe_ends[1]);
    if (read(pipe_ends[0], line, sizeof line - 1) <= 0 ||
        sscanf(line, "listening on http://127.0.0.1:%u/", &port) != 1)
        give_up("listen");
    close(nothing);
    *ret_port = (uint16_t)port;
    return pid;
}

/* Seconds from the start of the sender to the last outcome on disk. */
static double run(uint16_t port, uint32_t in_flight, bool has_dead)
{
    struct sender s;
    struct conf_secret secret = {(char[]){"0123456789abcdef0123456789abcdef"}, 32};
    sender_init(&s);
    struct conf_webhook *desk = sender_webhook(&s, "desk", "127.0.0.1", port);
    desk->in_flight = in_flight;
    desk->secrets = &secret;
    desk->secret_count = 1;
    if (has_dead)
        sender_webhook(&s, "dead", "127.0.0.1", receiver_free_port())->retry =
            retry_conf_default();
    for (uint64_t n = 0; n < ALERTS; n += BATCH)
        sender_alerts(&s, n, BATCH, 1000);
    int64_t begin = receiver_clock_ms();
    sender_start(&s);
    if (!sender_wait_pending(&s, "desk", 0))
        give_up("not delivered in time");
    double seconds = (double)(receiver_clock_ms() - begin) / 1000;
    sender_finish(&s);
    return seconds;
}

int main(void)
{
    static const struct {
        const char *figure;
        uint32_t in_flight;
        bool has_dead;
    } runs[] = {
        {"deliveries a second, 8 in flight", 8, false},
        {"deliveries a second, 64 in flight", 64, false},
        {"deliveries a second, 8 in flight, beside a dead webhook", 8, true},
    };
    uint16_t port = 0;
    signal(SIGPIPE, SIG_IGN);
    pid_t listener = start_listen(&port);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        double seconds = run(port, runs[i].in_flight, runs[i].has_dead);
        printf("{\"figure\":\"%s\",\"value\":%.0f,\"must\":10000,\"alerts\":%d}\n",
               runs[i].figure, ALERTS / seconds, ALERTS);
        fflush(stdout);
    }
    kill(listener, SIGTERM);
    waitpid(listener, NULL, 0);
    return 0;
}
