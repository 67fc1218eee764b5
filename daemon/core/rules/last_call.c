/* SPDX-License-Identifier: Apache-2.0 */
#include "last_call_int.h"

#include "lookout/base/time.h"

void last_call_init(struct last_call *c)
{
    *c = (struct last_call){PORT_NONE, TIME_NONE, TIME_NONE};
}

void last_call_take(struct last_call *c, const struct call_output *event)
{
    if (event->call.confidence >= 2)
        *c = (struct last_call){event->call.port, event->call.since_ms,
                                event->call.departed_ms};
}

bool last_call_is_between(const struct last_call *c, int64_t from_ms, int64_t until_ms)
{
    return c->port != PORT_NONE && c->since_ms <= until_ms &&
           (c->departed_ms == TIME_NONE || c->departed_ms >= from_ms);
}

void last_call_save(const struct last_call *c, const struct ports *ports,
                    struct wire_writer *out)
{
    wire_put_text(out, c->port != PORT_NONE ? ports_get(ports, c->port)->locode : "");
    if (c->port == PORT_NONE)
        return;
    wire_put_i64(out, c->since_ms);
    wire_put_i64(out, c->departed_ms);
}

void last_call_load(struct last_call *c, const struct ports *ports,
                    struct wire_reader *in)
{
    char code[16];
    last_call_init(c);
    wire_get_text(in, code, sizeof code);
    if (in->failed || code[0] == '\0')
        return;
    c->port = ports_find(ports, code);
    c->since_ms = wire_get_time(in);
    c->departed_ms = wire_get_time(in);
    if (c->port != PORT_NONE)
        c->port = ports_get(ports, c->port)->same;
}
