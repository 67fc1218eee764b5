/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands over stored state share: which directory, since when. */
#ifndef LOOKOUT_CMD_STATE_H
#define LOOKOUT_CMD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/store/store.h"

/* The two lines of help that belong to cmd_state_open's arguments. */
#define CMD_STATE_HELP                                                                   \
    "  -c FILE        the configuration; its `state` is the directory\n"                 \
    "  --state DIR    the state directory itself\n"

/* The configuration; what it says goes to stderr. Who sends nothing needs no secrets and
 * hears of errors only. An enum cmd_exit. */
struct conf;
int cmd_state_conf(const char *file, bool is_sending, struct conf **ret_conf);
/* The state directory the user means: `state`, or that of the configuration `file`
 * (either may be NULL). Says on stderr what is wrong. ret_directory is owned by the
 * caller. An enum cmd_exit. */
int cmd_state_directory(const char *command, const char *file, const char *state,
                        char **ret_directory);
/* The same, and a reader on it. */
int cmd_state_open(const char *command, const char *file, const char *state,
                   struct store_reader **ret_reader);
/* RFC 3339, a date, or a duration back from now ("24h"). Says on stderr what is wrong. An
 * enum cmd_exit. */
int cmd_state_since(const char *command, const char *text, int64_t *ret_ms);

#endif
