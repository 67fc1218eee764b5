/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd run: the daemon. */
#include "cmd.h"
#include "lookout/run/run.h"

int cmd_run(const struct cmd_args *args)
{
    struct run_options options = {.file = args->config, .is_once = args->is_once};
    return cmd_exit_of(run_daemon(&options));
}
