/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP side: /metrics (Prometheus text), /healthz, /readyz, the page and the query
 * API, by libmicrohttpd on the loop. */
#ifndef LOOKOUT_API_H
#define LOOKOUT_API_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"

struct api;
struct conf;
struct engine;
struct json_t;
struct store;
/* What the query API looks at; all borrowed until the loop's next turn. */
struct api_look {
    const struct conf *conf;
    struct engine *engine;
    struct store *store;
    int64_t started_ms; /* clock */
    bool is_live;       /* no recording */
};
struct api_sink {
    int (*metrics)(void *context, struct buf *out); /* the whole text */
    bool (*is_healthy)(void *context,
                       struct buf *why); /* the loop, store and delivery make progress */
    bool (*is_ready)(void *context,
                     struct buf *why); /* a feed is open, the database writable */
    int (*status)(void *context, struct buf *out); /* JSON, on the socket alone */
    /* NULL: it serves monitoring alone. */
    void (*look)(void *context, struct api_look *ret);
    /* The mutes that people added are others now: on record already. NULL */
    void (*on_mutes)(void *context);
    /* Append each feed as an object. */
    int (*feeds)(void *context, struct json_t *list);
    void *context;
};
MUST_CHECK int api_start(uv_loop_t *loop, const char *address, uint16_t port,
                         const struct api_sink *sink, struct api **ret_api,
                         struct err *err);
/* The same on a socket in the file system, which only its owner may use; /status is
 * answered only there. A socket that no process serves is replaced. */
MUST_CHECK int api_start_local(uv_loop_t *loop, const char *path,
                               const struct api_sink *sink, struct api **ret_api,
                               struct err *err);
/* Ask such a socket, and append the body of the answer, whatever its status, to out.
 * ERR_NOT_FOUND: no process listens; ERR_IO and ERR_CORRUPT: no answer. */
struct api_local_question {
    const char *method, *target;
    const char *body; /* JSON; NULL: none */
};
MUST_CHECK int api_local_ask(const char *path, const struct api_local_question *q,
                             unsigned *ret_status, struct buf *out, struct err *err);
/* The same for GET `what`; another status than 200 is ERR_CORRUPT. */
MUST_CHECK int api_local_get(const char *path, const char *what, struct buf *out,
                             struct err *err);
/* The configuration changed: streams are told to ask again. NULL: no effect. */
void api_reloaded(struct api *api);
/* The same, of mutes alone. */
void api_mutes_changed(struct api *api);
/* Append the server's own metrics. ERR_NOMEM */
MUST_CHECK int api_metrics_write(struct api *api, struct buf *out);
uint16_t api_port(const struct api *api); /* the bound port */
void api_stop(struct api *api, void (*on_closed)(void *context), void *context);

/* Writing metrics: HELP and TYPE once per family, then samples. */
MUST_CHECK int metric_family(struct buf *out, const char *name, const char *type,
                             const char *help);
MUST_CHECK int metric_sample(struct buf *out, const char *name, const char *label,
                             const char *label_value, double value);
MUST_CHECK int metric_sample2(struct buf *out, const char *name, const char *label,
                              const char *label_value, const char *label2,
                              const char *label2_value, double value);

#endif
