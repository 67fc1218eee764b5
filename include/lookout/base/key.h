/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the configuration. One row for each key gives its name, the values it may hold,
 * and the member where its value goes. The reader of the configuration, its man page and
 * its JSON Schema are made from these rows. Each row stands on one line in designated
 * initialisers; a row without a name ends the table. */
#ifndef LOOKOUT_KEY_H
#define LOOKOUT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

struct conf_node;   /* a value of the file; opaque here */
struct conf_reader; /* one run of the reader; opaque here */

enum key_type {
    KEY_TEXT, /* char *; least..most bytes */
    KEY_ID,   /* char *: letters, digits, '.', '_', '-' */
    KEY_PATH, /* char *: made absolute */
    KEY_FILE, /* char *: a file that is read now; its path has the same form as that of
                 the configuration */
    KEY_DURATION, /* int64_t ms */
    KEY_DISTANCE, /* double m */
    KEY_SPEED,    /* double kn */
    KEY_NUMBER,   /* double */
    KEY_INTEGER,  /* unsigned, of 1, 2 or 4 bytes */
    KEY_FLAG,     /* bool */
    KEY_WORD,     /* unsigned or an enum, of 1 or 4 bytes: an index in words */
    KEY_WORDS,    /* uint32_t: a list of words, bit i for words[i] */
    KEY_TIME,     /* int64_t ms since 1970 UTC */
    KEY_IDS,      /* char ** and count: a list of ids */
    KEY_TEXTS,    /* char ** and count: a list of texts */
    KEY_FILES,    /* char ** and count: a list of files, as KEY_FILE */
    KEY_PORTS,    /* struct port_set *; the patterns as written go to `also` (char *) */
    KEY_ZONES,    /* uint32_t *, ascending indices of areas, and count; left out: all, or
                     what `otherwise` says */
    KEY_GATES,    /* uint32_t *, ascending indices of gates, and count; as KEY_ZONES */
    KEY_ROUTE,    /* struct route * */
    KEY_VESSELS,  /* struct vessel_filter, as `vessels` of a rule */
    KEY_MAPPING,  /* a mapping by `sub`, into the same struct */
    KEY_LIST,     /* a list of mappings by `sub`: array of structs, and count */
    KEY_OWN       /* `read` decides */
};

struct key {
    const char *name;
    enum key_type type;
    bool is_required;
    bool is_unique;     /* in a KEY_LIST: all items differ in this key */
    bool is_always;     /* KEY_OWN: a missing key calls `read` with NULL */
    bool is_later;      /* of a kind of rule that was there before it: where it is left
                           out, rules are the same as before, and keep their states */
    bool is_of_vessels; /* of all rules, but for rules about distress devices */
    size_t offset;      /* of the member */
    size_t size;        /* of the member; of lists: of one element */
    size_t also;        /* offset of a list's count, or as the type says */
    double least, most; /* of the value in the member's unit, or of a list's length */
    const char *const *words; /* ends with NULL */
    const struct key *sub;
    /* The fault of a value that was read, as words that follow the value ("is not a baud
     * rate in use"), or NULL. For lists it checks one text. */
    const char *(*check)(const void *member);
    /* KEY_OWN: reads the value into the struct. KEY_LIST: reads one item into its struct,
     * instead of reading it by `sub` alone. */
    void (*read)(struct conf_reader *r, const struct conf_node *node,
                 const struct key *key, void *base);
    const char
        *accepts; /* the accepted values in words; NULL: made from type and bounds */
    const char *initial;   /* the default, written as in a file; it is set before anything
                              is read. NULL: none */
    const char *otherwise; /* the default in words; NULL */
    const char *left_out;  /* KEY_FLAG of a kind of rule: what the rule does not tell of
                              while the flag is false, in words; NULL */
    const char *
        schema; /* KEY_OWN: its JSON Schema; '%' stands for that of `sub`. NULL: a text */
    const char *doc;
};
/* Set the members of all keys that have a default: of quantities, numbers, flags and
 * words. Other members stay. ERR_INVALID: a default is none. */
MUST_CHECK int key_set_initials(const struct key *keys, void *base);
/* Store a whole number in the key's member, by its size. */
void key_store_whole(const struct key *key, int64_t value, void *member);
#define KEY_AT(type, member)                                                             \
    .offset = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)
#define KEY_LIST_AT(type, member, counter)                                               \
    .offset = offsetof(struct type, member),                                             \
    .size = sizeof(*((struct type *)0)->member), .also = offsetof(struct type, counter)

#endif
