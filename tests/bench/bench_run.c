/* SPDX-License-Identifier: Apache-2.0 */
/* The real daemon: from a fix on the wire to the first attempt of its alert, at 5,000
 * fixes a second; and a recording as fast as it goes with the receiver up and with the
 * receiver down, in turn, so that a busy machine slows both. JSON lines. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/aisgen.h"
#include "lib/receiver.h"
#include "lib/store_fixture.h"

enum {
    RATE = 5000, /* fixes a second */
    WARM_S = 2,
    SECONDS = 10,
    FLEET = 2000,   /* ships that are there all the time */
    NEW_EVERY = 50, /* every so many fixes a ship is heard for the first time */
    TAPE_FIXES = 600000,
    TAPE_SHIPS = 10000, /* as many alerts */
    ROUNDS = 3
};
static const uint32_t FLEET_MMSI = 431000000, NEW_MMSI = 440000000;

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- the daemon --- */

struct daemon {
    char directory[512];
    pid_t pid;
    FILE *log;
};

static void start(struct daemon *d, const char *feed, uint16_t port)
{
    const char *program = getenv("LOOKOUT_BIN");
    char path[600];
    int ends[2];
    snprintf(d->directory, sizeof d->directory, "%s", fixture_directory());
    snprintf(path, sizeof path, "%s/c.yaml", d->directory);
    FILE *f = fopen(path, "w");
    if (f == NULL || pipe(ends) != 0)
        give_up(path);
    fprintf(f,
            "state: %s\nfeeds: [%s]\nrules: [{id: seen, when: sighted}]\nwebhooks:\n"
            "  - {id: desk, url: \"http://127.0.0.1:%u/\", in_flight: 32}\n",
            d->directory, feed, port);
    fclose(f);
    d->pid = fork();
    if (d->pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        execl(program != NULL ? program : "build/lookoutd", "lookoutd", "run", "-c", path,
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    d->log = fdopen(ends[0], "r");
}

static void wait_line(struct daemon *d, const char *text)
{
    char line[1024];
    while (fgets(line, sizeof line, d->log) != NULL)
        if (strstr(line, text) != NULL)
            return;
    fprintf(stderr, "the daemon ended before it said: %s\n", text);
    exit(1);
}

static void end(struct daemon *d)
{
    kill(d->pid, SIGKILL);
    waitpid(d->pid, NULL, 0);
    fclose(d->log);
    fixture_remove(d->directory);
}

/* --- from a fix to the first attempt --- */

static void say(uint32_t mmsi, char ret_text[AISGEN_TEXT_BYTES])
{
    struct aisgen_bits bits;
    aisgen_position(&(struct aisgen_position){.type = 1,
                                              .mmsi = mmsi,
                                              .lat = 30 + (mmsi % 1000) * 0.01,
                                              .lon = 125 + (mmsi / 1000 % 100) * 0.01,
                                              .sog = 0.0,
                                              .cog = 231.0,
                                              .heading = 230,
                                              .second = 60},
                    &bits);
    aisgen_sentences(&bits, "AIVDM", 0, 'A', ret_text);
}

static uint16_t free_udp_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        give_up("udp");
    close(fd);
    return ntohs(a.sin_port);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sends at the rate; sent[i]: when the i-th new ship was first heard. Returns how many
 * new ships there were. *ret_late_ms: by how much, at p99, a sleep of a millisecond took
 * longer: what the machine itself adds. */
static size_t send_all(uint16_t port, double *sent, double *ret_late_ms)
{
    static double late[RATE * (WARM_S + SECONDS)];
    size_t sleeps = 0;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        give_up("udp");
    double begin = now_s();
    size_t fresh = 0;
    for (size_t i = 0; i < (size_t)RATE * (WARM_S + SECONDS);) {
        size_t due = (size_t)((now_s() - begin) * RATE);
        for (; i < due; i++) {
            char text[AISGEN_TEXT_BYTES];
            bool is_new = i >= (size_t)RATE * WARM_S && i % NEW_EVERY == 0;
            say(is_new ? NEW_MMSI + (uint32_t)fresh : FLEET_MMSI + (uint32_t)(i % FLEET),
                text);
            if (is_new)
                sent[fresh++] = now_s();
            (void)!send(fd, text, strlen(text), 0);
        }
        double before = now_s();
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (sleeps < sizeof late / sizeof late[0])
            late[sleeps++] = (now_s() - before) * 1000 - 1;
    }
    close(fd);
    qsort(late, sleeps, sizeof *late, compare);
    *ret_late_ms = late[(sleeps - 1) * 99 / 100];
    return fresh;
}

static void latency(void)
{
    static double sent[RATE * SECONDS / NEW_EVERY + 2],
        took[RATE * SECONDS / NEW_EVERY + 2];
    struct receiver receiver = {0};
    struct daemon d;
    char feed[96];
    uint16_t udp = free_udp_port();
    receiver_start(&receiver, 0);
    snprintf(feed, sizeof feed, "{id: air, udp: \"127.0.0.1:%u\"}", udp);
    start(&d, feed, receiver.port);
    wait_line(&d, "watching");
    double late_ms = 0;
    size_t fresh = send_all(udp, sent, &late_ms), count = 0;
    (void)receiver_wait(&receiver, receiver_took, FLEET + fresh, 5000);
    pthread_mutex_lock(&receiver.mutex);
    for (size_t i = 0; i < receiver.count; i++) {
        const struct receiver_request *q = &receiver.requests[i];
        size_t ship = q->mmsi >= NEW_MMSI ? q->mmsi - NEW_MMSI : fresh;
        if (ship < fresh && q->repeat == 0)
            took[count++] = (double)q->at_ms - sent[ship] * 1000;
    }
    pthread_mutex_unlock(&receiver.mutex);
    qsort(took, count, sizeof *took, compare);
    double p99 = count > 0 ? took[(count - 1) * 99 / 100] : -1;
    printf("{\"figure\":\"fix to first attempt at 5,000 fixes/s, p99 ms\",\"value\":%.1f,"
           "\"most\":100,\"p50_ms\":%.1f,\"max_ms\":%.1f,\"machine_p99_ms\":%.1f,"
           "\"alerts\":%zu,\"missing\":%zu}\n",
           p99, count > 0 ? took[count / 2] : -1, count > 0 ? took[count - 1] : -1,
           late_ms, fresh, fresh - count);
    fflush(stdout);
    end(&d);
    receiver_stop(&receiver);
}

/* --- with the receiver down --- */

static void write_tape(const char *path)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        give_up(path);
    for (unsigned i = 0; i < TAPE_FIXES; i++) {
        char text[AISGEN_TEXT_BYTES];
        say(FLEET_MMSI + i % TAPE_SHIPS, text);
        fprintf(f, "%ld %s", 1711238400L + i / 500, text);
    }
    fclose(f);
}

static double play(const char *tape, uint16_t port)
{
    struct daemon d;
    char feed[700];
    snprintf(feed, sizeof feed, "{id: tape, file: \"%s\", pace: max}", tape);
    start(&d, feed, port);
    wait_line(&d, "watching");
    double begin = now_s();
    wait_line(&d, "the recordings have ended");
    double seconds = now_s() - begin;
    end(&d);
    return TAPE_FIXES / seconds;
}

static void up_and_down(void)
{
    char directory[512], tape[600];
    double best[2] = {0};
    snprintf(directory, sizeof directory, "%s", fixture_directory());
    snprintf(tape, sizeof tape, "%s/tape.nmea", directory);
    write_tape(tape);
    for (int i = 0; i < 2 * ROUNDS; i++) {
        struct receiver receiver = {0};
        bool is_up = i % 2 == 0;
        if (is_up)
            receiver_start(&receiver, 0);
        double rate = play(tape, is_up ? receiver.port : receiver_free_port());
        if (is_up)
            receiver_stop(&receiver);
        if (rate > best[is_up])
            best[is_up] = rate;
    }
    printf("{\"figure\":\"receiver down: throughput against a run with it up\","
           "\"value\":%.3f,\"must\":0.95,\"down_per_s\":%.0f,\"up_per_s\":%.0f}\n",
           best[0] / best[1], best[0], best[1]);
    fixture_remove(directory);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    latency();
    up_and_down();
    return 0;
}
