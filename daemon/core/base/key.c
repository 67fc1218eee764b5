/* SPDX-License-Identifier: Apache-2.0 */
/* The defaults of keys, as their rows have them in words. */
#include "lookout/base/key.h"

#include <string.h>

#include "lookout/base/units.h"

void key_store_whole(const struct key *key, int64_t value, void *member)
{
    if (key->size == 1)
        *(uint8_t *)member = (uint8_t)value;
    else if (key->size == 2)
        *(uint16_t *)member = (uint16_t)value;
    else if (key->size == 4)
        *(uint32_t *)member = (uint32_t)value;
    else
        *(int64_t *)member = value;
}

static int read_whole(const struct key *key, void *member)
{
    int64_t value = 0;
    int rc = 0;
    if (key->type == KEY_INTEGER)
        rc = units_parse_int(key->initial, strlen(key->initial), 0, UINT32_MAX, &value);
    else
        while (key->words[value] != NULL && strcmp(key->words[value], key->initial) != 0)
            value++;
    if (rc == 0 && key->type == KEY_WORD && key->words[value] == NULL)
        rc = ERR_INVALID;
    if (rc == 0)
        key_store_whole(key, value, member);
    return rc;
}

static int set_initial(const struct key *key, void *member)
{
    const char *text = key->initial;
    size_t n = strlen(text);
    switch ((int)key->type) {
    case KEY_DURATION:
        return units_parse_duration(text, n, member);
    case KEY_DISTANCE:
        return units_parse_distance(text, n, member);
    case KEY_SPEED:
        return units_parse_speed(text, n, member);
    case KEY_NUMBER:
        return units_parse_number(text, n, member);
    case KEY_INTEGER:
    case KEY_WORD:
        return read_whole(key, member);
    case KEY_FLAG:
        *(bool *)member = strcmp(text, "true") == 0;
        return 0;
    default:
        return ERR_INVALID;
    }
}

int key_set_initials(const struct key *keys, void *base)
{
    int rc = 0;
    for (; keys != NULL && keys->name != NULL && rc == 0; keys++) {
        if (keys->type == KEY_MAPPING)
            rc = key_set_initials(keys->sub, base);
        else if (keys->initial != NULL)
            rc = set_initial(keys, (char *)base + keys->offset);
    }
    return rc;
}
