/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: their fields, and what every answer has. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_int.h"
#include "page_int.h"
#include "request.h"

#define JSON_TYPE "application/json"
#define PROBLEM_TYPE "application/problem+json"
#define TEXT_TYPE "text/plain; charset=utf-8"

int reply_body(struct request *q, const char *content_type)
{
    q->reply.status = MHD_HTTP_OK;
    q->reply.content_type = content_type;
    return 0;
}

static int dump_json(struct request *q, json_t *json)
{
    char *text =
        json != NULL ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(json);
    buf_clear(&q->reply.body);
    int rc = text != NULL ? buf_add_text(&q->reply.body, text) : ERR_NOMEM;
    free(text);
    return rc;
}

int reply_json(struct request *q, json_t *json)
{
    int rc = dump_json(q, json);
    return rc != 0 ? rc : reply_body(q, JSON_TYPE);
}

static const char *title_of(unsigned status)
{
    const char *title = MHD_get_reason_phrase_for(status);
    return title != NULL ? title : "Unknown";
}

/* RFC 9457 */
int reply_problem(struct request *q, unsigned status, const char *format, ...)
{
    struct buf detail = {0};
    va_list args;
    va_start(args, format);
    int rc = buf_vprintf(&detail, format, args);
    va_end(args);
    json_t *o = json_object();
    json_object_set_new(o, "title", json_string(title_of(status)));
    json_object_set_new(o, "status", json_integer((json_int_t)status));
    json_object_set_new(o, "detail", json_string(buf_text(&detail)));
    buf_finish(&detail);
    if (rc != 0) {
        json_decref(o);
        return rc;
    }
    rc = dump_json(q, o);
    q->reply.status = status;
    q->reply.content_type = PROBLEM_TYPE;
    q->reply.is_unauthorised = status == MHD_HTTP_UNAUTHORIZED;
    return rc;
}

int reply_text(struct request *q, unsigned status, const char *text)
{
    buf_clear(&q->reply.body);
    q->reply.status = status;
    q->reply.content_type = TEXT_TYPE;
    return buf_add_text(&q->reply.body, text);
}

/* --- fields --- */

static const struct conf_api *conf_of(const struct request *q)
{
    struct api_look look;
    return api_look(q->api, &look) ? &look.conf->api : NULL;
}

/* The tiles' origin: the browser fetches pictures there. */
static int tiles_origin(const struct conf_api *conf, char *ret_text, size_t size)
{
    const char *host = NULL;
    size_t n = conf != NULL && conf->tiles_url != NULL
                   ? ask_origin_host(conf->tiles_url, &host)
                   : 0;
    if (n == 0)
        return snprintf(ret_text, size, "%s", "");
    return snprintf(ret_text, size, " %.*s", (int)(n + (size_t)(host - conf->tiles_url)),
                    conf->tiles_url);
}

void reply_add_fields(const struct request *q, struct MHD_Response *response)
{
    char policy[1024], tiles[512];
    const struct conf_api *conf = conf_of(q);
    tiles_origin(conf, tiles, sizeof tiles);
    snprintf(policy, sizeof policy,
             "default-src 'none'; script-src 'self'; worker-src 'self'; style-src "
             "'self'; img-src 'self' data:%s; connect-src 'self'; base-uri 'none'; "
             "form-action 'none'; frame-ancestors 'none'",
             tiles);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy",
                            tiles[0] != '\0' ? "strict-origin" : "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "Content-Security-Policy", policy);
}

/* The path and the scheme of the origin that the browser asked by. */
void reply_set_cookie(struct request *q, const char *value)
{
    const struct conf_api *conf = conf_of(q);
    const char *origin =
        conf != NULL ? door_origin_of(conf, request_field(q, MHD_HTTP_HEADER_HOST))
                     : NULL;
    const char *host = NULL, *path = "/";
    if (origin != NULL && ask_origin_host(origin, &host) != 0) {
        path = strchr(host, '/');
        path = path != NULL ? path : "/";
    }
    snprintf(q->reply.cookie, sizeof q->reply.cookie,
             DOOR_COOKIE "=%s; HttpOnly; SameSite=Strict; Path=%.120s; Max-Age=%d%s",
             value, path, value[0] != '\0' ? DOOR_SESSION_S : 0,
             origin != NULL && strncmp(origin, "https:", 6) == 0 ? "; Secure" : "");
}

static void add_own_fields(const struct reply *r, struct MHD_Response *response)
{
    char number[16];
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->content_type);
    if (r->cookie[0] != '\0')
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, r->cookie);
    if (r->allow != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, r->allow);
    if (r->disposition != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION,
                                r->disposition);
    if (r->is_unauthorised)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    snprintf(number, sizeof number, "%u", r->retry_s);
    if (r->retry_s != 0)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
}

/* --- the page's files --- */

static struct MHD_Response *plain_response(const struct page_file *file)
{
    struct buf plain = {0};
    if (page_unpack(file, &plain) != 0) {
        buf_finish(&plain);
        return NULL;
    }
    size_t length = plain.length;
    char *text = buf_take(&plain);
    struct MHD_Response *response =
        text != NULL
            ? MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE)
            : NULL;
    if (response == NULL)
        free(text);
    return response;
}

/* The rare client that does not take gzip has the file itself. */
static struct MHD_Response *file_response(const struct request *q)
{
    const struct page_file *file = &q->reply.file;
    struct MHD_Response *response = NULL;
    if (ask_accepts_gzip(request_field(q, MHD_HTTP_HEADER_ACCEPT_ENCODING))) {
        response = MHD_create_response_from_buffer(
            file->length, (void *)(uintptr_t)file->bytes, MHD_RESPMEM_PERSISTENT);
        if (response != NULL)
            MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    } else {
        response = plain_response(file);
    }
    if (response == NULL)
        return NULL;
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                            file->is_lasting ? "public, max-age=31536000, immutable"
                                             : "no-cache");
    return response;
}

int reply_stream(struct request *q, MHD_ContentReaderCallback reader, void *context,
                 MHD_ContentReaderFreeCallback destroy, size_t block_bytes)
{
    q->reply.stream = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block_bytes,
                                                        reader, context, destroy);
    if (q->reply.stream == NULL) {
        destroy(context);
        return ERR_NOMEM;
    }
    MHD_add_response_header(q->reply.stream, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(q->reply.stream, "X-Accel-Buffering", "no");
    q->reply.status = MHD_HTTP_OK;
    q->reply.content_type = "text/event-stream; charset=utf-8";
    return 0;
}

/* --- sending --- */

static struct MHD_Response *body_response(struct request *q)
{
    size_t length = q->reply.body.length;
    char *text = buf_take(&q->reply.body);
    struct MHD_Response *response =
        text == NULL
            ? NULL
            : MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    else
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    return response;
}

enum MHD_Result reply_send(struct request *q)
{
    if (q->reply.cookie[0] == '\0' && q->guest.renewed[0] != '\0')
        reply_set_cookie(q, q->guest.renewed);
    struct MHD_Response *response = q->reply.stream;
    q->reply.stream = NULL;
    if (response == NULL)
        response = q->reply.file.bytes != NULL ? file_response(q) : body_response(q);
    if (response == NULL)
        return MHD_NO; /* closes the connection */
    reply_add_fields(q, response);
    add_own_fields(&q->reply, response);
    enum MHD_Result result = MHD_queue_response(q->connection, q->reply.status, response);
    MHD_destroy_response(response);
    return result;
}
