/* SPDX-License-Identifier: Apache-2.0 */
/* The ships of a rule: matches a ship against `vessels:`. */
#include "lookout/rules/vessel_filter.h"

#include <stdlib.h>
#include <string.h>

#include "lookout/rules/rule_run.h"
#include "lookout/track/vessel_type.h"

static bool has_text(char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static bool has_flag(const struct vessel_filter *f, uint32_t mmsi)
{
    const char *flag = vessel_flag(mmsi);
    return has_text(f->flags, f->flag_count,
                    flag[0] != '\0' ? flag : VESSEL_FILTER_NO_FLAG);
}

static bool has_any_tag(const struct vessel_filter *f, const struct watch_entry *watch)
{
    for (size_t i = 0; watch != NULL && i < watch->tag_count; i++)
        if (has_text(f->tags, f->tag_count, watch->tags[i]))
            return true;
    return false;
}

/* Whether the ship matches each key that is given; an unknown type or length matches. */
static bool has_all(const struct vessel_filter *f, const struct rule_subject *s)
{
    if (f->is_watched_only && s->watch == NULL)
        return false;
    int type = vessel_type_of(s->info->ship_type);
    if (f->type_mask != 0 && type >= 0 && (f->type_mask >> type & 1u) == 0)
        return false;
    uint16_t length = s->info->length_m;
    if (f->min_length_m > 0 && length != 0 && length < f->min_length_m)
        return false;
    if (f->flag_count != 0 && !has_flag(f, s->mmsi))
        return false;
    return f->tag_count == 0 || has_any_tag(f, s->watch);
}

/* Whether the ship matches any key that is given; an unknown type or length does not. */
static bool has_one(const struct vessel_filter *f, const struct rule_subject *s)
{
    int type = vessel_type_of(s->info->ship_type);
    if (type >= 0 && (f->type_mask >> type & 1u) != 0)
        return true;
    uint16_t length = s->info->length_m;
    if (f->min_length_m > 0 && length != 0 && length >= f->min_length_m)
        return true;
    return has_flag(f, s->mmsi) || has_any_tag(f, s->watch);
}

bool vessel_filter_matches(const struct vessel_filter *f, const struct rule_subject *s)
{
    return has_all(f, s) && (f->except == NULL || !has_one(f->except, s));
}

bool vessel_filter_is_all(const struct vessel_filter *f)
{
    return !f->is_watched_only && f->type_mask == 0 && f->min_length_m <= 0 &&
           f->flag_count == 0 && f->tag_count == 0 && f->except == NULL;
}

static void texts_free(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

void vessel_filter_finish(struct vessel_filter *f)
{
    texts_free(f->flags, f->flag_count);
    texts_free(f->tags, f->tag_count);
    if (f->except != NULL)
        vessel_filter_finish(f->except);
    free(f->except);
    memset(f, 0, sizeof *f);
}
