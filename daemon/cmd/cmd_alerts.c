/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd alerts: stored alerts and how their delivery stands, as JSON lines. */
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "cmd_state.h"
#include "lookout/timefmt.h"

/* How often --follow asks whether the database changed. */
#define FOLLOW_MS 200

static const char help[] =
    "usage: lookoutd alerts (-c FILE | --state DIR) [options]\n"
    "\n"
    "Stored alerts in the order they were accepted, one JSON object a line: id, type,\n"
    "rule, severity, time, detected_at, mmsi, imo, state, deliveries (webhook, state,\n"
    "attempts, next_attempt, status, reason, delivered_at or given_up_at), event (what\n"
    "was sent). state: pending, dead or delivered; muted, folded or history where the\n"
    "alert is not for delivery; stored where no webhook wants it.\n"
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

enum {
    OPT_STATE = 256,
    OPT_SINCE,
    OPT_RULE,
    OPT_VESSEL,
    OPT_PENDING,
    OPT_DEAD,
    OPT_FOLLOW,
    OPT_HELP
};

static const struct option options[] = {
    /* clang-format off */
    {"state",   required_argument, NULL, OPT_STATE},
    {"since",   required_argument, NULL, OPT_SINCE},
    {"rule",    required_argument, NULL, OPT_RULE},
    {"vessel",  required_argument, NULL, OPT_VESSEL},
    {"pending", no_argument,       NULL, OPT_PENDING},
    {"dead",    no_argument,       NULL, OPT_DEAD},
    {"follow",  no_argument,       NULL, OPT_FOLLOW},
    {"help",    no_argument,       NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
    /* clang-format on */
};

struct request {
    const char *file, *state; /* borrowed from argv */
    struct store_filter filter;
    const char **vessels; /* owned; texts borrowed from argv */
    bool follows, wants_help;
};

static int read_option(struct request *q, int option, char *value)
{
    switch (option) {
    case 'c':
        q->file = value;
        return CMD_DONE;
    case OPT_STATE:
        q->state = value;
        return CMD_DONE;
    case OPT_SINCE:
        return cmd_state_since("alerts", value, &q->filter.since_ms);
    case OPT_RULE:
        q->filter.rule = value;
        return CMD_DONE;
    case OPT_VESSEL:
        q->vessels[q->filter.vessel_count++] = value;
        return CMD_DONE;
    case OPT_PENDING:
        q->filter.pending = true;
        return CMD_DONE;
    case OPT_DEAD:
        q->filter.dead = true;
        return CMD_DONE;
    case OPT_FOLLOW:
        q->follows = true;
        return CMD_DONE;
    case OPT_HELP:
        q->wants_help = true;
        return CMD_DONE;
    default:
        return cmd_state_usage("alerts", NULL);
    }
}

static int answer(struct request *q, int argc, char **argv)
{
    if (q->wants_help)
        return fputs(help, stdout) < 0 ? CMD_FAILED : CMD_DONE;
    if (optind < argc) {
        fprintf(stderr, "lookoutd alerts: '%s' is one word too many\n", argv[optind]);
        return cmd_state_usage("alerts", NULL);
    }
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
    int status = CMD_DONE, option = 0;
    optind = 1;
    while (status == CMD_DONE &&
           (option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
        status = read_option(&q, option, optarg);
    if (status == CMD_DONE)
        status = answer(&q, argc, argv);
    free(q.vessels);
    return status;
}
