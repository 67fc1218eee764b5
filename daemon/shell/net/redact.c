/* SPDX-License-Identifier: Apache-2.0 */
#include "lookout/net/redact.h"

#include <string.h>

#include "lookout/base/text.h"

enum {
    PART_BYTES_LEAST = 6,
    CUT_BYTES_LEAST = 100 /* of words of others, those that are shorter were not cut */
};

static void blot_secret(char *text, const char *secret, size_t n)
{
    if (n == 0)
        return;
    for (char *at = text; (at = strstr(at, secret)) != NULL; at += n)
        memset(at, '*', n);
    /* A text that was cut to fit may end within the secret. */
    size_t length = strlen(text);
    size_t cut = n - 1 < length ? n - 1 : length;
    if (length < CUT_BYTES_LEAST)
        return;
    while (cut >= PART_BYTES_LEAST && memcmp(text + length - cut, secret, cut) != 0)
        cut--;
    if (cut >= PART_BYTES_LEAST)
        memset(text + length - cut, '*', cut);
}

void redact_parts(char *text, const char *secret, size_t n, const char *separators)
{
    char part[2100]; /* the longest URL is 2048 bytes */
    for (size_t at = 0; at < n;) {
        size_t length = strcspn(secret + at, separators);
        length = length < n - at ? length : n - at;
        if (length >= PART_BYTES_LEAST && length < sizeof part) {
            text_copy(part, length + 1, secret + at);
            blot_secret(text, part, length);
        }
        at += length;
        at += strspn(secret + at, separators);
    }
}

void redact_whole(char *text, const char *secret, const char *separators)
{
    size_t n = strlen(secret);
    if (n > 1)
        blot_secret(text, secret, n);
    redact_parts(text, secret, n, separators);
}
