/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd run: the daemon. */
#include "cmd.h"

#include <stddef.h>

#include "cmd_words.h"
#include "lookout/run/run.h"

static const char help[] = "usage: lookoutd run -c FILE [--once]\n"
                           "\n"
                           "The daemon, in the foreground: systemd's form. SIGTERM and "
                           "SIGINT end it within seconds,\n"
                           "SIGHUP reads the configuration again.\n"
                           "\n"
                           "  -c FILE   the configuration\n"
                           "  --once    end when the recordings of the `file` feeds are "
                           "through and their alerts settled\n";

int cmd_run(int argc, char **argv)
{
    struct run_options run = {0};
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &run.file},
        {.name = "once", .is_given = &run.is_once},
    };
    struct cmd_words words = {"run", help, argv, argc};
    int status = cmd_words_read(&words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON)
        status = cmd_words_none(&words);
    if (status == CMD_GO_ON && run.file == NULL)
        status = cmd_words_refuse(&words, "which configuration? (-c FILE)");
    return status == CMD_GO_ON ? (int)cmd_exit_of(run_daemon(&run)) : status;
}
