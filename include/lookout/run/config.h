/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as a process meets it: read with what the environment says, its
 * faults told on stderr, its distances over water at hand. */
#ifndef LOOKOUT_CONFIG_H
#define LOOKOUT_CONFIG_H

#include <stdbool.h>

#include "lookout/conf/conf.h"
#include "lookout/water/water_fields.h"

/* All false or NULL is what the daemon wants. */
struct config_options {
    const char *credentials; /* directory; NULL: $CREDENTIALS_DIRECTORY */
    bool is_quiet;           /* for look-ups: warnings alone are kept back */
    bool without_secrets;    /* for what sends nothing: they are not read */
    bool is_reload;          /* of a daemon at work: memory is not given back at once */
};

/* Read the file; every fault and warning goes to stderr, nothing else but, on a terminal,
 * their number. *ret_conf is the caller's: conf_destroy. ERR_INVALID for a faulty or
 * unreadable file, the first fault in err; ERR_NOMEM. Any thread. */
MUST_CHECK int config_load(const char *file, const struct config_options *options,
                           struct conf **ret_conf, struct err *err);
/* Leaves in the state directory which configuration it belongs to, for commands that are
 * given the directory alone. Nothing depends on it. */
#define CONFIG_NOTE "configuration"
void config_note(const char *file, const char *state);
/* Distances over water, from the cache in the state directory where it has them; into it
 * where options say so. What fails is said and done without: false only when memory ran
 * out. */
bool config_water(struct conf *conf, const struct water_fields_options *options);

#endif
