/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the place of a member in a JSON text that jansson has already accepted, so that a
 * fault in the meaning of the text can be reported with a line and a column. jansson does
 * not keep the places of values. */
#include "json_where_int.h"

#include <string.h>

struct scan {
    const char *at;
    const char *end;
};

static void skip_json_blanks(struct scan *s)
{
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static void skip_string(struct scan *s)
{
    s->at++;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    if (s->at < s->end)
        s->at++;
}

static void skip_value(struct scan *s)
{
    size_t depth = 0;
    while (s->at < s->end) {
        char c = *s->at;
        if (c == '"') {
            skip_string(s);
        } else if (depth == 0 && strchr(",]} \t\r\n", c) != NULL) {
            return; /* the end of a number or a word */
        } else {
            s->at++;
            if (c == '{' || c == '[')
                depth++;
            else if (c == '}' || c == ']')
                depth--;
            else
                continue;
        }
        if (depth == 0)
            return;
    }
}

/* At '{': go to the value of the member `key`; false when there is none. */
static int enter_member(struct scan *s, const char *key, size_t key_n)
{
    s->at++;
    for (;;) {
        skip_json_blanks(s);
        if (s->at >= s->end || *s->at != '"')
            return 0;
        const char *name = s->at + 1;
        skip_string(s);
        size_t name_n = (size_t)(s->at - name) - 1;
        skip_json_blanks(s);
        if (s->at < s->end)
            s->at++; /* the colon */
        skip_json_blanks(s);
        if (name_n == key_n && memcmp(name, key, key_n) == 0)
            return s->at < s->end;
        skip_value(s);
        skip_json_blanks(s);
        if (s->at >= s->end || *s->at != ',')
            return 0;
        s->at++;
    }
}

/* At '[': go to element `index`; false when there is none. */
static int enter_element(struct scan *s, size_t index)
{
    s->at++;
    skip_json_blanks(s);
    if (s->at >= s->end || *s->at == ']')
        return 0;
    for (; index > 0; index--) {
        skip_value(s);
        skip_json_blanks(s);
        if (s->at >= s->end || *s->at != ',')
            return 0;
        s->at++;
        skip_json_blanks(s);
    }
    return s->at < s->end;
}

/* Follow one step of the path from the value at s. Returns the rest of the path, or NULL
 * when the member or element of that step does not exist. */
static const char *step_into(struct scan *s, const char *path)
{
    if (*path == '[') {
        size_t index = 0;
        for (path++; *path >= '0' && *path <= '9'; path++)
            index = index * 10 + (size_t)(*path - '0');
        if (*path == ']')
            path++;
        return *s->at == '[' && enter_element(s, index) ? path : NULL;
    }
    if (*path == '.')
        path++;
    size_t key_n = strcspn(path, ".[");
    return *s->at == '{' && enter_member(s, path, key_n) ? path + key_n : NULL;
}

void json_where(const char *text, size_t n, const char *path, int *ret_line, int *ret_col)
{
    struct scan s = {.at = text, .end = text + n};
    skip_json_blanks(&s);
    const char *found = s.at;
    while (s.at < s.end && *path != '\0' && (path = step_into(&s, path)) != NULL)
        found = s.at;
    int line = 1, col = 1;
    for (const char *c = text; c < found; c++) {
        if (*c == '\n') {
            line++;
            col = 1;
        } else if (((unsigned char)*c & 0xC0) != 0x80) {
            col++;
        }
    }
    *ret_line = line;
    *ret_col = col;
}
