/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd: passes the command line to the commands. */
#include <stdio.h>

#include "cmd.h"

int main(int argc, char **argv)
{
    int status = cmd_main(argc - 1, argv + 1);
    /* Output that could not be written is a failure. */
    bool is_lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (is_lost && status == CMD_DONE) {
        fputs("lookoutd: the output could not be written\n", stderr);
        status = CMD_FAILED;
    }
    return status;
}
