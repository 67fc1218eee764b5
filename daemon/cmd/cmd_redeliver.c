/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd redeliver: puts deliveries back in the queue. */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "cmd_state.h"

static const char help[] =
    "usage: lookoutd redeliver (-c FILE | --state DIR) (ID... | --dead) [--webhook ID]\n"
    "\n"
    "Puts deliveries back in the queue, to be tried at once: those of the alerts named\n"
    "(32 hex digits, as `lookoutd alerts` prints them), delivered ones too, or all that\n"
    "were given up; each with its whole schedule of attempts before it again, from now\n"
    "on. A running daemon notices by itself. Prints how many. When an alert\n"
    "is not on record, or has no delivery, nothing is changed and the status is 1.\n"
    "\n" CMD_STATE_HELP "  --dead         all deliveries that were given up\n"
    "  --webhook ID   only those to that webhook\n";

enum { OPT_STATE = 256, OPT_DEAD, OPT_WEBHOOK, OPT_HELP };

static const struct option options[] = {
    /* clang-format off */
    {"state",   required_argument, NULL, OPT_STATE},
    {"dead",    no_argument,       NULL, OPT_DEAD},
    {"webhook", required_argument, NULL, OPT_WEBHOOK},
    {"help",    no_argument,       NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
    /* clang-format on */
};

struct request {
    const char *file, *state, *webhook; /* borrowed from argv */
    bool dead;
};

static int redeliver(const struct request *q, const char *const *ids, size_t n)
{
    char *directory = NULL;
    int status = cmd_state_directory("redeliver", q->file, q->state, &directory);
    if (status != CMD_DONE)
        return status;
    struct err err = {0};
    int64_t count = store_redeliver(directory, ids, n, q->dead, q->webhook, &err);
    free(directory);
    if (count < 0) {
        fprintf(stderr, "lookoutd redeliver: %s\n", err.text);
        return CMD_FAILED;
    }
    printf("%" PRId64 " %s back in the queue\n", count,
           count == 1 ? "delivery" : "deliveries");
    return fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}

int cmd_redeliver(int argc, char **argv)
{
    struct request q = {0};
    int option = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
        switch (option) {
        case 'c':
            q.file = optarg;
            break;
        case OPT_STATE:
            q.state = optarg;
            break;
        case OPT_DEAD:
            q.dead = true;
            break;
        case OPT_WEBHOOK:
            q.webhook = optarg;
            break;
        case OPT_HELP:
            return fputs(help, stdout) < 0 ? CMD_FAILED : CMD_DONE;
        default:
            return cmd_state_usage("redeliver", NULL);
        }
    if (q.dead == (optind < argc))
        return cmd_state_usage("redeliver", q.dead ? "--dead names all; no ID beside it"
                                                   : "name alerts by ID, or --dead");
    return redeliver(&q, (const char *const *)argv + optind, (size_t)(argc - optind));
}
