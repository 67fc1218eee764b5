/* SPDX-License-Identifier: Apache-2.0 */
/* One vessel by what people call her, from the stored state. */
#ifndef LOOKOUT_CMD_SHIP_H
#define LOOKOUT_CMD_SHIP_H

#include <stdint.h>

#include "cmd.h"

/* An MMSI or IMO number is taken as it is; else the vessel of that call sign or name is
 * looked for, then the only one whose name has it as a part ('*' stands for any text).
 * Prints a fault with the vessels that are meant; an enum cmd_exit. */
int cmd_ship_find(const struct cmd_args *args, const char *directory, const char *text,
                  uint32_t *ret_number);

#endif
