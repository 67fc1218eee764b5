/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration for a sub-command. */
#include "cmd_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"

struct conf_context cmd_conf_context(void)
{
    static char host[256];
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    host[sizeof host - 1] = '\0';
    return (struct conf_context){
        .host = host,
        .state_directory = getenv("STATE_DIRECTORY"),
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
    };
}

int cmd_conf_load(const char *file, struct conf **ret_conf)
{
    struct conf_context context = cmd_conf_context();
    struct conf_report report = {0};
    int code = conf_load(file, &context, ret_conf, &report);
    for (size_t i = 0; i < report.count; i++)
        fprintf(stderr, "%s\n", report.lines[i]);
    if (report.errors > 0)
        fprintf(stderr, "%s: %zu error%s\n", file, report.errors,
                report.errors > 1 ? "s" : "");
    else if (code != 0)
        fprintf(stderr, "%s: %s\n", file, err_text(code));
    conf_report_finish(&report);
    if (code == ERR_NOMEM)
        return CMD_FAILED;
    return code == 0 ? CMD_DONE : CMD_USAGE;
}
