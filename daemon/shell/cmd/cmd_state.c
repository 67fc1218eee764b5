/* SPDX-License-Identifier: Apache-2.0 */
/* Which state directory a command reads, and since when. */
#include "cmd_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "lookout/base/timefmt.h"
#include "lookout/base/units.h"
#include "lookout/run/config.h"

int cmd_state_conf(const char *file, bool is_sending, struct conf **ret_conf)
{
    struct config_options options = {.is_quiet = !is_sending,
                                     .without_secrets = !is_sending};
    return cmd_exit_of(config_load(file, &options, ret_conf));
}

static int from_configuration(const char *file, char **ret_directory)
{
    struct conf *conf = NULL;
    int status = cmd_state_conf(file, false, &conf);
    if (status != CMD_DONE)
        return status;
    *ret_directory = strdup(conf->state);
    conf_destroy(conf);
    return *ret_directory != NULL ? CMD_DONE : CMD_FAILED;
}

int cmd_state_directory(const char *command, const char *file, const char *state,
                        char **ret_directory)
{
    if ((file != NULL) == (state != NULL)) {
        fprintf(stderr,
                "lookoutd %s: one of -c FILE and --state DIR is needed\n"
                "try: lookoutd %s --help\n",
                command, command);
        return CMD_USAGE;
    }
    if (file != NULL)
        return from_configuration(file, ret_directory);
    *ret_directory = strdup(state);
    return *ret_directory != NULL ? CMD_DONE : CMD_FAILED;
}

int cmd_state_open(const char *command, const char *file, const char *state,
                   struct store_reader **ret_reader)
{
    char *directory = NULL;
    int status = cmd_state_directory(command, file, state, &directory);
    if (status != CMD_DONE)
        return status;
    struct err err = {0};
    if (store_reader_open(directory, ret_reader, &err) != 0) {
        fprintf(stderr, "lookoutd %s: %s\n", command, err.text);
        status = CMD_FAILED;
    }
    free(directory);
    return status;
}

int cmd_state_since(const char *command, const char *text, int64_t *ret_ms)
{
    size_t n = strlen(text);
    int64_t back_ms = 0;
    if (units_parse_duration(text, n, &back_ms) == 0) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        *ret_ms = (int64_t)t.tv_sec * 1000 - back_ms;
        return CMD_DONE;
    }
    if (time_parse(text, n, ret_ms) == 0)
        return CMD_DONE;
    fprintf(stderr,
            "lookoutd %s: --since '%s' is neither a time (2024-03-25T18:00:00Z, "
            "2024-03-25) nor a duration back from now (90min, 24h, 30d)\n",
            command, text);
    return CMD_USAGE;
}
