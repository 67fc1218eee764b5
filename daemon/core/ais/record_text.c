/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of records: numbers read free of the locale, words for "not given", for a
 * navigational status and for a ship's type. */
#include <string.h>

#include "record_int.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- numbers --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void record_text_trim(const char **text, size_t *n)
{
    while (*n > 0 && ((*text)[0] == ' ' || (*text)[0] == '\t')) {
        (*text)++;
        (*n)--;
    }
    while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t'))
        (*n)--;
}

static double power_of_ten(int exponent)
{
    double value = 1.0;
    for (int i = 0; i < exponent; i++)
        value *= 10.0;
    return value;
}

bool record_text_number(const char *text, size_t n, double *ret)
{
    record_text_trim(&text, &n);
    const char *p = text, *end = text + n;
    bool is_negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t mantissa = 0;
    int scale = 0, digits = 0;
    bool is_fraction = false;
    /* "35,1": a decimal comma, when the separator is another or the value is quoted. */
    for (; p < end && (is_digit(*p) || ((*p == '.' || *p == ',') && !is_fraction)); p++) {
        if (!is_digit(*p)) {
            is_fraction = true;
            continue;
        }
        digits++;
        if (mantissa < UINT64_C(100000000000000000)) {
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            scale -= is_fraction ? 1 : 0;
        } else {
            scale += is_fraction ? 0 : 1;
        }
        if (scale > 300)
            return false;
    }
    if (digits == 0)
        return false;
    if (p + 1 < end && (*p == 'e' || *p == 'E')) {
        p++;
        bool is_small = *p == '-';
        if (*p == '-' || *p == '+')
            p++;
        int exponent = 0;
        const char *first = p;
        for (; p < end && is_digit(*p) && p - first < 3; p++)
            exponent = exponent * 10 + (*p - '0');
        if (p == first)
            return false;
        scale += is_small ? -exponent : exponent;
    }
    if (p != end || scale > 300 || scale < -300)
        return false;
    /* Up to 15 digits and 22 places the division is exact to the last bit. */
    double value = (double)mantissa;
    value = scale < 0 ? value / power_of_ten(-scale) : value * power_of_ten(scale);
    *ret = is_negative ? -value : value;
    return true;
}

bool record_text_is_absent(const char *text, size_t n)
{
    static const char *const words[] = {"unknown", "undefined",    "none", "null",
                                        "nan",     "n/a",          "na",   "-",
                                        "?",       "not available"};
    char lower[16];
    if (n == 0)
        return true;
    /* Most values are numbers. */
    if (n >= sizeof lower || is_digit(text[0]) || (n > 1 && text[0] == '-'))
        return false;
    for (size_t i = 0; i < n; i++)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    lower[n] = '\0';
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcmp(lower, words[i]) == 0)
            return true;
    }
    return false;
}

/* --- words --- */

struct word {
    const char *text; /* lower case letters alone */
    int value;
};

/* clang-format off */
/* ITU-R M.1371-5 table 47, as the Danish tables, MarineCadastre and others write it; the
 * beginning of the word decides. */
static const struct word status_words[] = {
    {"underwayusing",      0}, {"atanchor",         1}, {"anchored",        1},
    {"notundercommand",    2}, {"restricted",       3}, {"constrained",     4},
    {"moored",             5}, {"aground",          6}, {"engagedinfishing", 7},
    {"fishing",            7}, {"underwaysailing",  8}, {"underway",        0},
    {"notdefined",      15}, {"undefined",      15},
    {"unknownvalue",      15}, {"default",         15},
    {"aissart",           14}, {"motoring",         0}, {"sailing",         8}, /* Signal K */
    {"hazardousmaterialhigh", 9}, {"hazardousmaterialwing", 10},
    {"powerdrivenvesseltowing", 11}, {"powerdrivenvesselpushing", 12},
};
/* ITU-R M.1371-5 table 53, in the words of the Danish tables. Whole words: "Towing" and
 * "Towing long/wide" differ. */
static const struct word ship_type_words[] = {
    {"wig",          20}, {"fishing",        30}, {"towing",           31},
    {"towinglongwide", 32}, {"dredging",     33}, {"diving",           34},
    {"military",     35}, {"sailing",        36}, {"pleasure",         37},
    {"hsc",          40}, {"pilot",          50}, {"sar",              51},
    {"tug",          52}, {"porttender",     53}, {"antipollution",    54},
    {"lawenforcement", 55}, {"medical",      58}, {"notpartytoconflict", 59},
    {"passenger",    60}, {"cargo",          70}, {"tanker",           80},
    {"other",        90},
    /* canboat's */
    {"winginground", 20}, {"highspeedcraft", 40}, {"pilotvessel",      50},
    {"passengership", 60}, {"cargoship",     70},
};
/* clang-format on */

/* -1: no such word. */
static int find_record_word(const struct word *words, size_t count, bool is_prefix,
                            const char *text, size_t n)
{
    char letters[40];
    size_t used = 0;
    for (size_t i = 0; i < n && used + 1 < sizeof letters; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        if (c >= 'a' && c <= 'z')
            letters[used++] = c;
    }
    letters[used] = '\0';
    for (size_t i = 0; used != 0 && i < count; i++) {
        size_t length = strlen(words[i].text);
        if (strncmp(letters, words[i].text, length) == 0 && (is_prefix || used == length))
            return words[i].value;
    }
    return -1;
}

int record_text_find_status(const char *text, size_t n)
{
    return find_record_word(status_words, COUNT(status_words), true, text, n);
}

int record_text_find_ship_type(const char *text, size_t n)
{
    return find_record_word(ship_type_words, COUNT(ship_type_words), false, text, n);
}

/* A ship's number is written out. A spreadsheet's 2,57E+08 is every Norwegian ship;
 * pandas makes 257111220.0 of a column with gaps. */
bool record_text_is_whole(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] >= '0' && text[i] <= '9')
        i++;
    if (i != 0 && i < n && (text[i] == '.' || text[i] == ',')) {
        i++;
        while (i < n && text[i] == '0')
            i++;
    }
    return i == n;
}

/* "IMO9307839" as MarineCadastre writes it. */
void record_text_skip_imo(const char **text, size_t *n)
{
    if (*n > 3 && ((*text)[0] | 32) == 'i' && ((*text)[1] | 32) == 'm' &&
        ((*text)[2] | 32) == 'o') {
        *text += 3;
        *n -= 3;
        record_text_trim(text, n);
    }
}
