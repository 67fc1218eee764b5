/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a process: read with values from the environment, its faults
 * printed on stderr, its distances over water loaded. */
#ifndef LOOKOUT_CONFIG_H
#define LOOKOUT_CONFIG_H

#include <stdbool.h>

#include "lookout/conf/conf.h"
#include "lookout/water/water_fields.h"

/* All false or NULL is what the daemon wants. */
struct config_options {
    const char *credentials; /* directory; NULL: $CREDENTIALS_DIRECTORY */
    bool is_quiet; /* for look-ups: do not print warnings when there are no errors */
    bool without_secrets;     /* for commands that send nothing */
    bool keeps_lists;         /* for commands that print the ships of lists */
    const struct conf *again; /* with its text, and what it read of lists; NULL */
    bool is_reload;           /* of a running daemon: memory is not given back at once */
};

/* Read the file; every fault and warning goes to stderr and, on a terminal, their number.
 * *ret_conf is the caller's: conf_destroy. ERR_INVALID for a faulty or unreadable file,
 * the first fault in err; ERR_NOMEM. Any thread. */
MUST_CHECK int config_load(const char *file, const struct config_options *options,
                           struct conf **ret_conf, struct err *err);
/* Write the name of the configuration into the state directory, for commands that are
 * given only the directory. A failure has no effect. */
#define CONFIG_NOTE "configuration"
void config_note(const char *file, const char *state);
/* Load the distances over water from the cache in the state directory, and write new ones
 * to it if the options say so. Failures are logged and forecasts work without them: false
 * only when memory ran out. */
bool config_water(struct conf *conf, const struct water_fields_options *options);
/* Log what was made of them. */
void config_tell_water(const struct conf *conf, const struct water_fields_counts *counts);

#endif
