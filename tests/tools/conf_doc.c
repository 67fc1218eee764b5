/* SPDX-License-Identifier: Apache-2.0 */
/* conf_doc man | schema | alert: what the tables of the configuration and of the kinds of
 * rules say, to stdout. */
#include <stdio.h>
#include <string.h>

#include "lib/alertdoc.h"
#include "lib/confdoc.h"

int main(int argc, char **argv)
{
    struct buf out = {0};
    int code = ERR_INVALID;
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        code = confdoc_man(&out);
    else if (argc == 2 && strcmp(argv[1], "schema") == 0)
        code = confdoc_schema(&out);
    else if (argc == 2 && strcmp(argv[1], "alert") == 0)
        code = alertdoc_schema(ALERTDOC_COMMON, &out);
    else
        fputs("usage: conf_doc man | schema | alert\n", stderr);
    if (code == 0)
        fputs(buf_text(&out), stdout);
    buf_finish(&out);
    return code == 0 ? 0 : 2;
}
