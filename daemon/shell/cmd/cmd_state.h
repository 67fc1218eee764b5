/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of -c, --state and --since, for the commands that have them. Each function
 * prints faults on stderr and returns an enum cmd_exit. */
#ifndef LOOKOUT_CMD_STATE_H
#define LOOKOUT_CMD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "lookout/conf/conf.h"
#include "lookout/store/store.h"

/* Read the configuration; a command that sends nothing reads no secrets and prints only
 * errors. */
int cmd_state_conf(const struct cmd_args *args, bool is_sending, struct conf **ret_conf);
/* The same; without -c the configuration that last filled the state directory, NULL when
 * the directory does not name it. So zones, rules, webhooks and watched vessels need not
 * be named again. */
int cmd_state_known(const struct cmd_args *args, struct conf **ret_conf);
/* The state directory; owned by the caller. */
int cmd_state_directory(const struct cmd_args *args, char **ret_directory);
/* The same, and a reader on it. */
int cmd_state_open(const struct cmd_args *args, struct store_reader **ret_reader);
/* RFC 3339, a date, or a duration back from now ("24h"); untouched without --since. */
int cmd_state_since(const struct cmd_args *args, int64_t *ret_ms);

#endif
