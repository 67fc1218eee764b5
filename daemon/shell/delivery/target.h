/* SPDX-License-Identifier: Apache-2.0 */
/* Where a webhook's URL leads, and what of it may be said aloud. */
#ifndef LOOKOUT_DELIVERY_TARGET_H
#define LOOKOUT_DELIVERY_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/net/resolver.h"

enum target_kind {
    TARGET_LITERAL,   /* an address in the URL: meant, whichever it is */
    TARGET_LOCALHOST, /* the name localhost: this host, without asking anybody */
    TARGET_NAME       /* to be resolved, and its addresses checked */
};

struct target {
    enum target_kind kind;
    uint16_t port;
    char host[RESOLVE_HOST_BYTES];
};

/* ERR_INVALID: no URL that can be posted to; err says why, without the URL. */
MUST_CHECK int target_parse(const char *url, struct target *ret_target, struct err *err);
/* Overwrite with '*' what of the webhook's secrets stands in a text that came from
 * outside: the URL's path and user and their parts, authorization, values of headers. */
void target_redact(const struct conf_webhook *webhook, char *text);

#endif
