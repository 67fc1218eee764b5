/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a configuration's `fields:`. It assigns members of an object to our fields, in
 * words such as "imo=ship.imo;sog=speed (km/h)". */
#include <string.h>

#include "jsonform_int.h"

#define NAME_BYTES 128u

/* Find the item of an array by its number. */
static const json_t *find_item(const json_t *array, const char *name)
{
    size_t index = 0;
    for (; *name != '\0'; name++) {
        if (*name < '0' || *name > '9' || index > json_array_size(array))
            return NULL;
        index = index * 10 + (size_t)(*name - '0');
    }
    return json_array_get(array, index);
}

/* Find the member at a path: names joined by dots. A name may itself contain dots. */
static const json_t *find_json_member(const json_t *value, const char *path, size_t n)
{
    char name[NAME_BYTES];
    while (value != NULL && n != 0 && n < sizeof name) {
        memcpy(name, path, n);
        name[n] = '\0';
        const json_t *whole = json_object_get(value, name);
        if (whole != NULL)
            return whole;
        const char *dot = memchr(path, '.', n);
        size_t length = dot != NULL ? (size_t)(dot - path) : n;
        name[length] = '\0';
        if (length == 0)
            return NULL;
        value =
            json_is_array(value) ? find_item(value, name) : json_object_get(value, name);
        if (dot == NULL)
            return value;
        path += length + 1;
        n -= length + 1;
    }
    return NULL;
}

/* The same; or the member at the path before a final bracket, which contains the unit. */
static const json_t *find_path(const json_t *object, const char *path, size_t n)
{
    const json_t *value = find_json_member(object, path, n);
    bool has_bracket = n != 0 && (path[n - 1] == ')' || path[n - 1] == ']');
    if (value != NULL || !has_bracket)
        return value;
    while (n > 0 && path[n - 1] != '(' && path[n - 1] != '[')
        n--;
    n -= n > 0;
    while (n > 0 && path[n - 1] == ' ')
        n--;
    return find_json_member(object, path, n);
}

bool jsonform_fields_next(const char **map, json_t *object, struct jsonform_entry *ret)
{
    while (*map != NULL && **map != '\0') {
        const char *at = *map;
        const char *stop = strchr(at, ';');
        size_t n = stop != NULL ? (size_t)(stop - at) : strlen(at);
        const char *equals = memchr(at, '=', n);
        size_t key_n = equals != NULL ? (size_t)(equals - at) : 0;
        enum record_field field = record_names_find_key(at, key_n);
        *map = stop != NULL ? stop + 1 : NULL;
        if (equals == NULL || field == RECORD_NONE)
            continue;
        record_column_map(field, equals + 1, n - key_n - 1, &ret->column);
        ret->value = find_path(object, equals + 1, n - key_n - 1);
        return true;
    }
    return false;
}
