/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the configuration reader.
 *
 *   node      a value of the file as it stands there: a scalar, a list or a mapping, with
 *             its key, line and column (conf_yaml.c)
 *   row, key  struct key: what one key may hold and where its value goes; every part of
 *             the configuration declares its keys as tables of rows
 *   member    where a value goes: the struct's address plus the row's offset
 *   fault     an error or a warning: file, line, column, path, what is wrong, and what
 *             would be accepted (conf_report.c)
 *   reader    one run: the tree, the faults, the configuration that is being built
 *   part      the file that reads one section: conf_feed.c, conf_ports.c, ...
 *
 * The files stand in this order, and each uses those before it alone: conf_plain,
 * conf_report, conf_memory, conf_yaml, conf_accepts (what a row accepts, in words),
 * conf_value (one value by its row), conf_columns, conf_keys (mappings and lists by their
 * tables), the parts, conf.
 *
 * Circle: conf_filter, conf_keys: a filter of vessels is one type of value, and has
 * keys. */
#ifndef LOOKOUT_CONF_INT_H
#define LOOKOUT_CONF_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lookout/base/buf.h"
#include "lookout/base/err.h"
#include "lookout/base/key.h"
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
    bool is_duplicate;              /* the key was given before: reported, not read */
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

/* Read a YAML text into a tree; faults go to the reader. *ret_root stays NULL when there
 * is no usable tree. 0 or ERR_NOMEM. */
MUST_CHECK int conf_yaml_read(struct conf_reader *r, const char *text, size_t n,
                              struct conf_node **ret_root);
void conf_yaml_node_destroy(struct conf_node *node);
/* The member of the mapping with that key, or NULL. */
const struct conf_node *conf_yaml_node_get(const struct conf_node *mapping,
                                           const char *key);
/* The hash of a node with all its content; the order of a mapping's keys does not matter.
 */
uint64_t conf_yaml_hash_node(const struct conf_node *node);

/* How YAML 1.1 and 1.2 read a plain scalar. */
enum conf_plain {
    CONF_PLAIN_TEXT,
    CONF_PLAIN_INT,    /* decimal, no leading zeros */
    CONF_PLAIN_NUMBER, /* decimal with a fraction */
    CONF_PLAIN_BOOL,   /* true, false */
    CONF_PLAIN_NULL,
    CONF_PLAIN_DATE,  /* a timestamp in 1.1, a text in 1.2 */
    CONF_PLAIN_UNLIKE /* different in both */
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
    size_t file_count, file_room;
    size_t errors, warnings;           /* found */
    size_t errors_kept, warnings_kept; /* among the items */
};

/* One run of the reader. */
struct conf_reader {
    const struct conf_context *context; /* borrowed */
    struct conf *conf;                  /* owned by conf_load_text */
    const char *file;                   /* borrowed: as given */
    char *directory;                    /* owned: of the file, absolute */
    const char *text;                   /* borrowed: of the file */
    size_t text_bytes;
    struct conf_faults faults;
    bool has_lost_zones;     /* zones are missing, and it is unknown which: do not report
                                unknown ids */
    struct buf faulty_zones; /* the reports of faulty zones: (id "x") of each */
    int code;                /* ERR_NOMEM once it has happened */
    const struct conf_node *root;
    /* Data of earlier parts for later ones. */
    char **tags; /* owned: every tag a vessel or list carries */
    size_t tag_count, tag_room;
    /* For tests: called with each row that is read. */
    void (*on_key)(void *context, const void *row);
    void *on_key_context;
};
void conf_report_nomem(struct conf_reader *r);

/* Report a fault at a node's value: "file:line:col: error: path: what (accepted: ...)".
 * accepted may be NULL. */
void conf_report_error(struct conf_reader *r, const struct conf_node *node,
                       const char *accepted, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same at a node's key. */
void conf_report_error_key(struct conf_reader *r, const struct conf_node *node,
                           const char *accepted, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void conf_report_warning(struct conf_reader *r, const struct conf_node *node,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Report a fault in any file: path may be NULL; line and col are 0 if unknown. */
struct conf_place {
    const char *file, *path;
    int line, col;
    bool is_warning;
};
void conf_report_fault_at(struct conf_reader *r, const struct conf_place *place,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Append the path of a node, such as "feeds[0].udp"; the root's path is empty. */
MUST_CHECK int conf_report_node_path(const struct conf_node *node, struct buf *out);
/* Let that file's faults come first. */
void conf_report_first_file(struct conf_faults *faults, const char *file);
/* Move the faults, in order and as lines, to the report. */
MUST_CHECK int conf_report_take_faults(struct conf_faults *faults,
                                       struct conf_report *report);
void conf_report_finish_faults(struct conf_faults *faults);

/* --- copies, paths, files: conf_memory.c; NULL sets the reader's code --- */

char *conf_memory_copy(struct conf_reader *r, const char *text);
/* Put a copy in the place of what stands there: keys that exclude each other, of which a
 * faulty file gives both, may share a member. */
void conf_memory_set(struct conf_reader *r, char **member, const char *text);
char *conf_memory_path(struct conf_reader *r, const char *text);
/* Like conf_memory_path, but in the form in which the configuration itself was named: for
 * reading the file now and for messages. */
char *conf_memory_path_shown(struct conf_reader *r, const char *text);
void *conf_memory_alloc(struct conf_reader *r, size_t count, size_t size);
void conf_memory_texts_free(char **texts, size_t count);
/* Wipe, then free. */
void conf_memory_wipe_free(char *text, size_t n);
/* Whether the text is UTF-16: by its byte order mark, or a NUL byte beside the first
 * character. */
bool conf_memory_is_utf16(const char *text, size_t n);
/* Read a whole file of at most `most` bytes; a fault at the node otherwise. */
bool conf_memory_read_file(struct conf_reader *r, const struct conf_node *node,
                           const char *path, size_t most, struct buf *ret_text);

/* --- what is accepted: conf_accepts.c --- */

/* Append in words what a key accepts. */
MUST_CHECK int conf_accepts_key(const struct key *key, struct buf *out);
/* Report a fault at a value, with what its row accepts. */
void conf_accepts_error_value(struct conf_reader *r, const struct conf_node *node,
                              const struct key *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same; the node's text in quotes comes before the words. */
void conf_accepts_error_text(struct conf_reader *r, const struct conf_node *node,
                             const struct key *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct conf_names {
    const char *what;         /* "zone" */
    const char *const *names; /* borrowed */
    size_t count;
};
/* Report "there is no <what> <given>" at a value, or "unknown key" at a key, with the
 * nearest name and all names. */
void conf_accepts_error_unknown(struct conf_reader *r, const struct conf_node *node,
                                const char *given, const struct conf_names *known);
void conf_accepts_error_key(struct conf_reader *r, const struct conf_node *node,
                            const char *const *names, size_t count);
/* The index of a text among the names; -1 when it is not there. */
int conf_accepts_find_name(const char *text, const char *const *names, size_t count);

/* --- a map of columns: conf_columns.c --- */

/* "imo=IMO_NO;mmsi=..." as struct input_conf takes it, owned; NULL: it is faulty, which
 * is said, or empty. */
char *conf_columns_take(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key);
/* The same of `fields:`. */
char *conf_columns_take_fields(struct conf_reader *r, const struct conf_node *node,
                               const struct key *key);

/* --- one value: conf_value.c. Each says what is wrong and returns false --- */

/* Whether the node is a list with a length that the row allows. */
bool conf_value_is_list(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key);
bool conf_value_is_mapping(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key);
/* The text is borrowed from the node. */
bool conf_value_text(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, const char **ret_text);
/* Read a value into the row's member of the struct at `base`. All types but those that
 * name ports and zones, KEY_MAPPING, KEY_LIST and KEY_OWN. */
bool conf_value_read(struct conf_reader *r, const struct conf_node *node,
                     const struct key *key, void *base);
struct conf_texts {
    char **items; /* owned; conf_memory_texts_free */
    size_t count;
};
/* Read a list of texts, whatever the row's type. */
bool conf_value_read_texts(struct conf_reader *r, const struct conf_node *node,
                           const struct key *key, struct conf_texts *ret_texts);
/* Warn of a route without quotes, or of a pattern without quotes that is more than a
 * code. */
void conf_value_warn_unquoted(struct conf_reader *r, const struct conf_node *node,
                              bool is_route);

/* --- tables: conf_keys.c --- */

/* Set the defaults of a table, then read a mapping by it into base. False when the node
 * is not a mapping. */
bool conf_keys_read(struct conf_reader *r, const struct conf_node *node,
                    const struct key *keys, void *base);
void conf_keys_default(struct conf_reader *r, const struct key *keys, void *base);
void conf_keys_read_one(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base);
/* Report each key of the mapping that is not among the names. */
void conf_keys_check_known(struct conf_reader *r, const struct conf_node *node,
                           const char *const *names, size_t count);
void conf_keys_check_required(struct conf_reader *r, const struct conf_node *node,
                              const struct key *keys);
const struct key *conf_keys_find(const struct key *keys, const char *name);

/* --- places that rules name: conf_places.c --- */

/* KEY_PORTS, KEY_ZONES, KEY_GATES and KEY_ROUTE. */
void conf_places_read(struct conf_reader *r, const struct conf_node *node,
                      const struct key *key, void *base);

/* --- parts --- */

extern const struct key conf_root_keys[];    /* into struct conf */
extern const struct key conf_detect_keys[];  /* into struct conf */
extern const struct key conf_limits_keys[];  /* into struct conf */
extern const struct key conf_feed_keys[];    /* into struct conf_feed */
extern const struct key conf_ports_keys[];   /* into a private struct */
extern const struct key conf_vessel_keys[];  /* into struct watch_entry */
extern const struct key conf_list_keys[];    /* into struct conf_list */
extern const struct key conf_rule_keys[];    /* into struct rule */
extern const struct key conf_mute_keys[];    /* into struct engine_mute */
extern const struct key conf_webhook_keys[]; /* into struct conf_webhook */
extern const struct key conf_secret_keys[];  /* into a private struct */
extern const struct key conf_authorization_keys[];
extern const struct key conf_api_keys[];   /* into struct conf */
extern const struct key conf_relay_keys[]; /* into struct conf_relay */

typedef void conf_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base);
conf_read conf_feed_read, conf_rules_read, conf_rules_read_mute, conf_webhook_read,
    conf_relay_read; /* items */
conf_read conf_ports_read, conf_zones_read, conf_vessels_read, conf_timezone_read;
conf_read conf_secret_read_keys,
    conf_secret_read_authorization; /* into struct conf_webhook */
/* Where a webhook sends to: the keys' values, and which of the keys it has
 * (conf_sender.c). false: not exactly one of them. */
extern const struct key conf_mail_keys[]; /* into struct conf_webhook */
conf_read conf_mail_read;
/* What mail's `group` is where it does not say: a rule each, after 1 min, every 15 min.
 */
void conf_mail_group(const struct conf_node *node, struct conf_webhook *webhook);
conf_read conf_sender_read_url; /* into struct conf_webhook */
bool conf_sender_read(struct conf_reader *r, const struct conf_node *node,
                      struct conf_webhook *webhook);
/* Report an error at the node when no rule has that id. */
void conf_rules_check_id(struct conf_reader *r, const struct conf_node *node,
                         const char *id);
/* Report feeds of two kinds, and feeds with the same source. */
void conf_feed_check_all(struct conf_reader *r, const struct conf_node *node);
const char *conf_feed_transport_name(enum conf_transport transport);

/* The doors of the api as a whole; the link that its page makes, owned, or NULL. */
void conf_api_check(struct conf_reader *r, const struct conf_node *node);
char *conf_api_link(struct conf_reader *r);
void conf_api_describe(const struct conf_api *api, FILE *out);
void conf_api_finish(struct conf_api *api);

void conf_relay_describe(const struct conf_relay *relay, FILE *out);
void conf_relay_finish(struct conf_relay *relay);

/* The secret of a mapping that has `file` or `credential` beside other keys. */
bool conf_secret_take(struct conf_reader *r, const struct conf_node *node,
                      const char *file, const char *credential,
                      struct conf_secret *ret_secret);
/* Read a secret text from {file: ...} or {credential: ...}, without its line end; when
 * secrets are not read, `stand_in` is used. */
bool conf_secret_read(struct conf_reader *r, const struct conf_node *node,
                      const char *stand_in, struct conf_secret *ret_secret);
/* Report a file that other users may read or write as an error. */
bool conf_secret_is_private(struct conf_reader *r, const struct conf_node *node,
                            const char *path);
/* Whether a text is a token, or a value, of HTTP fields: RFC 9110 sections 5.6.2 and 5.5,
 * printable ASCII only. */
bool conf_secret_is_token(const char *text);
bool conf_secret_is_header_value(const char *text);

/* Like conf_load, but with the text of the configuration; `file` names it and its
 * directory. on_key may be NULL. */
struct conf_source {
    const char *file;
    const char *text;
    size_t bytes;
    void (*on_key)(void *context, const void *row);
    void *on_key_context;
};
/* The end of every reading: the faults become the report, and the configuration goes to
 * the caller, or is destroyed where there are errors. */
MUST_CHECK int conf_end(struct conf_reader *r, struct conf **ret_conf,
                        struct conf_report *report);
MUST_CHECK int conf_load_text(const struct conf_source *source,
                              const struct conf_context *context, struct conf **ret_conf,
                              struct conf_report *report);

#endif
