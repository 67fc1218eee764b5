/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd alerts: stored alerts and how their delivery stands, as JSON lines. */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "cmd_state.h"
#include "cmd_words.h"
#include "lookout/base/timefmt.h"

/* How often --follow asks whether the database changed. */
#define FOLLOW_MS 200

static const char help[] =
    "usage: lookoutd alerts (-c FILE | --state DIR) [options]\n"
    "\n"
    "Stored alerts in the order they were accepted, one JSON object a line: id, type,\n"
    "rule, severity, time, detected_at, mmsi, imo, state, deliveries (webhook, state,\n"
    "attempts, next_attempt, status, reason, delivered_at or given_up_at), event (what\n"
    "was sent). state: pending, dead or delivered; muted, folded (why says by what) or\n"
    "history where the alert is not for delivery; stored where no webhook wants it.\n"
    "\n" CMD_STATE_HELP
    "  --since T      alerts of T or later: RFC 3339, a date, or a duration back (24h)\n"
    "  --rule ID      of that rule\n"
    "  --vessel X     of that MMSI or IMO number, or a name or part of one; repeatable\n"
    "  --pending      with a delivery that waits\n"
    "  --dead         with a delivery that was given up\n"
    "  --follow       go on with new alerts as they are accepted\n";

struct listing {
    int64_t last; /* row last printed */
};

static int print_line(void *context, int64_t row_id, const char *json)
{
    struct listing *listing = context;
    listing->last = row_id;
    return puts(json) < 0 ? ERR_IO : 0;
}

/* Sleeps until it is worth looking again; false when nobody reads our output. */
static bool nap(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, FOLLOW_MS) <= 0 || (out.revents & (POLLERR | POLLNVAL)) == 0;
}

static int list(struct store_reader *r, struct store_filter *filter, bool follows)
{
    int64_t version = store_reader_version(r);
    for (;;) {
        struct listing listing = {.last = 0};
        int64_t last = store_reader_last_alert(r);
        int code = store_reader_alerts(r, filter, print_line, &listing);
        if (code != 0 || fflush(stdout) != 0) {
            fprintf(stderr, "lookoutd alerts: %s\n", err_text(code != 0 ? code : ERR_IO));
            return CMD_FAILED;
        }
        if (!follows)
            return CMD_DONE;
        filter->after = last > filter->after ? last : filter->after;
        filter->after = listing.last > filter->after ? listing.last : filter->after;
        int64_t now = version;
        while (now == version || now < 0) {
            if (!nap())
                return CMD_DONE;
            now = store_reader_version(r);
        }
        version = now;
    }
}

struct request {
    const char *file, *state; /* borrowed from argv */
    struct store_filter filter;
    const char **vessels; /* owned; texts borrowed from argv */
    bool follows;
};

static int read_words(struct cmd_words *words, struct request *q)
{
    const char *since = NULL;
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &q->file},
        {.name = "state", .argument = "DIR", .value = &q->state},
        {.name = "since", .argument = "T", .value = &since},
        {.name = "rule", .argument = "ID", .value = &q->filter.rule},
        {.name = "vessel",
         .argument = "X",
         .value = q->vessels,
         .count = &q->filter.vessel_count},
        {.name = "pending", .is_given = &q->filter.pending},
        {.name = "dead", .is_given = &q->filter.dead},
        {.name = "follow", .is_given = &q->follows},
    };
    int status = cmd_words_read(words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON)
        status = cmd_words_none(words);
    if (status == CMD_GO_ON && since != NULL &&
        cmd_state_since("alerts", since, &q->filter.since_ms) != CMD_DONE)
        status = CMD_USAGE;
    return status;
}

static int answer(struct request *q)
{
    struct store_reader *r = NULL;
    int status = cmd_state_open("alerts", q->file, q->state, &r);
    if (status != CMD_DONE)
        return status;
    q->filter.vessels = q->vessels;
    status = list(r, &q->filter, q->follows);
    store_reader_close(r);
    return status;
}

int cmd_alerts(int argc, char **argv)
{
    struct request q = {.filter = {.since_ms = TIME_NONE},
                        .vessels = calloc((size_t)argc, sizeof *q.vessels)};
    if (q.vessels == NULL)
        return CMD_FAILED;
    struct cmd_words words = {"alerts", help, argv, argc};
    int status = read_words(&words, &q);
    if (status == CMD_GO_ON)
        status = answer(&q);
    free(q.vessels);
    return status;
}
