/* SPDX-License-Identifier: Apache-2.0 */
/* The administration of a call sign. */
#include "lookout/track/callsign.h"

#include <stdbool.h>
#include <string.h>

#include "callsign_int.h"

/* clang-format off */
/* By the names of the ITU's table of country digits, "France - Martinique"; Liechtenstein
 * has no series of its own and uses the Swiss HB. */
const struct callsign_family callsign_families[] = {
    {"AI", "GB"}, {"AS", "US"}, {"AW", "NL"}, {"BM", "GB"}, {"CC", "AU"}, {"CK", "NZ"},
    {"CW", "NL"}, {"CX", "AU"}, {"FK", "GB"}, {"FO", "DK"}, {"GF", "FR"}, {"GI", "GB"},
    {"GL", "DK"}, {"GP", "FR"}, {"HK", "CN"}, {"KY", "GB"}, {"LI", "CH"}, {"MO", "CN"},
    {"MP", "US"}, {"MQ", "FR"}, {"MS", "GB"}, {"NC", "FR"}, {"NU", "NZ"}, {"PF", "FR"},
    {"PM", "FR"}, {"PN", "GB"}, {"PR", "US"}, {"RE", "FR"}, {"SH", "GB"}, {"TC", "GB"},
    {"TF", "FR"}, {"TW", "CN"}, {"VG", "GB"}, {"VI", "US"}, {"WF", "FR"},
};
/* clang-format on */
const size_t callsign_family_count =
    sizeof callsign_families / sizeof callsign_families[0];

/* What crews type who have no call sign, or do not say it. */
static const char *const fillers[] = {"NONE", "NULL", "NOCS", "NOCL", "TEST",
                                      "VOID", "XXXX", "AAAA", "ZZZZ", NULL};

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Two characters, of which one is a letter; then two letters and at most one digit, or
 * four digits, before which there may be a letter. */
static bool has_ship_form(const char *text, size_t n)
{
    if (n < 4 || n > 7 || !(is_letter(text[0]) || is_letter(text[1])))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (!is_letter(text[i]) && !is_digit(text[i]))
            return false;
    size_t letters = 2;
    while (letters < n && is_letter(text[letters]))
        letters++;
    for (size_t i = letters; i < n; i++)
        if (!is_digit(text[i]))
            return false;
    size_t digits = n - letters;
    if (letters == 4)
        return digits <= 1;
    return letters < 4 && digits == 4;
}

static bool is_filler(const char *text)
{
    for (size_t i = 0; fillers[i] != NULL; i++)
        if (strcmp(fillers[i], text) == 0)
            return true;
    return false;
}

/* Without the blanks and hyphens that some write, in upper case. Returns the length; 0
 * when it is too long. */
static size_t copy_compact(const char *text, char ret[8])
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (n == 7)
            return 0;
        ret[n++] = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
    }
    ret[n] = '\0';
    return n;
}

static const struct callsign_series *find_series(const char prefix[4])
{
    size_t low = 0, high = callsign_series_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(callsign_series[middle].last, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct callsign_series *s = &callsign_series[low];
    return low < callsign_series_count && strcmp(s->first, prefix) <= 0 ? s : NULL;
}

const char *callsign_state(const char *callsign)
{
    char text[8];
    size_t n = copy_compact(callsign, text);
    if (!has_ship_form(text, n) || is_filler(text))
        return "";
    /* A digit as the third character does not say to which half of a series it belongs.
     */
    bool is_split = is_digit(text[2]);
    const char low[4] = {text[0], text[1], is_split ? 'A' : text[2], '\0'};
    const char high[4] = {text[0], text[1], is_split ? 'Z' : text[2], '\0'};
    const struct callsign_series *series = find_series(low);
    return series != NULL && series == find_series(high) ? series->country : "";
}

const char *callsign_state_of_flag(const char *flag)
{
    for (size_t i = 0; i < callsign_family_count; i++)
        if (strcmp(callsign_families[i].country, flag) == 0)
            return callsign_families[i].state;
    return flag;
}
