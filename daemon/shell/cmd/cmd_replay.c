/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd replay: recordings through the configured rules. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd_format.h"
#include "lookout/base/time.h"
#include "lookout/run/replay.h"

static int check_inputs(const struct cmd_args *args)
{
    int standard_inputs = 0;
    for (size_t i = 0; i < args->word_count; i++)
        standard_inputs += strcmp(args->words[i], "-") == 0;
    if (args->word_count == 0)
        return cmd_refuse(args, "no INPUT is given");
    if (standard_inputs > 1)
        return cmd_refuse(args, "standard input (-) can be read once only");
    return CMD_DONE;
}

int cmd_replay(const struct cmd_args *args)
{
    struct replay_options options = {
        .file = args->config,
        .alerts_file = args->alerts,
        .summary_file = args->summary,
        .state = args->state,
        .is_delivering = args->is_delivering,
        .start_ms = TIME_NONE,
        .inputs = args->words,
        .input_count = args->word_count,
    };
    char *columns = NULL;
    int status = cmd_format(args, &options.format);
    if (status == CMD_DONE && args->start != NULL &&
        time_parse(args->start, strlen(args->start), &options.start_ms) != 0)
        status = cmd_refuse(
            args, "--start '%s': it takes a time like 2024-03-24T00:00:00Z", args->start);
    if (status == CMD_DONE)
        status = check_inputs(args);
    if (status == CMD_DONE)
        status = cmd_format_columns(args, &columns);
    options.columns = columns;
    if (status == CMD_DONE)
        status = cmd_exit_of(replay_run(&options));
    free(columns);
    return status;
}
