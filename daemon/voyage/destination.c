/* SPDX-License-Identifier: Apache-2.0 */
/* What a declared destination means. The crew types it: twenty characters of IMO
 * SN.1/Circ.244's "XX XXX>YY YYY", a name, an abbreviation, a wish for the new year.
 * Whatever leaves a doubt does not resolve: no answer is an answer, a wrong port is not.
 * The reviewed words and names are in destination_names.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "destination_int.h"
#include "lookout/text.h"
#include "ports_int.h"

#define LINE_BYTES 64
#define WORDS_MAX 12
#define TYPO_LENGTH 6      /* shorter names are too near to each other */
#define TYPO_FREE_LENGTH 8 /* from here on the first letter may be the wrong one */
#define NAME_LENGTH 4      /* shorter ones must be in the reviewed table */
#define STRIPPED_LENGTH 5  /* of a name that "harbour", "port" ... were taken from */

struct word {
    const char *text; /* borrowed from the line; upper case, letters and digits */
    char before;      /* what separates it from the word before it */
};

struct words {
    char line[LINE_BYTES];
    char room[LINE_BYTES * 2];
    struct word items[WORDS_MAX];
    size_t count;
};

/* What a look-up found. */
enum finding { FOUND_NOTHING, FOUND_ONE, FOUND_SEVERAL };

struct found {
    enum finding what;
    uint32_t port;
};

static const struct found nothing = {FOUND_NOTHING, PORT_NONE};

/* --- names of the gazetteer --------------------------------------------------------- */

static bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Upper-case letters and digits of a text, cut to size - 1. */
static size_t compact(const char *text, char *ret_key, size_t size)
{
    size_t n = 0;
    for (const char *p = text; *p != '\0' && n + 1 < size; p++)
        if (is_alnum(upper(*p)))
            ret_key[n++] = upper(*p);
    ret_key[n] = '\0';
    return n;
}

static int by_key(const void *a, const void *b)
{
    const struct ports_name *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    if (order != 0)
        return order;
    if (x->is_reviewed != y->is_reviewed)
        return x->is_reviewed ? -1 : 1;
    return x->port < y->port ? -1 : x->port > y->port;
}

/* Add one name at *text, which moves on; short names stay out unless reviewed. */
static void add_name(struct ports *ports, char **text, const char *name, uint32_t port,
                     bool is_reviewed)
{
    size_t n = compact(name, *text, LINE_BYTES);
    if (n < (is_reviewed ? 1 : NAME_LENGTH))
        return;
    ports->names[ports->name_count++] =
        (struct ports_name){*text, (uint32_t)n, port, is_reviewed};
    *text += n + 1;
}

int ports_names_build(struct ports *ports)
{
    size_t names = ports_alias_count, bytes = ports_alias_count * LINE_BYTES;
    for (size_t i = 0; i < ports->count; i++) {
        const struct port *p = &ports->items[i];
        names += 1 + p->name_count;
        bytes += strlen(p->name) + 1;
        for (size_t k = 0; k < p->name_count; k++)
            bytes += strlen(p->names[k]) + 1;
    }
    ports->names = calloc(names + 1, sizeof *ports->names);
    ports->name_text = malloc(bytes + LINE_BYTES);
    if (ports->names == NULL || ports->name_text == NULL)
        return ERR_NOMEM;
    char *text = ports->name_text;
    for (size_t i = 0; i < ports_alias_count; i++) {
        uint32_t port = ports_find(ports, ports_aliases[i].locode);
        if (port != PORT_NONE)
            add_name(ports, &text, ports_aliases[i].name, port, true);
    }
    for (size_t i = 0; i < ports->count; i++) {
        const struct port *p = &ports->items[i];
        add_name(ports, &text, p->name, (uint32_t)i, false);
        for (size_t k = 0; k < p->name_count; k++)
            add_name(ports, &text, p->names[k], (uint32_t)i, false);
    }
    qsort(ports->names, ports->name_count, sizeof *ports->names, by_key);
    return 0;
}

/* --- one name ----------------------------------------------------------------------- */

/* Which countries are allowed: up to two, as "SAVANNAH GA" may be Georgia's or Gabon's;
 * none: any. */
struct countries {
    char codes[2][3];
    size_t count;
};

static bool country_allows(const struct countries *c, const char *locode)
{
    for (size_t i = 0; i < c->count; i++)
        if (memcmp(c->codes[i], locode, 2) == 0)
            return true;
    return c->count == 0;
}

static struct found join(const struct ports *ports, struct found a, struct found b)
{
    if (a.what == FOUND_NOTHING)
        return b;
    if (b.what == FOUND_NOTHING)
        return a;
    if (a.what == FOUND_ONE && b.what == FOUND_ONE &&
        ports_are_same(ports, a.port, b.port))
        return a;
    return (struct found){FOUND_SEVERAL, PORT_NONE};
}

/* All ports of the names [begin, end), which share one key: a reviewed name that the
 * country allows decides alone. */
static struct found join_names(const struct ports *ports, size_t begin, size_t end,
                               const struct countries *allowed)
{
    struct found all = nothing;
    for (size_t i = begin; i < end; i++) {
        const struct ports_name *name = &ports->names[i];
        if (!country_allows(allowed, ports->items[name->port].locode))
            continue;
        struct found one = {FOUND_ONE, name->port};
        if (name->is_reviewed)
            return one;
        all = join(ports, all, one);
    }
    return all;
}

static size_t names_end(const struct ports *ports, size_t begin)
{
    size_t end = begin + 1;
    while (end < ports->name_count &&
           strcmp(ports->names[end].key, ports->names[begin].key) == 0)
        end++;
    return end;
}

static struct found find_name(const struct ports *ports, const char *key,
                              const struct countries *allowed)
{
    size_t low = 0, high = ports->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(ports->names[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ports->name_count || strcmp(ports->names[low].key, key) != 0)
        return nothing;
    return join_names(ports, low, names_end(ports, low), allowed);
}

/* --- one typo ----------------------------------------------------------------------- */

/* True when one letter changed, missing, too many, or two neighbours swapped make b of a.
 */
static bool is_one_typo(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t head = 0, tail = 0;
    size_t shorter = a_length < b_length ? a_length : b_length;
    while (head < shorter && a[head] == b[head])
        head++;
    while (tail < shorter - head && a[a_length - 1 - tail] == b[b_length - 1 - tail])
        tail++;
    size_t a_rest = a_length - head - tail, b_rest = b_length - head - tail;
    if (a_rest <= 1 && b_rest <= 1)
        return true;
    return a_rest == 2 && b_rest == 2 && a[head] == b[head + 1] && a[head + 1] == b[head];
}

static struct found find_typo(const struct ports *ports, const char *key,
                              const struct countries *allowed)
{
    size_t n = strlen(key);
    struct found all = nothing;
    if (n < TYPO_LENGTH || strpbrk(key, "0123456789") != NULL ||
        destination_is_word(DESTINATION_NO_TYPO, key) || destination_country(key) != NULL)
        return nothing;
    for (size_t i = 0; i < ports->name_count; i = names_end(ports, i)) {
        const struct ports_name *name = &ports->names[i];
        size_t shorter = name->length < n ? name->length : n;
        bool may_differ_first = shorter >= TYPO_FREE_LENGTH;
        if (name->length < TYPO_LENGTH || name->length + 1 < n || name->length > n + 1 ||
            (name->key[0] != key[0] && !may_differ_first))
            continue;
        if (is_one_typo(key, n, name->key, name->length))
            all = join(ports, all, join_names(ports, i, names_end(ports, i), allowed));
    }
    return all;
}

/* --- words -------------------------------------------------------------------------- */

/* The words of [at, end); apostrophes vanish, all else separates. A text of too many
 * words has none. */
static void split_words(struct words *w, const char *at, const char *end)
{
    char *room = w->room;
    char before = ' ';
    w->count = 0;
    while (at < end) {
        if (!is_alnum(*at)) {
            before = *at == '/' || before == '/' ? '/' : ' ';
            at++;
            continue;
        }
        if (w->count == WORDS_MAX) {
            w->count = 0;
            return;
        }
        w->items[w->count++] = (struct word){room, before};
        for (; at < end && (is_alnum(*at) || *at == '\''); at++)
            if (*at != '\'')
                *room++ = *at;
        *room++ = '\0';
        before = ' ';
    }
}

static bool is_word(const struct words *w, size_t i, const char *text)
{
    return i < w->count && strcmp(w->items[i].text, text) == 0;
}

/* Only what lies behind the last "to". */
static void keep_behind_to(struct words *w)
{
    for (size_t i = w->count; i > 0; i--)
        if (is_word(w, i - 1, "TO")) {
            memmove(w->items, w->items + i, (w->count - i) * sizeof w->items[0]);
            w->count -= i;
            return;
        }
}

/* Drop "VIA ..." and "ETA ..."; nothing stays where a word says that no port is meant. */
static void drop_asides(struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (destination_is_word(DESTINATION_REFUSE, w->items[i].text)) {
            w->count = 0;
            return;
        }
        if (destination_is_word(DESTINATION_CUT, w->items[i].text)) {
            w->count = i;
            return;
        }
    }
}

/* The words [begin, end) run together. */
static size_t run_together(const struct words *w, size_t begin, size_t end, char *ret_key)
{
    size_t n = 0;
    for (size_t i = begin; i < end; i++) {
        size_t length = strlen(w->items[i].text);
        memcpy(ret_key + n, w->items[i].text, length);
        n += length;
    }
    ret_key[n] = '\0';
    return n;
}

/* --- meaning ------------------------------------------------------------------------ */

/* [begin, end) as a code: "RUVVO", "RU VVO", "PG/RAB". */
static struct found find_code(const struct ports *ports, const struct words *w,
                              size_t begin, size_t end)
{
    char key[LINE_BYTES * 2];
    size_t n = run_together(w, begin, end, key);
    bool is_pair = end - begin == 2 && strlen(w->items[begin].text) == 2;
    if (n != 5 || (!is_pair && end - begin != 1))
        return nothing;
    uint32_t port = ports_find(ports, key);
    return port != PORT_NONE ? (struct found){FOUND_ONE, port} : nothing;
}

/* [begin, end) as a code or a name. A word that is one port's code and another's name
 * leaves a doubt. */
static struct found find_plain(const struct ports *ports, const struct words *w,
                               size_t begin, size_t end, const struct countries *allowed)
{
    char key[LINE_BYTES * 2];
    struct found code = find_code(ports, w, begin, end);
    if (code.what == FOUND_ONE &&
        !country_allows(allowed, ports->items[code.port].locode))
        code = nothing;
    for (size_t i = begin + 1; i < end; i++)
        if (w->items[i].before == '/')
            return code;
    run_together(w, begin, end, key);
    return join(ports, code, find_name(ports, key, allowed));
}

/* The country that the last or first word or words name; how many words that are. */
static size_t country_at(const struct words *w, size_t begin, size_t end, bool is_last,
                         struct countries *ret_allowed)
{
    for (size_t n = end - begin - 1 < 3 ? end - begin - 1 : 3; n > 0; n--) {
        char key[LINE_BYTES * 2];
        size_t from = is_last ? end - n : begin;
        run_together(w, from, from + n, key);
        const char *code = destination_country(key);
        bool is_state = is_last && n == 1 && destination_is_word(DESTINATION_STATE, key);
        ret_allowed->count = 0;
        if (code != NULL)
            memcpy(ret_allowed->codes[ret_allowed->count++], code, 3);
        if (is_state)
            memcpy(ret_allowed->codes[ret_allowed->count++], "US", 3);
        if (ret_allowed->count != 0)
            return n;
    }
    return 0;
}

static bool is_number(const char *word)
{
    return word[strspn(word, "0123456789")] == '\0';
}

/* Take what only says where in the port off both ends, and the country; look again after
 * each step. */
static struct found find_stripped(const struct ports *ports, const struct words *w,
                                  size_t begin, size_t end)
{
    struct countries allowed = {.count = 0}, named;
    bool is_typo_allowed = true;
    char key[LINE_BYTES * 2];
    if (end - begin > 2 && is_word(w, begin, "PORT") && is_word(w, begin + 1, "OF"))
        begin += 2;
    for (;;) {
        struct found found = find_plain(ports, w, begin, end, &allowed);
        if (found.what == FOUND_ONE)
            return found;
        is_typo_allowed &= found.what == FOUND_NOTHING;
        size_t n = 0;
        if (end - begin < 2)
            break;
        if (destination_is_word(DESTINATION_QUALIFIER, w->items[end - 1].text) ||
            is_number(w->items[end - 1].text)) {
            if (run_together(w, begin, end - 1, key) < STRIPPED_LENGTH)
                break;
            end--;
        } else if (allowed.count == 0 &&
                   (n = country_at(w, begin, end, true, &named)) != 0) {
            allowed = named;
            end -= n;
        } else if (allowed.count == 0 &&
                   (n = country_at(w, begin, end, false, &named)) != 0) {
            allowed = named;
            begin += n;
        } else {
            break;
        }
    }
    run_together(w, begin, end, key);
    return is_typo_allowed ? find_typo(ports, key, &allowed) : nothing;
}

/* Several ways of naming one port in a row: "DEHAM HAMBURG", "ROTTERDAM MAASVLAKTE". */
static struct found find_twice(const struct ports *ports, const struct words *w,
                               size_t begin, size_t end)
{
    static const struct countries any = {.count = 0};
    for (size_t middle = begin + 1; middle < end; middle++) {
        struct found a = find_plain(ports, w, begin, middle, &any);
        struct found b = find_plain(ports, w, middle, end, &any);
        if (a.what == FOUND_ONE && b.what == FOUND_ONE &&
            ports_are_same(ports, a.port, b.port))
            return a;
    }
    return nothing;
}

static struct found find_part(const struct ports *ports, const struct words *w,
                              size_t begin, size_t end)
{
    struct found found = find_stripped(ports, w, begin, end);
    return found.what == FOUND_NOTHING ? find_twice(ports, w, begin, end) : found;
}

/* Parts between slashes must all mean the same port, unless all together are a code. */
static struct found find_all(const struct ports *ports, const struct words *w)
{
    static const struct countries any = {.count = 0};
    struct found found = find_plain(ports, w, 0, w->count, &any);
    if (found.what == FOUND_ONE)
        return found;
    found = nothing;
    size_t begin = 0;
    for (size_t i = 1; i <= w->count; i++) {
        if (i < w->count && w->items[i].before != '/')
            continue;
        struct found part = find_part(ports, w, begin, i);
        if (part.what != FOUND_ONE)
            return nothing;
        found = join(ports, found, part);
        begin = i;
    }
    return found;
}

/* Upper case up to '@'; the pilot station's slash goes. False for what is marked as
 * unknown ("?? ???"), runs both ways ("<>") or is no ASCII. */
static bool read_line(const char *text, char ret_line[LINE_BYTES])
{
    size_t n = 0;
    for (; text[n] != '\0' && text[n] != '@'; n++) {
        char c = upper(text[n]);
        if (n + 1 == LINE_BYTES || c == '?' || c == '<' || (c & 0x80) != 0)
            return false;
        ret_line[n] = c;
    }
    ret_line[n] = '\0';
    for (char *p = strstr(ret_line, "P/S"); p != NULL; p = strstr(p + 1, "P/S"))
        if ((p == ret_line || !is_alnum(p[-1])) && !is_alnum(p[3]))
            memcpy(p, "PS ", 3);
    return true;
}

uint32_t ports_resolve_destination(const struct ports *ports, const char *text)
{
    struct words w;
    if (text == NULL || !read_line(text, w.line))
        return PORT_NONE;
    const char *leg = strrchr(w.line, '>');
    leg = leg != NULL ? leg + 1 : w.line;
    split_words(&w, leg, leg + strlen(leg));
    /* A code comes first: those of Tonga and the Faroes begin with words of ours. */
    struct found found = find_code(ports, &w, 0, w.count);
    if (found.what == FOUND_ONE && w.count == 2)
        return found.port;
    keep_behind_to(&w);
    drop_asides(&w);
    if (w.count == 0)
        return PORT_NONE;
    found = find_all(ports, &w);
    return found.what == FOUND_ONE ? found.port : PORT_NONE;
}
