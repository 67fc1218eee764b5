/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd check: every fault of a configuration, then what it would watch. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_check.h"
#include "cmd_conf.h"
#include "lookout/conf.h"
#include "lookout/timefmt.h"
#include "lookout/units.h"

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

struct options {
    const char *file;
    bool wants_help, is_connecting;
    int64_t listen_ms;
};

static bool take_duration(const char *text, int64_t *ret_ms)
{
    int64_t ms = 0;
    if (text == NULL || units_parse_duration(text, strlen(text), &ms) != 0 ||
        ms < SECOND_MS || ms > HOUR_MS) {
        fprintf(stderr, "lookoutd check: --for takes 1s to 1h\n");
        return false;
    }
    *ret_ms = ms;
    return true;
}

static bool take_option(int argc, char **argv, int *at, struct options *ret_options)
{
    const char *word = argv[*at];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        ret_options->wants_help = true;
    else if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
        ret_options->file = *at + 1 < argc ? argv[++*at] : NULL;
    else if (strncmp(word, "--config=", 9) == 0)
        ret_options->file = word + 9;
    else if (strcmp(word, "--connect") == 0)
        ret_options->is_connecting = true;
    else if (strcmp(word, "--for") == 0)
        return take_duration(*at + 1 < argc ? argv[++*at] : NULL,
                             &ret_options->listen_ms);
    else {
        fprintf(stderr, "lookoutd check: unknown option '%s'\n", word);
        return false;
    }
    return true;
}

int cmd_check(int argc, char **argv)
{
    struct options options = {.listen_ms = 10 * SECOND_MS};
    for (int i = 1; i < argc; i++)
        if (!take_option(argc, argv, &i, &options)) {
            fputs(help, stderr);
            return CMD_USAGE;
        }
    if (options.wants_help) {
        fputs(help, stdout);
        return CMD_DONE;
    }
    if (options.file == NULL) {
        fprintf(stderr, "lookoutd check: which configuration? (-c FILE)\n");
        return CMD_USAGE;
    }
    struct conf *conf = NULL;
    int status = cmd_conf_load(options.file, &conf);
    if (status == CMD_DONE) {
        conf_describe(conf, stdout);
        if (options.is_connecting)
            status = cmd_check_connect(conf, options.listen_ms, stdout);
        if (fflush(stdout) != 0 || ferror(stdout))
            status = CMD_FAILED;
    }
    conf_destroy(conf);
    return status;
}
