/* SPDX-License-Identifier: Apache-2.0 */
/* The state directory that a command reads, and its --since. */
#include "cmd_state.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"
#include "lookout/run/config.h"
#include "lookout/run/status.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/owner.h"

enum { DURABLE_MS = 10000 };

int cmd_state_conf(const struct cmd_args *args, bool is_sending, struct conf **ret_conf)
{
    struct config_options options = {
        .credentials = args->credentials,
        .is_quiet = !is_sending,
        .without_secrets = !is_sending || args->is_without_secrets,
    };
    return cmd_exit_of(config_load(args->config, &options, ret_conf, NULL));
}

/* The configuration that last filled the directory, if the directory names it. */
static struct conf *conf_of_state(const char *state)
{
    char path[4096], file[4096] = "";
    struct conf *conf = NULL;
    struct config_options how = {.is_quiet = true, .without_secrets = true};
    snprintf(path, sizeof path, "%s/%s", state, CONFIG_NOTE);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return NULL;
    if (fgets(file, sizeof file, f) != NULL)
        file[strcspn(file, "\n")] = '\0';
    fclose(f);
    return file[0] != '\0' && access(file, R_OK) == 0 &&
                   config_load(file, &how, &conf, NULL) == 0
               ? conf
               : NULL;
}

int cmd_state_known(const struct cmd_args *args, struct conf **ret_conf)
{
    if (args->config != NULL)
        return cmd_state_conf(args, false, ret_conf);
    *ret_conf = conf_of_state(args->state);
    return CMD_DONE;
}

int cmd_state_directory(const struct cmd_args *args, char **ret_directory)
{
    struct conf *conf = NULL;
    if ((args->config != NULL) == (args->state != NULL))
        return cmd_refuse(args, "one of -c FILE and --state DIR is needed");
    int status = args->config != NULL ? cmd_state_conf(args, false, &conf) : CMD_DONE;
    if (status != CMD_DONE)
        return status;
    *ret_directory = strdup(conf != NULL ? conf->state : args->state);
    conf_destroy(conf);
    return *ret_directory != NULL ? CMD_DONE : CMD_FAILED;
}

int cmd_state_open(const struct cmd_args *args, struct store_reader **ret_reader)
{
    char *directory = NULL;
    struct err err = {0};
    int status = cmd_state_directory(args, &directory);
    if (status != CMD_DONE)
        return status;
    if (store_reader_open(directory, ret_reader, &err) != 0) {
        fprintf(stderr, "lookoutd %s: %s\n", args->command, err.text);
        status = CMD_FAILED;
    }
    free(directory);
    return status;
}

int cmd_state_ask(const char *directory, const struct api_local_question *q,
                  unsigned *ret_status, struct buf *out, struct err *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, STATUS_SOCKET);
    return api_local_ask(path, q, ret_status, out, err);
}

int cmd_state_write(const struct cmd_args *args, const char *directory,
                    struct store_batch *batch)
{
    const struct store_options options = {
        .directory = directory, .exclusive = true, .commit_ms = 1};
    struct store *store = NULL;
    struct err err = {0};
    int rc = store_open(&options, &store, &err);
    if (rc != 0) {
        store_batch_destroy(batch);
    } else {
        rc = store_submit(store, batch);
        if (rc == 0 && !store_flush(store, DURABLE_MS))
            rc = ERR_IO;
        store_close(store);
        owner_give(directory);
    }
    if (rc != 0)
        fprintf(stderr, "lookoutd %s: %s\n", args->command,
                err.text[0] != '\0' ? err.text : err_text(rc));
    return rc == 0 ? CMD_DONE : CMD_FAILED;
}

const char *cmd_state_login(char name[CMD_STATE_NAME_BYTES])
{
    const struct passwd *user = NULL;
    if (getlogin_r(name, CMD_STATE_NAME_BYTES) == 0 && name[0] != '\0')
        return name;
    user = getpwuid(getuid());
    text_copy(name, CMD_STATE_NAME_BYTES, user != NULL ? user->pw_name : "local");
    return name;
}

int cmd_state_moment(const struct cmd_args *args, const char *option, const char *text,
                     int64_t *ret_ms)
{
    size_t n = text != NULL ? strlen(text) : 0;
    int64_t back_ms = 0;
    if (n == 0 || time_parse(text, n, ret_ms) == 0)
        return CMD_DONE;
    if (units_parse_duration(text, n, &back_ms) != 0)
        return cmd_refuse(args,
                          "%s '%s' is neither a time (2024-03-25T18:00:00Z, "
                          "2024-03-25) nor a duration back from now (90min, 24h, 30d)",
                          option, text);
    *ret_ms = clock_wall_ms() - back_ms;
    return CMD_DONE;
}

int cmd_state_since(const struct cmd_args *args, int64_t *ret_ms)
{
    return cmd_state_moment(args, "--since", args->since, ret_ms);
}
