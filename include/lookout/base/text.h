/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers over text. Case and classes are ASCII's, whatever the locale. */
#ifndef LOOKOUT_TEXT_H
#define LOOKOUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookout/base/err.h"

/* The length of the valid UTF-8 character at text (n bytes, at least 1; RFC 3629: no
 * overlong forms, no surrogates, up to U+10FFFF) and its code point; 0 when the bytes are
 * not valid. */
size_t text_utf8(const char *text, size_t n, uint32_t *ret_code);
/* Copy text without control characters (C0, DEL, C1), U+FEFF, U+2028, U+2029 and the
 * bidirectional overrides. An invalid byte becomes U+FFFD. The copy is cut at a
 * character's border to fit `size`, has no leading or trailing blanks and is always
 * NUL-terminated. Returns the length. */
size_t text_clean(const char *text, size_t n, char *ret_text, size_t size);
/* The cleaned text between quotes, for a message: "'Nampo'"; one that does not fit ends
 * in dots. Returns ret_text. */
#define TEXT_QUOTE_BYTES 80
const char *text_quote(const char *text, char ret_text[TEXT_QUOTE_BYTES]);
/* The length of at most `most` of the n bytes that does not cut a UTF-8 character in two.
 */
size_t text_cut(const char *text, size_t n, size_t most);
/* Copy with truncation (at a character's border), always NUL-terminated (size > 0). */
void text_copy(char *ret_text, size_t size, const char *text);
bool text_equal_fold(const char *a, const char *b);
/* Upper-case in place, ASCII only. */
void text_upper(char *text);
/* Match as a shell does: '*' is any run of characters, '?' any one character. Case
 * matters. */
bool text_match(const char *pattern, const char *text);
/* Damerau-Levenshtein distance (optimal string alignment), capped: `limit` + 1 when it is
 * greater. Texts of more than 64 bytes count as farther than any limit. */
unsigned text_distance(const char *a, const char *b, unsigned limit);
/* The nearest of n words within distance 2 (1 for words of fewer than 4 letters); NULL:
 * there is none. For "did you mean". */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
