/* SPDX-License-Identifier: Apache-2.0 */
/* check --connect: listen to every feed for a while and say what came. */
#ifndef LOOKOUT_CMD_CHECK_H
#define LOOKOUT_CMD_CHECK_H

#include <stdint.h>
#include <stdio.h>

#include "lookout/conf/conf.h"

/* An enum cmd_exit: CMD_FAILED when a feed cannot be opened, or out of memory. A feed
 * from which nothing came is said so and is no failure. */
int cmd_check_connect(const struct conf *conf, int64_t listen_ms, FILE *out);

#endif
