/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd redeliver: puts deliveries back in the queue. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "cmd_state.h"
#include "cmd_words.h"

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
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &q.file},
        {.name = "state", .argument = "DIR", .value = &q.state},
        {.name = "dead", .is_given = &q.dead},
        {.name = "webhook", .argument = "ID", .value = &q.webhook},
    };
    struct cmd_words words = {"redeliver", help, argv, argc};
    int status = cmd_words_read(&words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON && q.dead == (words.argc > 1))
        status = cmd_words_refuse(&words, q.dead ? "--dead names all; no ID beside it"
                                                 : "name alerts by ID, or --dead");
    if (status != CMD_GO_ON)
        return status;
    return redeliver(&q, (const char *const *)argv + 1, (size_t)words.argc - 1);
}
