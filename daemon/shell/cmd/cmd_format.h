/* SPDX-License-Identifier: Apache-2.0 */
/* The format of an INPUT, as --format names it. */
#ifndef LOOKOUT_CMD_FORMAT_H
#define LOOKOUT_CMD_FORMAT_H

#include "cmd.h"
#include "lookout/ais/input.h"

/* INPUT_AUTO when --format is not given. Returns an enum cmd_exit. */
int cmd_format(const struct cmd_args *args, enum input_format *ret_format);
struct buf;
struct input_counts;
/* "; refused: bad_checksum 3, no_time 1; passed over: unused_value 2", without one of the
 * reasons (INPUT_REJECTS: with all); nothing where nothing was. 0 or ERR_NOMEM. */
int cmd_format_rejects(struct buf *out, const struct input_counts *counts,
                       enum input_reject but);
/* As struct input_conf takes it, owned; NULL where --columns is not given. An enum
 * cmd_exit. */
int cmd_format_columns(const struct cmd_args *args, char **ret_columns);

#endif
