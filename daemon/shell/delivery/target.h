/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a webhook's URL, and which parts of it may be logged. */
#ifndef LOOKOUT_DELIVERY_TARGET_H
#define LOOKOUT_DELIVERY_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/net/resolver.h"

enum target_kind {
    TARGET_LITERAL,   /* an address in the URL; any is allowed */
    TARGET_LOCALHOST, /* the name localhost; it is not looked up */
    TARGET_NAME       /* it is looked up and its addresses checked */
};

struct target {
    enum target_kind kind;
    uint16_t port;
    char host[RESOLVE_HOST_BYTES];
};

/* ERR_INVALID: nothing can be sent to the URL; err says why, without the URL. */
MUST_CHECK int target_parse(const struct conf_webhook *webhook, struct target *ret_target,
                            struct err *err);
/* Overwrite the webhook's secrets with '*' in a text that came from outside. Secrets are
 * the URL's path and user and their parts, the authorization and the headers' values. */
void target_redact(const struct conf_webhook *webhook, char *text);

#endif
