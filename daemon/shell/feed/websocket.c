/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket that sends AIS data, and aisstream.io: to come. */
#include "feed_int.h"

static int websocket_open(struct feed *feed, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s cannot be opened yet", feed->ops->name);
}

static void websocket_pause(struct feed *feed, bool paused)
{
    (void)feed;
    (void)paused;
}

static void websocket_close(struct feed *feed)
{
    (void)feed;
}

#define WEBSOCKET_OPS                                                                    \
    .open = websocket_open, .pause = websocket_pause, .close = websocket_close
const struct feed_ops feed_websocket = {.name = "websocket", WEBSOCKET_OPS};
const struct feed_ops feed_aisstream = {.name = "aisstream", WEBSOCKET_OPS};
