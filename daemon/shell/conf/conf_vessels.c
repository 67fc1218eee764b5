/* SPDX-License-Identifier: Apache-2.0 */
/* vessels: the watched vessels in the configuration itself. */
#include <stdlib.h>

#include "conf_watched.h"

static const char *imo_fault(const void *member);
static const char *mmsi_fault(const void *member);
static conf_read vessel_read;

/* clang-format off */
#define VESSEL(member) KEY_AT(watch_entry, member)
const struct key conf_vessel_keys[] = {
    {.name = "id",       .type = KEY_ID, VESSEL(id), .is_unique = true, .doc = "the vessel's id in this file"},
    {.name = "name",     .type = KEY_TEXT, VESSEL(name), .least = 1, .most = 34, .doc = "the name as the ship sends it"},
    {.name = "imo",      .type = KEY_INTEGER, VESSEL(imo), .is_unique = true, .least = 1000000, .most = 9999999, .check = imo_fault, .accepts = LIST_IMO_ACCEPTS, .doc = "the IMO number; it decides when the ship sends one"},
    {.name = "mmsi",     .type = KEY_INTEGER, VESSEL(mmsi), .is_unique = true, .least = 100000000, .most = 999999999, .check = mmsi_fault, .accepts = LIST_MMSI_ACCEPTS, .doc = "the MMSI"},
    {.name = "callsign", .type = KEY_TEXT, VESSEL(callsign), .least = 1, .most = 7, .doc = "the call sign; it counts only together with the name"},
    {.name = "tags",     .type = KEY_IDS, KEY_LIST_AT(watch_entry, tags, tag_count), .least = 1, .accepts = CONF_TAGS_ACCEPTS, .doc = "words by which rules select vessels"},
    {.name = "note",     .type = KEY_TEXT, VESSEL(note), .most = 1000, .doc = "a note for the reader"},
    {0},
};
/* clang-format on */

static const char *imo_fault(const void *member)
{
    return vessel_imo_is_valid(*(const uint32_t *)member) ? NULL
                                                          : "has a wrong check digit";
}

static const char *mmsi_fault(const void *member)
{
    return vessel_is_ship(*(const uint32_t *)member) ? NULL : "is not a ship's";
}

static void vessel_read(struct conf_reader *r, const struct conf_node *node,
                        const struct key *key, void *base)
{
    struct watch_entry *entry = base;
    if (conf_keys_read(r, node, key->sub, entry) &&
        conf_yaml_node_get(node, "imo") == NULL &&
        conf_yaml_node_get(node, "mmsi") == NULL &&
        conf_yaml_node_get(node, "name") == NULL)
        conf_report_error(r, node, "imo, mmsi or name",
                          "these keys do not identify the vessel");
}

/* The vessels of the file, before they are gathered. */
struct listed {
    struct watch_entry *entries; /* owned */
    size_t count;
};

static void take_vessels(struct conf_watched *v, const struct conf_node *node,
                         const struct key *key)
{
    const struct key list = {.type = KEY_LIST,
                             KEY_LIST_AT(listed, entries, count),
                             .read = vessel_read,
                             .sub = key->sub,
                             .accepts = key->accepts};
    struct listed listed = {0};
    conf_keys_read_one(v->r, node, &list, &listed);
    for (size_t i = 0; i < listed.count; i++) {
        struct watch_entry *entry = &listed.entries[i];
        conf_watched_know_tags(v, entry->tags, entry->tag_count);
        (void)conf_watched_add(v, entry);
        free(entry->id);
        free(entry->name);
        free(entry->callsign);
        free(entry->note);
        conf_memory_texts_free(entry->tags, entry->tag_count);
    }
    free(listed.entries);
}

/* vessels: and vessel_lists:, which may name the same ships. */
void conf_vessels_read(struct conf_reader *r, const struct conf_node *node,
                       const struct key *key, void *base)
{
    const struct conf_node *lists = conf_yaml_node_get(r->root, "vessel_lists");
    struct conf_watched v;
    (void)base;
    conf_watched_init(&v, r);
    if (node != NULL && r->code == 0)
        take_vessels(&v, node, key);
    if (lists != NULL && r->code == 0)
        conf_lists_read(&v, lists);
    conf_watched_finish(&v);
}
