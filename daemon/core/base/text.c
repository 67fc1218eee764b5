/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning, matching and comparing texts. ASCII classes only, whatever the locale. */
#include "lookout/base/text.h"

#include <stdint.h>
#include <string.h>

enum { DISTANCE_MAX_BYTES = 64 };

size_t text_utf8(const char *text, size_t n, uint32_t *ret_code)
{
    const unsigned char *p = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80) {
        *ret_code = p[0];
        return 1;
    }
    size_t length = 2 + (size_t)(p[0] >= 0xe0) + (size_t)(p[0] >= 0xf0);
    if (p[0] < 0xc2 || p[0] > 0xf4 || n < length)
        return 0;
    uint32_t code = p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return length;
}

static bool is_dropped(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        /* clang-format off */
        {0x0000, 0x001f}, /* C0 */
        {0x007f, 0x009f}, /* DEL, C1 */
        {0x2028, 0x202e}, /* line and paragraph separator, embeddings and overrides */
        {0x2066, 0x2069}, /* isolates */
        {0xfeff, 0xfeff}, /* byte order mark */
        /* clang-format on */
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

size_t text_clean(const char *text, size_t n, char *ret_text, size_t size)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    size_t out = 0;
    if (size == 0)
        return 0;
    for (size_t i = 0; i < n;) {
        uint32_t code = 0xfffd;
        const char *from = text + i;
        size_t length = text_utf8(text + i, n - i, &code);
        i += length == 0 ? 1 : length;
        if (length == 0) {
            from = replacement;
            length = sizeof replacement - 1;
        }
        if (is_dropped(code) || (code == ' ' && out == 0))
            continue;
        if (out + length >= size)
            break;
        memcpy(ret_text + out, from, length);
        out += length;
    }
    while (out > 0 && ret_text[out - 1] == ' ')
        out--;
    ret_text[out] = '\0';
    return out;
}

const char *text_quote(const char *text, char ret_text[TEXT_QUOTE_BYTES])
{
    const size_t room = TEXT_QUOTE_BYTES - 6; /* quotes, dots, NUL */
    const size_t n = strlen(text);
    ret_text[0] = '\'';
    size_t length = text_clean(text, n, ret_text + 1, room) + 1;
    memcpy(ret_text + length, n >= room ? "...'" : "'", n >= room ? 5 : 2);
    return ret_text;
}

size_t text_cut(const char *text, size_t n, size_t most)
{
    if (n <= most)
        return n;
    size_t at = most;
    while (at > 0 && most - at < 4 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return ((unsigned char)text[at] & 0xc0) == 0x80 ? most : at;
}

void text_copy(char *ret_text, size_t size, const char *text)
{
    if (size == 0)
        return;
    size_t n = text_cut(text, strlen(text), size - 1);
    memcpy(ret_text, text, n);
    ret_text[n] = '\0';
}

static unsigned char fold_char(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool text_equal_fold(const char *a, const char *b)
{
    while (*a != '\0' && fold_char(*a) == fold_char(*b)) {
        a++;
        b++;
    }
    return fold_char(*a) == fold_char(*b);
}

void text_upper(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}

/* The beginning of the next character: skip the continuation bytes of UTF-8. */
static const char *next_char(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

bool text_match(const char *pattern, const char *text)
{
    const char *star = NULL; /* behind the last '*' */
    const char *retry = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (*pattern == '?') {
            pattern++;
            text = next_char(text);
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static unsigned least_unsigned(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Compute one row of the table into `row`; `last` and `before` are the two rows above. */
static unsigned distance_row(const char *a, size_t i, const char *b, size_t nb,
                             unsigned (*rows)[DISTANCE_MAX_BYTES + 1])
{
    unsigned *row = rows[i % 3];
    const unsigned *last = rows[(i + 2) % 3];
    const unsigned *before = rows[(i + 1) % 3];
    unsigned best = row[0] = (unsigned)i;
    for (size_t j = 1; j <= nb; j++) {
        unsigned cost = a[i - 1] != b[j - 1];
        row[j] = least_unsigned(least_unsigned(last[j] + 1, row[j - 1] + 1),
                                last[j - 1] + cost);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = least_unsigned(row[j], before[j - 2] + 1);
        best = least_unsigned(best, row[j]);
    }
    return best;
}

unsigned text_distance(const char *a, const char *b, unsigned limit)
{
    size_t na = strlen(a);
    size_t nb = strlen(b);
    unsigned rows[3][DISTANCE_MAX_BYTES + 1];
    if (na > DISTANCE_MAX_BYTES || nb > DISTANCE_MAX_BYTES)
        return limit + 1;
    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = (unsigned)j;
    unsigned above = 0;
    for (size_t i = 1; i <= na; i++) {
        unsigned best = distance_row(a, i, b, nb, rows);
        if (best > limit && above > limit)
            return limit + 1; /* a transposition needs two rows */
        above = best;
    }
    return least_unsigned(rows[na % 3][nb], limit + 1);
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    unsigned limit = strlen(word) < 4 ? 1 : 2;
    const char *nearest = NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned d = text_distance(word, words[i], limit);
        if (d <= limit) {
            nearest = words[i];
            if (d == 0)
                break;
            limit = d - 1;
        }
    }
    return nearest;
}
