/* SPDX-License-Identifier: Apache-2.0 */
/* Hides secrets of ours in the texts of others: what a server answers may repeat what it
 * was sent. */
#ifndef LOOKOUT_REDACT_H
#define LOOKOUT_REDACT_H

#include <stddef.h>

/* Overwrite the secret with '*' wherever it stands in the text, and each of its parts
 * between the separators that has at least 6 bytes: shorter ones are no secrets, and
 * hiding them would hide ordinary words. */
void redact_whole(char *text, const char *secret, const char *separators);
/* The parts of n bytes of the secret alone. */
void redact_parts(char *text, const char *secret, size_t n, const char *separators);

#endif
