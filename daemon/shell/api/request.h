/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way: read, routed, let in, answered.
 *
 *   route    a method and a path, what it accepts, who may, and the function that answers
 *   request  what was asked, and the answer as far as it is made
 *   reply    the answer: status, fields, body (reply.c)
 *   job      work for an answer that is not done at once (live.c) */
#ifndef LOOKOUT_REQUEST_H
#define LOOKOUT_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>

#include "ask.h"
#include "door.h"
#include "lookout/api/api.h"
#include "lookout/base/buf.h"
#include "page_int.h"

enum { REQUEST_BODY_MOST = 8192, REQUEST_WORDS = 2, REQUEST_PATH_MOST = 4096 };

struct request;
typedef int request_answer(struct request *q);

enum route_access { ROUTE_READ, ROUTE_ACKNOWLEDGE, ROUTE_OPEN };
struct api_route {
    const char *method;  /* GET stands for HEAD, too */
    const char *pattern; /* {} is any one part of the path */
    request_answer *answer;
    unsigned parameters; /* bits of enum ask_parameter */
    enum route_access access;
};
extern const struct api_route route_table[];
extern const size_t route_count;

struct reply {
    unsigned status; /* 0: not made yet */
    const char *content_type;
    struct buf body;
    struct page_file file; /* instead of a body; bytes NULL: none */
    char cookie[DOOR_COOKIE_BYTES + 160];
    const char *allow;       /* of a 405 */
    const char *disposition; /* NULL */
    unsigned retry_s;        /* 0: no Retry-After */
    bool is_unauthorised;
    struct MHD_Response *stream; /* owned until sent; instead of a body */
};

enum request_phase { REQUEST_READING, REQUEST_WAITING, REQUEST_READY };
struct request {
    struct api *api;
    struct MHD_Connection *connection;
    char *target;  /* owned; its path and query are in it */
    char *query;   /* borrowed from it */
    char *pattern; /* owned: a copy of the path that `words` point into */
    const struct api_route *route;
    const char *words[REQUEST_WORDS]; /* what stood for {} */
    struct ask_values values;
    struct door_guest guest;
    struct buf body;
    bool is_begun, is_too_large;
    enum request_phase phase;
    struct reply reply;
    struct job *job;       /* borrowed while WAITING */
    struct stream *stream; /* owned: of /stream */
};

/* MHD's callbacks. */
void *request_create(void *api, const char *target, struct MHD_Connection *connection);
enum MHD_Result request_serve(void *api, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version,
                              const char *upload, size_t *upload_bytes, void **request);
void request_destroy(struct request *q);
const char *request_field(const struct request *q, const char *name);
/* The answer waits: the connection sleeps until request_resume. */
void request_suspend(struct request *q);
void request_resume(struct request *q);
void request_knock(const struct request *q, struct door_knock *ret);

/* reply.c: each sets the whole answer and returns 0 or ERR_NOMEM. The json reference is
 * taken over. */
struct json_t;
int reply_json(struct request *q, struct json_t *json);
/* Answer with the text in reply.body. */
int reply_body(struct request *q, const char *content_type);
int reply_problem(struct request *q, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int reply_text(struct request *q, unsigned status, const char *text);
enum MHD_Result reply_send(struct request *q);
/* The fields that every answer has. */
void reply_add_fields(const struct request *q, struct MHD_Response *response);
/* An event stream. `reader` is asked for bytes; destroy is called at the end. */
int reply_stream(struct request *q, MHD_ContentReaderCallback reader, void *context,
                 MHD_ContentReaderFreeCallback destroy, size_t block_bytes);
void reply_set_cookie(struct request *q, const char *value);

#endif
