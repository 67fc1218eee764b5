/* SPDX-License-Identifier: Apache-2.0 */
#include "tail.h"

#include <stdlib.h>

struct tail {
    uv_async_t async;
    void (*on_closed)(void *context);
    void *closed_context;
};

static void on_async(uv_async_t *async)
{
    (void)async;
}

int tail_create(struct api *api, uv_loop_t *loop, struct tail **ret)
{
    struct tail *t = calloc(1, sizeof *t);
    (void)api;
    if (t == NULL)
        return ERR_NOMEM;
    uv_async_init(loop, &t->async, on_async);
    t->async.data = t;
    *ret = t;
    return 0;
}

static void on_tail_closed(uv_handle_t *handle)
{
    struct tail *t = handle->data;
    t->on_closed(t->closed_context);
}

void tail_stop(struct tail *t, void (*on_closed)(void *context), void *context)
{
    t->on_closed = on_closed;
    t->closed_context = context;
    uv_close((uv_handle_t *)&t->async, on_tail_closed);
}

void tail_destroy(struct tail *t)
{
    free(t);
}

void tail_look(struct tail *t)
{
    (void)t;
}

void tail_catch_up(struct tail *t, struct stream *s)
{
    (void)t;
    (void)s;
}

void tail_forget(struct tail *t, struct stream *s)
{
    (void)t;
    (void)s;
}
