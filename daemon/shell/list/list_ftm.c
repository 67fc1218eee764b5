/* SPDX-License-Identifier: Apache-2.0 */
/* FollowTheMoney entities, a JSON object a line. A file of gigabytes holds few vessels:
 * the first pass keeps the vessels, a second one the entities that say who owns them, a
 * third one the names of those owners. Lines are parsed only when they hold the word that
 * makes them worth it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "list_int.h"
#include "lookout/base/array.h"
#include "lookout/base/hash.h"
#include "lookout/base/text.h"

enum pass { PASS_VESSELS, PASS_LINKS, PASS_OWNERS };

struct owner {
    char *id, *name; /* owned; name NULL: not found yet */
};
struct link {
    size_t ship, owner; /* indices */
};
struct ftm {
    struct owner *owners; /* owned, as are links */
    size_t owner_count, owner_room;
    struct link *links;
    size_t link_count, link_room;
    struct map by_id; /* hash of an owner's id -> index, and one */
    size_t unnamed;   /* owners without a name */
};

static bool is_ftm(const struct list_head *head)
{
    size_t at = 0;
    while (at < head->n && strchr(" \t\r\n", head->text[at]) != NULL)
        at++;
    return at < head->n && head->text[at] == '{';
}

static int begin_ftm(struct list_reader *r)
{
    struct ftm *own = calloc(1, sizeof *own);
    if (own == NULL)
        return ERR_NOMEM;
    map_init(&own->by_id);
    r->own = own;
    return 0;
}

static void finish_ftm(struct list_reader *r)
{
    struct ftm *own = r->own;
    if (own == NULL)
        return;
    for (size_t i = 0; i < own->owner_count; i++) {
        free(own->owners[i].id);
        free(own->owners[i].name);
    }
    free(own->owners);
    free(own->links);
    map_finish(&own->by_id);
    free(own);
}

/* --- entities --- */

static bool has_word_in(const char *text, size_t n, const char *word)
{
    size_t length = strlen(word);
    const char *end = text + n;
    for (const char *at = text; (at = memchr(at, '"', (size_t)(end - at))) != NULL; at++)
        if ((size_t)(end - at) >= length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

static const char *text_of_entity(const json_t *entity, const char *name)
{
    const char *text = json_string_value(json_object_get(entity, name));
    return text != NULL ? text : "";
}

static const json_t *property_of(const json_t *entity, const char *name)
{
    return json_object_get(json_object_get(entity, "properties"), name);
}

static bool is_schema(const json_t *entity, const char *schema)
{
    return strcmp(text_of_entity(entity, "schema"), schema) == 0;
}

/* A value of a property: a text, or an entity that stands there itself. */
static const char *id_of_value(const json_t *value)
{
    return json_is_object(value)   ? text_of_entity(value, "id")
           : json_is_string(value) ? json_string_value(value)
                                   : "";
}

static const char *name_of_entity(const json_t *entity)
{
    const char *caption = text_of_entity(entity, "caption");
    const char *name = json_string_value(json_array_get(property_of(entity, "name"), 0));
    return caption[0] == '\0' && name != NULL ? name : caption;
}

/* --- the vessels --- */

static void each_text(struct list_reader *r, const json_t *values,
                      void (*take)(struct list_reader *r, const char *text))
{
    for (size_t i = 0; i < json_array_size(values); i++) {
        const char *text = json_string_value(json_array_get(values, i));
        if (text != NULL)
            take(r, text);
    }
}

static void take_ftm_name(struct list_reader *r, const char *text)
{
    struct list_ship *ship = &r->draft.ship;
    if (ship->name == NULL)
        list_draft_set(r, &ship->name, text);
    else if (strcmp(ship->name, text) != 0)
        list_draft_add(r, &ship->aliases, text);
}

static void take_ftm_callsign(struct list_reader *r, const char *text)
{
    if (r->draft.ship.callsign == NULL)
        list_draft_set(r, &r->draft.ship.callsign, text);
}

static void take_ftm_flag(struct list_reader *r, const char *text)
{
    if (r->draft.ship.flag == NULL)
        list_draft_set(r, &r->draft.ship.flag, text);
}

static void take_ftm_data_set(struct list_reader *r, const char *text)
{
    list_draft_add(r, &r->draft.ship.programs, text);
}

static void take_ftm_topic(struct list_reader *r, const char *text)
{
    list_draft_add(r, &r->draft.ship.topics, text);
}

/* The newest of all vessels' changes dates the list: "2026-09-11T06:10:00" is in UTC. */
static void take_last_change(struct list *list, const json_t *entity)
{
    char text[sizeof list->published];
    const char *change = text_of_entity(entity, "last_change");
    size_t n = text_clean(change, strlen(change), text, sizeof text - 1);
    if (n == strlen("2026-09-11T06:10:00") && text[10] == 'T')
        text_copy(text + n, 2, "Z");
    if (strcmp(text, list->published) > 0)
        text_copy(list->published, sizeof list->published, text);
}

static int take_entity_vessel(struct list_reader *r, const json_t *entity)
{
    struct list_ship *ship = &r->draft.ship;
    if (!is_schema(entity, "Vessel"))
        return 0;
    list_draft_begin(r);
    list_draft_set(r, &ship->entry, text_of_entity(entity, "id"));
    list_draft_set(r, &ship->name, text_of_entity(entity, "caption"));
    each_text(r, property_of(entity, "name"), take_ftm_name);
    each_text(r, property_of(entity, "alias"), take_ftm_name);
    each_text(r, property_of(entity, "imoNumber"), list_draft_imo);
    each_text(r, property_of(entity, "mmsi"), list_draft_mmsi);
    each_text(r, property_of(entity, "callSign"), take_ftm_callsign);
    each_text(r, property_of(entity, "flag"), take_ftm_flag);
    each_text(r, property_of(entity, "topics"), take_ftm_topic);
    each_text(r, json_object_get(entity, "datasets"), take_ftm_data_set);
    take_last_change(&r->whole->list, entity);
    return list_draft_end(r);
}

/* --- who owns them --- */

static size_t find_owner(const struct ftm *own, const char *id)
{
    uintptr_t index = (uintptr_t)map_get(&own->by_id, hash_text(id, 0));
    return index != 0 && strcmp(own->owners[index - 1].id, id) == 0 ? index - 1
                                                                    : SIZE_MAX;
}

static int add_owner(struct ftm *own, const char *id, size_t *ret_owner)
{
    *ret_owner = find_owner(own, id);
    if (*ret_owner != SIZE_MAX)
        return 0;
    if (array_grow(&own->owners, &own->owner_room, own->owner_count + 1,
                   sizeof *own->owners) != 0)
        return ERR_NOMEM;
    struct owner *owner = &own->owners[own->owner_count];
    *owner = (struct owner){.id = strdup(id)};
    if (owner->id == NULL)
        return ERR_NOMEM;
    *ret_owner = own->owner_count++;
    own->unnamed++;
    return map_set(&own->by_id, hash_text(id, 0), (void *)(uintptr_t)own->owner_count);
}

static int name_owner(struct ftm *own, size_t owner, const char *name)
{
    if (own->owners[owner].name != NULL || name[0] == '\0')
        return 0;
    own->owners[owner].name = strdup(name);
    own->unnamed--;
    return own->owners[owner].name != NULL ? 0 : ERR_NOMEM;
}

static int add_link(struct ftm *own, size_t ship, const json_t *value)
{
    size_t owner = SIZE_MAX;
    const char *id = id_of_value(value);
    if (id[0] == '\0')
        return 0;
    int rc = add_owner(own, id, &owner);
    if (rc == 0 && json_is_object(value))
        rc = name_owner(own, owner, name_of_entity(value));
    if (rc == 0)
        rc = array_grow(&own->links, &own->link_room, own->link_count + 1,
                        sizeof *own->links);
    if (rc == 0)
        own->links[own->link_count++] = (struct link){ship, owner};
    return rc;
}

/* Link each vessel among `assets` to each of `owners`. */
static int link_all(struct list_reader *r, const json_t *assets, const json_t *owners)
{
    int rc = 0;
    for (size_t i = 0; i < json_array_size(assets); i++) {
        size_t ship = list_find_entry(r, id_of_value(json_array_get(assets, i)));
        for (size_t k = 0; ship != SIZE_MAX && k < json_array_size(owners) && rc == 0;
             k++)
            rc = add_link(r->own, ship, json_array_get(owners, k));
    }
    return rc;
}

static int take_link(struct list_reader *r, const json_t *entity)
{
    if (is_schema(entity, "Ownership"))
        return link_all(r, property_of(entity, "asset"), property_of(entity, "owner"));
    if (is_schema(entity, "UnknownLink"))
        return link_all(r, property_of(entity, "object"), property_of(entity, "subject"));
    return 0;
}

static int take_owner_name(struct list_reader *r, const json_t *entity)
{
    size_t owner = find_owner(r->own, text_of_entity(entity, "id"));
    return owner != SIZE_MAX ? name_owner(r->own, owner, name_of_entity(entity)) : 0;
}

/* --- lines --- */

/* Whether some `"id": "..."` of the line is an owner's whose name is wanted. */
static bool names_owner(const struct ftm *own, const char *text, size_t n)
{
    static const char mark[] = "\"id\"";
    const char *end = text + n;
    char id[256];
    for (const char *at = text; (at = memchr(at, '"', (size_t)(end - at))) != NULL;
         at++) {
        if ((size_t)(end - at) < sizeof mark || memcmp(at, mark, sizeof mark - 1) != 0)
            continue;
        const char *begin = at + sizeof mark - 1;
        while (begin < end && (*begin == ':' || *begin == ' '))
            begin++;
        const char *close = begin < end && *begin == '"'
                                ? memchr(begin + 1, '"', (size_t)(end - begin - 1))
                                : NULL;
        if (close == NULL || (size_t)(close - begin) > sizeof id)
            continue;
        memcpy(id, begin + 1, (size_t)(close - begin - 1));
        id[close - begin - 1] = '\0';
        if (find_owner(own, id) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool is_wanted_line(const struct list_reader *r, const char *text, size_t n)
{
    const struct ftm *own = r->own;
    switch ((enum pass)r->pass) {
    case PASS_VESSELS:
        return has_word_in(text, n, "\"Vessel\"");
    case PASS_LINKS:
        return has_word_in(text, n, "\"Ownership\"") ||
               has_word_in(text, n, "\"UnknownLink\"");
    case PASS_OWNERS:
        return own->unnamed != 0 && names_owner(own, text, n);
    }
    return false;
}

/* Every line is an object; what is not wanted is not looked into. */
static bool is_object(const char *text, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
        n--;
    return n >= 2 && text[n - 1] == '}';
}

static int read_ftm_line(struct list_reader *r, const char *text, size_t n)
{
    if (!is_object(text, n))
        return ERR_SYNTAX;
    if (!is_wanted_line(r, text, n))
        return 0;
    json_t *entity = json_loadb(text, n, 0, NULL);
    int rc = 0;
    if (entity == NULL)
        return ERR_SYNTAX;
    if (r->pass == PASS_VESSELS)
        rc = take_entity_vessel(r, entity);
    else if (r->pass == PASS_LINKS)
        rc = take_link(r, entity);
    else
        rc = take_owner_name(r, entity);
    json_decref(entity);
    return rc;
}

/* An entity with several IMO numbers is several ships, one behind the other. */
static int give_owners(struct list_reader *r)
{
    const struct ftm *own = r->own;
    struct list *list = &r->whole->list;
    int rc = 0;
    for (size_t i = 0; i < own->link_count; i++) {
        const struct owner *owner = &own->owners[own->links[i].owner];
        size_t at = own->links[i].ship;
        const char *entry = list->ships[at].entry;
        for (; owner->name != NULL && at < list->count && rc == 0 &&
               list->ships[at].entry != NULL && strcmp(list->ships[at].entry, entry) == 0;
             at++)
            rc = list_add_text(&list->ships[at].owners, owner->name);
    }
    return rc;
}

static int end_ftm(struct list_reader *r, bool *ret_is_done)
{
    const struct ftm *own = r->own;
    if (r->pass == PASS_VESSELS)
        *ret_is_done = r->whole->list.count == 0;
    else if (r->pass == PASS_LINKS)
        *ret_is_done = own->unnamed == 0;
    return *ret_is_done ? give_owners(r) : 0;
}

const struct list_kind list_ftm_kind = {
    .format = LIST_FTM,
    .name = "ftm",
    .looks = "FollowTheMoney entities, a JSON object in each line",
    .has_lines = true,
    .recognise = is_ftm,
    .begin = begin_ftm,
    .row = read_ftm_line,
    .end = end_ftm,
    .finish = finish_ftm};
