/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd check: prints every fault of a configuration, then what it would watch. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_check.h"
#include "cmd_state.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/conf/conf.h"
#include "lookout/water/water_fields.h"
#include "lookout/water/water_shore.h"

static int read_duration(const struct cmd_args *args, int64_t *ret_ms)
{
    const char *text = args->listen_for != NULL ? args->listen_for : "10s";
    if (units_parse_duration(text, strlen(text), ret_ms) != 0 || *ret_ms < SECOND_MS ||
        *ret_ms > HOUR_MS)
        return cmd_refuse(args, "--for '%s': it takes 1s to 1h", text);
    return CMD_DONE;
}

int cmd_check(const struct cmd_args *args)
{
    int64_t listen_ms = 0;
    struct conf *conf = NULL;
    int status = read_duration(args, &listen_ms);
    if (status == CMD_DONE)
        status = cmd_state_conf(args, true, &conf);
    if (status != CMD_DONE)
        return status;
    conf_describe(conf, stdout);
    water_fields_describe(&conf->engine, stdout);
    water_shore_describe(&conf->engine, stdout);
    if (args->is_connecting)
        status = cmd_check_connect(conf, listen_ms, stdout);
    if (fflush(stdout) != 0 || ferror(stdout))
        status = CMD_FAILED;
    conf_destroy(conf);
    return status;
}
