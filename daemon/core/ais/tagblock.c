/* SPDX-License-Identifier: Apache-2.0 */
/* Tag blocks. Field evidence: the Norwegian coastal sample has a wrong checksum in all
 * 246 blocks with `g:` (the ids were masked), so a bad sum voids only the block; some
 * older equipment writes the group as `1G2:0125`. */
#include "tagblock_int.h"

#include <string.h>

#include "lookout/base/hash.h"
#include "lookout/base/time.h"
#include "sentence_int.h"
#include "timestamp_int.h"

void tagblock_clear(struct tagblock *t)
{
    *t = (struct tagblock){.time_ms = TIME_NONE};
}

static bool is_sound(const char *text, size_t n)
{
    /* \...*hh\ */
    if (n < 5 || text[n - 4] != '*')
        return false;
    int sum = sentence_hex(text[n - 3], text[n - 2]);
    return sum >= 0 && sum == sentence_sum(text + 1, n - 5);
}

size_t tagblock_length(const char *text, size_t n, bool *ret_is_sound)
{
    *ret_is_sound = false;
    if (n < 2)
        return 0;
    const char *stop = memchr(text + 1, '\\', n - 1);
    if (stop == NULL)
        return 0;
    size_t length = (size_t)(stop - text) + 1;
    *ret_is_sound = is_sound(text, length);
    for (size_t i = 1; !*ret_is_sound && i + 1 < length; i++) {
        if ((text[i] == '!' || text[i] == '$') &&
            sentence_is_head(text + i, length - 1 - i))
            return 0;
    }
    return length;
}

/* An unsigned number of digits alone; false for anything else. */
static bool read_tag_number(const char *text, size_t n, uint64_t *ret)
{
    if (n == 0 || n > 18)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *ret = value;
    return true;
}

static void set_group(struct tagblock *t, uint64_t part, uint64_t total, const char *id,
                      size_t id_n)
{
    uint64_t number = 0;
    if (part == 0 || total == 0 || part > total || total > UINT8_MAX || id_n == 0)
        return;
    if (!read_tag_number(id, id_n, &number))
        number = hash_bytes(id, id_n, 1) | UINT64_C(1) << 63;
    t->has_group = true;
    t->group_part = (uint8_t)part;
    t->group_total = (uint8_t)total;
    t->group_id = number;
}

/* g:1-2-1234 */
static void read_group(struct tagblock *t, const char *value, size_t n)
{
    uint64_t part = 0, total = 0;
    const char *first = memchr(value, '-', n);
    if (first == NULL || !read_tag_number(value, (size_t)(first - value), &part))
        return;
    const char *rest = first + 1;
    size_t rest_n = n - (size_t)(rest - value);
    const char *second = memchr(rest, '-', rest_n);
    if (second == NULL || !read_tag_number(rest, (size_t)(second - rest), &total))
        return;
    set_group(t, part, total, second + 1, n - (size_t)(second + 1 - value));
}

/* 1G2:0125, key and value. */
static void read_old_group(struct tagblock *t, const char *key, size_t key_n,
                           const char *value, size_t n)
{
    uint64_t part = 0, total = 0;
    const char *mark = memchr(key, 'G', key_n);
    if (mark == NULL || !read_tag_number(key, (size_t)(mark - key), &part) ||
        !read_tag_number(mark + 1, key_n - (size_t)(mark + 1 - key), &total))
        return;
    set_group(t, part, total, value, n);
}

/* A key of one letter. */
static void read_value(struct tagblock *t, char key, const char *value, size_t n)
{
    int64_t time_ms = 0;
    switch (key) {
    case 's':
        if (n != 0) {
            t->station = value;
            t->station_n = n;
        }
        break;
    case 'c':
        if (timestamp_parse_epoch(value, n, &time_ms))
            t->time_ms = time_ms;
        break;
    case 'g':
        read_group(t, value, n);
        break;
    default: /* n: line count, d: destination, r: relative time, t: text: not needed */
        break;
    }
}

static void read_pair(struct tagblock *t, const char *text, size_t n)
{
    if (n >= 2 && text[1] == ':') {
        read_value(t, text[0], text + 2, n - 2);
        return;
    }
    const char *colon = memchr(text, ':', n);
    if (colon != NULL && colon - text >= 3)
        read_old_group(t, text, (size_t)(colon - text), colon + 1,
                       n - (size_t)(colon + 1 - text));
}

void tagblock_read(const char *text, size_t n, struct tagblock *t)
{
    const char *at = text + 1;
    const char *end = text + n - 4;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        read_pair(t, at, (size_t)(stop - at));
        at = stop + 1;
    }
}
