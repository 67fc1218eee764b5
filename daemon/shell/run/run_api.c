/* SPDX-License-Identifier: Apache-2.0 */
/* The API's view of the daemon: opens it, and hands it what it asks for. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lookout/base/time.h"
#include "lookout/sys/log.h"
#include "run_int.h"

static void give_look(void *context, struct api_look *ret)
{
    const struct run *r = context;
    *ret = (struct api_look){.conf = r->conf,
                             .engine = r->pipeline.engine,
                             .store = r->store,
                             .started_ms = r->started_ms,
                             .is_live = r->is_live};
}

static int give_feeds(void *context, json_t *list)
{
    const struct run *r = context;
    char text[TIME_TEXT_BYTES];
    for (size_t i = 0; r->feeds != NULL && i < feeds_count(r->feeds); i++) {
        struct feed_status s;
        feeds_status(r->feeds, i, &s);
        if (s.is_gone)
            continue;
        json_t *o = json_object();
        json_object_set_new(o, "id", json_string(s.id));
        json_object_set_new(o, "transport", json_string(s.transport));
        json_object_set_new(o, "open", json_boolean(s.is_open));
        json_object_set_new(o, "silent", json_boolean(s.is_silent));
        if (s.is_ended)
            json_object_set_new(o, "ended", json_true());
        if (s.input.last_heard_ms != TIME_NONE)
            json_object_set_new(o, "last_heard",
                                json_string(time_format(s.input.last_heard_ms, text)));
        if (json_array_append_new(list, o) != 0)
            return ERR_NOMEM;
    }
    return 0;
}

static struct api_sink sink_of(struct run *r)
{
    struct api_sink sink = run_metrics_sink(r);
    sink.look = give_look;
    sink.feeds = give_feeds;
    sink.on_mutes = run_mutes_changed;
    return sink;
}

int run_api_open(struct run *r, struct err *err)
{
    struct api_sink sink = sink_of(r);
    return api_start(&r->loop, r->conf->api.address, r->conf->api.port, &sink, &r->api,
                     err);
}

void run_api_open_local(struct run *r)
{
    char path[4096];
    struct api_sink sink = sink_of(r);
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", r->conf->state, STATUS_SOCKET);
    if (api_start_local(&r->loop, path, &sink, &r->local, &err) != 0)
        log_warning("run", NULL, "`lookoutd status` cannot reach the daemon: %s",
                    err.text);
}
