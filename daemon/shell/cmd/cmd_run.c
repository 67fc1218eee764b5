/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd run: the daemon. */
#include <string.h>

#include "cmd.h"
#include "lookout/base/units.h"
#include "lookout/run/run.h"

int cmd_run(const struct cmd_args *args)
{
    struct run_options options = {.file = args->config, .is_once = args->is_once};
    const char *wait = args->wait != NULL ? args->wait : "60s";
    if (units_parse_duration(wait, strlen(wait), &options.wait_ms) != 0)
        return cmd_refuse(args, "--wait '%s': it takes a duration such as 60s or 5min",
                          wait);
    return cmd_exit_of(run_daemon(&options));
}
