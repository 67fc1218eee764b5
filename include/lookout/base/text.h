/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers over text. Case and classes are ASCII's, whatever the locale. */
#ifndef LOOKOUT_TEXT_H
#define LOOKOUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* Length of the valid UTF-8 character at text (n bytes, 1 at least; RFC 3629: no overlong
 * forms, no surrogates, up to U+10FFFF), 0 when there is none; its code point. */
size_t text_utf8(const char *text, size_t n, uint32_t *ret_code);
/* Copy valid UTF-8 without control characters (C0, DEL, C1) and without U+FEFF, U+2028/9
 * and the bidirectional overrides; an invalid byte becomes U+FFFD; cut at a character's
 * border to fit `size`; leading and trailing blanks dropped. Always NUL-terminated.
 * Returns the length. */
size_t text_clean(const char *text, size_t n, char *ret_text, size_t size);
/* Length of at most `most` of the n bytes that does not cut a UTF-8 character in two. */
size_t text_cut(const char *text, size_t n, size_t most);
/* Copy with truncation (at a character's border), always NUL-terminated (size > 0). */
void text_copy(char *ret_text, size_t size, const char *text);
bool text_equal_fold(const char *a, const char *b);
/* Upper-case in place, ASCII only. */
void text_upper(char *text);
/* Shell-like: '*' any run, '?' any one character; ASCII upper and lower case differ. */
bool text_match(const char *pattern, const char *text);
/* Damerau-Levenshtein distance (optimal string alignment), capped: `limit` + 1 when it is
 * greater. Texts of more than 64 bytes count as farther than any limit. */
unsigned text_distance(const char *a, const char *b, unsigned limit);
/* The nearest of n words within distance 2 (1 for words of fewer than 4 letters), else
 * NULL: "did you mean". */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
