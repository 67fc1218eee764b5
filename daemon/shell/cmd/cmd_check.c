/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd check: every fault of a configuration, then what it would watch. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_check.h"
#include "cmd_state.h"
#include "cmd_words.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/conf/conf.h"
#include "lookout/water/water_fields.h"

static const char help[] =
    "usage: lookoutd check -c FILE [--connect [--for DURATION]]\n"
    "\n"
    "Reads the configuration, its zones, ports, lists and secrets. Every fault goes to\n"
    "stderr as file:line:col: error: path: what (what would be accepted); then what "
    "would\n"
    "be watched goes to stdout, each route and rule in words.\n"
    "\n"
    "  -c FILE, --config FILE   the configuration\n"
    "  --connect                then listen to each feed for 10 s and say what came\n"
    "  --for DURATION           not 10 s, but 1s to 1h\n"
    "\n"
    "Exit status: 0 no error (there may be warnings), 2 errors, 1 failed at run time.\n";

static int read_duration(const struct cmd_words *words, const char *text, int64_t *ret_ms)
{
    if (units_parse_duration(text, strlen(text), ret_ms) != 0 || *ret_ms < SECOND_MS ||
        *ret_ms > HOUR_MS)
        return cmd_words_refuse(words, "--for '%s': it takes 1s to 1h", text);
    return CMD_GO_ON;
}

int cmd_check(int argc, char **argv)
{
    const char *file = NULL, *duration = "10s";
    bool is_connecting = false;
    int64_t listen_ms = 0;
    const struct cmd_option options[] = {
        {.name = "config", .letter = 'c', .argument = "FILE", .value = &file},
        {.name = "connect", .is_given = &is_connecting},
        {.name = "for", .argument = "DURATION", .value = &duration},
    };
    struct cmd_words words = {"check", help, argv, argc};
    int status = cmd_words_read(&words, options, sizeof options / sizeof options[0]);
    if (status == CMD_GO_ON)
        status = cmd_words_none(&words);
    if (status == CMD_GO_ON && file == NULL)
        status = cmd_words_refuse(&words, "which configuration? (-c FILE)");
    if (status == CMD_GO_ON)
        status = read_duration(&words, duration, &listen_ms);
    if (status != CMD_GO_ON)
        return status;
    struct conf *conf = NULL;
    status = cmd_state_conf(file, true, &conf);
    if (status == CMD_DONE) {
        conf_describe(conf, stdout);
        water_fields_describe(&conf->engine, stdout);
        if (is_connecting)
            status = cmd_check_connect(conf, listen_ms, stdout);
        if (fflush(stdout) != 0 || ferror(stdout))
            status = CMD_FAILED;
    }
    conf_destroy(conf);
    return status;
}
