/* SPDX-License-Identifier: Apache-2.0 */
/* The reviewed words of declared destinations. */
#ifndef LOOKOUT_DESTINATION_INT_H
#define LOOKOUT_DESTINATION_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "lookout/voyage/ports.h"

enum destination_word {
    DESTINATION_CUT,       /* the words after it are not the destination: VIA, ETA */
    DESTINATION_REFUSE,    /* no port is meant: FOR ORDERS, OPL */
    DESTINATION_QUALIFIER, /* where in or off the port: ANCH, PS, ROADS */
    DESTINATION_NOUN,      /* may also be part of a name: HARBOUR, PORT, WEST */
    DESTINATION_STATE,     /* states of the United States */
    DESTINATION_NO_TYPO,   /* ordinary words, not misspelt ports */
    DESTINATION_ALONE      /* no port is meant when the word stands alone */
};

/* word: upper-case letters and digits. */
bool destination_names_is_word(enum destination_word kind, const char *word);
/* The ISO 3166 code of a country by its name without blanks ("SOUTHKOREA") or by the code
 * itself; NULL when it is not a country. */
const char *destination_names_country(const char *name);

static inline bool destination_is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline char destination_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The result of a look-up. */
enum finding { FOUND_NOTHING, FOUND_ONE, FOUND_SEVERAL };

struct found {
    enum finding what;
    uint32_t port;
};

#define FOUND_NONE ((struct found){FOUND_NOTHING, PORT_NONE})

/* Join two answers: two different ports are doubtful, and then the answer is none. */
struct found ports_names_join(const struct ports *ports, struct found a, struct found b);

/* The allowed countries: up to two, because "SAVANNAH GA" may mean Georgia or Gabon;
 * none: any. */
struct countries {
    char codes[2][3];
    size_t count;
};

bool ports_names_is_allowed(const struct countries *c, const char *locode);

/* key: upper-case letters and digits. */
struct found ports_names_find(const struct ports *ports, const char *key,
                              const struct countries *allowed);
struct found ports_names_find_typo(const struct ports *ports, const char *key,
                                   const struct countries *allowed);
/* Whether the name is in the reviewed table: then "harbour" or "west" after it only says
 * where in the port. */
bool ports_names_is_reviewed(const struct ports *ports, const char *key);

#endif
