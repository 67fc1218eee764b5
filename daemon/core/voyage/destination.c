/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves declared destinations to ports. The crew types the text: the form "XX XXX>YY
 * YYY" of IMO SN.1/Circ.244, a name, an abbreviation, or a greeting. A doubtful text does
 * not resolve, because a wrong port is worse than no port. The reviewed words are in
 * destination_names.c; destination_table.c reads the reviewed names of ports. */
#include <string.h>

#include "destination_int.h"
#include "ports_int.h"

#define LINE_BYTES 64
#define WORDS_MAX 12
#define STRIPPED_LENGTH 5 /* least length of a name without "anchorage" etc. */

struct word {
    const char *text; /* borrowed from the line; upper case, letters and digits */
    char before;      /* the separator before the word */
};

struct words {
    char line[LINE_BYTES];
    char room[LINE_BYTES * 2];
    struct word items[WORDS_MAX];
    size_t count;
};

/* --- words --- */

/* Split [at, end) into words: apostrophes are dropped, other signs separate. A text of
 * too many words has none. */
static void split_words(struct words *w, const char *at, const char *end)
{
    char *room = w->room;
    char before = ' ';
    w->count = 0;
    while (at < end) {
        if (!destination_is_alnum(*at)) {
            before = *at == '/' || before == '/' ? '/' : ' ';
            at++;
            continue;
        }
        if (w->count == WORDS_MAX) {
            w->count = 0;
            return;
        }
        w->items[w->count++] = (struct word){room, before};
        for (; at < end && (destination_is_alnum(*at) || *at == '\''); at++)
            if (*at != '\'')
                *room++ = *at;
        *room++ = '\0';
        before = ' ';
    }
}

static bool is_word_at(const struct words *w, size_t i, const char *text)
{
    return i < w->count && strcmp(w->items[i].text, text) == 0;
}

/* Keep only the words after the last "to" or "dest:". */
static void keep_behind_to(struct words *w)
{
    for (size_t i = w->count; i > 0; i--)
        if (is_word_at(w, i - 1, "TO") || is_word_at(w, i - 1, "DEST") ||
            is_word_at(w, i - 1, "DESTINATION")) {
            memmove(w->items, w->items + i, (w->count - i) * sizeof w->items[0]);
            w->count -= i;
            return;
        }
}

/* Drop "VIA ..." and "ETA ..."; drop all when a word says that no port is meant. */
static void drop_asides(struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (destination_names_is_word(DESTINATION_REFUSE, w->items[i].text)) {
            w->count = 0;
            return;
        }
        if (destination_names_is_word(DESTINATION_CUT, w->items[i].text)) {
            w->count = i;
            return;
        }
    }
}

/* Join the words [begin, end) without separators. */
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

/* --- meaning --- */

/* The words [begin, end) as a code: "RUVVO", "RU VVO", "PG/RAB". */
static struct found find_code(const struct ports *ports, const struct words *w,
                              size_t begin, size_t end)
{
    char key[LINE_BYTES * 2];
    size_t n = run_together(w, begin, end, key);
    bool is_pair = end - begin == 2 && strlen(w->items[begin].text) == 2;
    if (n != 5 || (!is_pair && end - begin != 1))
        return FOUND_NONE;
    uint32_t port = ports_find(ports, key);
    return port != PORT_NONE ? (struct found){FOUND_ONE, port} : FOUND_NONE;
}

/* The words [begin, end) as a code or a name. A word that is one port's code and another
 * port's name is doubtful. */
static struct found find_plain(const struct ports *ports, const struct words *w,
                               size_t begin, size_t end, const struct countries *allowed)
{
    char key[LINE_BYTES * 2];
    struct found code = find_code(ports, w, begin, end);
    if (code.what == FOUND_ONE &&
        !ports_names_is_allowed(allowed, ports->items[code.port].locode))
        code = FOUND_NONE;
    for (size_t i = begin + 1; i < end; i++)
        if (w->items[i].before == '/')
            return code;
    run_together(w, begin, end, key);
    return ports_names_join(ports, code, ports_names_find(ports, key, allowed));
}

/* The country named by the last or the first words; returns the number of these words. */
static size_t country_at(const struct words *w, size_t begin, size_t end, bool is_last,
                         struct countries *ret_allowed)
{
    for (size_t n = end - begin - 1 < 3 ? end - begin - 1 : 3; n > 0; n--) {
        char key[LINE_BYTES * 2];
        size_t from = is_last ? end - n : begin;
        run_together(w, from, from + n, key);
        const char *code = destination_names_country(key);
        bool is_state =
            is_last && n == 1 && destination_names_is_word(DESTINATION_STATE, key);
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

static bool is_number_word(const char *word)
{
    return word[strspn(word, "0123456789")] == '\0';
}

/* Whether the last word only says where in or off the port, so that it may be dropped. */
static bool may_drop_last(const struct ports *ports, const struct words *w, size_t begin,
                          size_t end)
{
    char key[LINE_BYTES * 2];
    const char *last = w->items[end - 1].text;
    size_t rest = run_together(w, begin, end - 1, key);
    if (destination_names_is_word(DESTINATION_NOUN, last))
        return ports_names_is_reviewed(ports, key);
    return (destination_names_is_word(DESTINATION_QUALIFIER, last) ||
            is_number_word(last)) &&
           rest >= STRIPPED_LENGTH;
}

/* Drop words from the end that only say where in the port, and the country from either
 * end; look the rest up after each step. */
static struct found find_stripped(const struct ports *ports, const struct words *w,
                                  size_t begin, size_t end)
{
    struct countries allowed = {.count = 0}, named;
    bool is_typo_allowed = true;
    char key[LINE_BYTES * 2];
    if (end - begin > 2 && is_word_at(w, begin, "PORT") && is_word_at(w, begin + 1, "OF"))
        begin += 2;
    for (;;) {
        struct found found = find_plain(ports, w, begin, end, &allowed);
        if (found.what == FOUND_ONE)
            return found;
        is_typo_allowed &= found.what == FOUND_NOTHING;
        bool may_name_country = allowed.count == 0;
        size_t n = 0;
        if (end - begin < 2)
            break;
        if (may_drop_last(ports, w, begin, end)) {
            end--;
        } else if (may_name_country &&
                   (n = country_at(w, begin, end, true, &named)) != 0) {
            allowed = named;
            end -= n;
        } else if (may_name_country &&
                   (n = country_at(w, begin, end, false, &named)) != 0) {
            allowed = named;
            begin += n;
        } else {
            break;
        }
    }
    run_together(w, begin, end, key);
    return is_typo_allowed ? ports_names_find_typo(ports, key, &allowed) : FOUND_NONE;
}

/* One port named twice: "DEHAM HAMBURG", "ROTTERDAM MAASVLAKTE". */
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
    return FOUND_NONE;
}

static struct found find_part(const struct ports *ports, const struct words *w,
                              size_t begin, size_t end)
{
    struct found found = find_stripped(ports, w, begin, end);
    return found.what == FOUND_NOTHING ? find_twice(ports, w, begin, end) : found;
}

/* "BUSAN/KOREA": a country after a slash is read as after a blank. */
static void join_country(struct words *w)
{
    char key[LINE_BYTES * 2];
    size_t begin = w->count;
    while (begin > 1 && w->items[begin - 1].before != '/')
        begin--;
    if (begin < 2)
        return;
    run_together(w, begin - 1, w->count, key);
    if (destination_names_country(key) != NULL)
        w->items[begin - 1].before = ' ';
}

/* All parts between slashes must mean the same port, unless the whole text is a code. */
static struct found find_all(const struct ports *ports, const struct words *w)
{
    static const struct countries any = {.count = 0};
    struct found found = find_plain(ports, w, 0, w->count, &any);
    if (found.what == FOUND_ONE)
        return found;
    found = FOUND_NONE;
    size_t begin = 0;
    for (size_t i = 1; i <= w->count; i++) {
        if (i < w->count && w->items[i].before != '/')
            continue;
        struct found part = find_part(ports, w, begin, i);
        if (part.what != FOUND_ONE)
            return FOUND_NONE;
        found = ports_names_join(ports, found, part);
        begin = i;
    }
    return found;
}

/* Copy the text up to '@' in upper case, "P/S" (pilot station) as "PS". False for a text
 * that is marked as unknown ("?? ???"), names both directions ("<>") or is not ASCII. */
static bool read_destination_line(const char *text, char ret_line[LINE_BYTES])
{
    size_t n = 0;
    for (; text[n] != '\0' && text[n] != '@'; n++) {
        char c = destination_upper(text[n]);
        if (n + 1 == LINE_BYTES || c == '?' || c == '<' || (c & 0x80) != 0)
            return false;
        ret_line[n] = c;
    }
    ret_line[n] = '\0';
    for (char *p = strstr(ret_line, "P/S"); p != NULL; p = strstr(p + 1, "P/S"))
        if ((p == ret_line || !destination_is_alnum(p[-1])) &&
            !destination_is_alnum(p[3]))
            memcpy(p, "PS ", 3);
    return true;
}

uint32_t destination_resolve(const struct ports *ports, const char *text)
{
    struct words w;
    if (text == NULL || !read_destination_line(text, w.line))
        return PORT_NONE;
    const char *leg = strrchr(w.line, '>');
    leg = leg != NULL ? leg + 1 : w.line;
    split_words(&w, leg, leg + strlen(leg));
    /* Codes come first: those of Tonga (TO) and the Faroes (FO) begin with reviewed
     * words. */
    struct found found = find_code(ports, &w, 0, w.count);
    if (found.what == FOUND_ONE && w.count == 2)
        return found.port;
    keep_behind_to(&w);
    drop_asides(&w);
    if (w.count == 0)
        return PORT_NONE;
    if (w.count == 1 &&
        (destination_names_is_word(DESTINATION_QUALIFIER, w.items[0].text) ||
         destination_names_is_word(DESTINATION_ALONE, w.items[0].text)))
        return PORT_NONE;
    join_country(&w);
    found = find_all(ports, &w);
    return found.what == FOUND_ONE ? found.port : PORT_NONE;
}
