/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of -c, --state and --since, for the commands that have them. Each function
 * prints faults on stderr and returns an enum cmd_exit. */
#ifndef LOOKOUT_CMD_STATE_H
#define LOOKOUT_CMD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "lookout/api/api.h"
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
/* Ask the daemon that runs on the directory, by its socket: as api_local_ask. */
MUST_CHECK int cmd_state_ask(const char *directory, const struct api_local_question *q,
                             unsigned *ret_status, struct buf *out, struct err *err);
/* Where no daemon runs: store the batch, which is taken over, and wait for the disk.
 * Prints why it failed; returns an enum cmd_exit. */
int cmd_state_write(const struct cmd_args *args, const char *directory,
                    struct store_batch *batch);
/* The login name of whoever runs the command. */
enum { CMD_STATE_NAME_BYTES = 200 };
const char *cmd_state_login(char name[CMD_STATE_NAME_BYTES]);
/* What an option's text means: RFC 3339, a date, or a duration back from now ("24h");
 * untouched where text is NULL. */
int cmd_state_moment(const struct cmd_args *args, const char *option, const char *text,
                     int64_t *ret_ms);
/* RFC 3339, a date, or a duration back from now ("24h"); untouched without --since. */
int cmd_state_since(const struct cmd_args *args, int64_t *ret_ms);

#endif
