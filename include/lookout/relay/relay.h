/* SPDX-License-Identifier: Apache-2.0 */
/* Relays: what is heard of chosen vessels is told on as AIVDM sentences, made anew from
 * what is known, to readers that connect over TCP or as datagrams. Best effort: nothing
 * is kept for a reader that is away, and a slow one is put out. */
#ifndef LOOKOUT_RELAY_H
#define LOOKOUT_RELAY_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/ais/report.h"
#include "lookout/alert/alert.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"
#include "lookout/engine/engine.h"

struct relays;

/* Without any relay. NULL: out of memory. */
struct relays *relays_create(uv_loop_t *loop);
/* Relays with the same id and place stay open with their readers. All others follow, even
 * if one of them fails; err says of the first why. `conf` and `site`, the station of the
 * tag blocks, are borrowed until the next call, or the end. */
MUST_CHECK int relays_reconfigure(struct relays *r, const struct conf_relay *conf,
                                  size_t count, const char *site, struct err *err);
/* An alert is told. */
void relays_alert(struct relays *r, const struct alert *alert);
/* The engine has taken in that report. */
void relays_report(struct relays *r, const struct engine *engine,
                   const struct report *report);
/* Send what came since the last call; after each batch of reports. */
void relays_flush(struct relays *r);

struct relay_status {
    const char *id; /* borrowed */
    bool is_open;
    uint16_t port;             /* that listens */
    uint32_t clients;          /* now */
    uint64_t connects;         /* readers that came */
    uint64_t refused;          /* of them beyond max_clients */
    uint64_t slow;             /* put out because they did not read */
    uint64_t sentences, bytes; /* made; as they are, however many read them */
    uint64_t failed;           /* datagrams that could not be sent */
};
size_t relays_count(const struct relays *r);
void relays_status(const struct relays *r, size_t index, struct relay_status *ret);

/* Close all; memory is freed in the loop. */
void relays_close(struct relays *r);

#endif
