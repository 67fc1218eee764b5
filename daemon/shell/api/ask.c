/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings and header fields of requests, taken apart. */
#include "ask.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lookout/alert/severity.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"
#include "lookout/base/units.h"

/* --- the target --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undo %XX (and in queries '+') in place. False: a broken escape, a NUL, or no UTF-8. */
static bool unescape_text(char *text, bool is_query)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        char c = *at;
        if (c == '%') {
            int high = hex_digit(at[1]);
            int low = high < 0 ? -1 : hex_digit(at[2]);
            if (low < 0 || high + low == 0)
                return false;
            c = (char)(high * 16 + low);
            at += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        *to++ = c;
    }
    *to = '\0';
    uint32_t code;
    for (size_t left = strlen(text), n = 0; left > 0; left -= n, text += n)
        if ((n = text_utf8(text, left, &code)) == 0)
            return false;
    return true;
}

bool ask_split_target(char *target, char **ret_query)
{
    char *mark = strchr(target, '?');
    if (mark != NULL)
        *mark = '\0';
    *ret_query = mark != NULL ? mark + 1 : target + strlen(target);
    return target[0] == '/' && unescape_text(target, false);
}

/* --- parameters --- */

static bool take_count(const char *text, int64_t most, uint32_t *ret)
{
    int64_t value = 0;
    if (units_parse_int(text, strlen(text), 1, most, &value) != 0)
        return false;
    *ret = (uint32_t)value;
    return true;
}

static bool take_word(const char *text, const char *const *words, size_t count, int *ret)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) {
            *ret = (int)i;
            return true;
        }
    return false;
}

static bool take_choice(const char *text, enum ask_choice *ret)
{
    static const char *const words[] = {"true", "false"};
    int which = 0;
    if (!take_word(text, words, 2, &which))
        return false;
    *ret = which == 0 ? ASK_TRUE : ASK_FALSE;
    return true;
}

static bool take_duration(const char *text, int64_t *ret_ms)
{
    return units_parse_duration(text, strlen(text), ret_ms) == 0;
}

static bool take_moment(const char *text, int64_t *ret_ms, bool *ret_is_back)
{
    *ret_is_back = false;
    if (time_parse(text, strlen(text), ret_ms) == 0)
        return true;
    *ret_is_back = true;
    return take_duration(text, ret_ms);
}

int64_t ask_moment(int64_t time_ms, bool is_back, int64_t event_ms)
{
    if (time_ms == TIME_NONE || !is_back)
        return time_ms;
    return event_ms != TIME_NONE ? event_ms - time_ms : TIME_NONE;
}

bool ask_parse_box(const char *text, struct ask_box *ret_box)
{
    double v[4];
    for (int i = 0; i < 4; i++) {
        size_t n = strcspn(text, ",");
        if (units_parse_number(text, n, &v[i]) != 0 || (text[n] == ',') != (i < 3))
            return false;
        text += n + (i < 3);
    }
    if (fabs(v[0]) > 180 || fabs(v[2]) > 180 || v[1] < -90 || v[3] > 90 || v[1] > v[3])
        return false;
    *ret_box = (struct ask_box){v[0], v[1], v[2], v[3]};
    return true;
}

bool ask_box_contains(const struct ask_box *box, double lat, double lon)
{
    if (lat < box->south || lat > box->north)
        return false;
    return box->west <= box->east ? lon >= box->west && lon <= box->east
                                  : lon >= box->west || lon <= box->east;
}

static const char *const severity_words[] = {"info", "warning", "critical"};
static const char *const vessels_words[] = {"all", "watched", "none"};
static const char *const format_words[] = {"json", "geojson", "csv"};
static const char *const state_words[] = {"pending", "delivered", "dead",   "stored",
                                          "muted",   "folded",    "history"};

static const char *const names[ASK_PARAMETER_COUNT] = {
#define X(word, name) #name,
    ASK_PARAMETERS(X)
#undef X
};
#define TEXT_ACCEPTED "a text"
#define MOMENT_ACCEPTED                                                                  \
    "a time such as 2024-03-25T18:00:00Z, a date, or a duration back from event time "   \
    "such as 24h"
static const char *const accepted[ASK_PARAMETER_COUNT] = {
    [ASK_LIMIT] = "1 to 1000",
    [ASK_AFTER] = "the `next` of an answer",
    [ASK_BBOX] = "west,south,east,north in degrees; west > east crosses 180",
    [ASK_Q] = TEXT_ACCEPTED,
    [ASK_WATCHED] = "true or false",
    [ASK_FLAG] = "two letters, such as KP",
    [ASK_TYPE] = TEXT_ACCEPTED,
    [ASK_ZONE] = TEXT_ACCEPTED,
    [ASK_PORT] = TEXT_ACCEPTED,
    [ASK_ALERTED] = "a duration such as 24h",
    [ASK_HEARD] = "a duration such as 24h",
    [ASK_FORMAT] = "json, geojson or csv",
    [ASK_SINCE] = MOMENT_ACCEPTED,
    [ASK_UNTIL] = MOMENT_ACCEPTED,
    [ASK_RULE] = TEXT_ACCEPTED,
    [ASK_SEVERITY] = "info, warning or critical",
    [ASK_VESSEL] = "an MMSI, an IMO number, or a name or part of one",
    [ASK_CASE] = "the 16 to 32 hexadecimal digits of a case",
    [ASK_STATE] = "pending, delivered, dead, stored, muted, folded or history",
    [ASK_ACKNOWLEDGED] = "true or false",
    [ASK_ALL] = "true or false",
    [ASK_VESSELS] = "all, watched or none",
    [ASK_MAX] = "1 to 20000",
};

static bool take_any_text(const char *text, const char **ret)
{
    *ret = text;
    return text[0] != '\0';
}

static bool take_flag(const char *text, const char **ret)
{
    bool is_flag = strlen(text) == 2 && text[0] >= 'A' && text[0] <= 'Z' &&
                   text[1] >= 'A' && text[1] <= 'Z';
    return is_flag && take_any_text(text, ret);
}

static bool take_case(const char *text, const char **ret)
{
    size_t n = strlen(text);
    return n >= 16 && n <= 32 && strspn(text, "0123456789abcdef") == n &&
           take_any_text(text, ret);
}

#define READ_WORD(words, member)                                                         \
    take_word(text, words, sizeof(words) / sizeof((words)[0]), &which) &&                \
        ((member) = which, true)

static bool take_parameter(enum ask_parameter name, const char *text,
                           struct ask_values *v)
{
    int which = 0;
    switch (name) {
    case ASK_LIMIT:
        return take_count(text, ASK_LIMIT_MOST, &v->limit);
    case ASK_MAX:
        return take_count(text, ASK_MAX_MOST, &v->max);
    case ASK_AFTER:
        return take_any_text(text, &v->after);
    case ASK_BBOX:
        return ask_parse_box(text, &v->box);
    case ASK_Q:
        return take_any_text(text, &v->q);
    case ASK_WATCHED:
        return take_choice(text, &v->watched);
    case ASK_FLAG:
        return take_flag(text, &v->flag);
    case ASK_TYPE:
        return take_any_text(text, &v->type);
    case ASK_ZONE:
        return take_any_text(text, &v->zone);
    case ASK_PORT:
        return take_any_text(text, &v->port);
    case ASK_ALERTED:
        return take_duration(text, &v->alerted_ms);
    case ASK_HEARD:
        return take_duration(text, &v->heard_ms);
    case ASK_FORMAT:
        if (!take_word(text, format_words, 3, &which))
            return false;
        v->format = (enum ask_format)which;
        return true;
    case ASK_SINCE:
        return take_moment(text, &v->since_ms, &v->is_since_back);
    case ASK_UNTIL:
        return take_moment(text, &v->until_ms, &v->is_until_back);
    case ASK_RULE:
        return take_any_text(text, &v->rule);
    case ASK_SEVERITY:
        return READ_WORD(severity_words, v->severity);
    case ASK_VESSEL:
        return take_any_text(text, &v->vessel);
    case ASK_CASE:
        return take_case(text, &v->case_id);
    case ASK_STATE:
        return take_word(text, state_words, 7, &which) && take_any_text(text, &v->state);
    case ASK_ACKNOWLEDGED:
        return take_choice(text, &v->acknowledged);
    case ASK_ALL:
        return take_choice(text, &v->all);
    case ASK_VESSELS:
        if (!take_word(text, vessels_words, 3, &which))
            return false;
        v->vessels = (enum ask_vessels)which;
        return true;
    case ASK_PARAMETER_COUNT:
        break;
    }
    return false;
}

/* "unknown parameter 'x' (accepted: limit, after)" */
static int refuse_name(const char *name, unsigned allowed, struct err *err)
{
    char quoted[TEXT_QUOTE_BYTES], list[ERR_TEXT_BYTES] = "";
    size_t n = 0;
    for (unsigned i = 0; i < ASK_PARAMETER_COUNT && n < sizeof list; i++)
        if ((allowed & 1u << i) != 0)
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n > 0 ? ", " : "",
                                  names[i]);
    return err_set(err, ERR_INVALID, "unknown parameter %s (accepted: %s)",
                   text_quote(name, quoted), allowed != 0 ? list : "none");
}

static int take_pair(char *pair, unsigned allowed, struct ask_values *v, struct err *err)
{
    char quoted[TEXT_QUOTE_BYTES];
    char *value = strchr(pair, '=');
    if (value != NULL)
        *value++ = '\0';
    else
        value = pair + strlen(pair);
    if (!unescape_text(pair, true) || !unescape_text(value, true))
        return err_set(err, ERR_INVALID,
                       "a parameter is not text in UTF-8 with escapes "
                       "such as %%20");
    int which = 0;
    if (!take_word(pair, names, ASK_PARAMETER_COUNT, &which) ||
        (allowed & 1u << which) == 0)
        return refuse_name(pair, allowed, err);
    if ((v->given & 1u << which) != 0)
        return err_set(err, ERR_INVALID, "%s is given twice", names[which]);
    v->given |= 1u << which;
    if (!take_parameter((enum ask_parameter)which, value, v))
        return err_set(err, ERR_INVALID, "%s: %s is not accepted (accepted: %s)",
                       names[which], text_quote(value, quoted), accepted[which]);
    return 0;
}

int ask_parse_query(char *query, unsigned allowed, struct ask_values *ret,
                    struct err *err)
{
    *ret = (struct ask_values){.limit = ASK_LIMIT_INITIAL,
                               .max = ASK_MAX_MOST,
                               .severity = -1,
                               .since_ms = TIME_NONE,
                               .until_ms = TIME_NONE};
    int rc = 0;
    while (rc == 0 && *query != '\0') {
        size_t n = strcspn(query, "&");
        char *next = query + n + (query[n] == '&');
        query[n] = '\0';
        if (n != 0)
            rc = take_pair(query, allowed, ret, err);
        query = next;
    }
    return rc;
}

/* --- cursors --- */

const char *ask_format_cursor(const struct ask_cursor *cursor,
                              char ret_text[ASK_CURSOR_BYTES])
{
    size_t n = 0;
    ret_text[0] = '\0';
    for (size_t i = 0; i < cursor->count; i++)
        n += (size_t)snprintf(ret_text + n, ASK_CURSOR_BYTES - n, "%s%" PRId64,
                              i > 0 ? "." : "", cursor->numbers[i]);
    return ret_text;
}

bool ask_parse_cursor(const char *text, size_t count, struct ask_cursor *ret)
{
    struct ask_cursor cursor = {.count = count};
    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(text, ".");
        if (units_parse_int(text, n, INT64_MIN + 1, INT64_MAX, &cursor.numbers[i]) != 0 ||
            (text[n] == '.') != (i + 1 < count))
            return false;
        text += n + (i + 1 < count);
    }
    *ret = cursor;
    return true;
}

/* --- header fields --- */

const char *ask_find_cookie(const char *field, const char *name, size_t *ret_bytes)
{
    size_t length = strlen(name);
    while (field != NULL && *field != '\0') {
        field += strspn(field, " ;\t");
        size_t n = strcspn(field, ";");
        if (n > length && strncmp(field, name, length) == 0 && field[length] == '=') {
            *ret_bytes = n - length - 1;
            return field + length + 1;
        }
        field += n;
    }
    return NULL;
}

const char *ask_bearer(const char *authorization)
{
    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    authorization += 7;
    return authorization + strspn(authorization, " ");
}

bool ask_host_is(const char *field, const char *host)
{
    bool is_bracketed = field[0] == '[';
    field += is_bracketed;
    size_t n = strcspn(field, is_bracketed ? "]" : ":");
    const char *behind = field + n;
    if (is_bracketed && *behind++ != ']')
        return false;
    if (*behind != '\0' &&
        (*behind != ':' || strspn(behind + 1, "0123456789") != strlen(behind + 1)))
        return false;
    return strlen(host) == n && strncasecmp(field, host, n) == 0;
}

size_t ask_origin_host(const char *origin, const char **ret_host)
{
    const char *host = NULL;
    if (strncmp(origin, "https://", 8) == 0)
        host = origin + 8;
    else if (strncmp(origin, "http://", 7) == 0)
        host = origin + 7;
    if (host == NULL)
        return 0;
    *ret_host = host;
    return strcspn(host, "/");
}

bool ask_accepts_gzip(const char *field)
{
    while (field != NULL && *field != '\0') {
        field += strspn(field, " ,\t");
        size_t n = strcspn(field, ","), word = strcspn(field, ",; \t");
        if (word == 4 && strncasecmp(field, "gzip", 4) == 0) {
            const char *weight = memchr(field, '=', n);
            return weight == NULL || strspn(weight + 1, "0.") < strcspn(weight + 1, ", ");
        }
        field += n;
    }
    return false;
}

bool ask_is_json(const char *field)
{
    static const char type[] = "application/json";
    size_t n = strlen(type);
    return field != NULL && strncasecmp(field, type, n) == 0 &&
           (field[n] == '\0' || field[n] == ';' || field[n] == ' ');
}
