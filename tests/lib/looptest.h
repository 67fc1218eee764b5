/* SPDX-License-Identifier: Apache-2.0 */
/* Tests on a libuv loop: run it until something is so, under a deadline, and a client
 * that sends and collects over loopback. No sleeps. */
#ifndef LOOPTEST_H
#define LOOPTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "lookout/base/buf.h"

struct looptest {
    uv_loop_t loop;
    uv_timer_t deadline;
    bool is_late;
};

void looptest_init(struct looptest *t);
/* Close what is left and check that the loop holds nothing any more. */
void looptest_finish(struct looptest *t);
/* Run until done(context); fails the test after 20 s. */
#define looptest_until(t, done, context)                                                 \
    looptest_run_until((t), (done), (context), #done, __FILE__, __LINE__)
void looptest_run_until(struct looptest *t, bool (*done)(void *context), void *context,
                        const char *what, const char *file, int line);
/* Let what is ready happen, without waiting. */
void looptest_turn(struct looptest *t, int times);

/* A TCP connection to 127.0.0.1, kept on the same loop. */
struct loopclient {
    uv_tcp_t handle;
    uv_connect_t connect;
    struct buf received;
    bool is_connected, is_ended, is_closed;
    int status;
};
void loopclient_connect(struct looptest *t, struct loopclient *c, uint16_t port);
/* The same in small segments: the kernel keeps little for a client that does not read. */
void loopclient_connect_small(struct looptest *t, struct loopclient *c, uint16_t port);
/* Connected, or failed. */
bool loopclient_is_settled(void *client);
bool loopclient_is_ended(void *client);
void loopclient_send(struct loopclient *c, const void *bytes, size_t n);
/* For uv_read_start, where a test let it read no more. */
void looptest_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf);
void looptest_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);
/* Close and free what it received; run the loop until it is closed. */
void loopclient_finish(struct looptest *t, struct loopclient *c);

#endif
