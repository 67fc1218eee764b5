/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: reads YAML into the configuration of the engine and of the
 * shell, by tables. All faults are reported at once, with file, line, column, path, value
 * and what would be accepted. */
#ifndef LOOKOUT_CONF_H
#define LOOKOUT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lookout/ais/input.h"
#include "lookout/alert/retry.h"
#include "lookout/alert/severity.h"
#include "lookout/base/err.h"
#include "lookout/engine/engine.h"
#include "lookout/list/list.h"
#include "lookout/rules/vessel_filter.h"

enum conf_transport {
    CONF_FEED_UDP,
    CONF_FEED_TCP,
    CONF_FEED_LISTEN,
    CONF_FEED_SERIAL,
    CONF_FEED_FILE,
    CONF_FEED_WEBSOCKET,
    CONF_FEED_AISSTREAM,
    CONF_FEED_MQTT
};

/* A secret: read with the configuration, from a file or a credential, and never logged.
 */
struct conf_secret {
    char *text; /* owned; without the line end; wiped on free */
    size_t length;
};
/* Certificates of a connection; NULL: the system's authorities, no certificate of ours.
 */
struct conf_tls {
    char *ca_file, *client_cert, *client_key; /* owned absolute paths */
};
struct conf_header {
    char *name;  /* owned */
    char *value; /* owned; may be a secret and is never logged */
};
struct conf_headers {
    struct conf_header *items; /* owned */
    size_t count;
};

/* What a connection to an MQTT broker needs beside its address. */
struct conf_mqtt {
    char *user;                  /* owned; NULL: none */
    struct conf_secret password; /* NULL: none */
    char *client_id;             /* owned; NULL: one of this installation */
    int64_t keepalive_ms;        /* 60 s */
    char **topics;               /* owned; of a feed: filters to subscribe to */
    size_t topic_count;
    uint8_t qos; /* of a feed: 0 or 1 */
    char *topic; /* owned; of a webhook: a template */
    bool is_retained;
};

struct conf_cidr {
    uint8_t family; /* 4 or 6 */
    uint8_t bytes[16];
    uint8_t prefix;
};

/* Which ships aisstream.io is asked for; all but the key is needed only until `subscribe`
 * is written. */
struct conf_aisstream {
    struct conf_secret key; /* of its API */
    double (*boxes)[4];     /* owned: west, south, east, north in degrees; none: all */
    size_t box_count;
    uint32_t *mmsis; /* owned; none: all */
    size_t mmsi_count;
    bool is_of_watched; /* `mmsi: watched` */
    uint32_t types;     /* bits; 0: all */
};

struct conf_feed {
    char *id; /* owned */
    enum conf_transport transport;
    char *address; /* owned: host of "host:port" or of a URL, path of a serial device or
                      file ("-": stdin) */
    uint16_t port;
    struct conf_cidr *from; /* owned; udp and listen: senders accepted; none: all */
    size_t from_count;
    int64_t idle_timeout_ms; /* tcp, listen, websocket, aisstream: 120 s */
    uint32_t max_clients;    /* listen: 16 */
    uint32_t baud;           /* serial: 38400 */
    double pace;             /* file: 0 = max, 1 = real, 60 = 60x */
    bool follow;             /* file */
    bool is_tls;             /* tcp: `tls`; websocket, mqtt: by the scheme */
    char *path; /* owned; websocket, and mqtt over one: of the URL, with its query:
                   "/stream"; may be a secret and is never logged. NULL: no WebSocket */
    struct conf_tls tls;
    struct conf_headers headers; /* websocket, and mqtt over one */
    struct conf_mqtt mqtt;
    struct conf_secret subscribe; /* websocket, aisstream: what is sent first; NULL */
    struct conf_aisstream aisstream;
    int64_t start_ms; /* file without times: TIME_NONE when not given */
    enum input_format format;
    char *columns;           /* owned; see struct input_conf; NULL */
    char *fields;            /* the same */
    int64_t lateness_ms;     /* 0 */
    int64_t silent_after_ms; /* 10 min */
    int line;                /* in the file, for messages of the shell */
    uint64_t definition;     /* hash: an unchanged feed stays open at a reload */
};
MUST_CHECK int conf_feed_copy(const struct conf_feed *from, struct conf_feed *ret_to);
/* Wipe and free the contents. */
void conf_feed_finish(struct conf_feed *feed);

/* Read the bytes of "whsec_<base64 of 24 to 64 bytes>"; the caller wipes and frees them.
 * ERR_SYNTAX, ERR_RANGE, ERR_NOMEM. */
MUST_CHECK int conf_secret_decode(const char *text, struct conf_secret *ret_secret,
                                  struct err *err);

enum conf_format {
    CONF_FORMAT_CLOUDEVENTS,
    CONF_FORMAT_JSON,
    CONF_FORMAT_SLACK,
    CONF_FORMAT_TEAMS
};

/* How a webhook's alerts are sent. */
enum conf_sender { CONF_SENDER_URL, CONF_SENDER_MAIL, CONF_SENDER_MQTT };

/* The values that alerts of one request share. */
enum conf_group_by {
    CONF_GROUP_RULE,
    CONF_GROUP_ZONE, /* or the gate */
    CONF_GROUP_PORT,
    CONF_GROUP_VESSEL,
    CONF_GROUP_TYPE,
    CONF_GROUP_SEVERITY
};
struct conf_group {
    bool is_on;
    unsigned by;         /* 1 << CONF_GROUP_*; 0: all in one */
    int64_t wait_ms;     /* from the first alert of a group to its request */
    int64_t interval_ms; /* between a group's requests */
};

#define CONF_WEBHOOKS_MAX 1000
/* Texts are ASCII without blanks and line breaks, but for those of a login. */
struct conf_mail {
    char *from;            /* owned */
    char *to;              /* owned: "duty@example.org, chief@example.org" */
    char *user, *password; /* owned; NULL: no login; never logged */
};

struct conf_webhook {
    char *id;                    /* owned */
    enum conf_sender sender;     /* the key that says where to */
    char *url;                   /* owned; its path is never logged */
    struct conf_secret *secrets; /* owned: decoded from whsec_<base64>, 24..64 bytes each;
                                    none: not signed */
    size_t secret_count;
    char *authorization; /* owned: "Bearer xyz"; NULL: none; never logged */
    struct conf_headers headers;
    enum conf_format format;
    char *body;         /* owned: a template, instead of a format; NULL */
    char *content_type; /* owned: of the template */
    struct conf_group group;
    struct conf_mail mail; /* its server stands in `url` */
    struct conf_mqtt
        mqtt;     /* its broker stands in `url`, the path with WebSockets alone */
    char **rules; /* owned; none: all */
    size_t rule_count;
    enum severity min_severity;
    bool ordered;       /* order: vessel (true) or none */
    uint32_t in_flight; /* 8 */
    int64_t timeout_ms; /* 15 s */
    struct retry_conf retry;
    bool allow_private;
    struct conf_tls tls;
    uint64_t definition;
};

/* Copy what sending needs: all but `rules`, by which the outbox is filled already. */
MUST_CHECK int conf_webhook_copy(const struct conf_webhook *from,
                                 struct conf_webhook *ret_to);
/* Wipe and free the contents. */
void conf_webhook_finish(struct conf_webhook *webhook);

struct conf_retain {
    int64_t tracks_ms, calls_ms, voyages_ms, alerts_ms; /* 30 d, 400 d, 400 d, 400 d */
    int64_t fixes_ms;                                   /* 0: they are not kept */
};

/* A list of watched vessels. */
struct conf_list {
    char *id;                    /* owned: its name in alerts */
    char *file;                  /* owned: as the configuration names it */
    char *path;                  /* owned: as it is opened */
    enum list_format format;     /* asked for */
    char *headers[LIST_COLUMNS]; /* owned; of CSV; NULL: our names */
    char **programs;             /* owned: only ships of these; none: all */
    size_t program_count;
    char **topics; /* the same */
    size_t topic_count;
    char **tags; /* owned: of every ship */
    size_t tag_count;
    bool has_names;     /* ships of a name alone are watched */
    int64_t refresh_ms; /* 0: never */
    double shrink;      /* a refresh that leaves a smaller part of the ships is refused */
    uint64_t definition;    /* hash of what decides how the file is read */
    struct list *content;   /* held; NULL: it is faulty, or not kept */
    struct list *offered;   /* held: what a refresh read, for the next configuration */
    enum list_format found; /* the format that was read */
    char published[32];     /* these three as in struct list */
    char sha256[LIST_SHA256_BYTES], together[LIST_SHA256_BYTES];
    size_t ships, unnumbered; /* that are watched; of them without an IMO number */
    uint64_t left_out[LIST_LEFT_REASONS], wrong_numbers; /* as in struct list */
    uint64_t other_programs, other_topics; /* ships that the filters leave out */
};
/* Ships whose list names that owner carry the tag. */
struct conf_owner {
    char *name, *tag; /* owned */
};

#define CONF_TOKEN_ID_BYTES 64
enum conf_may { CONF_MAY_READ, CONF_MAY_ACKNOWLEDGE };
struct conf_token {
    char *id; /* owned */
    enum conf_may may;
    char *file, *credential; /* owned: where its text stands; one of them is NULL */
    struct conf_secret secret;
};
/* What is heard of chosen vessels is told on as AIVDM sentences. */
struct conf_relay {
    char *id; /* owned */
    bool is_udp;
    char *address; /* owned: to listen on, or to send datagrams to */
    uint16_t port;
    uint32_t max_clients; /* of those that listen: 16 */
    struct vessel_filter vessels;
    int64_t alerted_ms; /* vessels with an alert in this time; 0: all of them */
    int64_t every_ms;   /* at most one position a vessel in this time: 10 s */
};

/* The HTTP server. */
struct conf_api {
    char *address; /* owned; NULL: off */
    uint16_t port;
    bool is_loopback; /* so is the address */
    bool has_page, has_query;
    char **origins; /* owned */
    size_t origin_count;
    struct conf_token *tokens; /* owned */
    size_t token_count;
    uint32_t streams;
    bool has_view;
    double view[4];          /* west, south, east, north; degrees */
    char *tiles_url;         /* owned; NULL: none */
    char *tiles_attribution; /* owned; NULL */
    uint32_t tiles_max_zoom;
};

enum conf_log { CONF_LOG_DEBUG, CONF_LOG_INFO, CONF_LOG_WARNING, CONF_LOG_ERROR };

struct conf {
    char *file; /* owned: as given */
    struct engine_conf
        engine;  /* owned content; engine_create takes it over and leaves it zeroed */
    char *state; /* owned: directory, absolute */
    enum conf_log log;
    struct conf_retain retain;
    uint32_t database_mb;    /* above it, old history is deleted */
    struct conf_feed *feeds; /* owned */
    size_t feed_count;
    struct conf_webhook *webhooks; /* owned */
    size_t webhook_count;
    struct conf_list *lists; /* owned */
    size_t list_count;
    struct conf_owner *owners; /* owned: list_owners */
    size_t owner_count;
    char *text; /* owned: of the file, where a list is refreshed; NULL */
    size_t text_bytes;
    struct conf_api api;
    struct conf_relay *relays; /* owned */
    size_t relay_count;
};

/* Faults and warnings in the order of the file, one line each, ready to print:
 * "file:line:col: error: path: what (accepted)". */
struct conf_report {
    char **lines; /* owned */
    size_t count;
    size_t errors, warnings;
};
void conf_report_finish(struct conf_report *report);

/* Read a map of columns as a feed's `columns:` has it; its braces may be left out.
 * *ret_columns: as struct input_conf takes it, owned. ERR_INVALID: faults are reported;
 * ERR_NOMEM. */
MUST_CHECK int conf_columns_read(const char *text, char **ret_columns,
                                 struct conf_report *report);

/* What the reader takes from the environment, so that it is the same in tests. */
struct conf_context {
    const char *host;                  /* default of `site`; borrowed */
    const char *state_directory;       /* $STATE_DIRECTORY or NULL */
    const char *credentials_directory; /* $CREDENTIALS_DIRECTORY or NULL */
    struct ports *ports; /* made of the same `ports:` before, and held instead of reading
                            it; NULL: it is read */
    const char *gazetteer; /* the shipped ports.csv; NULL: look beside the file, then in
                              the installed place */
    /* A list that is read in the same way as one of these has its content, which is not
     * read anew: of a configuration whose lists are refreshed. Borrowed; NULL. */
    const struct conf *before;
    bool keeps_lists;     /* keep what was read of lists, though none is refreshed */
    bool without_secrets; /* do not read secrets: for queries, and for checks before a
                             reload. Not for sending */
};
/* Read the file, zones, gazetteer, lists and secrets. 0: *ret_conf is ready (report may
 * hold warnings); ERR_INVALID: report says why; ERR_IO, ERR_NOMEM. */
MUST_CHECK int conf_load(const char *file, const struct conf_context *context,
                         struct conf **ret_conf, struct conf_report *report);
void conf_destroy(struct conf *conf);
/* The same with the text of `before` (borrowed), whose file may have changed since. */
MUST_CHECK int conf_load_again(const struct conf *before,
                               const struct conf_context *context, struct conf **ret_conf,
                               struct conf_report *report);
/* Read files as lists without a configuration, into one that holds nothing else. */
MUST_CHECK int conf_lists_load(char *const *files, size_t count, struct conf **ret_conf,
                               struct conf_report *report);
/* Of the ships in `content`, count those that the list's filters leave. */
size_t conf_list_ships_count(const struct conf_list *list, const struct list *content);
/* A line: what was read of a list, and what was left out and why. */
void conf_list_words_print(const struct conf_list *list, FILE *out);
/* A line of JSON for each ship of a list whose content is kept. ERR_NOMEM */
MUST_CHECK int conf_list_words_json(const struct conf *conf, const struct conf_list *list,
                                    FILE *out);

/* Append a rule in words, as `check` says it, in lines. ERR_NOMEM */
MUST_CHECK int conf_describe_rule(const struct rule *rule,
                                  const struct engine_conf *engine, struct buf *out);
/* Print what would be watched, in words (for `check`). */
void conf_describe(const struct conf *conf, FILE *out);
/* Whether the webhook takes an alert of that rule ("" for the shell's own) and severity.
 */
bool conf_webhook_wants(const struct conf_webhook *webhook, const char *rule,
                        enum severity severity);

#endif
