/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the configuration for a sub-command. */
#ifndef LOOKOUT_CMD_CONF_H
#define LOOKOUT_CMD_CONF_H

#include <stdbool.h>

#include "lookout/conf/conf.h"

/* What conf_load takes from the environment: host name, $STATE_DIRECTORY,
 * $CREDENTIALS_DIRECTORY. The texts stay valid until the next call. */
struct conf_context cmd_conf_context(void);
/* Read the file; every fault and warning goes to stderr, nothing else but, on a terminal,
 * their number. An
 * enum cmd_exit: CMD_DONE with *ret_conf set (conf_destroy it), CMD_USAGE for a faulty or
 * unreadable file, CMD_FAILED when out of memory. */
int cmd_conf_load(const char *file, struct conf **ret_conf);
/* The same for what sends nothing: secrets are not read. */
int cmd_conf_load_secretless(const char *file, struct conf **ret_conf);
/* The same again for commands that only look things up: warnings alone are kept back. */
int cmd_conf_load_quietly(const char *file, struct conf **ret_conf);
/* Leaves in the state directory which configuration it belongs to, for commands that are
 * given the directory alone. Nothing depends on it. */
#define CMD_CONF_NOTE "configuration"
void cmd_conf_note(const char *file, const char *state);
/* Distances over water, from the cache in the state directory where it has them; into it
 * where is_writing. `old`: a configuration in force, NULL. What fails is said and done
 * without: false only when memory ran out. */
bool cmd_conf_water(struct conf *conf, const struct engine_conf *old, bool is_writing);

#endif
