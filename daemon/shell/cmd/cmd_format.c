/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_format.h"

#include <string.h>

int cmd_format(const struct cmd_args *args, enum input_format *ret_format)
{
    static const char *const names[] = {
        [INPUT_AUTO] = "auto",
        [INPUT_NMEA] = "nmea",
        [INPUT_JSONL] = "jsonl",
        [INPUT_CSV] = "csv",
    };
    enum { COUNT = sizeof names / sizeof names[0] };
    char near[64];
    *ret_format = INPUT_AUTO;
    if (args->format == NULL)
        return CMD_DONE;
    for (int i = 0; i < COUNT; i++)
        if (strcmp(names[i], args->format) == 0) {
            *ret_format = (enum input_format)i;
            return CMD_DONE;
        }
    cmd_nearest(args->format, "", names, COUNT, near, sizeof near);
    return cmd_refuse(args, "--format '%s': it takes auto, nmea, jsonl or csv%s",
                      args->format, near);
}
