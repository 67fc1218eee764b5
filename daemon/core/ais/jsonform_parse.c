/* SPDX-License-Identifier: Apache-2.0 */
/* Parses JSON so that all forms read numbers by the same rules: a number with an exponent
 * or of many digits becomes a text, which record_text_number reads. Python writes NaN,
 * Infinity and -Infinity, which are no JSON: NaN becomes null, the others texts. */
#include <stdlib.h>
#include <string.h>

#include "jsonform_int.h"

enum { DIGITS_MOST = 18 }; /* of an int64_t in any case */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && is_digit(text[i]))
        i++;
    return i;
}

/* The length of a number that is to be a text; 0: it is none, or as JSON has it. */
static size_t find_odd_number(const char *text, size_t n)
{
    size_t at = n != 0 && text[0] == '-' ? 1 : 0;
    size_t digits = count_digits(text + at, n - at);
    bool is_odd = digits > DIGITS_MOST;
    at += digits;
    if (digits != 0 && at < n && text[at] == '.') {
        size_t places = count_digits(text + at + 1, n - at - 1);
        digits = places;
        at += 1 + places;
    }
    if (digits == 0 || at == n || (text[at] | 32) != 'e')
        return is_odd && digits != 0 ? at : 0;
    at++;
    at += at < n && (text[at] == '+' || text[at] == '-') ? 1 : 0;
    digits = count_digits(text + at, n - at);
    return digits != 0 ? at + digits : 0;
}

/* The length of a word that means no number; 0: it is none. */
static size_t find_no_number(const char *text, size_t n)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);
        if (n >= length && memcmp(text, words[i], length) == 0)
            return length;
    }
    return 0;
}

/* Behind the quoted text that begins at `at`. */
static size_t skip_text(const char *text, size_t n, size_t at)
{
    for (at++; at < n && text[at] != '"'; at++)
        at += text[at] == '\\' ? 1 : 0;
    return at < n ? at + 1 : n;
}

/* Where the next odd number or word is, from `at` on; n: there is none. */
static size_t find_odd(const char *text, size_t n, size_t at, size_t *ret_n,
                       bool *ret_is_text)
{
    while (at < n) {
        char c = text[at];
        if (c == '"') {
            at = skip_text(text, n, at);
            continue;
        }
        bool is_number = is_digit(c) || c == '-';
        *ret_is_text = true;
        *ret_n = is_number ? find_odd_number(text + at, n - at) : 0;
        if (*ret_n == 0 && (c == 'N' || c == 'I' || c == '-')) {
            *ret_n = find_no_number(text + at, n - at);
            *ret_is_text = c != 'N';
        }
        if (*ret_n != 0)
            return at;
        at++;
        while (is_number && at < n && (is_digit(text[at]) || text[at] == '.'))
            at++;
    }
    return n;
}

/* A copy with texts for odd numbers; NULL: out of memory. */
static char *mend_json(const char *text, size_t n, size_t *ret_n)
{
    char *mended = malloc(n * 2 + 1);
    size_t used = 0, at = 0;
    while (mended != NULL && at < n) {
        size_t odd_n = 0;
        bool is_text = false;
        size_t odd = find_odd(text, n, at, &odd_n, &is_text);
        memcpy(mended + used, text + at, odd - at);
        used += odd - at;
        if (odd == n)
            break;
        if (is_text) {
            mended[used++] = '"';
            memcpy(mended + used, text + odd, odd_n);
            used += odd_n;
            mended[used++] = '"';
        } else {
            memcpy(mended + used, "null", 4);
            used += 4;
        }
        at = odd + odd_n;
    }
    *ret_n = used;
    return mended;
}

json_t *jsonform_parse(const char *text, size_t n, bool *ret_is_nomem)
{
    json_error_t error;
    size_t odd_n = 0;
    bool is_text = false;
    if (find_odd(text, n, 0, &odd_n, &is_text) == n)
        return json_loadb(text, n, JSON_ALLOW_NUL, &error);
    char *mended = mend_json(text, n, &n);
    if (mended == NULL) {
        *ret_is_nomem = true;
        return NULL;
    }
    json_t *value = json_loadb(mended, n, JSON_ALLOW_NUL, &error);
    free(mended);
    return value;
}
