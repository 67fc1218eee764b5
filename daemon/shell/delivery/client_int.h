/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer: the request's form in libcurl and what comes back. */
#ifndef LOOKOUT_DELIVERY_CLIENT_INT_H
#define LOOKOUT_DELIVERY_CLIENT_INT_H

#include <curl/curl.h>

#include "client.h"
#include "lookout/base/buf.h"

enum {
    TRANSFER_ANSWER_MOST = 65536, /* bytes of an answer that are read */
    TRANSFER_KEPT_BYTES = 1024    /* and of those, looked at */
};

struct transfer {
    struct client *client;
    struct client_request *request;
    struct transfer *next, *previous; /* those under way */
    CURL *easy;                       /* owned */
    struct curl_slist *headers;       /* owned */
    struct curl_slist *pins;          /* owned */
    struct buf body;                  /* owned: in the webhook's format */
    struct resolve_question question;
    struct address allowed[RESOLVE_ADDRESSES]; /* what may be connected to */
    size_t allowed_count;                      /* 0: a literal, any */
    uint64_t begin_ns;
    bool is_adding;   /* handed to the multi handle */
    bool is_answered; /* the answer's header is whole */
    bool was_asked_for_certificate;
    size_t answer_bytes;
    size_t kept_bytes;
    char kept[TRANSFER_KEPT_BYTES];
    char error[CURL_ERROR_SIZE];
};

/* The body, headers and options. ERR_NOMEM, ERR_SYNTAX (the body is no JSON). */
MUST_CHECK int transfer_prepare(struct transfer *t, int64_t clock_ms);
/* Only these addresses, by libcurl's own cache. */
MUST_CHECK int transfer_pin(struct transfer *t);
/* Fill in the request's outcome. */
void transfer_judge(struct transfer *t, CURLcode code);
void transfer_destroy(struct transfer *t);

#endif
