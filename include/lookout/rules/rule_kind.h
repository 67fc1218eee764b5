/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of rules. A kind is one file in daemon/core/rules and one row of kinds_int.h. Its
 * tables hold all that other files know of it: the configuration reader, man pages and
 * schemas use its keys and events; alerts are made of its sentences and members. */
#ifndef LOOKOUT_RULE_KIND_H
#define LOOKOUT_RULE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/alert/severity.h"
#include "lookout/base/key.h"

struct body_field;
struct finding;
struct json_t;
struct port_set;
struct rule;
struct rule_hooks;
struct rule_look;
struct rule_subject;
struct say_writer;

/* --- keys --- */

/* A kind's rows are those of lookout/base/key.h, into its settings: texts, ids, numbers
 * and quantities, flags, words and lists of them, ports, zones, gates, routes, filters of
 * vessels, and mappings of quantities.
 * The functions that hash, describe and free a rule know no other types. KEY_PORTS,
 * KEY_ZONES and KEY_GATES write to these types: */
struct rule_ports {
    struct port_set *set; /* owned; NULL: all */
    char *text;           /* owned: as written, for `check`; NULL when left out */
};
struct rule_zones {
    uint32_t *items; /* owned, ascending indices; NULL: all of the shape */
    size_t count;
};
#define RULE_PORTS(type, member)                                                         \
    .offset = offsetof(struct type, member.set),                                         \
    .also = offsetof(struct type, member.text), .least = 1
#define RULE_ZONES(type, member)                                                         \
    .offset = offsetof(struct type, member.items), .size = sizeof(uint32_t),             \
    .also = offsetof(struct type, member.count), .least = 1
/* Whether the zone is among those that a key names. */
bool rule_zones_has(const struct rule_zones *zones, uint32_t zone);
/* The value of that key in a rule's settings. */
void *rule_setting(const struct rule *rule, const struct key *key);

/* --- events --- */

/* One member of an alert's `data`. */
struct rule_member {
    const struct body_field *field; /* its name and fields; NULL ends a table */
    /* A new reference; NULL: this alert has none. */
    struct json_t *(*make)(const struct rule_look *look, const struct finding *f);
    const char *needs; /* optional fields that this event always has; NULL */
};
struct rule_event {
    const char *name;       /* in the configuration: "enter" */
    const char *type;       /* of the alert, behind "lookoutd.": "zone.entered"; its last
                               word is the event's name in `severity`, too */
    enum severity severity; /* default */
    bool is_asked_for;      /* told only if `events` names it */
    /* Whether the finding's place is not known: the alert then has neither position nor
     * evidence. NULL: the place is always known. */
    bool (*is_nowhere)(const struct finding *f);
    /* The severity of this finding, where the rule has that one; NULL: the rule's. */
    enum severity (*find_severity)(const struct finding *f, enum severity of_rule);
    /* Another ship that the finding is about, whose mutes count, too; NULL: none. */
    const struct rule_subject *(*find_other)(const struct finding *f);
    /* Writes the event and its time as sentences that follow the ship's name. The caller
     * adds the ship's place and destination. */
    void (*say)(struct say_writer *w, const struct rule_look *look,
                const struct finding *f);
    const struct rule_member *members; /* NULL: none */
};
/* "entered" of "zone.entered" */
const char *rule_event_word(const struct rule_event *event);

/* --- kinds --- */

struct rule_kind {
    const char *name; /* `when:` */
    const char *doc;
    const char *leaves_out; /* what it never tells of, in words, for `check`; NULL. What a
                               key leaves out stands in the key's row. */
    const struct key *keys; /* the common keys are the reader's */
    const struct rule_event *events;
    uint32_t event_count;
    bool has_case; /* its alerts belong to cases */
    size_t settings_bytes;
    /* Sets the defaults that no row has as its `initial`; NULL: zero. */
    void (*set_defaults)(void *settings);
    /* The fault of the settings as a whole, in words; NULL: none. */
    const char *(*find_fault)(const void *settings);
    const struct rule_hooks *hooks; /* how the engine runs it */
};
extern const struct rule_kind *const rule_kinds[];        /* NULL-terminated */
const struct rule_kind *rule_kind_find(const char *name); /* NULL when unknown */
/* Whether no other event of the kind is of that one's type. */
bool rule_kind_has_alone(const struct rule_kind *kind, uint32_t event);
/* Whether the kind is about distress devices, not vessels. */
bool rule_kind_is_of_devices(const struct rule_kind *kind);
/* The members of all kinds' alerts, each name once; NULL at the end. */
const struct rule_member *rule_member_at(size_t index);

#endif
