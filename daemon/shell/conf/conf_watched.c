/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the watched vessels, and the tags that they carry. */
#include "conf_watched.h"

#include <string.h>

#include "lookout/base/array.h"
#include "lookout/base/hash.h"

void conf_watched_init(struct conf_watched *v, struct conf_reader *r)
{
    memset(v, 0, sizeof *v);
    v->r = r;
    map_init(&v->tags);
    v->watch = watch_create();
    r->conf->engine.watch = v->watch;
    if (v->watch == NULL)
        conf_report_nomem(r);
}

void conf_watched_finish(struct conf_watched *v)
{
    if (v->r->code == 0 && watch_seal(v->watch) != 0)
        conf_report_nomem(v->r);
    map_finish(&v->tags);
}

bool conf_watched_add(struct conf_watched *v, const struct watch_entry *entry)
{
    if (v->r->code != 0 || watch_count(v->watch) >= CONF_WATCHED_MAX)
        return false;
    if (watch_add(v->watch, entry) != 0)
        conf_report_nomem(v->r);
    return v->r->code == 0;
}

/* Remember tags that rules may name, each once. */
void conf_watched_know_tags(struct conf_watched *v, char *const *tags, size_t count)
{
    struct conf_reader *r = v->r;
    for (size_t i = 0; i < count && r->code == 0; i++) {
        uint64_t key = hash_text(tags[i], 0);
        if (map_get(&v->tags, key) != NULL)
            continue;
        if (array_grow(&r->tags, &r->tag_room, r->tag_count + 1, sizeof *r->tags) != 0 ||
            map_set(&v->tags, key, v) != 0)
            conf_report_nomem(r);
        else if ((r->tags[r->tag_count] = conf_memory_copy(r, tags[i])) != NULL)
            r->tag_count++;
    }
}
