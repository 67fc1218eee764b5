/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in: bearer tokens, the page's session, and how often an address may be
 * wrong. Pure but for the cryptography: the time is passed in. */
#ifndef LOOKOUT_DOOR_H
#define LOOKOUT_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lookout/conf/conf.h"

enum door_verdict {
    DOOR_OPEN,
    DOOR_CLOSED, /* no credentials, or wrong ones */
    DOOR_BARRED  /* too many wrong ones from this address lately */
};

#define DOOR_COOKIE "lookout"
#define DOOR_COOKIE_BYTES 400
#define DOOR_ADDRESS_BYTES 16
enum { DOOR_SESSION_S = 12 * 3600 };

struct door_knock {
    const char *authorization; /* the field; NULL */
    const char *cookies;       /* the field; NULL */
    const unsigned char *address;
    int64_t now_ms; /* clock */
};
struct door_guest {
    bool may_acknowledge;
    bool is_bearer;                  /* no browser sends that by itself */
    char id[CONF_TOKEN_ID_BYTES];    /* of the token; "local" where there are none */
    char renewed[DOOR_COOKIE_BYTES]; /* the session's next cookie; "": as it is */
};

struct door;
struct door *door_create(void); /* NULL: out of memory */
void door_destroy(struct door *d);
enum door_verdict door_let_in(struct door *d, const struct conf_api *conf,
                              const struct door_knock *knock,
                              struct door_guest *ret_guest);
/* Begin a session with a token: its cookie. */
enum door_verdict door_begin(struct door *d, const struct conf_api *conf,
                             const char *token, const struct door_knock *knock,
                             struct door_guest *ret_guest);
/* End the session of the knock's cookie. */
void door_end(struct door *d, const struct conf_api *conf,
              const struct door_knock *knock);

/* A Host field is that of the address, of localhost or of an origin. `local`: the IP
 * address that the connection came to. */
bool door_host_is_ours(const struct conf_api *conf, const char *local, const char *host);
/* A changing request comes from the page itself. Fields: NULL where absent. */
bool door_is_from_page(const struct conf_api *conf, const char *host, const char *origin,
                       const char *fetch_site);
/* The origin by which that host is reached; NULL: directly. */
const char *door_origin_of(const struct conf_api *conf, const char *host);

#endif
