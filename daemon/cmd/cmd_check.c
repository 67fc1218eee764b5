/* SPDX-License-Identifier: Apache-2.0 */
/* lookoutd check: every fault of a configuration, then what it would watch. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd_conf.h"
#include "lookout/conf.h"

static const char help[] =
    "usage: lookoutd check -c FILE\n"
    "\n"
    "Reads the configuration, its zones, ports, lists and secrets. Every fault goes to\n"
    "stderr as file:line:col: error: path: what (what would be accepted); then what "
    "would\n"
    "be watched goes to stdout, each route and rule in words.\n"
    "\n"
    "  -c FILE, --config FILE   the configuration\n"
    "\n"
    "Exit status: 0 no error (there may be warnings), 2 errors, 1 failed at run time.\n";

struct options {
    const char *file;
    bool wants_help;
};

static bool take_option(int argc, char **argv, int *at, struct options *ret_options)
{
    const char *word = argv[*at];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        ret_options->wants_help = true;
    else if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
        ret_options->file = *at + 1 < argc ? argv[++*at] : NULL;
    else if (strncmp(word, "--config=", 9) == 0)
        ret_options->file = word + 9;
    else {
        fprintf(stderr, "lookoutd check: unknown option '%s'\n", word);
        return false;
    }
    return true;
}

int cmd_check(int argc, char **argv)
{
    struct options options = {0};
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
        if (fflush(stdout) != 0 || ferror(stdout))
            status = CMD_FAILED;
    }
    conf_destroy(conf);
    return status;
}
