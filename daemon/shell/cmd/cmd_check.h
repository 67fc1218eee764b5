/* SPDX-License-Identifier: Apache-2.0 */
/* check --connect: listens to every feed for a while and prints what was received. */
#ifndef LOOKOUT_CMD_CHECK_H
#define LOOKOUT_CMD_CHECK_H

#include <stdint.h>
#include <stdio.h>

#include "lookout/conf/conf.h"

/* Returns an enum cmd_exit: CMD_FAILED when a feed cannot be opened, or out of memory. A
 * feed that received nothing is reported; this is not a failure. */
int cmd_check_connect(const struct conf *conf, int64_t listen_ms, FILE *out);

#endif
