/* SPDX-License-Identifier: Apache-2.0 */
/* How YAML 1.1 and YAML 1.2 read a scalar without quotes, and where they differ. */
#include "conf_int.h"

#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

static const char *skip_digits(const char *s)
{
    while (*s >= '0' && *s <= '9')
        s++;
    return s;
}

/* Whether the text is YYYY-M-D or begins as a timestamp of YAML 1.1
 * (yaml.org/type/timestamp). */
static bool is_date_text(const char *s)
{
    const char *year = skip_digits(s);
    if (year - s != 4 || *year != '-')
        return false;
    const char *month = skip_digits(year + 1);
    if (month == year + 1 || month - year > 3 || *month != '-')
        return false;
    const char *day = skip_digits(month + 1);
    return day > month + 1 && day - month <= 3 &&
           (*day == '\0' || *day == 'T' || *day == 't' || *day == ' ' || *day == '\t');
}

/* Whether yaml.org/type/int or float (1.1) or the core schema (1.2) may read the text as
 * a number: it begins like one and has only characters of numbers. */
static bool is_numberish(const char *s)
{
    static const char *const special[] = {".inf", ".Inf", ".INF", ".nan",
                                          ".NaN", ".NAN", NULL};
    if (*s == '+' || *s == '-')
        s++;
    if (is_one_of(s, special))
        return true;
    if (!(*s >= '0' && *s <= '9') && !(*s == '.' && s[1] >= '0' && s[1] <= '9'))
        return false;
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o' || s[1] == 'b'))
        return s[2] != '\0' && s[2 + strspn(s + 2, "0123456789abcdefABCDEF_")] == '\0';
    s += strspn(s, "0123456789_:");
    if (*s == '.')
        s += 1 + strspn(s + 1, "0123456789_");
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '+' || *s == '-')
            s++;
        s += strspn(s, "0123456789");
    }
    return *s == '\0';
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)? : the same number in both versions. */
static bool is_decimal(const char *s, bool *ret_fraction)
{
    if (*s == '-')
        s++;
    if (*s == '0' && s[1] >= '0' && s[1] <= '9')
        return false;
    const char *end = skip_digits(s);
    if (end == s)
        return false;
    *ret_fraction = *end == '.';
    if (*end == '\0')
        return true;
    return *end == '.' && end[1] != '\0' && *skip_digits(end + 1) == '\0';
}

enum conf_plain conf_plain_of(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const bools[] = {"true", "false", NULL};
    static const char *const unlike[] = {"y",     "Y",     "n",   "N",   "yes",  "Yes",
                                         "YES",   "no",    "No",  "NO",  "on",   "On",
                                         "ON",    "off",   "Off", "OFF", "True", "TRUE",
                                         "False", "FALSE", "=",   "<<",  NULL};
    bool has_fraction = false;
    if (is_one_of(text, nulls))
        return CONF_PLAIN_NULL;
    if (is_one_of(text, bools))
        return CONF_PLAIN_BOOL;
    if (is_one_of(text, unlike))
        return CONF_PLAIN_UNLIKE;
    if (is_decimal(text, &has_fraction))
        return has_fraction ? CONF_PLAIN_NUMBER : CONF_PLAIN_INT;
    if (is_date_text(text))
        return CONF_PLAIN_DATE;
    return is_numberish(text) ? CONF_PLAIN_UNLIKE : CONF_PLAIN_TEXT;
}
