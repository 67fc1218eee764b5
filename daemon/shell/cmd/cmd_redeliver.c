/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd redeliver: puts deliveries back in the queue. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "cmd_state.h"
#include "lookout/sys/owner.h"

int cmd_redeliver(const struct cmd_args *args)
{
    char *directory = NULL;
    struct err err = {0};
    if (args->is_dead == (args->word_count > 0))
        return cmd_refuse(args, args->is_dead ? "--dead names all; no ID beside it"
                                              : "name alerts by ID, or --dead");
    int status = cmd_state_directory(args, &directory);
    if (status != CMD_DONE)
        return status;
    int64_t count = store_redeliver(directory, (const char *const *)args->words,
                                    args->word_count, args->is_dead, args->webhook, &err);
    owner_give(directory);
    free(directory);
    if (count < 0) {
        fprintf(stderr, "lookoutd redeliver: %s\n", err.text);
        return CMD_FAILED;
    }
    printf("%" PRId64 " %s back in the queue\n", count,
           count == 1 ? "delivery" : "deliveries");
    return fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
