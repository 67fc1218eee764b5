/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the watched vessels of vessels: and vessel_lists:; private to the configuration
 * reader. */
#ifndef LOOKOUT_CONF_WATCHED_H
#define LOOKOUT_CONF_WATCHED_H

#include <stddef.h>

#include "conf_int.h"
#include "lookout/base/map.h"
#include "lookout/track/vessel.h"

#define CONF_TAGS_ACCEPTS                                                                \
    "a list of words of up to 63 letters, digits, '.', '_' and '-', such as [un1718]"
#define CONF_WATCHED_MAX 1000000u

struct conf_watched {
    struct conf_reader *r;
    struct watch *watch; /* borrowed from the configuration that is built */
    struct map tags;     /* hash of a tag -> any */
};

/* Begin the watch list of the configuration. */
void conf_watched_init(struct conf_watched *v, struct conf_reader *r);
void conf_watched_finish(struct conf_watched *v);
/* Add a copy; entries of one ship are joined. False: there are too many. */
bool conf_watched_add(struct conf_watched *v, const struct watch_entry *entry);
/* Remember tags that rules may name, each once. */
void conf_watched_know_tags(struct conf_watched *v, char *const *tags, size_t count);

/* Read vessel_lists: and list_owners: (conf_lists.c). */
void conf_lists_read(struct conf_watched *v, const struct conf_node *node);
void conf_lists_finish(struct conf *conf);
/* The file of a list that is read, with its node (NULL: none). */
struct conf_reading {
    struct conf_reader *r;
    const struct conf_list *list;
    const struct conf_node *node;
};
/* Report a row's fault; the context is a conf_reading. */
void conf_lists_fault(void *context, int line, const char *text);
/* Give a list without a name that of its file. */
void conf_lists_name(struct conf_reader *r, struct conf_list *list);
/* Keep what was found out about the content. */
void conf_lists_note(struct conf_reader *r, struct conf_list *list,
                     const struct conf_node *node);

/* conf_list_ships.c: call for each ship that the list's filters leave, with its tags,
 * until the function returns false. The tags are borrowed for the call. ERR_NOMEM */
typedef bool (*conf_list_ships_take)(void *context, const struct list_ship *ship,
                                     char **tags, size_t tag_count);
MUST_CHECK int conf_list_ships_each(const struct conf *conf, const struct conf_list *list,
                                    const struct list *content, conf_list_ships_take take,
                                    void *context);
/* Watch the ships of the list's content. */
void conf_list_ships_watch(struct conf_watched *v, struct conf_list *list);

#endif
