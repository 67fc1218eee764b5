/* SPDX-License-Identifier: Apache-2.0 */
/* See aislines.h. */
#include "lib/aislines.h"

#include <stdlib.h>
#include <string.h>

struct pending {
    struct ais_bits bits;
    unsigned total, next;
};

struct sentence {
    unsigned total, index, fill;
    char id, channel;
    const char *payload;
    size_t payload_length;
};

/* "!AIVDM,t,i,id,ch,payload,f*hh" up to `end`; 0 when it is not one. */
static int parse(const char *at, const char *end, struct sentence *ret)
{
    const char *fields[8] = {at};
    size_t count = 1;
    const char *star = memchr(at, '*', (size_t)(end - at));
    if (star == NULL || end - star < 3)
        return 0;
    unsigned sum = 0;
    for (const char *p = at + 1; p < star; p++) {
        sum ^= (unsigned char)*p;
        if (*p == ',' && count < 8)
            fields[count++] = p + 1;
    }
    char hex[3] = {star[1], star[2], '\0'};
    if (count != 7 || strtoul(hex, NULL, 16) != sum)
        return 0;
    ret->total = (unsigned)(fields[1][0] - '0');
    ret->index = (unsigned)(fields[2][0] - '0');
    ret->id = fields[3][0];
    ret->channel = fields[4][0];
    ret->payload = fields[5];
    ret->payload_length = (size_t)(fields[6] - 1 - fields[5]);
    ret->fill = (unsigned)(fields[6][0] - '0');
    return ret->total >= 1 && ret->total <= 9;
}

static const char *find_sentence(const char *at, const char *end)
{
    for (; at + 6 < end; at++)
        if (*at == '!' &&
            (memcmp(at + 3, "VDM", 3) == 0 || memcmp(at + 3, "VDO", 3) == 0))
            return at;
    return NULL;
}

size_t aislines_each(const char *text, size_t n, aislines_handler handler, void *context)
{
    /* One slot for each sequence id (and none) and each channel's low bit. */
    static struct pending slots[256];
    memset(slots, 0, sizeof slots);
    size_t messages = 0;
    const char *end = text + n;
    while (text < end) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        eol = eol != NULL ? eol : end;
        const char *at = *text != '#' ? find_sentence(text, eol) : NULL;
        struct sentence s;
        if (at != NULL && parse(at, eol, &s)) {
            unsigned slot = ((unsigned)s.id & 15) << 4 | ((unsigned)s.channel & 15);
            struct pending *p = &slots[slot];
            if (s.index == 1) {
                ais_bits_clear(&p->bits);
                p->total = s.total;
                p->next = 1;
            }
            if (p->total == s.total && p->next == s.index &&
                armor_add(s.payload, s.payload_length, s.fill, &p->bits) == 0) {
                p->next++;
                if (s.index == s.total) {
                    handler(context, &p->bits);
                    messages++;
                    p->total = 0;
                }
            }
        }
        text = eol + 1;
    }
    return messages;
}
