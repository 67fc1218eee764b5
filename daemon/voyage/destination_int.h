/* SPDX-License-Identifier: Apache-2.0 */
/* The reviewed words of declared destinations. */
#ifndef LOOKOUT_DESTINATION_INT_H
#define LOOKOUT_DESTINATION_INT_H

#include <stdbool.h>

enum destination_word {
    DESTINATION_CUT,       /* what follows is not the destination: VIA, ETA */
    DESTINATION_REFUSE,    /* no port is meant: FOR ORDERS, OPL */
    DESTINATION_QUALIFIER, /* where in or off the port: ANCH, PS, ROADS */
    DESTINATION_NOUN,      /* may be part of a name as well: HARBOUR, PORT, WEST */
    DESTINATION_STATE,     /* states of the United States */
    DESTINATION_NO_TYPO    /* words of their own, not misspelt ports */
};

/* word: upper-case letters and digits. */
bool destination_is_word(enum destination_word kind, const char *word);
/* ISO 3166 code of a country by its name run together ("SOUTHKOREA") or by the code
 * itself; NULL when it is none. */
const char *destination_country(const char *name);

#endif
