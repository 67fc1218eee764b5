/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket over bytes: wslay reads and writes the frames; the messages are gathered
 * here, so that what many small frames cost is bounded by the message's limit alone. */
#include "lookout/net/websocket.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "lookout/base/text.h"
#include "websocket_int.h"

struct websocket {
    enum websocket_state state;
    struct websocket_end end;
    wslay_event_context_ptr frames; /* owned */
    void (*on_message)(void *context, const char *bytes, size_t n);
    void *context;
    struct websocket_asked asked;
    struct buf head;   /* of the answer; then of a refusal's body */
    size_t body_bytes; /* of the body are waited for; 0: the head is */
    bool is_refused;   /* the body of a refusal is coming in */
    struct buf out;    /* to be sent */
    const char *in;    /* borrowed while websocket_feed runs */
    size_t in_n;
    struct buf message; /* so far */
    bool is_data;       /* the frame that is read belongs to a message */
    bool has_opened;
    bool is_closing; /* we sent 1000 */
    bool has_no_memory;
};

/* --- ends --- */

static void end_websocket(struct websocket *w, const char *why)
{
    if (w->state == WEBSOCKET_ENDED)
        return;
    w->state = WEBSOCKET_ENDED;
    if (w->end.why[0] == '\0')
        text_copy(w->end.why, sizeof w->end.why, why);
}

/* Why we or the peer closed, RFC 6455 section 7.4.1. */
static const char *name_code(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        /* clang-format off */
        {1000, "normal"},            {1001, "going away"},      {1002, "protocol error"},
        {1003, "unwanted data"},     {1005, "no reason given"}, {1007, "damaged text"},
        {1008, "policy"},            {1009, "too large"},       {1010, "extension wanted"},
        {1011, "error of the server"}, {1012, "restart"},       {1013, "try again later"},
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    return "";
}

/* The peer sent a close frame: its own words. */
static void note_close(struct websocket *w, int code, const char *reason, size_t n)
{
    char words[124]; /* a control frame has at most 125 bytes */
    if (w->end.code != 0)
        return;
    size_t length = text_clean(reason, n, words, sizeof words);
    w->end.code = code != 0 ? code : WSLAY_CODE_NO_STATUS_RCVD;
    const char *name = name_code(w->end.code);
    w->end.is_ours = w->is_closing;
    snprintf(w->end.why, sizeof w->end.why, "closed by the other side: %d%s%s%s%s",
             w->end.code, name[0] != '\0' ? " " : "", name, length > 0 ? ": " : "",
             words);
}

/* What wslay, or we, refused: the code of the close frame that goes out says it. */
static void note_fault(struct websocket *w, int code)
{
    static const struct {
        int code;
        const char *why;
    } faults[] = {
        {WSLAY_CODE_PROTOCOL_ERROR, "the other side breaks the protocol of WebSockets"},
        {WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA, "a text message is not UTF-8"},
        {WSLAY_CODE_MESSAGE_TOO_BIG, "a message has more than 1 MiB"},
    };
    if (w->end.code != 0)
        return;
    w->end.code = code;
    w->end.is_ours = true;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].code == code)
            text_copy(w->end.why, sizeof w->end.why, faults[i].why);
}

/* --- callbacks of wslay --- */

static ssize_t on_receive(wslay_event_context_ptr frames, uint8_t *bytes, size_t n,
                          int flags, void *context)
{
    struct websocket *w = context;
    (void)flags;
    if (n > w->in_n)
        n = w->in_n;
    if (n == 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    memcpy(bytes, w->in, n);
    w->in += n;
    w->in_n -= n;
    return (ssize_t)n;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t n,
                       int flags, void *context)
{
    struct websocket *w = context;
    (void)flags;
    if (buf_add(&w->out, bytes, n) == 0)
        return (ssize_t)n;
    w->has_no_memory = true;
    wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static int on_mask(wslay_event_context_ptr frames, uint8_t *bytes, size_t n,
                   void *context)
{
    (void)context;
    if (RAND_bytes(bytes, (int)n) == 1)
        return 0;
    wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

/* Refuse what the peer sends, and read no more of it. */
static void refuse_frames(struct websocket *w, uint16_t code)
{
    note_fault(w, code);
    if (wslay_event_queue_close(w->frames, code, NULL, 0) != 0)
        w->has_no_memory = true;
    wslay_event_shutdown_read(w->frames);
}

static void on_frame(wslay_event_context_ptr frames,
                     const struct wslay_event_on_frame_recv_start_arg *frame,
                     void *context)
{
    struct websocket *w = context;
    (void)frames;
    w->is_data = !wslay_is_ctrl_frame(frame->opcode);
    if (w->is_data &&
        frame->payload_length > WEBSOCKET_MESSAGE_BYTES_MAX - w->message.length)
        refuse_frames(w, WSLAY_CODE_MESSAGE_TOO_BIG);
}

static void on_chunk(wslay_event_context_ptr frames,
                     const struct wslay_event_on_frame_recv_chunk_arg *chunk,
                     void *context)
{
    struct websocket *w = context;
    (void)frames;
    if (w->is_data && w->end.code == 0 &&
        buf_add(&w->message, chunk->data, chunk->data_length) != 0)
        w->has_no_memory = true;
}

static void on_whole(wslay_event_context_ptr frames,
                     const struct wslay_event_on_msg_recv_arg *arg, void *context)
{
    struct websocket *w = context;
    (void)frames;
    if (arg->opcode == WSLAY_CONNECTION_CLOSE) {
        enum { CODE_BYTES = 2 };
        bool has_reason = arg->msg_length > CODE_BYTES;
        note_close(w, arg->status_code,
                   has_reason ? (const char *)arg->msg + CODE_BYTES : "",
                   has_reason ? arg->msg_length - CODE_BYTES : 0);
    }
    if (wslay_is_ctrl_frame(arg->opcode))
        return;
    if (w->end.code == 0 && !w->has_no_memory)
        w->on_message(w->context, buf_text(&w->message), w->message.length);
    buf_clear(&w->message);
}

/* --- lives --- */

int websocket_create(const struct websocket_conf *conf,
                     void (*on_message)(void *context, const char *bytes, size_t n),
                     void *context, struct websocket **ret_websocket)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_receive,
        .send_callback = on_send,
        .genmask_callback = on_mask,
        .on_frame_recv_start_callback = on_frame,
        .on_frame_recv_chunk_callback = on_chunk,
        .on_msg_recv_callback = on_whole,
    };
    struct websocket *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ERR_NOMEM;
    w->on_message = on_message;
    w->context = context;
    w->end.retry_after_ms = -1;
    websocket_shake_key(conf->key, w->asked.key);
    w->asked.protocol = conf->protocol;
    if (wslay_event_context_client_init(&w->frames, &callbacks, w) != 0 ||
        websocket_shake_request(conf, &w->out) != 0) {
        websocket_destroy(w);
        return ERR_NOMEM;
    }
    wslay_event_config_set_no_buffering(w->frames, 1);
    wslay_event_config_set_max_recv_msg_length(w->frames, WEBSOCKET_MESSAGE_BYTES_MAX);
    *ret_websocket = w;
    return 0;
}

void websocket_destroy(struct websocket *w)
{
    if (w == NULL)
        return;
    if (w->frames != NULL)
        wslay_event_context_free(w->frames);
    buf_finish(&w->head);
    buf_finish(&w->out);
    buf_finish(&w->message);
    free(w);
}

enum websocket_state websocket_state_of(const struct websocket *w)
{
    return w->state;
}

bool websocket_has_opened(const struct websocket *w)
{
    return w->has_opened;
}

const struct websocket_end *websocket_end_of(const struct websocket *w)
{
    return &w->end;
}

/* --- the handshake --- */

static void end_refusal(struct websocket *w)
{
    websocket_shake_words(buf_text(&w->head), w->head.length, &w->end);
    end_websocket(w, "");
}

/* The head is whole; what lies behind it stays. */
static void judge_head(struct websocket *w, size_t length, int64_t now_ms)
{
    struct websocket_answer answer;
    websocket_shake_judge(buf_text(&w->head), length, &w->asked, now_ms, &answer);
    buf_drop(&w->head, length);
    w->end = answer.end;
    w->body_bytes = answer.body_bytes;
    w->is_refused = !answer.is_open && answer.end.status != 0;
    w->has_opened = answer.is_open;
    if (answer.is_open)
        w->state = WEBSOCKET_OPEN;
    else if (!w->is_refused)
        end_websocket(w, "");
}

/* The length of a head with the blank line at its end, which is looked for from there;
 * 0: it is not whole. */
static size_t find_head_end(const char *head, size_t n, size_t from)
{
    for (size_t i = from; i + 4 <= n; i++)
        if (memcmp(head + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return 0;
}

/* Find the head of the final answer: interim ones may stand before it, RFC 9110 section
 * 15.2. They are dropped. */
static size_t find_final_head(struct websocket *w, size_t from)
{
    size_t at = 0;
    size_t length = find_head_end(buf_text(&w->head), w->head.length, from);
    while (length > 0 && websocket_shake_is_interim(buf_text(&w->head) + at, length)) {
        at += length;
        length = find_head_end(buf_text(&w->head) + at, w->head.length - at, 0);
    }
    buf_drop(&w->head, at);
    return length;
}

/* Take bytes of the answer. */
static void feed_head(struct websocket *w, const char *bytes, size_t n, int64_t now_ms)
{
    size_t before = w->head.length < 3 ? 0 : w->head.length - 3;
    if (buf_add(&w->head, bytes, n) != 0) {
        end_websocket(w, err_text(ERR_NOMEM));
        return;
    }
    if (!w->is_refused) {
        size_t length = find_final_head(w, before);
        if ((length > 0 ? length : w->head.length) > WEBSOCKET_HEAD_BYTES_MAX)
            end_websocket(w, "the head of the answer has more than 16 KiB");
        else if (length > 0)
            judge_head(w, length, now_ms);
    }
    if (w->is_refused && w->head.length >= w->body_bytes)
        end_refusal(w);
}

/* --- frames --- */

static void feed_frames(struct websocket *w, const char *bytes, size_t n)
{
    w->in = bytes;
    w->in_n = n;
    int rc = wslay_event_recv(w->frames);
    w->in = NULL;
    w->in_n = 0;
    if (rc == WSLAY_ERR_NOMEM || w->has_no_memory)
        end_websocket(w, err_text(ERR_NOMEM));
    else if (rc != 0) /* a close frame without a code is queued */
        note_fault(w, WSLAY_CODE_PROTOCOL_ERROR);
}

/* Move what wslay has to send to `out`; then it may be over. */
static void run_frames(struct websocket *w)
{
    if (wslay_event_want_write(w->frames) && wslay_event_send(w->frames) != 0)
        end_websocket(w, err_text(ERR_NOMEM));
    bool is_over = !wslay_event_get_read_enabled(w->frames);
    if (is_over && !wslay_event_get_close_received(w->frames))
        note_fault(w, wslay_event_get_status_code_sent(w->frames));
    if (is_over)
        end_websocket(w, "closed");
}

void websocket_feed(struct websocket *w, const char *bytes, size_t n, int64_t now_ms)
{
    if (w->state == WEBSOCKET_ASKING) {
        feed_head(w, bytes, n, now_ms);
        if (w->state == WEBSOCKET_OPEN && w->head.length > 0)
            feed_frames(w, buf_text(&w->head), w->head.length);
        if (w->state == WEBSOCKET_OPEN)
            buf_finish(&w->head);
    } else if (w->state == WEBSOCKET_OPEN) {
        feed_frames(w, bytes, n);
    }
    if (w->state == WEBSOCKET_OPEN)
        run_frames(w);
}

void websocket_stop(struct websocket *w, const char *why)
{
    if (w->is_refused && w->state == WEBSOCKET_ASKING)
        end_refusal(w);
    else
        end_websocket(w, why);
}

static int queue_frame(struct websocket *w, uint8_t opcode, const char *text, size_t n)
{
    const struct wslay_event_msg message = {
        .opcode = opcode, .msg = (const uint8_t *)text, .msg_length = n};
    if (w->state != WEBSOCKET_OPEN || w->is_closing)
        return ERR_IO;
    int rc = wslay_event_queue_msg(w->frames, &message);
    return rc == 0 ? 0 : rc == WSLAY_ERR_NOMEM ? ERR_NOMEM : ERR_IO;
}

int websocket_send(struct websocket *w, const char *text, size_t n)
{
    return queue_frame(w, WSLAY_TEXT_FRAME, text, n);
}

int websocket_send_binary(struct websocket *w, const void *bytes, size_t n)
{
    return queue_frame(w, WSLAY_BINARY_FRAME, bytes, n);
}

int websocket_ping(struct websocket *w)
{
    return queue_frame(w, WSLAY_PING, "", 0);
}

int websocket_close(struct websocket *w)
{
    if (w->state != WEBSOCKET_OPEN || w->is_closing)
        return ERR_IO;
    w->is_closing = true;
    int rc = wslay_event_queue_close(w->frames, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
    return rc == 0 ? 0 : rc == WSLAY_ERR_NOMEM ? ERR_NOMEM : ERR_IO;
}

int websocket_take(struct websocket *w, struct buf *out)
{
    if (w->state == WEBSOCKET_OPEN)
        run_frames(w);
    int rc = buf_add(out, buf_text(&w->out), w->out.length);
    if (rc == 0)
        buf_clear(&w->out);
    return rc;
}
