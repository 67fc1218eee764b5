/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd alerts: not written yet. */
#include "cmd.h"

#include <stdio.h>

int cmd_alerts(int argc, char **argv)
{
    (void)argc;
    fprintf(stderr, "lookoutd: %s is not built in yet\n", argv[0]);
    return CMD_FAILED;
}
