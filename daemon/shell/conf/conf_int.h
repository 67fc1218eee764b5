/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the configuration reader: the tree a YAML text becomes, the faults found, and
 * the tables that say which keys a mapping may have. */
#ifndef LOOKOUT_CONF_INT_H
#define LOOKOUT_CONF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/conf/conf.h"

#define CONF_FILE_BYTES_MAX (8u << 20) /* of the configuration itself */
#define CONF_DEPTH_MAX 16
#define CONF_NODES_MAX 1000000u
#define CONF_ERRORS_MAX 1000 /* lines kept; further ones are counted */
#define CONF_WARNINGS_MAX 500
#define CONF_ID_BYTES 64 /* alert.rule */
#define CONF_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- the tree: conf_yaml.c --- */

enum conf_node_kind { CONF_NODE_SCALAR, CONF_NODE_LIST, CONF_NODE_MAPPING };

struct conf_node {
    enum conf_node_kind kind;
    bool is_plain;                  /* a scalar without quotes */
    bool is_duplicate;              /* its key was given before: said already, not read */
    int line, col;                  /* of the value, from 1 */
    char *key;                      /* owned; NULL outside mappings */
    int key_line, key_col;          /* of the key; 0 outside mappings */
    size_t index;                   /* in its parent */
    char *text;                     /* owned; scalars; holds no NUL but the last */
    const struct conf_node *parent; /* NULL at the root */
    struct conf_node **items;       /* owned; lists and mappings */
    size_t count, capacity;
};
struct conf_reader;

/* Read a YAML text into a tree; faults go to the reader. *ret_root stays NULL where there
 * is no tree to go on with. 0 or ERR_NOMEM. */
MUST_CHECK int conf_yaml_read(struct conf_reader *r, const char *text, size_t n,
                              struct conf_node **ret_root);
void conf_node_destroy(struct conf_node *node);
/* The member of a mapping with that key, or NULL. */
const struct conf_node *conf_node_get(const struct conf_node *mapping, const char *key);

/* What YAML 1.1 and 1.2 make of a plain scalar. */
enum conf_plain {
    CONF_PLAIN_TEXT,
    CONF_PLAIN_INT,    /* decimal, no leading zeros */
    CONF_PLAIN_NUMBER, /* decimal with a fraction */
    CONF_PLAIN_BOOL,   /* true, false */
    CONF_PLAIN_NULL,
    CONF_PLAIN_DATE,  /* a timestamp for 1.1, text for 1.2: fine where a date is wanted */
    CONF_PLAIN_UNLIKE /* not the same thing in both */
};
enum conf_plain conf_plain_of(const char *text);

/* --- faults: conf_report.c --- */

struct conf_fault {
    size_t file, seq;
    int line, col;
    char *text; /* owned: the whole line */
};
struct conf_faults {
    struct conf_fault *items; /* owned */
    size_t count, capacity;
    char **files; /* owned: in order of first mention */
    size_t file_count;
    size_t errors, warnings;           /* found */
    size_t errors_kept, warnings_kept; /* among the items */
};

/* One run of the reader. */
struct conf_reader {
    const struct conf_context *context; /* borrowed */
    struct conf *conf;                  /* owned by conf_load_text */
    const char *file;                   /* borrowed: as given */
    char *directory;                    /* owned: of the file, absolute */
    struct conf_faults faults;
    bool has_lost_zones; /* some are missing, nobody knows which: say nothing about ids
                            that are not there */
    struct buf faulty_zones; /* what was said of others: (id "x") of each */
    int code;                /* ERR_NOMEM once it happened: everything after is moot */
    const struct conf_node *root;
    /* What later parts need of earlier ones. */
    char **tags; /* owned: every tag a vessel or list carries */
    size_t tag_count;
    /* For the tests: every row of a table that was read. */
    void (*on_key)(void *context, const void *row);
    void *on_key_context;
};
void conf_reader_nomem(struct conf_reader *r);

/* A fault at a node's value: "file:line:col: error: path: what (accepted: ...)". accepted
 * may be NULL. */
void conf_error(struct conf_reader *r, const struct conf_node *node, const char *accepted,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same at a node's key. */
void conf_error_key(struct conf_reader *r, const struct conf_node *node,
                    const char *accepted, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void conf_warning(struct conf_reader *r, const struct conf_node *node, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
/* A fault in any file: path may be NULL, line and col 0 where unknown. */
struct conf_place {
    const char *file, *path;
    int line, col;
    bool is_warning;
};
void conf_fault_at(struct conf_reader *r, const struct conf_place *place,
                   const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "feeds[0].udp", appended; the root's is empty. */
MUST_CHECK int conf_node_path(const struct conf_node *node, struct buf *out);
/* That file's faults come first. */
void conf_faults_first_file(struct conf_faults *faults, const char *file);
/* The faults in order, as lines; the reader keeps none. */
MUST_CHECK int conf_faults_take(struct conf_faults *faults, struct conf_report *report);
void conf_faults_finish(struct conf_faults *faults);

/* --- tables: conf_table.c --- */

enum conf_type {
    CONF_TYPE_TEXT,     /* char *; least..most bytes */
    CONF_TYPE_ID,       /* char *: letters, digits, '.', '_', '-' */
    CONF_TYPE_PATH,     /* char *: made absolute */
    CONF_TYPE_DURATION, /* int64_t ms */
    CONF_TYPE_DISTANCE, /* double m */
    CONF_TYPE_SPEED,    /* double kn */
    CONF_TYPE_NUMBER,   /* double */
    CONF_TYPE_U32,      /* uint32_t */
    CONF_TYPE_BOOL,     /* bool */
    CONF_TYPE_WORD,     /* unsigned or an enum: index in words */
    CONF_TYPE_TIME,     /* int64_t ms since 1970 */
    CONF_TYPE_MAPPING,  /* `sub` over the same struct */
    CONF_TYPE_OTHER     /* by `read` */
};

struct conf_key {
    const char *name;
    enum conf_type type;
    bool is_required;
    size_t offset;
    double least, most; /* in the member's own unit */
    const char *const *words;
    const struct conf_key *sub; /* of the mapping; of OTHER: of what it holds, for
                                   documentation */
    void (*read)(struct conf_reader *r, const struct conf_node *node, void *base);
    const char *accepts; /* OTHER: what would be accepted */
    const char *initial; /* the default, as it would be written; NULL: none */
    const char *doc;
};
#define CONF_AT(type, member) .offset = offsetof(struct type, member)

extern const struct conf_key conf_root_keys[];    /* into struct conf */
extern const struct conf_key conf_detect_keys[];  /* into struct conf */
extern const struct conf_key conf_limits_keys[];  /* into struct conf */
extern const struct conf_key conf_feed_keys[];    /* into struct conf_feed */
extern const struct conf_key conf_ports_keys[];   /* into a private struct */
extern const struct conf_key conf_vessel_keys[];  /* into struct watch_entry */
extern const struct conf_key conf_list_keys[];    /* into a private struct */
extern const struct conf_key conf_rule_keys[];    /* into struct rule */
extern const struct conf_key conf_mute_keys[];    /* into struct engine_mute */
extern const struct conf_key conf_webhook_keys[]; /* into struct conf_webhook */
extern const struct conf_key conf_group_keys[];   /* into struct conf_webhook */
extern const struct conf_key conf_secret_keys[];
extern const struct conf_key conf_authorization_keys[];

/* Read a mapping by a table (ends with a NULL name) into base. False when the node is no
 * mapping. */
bool conf_read_mapping(struct conf_reader *r, const struct conf_node *node,
                       const struct conf_key *keys, void *base);
void conf_read_key(struct conf_reader *r, const struct conf_node *node,
                   const struct conf_key *key, void *base);
const struct conf_key *conf_key_find(const struct conf_key *keys, const char *name);
/* What a key accepts, in words, appended. */
MUST_CHECK int conf_key_accepts(const struct conf_key *key, struct buf *out);
/* "unknown key" at a node's key; "there is no <what> <given>" at its value: with the
 * nearest of the names and all of them. */
void conf_error_unknown_key(struct conf_reader *r, const struct conf_node *node,
                            const char *const *names, size_t count);
struct conf_names {
    const char *what;         /* "zone" */
    const char *const *names; /* borrowed */
    size_t count;
};
/* Warns of a route without quotes, or of a pattern without where it holds more than a
 * code. */
void conf_warn_unquoted(struct conf_reader *r, const struct conf_node *node,
                        bool is_route);
void conf_error_unknown(struct conf_reader *r, const struct conf_node *node,
                        const char *given, const struct conf_names *known);

/* Scalars. Each says what is wrong and returns false, or true with the value set.
 * `accepts` is what would be. conf_text: borrowed from the node. */
bool conf_is_list(struct conf_reader *r, const struct conf_node *node, size_t least,
                  const char *accepts);
bool conf_is_mapping(struct conf_reader *r, const struct conf_node *node,
                     const char *accepts);
bool conf_text(struct conf_reader *r, const struct conf_node *node, const char *accepts,
               const char **ret_text);
/* By a row of a table: all that is written as a number; texts, ids and paths. */
bool conf_read_quantity(struct conf_reader *r, const struct conf_node *node,
                        const struct conf_key *key, double *ret_value);
bool conf_read_text(struct conf_reader *r, const struct conf_node *node,
                    const struct conf_key *key, const char **ret_text);
bool conf_read_bool(struct conf_reader *r, const struct conf_node *node, bool *ret_value);
bool conf_read_time(struct conf_reader *r, const struct conf_node *node, int64_t *ret_ms);
bool conf_id(struct conf_reader *r, const struct conf_node *node, const char **ret_text);
bool conf_duration(struct conf_reader *r, const struct conf_node *node, int64_t least,
                   int64_t most, int64_t *ret_ms);
bool conf_distance(struct conf_reader *r, const struct conf_node *node, double least,
                   double most, double *ret_m);
struct conf_bounds {
    int64_t least, most;
    const char *accepts; /* NULL: said by the bounds */
};
bool conf_int(struct conf_reader *r, const struct conf_node *node,
              const struct conf_bounds *bounds, int64_t *ret_value);
bool conf_number(struct conf_reader *r, const struct conf_node *node, double least,
                 double most, double *ret_value);
bool conf_word(struct conf_reader *r, const struct conf_node *node,
               const char *const *words, unsigned *ret_index);
/* Memory: NULL sets the reader's code. */
char *conf_copy(struct conf_reader *r, const char *text);
char *conf_path(struct conf_reader *r, const char *text);
/* As conf_path, but in the form the configuration itself was named: for reading it now
 * and for messages. */
char *conf_path_shown(struct conf_reader *r, const char *text);
void *conf_alloc(struct conf_reader *r, size_t count, size_t size);
/* A copy of a list of texts as an owned array; false when something in it is wrong. */
bool conf_texts(struct conf_reader *r, const struct conf_node *node, const char *accepts,
                char ***ret_texts, size_t *ret_count);
void conf_texts_free(char **texts, size_t count);
/* Wipe, then free. */
void conf_wipe_free(char *text, size_t n);
/* "a | b | c" of a NULL-terminated list into a fixed text. */
void conf_join_words(const char *const *words, char *ret_text, size_t size);
/* A value for a message: cleaned, cut, in single quotes. Returns ret_text. */
#define CONF_QUOTE_BYTES 80
const char *conf_quote(const char *text, char ret_text[CONF_QUOTE_BYTES]);

/* --- parts --- */

void conf_feeds_read(struct conf_reader *r, const struct conf_node *node);
void conf_feed_finish(struct conf_feed *feed);
const char *conf_transport_name(enum conf_transport transport);
/* "host:port", "[::1]:port"; the host without brackets. numeric: addresses only. */
bool conf_host_port(struct conf_reader *r, const struct conf_node *node, bool numeric,
                    char **ret_host, uint16_t *ret_port);
bool conf_is_loopback(const char *host);

/* Ports, zones and the watched ones are read first: rules and mutes name them. */
void conf_ports_read(struct conf_reader *r, const struct conf_node *node);
void conf_zones_read(struct conf_reader *r, const struct conf_node *node);
void conf_vessels_read(struct conf_reader *r, const struct conf_node *vessels,
                       const struct conf_node *lists);
void conf_rules_read(struct conf_reader *r, const struct conf_node *node);
void conf_mutes_read(struct conf_reader *r, const struct conf_node *node);
void conf_webhooks_read(struct conf_reader *r, const struct conf_node *node);
void conf_webhook_finish(struct conf_webhook *webhook);
void conf_timezone_read(struct conf_reader *r, const struct conf_node *node, void *base);
/* A secret text from {file: ...} or {credential: ...}, without its line end; `stand_in`
 * for it when secrets are not read. */
#define CONF_SECRET_ACCEPTS "{file: PATH} or {credential: NAME}, or a list of them"
bool conf_secret_read(struct conf_reader *r, const struct conf_node *node,
                      const char *stand_in, struct conf_secret *ret_secret);
void conf_secrets_read(struct conf_reader *r, const struct conf_node *node, void *base);
void conf_authorization_read(struct conf_reader *r, const struct conf_node *node,
                             void *base);
/* A file that others may read or write is an error. */
bool conf_secret_is_private(struct conf_reader *r, const struct conf_node *node,
                            const char *path);
/* Parts of HTTP fields: RFC 9110 sections 5.6.2 and 5.5, printable ASCII only. */
bool conf_is_token(const char *text);
bool conf_is_header_value(const char *text);

/* TZif bytes to offsets; ERR_CORRUPT. */
MUST_CHECK int conf_tzif_read(const unsigned char *bytes, size_t n,
                              struct engine_timezone *ret_timezone);

/* Read a whole file of at most `most` bytes; a fault at the node otherwise. */
bool conf_file_read(struct conf_reader *r, const struct conf_node *node, const char *path,
                    size_t most, struct buf *ret_text);

/* conf_load, but the configuration's own text is given; `file` names it and its
 * directory. on_key may be NULL. */
struct conf_source {
    const char *file;
    const char *text;
    size_t bytes;
    void (*on_key)(void *context, const void *row);
    void *on_key_context;
};
MUST_CHECK int conf_load_text(const struct conf_source *source,
                              const struct conf_context *context, struct conf **ret_conf,
                              struct conf_report *report);

#endif
