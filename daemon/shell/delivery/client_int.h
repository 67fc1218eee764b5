/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer: a request as libcurl sends it, and its answer. */
#ifndef LOOKOUT_DELIVERY_CLIENT_INT_H
#define LOOKOUT_DELIVERY_CLIENT_INT_H

#include <curl/curl.h>

#include "client.h"
#include "lookout/base/buf.h"

enum {
    TRANSFER_ANSWER_MOST = 65536, /* bytes of an answer that are read */
    TRANSFER_KEPT_BYTES = 1024    /* bytes of those that are kept */
};

struct transfer {
    struct client *client;
    struct client_request *request;
    struct transfer *next, *previous; /* in the client's list */
    CURL *easy;                       /* owned */
    struct curl_slist *headers;       /* owned */
    struct curl_slist *pins;          /* owned */
    struct curl_slist *receivers;     /* owned: of mail */
    struct buf body;                  /* owned: in the webhook's format */
    size_t body_sent;                 /* of mail: bytes that libcurl has taken */
    struct resolve_question question;
    struct address allowed[RESOLVE_ADDRESSES]; /* connected to no other */
    size_t allowed_count;                      /* 0: a literal, any */
    uint64_t begin_ns;
    bool is_adding;   /* libcurl's multi handle has it */
    bool is_answered; /* the answer's header is complete */
    bool was_asked_for_certificate;
    size_t answer_bytes;
    size_t kept_bytes;
    char kept[TRANSFER_KEPT_BYTES];
    char error[CURL_ERROR_SIZE];
};

/* A kind of transfer: what is sent, and what its end means. */
struct transfer_kind {
    /* Set the body and the options. ERR_NOMEM, ERR_SYNTAX (the body is not JSON). */
    int (*prepare)(struct transfer *t, int64_t clock_ms);
    /* Fill in the request's answer and reason; `said` is there already. */
    void (*judge)(struct transfer *t, CURLcode code);
};
extern const struct transfer_kind transfer_http, transfer_mail;

/* For the kinds: the options that all have, and a line that is added to a list, wiped and
 * emptied, unless rc is an error already. */
MUST_CHECK int transfer_set_options(struct transfer *t);
MUST_CHECK int transfer_add_line(struct curl_slist **list, struct buf *line, int rc);

/* What a failure without an answer was, in words. */
void transfer_say_failure(struct transfer *t, CURLcode code, char *ret_text, size_t size);

/* Set the body, headers and options. ERR_NOMEM, ERR_SYNTAX (the body is not JSON). */
MUST_CHECK int transfer_prepare(struct transfer *t, int64_t clock_ms);
/* Make libcurl connect to the allowed addresses only, by its own cache. */
MUST_CHECK int transfer_pin(struct transfer *t);
/* Fill in the request's result. */
void transfer_judge(struct transfer *t, CURLcode code);
void transfer_destroy(struct transfer *t);

#endif
