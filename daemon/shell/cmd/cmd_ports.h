/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped gazetteer for commands that need no configuration. */
#ifndef LOOKOUT_CMD_PORTS_H
#define LOOKOUT_CMD_PORTS_H

#include "cmd.h"
#include "lookout/voyage/ports.h"

/* NULL: the fault was printed. */
struct ports *cmd_ports_load(const struct cmd_args *args);

#endif
